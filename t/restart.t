#!/usr/bin/env python3
"""Workers that end and begin under load: every request is answered, and what is stored was acknowledged.

CHRONOLOGER_RESTARTS=100 restarts that often (6), the figure for a release."""
import collections
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import Connection

RESTARTS = int(os.environ.get('CHRONOLOGER_RESTARTS') or 6)
CLIENTS = 48


class Inherited:
  '''Workers on a listening socket that stays: systemd's, as fd 3, or spawn-fcgi's, as fd 0.'''

  def __init__(self, dsn, how, unix):
    self.dsn, self.how = dsn, how
    self.directory = pathlib.Path(tempfile.mkdtemp())
    os.chmod(self.directory, 0o755)
    if unix:
      self.socket = socket.socket(socket.AF_UNIX)
      self.socket.bind(str(self.directory / 'socket'))
      os.chmod(self.directory / 'socket', 0o666)
      self.server = 'unix:%s' % (self.directory / 'socket')
      self.proxy = self.server + '|fcgi://chronologer'
    else:
      self.socket = socket.socket()
      self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      self.socket.bind(('127.0.0.1', free_port()))
      self.server = '127.0.0.1:%d' % self.socket.getsockname()[1]
      self.proxy = 'fcgi://' + self.server
    self.socket.listen(4096)
    self.said = tempfile.TemporaryFile()
    self.process = None

  def start(self):
    if self.how == 'systemd':
      self.process = subprocess.Popen([sys.executable, '-c', SYSTEMD_EXEC, str(self.socket.fileno()), str(WORKER)],
        env = self.environment(), pass_fds = [self.socket.fileno()], stdin = subprocess.DEVNULL, stderr = self.said)
    else:
      self.process = subprocess.Popen([str(WORKER)], env = self.environment(), stdin = self.socket, stderr = self.said)
    wait_until(self.takes_signals, 'the worker takes signals')
    return self

  def takes_signals(self):
    '''By itself, as a signalfd: earlier it would be ended by one, as any program.'''
    status = pathlib.Path('/proc/%d/status' % self.process.pid).read_text()
    blocked = int(re.search(r'^SigBlk:\s*(\w+)', status, re.M).group(1), 16)
    return blocked >> (signal.SIGTERM - 1) & 1

  def another(self):
    '''On the same socket.'''
    other = Inherited.__new__(Inherited)
    other.__dict__.update(self.__dict__, process = None)
    return other

  def memory_map(self):
    '''Where the program's code is: somewhere else after each exec().'''
    try:
      return pathlib.Path('/proc/%d/maps' % self.process.pid).read_text().split('-')[0]
    except OSError:
      return ''

  def environment(self):
    return {**os.environ, 'CHRONOLOGER_STORAGE_DSN': self.dsn, 'CHRONOLOGER_SHUTDOWN_TIMEOUT': str(LIMIT)}

  def end(self):
    '''SIGTERM; the exit status.'''
    self.process.send_signal(signal.SIGTERM)
    return self.process.wait(LIMIT)

  def kill(self):
    if self.process and self.process.poll() is None:
      self.process.kill()
      self.process.wait()

  def stop(self):
    self.kill()
    self.socket.close()
    shutil.rmtree(self.directory)


SYSTEMD_EXEC = '''
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS = '1', LISTEN_PID = str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
'''


class Load:
  '''Clients that post, single records and batches, as fast as they are answered.'''

  def __init__(self, port):
    self.port = port
    self.stopping = threading.Event()
    self.acknowledged = collections.Counter()  # messages
    self.failed = []
    self.lock = threading.Lock()
    self.threads = [threading.Thread(target = self.run, args = (i,)) for i in range(CLIENTS)]
    for thread in self.threads:
      thread.start()

  def run(self, number):
    client = Client(self.port)
    for i in itertools.count():
      if self.stopping.is_set():
        break
      names = ['%d.%d.%d' % (number, i, k) for k in range(20 if number % 8 == 0 else 1)]
      lines = '\n'.join(json.dumps({'name': 'load', 'msg': name, 'created': 1, 'levelno': 20}) for name in names)
      try:
        response = client.post(lines, 'application/x-ndjson' if len(names) > 1 else 'application/json')
        status, body = response.status, response.body
      except Exception as error:
        status, body = 0, repr(error)
        client.close()
      with self.lock:
        if status == 201:
          self.acknowledged.update(names)
        else:
          self.failed.append((names, status, body[:200]))
    client.close()

  def total(self):
    with self.lock:
      return self.acknowledged.total()

  def end(self):
    self.stopping.set()
    for thread in self.threads:
      thread.join()


class Restarts(TestCase):

  def check(self, worker, front, again, times = RESTARTS):
    '''`again()` is called that often, after 300 more were acknowledged each time.'''
    front.start()
    self.addCleanup(front.stop)
    load = Load(front.port)
    try:
      for _ in range(times):
        more = load.total() + 300
        wait_until(lambda: load.total() > more or len(load.failed) > 100, '300 more are stored')
        again()
    finally:
      load.end()
    comment('%d acknowledged, %d failed' % (load.total(), len(load.failed)))
    if load.failed:
      for line in front.tail(20):
        comment(line[:150])
    self.assertEqual([], load.failed[:5], '%d requests failed' % len(load.failed))
    worker.said.seek(0)
    self.assertEqual(b'', worker.said.read())
    client = Client(front.port)
    self.assertEqual(load.acknowledged, stored(client))
    client.close()

  def worker(self, *how):
    store = SQLite()
    migrate(store.dsn)
    worker = Inherited(store.dsn, *how).start()
    self.addCleanup(worker.stop)
    return worker

  def restart(self, worker):
    self.assertEqual(0, worker.end())
    worker.start()

  def test_nginx_unix(self):
    '''nginx, a Unix socket of systemd's: SIGTERM'''
    worker = self.worker('systemd', True)
    self.check(worker, Nginx(worker), lambda: self.restart(worker))

  def test_nginx_tcp(self):
    '''nginx, a TCP socket of spawn-fcgi's: SIGTERM'''
    worker = self.worker('spawn', False)
    self.check(worker, Nginx(worker), lambda: self.restart(worker))

  def test_apache(self):
    '''Apache's mod_proxy_fcgi, a Unix socket of systemd's: SIGTERM'''
    worker = self.worker('systemd', True)
    self.check(worker, Apache('proxy', worker), lambda: self.restart(worker))

  def test_two(self):
    '''two workers on a socket, which are restarted in turn'''
    one = self.worker('systemd', True)
    two = one.another().start()
    self.addCleanup(two.kill)
    turn = itertools.cycle([one, two])
    self.check(one, Nginx(one), lambda: self.restart(next(turn)))

  def test_idle(self):
    '''connections that have sent nothing yet, and idle ones, are the next worker's: their requests are answered'''
    worker = self.worker('systemd', True)
    connections = [Connection(worker.directory / 'socket') for _ in range(300)]
    for connection in connections:
      self.addCleanup(connection.close)
    for connection in connections[:100]:
      self.assertStatus(200, connection.request(keep = True))
    for _ in range(3):
      self.restart(worker)
      for connection in connections[:200]:
        self.assertStatus(200, connection.request(keep = True))
    for connection in connections[200:]:
      self.assertStatus(200, connection.request())
    worker.said.seek(0)
    self.assertEqual(b'', worker.said.read())

  def test_reload(self):
    '''SIGHUP: the settings are read again, the process and its connections stay'''
    for front, worker in ((Nginx, self.worker('systemd', True)), (Nginx, self.worker('spawn', False)),
        (lambda worker: Apache('proxy', worker), self.worker('spawn', True))):
      with self.subTest(front = front, how = worker.how):
        self.check(worker, front(worker), lambda: self.reload(worker), max(2, RESTARTS // 5))

  def reload(self, worker):
    before = worker.memory_map()
    worker.process.send_signal(signal.SIGHUP)
    wait_until(lambda: worker.memory_map() not in (before, ''), 'the program has begun anew')


def stored(client):
  '''All messages.'''
  found, rows, left = collections.Counter(), None, 0
  while rows is None or rows:
    rows = client.get('%s/record?left=%d&right=%d' % (API, left, left + 9999)).json()
    found.update(row['message'] for row in rows)
    left += 10000
  return found


if __name__ == '__main__':
  main()
