#!/usr/bin/env python3
"""What README promises on its first screen: ./bootstrap run, the snippet it prints, ctrl-C; and what is said when
something is in the way."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import harness
from harness import API, SOURCE, Client, Server, free_port, wait_until

SCRIPT = SOURCE / 'nginx' / 'run'


class Run(Server):
  '''nginx/run, which ./bootstrap run ends up in, with a directory of its own instead of var/.'''

  def __init__(self):
    super().__init__()
    self.port = free_port()

  def command(self):
    return [str(SCRIPT), 'PORT=%d' % self.port]

  def environment(self):
    return run_environment(self.directory / 'var')

  def ready(self):
    return 'ctrl-C ends it' in self.log.read_text() and harness.connects(self.port)

  def processes(self):
    '''The script and all it has started: they share a session of their own.'''
    found = subprocess.run(['ps', '-o', 'pid=', '-s', str(self.pid)], stdout = subprocess.PIPE, text = True)
    return found.stdout.split()


def run_environment(var):
  return {'CHRONOLOGER_BUILDDIR': str(harness.BUILD), 'CHRONOLOGER_VAR': str(var)}


def try_to_run(*arguments, var):
  '''(exit status, lines on stderr) of a run that must not begin.'''
  run = subprocess.run([str(SCRIPT), *arguments], env = {**os.environ, **run_environment(var)},
    stdout = subprocess.PIPE, stderr = subprocess.PIPE, text = True)
  return run.returncode, run.stderr.splitlines()


def setUpModule():
  global server, client
  harness.program('nginx', 'nginx-light')
  server = Run().start()
  client = Client(server.port)


FIVE = '''
logging.getLogger('five').info('with extra', extra = {'foo': 387})
logging.getLogger('five').info('with %s and %d', 'arguments', 2)
try:
  1 / 0
except ZeroDivisionError:
  logging.getLogger('five').exception('with an exception')
logging.getLogger('five').warning('with non-ASCII: Zürich, 注意, ☃')
logging.getLogger('five').debug('with DEBUG')
'''


def curl(*arguments):
  run = subprocess.run([harness.program('curl', 'curl'), '-sS', '-u', 'logger:', *arguments],
    stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True)
  return run.stdout


class FirstScreen(harness.TestCase):

  def test_1_snippet(self):
    '''the Python lines that it prints, run as they are, log a record; five more of all kinds follow'''
    printed = re.search(r'^    import logging.*?(?=\n\n\S|\Z)', server.log.read_text(), re.M | re.S).group()
    lines = '\n'.join(line[4:] for line in printed.splitlines())
    run = subprocess.run([sys.executable, '-c', lines + FIVE], stderr = subprocess.PIPE, text = True)
    self.assertEqual(0, run.returncode, run.stderr)
    self.assertNotIn('Logging error', run.stderr)
    self.assertEqual(6, client.count())

  def test_2_curl(self):
    '''curl shows them in count, timeline, range and singly'''
    url = 'http://127.0.0.1:%d%s' % (server.port, API)
    self.assertRegex(curl('-I', url + '/record?name=five'), r'(?m)^X-Record-Count: 5\r?$')
    self.assertRegex(curl('-I', url + '/record?name=five&level=30'), r'(?m)^X-Record-Count: 2\r?$')
    timeline = curl('-I', url + '/record?name=five&group=day&timezone=Europe/Amsterdam')
    counts = re.search(r'(?m)^X-Record-Count: ([\d,]+)\r?$', timeline).group(1)
    self.assertEqual(5, sum(map(int, counts.split(','))))
    rows = harness.json.loads(curl(url + '/record?name=five&left=0&right=9'))
    self.assertEqual(['with DEBUG', 'with non-ASCII: Zürich, 注意, ☃', 'with an exception', 'with arguments and 2',
      'with extra'], [row['message'] for row in rows])
    record = harness.json.loads(curl('%s/record/%d' % (url, rows[-1]['id'])))
    self.assertEqual(({'foo': 387}, 20), (record['logrec']['data'], record['level']))
    record = harness.json.loads(curl('%s/record/%d' % (url, rows[2]['id'])))
    self.assertIn('ZeroDivisionError', record['logrec']['error']['exc_info'])

  def test_3_page(self):
    '''the web interface is at /, with all that it loads, and asks for the password'''
    page = client.get('/')
    self.assertStatus(200, page)
    self.assertIn(b'<ch-record', page.body)
    self.assertIn("default-src 'none'", page.headers['Content-Security-Policy'])
    paths = re.findall(r'(?:src|href)="([a-z./-]+\.(?:js|css|svg))"', page.body.decode())
    self.assertGreater(len(paths), 20)
    for path in paths:
      self.assertStatus(200, client.get('/' + path))
    self.assertEqual(401, Client(server.port, user = None).get('/').status)

  def test_4_port_in_use(self):
    '''a port in use is one clear line'''
    with socket.socket() as s, tempfile.TemporaryDirectory() as var:
      s.bind(('127.0.0.1', 0))
      s.listen()
      status, lines = try_to_run('PORT=%d' % s.getsockname()[1], var = var)
    self.assertEqual((1, 1), (status, len(lines)), lines)
    self.assertIn('is in use', lines[0])

  def test_5_permission(self):
    '''a directory that can not be written to, or an argument that is none, is one clear line'''
    status, lines = try_to_run(var = '/proc/nothing')
    self.assertEqual((1, 1), (status, len(lines)), lines)
    self.assertIn('no permission to write to /proc/nothing', lines[0])
    status, lines = try_to_run('8081', var = '/proc/nothing')
    self.assertEqual((64, 1), (status, len(lines)), lines)

  def test_6_missing_package(self):
    '''without apt-get ./bootstrap names what is missing in one line'''
    with tempfile.TemporaryDirectory() as directory:
      top, programs = pathlib.Path(directory) / 'top', pathlib.Path(directory) / 'bin'
      top.mkdir()
      programs.mkdir()
      shutil.copy(SOURCE / 'bootstrap', top)
      for name in 'sh', 'dirname', 'mkdir', 'tr', 'nproc':
        (programs / name).symlink_to(shutil.which(name))
      run = subprocess.run([str(programs / 'sh'), str(top / 'bootstrap')], env = {'PATH': str(programs)},
        stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True)
    self.assertEqual(1, run.returncode)
    self.assertRegex(run.stdout, r'\Abootstrap: please install [^\n]*\bgcc\b[^\n]*\bautomake\b[^\n]*\n\Z')

  def test_7_interrupt(self):
    '''ctrl-C ends every process it began'''
    self.assertGreaterEqual(len(server.processes()), 4)  # the script, the worker, nginx and its process
    os.killpg(server.pid, signal.SIGINT)
    self.assertEqual(0, server.process.wait())
    wait_until(lambda: not server.processes(), 'all processes have ended')
    self.assertFalse(harness.connects(server.port))


if __name__ == '__main__':
  harness.main()
