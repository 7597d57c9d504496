#!/usr/bin/env python3
"""Requests that are sent again: with an Idempotency-Key each is stored once, whatever happened to the one before.

CHRONOLOGER_RETRIES=200000 stores that many records while things break (3000), the figure for a release."""
import collections
import concurrent.futures
import gzip
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

RETRIES = int(os.environ.get('CHRONOLOGER_RETRIES') or 3000)
KEY = 'Idempotency-Key'
REPLAYED = 'Idempotency-Replayed'


def fresh():
  return str(uuid.uuid4())


class Keys(Served):

  def post(self, body, kind, key, path = RECORD, client = None, **headers):
    return (client or self.client).post(body, kind, path, **{KEY: key}, **headers)

  def count(self):
    return self.client.count(query(name = self.name))

  def assertReplayed(self, first, again):
    self.assertEqual((first.status, first.body, first.headers['Location'], 'true'),
      (again.status, again.body, again.headers['Location'], again.headers[REPLAYED]))

  def bodies(self):
    '''(what it is, body, content type, records)'''
    one = self.record(msg = 'one', levelno = 30)
    yield 'form', query(**one), FORM, 1
    yield 'JSON', json.dumps(one), JSON, 1
    yield 'array', json.dumps([one] * 3), JSON, 3
    yield 'NDJSON', ndjson([one] * 700), NDJSON, 700

  def test_again(self):
    '''a form, JSON, an array and lines: the first answer again, and nothing stored'''
    for what, body, kind, n in self.bodies():
      with self.subTest(what):
        before, key = self.count(), fresh()
        first = self.assertStatus(201, self.post(body, kind, key))
        self.assertIsNone(first.headers[REPLAYED])
        self.assertEqual(n, len(set(first.json())) if isinstance(first.json(), list) else 1)
        self.assertReplayed(first, self.post(body, kind, key))
        self.assertReplayed(first, self.post(body, kind, '"%s"' % key))
        self.assertReplayed(first, self.post(gzip.compress(body.encode()), kind, key, **{'Content-Encoding': 'gzip'}))
        self.assertEqual(before + n, self.count())

  def test_without(self):
    '''without a key two equal requests are two'''
    for what, body, kind, n in self.bodies():
      before = self.count()
      self.assertNotEqual(*(self.assertStatus(201, self.client.post(body, kind)).body for _ in range(2)))
      self.assertEqual(before + 2 * n, self.count())

  def test_representation(self):
    '''return=representation: the record again'''
    key = fresh()
    first, again = (self.assertStatus(201, self.post(self.record(), JSON, key, Prefer = 'return=representation')) for _ in range(2))
    self.assertEqual(self.name, again.json()['name'])
    self.assertReplayed(first, again)

  def test_some(self):
    '''lines of which some are bad: the same answer again, with what is wrong with them'''
    lines, key = ndjson([self.record(), '{"bad"', self.record(), '{}']), fresh()
    first = self.assertStatus(200, self.post(lines, NDJSON, key))
    self.assertEqual([201, 400, 400], [part['status'] for part in first.json()['multistatus']])
    self.assertReplayed(first, self.post(lines, NDJSON, key))
    self.assertEqual(2, self.count())

  def test_other(self):
    '''another body, type or parameter under the key: 422'''
    key, body = fresh(), json.dumps(self.record())
    self.assertStatus(201, self.post(body, JSON, key))
    for other in ((body + ' ', JSON, key), (body, NDJSON, key), (body, JSON, key, RECORD + '?raw=1')):
      response = self.post(*other)
      self.assertError(422, 'ValueError', response, KEY)
      self.assertIsNone(response.headers[REPLAYED])
    self.assertEqual(1, self.count())

  def test_nothing_stored(self):
    '''what stored nothing leaves no note: the key is free'''
    key = fresh()
    for bad, kind in (('{', JSON), ('{}', JSON), ('[{}]', JSON), (ndjson(['{', '{}']), NDJSON), ('a=b', FORM), ('x', 'text/plain')):
      self.assertTrue(400 <= self.post(bad, kind, key).status < 500)
    self.assertStatus(201, self.post(self.record(), JSON, key))

  def test_keys(self):
    '''a key is 1 to 255 printable ASCII characters; two that differ are two; each user has their own'''
    for key in '""', '"', '"a', 'a' * 256, 'gr\xfcn', '"a"b':
      self.assertError(400, 'ValueError', self.post(self.record(), JSON, key), KEY)
    self.assertEqual(0, self.count())
    unique = 'k' + fresh()[:8]  # in upper case another one
    for key in unique, unique.upper(), unique + ' ' + unique, unique.ljust(255, 'x'), r'"%s\"\\"' % unique:
      self.assertIsNone(self.assertStatus(201, self.post(self.record(), JSON, key)).headers[REPLAYED])
    nginx_users = self.nginx.users
    nginx_users.write_text(nginx_users.read_text() + nginx_users.read_text().replace('logger', 'other'))
    other = Client(self.nginx.port, 'other')
    self.addCleanup(other.close)
    self.assertIsNone(self.assertStatus(201, self.post(self.record(), JSON, unique, client = other)).headers[REPLAYED])

  def test_at_once(self):
    '''16 clients of two workers at once under one key: one of them stores'''
    with Worker(store(self.store_name)) as second, Nginx(second) as nginx:
      for what, body, kind, n in self.bodies():
        with self.subTest(what), concurrent.futures.ThreadPoolExecutor(16) as pool:
          before, key, barrier = self.count(), fresh(), threading.Barrier(16)

          def post(port):
            client = Client(port)
            barrier.wait()
            while True:
              response = client.post(body, kind, **{KEY: key})
              if response.status != 503:
                client.close()
                return response
          answers = list(pool.map(post, [self.nginx.port, nginx.port] * 8))
          self.assertEqual([201] * 16, [answer.status for answer in answers])
          self.assertEqual(1, len(set(answer.body for answer in answers)))
          self.assertEqual(1, sum(not answer.headers[REPLAYED] for answer in answers))
          self.assertEqual(before + n, self.count())

  def test_retention(self):
    '''after idempotency-retention the key is free, and the note is deleted'''
    key = fresh()
    with Worker(store(self.store_name), idempotency_retention = 1) as worker, Nginx(worker) as nginx:
      client = Client(nginx.port)
      self.addCleanup(client.close)
      self.assertStatus(201, self.post(self.record(), JSON, key, client = client))
      wait_until(lambda: not self.assertStatus(201, self.post(self.record(), JSON, key, client = client)).headers[REPLAYED], 'the key is free')
    self.assertEqual(2, self.count())


on_every_store(Keys, globals())


class Steps(TestCase):

  def test_steps(self):
    '''ids that go in steps (auto_increment_increment): each is answered, and again'''
    with MariaDB('--auto-increment-increment=3', '--auto-increment-offset=2') as database:
      migrate(database.dsn)
      with Worker(database.dsn) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        self.addCleanup(client.close)
        for n in 1, 2, 3, 700:
          texts = ['%d of %d' % (i, n) for i in range(n)]
          body = [{'name': 'steps', 'msg': text, 'created': 1, 'levelno': 20} for text in texts]
          headers = {KEY: fresh()}
          first, again = (self.assertStatus(201, client.post(body, JSON, **headers)) for _ in range(2))
          self.assertEqual(first.body, again.body)
          ids = first.json()
          self.assertEqual({3}, {b - a for a, b in zip(ids, ids[1:])} or {3})
          for i in range(0, n, 100):
            self.assertEqual(texts[i], self.assertStatus(200, client.get('%s/%d' % (RECORD, ids[i]))).json()['message'])


class Cutting(Between):
  '''Cuts connections anywhere: before, within and behind requests and answers.'''

  def __init__(self, port):
    self.cuts = 0
    self.random = random.Random(7)
    super().__init__(port)

  def pass_on(self, client, server):
    pair = client, server
    # Of what comes and of what goes: half of the connections are cut, near a request's size.
    limits = [self.random.randrange(6000) if self.random.random() < 0.3 else 1 << 60 for _ in range(2)]
    for source, target, limit in ((client, server, limits[0]), (server, client, limits[1])):
      threading.Thread(target = self.copy, args = (source, target, limit, pair), daemon = True).start()

  def copy(self, source, target, limit, pair):
    try:
      while data := source.recv(65536):
        target.sendall(data[:limit])
        limit -= len(data)
        if limit <= 0:
          self.cuts += 1
          break
    except OSError:
      pass
    for end in pair:
      try:
        end.shutdown(socket.SHUT_RDWR)
      except OSError:
        pass


class Breaking(TestCase):

  def sender(self, port, number, keyed, until, said):
    '''Sends until it is answered, each thing again.'''
    rest = random.Random(number)
    for i in itertools.count():
      if until():
        return
      names = ['%d.%d.%d' % (number, i, k) for k in range(30 if rest.random() < 0.3 else 1)]
      documents = [{'name': 'retry', 'msg': name, 'created': 1, 'levelno': 20} for name in names]
      body, kind = (ndjson(documents), NDJSON) if len(names) > 1 else (query(**documents[0]), FORM)
      headers = {KEY: fresh()} if keyed else {}
      for tries in itertools.count():
        client = Client(port)
        try:
          status = client.request('POST', RECORD, body.encode(), {'Content-Type': kind, **headers}).status
        except (OSError, http.client.HTTPException):
          status = 0
        finally:
          client.close()
        if status == 201:
          break
        self.assertIn(status, (0, 502, 503, 504))
        said['open'] += 1
      with self.lock:
        said['stored'].update(names)

  def run_all(self, worker, database, n, keyed):
    '''(what was acknowledged, what there is, outcomes that were open)'''
    said = {'stored': collections.Counter(), 'open': 0}
    self.lock = threading.Lock()
    with Nginx(worker) as nginx:
      cutting = Cutting(nginx.port)
      until = lambda: said['stored'].total() >= n
      with concurrent.futures.ThreadPoolExecutor(8) as pool:
        threads = [pool.submit(self.sender, cutting.address, i, keyed, until, said) for i in range(8)]
        for i in itertools.count(1):
          more = said['stored'].total() + n // 6
          wait_until(lambda: until() or said['stored'].total() >= more or any(thread.done() for thread in threads), 'more are stored')
          if until() or any(thread.done() for thread in threads):
            break
          victim = database if database and i % 2 else worker
          victim.halt(signal.SIGKILL)
          victim.start()
        for thread in threads:
          thread.result()
      cutting.stop()
      client = Client(nginx.port)
      found = self.messages(client)
      client.close()
    comment('%d stored, %d times no answer, %d cuts' % (said['stored'].total(), said['open'], cutting.cuts))
    return said['stored'], found, said['open']

  def messages(self, client):
    found, left = collections.Counter(), 0
    while True:
      rows = self.assertStatus(200, client.get('%s?left=%d&right=%d' % (RECORD, left, left + 9999))).json()
      found.update(row['message'] for row in rows)
      left += 10000
      if not rows:
        return found

  def check(self, database):
    database.start()
    self.addCleanup(database.stop)
    migrate(database.dsn)
    with Worker(database.dsn) as worker:
      stored, found, no_answer = self.run_all(worker, None if isinstance(database, SQLite) else database, RETRIES, True)
      self.assertGreater(no_answer, 10)
      self.assertEqual(stored, found)

  def test_sqlite(self):
    '''SQLite: connections are cut, workers killed: nothing lost, nothing twice'''
    self.check(SQLite())

  def test_mariadb(self):
    '''MariaDB: connections are cut, workers and the database killed: nothing lost, nothing twice'''
    self.check(MariaDB())

  def test_control(self):
    '''the same without keys stores some twice'''
    database = SQLite()
    self.addCleanup(database.stop)
    migrate(database.dsn)
    with Worker(database.dsn) as worker:
      stored, found, _ = self.run_all(worker, None, 1000, False)
      self.assertFalse(stored - found)
      self.assertGreater((found - stored).total(), 0)


class Committing(Between):
  '''Between worker and database: loses COMMIT, or the answer to it, and the connection with that.'''

  def __init__(self, port):
    self.every = 0  # COMMIT that is lost; 0: none
    self.commits = self.lost = 0
    super().__init__(port)

  def relay(self, data, source, client, server):
    return b'' if self.loses(data, server) else data

  def loses(self, data, server):
    if not data.endswith(b'\x03COMMIT'):
      return False
    self.commits += 1
    if not self.every or self.commits % self.every:
      return False
    self.lost += 1
    if self.lost % 2:
      server.sendall(data)
      server.recv(65536)
    return True


class Commit(TestCase):
  '''The worker finds out by itself what became of a COMMIT.'''

  def load(self, port, n):
    '''Single records and batches by 8 clients, without keys; what was acknowledged.'''
    stored = collections.Counter()

    def send(number):
      client = Client(port)
      for i in range(n // 8):
        names = ['%d.%d.%d' % (number, i, k) for k in range(3000 if i % 16 == 0 else 1)]
        documents = [{'name': 'commit', 'msg': name, 'created': 1, 'levelno': 20} for name in names]
        self.assertStatus(201, client.post(*(ndjson(documents), NDJSON) if len(names) > 1 else (query(**documents[0]), FORM)))
        stored.update(names)
      client.close()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      for each in [pool.submit(send, i) for i in range(8)]:
        each.result()
    return stored

  def check(self, dsn, begin, how = (), n = 400):
    with Worker(dsn, wrapper = how) as worker, Nginx(worker) as nginx:
      client = Client(nginx.port)
      self.addCleanup(client.close)
      self.assertStatus(201, client.post({'name': 'first', 'msg': 'first', 'created': 1, 'levelno': 20}))
      begin()
      stored = self.load(nginx.port, n)
      self.assertEqual(stored + collections.Counter(['first']), Breaking.messages(self, client))
    run = subprocess.run([built(TOOL), 'recount', '--check'], env = {**os.environ, 'CHRONOLOGER_STORAGE_DSN': dsn}, stdout = subprocess.PIPE)
    self.assertEqual(0, run.returncode, run.stdout)

  def test_mariadb(self):
    '''MariaDB: every fourth COMMIT or its answer is lost: all are answered 201 and stored once'''
    with MariaDB() as database:
      migrate(database.dsn)
      between = Committing(database.port)
      self.check(database.dsn.replace(str(database.port), str(between.address)), lambda: setattr(between, 'every', 4))
      comment('%d of %d' % (between.lost, between.commits))
      self.assertGreater(between.lost, 10)
      between.stop()

  def test_sqlite(self):
    '''SQLite: every seventh fdatasync() fails: the transaction is written again, all are answered 201 and stored once'''
    database = SQLite()
    self.addCleanup(database.stop)
    if Worker(database.dsn).sanitized():
      comment('not under strace: what finds leaks traces too')
      return
    migrate(database.dsn)
    with tempfile.NamedTemporaryFile() as trace:
      # Not every third: closing the file and opening it anew has two, and COMMIT would be the third again and again.
      strace = [program('strace', 'strace'), '-f', '-D', '-qq', '-o', trace.name, '-e', 'trace=fdatasync,fsync', '-e', 'inject=fdatasync:error=EIO:when=5+7']
      self.check(database.dsn, lambda: None, strace, 200)
      failed = trace.read().count(b'EIO')
    comment('%d failed' % failed)
    self.assertGreater(failed, 10)


if __name__ == '__main__':
  main()
