"""Parts 9 to 12: ten thousand clients, memory, disk, and the start of a CGI program."""
from bench import *


# Clients ----------------------------------------------------------------------------------------

class Crowded(Nginx):
  '''For so many clients, and as many connections to workers.'''

  def __init__(self, worker, clients):
    super().__init__(worker, connections = 2 * clients + 1000)


def check_limits(clients):
  if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < clients + 100:
    raise AssertionError('%d clients need more open files: raise ulimit -Hn' % clients)


def crowd(options, files, backend, keep):
  '''What each run's clients got.'''
  with backend, Crowded(backend, options.crowd) as nginx:
    load(nginx.port, files.forms(), keep, 1)
    return [load(nginx.port, files.forms(), keep, options.seconds, options.crowd) for _ in range(options.runs)]


def part_9(options, files, wanted):
  check_limits(options.crowd)
  somaxconn = pathlib.Path('/proc/sys/net/core/somaxconn').read_text().strip()
  with Database() as database:
    dsn = database.create('crowd')
    for keep, mode in (False, 'a connection each'), (True, 'kept'):
      yardstick = None
      for backend, socket in (Null(), 'null'), (UnixWorker(dsn), 'Unix socket'), (Worker(dsn), 'TCP'):
        told = crowd(options, files, backend, keep)
        what = '%d clients, %s, %s' % (options.crowd, mode, socket)
        wrong = sum(one['other'] + one['failed'] for one in told)
        judged = backend.__class__ is not Null
        p99 = [one['p99'] for one in told]
        yield Row(what + ': other than 201', wrong, None, at_most(0, of = 'measured') if judged else None, '',
          note = 'of %d; somaxconn %s' % (sum(one['answers'] + one['failed'] for one in told), somaxconn))
        yield Row(what + ': p99', p99, yardstick,
          at_most(3000, unit = 'ms', of = 'measured') if judged else None, 'ms', note = '%.0f/s' % middle([one['rate'] for one in told]))
        yardstick = yardstick or p99


# Memory -----------------------------------------------------------------------------------------

MIB = 1 << 20


def resident(worker, name = 'VmRSS'):
  '''MiB now; VmHWM: at most so far.'''
  text = pathlib.Path('/proc/%d/status' % worker.pid).read_text()
  return int(re.search(name + r':\s+(\d+) kB', text).group(1)) / 1024


def large_body(size):
  '''NDJSON of at least so many bytes.'''
  count = size // 600
  return b''.join(line.encode() + b'\n' for line in records.Stream(count).lines())[:size].rpartition(b'\n')[0] + b'\n'


def part_10(options, files, wanted):
  check_limits(options.crowd)
  with Database() as database, UnixWorker(database.create('memory')) as worker, Crowded(worker, options.crowd) as nginx:
    def row(what, name, limit):
      return Row(what, resident(worker, name), None, at_most(limit, unit = 'MiB', of = 'measured'), 'MiB')
    yield Row('resident memory at its start', resident(worker), None, None, 'MiB')
    load(nginx.port, files.forms(), False, options.seconds)
    yield row('after part 1', 'VmRSS', 32)
    post_all(nginx.port, bodies(options.bulk, min(100000, options.bulk // 2)))
    yield row('after part 3', 'VmRSS', 32)
    load(nginx.port, files.forms(), False, options.seconds, options.crowd)
    yield row('after part 9', 'VmRSS', 32)
    body = large_body(options.body)
    seconds = post_all(nginx.port, [body] * 8, 8)
    yield row('at most, with 8 bodies of %.0f MB' % (len(body) / 1e6), 'VmHWM', 64)
    yield Row('these took', seconds, None, None, 's')


# Disk -------------------------------------------------------------------------------------------

FORMATS = [
  ('COMPRESSED, 8 KiB', ['--row-format', 'compressed8'], None),
  ('COMPRESSED, 4 KiB', ['--row-format', 'compressed4'], None),
  ('DYNAMIC', ['--row-format', 'dynamic'], None),
  ('MariaDB page compression', ['--row-format', 'dynamic'], 'ALTER TABLE record PAGE_COMPRESSED=1'),
]


def on_disk(database, name):
  '''Bytes that the tables take, holes not counted.'''
  database.write_out(name)
  return sum(path.stat().st_blocks * 512 for path in (database.data / name).glob('*.ibd'))


def part_11(options, files, wanted):
  ready = bodies(options.disk, 10000)
  size = sum(map(len, ready)) / options.disk
  with Database() as database:
    for title, how, alter in FORMATS:
      name = 'disk'
      dsn = database.create(name, *how)
      if alter:
        database.must(alter, name)
      with Worker(dsn) as worker, Nginx(worker) as nginx:
        seconds = post_all(nginx.port, ready)
      yield Row('%s: bytes a record, and NDJSON' % title, on_disk(database, name) / options.disk, size, None, 'B',
        note = '%.0f/s in' % (options.disk / seconds))
      database.drop(name)


# CGI --------------------------------------------------------------------------------------------

class Cgi(Apache):
  '''The shipped CGI script, which starts `program`.'''

  def __init__(self, program, dsn):
    super().__init__('cgi', dsn = dsn)
    shutil.copy(program, self.program)


def form_record():
  return records.form(next(records.Stream(1).lines())).encode()


def cgi_time(client, method, path, body):
  begin = time.perf_counter()
  response = client.request(method, path, body, {'Content-Type': 'application/x-www-form-urlencoded'} if body else None)
  if response.status not in (200, 201):
    raise AssertionError('CGI: %r' % response)
  return (time.perf_counter() - begin) * 1000


def cgi_rows(options, store, dsn):
  body = form_record()
  with Cgi(built(WORKER), dsn) as apache, Cgi(built(PROGRAMS / 'nothing'), dsn) as nothing:
    clients = Client(apache.port), Client(nothing.port)
    for what, method, path, body in ('count', 'HEAD', RECORD, None), ('POST', 'POST', RECORD, body):
      ours, theirs = alternate(20 * options.runs, *[lambda client = client: cgi_time(client, method, path, body) for client in clients])
      yield Row('CGI, %s, %s' % (store, what), ours, theirs, at_most(10, unit = 'ms', of = 'difference'), 'ms')


def part_12(options, files, wanted):
  sqlite = SQLite()
  migrate_with(sqlite.dsn)
  sqlite.give()
  yield from cgi_rows(options, 'SQLite', sqlite.dsn)
  sqlite.stop()
  with Database() as database:
    yield from cgi_rows(options, 'MariaDB', database.create('cgi'))


PARTS = [((9,), part_9), ((10,), part_10), ((11,), part_11), ((12,), part_12)]
