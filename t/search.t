#!/usr/bin/env python3
"""The parameter `search`: what people type into a search box; and `partial`, answers that the deadline does not cost."""
import calendar
import csv
import json
import math
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

TRACEBACK = 'Traceback (most recent call last):\n  File "/srv/shop/db.py", line 41, in execute\nGatewayError: Refused \\o/ 100%_sure'

# By a letter each, of which a search below says whose it finds.
RECORDS = {
  'a': {'msg': 'Connection Timeout after 500 ms', 'name': 'shop.db', 'status': 500, 'duration': 12.5},
  'b': {'msg': 'timeouts: none', 'name': 'shop.cart', 'status': '500', 'duration': '7 ms', 'user': {'id': 7, 'name': 'Anna'}},
  'c': {'msg': 'search  backend', 'name': 'search', 'levelno': 40, 'exc_text': TRACEBACK, 'status': 404, 'duration': -3},
  'd': {'msg': 'Search backend is up', 'name': 'auth', 'levelno': 30, 'user': 'anna', 'x-y': None, 'duration': 'n/a'},
  'e': {'msg': "it's 50% \u00fcber C:\\temp", 'name': 'shop.db.pool', 'levelno': 50, 'lineno': 41, 'status': 5, 'url': 'http://x/y?a=1'},
  'f': {'msg': 'NOT NULL constraint failed: a OR b, -1 < x', 'name': 'Mail', 'levelno': 10, 'lineno': 7, 'tags': ['eu', 'new'], 'url': ''},
  'g': {'msg': '\u65e5\u672c\u8a9e 12:30:45 "quoted"', 'name': 'mail.queue', 'levelno': 45, 'data': {'a b': 1, 'deep': {'er': 'Yes'}}},
}

SEARCHES = [
  ('', 'abcdefg'),
  ('   ', 'abcdefg'),
  ('""', 'abcdefg'),
  ('timeout', 'ab'),
  ('TIMEOUT', 'ab'),
  ('imeou', 'ab'),
  ('timeout connection', 'a'),
  ('"connection timeout"', 'a'),
  ('"search backend"', 'd'),
  ('search backend', 'cd'),
  ('shop', 'abce'),                 # a logger, a line of a traceback
  ('refused', 'c'),
  ('100%', 'c'),
  ('%', 'ce'),
  ('_', 'c'),
  ('\\o/', 'c'),
  ('C:\\temp', 'e'),
  ("it's", 'e'),
  ('\u00dcBER', 'e'),
  ('\u672c\u8a9e', 'g'),
  ('12:30', 'g'),
  ('"12:30:45 \\"quoted\\""', 'g'),
  ('"quoted', 'g'),                 # a phrase that does not end is one up to the end
  ('"connection timeout', 'a'),
  ('-timeout', 'cdefg'),
  ('-timeout -shop', 'dfg'),
  ('-"search backend"', 'abcefg'),
  ('- 1', 'f'),                      # a sign alone is a word
  ('timeout OR über', 'abe'),
  ('connection OR none timeout', 'ab'),
  ('timeout none OR after', 'ab'),
  ('timeout -none OR zzz', 'a'),
  ('timeout OR', 'ab'),
  ('timeout AND connection', 'a'),
  ('OR', 'cf'),                      # alone it is a word
  ('NOT NULL constraint', 'f'),
  ('status:500', 'ab'),
  ('status:50', ''),
  ('-status:500', 'cdefg'),
  ('status:*', 'abce'),
  ('-status:*', 'dfg'),
  ('status:>404', 'ab'),
  ('status:>=404', 'abc'),
  ('status:<5e2', 'ce'),
  ('status:<=+5', 'e'),
  ('duration:>7', 'a'),
  ('duration:<8', 'bc'),            # '7 ms' is 7, 'n/a' no number
  ('duration:<-2.5', 'c'),
  ('duration:"7 ms"', 'b'),
  ('duration:>much', ''),
  ('user:ANNA', 'd'),
  ('user.name:anna', 'b'),
  ('user.id:7', 'b'),
  ('user.id:>6', 'b'),
  ('x-y:*', 'd'),
  ('lineno:41', 'e'),               # of meta, where data has none
  ('lineno:<10', 'f'),
  ('url:http://x/y?a=1', 'e'),
  ('url:""', 'f'),
  ('http://x', ''),
  ('deep.er:yes', ''),
  ('data.deep.er:yes', 'g'),
  ('tags:*', 'f'),
  ('level:error', 'c'),
  ('level:ERR', 'c'),
  ('level:45', 'g'),
  ('level:>=error', 'ceg'),
  ('level:<info', 'f'),
  ('level:*', 'abcdefg'),
  ('-level:info', 'cdefg'),
  ('level:warn OR level:fatal', 'de'),
  ('level:nonsense', ''),
  ('logger:{name}.shop.', 'abe'),
  ('logger:{name}.shop.db', 'ae'),
  ('LOGGER:{name}.SHOP.cart', 'b'),
  ('-logger:{name}.shop.', 'cdfg'),
  ('logger:*', 'abcdefg'),
  ('message:search', 'cd'),
  ('exc_text:gatewayerror', 'c'),
  ('exc_text:*', 'c'),
  ('failed: a', 'f'),
  ('timeouts:', 'b'),
]

# What somebody might paste, or send to do harm: an answer it gets.
HOSTILE = [
  "'; DROP TABLE record; --", "' OR '1'='1", '\\', "\\'", '"', '""""', '-', '--', '-"', '-""', 'OR', 'OR OR', 'a OR OR b', 'AND', ':', '::', 'a:', ':a', 'a::b', '-a:-b', 'a:"',
  'a:>', 'a:>=', 'a:>1e999', 'a:>0x10', 'a:>nan', 'a:>-', 'a:>+', 'a:>.', 'a:>5.', 'a:>.5', 'a:>' + '9' * 400, 'level:>=', 'level:>=x', 'level:' + '9' * 30, 'level:-1', 'level:>=1e300',
  '.:x', 'a.:x', '.a:x', 'a..b:x', '.'.join('a' * 30) + ':x', 'a' * 300 + ':x', '$:x', '@:x', '$.a:x', 'a-b.c@d:x', 'a"b:x', "a'b:x", '\u00fc.\u65e5:x', '*', '*:*', '%', '_', '%_' * 1000,
  '\n', '\r\nX-Evil: 1', '\t\v\f', 'a\rb', '\x01\x7f\x1a', '\u2028\u202e', '\U0001f600', '\ufffd', 'NULL', 'x\'41\'', '0x41', '@@version', '?', '??', '/*!50000 x */', '# x', '-- x',
  '{{7*7}}', '<script>alert(1)</script>', '(' * 200, '((a OR b) AND c)', 'a ' * 1024, '-a ' * 682, 'a OR ' * 409, 'a:>1 ' * 409, '-\u00fc:>1' * 256, 'a:b ' * 512, '"' * 2048, '\\' * 2048, '%' * 2048, '\u65e5' * 682,
]


def find(search, **more):
  return RECORD + '?' + query(search = search, left = 0, right = 9999, **more)


class Search(Served):

  settings = {'roles': '*:basic-reader,writer; analyst:basic-reader,query-reader'}

  def setUp(self):
    super().setUp()
    self.name = self.name.replace('_', '')
    self.nginx.users.write_text('logger:{PLAIN}\nanalyst:{PLAIN}\n')

  def fill(self):
    documents = [{'created': self.begin + number, 'levelno': 20, **fields, 'name': '%s.%s' % (self.name, fields['name'])} for number, fields in enumerate(RECORDS.values())]
    return dict(zip(self.insert(*documents), RECORDS))

  def found(self, letters, search, **more):
    answer = self.assertStatus(200, self.client.get(find(search, **{'name': self.name + '.', **more})))
    return ''.join(sorted(letters[row['id']] for row in answer.json())), answer.headers

  def test_meaning(self):
    '''search: words, phrases, OR, minus, fields, levels and loggers find what they mean'''
    letters = self.fill()
    for search, expected in SEARCHES:
      with self.subTest(search = search):
        self.assertEqual(expected, self.found(letters, search.format(name = self.name))[0])

  def test_query(self):
    '''search: X-Search-Query, asked as query, finds the same'''
    letters = self.fill()
    analyst = Client(self.nginx.port, 'analyst')
    for search, _ in SEARCHES:
      with self.subTest(search = search):
        found, headers = self.found(letters, search.format(name = self.name))
        text = headers.get('X-Search-Query', '').encode('latin-1').decode()
        self.assertEqual(not search.strip(' "'), text == '')
        rows = analyst.get(RECORD + '?' + query(query = text or 'TRUE', name = self.name + '.', left = 0, right = 9)).json()
        self.assertEqual(found, ''.join(sorted(letters[row['id']] for row in rows)), text)
    analyst.close()

  def test_everywhere(self):
    '''search: on every endpoint that takes filters, beside the others; who has no role for query may'''
    self.fill()
    at = query(search = 'timeout', name = self.name + '.')
    analyst = Client(self.nginx.port, 'analyst')
    self.assertEqual('2', self.client.head(RECORD + '?' + at).headers['X-Record-Count'])
    self.assertEqual('1', self.client.head(RECORD + '?' + query(search = 'timeout', name = self.name + '.shop.db')).headers['X-Record-Count'])
    self.assertEqual('1', analyst.head(RECORD + '?' + at + '&' + query(query = "message LIKE '%none%'")).headers['X-Record-Count'])
    self.assertStatus(403, self.client.head(RECORD + '?' + at + '&query=TRUE'))
    self.assertEqual('2', self.client.head(RECORD + '?group=day&timezone=UTC&' + at).headers['X-Record-Count'])
    self.assertEqual([2], self.client.get(API + '/timeline?group=day&timezone=UTC&' + at).json()['count'])
    self.assertEqual({'%s.shop.%s' % (self.name, each) for each in ('db', 'cart')}, {each['name'] for each in self.client.get(API + '/name?' + at).json()})
    self.assertEqual({500: 1, '500': 1}, {each['value']: each['count'] for each in self.client.get(API + '/value?path=$.data.status&' + at).json()['values']})
    cursor = self.client.get(API + '/tail?' + at).json()['cursor']
    self.fill()
    self.assertEqual(2, len(self.client.get(API + '/tail?cursor=%s&%s' % (cursor, at)).json()['records']))
    rows = self.client.get(RECORD + '?format=csv&' + at).body.decode().splitlines()
    self.assertEqual(4, len(list(csv.DictReader(rows))))
    analyst.close()

  def test_hostile(self):
    '''search: whatever it is, it has an answer, as words with no power'''
    letters = self.fill()
    for search in HOSTILE:
      with self.subTest(search = search[:50]):
        headers = self.found(letters, search)[1]
        self.assertNotIn('X-Evil', headers)
        self.assertEqual(7, self.client.count('name=' + self.name))
    self.assertError(400, 'ValueError', self.client.get(find('x' * 2049)), 'search', '2048')
    self.assertError(400, 'ValueError', self.client.get(find('x') + '&search=y'), 'search', 'twice')
    self.assertError(400, 'ValueError', self.client.get(RECORD + '?left=0&right=1&search=%ff'), 'UTF-8')

  def test_random(self):
    '''search: so has anything made of its signs at random'''
    letters, rng = self.fill(), random.Random(self.store_name)
    pieces = ['a', 'OR', 'AND', ' ', ' ', '"', '-', ':', '>', '<', '=', '*', '.', '\\', "'", '%', '_', 'level', 'logger', 'error', '5', 'e', '\u00fc', '\n', '(', ')', 'status', '@', '$']
    for _ in range(150):
      search = ''.join(rng.choice(pieces) for _ in range(rng.randrange(1, 40)))
      with self.subTest(search = search):
        self.found(letters, search)


class Pages(Served):

  def fill(self, n, all = False):
    '''As many records, three a second, of which every hundredth is rare: the ids of these, or of all, newest first.'''
    ids = self.insert(*(self.record(msg = 'common' if i % 100 else 'rare', created = self.begin + i // 3) for i in range(n)))
    return ids[::-1 if all else 100][::1 if all else -1]

  def ask(self, method = 'GET', **parameters):
    '''The answer, tried again where something else had the machine for as long as the deadline.'''
    while True:
      answer = self.client.request(method, RECORD + '?' + query(**parameters))
      if answer.status != 503:
        return self.assertStatus(200, answer)

  def pages(self, **more):
    '''The ids that are found from page to page, and how many pages that were.'''
    found, start, n = [], {}, 0
    while True:
      answer = self.ask(name = self.name, partial = 1, left = 0, right = 9999, **start, **more)
      found += [row['id'] for row in answer.json()]
      n += 1
      if 'X-Searched-To' not in answer.headers:
        return found, n
      self.assertNotEqual(start.get('from'), answer.headers['X-Searched-To'])
      start = {'from': answer.headers['X-Searched-To']}


class Partial(Pages):

  def test_whole(self):
    '''partial: what is read in time is what it is without'''
    rare = self.fill(3000)
    at = {'search': 'rare', 'name': self.name}
    self.assertEqual((rare, 1), self.pages(search = 'rare'))
    for left, right in (0, 0), (0, 9), (5, 14), (25, 40), (30, 31):
      answers = [self.client.get(RECORD + '?' + query(left = left, right = right, **at, **more)) for more in ({}, {'partial': 1}, {'partial': 0})]
      for answer in answers:
        self.assertEqual(answers[0].json(), answer.json())
        self.assertNotIn('X-Searched-To', answer.headers)
    self.assertEqual([], self.pages(search = 'zzz')[0])

  def test_timeout(self):
    '''partial: when the time is over there is what was found, and the place to go on from; nothing is missed or twice'''
    rare = self.fill(3000)
    found, n = self.pages(search = 'rare', timeout = '0.000001')
    self.assertEqual(rare, found)
    self.assertGreater(n, 1)
    self.name += '.all'
    self.assertEqual(self.fill(3000, all = True), self.pages(timeout = '0.000001')[0])

  def counted(self, **more):
    '''Counts of parts until the whole is counted: (by HEAD, by GET /timeline)'''
    at = {'name': self.name, 'search': 'rare', 'group': 'minute', 'timezone': 'UTC', 'partial': 1, **more}
    head = {key: value for key, value in at.items() if key not in ('group', 'timezone')}
    totals = []
    for ask in (lambda at: self.client.head(RECORD + '?' + query(**at)), head), (lambda at: self.client.get(API + '/timeline?' + query(**at)), at):
      total, before = 0, {}
      while True:
        answer = self.assertStatus(200, ask[0]({**ask[1], **before}))
        total += sum(answer.json()['count']) if answer.body else int(answer.headers['X-Record-Count'])
        if 'X-Searched-To' not in answer.headers:
          break
        searched = time.strptime(answer.headers['X-Searched-To'].partition('.')[0], '%Y-%m-%dT%H:%M:%S')
        before = {'before': iso(calendar.timegm(searched) - 1)}
      totals.append(total)
    return totals

  def test_counts(self):
    '''partial: counts and timelines of a part, which add up to the whole'''
    rare = self.fill(3000)
    self.assertEqual([len(rare)] * 2, self.counted())
    self.assertEqual([len(rare)] * 2, self.counted(timeout = '0.000001'))
    at = query(name = self.name, search = 'rare', group = 'minute', timezone = 'UTC')
    self.assertEqual(self.client.get(API + '/timeline?' + at).json(), self.client.get(API + '/timeline?partial=1&' + at).json())
    at = query(name = self.name, search = 'rare', group = 'hour', timezone = 'UTC')
    whole, part = (self.client.head(RECORD + '?' + at + more).headers for more in ('', '&partial=1'))
    self.assertEqual([whole[name] for name in ('X-Record-Group', 'X-Record-Count')], [part[name] for name in ('X-Record-Group', 'X-Record-Count')])

  def test_from(self):
    '''from: a range goes on from any record'''
    ids = self.fill(30, all = True)
    rows = self.client.get(RECORD + '?' + query(name = self.name, left = 0, right = 99)).json()
    for number, row in enumerate(rows):
      place = '%s,%d' % (row['ts'].replace(' ', 'T').replace('+00:00', 'Z'), row['id'])
      for more in {}, {'partial': 1}:
        answer = self.client.get(RECORD + '?' + query(name = self.name, left = 0, right = 99, **{'from': place}, **more))
        self.assertEqual(ids[number + 1:], [row['id'] for row in answer.json()])

  def test_refused(self):
    '''partial, timeout, from: what can not be is 400'''
    for given in ({'partial': 2}, {'timeout': 1}, {'partial': 1, 'timeout': 0}, {'partial': 1, 'timeout': 'x'}, {'partial': 1, 'timeout': '1s'}, {'partial': 1, 'timeout': 'nan'},
        {'partial': 1, 'timeout': 11}, {'from': ''}, {'from': '5'}, {'from': '2020-01-01'}, {'from': ',5'}, {'from': '2020-01-01,-1'}, {'partial': 1, 'left': 10001, 'right': 10002}):
      with self.subTest(given):
        self.assertError(400, 'ValueError', self.client.get(RECORD + '?' + query(**{'left': 0, 'right': 9, **given})), '"%s"' % list(given)[-1 if 'left' not in given else 1])
    for given in {'around': 1, 'partial': 1, 'left': 0, 'right': 1}, {'format': 'csv', 'partial': 1}, {'format': 'csv', 'from': '2020-01-01,1'}:
      self.assertError(400, 'ValueError', self.client.get(RECORD + '?' + query(**given)), 'goes with left and right')


class Deadline(Pages):

  settings = {'deadline': 1}

  def slow(self):
    '''An expression that is true, and takes a tenth of the deadline and more for a twentieth of the records.'''
    times = 1
    while True:
      slow = ' AND '.join("REPEAT(message, 1000) NOT LIKE '%%never %d%%'" % n for n in range(times))
      at = {'query': slow, 'name': self.name, 'after': iso(self.begin), 'before': iso(self.begin + 333)}
      if min(timed(lambda: self.ask('HEAD', **at))[0] for _ in range(3)) > 0.15:
        return slow
      times *= 2

  def test_deadline(self):
    '''partial: a search that takes longer than the deadline gives what it found, and goes on to the end; without it 503'''
    rare = self.fill(20000)
    at = {'query': self.slow() + ' AND message = "rare"', 'name': self.name, 'left': 0, 'right': 9999}
    self.assertError(503, 'StorageQueryError', self.client.get(RECORD + '?' + query(**at)))
    answer = self.ask(partial = 1, **at)
    found = [row['id'] for row in answer.json()]
    self.assertIn('X-Searched-To', answer.headers)
    self.assertEqual(rare[:len(found)], found)
    self.assertEqual(rare, self.pages(query = at['query'])[0])

  def test_between(self):
    '''the deadline is looked at before each record'''
    self.insert(*(self.record(msg = 'ab' * 1000, created = self.begin + n) for n in range(2000)))
    slow = ' OR '.join("REPEAT(message, 1000) LIKE '%%c%d%%'" % n for n in range(10))
    at = {'query': slow, 'name': self.name}
    one = min(timed(lambda: self.ask('HEAD', before = iso(self.begin), **at))[0] for _ in range(3))
    took = min(timed(lambda: self.assertStatus(503, self.client.head(RECORD + '?' + query(**at))))[0] for _ in range(3))
    self.assertLess(took, 1 + 20 * one)


class Gaps(Served):
  '''Few records with a name or a level among many, far from each other.'''

  def fill(self):
    '''All of them, newest first.'''
    rng = random.Random(5)
    rare = {n: {'name': self.name + rng.choice(['.rare', '.seldom', '.rare.a']), 'levelno': rng.choice([30, 60])} for n in rng.sample(range(12000), 40) + [7000, 7001, 7002]}
    records = [self.record(name = self.name + '.common', msg = 'row %d' % n, created = self.begin + 1800 * (n // 2)) for n in range(12000)]
    for n, more in rare.items():
      records[n].update(more)
    for part in range(0, 12000, 6000):
      for record, number in zip(records[part:], self.insert(*records[part:part + 6000])):
        record['id'] = number
    return sorted(records, key = lambda record: (record['created'], record['id']), reverse = True)

  def test_same(self):
    '''gaps: what an expression finds of few names or levels, in any range and from any place'''
    records, rng = self.fill(), random.Random(self.store_name)
    for _ in range(80):
      digit, names, level = rng.choice('0123456'), rng.choice([['rare'], ['rare', 'seldom'], ['rare.a'], ['common'], ['']]), rng.choice([0, 0, 30, 60])
      after, before = sorted(rng.choice(records)['created'] for _ in range(2))
      at = {'query': "message LIKE '%%%s%%'" % digit, 'name': ','.join(self.name + '.' * bool(name) + name for name in names)}
      at.update({'level': level} if level else {}, **rng.choice([{}, {'after': iso(after)}, {'after': iso(after), 'before': iso(before)}]))
      found = [record for record in records if digit in record['msg'] and record['levelno'] >= level and any(record['name'].startswith(self.name + '.' * bool(name) + name) for name in names)
        and ('after' not in at or record['created'] >= after) and ('before' not in at or record['created'] <= before)]
      with self.subTest(**at):
        self.assertEqual(len(found), self.client.count(query(**at)))
        self.assertEqual(len(found), sum(self.client.get(API + '/timeline?' + query(group = 'hour', timezone = 'UTC', **at)).json()['count']))
        self.assertEqual({record['name'] for record in found}, {each['name'] for each in self.client.get(API + '/name?' + query(**at)).json()})
        left = rng.choice([0, 0, 1, 5, 30, 2000])
        right = left + rng.choice([0, 3, 40, 500])
        rows = lambda **more: [row['id'] for row in self.assertStatus(200, self.client.get(RECORD + '?' + query(right = right, **at, **more))).json()]
        self.assertEqual([record['id'] for record in found[left:right + 1]], rows(left = left))
        place = rng.choice(records)
        older = [record['id'] for record in found if (record['created'], record['id']) < (place['created'], place['id'])]
        self.assertEqual(older[:right + 1], rows(left = 0, **{'from': '%s,%d' % (iso(place['created']), place['id'])}))


class GapsWalked(TestCase):

  def test_walked(self):
    '''MariaDB: gaps: they are not walked through, as the server counts what it reads'''
    with MariaDB() as database:
      migrate(database.dsn)
      with Worker(database.dsn) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        lines = [json.dumps({'name': 'rare' if n % 4000 == 7 else 'common', 'msg': 'm', 'levelno': 20, 'created': 900 * n}) for n in range(12000)]
        self.assertStatus(201, client.post('\n'.join(lines), NDJSON))
        for more in {}, {'query': "message = 'm'"}, {'query': "message = 'm'", 'left': 0, 'right': 9}, {'query': "message = 'm'", 'partial': 1, 'left': 0, 'right': 9}, {'left': 0, 'right': 9, 'from': '2030-01-01,1'}, {'format': 'ndjson'}:
          for name, most in ('rare', 1500), ('common', math.inf):
            before = self.reads(database)
            answer = client.request('GET' if 'left' in more or 'format' in more else 'HEAD', RECORD + '?' + query(name = name, **more))
            self.assertStatus(200, answer)
            read = self.reads(database) - before
            comment('%s, %s: %d read' % (name, more, read))
            self.assertLess(read, most)

  def reads(self, database):
    return int(database.sql("SELECT SUM(variable_value) FROM information_schema.global_status WHERE variable_name IN ('Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd_next', 'Handler_read_key')"))


for case in Search, Partial, Deadline, Gaps:
  on_every_store(case, globals())
del case

if __name__ == '__main__':
  main()
