// Integers beyond 2^53, read and written.
import test from 'node:test';
import assert from 'node:assert/strict';
import {json, parseJson} from '../../../www/js/base/json.js';

/** Node 20 does not give a reviver the number's source; browsers do. */
const exact = JSON.parse('1',
  /** @type {any} */ ((/** @type {string} */ _, /** @type {unknown} */ __,
  /** @type {{source?: string}} */ context) => context?.source)) === '1';

test('large integers stay what they are', {skip: !exact}, () => {
  assert.deepEqual(parseJson(
    '{"a": [12345678901234567890, -9007199254740993, 9007199254740991, 1.5e300, "1234567890123456789"]}'),
    {a: [12345678901234567890n, -9007199254740993n, 9007199254740991, 1.5e300, '1234567890123456789']});
});

test('written without quotes', () => {
  assert.equal(json({a: [12345678901234567890n, '5n'], b: 1}), '{"a":[12345678901234567890,"5n"],"b":1}');
  assert.equal(json([1n], 2), '[\n  1\n]');
  assert.equal(json('x'), '"x"');
});
