#!/usr/bin/env python3
"""The logging configurations of Chronologer's own documentation, as separate programs, through every front server.

Only host and port are adapted. Pairs of front server and store cover each of both, not all products.
"""
import atexit
import calendar
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

# The four configurations, as in the document.

NAIVE = '''
import logging.handlers

chrono = logging.handlers.HTTPHandler(
  'localhost:8080', '/api/v1/record', 'POST', credentials = ('logger', ''))
handlers = [logging.StreamHandler(), chrono]
logging.basicConfig(level = logging.DEBUG, handlers = handlers)
'''

DECLARATIVE = '''
import logging.config

conf = {
  'version'                  : 1,
  'disable_existing_loggers' : False,
  'handlers'                 : {
    'console' : {
      'class' : 'logging.StreamHandler',
    },
    'http' : {
      'class'       : 'logging.handlers.HTTPHandler',
      'host'        : 'localhost:8080',
      'url'         : '/api/v1/record',
      'method'      : 'POST',
      'credentials' : ('logger', ''),
      'secure'      : False
    },
  },
  'root' : {
    'handlers' : ['console', 'http'],
    'level'    : 'DEBUG'
  }
}
logging.config.dictConfig(conf)
'''

QUEUE = '''
import logging.handlers
import queue

chrono = logging.handlers.HTTPHandler(
  'localhost:8080', '/api/v1/record', 'POST', credentials = ('logger', ''))
q = queue.Queue(maxsize = 4096)
qh = logging.handlers.QueueHandler(q)
ql = logging.handlers.QueueListener(q, chrono)
ql.start()
handlers = [logging.StreamHandler(),  qh]
logging.basicConfig(level = logging.DEBUG, handlers = handlers)
'''

QUEUE_STOP = '''
ql.stop()
'''

PROXY_MODULE = """
import logging.handlers
import logging.config


class QueueProxyHandler(logging.handlers.QueueHandler):
  '''Queue handler which creates its own ``QueueListener`` to
  proxy log records via provided ``queue`` to ``target`` handler.'''

  _listener = None
  '''Queue listener'''


  def __init__(self, queue, target = logging.handlers.HTTPHandler, **kwargs):
    # user-supplied factory is not converted by default
    if isinstance(queue, logging.config.ConvertingDict):
      queue = queue.configurator.configure_custom(queue)

    super().__init__(queue)
    self._listener = logging.handlers.QueueListener(queue, target(**kwargs))
    self._listener.start()

  def close(self):
    super().close()
    self._listener.stop()
"""

PROXY = '''
import logging.config

conf = {
  'version'                  : 1,
  'disable_existing_loggers' : False,
  'handlers'                 : {
    'console' : {
      'class' : 'logging.StreamHandler',
    },
    'http' : {
      'class'       : 'somemodule.QueueProxyHandler',
      'queue'       : {'()': 'queue.Queue', 'maxsize': 4096},
      'host'        : 'localhost:8080',
      'url'         : '/api/v1/record',
      'method'      : 'POST',
      'credentials' : ('logger', ''),
      'secure'      : False
    },
  },
  'root' : {
    'handlers' : ['console', 'http'],
    'level'    : 'DEBUG'
  }
}
logging.config.dictConfig(conf)
'''

# What every program logs.
TALK = '''
import logging
import sys
import tempfile

EXTRA = {'foo': 387, 'ok': True, 'ratio': 2.75, 'none': None, 'list': [1, 'zwei', (3,)], 'map': {'a': {'b': 1.5}}, 'text': "it's 1.10"}

def main():
  log = logging.getLogger(sys.argv[1])
  log.debug('Starting')
  log.info('Et quoniam eadem', extra = EXTRA)
  log.warning('Band \\u2013 %d, %s', 8, 'arg2')
  log.error('Gr\\u00f6\\u00dfe %(size)d \\u2603 \\U0001f4a9', {'size': 5})
  try:
    1 / 0
  except ZeroDivisionError:
    log.exception('Failure %s', 123)

main()
'''

DONE = '''
print('done')
'''

PROGRAMS = {
  'naive': NAIVE + TALK + DONE,
  'declarative': DECLARATIVE + TALK + DONE,
  'queue': QUEUE + TALK + QUEUE_STOP + DONE,
  'proxy': PROXY + TALK + DONE,
}

DATA = {'foo': 387, 'ok': True, 'ratio': 2.75, 'none': None, 'list': [1, 'zwei', [3]], 'map': {'a': {'b': 1.5}}, 'text': "it's 1.10"}

# level, message, msg, args, data. A QueueHandler formats first: then msg is the message, args is null, and a
# traceback is part of the message.
EXPECTED = [
  (10, 'Starting', 'Starting', [], None),
  (20, 'Et quoniam eadem', 'Et quoniam eadem', [], DATA),
  (30, 'Band \u2013 8, arg2', 'Band \u2013 %d, %s', [8, 'arg2'], None),
  (40, 'Gr\u00f6\u00dfe 5 \u2603 \U0001f4a9', 'Gr\u00f6\u00dfe %(size)d \u2603 \U0001f4a9', {'size': 5}, None),
  (40, 'Failure 123', 'Failure %s', [123], None),
]

_directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
atexit.register(shutil.rmtree, _directory, True)
(_directory / 'somemodule.py').write_text(PROXY_MODULE)


def run(configuration, port, name):
  '''Runs a program to its end; returns what it was to print last, and its errors.'''
  path = _directory / ('program_%s.py' % configuration)
  text = PROGRAMS[configuration].replace('localhost:8080', '127.0.0.1:%d' % port)
  path.write_text(text, encoding = 'utf-8')
  done = subprocess.run([sys.executable, str(path), name], cwd = _directory, stdout = subprocess.PIPE, stderr = subprocess.PIPE,
    env = {**os.environ, 'PYTHONIOENCODING': 'utf-8'})
  return done.returncode, done.stdout.decode().strip(), done.stderr.decode()


class Seed:
  '''What holds for every pair of front server and store.'''

  @classmethod
  def setUpClass(cls):
    cls.worker = None
    dsn = store(cls.store_name)
    if cls.front in ('fcgid', 'cgi'):
      if cls.store_name == 'SQLite':
        sqlite = SQLite()
        dsn = sqlite.dsn
        migrate(dsn)
        sqlite.give()
      cls.server = Apache(cls.front, dsn = dsn).start()
      return
    cls.worker = Worker(dsn, cls.how).start()
    cls.server = Nginx(cls.worker) if cls.front == 'nginx' else Apache('proxy', cls.worker)
    cls.server.start()

  @classmethod
  def tearDownClass(cls):
    cls.server.stop()
    if cls.worker:
      cls.worker.stop()

  def check(self, configuration):
    name = 'seed.%s.%s.%s' % (self.front, self.store_name, configuration)
    begin = time.time()
    status, output, errors = run(configuration, self.server.port, name)
    end = time.time()
    self.assertEqual((0, 'done'), (status, output))
    self.assertNotIn('Logging error', errors)
    client = Client(self.server.port)
    self.assertEqual((5, 4), (client.count('name=' + name), client.count('level=20&name=' + name)))
    self.check_timeline(client, name, begin, end)
    rows = self.assertStatus(200, client.get('%s?left=0&right=9&name=%s' % (RECORD, name))).json()
    self.assertEqual([level for level, *rest in reversed(EXPECTED)], [row['level'] for row in rows])
    for row, expected in zip(reversed(rows), EXPECTED):
      self.check_record(client.get('%s/%d' % (RECORD, row['id'])).json(), row, expected, configuration)
      self.assertTrue(begin - 1 <= calendar.timegm(time.strptime(row['ts'][:19], '%Y-%m-%d %H:%M:%S')) <= end + 1)

  def check_timeline(self, client, name, begin, end):
    response = client.head('%s?group=hour&timezone=UTC&name=%s' % (RECORD, name))
    self.assertIn([int(group) for group in response.headers['X-Record-Group'].split(',')],
      [[begin // 3600 * 3600], [end // 3600 * 3600], [begin // 3600 * 3600, end // 3600 * 3600]])
    self.assertEqual(5, sum(int(count) for count in response.headers['X-Record-Count'].split(',')))

  def check_record(self, record, row, expected, configuration):
    level, message, msg, args, data = expected
    logrec = record.pop('logrec')
    self.assertSame(row, record)
    meta, failed = logrec['meta'], message.startswith('Failure')
    self.assertSame(data, logrec.get('data'), 'data')
    self.assertEqual(['MainThread', 'MainProcess', 'main'], [meta[key] for key in ('threadName', 'processName', 'funcName')])
    self.assertEqual([int, int, float], [type(meta[key]) for key in ('process', 'lineno', 'relativeCreated')])
    if configuration in ('queue', 'proxy'):  # the QueueHandler formats, with basicConfig's format if there was one
      if configuration == 'queue':
        message = '%s:%s:%s' % (logging.getLevelName(level), record['name'], message)
      self.assertEqual((message, failed), (record['message'].split('\n')[0], 'ZeroDivisionError' in record['message']))
      self.assertEqual((record['message'], None), (meta['msg'], meta['args']))
      self.assertNotIn('error', logrec)
      return
    self.assertEqual(message, record['message'])
    self.assertSame([msg, args], [meta['msg'], meta['args']], 'msg, args')
    self.assertEqual(failed, 'error' in logrec)
    if failed:
      self.assertTrue(logrec['error']['exc_text'].startswith('Traceback'))
      self.assertIn('ZeroDivisionError', logrec['error']['exc_info'])

  def test_1_naive(self):
    '''naive imperative configuration'''
    self.check('naive')

  def test_2_declarative(self):
    '''declarative configuration'''
    self.check('declarative')

  def test_3_queue(self):
    '''imperative configuration with a queue'''
    self.check('queue')

  def test_4_proxy(self):
    '''declarative configuration with QueueProxyHandler'''
    self.check('proxy')


class Unreachable(TestCase):
  '''No server where the configuration says there is one.'''

  def test_unreachable(self):
    '''a server that can not be reached does not end or change the program'''
    for configuration in PROGRAMS:
      with self.subTest(configuration):
        status, output, errors = run(configuration, free_port(), 'seed.unreachable')
        self.assertEqual((0, 'done'), (status, output))
        self.assertIn('Connection refused', errors)
        self.assertIn('Et quoniam eadem', errors)

  def test_silent(self):
    '''a database that is away (503) does not end or change the program'''
    with Worker('mysql://nobody@127.0.0.1:%d/chronologer' % free_port()) as worker, Nginx(worker) as nginx:
      self.assertStatus(503, Client(nginx.port).get(API + '/health'))
      for configuration in PROGRAMS:
        with self.subTest(configuration):
          status, output, errors = run(configuration, nginx.port, 'seed.away')
          self.assertEqual((0, 'done'), (status, output))
          self.assertNotIn('Logging error', errors)


for number, (front, how, store_name) in enumerate((
    ('nginx', 'native', 'SQLite'), ('nginx', 'unix', 'MariaDB'), ('fcgid', None, 'MariaDB'), ('fcgid', None, 'SQLite'),
    ('proxy', 'unix', 'SQLite'), ('proxy', 'systemd', 'MariaDB'), ('cgi', None, 'SQLite'), ('cgi', None, 'MariaDB'))):
  name = 'Seed%d' % number
  globals()[name] = type(name, (Seed, TestCase), {'front': front, 'how': how, 'store_name': store_name,
    'prefix': '%s, %s: ' % ({'nginx': 'nginx', 'fcgid': 'Apache mod_fcgid', 'proxy': 'Apache mod_proxy_fcgi', 'cgi': 'Apache CGI'}[front], store_name)})

if __name__ == '__main__':
  main()
