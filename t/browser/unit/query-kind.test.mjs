// What is an expression, and what is searched for.
import test from 'node:test';
import assert from 'node:assert/strict';
import {isExpression} from '../../../www/js/query/text.js';

const EXPRESSIONS = ['level = 50', 'level>=40 AND name LIKE \'app.%\'', 'lvl = 20', 'mesage = 1', 'status = 500', 'NOT level = 10',
  'logrec->\'$.data.foo\' = 387 AND logrec->\'$.meta.lineno\' = 20', 'logrec->>\'$.data.ok\'', '(level = 10 OR level = 20) AND message LIKE "%a%"',
  'JSON_LENGTH(logrec->\'$.data.list\') > 3', 'CHAR_LENGTH(message)', 'level IN (10, 20)', 'name NOT IN (\'a\')', 'message IS NOT NULL', 'level BETWEEN 10 AND 20',
  'CASE WHEN level > 10 THEN TRUE ELSE FALSE END', 'ts > NOW() - INTERVAL 1 HOUR', '3 MEMBER OF (logrec->\'$.data.list\')', 'CAST(message AS SIGNED) = 5',
  'message = \'a\' \'b\'', 'data.status = 500', 'message LIKE \'%timeo', 'level = 50 and', 'level >= x y'];

const SEARCHES = ['', 'timeout', '500', '"search backend"', '\'x\'', 'timeout OR error', 'a AND b', '-debug', 'status:500', 'status:>=500 timeout', 'level:error', 'a-b', 'it\'s broken',
  'message is lost', 'name in use', 'level', 'logrec', 'connect(host)', 'foo() failed', 'KeyError: \'user_id\'', 'http://x/y?a=1&b=2', '12:30', 'File "/srv/db.py", line 41',
  'NOT NULL constraint failed', 'TRUE', '1 + 1', 'a = b c', '= 5', 'user=5 failed', '<script>', 'x; y', '100%', '@admin', '\u65e5\u672c', '<a> = (b', 'like this', 'the level is high'];

test('an expression compares a column or calls a function', () => {
  EXPRESSIONS.forEach((text) => assert.ok(isExpression(text), text));
});

test('all else is searched for', () => {
  SEARCHES.forEach((text) => assert.ok(!isExpression(text), text));
});
