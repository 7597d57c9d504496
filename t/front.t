#!/usr/bin/env python3
"""The front servers with the configuration in nginx/ and apache/: who the user is, limits, compression, headers.

What a worker answers is in contract.t; this is about what front servers change on the way.
"""
import contextlib
import gzip
import http.client
import json
import os
import socket
import sqlite3
import statistics
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from fastcgi import *

ROLES = 'logger:writer,basic-reader; reader:basic-reader'


def record(**fields):
  return {'name': 'front', 'msg': 'Et quoniam eadem', 'created': 1525970213.5, 'levelno': 20, **fields}


class Front:
  '''What holds for every front server.'''

  @classmethod
  def setUpClass(cls):
    cls.servers = []
    cls.sqlite = SQLite()
    migrate(cls.sqlite.dsn)
    cls.front = cls.start_front()
    cls.front.users.write_text('logger:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\nreader:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\n')
    cls.front.start()

  @classmethod
  def tearDownClass(cls):
    cls.front.stop()
    for server in cls.servers:
      server.stop()

  @classmethod
  def worker(cls, how):
    worker = Worker(cls.sqlite.dsn, how, roles = ROLES).start()
    cls.servers.append(worker)
    return worker

  def setUp(self):
    self.client = Client(self.front.port)
    self.addCleanup(self.client.close)
    self.name = self._testMethodName

  def count(self):
    return self.client.count('name=' + self.name)

  def post(self, user = 'logger', **headers):
    return Client(self.front.port, user).post(record(name = self.name), **headers)

  def test_password(self):
    '''nothing without a password'''
    for path in '/', '/index.html', RECORD, API + '/health', API:
      for client in Client(self.front.port, None), Client(self.front.port, password = 'wrong'), Client(self.front.port, 'stranger'):
        with self.subTest(path = path):
          self.assertStatus(401, client.get(path))
    self.assertStatus(401, Client(self.front.port, None).post(record()))
    self.assertHealthy(self.client)

  def test_health(self):
    '''/health without a password: whether it works, and nothing else'''
    if type(self.front) is Apache and self.front.kind != 'proxy':
      return comment('not behind mod_fcgid and CGI')
    stranger = Client(self.front.port, None)
    self.assertEqual((200, b'OK'), (lambda answer: (answer.status, answer.body))(stranger.get('/health?x=1')))
    wait_until(lambda: stranger.head('/health').status == 200, 'HEAD as well')
    self.assertStatus(401, stranger.get(API + '/health'))
    self.assertEqual(403, stranger.post(record(), path = '/health').status)
    self.sqlite.path.rename(self.sqlite.path.with_suffix('.away'))
    try:
      self.assertStatus(503, self.client.get(API + '/health'))
      for answer in stranger.get('/health'), stranger.head('/health'):
        self.assertStatus(503, answer)
        self.assertNotIn('X-Error-Message', answer.headers)
        self.assertIn(answer.body.strip(), (b'unavailable', b''))
    finally:
      self.sqlite.path.with_suffix('.away').rename(self.sqlite.path)
    wait_until(lambda: stranger.get('/health').status == 200, 'it works again')
    self.assertStatus(401, stranger.get('/healthy'))
    stranger.close()

  def test_user(self):
    '''the worker learns the user that was authenticated'''
    self.assertStatus(201, self.post('logger'))
    self.assertStatus(403, self.post('reader'))
    self.assertStatus(200, Client(self.front.port, 'reader').get(RECORD + '?left=0&right=1'))

  def test_forged_user(self):
    '''no header, query or path of a client makes it another user'''
    for name in 'CHRONOLOGER-USER', 'CHRONOLOGER_USER', 'Chronologer-User', 'Remote-User', 'REMOTE_USER', 'X-Remote-User', 'HTTP_CHRONOLOGER_USER', \
        'Redirect-Chronologer-User', 'REDIRECT_CHRONOLOGER_USER', 'Proxy-User':
      with self.subTest(name = name):
        self.assertStatus(403, self.post('reader', **{name: 'logger'}))
    client = Client(self.front.port, 'reader')
    for path in RECORD + '?CHRONOLOGER_USER=logger', RECORD + ';CHRONOLOGER_USER=logger', '/CHRONOLOGER_USER=logger' + RECORD, \
        '/api/CHRONOLOGER_USER=logger/..' + RECORD[4:], RECORD + '%00CHRONOLOGER_USER=logger':
      with self.subTest(path = path):
        self.assertNotIn(client.post(record(name = self.name), path = path).status, (200, 201))
    self.assertEqual(0, self.count())

  def test_uri(self):
    '''query strings and escapes reach the worker as they were sent'''
    name = 'a b&c=d%é+/?;'
    self.assertStatus(201, self.client.post(record(name = self.name + name)))
    self.assertEqual([self.name + name], [r['name'] for r in self.client.get(
      RECORD + '?left=0&right=9&name=test_uria%20b%26c%3Dd%25%C3%A9%2B/%3F;').json()])
    self.assertError(400, 'ValueError', self.client.get(RECORD + '?left=0&right=1&after=2018-05-10T18:36:53+02:00'), 'after')
    self.assertStatus(200, self.client.get(RECORD + '?left=0&right=1&after=2018-05-10T18:36:53%2B02:00'))

  def test_long_query(self):
    '''a query string of 15 KB (shared hosting: 8) is taken; beyond the limit it is refused, never cut'''
    long = 'y' * (7000 if isinstance(self, ApacheCGI) else 15000)
    self.assertStatus(200, self.client.get(API + '/name?_x=' + long))
    self.assertError(400, 'ValueError', self.client.get(API + '/name?_x=' + long + '&nonsense=1'), 'nonsense')
    for length in 16000, 16300, 60000:
      self.assertIn(self.client.get(API + '/name?nonsense=' + 'y' * length).status, (400, 414))

  def test_large_body(self):
    '''a batch of several megabytes'''
    lines = ''.join(json.dumps(record(name = self.name, msg = 'x' * 1000)) + '\n' for _ in range(4000))
    self.assertEqual(4000, len(self.assertStatus(201, self.client.post(lines, NDJSON)).json()))

  def test_body_limit(self):
    '''a body over the limit: 413, and nothing stored'''
    head = 'POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: 150000000\r\nConnection: close\r\n\r\n'
    self.assertEqual('413', self.raw(head % (RECORD, basic('logger'), NDJSON), json.dumps(record(name = self.name)) + '\n'))
    self.assertEqual(0, self.count())

  def test_cut_body(self):
    '''a client that goes away in the middle of its body stores nothing'''
    line = json.dumps(record(name = self.name)) + '\n'
    head = 'POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: %s\r\nConnection: close\r\n' % (RECORD, basic('logger'), NDJSON)
    for lines in 1, 100, 30000:
      with self.subTest(lines = lines):
        self.raw(head + 'Content-Length: %d\r\n\r\n' % (2 * lines * len(line)), line * lines, cut = True)
        self.raw(head + 'Transfer-Encoding: chunked\r\n\r\n%x\r\n' % (lines * len(line)), line * lines + '\r\n', cut = True)
    self.assertHealthy(self.client)
    self.assertEqual(0, self.count())

  def test_early_answer(self):
    '''a refusal that needs no body arrives although the client sends megabytes'''
    body = b'x' * (3 << 20)
    self.assertStatus(415, self.client.post(body, 'text/plain'))
    self.assertStatus(403, self.client.post(body, **{'Sec-Fetch-Site': 'cross-site'}))
    self.assertStatus(403, Client(self.front.port, 'reader').post(body))
    self.assertStatus(404, self.client.post(body, path = API + '/nope'))
    self.assertHealthy(self.client)

  def test_cross_site(self):
    '''a page of another site can not post, one of this site can'''
    for headers in {'Origin': 'http://evil.example'}, {'Origin': 'null'}, {'Sec-Fetch-Site': 'cross-site'}, \
        {'Origin': 'http://evil.example', 'X-Forwarded-Host': 'evil.example', 'Sec-Fetch-Site': 'same-origin'}:
      with self.subTest(headers = headers):
        self.assertStatus(403, self.post(**headers))
    self.assertEqual(0, self.count())
    self.assertStatus(201, self.post(Origin = 'http://127.0.0.1:%d' % self.front.port))
    self.assertStatus(201, self.post(Origin = 'https://Logs.example', Host = 'logs.example'))
    self.assertEqual(2, self.count())

  def test_chunked_body(self):
    '''a chunked body is taken (plain CGI can not tell its length: 411)'''
    cgi = isinstance(self, ApacheCGI)
    parts = [json.dumps(record(name = self.name, msg = 'x' * 10000)).encode() + b'\n'] * (1 if cgi else 20)
    response = self.client.request('POST', RECORD, iter(parts), {'Content-Type': NDJSON})
    self.assertStatus(411 if cgi else 201, response)
    self.assertEqual(0 if cgi else 20, self.count())

  def raw(self, head, body, cut = False):
    '''Sends this and no more; the status of the answer, if there is one.'''
    with socket.create_connection(('127.0.0.1', self.front.port)) as s:
      s.sendall((head + body).encode())
      if cut:
        s.shutdown(socket.SHUT_WR)
      try:
        return s.recv(65536).decode('latin-1').partition(' ')[2][:3]
      except ConnectionResetError:
        return None

  def test_gzip_request(self):
    '''a compressed body arrives as it is'''
    body = gzip.compress(json.dumps(record(name = self.name)).encode())
    self.assertStatus(201, self.client.post(body, **{'Content-Encoding': 'gzip'}))
    self.assertEqual(1, self.count())

  def test_compressed_answer(self):
    '''answers are compressed for who asks for it'''
    self.client.post(''.join(json.dumps(record(name = self.name)) + '\n' for i in range(50)), NDJSON)
    path = RECORD + '?left=0&right=49&name=' + self.name
    response = self.client.get(path, **{'Accept-Encoding': 'gzip'})
    self.assertEqual(('gzip', 'Accept-Encoding'), (response.headers['Content-Encoding'], response.headers['Vary']))
    self.assertSame(self.client.get(path).json(), json.loads(gzip.decompress(response.body)), 'answer')

  def test_export(self):
    '''exports come through whole, as asked for by Accept, and compressed'''
    self.client.post(''.join(json.dumps(record(name = self.name, msg = 'x' * 1000)) + '\n' for i in range(3000)), NDJSON)
    path = RECORD + '?name=' + self.name
    for kind, lines in ('application/x-ndjson', 3000), ('text/csv', 3001):
      response = self.assertStatus(200, self.client.get(path, Accept = kind))
      self.assertEqual((kind, '3000', lines), (response.headers['Content-Type'].partition(';')[0], response.headers['X-Record-Count'], response.body.count(b'\n')))
      self.assertIn('attachment', response.headers['Content-Disposition'])
      packed = self.client.get(path, **{'Accept': kind, 'Accept-Encoding': 'gzip'})
      self.assertEqual('gzip', packed.headers['Content-Encoding'])
      self.assertEqual(response.body, gzip.decompress(packed.body))

  def test_export_broken(self):
    '''an export that breaks off because the database fails does not look like a whole one'''
    for part in range(3):
      self.client.post(''.join(json.dumps(record(name = self.name, msg = 'x' * 50000)) + '\n' for i in range(200)), NDJSON)
    with self.answer_begun(RECORD + '?format=ndjson&name=' + self.name) as response, contextlib.closing(sqlite3.connect(self.sqlite.path)) as database:
      self.assertEqual('600', response.headers['X-Record-Count'])
      database.execute('ALTER TABLE record RENAME TO gone')
      database.commit()
      try:
        lines = response.read().count(b'\n')
      except http.client.IncompleteRead:
        lines = None
      finally:
        database.execute('ALTER TABLE gone RENAME TO record')
        database.commit()
    # Where the front server would not notice, the worker has kept all of it before it began to send.
    self.assertEqual(600 if isinstance(self, (ApacheCGI, ApacheFcgid)) else None, lines)
    self.assertHealthy(self.client)

  def answer_begun(self, path):
    '''An answer of which only the head was taken, and what fits into buffers.'''
    connection = socket.socket()
    self.addCleanup(connection.close)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.connect(('127.0.0.1', self.front.port))
    connection.sendall(('GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nConnection: close\r\n\r\n' % (path, basic('logger'))).encode())
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response

  def test_long_headers(self):
    '''a timeline in headers of nearly 8,000 bytes passes; a longer one is a clear 400'''
    start = 1525968000
    body = ''.join(json.dumps(record(name = self.name, created = start + 3600 * hour)) + '\n' for hour in range(1000))
    self.assertStatus(201, self.client.post(body, NDJSON))
    path = RECORD + '?group=hour&timezone=UTC&name=' + self.name
    response = self.assertStatus(200, self.client.head(path + '&before=2018-06-09T10:00:00Z'))
    self.assertGreater(len(response.headers['X-Record-Group']), 7800)
    response = self.assertStatus(400, self.client.head(path))
    self.assertIn('/timeline', response.headers['X-Error-Message'])

  def test_headers(self):
    '''the web interface and the API come with the security headers, each once'''
    for path in '/', RECORD + '?left=0&right=0', API + '/nope':
      with self.subTest(path = path):
        headers = self.client.get(path).headers
        self.assertEqual(["default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
          "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"], headers.get_all('Content-Security-Policy'))
        self.assertEqual((['nosniff'], ['no-referrer']), (headers.get_all('X-Content-Type-Options'), headers.get_all('Referrer-Policy')))

  def test_methods(self):
    '''HEAD, 404, 405 with Allow and errors of HEAD come through'''
    self.assertEqual('0', self.client.head(RECORD + '?name=nobody').headers['X-Record-Count'])
    self.assertError(404, 'HTTPError', self.client.get(API + '/nope'), 'Nothing matches the given URI')
    self.assertEqual('Nothing matches the given URI', self.client.head(API + '/nope').headers['X-Error-Message'])
    self.assertTrue(self.assertStatus(405, self.client.request('DELETE', RECORD)).headers['Allow'])
    self.assertStatus(403, self.post(**{'Sec-Fetch-Site': 'cross-site'}))
    self.assertTrue(self.assertStatus(201, self.post(Prefer = 'return=representation')).headers['Preference-Applied'])

  def test_trace(self):
    '''TRACE is not answered'''
    if isinstance(self, ApacheCGI):
      return comment('.htaccess can not say so')
    for path in '/', RECORD:
      self.assertStatus(405, self.client.request('TRACE', path))

  def test_version(self):
    '''no answer tells the version of the front server, as far as the shipped file can say so'''
    for path in '/nope', '/%ff%00', API + '/nope':
      answer = self.client.get(path)
      if isinstance(self, (NginxTCP, NginxUnix)):
        self.assertEqual('nginx', answer.headers['Server'])
      self.assertNotRegex(answer.body.decode(), r'(?i)(nginx|apache)/[0-9]')

  def test_static_types(self):
    '''scripts and styles have the types that nosniff asks for'''
    for suffix, kind in ('.js', 'text/javascript'), ('.css', 'text/css'), ('.html', 'text/html'), ('.svg', 'image/svg+xml'):
      for path in sorted((SOURCE / 'www').glob('**/*' + suffix))[:3]:
        with self.subTest(path = path):
          response = self.assertStatus(200, self.client.get('/%s' % path.relative_to(SOURCE / 'www')))
          self.assertEqual(kind, response.headers['Content-Type'].partition(';')[0])
          self.assertEqual('no-cache', response.headers['Cache-Control'])

  def test_restart(self):
    '''a worker that was started again is used at once'''
    for worker in self.servers:
      self.assertHealthy(self.client)
      worker.halt()
      self.assertIn(self.client.get(API + '/health').status, (502, 503))
      worker.start()
      self.assertHealthy(self.client)


class NginxTCP(Front, TestCase):
  prefix = 'nginx, TCP: '

  @classmethod
  def start_front(cls):
    return Nginx(cls.worker('native'))

  def test_worker_away(self):
    '''no worker: 502 in the words of the API'''
    with Nginx('127.0.0.1:%d' % free_port()) as nginx:
      self.assertError(502, 'HTTPError', Client(nginx.port).get(API + '/health'))

  def test_example_user(self):
    '''the example's user is logger without a password'''
    with Nginx(self.servers[0]) as nginx:
      self.assertHealthy(Client(nginx.port, 'logger', ''))
      self.assertStatus(401, Client(nginx.port, 'logger', 'x').get(API + '/health'))

  def test_last_packet(self):
    '''the last packet of a long answer does not wait for the others to be acknowledged'''
    self.assertStatus(201, self.client.post([record(name = self.name, msg = 'x' * 300) for _ in range(100)]))

    def middle(client):
      answers = [timed(lambda: client.get('%s?left=0&right=99&name=%s' % (RECORD, self.name)).json()) for _ in range(20)]
      self.assertEqual({100}, {len(rows) for took, rows in answers})
      return statistics.median(took for took, rows in answers)
    with Worker(self.sqlite.dsn, 'unix') as unix, Nginx(unix) as nginx:  # TCP delays an acknowledgement by 40 ms
      without_tcp = Client(nginx.port)
      self.assertQuick(3, lambda: middle(self.client), lambda: middle(without_tcp))

  def test_nothing_sent_twice(self):
    '''a request that ends a worker is not sent to the next one'''
    got = []

    def die(listener):
      while True:
        try:
          connection = listener.accept()[0]
        except OSError:
          return
        with connection:
          got.append(connection.recv(65536))

    listeners = [socket.create_server(('127.0.0.1', 0)) for _ in range(3)]
    for listener in listeners:
      threading.Thread(target = die, args = (listener,), daemon = True).start()
    with Nginx(*('127.0.0.1:%d' % listener.getsockname()[1] for listener in listeners)) as nginx:
      for method in 'GET', 'HEAD', 'POST':
        with self.subTest(method = method):
          del got[:]
          self.assertStatus(502, Client(nginx.port).request(method, RECORD, b'' if method == 'POST' else None))
          self.assertEqual(1, len(got))
    for listener in listeners:
      listener.shutdown(socket.SHUT_RDWR)
      listener.close()

  def test_parameters(self):
    '''what the worker gets: its own parameters, nothing of the client's'''
    listener = socket.create_server(('127.0.0.1', 0))
    with Nginx('127.0.0.1:%d' % listener.getsockname()[1]) as nginx:
      thread = threading.Thread(target = lambda: Client(nginx.port).post(b'x', **{'X-Secret': 's', 'Cookie': 'c', 'Remote-User': 'u'}))
      thread.start()
      connection = listener.accept()[0]
      data = connection.recv(65536)
      connection.close()
      listener.close()
      thread.join()
    self.assertIn(pair('CHRONOLOGER_USER', 'logger'), data)
    for word in b'REMOTE_USER', b'X_SECRET', b'COOKIE', b'AUTHORIZATION', b'Basic':
      self.assertNotIn(word, data)


class NginxUnix(Front, TestCase):
  prefix = 'nginx, Unix socket: '

  @classmethod
  def start_front(cls):
    return Nginx(cls.worker('unix'))


class ApacheProxyTCP(Front, TestCase):
  prefix = 'Apache, mod_proxy_fcgi, TCP: '

  @classmethod
  def start_front(cls):
    return Apache('proxy', cls.worker('systemd'))


class ApacheProxyUnix(Front, TestCase):
  prefix = 'Apache, mod_proxy_fcgi, Unix socket: '

  @classmethod
  def start_front(cls):
    return Apache('proxy', cls.worker('unix'))


class ApacheFcgid(Front, TestCase):
  prefix = 'Apache, mod_fcgid: '

  @classmethod
  def start_front(cls):
    cls.sqlite.give()
    return Apache('fcgid', dsn = cls.sqlite.dsn, roles = ROLES)


class ApacheCGI(Front, TestCase):
  prefix = 'Apache, plain CGI: '

  @classmethod
  def start_front(cls):
    cls.sqlite.give()
    return Apache('cgi', dsn = cls.sqlite.dsn, roles = ROLES)

  def test_htaccess_hidden(self):
    '''neither .htaccess nor the program's text is served'''
    self.assertStatus(403, self.client.get('/.htaccess'))
    self.assertNotIn(b'CHRONOLOGER', self.client.get('/chronologer.cgi').body)

  def test_direct(self):
    '''the program by its own name is behind the password too'''
    self.assertStatus(401, Client(self.front.port, None).get('/chronologer.cgi' + API + '/health'))
    self.assertStatus(403, Client(self.front.port, 'reader').post(record(), path = '/chronologer.cgi' + RECORD, **{'Chronologer-User': 'logger'}))


if __name__ == '__main__':
  main()
