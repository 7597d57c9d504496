"""Parts 6 to 8: counts, timelines, ranges and queries, of few and of many records over the same days."""
import datetime
import math
import urllib.parse

from bench import *

BODY = 10000  # records that are loaded at once
SECONDS = 2.0  # for the requests of one measurement, at least two of them
REQUESTS = 40  # and at most


# Databases --------------------------------------------------------------------------------------

def generated(n):
  '''Bodies of the records, made by another process.'''
  with subprocess.Popen([sys.executable, str(HERE / 'records.py'), '-n', str(n)], stdout = subprocess.PIPE) as maker:
    lines = iter(maker.stdout)
    while True:
      body = b''.join(itertools.islice(lines, BODY))
      if not body:
        break
      yield body


class Sized:
  '''A database of so many records, with a worker and nginx. It is loaded through them where that was not
  done before.'''

  def __init__(self, database, n):
    self.database, self.n, self.name = database, n, 'records_%d' % n
    if database.sql('SELECT 1', self.name) is None:
      database.create(self.name)
    self.dsn = database.dsn_of(self.name)
    migrate_with(self.dsn)
    self._serve()
    if self.client.count() != n:
      self._load()

  def _serve(self):
    self.worker = Worker(self.dsn, deadline = 55).start()
    self.nginx = Nginx(self.worker).start()
    self.client = Client(self.nginx.port)

  def _load(self):
    self.stop()
    say('loading %d records' % self.n)
    self.database.create(self.name)
    self._serve()
    seconds = post_all(self.nginx.port, generated(self.n))
    say('  %.0f a second' % (self.n / seconds))
    if self.client.count() != self.n:
      raise AssertionError('%d records were loaded, %d are counted' % (self.n, self.client.count()))

  def stop(self):
    self.client.close()
    self.nginx.stop()
    self.worker.stop()


class Sizes:
  '''The databases, smallest first, on a server that keeps them in the data directory.'''

  def __init__(self, options, all_of_them):
    options.data.mkdir(parents = True, exist_ok = True)
    sizes = [options.records // 100, options.records // 10, options.records] if all_of_them else [options.records]
    self.database = Database(options.data / 'mariadb').start()
    self.sized = [Sized(self.database, n) for n in sizes]

  def __enter__(self):
    return self.sized

  def __exit__(self, *exception):
    for sized in self.sized:
      sized.stop()
    self.database.stop()


# Requests ---------------------------------------------------------------------------------------

def path(resource, **parameters):
  return API + resource + '?' + urllib.parse.urlencode(parameters)


def p50(sized, method, path):
  '''Of some requests one after the other, in milliseconds.'''
  times, end = [], time.monotonic() + SECONDS
  while len(times) < 2 or (len(times) < REQUESTS and time.monotonic() < end):
    times.append(latency(sized.client, method, path))
    if times[-1] is None:
      return None
  return statistics.median(times)


def moment(days, seconds = 0):
  '''After the first record, as a filter takes it.'''
  stream = records.Stream(1)
  when = datetime.datetime.fromtimestamp(stream.begin + days * 86400 + seconds, datetime.timezone.utc)
  return when.strftime('%Y-%m-%dT%H:%M:%S.%fZ')


SERVICE = 'orders,ledger.store'
EDGES = {'after': moment(1, 4 * 60 + 17.25), 'before': moment(28, 3600 * 7 + 11 * 60 + 3.5)}
FILTERS = [
  ('', {}),
  ('level', {'level': 30}),
  ('names', {'name': SERVICE}),
  ('after and before', EDGES),
  ('all of these', {'level': 30, 'name': SERVICE, **EDGES}),
]
ZONE = {'timezone': 'Europe/Amsterdam'}
QUESTIONS = [
  ('count', 'HEAD', '/record', {}),
  ('timeline, hours', 'GET', '/timeline', {'group': 'hour', **ZONE}),
  ('timeline, days', 'GET', '/timeline', {'group': 'day', **ZONE}),
]


def title(*words):
  return ', '.join(word for word in words if word)


def thousands(n):
  return '%g million' % (n / 1e6) if n >= 10 ** 6 else '%g thousand' % (n / 1000)


def part_6(options, sizes):
  for question, method, resource, more in QUESTIONS:
    for filters, parameters in FILTERS:
      asked = path(resource, **more, **parameters)
      small, middle_size, large, health = alternate(options.runs, *[
        lambda sized = sized: p50(sized, method, asked) for sized in sizes], lambda: p50(sizes[2], 'GET', API + '/health'))
      what = title(question, filters)
      note = '%s: %s' % (thousands(sizes[1].n), figure(middle(middle_size), 'ms'))
      yield Row('%s: %s by %s' % (what, thousands(sizes[2].n), thousands(sizes[0].n)), large, small, at_most(2), 'ms', note = note)
      yield Row('%s: p50, and of /health' % what, large, health, at_most(5, unit = 'ms', of = 'measured'), 'ms')


ROWS = 128
# So that half of all records are left of it, and so that few are.
WIDE = [('', {}), ('level', {'level': 20}), ('names', {'name': 'notify,orders,catalog,ledger,identity'}),
  ('level and names', {'level': 20, 'name': 'notify,orders,catalog,ledger,identity,export'})]
NARROW = [('high level', {'level': 40}), ('few names', {'name': 'edge'}), ('high level, few names', {'level': 40, 'name': 'edge,ingest'})]


def part_7(options, sized):
  '''At the middle of what matches where that is not half of all.'''
  def asked(left, parameters):
    return path('/record', left = left, right = left + ROWS - 1, **parameters)
  for filters, parameters in WIDE + NARROW:
    response = sized.client.head(path('/record', **parameters))
    if response.status != 200:
      yield Row(title('range of 128', filters), None, None, at_most(3), 'ms', note = 'count: %d' % response.status)
      continue
    matching = int(response.headers['X-Record-Count'])
    left = sized.n // 2 if matching > sized.n // 2 + ROWS else matching // 2
    deep, first = alternate(options.runs,
      lambda: p50(sized, 'GET', asked(left, parameters)), lambda: p50(sized, 'GET', asked(0, parameters)))
    yield Row(title('range of 128 at left=%d' % left, filters), deep, first, at_most(3), 'ms')


# Of one day in thirty.
EXPRESSION = "logrec->'$.data.http.status' = 500"
DAY = {'after': moment(14), 'before': moment(15)}
BY_HAND = ("SELECT COUNT(*) FROM record WHERE ts >= '%s' AND ts <= '%s'"
  " AND JSON_VALUE(logrec, '$.data.http.status') = 500")


def statement_of(sized, asked):
  '''What the worker sends to MariaDB for a request.'''
  database = sized.database
  log_statements(database)
  sized.client.head(asked)
  database.must('SET GLOBAL general_log = OFF')
  text = database.must('SELECT TO_BASE64(argument) FROM mysql.general_log WHERE command_type = "Execute"'
    ' AND argument LIKE "%JSON%" ORDER BY event_time DESC LIMIT 1')
  return base64.b64decode(text.replace('\\n', '')).decode()


def part_8(options, sized):
  asked = path('/record', query = EXPRESSION, **DAY)
  same = statement_of(sized, asked)
  plain = BY_HAND % tuple(DAY[name].replace('T', ' ').rstrip('Z') for name in ('after', 'before'))
  # One is enough: it takes a second. As often as it can be done in one.
  measured, by_hand, natural = alternate(options.runs,
    lambda: each_second(latency(sized.client, 'HEAD', asked)),
    lambda: raw('query', sized.database.port, sized.name, same),
    lambda: raw('query', sized.database.port, sized.name, plain))
  yield Row('query, count of a day, and its SQL by hand', measured, by_hand, at_least(0.8))
  yield Row('query, count of a day, and what one would write by hand', measured, natural)


def each_second(milliseconds):
  return 1000 / milliseconds if milliseconds else None


def part_6_7_8(options, files, wanted):
  with Sizes(options, 6 in wanted) as sizes:
    for number, part in (6, lambda: part_6(options, sizes)), (7, lambda: part_7(options, sizes[-1])), (8, lambda: part_8(options, sizes[-1])):
      if number not in wanted:
        continue
      for row in part():
        row.part = number
        yield row


PARTS = [((6, 7, 8), part_6_7_8)]
