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


def fcgid(program, dsn):
  '''Apache with so many processes of the program.'''
  apache = Apache('fcgid', dsn = dsn)
  shutil.copy(program, apache.program)
  path = apache.directory / 'apache.conf'
  path.write_text(path.read_text().replace('</VirtualHost>',
    'FcgidMinProcessesPerClass {0}\nFcgidMaxProcessesPerClass {0}\n</VirtualHost>'.format(PROCESSES)))
  return apache


def logged(database):
  '''(connection, statement) of what MariaDB was told since log_statements(), in order.'''
  database.must('SET GLOBAL general_log = OFF')
  text = database.must('SELECT thread_id, TO_BASE64(argument) FROM mysql.general_log'
    ' WHERE command_type IN ("Execute", "Query") ORDER BY event_time, thread_id').replace('\\n', '')
  for line in text.splitlines():
    thread, argument = line.split('\t')
    yield thread, base64.b64decode(argument).decode().replace('\n', ' ')


# Not what sets up a connection.
REPLAYED = re.compile(r'(START TRANSACTION|COMMIT|(INSERT INTO|REPLACE INTO|DELETE FROM|SELECT .* FROM) (record|count_\w+)\b)')


def logged_posts(database, dsn, files):
  '''What processes that start now tell MariaDB; the values are in the log of statements that are prepared
  while it is on.'''
  log_statements(database)
  with fcgid(built(WORKER), dsn) as apache:
    wrk(apache.port, files.forms(), False, 4, PROCESSES)
  return [(thread, statement) for thread, statement in logged(database) if REPLAYED.match(statement)]


def write_replays(files, statements):
  '''Files of all that the worker does, in transactions; and of what it did if it did not count, where each
  INSERT commits itself.'''
  threads = {thread: number for number, thread in enumerate(sorted({thread for thread, _ in statements}))}
  full, bare = files.directory / 'full', files.directory / 'bare'
  with open(full, 'w') as with_counts, open(bare, 'w') as without:
    with_counts.writelines('%d\tSET autocommit = 0\n' % number for number in threads.values())
    for thread, statement in statements:
      line = '%d\t%s\n' % (threads[thread], statement)
      with_counts.write(line)
      if statement.startswith('INSERT INTO record '):
        without.write(line)
  return full, bare


def replay_time(database, path):
  '''Seconds.'''
  database.create('fcgid')
  lines = path.read_text().count('\n')
  return lines / raw('replay', database.port, 'fcgid', path)


def count_cost(options, files, database):
  '''What the counts add to a POST, in seconds, where eight connections work: the statements of real POSTs,
  replayed with and without those of the counts. None where it does not count. A post is flushed to the disk
  once with counts and without; that is left out, because it varies by more than what is looked for.'''
  statements = logged_posts(database, database.create('fcgid'), files)
  if not any('count_' in statement for _, statement in statements):
    return None
  full, bare = write_replays(files, statements)
  database.must('SET GLOBAL innodb_flush_log_at_trx_commit = 0')
  with_counts, without = alternate(2 * options.runs, lambda: replay_time(database, full), lambda: replay_time(database, bare))
  database.must('SET GLOBAL innodb_flush_log_at_trx_commit = 1')
  posts = bare.read_text().count('\n')
  return (min(with_counts) - min(without)) / posts  # the median of a small difference would be noise


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
    cost = count_cost(options, files, database)
    if cost is None:
      raise AssertionError('the worker does not count')
    post = 1 / middle(measured)
    yield Row('what the counts add to each of these', cost / (post - cost) * 100, None, at_most(15, unit = '%', of = 'measured'), '%',
      note = '%.0f of %.0f us' % (cost * 1e6, post * 1e6))


PARTS = [((1, 2), part_1_2), ((3,), part_3), ((4,), part_4), ((5,), part_5)]
