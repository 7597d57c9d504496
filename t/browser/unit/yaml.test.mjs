// YAML that reads back as what it was written from.
import test from 'node:test';
import assert from 'node:assert/strict';
import {yaml} from '../../../www/js/base/json.js';

/** @type {[unknown, string][]} */
const cases = [
  [{data: {foo: 387, ok: true, nothing: null}}, 'data:\n  foo: 387\n  ok: true\n  nothing: null\n'],
  [{a: [1, 'two', {b: 3, c: [4]}, [5, 6], []], d: {}},
    'a:\n  - 1\n  - two\n  - b: 3\n    c:\n      - 4\n  - - 5\n    - 6\n  - []\nd: {}\n'],
  [{t: 'Traceback:\n  File "x"\nValueError'}, 't: |-\n  Traceback:\n    File "x"\n  ValueError\n'],
  [{t: 'a\n'}, 't: |\n  a\n'],
  [{t: 'a\n\n'}, 't: |+\n  a\n\n'],
  [{t: '  a\nb'}, 't: |2-\n    a\n  b\n'],
  [['yes', 'No', '1', '1.5', '~', '', ' a', 'a: b', 'a #b', '- a', 'x:', '2026-11-22', '12:30'],
    ['yes', 'No', '1', '1.5', '~', '', ' a', 'a: b', 'a #b', '- a', 'x:', '2026-11-22',
      '12:30'].map((text) => `- "${text}"\n`).join('')],
  [['a:b', 'it\'s', 'GET /', 'x#y', '日本 🦊'], '- a:b\n- it\'s\n- GET /\n- x#y\n- 日本 🦊\n'],
  ['tab\there\0\x85', '"tab\\there\\u0000\\u0085"\n'],
  [[1e-7, 1e21, -0.5, 12345678901234567890n], '- 1.0e-7\n- 1.0e+21\n- -0.5\n- 12345678901234567890\n'],
  [{'a b': 1, 'a: b': 2, '': 3, 'true': 4}, 'a b: 1\n"a: b": 2\n"": 3\n"true": 4\n'],
];

for (const [value, expected] of cases) {
  test(JSON.stringify(expected), () => assert.equal(yaml(value), expected));
}
