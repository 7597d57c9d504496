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


PARTS = [((1, 2), part_1_2), ((3,), part_3), ((4,), part_4)]
