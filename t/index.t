#!/usr/bin/env python3
"""Indexes on fields: `chronologer index`. What is asked for is answered as without one, and by the index."""
import itertools
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

RECORD = API + '/record'

# Values of a field, and what a query may compare it with.
TEXTS = ['abc', 'ABC', 'caf\u00e9', 'CAFE', 'cafe ', ' cafe', '\u00df', 's', 'ss', '\U0001f600', '\U0001f601', 'x' * 64 + '1', 'x' * 64 + '2', 'x' * 64, 'X' * 63, 'y' * 2000,
  '387', '387.0', '0387', '3.87e2', '1e15', '1000000000000000', '1234567890123456789', '12345678901234567890123', '-5', '0', 'true', 'True', 'null', '', ' ', "o'brien",
  '{"a": 1}', '[]', 'a"b', 'a\\b', 'a\nb', 'a\tb', 'a\0b', '%', '_', '0x1F', 'inf', 'nan', '3f9a-77', '1e', '12:30']
NUMBERS = [387, 387.0, 387.5, 0, -0.0, 5, 1e14, 999999999999999, 1e15, 10 ** 15, 1234567890123456789, 12345678901234567890, 1e20, 1e-7, 0.1]
OTHERS = [True, False, None, [], {}, ['abc'], {'a': 1}, [387]]


def tool(dsn, *words):
  return subprocess.run([built(TOOL), 'index', *words], stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True,
    env = {**os.environ, 'CHRONOLOGER_STORAGE_DSN': dsn, 'CHRONOLOGER_SQL_DIRECTORY': str(SOURCE / 'sql')})


def literal(value):
  if not isinstance(value, str):
    return repr(value)
  escapes = {"'": "''", '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\0': '\\0'}
  return "'%s'" % ''.join(escapes.get(c, c) for c in value)


class Index(Served):

  field = 'x'

  def tool(self, *words, status = 0):
    run = tool(store(self.store_name), *words)
    self.assertEqual(status, run.returncode, run.stdout)
    return run.stdout

  def fill(self):
    '''Records with each value in data, in meta, and in both.'''
    values = TEXTS + NUMBERS + OTHERS
    places = [{'data': {self.field: value}} for value in values] + [{'meta': {self.field: value}} for value in values]
    places += [{'data': {self.field: a}, 'meta': {self.field: b}} for a, b in itertools.product(['abc', None, 387, 'true', {}], repeat = 2)]
    lines = [json.dumps({'name': self.name, 'msg': 'm', 'levelno': 20, 'created': self.begin, **place}) for place in places + [{}, {'data': {}}]]
    return self.assertStatus(201, self.client.post('\n'.join(lines), NDJSON, API + '/record?raw=1')).json()

  def questions(self):
    for value in TEXTS + NUMBERS:
      for part in 'data', 'meta':
        path = "'$.%s.%s'" % (part, self.field)
        yield {'query': 'logrec->%s = %s' % (path, literal(value))}
        if isinstance(value, str):
          yield {'query': '%s = logrec->>%s' % (literal(value), path)}
      if isinstance(value, str):
        yield {'query': 'logrec->>%s = %s COLLATE utf8mb4_bin AND level = 20' % (path, literal(value))}
        yield {'query': "COALESCE(logrec->>'$.data.x', logrec->>'$.meta.x') COLLATE utf8mb4_general_ci = %s" % literal(value)}
        yield {'search': '%s:"%s"' % (self.field, value.replace('"', '\\"'))}
      yield {'search': '%s:%s' % (self.field, value)}
    for value in 'abc', 387:
      yield {'query': "NOT logrec->'$.data.x' = %s" % literal(value)}
      yield {'query': "logrec->'$.data.x' = %s OR level = 30" % literal(value)}
      yield {'query': "(logrec->'$.data.x' = %s) IS NOT TRUE" % literal(value)}
      yield {'query': "level = 20 AND (name IS NOT NULL AND logrec->'$.data.x' = %s)" % literal(value), 'search': 'x:%s' % value}
      yield {'search': '-x:%s' % value}

  def answers(self):
    found = []
    for n, question in enumerate(self.questions()):
      answer = self.client.get(RECORD + '?' + query(name = self.name, left = 0, right = 999, partial = int(n % 5 == 0), **question))
      found.append((question, answer.status, [row['id'] for row in answer.json()] if answer.status == 200 else answer.json()))
    return found

  def test_same(self):
    '''index: what is found is what is found without it'''
    ids = self.fill()
    before = self.answers()
    self.assertGreater(len({tuple(found) for _, status, found in before if status == 200}), 60)
    for path in '$.data.x', '$.meta.x':
      self.tool('add', path)
    self.addCleanup(lambda: [self.tool('drop', path) for path in ('$.data.x', '$.meta.x')])
    for expected, got in zip(before, self.answers()):
      self.assertEqual(expected, got)
    # What comes later is in it; what is deep, long or odd can still be stored.
    self.assertEqual(len(ids), len(self.fill()))
    deep = {'data': {'x': 'deep', 'y': json.loads('[' * 20 + ']' * 20)}}
    self.assertStatus(201, self.client.post(json.dumps({'name': self.name, 'msg': 'm', **deep}), path = API + '/record?raw=1'))
    self.assertEqual(1, self.client.count(query(search = 'x:DEEP', name = self.name)))

  def test_commands(self):
    '''index: add, list and drop; each may be said twice; a name is one of data'''
    self.assertEqual('$.data.y."z-1" has an index now\n', self.tool('add', 'y.z-1'))
    self.assertIn('already', self.tool('add', '$.data.y."z-1"'))
    self.assertIn('$.data.y."z-1"\n', self.tool('list'))
    self.assertIn('has an index now', self.tool('add', 'Y.z-1'))
    self.assertIn('$.data.Y."z-1"\n$.data.y."z-1"\n', self.tool('list'))
    self.assertIn('no index any more', self.tool('drop', 'Y.z-1'))
    self.assertIn('$.data.y."z-1"\n', self.tool('list'))
    self.assertIn('no index any more', self.tool('drop', 'y.z-1'))
    self.assertIn('had no index', self.tool('drop', 'y.z-1'))
    self.assertNotIn('z-1', self.tool('list'))
    for words in ['add'], ['drop'], ['list', 'x'], ['add', 'x', 'y'], ['make', 'x'], ['add', '$'], ['add', '$.data[0]'], ['add', '$.*'], ['add', "a'b"], ['add', 'a"b'], ['add', ''], ['add', 'x' * 201]:
      self.assertIn('chronologer: ', self.tool(*words, status = 64))

  def test_quick(self):
    '''index: it is used'''
    n = 20000
    self.insert(*(self.record(request_id = 'r-%d' % i, created = self.begin + i // 100) for i in range(n)))
    ask = lambda **more: timed(lambda: self.assertEqual(1, len(self.client.get(RECORD + '?' + query(left = 0, right = 9, name = self.name, **more)).json())))[0]
    questions = {'search': 'request_id:r-77'}, {'query': "logrec->'$.data.request_id' = 'r-77'"}, {'search': 'request_id:r-77', 'partial': 1}
    without = [min(ask(**each) for _ in range(2)) for each in questions]
    self.tool('add', 'request_id')
    self.addCleanup(lambda: self.tool('drop', 'request_id'))
    for before, each in zip(without, questions):
      wait_until(lambda: ask(**each) < before / 4, 'the index makes %s quick' % each)
    self.assertEqual(1, self.client.count(query(search = 'request_id:r-77', name = self.name)))

  def test_meanwhile(self):
    '''index: who reads and writes while one is added and dropped is answered'''
    over, bad = threading.Event(), []
    def use(client):
      while not over.is_set():
        answers = [client.post(self.record(number = 5)), client.head(RECORD + '?' + query(search = 'number:5', name = self.name))]
        bad.extend(answer for answer in answers if answer.status not in (200, 201))
    clients = [Client(self.nginx.port) for _ in range(4)]
    threads = [threading.Thread(target = use, args = [client]) for client in clients]
    for thread in threads:
      thread.start()
    for _ in range(3):
      self.tool('add', 'number')
      self.tool('drop', 'number')
    over.set()
    for thread in threads:
      thread.join()
    self.assertEqual([], bad)


class MariaDBIndex(TestCase):

  def test_explain(self):
    '''MariaDB: index: the statement of a search uses it, as EXPLAIN says'''
    with MariaDB() as database:
      migrate(database.dsn)
      self.assertEqual(0, tool(database.dsn, 'add', 'request_id').returncode)
      with Worker(database.dsn) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        lines = [json.dumps({'name': 'a', 'msg': 'm', 'levelno': 20, 'created': i, 'request_id': i}) for i in range(2000)]
        self.assertStatus(201, client.post('\n'.join(lines), NDJSON))
        database.sql("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = 1")
        for ask in client.get, client.head:
          self.assertStatus(200, ask(RECORD + '?' + query(search = 'request_id:77', **({'left': 0, 'right': 9} if ask == client.get else {}))))
        said = "FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE '%field_1 IN%' AND argument LIKE 'SELECT%'"
        self.assertEqual('2\n', database.sql('SELECT COUNT(*) ' + said))
        for n in range(2):
          plan = database.sql("SET NAMES utf8mb4; SET @said = (SELECT CONCAT('EXPLAIN ', argument) %s LIMIT 1 OFFSET %d); EXECUTE IMMEDIATE @said" % (said, n))
          self.assertIn('\tfield_1\t', plan)

  def test_unfinished(self):
    '''MariaDB: index: what was interrupted before the index was there is not listed, is finished by add, and dropped by drop'''
    with MariaDB() as database:
      migrate(database.dsn)
      for end in 'add', 'drop':
        tool(database.dsn, 'add', 'x')
        self.assertIsNotNone(database.sql('ALTER TABLE record DROP INDEX field_1'))
        self.assertEqual('', tool(database.dsn, 'list').stdout)
        self.assertEqual(0, tool(database.dsn, end, 'x').returncode)
        self.assertEqual('$.data.x\n' if end == 'add' else '', tool(database.dsn, 'list').stdout)
        self.assertEqual('1\n' if end == 'add' else '0\n', database.sql("SELECT COUNT(*) FROM information_schema.columns WHERE column_name LIKE 'field\\_%' AND table_name = 'record'"))


on_every_store(Index, globals())
del Index

if __name__ == '__main__':
  main()
