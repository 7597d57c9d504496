// Answers that come in parts.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {joined} from '../../../www/js/base/api.js';

test('two parts of a timeline are one, with all levels of both', () => {
  const older = {group: [60, 120], count: [3, 1], level: {20: [3, 0], 40: [0, 1]}};
  const newer = {group: [120, 180], count: [2, 5], level: {20: [2, 4], 50: [0, 1]}};
  assert.deepEqual(joined(older, newer), {group: [60, 120, 120, 180], count: [3, 1, 2, 5],
    level: {20: [3, 0, 2, 4], 40: [0, 1, 0, 0], 50: [0, 0, 0, 1]}});
  assert.deepEqual(joined({group: [], count: [], level: {}}, older), older);
});
