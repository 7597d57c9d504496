// Edits of the query text; what they must leave as it is.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as edit from '../../../www/js/query/edit.js';
import {add, muteCondition, mutedNames, negate, remove, replace, tokenize, textValue} from '../../../www/js/query/edit.js';

/** @param {string} name @param {[unknown, unknown][]} cases */
function table(name, cases) {
  test(name, () => cases.forEach(([actual, expected]) => assert.deepEqual(actual, expected)));
}

table('literals', [
  [edit.literal('it\'s'), '\'it\'\'s\''],
  [edit.literal('a\\b\nc\0'), '\'a\\\\b\\nc\\0\''],
  [edit.literal(387), '387'],
  [edit.literal(-2.75), '-2.75'],
  [edit.literal(1e-7), '1e-7'],
  [edit.literal(2n ** 63n), '9223372036854775808'],
  [edit.literal(true), 'true'],
  [edit.literal(null), 'CAST(\'null\' AS JSON)'],
  [edit.literal({a: ['it\'s', 12345678901234567890n]}), 'CAST(\'{"a":["it\'\'s",12345678901234567890]}\' AS JSON)'],
]);

test('a text literal has the value that it was made of', () => {
  for (const text of ['', 'plain', 'it\'s "q"', '\\', '\\\\n', 'a\nb\tc\r\0\b\x1a', '100%_', '日本 🦊', '\'\'']) {
    assert.equal(textValue(edit.textLiteral(text)), text);
    assert.deepEqual(tokenize(edit.textLiteral(text)).map((token) => token.type), ['text']);
  }
  assert.equal(textValue('"a""b\'c"'), 'a"b\'c');
  assert.equal(textValue('\'100\\%\''), '100\\%');
});

table('paths', [
  [edit.pathOf(['data', 'user', 'id']), '$.data.user.id'],
  [edit.pathOf(['data', 'a b', 0, '1x', 'q"\\']), '$.data."a b"[0]."1x"."q\\"\\\\"'],
  [edit.keysOf('$.data."a b"[0]."1x"."q\\"\\\\"'), ['data', 'a b', 0, '1x', 'q"\\']],
  [edit.keysOf('$'), []],
  [edit.keysOf('$.data.*'), null],
  [edit.keysOf('$.data.'), null],
  [edit.keysOf('name'), null],
  [edit.keysOf('$.data."\\<"'), null],
  [edit.valueAt({id: 3, logrec: {data: {}}}, '$.data."\\<"'), undefined],
  [edit.valueAt({id: 3}, 'constructor'), undefined],
  [edit.valueAt({id: 3, logrec: {data: {a: [1, null]}}}, '$.data.a[1]'), null],
  [edit.valueAt({id: 3, logrec: {data: {a: [1, null]}}}, '$.data.a.b'), undefined],
  [edit.valueAt({id: 3, logrec: {data: {}}}, '$.data.constructor'), undefined],
  [edit.valueAt({id: 3}, '$.data'), undefined],
  [edit.valueAt({id: 3}, 'record_id'), 3],
]);

table('conditions', [
  [edit.condition('name', 'app.db'), 'name = \'app.db\''],
  [edit.condition('level', 40, true), 'level != 40'],
  [edit.condition('ts', '2026-11-21 23:58:39.073311+00:00'), 'ts = \'2026-11-21 23:58:39.073311\''],
  [edit.condition('$.data.foo', 387), 'logrec->\'$.data.foo\' = 387'],
  [edit.condition('$.data.foo', 387, true), 'NOT logrec->\'$.data.foo\' <=> 387'],
  [edit.condition('$.data.foo', null), 'logrec->\'$.data.foo\' = CAST(\'null\' AS JSON)'],
  [edit.condition('$.data.foo', undefined), 'logrec->\'$.data.foo\' IS NULL'],
  [edit.condition('$.data.foo', undefined, true), 'logrec->\'$.data.foo\' IS NOT NULL'],
  [edit.condition('$.data."it\'s"', true), 'logrec->\'$.data."it\'\'s"\' = true'],
  [edit.memberCondition('$.data.tags', 'vip'), '\'vip\' MEMBER OF (logrec->\'$.data.tags\')'],
  [edit.memberCondition('$.data.tags', 1, true), '1 MEMBER OF (logrec->\'$.data.tags\') IS NOT TRUE'],
]);

table('what AND joins', [
  [edit.conjuncts(''), {parts: [], loose: false}],
  [edit.conjuncts('a = 1 AND b = 2 && c').parts, ['a = 1', 'b = 2', 'c']],
  [edit.conjuncts('a BETWEEN 1 AND 2 and b').parts, ['a BETWEEN 1 AND 2', 'b']],
  [edit.conjuncts('a BETWEEN 1 AND 2 AND b BETWEEN 3 AND 4').parts, ['a BETWEEN 1 AND 2', 'b BETWEEN 3 AND 4']],
  [edit.conjuncts('(a AND b) AND c').parts, ['(a AND b)', 'c']],
  [edit.conjuncts('CASE WHEN a AND b THEN 1 END AND c').parts, ['CASE WHEN a AND b THEN 1 END', 'c']],
  [edit.conjuncts('m = \'x AND y\' AND c').parts, ['m = \'x AND y\'', 'c']],
  [edit.conjuncts('a AND b OR c'), {parts: ['a AND b OR c'], loose: true}],
]);

table('add and remove', [
  [edit.add('', 'a = 1'), 'a = 1'],
  [edit.add('b = 2', 'a = 1'), 'b = 2 AND a = 1'],
  [edit.add('b = 2 OR c', 'a = 1'), '(b = 2 OR c) AND a = 1'],
  [edit.add('b = 2', 'a = 1 OR c'), 'b = 2 AND (a = 1 OR c)'],
  [edit.add('A=1', 'a = 1'), 'A=1'],
  [edit.add('a = \'X\'', 'a = \'x\''), 'a = \'X\' AND a = \'x\''],
  [edit.remove('b = 2 AND  a=1', 'a = 1'), 'b = 2'],
  [edit.remove('(b = 2 OR c) AND a = 1', 'a = 1'), 'b = 2 OR c'],
  [edit.remove('a = 1', 'a = 1'), ''],
  [edit.remove('(a) AND (b) AND c', 'c'), '(a) AND (b)'],
  [edit.remove('a = 1 OR b', 'a = 1'), 'a = 1 OR b'],
  [edit.has('x and A <> 1', 'a != 1'), true],
  [edit.has('x OR a = 1', 'a = 1'), false],
]);

table('only these, not these', [
  [edit.only('', '$.data.s', 500), 'logrec->\'$.data.s\' = 500'],
  [edit.only('level > 30 AND logrec->\'$.data.s\' = 404', '$.data.s', 500),
    'level > 30 AND logrec->\'$.data.s\' = 500'],
  [edit.only('NOT logrec->\'$.data.s\' <=> 500', '$.data.s', 500), 'logrec->\'$.data.s\' = 500'],
  [edit.only('logrec->\'$.data.s\' = logrec->\'$.data.t\'', '$.data.s', 500),
    'logrec->\'$.data.s\' = logrec->\'$.data.t\' AND logrec->\'$.data.s\' = 500'],
  [edit.only('name = \'a\' OR 1', 'name', 'b'), '(name = \'a\' OR 1) AND name = \'b\''],
  [edit.not('logrec->\'$.data.s\' = 500', '$.data.s', 500), 'NOT logrec->\'$.data.s\' <=> 500'],
  [edit.not('NOT logrec->\'$.data.s\' <=> 404', '$.data.s', 500),
    'NOT logrec->\'$.data.s\' <=> 404 AND NOT logrec->\'$.data.s\' <=> 500'],
]);

test('tokens joined are the text, whatever it is', () => {
  for (const text of ['', 'a->\'$.b\' != "x""y" AND `q``r` >= 1.5e-3 -- c', '\'open', '@x; 日本', 'x\'41\' 0x4142 b\'1',
    '\ud800\udc00\ud800']) {
    assert.equal(tokenize(text).map((token) => token.text).join(''), text);
  }
});

test('the contrary of a condition is true for all others, and its contrary is the condition', () => {
  for (const [part, contrary] of [
    ['level >= 40', 'level < 40'],
    ['level = 20', 'level != 20'],
    ['name LIKE \'shop%\'', 'name NOT LIKE \'shop%\''],
    ['message = \'a = b AND c\'', 'message != \'a = b AND c\''],
    ['logrec->\'$.data.user\' = 387', 'NOT logrec->\'$.data.user\' <=> 387'],
    ['logrec->\'$.data.user\' = \'NOT x\'', 'NOT logrec->\'$.data.user\' <=> \'NOT x\''],
    ['logrec->\'$.data.user\' IS NULL', 'logrec->\'$.data.user\' IS NOT NULL'],
    ['387 MEMBER OF (logrec->\'$.data.users\')', '387 MEMBER OF (logrec->\'$.data.users\') IS NOT TRUE'],
    ['logrec->\'$.data.took\' > 100', '(logrec->\'$.data.took\' > 100) IS NOT TRUE'],
    ['logrec->>\'$.data.host\' LIKE \'db%\'', '(logrec->>\'$.data.host\' LIKE \'db%\') IS NOT TRUE'],
    ['level = 20 OR level = 30', '(level = 20 OR level = 30) IS NOT TRUE'],
  ]) {
    assert.equal(negate(part), contrary);
    assert.equal(negate(contrary), part);
    assert.equal(negate(`(${part})`), contrary);
  }
  assert.equal(replace('level = 20 AND name = \'a\'', 'level = 20', 'level != 20'), 'level != 20 AND name = \'a\'');
  assert.equal(replace('NOT (a OR b) AND c', 'NOT (a OR b)', negate('NOT (a OR b)')), '(a OR b) AND c');
});

test('a logger that is muted is a condition, and is found again in the query', () => {
  const names = ['shop', 'a_b.100%', 'back\\slash', 'it\'s'];
  const query = names.map(muteCondition).reduce(add, 'level = 20');
  assert.equal(muteCondition('shop.db'), 'name NOT LIKE \'shop.db%\'');
  assert.deepEqual(mutedNames(query), names);
  assert.deepEqual(mutedNames('name NOT LIKE \'%x%\' AND name LIKE \'y%\' OR name NOT LIKE \'z%\''), []);
  assert.equal(names.map(muteCondition).reduce((rest, part) => remove(rest, part), query), 'level = 20');
});
