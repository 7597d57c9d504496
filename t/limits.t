#!/usr/bin/env python3
"""What a worker takes of memory and threads has bounds, and what goes beyond them is refused."""
import json
import os
import sys
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
    worker = self.worker()
    before = worker.resident()
    for answer in self.post_together(worker, document(msg = 'text', data = 'x' * SIZE)):
      self.assertStatus(201, answer)
    if not worker.sanitized():
      wait_until(lambda: worker.resident() - before < SIZE, 'what eight bodies took is given back')


if __name__ == '__main__':
  main()
