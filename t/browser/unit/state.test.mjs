// What the page shows and the address that says so are the same thing.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {DEFAULTS, difference, filters, format, parse} from '../../../www/js/base/state.js';

const FULL = {
  after: '-PT2H', before: '2026-11-22T10:00:00.5+01:00', level: 30, names: ['app.db', 'a,b', 'back\\slash', 'ünï &=?#'],
  query: 'logrec->\'$.data.foo\' = 387 AND message LIKE "%a&b=c#d+e%"', search: '"a b" -c&d=e status:>=5 %', zone: 'Europe/Amsterdam',
  columns: ['$.data.user.id', '$.data."a,b"', 'id'], record: 12, around: 34, top: 56, tail: true, group: true, mark: 78, order: 'oldest', all: true,
  hide: ['debug', 'info'], log: true,
};

test('everything survives the way through an address', () => {
  assert.deepEqual(parse(format(FULL)), FULL);
});

test('what is as usual is not in the address', () => {
  assert.equal(format({...DEFAULTS}), '');
  assert.deepEqual(parse(''), {...DEFAULTS});
  assert.equal(format({...DEFAULTS, level: 40, zone: 'UTC'}), 'level=40&zone=UTC');
});

test('an address can be read by people', () => {
  assert.equal(format({...DEFAULTS, names: ['app.db', 'web'], query: 'logrec->\'$.data.foo\' = 1', after: '2026-11-22T10:00:00Z'}),
    'after=2026-11-22T10:00:00Z&name=app.db,web&query=logrec-%3E\'$.data.foo\'+%3D+1');
});

test('nonsense in an address is as if it were not there', () => {
  assert.deepEqual(parse('level=high&record=-1&top=1e9&tail=yes&unknown=1&mark=99999999999999999999'), {...DEFAULTS});
});

test('a zone that does not exist is the local one', () => {
  assert.deepEqual(['zone=nonsense', 'zone=', '', 'zone=Asia/Kolkata'].map((search) => parse(search).zone),
    ['local', 'local', 'local', 'Asia/Kolkata']);
});

test('a difference names the keys', () => {
  const other = {...FULL, names: ['app.db'], record: null};
  assert.deepEqual([...difference(FULL, other)].sort(), ['names', 'record']);
  assert.equal(difference(FULL, {...FULL, names: [...FULL.names]}).size, 0);
  assert.deepEqual([...difference({...DEFAULTS, names: ['a,b']}, {...DEFAULTS, names: ['a', 'b']})], ['names']);
});

test('filters are what chooses records', () => {
  assert.deepEqual(filters(FULL), {after: FULL.after, before: FULL.before, level: 30, names: FULL.names, query: FULL.query, search: FULL.search});
});
