#!/usr/bin/env python3
"""Every system call of a worker fails once under load: nothing acknowledged is lost, nobody waits for ever, and the
worker goes on.

Which calls it makes is found out first; then strace(1) makes each of them fail, the first, second or seventh of each
thread. CHRONOLOGER_FAULTS=all does so with every error and place (some of them), the figure for a release."""
import collections
import contextlib
import gzip
import itertools
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

ALL = os.environ.get('CHRONOLOGER_FAULTS') == 'all'
ERRORS = 'EIO', 'ENOSPC', 'EMFILE', 'ENOMEM', 'EAGAIN', 'EINTR'
PLACES = 1, 2, 7
# Made by each round, and made to fail in the short form; of others it is chance whether one is, as of those for memory
# and for SQLite's WAL.
CERTAIN = {'SQLite': {'epoll_wait', 'recvfrom', 'write', 'pwrite64', 'fdatasync'}, 'MariaDB': {'epoll_wait', 'recvfrom', 'write', 'sendto'}}

# Not made to fail, and why.
LEFT_OUT = {
  'exit': 'does not return',
  'brk': 'tells by what it returns that there is no memory, and knows no error',
  'rt_sigreturn': 'does not return',
  'restart_syscall': 'is the kernel\'s own way of going on with another one',
  'close': 'fails when the descriptor is closed; made to fail it would stay open',
  'fcntl': 'is SQLite\'s locking and unlocking, told apart only by an argument, and unlocking does not fail',
  'futex': 'fails only by EAGAIN, EINTR and ETIMEDOUT, of which a waiter makes nothing; of others glibc ends the process',
}
# Where an error was found once: always looked at.
FOUND = ('mmap', 'ENOMEM', 1), ('recvfrom', 'EINTR', 1), ('write', 'EIO', 1), ('write', 'EIO', 2)
# Neither these: what they say is not so.
UNTRUE = {
  ('recvfrom', 'EAGAIN'): 'there is nothing to read: edge-triggered, the next event comes with the next bytes',
}
# Where a library ends the process, and what it says then: GLib without memory, and GLib or glibc where a thread begins.
ENDS = {
  'mmap': 'failed to allocate',
  'mprotect': 'failed to allocate',
  'rseq': 'rseq registration failed',
  'clone3': "during 'pthread_create'",
}

CALL = re.compile(r'(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)')
TEXT = 'x' * 200
LINES = 20
LARGE = 400  # lines, more than are kept in memory


def documents(name, title, n):
  return [{'name': name, 'msg': '%s.%d' % (title, i), 'created': 1525970213, 'levelno': 20, 'text': TEXT * (4 if n == LARGE else 1)}
    for i in range(n)]


def requests(name, client):
  '''[(messages it stores, method, path, body, more parameters)]; no message is there twice.'''
  def post(title, make, n, kind, **more):
    records = documents(name, '%d.%s' % (client, title), n)
    return [each['msg'] for each in records], 'POST', '/record', make(records), {'kind': kind, **more}
  lines = lambda records: ndjson(records).encode()
  key = {'HTTP_IDEMPOTENCY_KEY': str(uuid.uuid4())}
  zipped = {'HTTP_CONTENT_ENCODING': 'gzip'}
  plan = [
    post('form', lambda records: query(**records[0]).encode(), 1, FORM),
    post('json', lambda records: json.dumps(records[0]).encode(), 1, JSON),
    post('key', lines, LINES, NDJSON, **key),
    post('zip', lambda records: gzip.compress(lines(records)), LINES, NDJSON, **zipped),
    post('large', lines, LARGE, NDJSON),
    post('largezip', lambda records: gzip.compress(lines(records)), LARGE, NDJSON, **zipped),
    post('again', lambda records: query(**records[0]).encode(), 1, FORM),
  ]
  reads = '/record?left=0&right=99&logrec=1', '/record?format=ndjson&name=first', '/timeline?group=hour&timezone=Europe/Amsterdam', \
    '/health', '/name', '/record?left=0&right=9&query=level%3E10'
  plan += [([], 'GET', path, b'', {}) for path in reads]
  return plan[client:] + plan[:client]


class Round:
  '''Requests of some clients at once, each of which waits for its answer, or the end of its connection.'''

  def __init__(self, address, name, clients = 2):
    self.address, self.name = address, name
    self.answers = []  # (messages, status or None)
    self.wrong = []
    self.threads = [threading.Thread(target = self.run, args = (i,), daemon = True) for i in range(clients)]
    for thread in self.threads:
      thread.start()

  def run(self, number):
    connection = None
    for messages, method, path, body, more in requests(self.name, number):
      try:
        connection = connection or Connection(self.address)
        answer = connection.request(method, path, body, keep = True, **more)
        status = answer.status
        if status not in (200, 201, 503):
          self.wrong.append('%s %s: %r' % (method, path, answer))
      except (OSError, EOFError):
        status = None
        if connection:
          connection.close()
        connection = None
      self.answers.append((messages, status))
    if connection:
      connection.close()

  def wait(self, what):
    wait_until(lambda: not any(thread.is_alive() for thread in self.threads), what)


def status(path):
  return (path / 'status').read_text()


def has_ended(pid):
  return 'State:\tZ' in status(pathlib.Path('/proc/%d' % pid))


class Tracing:
  '''strace of a process that runs. It is over with the context, and `lines` is what it has seen.'''

  def __init__(self, pid, directory, *options):
    self.pid, self.output = pid, directory / 'trace'
    self.command = [program('strace', 'strace'), '-f', '-qq', '-s', '0', '-o', str(self.output), '-p', str(pid), *options]

  def all_traced(self):
    if self.process.poll() is not None:
      raise AssertionError(self.process.stderr.read())
    return not any('TracerPid:\t0\n' in status(task) for task in pathlib.Path('/proc/%d/task' % self.pid).iterdir())

  def __enter__(self):
    self.process = subprocess.Popen(self.command, stderr = subprocess.PIPE, text = True)
    wait_until(self.all_traced, 'all threads are traced')
    return self

  def __exit__(self, *exception):
    self.process.send_signal(signal.SIGINT)
    # It may wait for ever for a process that has ended.
    wait_until(lambda: self.process.poll() is not None or has_ended(self.pid), 'strace has ended')
    self.process.kill()
    self.process.wait()
    self.process.stderr.close()
    self.lines = self.output.read_text(errors = 'replace').splitlines()


class Faults:
  '''For both stores: `store_name`, and how many descriptors their sessions may have.'''

  @classmethod
  def setUpClass(cls):
    cls.database = {'SQLite': SQLite, 'MariaDB': MariaDB}[cls.store_name]().start()
    migrate(cls.database.dsn)

  @classmethod
  def tearDownClass(cls):
    cls.database.stop()

  def setUp(self):
    self.numbers = itertools.count()
    self.start()
    if self.worker.sanitized():
      self.worker.stop()
      self.skipTest('not under strace: what finds leaks traces too')

  def start(self):
    '''A worker, which has done all of it already; `descriptors` is how many it may have.'''
    # What only a time limit would end shall not end.
    self.worker = Worker(self.database.dsn, threads = 4, connections = 2, deadline = 3600, receive_timeout = 3600,
      database_timeout = 3600, spool_directory = self.database.directory).start()
    self.addCleanup(self.worker.stop)
    self.go_round('warm', clients = 6)
    self.descriptors = self.count_descriptors() + self.most_sessions

  def count_descriptors(self):
    return len(os.listdir('/proc/%d/fd' % self.worker.pid))

  def post(self):
    '''The status of a POST now, or None.'''
    with contextlib.suppress(OSError, EOFError), Connection(self.worker.address) as connection:
      return connection.request('POST', '/record', json.dumps(documents('after', 'after', 1)[0]).encode()).status

  def messages(self, name):
    if self.store_name == 'MariaDB':
      return collections.Counter(self.database.sql("SELECT message FROM record WHERE name = '%s'" % name).split())
    with contextlib.closing(sqlite3.connect(self.database.path)) as connection:
      return collections.Counter(message for message, in connection.execute('SELECT message FROM record WHERE name = ?', [name]))

  def check(self, round, what):
    '''Every 2xx is there once, and nothing twice.'''
    try:
      found = self.messages(round.name)
    except sqlite3.DatabaseError as error:
      self.fail('%s: %s' % (what, error))
    due = [message for messages, status in round.answers for message in messages if status in (200, 201)]
    self.assertEqual([], [message for message in due if not found[message]][:5], '%s: lost' % what)
    self.assertEqual([], [message for message, n in found.items() if n > 1][:5], '%s: twice' % what)
    self.assertEqual([], round.wrong, what)

  def go_round(self, what, options = None, clients = 2):
    '''The round, and what strace saw.'''
    name = '%s%d' % (self.store_name.lower(), next(self.numbers))
    if not options:
      round = Round(self.worker.address, name, clients)
      round.wait('all are answered: %s' % what)
      lines = []
    else:
      with Tracing(self.worker.pid, self.database.directory, *options) as tracing:
        round = Round(self.worker.address, name, clients)
        round.wait('all are answered: %s' % what)
      lines = tracing.lines
    self.check(round, what)
    return round, lines

  def calls(self):
    '''{system call: how often the thread makes it that does so most}, and comments which are left out.'''
    round, lines = self.go_round('trace', ['-e', 'trace=all'])
    self.assertEqual({200, 201}, {status for _, status in round.answers})
    found = collections.Counter(match.groups() for match in map(CALL.match, lines) if match and 'resumed' not in match[0])
    most = {}
    for (thread, call), n in found.items():
      most[call] = max(n, most.get(call, 0))
    comment('%d system calls: %s' % (len(most), ' '.join('%s:%d' % each for each in sorted(most.items()))))
    return {call: n for call, n in sorted(most.items()) if call not in LEFT_OUT}

  def faults(self, calls):
    '''(call, error, place)'''
    for i, (call, n) in enumerate(calls.items()):
      places = [place for place in PLACES if place <= n]
      every = [(call, error, place) for error in ERRORS for place in places if (call, error) not in UNTRUE]
      some = every[i % len(every)::max(1, len(every) // 4)] if call in CERTAIN[self.store_name] else []
      yield from every if ALL else some + [each for each in every if each in FOUND and each not in some]

  def fail_once(self, call, error, place):
    '''How many calls failed.'''
    limit_time()
    what = '%s %s %d' % (call, error, place)
    options = ['-e', 'trace=' + call, '-e', 'inject=%s:error=%s:when=%d' % (call, error, place)]
    round, lines = self.go_round(what, options)
    failed = sum('INJECTED' in line for line in lines)
    statuses = collections.Counter(status for _, status in round.answers)
    if ALL:
      comment('%s: %d failed, %s' % (what, failed, dict(statuses)))
    wait_until(lambda: has_ended(self.worker.pid) or self.post() == 201, '%s: the worker answers 201 again' % what)
    if has_ended(self.worker.pid):
      code = self.worker.process.wait()
      self.assertIn(ENDS.get(call, 'nothing of that kind'), self.worker.log.read_text(), '%s: exit status %d' % (what, code))
      self.worker.stop()
      self.start()
      return 1
    wait_until(lambda: self.post() and self.count_descriptors() <= self.descriptors, '%s: no descriptor is left open' % what)
    return failed

  def test_each(self):
    '''each system call fails once: all are answered or cut off, what was acknowledged is there once, then 201 again'''
    calls = self.calls()
    failed = collections.Counter()
    for call, error, place in self.faults(calls):
      failed[call] += self.fail_once(call, error, place)
    comment('%d calls have failed' % failed.total())
    self.assertEqual(set(), {call for call in CERTAIN[self.store_name] if not failed[call]})


# Sessions: of the writer, who adds up counts, who asks after health, two for reading and two for batches.
for name, descriptors in ('SQLite', 2 * 7 + 1), ('MariaDB', 7):
  globals()['Faults' + name] = type('Faults' + name, (Faults, TestCase),
    {'store_name': name, 'most_sessions': descriptors, 'prefix': name + ': ', '__module__': '__main__'})


class Control(Faults, TestCase):

  store_name, most_sessions, prefix = 'SQLite', 15, 'SQLite: '
  test_each = None

  def test_lost(self):
    '''what the system only says it has written is missed'''
    with self.assertRaisesRegex(AssertionError, 'lost|malformed|not a database'):
      self.go_round('control', ['-e', 'trace=pwrite64', '-e', 'inject=pwrite64:retval=65536'])


if __name__ == '__main__':
  main()
