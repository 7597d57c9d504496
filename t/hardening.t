#!/usr/bin/env python3
"""What the programs are built with against memory errors, as ./configure does it by itself."""
import platform
import re
import subprocess

from harness import *


def readelf(option, path):
  if not path.exists():
    raise Missing('%s is not built (run make)' % path)
  return subprocess.run([program('readelf', 'binutils'), '-W', option, str(path)], stdout = subprocess.PIPE, check = True, text = True).stdout


def optimised():
  flags = re.search(r'^CFLAGS = (.*)', (BUILD / 'Makefile').read_text(), re.M)[1]
  return re.findall(r'-O\S*', flags)[-1:] not in ([], ['-O0'])


class Hardening(TestCase):

  def setUp(self):
    options = subprocess.run([BUILD / 'config.status', '--config'], stdout = subprocess.PIPE, check = True, text = True).stdout
    self.programs = [WORKER, TOOL]
    if '--disable-hardening' in options:
      comment('built with --disable-hardening')
      self.programs = []

  def assertHas(self, path, option, pattern):
    self.assertTrue(re.search(pattern, readelf(option, path)), 'readelf %s %s has no %s' % (option, path, pattern))

  def test_address(self):
    '''a program is loaded at a random address'''
    for path in self.programs:
      self.assertHas(path, '--file-header', r'Type:\s+DYN')
      self.assertHas(path, '--segments', ' INTERP ')

  def test_relocations(self):
    '''relocations are done at the start and can not be written to afterwards; no stack is executable'''
    for path in self.programs:
      self.assertHas(path, '--dynamic', 'BIND_NOW')
      self.assertHas(path, '--segments', 'GNU_RELRO')
      self.assertHas(path, '--segments', r'GNU_STACK .* RW  ')

  def test_stack(self):
    '''functions look after their stack'''
    for path in self.programs:
      self.assertHas(path, '--dyn-syms', ' __stack_chk_fail')

  def test_fortify(self):
    '''copies are checked'''
    for path in self.programs if optimised() else []:
      self.assertHas(path, '--dyn-syms', r' __mem\w+_chk\b')

  def test_jumps(self):
    '''targets of jumps are marked in all that is built here'''
    if self.programs and platform.machine() == 'x86_64':
      objects = [part for part in readelf('--notes', BUILD / 'src' / 'libchronologer.a').split('File: ') if '.o)' in part]
      self.assertTrue(objects)
      for part in objects:
        self.assertIn('IBT, SHSTK', part, part[:80])


if __name__ == '__main__':
  main()
