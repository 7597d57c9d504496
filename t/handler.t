#!/usr/bin/env python3
"""python/chronologer_handler.py: what a program logs is stored once, in order, and the program never waits.

Behind nginx and a worker where it is about what is stored; before a server of the test's own (Recorder) where it is
about what is sent.
"""
import ast
import contextlib
import copy
import enum
import gzip
import http.server
import io
import itertools
import json
import logging
import logging.handlers
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

HANDLER = SOURCE / 'python' / 'chronologer_handler.py'
sys.path.insert(0, str(HANDLER.parent))
import chronologer_handler
from chronologer_handler import ChronologerHandler

# Tries follow each other at once; what has to be waited for is waited for.
QUICK = {'interval': 0.05, 'retry_first': 0.02, 'retry_most': 0.1, 'close_timeout': LIMIT}


class Recorder(http.server.ThreadingHTTPServer):
  '''Takes batches and answers what the test says. requests: (key, body, headers, connection, when) of each.'''

  daemon_threads = True

  def __init__(self, answer = None, context = None):
    '''`answer(number, lines)`: (status, headers, body), or None for 201; it may wait.'''
    super().__init__(('127.0.0.1', free_port()), Take)
    if context:
      self.socket = context.wrap_socket(self.socket, server_side = True)
    self.answer = answer or (lambda number, lines: None)
    self.secure = bool(context)
    self.requests = []
    self.stored = []  # lines of what was answered with 201, as dicts
    self.keys = set()  # theirs
    self.lock = threading.Lock()

  def handle_error(self, request, address):
    pass  # a client that went away

  @property
  def url(self):
    return '%s://127.0.0.1:%d/api/v1/record' % ('https' if self.secure else 'http', self.server_address[1])

  def messages(self):
    return [line['message'] for line in self.stored if line['name'] != chronologer_handler.NAME]

  def __enter__(self):
    self.thread = threading.Thread(target = self.serve_forever, args = (0.02,), daemon = True)
    self.thread.start()
    return self

  def __exit__(self, *exception):
    self.shutdown()
    self.server_close()


class Take(http.server.BaseHTTPRequestHandler):
  protocol_version = 'HTTP/1.1'

  def do_POST(self):
    body = self.rfile.read(int(self.headers['Content-Length']))
    lines = [json.loads(line) for line in gzip.decompress(body).splitlines()]
    with self.server.lock:
      number = len(self.server.requests)
      self.server.requests.append((self.headers['Idempotency-Key'], body, self.headers, self.client_address, time.monotonic()))
    answer = self.server.answer(number, lines)
    with self.server.lock:
      if answer is None:
        if self.headers['Idempotency-Key'] not in self.server.keys:
          self.server.stored += lines
          self.server.keys.add(self.headers['Idempotency-Key'])
        answer = 201, {}, json.dumps(list(range(len(lines))))
    status, headers, text = answer
    self.send_response(status)
    for header in headers.items():
      self.send_header(*header)
    self.send_header('Content-Length', str(len(text)))
    self.end_headers()
    self.wfile.write(text.encode())

  def log_message(self, *arguments):
    pass


class Cutter(threading.Thread):
  '''A TCP proxy that hides the first answers from the client: it waits until one begins, then closes.'''

  def __init__(self, port, cuts):
    super().__init__(daemon = True)
    self.target, self.cuts, self.keys, self.replayed = port, cuts, [], 0
    self.listener = socket.socket()
    self.port = free_port()
    self.listener.bind(('127.0.0.1', self.port))
    self.listener.listen()
    self.start()

  def run(self):
    while True:
      try:
        client = self.listener.accept()[0]
      except OSError:
        return
      with client, socket.create_connection(('127.0.0.1', self.target)) as server:
        self.pass_on(client, server)

  def pass_on(self, client, server):
    while True:
      request = self.read(client)
      if not request:
        return
      self.keys += re.findall(rb'(?i)^idempotency-key: *(\S+)\r', request, re.M)
      server.sendall(request)
      answer = self.read(server)
      if self.cuts:
        self.cuts -= 1
        return
      self.replayed += bool(re.search(rb'(?i)^idempotency-replayed: *true', answer, re.M))
      client.sendall(answer)

  def read(self, peer):
    '''A message with its Content-Length, or the chunks of one.'''
    data = b''
    while b'\r\n\r\n' not in data:
      part = peer.recv(65536)
      if not part:
        return b''
      data += part
    head, _, body = data.partition(b'\r\n\r\n')
    length = re.search(rb'(?i)^content-length: *(\d+)', head, re.M)
    while not (body.endswith(b'0\r\n\r\n') if not length else len(body) >= int(length.group(1))):
      part = peer.recv(65536)
      data, body = data + part, body + part
    return data


def hang(event):
  '''For Recorder: answers only when `event` is set.'''
  def answer(number, lines):
    event.wait()
  return answer


@contextlib.contextmanager
def stderr():
  '''What is written to sys.stderr meanwhile, as a StringIO.'''
  kept, sys.stderr = sys.stderr, io.StringIO()
  try:
    yield sys.stderr
  finally:
    sys.stderr = kept


def run(program, *arguments, status = 0, **environment):
  '''Runs a Python program to its end; returns what it wrote.'''
  done = subprocess.run([sys.executable, '-c', textwrap.dedent(program), *map(str, arguments)], stdout = subprocess.PIPE,
    stderr = subprocess.STDOUT, env = {**os.environ, 'PYTHONPATH': str(HANDLER.parent), **environment})
  if done.returncode != status:
    raise AssertionError('exit %d: %s' % (done.returncode, done.stdout.decode()))
  return done.stdout.decode()


def begin(program, *arguments):
  return subprocess.Popen([sys.executable, '-c', textwrap.dedent(program), *map(str, arguments)], stdout = subprocess.PIPE,
    env = {**os.environ, 'PYTHONPATH': str(HANDLER.parent)})


class HandlerCase(TestCase):

  def setUp(self):
    self.name = '%s.%s' % (RUN, self._testMethodName)
    self.logger = logging.getLogger(self.name)
    self.logger.setLevel(logging.DEBUG)
    self.logger.propagate = False
    self.directory = tempfile.mkdtemp(prefix = 'chronologer-')
    self.addCleanup(shutil.rmtree, self.directory, True)

  def handler(self, url, logger = None, **options):
    '''A handler of this test's logger, closed at its end.'''
    handler = ChronologerHandler(url, 'logger', '', **{**QUICK, **options})
    (logger or self.logger).addHandler(handler)

    def close():
      (logger or self.logger).removeHandler(handler)
      handler.close_timeout = 0
      with stderr():
        handler.close()
    self.addCleanup(close)
    return handler

  def log(self, numbers):
    for number in numbers:
      self.logger.info('number %d', number)

  def numbers(self, numbers):
    return ['number %d' % number for number in numbers]

  def number(self, message):
    return int(message.split()[1])


class Stored(OnSQLite, HandlerCase):
  '''Behind nginx and a worker.'''

  def setUp(self):
    super().setUp()
    self.client = Client(self.nginx.port)
    self.addCleanup(self.client.close)
    self.url = 'http://127.0.0.1:%d' % self.nginx.port + RECORD

  def stored(self, name = None):
    '''Whole records of this test, in the order they were stored.'''
    rows = self.assertStatus(200, self.client.get('%s?left=0&right=9999&logrec=1&name=%s' % (RECORD, name or self.name))).json()
    return sorted(rows, key = lambda row: row['id'])

  def messages(self, name = None):
    return [row['message'] for row in self.stored(name)]

  def one(self, *arguments, level = 20, handler = None, **options):
    '''The record of one call.'''
    handler = handler or self.handler(self.url)
    before = self.client.count('name=' + self.name)
    self.logger.log(level, *arguments, **options)
    self.assertTrue(handler.flush())
    rows = self.stored()
    self.assertEqual(before + 1, len(rows))
    return rows[-1]

  def test_fields(self):
    '''records are stored as those of the standard HTTPHandler'''
    class Standard(logging.handlers.HTTPHandler):
      def mapLogRecord(self, record):
        self.format(record)
        return super().mapLogRecord(record)
    handler = self.handler(self.url, host = '', interval = LIMIT)
    self.logger.addHandler(Standard('127.0.0.1:%d' % self.nginx.port, RECORD, 'POST', credentials = ('logger', '')))
    self.logger.info('Plain')
    self.logger.debug('Two %s %d', 'words', 2)
    self.logger.warning('%(a)s is %(b).2f', {'a': 'x', 'b': 2.5})
    self.logger.info('100%% of %s', None)
    self.logger.info('none', extra = {'foo': 387, 'ok': True, 'ratio': 2.75, 'none': None, 'list': [1, 'zwei', (3,)],
      'map': {'a': {'b': 1.5}, 'c': []}, 'text': "it's 1.10", 'big': 10 ** 30})
    self.logger.info('Gr\u00f6\u00dfe \u2603 \U0001f4a9\x00\n\t"\\', stack_info = True)
    self.logger.log(35, 387)
    try:
      1 / 0
    except ZeroDivisionError:
      self.logger.exception('Failure %s', 123)
    self.assertTrue(handler.flush())
    rows = self.stored()
    standard, ours = rows[:8], rows[8:]
    for one, other in zip(standard, ours):
      del one['id'], other['id']
      self.assertSame(one, other, one['message'])
    self.assertEqual(8, len(ours))
    self.assertIn('exc_text', ours[-1]['logrec']['error'])

  def test_values(self):
    '''values of any kind arrive, and a record is as it was when it was logged'''
    class Odd:
      def __repr__(self):
        return '<Odd>'

    class Failing:
      def __repr__(self):
        raise RuntimeError('no')

    class Colour(enum.IntEnum):
      RED = 3
    cyclic, deep = {'a': 1}, []
    cyclic['self'] = [cyclic]
    for i in range(100):
      deep = [deep]
    wide = []
    for i in range(40):
      wide = [wide, wide]
    given = {'odd': Odd(), 'failing': Failing(), 'nan': float('nan'), 'inf': [float('-inf')], 'set': {1}, 'bytes': b'\xff',
      'keys': {1: 'a', None: 'b', 2.5: 'c', True: 'd', (1, 2): 'e', Odd(): 'f'}, 'surrogate': 'x\udc80y\U0001f4a9',
      'huge': 1 << 5000, 'enum': Colour.RED, 'cyclic': cyclic, 'deep': deep, 'wide': wide, 'many': list(range(50000)),
      'long': Odd, 'changes': [1], 'complex': 1j, '': 0}
    handler = self.handler(self.url, interval = LIMIT)
    self.logger.info('%s and %r', Odd(), 5, extra = given)
    given['changes'].append(2)
    self.assertTrue(handler.flush())
    row, = self.stored()
    data, meta = row['logrec']['data'], row['logrec']['meta']
    self.assertEqual(('<Odd> and 5', ['<Odd>', 5]), (row['message'], meta['args']))
    expected = {'odd': '<Odd>', 'failing': '<Failing: repr() raised RuntimeError>', 'nan': 'nan', 'inf': ['-inf'], 'set': '{1}',
      'bytes': "b'\\xff'", 'keys': {'1': 'a', 'null': 'b', '2.5': 'c', '(1, 2)': 'e', '<Odd>': 'f'},
      'surrogate': 'x\\udc80y\U0001f4a9', 'huge': '<int of 5001 bits>', 'enum': 3, 'cyclic': {'a': 1, 'self': ['<dict: in itself>']},
      'changes': [1], 'complex': '1j', '': 0}
    expected['keys']['1'] = 'd'  # True is 1
    self.assertSame(expected, {key: data[key] for key in expected})
    self.assertIn('too deep', json.dumps(data['deep']))
    self.assertTrue('<50000 items>' in json.dumps(data['many']) and len(data['many']) <= 10001)
    self.assertLess(len(json.dumps(data)), 10 ** 6)

  def test_formatting_fails(self):
    '''what can not be formatted is logged as it is, and told as logging tells it'''
    class Failing:
      def __str__(self):
        raise RuntimeError('no')
      __repr__ = __str__
    handler = self.handler(self.url)
    with stderr() as told:
      row = self.one('%d', 'x', handler = handler)
      self.assertEqual(('%d', ['x']), (row['message'], row['logrec']['meta']['args']))
      row = self.one('%s', Failing(), handler = handler)
      self.assertEqual(['<Failing: repr() raised RuntimeError>'], row['logrec']['meta']['args'])
      row = self.one(Failing(), handler = handler)
      self.assertEqual('<Failing: str() raised RuntimeError>', row['message'])
    self.assertEqual(3, told.getvalue().count('--- Logging error ---'))
    logging.raiseExceptions = False
    try:
      with stderr() as told:
        self.one('%d', 'x', handler = handler)
    finally:
      logging.raiseExceptions = True
    self.assertEqual('', told.getvalue())

  def test_context(self):
    '''context is in every record; what a record has itself goes first'''
    class Variable:
      value = None

      def get(self):
        if self.value is None:
          raise LookupError
        return self.value
    variable = Variable()
    handler = self.handler(self.url, service = 'shop', release = '1.2', environment = 'test', extra = {'zone': 7, 'foo': 1},
      contextvars = {'request_id': variable})
    constant = {'service': 'shop', 'release': '1.2', 'environment': 'test', 'zone': 7, 'host': socket.gethostname()}
    self.assertSame({**constant, 'foo': 1}, self.one('a', handler = handler)['logrec']['data'])
    variable.value = 'r1'
    self.assertSame({**constant, 'foo': 2, 'request_id': 'r1'}, self.one('b', handler = handler, extra = {'foo': 2})['logrec']['data'])
    for wrong in {'extra': {'name': 1}}, {'contextvars': {'msg': variable}}, {'drop': 'some'}, {'url': 'localhost:8080'}:
      with self.assertRaises(ValueError):
        ChronologerHandler(**{'url': self.url, **wrong})

  def test_dict_config(self):
    '''dictConfig makes one, with ext:// inside; what it logs at its end is stored'''
    output = run('''
      import atexit, logging, logging.config, sys, types
      try:
        import contextvars
      except ImportError:
        contextvars = None
      mine = types.ModuleType('mine')
      mine.request = contextvars.ContextVar('request') if contextvars else {'': 'r9'}
      mine.zone = 7
      sys.modules['mine'] = mine
      logging.config.dictConfig({
        'version': 1,
        'disable_existing_loggers': False,
        'formatters': {'long': {'format': 'ignored %(message)s'}},
        'filters': {},
        'handlers': {'chronologer': {
          'class': 'chronologer_handler.ChronologerHandler', 'level': 'INFO', 'formatter': 'long',
          'url': sys.argv[1], 'user': 'logger', 'password': '', 'service': 'shop', 'interval': 600, 'close_timeout': 600,
          'contextvars': {'request': 'ext://mine.request'}, 'extra': {'zone': 'ext://mine.zone'}}},
        'root': {'handlers': ['chronologer'], 'level': 'DEBUG'}})
      log = logging.getLogger(sys.argv[2])
      mine.request.set('r9')
      atexit.register(log.info, 'at the end')
      log.debug('below')
      log.info('Hello, %s', 'Chronologer', extra = {'foo': 387})
    ''', self.url, self.name)
    self.assertEqual('', output)
    rows = self.stored()
    self.assertEqual(['Hello, Chronologer', 'at the end'], [row['message'] for row in rows])
    data = rows[0]['logrec']['data']
    self.assertSame({'foo': 387, 'zone': 7, 'request': 'r9', 'service': 'shop', 'host': socket.gethostname()}, data)

  def test_exit(self):
    '''a program that ends has its records stored, also where no thread can be started any more'''
    program = '''
      import logging, sys, threading
      from chronologer_handler import ChronologerHandler
      if sys.argv[3] == 'none':
        def start(self):
          raise RuntimeError("can't create new thread at interpreter shutdown")
        threading.Thread.start = start
      logging.getLogger().addHandler(ChronologerHandler(sys.argv[1], 'logger', interval = 600, batch_records = 7, close_timeout = 600))
      for i in range(100):
        logging.getLogger(sys.argv[2]).warning('number %d', i)
    '''
    for how in 'thread', 'none':
      name = '%s.%s' % (self.name, how)
      self.assertEqual('', run(program, self.url, name, how))
      self.assertEqual(self.numbers(range(100)), self.messages(name))

  def test_outage(self):
    '''records logged while the worker is away and back are stored once, in order'''
    handler = self.handler(self.url, batch_records = 50)
    with stderr() as told:
      for part in range(4):
        self.log(range(part * 100, part * 100 + 50))
        self.worker.halt()
        self.log(range(part * 100 + 50, part * 100 + 100))
        wait_until(lambda: handler._failures, 'a try has failed')
        self.worker.start()
      self.assertTrue(handler.flush())
    self.assertEqual(self.numbers(range(400)), self.messages())
    self.assertIn('502', told.getvalue())
    self.assertEqual(1, told.getvalue().count('\n'), told.getvalue())

  def test_no_server(self):
    '''records logged before the server is there are stored when it is'''
    with Nginx(self.worker) as nginx:
      port = nginx.port
      nginx.halt()
      handler = self.handler('http://127.0.0.1:%d/api/v1/record' % port)
      with stderr():
        self.log(range(10))
        wait_until(lambda: handler._failures > 2, 'tries have failed')
        self.assertFalse(handler.flush(0.01))
        nginx.start()
        self.assertTrue(handler.flush())
    self.assertEqual(self.numbers(range(10)), self.messages())

  def test_lost_answer(self):
    '''a batch whose answer was lost is sent again with its key, and stored once where the server knows keys'''
    cutter = Cutter(self.nginx.port, 1)
    self.addCleanup(cutter.listener.close)
    handler = self.handler('http://127.0.0.1:%d/api/v1/record' % cutter.port)
    with stderr():
      self.log(range(5))
      self.assertTrue(handler.flush())
    first, second = cutter.keys
    self.assertEqual(first, second)
    if not cutter.replayed:
      comment('not looked at: stored once (the server does not know Idempotency-Key)')
      return
    self.assertEqual(self.numbers(range(5)), self.messages())

  def test_too_large(self):
    '''a batch that is too large is sent in parts, a record that is too large is given up'''
    with Worker(self.store.dsn, body_limit = 8192) as worker, Nginx(worker) as nginx:
      handler = self.handler('http://127.0.0.1:%d' % nginx.port, interval = LIMIT)
      with stderr() as told:
        self.log(range(60))
        self.logger.info('x' * 10000)
        self.log(range(60, 100))
        self.assertTrue(handler.flush())
    self.assertEqual(self.numbers(range(100)), self.messages())
    self.assertRegex(told.getvalue(), r'\Achronologer.handler: The server refuses 1 record: 413 HTTPError: .*\n\Z')

  def test_bad_record(self):
    '''bad records among good ones are told, once a minute, and the others stored'''
    handler = self.handler(self.url)
    with stderr() as told:
      for i in range(3):
        self.log([i])
        self.logger.log(70000, 'bad')
        self.assertTrue(handler.flush())
      self.logger.log(70000, 'bad, alone')
      self.assertTrue(handler.flush())
      handler.close()
    self.assertEqual(self.numbers(range(3)), self.messages())
    first, last = told.getvalue().splitlines()
    self.assertRegex(first, r'\Achronologer.handler: The server refuses 1 record of 2: ModelError: Key "levelno" .* on line 2$')
    self.assertRegex(last, 'chronologer.handler: 3 more messages of this kind: refused')

  def test_password(self):
    '''a wrong password loses nothing: it is told, and the records are stored when it is right'''
    with Nginx(self.worker) as nginx:
      users = nginx.users.read_text()
      nginx.users.write_text(users.replace('logger:', 'other:'))
      handler = self.handler('http://127.0.0.1:%d' % nginx.port)
      with stderr() as told:
        self.log(range(10))
        wait_until(lambda: handler._failures > 3, 'tries have failed')
        nginx.users.write_text(users)
        self.assertTrue(handler.flush(LIMIT))
    self.assertEqual(self.numbers(range(10)), self.messages())
    self.assertRegex(told.getvalue(), r'\Achronologer.handler: Records can not be sent: 401 .*configuration.*\n\Z')

  def test_fork(self):
    '''after fork the child sends its own records, the parent its own, while threads log'''
    handler = self.handler(self.url, interval = LIMIT)
    over, counts = threading.Event(), []

    def talk(logger):
      count = 0
      while not over.is_set():
        logger.info('number %d', count)
        count += 1
        over.wait(0.0005)
      counts.append(count)
    loggers = [logging.getLogger('%s.thread%d' % (self.name, i)) for i in range(3)]
    threads = [threading.Thread(target = talk, args = (logger,)) for logger in loggers]
    for thread in threads:
      thread.start()
    children = []
    for child in range(20):
      self.logger.info('parent %d', child)
      pid = os.fork()
      if not pid:
        signal.alarm(0)
        status = 1
        try:
          self.logger.info('child %d', child)
          status = 0 if handler.flush() else 2
        finally:
          os._exit(status)
      children.append(pid)
    self.assertEqual([0] * 20, [os.waitpid(pid, 0)[1] for pid in children])
    over.set()
    for thread in threads:
      thread.join()
    self.assertTrue(handler.flush())
    rows = self.stored()
    said = [row['message'] for row in rows if row['name'] == self.name]
    self.assertEqual(sorted('%s %d' % (who, i) for who in ('child', 'parent') for i in range(20)), sorted(said))
    for logger in loggers:
      mine = [row['message'] for row in rows if row['name'] == logger.name]
      self.assertEqual(self.numbers(range(len(mine))), mine)
    self.assertEqual(sum(counts) + 40, len(rows))

  def test_multiprocessing(self):
    '''processes of multiprocessing send what they have logged at their end'''
    with open(os.path.join(self.directory, 'program.py'), 'w') as file:
      file.write(textwrap.dedent('''
        import logging, multiprocessing, sys
        from chronologer_handler import ChronologerHandler

        def configure():
          logging.getLogger().addHandler(ChronologerHandler(sys.argv[1], 'logger', interval = 600, close_timeout = 600))

        def work(name, number, how):
          if how == 'spawn':
            configure()
          logging.getLogger(name).warning('%s %d', how, number)

        if __name__ == '__main__':
          configure()
          for how in 'fork', 'spawn':
            logging.getLogger(sys.argv[2]).warning('before %s', how)
            context = multiprocessing.get_context(how)
            processes = [context.Process(target = work, args = (sys.argv[2], i, how)) for i in range(3)]
            for process in processes:
              process.start()
            for process in processes:
              process.join()
      '''))
    output = subprocess.run([sys.executable, 'program.py', self.url, self.name], cwd = self.directory, check = True,
      stdout = subprocess.PIPE, stderr = subprocess.STDOUT, env = {**os.environ, 'PYTHONPATH': str(HANDLER.parent)}).stdout
    self.assertEqual(b'', output)
    self.assertEqual(sorted(['before fork', 'before spawn'] + ['%s %d' % (how, i) for how in ('fork', 'spawn') for i in range(3)]),
      sorted(self.messages()))

  def test_close_bounded(self):
    '''flush and close end in their time where the server hangs, in any order and again, and with logging.shutdown'''
    self.worker.kill(signal.SIGSTOP)
    try:
      with stderr() as told:
        def end(*calls):
          handler = self.handler(self.url, close_timeout = 1)
          self.log(range(10))
          wait_until(lambda: handler._outbox.waits(), 'it is being sent')
          self.log(range(10))
          return timed(lambda: [call(handler) for call in calls])[0]
        self.assertQuick(1.5, lambda: end(ChronologerHandler.close, ChronologerHandler.flush, ChronologerHandler.close))
        self.assertQuick(1.5, lambda: end(ChronologerHandler.flush, ChronologerHandler.close))
        self.assertQuick(1.5, lambda: end(lambda handler: handler.flush(0.5), lambda handler: handler.flush(0.5)))
      self.assertEqual(2, len(re.findall('20 records lost at the end', told.getvalue())), told.getvalue())
      program = '''
        import logging, sys
        from chronologer_handler import ChronologerHandler
        logging.getLogger().addHandler(ChronologerHandler(sys.argv[1], 'logger', interval = 0, close_timeout = 1))
        logging.warning('x')
      '''
      self.assertQuick(2, lambda: timed(lambda: self.assertIn('1 record lost', run(program, self.url)))[0])
    finally:
      self.worker.kill(signal.SIGCONT)

  def test_spool_exit(self):
    '''with a spool a program that ends while the server is away has its records sent by the next one'''
    program = '''
      import logging, sys
      from chronologer_handler import ChronologerHandler
      logging.getLogger().addHandler(ChronologerHandler(sys.argv[1], 'logger', spool = sys.argv[3], batch_records = 30, close_timeout = 600))
      for i in range(int(sys.argv[4]), int(sys.argv[5])):
        logging.getLogger(sys.argv[2]).warning('number %d', i)
    '''
    nowhere = 'http://127.0.0.1:%d' % free_port()
    self.assertNotIn('lost', run(program, nowhere, self.name, self.directory, 0, 100))
    self.assertNotIn('lost', run(program, nowhere, self.name, self.directory, 100, 150))
    self.assertNotEqual([], os.listdir(self.directory))
    self.assertEqual('', run(program, self.url, self.name, self.directory, 150, 200))
    self.assertEqual(self.numbers(range(200)), self.messages())
    self.assertEqual([], os.listdir(self.directory))


class Sent(HandlerCase):
  '''Before a server of our own.'''

  def test_syntax(self):
    '''the file is Python 3.6, and of the version of configure.ac'''
    ast.parse(HANDLER.read_text(), feature_version = (3, 6))
    with self.assertRaises(SyntaxError):
      ast.parse('(a := 1)', feature_version = (3, 6))
    self.assertIn('AC_INIT([chronologer], [%s])' % chronologer_handler.__version__, (SOURCE / 'configure.ac').read_text())
    modules = {name for node in ast.walk(ast.parse(HANDLER.read_text())) if isinstance(node, ast.Import)
      for name in [alias.name.partition('.')[0] for alias in node.names]}
    self.assertLessEqual(modules, set(sys.stdlib_module_names))

  def test_batches(self):
    '''batches are of a size, in gzip, with keys of their own, over one connection'''
    with Recorder() as server:
      handler = self.handler(server.url, batch_records = 100, batch_bytes = 50000, interval = LIMIT)
      self.log(range(950))
      self.logger.info('x' * 100000)
      self.log(range(950, 1000))
      self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(950)) + ['x' * 100000] + self.numbers(range(950, 1000)), server.messages())
      sizes = [gzip.decompress(body) for key, body, *rest in server.requests]
      self.assertEqual([], [len(body) for body in sizes if body.count(b'\n') > 100 or len(body) > 50000 and body.count(b'\n') > 1])
      self.assertLess(len(server.requests), 60)
      self.assertEqual(len(server.requests), len({key for key, *rest in server.requests}))
      self.assertEqual(1, len({connection for key, body, headers, connection, when in server.requests}))
      headers = server.requests[0][2]
      self.assertEqual(('application/x-ndjson', 'gzip', basic('logger')),
        (headers['Content-Type'], headers['Content-Encoding'], headers['Authorization']))

  def test_interval(self):
    '''a record alone is sent after the interval, a full batch before it'''
    with Recorder() as server:
      self.handler(server.url, interval = 0.1)
      self.log([1])
      wait_until(lambda: server.messages(), 'it is sent')
    with Recorder() as server:
      self.handler(server.url, interval = LIMIT, batch_records = 10)
      self.log(range(19))
      wait_until(lambda: server.messages(), 'it is sent')
      self.assertEqual(self.numbers(range(10)), server.messages())

  def check_again(self, answer, **options):
    '''What is answered so is sent again, the same, and nothing comes before it. Returns its requests.'''
    with Recorder(answer) as server:
      handler = self.handler(server.url, batch_records = 10, **options)
      with stderr():
        self.log(range(20))
        self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(20)), server.messages())
      first, second = (list(tries) for same, tries in itertools.groupby(server.requests, lambda request: request[:2]))
      self.assertNotEqual(first[0][0], second[0][0])
      return first

  def test_again(self):
    '''errors that pass are tried again with the same key and body'''
    for status in 408, 425, 429, 500, 502, 503, 504:
      with self.subTest(status):
        self.assertEqual(3, len(self.check_again(lambda number, lines: (status, {}, '') if number < 2 else None)))

  def test_retry_after(self):
    '''Retry-After is heeded'''
    first, second = self.check_again(lambda number, lines: (503, {'Retry-After': '1'}, '') if not number else None)
    self.assertGreaterEqual(second[-1] - first[-1], 1)
    self.assertEqual(3, chronologer_handler._retry_after({'Retry-After': ' 3 '}))
    self.assertTrue(50 < chronologer_handler._retry_after({'Retry-After': http.server.email.utils.formatdate(time.time() + 60)}) <= 60)
    for text in '', 'soon', '-1', 'Mon, 99 Foo':
      self.assertIsNone(chronologer_handler._retry_after({'Retry-After': text}), text)

  def test_hanging(self):
    '''a server that does not answer is tried again, on a new connection'''
    event = threading.Event()
    tries = self.check_again(lambda number, lines: event.wait() and (500, {}, '') if number < 2 else None, answer_timeout = 0.3)
    event.set()
    self.assertGreaterEqual(len(tries), 3)  # more where a machine is busy for so long
    self.assertEqual(len(tries), len({connection for key, body, headers, connection, when in tries}))

  def test_configuration(self):
    '''errors of the configuration keep the records, and are told'''
    for status in 301, 401, 403, 404, 405, 415, 501, 200:
      with self.subTest(status):
        with Recorder(lambda number, lines: (status, {'Location': '/x'}, '<html>') if number < 2 else None) as server:
          handler = self.handler(server.url)
          with stderr() as told:
            self.log([1])
            self.assertTrue(handler.flush(LIMIT))
          self.assertEqual(['number 1'], server.messages())
          self.assertRegex(told.getvalue(), r'\A%s: .* %d .*configuration.*\n\Z' % (chronologer_handler.NAME, status))

  def test_given_up(self):
    '''what the server will never take is given up, and told'''
    error = json.dumps({'error': {'type': 'ValueError', 'message': 'no'}})
    for status in 400, 422, 431:
      with self.subTest(status):
        with Recorder(lambda number, lines: (status, {}, error) if not number else None) as server:
          handler = self.handler(server.url, batch_records = 2)
          with stderr() as told:
            self.log(range(4))
            self.assertTrue(handler.flush())
          self.assertEqual(self.numbers([2, 3]), server.messages())
          self.assertIn('refuses 2 records: %d ValueError: no' % status, told.getvalue())

  def test_split(self):
    '''a batch of 413 becomes two, with new keys, in order'''
    for spool in None, self.directory:
      with Recorder(lambda number, lines: (413, {}, '') if len(lines) > 3 else None) as server:
        handler = self.handler(server.url, interval = LIMIT, spool = spool)
        self.log(range(20))
        self.assertTrue(handler.flush())
        self.assertEqual(self.numbers(range(20)), server.messages())
        self.assertEqual(len(server.requests), len({key for key, *rest in server.requests}))
    handler.close()
    self.assertEqual([], os.listdir(self.directory))

  def check_drop(self, **options):
    '''Logs 100 records while the first one is being sent. Returns the other messages, and what the handler reported.'''
    event = threading.Event()
    with Recorder(hang(event)) as server:
      handler = self.handler(server.url, batch_records = 10, **options)
      self.log([-1])
      wait_until(lambda: server.requests, 'the first one is being sent')
      self.log(range(100))
      event.set()
      self.assertTrue(handler.flush())
      self.log([1000])
      self.assertTrue(handler.flush())
      reports = [line for line in server.stored if line['name'] == chronologer_handler.NAME]
      self.assertEqual([(30, line['dropped']) for line in reports], [(line['levelno'], line['args'][0]) for line in reports])
      self.assertEqual('number 1000', server.messages()[-1])
      self.assertEqual(handler.dropped, sum(line['dropped'] for line in reports))
      return server.messages()[1:-1], handler.dropped

  def test_drop(self):
    '''over a limit of records or bytes the newest or the oldest are dropped, and how many is logged'''
    for drop, left in (None, range(30)), ('newest', range(30)), ('oldest', range(70, 100)):
      with self.subTest(drop):
        self.assertEqual((self.numbers(left), 70), self.check_drop(queue_records = 30, **{'drop': drop} if drop else {}))
    self.assertEqual((self.numbers(range(100)), 0), self.check_drop())
    messages, dropped = self.check_drop(queue_bytes = 5000, drop = 'oldest')
    self.assertTrue(0 < dropped < 100)
    self.assertEqual(self.numbers(range(dropped, 100)), messages)

  def test_latency(self):
    '''logging while the server hangs costs about what it costs with a StreamHandler, and no limit is passed'''
    event = threading.Event()
    with Recorder(hang(event)) as server, open(os.devnull, 'w') as null:
      handler = self.handler(server.url, queue_records = 2000)
      self.log([-1])
      wait_until(lambda: server.requests, 'the first one is being sent')
      other = logging.getLogger(self.name + '.other')
      other.propagate = False
      other.addHandler(logging.StreamHandler(null))

      def worst(logger):
        '''The slowest but one in a hundred.'''
        took = sorted(timed(lambda: logger.info('Band %d, %s', 8, 'arg2', extra = {'foo': 387}))[0] for i in range(3000))
        return took[-30]
      self.assertQuick(10, lambda: worst(self.logger), lambda: worst(other))
      self.assertEqual(2000, len(handler._queue))
      event.set()

  def test_recursion(self):
    '''what is logged by a record that is made, and by the sender, does no harm'''
    logger = self.logger

    class Talking:
      def __repr__(self):
        logger.info('in repr: %r', self)
        return 'Talking'

    with Recorder() as server:
      handler = self.handler(server.url)
      post = handler._server.post

      def talking(*arguments):
        logger.info('from the sender')
        return post(*arguments)
      handler._server.post = talking
      with stderr():
        logger.info('%r', Talking())
      self.assertTrue(handler.flush())
      self.assertEqual('Talking', server.messages()[-1])
      logger.info('after it')
      self.assertTrue(handler.flush())
      self.assertLess(len(server.messages()), 20)
      self.assertNotIn('from the sender', server.messages())

  def test_signal(self):
    '''a signal handler may log while its thread logs'''
    with Recorder() as server:
      handler = self.handler(server.url)
      other = logging.getLogger(self.name + '.signal')
      kept = signal.signal(signal.SIGUSR1, lambda number, frame: other.info('signal'))
      over = threading.Event()

      def send():
        while not over.is_set():
          os.kill(os.getpid(), signal.SIGUSR1)
          over.wait(0.0005)
      thread = threading.Thread(target = send)
      thread.start()
      try:
        with handler._lock:  # as where it comes at the worst time
          os.kill(os.getpid(), signal.SIGUSR1)
        for number in range(3000):
          self.logger.info('number %d', number)
      finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGUSR1, kept)
      self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(3000)), [message for message in server.messages() if message != 'signal'])
      self.assertIn('signal', server.messages())
      self.assertEqual((0, 0), (len(handler._queue), handler.dropped))

  def test_fork_connection(self):
    '''after fork parent and child have connections of their own'''
    with Recorder() as server:
      handler = self.handler(server.url)
      self.log([1])
      self.assertTrue(handler.flush())
      pid = os.fork()
      if not pid:
        signal.alarm(0)
        status = 1
        try:
          self.log([2])
          status = 0 if handler.flush() else 2
        finally:
          os._exit(status)
      self.assertEqual(0, os.waitpid(pid, 0)[1])
      self.log([3])
      self.assertTrue(handler.flush())
      self.assertEqual(self.numbers([1, 2, 3]), server.messages())
      first, second, third = [connection for key, body, headers, connection, when in server.requests]
      self.assertEqual((first, False), (third, first == second))

  def test_no_lock(self):
    '''no thread waits for one that waits in flush or close, as logging.shutdown calls them'''
    event = threading.Event()
    with Recorder(hang(event)) as server:
      handler = self.handler(server.url)
      self.log([1])
      wait_until(lambda: server.requests, 'it is being sent')
      def end():
        handler.acquire()
        try:
          handler.flush()
        finally:
          handler.release()
      thread = threading.Thread(target = end)
      thread.start()
      wait_until(lambda: handler._hurry, 'it waits in flush')
      self.log([2])
      event.set()
      thread.join()
      self.assertTrue(handler.flush())
      self.assertEqual(self.numbers([1, 2]), server.messages())

  def test_quiet(self):
    '''no thread and no connection before the first record; flush and close then cost nothing'''
    before = threading.active_count()
    handler = ChronologerHandler('http://127.0.0.1:%d' % free_port(), close_timeout = LIMIT)
    self.assertEqual(before, threading.active_count())
    with stderr() as told:
      self.assertTrue(handler.flush())
      handler.close()
      handler.close()
      self.assertTrue(handler.flush())
      handler.handle(logging.makeLogRecord({'msg': 'late'}))
    self.assertEqual((before, 1, ''), (threading.active_count(), handler.dropped, told.getvalue()))

  def test_https(self):
    '''https, with a context of one's own'''
    path = os.path.join(self.directory, 'pem')
    subprocess.run([program('openssl', 'openssl'), 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', path, '-out',
      path + '.cert', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], check = True,
      stdout = subprocess.DEVNULL, stderr = subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path + '.cert', path)
    with Recorder(context = context) as server:
      handler = self.handler(server.url, ssl_context = ssl.create_default_context(cafile = path + '.cert'))
      self.log([1])
      self.assertTrue(handler.flush())
      other = self.handler(server.url, ssl_context = ssl.create_default_context())
      with stderr() as told:
        self.log([2])
        self.assertFalse(other.flush(0.5))
        self.assertTrue(handler.flush())
      self.assertIn('CERTIFICATE_VERIFY_FAILED', told.getvalue())
      self.assertEqual(self.numbers([1, 2]), server.messages())

  PROGRAM = '''
    import logging, sys
    from chronologer_handler import ChronologerHandler
    handler = ChronologerHandler(sys.argv[1], spool = sys.argv[2] or None, interval = 600, batch_records = 10, close_timeout = 600,
      retry_first = 0.02, retry_most = 0.1)
    logging.getLogger().addHandler(handler)
    for i in range(int(sys.argv[3]), int(sys.argv[4])):
      logging.warning('number %d', i)
  '''
  WAIT = '''
    print('logged', flush = True)
    sys.stdin.read()
  '''

  def kill(self, server, spool):
    '''A program that is killed with 25 records logged, when the server has 10 of them and does not answer.'''
    with subprocess.Popen([sys.executable, '-c', textwrap.dedent(self.PROGRAM + self.WAIT), server.url, spool, '0', '25'],
        stdin = subprocess.PIPE, stdout = subprocess.PIPE,
        env = {**os.environ, 'PYTHONPATH': str(HANDLER.parent)}) as process:
      self.assertEqual(b'logged\n', process.stdout.readline())
      wait_until(lambda: server.requests, 'the first batch is being sent')
      process.kill()

  def test_spool_kill(self):
    '''with a spool a program that is killed loses only what was no batch yet, and a batch keeps its key; without one all'''
    for spool, left in (self.directory, range(10)), ('', ()):
      event = threading.Event()
      with Recorder(hang(event)) as server:
        self.kill(server, spool)
        first = server.requests[0][:2]
        server.answer = lambda number, lines: None
        run(self.PROGRAM, server.url, spool, 100, 105)
        self.assertEqual(self.numbers([*left, *range(100, 105)]), server.messages())
        if spool:
          self.assertEqual(first, server.requests[1][:2])
        event.set()
    self.assertEqual([], os.listdir(self.directory))

  def test_spool_hanging(self):
    '''what is left when a program ends while the server hangs is in the spool, all of it'''
    event = threading.Event()
    with Recorder(hang(event)) as server:
      handler = self.handler(server.url, spool = self.directory, batch_records = 10, interval = LIMIT, close_timeout = 0.2)
      self.log(range(10))
      wait_until(lambda: server.requests, 'the first batch is being sent')
      self.log(range(10, 45))
      with stderr() as told:
        handler.close()
      self.logger.removeHandler(handler)
      self.assertNotIn('lost', told.getvalue())
      wait_until(lambda: handler._ended, 'its thread has ended')
      server.answer = lambda number, lines: None
      handler = self.handler(server.url, spool = self.directory)
      self.log([45])
      self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(46)), server.messages())
      self.assertEqual(server.requests[0][:2], server.requests[1][:2])
      event.set()

  def test_spool_shared(self):
    '''processes with one spool send each batch once: what is another's only when that has ended'''
    event = threading.Event()
    with Recorder(hang(event)) as server:
      self.kill(server, self.directory)
      server.answer, first = (lambda number, lines: (503, {}, '')), len(server.requests)
      alive = self.handler(server.url, spool = self.directory, batch_records = 10, interval = LIMIT)
      with stderr():
        self.log(range(100, 120))
        wait_until(lambda: alive._failures, 'a try has failed')
        server.answer = lambda number, lines: (503, {}, '') if self.number(lines[0]['message']) < 3000 else None
        programs = [begin(self.PROGRAM, server.url, self.directory, 1000 * i, 1000 * i + 100) for i in range(3, 7)]
        for one in programs:
          self.assertEqual(0, one.wait())
          one.stdout.close()
        self.assertEqual([], [message for message in server.messages() if self.number(message) < 3000])
        server.answer = lambda number, lines: None
        self.assertTrue(alive.flush(LIMIT))
      expected = [*range(10), *range(100, 120)] + [1000 * i + j for i in range(3, 7) for j in range(100)]
      self.assertEqual(sorted(self.numbers(expected)), sorted(server.messages()))
      self.assertEqual(self.numbers([*range(10), *range(100, 120)]), [message for message in server.messages() if self.number(message) < 3000])
      with stderr():
        alive.close()
      event.set()
    self.assertEqual([], os.listdir(self.directory))

  def test_spool_full(self):
    '''what the spool has no room for waits in the queue; a spool that can not be written to is told, and nothing is lost'''
    closed = threading.Event()
    with Recorder(lambda number, lines: None if closed.is_set() else (503, {}, '')) as server:
      handler = self.handler(server.url, spool = self.directory, spool_bytes = 500, batch_records = 10)
      with stderr():
        self.log(range(100))
        wait_until(lambda: handler._failures > 2, 'tries have failed')
        self.assertGreaterEqual(len(handler._queue), 50)
        closed.set()
        self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(100)), server.messages())
      with stderr():
        handler.close()
    with Recorder() as server:
      handler = self.handler(server.url, spool = os.path.join(self.directory, 'gone'), batch_records = 10)
      os.rmdir(os.path.join(self.directory, 'gone'))
      with stderr() as told:
        self.log(range(100))
        self.assertTrue(handler.flush())
      self.assertEqual(self.numbers(range(100)), server.messages())
      self.assertRegex(told.getvalue(), 'The spool can not be used: .*gone')


if __name__ == '__main__':
  main()
