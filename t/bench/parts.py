"""All parts of the benchmark, and how a list of them is measured."""
import traceback

import bench
import part_browser
import part_limits
import part_read
import part_write

PARTS = part_write.PARTS + part_read.PARTS + part_limits.PARTS + part_browser.PARTS
ALL = {number for numbers, part in PARTS for number in numbers}


def rows(options, wanted):
  '''Of the parts whose numbers are wanted, as they are measured. A part that fails is a row that says why.'''
  files = bench.Files()
  for numbers, part in PARTS:
    if not wanted.intersection(numbers):
      continue
    try:
      for row in part(options, files, wanted):
        row.part = row.part or numbers[0]
        yield row
    except Exception as error:
      if not isinstance(error, (AssertionError, bench.Missing)):
        traceback.print_exc()
      yield failure(numbers, error)
    bench.stop_all()


def failure(numbers, error):
  row = bench.Row(str(error).partition('\n')[0][:300], None, bound = bench.at_least(1))
  row.part = numbers[0]
  return row
