#!/usr/bin/env python3
"""Makes t/http/corpus: connections of every kind that t/http/fuzz.c knows, a file each.

corpus.py DIRECTORY; what else is there (connections that have broken something) stays.
"""
import os
import pathlib
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fastcgi import *

# As in fuzz.c.
PATIENT, HALF_CLOSE, LEAVE_UNREAD, LEAVE_OPEN, HAND_OVER, COPY, PAUSE = (1 << bit for bit in range(7))
ESCAPE = 0xfe
GET_VALUES, GET_VALUES_RESULT = 9, 10


def zeros(n):
  '''An escape for that many zero bytes, of 256.'''
  assert n % 256 == 0
  n //= 256
  return b''.join(bytes([ESCAPE, min(255, n - at)]) for at in range(0, n, 255))


def literal(data):
  return data.replace(bytes([ESCAPE]), bytes([ESCAPE, 0]))


def header(kind, size, id = 1, padding = 0, version = 1):
  return literal(struct.pack('>BBHHBx', version, kind, id, size, padding))


def request(way = '', body = b'', keep = True, id = 1):
  return literal(message([('REQUEST_METHOD', 'POST')] + ([('P', way)] if way else []), body, keep, id))


def zero_frames(kind, n):
  '''A stream of zero bytes.'''
  frames, rest = divmod(n, 0xff00)
  return (header(kind, 0xff00) + zeros(0xff00)) * frames + (header(kind, rest) + zeros(rest) if rest else b'')


def one_parameter(n):
  '''PARAMS with a pair of `n` bytes, a multiple of 256.'''
  lengths = b'\0' + struct.pack('>I', 1 << 31 | n - 5)
  first = header(PARAMS, 0xff00) + literal(lengths) + bytes(256 - len(lengths)) + zeros(0xff00 - 256)
  return first + zero_frames(PARAMS, n - 0xff00)


def padded():
  return b''.join(header(kind, len(content), padding = padding) + literal(content) + bytes(padding)
    for kind, content, padding in ((BEGIN, struct.pack('>HB5x', 1, 1), 8), (PARAMS, pair('P', 'x'), 3), (PARAMS, b'', 255),
      (STDIN, b'body', 4), (STDIN, b'', 1)))


def parts(way = 'x', body = b'body'):
  '''Of a request, its BEGIN, PARAMS, end of them, body, end of it.'''
  return [literal(part) for part in (begin(True), packet(PARAMS, pair('P', way)), packet(PARAMS), packet(STDIN, body), packet(STDIN))]


def within(foreign, at):
  '''A request with a frame that is not its own before part `at`.'''
  all = parts()
  return b''.join(all[:at] + [literal(foreign)] + all[at:])


KINDS = {
  'abort': (0, b''.join(parts()[:3]) + packet(ABORT)),
  'abort-behind': (0, request('t') + packet(ABORT)),
  'abort-first': (0, packet(ABORT)),
  'abort-other-id': (0, within(packet(ABORT, id = 2), 3)),
  'begin-again': (0, within(begin(True), 2)),
  'begin-padded': (0, header(BEGIN, 8, padding = 7) + struct.pack('>HB5x', 1, 1) + bytes(7) + b''.join(parts()[1:])),
  'begin-long': (0, header(BEGIN, 9) + struct.pack('>HB6x', 1, 1)),
  'begin-no-id': (0, literal(begin(True, 0))),
  'begin-other-id': (0, within(begin(True, 2), 3)),
  'begin-other-role': (0, literal(packet(BEGIN, struct.pack('>HB5x', 2, 1))) + b''.join(parts()[1:])),
  'big-answer': (HALF_CLOSE, request('b')),
  'body-before-parameters': (0, b''.join(parts()[i] for i in (0, 3, 1, 2, 4))),
  'body-large': (0, b''.join(parts()[:3]) + zero_frames(STDIN, 0xff00 * 2) + packet(STDIN)),
  'body-none': (HALF_CLOSE, request('s', b'', False)),
  'body-over-limit': (0, b''.join(parts('s')[:3]) + zero_frames(STDIN, 0xff00 * 3) + packet(STDIN)),
  'bytes': (PAUSE, b''.join(parts()), 1),
  'bytes-in-thread': (PAUSE | HALF_CLOSE, b''.join(parts('s')), 1),
  'closed-at-once': (HALF_CLOSE, b''),
  'closed-in-header': (HALF_CLOSE, request()[:20]),
  'closed-unread': (LEAVE_UNREAD, request('b')),
  'closed-unread-left': (LEAVE_UNREAD, request('l')),
  'cut-at-random': (PAUSE, request('t', b'body' * 30) , 40, 7),
  'get-values': (PAUSE, packet(GET_VALUES, pair('FCGI_MPXS_CONNS', ''), 0)),
  'get-values-first': (PAUSE | PATIENT, packet(GET_VALUES, pair('FCGI_MAX_CONNS', ''), 0) + request('x'), 25),
  'get-values-within': (PAUSE, within(packet(GET_VALUES, pair('FCGI_MAX_REQS', ''), 0), 2), 9),
  'given-up': (0, request('a')),
  'half-left-open': (LEAVE_OPEN, request()[:40]),
  'handed-over': (HAND_OVER, request('x')),
  'handed-over-by-two': (HAND_OVER | COPY | HALF_CLOSE, request('t', b'', False)),
  'handed-over-half': (HAND_OVER | PAUSE | LEAVE_OPEN, request('l')[:50], 30),
  'http': (0, b'GET / HTTP/1.0\r\n\r\n'),
  'ids': (PATIENT, request('x', id = 65535) + request('t', id = 256) + request('l', id = 1)),
  'is-no-connection': (0, b'chronologer: connections\nand more'),
  'kept': (PATIENT, request('x') + request('t', b'1') + request('l', b'22') + request('b') + request('s', b'333')),
  'left-and-resumed': (0, request('l', b'body')),
  'look-bound': (PATIENT, b''.join(parts()[:3]) + header(STDIN, 0xff00) + zeros(0xff00) + packet(STDIN) + request('x')),
  'not-kept': (PATIENT, request('x', b'', False) + request()),
  'pairs-cut-short': (0, b''.join((parts()[0], literal(packet(PARAMS, b'\x01')), packet(PARAMS), packet(STDIN)))),
  'pairs-in-pieces': (PAUSE, b''.join([parts()[0]] + [literal(packet(PARAMS, bytes([byte]))) for byte in pair('P', 'long' * 40)] + parts()[2:])),
  'pairs-long-lengths': (0, b''.join([parts()[0], literal(packet(PARAMS, b'\x80\0\0\1\x80\0\0\1Pt'))] + parts()[2:])),
  'pairs-past-the-end': (0, b''.join([parts()[0], literal(packet(PARAMS, b'\xff\xff\xff\xff\1'))] + parts()[2:])),
  'pairs-to-the-bound': (0, b''.join([parts()[0], literal(packet(PARAMS, b'\1\x80\x03\xff\xf0P'))])),
  'pairs-without-names': (0, b''.join([parts()[0], literal(packet(PARAMS, bytes(6) + b'\0\1x'))] + parts()[2:])),
  'padded': (PATIENT, padded() * 2),
  'parameters-at-bound': (0, parts()[0] + one_parameter(256 * 1024) + b''.join(parts()[2:])),
  'parameters-empty': (0, parts()[0] + zero_frames(PARAMS, 4096) + b''.join(parts()[2:])),
  'parameters-over-bound': (0, parts()[0] + one_parameter(256 * 1024) + packet(PARAMS, b'\0') + b''.join(parts()[2:])),
  'parameters-other-id': (0, within(packet(PARAMS, pair('P', 'y'), 7), 1)),
  'pipelined': (0, request('x') + request('t') + request('l')),
  'pipelined-in-pieces': (PAUSE, request('x') + request('t') + request('l'), 33),
  'unknown-management': (PAUSE, within(packet(99, b'what', 0), 3), 60),
  'unknown-type': (0, within(packet(99, b'what'), 3)),
  'unknown-type-first': (PATIENT, packet(99, b'what', 5) + request()),
  'version': (0, header(BEGIN, 8, version = 2) + struct.pack('>HB5x', 1, 1)),
  'version-later': (0, b''.join(parts()[:3]) + header(STDIN, 0, version = 0)),
  'whole': (0, request('x', b'body')),
  'whole-closed': (HALF_CLOSE, request('t', b'body', False)),
}


def main(directory):
  for name, (flags, data, *cut) in KINDS.items():
    (pathlib.Path(directory) / name).write_bytes(bytes([flags, *(cut + [0, 0])[:2]]) + data)


if __name__ == '__main__':
  main(*sys.argv[1:])
