'''A logging handler that sends records to Chronologer in batches, from a thread of its own.

    import logging, chronologer_handler

    logging.basicConfig(level=logging.DEBUG, handlers=[
      chronologer_handler.ChronologerHandler('http://localhost:8080/api/v1/record', 'logger', '')])
    logging.info('Hello, %s', 'Chronologer', extra={'foo': 387})

Standard library only, one file, Python 3.6 or later. chronologer-handler(7) says what it promises.

A record becomes a line of JSON in emit(), in the thread that logs it. Lines wait in a queue; the handler's thread makes
batches of them, which wait in an outbox, in memory or on disk, until the server has taken them or refused them for good.
A batch has a key and a body that stay the same over all tries.
'''
import base64
import collections
import email.utils
import http.client
import json
import logging
import os
import random
import re
import socket
import sys
import threading
import time
import urllib.parse
import uuid
import weakref
import zlib

try:
  import fcntl
except ImportError:  # only what has a spool needs it
  fcntl = None

__all__ = ['ChronologerHandler']
__version__ = '0.2.0'

NAME = 'chronologer.handler'  # the logger of the handler's own records, and how its lines on stderr begin
SAY_EVERY = 60     # seconds between two lines on stderr of one kind
IDLE = 4           # seconds that a connection is kept without use: Apache closes it after 5
RETRY_AFTER = 3600 # seconds that a server may ask to be left alone
LOOK_EVERY = 60    # seconds between two looks for what other processes have left in the spool


# Values ------------------------------------------------------------------------------------------

DEEP = 16        # levels of containers; the server refuses more than 28
ITEMS = 10000    # of all containers in a field
REPR = 16384     # characters of one object's repr()
NESTED = 3       # records that are made while another is made into a line: by its __repr__, say
_SURROGATE = re.compile('[\ud800-\udfff]')
_RECORD = frozenset(('name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName '
  'created msecs relativeCreated thread threadName processName process taskName message asctime').split())
_APART = frozenset('name msg message levelname asctime exc_info exc_text'.split())  # levelno says levelname, created asctime
_encode = json.JSONEncoder(ensure_ascii = False, allow_nan = False, check_circular = False, separators = (',', ':')).encode
_formatter = logging.Formatter()
_local = threading.local()  # sending: this thread is at it; depth: records it is making lines of


def _text(value, function = str):
  '''function(value), or what there is to say where that raises.'''
  try:
    return str.__str__(function(value))
  except Exception as error:
    return '<%s: %s() raised %s>' % (type(value).__name__, function.__name__, type(error).__name__)


def _repr(value):
  text = _text(value, repr)
  return text if len(text) <= REPR else '%s... (%d characters)' % (text[:REPR], len(text))


def _number(value):
  '''An int or a float, or its text where JSON or the server has no such number.'''
  if isinstance(value, float):
    return float.__pos__(value) if value - value == 0 else float.__repr__(value)
  return int.__pos__(value) if int.bit_length(value) < 1000 else '<int of %d bits>' % int.bit_length(value)


def _key(value):
  if isinstance(value, str):
    return str.__str__(value)
  if value is None or isinstance(value, (bool, int, float)):
    return _encode(_plain(value))
  return _repr(value)


def _plain(value, left = None, path = ()):
  '''`value` as JSON has it: a copy, of which `left[0]` items may still be made, inside the containers of `path`.'''
  if value is None or value is True or value is False:
    return value
  if isinstance(value, str):
    return str.__str__(value)
  if isinstance(value, (int, float)):
    return _number(value)
  if not isinstance(value, (dict, list, tuple)):
    return _repr(value)
  if id(value) in path:
    return '<%s: in itself>' % type(value).__name__
  if len(path) == DEEP:
    return '<%s: too deep>' % type(value).__name__
  path += id(value),
  left = left or [ITEMS]
  return _plain_dict(value, left, path) if isinstance(value, dict) else _plain_list(value, left, path)


def _plain_dict(value, left, path):
  made = {}
  for key, member in list(dict.items(value)):
    left[0] -= 1
    if left[0] < 0:
      made['...'] = '<%d items>' % len(value)
      break
    made[_key(key)] = _plain(member, left, path)
  return made


def _plain_list(value, left, path):
  made = []
  for member in (list if isinstance(value, list) else tuple).__iter__(value):
    left[0] -= 1
    if left[0] < 0:
      made.append('... <%d items>' % len(value))
      break
    made.append(_plain(member, left, path))
  return made


def _to_line(fields):
  '''A dict of plain values as a line of NDJSON, bytes. A lone surrogate becomes the text \\udxxx.'''
  line = _encode(fields) + '\n'
  try:
    return line.encode()
  except UnicodeEncodeError:
    return _SURROGATE.sub(lambda found: '\\\\u%04x' % ord(found.group()), line).encode()


# Batches -----------------------------------------------------------------------------------------

class _Batch:
  '''Records that are sent together.

  key: its Idempotency-Key, 32 hexadecimal digits. body: NDJSON in gzip, None where it is on disk only. count: records.
  last: number of the last of them among all that the handler took; 0: another process's. size: bytes of the body.
  owner, order: where it is on disk, see _Outbox; owner is None where it is not.
  '''
  __slots__ = 'key', 'body', 'count', 'last', 'size', 'owner', 'order'

  def __init__(self, key, body, count, last, order = None):
    self.key, self.body, self.count, self.last, self.order = key, body, count, last, order
    self.size, self.owner = len(body or b''), None


def _compress(data):
  deflate = zlib.compressobj(1, zlib.DEFLATED, 31)  # gzip, without a time in it
  return deflate.compress(data) + deflate.flush()


def _halves(batch):
  '''Two batches, each with a key of its own: the same two where a program that was killed meanwhile does it again.'''
  lines = zlib.decompress(batch.body, 31).splitlines(True)
  middle = len(lines) // 2
  for letter, part in ('a', lines[:middle]), ('b', lines[middle:]):
    key = uuid.uuid5(uuid.UUID(batch.key), letter).hex
    yield _Batch(key, _compress(b''.join(part)), len(part), batch.last, batch.order and batch.order + letter)


class _Outbox:
  '''The batches that are to be sent, in order; one thread at a time may use it but put(), room() and close().

  With a `directory`, which is there, a batch is a file there, OWNER~ORDER~COUNT~KEY, whose content is the body. An owner is an outbox of
  some process; it holds a lock (flock) on OWNER.lock while it lives. Who can take that lock of another owner, which is
  dead then, has its batches.
  '''

  def __init__(self, directory, limit):
    '''`limit`: bytes of all files.'''
    self._directory, self._limit = directory, limit
    self._lock = threading.Lock()
    self._batches = collections.deque()
    self._size = 0
    self._number = 0
    self._locks = {}  # owner: file descriptor
    self._owner = None
    self._looked = None

  def forget(self):
    '''In a child after fork: all of it is the parent's.'''
    for descriptor in self._locks.values():
      os.close(descriptor)

  def room(self):
    '''Whether put() may be called: in memory there is one batch at a time.'''
    with self._lock:
      if self._directory and not any(batch.owner is None for batch in self._batches):
        return self._size < self._limit
      return not self._batches

  def waits(self):
    return bool(self._batches)

  def first_number(self):
    '''`last` of the first batch; None where there is none.'''
    try:
      return self._batches[0].last
    except IndexError:
      return None

  def unsaved(self):
    '''How many records are in memory only.'''
    with self._lock:
      return sum(batch.count for batch in self._batches if batch.owner is None)

  def put(self, batch):
    '''Appends a batch. Where it can not be saved raises OSError, but has it in memory.'''
    with self._lock:
      self._number += 1
      batch.order = '%012d' % self._number
      self._batches.append(batch)
      if self._directory:
        self._save(batch)

  def first(self):
    '''The first batch, with its body; None where there is none. Raises OSError where it can not be read: it is gone from
    the outbox then.'''
    with self._lock:
      if not self._batches:
        return None
      batch = self._batches[0]
      if batch.body is not None:
        return batch
      try:
        with open(self._path(batch), 'rb') as file:
          body = file.read()
      except OSError:
        self._remove(batch)
        raise
      loaded = _Batch(batch.key, body, batch.count, batch.last, batch.order)
      loaded.owner = batch.owner
      return loaded

  def done(self, batch):
    '''The first batch has been sent, or given up.'''
    with self._lock:
      self._remove(self._batches[0])

  def split(self, parts):
    '''`parts` take the place of the first batch. Raises OSError as put() does.'''
    with self._lock:
      whole = self._batches[0]
      names = [part.key for part in parts]
      self._batches = collections.deque(batch for batch in self._batches if batch.key not in names)
      for part in reversed(parts):
        self._batches.insert(1, part)
      try:
        if whole.owner:
          for part in parts:
            self._save(part, whole.owner)
      finally:
        self._remove(whole)

  def look(self):
    '''Takes what other processes have left, before what is here. At most once in LOOK_EVERY seconds. Raises OSError.'''
    now = time.monotonic()
    if not self._directory or self._looked is not None and now - self._looked < LOOK_EVERY:
      return
    self._looked = now
    with self._lock:
      found = []
      for owner in sorted({name.partition('~')[0] for name in self._names('~')} | {name[:-5] for name in self._names('.lock')}):
        if owner not in self._locks and self._hold(owner):
          batches = [batch for batch in map(self._read_name, sorted(self._names(owner + '~'))) if batch]
          found += batches
          if not batches:
            self._release(owner)
      self._batches.extendleft(reversed(found))
      self._size += sum(batch.size for batch in found)

  def close(self):
    '''Gives the locks back: what is left here is another's to take.'''
    with self._lock:
      for owner in list(self._locks):
        self._release(owner)

  # Files; all with the lock held.

  def _names(self, part):
    return [name for name in os.listdir(self._directory) if part in name and not name.endswith('.new')]

  def _path(self, batch):
    return os.path.join(self._directory, '%s~%s~%d~%s' % (batch.owner, batch.order, batch.count, batch.key))

  def _read_name(self, name):
    found = re.match(r'([^~]+)~(\w+)~(\d+)~([0-9a-f]{32})$', name)
    if not found:
      return None
    batch = _Batch(found.group(4), None, int(found.group(3)), 0, found.group(2))
    batch.owner, batch.size = found.group(1), os.stat(os.path.join(self._directory, name)).st_size
    return batch

  def _save(self, batch, owner = None):
    if not self._owner:
      self._owner = self._new_owner()
    batch.owner = owner or self._owner
    path = self._path(batch)
    try:
      descriptor = os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
      with open(descriptor, 'wb') as file:
        file.write(batch.body)
        file.flush()
        os.fsync(descriptor)
      os.rename(path + '.new', path)
    except OSError:
      batch.owner = None
      raise
    self._size += batch.size
    batch.body = None

  def _remove(self, batch):
    self._batches.remove(batch)
    if batch.owner:
      self._size -= batch.size
      try:
        os.unlink(self._path(batch))
      except OSError:
        pass
      if batch.owner != self._owner and not any(other.owner == batch.owner for other in self._batches):
        self._release(batch.owner)

  def _new_owner(self):
    while True:
      owner = '%013d-%d-%s' % (time.time() * 1000, os.getpid(), uuid.uuid4().hex[:8])
      if self._hold(owner):
        return owner

  def _hold(self, owner):
    '''Whether the owner is ours now. The file may go while we wait for it: then its lock is worth nothing.'''
    path = os.path.join(self._directory, owner + '.lock')
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
      fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
      if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
        self._locks[owner] = descriptor
        return True
    except OSError:
      pass
    os.close(descriptor)
    return False

  def _release(self, owner):
    '''The lock file goes where no batch of the owner is left, and with it what it had not written to its end.'''
    descriptor = self._locks.pop(owner)
    try:
      if not self._names(owner + '~'):
        for name in os.listdir(self._directory):
          if name.startswith(owner + '~'):
            os.unlink(os.path.join(self._directory, name))
        os.unlink(os.path.join(self._directory, owner + '.lock'))
    except OSError:
      pass
    os.close(descriptor)


# HTTP --------------------------------------------------------------------------------------------

class _Server:
  '''Where batches go: one connection, which is kept. Of one thread, but abort() and forget().'''

  def __init__(self, url, user, password, connect_timeout, answer_timeout, ssl_context):
    '''Timeouts are in seconds. Raises ValueError for a URL that is none.'''
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ('http', 'https') or not parts.hostname:
      raise ValueError('%r is not a URL like http://localhost:8080/api/v1/record' % url)
    self._secure, self._host, self._port = parts.scheme == 'https', parts.hostname, parts.port
    self._target = (parts.path if parts.path.strip('/') else '/api/v1/record') + ('?' + parts.query if parts.query else '')
    self._connect_timeout, self._answer_timeout, self._context = connect_timeout, answer_timeout, ssl_context
    self._headers = {
      'Content-Type': 'application/x-ndjson', 'Content-Encoding': 'gzip', 'User-Agent': 'chronologer-handler/' + __version__}
    if user or password:
      self._headers['Authorization'] = 'Basic ' + base64.b64encode(('%s:%s' % (user, password)).encode()).decode()
    self._connection = None
    self._used = 0

  def post(self, batch, limit):
    '''(status, headers, body) of the answer. `limit`: when to give up, as time.monotonic(), or None. Raises OSError or
    http.client.HTTPException; then nobody knows whether it was stored.'''
    kept = self._connection is not None and time.monotonic() - self._used < IDLE
    if not kept:
      self.close()
    try:
      if kept:
        try:
          return self._exchange(batch, limit)
        except (http.client.RemoteDisconnected, ConnectionError):
          self.close()  # the server had closed it
      return self._exchange(batch, limit)
    except BaseException:
      self.close()
      raise

  def _timeout(self, most, limit):
    return most if limit is None else max(0.05, min(most, limit - time.monotonic()))

  def _connect(self, limit):
    timeout = self._timeout(self._connect_timeout, limit)
    if self._secure:
      connection = http.client.HTTPSConnection(self._host, self._port, timeout = timeout, context = self._context)
    else:
      connection = http.client.HTTPConnection(self._host, self._port, timeout = timeout)
    self._connection = connection
    connection.connect()

  def _exchange(self, batch, limit):
    if not self._connection:
      self._connect(limit)
    connection = self._connection
    connection.sock.settimeout(self._timeout(self._answer_timeout, limit))
    whole = True
    try:
      connection.request('POST', self._target, batch.body, dict(self._headers, **{'Idempotency-Key': batch.key}))
    except (BrokenPipeError, ConnectionResetError):
      whole = False  # a server that refuses may answer and close before it has read all
    response = connection.getresponse()
    try:
      body = response.read()
    except (OSError, http.client.HTTPException):
      if response.status != 201:  # that one says all by itself
        raise
      body = b''
      self.close()
    self._used = time.monotonic()
    if response.will_close or not whole:
      self.close()
    return response.status, response.headers, body

  def close(self):
    connection, self._connection = self._connection, None
    if connection:
      connection.close()

  def abort(self):
    '''From another thread: ends what is waited for.'''
    try:
      self._connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
      pass

  def forget(self):
    '''In a child after fork: the connection is the parent's. Only its descriptor is closed here; a buffer of it may be
    locked for ever.'''
    try:
      os.close(self._connection.sock.detach())
    except (OSError, AttributeError):
      pass
    self._connection = None


def _error_of(status, headers, body):
  '''(type, text) of an error's answer.'''
  try:
    error = json.loads(body.decode())['error']
    return error['type'], '%d %s: %s' % (status, error['type'], error['message'])
  except (ValueError, KeyError, TypeError):
    place = headers.get('Location')
    return None, '%d %s%s' % (status, http.client.responses.get(status, ''), ' to ' + place if place else '')


def _retry_after(headers):
  '''Seconds, or None.'''
  text = (headers.get('Retry-After') or '').strip()
  if text.isdigit():
    return min(int(text), RETRY_AFTER)
  try:
    return min(max(0, email.utils.parsedate_to_datetime(text).timestamp() - time.time()), RETRY_AFTER)
  except (TypeError, ValueError, IndexError, OverflowError):
    return None


# The handler -------------------------------------------------------------------------------------

_handlers = weakref.WeakSet()


def _after_fork():
  for handler in list(_handlers):
    handler._begin_again()


_FORK_IS_TOLD = hasattr(os, 'register_at_fork')  # Python 3.7
if _FORK_IS_TOLD:
  os.register_at_fork(after_in_child = _after_fork)


class ChronologerHandler(logging.Handler):
  '''Sends records to a Chronologer server. emit() never waits for it.

  url: http://HOST:PORT/api/v1/record, or https; user, password: for Basic authentication.
  service, host, release, environment: text that becomes a field of every record; host is socket.gethostname() if it is
    None, and none if it is ''. extra: a dict of more of them. contextvars: a dict of names and ContextVars, whose values
    where a record is logged become its fields. What a record has as `extra` goes before all of these. ValueError for the
    name of a LogRecord's own attribute.
  queue_records, queue_bytes: what may wait; drop: 'newest' or 'oldest', what goes if there is more.
  batch_records, batch_bytes: what is sent at once; interval: seconds that a record waits for others.
  connect_timeout, answer_timeout, close_timeout: seconds. retry_first, retry_most: seconds between two tries.
  spool: a directory for batches that are not sent yet; spool_bytes: how large it may become. Needs fcntl (Unix).
  ssl_context: an ssl.SSLContext for https. level: as for every handler.

  dropped: how many records had no room so far. A formatter is asked for tracebacks only.
  '''

  def __init__(self, url, user = '', password = '', service = None, host = None, release = None, environment = None,
      extra = None, contextvars = None, queue_records = 100000, queue_bytes = 32 << 20, drop = 'newest',
      batch_records = 1000, batch_bytes = 1 << 20, interval = 1.0, connect_timeout = 5.0, answer_timeout = 60.0,
      close_timeout = 5.0, retry_first = 0.5, retry_most = 60.0, spool = None, spool_bytes = 256 << 20, ssl_context = None,
      level = logging.NOTSET):
    super().__init__(level)
    if drop not in ('newest', 'oldest'):
      raise ValueError('drop is %r, not "newest" or "oldest"' % (drop,))
    if spool and not fcntl:
      raise ValueError('a spool needs the module fcntl')
    if min(queue_records, queue_bytes, batch_records, batch_bytes) < 1:
      raise ValueError('a limit of records or bytes is less than 1')
    self.queue_records, self.queue_bytes, self.drop = queue_records, queue_bytes, drop
    self.batch_records, self.batch_bytes, self.interval = batch_records, batch_bytes, interval
    self.close_timeout, self.retry_first, self.retry_most = close_timeout, retry_first, retry_most
    self._constant, self._variables = self._context(service, host, release, environment, extra, contextvars)
    self._server = _Server(url, user, password, connect_timeout, answer_timeout, ssl_context)
    if spool:
      os.makedirs(spool, 0o700, exist_ok = True)
    self._spool = os.path.abspath(spool) if spool else None, spool_bytes
    self._outbox = None
    self._closed_here = False
    self._begin_again()
    _handlers.add(self)

  def _context(self, service, host, release, environment, extra, contextvars):
    given = {'service': service, 'host': socket.gethostname() if host is None else host, 'release': release,
      'environment': environment}
    constant = {name: value for name, value in given.items() if value not in (None, '')}
    constant.update((name, extra[name]) for name in extra or ())  # by [], for dictConfig's ext://
    variables = [(name, contextvars[name]) for name in contextvars or ()]
    for name in list(constant) + [name for name, variable in variables]:
      if name in _RECORD:
        raise ValueError('%r is an attribute of every LogRecord' % name)
    return _plain(constant), variables

  def _begin_again(self):
    '''At the beginning, and in a child after fork: nothing that another thread holds, nothing that the parent will send.'''
    if self._outbox:
      self._outbox.forget()
      self._server.forget()
    self._pid = os.getpid()
    self._lock = threading.RLock()  # for moments only; a signal's handler or __del__ may log while we hold it
    self._changed = threading.Condition(self._lock)  # for the sender
    self._settled = threading.Condition(self._lock)  # for those who wait for it
    self._sending = threading.Lock()  # of the one who takes from the queue and sends
    self._thread = None
    self._ended = False     # the thread
    self._queue = collections.deque()  # lines
    self._bytes = 0         # of them
    self._since = 0.0       # when the first of them came, at the latest
    self._taken = 0         # records that the queue has taken, ever
    self._moved = 0         # of these the last that went from it into the outbox
    self.dropped = 0
    self._told_dropped = 0  # how many of these have been reported
    self._outbox = _Outbox(*self._spool)
    self._failures = 0      # in a row
    self._last_failure = None  # when, and whether trying again soon is of use
    self._retry_at = 0.0
    self._server_asked = False  # for that pause
    self._hurry = 0         # how many wait in flush()
    self._limit = None      # when sending has to be over
    self._over = None       # after close(): whether all was sent
    self._gave_up = None    # when flush() did, and _sent then
    self._sent = 0
    self._said = {}         # kind: [when, how many not said since]

  # Taking records. No lock is held but _lock, and that not while a record is formatted.

  def createLock(self):
    '''None: logging would hold it over flush() and close(), and a program's threads wait for it in handle().'''
    self.lock = None

  def handle(self, record):
    '''As logging.Handler's, without its lock.'''
    passed = self.filter(record)
    if passed:
      self.emit(passed if isinstance(passed, logging.LogRecord) else record)
    return passed

  def emit(self, record):
    '''Queues a record as it is now. Does not block, and raises nothing that formatting it raises.'''
    depth = getattr(_local, 'depth', 0)
    if depth >= NESTED or getattr(_local, 'sending', False):
      return
    _local.depth = depth + 1
    try:
      self._put(self._line(record))
    except Exception:
      self.handleError(record)
    finally:
      _local.depth = depth

  def _line(self, record):
    fields = dict(self._constant)
    for name, variable in self._variables:
      try:
        fields[name] = _plain(variable.get())
      except LookupError:
        pass
    for name, value in list(record.__dict__.items()):
      if name not in _APART:
        fields[name if type(name) is str else _key(name)] = value if type(value) is str else _plain(value)
    fields['name'], fields['msg'] = _text(record.name), _text(record.msg)
    fields['message'] = self._message(record, fields['msg'])
    fields['exc_info'], fields['exc_text'] = self._exception(record)
    return _to_line(fields)

  def _message(self, record, msg):
    try:
      return str.__str__(record.getMessage())
    except Exception:
      self.handleError(record)
      return msg

  def _exception(self, record):
    '''(exc_info, exc_text), None where there is none.'''
    info, text = record.exc_info, record.exc_text
    if info and not text:
      try:
        text = (self.formatter or _formatter).formatException(info)
      except Exception as error:
        text = '<the traceback can not be formatted: %s>' % type(error).__name__
    return _text(info) if info else None, text and _text(text)

  def _put(self, line):
    if not _FORK_IS_TOLD and os.getpid() != self._pid:
      self._begin_again()
    with self._lock:
      if not self._closed_here and self._make_room(len(line)):
        self._append(line)
      else:
        self.dropped += 1

  def _make_room(self, size):
    '''Whether there is room for a line of this size.'''
    if size > self.queue_bytes:
      return False
    while self._queue and (len(self._queue) >= self.queue_records or self._bytes + size > self.queue_bytes):
      if self.drop == 'newest':
        return False
      self._bytes -= len(self._queue.popleft())
      self.dropped += 1
    return True

  def _append(self, line):
    full = self._is_full()
    if not self._queue:
      self._bytes = 0
      self._since = time.monotonic()
    self._queue.append(line)
    self._bytes += len(line)
    self._taken += 1
    if not self._thread:
      self._start()
    elif len(self._queue) == 1 or not full and self._is_full():
      self._changed.notify()

  def _is_full(self):
    '''Whether the queue has a whole batch.'''
    return len(self._queue) >= self.batch_records or self._bytes >= self.batch_bytes

  def _start(self):
    thread = threading.Thread(target = self._run, name = NAME, daemon = True)
    try:
      thread.start()
    except RuntimeError:  # at the interpreter's end: flush() and close() send then
      return
    self._thread = thread
    # A child that multiprocessing has forked ends without logging.shutdown().
    process = sys.modules.get('multiprocessing.process')
    if process and process.current_process().name != 'MainProcess':
      import multiprocessing.util
      multiprocessing.util.Finalize(None, self.flush, exitpriority = 0)

  # Sending: in the thread, or where there is none in flush().

  def _run(self):
    with self._sending:
      _local.sending = True
      try:
        while self._wait():
          self._step()
      finally:
        self._server.close()
        with self._lock:
          self._ended = True
          if self._limit is not None:
            self._outbox.close()
          self._settled.notify_all()

  def _wait(self):
    '''Waits until there is something to do. False: it is over.'''
    with self._lock:
      while True:
        now = time.monotonic()
        if self._limit is not None and (now >= self._limit or self._is_settled(self._taken)):
          return False
        pause = self._pause(now)
        if pause is not None and pause <= 0:
          return True
        self._changed.wait(pause)

  def _pause(self, now):
    '''Seconds until there is something to do; None: that is not known.'''
    pauses = []
    if self._queue and self._outbox.room():
      ripe = self._hurry or self._is_full()
      pauses.append(0 if ripe else self._since + self.interval - now)
    if self._outbox.waits():
      pauses.append(self._retry_at - now)
    return min(pauses) if pauses else None

  def _step(self):
    '''Does what there is to do: makes a batch, or sends one.'''
    try:
      self._outbox.look()
      batch = self._make_batch()
      if batch:
        self._put_batch(batch)
    except OSError as error:
      self._say('spool', 'The spool can not be used: %s' % error)
    try:
      if time.monotonic() >= self._retry_at:
        self._send_first()
    except Exception as error:  # whatever it is, the thread goes on
      self._fail('%s: %s' % (type(error).__name__, error))
    with self._lock:
      self._settled.notify_all()

  def _put_batch(self, batch):
    try:
      self._outbox.put(batch)
    finally:
      self._moved = batch.last

  def _make_batch(self):
    '''The next records of the queue, where it is time for them; else None.'''
    with self._lock:
      now = time.monotonic()
      ripe = self._hurry or self._is_full() or now >= self._since + self.interval
      if not self._queue or not ripe or not self._outbox.room():
        return None
      lines = self._take()
      self._since = now
      last = self._taken - len(self._queue)
      dropped, self._told_dropped = self.dropped - self._told_dropped, self.dropped
    if dropped:
      lines.append(self._report(dropped))
    batch = _Batch(uuid.uuid4().hex, _compress(b''.join(lines)), len(lines), last)
    return batch

  def _take(self):
    lines, size = [], 0
    while self._queue and len(lines) < self.batch_records and (not lines or size + len(self._queue[0]) <= self.batch_bytes):
      lines.append(self._queue.popleft())
      size += len(lines[-1])
    self._bytes -= size
    return lines

  def _report(self, dropped):
    '''A line that tells how many records had no room.'''
    record = logging.LogRecord(NAME, logging.WARNING, __file__, 0, '%d log records were dropped: the queue was full', (dropped,), None)
    record.dropped = dropped
    return self._line(record)

  def _send_first(self):
    try:
      batch = self._outbox.first()
    except OSError as error:
      self._say('spool', 'A batch is lost: %s' % error)
      return
    if not batch:
      return
    try:
      status, headers, body = self._server.post(batch, self._limit)
    except (OSError, http.client.HTTPException) as error:
      self._fail('%s: %s' % (type(error).__name__, error))
      return
    self._answered(batch, status, headers, body)

  def _answered(self, batch, status, headers, body):
    if status == 201 or status == 200 and self._is_multistatus(batch, body):
      self._settle(batch)
      return
    kind, text = _error_of(status, headers, body)
    if status == 413 and batch.count > 1:
      self._split(batch)
    elif status in (413, 414, 422, 431) or status == 400 and kind in ('ModelError', 'ValueError'):
      self._say('refused', 'The server refuses %s: %s' % (self._records(batch.count), text))
      self._settle(batch)
    elif status in (400, 408, 425, 429) or status >= 500 and status not in (501, 505):
      self._fail(text, _retry_after(headers))
    else:
      self._fail('%s; is the configuration right? It is kept and tried again' % text, _retry_after(headers), False)

  def _is_multistatus(self, batch, body):
    '''Whether the answer is the server's. Tells what was refused.'''
    try:
      parts = json.loads(body.decode())['multistatus']
      refused, error = batch.count - len(parts[0]['body']), parts[1]['body']['error']
      text = '%s: %s' % (error['type'], error['message'])
    except (ValueError, KeyError, TypeError, IndexError):
      return False
    self._say('refused', 'The server refuses %s of %d: %s' % (self._records(refused), batch.count, text))
    return True

  def _settle(self, batch):
    self._outbox.done(batch)
    self._sent += 1
    self._failures, self._retry_at = 0, 0.0

  def _split(self, batch):
    try:
      parts = list(_halves(batch))
    except (zlib.error, ValueError):
      self._say('refused', 'A batch in the spool is damaged, and lost')
      self._settle(batch)
      return
    try:
      self._outbox.split(parts)
    except OSError as error:
      self._say('spool', 'The spool can not be used: %s' % error)

  def _fail(self, text, asked = None, soon = True):
    '''Notes a try that failed. `asked`: Retry-After. Not `soon`: only a person can help.'''
    pause = min(self.retry_most, self.retry_first * 2 ** min(self._failures, 30)) if soon else self.retry_most
    pause *= random.SystemRandom().uniform(0.5, 1)
    if self._hurry:
      pause = min(pause, self.retry_first)
    if asked is not None:
      pause = asked + random.SystemRandom().uniform(0, min(1, self.retry_first))
    with self._lock:
      self._failures += 1
      self._retry_at = time.monotonic() + pause
      self._server_asked = asked is not None
      self._last_failure = time.monotonic(), soon
    self._say('sending', 'Records can not be sent: %s' % text)

  # Ending.

  def flush(self, timeout = None):
    '''Waits until all that was logged before the call has been sent, or refused by the server, at most `timeout` seconds.
    None: close_timeout, and no longer than that is of use: a try that failed is the last one where all is in the spool, or
    where only a person can help. Returns whether all was sent. Any thread may call it, at any time.'''
    if not _FORK_IS_TOLD and os.getpid() != self._pid:
      self._begin_again()
    if getattr(_local, 'sending', False):
      return False
    with self._lock:
      if self._over is not None:
        return self._over
      quick = timeout is None
      settled = self._wait_until(self._taken, time.monotonic() + (self.close_timeout if quick else timeout), quick, False)
      if quick and not settled:
        self._gave_up = time.monotonic(), self._sent
      return settled

  def close(self):
    '''Sends what is left, for at most close_timeout seconds. What could not be sent is in the spool then, if there is one,
    or lost, which is told on stderr. Records that come later are not taken.'''
    if not _FORK_IS_TOLD and os.getpid() != self._pid:
      self._begin_again()
    with self._lock:
      if not self._closed_here:
        self._closed_here = True
        self._finish()
    super().close()

  def _is_settled(self, number):
    '''Whether the records up to this number have left queue and outbox.'''
    first = self._outbox.first_number()
    return self._moved >= number and (first is None or first > number)

  def _wait_until(self, number, end, quick, closing):
    '''With the lock held. Whether records up to this number were settled before the end, a time.monotonic(). `quick`: or
    until there is no hope.'''
    begin = time.monotonic()
    if not self._server_asked or closing:
      self._retry_at = 0.0
    self._hurry += 1
    self._changed.notify_all()
    try:
      while not self._is_settled(number) and time.monotonic() < end and not (quick and self._is_hopeless(begin)):
        if self._thread and not self._ended:
          self._settled.wait(end - time.monotonic())
        else:
          self._send_here(end)
    finally:
      self._hurry -= 1
    return self._is_settled(number)

  def _is_hopeless(self, begin):
    '''Since then a try has failed, and all is on disk, or another try would fail as well.'''
    when, soon = self._last_failure or (0, True)
    return when >= begin and (not soon or bool(self._spool[0]) and not self._queue and not self._outbox.unsaved())

  def _send_here(self, end):
    '''A step of sending in this thread, as there is no other. With the lock held, which is given back meanwhile.'''
    self._lock.release()
    try:
      if self._sending.acquire(timeout = max(0, end - time.monotonic())):
        limit, self._limit = self._limit, end
        _local.sending = True
        try:
          self._step()
          time.sleep(min(max(0, self._retry_at - time.monotonic()), max(0, end - time.monotonic()), 0.1))
        finally:
          _local.sending = False
          self._limit = limit
          self._sending.release()
    finally:
      self._lock.acquire()

  def _finish(self):
    '''With the lock held.'''
    now = time.monotonic()
    # logging.shutdown() has waited in flush() already.
    waited = self._gave_up and now - self._gave_up[0] < 1 and self._gave_up[1] == self._sent
    end = now if waited else now + self.close_timeout
    self._over = self._wait_until(self._taken, end, True, True)
    self._save_rest()
    self._limit = now  # the thread ends
    self._changed.notify_all()
    if self._thread and not self._ended:
      self._server.abort()
      self._settled.wait(0.1)
    if not self._thread or self._ended:
      self._outbox.close()
    self._tell_rest()
    self._queue.clear()

  def _save_rest(self):
    while self._spool[0] and self._queue and self._outbox.room():
      self._hurry += 1
      try:
        self._put_batch(self._make_batch())
      except OSError as error:
        self._say('spool', 'The spool can not be used: %s' % error)
      finally:
        self._hurry -= 1

  def _tell_rest(self):
    lost = len(self._queue) + self._outbox.unsaved() + self.dropped - self._told_dropped
    for kind, (when, more) in list(self._said.items()):
      if more:
        self._write('%d more messages of this kind: %s' % (more, kind))
    if lost:
      self._write('%s lost at the end of the program' % self._records(lost))

  # Telling.

  def _records(self, count):
    return '%d record%s' % (count, '' if count == 1 else 's')

  def _say(self, kind, text):
    '''On stderr, a line a minute of each kind.'''
    now = time.monotonic()
    said = self._said.setdefault(kind, [None, 0])
    if said[0] is not None and now - said[0] < SAY_EVERY:
      said[1] += 1
      return
    more, said[0], said[1] = said[1], now, 0
    self._write(text + (' (and %d times more since the last message)' % more if more else ''))

  def _write(self, text):
    try:
      if logging.raiseExceptions and sys.stderr:
        sys.stderr.write('%s: %s\n' % (NAME, text))
    except Exception:  # there is nobody to tell it to
      pass
