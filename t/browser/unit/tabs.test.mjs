// What a tab is called: what sets its search apart.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {DEFAULTS} from '../../../www/js/base/state.js';
import {describe} from '../../../www/js/page/tabs.js';

/** @type {[object, string][]} */
const CASES = [
  [{}, 'Everything'],
  [{after: '-PT2H'}, 'Last 2 h'],
  [{after: '-PT15M'}, 'Last 15 min'],
  [{after: '-P3M'}, 'Last 3 months'],
  [{after: '2026-11-22', before: '2026-11-23'}, 'A range'],
  [{level: 40}, 'Errors'],
  [{level: 25}, 'Level 25+'],
  [{level: 40, names: ['shop.db'], query: ' a =\n 1 '}, 'a = 1 \u00b7 shop.db \u00b7 Errors'],
  [{names: ['a', 'b', 'c'], group: true}, 'a +2 \u00b7 Templates'],
];

for (const [patch, words] of CASES) {
  test(words, () => assert.equal(describe({...DEFAULTS, ...patch}), words));
}
