#!/usr/bin/env python3
"""What readers ask for besides ranges and counts, on every store, through nginx with the configuration in nginx/.

Around a record, the tail, the user, values and exports. No test expects an empty store: each has logger names
of its own.
"""
import json
import os
import random
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

RECORD = API + '/record'
NDJSON = 'application/x-ndjson'

# Nobody else's: names and instants of this run.
RUN = 'read%08x' % random.getrandbits(32)
_spans = iter(range(2 * 10 ** 9 + random.randrange(10 ** 6) * 900, 10 ** 12, 10 ** 6))


def query(**parameters):
  return urllib.parse.urlencode(parameters)


class ReadApi:
  '''What holds on any store.'''

  @classmethod
  def setUpClass(cls):
    cls.worker = Worker(store(cls.store_name)).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    cls.nginx.stop()
    cls.worker.stop()

  def setUp(self):
    self.client = Client(self.nginx.port)
    self.addCleanup(self.client.close)
    self.name = '%s.%s' % (RUN, self._testMethodName)
    self.begin = next(_spans)

  def record(self, **fields):
    return {'name': self.name, 'msg': 'Et quoniam eadem', 'levelno': 20, 'created': self.begin, **fields}

  def insert(self, *records):
    '''Stores them, in a batch; returns their ids.'''
    body = ''.join(json.dumps(record) + '\n' for record in records)
    return self.assertStatus(201, self.client.post(body, NDJSON)).json()

  def get(self, path, **parameters):
    return self.client.get(API + path + '?' + query(**parameters))

  def ok(self, path, **parameters):
    return self.assertStatus(200, self.get(path, **parameters)).json()

  def assertRefused(self, path, word, **parameters):
    self.assertError(400, 'ValueError', self.get(path, **parameters), word)

  # The user

  def test_user(self):
    '''GET /user: without a map of roles every user has all'''
    self.assertSame({'user': 'logger', 'roles': ['basic-reader', 'query-reader', 'writer']}, self.ok('/user'), 'user')

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


on_every_store(ReadApi, globals())

if __name__ == '__main__':
  main()
