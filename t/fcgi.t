#!/usr/bin/env python3
"""The worker itself, spoken to in FastCGI: silent, slow, broken and hostile peers, and the ways to be started."""
import concurrent.futures
import contextlib
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

RECEIVE_TIMEOUT = 2
# As in a release: CHRONOLOGER_HALVES=2000 CHRONOLOGER_STOPS=1000 CHRONOLOGER_MUTATED=100000
HALVES = int(os.environ.get('CHRONOLOGER_HALVES') or 320)
STOPS = int(os.environ.get('CHRONOLOGER_STOPS') or 30)
MUTATED = int(os.environ.get('CHRONOLOGER_MUTATED') or 1500)
FOREVER = 3600  # seconds: a worker that waits so long for a peer does not pass
ENDS = 2  # times as long as a second beside it: 0.9 for requests that run, and what the process takes for its end


def record(**fields):
  return json.dumps({'name': 'fcgi', 'msg': 'text', 'created': 1525970213.5, 'levelno': 20, **fields}).encode()


def connect(worker):
  return Connection(worker.address)


def count(worker, **more):
  with connect(worker) as connection:
    return int(connection.request('HEAD', '/record', **more).headers['X-Record-Count'])


class WorkerCase(TestCase):
  '''A test with a worker of its own.'''

  def worker(self, how = 'native', **settings):
    store = SQLite()
    migrate(store.dsn)
    worker = Worker(store.dsn, how, **{'receive_timeout': FOREVER, 'threads': 4, **settings}).start()
    self.addCleanup(worker.stop)
    return worker

  def assertServes(self, worker, n = 20):
    '''`n` requests, each on a new connection, are answered.'''
    for _ in range(n):
      with connect(worker) as connection:
        self.assertStatus(200, connection.request())


class Peers(WorkerCase):

  def open(self, worker, n, data = b''):
    '''`n` connections that have sent this much and stay.'''
    connections = [connect(worker) for _ in range(n)]
    for connection in connections:
      self.addCleanup(connection.close)
      connection.send(data)
    return connections

  def test_silent(self):
    '''200 silent connections disturb nobody'''
    worker = self.worker()
    self.open(worker, 200)
    self.assertServes(worker)

  def test_idle_kept(self):
    '''100 kept connections, idle between requests, disturb nobody and are served again'''
    worker = self.worker()
    connections = self.open(worker, 100)
    for _ in range(3):
      for connection in connections:
        self.assertStatus(200, connection.request(keep = True))
    self.assertServes(worker)

  def test_kept(self):
    '''many requests on one connection, bodies and errors among them'''
    worker = self.worker()
    with connect(worker) as connection:
      for i in range(50):
        self.assertStatus(201, connection.request('POST', '/record', record(msg = 'n%d' % i), keep = True))
        self.assertStatus(404, connection.request('GET', '/nope', keep = True))
        self.assertStatus(415, connection.request('POST', '/record', b'x' * 100000, kind = 'text/plain', keep = True))
        self.assertStatus(405, connection.request('PUT', '/record', b'', keep = True))
    self.assertEqual(50, count(worker))

  def test_no_delay(self):
    '''answers on a kept TCP connection do not wait for delayed acknowledgements, of 40 ms each'''
    worker, unix = self.worker(), self.worker('unix')
    with connect(worker) as connection, connect(unix) as without_tcp:
      for each in connection, without_tcp:
        for i in range(100):
          self.assertStatus(201, each.request('POST', '/record', record(), keep = True))

      def ask(each):
        for i in range(50):
          self.assertStatus(200, each.request('GET', '/record?left=0&right=127', keep = True))
      self.assertQuick(4, *[lambda each = each: timed(lambda: ask(each))[0] for each in (connection, without_tcp)])

  def test_late_stdin(self):
    '''a kept connection on which the end of (no) body comes later than the parameters, as Apache sends it'''
    worker = self.worker()
    whole = message(parameters(), keep = True)
    end = len(packet(STDIN))
    with connect(worker) as connection:
      for i in range(20):
        with self.subTest(i = i):
          connection.send(whole[:-end])
          select.select([connection.socket], [], [], 0.05)  # an answer may come before the end or not
          connection.send(whole[-end:])
          self.assertStatus(200, connection.answer())

  def test_not_kept(self):
    '''a connection that is not to be kept is closed after the answer'''
    worker = self.worker()
    with connect(worker) as connection:
      connection.request()
      self.assertTrue(connection.closed())

  def test_bytes(self):
    '''a request that comes byte by byte'''
    worker = self.worker()
    body = record()
    with connect(worker) as connection:
      for byte in message(parameters('POST', '/record', body), body):
        connection.send(bytes([byte]))
      self.assertStatus(201, connection.answer())

  def halves(self):
    '''Beginnings of requests: no byte, one, BEGIN, half of the parameters, half of the body.'''
    body = record(msg = 'x' * 1000)
    whole = message(parameters('POST', '/record', body), body)
    return [whole[:cut] for cut in (0, 1, 4, 8, 16, 40, len(whole) - 600)] + \
      [message(parameters('POST', '/record', body * 1000), body * 1000)[:500000]]

  def test_half_requests(self):
    '''half-sent requests of every kind, many beside 4 threads, stop nothing'''
    worker = self.worker()
    with connect(worker) as healthy:
      for data in self.halves():
        self.open(worker, HALVES // len(self.halves()), data)
        for _ in range(20):
          self.assertStatus(200, healthy.request(keep = True))
          self.assertStatus(201, healthy.request('POST', '/record', record(), keep = True))
    self.assertServes(worker)
    self.assertEqual(20 * len(self.halves()), count(worker))

  def test_half_requests_end(self):
    '''a half-sent request ends after the receive timeout, one that goes on slowly does not'''
    worker = self.worker(receive_timeout = RECEIVE_TIMEOUT)
    halves = [connection for data in self.halves() if data for connection in self.open(worker, 2, data)]
    whole = message(parameters('POST', '/record', record()), record())
    with connect(worker) as slow:
      for i in range(0, len(whole), 1 + len(whole) // (4 * RECEIVE_TIMEOUT)):
        slow.send(whole[i:i + 1 + len(whole) // (4 * RECEIVE_TIMEOUT)])
        time.sleep(0.5)
      self.assertStatus(201, slow.answer())
    for connection in halves:
      self.assertTrue(connection.closed())
    self.assertEqual(1, count(worker))

  def test_too_many_halves(self):
    '''of more than 2,000 half-sent requests the oldest go'''
    worker = self.worker()
    first = self.open(worker, 100, self.halves()[2])
    self.open(worker, 2000, self.halves()[2])
    for connection in first:
      self.assertTrue(connection.closed())
    self.assertServes(worker)

  def test_stopped(self):
    '''SIGSTOP and SIGCONT in the middle of bodies: all are stored'''
    worker = self.worker()
    body = record(msg = 'x' * 300000)
    whole = message(parameters('POST', '/record', body), body)
    for i in range(STOPS):
      with connect(worker) as connection:
        connection.send(whole[:len(whole) * (i % 10) // 10])
        worker.kill(signal.SIGSTOP)
        connection.socket.setblocking(False)
        sent = connection.socket.send(whole[len(whole) * (i % 10) // 10:])
        connection.socket.setblocking(True)
        worker.kill(signal.SIGCONT)
        connection.send(whole[len(whole) * (i % 10) // 10 + sent:])
        self.assertStatus(201, connection.answer())
    self.assertEqual(STOPS, count(worker))

  def test_mutated(self):
    '''connections with bytes changed, left out and doubled: the worker goes on'''
    worker = self.worker(receive_timeout = RECEIVE_TIMEOUT)
    chance = random.Random(MUTATED)
    body = b'\n'.join([record()] * 3)
    good = [message(parameters('POST', '/record', record(), HTTP_X = 'y' * 300), record(), keep = True),
      message(parameters('POST', '/record', body, 'application/x-ndjson'), body), message(parameters(), keep = True) * 2,
      packet(9, pair('FCGI_MAX_CONNS', ''), 0) + message(parameters()), message(parameters()) + packet(ABORT)]
    open_ones = []
    for i in range(MUTATED):
      data = bytearray(chance.choice(good))
      for _ in range(chance.choice((1, 1, 2, 5))):
        at, n = chance.randrange(len(data)), chance.choice((1, 1, 2, 8, 100))
        data[at:at + chance.choice((0, n))] = chance.choice((chance.randbytes(n), data[:n], b''))
      connection = connect(worker)
      with contextlib.suppress(OSError):
        connection.send(bytes(data))
      open_ones.append(connection)
      if len(open_ones) > 50:
        open_ones.pop(0).close()
    for connection in open_ones:
      connection.close()
    self.assertServes(worker)
    self.assertEqual(None, worker.process.poll())

  def test_aborted(self):
    '''an aborted request, and one whose peer has gone, store nothing and stop nothing'''
    worker = self.worker()
    body = b'\n'.join([record()] * 1000)
    head = begin() + stream(PARAMS, b''.join(pair(*p) for p in parameters('POST', '/record', body, 'application/x-ndjson'))) + packet(PARAMS)
    for rest in packet(ABORT), stream(STDIN, body[:5000]) + packet(ABORT), stream(STDIN, body[:70000]), b'':
      with self.subTest(rest = rest[:8]):
        with connect(worker) as connection:
          connection.send(head + rest)
    self.assertServes(worker)
    self.assertEqual(0, count(worker))

  def test_short_body(self):
    '''a body shorter than CONTENT_LENGTH, ended properly: 400, nothing stored'''
    worker = self.worker()
    for kind, body in ('application/json', record()), ('application/x-ndjson', (record() + b'\n') * 1000), \
        ('application/x-www-form-urlencoded', b'name=x&msg=y&created=1&levelno=20'):
      with self.subTest(kind = kind), connect(worker) as connection:
        connection.send(message(parameters('POST', '/record', body + b'x', kind), body))
        self.assertStatus(400, connection.answer())
    self.assertEqual(0, count(worker))

  def test_long_body(self):
    '''a body longer than CONTENT_LENGTH: 400, nothing stored, and the connection goes on'''
    worker = self.worker()
    with connect(worker) as connection:
      connection.send(message(parameters('POST', '/record', record()), record() + b'garbage' * 100000, keep = True))
      self.assertStatus(400, connection.answer())
      self.assertStatus(201, connection.request('POST', '/record', record(msg = 'next')))
    self.assertEqual(1, count(worker))

  def test_gone_before_answer(self):
    '''peers that do not wait for a large answer'''
    worker = self.worker()
    with connect(worker) as connection:
      body = b'\n'.join(record(msg = 'x' * 1000) for _ in range(3000))
      self.assertStatus(201, connection.request('POST', '/record', body, kind = 'application/x-ndjson'))
    for _ in range(20):
      with connect(worker) as connection:
        connection.send(message(parameters(path = '/record?left=0&right=2999&logrec=1')))
        connection.receive(8)
    self.assertServes(worker)

  def test_garbage(self):
    '''what is not FastCGI, another version, another role, management records'''
    worker = self.worker()
    for data in b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', b'\xff' * 1000, b'\x00' * 1000, b'\x01' * 65536, \
        bytes([2]) + begin()[1:], packet(BEGIN, b'\x00\x02\x00\0\0\0\0\0'), packet(9, pair('FCGI_MAX_CONNS', ''), 0), \
        packet(PARAMS, b'\x80'), begin() + packet(PARAMS, b'\xff\xff\xff\xff\xff\xff\xff\xff' + b'x' * 100) + packet(PARAMS) + packet(STDIN):
      with self.subTest(data = data[:12]):
        with connect(worker) as connection:
          connection.send(data)
        self.assertServes(worker, 1)

  def test_huge_parameter(self):
    '''parameters of more than 256 KiB, and one that only says it is large: the connection is closed'''
    worker = self.worker()
    with connect(worker) as connection:
      self.assertStatus(200, connection.request(HTTP_X = 'x' * (250 << 10)))
    for data in message(parameters(HTTP_X = 'x' * (257 << 10))), message(parameters(HTTP_X = 'x' * (8 << 20))), \
        begin() + packet(PARAMS, length(0x50000000) + length(0x50000000)), \
        begin() + packet(PARAMS, length(4) + length(0x7fffffff) + b'NAME' + b'x' * 1000), \
        begin() + packet(PARAMS, length(4) + length(0x10000000) + b'NAME' + b'x' * 1000):
      with connect(worker) as connection:
        with contextlib.suppress(OSError):
          connection.send(data)
        self.assertTrue(connection.closed())
    self.assertServes(worker)

  def test_long_query(self):
    '''a query string of 100 KB is read or refused'''
    worker = self.worker()
    with connect(worker) as connection:
      self.assertIn(connection.request('GET', '/record?left=0&right=1&_x=' + 'y' * 100000).status, (200, 400, 414))
    self.assertServes(worker)

  def test_duplicate_parameter(self):
    '''the first of two equal names counts: nothing sent later changes the user'''
    worker = self.worker(roles = 'logger:writer; reader:basic-reader')
    with connect(worker) as connection:
      connection.send(message(parameters('POST', '/record', record(), CHRONOLOGER_USER = 'reader') + [('CHRONOLOGER_USER', 'logger')], record()))
      self.assertStatus(403, connection.answer())

  def test_no_user(self):
    '''with roles, no user is nobody'''
    worker = self.worker(roles = 'logger:writer; *:basic-reader')
    for user in '', None:
      pairs = [p for p in parameters(CHRONOLOGER_USER = user or '') if user is not None or p[0] != 'CHRONOLOGER_USER']
      with self.subTest(user = user), connect(worker) as connection:
        connection.send(message(pairs + [('HTTP_CHRONOLOGER_USER', 'logger'), ('REMOTE_USER', 'logger')]))
        self.assertStatus(403, connection.answer())

  def test_nul_parameter(self):
    '''a NUL byte in a parameter ends its value, not the worker'''
    worker = self.worker()
    for name, value in ('REQUEST_URI', API + '/health\0/../record'), ('REQUEST_METHOD', 'GET\0POST'), \
        ('QUERY_STRING', 'a\0b'), ('\0', '\0'), ('', ''):
      with self.subTest(name = name), connect(worker) as connection:
        connection.send(message([(name, value)] + parameters()))
        self.assertIn(connection.answer().status, (200, 400, 404))
    self.assertServes(worker)

  def test_missing_parameters(self):
    '''a request without method, URI, or anything, is answered'''
    worker = self.worker()
    for pairs in [], [('REQUEST_METHOD', 'GET')], [('REQUEST_URI', API + '/name')]:
      with self.subTest(pairs = pairs), connect(worker) as connection:
        connection.send(message(pairs))
        self.assertIn(connection.answer().status, (200, 400, 404, 405))
    self.assertServes(worker)

  def test_content_length(self):
    '''a CONTENT_LENGTH that is none: 400 or 411; one that is enormous: 413'''
    worker = self.worker()
    for text, status in ('-1', (400, 411)), ('1e3', (400, 411)), ('', (411,)), ('+5', (400, 411)), ('99999999999999999999', (400, 411, 413)), ('200000000', (413,)):
      with self.subTest(text = text), connect(worker) as connection:
        self.assertIn(connection.request('POST', '/record', record(), CONTENT_LENGTH = text).status, status)

  def test_transfer_encoding(self):
    '''Transfer-Encoding, which nginx passes on after it has undone it, is ignored'''
    with connect(self.worker()) as connection:
      self.assertStatus(201, connection.request('POST', '/record', record(), HTTP_TRANSFER_ENCODING = 'chunked'))

  def test_uri(self):
    '''the path is what follows the first /api/v1, whatever SCRIPT_NAME and PATH_INFO say'''
    worker = self.worker()
    for uri, status in ('/api/v1/health', 200), ('/logs/api/v1/health', 200), ('/cgi-bin/x.cgi/api/v1/health?_=1', 200), \
        ('/api/v2/health', 404), ('/', 404), ('http://host/api/v1/health', 200):
      with self.subTest(uri = uri), connect(worker) as connection:
        got = connection.request(REQUEST_URI = uri, SCRIPT_NAME = '/x', PATH_INFO = '/y', QUERY_STRING = uri.partition('?')[2])
        self.assertStatus(status, got)

  def test_descriptors(self):
    '''out of file descriptors (EMFILE) the worker waits and then goes on'''
    store = SQLite()
    migrate(store.dsn)
    worker = Worker(store.dsn, wrapper = [program('prlimit', 'util-linux'), '--nofile=64'], threads = 4).start()
    self.addCleanup(worker.stop)
    connections = self.open(worker, 150)
    self.assertEqual(None, worker.process.poll())
    for connection in connections:
      connection.close()
    with connect(worker) as connection:
      self.assertStatus(200, connection.request())
    self.assertServes(worker)


class Log(WorkerCase):
  '''What stands on standard error, and in headers, of texts that anybody may send.'''

  HOSTILE = '/a\x1b[2J\x85\u202e\u2066\u200f\u061c\u2028\r\nX: y/\u00e9'.encode() + b'\xff/'
  VISIBLE = '/a\\u001b[2J\\u0085\\u202e\\u2066\\u200f\\u061c\\u2028\\u000d\\u000aX: y/\u00e9\\xff/'

  def refusing(self):
    '''A worker whose database is away.'''
    worker = Worker('sqlite:////nonexistent/chronologer.db', threads = 4).start()
    self.addCleanup(worker.stop)
    return worker

  def test_hostile(self):
    '''controls, C1 and bidirectional ones too, and what is not UTF-8 are written out in log and headers'''
    worker = self.refusing()
    with connect(worker) as connection:
      uri = self.HOSTILE + API.encode() + b'/health'
      self.assertStatus(503, connection.request(REQUEST_URI = uri, keep = True))
      line = wait_until(worker.tail, 'the refusal is logged')
      self.assertEqual(1, len(line), line)
      self.assertRegex(line[0], r'^chronologer-fcgi: GET %s/health: 503 ' % re.escape(self.VISIBLE + API))
      answer = connection.request('HEAD', '/record?%C2%85%E2%80%AE%E2%81%A9=1')
      self.assertStatus(400, answer)
      self.assertIn('\\u0085\\u202e\\u2069', answer.headers['X-Error-Message'])
    with connect(self.worker()) as connection:
      uri = self.HOSTILE + API.encode() + b'/record'
      answer = connection.request('POST', '/record', record(), REQUEST_URI = uri)
      self.assertEqual(self.VISIBLE + API + '/record/1', answer.headers['Location'].encode('latin-1').decode())

  def test_repeated(self):
    '''refusals that repeat: the first one at once, then a line a second with their number, none lost'''
    worker = self.refusing()
    refused, begin = 0, time.monotonic()
    with connect(worker) as connection:
      while refused < 300 or time.monotonic() - begin < 1.5:
        self.assertStatus(503, connection.request('POST', '/x%d%s/record' % (refused, API), record(), keep = True,
          REQUEST_URI = '/x%d%s/record' % (refused, API)))
        refused += 1
        if refused == 1:
          self.assertEqual(1, len(worker.log.read_text().splitlines()))
    took = time.monotonic() - begin

    def told():
      return sum(int(number or 1) for number in re.findall(r'^chronologer-fcgi: (?:(\d+) more|POST .*?): 503 ', worker.log.read_text(), re.M))
    wait_until(lambda: told() == refused, 'all are told, though nothing else happens')
    kinds = len(set(re.findall(r': (503 .*)', worker.log.read_text())))
    self.assertLessEqual(len(worker.log.read_text().splitlines()), kinds * (took + 3))

  def test_repeated_end(self):
    '''what has been counted is told when the worker ends'''
    worker = self.refusing()
    with connect(worker) as connection:
      for _ in range(5):
        self.assertStatus(503, connection.request('POST', '/record', record(), keep = True))
    self.assertEqual(0, worker.halt())
    first, rest = worker.tail()
    self.assertRegex(first, '^chronologer-fcgi: POST .*: 503 ')
    self.assertRegex(rest, '^chronologer-fcgi: 4 more: 503 ')


class Ending(WorkerCase):

  def end(self, worker, number = signal.SIGTERM):
    '''Seconds that it took.'''
    took, status = timed(lambda: worker.halt(number))
    self.assertEqual(0, status)
    return took

  def test_idle(self):
    '''SIGTERM ends an idle worker within a second, silent and kept connections or not'''
    def end(number):
      worker = self.worker()
      with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(worker)) for _ in range(20)]
        connections[0].request(keep = True)
        return self.end(worker, number)
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGUSR1:
      with self.subTest(number = number):
        self.assertQuick(ENDS, lambda: end(number))

  def test_running(self):
    '''SIGTERM under load: ends within a second, every acknowledged record is there'''
    self.assertQuick(ENDS, self.end_under_load)

  def end_under_load(self):
    worker = self.worker()
    acknowledged, stop = [], threading.Event()

    def load(number):
      for i in iter(int, 1):
        text = '%d.%d' % (number, i)
        try:
          with connect(worker) as connection:
            answer = connection.request('POST', '/record', record(msg = text))
        except (OSError, EOFError, ValueError):
          if stop.is_set():
            return
          continue
        if answer.status == 201:
          acknowledged.append((answer.json(), text))

    threads = [threading.Thread(target = load, args = (number,)) for number in range(8)]
    for thread in threads:
      thread.start()
    wait_until(lambda: len(acknowledged) > 300, '300 records are stored')
    stop.set()
    took = self.end(worker)
    for thread in threads:
      thread.join()
    worker.start()
    with connect(worker) as connection:
      stored = {row['id']: row['message'] for row in connection.request(path = '/record?left=0&right=9999').json()}
    self.assertEqual([], [each for each in acknowledged if stored.get(each[0]) != each[1]])
    self.assertEqual(len(acknowledged), len(set(id for id, _ in acknowledged)))
    worker.stop()
    return took

  def test_half(self):
    '''SIGTERM with requests half sent: those that go on are answered, the others end with the shutdown timeout'''
    worker = self.worker(shutdown_timeout = FOREVER)
    whole = message(parameters('POST', '/record', record()), record())
    with contextlib.ExitStack() as stack:
      cuts = [(stack.enter_context(connect(worker)), cut) for cut in (1, 8, 40, len(whole) - 40)]
      for connection, cut in cuts:
        connection.send(whole[:cut])
      self.assertServes(worker, 1)
      worker.kill(signal.SIGTERM)
      for connection, cut in cuts:
        connection.send(whole[cut:])
        self.assertStatus(201, connection.answer())
    self.assertEqual(0, worker.process.wait(LIMIT))
    worker = self.worker(shutdown_timeout = 1)
    with connect(worker) as connection:
      connection.send(whole[:-40])
      self.assertServes(worker, 1)
      self.end(worker)


class Systemd(WorkerCase):

  def test_notify(self):
    '''systemd hears of the start, the reload, the end, and that the worker goes on'''
    directory = pathlib.Path(tempfile.mkdtemp())
    self.addCleanup(shutil.rmtree, directory)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
      listener.bind(str(directory / 'notify'))
      listener.settimeout(LIMIT)
      store = SQLite()
      migrate(store.dsn)
      worker = Worker(store.dsn, wrapper = [program('env', 'coreutils'), 'NOTIFY_SOCKET=%s' % (directory / 'notify'), 'WATCHDOG_USEC=40000'])
      worker.start()
      self.addCleanup(worker.stop)

      def hear(what):
        while True:
          heard = listener.recv(1000).decode()
          if heard != 'WATCHDOG=1' or what == heard:
            return heard
      self.assertEqual('READY=1', hear('READY=1'))
      for _ in range(3):
        self.assertEqual('WATCHDOG=1', hear('WATCHDOG=1'))
      worker.kill(signal.SIGHUP)
      self.assertRegex(hear('RELOADING'), r'^RELOADING=1\nMONOTONIC_USEC=\d+$')
      self.assertEqual('READY=1', hear('READY=1'))
      self.assertEqual('WATCHDOG=1', hear('WATCHDOG=1'))
      worker.kill(signal.SIGTERM)
      self.assertEqual('STOPPING=1', hear('STOPPING=1'))

  def test_reload(self):
    '''SIGHUP: other settings count, on the same kept connection; wrong ones are told and change nothing'''
    directory = pathlib.Path(tempfile.mkdtemp())
    self.addCleanup(shutil.rmtree, directory)
    settings = directory / 'settings'
    settings.write_text('[chronologer]\nbody-limit = 100k\n')
    store = SQLite()
    migrate(store.dsn)
    worker = Worker(store.dsn, config = settings).start()
    self.addCleanup(worker.stop)
    body = record(msg = 'x' * 150000)
    with connect(worker) as connection:
      self.assertStatus(413, connection.request('POST', '/record', body, keep = True))
      settings.write_text('[chronologer]\nbody-limit = many\n')
      worker.kill(signal.SIGHUP)
      wait_until(lambda: 'not reloaded' in '\n'.join(worker.tail()), 'the worker says what is wrong')
      self.assertStatus(413, connection.request('POST', '/record', body, keep = True))
      settings.write_text('[chronologer]\nbody-limit = 200k\n')
      worker.kill(signal.SIGHUP)
      wait_until(lambda: connection.request('POST', '/record', body, keep = True).status == 201, 'the new limit counts')
      self.assertStatus(200, connection.request())


  def test_reload_waits(self):
    '''SIGHUP while a request does not end: told after the shutdown timeout, and what came meanwhile is served'''
    worker = self.worker(shutdown_timeout = 1)
    whole = message(parameters('POST', '/record', record(msg = 'x' * 10000)), record(msg = 'x' * 10000))
    with connect(worker) as half, connect(worker) as kept:
      half.send(whole[:9000])
      self.assertStatus(200, kept.request(keep = True))
      worker.kill(signal.SIGHUP)
      self.assertStatus(200, kept.request(keep = True))
      wait_until(lambda: 'requests take longer' in '\n'.join(worker.tail()), 'the worker says why')
      half.send(whole[9000:])
      self.assertStatus(201, half.answer())
      self.assertServes(worker)


class Starting(WorkerCase):

  def test_sockets(self):
    '''spawn-fcgi with TCP and with a Unix socket, systemd's LISTEN_FDS, --listen'''
    for how in 'spawn', 'unix', 'systemd', 'native':
      with self.subTest(how = how):
        worker = self.worker(how)
        self.assertServes(worker, 3)
        self.assertEqual(0, worker.halt())

  def test_listen_unix(self):
    '''--listen unix: makes the socket, also over a stale one, and removes it at its end'''
    worker = self.worker()
    path = str(worker.directory / 'listening')
    for _ in range(2):
      process = subprocess.Popen([built(WORKER), '--listen', 'unix:' + path], env = {**os.environ, **worker.settings},
        stdin = subprocess.DEVNULL)
      try:
        wait_until(lambda: connects(path), 'the worker listens')
        with Connection(path) as connection:
          self.assertStatus(200, connection.request())
      finally:
        process.kill()
        process.wait()
    self.assertTrue(os.path.exists(path), 'a killed worker leaves its socket')
    process = subprocess.Popen([built(WORKER), '--listen', 'unix:' + path], env = {**os.environ, **worker.settings}, stdin = subprocess.DEVNULL)
    wait_until(lambda: connects(path), 'the worker listens')
    process.terminate()
    self.assertEqual(0, process.wait())
    self.assertFalse(os.path.exists(path))

  def run_worker(self, *arguments, environment = {}, input = b''):
    store = SQLite()
    migrate(store.dsn)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(('LISTEN_', 'CHRONOLOGER_'))}
    return subprocess.run([built(WORKER)] + list(arguments), input = input, stdout = subprocess.PIPE, stderr = subprocess.PIPE,
      env = {**inherited, 'CHRONOLOGER_STORAGE_DSN': store.dsn, **environment})

  def assertOneLine(self, run, *words):
    lines = run.stderr.decode().strip().split('\n')
    self.assertNotEqual(0, run.returncode)
    self.assertEqual(1, len(lines), lines)
    for word in words:
      self.assertIn(word, lines[0])

  def test_no_socket(self):
    '''no socket and no CGI: one line that says what to do'''
    self.assertOneLine(self.run_worker(), '--listen')

  def test_port_in_use(self):
    '''a port or a socket in use, or one that is none: one line that names it'''
    worker, other = self.worker(), self.worker('unix')
    for address in '127.0.0.1:%d' % worker.port, 'unix:%s' % other.socket, 'unix:/nonexistent/socket', 'nonsense', '127.0.0.1', '127.0.0.1:99999':
      with self.subTest(address = address):
        self.assertOneLine(self.run_worker('--listen', address), address)
    self.assertServes(worker, 1)
    self.assertServes(other, 1)

  def cgi(self, pairs, body = b''):
    run = self.run_worker(environment = {name: value for name, value in pairs}, input = body)
    self.assertEqual(0, run.returncode)
    return parse(run.stdout)

  def test_cgi(self):
    '''a CGI environment: one request, answered on standard output'''
    self.assertStatus(200, self.cgi(parameters()))
    self.assertStatus(404, self.cgi(parameters(path = '/nope')))
    response = self.assertStatus(201, self.cgi(parameters('POST', '/record', record(), HTTP_PREFER = 'return=representation'), record() + b'beyond'))
    self.assertEqual('text', response.json()['message'])
    self.assertStatus(400, self.cgi(parameters('POST', '/record', record() + b'x'), record()))
    response = self.assertStatus(200, self.cgi(parameters('HEAD', '/record')))
    self.assertEqual(('0', b''), (response.headers['X-Record-Count'], response.body))

  def test_bad_settings(self):
    '''a setting that is wrong: one line that names it'''
    for environment, word in ({'CHRONOLOGER_THREADS': 'many'}, 'CHRONOLOGER_THREADS'), ({'CHRONOLOGER_BODY_LIMIT': '-1'}, 'CHRONOLOGER_BODY_LIMIT'), \
        ({'CHRONOLOGER_STORAGE_DSN': 'postgres://x'}, 'DSN'), ({'CHRONOLOGER_ROLES': 'logger:king'}, 'king'):
      with self.subTest(**environment):
        self.assertOneLine(self.run_worker('--listen', '127.0.0.1:%d' % free_port(), environment = environment), word)

  def test_password_not_logged(self):
    '''the DSN's password is not in any message'''
    run = self.run_worker('--listen', '127.0.0.1:%d' % free_port(), environment = {'CHRONOLOGER_STORAGE_DSN': 'mysql://u:s3cret@:bad:/x?y=z'})
    self.assertNotIn(b's3cret', run.stderr + run.stdout)


if __name__ == '__main__':
  main()
