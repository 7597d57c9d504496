// Queries in words; where an error in one is.
import test from 'node:test';
import assert from 'node:assert/strict';
import {queryText, errorSpan, errorText, errorFixes} from '../../../www/js/query/text.js';
import {EXAMPLES, WORDS} from '../../../www/js/query/words.js';

for (const [query, expected] of Object.entries({
  '': '',
  'level >= 40': 'level is at least 40',
  'level >= 40 AND logrec->>\'$.data.host\' LIKE \'db%\'': 'level is at least 40 and host begins with “db”',
  'message LIKE \'%100\\\\%%\' OR name NOT LIKE \'urllib3.%\'': 'message contains “100%” or logger does not begin with “urllib3.”',
  '(level = 10 OR level = 50) AND NOT logrec->\'$.data.user.id\' <=> 3': '(level is 10 or level is 50) and user.id is not 3',
  'logrec->\'$.data.s\' IN (500, -2, \'x\')': 's is one of 500, -2, “x”',
  'logrec->\'$.data.s\' NOT BETWEEN 2.5 AND 60 AND level < 30': 's is not between 2.5 and 60 and level is less than 30',
  'logrec->\'$.error\' IS NOT NULL': 'error is there',
  'logrec->\'$.meta.taskName\' IS NULL': 'taskName is not there',
  '\'vip\' MEMBER OF (logrec->\'$.data.tags\')': 'tags contains “vip”',
  '\'vip\' MEMBER OF (logrec->\'$.data.tags\') IS NOT TRUE': 'tags does not contain “vip”',
  'logrec->\'$.data.x\' = CAST(\'null\' AS JSON)': 'x is null',
  'message REGEXP \'a|b\'': 'message matches /a|b/',
  'ts > \'2026-11-22\'': 'time is after “2026-11-22”',
  'NOT (level = 10 AND level = 20)': 'not (level is 10 and level is 20)',
  'HOUR(ts) > 3': '',
  'level = 10 AND \'open': '',
})) {
  test(`in words: ${query}`, () => assert.equal(queryText(query), expected));
}

const BEGIN = 'Make sure the query filter is a valid WHERE expression: ';
/** @type {[string, string, string|null][]} message, query, what is marked */
const spans = [
  ['unknown column \'lvl\', did you mean \'level\'?', 'level = 1 AND lvl = 3', 'lvl'],
  ['unexpected end of the expression at character 14, expected a value', 'level = 3 AND', ''],
  ['unexpected \')\' at character 7, expected an operator', 'level ) 3', ')'],
  ['unexpected \')\' at character 7, expected an operator', '\n  level ) 3', ')'],
  ['JSON path \'$.data.\' ends too early', 'logrec->\'$.data.\' = 3', '\'$.data.\''],
  ['a JSON path begins with \'$\'', 'level = \'x\' AND logrec->\'data\' = 3', '\'data\''],
  ['the string that begins at character 8 does not end', 'name = \'\'\'abc', '\'\'\'abc'],
  ['unknown function \'SLEEP\': it waits, or keeps the database busy', 'level = sleep(3)', 'sleep'],
  ['the regular expression at character 16: \'(\' without \')\'', 'message REGEXP \'(a\'', '\'(a\''],
  ['JSON is compared with a date; use CAST(... AS DATETIME) on what ->> gives (at character 10)', 'logrec = NOW()',
    'NOW'],
  ['IF takes 3 arguments, not 2', 'level = IF(1, 2)', 'IF'],
  ['unexpected \'x\' at character 13', 'name = \'🦊日\' x', 'x'],
  ['longer than 65536 bytes', 'level = 1', null],
];
for (const [message, query, marked] of spans) {
  test(`marked: ${message}`, () => {
    const span = errorSpan(BEGIN + message, query);
    assert.equal(span && query.slice(span.start, span.end), marked);
  });
}

test('the words that all messages begin with are left out', () => {
  assert.equal(errorText(`${BEGIN}unknown column 'lvl'`), 'Unknown column \'lvl\'');
});

test('what was probably meant', () => {
  assert.deepEqual(errorFixes(`${BEGIN}unknown column 'lvl', did you mean 'level'?`, 'a = 1 AND lvl > 3'),
    [{label: 'Use level', query: 'a = 1 AND level > 3'}, {label: 'The field lvl', query: 'a = 1 AND logrec->\'$.data.lvl\' > 3'},
      {label: 'Search for “a = 1 AND lvl > 3”', search: 'a = 1 AND lvl > 3'}]);
  assert.deepEqual(errorFixes(`${BEGIN}unknown column 'data'`, 'data.user.id = 7')[0],
    {label: 'The field user.id', query: 'logrec->\'$.data.user.id\' = 7'});
  assert.deepEqual(errorFixes(`${BEGIN}unexpected 'refused' at character 12, expected an operator`,
    'Connection refused'),
    [{label: 'Search for “Connection refused”', search: 'Connection refused'}]);
  assert.deepEqual(errorFixes(`${BEGIN}unexpected ')'`, 'level ) = 3'), [{label: 'Search for “level ) = 3”', search: 'level ) = 3'}]);
});

test('every word that completion offers has a use', () => {
  assert.equal(new Set(WORDS.map(({name}) => name)).size, WORDS.length);
  assert.ok(EXAMPLES.flatMap(({examples}) => examples).length > 15);
});
