#!/usr/bin/env python3
"""Three nodes of a Galera cluster, two workers that know all of them, and writers with the project's handler: nodes are
killed, hang, are restarted and migrated. Nothing is lost, nothing is there twice, and nobody waits for long.

CHRONOLOGER_CLUSTER=20 makes a node hang for that many seconds (otherwise until the others have left it)."""
import collections
import concurrent.futures
import itertools
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

sys.path.insert(0, str(SOURCE / 'python'))
from chronologer_handler import ChronologerHandler

logging.raiseExceptions = False  # what the handler has to say of each try is not told
LONG = float(os.environ.get('CHRONOLOGER_CLUSTER') or 0)
PROVIDERS = '/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so', '/usr/lib64/galera/libgalera_smm.so'
PROVIDER = next((path for path in PROVIDERS if os.path.exists(path)), None)

# How soon a node that says nothing is left: Galera's own is 5 s.
SUSPECT = 2
EVS = 'evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;evs.suspect_timeout=PT%dS;evs.inactive_timeout=PT6S' % SUSPECT

# Times a second that a record waits at most while a quorum stands.
WAIT = 5


def seldom(condition, what):
  '''wait_until(), where asking takes a process each time.'''
  return wait_until(lambda: condition() or time.sleep(0.2), what)


class Node(MariaDB):
  '''A node. All begin with the same data, so that none has to be copied to another. Who comes back gets what it has missed,
  or, after it was killed, all anew.'''

  def __init__(self, cluster, number):
    super().__init__()
    self.cluster, self.number = cluster, number
    self.group, self.state = free_port(), free_port()
    self.first = False
    (self.data / 'grastate.dat').write_text('# GALERA saved state\nversion: 2.1\nuuid: %s\nseqno: 0\nsafe_to_bootstrap: 1\n' % cluster.uuid)

  is_alone = False

  def alone(self, statement):
    '''Runs a statement while the node is in no cluster, and takes no clients.'''
    self.is_alone = True
    super().start()
    if self.sql(statement) is None:
      raise AssertionError('%s fails' % statement)
    self.halt()
    self.is_alone = False

  def command(self):
    if self.is_alone:
      return super().command() + ['--skip-networking', '--innodb-log-file-size=16M']
    options = ';'.join(['base_host=127.0.0.1', 'base_port=%d' % self.group, 'gmcast.listen_addr=tcp://127.0.0.1:%d' % self.group,
      'ist.recv_addr=127.0.0.1:%d' % self.state, 'gcache.size=32M', EVS])
    return super().command() + ['--wsrep-on=ON', '--wsrep-provider=' + PROVIDER, '--wsrep-provider-options=' + options,
      '--wsrep-cluster-name=chronologer', '--wsrep-cluster-address=' + self.cluster.address(),
      '--wsrep-node-address=127.0.0.1', '--wsrep-node-name=n%d' % self.number, '--wsrep-sst-method=mysqldump',
      '--wsrep-sst-auth=root:', '--wsrep-sst-receive-address=127.0.0.1:%d' % self.port,
      '--binlog-format=ROW', '--innodb-autoinc-lock-mode=2', '--innodb-log-file-size=16M',
      ] + ['--wsrep-new-cluster'] * self.first

  def ready(self):
    time.sleep(0.1)  # asking takes a process each time
    return connects(self.socket) and (self.is_alone or self.status('wsrep_local_state_comment') == 'Synced') and \
      self.sql('CREATE DATABASE IF NOT EXISTS chronologer', '') is not None

  def tail(self, lines = 12):
    return [line for line in super().tail(1000) if '[ERROR]' in line][-lines:]

  def status(self, name):
    said = self.sql("SHOW STATUS LIKE '%s'" % name, '')
    return said.split('\t')[1].strip() if said else None


class Cluster:

  def __init__(self, n = 3):
    self.uuid = str(uuid.uuid1())
    self.nodes = []
    for i in range(n):
      self.nodes.append(Node(self, i + 1))

  def address(self):
    return 'gcomm://' + ','.join('127.0.0.1:%d' % node.group for node in self.nodes)

  def start(self):
    first = self.nodes[0]
    first.first = True
    first.start()
    first.first = False
    for node in self.nodes[1:]:
      node.start()
    return self

  def stop(self):
    for node in self.nodes:
      node.stop()

  def dsn(self, *order):
    return 'mysql://root@%s/chronologer' % ','.join('127.0.0.1:%d' % self.nodes[i].port for i in order)

  def wait_for(self, *members):
    '''All of these nodes are a cluster without others.'''
    for i in members:
      node = self.nodes[i]
      seldom(lambda: node.status('wsrep_cluster_status') == 'Primary' and node.status('wsrep_cluster_size') == str(len(members)) and
        node.status('wsrep_ready') == 'ON', 'node %d is one of %d' % (i + 1, len(members)))


class Losing(Between):
  '''Hides every so manieth answer of 201 from the client. Without keys it takes the Idempotency-Key out of requests.'''

  def __init__(self, port, every, keys = True):
    self.every, self.keys = every, keys
    self.answers = self.lost = 0
    super().__init__(port)

  def relay(self, data, source, client, server):
    if source is server:
      return b'' if self.loses(data) else data
    return data if self.keys else data.replace(b'Idempotency-Key:', b'Idempotency-Not:')

  def loses(self, data):
    if not data.startswith(b'HTTP/1.1 201'):
      return False
    self.answers += 1
    lost = self.answers % self.every == 0
    self.lost += lost
    return lost


class Mute(Between):
  '''Between a worker and a node: passes on the next COMMIT, but not its answer, once `armed`.'''

  armed = False
  silenced = None  # the end of the node that has it

  def relay(self, data, source, client, server):
    if source is self.silenced:
      return b''
    if self.armed and source is client and data.endswith(b'\x03COMMIT'):
      self.silenced, self.armed = server, False
    return data


def unless(status, ask):
  '''The first answer of ask() that is not this.'''
  def answer():
    response = ask()
    return response if response.status != status else None
  return wait_until(answer, 'the answer is not %d' % status)


class Writer(threading.Thread):
  '''Logs some records at a time, and waits until the handler has them stored.'''

  def __init__(self, name, port, over):
    super().__init__(daemon = True)
    self.over = over
    self.logger = logging.Logger(name)
    self.handler = ChronologerHandler('http://127.0.0.1:%d' % port, 'logger', '', retry_first = 0.1, retry_most = 0.5,
      close_timeout = 1)
    self.logger.addHandler(self.handler)
    self.said = []    # what was logged
    self.waits = [0]  # until it was stored
    self.failed = []

  def run(self):
    while not self.over.is_set():
      for _ in range(len(self.waits) % 7 + 1):
        self.said.append('%s %d' % (self.logger.name, len(self.said)))
        self.logger.info('%s', self.said[-1])
      took, stored = timed(lambda: self.handler.flush(LIMIT))
      self.waits.append(took)
      if not stored:
        self.failed.append(self.said[-1])
      self.over.wait(0.05)
    self.handler.close()


class Single(threading.Thread):
  '''Posts single records without a key, each one time: what is answered 201 is there, what is not may be.'''

  def __init__(self, name, port, over):
    super().__init__(daemon = True)
    self.over, self.port = over, port
    self.name_ = name
    self.said, self.open, self.waits, self.failed = [], [], [0], []

  def run(self):
    client, number = Client(self.port), 0
    while not self.over.is_set():
      number += 1
      text = '%s %d' % (self.name_, number)
      body = urllib.parse.urlencode({'name': 'single', 'msg': text, 'created': 1, 'levelno': 20})
      took, answer = timed(lambda: client.post(body, FORM))
      self.waits.append(took)
      (self.said if answer.status == 201 else self.open).append(text)
      if answer.status not in (201, 503):
        self.failed.append(repr(answer))
      self.over.wait(0.05)
    client.close()


class Tailer(threading.Thread):
  '''Follows what arrives.'''

  def __init__(self, port, over):
    super().__init__(daemon = True)
    self.over, self.client = over, Client(port)
    self.said, self.waits, self.failed = [], [0], []
    self.seen = collections.Counter()
    self.cursor = self.call('').json()['cursor']

  def call(self, parameters):
    '''As a client does that heeds 503.'''
    def answer():
      response = self.client.get(API + '/tail?limit=10000' + parameters)
      return response if response.status != 503 else time.sleep(0.2)
    return wait_until(answer, 'the tail goes on')

  def look(self):
    answer = self.call('&cursor=' + self.cursor).json()
    self.seen.update(row['message'] for row in answer['records'])
    self.cursor = answer['cursor']

  def run(self):
    while not self.over.is_set():
      self.look()
      self.over.wait(0.3)


class Load:
  '''Two writers through a proxy that loses answers, one for each worker, two clients without keys, and one that follows what
  arrives.'''

  numbers = itertools.count(1)

  def __init__(self, ports, keys = True):
    number = next(self.numbers)
    self.over = threading.Event()
    self.proxies = [Losing(port, 9, keys) for port in ports]
    self.writers = [Writer('%d.%d' % (number, i), proxy.address, self.over) for i, proxy in enumerate(self.proxies)]
    self.singles = [Single('%d.%d' % (number, i + 8), port, self.over) for i, port in enumerate(ports)]
    self.tailer = Tailer(ports[1], self.over)
    self.threads = self.writers + self.singles + [self.tailer]

  def __enter__(self):
    for thread in self.threads:
      thread.start()
    return self

  def __exit__(self, *exception):
    self.over.set()
    for thread in self.threads:
      thread.join()
    for proxy in self.proxies:
      proxy.stop()

  def more(self, n = 10):
    '''Waits until each has stored something so many times.'''
    enough = [len(writer.waits) + n for writer in self.writers] + [len(single.said) + n for single in self.singles]
    wait_until(lambda: all(now >= then for now, then in zip(
      [len(writer.waits) for writer in self.writers] + [len(single.said) for single in self.singles], enough)), 'more is stored')

  @property
  def stored(self):
    return [text for thread in self.threads for text in thread.said]

  @property
  def open(self):
    return [text for single in self.singles for text in single.open]

  @property
  def longest(self):
    return max(max(thread.waits) for thread in self.threads)


class Nodes(TestCase):

  @classmethod
  def setUpClass(cls):
    cls.cluster = Cluster().start()
    cls.nodes = cls.cluster.nodes
    migrate(cls.cluster.dsn(0, 1, 2))
    cls.workers = [Worker(cls.cluster.dsn(*order), database_timeout = 2.5).start() for order in ((0, 1, 2), (1, 2, 0))]
    cls.fronts = [Nginx(worker).start() for worker in cls.workers]

  @classmethod
  def tearDownClass(cls):
    for server in cls.fronts + cls.workers + [cls.cluster]:
      server.stop()

  def load(self, **how):
    return Load([front.port for front in self.fronts], **how)

  def found(self, node):
    '''Every message that a node has, after all that was committed anywhere.'''
    said = wait_until(lambda: node.sql('SET SESSION wsrep_sync_wait = 1; SELECT message FROM record'), 'node %d answers' % node.number)
    return collections.Counter(said.splitlines())

  def check(self, load):
    '''Nothing is lost, nothing is there twice, on any node, and counts are right.'''
    self.assertEqual([], [failed for thread in load.threads for failed in thread.failed][:3])
    for node in self.nodes:
      found = self.found(node)
      self.assertEqual({}, {text: found[text] for text in load.stored if found[text] != 1}, 'lost or twice on node %d' % node.number)
      self.assertEqual({}, {text: found[text] for text in load.open if found[text] > 1}, 'twice on node %d' % node.number)
      self.assertEqual(0, self.recount(node, '--check').returncode, 'counts of node %d' % node.number)
    wait_until(lambda: self.tailer_has(load), 'all has arrived')
    self.assertEqual({}, {text: n for text, n in load.tailer.seen.items() if n > 1}, 'twice in the tail')
    comment('%d records, %d answers lost, %d times 503, longest wait %.1f s' % (
      len(load.stored), sum(proxy.lost for proxy in load.proxies), len(load.open), load.longest))

  def tailer_has(self, load):
    load.tailer.look()
    return all(load.tailer.seen[text] for text in load.stored)

  def recount(self, node, *options):
    return subprocess.run([built(TOOL), 'recount', *options], env = {**os.environ, 'CHRONOLOGER_STORAGE_DSN': node.dsn},
      stdout = subprocess.PIPE, stderr = subprocess.STDOUT)

  def scenario(self, happens):
    '''Seconds that somebody waited at most.'''
    with self.load() as load:
      load.more()
      happens(load)
      load.more()
    self.check(load)
    return load.longest

  def soon(self, happens):
    self.assertQuick(WAIT, lambda: self.scenario(happens))

  def test_killed(self):
    '''a node that is killed: the others go on, it comes back'''
    def happens(load):
      self.nodes[0].halt(signal.SIGKILL)
      self.cluster.wait_for(1, 2)
      load.more()
      self.nodes[0].start()
      self.cluster.wait_for(0, 1, 2)
    self.soon(happens)

  def test_hangs(self):
    '''a node that hangs (SIGSTOP): the others go on, it comes back'''
    def happens(load):
      begun = time.monotonic()
      self.nodes[1].kill(signal.SIGSTOP)
      try:
        self.cluster.wait_for(0, 2)
        load.more()
        wait_until(lambda: time.monotonic() - begun >= LONG, 'it has hung for long enough')
      finally:
        self.nodes[1].kill(signal.SIGCONT)
      self.cluster.wait_for(0, 1, 2)
    self.soon(happens)

  def test_rolling(self):
    '''a rolling migration: each node is stopped, gets an index while it is alone, and comes back'''
    def happens(load):
      for i, node in enumerate(self.nodes):
        node.halt()
        self.cluster.wait_for(*({0, 1, 2} - {i}))
        node.alone('CREATE INDEX IF NOT EXISTS extra ON record (level)')
        load.more(2)
        node.start()
        self.cluster.wait_for(0, 1, 2)
    self.soon(happens)

  def test_migration(self):
    '''a migration under load, by all nodes at once (total order)'''
    def happens(load):
      self.nodes[0].sql('DELETE FROM chronologer_migration WHERE version = 3')
      self.assertIn('applied 3', migrate(self.cluster.dsn(2, 0, 1)))
      self.nodes[1].sql('ALTER TABLE record MODIFY level SMALLINT UNSIGNED NOT NULL COMMENT "levelno"')
    self.soon(happens)

  def test_split(self):
    '''without a quorum: 503 from every worker, and nothing is stored; with one again all goes on'''
    with self.load() as load:
      load.more()
      for node in self.nodes[:2]:
        node.kill(signal.SIGSTOP)
      try:
        seldom(lambda: self.nodes[2].status('wsrep_cluster_status') == 'non-Primary', 'it is alone')
        for front in self.fronts:
          client = Client(front.port)
          response = self.assertStatus(503, client.post({'name': 'split', 'msg': 'split', 'created': 1, 'levelno': 20}))
          self.assertGreaterEqual(int(response.headers['Retry-After']), 1)
          for path in RECORD + '?left=0&right=1', API + '/health':
            self.assertStatus(503, client.get(path))
          client.close()
      finally:
        for node in self.nodes[:2]:
          node.kill(signal.SIGCONT)
      self.cluster.wait_for(0, 1, 2)
      load.more()
    self.check(load)

  def test_ids(self):
    '''ids go in steps, and each record has the one that was answered'''
    for number, front in enumerate(self.fronts):
      client = Client(front.port)
      self.addCleanup(client.close)
      texts = ['ids %d.%d' % (number, i) for i in range(700)]
      ids = self.assertStatus(201, client.post([{'name': 'ids', 'msg': text, 'created': 1, 'levelno': 20} for text in texts])).json()
      self.assertEqual({3}, {b - a for a, b in zip(ids, ids[1:])})
      for i in 0, 1, 350, 699:
        # From another node, maybe, which is about to have it.
        answer = unless(404, lambda: client.get('%s/%d' % (RECORD, ids[i])))
        self.assertEqual(texts[i], self.assertStatus(200, answer).json()['message'])

  def test_key(self):
    '''16 clients on two nodes at once under one key: one of them stores'''
    body = [{'name': 'key', 'msg': 'key %d' % i, 'created': 1, 'levelno': 20} for i in range(3)]
    headers, barrier = {'Idempotency-Key': str(uuid.uuid4())}, threading.Barrier(16)

    def post(port):
      client = Client(port)
      barrier.wait()
      answer = unless(503, lambda: client.post(body, **headers))
      client.close()
      return self.assertStatus(201, answer)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
      answers = list(pool.map(post, [front.port for front in self.fronts] * 8))
    self.assertEqual(1, len(set(answer.body for answer in answers)))
    self.assertEqual(1, sum(not answer.headers['Idempotency-Replayed'] for answer in answers))
    for node in self.nodes:
      self.assertEqual([1] * 3, [self.found(node)['key %d' % i] for i in range(3)])

  def test_behind(self):
    '''a COMMIT without an answer, asked about on a node that is behind: stored once'''
    mute = Mute(self.nodes[0].port)
    self.addCleanup(mute.stop)
    dsn = 'mysql://root@127.0.0.1:%d,127.0.0.1:%d/chronologer' % (mute.address, self.nodes[1].port)
    for n in 1, 3000:  # the writer's, and a transaction of many steps
      with Worker(dsn) as worker, Nginx(worker) as nginx:
        client = Client(nginx.port)
        self.addCleanup(client.close)
        self.behind(client, mute, n)

  def delay(self):
    '''Gives the other nodes something to do.'''
    self.nodes[0].sql('CREATE OR REPLACE TABLE big (a INT PRIMARY KEY)')
    self.nodes[0].sql('INSERT INTO big SELECT seq FROM seq_1_to_100000')

  def test_causal(self):
    '''with wsrep_sync_wait a record is there for who reads on another node; without it may not be'''
    numbers = itertools.count()

    def has(reader):
      text = 'causal %d' % next(numbers)
      self.delay()
      client = Client(self.fronts[0].port)
      self.assertStatus(201, client.post({'name': text, 'msg': text, 'created': 1, 'levelno': 20}))
      client.close()
      with Connection(reader.address) as connection:
        found = [len(self.assertStatus(200, connection.request(path = '/record?left=0&right=9&name=' + urllib.parse.quote(text), keep = True)).json())]
        found.append(int(connection.request('HEAD', '/record?name=' + urllib.parse.quote(text)).headers['X-Record-Count']))
      return found
    with Worker(self.nodes[1].dsn) as reader:
      wait_until(lambda: has(reader)[0] == 0, 'a record is not there yet')
    self.nodes[1].sql('SET GLOBAL wsrep_sync_wait = 1')
    try:
      with Worker(self.nodes[1].dsn) as reader:
        self.assertEqual([[1, 1]] * 3, [has(reader) for _ in range(3)])
    finally:
      self.nodes[1].sql('SET GLOBAL wsrep_sync_wait = 0')

  def behind(self, client, mute, n):
    texts = ['behind %d of %d' % (i, n) for i in range(n)]
    first, *_ = documents = [{'name': 'behind', 'msg': text, 'created': 1, 'levelno': 20} for text in texts]
    post = lambda *documents: self.assertStatus(201, client.post(*(ndjson(documents), NDJSON) if n > 1 else (json.dumps(documents[0]), JSON))).json()
    post({**first, 'msg': 'before'})
    self.delay()
    mute.armed = True
    answered = post(*documents)
    self.assertFalse(mute.armed)
    expected = dict(zip(texts, answered if n > 1 else [answered]))
    for node in self.nodes:
      said = node.sql("SET SESSION wsrep_sync_wait = 1; SELECT message, record_id FROM record WHERE message LIKE 'behind %% of %d'" % n)
      rows = [line.split('\t') for line in said.splitlines()]
      self.assertEqual((n, expected), (len(rows), {text: int(id) for text, id in rows}))

  def test_control(self):
    '''the same writers without keys store some twice; a worker that knows one node stores nothing without it'''
    with self.load(keys = False) as load:
      wait_until(lambda: sum(proxy.lost for proxy in load.proxies) > 5, 'answers are lost')
    found = self.found(self.nodes[0])
    self.assertGreater(sum(found[text] > 1 for text in load.stored), 0)
    with Worker(self.nodes[2].dsn) as worker, self.load() as load:
      load.more(2)
      self.nodes[2].halt(signal.SIGKILL)
      with Connection(worker.address) as connection:
        self.assertStatus(503, connection.request('POST', '/record', json.dumps({'name': 'one', 'msg': 'one', 'created': 1, 'levelno': 20}).encode()))
      load.more(2)
      self.nodes[2].start()
      self.cluster.wait_for(0, 1, 2)
    self.check(load)

  def test_check(self):
    '''what is checked is seen: a record that is lost, one that is there twice, and counts that are wrong'''
    node = self.nodes[0]
    with self.load() as load:
      load.more(2)
    node.sql("INSERT INTO record (ts, level, name, message, logrec) SELECT ts, level, name, message, logrec FROM record WHERE message = '%s'" % load.stored[0])
    self.assertRaisesRegex(AssertionError, 'lost or twice', self.check, load)
    node.sql("DELETE FROM record WHERE message = '%s'" % load.stored[0])
    self.assertRaisesRegex(AssertionError, 'lost or twice', self.check, load)
    load.writers[0].said.remove(load.stored[0])
    self.assertRaisesRegex(AssertionError, 'counts of node', self.check, load)
    self.assertEqual(0, self.recount(node).returncode)
    self.check(load)


class Pair(TestCase):

  def test_step(self):
    '''a worker that was there before the second node: what its records change in the counts is added up'''
    cluster = Cluster(2)
    self.addCleanup(cluster.stop)
    for node, first in zip(cluster.nodes, (True, False)):
      node.first = first
      node.start()
      if first:
        migrate(node.dsn)
        worker = self.enterContext(Worker(node.dsn))
        self.post(worker)
    cluster.wait_for(0, 1)
    step, offset = cluster.nodes[0].sql('SELECT @@auto_increment_increment, @@auto_increment_offset').split()
    comment('the offset is %s' % offset)
    self.assertEqual('2', step)
    cluster.nodes[0].sql('ALTER TABLE count_delta AUTO_INCREMENT = %d' % (2 ** 20 - 6))
    for _ in range(8):
      self.post(worker)
    wait_until(lambda: int(cluster.nodes[0].sql('SELECT COUNT(*) FROM count_delta')) < 8, 'they are added up')

  def post(self, worker):
    with Connection(worker.address) as connection:
      self.assertStatus(201, connection.request('POST', '/record', json.dumps({'name': 'step', 'msg': 'x', 'created': 1, 'levelno': 20}).encode()))


if __name__ == '__main__':
  if not PROVIDER:
    print('1..0 # SKIP Galera is not installed (Debian: apt-get install galera-4)')
    sys.exit()
  main()
