#!/usr/bin/env python3
"""Records to load: a stream of Python log records, the same for the same arguments.

    records.py [-n RECORDS] [--days 30] [--end 2026-10-01T00:00:00] [--seed 1] [--form]

One a line: the JSON of a LogRecord's attributes, as a client that sends NDJSON posts it, or with
--form the body that logging.handlers.HTTPHandler posts. About 700 bytes each. Some 300 logger names
by Zipf's law, levels DEBUG to CRITICAL 18/68/9/4/1 %, more by day than by night, tracebacks with
errors. In order of time but for a second of jitter.
"""
import argparse
import bisect
import calendar
import itertools
import json
import math
import random
import sys
import time
import urllib.parse

DAYS, END = 30, '2026-10-01T00:00:00'
LEVELS = (10, 'DEBUG'), (20, 'INFO'), (30, 'WARNING'), (40, 'ERROR'), (50, 'CRITICAL')
PERCENT = 18, 68, 9, 4, 1
RHYTHM = 0.7  # the busiest hour has (1 + RHYTHM) / (1 - RHYTHM) times the records of the quietest

SERVICES = 'orders', 'ledger', 'identity', 'catalog', 'notify', 'ingest', 'edge', 'export'
MODULES = 'store', 'rest', 'lru', 'broker', 'handlers', 'jobs', 'remote', 'token', 'trace', 'render'
PARTS = 'select', 'backoff', 'lease', 'meter'

# A text and what its places take: a number or a word.
TEXTS = {
  10: [('Looked up %s in %d us', 'sd'), ('Read %d rows of %d', 'dd'), ('Lease %d given back', 'd'), ('Header %s is %s', 'ss')],
  20: [('%s /v2/%s answered %d after %d ms', 'msdd'), ('Account %d entered from %s', 'da'), ('Invoice %d settled', 'd'),
    ('Mail %s handed to %s', 'sa'), ('Task %s done in %d s, %d left', 'sdd'), ('Caf\u00e9 \u201e%s\u201c opened', 's')],
  30: [('Statement took %d ms', 'd'), ('Attempt %d of %d for %s', 'dds'), ('Backlog %s grew to %d', 'sd')],
  40: [('Could not answer %s', 's'), ('No connection to %s: %s', 'as'), ('Card of account %d refused', 'd')],
  50: [('Volume %s is %d%% full', 'sd'), ('Primary %s is gone', 'a')],
}
ERRORS = ['ValueError: could not convert string to float: \'n/a\'', 'KeyError: \'account\'', 'TimeoutError: timed out',
  'OperationalError: (2013, \'Lost connection to server during query\')', 'ConnectionResetError: [Errno 104] Connection reset by peer']
FUNCTIONS = 'fetch', 'store', 'run', 'dispatch', 'render', 'main'
TAGS = '[]', '["beta"]', '["vip"]', '["vip","eu"]', '["eu","beta","new"]'


def logger_names():
  '''In the order of how often they log.'''
  names = list(SERVICES) + ['%s.%s' % pair for pair in itertools.product(SERVICES, MODULES)]
  names += ['%s.%s.%s' % triple for triple in itertools.product(SERVICES[:5], MODULES, PARTS)]
  random.Random(0).shuffle(names)
  return names


def traceback(r):
  frames = ['  File "/srv/%s/%08x.py", line %d, in %s\n    return self.%08x(request)\n' % (
    r.choice(SERVICES), r.getrandbits(32), r.randrange(1, 900), r.choice(FUNCTIONS), r.getrandbits(32)) for _ in range(r.randrange(2, 9))]
  return 'Traceback (most recent call last):\n%s%s' % (''.join(frames), r.choice(ERRORS))


class Stream:

  def __init__(self, n, days = DAYS, end = END, seed = 1):
    self.n, self.days = n, days
    self.random = random.Random(seed)
    self.end = calendar.timegm(time.strptime(end, '%Y-%m-%dT%H:%M:%S'))
    self.begin = self.end - days * 86400
    self.names = [(name, name.partition('.')[0], name.rpartition('.')[2]) for name in logger_names()]
    self.weights = list(itertools.accumulate(1 / rank for rank in range(1, len(self.names) + 1)))

  def times(self):
    '''x grows evenly; the sine makes days of it, and never goes back. Over parts of days it would not end in time.'''
    r, span, days = self.random.random, self.end - self.begin - 1, self.days
    bend = 0 if days % 1 else RHYTHM / (2 * math.pi)
    for i in range(self.n):
      x = i / self.n * days
      yield self.begin + span * (x + bend * math.sin(2 * math.pi * x)) / days + r()

  def lines(self):
    '''Each as JSON, without its newline.'''
    r = self.random
    chance, bits, below = r.random, r.getrandbits, lambda n: int(r.random() * n)
    values = {
      'd': lambda: below(5000) + 1,
      's': lambda: '%08x' % bits(32),
      'm': lambda: ('GET', 'GET', 'POST', 'PUT')[bits(2)],
      'a': lambda: '10.%d.%d.%d' % (bits(3), bits(8), bits(8)),
    }
    percent = list(itertools.accumulate(PERCENT))
    for t in self.times():
      name, service, module = self.names[bisect.bisect_left(self.weights, chance() * self.weights[-1])]
      level, levelname = LEVELS[bisect.bisect_right(percent, chance() * 100)]
      msg, places = r.choice(TEXTS[level])
      args = [values[place]() for place in places]
      more = ''
      if level == 20 or chance() < 0.3:
        more += ',"http":{"path":"/v2/%s/%d","status":%d,"ms":%.3f}' % (
          module, below(10000), (200, 200, 200, 200, 204, 302, 404, 500)[bits(3)], -40 * math.log(1 - chance()))
      if chance() < 0.4:
        more += ',"user":{"id":%d,"tags":%s}' % (below(50000), TAGS[below(5)])
      exc_info = exc_text = 'null'
      if level >= 40 and chance() < 0.7:
        exc_info, exc_text = 'true', json.dumps(traceback(r))
      yield (
        f'{{"name":"{name}","msg":"{msg}","args":{json.dumps(args)},"levelname":"{levelname}","levelno":{level},'
        f'"pathname":"/srv/{service}/current/lib/{service}/{module}.py","filename":"{module}.py","module":"{module}","exc_info":{exc_info},"exc_text":{exc_text},'
        f'"stack_info":null,"lineno":{below(900) + 1},"funcName":"{FUNCTIONS[below(6)]}","created":{t!r},"msecs":{t % 1 * 1000:.6f},'
        f'"relativeCreated":{(t - self.begin) * 1000 % 1e9:.6f},"thread":{139872311863040 + 4096 * bits(4)},"threadName":"Thread-{bits(4)}",'
        f'"processName":"MainProcess","process":{4000 + bits(3)},"message":"{msg % tuple(args)}","host":"node{bits(3)}",'
        f'"release":"2026.9.{bits(2)}","request_id":"{bits(64):016x}"{more}}}')


def form(line):
  '''What HTTPHandler makes of a record: each value's str().'''
  fields = json.loads(line)
  fields['args'] = tuple(fields['args'])
  if fields['exc_text']:
    fields['exc_info'] = '(<class \'Exception\'>, Exception(), <traceback object at 0x7f3c5b1d2a80>)'
  return urllib.parse.urlencode(fields)


def main():
  parser = argparse.ArgumentParser(description = __doc__, formatter_class = argparse.RawDescriptionHelpFormatter)
  parser.add_argument('-n', type = int, default = 100000)
  parser.add_argument('--days', type = float, default = DAYS)
  parser.add_argument('--end', default = END)
  parser.add_argument('--seed', type = int, default = 1)
  parser.add_argument('--form', action = 'store_true')
  options = parser.parse_args()
  for line in Stream(options.n, options.days, options.end, options.seed).lines():
    sys.stdout.write((form(line) if options.form else line) + '\n')


if __name__ == '__main__':
  main()
