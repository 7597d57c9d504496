#!/usr/bin/env python3
"""100,000 records in by NDJSON and out again by ranges, unchanged, by a worker that stays small."""
import datetime
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

RECORDS, BATCH, PAGE = 100000, 20000, 10000
RSS = 64 << 20

LEVELS = [10] * 18 + [20] * 68 + [30] * 9 + [40] * 4 + [50]
NAMES = ['%s.%s' % (app, part) for app in ('shop', 'billing', 'auth', 'mail') for part in ('db', 'http', 'cache', 'tasks', 'view.order', 'caf\u00e9')]
MESSAGES = [('Connected to %s in %d ms', 2), ('Order %s paid', 1), ('Nothing to do', 0),
  ('Gr\u00f6\u00dfe \u2603 \U0001f4a9 of %s', 1), ('Two\nlines and a "quote" \\ %s', 1)]
BEGIN = datetime.datetime(2026, 1, 1, tzinfo = datetime.timezone.utc)


def generate(n):
  '''Documents as a client posts them, with the records that they are to become; the same in every run.'''
  numbers = random.Random(1)
  for i in range(n):
    # Mostly in order of time, several at the same instant.
    microseconds = i // 3 * 40321 + numbers.randrange(2) * 5
    ts = BEGIN + datetime.timedelta(microseconds = microseconds)
    msg, places = numbers.choice(MESSAGES)
    args = [numbers.randrange(10 ** 6) for _ in range(places)]
    name, level = numbers.choice(NAMES), numbers.choice(LEVELS)
    meta = {'msg': msg, 'args': args, 'pathname': '/srv/app/%s.py' % name, 'filename': name + '.py', 'module': name, 'lineno': numbers.randrange(900),
      'funcName': numbers.choice(['get', 'run', 'main']), 'msecs': microseconds % 10 ** 6 / 1000, 'relativeCreated': numbers.random() * 10 ** 6,
      'thread': 140312867051264 + numbers.randrange(16), 'threadName': 'Thread-%d' % numbers.randrange(16), 'processName': 'MainProcess',
      'process': numbers.randrange(10 ** 5), 'stack_info': None}
    data = {'host': 'web%d' % numbers.randrange(6), 'n': i}
    if i % 3 == 0:
      data['http'] = {'status': numbers.choice([200, 301, 404]), 'ms': round(numbers.random() * 100, 3), 'tags': ['new', None, True, 1.5, {}]}
    error = {}
    if level >= 40:
      error['exc_text'] = 'Traceback (most recent call last):\n' + '  File "app.py", line 1, in main\n' * numbers.randrange(1, 20) + 'KeyError: %d' % i
    document = {**meta, **data, 'name': name, 'levelno': level, 'levelname': 'X', 'created': ts.timestamp(),
      'exc_info': None, 'exc_text': error.get('exc_text')}
    logrec = {'data': data, 'meta': meta, **({'error': error} if error else {})}
    yield document, {'name': name, 'ts': str(ts), 'level': level, 'message': msg % tuple(args) if args else msg, 'logrec': logrec}


class Bulk(Served):

  def test_bulk(self):
    '''100,000 records by NDJSON, out by ranges with logrec unchanged, in less than 64 MiB'''
    before = self.client.count()
    expected = self.write()
    self.assertEqual(before + RECORDS, self.client.count())
    if not before:
      self.check_ranges(expected)
    if not self.worker.sanitized():
      self.assertLess(self.worker.rss(), RSS)

  def write(self):
    '''{id: record} of everything'''
    expected, documents = {}, generate(RECORDS)
    for _ in range(RECORDS // BATCH):
      batch = [next(documents) for _ in range(BATCH)]
      ids = self.insert(*(document for document, record in batch))
      self.assertEqual(BATCH, len(ids))
      expected.update(zip(ids, (record for document, record in batch)))
    self.assertEqual(RECORDS, len(expected))
    return expected

  def check_ranges(self, expected):
    last, seen = ('9999', 0), 0
    for left in range(0, RECORDS, PAGE):
      rows = self.assertStatus(200, self.client.get('%s?left=%d&right=%d&logrec=1' % (RECORD, left, left + PAGE - 1))).json()
      self.assertEqual(PAGE, len(rows))
      for row in rows:
        key = (row['ts'] if '.' in row['ts'] else row['ts'].replace('+', '.000000+'), row['id'])
        self.assertLess(key, last)
        last, seen = key, seen + 1
        record = expected[row.pop('id')]
        if row != record:
          self.assertSame(record, row)
    self.assertEqual(RECORDS, seen)


on_every_store(Bulk, globals())

if __name__ == '__main__':
  main()
