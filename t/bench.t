#!/usr/bin/env python3
"""The benchmark in short, with bounds so wide that only a collapse is outside of them."""
import argparse
import os
import pathlib
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bench')]
from harness import *
import bench
import parts

SHORT = {'runs': 1, 'seconds': 1, 'bulk': 20000, 'records': 100000, 'crowd': 1000, 'body': 4 << 20, 'disk': 10000}

# How many times worse than its target a figure of a part may be. Part 6 compares with a thousand records here,
# which have fewer days and names to count than a hundred thousand.
SLACK = {1: 6, 2: 8, 3: 3, 4: 6, 5: 3, 6: 8, 7: 6, 8: 4, 9: 2, 10: 2, 11: 1, 12: 5}
SANITIZED = b'__asan_init' in WORKER.read_bytes()


class Bench(TestCase):

  def check(self, *numbers):
    missed = []
    with tempfile.TemporaryDirectory(prefix = 'chronologer-') as data:
      options = argparse.Namespace(**SHORT, data = pathlib.Path(data))
      for row in parts.rows(options, set(numbers)):
        slack = 10 ** 6 if SANITIZED else SLACK[row.part]
        line = ' | '.join(row.cells(slack))
        comment(line)
        if row.result(slack) == 'MISSED':
          missed.append(line)
    self.assertFalse(missed, 'worse than %s times the target' % [SLACK[number] for number in numbers])

  def test_01(self):
    '''single POSTs, and how long they take'''
    self.check(1, 2)

  def test_03(self):
    '''NDJSON'''
    self.check(3)

  def test_04(self):
    '''SQLite'''
    self.check(4)

  def test_05(self):
    '''mod_fcgid'''
    self.check(5)

  def test_06(self):
    '''counts, timelines, ranges and queries of few and of many records'''
    self.check(6, 7, 8)

  def test_09(self):
    '''a thousand clients at once'''
    self.check(9)

  def test_10(self):
    '''memory'''
    self.check(10)

  def test_11(self):
    '''disk'''
    self.check(11)

  def test_12(self):
    '''CGI'''
    self.check(12)


if __name__ == '__main__':
  if SANITIZED:  # takes long, and the figures mean nothing: one part, to see that it works
    Bench = type('Bench', (TestCase,), {'check': Bench.check, 'test_03': Bench.test_03})
  main()
