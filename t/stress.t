#!/usr/bin/env python3
"""64 writers of all kinds at once against two workers, with CHRONOLOGER_STRESS requests each (30 where it is not set):
every id that was acknowledged is readable and holds what was sent, none comes twice, and the counts are right;
changes of the counts are added up before there are many."""
import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

WRITERS = 64
REQUESTS = int(os.environ.get('CHRONOLOGER_STRESS', 30))
PAGE = 10000
WORKERS = 2
DELTAS = 6 * 256  # not yet added up: a worker waits when 5 times 256 are due, and some come meanwhile


def record(numbers, text):
  '''Some late, some early, most of now.'''
  created = time.time() - (numbers.randrange(40 * 86400) if numbers.random() < 0.1 else 0) + (numbers.random() < 0.02) * 86400
  return {'name': 'stress.%s.%d' % (numbers.choice('abc'), numbers.randrange(20)), 'msg': text, 'levelno': numbers.choice((10, 20, 20, 30, 40)),
    'levelname': 'X', 'created': created, 'lineno': numbers.randrange(900)}


def tool(dsn, *arguments):
  return subprocess.run([built(TOOL), *arguments], stdout = subprocess.PIPE, stderr = subprocess.STDOUT,
    env = {**os.environ, 'CHRONOLOGER_STORAGE_DSN': dsn})


class Writer(threading.Thread):
  '''A client that sends one request after the other, of a random kind.'''

  def __init__(self, number, port):
    super().__init__()
    self.numbers = random.Random(number)
    self.number = number
    self.client = Client(port)
    self.stored, self.refused, self.failure, self.sent = {}, 0, None, 0

  def text(self):
    self.sent += 1
    return 'writer %d, text %d' % (self.number, self.sent)

  def form(self):
    text = self.text()
    return [text], self.client.post(urllib.parse.urlencode(record(self.numbers, text)), 'application/x-www-form-urlencoded')

  def document(self):
    text = self.text()
    return [text], self.client.post(record(self.numbers, text))

  def lines(self):
    texts = [self.text() for _ in range(self.numbers.choice((2, 10, 400)))]
    return texts, self.client.post('\n'.join(json.dumps(record(self.numbers, text)) for text in texts), 'application/x-ndjson')

  def post(self):
    texts, response = self.numbers.choice((self.form, self.form, self.document, self.document, self.lines))()
    if response.status == 503:
      self.refused += 1
      return
    if response.status != 201:
      raise AssertionError('%r' % response)
    ids = response.json()
    ids = ids if isinstance(ids, list) else [ids]
    if len(ids) != len(texts) or any(id in self.stored for id in ids):
      raise AssertionError('%d records, ids %s' % (len(texts), ids[:20]))
    self.stored.update(zip(ids, texts))

  def run(self):
    try:
      for _ in range(REQUESTS):
        self.post()
    except BaseException as problem:
      self.failure = problem
    self.client.close()


class Stress:

  def read(self, client):
    '''id -> message of all records, by ranges.'''
    found = {}
    while True:
      page = self.assertStatus(200, client.get('%s?left=%d&right=%d' % (RECORD, len(found), len(found) + PAGE - 1))).json()
      found.update((record['id'], record['message']) for record in page)
      if len(page) < PAGE:
        return found

  def check_counts(self, *arguments):
    run = tool(self.dsn, 'recount', *arguments)
    self.assertEqual(0, run.returncode, run.stdout.decode())
    self.assertTrue(run.stdout.decode().endswith('all counts are right\n'), run.stdout.decode())

  def write(self, port):
    writers = [Writer(i, port) for i in range(WRITERS)]
    for writer in writers:
      writer.start()
    while any(writer.is_alive() for writer in writers):
      self.check_counts()  # finds nothing to correct while all of them write
      writers[0].join(0.5)
      self.assertLess(self.deltas(), WORKERS * DELTAS)
    for writer in writers:
      writer.join()
      if writer.failure:
        raise writer.failure
    return writers

  def test_stress(self):
    '''64 writers, two workers'''
    workers = [Worker(self.dsn).start() for _ in range(WORKERS)]
    nginx = Nginx(*workers).start()
    for server in [nginx] + workers:
      self.addCleanup(server.stop)
    client = Client(nginx.port)
    stored, refused = {}, 0
    for writer in self.write(nginx.port):
      self.assertFalse(stored.keys() & writer.stored.keys(), 'ids that were given twice')
      stored.update(writer.stored)
      refused += writer.refused
    comment('%s: %d records, %d requests answered 503' % (self.store_name, len(stored), refused))
    self.assertGreater(len(stored), 1000)
    self.assertEqual(stored, self.read(client))
    self.assertEqual(len(stored), client.count())
    self.check_counts('--check')
    names = client.get(API + '/name').json()
    self.assertEqual(len(stored), sum(name['count'] for name in names))
    timeline = client.get(API + '/timeline?group=hour&timezone=Asia/Kolkata').json()
    self.assertEqual(len(stored), sum(timeline['count']))


class OnSQLite(Stress, TestCase):
  store_name = 'SQLite'

  def setUp(self):
    self.file = SQLite()
    self.addCleanup(self.file.stop)
    self.dsn = self.file.dsn
    migrate(self.dsn)

  def deltas(self):
    with contextlib.closing(sqlite3.connect(self.file.path)) as file:
      return file.execute('SELECT COUNT(*) FROM count_delta').fetchone()[0]


class OnMariaDB(Stress, TestCase):
  store_name = 'MariaDB'

  def setUp(self):
    self.server = MariaDB().start()
    self.addCleanup(self.server.stop)
    self.dsn = self.server.dsn
    migrate(self.dsn)

  def deltas(self):
    return int(self.server.sql('SELECT COUNT(*) FROM count_delta'))


if __name__ == '__main__':
  main()
