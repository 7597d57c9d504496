// Escape sequences of terminals: colours and bold are told, everything else is left out.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {plain, runs} from '../../../www/js/base/ansi.js';

/** @param {string} text */
const told = (text) => runs(text).map(({text: part, style: {color, bold}}) => `${part}|${color ?? ''}${bold ? '!' : ''}`);

test('colours, bright ones, bold, and their ends', () => {
  assert.deepEqual(told('a\x1b[31mb\x1b[1mc\x1b[0md'), ['a|', 'b|1', 'c|1!', 'd|']);
  assert.deepEqual(told('\x1b[1;92mok\x1b[22m, \x1b[39mrest\x1b[m!'), ['ok|10!', ', |10', 'rest|', '!|']);
  assert.deepEqual(told('\x1b[38;5;3my\x1b[38;5;200mp\x1b[38;2;1;31;1mr\x1b[48;5;1mb\x1b[38:5:9ml'), ['y|3', 'p|', 'r|', 'b|', 'l|9']);
});

test('what is no colour is left out of the text', () => {
  for (const text of ['a\x1b[2Kb', 'a\x1b[?25lb', 'a\x1b]0;title\x07b', 'a\x1b]8;;http://x/\x1b\\b', 'a\x1b(Bb', 'a\x1b7b', 'a\x1bPq#0\x1b\\b', 'a\x9b1Ab', 'ab\x1b', 'ab\x1b[', 'ab\x1b[31', 'ab\x1b]0;tit']) {
    assert.equal(plain(text), 'ab', JSON.stringify(text));
    assert.deepEqual(told(text).map((run) => run[0]).join(''), told(text).length > 1 ? 'ab' : 'a', JSON.stringify(text));
  }
});

test('a text without any is one run, and an empty one is none', () => {
  assert.deepEqual(told('[31m is no sequence'), ['[31m is no sequence|']);
  assert.deepEqual(told(''), []);
});
