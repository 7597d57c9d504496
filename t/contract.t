#!/usr/bin/env python3
"""The HTTP contract, on every store, through nginx with the configuration in nginx/.

The stores: SQLite, a private MariaDB, and what CHRONOLOGER_TEST_DSN names. No test expects an empty
store: each has logger names and a span of time of its own.
"""
import calendar
import functools
import gzip
import json
import os
import socket
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

BODY_LIMIT = 8 << 20

@functools.lru_cache(None)
def bomb_of(size):
  return gzip.compress(b'{"name": "' + b'a' * size)


class Contract(Served):
  '''What holds on any store.'''

  settings = {'body_limit': BODY_LIMIT}

  # What the tests speak of

  def read(self, id):
    return self.assertStatus(200, self.client.get('%s/%d' % (RECORD, id))).json()

  def range(self, **parameters):
    parameters = {'left': 0, 'right': 127, 'name': self.name, **parameters}
    return self.assertStatus(200, self.client.get(RECORD + '?' + query(**parameters))).json()

  def messages(self, **parameters):
    return [record['message'] for record in self.range(**parameters)]

  def count(self, **parameters):
    return self.client.count(query(**{'name': self.name, **parameters}))

  def timeline_head(self, **parameters):
    response = self.assertStatus(200, self.client.head(RECORD + '?' + query(**parameters)))
    numbers = lambda header: [int(n) for n in response.headers[header].split(',') if n]
    return numbers('X-Record-Group'), numbers('X-Record-Count')

  def timeline(self, **parameters):
    return self.assertStatus(200, self.client.get(API + '/timeline?' + query(**parameters))).json()

  def assertRefused(self, path, *words):
    '''400 ValueError with these words, to GET in the body and to HEAD in the headers.'''
    self.assertError(400, 'ValueError', self.client.get(path + '&left=0&right=1'), *words)
    response = self.assertStatus(400, self.client.head(path))
    self.assertEqual('ValueError', response.headers['X-Error-Type'])
    for word in words:
      self.assertIn(word, response.headers['X-Error-Message'])

  def assertNothingStored(self):
    self.assertEqual(0, self.count())

  # Records in, records out

  def check_vectors(self, cases, kind):
    for case in cases:
      with self.subTest(case['title']):
        response = self.assertStatus(case['status'], self.client.post(case['body'], kind))
        if case['status'] == 201:
          got = self.read(response.json())
          del got['id']
          self.assertSame(case['record'], got)
        elif 'error' in case:
          self.assertEqual((case['error']['type'], case['error']['message']), response.error())
        else:
          self.assertIn(response.error()[0], ('ValueError', 'ModelError'))

  def test_form_vectors(self):
    '''form: every case of form.json, read back'''
    self.check_vectors(vectors('form'), FORM)

  def test_json_vectors(self):
    '''JSON: every case of json.json, read back'''
    self.check_vectors(vectors('json'), JSON)

  def test_form_charset_parameter(self):
    '''a media type may have parameters and any case'''
    for kind in FORM + '; charset=utf-8', 'Application/JSON;charset=UTF-8':
      body = urllib.parse.urlencode(self.record()) if 'form' in kind else self.record()
      self.assertStatus(201, self.client.post(body, kind))

  def test_created(self):
    '''POST answers 201, the id, and Location'''
    response = self.assertStatus(201, self.client.post(self.record()))
    self.assertEqual('%s/%d' % (RECORD, response.json()), response.headers['Location'])
    self.assertEqual('application/json', response.headers['Content-Type'])
    self.assertEqual(b'%d' % response.json(), response.body.strip())

  def test_prefer_representation(self):
    '''Prefer: return=representation answers the record'''
    response = self.assertStatus(201, self.client.post(self.record(foo = 387), Prefer = 'return=representation'))
    self.assertEqual('return=representation', response.headers['Preference-Applied'])
    self.assertSame(self.read(response.json()['id']), response.json())
    self.assertEqual('%s/%d' % (RECORD, response.json()['id']), response.headers['Location'])
    self.assertSame({'foo': 387}, response.json()['logrec']['data'])

  def test_prefer_minimal(self):
    '''any other preference is not applied'''
    response = self.assertStatus(201, self.client.post(self.record(), Prefer = 'respond-async, return=minimal'))
    self.assertIsInstance(response.json(), int)
    self.assertIsNone(response.headers['Preference-Applied'])

  def test_ts(self):
    '''ts: microseconds, half to even, without a fraction of zero, years 1..9999'''
    for created, ts in (
        (1525970213, '2018-05-10 16:36:53+00:00'),
        (1525970213.3774931, '2018-05-10 16:36:53.377493+00:00'),
        (1525970213.1, '2018-05-10 16:36:53.100000+00:00'),
        (0.0000005, '1970-01-01 00:00:00+00:00'),
        (0.0000015, '1970-01-01 00:00:00.000002+00:00'),
        (-1.5, '1969-12-31 23:59:58.500000+00:00'),
        ('1525970213.5', '2018-05-10 16:36:53.500000+00:00'),
        ('1.5e9', '2017-07-14 02:40:00+00:00'),
        (-62135596800, '0001-01-01 00:00:00+00:00'),
        (253402300799, '9999-12-31 23:59:59+00:00')):
      with self.subTest(created = created):
        id = self.assertStatus(201, self.client.post(self.record(created = created))).json()
        self.assertEqual(ts, self.read(id)['ts'])
    for created in -62135596801, 253402300800, 1e300, 'soon', None, [1], True:
      with self.subTest(created = created):
        self.assertStatus(400, self.client.post(self.record(created = created)))

  def test_long_message(self):
    '''a message of two megabytes is not cut, and names of 255 characters fit'''
    message = 'Nuß \U0001f4a9 ' * 200000
    id = self.assertStatus(201, self.client.post(self.record(name = self.name + '\u00e9' * (255 - len(self.name)),
      msg = message))).json()
    got = self.read(id)
    self.assertEqual(255, len(got['name']))
    self.assertTrue(got['message'] == message == got['logrec']['meta']['msg'], 'message comes back whole')

  # Batches

  def test_array(self):
    '''JSON array: 201 and ids in order'''
    response = self.assertStatus(201, self.client.post([self.record(msg = 'n%d' % i) for i in range(5)]))
    self.assertEqual(sorted(response.json()), response.json())
    self.assertEqual(['n%d' % i for i in range(5)], [self.read(id)['message'] for id in response.json()])
    self.assertIsNone(response.headers['Location'])

  def test_ndjson(self):
    '''NDJSON: empty lines are skipped, the last newline is optional'''
    lines = [json.dumps(self.record(msg = 'n%d' % i)) for i in range(4)]
    for body in '\n'.join(lines), '\n\n' + '\n\n'.join(lines) + '\n\n', '\r\n'.join(lines) + '\r\n', ' \n' + '\n'.join(lines):
      with self.subTest(body = body[:40]):
        response = self.assertStatus(201, self.client.post(body, NDJSON))
        self.assertEqual(['n0', 'n1', 'n2', 'n3'], [self.read(id)['message'] for id in response.json()])

  def test_ndjson_one(self):
    '''NDJSON of one line answers an array too'''
    self.assertEqual(1, len(self.insert(self.record())))

  def test_ndjson_large_batch(self):
    '''a batch of 5,000: ids ascend, every record is there once'''
    ids = self.insert(*(self.record(msg = 'n%d' % i, created = self.begin + i) for i in range(5000)))
    self.assertEqual(sorted(set(ids)), ids)
    self.assertEqual((5000, 5000), (len(ids), self.count()))
    self.assertEqual(['n%d' % i for i in reversed(range(5000))], self.messages(right = 4999))

  def check_partial(self, response, ids, bad):
    '''The answer to a batch of which some are bad: `bad` numbers with their messages, if one knows them.'''
    parts = self.assertStatus(200, response).json()['multistatus']
    good = [part for part in parts if part['status'] == 201]
    self.assertEqual([ids], [len(part['body']) for part in good])
    errors = [part['body']['error'] for part in parts if part['status'] == 400]
    self.assertEqual(len(parts) - 1, len(errors))
    self.assertEqual(len(bad), len(errors))
    for error, (kind, message) in zip(errors, bad):
      self.assertEqual(kind, error['type'])
      self.assertIn(message, error['message'])
    return good[0]['body']

  def test_ndjson_partial(self):
    '''NDJSON, some lines bad: 200, the good ones stored, the bad ones told by line number'''
    lines = [self.record(msg = 'first'), '', '{"name": ', self.record(msg = 'second'), '17', {'name': 'x'}]
    ids = self.check_partial(self.client.post(ndjson(lines), NDJSON), 2,
      [('ValueError', 'Invalid JSON document on line 3'), ('ValueError', 'line 5'), ('ModelError', 'Key "created" is missing')])
    self.assertEqual(['first', 'second'], [self.read(id)['message'] for id in ids])
    self.assertEqual(2, self.count())

  def test_array_partial(self):
    '''JSON array, some elements bad: the same'''
    ids = self.check_partial(self.client.post([self.record(msg = 'first'), {'msg': 'x'}, 3, self.record(msg = 'second')]), 2,
      [('ModelError', 'Key "name" is missing'), ('ValueError', '')])
    self.assertEqual(['first', 'second'], [self.read(id)['message'] for id in ids])

  def test_ndjson_many_bad(self):
    '''at most 100 errors are listed'''
    response = self.client.post(ndjson(['!'] * 250 + [self.record()] + ['!'] * 50), NDJSON)
    self.check_partial(response, 1, [('ValueError', 'on line %d' % line) for line in range(1, 101)])

  def test_all_bad(self):
    '''no good document: 400'''
    for body, kind in ('!\n{}\n', NDJSON), ('!' * 1000, NDJSON), ([{}, 1], JSON), ('\n'.join('!' * 300), NDJSON):
      with self.subTest(body = body[:20]):
        self.assertStatus(400, self.client.post(body, kind))

  def test_array_not_json(self):
    '''an array that does not end: 400, nothing stored'''
    self.assertStatus(400, self.client.post('[%s, %s' % (json.dumps(self.record()), json.dumps(self.record()))))
    self.assertNothingStored()

  # Compressed bodies

  def test_gzip(self):
    '''Content-Encoding: gzip for a form, a document and NDJSON, also of several members'''
    one, two = (json.dumps(self.record(msg = word)).encode() + b'\n' for word in ('one', 'two'))
    for body, kind in ((urllib.parse.urlencode(self.record()).encode(), FORM), (one, JSON), (one + two, NDJSON)):
      with self.subTest(kind = kind):
        self.assertStatus(201, self.client.post(gzip.compress(body), kind, **{'Content-Encoding': 'gzip'}))
    response = self.client.post(gzip.compress(one) + gzip.compress(two), NDJSON, **{'Content-Encoding': 'gzip'})
    self.assertEqual(2, len(self.assertStatus(201, response).json()))

  def test_gzip_truncated(self):
    '''gzip cut short, damaged or not gzip: 400, nothing stored'''
    body = gzip.compress(ndjson([self.record(msg = 'n%d' % i) for i in range(2000)]).encode())
    damaged = bytearray(body)
    damaged[len(body) // 2] ^= 0xff
    for body in body[:-9], body[:len(body) // 2], body[:5], bytes(damaged), b'no gzip at all':
      with self.subTest(length = len(body)):
        self.assertError(400, 'ValueError', self.client.post(body, NDJSON, **{'Content-Encoding': 'gzip'}))
    self.assertNothingStored()

  def test_gzip_bomb(self):
    '''gzip that inflates beyond the limit: 413'''
    bomb = bomb_of(256 << 20)
    self.assertLess(len(bomb), BODY_LIMIT)
    for kind in JSON, NDJSON, FORM:
      with self.subTest(kind = kind):
        self.assertError(413, 'HTTPError', self.client.post(bomb, kind, **{'Content-Encoding': 'gzip'}))

  def test_gzip_answer(self):
    '''nginx compresses answers'''
    self.insert(*(self.record(msg = 'n%d' % i) for i in range(100)))
    response = self.client.get('%s?left=0&right=99&name=%s' % (RECORD, self.name), **{'Accept-Encoding': 'gzip'})
    self.assertEqual('gzip', self.assertStatus(200, response).headers['Content-Encoding'])
    self.assertEqual(100, len(json.loads(gzip.decompress(response.body))))

  # Raw mode

  def test_raw(self):
    '''raw: any object is stored whole; name, message, level and created are taken where usable'''
    for document, expected in (
        ({}, ('', '', 20, None)),
        ({'a': {'b': [1, None, 'x']}}, ('', '', 20, None)),
        ({'name': self.name, 'message': 'text', 'level': 40, 'created': 1525970213.5},
          (self.name, 'text', 40, '2018-05-10 16:36:53.500000+00:00')),
        ({'levelno': 30, 'created': '1525970213'}, ('', '', 30, '2018-05-10 16:36:53+00:00')),
        ({'name': 17, 'message': None, 'level': 'high', 'created': 'soon'}, None)):
      with self.subTest(document = document):
        before = int(time.time())
        id = self.assertStatus(201, self.client.post(document, path = RECORD + '?raw=1')).json()
        after = time.time()
        got = self.read(id)
        self.assertSame(document, got['logrec'], 'logrec')
        if expected:
          name, message, level, ts = expected
          self.assertEqual((name, message, level), (got['name'], got['message'], got['level']))
          self.assertEqual(got['ts'] if ts is None else ts, got['ts'])
        if not document.get('created'):
          self.assertTrue(before <= calendar.timegm(time.strptime(got['ts'][:19], '%Y-%m-%d %H:%M:%S')) <= after, got['ts'])

  def test_raw_batch(self):
    '''raw: batches too; what is no object is refused'''
    self.assertEqual(2, len(self.assertStatus(201, self.client.post('{}\n{"x": 1}\n', NDJSON, RECORD + '?raw=1')).json()))
    for body in '17', '"x"', 'null', '{"a": }':
      self.assertStatus(400, self.client.post(body, JSON, RECORD + '?raw=1'))

  # What POST refuses

  def test_media_type(self):
    '''415 names the media types and encodings that are taken'''
    for kind in 'text/plain', 'multipart/form-data; boundary=x', 'application/jsonp':
      with self.subTest(kind = kind):
        self.assertError(415, 'HTTPError', self.client.post('{}', kind), FORM, JSON, NDJSON)
    self.assertError(415, 'HTTPError', self.client.post('{}', JSON, **{'Content-Encoding': 'br'}), 'gzip')

  def test_no_media_type(self):
    '''no Content-Type: 415'''
    self.assertStatus(415, self.client.request('POST', RECORD, b'{}', {}))

  def test_no_length(self):
    '''no Content-Length: 411'''
    answer = exchange(self.nginx.port, b'POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nConnection: close\r\n\r\n'
      % (RECORD.encode(), basic('logger').encode(), JSON.encode()))
    self.assertEqual(b'411', answer.split()[1])
    self.assertIn(b'"HTTPError"', answer)

  def test_chunked(self):
    '''a chunked body is taken: nginx measures it'''
    body = json.dumps(self.record()).encode()
    response = self.client.request('POST', RECORD, iter([body[:10], body[10:]]), {'Content-Type': JSON})
    self.assertStatus(201, response)
    self.assertEqual(1, self.count())

  def test_body_limit(self):
    '''a body over the limit: 413'''
    self.assertError(413, 'HTTPError', self.client.post(b'x' * (BODY_LIMIT + 1)))
    self.assertError(413, 'HTTPError', self.client.post(b'{}\n' * (BODY_LIMIT // 3 + 1), NDJSON))

  def test_body_limit_nginx(self):
    '''a body over nginx's own limit: 413 in the same words'''
    answer = exchange(self.nginx.port,
      b'POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: 200000000\r\nConnection: close\r\n\r\n'
      % (RECORD.encode(), basic('logger').encode(), JSON.encode()), cut = True)  # or nginx waits for what is left of the body
    self.assertEqual(b'413', answer.split()[1])
    self.assertIn(b'"HTTPError"', answer)

  def test_cut_body(self):
    '''a client that goes away in the middle of its body stores nothing'''
    body = ndjson([self.record(msg = 'n%d' % i) for i in range(100)]).encode()
    head = b'POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n' % (
      RECORD.encode(), basic('logger').encode(), NDJSON.encode(), len(body))
    exchange(self.nginx.port, head + body[:len(body) // 2], cut = True)
    self.assertNothingStored()

  def test_cross_site(self):
    '''a page of another site can not post: 403; the same site and programs can'''
    body = urllib.parse.urlencode(self.record())
    self.assertError(403, 'HTTPError', self.client.post(body, FORM, **{'Sec-Fetch-Site': 'cross-site'}))
    self.assertNothingStored()
    for site in 'same-origin', 'none':
      self.assertStatus(201, self.client.post(body, FORM, **{'Sec-Fetch-Site': site}))
    self.assertStatus(200, self.client.get(API + '/name', **{'Sec-Fetch-Site': 'cross-site'}))

  def test_origin(self):
    '''a POST whose Origin is not the Host is one from another site'''
    body = urllib.parse.urlencode(self.record())
    for origin, host in (('null', 'logs.example'), ('https://evil.example', 'logs.example'), ('http://logs.example:8080', 'logs.example'),
        ('http://logs.example', 'logs.example:8080'), ('http://logs.example.evil', 'logs.example'), ('http://evil.logs.example', 'logs.example'),
        ('http://logs.example:8443', 'logs.example:443'), ('logs.example', 'logs.example'), ('http://a, http://logs.example', 'logs.example')):
      for more in {}, {'Sec-Fetch-Site': 'same-origin'}, {'X-Forwarded-Host': origin.partition('://')[2]}:
        with self.subTest(origin = origin, host = host, more = more):
          self.assertError(403, 'HTTPError', self.client.post(body, FORM, Origin = origin, Host = host, **more))
      self.assertStatus(200, self.client.get(API + '/name', Origin = origin, Host = host))
    self.assertNothingStored()
    for origin, host in (('http://logs.example', 'logs.example'), ('https://logs.example', 'Logs.Example:443'), ('http://logs.example', 'logs.example:80'),
        ('https://logs.example:8443', 'logs.example:8443'), ('http://[::1]:8080', '[::1]:8080'), ('http://LOGS.example:80', 'logs.example')):
      with self.subTest(origin = origin, host = host):
        self.assertStatus(201, self.client.post(body, FORM, Origin = origin, Host = host))
        self.assertStatus(403, self.client.post(body, FORM, Origin = origin, Host = host, **{'Sec-Fetch-Site': 'cross-site'}))

  # Paths and methods

  def test_not_found(self):
    '''404 Nothing matches the given URI'''
    for path in '', '/', '/nope', '/records', '/record/', '/record/abc', '/record/-1', '/record/0', '/record/1/2', \
        '/record/999999999999999', '/record/18446744073709551616', '/timeline/1', '/name/x':
      with self.subTest(path = path):
        self.assertError(404, 'HTTPError', self.client.get(API + path), 'Nothing matches the given URI')
        response = self.assertStatus(404, self.client.head(API + path))
        self.assertEqual(('HTTPError', 'Nothing matches the given URI'), (response.headers['X-Error-Type'], response.headers['X-Error-Message']))

  def test_method(self):
    '''405 with Allow'''
    for method, path, allow in (
        ('DELETE', '/record', 'GET HEAD POST'), ('PUT', '/record/1', 'GET HEAD'), ('POST', '/record/1', 'GET HEAD'),
        ('POST', '/timeline', 'GET HEAD'), ('PATCH', '/name', 'GET HEAD'), ('OPTIONS', '/health', 'GET HEAD')):
      with self.subTest(method = method, path = path):
        response = self.client.request(method, API + path, b'{}', {'Content-Type': JSON})
        self.assertError(405, 'HTTPError', response)
        self.assertEqual(allow.split(), sorted(word.strip() for word in response.headers['Allow'].split(',')))

  def test_health(self):
    '''GET /health: 200 OK'''
    response = self.assertHealthy(self.client)
    self.assertEqual(b'OK', response.body.strip())
    self.assertEqual(b'', self.client.head(API + '/health').body)

  def test_head(self):
    '''HEAD of what GET answers: the same status without a body'''
    id, = self.insert(self.record())
    for path in '/record/%d' % id, '/timeline?group=hour&timezone=UTC&name=' + self.name, '/name?name=' + self.name:
      with self.subTest(path = path):
        self.assertEqual(b'', self.assertStatus(200, self.client.head(API + path)).body)

  def test_cache_control(self):
    '''a record may be kept, nothing else'''
    id, = self.insert(self.record())
    self.assertEqual('max-age=2600000', self.client.get('%s/%d' % (RECORD, id)).headers['Cache-Control'])
    for path in '/record?left=0&right=1', '/timeline?group=day&timezone=UTC', '/name', '/health', '/record/999999999999999':
      with self.subTest(path = path):
        self.assertEqual('no-cache', self.client.get(API + path).headers['Cache-Control'])
    self.assertEqual('no-cache', self.client.head(RECORD).headers['Cache-Control'])

  # Ranges

  def test_range_order(self):
    '''range: newest first, by ts, then by id'''
    self.insert(*(self.record(msg = word, created = self.begin + at) for word, at in
      (('a', 5), ('b', 1), ('c', 5), ('d', 9), ('e', 1), ('f', 5.000001))))
    self.assertEqual(['d', 'f', 'c', 'a', 'e', 'b'], self.messages())

  def test_range_bounds(self):
    '''range: left and right are both included'''
    self.insert(*(self.record(msg = 'n%d' % i, created = self.begin + i) for i in range(10)))
    for left, right, expected in (0, 0, ['n9']), (0, 9, 10), (3, 5, ['n6', 'n5', 'n4']), (8, 100, ['n1', 'n0']), (10, 20, []):
      with self.subTest(left = left, right = right):
        got = self.messages(left = left, right = right)
        self.assertEqual(expected, len(got) if expected == 10 else got)

  def test_range_deep(self):
    '''range: a large left, over many quarter hours and with several loggers'''
    self.insert(*(self.record(msg = 'n%d' % i, created = self.begin + i * 100, name = self.name + '.%d' % (i % 3),
      levelno = 10 * (i % 5 + 1)) for i in range(3000)))
    all = ['n%d' % i for i in reversed(range(3000))]
    bounds = {'after': iso(self.begin), 'before': iso(self.begin + SPAN - 1)}
    for left, right in (0, 9), (1490, 1510), (2990, 3100), (5, 2999):
      with self.subTest(left = left):
        self.assertEqual(all[left:right + 1], self.messages(left = left, right = right))
        path = RECORD + '?' + query(left = left, right = right, **bounds)
        self.assertEqual(all[left:right + 1], [r['message'] for r in self.assertStatus(200, self.client.get(path)).json()])
    some = ['n%d' % i for i in reversed(range(3000)) if i % 5 >= 3 and i % 3 == 1]
    self.assertEqual(some[100:201], self.messages(left = 100, right = 200, level = 40, name = self.name + '.1'))

  def test_range_rows(self):
    '''range: id name ts level message; logrec only where asked for'''
    id, = self.insert(self.record(msg = 'text', foo = 387))
    row = {'id': id, 'name': self.name, 'ts': self.read(id)['ts'], 'level': 20, 'message': 'text'}
    self.assertSame([row], self.range(), 'range')
    self.assertSame([{**row, 'logrec': self.read(id)['logrec']}], self.range(logrec = 1), 'range')

  def test_range_refused(self):
    '''range: at most 10,000 rows, both bounds required'''
    path = RECORD + '?' + query(name = self.name)
    self.assertStatus(200, self.client.get(path + '&left=0&right=9999'))
    self.assertStatus(200, self.client.get(path + '&left=1000000&right=1009999'))
    for parameters, word in ('left=0&right=10000', 'right'), ('right=1', 'left'), ('left=1', 'right'), ('left=-1&right=1', 'left'), \
        ('left=x&right=1', 'left'), ('left=2&right=1', 'right'), ('left=0&right=1.5', 'right'), ('left=0&right=', 'right'), \
        ('left=99999999999999999999&right=99999999999999999999', 'left'), ('left=0&right=1&logrec=maybe', 'logrec'):
      with self.subTest(parameters = parameters):
        self.assertError(400, 'ValueError', self.client.get(path + '&' + parameters), word)

  # Filters

  def test_filter_level(self):
    '''level: at least this'''
    self.insert(*(self.record(levelno = level) for level in (0, 10, 20, 30, 31, 40, 50, 65535)))
    for level, expected in (0, 8), (10, 7), (11, 6), (31, 4), (51, 1), (65535, 1):
      with self.subTest(level = level):
        self.assertEqual(expected, self.count(level = level))
        self.assertEqual(expected, len(self.range(level = level)))

  def test_filter_name(self):
    '''name: prefixes, case-sensitive, any of several, % and _ and \\ are ordinary characters'''
    for name in 'app', 'app.db', 'application', 'App', 'a%b', 'a_b', 'aXb', 'a\\b', "a'b", 'caf\u00e9', '\u0101bc':
      self.insert(self.record(name = self.name + '.' + name))
    for prefixes, expected in (('app',), 3), (('app.',), 1), (('App',), 1), (('a%',), 1), (('a_',), 1), (('a\\',), 1), (("a'",), 1), \
        (('caf\u00e9',), 1), (('cafe',), 0), (('\u0101',), 1), (('app', 'App'), 4), (('app', 'app.db'), 3), (('x', 'a%b'), 1), (('a',), 8), (('',), 11):
      with self.subTest(prefixes = prefixes):
        names = ','.join(self.name + '.' + prefix for prefix in prefixes)
        self.assertEqual(expected, self.count(name = names))
        self.assertEqual(expected, len(self.range(name = names)))
        self.assertEqual(expected, len(self.assertStatus(200, self.client.get(API + '/name?' + query(name = names))).json()))
        self.assertEqual(expected, sum(self.timeline(name = names, group = 'day', timezone = 'UTC')['count']))

  def test_filter_time(self):
    '''after and before are included, alone and together, at quarter hours and between them'''
    self.insert(*(self.record(created = self.begin + at) for at in (0, 0.5, 1, 899.999999, 900, 900.000001, 86400)))
    time_of = lambda at: time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(self.begin + int(at))) + ('%.6f' % (at % 1))[1:] + 'Z'
    for after, before, expected in (0, 86400, 7), (0.000001, 86400, 6), (0, 86399.999999, 6), (1, 900, 3), (900, 900, 1), \
        (899.999999, 900.000001, 3), (900.000002, 86399, 0), (0.5, 0.5, 1), (2, 1, 0):
      with self.subTest(after = after, before = before):
        bounds = {'after': time_of(after), 'before': time_of(before)}
        self.assertEqual(expected, self.client.count(query(**bounds)))
        self.assertEqual(expected, self.count(**bounds))
        self.assertEqual(expected, len(self.range(**bounds)))
        self.assertEqual(expected, sum(self.timeline(group = 'hour', timezone = 'UTC', **bounds)['count']))

  def test_filter_combined(self):
    '''all filters together: AND'''
    for i in range(4):
      self.insert(*(self.record(name = '%s.%d' % (self.name, i), levelno = level, created = self.begin + 1000 * at)
        for level in (10, 20, 30, 40, 50) for at in range(10)))
    filters = {'name': '%s.1,%s.3' % (self.name, self.name), 'level': 30, 'after': iso(self.begin + 2000), 'before': iso(self.begin + 6000)}
    self.assertEqual(2 * 3 * 5, self.client.count(query(**filters)))
    self.assertEqual(2 * 3 * 5, len(self.range(**filters)))
    self.assertEqual([{'name': self.name + '.1', 'count': 15}, {'name': self.name + '.3', 'count': 15}],
      self.client.get(API + '/name?' + query(**filters)).json())
    timeline = self.timeline(group = 'minute', timezone = 'UTC', **filters)
    self.assertEqual((5, 30), (len(timeline['count']), sum(timeline['count'])))
    self.assertEqual({'30': [2] * 5, '40': [2] * 5, '50': [2] * 5}, timeline['level'])

  def test_count_all(self):
    '''count without filters counts everything'''
    before = self.client.count()
    self.insert(self.record(), self.record(created = -1e9), self.record(levelno = 0))
    self.assertEqual(before + 3, self.client.count())
    self.assertEqual(before + 3, self.client.count('level=0'))

  def test_names(self):
    '''GET /name: counts by name, in binary order'''
    for name in 'b', 'B', 'a.z', 'a', '\u00e4', 'b':
      self.insert(self.record(name = self.name + '.' + name))
    got = self.client.get(API + '/name?name=' + self.name).json()
    self.assertEqual([('B', 1), ('a', 1), ('a.z', 1), ('b', 2), ('\u00e4', 1)],
      [(entry['name'][len(self.name) + 1:], entry['count']) for entry in got])

  def test_unknown_parameter(self):
    '''an unknown parameter: 400 naming it; one that begins with _ is ignored'''
    self.insert(self.record())
    for path in '/record?left=0&right=1', '/timeline?group=day&timezone=UTC', '/name?', '/health?':
      with self.subTest(path = path):
        self.assertError(400, 'ValueError', self.client.get(API + path + '&nonsense=1'), 'nonsense')
        self.assertStatus(200, self.client.get(API + path + '&_=1234&_x=y'))
    self.assertEqual(1, self.count(_nocache = 17))

  def test_bad_values(self):
    '''a value that does not parse: 400 naming the parameter'''
    for parameters, word in ('level=high', 'level'), ('level=', 'level'), ('level=2.5', 'level'), ('after=', 'after'), ('before=now', 'before'):
      with self.subTest(parameters = parameters):
        self.assertRefused(RECORD + '?' + parameters, word)

  def test_query_refused(self):
    '''query: what is no expression is 400 StorageQueryError'''
    for expression in 'SELECT 1', '(SELECT 1)', '1; DROP TABLE record', 'level = ', '@@version', "load_file('/etc/passwd')":
      with self.subTest(expression = expression):
        path = RECORD + '?' + query(left = 0, right = 1, query = expression)
        self.assertError(400, 'StorageQueryError', self.client.get(path))
        self.assertEqual('StorageQueryError', self.assertStatus(400, self.client.head(RECORD + '?' + query(query = expression))).headers['X-Error-Type'])

  def test_iso8601_absolute(self):
    '''after, before: every instant of iso8601.json, to the microsecond, both included'''
    cases = [case for case in vectors('iso8601') if 'us' in case]
    for i, case in enumerate(cases):
      self.insert(*(self.record(name = '%s.%03d' % (self.name, i), created = '%d.%06d' % divmod(us, 10 ** 6))
        for us in (case['us'] - 1, case['us'], case['us'] + 1)))
    for i, case in enumerate(cases):
      with self.subTest(case['text']):
        name = '%s.%03d' % (self.name, i)
        self.assertEqual((2, 2), (self.count(name = name, after = case['text']), self.count(name = name, before = case['text'])))

  def test_iso8601_relative(self):
    '''after, before: every duration of iso8601.json, counted from now'''
    for i, case in enumerate(case for case in vectors('iso8601') if 'relative_us' in case):
      with self.subTest(case['text']):
        name, at = '%s.%03d' % (self.name, i), time.time() + case['relative_us'] / 1e6
        self.insert(*(self.record(name = name, created = at + offset) for offset in (-1200, -1000, 1200)))
        self.assertEqual((1, 2), (self.count(name = name, after = case['text']), self.count(name = name, before = case['text'])))

  def test_iso8601_errors(self):
    '''after, before: every error of iso8601.json'''
    for case in vectors('iso8601'):
      for parameter in ('after', 'before') if 'error' in case else ():
        with self.subTest(case['text'], parameter = parameter):
          self.assertRefused(RECORD + '?' + query(**{parameter: case['text']}), parameter)

  # Timelines

  def test_timeline_vectors(self):
    '''timeline: every case of timeline.json, by HEAD and by GET'''
    cases = vectors('timeline')
    for i, case in enumerate(cases):
      self.insert(*(self.record(name = '%s.%03d' % (self.name, i), created = at, levelno = 20 + at % 2 // 1 * 20) for at in case['instants']))
    for i, case in enumerate(cases):
      with self.subTest(case['title']):
        parameters = {'name': '%s.%03d' % (self.name, i), 'group': case['group'], 'timezone': case['timezone']}
        self.assertEqual((case['groups'], case['counts']), self.timeline_head(**parameters))
        body = self.timeline(**parameters)
        self.assertEqual((case['groups'], case['counts']), (body['group'], body['count']))
        self.assertEqual(case['counts'], [sum(counts) for counts in zip(*body['level'].values())])

  def test_timeline_unfiltered(self):
    '''timeline: between two instants, by quarter hours and by minutes'''
    start = self.begin // 3600 * 3600 + 3600
    self.insert(*(self.record(created = start + 60 * minute, levelno = 20 if minute % 2 else 40) for minute in range(0, 180, 5)))
    bounds = {'after': iso(start), 'before': iso(start + 10799), 'timezone': 'UTC'}
    for group, step in ('minute', 300), ('15minute', 900), ('hour', 3600):
      with self.subTest(group = group):
        got = self.timeline(group = group, **bounds)
        self.assertEqual(list(range(start, start + 10800, step)), got['group'])
        self.assertEqual([step // 300] * (10800 // step), got['count'])
        self.assertEqual(['20', '40'], sorted(got['level']))
        self.assertEqual(18, sum(got['level']['20']))
    cut = self.timeline(group = '15minute', timezone = 'UTC', after = iso(start + 301), before = iso(start + 2700))
    self.assertEqual(([start, start + 900, start + 1800, start + 2700], [1, 3, 3, 1]), (cut['group'], cut['count']))

  def test_timeline_empty(self):
    '''timeline of no records: empty headers, empty lists'''
    parameters = {'name': self.name, 'group': 'hour', 'timezone': 'Europe/Amsterdam'}
    response = self.client.head(RECORD + '?' + query(**parameters))
    self.assertEqual(('', ''), (response.headers['X-Record-Group'], response.headers['X-Record-Count']))
    self.assertSame({'group': [], 'count': [], 'level': {}}, self.timeline(**parameters), 'timeline')

  def test_timeline_refused(self):
    '''timeline: group and timezone go together and must be known'''
    for parameters, word in ('group=hour', 'timezone'), ('timezone=UTC', 'group'), ('group=week&timezone=UTC', 'group'), \
        ('group=hour&timezone=Mars/Olympus', 'timezone'), ('group=hour&timezone=../../etc/passwd', 'timezone'), \
        ('group=hour&timezone=/etc/localtime', 'timezone'), ('group=hour&timezone=', 'timezone'), ('group=hour&timezone=UTC%2B1', 'timezone'):
      with self.subTest(parameters = parameters):
        self.assertError(400, 'ValueError', self.client.get(API + '/timeline?' + parameters), word)
        response = self.assertStatus(400, self.client.head(RECORD + '?' + parameters))
        self.assertEqual('ValueError', response.headers['X-Error-Type'])
        self.assertIn(word, response.headers['X-Error-Message'])
    for group in 'minute', '15minute':
      self.assertStatus(400, self.client.head(RECORD + '?timezone=UTC&group=' + group))

  def test_timeline_too_many_minutes(self):
    '''a timeline of minutes with records in more than 4,000 quarter hours: 400 saying so'''
    start = self.begin // 3600 * 3600
    self.insert(*(self.record(created = start + 900 * quarter) for quarter in range(4001)))
    parameters = {'name': self.name, 'group': 'minute', 'timezone': 'UTC'}
    self.assertError(400, 'ValueError', self.client.get(API + '/timeline?' + query(**parameters)), '60015')
    allowed = self.timeline(**{**parameters, 'after': iso(start + 900)})
    self.assertEqual(4000, len(allowed['group']))

  def test_timeline_too_long(self):
    '''a timeline too long for headers: 400 saying so; GET /timeline answers it'''
    start = self.begin // 3600 * 3600
    self.insert(*(self.record(created = start + 3600 * hour) for hour in range(2000)))
    parameters = {'name': self.name, 'group': 'hour', 'timezone': 'UTC'}
    response = self.assertStatus(400, self.client.head(RECORD + '?' + query(**parameters)))
    self.assertEqual('ValueError', response.headers['X-Error-Type'])
    self.assertIn('/timeline', response.headers['X-Error-Message'])
    self.assertEqual(2000, len(self.timeline(**parameters)['group']))
    groups, counts = self.timeline_head(**{**parameters, 'before': iso(start + 3600 * 700)})
    self.assertEqual((701, 701), (len(groups), sum(counts)))

  # Hostile text

  def test_header_injection(self):
    '''CR and LF of names, messages and parameters never reach the headers'''
    evil = 'x\r\nX-Evil: 1\r\n\r\n<h1>'
    id = self.assertStatus(201, self.client.post(self.record(name = self.name + evil, msg = evil))).json()
    self.assertEqual(evil, self.read(id)['message'])
    self.assertEqual([self.name + evil], [entry['name'] for entry in self.client.get(API + '/name?name=' + self.name).json()])
    for path in RECORD + '?' + query(after = evil), RECORD + '?' + query(name = self.name, **{evil: 1}), \
        RECORD + '?' + query(group = evil, timezone = 'UTC'), RECORD + '?' + query(query = evil), RECORD + '/1' + urllib.parse.quote(evil):
      with self.subTest(path = path):
        response = self.client.head(path)
        self.assertIn(response.status, (400, 404))
        self.assertIsNone(response.headers['X-Evil'])
        self.assertTrue(response.headers['X-Error-Type'])

  def test_error_escapes(self):
    '''errors quote the input as JSON'''
    for text in '"</script>', '\\', '\u00e9\u2028', '\x01\x7f':
      with self.subTest(text = text):
        self.assertError(400, 'ValueError', self.client.get(RECORD + '?left=0&right=1&' + query(after = text)), 'after')

  def test_bad_query_string(self):
    '''a query string that is not UTF-8 or has NUL: 400'''
    for parameters in 'name=%ff%fe', 'name=%c3%28', '%00=1', 'after=2018-05-10%00':
      with self.subTest(parameters = parameters):
        self.assertStatus(400, self.client.get(RECORD + '?left=0&right=1&' + parameters))

  def test_static(self):
    '''nginx: no answer without a password, and the headers of every page'''
    for path in '/', API + '/health', '/index.html':
      with self.subTest(path = path):
        self.assertStatus(401, Client(self.nginx.port, user = None).get(path))
        self.assertStatus(401, Client(self.nginx.port, password = 'wrong').get(path))
        headers = self.client.get(path).headers
        self.assertIn("default-src 'none'", headers['Content-Security-Policy'])
        self.assertEqual(('nosniff', 'no-referrer'), (headers['X-Content-Type-Options'], headers['Referrer-Policy']))


def exchange(port, data, cut = False):
  '''Sends bytes (and nothing more, ever: `cut`) and returns what comes back.'''
  with socket.create_connection(('127.0.0.1', port)) as s:
    s.sendall(data)
    if cut:
      s.shutdown(socket.SHUT_WR)
    answer = b''
    while True:
      part = s.recv(65536)
      if not part:
        return answer
      answer += part


class Roles(TestCase):
  '''Who may do what. The user is the one that nginx authenticated, whatever a client says.'''

  roles = 'logger:writer; reader:basic-reader; analyst:basic-reader,query-reader; nobody:; *:basic-reader'

  @classmethod
  def setUpClass(cls):
    cls.worker = Worker(store('SQLite'), roles = cls.roles).start()
    cls.nginx = Nginx(cls.worker)
    cls.nginx.users.write_text(''.join('%s:{PLAIN}\n' % user for user in ('logger', 'reader', 'analyst', 'nobody', 'other')))
    cls.nginx.start()

  def answer(self, user, what, **headers):
    client = Client(self.nginx.port, user)
    if what == 'write':
      return client.post({'name': 'x', 'msg': 'x', 'created': 1, 'levelno': 20}, **headers)
    return client.get(RECORD + '?left=0&right=1' + ('&query=level%3D20' if what == 'query' else ''), **headers)

  def allowed(self, user, what, **headers):
    response = self.answer(user, what, **headers)
    if response.status == 403:
      self.assertEqual('HTTPError', response.error()[0])
    return response.status != 403

  def test_roles(self):
    '''roles: writer writes, basic-reader reads, query-reader on top of it queries'''
    for user, expected in ('logger', 'write'), ('reader', 'read'), ('analyst', 'read query'), ('nobody', ''), ('other', 'read'):
      with self.subTest(user = user):
        self.assertEqual(expected.split(), [what for what in ('write', 'read', 'query') if self.allowed(user, what)])

  def test_user(self):
    '''GET /user: who asks and what they may do, for every user'''
    for user, expected in ('logger', ['writer']), ('reader', ['basic-reader']), ('analyst', ['basic-reader', 'query-reader']), ('nobody', []), ('other', ['basic-reader']):
      with self.subTest(user = user):
        client = Client(self.nginx.port, user)
        for headers in {}, {'CHRONOLOGER-USER': 'analyst'}, {'Remote-User': 'analyst'}:
          response = self.assertStatus(200, client.get(API + '/user', **headers))
          self.assertSame({'user': user, 'roles': expected}, response.json(), 'user')
        self.assertEqual('no-cache', response.headers['Cache-Control'])
        self.assertError(400, 'ValueError', client.get(API + '/user?level=10'), 'level')
        self.assertStatus(405, client.request('POST', API + '/user', b'{}'))
    self.assertStatus(401, Client(self.nginx.port, None).get(API + '/user'))

  def test_head(self):
    '''roles: HEAD says 403 in its headers'''
    response = self.assertStatus(403, Client(self.nginx.port, 'logger').head(RECORD))
    self.assertEqual('HTTPError', response.headers['X-Error-Type'])

  def test_forged(self):
    '''no header of a client changes its user'''
    for name in 'CHRONOLOGER-USER', 'CHRONOLOGER_USER', 'Chronologer-User', 'Remote-User', 'REMOTE_USER', 'X-Remote-User', 'HTTP_CHRONOLOGER_USER':
      with self.subTest(name = name):
        self.assertFalse(self.allowed('reader', 'write', **{name: 'logger'}))
        self.assertFalse(self.allowed('logger', 'read', **{name: 'reader'}))
    client = Client(self.nginx.port, 'reader')
    self.assertStatus(400, client.get(RECORD + '?left=0&right=1&CHRONOLOGER_USER=analyst'))
    self.assertStatus(401, Client(self.nginx.port, 'logger', 'wrong').get(RECORD))


class RecordSize(TestCase):
  '''A database that takes small packets only.'''

  def test_too_large(self):
    '''a record over max_allowed_packet: 413 StorageSizeLimitError; the next one is stored'''
    with MariaDB('--max-allowed-packet=1M') as database:
      migrate(database.dsn)
      with Worker(database.dsn) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        record = {'name': 'x', 'msg': 'y' * (2 << 20), 'created': 1, 'levelno': 20}
        self.assertError(413, 'StorageSizeLimitError', client.post(record))
        self.assertStatus(201, client.post({**record, 'msg': 'z' * 100000}))
        self.assertEqual(1, client.count())


on_every_store(Contract, globals())

if __name__ == '__main__':
  main()
