#!/usr/bin/env python3
"""What a worker takes of memory and threads has bounds, and what goes beyond them is refused."""
import gzip
import json
import os
import pathlib
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

SIZE = 15 * 10 ** 6
TIMES = 4             # a body takes no more of its size
OWN = 12 << 20        # bytes, beside that: 100,000 values, and what a first request takes for itself
TOGETHER = 8          # bodies at once
FIELDS = {'name': 'limits', 'created': 1525970213.5, 'levelno': 20}


def document(**more):
  return json.dumps({**FIELDS, **more}).encode()


def form(*pairs):
  return urllib.parse.urlencode(FIELDS).encode() + b'&' + b'&'.join(pairs)


def many_fields():
  return form(b'msg=text', *(b'f%06d=12345' % i for i in range(SIZE // 14)))


BODIES = [
  ('a form of a million fields', FORM, many_fields),
  ('a form with one long field', FORM, lambda: form(b'msg=' + b'x' * SIZE)),
  ('a form with a long list', FORM, lambda: form(b'msg=%s', b'args=[' + b', '.join([b"'%s'" % (b'x' * 150)] * (SIZE // 154)) + b']')),
  ('JSON with a long message', JSON, lambda: document(msg = 'x' * SIZE)),
  ('JSON with many escapes', JSON, lambda: document(msg = '\n' * (SIZE // 2))),
  ('JSON with a long argument', JSON, lambda: document(msg = '%s', args = ['x' * SIZE])),
  ('JSON with many values', JSON, lambda: document(msg = 'text', data = ['x' * 145] * 99000)),
  ('an array', JSON, lambda: b'[' + document(msg = 'x' * SIZE) + b']'),
]


class LimitsCase(TestCase):

  def worker(self, **settings):
    store = SQLite()
    migrate(store.dsn)
    worker = Worker(store.dsn, **settings).start()
    self.addCleanup(worker.stop)
    with Connection(worker.address) as connection:
      self.assertStatus(201, connection.request('POST', '/record', document(msg = 'small')))
    return worker

  def post(self, worker, body, kind = JSON):
    with Connection(worker.address) as connection:
      return connection.request('POST', '/record', body, kind = kind)

  def post_together(self, worker, body, n = TOGETHER):
    '''The answers.'''
    answers = []
    threads = [threading.Thread(target = lambda: answers.append(self.post(worker, body))) for _ in range(n)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    return answers

  def set_limit(self, worker, name, value):
    subprocess.run([program('prlimit', 'util-linux'), '--pid=%d' % worker.pid, '%s=%s:' % (name, value)], check = True)


class Memory(LimitsCase):

  def test_body(self):
    '''a form or JSON body takes at most four times its size, whatever is in it'''
    for title, kind, make in BODIES:
      with self.subTest(title):
        worker, body = self.worker(), make()
        before = worker.rss()
        self.assertStatus(201, self.post(worker, body, kind))
        if not worker.sanitized():
          self.assertLess(worker.rss() - before, TIMES * len(body) + OWN, '%d bytes' % len(body))
        worker.stop()

  def test_given_back(self):
    '''what large bodies have taken is the system's again'''
    worker = self.worker(deadline = 3600)
    before = worker.resident()
    for answer in self.post_together(worker, document(msg = 'text', data = 'x' * SIZE)):
      self.assertStatus(201, answer)
    if not worker.sanitized():
      wait_until(lambda: worker.resident() - before < SIZE, 'what eight bodies took is given back')

  def test_together(self):
    '''bodies that together would pass memory-limit wait for each other; one that alone would is 413'''
    worker, small = self.worker(memory_limit = '100M', deadline = 3600), self.worker(memory_limit = '50M')
    body = document(msg = 'x' * SIZE)
    before = worker.rss()
    for answer in self.post_together(worker, body):
      self.assertStatus(201, answer)
    if not worker.sanitized():
      self.assertLess(worker.rss() - before, 100 << 20)
    self.assertStatus(413, self.post(small, body))
    self.assertStatus(201, self.post(small, document(msg = 'x' * (SIZE // 10))))

  def test_lines(self):
    '''lines of NDJSON, of which some are in work at once'''
    worker, lines = self.worker(), (document(msg = 'x' * (SIZE // 3)) + b'\n') * 12
    self.assertStatus(413, self.post(self.worker(memory_limit = '50M'), lines, NDJSON))
    before = worker.rss()
    self.assertStatus(201, self.post(worker, lines, NDJSON))
    if not worker.sanitized():
      self.assertLess(worker.rss() - before, 9 * (SIZE // 3) + OWN)

  def test_patience(self):
    '''who has waited as long as the deadline is told to come back'''
    worker = self.worker(memory_limit = '100M', deadline = 1)
    holder = sqlite3.connect(worker.settings['CHRONOLOGER_STORAGE_DSN'].replace('sqlite://', ''), isolation_level = None)
    holder.execute('BEGIN IMMEDIATE')  # the first one waits for the database, up to five seconds
    answers = self.post_together(worker, document(msg = 'x' * SIZE), 4)
    holder.close()
    refused = [answer for answer in answers if b'memory-limit' in answer.body]
    self.assertTrue(refused)
    for answer in refused:
      self.assertError(503, 'StorageError', answer)
      self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
    self.assertStatus(201, self.post(worker, document(msg = 'small')))

  def test_address_space(self):
    '''a system without memory (RLIMIT_AS): 503 for what needs it, and the rest goes on'''
    worker = self.worker(threads = 4)
    if worker.sanitized():
      return
    self.set_limit(worker, '--as', worker.rss('VmSize') + (40 << 20))
    for body, kind in (many_fields(), FORM), (document(msg = 'x' * SIZE), JSON), (b'[' + document(msg = 'x' * SIZE) + b']', JSON):
      answer = self.post(worker, body, kind)
      self.assertError(503, 'StorageError', answer)
      self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
      self.assertStatus(201, self.post(worker, document(msg = 'small')))
    self.assertEqual(None, worker.process.poll())
    self.set_limit(worker, '--as', 'unlimited')
    self.assertStatus(201, self.post(worker, document(msg = 'x' * SIZE)))


LINE = document(msg = 'x' * 1000) + b'\n'


class Room(LimitsCase):
  '''What there is for bodies that are not kept in memory.'''

  ROOM = 1 << 20

  def small_room(self):
    '''A worker with a file system of that size, which nobody else sees; None where this may not be.'''
    directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
    self.addCleanup(shutil.rmtree, directory)
    alone = [program('unshare', 'util-linux'), '--mount', *(['--user', '--map-root-user'] if os.geteuid() else []), 'sh', '-c',
      'mount -t tmpfs -o size=%d tmpfs %s && exec "$@"' % (self.ROOM, directory), 'sh']
    if subprocess.run(alone + ['true'], stderr = subprocess.DEVNULL).returncode:
      return comment('no file system can be mounted here')
    worker = self.worker(wrapper = alone, spool_directory = directory)
    worker.spool = pathlib.Path('/proc/%d/root%s' % (worker.pid, directory))
    return worker

  def refused(self, answer):
    self.assertError(413, 'HTTPError', answer)
    self.assertNotIn('Retry-After', answer.headers)
    self.assertNotIn(b'/', answer.body)

  def test_too_small(self):
    '''a body that the spool directory can never hold, inflated or not, is 413'''
    worker, lines = self.small_room(), LINE * 4000
    if worker:
      self.refused(self.post(worker, lines, NDJSON))
      with Connection(worker.address) as connection:
        self.refused(connection.request('POST', '/record', gzip.compress(lines), kind = NDJSON, HTTP_CONTENT_ENCODING = 'gzip'))
      self.assertStatus(201, self.post(worker, LINE * 500, NDJSON))

  def test_full(self):
    '''one that it could hold, but for what is there now, is 503; then it is taken'''
    worker, lines = self.small_room(), LINE * 500
    if worker:
      other = worker.spool / 'other'
      other.write_bytes(b'x' * (self.ROOM * 3 // 4))
      answer = self.post(worker, lines, NDJSON)
      self.assertError(503, 'StorageError', answer)
      self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
      self.assertNotIn(b'/', answer.body)
      other.unlink()
      self.assertStatus(201, self.post(worker, lines, NDJSON))

  def test_file_size(self):
    '''a body larger than a file of the worker may be (RLIMIT_FSIZE) is 413'''
    worker = self.worker()
    self.set_limit(worker, '--fsize', 2 << 20)
    self.refused(self.post(worker, LINE * 4000, NDJSON))
    self.assertStatus(201, self.post(worker, document(msg = 'small')))

  def test_paths(self):
    '''no answer names a file of the server; the log does'''
    for dsn in 'mysql://nobody@localhost/chronologer?socket=/nonexistent/mysqld.sock', 'sqlite:////nonexistent/chronologer.db':
      worker = Worker(dsn).start()
      self.addCleanup(worker.stop)
      answer = self.post(worker, document(msg = 'text'))
      self.assertError(503, 'StorageError', answer)
      self.assertNotIn(b'nonexistent', answer.body)
      with Connection(worker.address) as connection:
        answer = connection.request('HEAD', '/record')
      self.assertStatus(503, answer)
      self.assertNotIn('nonexistent', str(answer.headers))
      if dsn.startswith('mysql'):
        wait_until(lambda: '/nonexistent/mysqld.sock' in worker.log.read_text(), 'the log has it')


class Threads(LimitsCase):

  def test_writer(self):
    '''no thread for the writer (RLIMIT_NPROC): 503 that says so, and the rest goes on'''
    if os.geteuid():
      return comment('only root can be another user, whose processes are counted')
    user = 40000 + secrets.randbelow(20000)  # who has no process
    store = SQLite()
    migrate(store.dsn)
    path = pathlib.Path(store.dsn.replace('sqlite://', ''))
    for each in path.parent, path:
      os.chown(each, user, user)
    worker = Worker(store.dsn, wrapper = [program('setpriv', 'util-linux'), '--reuid=%d' % user, '--regid=%d' % user, '--clear-groups',
      program('prlimit', 'util-linux'), '--nproc=4'], threads = 16).start()
    self.addCleanup(worker.stop)
    wait_until(lambda: ' threads instead of 16' in worker.log.read_text(), 'the log says how many there are')
    answer = self.post(worker, document(msg = 'text'))
    self.assertError(503, 'StorageError', answer)
    self.assertIn(b'no thread', answer.body)
    with Connection(worker.address) as connection:
      self.assertStatus(200, connection.request())


if __name__ == '__main__':
  main()
