#!/usr/bin/env python3
"""What is left of an SQLite database when the machine stops: the worker's system calls are written down, and played
back with only that kept which was synced, and any part of the rest.

A sync that failed has lost what it should have kept, as on Linux, where the pages count as clean after it.
CHRONOLOGER_CRASHES=10000 stops it at so many places (300), the figure for a release."""
import collections
import contextlib
import os
import pathlib
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

CRASHES = int(os.environ.get('CHRONOLOGER_CRASHES') or 300)
CALLS = re.compile(r'([\d.]+) (\w+)\(\d+<([^>]*)>(?:, (.*))?\) += (-?\d+)')
BATCH = 25


class Disk:
  '''The files as they are on the disk, and what was written since their last sync.'''

  def __init__(self, files):
    self.kept = {name: bytearray(data) for name, data in files.items()}
    self.pending = collections.defaultdict(list)

  def apply(self, name, call, arguments, ok, syncs, chance):
    if call == 'pwrite64':
      data, _, offset = arguments.rsplit(', ', 2)
      self.pending[name].append((int(offset), bytes.fromhex(data.strip('"').replace('\\x', ''))))
    elif call == 'ftruncate':
      self.pending[name].append((int(arguments), None))
    elif syncs:
      for change in self.pending.pop(name, []):
        if ok or chance.random() < 0.5:
          self.write(self.kept.setdefault(name, bytearray()), change)

  @staticmethod
  def write(data, change):
    offset, content = change
    if content is None:
      del data[offset:]
      data.extend(bytes(max(0, offset - len(data))))
    else:
      data.extend(bytes(max(0, offset - len(data))))
      data[offset:offset + len(content)] = content

  def crash(self, directory, chance):
    '''Writes the files as they may be found: of what is not synced all, nothing, or any part, in any order.'''
    share = chance.choice((0, 0.5, 1))
    for name in set(self.kept) | set(self.pending):
      data = bytearray(self.kept.get(name, b''))
      for offset, content in self.pending.get(name, []):
        if chance.random() < share:
          cut = None if content is None or chance.random() < 0.8 else chance.randrange(len(content) // 512 + 1) * 512
          self.write(data, (offset, content and content[:cut]))
      (directory / name).write_bytes(data)


class Crash(TestCase):

  def setUp(self):
    self.database = SQLite()
    self.addCleanup(self.database.stop)
    self.traces = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
    self.addCleanup(shutil.rmtree, self.traces)
    migrate(self.database.dsn)
    if Worker(self.database.dsn).sanitized():
      self.skipTest('not under strace: what finds leaks traces too')

  def run_worker(self, n, *inject):
    '''(the files before, [(time, call, file, arguments, whether it succeeded)], [(time, messages acknowledged then)])'''
    files = {path.name: path.read_bytes() for path in self.database.directory.iterdir() if not path.name.endswith('-shm')}
    acknowledged, lock = [], threading.Lock()
    strace = [program('strace', 'strace'), '-ff', '-D', '-qq', '-ttt', '-y', '-xx', '-s', '100000', '-o', str(self.traces / 'trace'),
      '-e', 'trace=pwrite64,ftruncate,fdatasync,fsync', *inject]

    def send(number):
      client = Client(nginx.port)
      for i in range(n):
        names = ['%d.%d.%d' % (number, i, k) for k in range(BATCH if i % 4 == 0 else 1)]
        documents = [{'name': 'crash', 'msg': name, 'created': 1, 'levelno': 20, 'text': 'x' * 300} for name in names]
        answer = client.post(ndjson(documents), NDJSON) if len(names) > 1 else client.post(documents[0])
        if answer.status == 201:
          with lock:
            acknowledged.append((time.time(), names))
      client.close()
    with Worker(self.database.dsn, wrapper = strace) as worker, Nginx(worker) as nginx:
      threads = [threading.Thread(target = send, args = (number,)) for number in range(4)]
      for thread in threads:
        thread.start()
      for thread in threads:
        thread.join()
    calls = []
    for path in self.traces.iterdir():
      for line in path.read_text().splitlines():
        found = CALLS.match(line)
        name = found and bytes.fromhex(found[3].replace('\\x', '')).decode() if found and found[3].startswith('\\x') else found and found[3]
        if name and pathlib.Path(name).parent == self.database.directory and not name.endswith('-shm'):
          calls.append((float(found[1]), found[2], pathlib.Path(name).name, found[4], int(found[5]) >= 0))
    return files, sorted(calls), acknowledged

  def play(self, files, calls, acknowledged, syncs = True):
    '''How many places it stopped at, and at how many of them something acknowledged was lost.'''
    chance = random.Random(5)
    places = set(chance.sample(range(len(calls)), min(CRASHES, len(calls))))
    again = max(1, CRASHES // len(calls))
    disk, stops, lost = Disk(files), 0, 0
    acknowledged = collections.deque(sorted(acknowledged))
    due = set()
    for i, (at, call, name, arguments, ok) in enumerate(calls):
      while acknowledged and acknowledged[0][0] < at:
        due.update(acknowledged.popleft()[1])
      disk.apply(name, call, arguments, ok, syncs, chance)
      for _ in range(again if i in places else 0):
        stops += 1
        lost += self.look(disk, due, chance, syncs)
    return stops, lost

  def look(self, disk, due, chance, syncs):
    with tempfile.TemporaryDirectory(prefix = 'chronologer-') as directory:
      disk.crash(pathlib.Path(directory), chance)
      try:
        with contextlib.closing(sqlite3.connect(os.path.join(directory, self.database.path.name))) as connection:
          if connection.execute('PRAGMA integrity_check').fetchall() != [('ok',)]:
            raise sqlite3.DatabaseError('integrity_check')
          found = {message for message, in connection.execute('SELECT message FROM record')}
      except sqlite3.DatabaseError as error:
        if syncs:
          raise
        return True
    if syncs:
      parts = collections.Counter(name.rsplit('.', 1)[0] for name in found)
      self.assertLessEqual(set(parts.values()), {1, BATCH}, 'a transaction is there in part')
    return not due <= found

  def test_stop(self):
    '''the machine stops anywhere: the database is whole, and what was acknowledged is there; without syncs it is not'''
    run = self.run_worker(60)
    stops, lost = self.play(*run)
    comment('%d system calls, stopped at %d places, lost at %d' % (len(run[1]), stops, lost))
    self.assertGreater(stops, CRASHES // 2)
    self.assertEqual(0, lost)
    self.assertGreater(self.play(*run, syncs = False)[1], stops // 10)

  def test_failing(self):
    '''the same where every seventh sync fails, and loses what it should have kept'''
    run = self.run_worker(60, '-e', 'inject=fdatasync:error=EIO:when=5+7')
    failed = sum(not ok for *_, ok in run[1])
    stops, lost = self.play(*run)
    comment('%d system calls, %d failed, stopped at %d places, lost at %d' % (len(run[1]), failed, stops, lost))
    self.assertGreater(failed, 5)
    self.assertEqual(0, lost)


if __name__ == '__main__':
  main()
