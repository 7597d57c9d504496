// What a query may be made of, with a few words on each: for completion and help.

/** @typedef {'column'|'path'|'function'|'keyword'|'logger'} Kind */
/** @typedef {{name: string, insert: string, about: string, kind: Kind}} Word */

/** @type {[string, string][]} */
const COLUMNS = [
  ['level', '10 DEBUG, 20 INFO, 30 WARNING, 40 ERROR, 50 CRITICAL'],
  ['message', 'the formatted message; case does not matter'],
  ['name', 'the logger\'s name; case matters'],
  ['ts', 'when it was logged, UTC'],
  ['id', 'the number of the record'],
  ['logrec', 'everything else, as JSON'],
];

/** @type {[string, string][]} */
const META = [
  ['$.meta.msg', 'the message before its arguments were put in'],
  ['$.meta.args', 'its arguments'],
  ['$.meta.funcName', 'the function that logged'],
  ['$.meta.filename', 'its file'],
  ['$.meta.pathname', 'its file with the path'],
  ['$.meta.lineno', 'its line'],
  ['$.meta.module', 'its module'],
  ['$.meta.process', 'number of the process'],
  ['$.meta.processName', 'name of the process'],
  ['$.meta.thread', 'number of the thread'],
  ['$.meta.threadName', 'name of the thread'],
  ['$.meta.taskName', 'name of the asyncio task'],
  ['$.error', 'exc_info and exc_text'],
  ['$.error.exc_text', 'the traceback'],
  ['$.data', 'what was passed as extra'],
];

/** Signature, and what it gives. @type {[string, string][]} */
const FUNCTIONS = [
  ['JSON_CONTAINS(json, part)', 'whether the part is in it'],
  ['JSON_CONTAINS_PATH(logrec, \'one\', path)', 'whether a field is there'],
  ['JSON_LENGTH(json)', 'how many elements or members'],
  ['JSON_SEARCH(logrec, \'one\', pattern)', 'where a text is found'],
  ['JSON_TYPE(json)', '\'STRING\', \'INTEGER\', \'DOUBLE\', \'BOOLEAN\', \'NULL\', \'ARRAY\', \'OBJECT\''],
  ['JSON_KEYS(json)', 'the names of the members'],
  ['JSON_OVERLAPS(json, json)', 'whether they have an element in common'],
  ['JSON_DEPTH(json)', 'how deep it is nested'],
  ['CHAR_LENGTH(text)', 'how many characters'],
  ['LOWER(text)', 'in lower case'],
  ['UPPER(text)', 'in upper case'],
  ['CONCAT(text, text)', 'joined'],
  ['LEFT(text, n)', 'the first n characters'],
  ['RIGHT(text, n)', 'the last n characters'],
  ['SUBSTRING(text, from, n)', 'a part, counted from 1'],
  ['SUBSTRING_INDEX(text, \'.\', n)', 'what stands before the nth dot'],
  ['INSTR(text, part)', 'where the part is, 0 for nowhere'],
  ['REPLACE(text, old, new)', 'replaced everywhere'],
  ['TRIM(text)', 'without blanks around it'],
  ['REGEXP_LIKE(text, pattern)', 'whether it matches'],
  ['NOW()', 'now, UTC'],
  ['CURDATE()', 'today, UTC'],
  ['DATE(ts)', 'its day'],
  ['TIME(ts)', 'its time of day'],
  ['HOUR(ts)', '0 to 23'],
  ['MINUTE(ts)', '0 to 59'],
  ['WEEKDAY(ts)', '0 Monday to 6 Sunday'],
  ['DAYOFMONTH(ts)', '1 to 31'],
  ['MONTH(ts)', '1 to 12'],
  ['YEAR(ts)', 'such as 2026'],
  ['DATE_FORMAT(ts, \'%H:%i\')', 'as text'],
  ['UNIX_TIMESTAMP(ts)', 'seconds since 1970'],
  ['TIMESTAMPDIFF(SECOND, ts, NOW())', 'the time between two moments'],
  ['ABS(n)', 'without its sign'],
  ['ROUND(n, digits)', 'rounded'],
  ['FLOOR(n)', 'rounded down'],
  ['CEILING(n)', 'rounded up'],
  ['MOD(n, m)', 'the rest of a division'],
  ['GREATEST(x, y)', 'the greatest of them'],
  ['LEAST(x, y)', 'the least of them'],
  ['COALESCE(x, y)', 'the first that is not NULL'],
  ['IFNULL(x, y)', 'y where x is NULL'],
  ['IF(condition, x, y)', 'x or y'],
  ['CAST(x AS SIGNED)', 'as a number, CHAR, DATETIME, JSON'],
];

/** @type {[string, string][]} */
const KEYWORDS = [
  ['AND', 'both'], ['OR', 'either'], ['NOT', 'the opposite'], ['LIKE', '% any characters, _ one'],
    ['NOT LIKE', 'does not match'],
  ['REGEXP', 'matches a regular expression'], ['IN (', 'one of several'], ['BETWEEN', 'both ends included'],
    ['IS NULL', 'is not there'],
  ['IS NOT NULL', 'is there'], ['MEMBER OF (', 'is an element of'], ['INTERVAL 10 MINUTE', 'a length of time'],
];

/** @param {string} signature @returns {string} what is typed of it: its name, and the parenthesis */
function call(signature) {
  return signature.replace(/\(.*$/, signature.endsWith('()') ? '()' : '(');
}

/** @type {Word[]} */
export const WORDS = [
  ...COLUMNS.map(([name, about]) => /** @type {Word} */ ({name, insert: name, about, kind: 'column'})),
  ...KEYWORDS.map(([name, about]) => /** @type {Word} */ ({name, insert: name + (name.endsWith('(') ? '' : ' '), about,
    kind: 'keyword'})),
  ...FUNCTIONS.map(([name, about]) => /** @type {Word} */ ({name, insert: call(name), about, kind: 'function'})),
];

/** @type {Word[]} */
export const PATHS = META.map(([name, about]) => ({name, insert: name, about, kind: 'path'}));

/** What a query can say, as examples. @type {{title: string, examples: [string, string][]}[]} */
export const EXAMPLES = [
  {title: 'Text', examples: [
    ['The message contains a word', 'message LIKE \'%timeout%\''],
    ['One of two words, as a regular expression', 'message REGEXP \'timeout|deadlock\''],
    ['All loggers but some', 'name NOT LIKE \'urllib3.%\''],
    ['The same template, whatever was put into it', 'logrec->>\'$.meta.msg\' = \'User %s logged in\''],
  ]},
  {title: 'Fields passed as extra', examples: [
    ['A value', 'logrec->\'$.data.status\' = 500'],
    ['One of several', 'logrec->\'$.data.status\' IN (500, 502, 503)'],
    ['A range', 'logrec->\'$.data.seconds\' BETWEEN 2.5 AND 60'],
    ['A nested text, in any case', 'LOWER(logrec->>\'$.data.user.name\') = \'bob\''],
    ['An element of a list', '\'vip\' MEMBER OF (logrec->\'$.data.user.tags\')'],
    ['A field that is there at all', 'logrec->\'$.data.request_id\' IS NOT NULL'],
  ]},
  {title: 'Errors', examples: [
    ['Records with a traceback', 'logrec->\'$.error.exc_text\' IS NOT NULL'],
    ['Tracebacks of one kind', 'logrec->>\'$.error.exc_text\' LIKE \'%ConnectionResetError%\''],
  ]},
  {title: 'Where it was logged', examples: [
    ['A place in the source', 'logrec->>\'$.meta.filename\' = \'views.py\' AND logrec->\'$.meta.lineno\' = 20'],
    ['One process', 'logrec->\'$.meta.process\' = 29406'],
    ['All but the main thread', 'logrec->>\'$.meta.threadName\' != \'MainThread\''],
  ]},
  {title: 'Time (UTC)', examples: [
    ['The last ten minutes', 'ts > NOW() - INTERVAL 10 MINUTE'],
    ['At night', 'HOUR(ts) NOT BETWEEN 6 AND 21'],
    ['At the weekend', 'WEEKDAY(ts) >= 5'],
  ]},
];
