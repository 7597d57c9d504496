"""Part 13: what a reader of the web interface waits for, as `t/browser.t figures` measures it in Chromium."""
from bench import *

TARGETS = {
  'first records': at_most(1000, unit = 'ms', of = 'measured'),
  'first records again': at_most(1000, unit = 'ms', of = 'measured'),
  'filtered': at_most(500, unit = 'ms', of = 'measured'),
}

FIGURE = re.compile(r'^# figure: ([\w ]+): ([\d. ]+) (\w+)(?:, plain requests ([\d. ]+) ms)?', re.M)


def numbers(text):
  return [float(number) for number in text.split()] or None


def part_13(options, files, wanted):
  run = subprocess.run([sys.executable, str(SOURCE / 't' / 'browser.t'), 'figures'], stdout = subprocess.PIPE, text = True)
  for name, measured, unit, plain in FIGURE.findall(run.stdout):
    yield Row('page of a million records, ' + name, numbers(measured), numbers(plain), TARGETS.get(name), unit)
  if run.returncode:
    raise AssertionError('t/browser.t figures: ' + '; '.join(re.findall(r'^(?:not ok|Bail out).*', run.stdout, re.M)))


PARTS = [((13,), part_13)]
