// Tracebacks as Python 3.9 to 3.13 print them.
import test from 'node:test';
import assert from 'node:assert/strict';

// The module also has an element, which node knows nothing of.
Object.assign(globalThis, {HTMLElement: class {}, customElements: {define() {}}});
const {parseTraceback, parseStack, splitMessage, excInfoTitle, raisedTitle, isLibrary, isMarks, parts, causes} = await import('../../../www/js/record/traceback.js');

const PLAIN = `Traceback (most recent call last):
  File "/srv/app/views.py", line 9, in get
    return inner('abc')
           ^^^^^^^^^^^^
  File "/srv/app/models.py", line 8, in inner
    return int(x)
ValueError: invalid literal for int() with base 10: 'abc'`;

/** @param {string} text */
function parse(text) {
  const chain = parseTraceback(text);
  assert.ok(chain);
  return chain;
}

/** The text again, from what was read. @param {ReturnType<typeof parse>} chain @returns {string[]} */
function outline(chain) {
  return chain.flatMap((raised) => [...(raised.relation ? [raised.relation] : []),
    ...raised.frames.map(
      (frame) => `${frame.file.split('/')
      .at(-1)}:${frame.line} ${frame.name}${frame.repeated ? ` x${frame.repeated}` : ''}`),
    `${raised.type}|${raised.message}`, ...raised.group.flatMap((sub) => outline(sub).map((line) => '  ' + line))]);
}

test('a short message is a title with all its lines', () => {
  const raised = {type: 'E', message: 'one\ntwo', relation: /** @type {const} */ (''), frames: [], group: []};
  assert.equal(raisedTitle(raised), 'E: one');
  assert.equal(raisedTitle(raised, 7), 'E: one\ntwo');
  assert.equal(raisedTitle({...raised, message: ''}), 'E');
});

test('frames with their code and marks', () => {
  const [raised] = parse(PLAIN);
  assert.deepEqual(raised.frames, [
    {file: '/srv/app/views.py', line: 9, name: 'get', code: ['return inner(\'abc\')', '       ^^^^^^^^^^^^'],
      repeated: 0},
    {file: '/srv/app/models.py', line: 8, name: 'inner', code: ['return int(x)'], repeated: 0},
  ]);
  assert.equal(raisedTitle(raised), 'ValueError: invalid literal for int() with base 10: \'abc\'');
  assert.deepEqual(raised.frames[0].code.map(isMarks), [false, true]);
});

test('without source lines, with carriage returns and a newline at the end', () => {
  assert.deepEqual(outline(
    parse('Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nKeyboardInterrupt\r\n')),
    ['<stdin>:1 <module>', 'KeyboardInterrupt|']);
});

test('causes and contexts, messages and notes of several lines', () => {
  const text = `${PLAIN}
a note

of two paragraphs

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/a.py", line 1, in f
    raise RuntimeError('no') from error
app.errors.RuntimeError: no

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/b.py", line 2, in <lambda>
KeyError: 'x'`;
  assert.deepEqual(outline(parse(text)), ['views.py:9 get', 'models.py:8 inner',
    'ValueError|invalid literal for int() with base 10: \'abc\'\na note\n\nof two paragraphs',
    'cause', 'a.py:1 f', 'app.errors.RuntimeError|no', 'context', 'b.py:2 <lambda>', 'KeyError|\'x\'']);
});

test('syntax errors', () => {
  const [raised] = parse(
    'Traceback (most recent call last):\n  File "x.py", line 3, in load\n    compile(source)\n  File "<string>", line 1\n    a b c\n      ^\nSyntaxError: invalid syntax');
  assert.deepEqual(raised.frames[1], {file: '<string>', line: 1, name: '', code: ['a b c', '  ^'], repeated: 0});
});

test('recursion', () => {
  assert.deepEqual(outline(
    parse('Traceback (most recent call last):\n  File "x.py", line 3, in r\n    r()\n  [Previous line repeated 994 more times]\nRecursionError: maximum recursion depth exceeded')),
    ['x.py:3 r x994', 'RecursionError|maximum recursion depth exceeded']);
});

test('exception groups, with a group, a chain and a cause', () => {
  const text = `  + Exception Group Traceback (most recent call last):
  |   File "/srv/a.py", line 24, in group
  |     raise ExceptionGroup('several', errors)
  | ExceptionGroup: several (3 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/a.py", line 8, in inner
    |     return int(x)
    | ValueError: abc
    | second line
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/srv/a.py", line 14, in during
    | ValueError: 2
    | 
    | During handling of the above exception, another exception occurred:
    | 
    | Traceback (most recent call last):
    |   File "/srv/a.py", line 15, in during
    | KeyError: 'x'
    +---------------- 3 ----------------
    | ExceptionGroup: inner (2 sub-exceptions)
    +-+---------------- 1 ----------------
      | KeyError: 'k'
      +---------------- 2 ----------------
      | TypeError: t
      +------------------------------------

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/b.py", line 37, in main
RuntimeError: after group`;
  assert.deepEqual(outline(parse(text)), ['a.py:24 group', 'ExceptionGroup|several (3 sub-exceptions)',
    '  a.py:8 inner', '  ValueError|abc\nsecond line', '  a.py:14 during', '  ValueError|2', '  context',
      '  a.py:15 during', '  KeyError|\'x\'',
    '  ExceptionGroup|inner (2 sub-exceptions)', '    KeyError|\'k\'', '    TypeError|t', 'cause', 'b.py:37 main',
      'RuntimeError|after group']);
});

test('a traceback of another process in the message stays in it', () => {
  const remote = `multiprocessing.pool.RemoteTraceback: \n"""\n${PLAIN}\n"""`;
  const chain = parse(`${remote}\n\nThe above exception was the direct cause of the following exception:\n\n${PLAIN}`);
  assert.deepEqual(chain.map(raisedTitle),
    ['multiprocessing.pool.RemoteTraceback', 'ValueError: invalid literal for int() with base 10: \'abc\'']);
  assert.equal(chain[0].message, `\n"""\n${PLAIN}\n"""`);
});

test('a message with a traceback behind it', () => {
  assert.deepEqual(splitMessage(`Request failed\n${PLAIN}`),
    {message: 'Request failed', text: PLAIN, kind: 'traceback'});
  assert.deepEqual(splitMessage('Here\nStack (most recent call last):\n  File "a.py", line 1, in f'),
    {message: 'Here', text: 'Stack (most recent call last):\n  File "a.py", line 1, in f', kind: 'stack'});
  assert.deepEqual(splitMessage('\x1b[31mTraceback (most recent call last):\x1b[0m\nE'), {message: '', text: '\x1b[31mTraceback (most recent call last):\x1b[0m\nE', kind: 'traceback'});
  assert.equal(splitMessage('No Traceback (most recent call last): here'), null);
});

/** @param {string} name @param {number} [line] @param {number} [repeated] */
const frame = (name, line = 1, repeated = 0) => ({file: name.includes('/') ? name : `/srv/app/${name}.py`, line, name: 'f', code: [], repeated});
/** @param {ReturnType<typeof frame>[]} frames */
const folds = (frames) => parts(frames).map(({kind, frames: own, times}) => kind === 'frame' ? own[0].file.split('/').at(-1) : `${kind} ${own.length} ${times}`);

test('runs of libraries are one part, but for the frame that raised', () => {
  const http = (/** @type {number} */ n) => frame('/usr/lib/python3/dist-packages/urllib3/connection.py', n);
  assert.deepEqual(folds([http(1), http(2), http(3), frame('a'), http(4), frame('b')]), ['connection.py', 'library 2 0', 'a.py', 'connection.py', 'b.py']);
  assert.deepEqual(folds([frame('a'), http(1), http(2)]), ['a.py', 'library 2 0']);
});

test('cycles of up to 8 frames that repeat are one part', () => {
  const cycle = Array.from({length: 8}, (_, n) => frame('abcdefgh'[n]));
  const often = Array.from({length: 121}, () => cycle).flat();
  assert.deepEqual(folds([frame('x'), ...often, frame('c', 9), frame('y')]), ['x.py', 'cycle 8 120', 'c.py', 'y.py']);
  assert.deepEqual(folds([frame('r', 3, 994), frame('r', 3), frame('r', 3), frame('y')]), ['cycle 1 996', 'y.py']);
  assert.deepEqual(folds([frame('a'), frame('a'), frame('b')]), ['a.py', 'a.py', 'b.py']);
  const long = Array.from({length: 9}, (_, n) => frame('abcdefghi'[n]));
  assert.equal(folds([...long, ...long]).length, 18);
});

test('the causes in one line', () => {
  const line = (/** @type {string} */ text) => causes(parse(text));
  const cause = '\n\nThe above exception was the direct cause of the following exception:\n\n';
  assert.equal(line(`${PLAIN}${cause}${PLAIN.replace('ValueError', 'app.GatewayError')}`),
    'GatewayError \u2190 ValueError: invalid literal for int() with base 10: \'abc\'');
  assert.equal(line(`${PLAIN}\nsecond`), 'ValueError: invalid literal for int() with base 10: \'abc\'');
});

test('what is no traceback', () => {
  assert.equal(parseTraceback('ValueError: x'), null);
  assert.equal(parseTraceback(''), null);
});

test('stacks, exc_info, libraries', () => {
  assert.deepEqual(parseStack('Stack (most recent call last):\n  File "/a.py", line 3, in f\n    g()'),
    [{file: '/a.py', line: 3, name: 'f', code: ['g()'], repeated: 0}]);
  assert.equal(excInfoTitle('(<class \'ValueError\'>, ValueError(\'a, b\'), <traceback object at 0x7f0000000000>)'),
    'ValueError(\'a, b\')');
  assert.equal(excInfoTitle(['<class \'KeyError\'>', 'KeyError(1)', '<traceback object at 0x7f>']), 'KeyError(1)');
  assert.equal(excInfoTitle(true), '');
  assert.ok(isLibrary('/usr/lib/python3.11/json/decoder.py') && isLibrary('/venv/lib/python3.12/site-packages/x/y.py')
    && isLibrary('<frozen importlib._bootstrap>'));
  assert.ok(!isLibrary('/srv/app/lib/views.py') && !isLibrary('<stdin>'));
});
