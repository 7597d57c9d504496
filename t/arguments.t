#!/usr/bin/env python3
"""Messages that the worker makes of `msg` and of `args` with objects, beside those that Python makes."""
import dataclasses
import datetime
import decimal
import enum
import logging.handlers
import os
import pathlib
import random
import re
import secrets
import sys
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

MESSAGES = 1500
SEED = int(os.environ.get('CHRONOLOGER_TEST_SEED') or secrets.randbits(32))


class Color(enum.Enum):
  RED = 1


@dataclasses.dataclass
class Point:
  x: object
  y: object = "it's, (so"


class Plain:
  pass


class Shown:
  '''An object with this repr().'''

  def __init__(self, text, string = None):
    self.text, self.string = text, string or text

  def __repr__(self):
    return self.text

  def __str__(self):
    return self.string


class OwnError(Exception):
  pass


# repr() from which nobody can tell where it ends; one of them at most is in a tuple.
UNSAFE = "O'Brien", "<User: O'Brien>", 'a, b', '(', 'x)', ']', '<', "<a->b, c>", "'", '"x', 'Name: a, dtype: int64', '0    1\n1    2', \
  'Foo(', 'Foo(x]', '2018-05-10', '1.10', '', ' ', '\\', "b'", 'Foo(1)(2', '<a, (>', '{1: 2', ', ', ',', ',)', "Foo(it's)"


class Made:
  '''Random values.'''

  def __init__(self):
    self.random = random.Random(SEED)

  def text(self):
    return ''.join(self.random.choice(['a', 'b ', "'", '"', '\\', ', ', '(', ')', '[', ']', '{', '}', '<', '>', '\n', 'ö', '☃', '%s', '1', ': '])
      for _ in range(self.random.randrange(8)))

  def literal(self, depth = 0):
    kinds = [lambda: None, lambda: True, lambda: self.random.randrange(-10 ** 6, 10 ** 6), self.random.random, lambda: 1e-7, self.text, self.text]
    if depth < 2:
      some = lambda: [self.literal(depth + 1) for _ in range(self.random.randrange(3))]
      kinds += [some, lambda: tuple(some()), lambda: {self.text(): each for each in some()}]
    return self.random.choice(kinds)()

  def error(self):
    '''One with one argument.'''
    kind = self.random.choice([ValueError, OSError, RuntimeError, KeyError, UserWarning, Exception, SystemExit, OwnError])
    return kind(self.random.choice([self.text, self.literal, self.alike, self.error])())

  def alike(self):
    '''An object that is shown by str() as repr() shows it.'''
    number = self.random.randrange(100)
    return self.random.choice([lambda: Plain(), lambda: Point(self.text(), self.some_object()), lambda: print, lambda: len, lambda: Plain,
      lambda: (lambda: 0), lambda: self.text().encode(), lambda: {number, self.text()}, lambda: float('nan'), lambda: float('-inf'),
      lambda: Ellipsis, lambda: [self.some_object()], lambda: (self.text(), self.some_object()), lambda: {self.text(): self.some_object()},
      lambda: complex(1, number), lambda: range(number), lambda: Shown('array([[1, 2],\n       [3, %d]])' % number), lambda: re_match(),
      lambda: list[int], lambda: slice(1, 2), lambda: frozenset([self.text()])])()

  def told(self):
    '''One of which repr() tells what str() shows.'''
    number = self.random.randrange(1000)
    return self.random.choice([lambda: decimal.Decimal(number) / 8, lambda: pathlib.PurePosixPath('/x' + self.text().replace('\n', '')),
      lambda: uuid.UUID(int = number), lambda: Shown('np.float64(%s)' % (number / 8), str(number / 8))])()

  def other(self):
    '''One of which it does not.'''
    return self.random.choice([lambda: datetime.datetime(2018, 5, 10, tzinfo = datetime.timezone.utc), lambda: datetime.timedelta(1),
      lambda: Color.RED, lambda: OwnError(self.text(), 2), lambda: FileNotFoundError(2, self.text()), lambda: OwnError()])()

  def some_object(self):
    return self.random.choice([self.error, self.alike, self.told, self.other])()

  def piece(self):
    '''(conversion, value)'''
    kind = self.random.choice([self.literal, self.literal, self.error, self.error, self.alike, self.told, self.other])
    conversions = '%r' if kind == self.other else self.random.choice(['%s', '%s', '%r', '%a', '%-20s|', '%.3s', '%30r'])
    return conversions, kind()


def re_match():
  return re.match('(a, b)', 'a, b') or re.match('.*', "it's (")


class Arguments(TestCase):

  @classmethod
  def setUpClass(cls):
    comment('CHRONOLOGER_TEST_SEED=%d makes the same arguments' % SEED)
    cls.store = SQLite()
    migrate(cls.store.dsn)
    cls.worker = Worker(cls.store.dsn).start()
    cls.connection = Connection(cls.worker.address)

  @classmethod
  def tearDownClass(cls):
    cls.connection.close()
    cls.worker.stop()

  def stored(self, msg, args):
    '''What LogRecord's message is, what the worker has made of the same, and its args.'''
    record = logging.LogRecord('arguments', 40, 'x.py', 1, msg, args, None)
    body = urllib.parse.urlencode(record.__dict__).encode()
    answer = self.connection.request('POST', '/record', body, keep = True, kind = FORM, HTTP_PREFER = 'return=representation')
    row = self.assertStatus(201, answer).json()
    try:
      message = record.getMessage()
    except (TypeError, ValueError, KeyError):
      message = msg
    return message, row['message'], row['logrec']['meta']['args']

  def test_tuples(self):
    '''tuples of literals and objects: as Python'''
    made = Made()
    for _ in range(MESSAGES):
      pieces = [made.piece() for _ in range(made.random.randrange(1, 5))]
      if len(pieces) == 1 and isinstance(pieces[0][1], dict):
        continue
      msg, args = 'é ' + ' | '.join(pair[0] for pair in pieces), tuple(pair[1] for pair in pieces)
      expected, message, kept = self.stored(msg, args)
      self.assertEqual(expected, message, (msg, args))
      if isinstance(kept, str):
        self.assertEqual(str(args), kept)

  def test_named(self):
    '''a dict of literals and objects: as Python'''
    made = Made()
    for _ in range(MESSAGES // 4):
      pieces = {'k%d' % i: made.piece() for i in range(made.random.randrange(1, 4))}
      msg = ' | '.join('%%(%s)%s' % (key, pair[0][1:]) for key, pair in pieces.items())
      args = {key: pair[1] for key, pair in pieces.items()}
      expected, message, kept = self.stored(msg, (args,))
      self.assertEqual(expected, message, (msg, args))

  def test_unsafe(self):
    '''an object of which nobody can tell where it ends: as Python, or left as it was; never something else'''
    made = Made()
    for _ in range(MESSAGES):
      pieces = [made.piece() for _ in range(made.random.randrange(4))]
      pieces.insert(made.random.randrange(len(pieces) + 1), (made.random.choice(['%s', '%r']), Shown(made.random.choice(UNSAFE))))
      msg, args = ' | '.join(pair[0] for pair in pieces), tuple(pair[1] for pair in pieces)
      expected, message, kept = self.stored(msg, args)
      self.assertIn(message, (expected, msg), args)

  def test_http_handler(self):
    '''HTTPHandler alone: the message is there, the arguments are as they were'''
    log = logging.Logger('handler')
    with Nginx(self.worker) as nginx:
      log.addHandler(logging.handlers.HTTPHandler('127.0.0.1:%d' % nginx.port, RECORD, 'POST', credentials = ('logger', '')))
      thing = Plain()
      log.error('failed: %s', ValueError('bad'))
      log.error('%r and %s', ValueError('bad'), thing)
      log.error('%(what)s: %(n)d', {'what': KeyError('key'), 'n': 5})
      log.error('failed: %s', 'bad')
      rows = Client(nginx.port).get(RECORD + '?left=0&right=9&logrec=1&name=handler').json()
    self.assertEqual([
      ('failed: bad', ['bad']),
      ("'key': 5", "{'what': KeyError('key'), 'n': 5}"),
      ("ValueError('bad') and %r" % thing, "(ValueError('bad'), %r)" % thing),
      ('failed: bad', "(ValueError('bad'),)"),
    ], [(row['message'], row['logrec']['meta']['args']) for row in rows])


if __name__ == '__main__':
  main()
