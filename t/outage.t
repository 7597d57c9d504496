#!/usr/bin/env python3
"""Databases, clients and workers that go away: what was acknowledged stays, what was not is told."""
import gzip
import itertools
import json
import os
import signal
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

DEADLINE = 1  # seconds: the worker's for reads
READ = 5 + DEADLINE + 2  # times a second: connecting or the network, and waiting for an answer, with some room
WRITE = 3.2  # the same for a record: two seconds for the one that hangs, and who waits behind it
HEALTH = 1   # and for /health
ENDS = 2  # times as long as a second beside it: 0.9 for requests that run, and what the process takes for its end


def record(**fields):
  return {'name': 'outage', 'msg': 'text', 'created': 1525970213.5, 'levelno': 20, **fields}


class Load:
  '''Clients that post one record after the other until they are stopped, and note every answer.'''

  def __init__(self, post, clients = 6):
    self.post = post
    self.acknowledged = []  # (id, message)
    self.refused = []       # (status, Retry-After, error type)
    self.broken = []        # what was neither
    self._stop = threading.Event()
    self.threads = [threading.Thread(target = self._run, args = (number,), daemon = True) for number in range(clients)]

  def __enter__(self):
    for thread in self.threads:
      thread.start()
    return self

  def __exit__(self, *exception):
    self._stop.set()
    for thread in self.threads:
      thread.join()

  def _run(self, number):
    post, i = self.post(), 0
    while not self._stop.is_set():
      text, i = 'client %d, record %d' % (number, i), i + 1
      try:
        answer = post(text)
      except Exception as error:
        self.broken.append(repr(error))
        self._stop.wait(0.01)
        continue
      if answer.status == 201:
        self.acknowledged.append((answer.json(), text))
      elif answer.status == 503:
        self.refused.append((answer.headers.get('Retry-After'), answer.error()[0]))
        self._stop.wait(0.005)
      else:
        self.broken.append(repr(answer))
        self._stop.wait(0.01)

  def wait_for_more(self, n = 200):
    enough = len(self.acknowledged) + n
    wait_until(lambda: len(self.acknowledged) >= enough, '%d more records are stored' % n)


class Outage(TestCase):

  def check(self, load, client):
    '''Every acknowledged record is there, under its id; no id was given twice, no record is there twice.'''
    stored, left = {}, 0
    while True:
      rows = self.read(client, '%s?left=%d&right=%d' % (RECORD, left, left + 9999))
      stored.update((row['id'], row['message']) for row in rows)
      left += len(rows)
      if len(rows) < 10000:
        break
    self.assertEqual(left, len(stored))
    self.assertEqual([], [each for each in load.acknowledged if stored.get(each[0]) != each[1]][:5])
    self.assertEqual(len(load.acknowledged), len(set(id for id, _ in load.acknowledged)))
    self.assertEqual(left, len(set(stored.values())))


  def read(self, client, path):
    '''As a client does that heeds Retry-After: the last 503 may be a second after the database came back.'''
    def answer():
      response = client.get(path)
      return response if response.status != 503 else None
    return self.assertStatus(200, wait_until(answer, 'reading goes on')).json()


class Database(Outage):
  '''MariaDB behind a worker behind nginx.'''

  @classmethod
  def setUpClass(cls):
    cls.database = MariaDB().start()
    migrate(cls.database.dsn)
    cls.worker = Worker(cls.database.dsn, deadline = DEADLINE, database_timeout = 2.5).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    for server in cls.nginx, cls.worker, cls.database:
      server.stop()

  def setUp(self):
    self.client = Client(self.nginx.port)
    self.empty()

  def empty(self):
    self.database.sql('DELETE FROM record')
    for table in self.database.sql("SHOW TABLES LIKE 'record\\_%'").split():
      self.database.sql('DELETE FROM %s' % table)

  def post(self):
    client = Client(self.nginx.port)
    return lambda text: client.post(urllib.parse.urlencode(record(msg = text)), FORM)

  def check_refused(self, load):
    self.assertEqual([], load.broken[:3])
    self.assertLessEqual({kind for after, kind in load.refused}, {'StorageError'})
    for after in {after for after, kind in load.refused}:
      self.assertGreaterEqual(int(after), 1)

  def check_outage(self, number):
    with Load(self.post) as load:
      load.wait_for_more()
      self.database.halt(number)
      before = len(load.refused)
      wait_until(lambda: len(load.refused) > before + 20, 'requests are refused')
      for method, path in ('GET', '/health'), ('GET', '/record?left=0&right=1'), ('HEAD', '/record'), ('GET', '/name'):
        response = self.assertStatus(503, self.client.request(method, API + path))
        self.assertGreaterEqual(int(response.headers['Retry-After']), 1)
      self.database.start()
      load.wait_for_more()
    self.check_refused(load)
    self.assertEqual(None, self.worker.process.poll())
    self.check(load, self.client)

  def test_stopped(self):
    '''database shut down and started under load: 503 with Retry-After, then on as before, nothing lost'''
    self.check_outage(signal.SIGTERM)

  def test_killed(self):
    '''database killed and started under load: the same'''
    self.check_outage(signal.SIGKILL)

  def test_hangs(self):
    '''database that hangs (SIGSTOP): 503 within the time limits, /health within a second, recovery when it goes on'''
    self.assertHealthy(self.client)
    self.assertQuick(WRITE, lambda: self.hang(self.posting))
    self.assertQuick(HEALTH, lambda: self.hang(lambda load: timed(lambda: self.assertStatus(503, self.client.get(API + '/health')))[0]))
    self.assertQuick(READ, lambda: self.hang(lambda load: timed(lambda: self.assertStatus(503, self.client.get(RECORD + '?left=0&right=1')))[0]))

  def posting(self, load):
    '''Seconds until all three clients are refused.'''
    before = len(load.refused)
    took, _ = timed(lambda: wait_until(lambda: len(load.refused) >= before + 3, 'requests are refused'))
    return took

  def hang(self, measure):
    '''What `measure` returns while the database hangs.'''
    with Load(self.post, 3) as load:
      load.wait_for_more(50)
      self.database.kill(signal.SIGSTOP)
      try:
        took = measure(load)
      finally:
        self.database.kill(signal.SIGCONT)
      load.wait_for_more(50)
    self.check_refused(load)
    self.check(load, self.client)
    self.empty()
    return took

  def test_read_only(self):
    '''database that is read-only: 503 for records and /health, reading goes on'''
    self.database.sql("CREATE USER IF NOT EXISTS plain@'127.0.0.1'; GRANT ALL ON chronologer.* TO plain@'127.0.0.1'; SET GLOBAL read_only = 1")
    try:
      with Worker(self.database.dsn.replace('root@', 'plain@')) as worker, Connection(worker.address) as connection:
        answer = connection.request('POST', '/record', json.dumps(record()).encode(), keep = True)
        self.assertError(503, 'StorageError', answer)
        self.assertStatus(200, connection.request('GET', '/record?left=0&right=1', keep = True))
        self.assertError(503, 'StorageError', connection.request(path = '/health', keep = True), 'The last write failed')
        self.database.sql('SET GLOBAL read_only = 0')
        self.assertStatus(201, connection.request('POST', '/record', json.dumps(record()).encode(), keep = True))
        wait_until(lambda: connection.request(path = '/health', keep = True).status == 200, '/health is well')
    finally:
      self.database.sql('SET GLOBAL read_only = 0')

  def test_one_connection(self):
    '''database that gives a worker one connection only: the changes of the counts are added up on that one'''
    self.database.sql("CREATE USER IF NOT EXISTS single@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON chronologer.* TO single@'127.0.0.1'")
    with Worker(self.database.dsn.replace('root@', 'single@')) as worker, Connection(worker.address) as connection:
      ids = itertools.count(2 ** 20, 256)  # of changes that make it due to add up

      def added_up():
        self.database.sql('ALTER TABLE count_delta AUTO_INCREMENT = %d' % next(ids))
        self.assertStatus(201, connection.request('POST', '/record', json.dumps(record()).encode(), keep = True))
        return self.database.sql('SELECT COUNT(*) FROM count_delta') == '0\n'
      wait_until(added_up, 'no change is left')

  def test_absent_at_start(self):
    '''a worker starts without its database and uses it when it comes'''
    self.database.halt()
    with Worker(self.database.dsn) as worker:
      with Connection(worker.address) as connection:
        self.assertError(503, 'StorageError', connection.request('POST', '/record', json.dumps(record()).encode()))
      self.database.start()

      def stored():
        with Connection(worker.address) as connection:
          return connection.request('POST', '/record', json.dumps(record()).encode()).status == 201
      wait_until(stored, 'the record is stored')


class Clients(Outage):
  '''Clients cut off, in front of the worker itself: nginx would not have sent their bodies.'''

  BODIES = [
    (FORM, urllib.parse.urlencode(record(msg = 'x' * 100000)).encode(), None),
    (JSON, json.dumps([record(msg = 'n%d' % i) for i in range(20000)]).encode(), None),
    (NDJSON, ''.join(json.dumps(record(msg = 'n%d' % i)) + '\n' for i in range(40000)).encode(), None),
    (NDJSON, gzip.compress(''.join(json.dumps(record(msg = 'n%d' % i)) + '\n' for i in range(40000)).encode()), 'gzip'),
  ]

  def test_cut(self):
    '''a body cut short, anywhere, stores nothing: form, JSON, NDJSON of megabytes, gzip'''
    for name in stores():
      with Worker(store(name)) as worker:
        before = self.count(worker)
        for kind, body, encoding in self.BODIES:
          for part in 0.1, 0.5, 0.999:
            with self.subTest(store = name, kind = kind, encoding = encoding, part = part):
              self.cut(worker, kind, body, encoding, part)
        self.assertEqual(before, self.count(worker))

  def cut(self, worker, kind, body, encoding, part):
    more = {'HTTP_CONTENT_ENCODING': encoding} if encoding else {}
    pairs = b''.join(pair(*each) for each in parameters('POST', '/record', body, kind, **more))
    with Connection(worker.address) as connection:
      connection.send(begin() + stream(PARAMS, pairs) + packet(PARAMS) + stream(STDIN, body[:int(len(body) * part)]))

  def count(self, worker):
    with Connection(worker.address) as connection:
      return int(connection.request('HEAD', '/record').headers['X-Record-Count'])


class Workers(Outage):

  def test_terminated(self):
    '''worker stopped (SIGTERM) under load through nginx: it ends within a second, every acknowledged record is there'''
    for name in stores()[:2]:
      with self.subTest(store = name):
        self.check_ended(name, signal.SIGTERM)

  def test_killed(self):
    '''worker killed under load: every acknowledged record is there'''
    for name in stores()[:2]:
      with self.subTest(store = name):
        self.check_ended(name, signal.SIGKILL)

  def check_ended(self, name, number):
    self.assertQuick(ENDS, lambda: self.end(name, number))

  def end(self, name, number):
    '''Seconds that it took.'''
    server = {'SQLite': SQLite, 'MariaDB': MariaDB}[name]().start()
    migrate(server.dsn)
    with Worker(server.dsn) as worker, Nginx(worker) as nginx:

      def post():
        client = Client(nginx.port)
        return lambda text: client.post(urllib.parse.urlencode(record(msg = text)), FORM)

      with Load(post, 12) as load:
        load.wait_for_more()
        took, status = timed(lambda: worker.halt(number))
        worker.start()
        load.wait_for_more(50)
      self.assertEqual(0 if number == signal.SIGTERM else -number, status)
      self.check(load, Client(nginx.port))
    server.stop()
    return took


if __name__ == '__main__':
  main()
