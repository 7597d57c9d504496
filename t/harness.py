"""What the tests in Python share: servers in temporary directories, HTTP, and TAP.

Standard library only. A server is started on a port of 127.0.0.1 that no other test has, in a directory of its own,
and ended by its process id; what is left running when the test ends is ended then. As root, Apache and what it
starts run as `nobody`.

Tests run beside each other, and beside what else a machine does. So nothing sleeps for a fixed time, and no time of
the clock decides: wait_until() waits for a state, however long that takes, and what has to be quick is compared with
something measured at the same time (TestCase.assertQuick, assertSoon). One limit for a test (LIMIT) ends what hangs.
"""
import atexit
import base64
import contextlib
import fcntl
import http.client
import itertools
import json
import os
import pathlib
import pwd
import random
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest
import urllib.parse

SOURCE = pathlib.Path(os.environ.get('CHRONOLOGER_SRCDIR') or pathlib.Path(__file__).resolve().parent.parent).resolve()
BUILD = pathlib.Path(os.environ.get('CHRONOLOGER_BUILDDIR') or SOURCE).resolve()
WORKER = BUILD / 'src' / 'chronologer-fcgi'
TOOL = BUILD / 'src' / 'chronologer'
API = '/api/v1'

# In the background of a shell SIGINT is ignored, and so it would be by all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What is made here is for the servers' users to read.
os.umask(0o022)

# Where programs are that an ordinary user's PATH does not have.
os.environ['PATH'] += ':/usr/local/sbin:/usr/sbin:/sbin'


class Missing(Exception):
  '''A program that the test needs is not there: ends the test file with one line.'''


def program(name, package):
  path = shutil.which(name)
  if not path:
    raise Missing('%s is not installed (Debian: apt-get install %s)' % (name, package))
  return path


def built(path):
  if not os.access(path, os.X_OK):
    raise Missing('%s is not built (run make)' % path)
  return str(path)


def vectors(name):
  with open(SOURCE / 't' / 'vectors' / (name + '.json'), encoding = 'utf-8') as file:
    return json.load(file)


# Waiting, ports, users ---------------------------------------------------------------------------

LIMIT = 600  # seconds for a test that is slowed down by all else; it tells only which one hangs
GRACE = 60   # and for its end


class Hang(AssertionError):
  pass


def interrupt(number, frame):
  raise Hang('still not over after %d s' % LIMIT)


def limit_time():
  '''From now on LIMIT seconds, then whatever is waited for is interrupted, and again while more is waited for.'''
  signal.signal(signal.SIGALRM, interrupt)
  signal.setitimer(signal.ITIMER_REAL, LIMIT, GRACE)


def wait_until(condition, what):
  '''Polls until `condition()` is true and returns what it returned.'''
  try:
    while True:
      result = condition()
      if result:
        return result
      time.sleep(0.02)
  except Hang:
    raise Hang('after %d s still not: %s' % (LIMIT, what))


def timed(function):
  '''(seconds, what it returned)'''
  begin = time.monotonic()
  result = function()
  return time.monotonic() - begin, result


_held = []


def hold(name):
  '''Whether the name is this process's from now to its end. It is that of a socket in the abstract namespace, which
  the kernel frees, and which is of the same extent as that of ports.'''
  lock = socket.socket(socket.AF_UNIX)
  try:
    lock.bind('\0chronologer-test-' + name)
  except OSError:
    lock.close()
    return False
  _held.append(lock)
  return True


def is_free(port):
  with socket.socket() as s:
    try:
      s.bind(('127.0.0.1', port))
    except OSError:
      return False
  return True


def free_port():
  '''No other test's, now or later, and none of those that the kernel gives to clients (net.ipv4.ip_local_port_range):
  one of thousands of them could have it before the server that is to listen there.'''
  while True:
    port = 20000 + secrets.randbelow(12000)
    if hold('port-%d' % port) and is_free(port):
      return port


def connects(address):
  '''Whether something listens at a port of 127.0.0.1 or at the path of a Unix socket.'''
  unix = not isinstance(address, int)
  with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as s:
    s.settimeout(1)
    return s.connect_ex(str(address) if unix else ('127.0.0.1', address)) == 0


def server_user():
  '''The user that Apache and its children are to run as; None for our own.'''
  return 'nobody' if os.geteuid() == 0 else None


# Servers -----------------------------------------------------------------------------------------

_running = []  # in the order they were started


def stop_all():
  for server in reversed(list(_running)):
    server.stop()


atexit.register(stop_all)
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))


class Server:
  '''One process with its directory and log. Subclasses give its command and tell when it is ready.'''

  last_signal = signal.SIGTERM

  def __init__(self):
    self.directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
    self.directory.chmod(0o755)
    self.log = self.directory / 'log'
    self.process = None
    self._told = 0
    self._stdin = subprocess.DEVNULL

  def command(self):
    raise NotImplementedError

  def environment(self):
    return {}

  def ready(self):
    raise NotImplementedError

  def start(self):
    '''Returns self when the server is ready.'''
    with open(self.log, 'ab') as log:
      self.process = subprocess.Popen(self.command(), cwd = self.directory, stdin = self._stdin,
        stdout = log, stderr = log, start_new_session = True, env = {**os.environ, **self.environment()})
    if self not in _running:
      _running.append(self)
    wait_until(lambda: self.process.poll() is not None or self.ready(), '%s is ready' % type(self).__name__)
    said = self.tail()
    if self.process.poll() is not None:
      raise AssertionError('%s ended at its start: %s' % (type(self).__name__, '; '.join(said)))
    return self

  @property
  def pid(self):
    return self.process.pid

  def kill(self, number):
    os.kill(self.pid, number)
    if number == signal.SIGSTOP:  # on a busy machine each of its threads may answer once more until it notices
      wait_until(lambda: all(stat.read_text().rpartition(')')[2].split()[0] == 'T'
        for stat in pathlib.Path('/proc/%d/task' % self.pid).glob('*/stat')), '%s has stopped' % type(self).__name__)

  def halt(self, number = signal.SIGTERM):
    '''Ends the process, keeps the directory; returns its exit status.'''
    if self.process.poll() is None:
      self.kill(signal.SIGCONT)
      self.kill(number)
      self.process.wait()
    return self.process.returncode

  def stop(self):
    '''Ends the process, whatever it does, and removes the directory.'''
    if self.process and self.process.poll() is None:
      self.kill(signal.SIGCONT)
      self.kill(self.last_signal)
      try:
        self.process.wait(GRACE)
      except subprocess.TimeoutExpired:
        self.process.kill()
        self.process.wait()
    if self in _running:
      _running.remove(self)
    shutil.rmtree(self.directory, ignore_errors = True)

  def __enter__(self):
    return self.start()

  def __exit__(self, *exception):
    self.stop()

  def tail(self, lines = 12):
    '''The last lines of what the log got since the last call.'''
    try:
      text = self.log.read_bytes()
    except OSError:
      return []
    new, self._told = text[self._told:], len(text)
    return [line for line in new.decode('utf-8', 'replace').splitlines() if '[Note]' not in line][-lines:]


class Worker(Server):
  '''chronologer-fcgi, by itself on a port (`native`), or given its socket as spawn-fcgi, as
  spawn-fcgi with a Unix socket (`unix`), or as systemd does (`systemd`).'''

  def __init__(self, dsn, how = 'native', wrapper = (), **settings):
    '''`settings` are CHRONOLOGER_*: threads = 4; `wrapper` goes before the command, as prlimit.'''
    super().__init__()
    self.how, self.wrapper = how, list(wrapper)
    # A machine that is busy with other tests takes its time.
    self.settings = {'CHRONOLOGER_STORAGE_DSN': dsn, 'CHRONOLOGER_DATABASE_TIMEOUT': '60'}
    self.settings.update(('CHRONOLOGER_' + k.upper(), str(v)) for k, v in settings.items())
    self.port = free_port()
    self.socket = self.directory / 'socket'
    self.address = self.socket if how == 'unix' else self.port

  @property
  def server(self):
    '''For nginx: the address in an upstream.'''
    return 'unix:%s' % self.socket if self.how == 'unix' else '127.0.0.1:%d' % self.port

  @property
  def proxy(self):
    '''For Apache: the address for ProxyPass.'''
    if self.how == 'unix':
      return 'unix:%s|fcgi://chronologer' % self.socket
    return 'fcgi://127.0.0.1:%d' % self.port

  def environment(self):
    return self.settings

  def command(self):
    worker = self.wrapper + [built(WORKER)]
    if self.how == 'native':
      return worker + ['--listen', self.server]
    if self.how == 'systemd':
      return [sys.executable, '-c', SYSTEMD, str(self.port)] + worker
    spawn = [program('spawn-fcgi', 'spawn-fcgi'), '-n']
    where = ['-s', str(self.socket), '-M', '0666'] if self.how == 'unix' else ['-a', '127.0.0.1', '-p', str(self.port)]
    return spawn + where + ['--'] + worker

  def ready(self):
    return connects(self.address)

  def sanitized(self):
    '''Whether it was built with --enable-sanitize, which takes memory and time of its own.'''
    return b'__asan_init' in WORKER.read_bytes()

  def rss(self, name = 'VmHWM'):
    '''Largest resident size so far, in bytes.'''
    with open('/proc/%d/status' % self.pid) as file:
      line = next(line for line in file if line.startswith(name))
    return int(line.split()[1]) * 1024

  def resident(self):
    '''The same now.'''
    return self.rss('VmRSS')


# What systemd does for a unit with a socket: file descriptor 3, and its number in the environment.
SYSTEMD = '''
import os, socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen(128)
if s.fileno() != 3:
  os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS = '1', LISTEN_PID = str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
'''


def edited(path, **lines):
  '''A configuration as a person edits it: at the lines marked "<- key" the value is replaced.'''
  text = path.read_text()
  for key, value in lines.items():
    found = [line for line in text.splitlines() if '# <- ' + key in line]
    if len(found) != 1:
      raise AssertionError('%s has %d lines marked "<- %s"' % (path, len(found), key))
    text = text.replace(found[0], value)
  return text


class Nginx(Server):
  '''nginx with the files of nginx/ as they are: chronologer.conf edited where it says so.'''

  def __init__(self, *workers, www = None, extra = '', connections = 4096):
    '''`workers` are Workers, or addresses. `extra` goes into the http block. `connections` is what
    each of the two processes may have, to clients and to workers.'''
    super().__init__()
    self.port = free_port()
    servers = [getattr(worker, 'server', worker) for worker in workers]
    for name in 'chronologer-server.conf', 'chronologer.htpasswd':
      shutil.copyfile(SOURCE / 'nginx' / name, self.directory / name)
    self.users = self.directory / 'chronologer.htpasswd'
    text = edited(SOURCE / 'nginx' / 'chronologer.conf',
      workers = ' '.join('server %s max_fails=0;' % server for server in servers),
      www = 'root "%s";' % (www or SOURCE / 'www'))
    (self.directory / 'chronologer.conf').write_text(text.replace('listen 8080', 'listen 127.0.0.1:%d' % self.port))
    (self.directory / 'nginx.conf').write_text(NGINX % {
      'user': 'user root;' if os.geteuid() == 0 else '', 'extra': extra, 'connections': connections})

  def command(self):
    return [program('nginx', 'nginx-light'), '-e', 'stderr', '-p', str(self.directory),
      '-c', str(self.directory / 'nginx.conf')]

  def ready(self):
    return connects(self.port)


NGINX = '''
%(user)s
daemon off;
worker_processes 2;
pid nginx.pid;
error_log stderr error;
events { worker_connections %(connections)s; }
http {
  access_log off;
  client_body_temp_path body;
  fastcgi_temp_path fastcgi;
  proxy_temp_path proxy;
  scgi_temp_path scgi;
  uwsgi_temp_path uwsgi;
  %(extra)s
  include chronologer.conf;
}
'''


def copy_tree(source, target):
  '''A copy that can be written to and be read by everyone, whatever the source's modes.'''
  target.mkdir()
  for path in source.iterdir():
    if path.is_dir():
      copy_tree(path, target / path.name)
    else:
      shutil.copyfile(path, target / path.name)


class Apache(Server):
  '''Apache with the files of apache/: kind 'proxy' before a Worker, or 'fcgid' or 'cgi', which start
  the worker themselves.'''

  def __init__(self, kind, worker = None, dsn = None, www = None, **settings):
    super().__init__()
    self.kind, self.dsn = kind, dsn
    self.port = free_port()
    self.settings = {'CHRONOLOGER_' + k.upper(): str(v) for k, v in settings.items()}
    self.users = self.directory / 'users'
    self.users.write_text('logger:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\n')
    self.www = pathlib.Path(www or SOURCE / 'www')
    self._modules = self._find_modules()
    lines = self._main() + getattr(self, '_' + kind)(worker)
    (self.directory / 'apache.conf').write_text('\n'.join(lines) + '\n')

  def _find_modules(self):
    for directory in '/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/httpd/modules':
      if os.path.isdir(directory):
        return pathlib.Path(directory)
    raise Missing('Apache is not installed (Debian: apt-get install apache2)')

  def _load(self, *names):
    for name in names:
      path = self._modules / ('mod_%s.so' % name)
      if not path.exists():
        raise Missing('%s is not installed (Debian: apt-get install %s)' % (
          path, 'libapache2-mod-fcgid' if name == 'fcgid' else 'apache2'))
      yield 'LoadModule %s_module "%s"' % (name, path)

  def _main(self):
    # A copy of the program and of www/, as Apache's user may not be able to read the tree.
    self.program = self.directory / 'chronologer-fcgi'
    if WORKER.exists():
      shutil.copy(built(WORKER), self.program)
    copy_tree(self.www, self.directory / 'www')
    user = server_user()
    if user:
      shutil.chown(self.directory, user)
    return [
      'ServerRoot "%s"' % self.directory,
      'ServerName localhost',
      'Listen 127.0.0.1:%d' % self.port,
      'PidFile apache.pid',
      'ErrorLog "%s"' % self.log,
      'LogLevel warn',
      'DefaultRuntimeDir "%s"' % self.directory,
      'User %s\nGroup #%d' % (user, pwd.getpwnam(user).pw_gid) if user else '',
      'TypesConfig /etc/mime.types' if os.path.exists('/etc/mime.types') else '',
    ] + list(self._load('mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic',
      'alias', 'dir', 'env', 'mime', 'headers', 'rewrite', 'filter', 'deflate', 'brotli'))

  def _site(self, which, defines):
    return ['Define %s "%s"' % define for define in defines.items()] + [
      'Define CHRONOLOGER_CHOSEN',
      'ServerSignature On',
      '<VirtualHost *>',
      'Include "%s"' % self._shipped('chronologer-common.conf'),
      'Include "%s"' % self._shipped(which),
      '</VirtualHost>']

  def _shipped(self, name):
    return SOURCE / 'apache' / name

  def _defines(self, **more):
    return {'CHRONOLOGER_WWW': self.directory / 'www', 'CHRONOLOGER_USERS': self.users, **more}

  def _proxy(self, worker):
    return list(self._load('proxy', 'proxy_fcgi')) + self._site('chronologer-proxy.conf',
      self._defines(CHRONOLOGER_WORKER = worker if isinstance(worker, str) else worker.proxy))

  def _fcgid(self, worker):
    return list(self._load('fcgid')) + [
      'FcgidIPCDir "%s"' % self.directory,
      'FcgidProcessTableFile "%s"' % (self.directory / 'table'),
    ] + ['FcgidInitialEnv %s "%s"' % setting for setting in self.settings.items()] + self._site(
      'chronologer-fcgid.conf', self._defines(CHRONOLOGER_PROGRAM = self.program, CHRONOLOGER_DSN = self.dsn))

  def _cgi(self, worker):
    www = self.directory / 'www'
    text = edited(self._shipped('htaccess'), users = 'AuthUserFile "%s"' % self.users)
    (www / '.htaccess').write_text(text)
    settings = {**self.settings, 'CHRONOLOGER_STORAGE_DSN': self.dsn}
    text = edited(self._shipped('chronologer.cgi'), settings = '\n'.join(
      'export %s="%s"' % setting for setting in settings.items()), program = 'exec "%s"' % self.program)
    (www / 'chronologer.cgi').write_text(text)
    (www / 'chronologer.cgi').chmod(0o755)
    return list(self._load('cgid')) + [
      'ScriptSock "%s"' % (self.directory / 'cgi'),
      'DocumentRoot "%s"' % www,
      '<Directory "%s">' % www,
      'Require all granted',
      'AllowOverride All',
      '</Directory>']

  def command(self):
    return [program('apache2' if shutil.which('apache2') else 'httpd', 'apache2'), '-DFOREGROUND',
      '-f', str(self.directory / 'apache.conf')]

  def ready(self):
    return connects(self.port)


def mariadb_template(owner):
  '''The directory of a new MariaDB, which takes a second to make: made once in a build, to be copied.'''
  version = os.stat(program('mariadbd', 'mariadb-server')).st_mtime_ns
  parent = BUILD / 't' / 'mariadb'
  parent.mkdir(exist_ok = True)
  template = parent / str(version)
  with open(parent / 'lock', 'w') as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not template.exists():
      new = parent / 'new'
      shutil.rmtree(new, ignore_errors = True)
      subprocess.run([program('mariadb-install-db', 'mariadb-server'), '--no-defaults', '--skip-test-db',
        '--auth-root-authentication-method=normal', '--datadir=%s' % new, owner],
        stdout = subprocess.DEVNULL, stderr = subprocess.PIPE, check = True)
      new.rename(template)
  return template


class MariaDB(Server):
  '''A private MariaDB with a database `chronologer`, on TCP and a Unix socket.'''

  last_signal = signal.SIGKILL  # it would write all that goes then

  def __init__(self, *options, data = None):
    '''`data`: a directory that is kept, instead of one that goes with the server.'''
    super().__init__()
    self.port = free_port()
    self.options = list(options)
    self.socket = self.directory / 's'
    self.data = data or self.directory / 'data'
    self.user = '--user=' + pwd.getpwuid(os.geteuid()).pw_name
    if not (self.data / 'mysql').exists():
      subprocess.run(['cp', '-RT', '--sparse=always', mariadb_template(self.user), self.data], check = True)

  def command(self):
    return [program('mariadbd', 'mariadb-server'), '--no-defaults', '--datadir=%s' % self.data,
      # A server that starts removes what other ones keep in their common directory for temporary tables.
      '--tmpdir=%s' % self.directory, '--socket=%s' % self.socket, '--bind-address=127.0.0.1', '--port=%d' % self.port,
      '--pid-file=pid', '--innodb-buffer-pool-size=64M', self.user, *self.options]

  def ready(self):
    return connects(self.socket) and self.sql('CREATE DATABASE IF NOT EXISTS chronologer', '') is not None

  def sql(self, statement, database = 'chronologer'):
    '''What the client prints; None where it fails.'''
    run = subprocess.run([program('mariadb', 'mariadb-client'), '--no-defaults', '--socket=%s' % self.socket,
      '--user=root', '--batch', '--skip-column-names', '-e', statement, database],
      stdout = subprocess.PIPE, stderr = subprocess.DEVNULL)
    return run.stdout.decode() if run.returncode == 0 else None

  @property
  def dsn(self):
    return 'mysql://root@127.0.0.1:%d/chronologer' % self.port


class Between:
  '''Listens, and passes each connection on to a port: pass_on() is given both ends; relay() what comes from one of them.'''

  def __init__(self, port):
    self.port = port
    self.listener = socket.create_server(('127.0.0.1', 0))
    self.address = self.listener.getsockname()[1]
    threading.Thread(target = self.accept, daemon = True).start()

  def accept(self):
    while True:
      try:
        client, _ = self.listener.accept()
        server = socket.create_connection(('127.0.0.1', self.port))
      except OSError:
        return
      threading.Thread(target = self.pass_on, args = (client, server), daemon = True).start()

  def pass_on(self, client, server):
    with client, server, contextlib.suppress(OSError):
      while True:
        for source in select.select([client, server], [], [])[0]:
          data = source.recv(65536)
          data = data and self.relay(data, source, client, server)
          if not data:
            return
          (server if source is client else client).sendall(data)

  def relay(self, data, source, client, server):
    '''What the other end gets of it; nothing: both are closed.'''
    return data

  def stop(self):
    self.listener.shutdown(socket.SHUT_RDWR)
    self.listener.close()


class SQLite:
  '''A directory for a database file, which the servers' user may write to.'''

  def __init__(self):
    self.directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
    self.path = self.directory / 'chronologer.db'
    self.dsn = 'sqlite:///%s' % self.path
    atexit.register(self.stop)

  def start(self):
    return self

  def give(self, user = None):
    '''Makes the file another user's, as Apache's.'''
    user = user or server_user()
    if user:
      for path in [self.directory] + list(self.directory.iterdir()):
        shutil.chown(path, user)

  def stop(self):
    shutil.rmtree(self.directory, ignore_errors = True)


def migrate(dsn):
  run = subprocess.run([built(TOOL), 'migrate'], stdout = subprocess.PIPE, stderr = subprocess.STDOUT,
    env = {**os.environ, 'CHRONOLOGER_STORAGE_DSN': dsn, 'CHRONOLOGER_SQL_DIRECTORY': str(SOURCE / 'sql')})
  if run.returncode:
    raise AssertionError('chronologer migrate: exit %d: %s' % (run.returncode, run.stdout.decode().strip()))
  return run.stdout.decode()


_stores = {}


def stores():
  '''The names of all stores to test on. CHRONOLOGER_TEST_DSN adds one, which one test at a time has.'''
  return ['SQLite', 'MariaDB'] + ['CHRONOLOGER_TEST_DSN'] * bool(os.environ.get('CHRONOLOGER_TEST_DSN'))


def store(name):
  '''The DSN of a store, started and migrated when it is first asked for.'''
  if name not in _stores:
    if name == 'CHRONOLOGER_TEST_DSN':
      wait_until(lambda: hold(name), 'no other test has it')
    servers = {'SQLite': SQLite, 'MariaDB': MariaDB}
    _stores[name] = servers[name]().start().dsn if name in servers else os.environ[name]
    migrate(_stores[name])
  return _stores[name]


def on_every_store(case, namespace):
  '''Puts a test class for each store into a module: `case`, with the store's name in `store_name`.'''
  for name in stores():
    title = case.__name__ + name
    namespace[title] = type(title, (case, TestCase), {'store_name': name, 'prefix': name + ': ', '__module__': '__main__'})


# HTTP --------------------------------------------------------------------------------------------

def basic(user, password = ''):
  return 'Basic ' + base64.b64encode(('%s:%s' % (user, password)).encode()).decode()


class Response:

  def __init__(self, status, headers, body):
    self.status, self.headers, self.body = status, headers, body

  def json(self):
    return json.loads(self.body.decode('utf-8'))

  def error(self):
    '''The error's (type, message).'''
    error = self.json()['error']
    return error['type'], error['message']

  def __repr__(self):
    return '%d %s %r' % (self.status, dict(self.headers), self.body[:300])


class Client:
  '''Requests to one server as one user, over a kept connection.'''

  def __init__(self, port, user = 'logger', password = '', prefix = ''):
    self.port, self.prefix = port, prefix
    self.headers = {'Authorization': basic(user, password)} if user else {}
    self._connection = None

  def close(self):
    if self._connection:
      self._connection.close()
      self._connection = None

  def request(self, method, path, body = None, headers = None, sent = lambda: None):
    '''`sent()` is called when the request has gone and the answer is waited for.'''
    for last in False, True:
      new = not self._connection
      if new:
        self._connection = http.client.HTTPConnection('127.0.0.1', self.port)
      try:
        self._connection.request(method, self.prefix + path, body, {**self.headers, **(headers or {})})
        sent()
        response = self._connection.getresponse()
        return Response(response.status, response.headers, response.read())
      except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        self.close()
        if new or last:
          raise
      except BaseException:
        self.close()
        raise

  def get(self, path, **headers):
    return self.request('GET', path, None, headers)

  def head(self, path):
    return self.request('HEAD', path)

  def post(self, body, kind = 'application/json', path = API + '/record', **headers):
    if not isinstance(body, (str, bytes)):
      body = json.dumps(body)
    if isinstance(body, str):
      body = body.encode('utf-8')
    return self.request('POST', path, body, {'Content-Type': kind, **headers})

  def count(self, filters = ''):
    response = self.head(API + '/record?' + filters)
    if response.status != 200:
      raise AssertionError('HEAD /record?%s: %r' % (filters, response))
    return int(response.headers['X-Record-Count'])


# Records -----------------------------------------------------------------------------------------

RECORD = API + '/record'
FORM = 'application/x-www-form-urlencoded'
JSON = 'application/json'
NDJSON = 'application/x-ndjson'


def query(**parameters):
  return urllib.parse.urlencode(parameters)


def iso(seconds):
  return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


def ndjson(documents):
  return '\n'.join(document if isinstance(document, str) else json.dumps(document) for document in documents) + '\n'


# Logger names and instants of this run: a store may be one that is given, with records in it.
RUN = 'run%08x' % random.getrandbits(32)
SPAN = 10 ** 7  # seconds that a test has for itself
_spans = itertools.count(2 * 10 ** 9 + random.randrange(10 ** 6) * 900, SPAN)


class OnSQLite:
  '''A worker and nginx before an SQLite of the class's own.'''

  @classmethod
  def setUpClass(cls):
    cls.store = SQLite().start()
    migrate(cls.store.dsn)
    cls.worker = Worker(cls.store.dsn).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    cls.nginx.stop()
    cls.worker.stop()
    cls.store.stop()


class Served:
  '''For on_every_store(): a worker and nginx before the store, and records of each test's own. No test expects an
  empty store.'''

  settings = {}

  @classmethod
  def setUpClass(cls):
    cls.worker = Worker(store(cls.store_name), **cls.settings).start()
    cls.nginx = Nginx(cls.worker).start()

  @classmethod
  def tearDownClass(cls):
    cls.nginx.stop()
    cls.worker.stop()

  def setUp(self):
    self.client = Client(self.nginx.port)
    self.addCleanup(self.client.close)
    self.name = '%s.%s' % (RUN, self._testMethodName)
    self.begin = next(_spans)

  def record(self, **fields):
    return {'name': self.name, 'msg': 'Et quoniam eadem', 'levelno': 20, 'created': self.begin, **fields}

  def insert(self, *records):
    '''Stores them, in a batch; returns their ids.'''
    return self.assertStatus(201, self.client.post(ndjson(records), NDJSON)).json()


# Comparing ---------------------------------------------------------------------------------------

def difference(expected, got, where = 'record'):
  '''None where both are the same JSON, numbers compared as numbers; else what differs.'''
  number = (int, float)
  if isinstance(expected, number) and isinstance(got, number) and isinstance(expected, bool) == isinstance(got, bool):
    same = expected == got or (abs(expected) >= 2 ** 63 and float(expected) == float(got))
  elif type(expected) != type(got):
    same = False
  elif isinstance(expected, dict):
    if expected.keys() != got.keys():
      return '%s has keys %s, not %s' % (where, sorted(got), sorted(expected))
    return next(filter(None, (difference(expected[k], got[k], '%s.%s' % (where, k)) for k in expected)), None)
  elif isinstance(expected, list):
    if len(expected) != len(got):
      return '%s has %d elements, not %d' % (where, len(got), len(expected))
    return next(filter(None, (difference(*pair, '%s[%d]' % (where, i)) for i, pair in enumerate(zip(expected, got)))), None)
  else:
    same = expected == got
  return None if same else '%s is %.300r, not %.300r' % (where, got, expected)


# TAP ---------------------------------------------------------------------------------------------

TRIES = 5


def second():
  '''How long another program takes to start and wait for a second, here and now.'''
  return timed(lambda: subprocess.run([sys.executable, '-c', 'import time; time.sleep(1)'], check = True))[0]


def beside_seconds(measure):
  '''(what `measure()` returned, the longest second() from its begin to its end)'''
  seconds, over = [], threading.Event()

  def count():
    while not seconds or not over.is_set():
      seconds.append(second())
  thread = threading.Thread(target = count)
  thread.start()
  try:
    took = measure()
  finally:
    over.set()
    thread.join()
  return took, max(seconds)


class TestCase(unittest.TestCase):
  '''A test's first line of documentation is its name in the output.'''

  longMessage = True

  def assertQuick(self, most, measure, yardstick = None):
    '''`measure()` is at most `most` times what `yardstick()` is: seconds, measured in turn; without a yardstick, times
    the longest second() meanwhile. What else the machine does may hold up one of them, so that one turn of some is
    enough; where the program is slow all of them are.'''
    def both():
      took, unit = (measure(), yardstick()) if yardstick else beside_seconds(measure)
      return took, most * unit
    self.assertSoon(both)

  def assertSoon(self, measure):
    '''`measure()` returns seconds, and how many are soon enough: what it found out beside them, on the same machine and
    under the same load. One turn of some is enough, as for assertQuick().'''
    told = []
    while len(told) < TRIES:
      took, soon = measure()
      if took <= soon:
        return
      told.append('%.2f s, not %.2f s' % (took, soon))
    self.fail('takes ' + '; '.join(told))

  def assertSame(self, expected, got, where = 'record'):
    found = difference(expected, got, where)
    if found:
      self.fail(found)

  def assertStatus(self, status, response):
    if response.status != status:
      self.fail('answer is not %d: %r' % (status, response))
    return response

  def assertHealthy(self, client):
    '''GET /health becomes 200: a busy machine may not answer a probe in its time. The answer.'''
    answers = []
    wait_until(lambda: answers.append(client.get(API + '/health')) or answers[-1].status == 200, '/health is 200')
    return answers[-1]

  def assertError(self, status, kind, response, *words):
    '''An error of the API with these words in its message.'''
    self.assertStatus(status, response)
    found, message = response.error()
    if found != kind or not all(word in message for word in words):
      self.fail('%s %r is not %s with %s' % (found, message, kind, words))


def comment(text):
  for line in str(text).splitlines():
    print('#', line)
  sys.stdout.flush()


class TapResult(unittest.TestResult):
  '''A line for each test; below one that failed, why, and what the servers logged meanwhile.'''

  def __init__(self):
    super().__init__()
    self.number = 0
    self.bad = 0
    self._good = True

  def startTest(self, test):
    super().startTest(test)
    limit_time()
    self._good = True
    self._begin = time.monotonic()

  def stopTest(self, test):
    super().stopTest(test)
    self._line(test)

  def _line(self, test):
    self.number += 1
    self.bad += not self._good
    name = (test.shortDescription() or test.id()).rstrip('.').replace('#', '')
    took = time.monotonic() - self._begin
    if took >= 1:
      comment('%.1f s' % took)
    print('%s %d - %s%s' % ('ok' if self._good else 'not ok', self.number, getattr(test, 'prefix', ''), name))
    if not self._good:
      for server in _running:
        for line in server.tail():
          comment('%s: %s' % (type(server).__name__, line))
    sys.stdout.flush()

  def _failure(self, test, error):
    self._good = False
    kind, value, trace = error
    if issubclass(kind, Missing):
      print('Bail out! %s' % value)
      sys.exit(1)
    if kind is AssertionError or issubclass(kind, unittest.TestCase.failureException):
      lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename.endswith('.t')]
      comment('line %s: %s' % (lines[-1] if lines else '?', value))
    else:
      comment(''.join(traceback.format_exception(kind, value, trace)))

  def addError(self, test, error):
    self._failure(test, error)
    if not isinstance(test, unittest.TestCase):  # setUpModule or setUpClass
      print('Bail out! %s: %s' % (test, str(error[1]).partition('\n')[0]))
      for server in _running:
        for line in server.tail():
          comment('%s: %s' % (type(server).__name__, line))
      sys.exit(1)

  def addFailure(self, test, error):
    self._failure(test, error)

  def addSubTest(self, test, subtest, error):
    if error:
      comment(subtest._subDescription())
      self._failure(test, error)

  def addSkip(self, test, reason):
    self._good = False
    comment('skipped: ' + reason)


def main():
  '''Runs the tests of the calling file (all, or those whose name has an argument in it), prints TAP
  and exits.'''
  suite = unittest.TestLoader().loadTestsFromModule(sys.modules['__main__'])
  tests = [test for test in flatten(suite) if not sys.argv[1:] or any(word in test.id() for word in sys.argv[1:])]
  result = TapResult()
  print('1..%d' % len(tests))
  limit_time()
  unittest.TestSuite(tests).run(result)
  signal.alarm(0)
  stop_all()
  sys.exit(result.bad > 0)


def flatten(suite):
  for test in suite:
    if isinstance(test, unittest.TestSuite):
      yield from flatten(test)
    else:
      yield test
