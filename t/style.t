#!/usr/bin/env python3
"""The house rules that a program can check."""
import pathlib
import re
import subprocess

import harness

GENERATED = 'grammar.c', 'grammar.h', 'lexer.c'
SOURCES = [path for path in sorted((harness.SOURCE / 'src').rglob('*.[ch]')) + sorted((harness.SOURCE / 't').rglob('*.[ch]'))
  if path.name not in GENERATED]

VENDORS = {
  'fcgiapp.h': 'http/fcgi.c',
  'mysql.h': 'store/mysql-session.h',
  'sqlite3.h': 'store/sqlite-session.h',
}


def name_of(path):
  return str(path.relative_to(harness.SOURCE))


def is_ours(path):
  return name_of(path).startswith('src/')


# Which rooms of src/ a file of a room may include from, beside its own; '' is src/ itself. src/README says why.
BASE = ['base']
QUERY = BASE + ['record', 'query']
TREE = QUERY + ['query/parse', 'query/type']
ROOMS = {
  'base': [],
  'http': BASE,
  'record': BASE,
  'query': BASE + ['record'],
  'query/parse': QUERY,
  'query/type': QUERY + ['query/parse'],
  'query/print': TREE,
  'query/eval': TREE,
  'store/counts': QUERY + ['store'],
  'store': QUERY + ['store/counts'],
  'api': QUERY + ['http', 'store', ''],
  'tool': QUERY + ['store', ''],
  '': BASE + ['http', 'store', 'api', 'tool'],
}

# What single files may beside that: where one room hands over to the next.
DOORS = {
  'query/query.c': ['query/parse/parse.h', 'query/parse/grammar.h'],
  'store/mysql.c': ['query/print/print.h'],
  'store/sqlite-function.c': ['query/eval/eval.h'],
}


def room_of(name):
  return name.rpartition('/')[0]


def forbidden(name, text):
  '''What a file of src/ includes and may not.'''
  allowed = ROOMS[room_of(name)] + [room_of(name)]
  return [header for header in re.findall(r'^#include "([^"]+)"', text, re.M)
    if room_of(header) not in allowed and header not in DOORS.get(name, [])]


class Style(harness.TestCase):

  def test_format(self):
    '''C files are as clang-format leaves them'''
    run = subprocess.run([harness.program('clang-format', 'clang-format'), '--dry-run', '-Werror']
      + [str(path) for path in SOURCES], stdout = subprocess.PIPE, stderr = subprocess.STDOUT, text = True)
    self.assertEqual(0, run.returncode, run.stdout[:2000])

  def test_vendors(self):
    '''each vendor's header is included by one file only'''
    for path in SOURCES:
      for header in re.findall(r'^#include [<"](?:mysql/)?([^>"]+)[>"]', path.read_text(), re.M):
        if is_ours(path) and header in VENDORS:
          self.assertEqual('src/' + VENDORS[header], name_of(path), '%s includes %s' % (path.name, header))
      if '"store/mysql-session.h"' in path.read_text():
        self.assertRegex(name_of(path), r'^src/store/mysql(-\w+)?\.c$')
      if '"store/sqlite-session.h"' in path.read_text():
        self.assertRegex(name_of(path), r'^src/store/sqlite(-\w+)?\.c$')

  def test_includes(self):
    '''a file includes from its own room and from those that its room may look into'''
    self.assertEqual(['store/store.h'], forbidden('base/json.c', '#include "base/json.h"\n#include "store/store.h"\n'))
    for path in sorted((harness.SOURCE / 'src').rglob('*.[chly]')):
      if path.name not in GENERATED:
        name = name_of(path)[len('src/'):]
        self.assertEqual([], forbidden(name, path.read_text()), 'src/%s includes what its room may not' % name)

  def test_first_line(self):
    '''the first line of a C file says what it is for'''
    for path in SOURCES:
      self.assertTrue(path.read_text().startswith('/* '), path.name)

  def test_globals(self):
    '''what a header offers begins with the name of its file or of a room that it is in'''
    for path in SOURCES:
      if path.suffix != '.h' or not is_ours(path):
        continue
      rooms = pathlib.Path(name_of(path)).parent.parts[1:]
      prefixes = tuple(word.replace('-', '_') for word in (path.stem, path.stem.split('-')[0], *rooms))
      for name in re.findall(r'^[A-Za-z][\w ]*[ *](\w+)\([^;]*;', path.read_text(), re.M):
        if name != 'G_DEFINE_AUTOPTR_CLEANUP_FUNC' and not name.startswith('G_'):
          self.assertTrue((name + '_').startswith(tuple(prefix + '_' for prefix in prefixes))
            or name == 'chronologer_error_quark', '%s: %s' % (name_of(path), name))


if __name__ == '__main__':
  harness.main()
