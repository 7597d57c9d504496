"""What the parts of the benchmark share: servers, load, and the rows of the table."""
import atexit
import base64
import itertools
import json
import os
import pathlib
import queue
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from harness import *
import records

PROGRAMS = BUILD / 't' / 'bench'
CLIENTS = 64

# Beside this MariaDB has its defaults: each commit is flushed. The harness's pool is for small tests.
BUFFER_POOL = '1G'


# What `run` takes on its command line: type, default, meaning.
OPTIONS = {
  'runs': (int, 5, 'of each measurement and its yardstick'),
  'seconds': (float, 8.0, 'that clients post in a run'),
  'bulk': (int, 200000, 'records of NDJSON in a run'),
  'records': (int, 10 ** 7, 'in the largest of three databases, which have a tenth and a hundredth of it too'),
  'crowd': (int, 10000, 'clients of part 9'),
  'body': (int, 100 << 20, 'bytes of each body of part 10'),
  'disk': (int, 500000, 'records in each format of part 11'),
  'slack': (float, 1.0, 'how many times worse than its target a figure may be'),
  'data': (pathlib.Path, BUILD / 'var' / 'bench', 'where the databases of parts 6 to 8 are kept'),
}

# As many open files as may be, for all that is started from here.
resource.setrlimit(resource.RLIMIT_NOFILE, 2 * resource.getrlimit(resource.RLIMIT_NOFILE)[1:])


# The table ---------------------------------------------------------------------------------------

class Bound:
  '''A target: what `of` names, 'ratio', 'measured' or 'difference', is to be at least, or at most, so much.'''

  def __init__(self, sign, limit, unit = '', of = 'ratio'):
    self.sign, self.limit, self.unit, self.of = sign, limit, unit, of

  def holds(self, value, slack):
    if value is None:
      return False
    return value >= self.limit / slack if self.sign == '>=' else value <= self.limit * slack

  def __str__(self):
    return '%s %g%s%s' % (self.sign, self.limit, self.unit and ' ' + self.unit, ' more' if self.of == 'difference' else '')


def at_least(limit, **more):
  return Bound('>=', limit, **more)


def at_most(limit, **more):
  return Bound('<=', limit, **more)


class Row:
  '''A line of the table. `measured` and `yardstick` are lists, of a run each, or single figures; None
  where there was no answer. Without a bound it is measured only.'''

  def __init__(self, what, measured, yardstick = None, bound = None, unit = '/s', note = ''):
    self.what, self.bound, self.unit, self.note = what, bound, unit, note
    self.measured, self.yardstick = middle(measured), middle(yardstick)
    self.ratio = None
    if self.measured is not None and self.yardstick:
      pairs = zip(measured, yardstick) if isinstance(measured, list) else [(measured, self.yardstick)]
      self.ratio = statistics.median(a / b for a, b in pairs)
    self.difference = None if None in (self.measured, self.yardstick) else self.measured - self.yardstick
    self.part = None

  def result(self, slack = 1.0):
    if not self.bound or slack == float('inf'):
      return 'measured'
    return 'ok' if self.bound.holds(getattr(self, self.bound.of), slack) else 'MISSED'

  def cells(self, slack):
    ratio = '-' if self.ratio is None else '%.2f' % self.ratio
    return [str(self.part), self.what, figure(self.measured, self.unit), figure(self.yardstick, self.unit), ratio,
      str(self.bound or '-'), self.result(slack) + (self.note and '  ' + self.note)]


def middle(values):
  if isinstance(values, list):
    return None if not values or None in values else statistics.median(values)
  return values


def figure(value, unit):
  if value is None:
    return '-'
  text = '%.0f' % value if value >= 100 or value == int(value) else '%.3g' % value
  return text + (unit if unit.startswith('/') else ' ' + unit if unit else '')


def say(text):
  print(text, file = sys.stderr, flush = True)


# Servers -----------------------------------------------------------------------------------------

class Null(Worker):
  '''The FastCGI program that does nothing, in the worker's place.'''

  def __init__(self):
    super().__init__('')

  def command(self):
    return [built(PROGRAMS / 'null'), '--listen', self.server]


class UnixWorker(Worker):
  '''A worker on a Unix socket that it makes itself.'''

  def __init__(self, dsn, **settings):
    super().__init__(dsn, **settings)
    self.address = self.socket

  @property
  def server(self):
    return 'unix:%s' % self.socket


class Database(MariaDB):
  '''MariaDB with more memory than the tests give it, and any number of databases.'''

  def __init__(self, data = None):
    super().__init__('--innodb-buffer-pool-size=' + BUFFER_POOL, '--max-connections=500', data = data)

  def stop(self):
    self.halt()  # what is in memory is written
    super().stop()

  def dsn_of(self, database):
    return 'mysql://root@127.0.0.1:%d/%s' % (self.port, database)

  def must(self, statement, database = ''):
    answer = self.sql(statement, database)
    if answer is None:
      raise AssertionError('MariaDB refuses: %s' % statement)
    return answer

  def create(self, database, *options):
    '''Empty, with its tables; returns its DSN.'''
    self.drop(database)
    self.must('CREATE DATABASE `%s` CHARACTER SET utf8mb4' % database)
    migrate_with(self.dsn_of(database), *options)
    return self.dsn_of(database)

  def drop(self, *databases):
    for database in databases:
      self.must('DROP DATABASE IF EXISTS `%s`' % database)

  def write_out(self, database):
    '''Waits until nothing of the table is in memory only.'''
    self.must('FLUSH TABLES record FOR EXPORT; UNLOCK TABLES', database)


def log_statements(database):
  '''From now on, in mysql.general_log.'''
  for statement in 'TRUNCATE mysql.general_log', 'SET GLOBAL log_output = "TABLE"', 'SET GLOBAL general_log = ON':
    database.must(statement)


def migrate_with(dsn, *options):
  subprocess.run([built(TOOL), 'migrate', '-D', dsn, '--sql-directory', str(SOURCE / 'sql'), *options],
    stdout = subprocess.DEVNULL, check = True)


# Load --------------------------------------------------------------------------------------------

class Files:
  '''What is posted, made once, in a directory that goes at the end.'''

  def __init__(self):
    self.directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-bench-'))
    atexit.register(shutil.rmtree, self.directory, ignore_errors = True)

  def forms(self):
    '''Of an hour: they are posted in a loop, some times a second, and clients post what happens now.'''
    path = self.directory / 'forms'
    if not path.exists():
      path.write_text(''.join(records.form(line) + '\n' for line in records.Stream(5000, days = 1 / 24).lines()))
    return path


def bodies(n, size):
  '''NDJSON bodies of `size` records, `n` records together.'''
  lines = records.Stream(n).lines()
  return [''.join(line + '\n' for line in itertools.islice(lines, size)).encode() for _ in range(n // size)]


def wrk(port, forms, keep, seconds, clients = CLIENTS):
  '''Answers a second. All have to be 2xx.'''
  text = output([program('wrk', 'wrk'), '-t1', '-c%d' % clients, '-d%ds' % max(1, round(seconds)), '--timeout', '30s',
    '-s', str(HERE / 'post.lua'),
    *([] if keep else ['-H', 'Connection: close']), 'http://127.0.0.1:%d' % port, '--', str(forms)])
  bad = re.search(r'Non-2xx.*|Socket errors.*', text)
  if bad:
    raise AssertionError('wrk: %s' % bad.group(0))
  return float(re.search(r'Requests/sec:\s*([\d.]+)', text).group(1))


def load(port, forms, keep, seconds, clients = CLIENTS, rate = 0):
  '''What t/bench/load.c prints.'''
  return json.loads(output([built(PROGRAMS / 'load'), '-c', str(clients), '-s', str(seconds), '-r', str(rate),
    *(['-k'] if keep else []), str(port), str(forms)]))


def raw(*arguments):
  '''Rows or statements a second of t/bench/raw.c.'''
  n, seconds = output([built(PROGRAMS / 'raw'), *map(str, arguments)]).split()
  return int(n) / float(seconds)


def output(command):
  '''What a program prints. Those of the benchmark leave their memory to the end.'''
  return subprocess.run(command, stdout = subprocess.PIPE, check = True, text = True,
    env = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}).stdout


def post_all(port, bodies, clients = 2):
  '''Posts each body once; records a second, until the last is answered with 201. `bodies` may be made
  while it runs.'''
  waiting, failures = queue.Queue(clients), []

  def post():
    client = Client(port)
    for body in iter(waiting.get, None):
      try:
        response = client.request('POST', RECORD, body, {'Content-Type': NDJSON})
        if response.status != 201:
          failures.append(repr(response))
      except OSError as error:
        failures.append(repr(error))
    client.close()

  threads = [threading.Thread(target = post, daemon = True) for _ in range(clients)]
  begin = time.monotonic()
  for thread in threads:
    thread.start()
  for body in bodies:
    waiting.put(body)
  for _ in threads:
    waiting.put(None)
  for thread in threads:
    thread.join()
  if failures:
    raise AssertionError(failures[0])
  return time.monotonic() - begin


def latency(client, method, path):
  '''Milliseconds until the answer to one request is there; None where it is not 200.'''
  begin = time.perf_counter()
  response = client.request(method, path)
  return (time.perf_counter() - begin) * 1000 if response.status == 200 else None


def alternate(runs, *measurements):
  '''Calls each in turn, so that what else the machine does meets all of them; a list of results of each.'''
  results = [[] for _ in measurements]
  for run in range(runs):
    for measure, result in zip(measurements, results):
      result.append(measure())
  return results
