#!/usr/bin/env python3
"""A DSN with several hosts, TLS with certificates, and the password in a file: MariaDB servers that are real."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

RECORD_BODY = json.dumps({'name': 'hosts', 'msg': 'text', 'created': 1, 'levelno': 20}).encode()
MOVES = 4  # times a second: two for the one that hangs, and who waits a second before it tries again


class Hosts(TestCase):

  def setUp(self):
    self.servers = [MariaDB().start() for _ in range(2)]
    for server in self.servers:
      self.addCleanup(server.stop)
      migrate(server.dsn)
      server.sql("CREATE USER plain@'127.0.0.1'; GRANT ALL ON chronologer.* TO plain@'127.0.0.1'")
    self.dsn = 'mysql://plain@%s/chronologer' % ','.join('127.0.0.1:%d' % server.port for server in self.servers)

  def counts(self):
    return [int(server.sql('SELECT COUNT(*) FROM record') or -1) for server in self.servers]

  def post(self, worker):
    with Connection(worker.address) as connection:
      return connection.request('POST', '/record', RECORD_BODY).status

  def stored(self, worker):
    wait_until(lambda: self.post(worker) == 201, 'it is stored')

  def test_killed(self):
    '''the first of them until it is killed, then the second, and the first again when that is killed'''
    one, two = self.servers
    with Worker(self.dsn) as worker:
      self.stored(worker)
      self.assertEqual([1, 0], self.counts())
      one.halt(signal.SIGKILL)
      self.assertEqual(201, self.post(worker))
      self.assertEqual(1, self.counts()[1])
      one.start()
      two.halt(signal.SIGKILL)
      self.assertEqual(201, self.post(worker))
      self.assertEqual(2, self.counts()[0])

  def test_absent_at_start(self):
    '''the second, where the first is not there at all'''
    self.servers[0].halt(signal.SIGKILL)
    with Worker(self.dsn) as worker, Connection(worker.address) as connection:
      self.assertEqual(201, self.post(worker))
      self.assertStatus(200, connection.request(path = '/name'))

  def test_read_only(self):
    '''one that becomes read-only is left, for reading too'''
    with Worker(self.dsn) as worker:
      self.stored(worker)
      self.servers[0].sql('SET GLOBAL read_only = 1')
      self.stored(worker)
      self.assertEqual([1, 1], self.counts())
    with Worker(self.dsn) as worker:
      self.assertEqual(201, self.post(worker))
      self.assertEqual([1, 2], self.counts())

  def test_hangs(self):
    '''one that hangs (SIGSTOP) is left within two seconds, and one that waited'''
    with Worker(self.dsn, database_timeout = 2.5) as worker:
      def moves():
        self.stored(worker)
        hung = next(server for server, before, after in zip(self.servers, counts, self.counts()) if after > before)
        hung.kill(signal.SIGSTOP)
        try:
          return timed(lambda: self.stored(worker))[0]
        finally:
          hung.kill(signal.SIGCONT)
      counts = self.counts()
      self.assertQuick(MOVES, moves)

  def test_wrong(self):
    '''a host that is none: one line that says so, without the password'''
    for dsn, why in ((self.dsn.replace(',', ',,'), 'one of its hosts is none'), (self.dsn.replace('127.0.0.1:', '127.0.0.1:x'), 'storage DSN'),
        ('sqlite://a,b/x.db', 'storage DSN')):
      run = subprocess.run([built(WORKER), '--listen', '127.0.0.1:%d' % free_port(), '--storage-dsn', dsn.replace('plain@', 'plain:secret@')],
        stderr = subprocess.PIPE, text = True)
      self.assertEqual(78, run.returncode)
      self.assertIn(why, run.stderr)
      self.assertNotIn('secret', run.stderr)


class Secrets(TestCase):

  def setUp(self):
    self.directory = pathlib.Path(tempfile.mkdtemp(prefix = 'chronologer-'))
    self.addCleanup(shutil.rmtree, self.directory)
    self.directory.chmod(0o755)

  def certificate(self, name, ca = None):
    '''A key and a certificate for localhost, signed by `ca` or by itself.'''
    key, request, certificate = (self.directory / (name + end) for end in ('.key', '.csr', '.pem'))
    openssl = program('openssl', 'openssl')
    run = lambda *words: subprocess.run([openssl, *words], check = True, stdout = subprocess.DEVNULL, stderr = subprocess.DEVNULL)
    if not ca:
      run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '30', '-subj', '/CN=' + name)
      return key, certificate
    run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', '/CN=localhost')
    run('x509', '-req', '-in', request, '-CA', ca[1], '-CAkey', ca[0], '-CAcreateserial', '-out', certificate, '-days', '30')
    return key, certificate

  def reads(self, dsn):
    '''The status of a read, which has no second to be answered in, as /health has.'''
    with Worker(dsn) as worker, Connection(worker.address) as connection:
      return connection.request(path = '/name').status

  def test_tls(self):
    '''ssl-ca: a server of another authority, or of another name, is refused; ssl-cert and ssl-key are shown to it'''
    ca, other = self.certificate('ca'), self.certificate('other')
    key, certificate = self.certificate('server', ca)
    client = self.certificate('client', ca)
    for path in self.directory.iterdir():
      path.chmod(0o644)
    with MariaDB('--ssl-ca=%s' % ca[1], '--ssl-cert=%s' % certificate, '--ssl-key=%s' % key) as server:
      migrate(server.dsn)
      server.sql("CREATE USER known@'%' REQUIRE X509; GRANT ALL ON chronologer.* TO known@'%'; CREATE USER plain@'%'; GRANT ALL ON chronologer.* TO plain@'%'")
      dsn = lambda options, user = 'plain', host = 'localhost': 'mysql://%s@%s:%d/chronologer?%s' % (user, host, server.port, options)
      trusted = 'ssl-ca=%s' % ca[1]
      self.assertEqual(200, self.reads(dsn('tls=require')))
      self.assertEqual(200, self.reads(dsn(trusted)))
      self.assertEqual(503, self.reads(dsn('ssl-ca=%s' % other[1])))
      self.assertEqual(503, self.reads(dsn(trusted, host = '127.0.0.1')))
      self.assertEqual(503, self.reads(dsn(trusted, 'known')))
      self.assertEqual(200, self.reads(dsn('%s&ssl-cert=%s&ssl-key=%s' % (trusted, client[1], client[0]), 'known')))

  def test_password_file(self):
    '''password-file: the first line of it; a warning where everybody can read it'''
    path = self.directory / 'password'
    path.write_text('s3cret\nrest\n')
    with MariaDB() as server:
      migrate(server.dsn)
      server.sql("CREATE USER secret@'127.0.0.1' IDENTIFIED BY 's3cret'; GRANT ALL ON chronologer.* TO secret@'127.0.0.1'")
      dsn = server.dsn.replace('root@', 'secret@') + '?password-file=%s' % path
      for mode in 0o600, 0o644:
        path.chmod(mode)
        with Worker(dsn) as worker, Connection(worker.address) as connection:
          self.assertStatus(200, connection.request(path = '/name'))
          self.assertEqual(mode == 0o644, b'everybody can read' in worker.log.read_bytes())
      path.unlink()
      run = subprocess.run([built(WORKER), '--listen', '127.0.0.1:%d' % free_port(), '--storage-dsn', dsn], stderr = subprocess.PIPE, text = True)
      self.assertEqual(78, run.returncode)
      self.assertIn('password-file', run.stderr)


if __name__ == '__main__':
  main()
