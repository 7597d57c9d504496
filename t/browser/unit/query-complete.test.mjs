// What completion offers at a place in a query. The bar stands for the cursor.
import test from 'node:test';
import assert from 'node:assert/strict';
import {completeBox} from '../../../www/js/query/search-words.js';
import {complete} from '../../../www/js/query/words.js';

const seen = {paths: ['$.data.user.id', '$.meta.lineno', '$.data."a b"'], names: ['app.db', 'app.http']};

/** @param {string} text @param {boolean} [asked] @returns {string[]} the text as it becomes with each of the words */
function offered(text, asked) {
  const cursor = text.indexOf('|');
  const query = text.replace('|', '');
  const found = complete(query, cursor, seen, asked);
  return found ? found.words.map(({insert}) => query.slice(0, found.start) + insert + query.slice(found.end)) : [];
}

test('columns, then fields, then functions', () => {
  assert.equal(offered('le|')[0], 'level');
  assert.ok(offered('le|').includes('LEFT('));
  assert.equal(offered('a = 1 AND json_le|')[0], 'a = 1 AND JSON_LENGTH(');
  assert.ok(offered('user|').includes('logrec->\'$.data.user.id\' '));
  assert.equal(offered('lev| = 3')[0], 'level = 3');
});

test('paths behind the arrow, in quotes that are closed', () => {
  assert.equal(offered('logrec->|')[0], 'logrec->\'$.data.user.id\'');
  assert.equal(offered('logrec->>\'|')[0], 'logrec->>\'$.data.user.id\'');
  assert.deepEqual(offered('logrec->\'$.data.u|'), ['logrec->\'$.data.user.id\'']);
  assert.deepEqual(offered('logrec->\'$.data.u|\' = 3'), ['logrec->\'$.data.user.id\' = 3']);
  assert.deepEqual(offered('logrec->\'lineno|'), ['logrec->\'$.meta.lineno\'']);
  assert.deepEqual(offered('logrec->"$.data.u|" = 3'), ['logrec->"$.data.user.id" = 3']);
  assert.deepEqual(offered('logrec->\'$.data.u| = 3'), ['logrec->\'$.data.user.id\' = 3']);
});

test('logger names beside the column', () => {
  assert.deepEqual(offered('name = \'db|\''), ['name = \'app.db\'']);
  assert.deepEqual(offered('name IN (\'app.db\', \'app.h|'), ['name IN (\'app.db\', \'app.http\'']);
});

test('nothing in other strings, in numbers, in what is complete, where nobody asked', () => {
  for (const text of ['message = \'le|\'', 'level = 4|', 'level|', '|', 'level = 1 |', '']) {
    assert.deepEqual(offered(text), [], text);
  }
});

test('everything where somebody asked', () => {
  assert.ok(offered('|', true).length > 20);
  assert.equal(offered('level = 1 AND |', true)[0], 'level = 1 AND level');
});

/** @param {string} text @param {boolean} [asked] */
function inBox(text, asked) {
  const cursor = text.indexOf('|');
  const typed = text.replace('|', '');
  const found = completeBox(typed, cursor, {...seen, paths: [...seen.paths, '$.data."x-id"']}, asked);
  return found ? found.words.map(({insert}) => typed.slice(0, found.start) + insert + typed.slice(found.end)) : [];
}

test('12.5 fields of a search: those that were seen, and the values of level and logger', () => {
  assert.deepEqual(inBox('timeout us|'), ['timeout user.id:']);
  assert.deepEqual(inBox('timeout -us| x'), ['timeout -user.id: x']);
  assert.ok(inBox('us|').includes('user.id:') && inBox('us|').includes('logrec->\'$.data.user.id\' '));
  assert.deepEqual(inBox('lev|').slice(0, 2), ['level', 'level:']);
  assert.deepEqual(inBox('x-|'), ['x-id:']);
  assert.deepEqual(inBox('level:w|'), ['level:warning ', 'level:>=warning ']);
  assert.deepEqual(inBox('level:>=e|'), ['level:>=error ']);
  assert.deepEqual(inBox('a logger:app.h|'), ['a logger:app.http ']);
  assert.deepEqual(inBox('timeout |', true).slice(0, 2), ['timeout user.id:', 'timeout lineno:']);
  for (const text of ['timeout |', '"two wo|', 'user.id:4|', 'user.id:|', 'level:error|', 'http://le|']) {
    assert.deepEqual(inBox(text), [], text);
  }
});

test('12.5 in an expression words of the language are offered, as before', () => {
  for (const text of ['level = 40 AND le|', 'logrec->|', 'logrec->\'$.data.u|', 'name = \'db|\'']) {
    assert.deepEqual(inBox(text).slice(0, 1), offered(text).slice(0, 1), text);
    assert.ok(inBox(text).length, text);
  }
});
