#!/usr/bin/env python3
"""The web interface in a real browser: Chromium, nginx or Apache, the worker, a database.

Each part below is a program in t/browser that tests one server made for it, in one Chromium for all of
them, where each test has a browser context of its own. `t/browser.t PART...` runs some parts,
`t/browser.t PART -- WORD...` those tests of a part that have a word in their name. More than `make
check` does, or less, is asked for by environment variables:

  CHRONOLOGER_BROWSER_TAIL=60      seconds of live records (10); 600 is the figure for memory
  CHRONOLOGER_BROWSER_ROWS=10000   rows of the long list (1000000)
  CHRONOLOGER_BROWSER_LIMIT=60     seconds until a part is given up that waits for what never comes (900)
"""
import atexit
import concurrent.futures
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

HERE = SOURCE / 't' / 'browser'
MODULES = pathlib.Path(os.environ.get('CHRONOLOGER_NODE_MODULES') or HERE / 'node_modules')
# Its headless shell where that is beside it: without windows a page takes it a third of the time.
CHROMIUM = os.environ.get('CHRONOLOGER_CHROMIUM') or '/usr/bin/chromium'
CHROMIUM = next(filter(os.path.exists, [CHROMIUM + '-headless-shell']), CHROMIUM)
SCRIPTS = sorted((SOURCE / 'www' / 'js').rglob('*.js'))
PASSWORDS = 'logger:{SHA}%s\n' % base64.b64encode(hashlib.sha1(b'secret').digest()).decode()

# Gzipped by nginx, all that it shows at /.
WEIGHT = 120 * 1024
LINES = 400


def node():
  '''The command that runs node, with all that the tests need in place.'''
  path = program('node', 'nodejs')
  if not os.access(CHROMIUM, os.X_OK):
    raise Missing('%s is not installed (Debian: apt-get install chromium-headless-shell)' % CHROMIUM)
  for name in 'playwright-core', 'axe-core', 'typescript':
    if not (MODULES / name).is_dir():
      raise Missing('%s has no %s (run: npm ci --prefix t/browser)' % (MODULES, name))
  return path


# Output ------------------------------------------------------------------------------------------

class Output:
  '''What one part has to say: results and comments in order.'''

  def __init__(self):
    self.lines = []  # (good, name), or (None, comment)
    self.bad = 0

  def result(self, good, name):
    self.bad += not good
    self.lines.append((good, name))

  def comment(self, text):
    self.lines.append((None, text))

  def tell(self, number):
    '''Prints it; the number of the last test.'''
    for good, text in self.lines:
      if good is None:
        comment(text)
      else:
        number += 1
        print('%s %d - %s' % ('ok' if good else 'not ok', number, text))
    sys.stdout.flush()
    return number


# Without a server --------------------------------------------------------------------------------

def check_types(out):
  run = subprocess.run([node(), MODULES / 'typescript' / 'bin' / 'tsc', '--project', HERE / 'tsconfig.json'],
    stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True)
  out.comment(run.stdout[:3000])
  out.result(run.returncode == 0, 'tsc --strict --checkJs has nothing to say about www/js')
  run = subprocess.run([node(), HERE / 'comments.mjs', SOURCE / 'www', installed()], stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True,
    env = {**os.environ, 'CHRONOLOGER_NODE_MODULES': str(MODULES)})
  out.comment(run.stdout[:3000])
  out.result(run.returncode == 0, 'what is installed is www/ without its comments, and nothing else is gone')


def check_units(out):
  files = sorted((HERE / 'unit').glob('*.test.mjs'))
  run = subprocess.run([node(), '--test', '--test-reporter=tap'] + files, stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True)
  failed = False
  for line in run.stdout.splitlines():
    found = re.match(r'(ok|not ok) \d+ - (.*)', line)
    if found:
      failed = found[1] != 'ok'
      out.result(not failed, 'unit: ' + found[2])
    elif failed and not line.startswith('# Subtest'):
      out.comment(line)
  out.result(run.returncode == 0 and len(files) > 0, 'unit tests end well')


def installed():
  '''A directory with www/ as `make install` puts it, made by the first who asks.'''
  with _installed_lock:
    if not _installed:
      directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
      atexit.register(shutil.rmtree, directory, ignore_errors = True)
      directory.chmod(0o755)
      copy_tree(SOURCE / 'www', directory / 'www')
      subprocess.run([SOURCE / 'www' / 'without-comments', directory / 'www'], check = True)
      _installed.append(directory / 'www')
    return _installed[0]


_installed, _installed_lock = [], threading.Lock()


def sent(paths):
  '''Bytes of the bodies that nginx sends for these files of www/.'''
  with Nginx('127.0.0.1:%d' % free_port(), www = installed()) as nginx:
    client = Client(nginx.port)
    answers = [client.get('/%s' % path, **{'Accept-Encoding': 'gzip'}) for path in paths]
    client.close()
  for path, answer in zip(paths, answers):
    body = gzip.decompress(answer.body) if answer.headers['Content-Encoding'] == 'gzip' else answer.body
    if (answer.status, body) != (200, (installed() / path).read_bytes()):
      raise AssertionError('%s is answered %d %r' % (path, answer.status, answer.body[:100]))
  return sum(len(answer.body) for answer in answers)


def check_files(out):
  files = [path for path in sorted((SOURCE / 'www').rglob('*')) if path.is_file()]
  tests = [path for path in sorted(HERE.glob('*.*')) + sorted((HERE / 'unit').glob('*')) if path.is_file()]
  text = (SOURCE / 'Makefile.am').read_text()
  missing = [name for name in (str(path.relative_to(SOURCE)) for path in files + tests) if not re.search(r'(?<!\S)%s(?!\S)' % re.escape(name), text)]
  out.comment('not in Makefile.am: %s' % ', '.join(missing) if missing else '%d files' % len(files))
  out.result(not missing, 'every file of www/ and t/browser/ is listed in Makefile.am')

  shown = [path for path in files if path.suffix in ('.html', '.css', '.js', '.svg')]
  weight = sent([path.relative_to(SOURCE / 'www') for path in shown])
  out.comment('%.1f KiB gzipped' % (weight / 1024))
  out.result(weight < WEIGHT, 'the whole interface has less than %d KiB, as nginx sends it' % (WEIGHT / 1024))

  long = ['%s: %d lines' % (path.name, lines) for path, lines in ((path, path.read_text().count('\n')) for path in SCRIPTS) if lines > LINES]
  out.comment('\n'.join(long))
  out.result(not long, 'no module has more than %d lines' % LINES)

  foreign = [str(path.name) for path in shown if re.search(r'''(?:from|import|src=|href=|url)\s*\(?['"]?(?:https?:)?//''', path.read_text())]
  out.comment('\n'.join(foreign))
  out.result(not foreign, 'nothing is fetched from elsewhere')


# With a server -----------------------------------------------------------------------------------

class Site:
  '''A database, a worker, a front server.'''

  def __init__(self, database = SQLite, front = Nginx, prepare = None, **settings):
    self.database = database().start()
    migrate(self.database.dsn)
    if prepare:
      prepare(self.database)
    self.worker = Worker(self.database.dsn, **settings).start()
    self.front = front(*([] if front is Nginx else ['proxy']), self.worker, www = installed())
    self.front.users.write_text(PASSWORDS)
    self.front.start()

  def do(self, words):
    '''What a test asked for.'''
    what, name = words.split()
    server = getattr(self, name)
    if what == 'stop':
      server.halt()
    elif what == 'start':
      server.start()
    else:
      raise AssertionError('unknown: ' + words)

  def stop(self):
    for server in self.front, self.worker, self.database:
      server.stop()


def million(database):
  '''Small records a second apart, the last at the end of 2025: message `row N`, N from 0.'''
  count = int(os.environ.get('CHRONOLOGER_BROWSER_ROWS') or 1000000)
  with sqlite3.connect(database.path) as connection:
    connection.execute('''
      INSERT INTO record (ts, level, name, message, logrec)
      WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < %d)
      SELECT (1767225600 - %d + n) * 1000000, 10 + n %% 5 * 10, 'app.' || n %% 7, 'row ' || n, '{}' FROM number''' % (count, count))
  connection.close()
  run = subprocess.run([built(TOOL), 'recount'], stdout = subprocess.PIPE, stderr = subprocess.STDOUT, env = {
    **os.environ, 'CHRONOLOGER_STORAGE_DSN': database.dsn})
  if run.returncode:
    raise AssertionError('chronologer recount: %s' % run.stdout.decode())


class Chromium:
  '''The browser that all parts share, started when the first one needs it.'''

  def __init__(self):
    self._lock = threading.Lock()
    self._process = self._address = None

  def address(self):
    with self._lock:
      if not self._process:
        self._process = subprocess.Popen([node(), HERE / 'chromium.mjs'], stdin = subprocess.PIPE, stdout = subprocess.PIPE, text = True, env = {
          **os.environ, 'CHRONOLOGER_NODE_MODULES': str(MODULES), 'CHRONOLOGER_CHROMIUM': CHROMIUM})
        self._address = self._process.stdout.readline().strip()
      if not self._address:
        raise AssertionError('%s could not be started' % CHROMIUM)
      return self._address

  def stop(self):
    if self._process:
      self._process.stdin.close()
      self._process.wait()


chromium = Chromium()
_rows, _rows_lock = [], threading.Lock()


def rows_site():
  '''The one with many rows, which who only reads can share.'''
  with _rows_lock:
    _rows[:] = _rows or [Site(prepare = million)]
    return _rows[0]


def run_part(out, name, words, site = Site, shared = False, **options):
  '''The tests of t/browser/NAME.mjs, each of which becomes one of ours.'''
  command = [node(), HERE / (name + '.mjs')] + words
  browser = chromium.address()
  site = site(**options)
  try:
    process = subprocess.Popen(command, stdin = subprocess.PIPE, stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True, env = {
      **os.environ, 'CHRONOLOGER_URL': 'http://127.0.0.1:%d' % site.front.port, 'CHRONOLOGER_NODE_MODULES': str(MODULES),
      'CHRONOLOGER_BROWSER': browser})
    planned, seen, bad = None, 0, out.bad
    for line in process.stdout:
      found = re.match(r'(ok|not ok) - (.*)', line)
      if found:
        seen += 1
        out.result(found[1] == 'ok', '%s: %s' % (name, found[2]))
      elif line.startswith('!'):
        process.stdin.write(answer(site, line[1:].strip()) + '\n')
        process.stdin.flush()
      elif line.startswith('1..'):
        planned = int(line[3:])
      else:
        out.comment(line.rstrip().lstrip('# '))
    status = process.wait()
    if seen != planned or (status and out.bad == bad):
      out.result(False, '%s: ended with %d after %d of %s tests' % (name, status, seen, planned))
    for server in (site.worker, site.front) if out.bad > bad else ():
      for line in server.tail():
        out.comment('%s: %s' % (type(server).__name__, line))
  finally:
    if not shared:
      site.stop()


def answer(site, words):
  try:
    site.do(words)
    return 'done'
  except Exception as error:
    return '%s: %s' % (type(error).__name__, error)


# The longest first, as they run beside each other.
PARTS = {
  'axe': {},
  'items': {},
  'xss': {},
  'view': {},
  'keyboard': {},
  'delights': {},
  'search': {},
  'reading': {},
  'timeline': {},
  'slow': {'deadline': 1},
  'order': {},
  'recent': {},
  'million': {'site': rows_site, 'shared': True},
  'figures': {'site': rows_site, 'shared': True},
  'tail': {'database': MariaDB},
  'outage': {'database': MariaDB},
  'fronts': {'database': MariaDB, 'front': Apache},
  'units': check_units,
  'types': check_types,
  'empty': {},
  'files': check_files,
  'screenshots': {},
}

# At a time. Most of them wait for Chromium, which has processes of its own for each.
TOGETHER = 4

# Only when it is asked for.
ASKED = 'screenshots',


def run(name, words):
  '''One part. (Output, what is missing or None)'''
  out, part = Output(), PARTS[name]
  begin = time.monotonic()
  try:
    part(out) if callable(part) else run_part(out, name, words, **part)
  except Missing as missing:
    return out, missing
  except Exception as error:
    out.comment(''.join(traceback.format_exception(error)))
    out.result(False, '%s: could not be run' % name)
  out.comment('%s: %.1f s' % (name, time.monotonic() - begin))
  return out, None


def main():
  words = sys.argv[1:]
  chosen, rest = (words[:words.index('--')], words[words.index('--') + 1:]) if '--' in words else (words, [])
  node_or_end()
  names = [name for name in PARTS if name in chosen or not chosen and name not in ASKED]
  number = bad = 0
  with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
    for result in pool.map(lambda name: run(name, rest), names):
      number, bad = told(*result, number, bad)
  print('1..%d' % number)
  chromium.stop()
  stop_all()
  sys.exit(bad > 0 or number == 0)


def node_or_end():
  try:
    node()
  except Missing as missing:
    print('Bail out! %s' % missing)
    sys.exit(1)


def told(out, missing, number, bad):
  if missing:
    print('Bail out! %s' % missing)
    sys.stdout.flush()
    os._exit(stop_all() or 1)
  return out.tell(number), bad + out.bad


if __name__ == '__main__':
  main()
