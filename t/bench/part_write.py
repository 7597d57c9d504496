"""Parts 1 to 5: records in."""
from bench import *


# Single POSTs -----------------------------------------------------------------------------------

MODES = (True, 'connections kept'), (False, 'a connection each')


class Pair:
  '''nginx with a worker, and nginx with what does nothing.'''

  def __init__(self, dsn):
    self.servers = []
    for backend in Worker(dsn), Null():
      backend.start()
      self.servers += [backend, Nginx(backend).start()]
    self.worker, self.nginx, _, self.null = self.servers

  def __enter__(self):
    return self

  def __exit__(self, *exception):
    for server in reversed(self.servers):
      server.stop()


def rates(options, files, pair, keep):
  '''Of the worker and of null, a second.'''
  for server in pair.nginx, pair.null:
    wrk(server.port, files.forms(), keep, 1)
  return alternate(options.runs,
    lambda: wrk(pair.nginx.port, files.forms(), keep, options.seconds),
    lambda: wrk(pair.null.port, files.forms(), keep, options.seconds))


def latencies(options, files, pair, keep, rate, null_rate):
  '''p99 of the worker and of null, in milliseconds.'''
  def p99(server, rate):
    told = load(server.port, files.forms(), keep, options.seconds, rate = rate)
    if told['other'] or told['failed']:
      raise AssertionError('load: %s' % told)
    return told['p99']
  return alternate(options.runs, lambda: p99(pair.nginx, rate), lambda: p99(pair.null, rate), lambda: p99(pair.null, null_rate))


def singles(options, files, dsn, store, bound, with_latency):
  with Pair(dsn) as pair:
    for keep, mode in MODES:
      measured, null = rates(options, files, pair, keep)
      yield 'rate', Row('%s: POST, 64 clients, %s' % (store, mode), measured, null, at_least(bound))
      if with_latency:
        rate = middle(measured) / 2
        worker, same, own = latencies(options, files, pair, keep, rate, middle(null) / 2)
        yield 'latency', Row('p99 at %.0f/s, %s' % (rate, mode), worker, same, at_most(3), 'ms')
        yield 'latency', Row('p99 at half of its own rate each, %s' % mode, worker, own, None, 'ms')


def part_1_2(options, files, wanted):
  with Database() as database:
    for kind, row in singles(options, files, database.create('single'), 'MariaDB', 0.6, 2 in wanted):
      row.part = 1 if kind == 'rate' else 2
      if row.part in wanted:
        yield row


# NDJSON -----------------------------------------------------------------------------------------

SIZES = 1000, 100000


def post_to(dsn, bodies, n):
  '''Records a second of a worker with an empty database.'''
  with Worker(dsn) as worker, Nginx(worker) as nginx:
    return n / post_all(nginx.port, bodies)


def bulk_rows(options, store, bound, worker, yardstick):
  '''`worker(bodies, n)` and `yardstick()` after it, which finds its rows.'''
  for size in SIZES:
    size = min(size, options.bulk // 2)
    ready = bodies(options.bulk, size)
    measured, loader = alternate(options.runs, lambda: worker(ready, options.bulk), yardstick)
    yield Row('%s: NDJSON, bodies of %d, 2 clients' % (store, size), measured, loader, at_least(bound))


def part_3(options, files, wanted):
  with Database() as database:
    def worker(bodies, n):
      rate = post_to(database.create('worker'), bodies, n)
      database.write_out('worker')
      return rate

    def yardstick():
      database.drop('raw')
      database.must('CREATE DATABASE raw')
      rate = raw('mysql', database.port, 'worker', 'raw', 2, 1000)
      database.drop('raw', 'worker')
      return rate

    yield from bulk_rows(options, 'MariaDB', 0.7, worker, yardstick)


def part_4(options, files, wanted):
  store = SQLite()
  migrate_with(store.dsn)
  for kind, row in singles(options, files, store.dsn, 'SQLite', 0.5, False):
    yield row
  store.stop()

  def worker(bodies, n):
    worker.store = SQLite()
    migrate_with(worker.store.dsn)
    return post_to(worker.store.dsn, bodies, n)

  def yardstick():
    rate = raw('sqlite', worker.store.path, worker.store.directory / 'raw.db', 1000)
    worker.store.stop()
    return rate

  yield from bulk_rows(options, 'SQLite', 0.6, worker, yardstick)


# mod_fcgid --------------------------------------------------------------------------------------

PROCESSES = 8
KEPT = re.compile(r'(?i)\s*(START TRANSACTION|BEGIN|COMMIT|INSERT|SELECT|UPDATE)\b')


def fcgid(program, dsn):
  '''Apache with so many processes of the program.'''
  apache = Apache('fcgid', dsn = dsn)
  shutil.copy(program, apache.program)
  path = apache.directory / 'apache.conf'
  path.write_text(path.read_text().replace('</VirtualHost>',
    'FcgidMinProcessesPerClass {0}\nFcgidMaxProcessesPerClass {0}\n</VirtualHost>'.format(PROCESSES)))
  return apache


def logged_posts(database, post):
  '''What MariaDB was told while `post` posted: (connection, statement), in order.'''
  for statement in 'TRUNCATE mysql.general_log', 'SET GLOBAL log_output = "TABLE"', 'SET GLOBAL general_log = ON':
    database.must(statement)
  post()
  database.must('SET GLOBAL general_log = OFF')
  # One line each; what the client escapes would have to be taken back.
  text = database.must('SELECT thread_id, TO_BASE64(argument) FROM mysql.general_log'
    ' WHERE command_type IN ("Execute", "Query") ORDER BY event_time, thread_id').replace('\\n', '')
  lines = [line.split('\t') for line in text.splitlines()]
  statements = [(thread, base64.b64decode(argument).decode()) for thread, argument in lines]
  return [(thread, statement) for thread, statement in statements if KEPT.match(statement)]


def transactions(statements):
  '''Lists of the statements of a connection that are committed together.'''
  open_ones = {}
  for thread, statement in statements:
    word = statement.split()[0].upper()
    if word in ('START', 'BEGIN'):
      open_ones[thread] = []
    elif word == 'COMMIT':
      yield thread, open_ones.pop(thread, [])
    elif thread in open_ones:
      open_ones[thread].append(statement)
    elif word == 'INSERT':
      yield thread, [statement]


def is_count(statement):
  return not re.search(r'(?i)\bINTO\s+`?record`?\s', statement)


def write_replay(path, posts, with_counts):
  '''A transaction of one statement is no transaction: so the worker did it before there were counts.'''
  threads = {thread: number for number, thread in enumerate(sorted({thread for thread, _ in posts}))}
  with open(path, 'w') as file:
    for thread, statements in posts:
      told = [' '.join(s.split('\n')) for s in statements if with_counts or not is_count(s)]
      for statement in told if len(told) == 1 else ['START TRANSACTION', *told, 'COMMIT']:
        file.write('%d\t%s\n' % (threads[thread], statement))
  return path


def replay_time(database, path, posts):
  '''Seconds for each post.'''
  statements = sum(1 for line in open(path))
  rate = raw('replay', database.port, 'fcgid', path)
  return statements / rate / posts


def count_cost(options, files, database, apache):
  '''What the counts add to a POST, in seconds of eight connections' work: the statements of real POSTs,
  replayed with and without those on other tables than `record`.'''
  posts = list(transactions(logged_posts(database, lambda: wrk(apache.port, files.forms(), False, 3, PROCESSES))))
  if not any(is_count(s) for _, statements in posts for s in statements):
    return None
  full, bare = write_replay(files.directory / 'full', posts, True), write_replay(files.directory / 'bare', posts, False)
  with_counts, without = alternate(options.runs,
    lambda: replay_time(database, full, len(posts)), lambda: replay_time(database, bare, len(posts)))
  return statistics.median(a - b for a, b in zip(with_counts, without))


def part_5(options, files, wanted):
  with Database() as database:
    dsn = database.create('fcgid')
    with fcgid(built(WORKER), dsn) as apache, fcgid(built(PROGRAMS / 'null'), dsn) as null:
      for server in apache, null:
        wrk(server.port, files.forms(), False, 2, PROCESSES)
      measured, nothing = alternate(options.runs,
        lambda: wrk(apache.port, files.forms(), False, options.seconds, PROCESSES),
        lambda: wrk(null.port, files.forms(), False, options.seconds, PROCESSES))
      yield Row('mod_fcgid, 8 processes and clients: POST', measured, nothing)
      cost = count_cost(options, files, database, apache)
      note = '' if cost is not None else 'no count tables'
      post = 1 / middle(measured)
      share = (cost or 0) / (post - (cost or 0)) * 100
      yield Row('what the counts add to each of these', share, None, at_most(15, unit = '%', of = 'measured'), '%', note = note)


PARTS = [((1, 2), part_1_2), ((3,), part_3), ((4,), part_4), ((5,), part_5)]
