#!/usr/bin/env python3
"""The house rules that a program can check."""
import pathlib
import re
import subprocess

import harness

GENERATED = 'query-grammar.c', 'query-grammar.h', 'query-lexer.c'
SOURCES = [path for path in sorted((harness.SOURCE / 'src').glob('*.[ch]')) + sorted((harness.SOURCE / 't').rglob('*.[ch]'))
  if path.name not in GENERATED]

VENDORS = {
  'fcgiapp.h': 'fcgi.c',
  'mysql.h': 'store-mysql.c',
  'sqlite3.h': 'store-sqlite.c',
}


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
        if path.parent.name == 'src' and header in VENDORS:
          self.assertEqual(VENDORS[header], path.name, '%s includes %s' % (path.name, header))

  def test_first_line(self):
    '''the first line of a C file says what it is for'''
    for path in SOURCES:
      self.assertTrue(path.read_text().startswith('/* '), path.name)

  def test_globals(self):
    '''what a header offers begins with its file's name'''
    for path in SOURCES:
      if path.suffix != '.h' or path.parent.name != 'src':
        continue
      prefixes = tuple({path.stem.replace('-', '_') + '_', path.stem.split('-')[0] + '_'})
      for name in re.findall(r'^[A-Za-z][\w ]*[ *](\w+)\([^;]*;', path.read_text(), re.M):
        if name != 'G_DEFINE_AUTOPTR_CLEANUP_FUNC' and not name.startswith('G_'):
          self.assertTrue(name.startswith(prefixes) or name == 'chronologer_error_quark',
            '%s: %s' % (path.name, name))


if __name__ == '__main__':
  harness.main()
