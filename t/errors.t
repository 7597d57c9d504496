#!/usr/bin/env python3
"""Every error number of a MySQL or MariaDB server, at connecting, preparing, executing and COMMIT: what it is answered
with, that it is not asked again and again, and that the worker goes on when it is over.

CHRONOLOGER_FAULTS=all takes all numbers that the client library's headers know (some, and one of each kind)."""
import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import re
import select
import socket
import struct
import sys
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

ALL = os.environ.get('CHRONOLOGER_FAULTS') == 'all'
HEADERS = '/usr/include/mariadb/mysqld_error.h', '/usr/include/mysql/mysqld_error.h'

# What the answer to a record is, where it is not 503 StorageError: what heals with time, or by who runs the database.
ANSWERS = {
  (413, 'StorageSizeLimitError'): [1118, 1153, 1406, 1713],  # another record may be smaller
  # This record, or our statement: the same each time.
  (500, 'HTTPError'): [1048, 1054, 1064, 1139, 1264, 1265, 1292, 1366, 1452, 1644, 1690, 3819, 4025,
    *range(3140, 3161), *range(3685, 3698), 3854],
}
# Asked again by the worker itself.
REPEATED = [1020, 1053, 1152, 1205, 1213, 1243, 1317, 1412, 1615, 1927, 1969, 3024, 3698, 3699, 4031]
# The same, but not within a transaction of several steps: the id is there already.
TAKEN = [1062]
# A read that took too long.
DEADLINES = [1317, 1969, 3024, 3698, 3699]
# Kept for later, with Retry-After.
WAITING = [1015, 1021, 1026, 1030, 1036, 1037, 1040, 1041, 1044, 1045, 1047, 1049, 1114, 1129, 1130, 1142, 1146, 1180, 1194, 1203, 1206,
  1223, 1226, 1290, 1461, 1526, 1637, 1792, 1836, 1040, 3032, 9999]

# What the server does besides saying so.
ROLLS_BACK = [1020, 1213]
CLOSES = [1040, 1044, 1045, 1049, 1053, 1129, 1130, 1152, 1153, 1203, 1226, 1927, 4031]

TRIES = 8  # at most, for a request: four, each of them for all that share a transaction and for one alone


def numbers(share = 1):
  '''Of those that have a line above each `share`-th.'''
  listed = {*itertools.chain(*ANSWERS.values()), *REPEATED, *TAKEN, *WAITING}
  if not ALL:
    return sorted(listed - {*range(3141, 3160), *range(3686, 3697)})[::share]
  for path in filter(os.path.exists, HEADERS):
    listed.update(int(number) for number in re.findall(r'#define ER_\w+ (\d+)', pathlib.Path(path).read_text()))
  return sorted(listed)


def status_of(number):
  return next((answer for answer, listed in ANSWERS.items() if number in listed), (503, 'StorageError'))


class Refusing(Between):
  '''Between worker and database: answers with an error, in place of the database.'''

  def __init__(self, port):
    self.ends = set()
    self.disarm()
    super().__init__(port)

  def arm(self, place, number, times, is_done = False):
    '''`times`: so often, or always. `is_done`: the database does what it is asked to before.'''
    self.place, self.number, self.is_done, self.refused = place, number, is_done, 0
    self.left = times or sys.maxsize

  def disarm(self):
    self.arm(None, 0, 1)

  def drop(self):
    '''Ends all connections.'''
    for end in list(self.ends):
      with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)

  def pass_on(self, client, server):
    self.ends |= {client, server}
    for end in client, server:
      end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, server, contextlib.suppress(OSError, EOFError):
      Session(self, client, server).run()
    self.ends -= {client, server}


class Session:

  def __init__(self, between, client, server):
    self.between, self.client, self.server = between, client, server
    self.statements = {}
    self.prepared = None  # the text of the statement that the server is asked to prepare
    self.is_in = False    # the client has told who it is

  def run(self):
    while True:
      for source in select.select([self.client, self.server], [], [])[0]:
        if source is self.server:
          self.from_server()
        elif not self.from_client():
          return

  def from_server(self):
    data = self.server.recv(65536)
    if not data:
      raise EOFError
    if self.prepared:
      self.statements[data[5:9]] = self.prepared
      self.prepared = None
    self.client.sendall(data)

  def read(self, source):
    '''A packet, with its head.'''
    data = b''
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:3], 'little'):
      part = source.recv(4 - len(data) if len(data) < 4 else 4 + int.from_bytes(data[:3], 'little') - len(data))
      if not part:
        raise EOFError
      data += part
    return data

  def place(self, content):
    '''Where the command is what a test may refuse.'''
    if not self.is_in:
      return 'connect'
    text = self.statements.get(content[1:5], b'') if content[:1] == b'\x17' else content[1:]
    if content == b'\x03COMMIT':
      return 'commit'
    if text.startswith(b'INSERT INTO record'):
      return {b'\x16': 'prepare', b'\x17': 'execute'}.get(content[:1])
    return 'read' if content[:1] == b'\x17' and b' FROM record ' in text else None

  def from_client(self):
    '''FALSE where the connection is over.'''
    between, packet = self.between, self.read(self.client)
    place, content = self.place(packet[4:]), packet[4:]
    if place and place == between.place and between.left:
      between.left -= 1
      between.refused += 1
      if between.is_done:
        self.server.sendall(packet)
        self.read(self.server)
      if between.number in ROLLS_BACK and self.is_in:
        self.server.sendall(b'\x09\0\0\0\x03ROLLBACK')
        self.read(self.server)
      error = b'\xff' + struct.pack('<H', between.number) + b'#HY000' + b'refused by a test'
      self.client.sendall(len(error).to_bytes(3, 'little') + bytes([packet[3] + 1]) + error)
      return self.is_in and between.number not in CLOSES
    if content[:1] == b'\x16':
      self.prepared = content[1:]
    self.is_in = True
    self.server.sendall(packet)
    return True


class Errors(TestCase):

  @classmethod
  def setUpClass(cls):
    cls.database = MariaDB().start()
    migrate(cls.database.dsn)

  @classmethod
  def tearDownClass(cls):
    cls.database.stop()

  def setUp(self):
    self.due = {}  # message: how often it has to be there

  def serve(self):
    '''(a worker, and what is between it and the database)'''
    between = Refusing(self.database.port)
    self.addCleanup(between.stop)
    worker = Worker(self.database.dsn.replace(str(self.database.port), str(between.address)), threads = 4).start()
    self.addCleanup(worker.stop)
    return worker, between

  def request(self, worker, *arguments, **more):
    with Connection(worker.address) as connection:
      return connection.request(*arguments, **more)

  def single(self, worker, text):
    return self.request(worker, 'POST', '/record', query(name = 'errors', msg = text, created = 1, levelno = 20).encode(), kind = FORM)

  def keyed(self, worker, text):
    '''Three in a transaction of their own.'''
    lines = ndjson([{'name': 'errors', 'msg': text, 'created': 1, 'levelno': 20}] * 3).encode()
    return self.request(worker, 'POST', '/record', lines, kind = NDJSON, HTTP_IDEMPOTENCY_KEY = text)

  def check_answer(self, expected, answer, what):
    status, kind = expected
    self.assertEqual(status, answer.status, '%s: %r' % (what, answer))
    if status >= 400:
      self.assertEqual(kind, answer.error()[0], what)
      self.assertEqual(kind == 'StorageError', 'Retry-After' in answer.headers, what)

  def check_stored(self):
    '''What was acknowledged, and nothing else.'''
    rows = self.database.sql("SELECT message, COUNT(*) FROM record WHERE name = 'errors' GROUP BY message").splitlines()
    found = {message: int(n) for message, n in (row.split('\t') for row in rows)}
    self.assertEqual([], [(what, n, found.get(text, 0)) for text, (what, n) in self.due.items() if found.get(text, 0) != n][:5])

  def refused(self, served, place, number, times, request, is_done = False):
    '''The answer to a request while the database refuses so often, and how often it did.'''
    worker, between = served
    if place in ('connect', 'prepare'):
      between.drop()
    between.arm(place, number, times, is_done)
    what = '%s %d, %s times' % (place, number, times or 'all')

    def asked():
      answer = request(worker)  # not where another thread has just found a connection cut off, and for a second nobody tries
      return answer if between.refused or answer.status != 503 else None
    answer = wait_until(asked, '%s: the database is asked' % what)
    refused = between.refused
    between.disarm()
    self.assertTrue(1 <= refused <= TRIES, '%s: asked %d times' % (what, refused))
    self.assertIsNone(worker.process.poll(), what)
    return answer

  def refuse(self, served, place, number, post, times, expected, is_done = False):
    '''That, for records; and then others.'''
    what = '%s %d, %s, %s times' % (place, number, post.__name__, times or 'all')
    text, n = uuid.uuid4().hex, 3 if post == self.keyed else 1
    answer = self.refused(served, place, number, times, lambda worker: post(worker, text), is_done)
    self.check_answer(expected, answer, what)
    self.due[text] = what, n if answer.status == 201 else 0
    self.due[text + '.'] = what, n
    wait_until(lambda: post(served[0], text + '.').status == 201, '%s: the next one is stored' % what)

  def refuse_all(self, served, place, listed, answer = status_of):
    '''Each number, always and once, for a record alone and for some with a key.'''
    for number, post in itertools.product(listed, (self.single, self.keyed)):
      limit_time()
      is_repeated = place == 'commit' or number in REPEATED or (post == self.single and number in TAKEN)
      self.refuse(served, place, number, post, None, answer(number))
      self.refuse(served, place, number, post, 1, (201, None) if is_repeated else answer(number))

  def test_prepare(self):
    '''INSERT is refused when it is prepared'''
    self.refuse_all(self.serve(), 'prepare', numbers(3))
    self.check_stored()

  def test_execute(self):
    '''INSERT is refused'''
    self.refuse_all(self.serve(), 'execute', numbers())
    self.check_stored()

  def test_commit(self):
    '''COMMIT is refused, and nothing stored: again, then 503; it is refused, but all is stored: 201'''
    served = self.serve()
    self.refuse_all(served, 'commit', numbers(4), lambda number: (503, 'StorageError'))
    for number, post in itertools.product(numbers(4), (self.single, self.keyed)):
      if number not in REPEATED:
        self.refuse(served, 'commit', number, post, 1, (201, None), is_done = True)
    self.check_stored()

  def test_connect(self):
    '''connecting is refused: 503, whatever the number'''
    listed = numbers(3)

    def refuse(served, mine):
      for number in mine:
        self.refuse(served, 'connect', number, self.single, None, (503, 'StorageError'))
    served = [self.serve() for _ in range(6)]  # each of which waits for a second before it tries again
    with concurrent.futures.ThreadPoolExecutor(len(served)) as pool:
      for each in [pool.submit(refuse, each, listed[i::len(served)]) for i, each in enumerate(served)]:
        each.result()
    self.check_stored()

  def test_trigger(self):
    '''records that a trigger refuses are 500, and those that come with them are stored'''
    worker, _ = self.serve()
    self.database.sql("CREATE TRIGGER refuses BEFORE INSERT ON record FOR EACH ROW SET NEW.level = IF(NEW.message LIKE 'bad%', NULL, NEW.level)")
    self.addCleanup(self.database.sql, 'DROP TRIGGER refuses')
    texts = ['%s%d' % (kind, i) for i in range(40) for kind in ('bad', 'good')]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      answers = list(pool.map(lambda text: self.single(worker, text), texts))
    for text, answer in zip(texts, answers):
      self.check_answer((500, 'HTTPError') if text.startswith('bad') else (201, None), answer, text)
      self.due[text] = text, text.startswith('good')
    self.check_stored()

  def test_read(self):
    '''a read is refused: 503 where it heals'''
    served = self.serve()
    path = '/record/%d' % self.single(served[0], 'read').json()
    for number in numbers(2):
      limit_time()
      answer = self.refused(served, 'read', number, None, lambda worker: self.request(worker, 'GET', path))
      self.check_answer((503, 'StorageQueryError') if number in DEADLINES else status_of(number), answer, 'read %d' % number)
      wait_until(lambda: self.request(served[0], 'GET', path).status == 200, 'read %d: the next one is read' % number)


if __name__ == '__main__':
  main()
