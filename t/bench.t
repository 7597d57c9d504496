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


class Bench(TestCase):

  def check(self, slack, *numbers):
    '''Each figure may be `slack` times worse than its target in t/bench.'''
    if SANITIZED:
      slack = 10 ** 6  # that it works
    with tempfile.TemporaryDirectory(prefix = 'chronologer-') as data:
      options = argparse.Namespace(**SHORT, data = pathlib.Path(data), slack = slack)
      missed = []
      for row in parts.rows(options, set(numbers)):
        line = ' | '.join(row.cells(slack))
        comment(line)
        if row.result(slack) == 'MISSED':
          missed.append(line)
    self.assertEqual([], missed)

  def test_01(self):
    '''single POSTs, and how long they take'''
    self.check(6, 1, 2)

  def test_03(self):
    '''NDJSON'''
    self.check(3, 3)

  def test_04(self):
    '''SQLite'''
    self.check(6, 4)

  def test_05(self):
    '''mod_fcgid'''
    self.check(3, 5)

  def test_06(self):
    '''counts, timelines, ranges and queries of few and of many records'''
    self.check(4, 6, 7, 8)

  def test_09(self):
    '''a thousand clients at once'''
    self.check(2, 9)

  def test_10(self):
    '''memory'''
    self.check(2, 10)

  def test_11(self):
    '''disk'''
    self.check(1, 11)

  def test_12(self):
    '''CGI'''
    self.check(5, 12)


SANITIZED = b'__asan_init' in WORKER.read_bytes()

if __name__ == '__main__':
  main()
