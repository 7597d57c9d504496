#!/usr/bin/env python3
"""The parameter `query` through nginx, on SQLite and MariaDB: MySQL's answers, refusals, deadlines."""
import concurrent.futures
import json
import math
import os
import sqlite3
import subprocess
import threading
import urllib.parse

import harness
from harness import API, Client, MariaDB, Nginx, SQLite, Worker, timed

DEADLINE = 2  # seconds
AT_MOST = DEADLINE + 1
SLOW_ONES = 16
ROUNDS = 4  # how many times the slowest of the requests beside them these may be late: the same machine holds up both


def slow(conditions):
  return ' OR '.join("logrec->>'$.data.list[%d]' LIKE '%%never%%'" % (i % 60) for i in range(conditions))


def quote(text):
  return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


def fill_sqlite(store, records):
  micro = "CAST(ROUND((julianday(?) - 2440587.5) * 86400) AS INTEGER) * 1000000"
  with sqlite3.connect(store.path) as db:
    for r in records:
      second, _, fraction = r['ts'].partition('.')
      db.execute('INSERT INTO record (record_id, ts, level, name, message, logrec) VALUES (?, %s + ?, ?, ?, ?, ?)' % micro,
        (r['id'], second, int((fraction or '0').ljust(6, '0')), r['level'], r['name'], r['message'], json.dumps(r['logrec'])))
  db.close()


def fill_mariadb(store, records):
  rows = ', '.join('(%d, %s, %d, %s, %s, %s)' % (r['id'], quote(r['ts']), r['level'], quote(r['name']), quote(r['message']),
    quote(json.dumps(r['logrec'], ensure_ascii = False))) for r in records)
  assert store.sql('SET NAMES utf8mb4; INSERT INTO record (record_id, ts, level, name, message, logrec) VALUES ' + rows) is not None


class Site:
  '''A store with the records of query_fixture.json, a worker and nginx.'''

  def __init__(self, name, store, fill):
    self.name, self.store = name, store
    harness.migrate(store.dsn)
    fill(store, harness.vectors('query_fixture'))
    self.worker = Worker(store.dsn, deadline = DEADLINE).start()
    self.client = self.new_client()

  def new_client(self):
    if not hasattr(self, 'nginx'):
      self.nginx = Nginx(self.worker).start()
    return Client(self.nginx.port)


def url(path, query, **more):
  return '%s%s?%s' % (API, path, urllib.parse.urlencode({'query': query, **more}))


def ask(client, method, path, query, **more):
  return client.request(method, url(path, query, **more))


def ids(client, query):
  response = ask(client, 'GET', '/record', query, left = 0, right = 999)
  return [row['id'] for row in response.json()] if response.status == 200 else response.status


def hostile():
  '''(name, expression) of t/query/hostile.txt, but those too long for a URL.'''
  for line in (harness.SOURCE / 't' / 'query' / 'hostile.txt').read_text().splitlines():
    parts = line.split('\t')
    if line.startswith('#') or len(parts) < 2:
      continue
    text = [urllib.parse.unquote_to_bytes(part) for part in parts[1:]]
    expression = text[0] if len(text) == 1 else text[0] + text[1] * int(parts[3]) + text[3]
    if len(expression) < 8000:
      yield parts[0], expression


class Queries:
  '''The cases, for each store.'''

  site = None
  slow = None  # takes a second or more of load()'s records, so that SLOW_ONES on a few processors do not end by DEADLINE

  def test_1_vectors(self):
    '''every case of query.json: the same ids in the same order'''
    for case in harness.vectors('query'):
      with self.subTest(query = case['query']):
        self.assertEqual(case.get('ids', case.get('status')), ids(self.site.client, case['query']))

  def test_2_everywhere(self):
    '''count, timeline, names and range take it, also beside the other filters'''
    client, query = self.site.client, "logrec->'$.data.foo' = 387 AND logrec->'$.meta.lineno' = 12"
    self.assertEqual('1', ask(client, 'HEAD', '/record', query).headers['X-Record-Count'])
    self.assertEqual('1', ask(client, 'HEAD', '/record', query, group = 'day', timezone = 'UTC').headers['X-Record-Count'])
    self.assertEqual([1], ask(client, 'GET', '/timeline', query, group = 'hour', timezone = 'UTC').json()['count'])
    self.assertEqual([{'name': 'app.db', 'count': 1}], ask(client, 'GET', '/name', query).json())
    self.assertEqual('0', ask(client, 'HEAD', '/record', query, level = 30).headers['X-Record-Count'])
    self.assertEqual('1', ask(client, 'HEAD', '/record', query, level = 20, name = 'app').headers['X-Record-Count'])

  def test_3_errors(self):
    '''an error says what and where, for HEAD in a header'''
    for query, words in (("level = 20)", "unexpected ')' at character 11"),
        ("lvl = 20", "unknown column 'lvl', did you mean 'level'?"),
        ("logrec->'$.data.' = 1", "JSON path '$.data.' ends too early"),
        ("record_id - 100 > 0", "out of range")):
      with self.subTest(query = query):
        response = ask(self.site.client, 'GET', '/record', query, left = 0, right = 9)
        self.assertError(400, 'StorageQueryError', response, 'Make sure the query filter is a valid WHERE expression: ', words)
        response = ask(self.site.client, 'HEAD', '/record', query)
        self.assertEqual((400, 'StorageQueryError'), (response.status, response.headers['X-Error-Type']))

  def test_4_hostile(self):
    '''every hostile input is 400 StorageQueryError'''
    n = 0
    for name, expression in hostile():
      with self.subTest(name = name):
        response = ask(self.site.client, 'GET', '/record', expression, left = 0, right = 9)
        if b'\0' in expression or not is_utf8(expression):
          self.assertStatus(400, response)
        else:
          self.assertError(400, 'StorageQueryError', response)
        n += 1
    self.assertGreater(n, 300)

  def test_5_catastrophic(self):
    '''a regular expression that explodes is 503 within the deadline and a second, not a short answer'''
    document = {'name': 'bad', 'msg': 'a' * 5000 + '!', 'created': 1, 'levelno': 20}
    self.assertStatus(201, self.site.client.post(document))

    def explode():
      took, response = timed(lambda: ask(self.site.client, 'HEAD', '/record', "message REGEXP '^(a+)+$'"))
      self.assertEqual((503, 'StorageQueryError'), (response.status, response.headers['X-Error-Type']), response)
      return took
    self.assertQuick(AT_MOST, explode)
    self.assertEqual(0, self.site.client.count('name=bad&before=1969-01-01'))

  def test_6_slow(self):
    '''16 slow queries at once end by the deadline; single records and other reads go on meanwhile'''
    self.load()
    clients = [self.site.new_client() for _ in range(SLOW_ONES)]
    with concurrent.futures.ThreadPoolExecutor(SLOW_ONES) as pool:
      # Connections and statements are made before: nothing is read of a time that has no record.
      list(pool.map(lambda client: ask(client, 'HEAD', '/record', self.slow, after = '2026-01-01'), clients))
      self.assertSoon(lambda: self.run_slow(pool, clients))

  def run_slow(self, pool, clients):
    '''Seconds until the last slow one is answered, and how many are soon. Records are stored and counted until then; were
    the slow ones in their way, at most one such round would be over before the first of them is.'''
    sent = threading.Barrier(SLOW_ONES + 1)
    answers = [pool.submit(ask_slow, client, self.slow, sent.wait) for client in clients]
    sent.wait()
    before = self.use_it_until(lambda: any(answer.done() for answer in answers))
    after = self.use_it_until(lambda: all(answer.done() for answer in answers))
    took = [answer.result()[0] for answer in answers]
    slowest = max(before + after)
    harness.comment('first %.2f s, last %.2f s; %d records and counts before the first, slowest of all %.2f s' % (
      min(took), max(took), len(before) - 1, slowest))
    self.assertEqual([(503, 'StorageQueryError')] * SLOW_ONES, [answer.result()[1] for answer in answers])
    self.wait_idle()
    in_the_way = len(before) - 1 < 3  # the last one may have ended later than a slow one
    return math.inf if in_the_way else max(took), AT_MOST + ROUNDS * slowest

  def test_7_index(self):
    '''beside a filter on time only the records of that time are read, and of a range only as many as it shows'''
    self.load()
    empty = Site('empty', self.new_store().start(), lambda store, records: None)
    self.assertQuick(8, lambda: self.use_index(self.site.client, 10), lambda: self.use_index(empty.client, 0))

  def use_index(self, client, rows):
    '''Seconds.'''
    def ask_all():
      self.assertEqual('0', ask(client, 'HEAD', '/record', self.slow, after = '2026-01-01').headers['X-Record-Count'])
      self.assertEqual('0', ask(client, 'HEAD', '/record', self.slow, level = 30, after = '2026-01-01').headers['X-Record-Count'])
      found = ask(client, 'GET', '/record', '(%s) IS NOT TRUE' % self.slow, left = 0, right = 9, before = '1970-01-01T00:00:01Z')
      self.assertEqual(rows, len(found.json()))
    return timed(ask_all)[0]

  def load(self):
    if self.site.client.count('name=load'):
      return
    line = json.dumps({'name': 'load', 'msg': 'm', 'created': 1, 'levelno': 20,
      'list': ['word %d' % i for i in range(60)]})
    for _ in range(4):
      self.assertStatus(201, self.site.client.post('\n'.join([line] * 10000), 'application/x-ndjson'))

  def use_it_until(self, over):
    client, taken = self.site.new_client(), []

    def use_it():
      self.assertStatus(201, client.post({'name': 'meanwhile', 'msg': 'm', 'created': 2, 'levelno': 20}))
      client.count('after=1970-01-01T00:00:02Z&before=1970-01-01T00:00:03Z')
    while not taken or not over():
      taken.append(timed(use_it)[0])
    return taken


def is_utf8(text):
  try:
    text.decode('utf-8')
    return True
  except UnicodeDecodeError:
    return False


def ask_slow(client, query, sent):
  '''(seconds, (status, type of error))'''
  took, response = timed(lambda: client.request('HEAD', url('/record', query), sent = sent))
  return took, (response.status, response.headers['X-Error-Type'])


class OnSQLite(Queries, harness.TestCase):
  prefix = 'SQLite: '
  slow = slow(300)
  new_store = SQLite

  @classmethod
  def setUpClass(cls):
    cls.site = Site('SQLite', SQLite().start(), fill_sqlite)

  def wait_idle(self):
    self.assertHealthy(self.site.client)


class OnMariaDB(Queries, harness.TestCase):
  prefix = 'MariaDB: '
  slow = slow(30)
  new_store = MariaDB

  @classmethod
  def setUpClass(cls):
    cls.site = Site('MariaDB', MariaDB().start(), fill_mariadb)

  def wait_idle(self):
    '''No statement is left running.'''
    harness.wait_until(lambda: '0' == self.site.store.sql(
      "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%JSON_EXTRACT(%' AND id <> CONNECTION_ID()").strip(),
      'the slow statements are gone')


class Given:
  '''The scratch database of CHRONOLOGER_TEST_DSN, whose tables are dropped.'''

  def __init__(self, dsn):
    harness.wait_until(lambda: harness.hold('CHRONOLOGER_TEST_DSN'), 'no other test has it')
    self.dsn, self.url = dsn, urllib.parse.urlsplit(dsn)
    self.sql('DROP TABLE IF EXISTS record, count_level, count_name, count_delta, count_state, chronologer_migration')

  def sql(self, statement):
    url = self.url
    run = subprocess.run([harness.program('mariadb', 'mariadb-client'), '--no-defaults', '--default-character-set=utf8mb4',
      '--host=' + url.hostname, '--port=%d' % (url.port or 3306), '--user=' + url.username, '--password=' + (url.password or ''),
      '--batch', '--skip-column-names', '-e', statement, url.path[1:]], stdout = subprocess.PIPE)
    return run.stdout.decode() if run.returncode == 0 else None


class OnGiven(OnMariaDB):
  prefix = 'CHRONOLOGER_TEST_DSN: '

  @classmethod
  def setUpClass(cls):
    cls.site = Site('given', Given(os.environ['CHRONOLOGER_TEST_DSN']), fill_mariadb)


if 'CHRONOLOGER_TEST_DSN' not in os.environ:
  del OnGiven

if __name__ == '__main__':
  harness.main()
