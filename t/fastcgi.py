"""A FastCGI client, small enough to send what a front server never would.

Specification: FastCGI 1.0. Only responders, one request at a time on a connection.
"""
import socket
import struct

from harness import API, Response

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def packet(kind, content = b'', id = 1):
  return struct.pack('>BBHHBx', 1, kind, id, len(content), 0) + content


def stream(kind, content, id = 1):
  '''The content in packets, without the empty one that ends a stream.'''
  return b''.join(packet(kind, content[at:at + 65535], id) for at in range(0, len(content), 65535))


def begin(keep = False, id = 1):
  return packet(BEGIN, struct.pack('>HB5x', 1, keep), id)


def length(n):
  return bytes([n]) if n < 128 else struct.pack('>I', n | 0x80000000)


def pair(name, value):
  name, value = (text if isinstance(text, bytes) else text.encode() for text in (name, value))
  return length(len(name)) + length(len(value)) + name + value


def parameters(method = 'GET', path = '/name', body = b'', kind = 'application/json', **more):
  '''What nginx would send, as pairs.'''
  found = {'REQUEST_METHOD': method, 'REQUEST_URI': API + path, 'QUERY_STRING': path.partition('?')[2],
    'CHRONOLOGER_USER': 'logger', 'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': 'HTTP/1.1'}
  if method == 'POST':
    found.update(CONTENT_TYPE = kind, CONTENT_LENGTH = str(len(body)))
  return list({**found, **more}.items())


def message(pairs, body = b'', keep = False, id = 1):
  '''A whole request.'''
  content = b''.join(pair(*each) for each in pairs)
  return begin(keep, id) + stream(PARAMS, content, id) + packet(PARAMS, id = id) + stream(STDIN, body, id) + packet(STDIN, id = id)


class Connection:
  '''A connection to a worker: a port of 127.0.0.1, or a path.'''

  def __init__(self, address):
    unix = not isinstance(address, int)
    self.socket = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    self.socket.connect(str(address) if unix else ('127.0.0.1', address))

  def close(self):
    self.socket.close()

  def __enter__(self):
    return self

  def __exit__(self, *exception):
    self.close()

  def send(self, data):
    self.socket.sendall(data)

  def receive(self, n):
    data = b''
    while len(data) < n:
      part = self.socket.recv(n - len(data))
      if not part:
        raise EOFError('the worker closed the connection after %d of %d bytes' % (len(data), n))
      data += part
    return data

  def closed(self):
    '''Waits for the end of the connection; whether nothing came before.'''
    try:
      return self.socket.recv(1) == b''
    except ConnectionResetError:
      return True

  def answer(self):
    '''The whole answer to the request that was sent.'''
    output = b''
    while True:
      version, kind, id, size, padding = struct.unpack('>BBHHBx', self.receive(8))
      content = self.receive(size + padding)[:size]
      if kind == STDOUT:
        output += content
      elif kind == END:
        return parse(output)

  def request(self, method = 'GET', path = '/name', body = b'', keep = False, **more):
    self.send(message(parameters(method, path, body, **more), body, keep))
    return self.answer()


def parse(output):
  '''What a CGI program prints, as a Response.'''
  head, _, body = output.partition(b'\r\n\r\n')
  headers = dict(line.split(': ', 1) for line in head.decode('latin-1').split('\r\n') if ': ' in line)
  return Response(int(headers.get('Status', '200').split()[0]), headers, body)
