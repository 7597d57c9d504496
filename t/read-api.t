#!/usr/bin/env python3
"""What readers ask for besides ranges and counts, on every store, through nginx with the configuration in nginx/.

Around a record, the tail, the user, values and exports. No test expects an empty store: each has logger names
of its own.
"""
import concurrent.futures
import csv
import gzip
import http.client
import io
import json
import math
import os
import socket
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

class ReadApi(Served):
  '''What holds on any store.'''

  def get(self, endpoint, **parameters):
    return self.client.get(API + endpoint + '?' + query(**parameters))

  def ok(self, endpoint, **parameters):
    return self.assertStatus(200, self.get(endpoint, **parameters)).json()

  def assertRefused(self, endpoint, word, **parameters):
    self.assertError(400, 'ValueError', self.get(endpoint, **parameters), word)

  # The user

  def test_user(self):
    '''GET /user: without a map of roles every user has all'''
    self.assertSame({'user': 'logger', 'roles': ['basic-reader', 'query-reader', 'writer']}, self.ok('/user'), 'user')

  # The tail

  def tail(self, cursor, **parameters):
    '''One call: (records, cursor, more).'''
    answer = self.ok('/tail', **{'name': self.name, 'cursor': cursor, **parameters})
    self.assertEqual({'records', 'cursor', 'more'}, set(answer))
    return answer['records'], answer['cursor'], answer['more']

  def cursor(self):
    answer = self.ok('/tail')
    self.assertEqual(([], False), (answer['records'], answer['more']))
    return answer['cursor']

  def test_tail(self):
    '''tail: what has arrived since, in the order of arrival, once'''
    self.insert(self.record())
    cursor = self.cursor()
    self.assertEqual(([], False), self.tail(cursor)[::2])
    ids = self.insert(*(self.record(msg = 'n%d' % i, created = self.begin - i) for i in range(5)))
    records, after, more = self.tail(cursor)
    self.assertEqual((ids, ['n%d' % i for i in range(5)], False), ([r['id'] for r in records], [r['message'] for r in records], more))
    self.assertEqual(self.tail(cursor)[0], records)
    self.assertEqual([], self.tail(after)[0])

  def test_tail_pages(self):
    '''tail: a limit, and more until there is no more'''
    cursor, found, mores = self.cursor(), [], []
    ids = self.insert(*(self.record(created = self.begin + i) for i in range(2500)))
    while True:
      records, cursor, more = self.tail(cursor, **{'limit': 700} if len(mores) else {})
      found += [record['id'] for record in records]
      mores.append((len(records), more))
      if not more:
        break
    self.assertEqual(ids, found)
    self.assertEqual([(1000, True), (700, True), (700, True), (100, False)], mores)

  def test_tail_filters(self):
    '''tail: filters and logrec; what does not match is behind the cursor too'''
    cursor = self.cursor()
    self.insert(*(self.record(levelno = 10 * (i % 5), foo = i) for i in range(20)))
    records, after, more = self.tail(cursor, level = 30, logrec = 1, query = "logrec->'$.data.foo' > 10")
    self.assertEqual([13, 14, 18, 19], [record['logrec']['data']['foo'] for record in records])
    self.assertNotIn('logrec', self.tail(cursor)[0][0])
    self.assertEqual([], self.tail(after)[0])

  def test_tail_refused(self):
    '''tail: what does not parse is refused by its name'''
    cursor = self.cursor()
    for word, value in ('cursor', ''), ('cursor', '0'), ('cursor', cursor + '.'), ('cursor', cursor + 'x'), ('cursor', '-' + cursor), \
        ('limit', '0'), ('limit', '10001'), ('limit', 'x'), ('limit', ''), ('logrec', 'yes'), ('left', '0'):
      with self.subTest(word = word, value = value):
        self.assertRefused('/tail', word, **{'cursor': cursor, word: value})

  # Values

  def values(self, path, **parameters):
    return self.ok('/value', **{'name': self.name, 'path': path, **parameters})

  def test_values(self):
    '''values: how often each is there, the most frequent first'''
    self.insert(*(self.record(user = {'id': i % 4 if i % 4 else 1}) for i in range(12)), self.record(), self.record(user = None))
    self.assertSame({'records': 14, 'complete': True, 'missing': 2, 'distinct': 3, 'values': [
      {'value': 1, 'count': 6}, {'value': 2, 'count': 3}, {'value': 3, 'count': 3}]}, self.values('$.data.user.id'), 'answer')
    self.assertSame([{'value': 1, 'count': 6}], self.values('$.data.user.id', limit = 1)['values'], 'values')
    self.assertEqual(3, self.values('$.data.user.id', limit = 1)['distinct'])

  def test_values_of_columns(self):
    '''values: of name, level and message'''
    self.insert(*(self.record(name = self.name + '.b' * (i % 2), levelno = 10 * (i % 3), msg = 'm"\n%d' % (i // 4)) for i in range(6)))
    self.assertSame([{'value': self.name, 'count': 3}, {'value': self.name + '.b', 'count': 3}], self.values('name')['values'], 'values')
    self.assertSame([{'value': n, 'count': 2} for n in (0, 10, 20)], self.values('level')['values'], 'values')
    self.assertSame([{'value': 'm"\n0', 'count': 4}, {'value': 'm"\n1', 'count': 2}], self.values('message')['values'], 'values')

  def test_values_of_all_types(self):
    '''values: JSON of every type, null and nested ones too, is a value'''
    given = [None, True, False, 0, -1, 2.5, 1e100, '', 'a', 'A', '\u00e9\0\U0001f40d', [], [1, [None]], {}, {'b': 1, 'a': {'c': []}}]
    self.insert(*(self.record(x = value) for value in given + given[:1]))
    answer = self.values('$.data.x')
    self.assertEqual((len(given) + 1, 0, len(given)), (answer['records'], answer['missing'], answer['distinct']))
    found = sorted(json.dumps(entry['value'], sort_keys = True) for entry in answer['values'])
    self.assertEqual(sorted(json.dumps(value, sort_keys = True) for value in given), found)
    self.assertEqual({'value': None, 'count': 2}, answer['values'][0])

  def test_values_sample(self):
    '''values: of the newest records only, which it says'''
    self.insert(*(self.record(created = self.begin + i, x = i // 10) for i in range(50)))
    for sample, records, complete, distinct in (10, 10, False, 1), (15, 15, False, 2), (49, 49, False, 5), (50, 50, True, 5), (100000, 50, True, 5):
      answer = self.values('$.data.x', sample = sample)
      self.assertEqual((records, complete, distinct), (answer['records'], answer['complete'], answer['distinct']), sample)
    self.assertSame([{'value': 4, 'count': 10}, {'value': 3, 'count': 5}], self.values('$.data.x', sample = 15)['values'], 'values')

  def test_values_paths(self):
    '''values: the paths of the query language: quotes, blanks, elements'''
    self.insert(self.record(**{'a b': {'c.d': [1, {'e': 2}]}, 's': 'x'}))
    for path, expected in ('$.data."a b"."c.d"[0]', 1), ('$ .data."a b" . "c.d"[last].e', 2), ('$.data."a b"."c.d"[last-1]', 1), \
        ('$.data.s', 'x'), ('$.data."s"', 'x'), ('$.data.s[0]', 'x'):
      with self.subTest(path = path):
        self.assertSame([{'value': expected, 'count': 1}], self.values(path)['values'], 'values')
    self.assertEqual((1, 1, []), tuple(self.values('$.data.nothing')[key] for key in ('records', 'missing', 'values')))
    self.assertEqual({'data', 'meta'}, set(self.values('$')['values'][0]['value']))

  def test_values_filters(self):
    '''values: of records that match; none is no error'''
    self.insert(*(self.record(levelno = 10 * i, x = i) for i in range(5)))
    self.assertSame([{'value': 3, 'count': 1}, {'value': 4, 'count': 1}], self.values('$.data.x', level = 30)['values'], 'values')
    self.assertSame([{'value': 2, 'count': 1}], self.values('$.data.x', query = "logrec->'$.data.x' = 2")['values'], 'values')
    self.assertSame({'records': 0, 'complete': True, 'missing': 0, 'distinct': 0, 'values': []}, self.values('level', level = 99), 'answer')

  def test_values_bounded(self):
    '''values: large ones are looked at up to a limit, which it says'''
    big = 'x' * (5 << 20)
    for i in range(9):
      self.insert(self.record(created = self.begin + i, big = '%d%s' % (i, big), message = 'm'))
    answer = self.values('$.data.big', limit = 1)
    self.assertEqual((7, False, 7), (answer['records'], answer['complete'], answer['distinct']))

  def test_values_refused(self):
    '''values: a path that is none, or finds several values, and numbers out of range'''
    for path in '', 'ts', 'logrec', 'data.x', '$.', '$.data.*', '$**.x', '$.a[*]', '$.a[0 to 1]', '$.a[', "$.a' OR 1", '$.a b', 'Name':
      with self.subTest(path = path):
        self.assertRefused('/value', 'path', path = path)
    self.assertRefused('/value', 'path')
    for word, value in ('limit', 0), ('limit', 1001), ('limit', 'x'), ('sample', 0), ('sample', 100001), ('sample', ''), ('left', 0):
      self.assertRefused('/value', word, path = 'name', **{word: value})

  # Exports

  def export(self, **parameters):
    '''The answer, after looking at what every export has.'''
    response = self.assertStatus(200, self.get('/record', **{'name': self.name, **parameters}))
    kind, ending = {'ndjson': ('application/x-ndjson', 'ndjson'), 'csv': ('text/csv; charset=utf-8; header=present', 'csv')}[parameters['format']]
    self.assertEqual((kind, 'no-cache'), (response.headers['Content-Type'], response.headers['Cache-Control']))
    self.assertRegex(response.headers['Content-Disposition'], r'^attachment; filename="chronologer-\d{8}T\d{6}Z\.%s"$' % ending)
    return response

  def lines(self, **parameters):
    response = self.export(format = 'ndjson', **parameters)
    self.assertTrue(response.body.endswith(b'\n') or not response.body)
    records = [json.loads(line) for line in response.body.split(b'\n')[:-1]]
    self.assertEqual(str(len(records)), response.headers['X-Record-Count'])
    return records

  def table(self, **parameters):
    response = self.export(format = 'csv', **parameters)
    self.assertTrue(response.body.endswith(b'\r\n'))
    rows = list(csv.reader(io.StringIO(response.body.decode(), newline = ''), strict = True))
    self.assertEqual(['id', 'ts', 'level', 'name', 'message', 'logrec'], rows[0])
    self.assertEqual(str(len(rows) - 1), response.headers['X-Record-Count'])
    return rows[1:]

  def test_export_ndjson(self):
    '''export: NDJSON has whole records, newest first; a line can be stored again'''
    self.insert(*(self.record(created = self.begin + i * 7 % 5, foo = i, msg = 'line\n"%d"\r\u2028' % i) for i in range(50)))
    expected = self.ok('/record', name = self.name, left = 0, right = 99, logrec = 1)
    self.assertSame(expected, self.lines(), 'records')
    line = self.export(format = 'ndjson').body.split(b'\n')[7]
    id = self.assertStatus(201, self.client.post(line, NDJSON, RECORD + '?raw=1')).json()[0]
    self.assertSame(expected[7], self.ok('/record/%d' % id)['logrec'], 'logrec')

  def test_export_csv(self):
    '''export: CSV is what Python's strict reader takes for the same'''
    texts = ['plain', 'a,b', '"', '""', 'a"b', ' x ', '', 'a\r\n', 'a\nb', "'", 'ä\U0001f40d', ',', 'x=1', 'é', '\\', '0']
    self.insert(*(self.record(name = self.name + text[:1], msg = text, created = self.begin - i, foo = text) for i, text in enumerate(texts)))
    expected = self.ok('/record', name = self.name, left = 0, right = 99, logrec = 1)
    rows = self.table()
    self.assertEqual([[str(r['id']), r['ts'], str(r['level']), r['name'], r['message']] for r in expected], [row[:5] for row in rows])
    for record, row in zip(expected, rows):
      self.assertSame(record['logrec'], json.loads(row[5]))
    self.assertEqual(texts, [row[4] for row in rows])

  def test_export_csv_formulas(self):
    '''export: a cell that a spreadsheet would run begins with an apostrophe; NUL becomes U+FFFD'''
    texts = {'=1+1': "'=1+1", '+1': "'+1", '-1': "'-1", '@x': "'@x", '\tx': "'\tx", '\rx': "'\rx", '=': "'=", ' =1': ' =1', "'=1": "'=1",
      '=cmd|"/C calc"!A0': "'=cmd|\"/C calc\"!A0", 'a\0b': 'a\ufffdb', '\0=1': '\ufffd=1', '\n=1': '\n=1'}
    self.insert(*(self.record(msg = text, created = self.begin - i) for i, text in enumerate(texts)))
    self.assertEqual(list(texts.values()), [row[4] for row in self.table()])
    for sign in '=+-@\t\r':
      self.insert(self.record(name = sign + self.name))
      response = self.get('/record', format = 'csv', name = sign + self.name)
      self.assertIn(b',"\'%s' % (sign + self.name).encode(), response.body)

  def test_export_many(self):
    '''export: many pages and windows, with ties of ts across their ends, every record once'''
    ids = []
    for part in range(6):
      # Three instants of which one has more records than a window.
      ids += self.insert(*(self.record(created = self.begin + min(i % 12, 2), levelno = 40 if i % 1000 == 0 else 20, foo = i, msg = 'x' * (i % 700)) for i in range(5000)))
    at = lambda i: (min(i % 5000 % 12, 2), ids[i])
    order = sorted(range(len(ids)), key = at, reverse = True)
    self.assertEqual([ids[i] for i in order], [record['id'] for record in self.lines()])
    self.assertEqual([str(ids[i]) for i in order], [row[0] for row in self.table()])
    errors = [ids[i] for i in order if i % 5000 % 1000 == 0]
    self.assertEqual(errors, [record['id'] for record in self.lines(level = 40)])
    self.assertEqual(errors, [record['id'] for record in self.lines(query = 'level = 40')])
    between = [ids[i] for i in order if at(i)[0] == 1]
    bounds = {'after': iso(self.begin + 1), 'before': iso(self.begin + 1)}
    self.assertEqual(between, [record['id'] for record in self.lines(**bounds)])

  def test_export_sizes(self):
    '''export: small and large records beside each other'''
    sizes = [10, 300000, 5, 2000000] + [100] * 1500 + [70000] * 20 + [1] * 300
    for at in range(0, len(sizes), 1000):
      self.insert(*(self.record(created = self.begin - at - i, msg = 'y' * size) for i, size in enumerate(sizes[at:at + 1000])))
    self.assertEqual(sizes, [len(record['message']) for record in self.lines()])

  def test_export_nothing(self):
    '''export: of nothing is empty, or the header line'''
    self.assertEqual(([], []), (self.lines(), self.table()))

  def test_export_part(self):
    '''export: left and right, or around, give those rows only'''
    ids = self.insert(*(self.record(created = self.begin + i) for i in range(20)))[::-1]
    self.assertEqual(ids[3:8], [record['id'] for record in self.lines(left = 3, right = 7)])
    self.assertEqual(ids[18:], [record['id'] for record in self.lines(left = 18, right = 70)])
    self.assertEqual([str(id) for id in ids[3:8]], [row[0] for row in self.table(left = 3, right = 7)])
    self.assertEqual(ids[3:8], [record['id'] for record in self.lines(around = ids[5], left = -2, right = 2)])
    self.assertEqual(ids[3:8], [record['id'] for record in self.ok('/record', format = 'json', name = self.name, left = 3, right = 7)])

  def test_export_accept(self):
    '''export: the format by Accept, unless a parameter says it'''
    self.insert(self.record(), self.record())
    path = RECORD + '?name=%s&left=0&right=9' % self.name
    for accept, expected in (None, 'json'), ('', 'json'), ('*/*', 'json'), ('text/html,application/xhtml+xml,*/*;q=0.8', 'json'), \
        ('text/csv', 'csv'), ('Text/CSV; header=present', 'csv'), ('application/x-ndjson', 'ndjson'), ('text/csv, */*', 'csv'), \
        ('application/json, text/csv', 'json'), ('application/json;q=0.5, text/csv', 'csv'), ('text/csv;q=0.4,application/x-ndjson;q=0.9', 'ndjson'), \
        ('text/csv;q=0', 'json'), ('text/csv;q=x', 'json'), (',;,text/csv', 'csv'), ('text/csvx', 'json'):
      with self.subTest(accept = accept):
        headers = {} if accept is None else {'Accept': accept}
        kind = {'json': 'application/json', 'csv': 'text/csv', 'ndjson': 'application/x-ndjson'}
        self.assertEqual(kind[expected], self.client.get(path, **headers).headers['Content-Type'].partition(';')[0])
        for format in kind:
          self.assertEqual(kind[format], self.client.get(path + '&format=' + format, **headers).headers['Content-Type'].partition(';')[0])

  def test_export_refused(self):
    '''export: what is wrong is said as JSON, not as a file'''
    for word, parameters in ('format', {'format': 'xml'}), ('format', {'format': ''}), ('left', {'format': 'csv', 'right': 1}), ('left', {'format': 'json'}), \
        ('right', {'format': 'csv', 'left': 0}), ('right', {'format': 'csv', 'left': 0, 'right': 10000}), ('level', {'format': 'csv', 'level': 'x'}):
      with self.subTest(parameters = parameters):
        self.assertRefused('/record', word, **parameters)
        response = self.get('/record', **parameters)
        self.assertEqual(('application/json', None), (response.headers['Content-Type'], response.headers['Content-Disposition']))
    self.assertError(400, 'StorageQueryError', self.get('/record', format = 'csv', query = 'nonsense'))
    self.assertError(404, 'HTTPError', self.get('/record', format = 'csv', around = 2 ** 60, left = 0, right = 0))

  def test_export_compressed(self):
    '''export: nginx compresses it'''
    self.insert(*(self.record() for i in range(100)))
    for format in 'csv', 'ndjson':
      response = self.client.get(RECORD + '?' + query(format = format, name = self.name), **{'Accept-Encoding': 'gzip'})
      self.assertEqual('gzip', response.headers['Content-Encoding'])
      self.assertEqual(self.export(format = format).body, gzip.decompress(response.body))

  # Around a record

  def around(self, id, left, right, **parameters):
    return [record['id'] for record in self.ok('/record', around = id, left = left, right = right, **{'name': self.name, **parameters})]

  def test_around(self):
    '''around: the rows beside each record are those of the whole range, ties of ts too'''
    self.insert(*(self.record(created = self.begin + i * 7 % 5) for i in range(60)))
    whole = [record['id'] for record in self.ok('/record', left = 0, right = 99, name = self.name)]
    self.assertEqual(60, len(whole))
    for at, id in enumerate(whole):
      for left, right in (-50, 50), (-3, 4), (0, 0), (0, 5), (-5, 0), (1, 9), (-9, -1), (3, 7), (-7, -3), (-100, -60):
        with self.subTest(at = at, left = left, right = right):
          self.assertEqual(whole[max(at + left, 0):max(at + right + 1, 0)], self.around(id, left, right))

  def test_around_filters(self):
    '''around: filters hold for the others, the record itself is there anyway'''
    ids = self.insert(*(self.record(created = self.begin + i, levelno = 40 if i % 3 == 0 else 10) for i in range(30)))
    errors = ids[::-1][2::3]
    for id in ids[12:18]:
      with self.subTest(id = id):
        newer, older = [i for i in errors if i > id], [i for i in errors if i < id]
        self.assertEqual(newer[-2:] + [id] + older[:3], self.around(id, -2, 3, level = 40))
        self.assertEqual(older[:3], self.around(id, 1, 3, level = 40))
        self.assertEqual([id], self.around(id, -9, 9, name = 'nobody else'))

  def test_around_fields(self):
    '''around: the fields of a range; logrec=1 adds logrec'''
    ids = self.insert(*(self.record(created = self.begin + i, foo = i) for i in range(3)))
    for logrec in 0, 1:
      parameters = {'name': self.name, 'logrec': logrec}
      self.assertEqual(self.ok('/record', left = 0, right = 2, **parameters),
        self.ok('/record', around = ids[1], left = -1, right = 1, **parameters))

  def test_around_missing(self):
    '''around: 404 where there is no such record'''
    for id in 0, 2 ** 53, 2 ** 63 - 1:
      self.assertError(404, 'HTTPError', self.get('/record', around = id, left = -1, right = 1))

  def test_around_refused(self):
    '''around: what does not parse is refused by its name'''
    id, = self.insert(self.record())
    for parameters, word in ({'around': 'x', 'left': 0, 'right': 1}, 'around'), ({'around': -1, 'left': 0, 'right': 1}, 'around'), \
        ({'around': id, 'right': 1}, 'left'), ({'around': id, 'left': -1}, 'right'), ({'around': id, 'left': 'x', 'right': 1}, 'left'), \
        ({'around': id, 'left': 1, 'right': 0}, 'right'), ({'around': id, 'left': -5000, 'right': 5000}, 'right'), \
        ({'around': id, 'left': 0, 'right': 10001}, 'right'), ({'around': id, 'left': -10001, 'right': -10000}, 'left'), \
        ({'left': -1, 'right': 1}, 'left'):
      with self.subTest(parameters = parameters):
        self.assertRefused('/record', word, **parameters)
    self.assertStatus(200, self.get('/record', around = id, left = -5000, right = 4999, name = self.name))


class LargeExport(TestCase):
  '''Exports that are larger than what a worker may keep.'''

  RECORDS, SIZE = 1000, 60000

  @classmethod
  def setUpClass(cls):
    cls.store = SQLite()
    migrate(cls.store.dsn)
    with Worker(cls.store.dsn) as worker, Nginx(worker) as nginx:
      client = Client(nginx.port)
      for at in range(0, cls.RECORDS, 200):
        body = ''.join(json.dumps({'name': 'large', 'msg': 'x' * cls.SIZE, 'created': 10 ** 9 + i, 'levelno': 20}) + '\n' for i in range(at, at + 200))
        client.post(body, NDJSON)
    cls.worker = Worker(cls.store.dsn, deadline = 3600).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    for server in cls.nginx, cls.worker, cls.store:
      server.stop()

  def begin(self, path):
    '''An answer of which no more than its head and what fits into buffers has been taken.'''
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.connect(('127.0.0.1', self.nginx.port))
    self.addCleanup(connection.close)
    connection.sendall(('GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n' % (API + path, basic('logger'))).encode())
    response = http.client.HTTPResponse(connection)
    response.begin()
    self.assertEqual(200, response.status)
    return response

  def test_memory(self):
    '''export: twice the size of all that a worker takes of memory'''
    if self.worker.sanitized():
      return
    with Worker(self.store.dsn) as worker, Nginx(worker) as nginx:
      response = Client(nginx.port).get(API + '/record?format=ndjson&name=large')
      self.assertEqual(self.RECORDS, response.body.count(b'\n'))
      self.assertLess(worker.rss(), 50 << 20)
    self.assertGreater(len(response.body), 100 << 20)

  def test_frozen(self):
    '''export: what arrives after its start is not part of it, wherever it stands in the order'''
    response = self.begin('/record?format=ndjson&name=large,late')
    for created in 10 ** 9, 10 ** 9 + 10, 1, 2 * 10 ** 9:
      Client(self.nginx.port).post({'name': 'late', 'msg': 'x', 'created': created, 'levelno': 20})
    lines = response.read().splitlines()
    self.assertEqual(str(self.RECORDS), response.headers['X-Record-Count'])
    self.assertEqual({'large'}, {json.loads(line)['name'] for line in lines})
    self.assertEqual(self.RECORDS, len(lines))

  def test_connections(self):
    '''export: slow clients do not keep the database from others'''
    with Worker(self.store.dsn, connections = 1) as worker, Nginx(worker) as nginx:
      waiting = []
      port, self.nginx.port = self.nginx.port, nginx.port
      try:
        waiting = [self.begin('/record?format=ndjson&name=large') for i in range(3)]
      finally:
        self.nginx.port = port
      self.assertStatus(200, Client(nginx.port).get(API + '/record?left=0&right=0'))
      # All at once: nginx gives up on who takes nothing for a minute.
      with concurrent.futures.ThreadPoolExecutor(len(waiting)) as pool:
        for body in pool.map(http.client.HTTPResponse.read, waiting):
          self.assertLess(0, len(body))

  def test_deadline(self):
    '''export: of a filter that is answered too late for one statement'''
    if self.worker.sanitized():
      return
    path = RECORD + '?' + query(name = 'rare', query = "REPEAT(message, 60) LIKE '%ca%'")
    batches = []

    def insert():
      lines = (json.dumps({'name': 'rare', 'msg': 'ababab' * 4 + ('d' if i else 'c'), 'created': 10 ** 8 + len(batches), 'levelno': 20}) for i in range(40000))
      batches.append(self.assertStatus(201, Client(self.nginx.port).post('\n'.join(lines), NDJSON)))

    insert()
    with Worker(self.store.dsn, deadline = 3600) as worker, Nginx(worker) as nginx:
      took, _ = timed(lambda: Client(nginx.port).head(path))
    # So long that a part of the first batch is answered in time; longer where the machine became busy since.
    for deadline in (math.ceil(took * 2 ** n) for n in range(1, TRIES)):
      with Worker(self.store.dsn, deadline = deadline) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        while client.head(path).status == 200:
          insert()
        for batch in list(batches):
          insert()  # clearly too many
        try:
          response = client.get(path + '&format=ndjson')
        except http.client.IncompleteRead:
          continue
        if response.status != 503:
          break
    self.assertStatus(200, response)
    self.assertEqual(len(batches), response.body.count(b'\n'))
    self.assertIsNone(response.headers['X-Record-Count'])

  def test_error(self):
    '''export: an error before anything is sent is one like any other, from a worker of one thread too'''
    lines = (json.dumps({'name': 'slow', 'msg': 'ab' * 1000, 'created': 10 ** 7, 'levelno': 20}) for i in range(2000))
    self.assertStatus(201, Client(self.nginx.port).post('\n'.join(lines), NDJSON))
    path = RECORD + '?format=csv&' + query(name = 'slow', query = "REPEAT(message, 1000) LIKE '%ca%'")
    for threads in 16, 1:
      with Worker(self.store.dsn, deadline = 1, threads = threads) as worker, Nginx(worker) as nginx:
        response = Client(nginx.port).get(path)
        self.assertError(503, 'StorageQueryError', response)
        self.assertEqual(['application/json'], response.headers.get_all('Content-Type'))
        for name in 'Content-Disposition', 'X-Record-Count':
          self.assertIsNone(response.headers[name])

  def test_one_thread(self):
    '''export: a worker of one thread sends what it has kept'''
    with Worker(self.store.dsn, threads = 1) as worker, Nginx(worker) as nginx:
      response = Client(nginx.port).get(RECORD + '?format=ndjson&name=large')
      self.assertEqual((str(self.RECORDS), self.RECORDS), (response.headers['X-Record-Count'], response.body.count(b'\n')))
      self.assertEqual(str(len(response.body)), response.headers['Content-Length'])


class Concurrent(TestCase):
  '''The tail of a MariaDB on which transactions of other programs are open.'''

  @classmethod
  def setUpClass(cls):
    cls.database = MariaDB('--auto-increment-increment=3', '--auto-increment-offset=2').start()
    migrate(cls.database.dsn)
    cls.worker = Worker(cls.database.dsn).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    for server in cls.nginx, cls.worker, cls.database:
      server.stop()

  def session(self):
    '''A connection of its own, through the client program.'''
    process = subprocess.Popen([program('mariadb', 'mariadb-client'), '--no-defaults', '--socket=%s' % self.database.socket,
      '--user=root', '--batch', '--skip-column-names', '--unbuffered', 'chronologer'], stdin = subprocess.PIPE, stdout = subprocess.PIPE, text = True)
    self.addCleanup(process.wait)
    self.addCleanup(process.stdout.close)
    self.addCleanup(process.stdin.close)
    return process

  def run_in(self, session, sql):
    '''Waits until the statements are done; the last one's only column.'''
    session.stdin.write(sql + '; SELECT LAST_INSERT_ID();\n')
    session.stdin.flush()
    return int(session.stdout.readline())

  def test_open_transactions(self):
    '''tail: records of a transaction that is committed late come, once; those of one that is rolled back never'''
    insert = "INSERT INTO record (ts, level, name, message, logrec) VALUES ('2020-01-01', 20, '%s', 'x', '{}')"
    client = Client(self.nginx.port)
    tail = lambda cursor: client.get(API + '/tail?cursor=' + cursor).json()
    post = lambda: client.post({'name': 'posted', 'msg': 'x', 'created': 1, 'levelno': 20}).json()
    early, late, never = self.session(), self.session(), self.session()
    expected = [self.run_in(early, 'BEGIN; ' + insert % 'early')]
    post()
    cursor = client.get(API + '/tail').json()['cursor']
    expected.append(self.run_in(late, 'BEGIN; ' + insert % 'late'))
    self.run_in(never, 'BEGIN; ' + insert % 'never')
    expected += [post(), post()]
    got, answer = [], {'cursor': cursor}
    for step in None, lambda: self.run_in(late, 'COMMIT'), lambda: expected.append(post()), lambda: self.run_in(never, 'ROLLBACK'), \
        lambda: self.run_in(early, 'COMMIT'), lambda: expected.append(post()):
      if step:
        step()
      answer = tail(answer['cursor'])
      got.append([record['name'] for record in answer['records']])
      expected = [id for id in expected if id not in [record['id'] for record in answer['records']]]
    self.assertEqual([['posted'] * 2, ['late'], ['posted'], [], ['early'], ['posted']], got)
    self.assertEqual([], expected)
    self.assertEqual([], tail(answer['cursor'])['records'])


on_every_store(ReadApi, globals())

if __name__ == '__main__':
  main()
