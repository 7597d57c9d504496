// What a query may be made of: for completion and help.
import {part} from '../base/api.js';
import {textLiteral, textValue, tokenize} from './edit.js';

/** @import {Row} from '../base/api.js' */
/** @import {Token} from './edit.js' */
/** @typedef {'column'|'path'|'function'|'keyword'|'logger'} Kind */
/** @typedef {{name: string, insert: string, about: string, kind: Kind}} Word */

/** @type {[string, string][]} */
const COLUMNS = [
  ['level', '10 DEBUG, 20 INFO, 30 WARNING, 40 ERROR, 50 CRITICAL'],
  ['message', 'the formatted message; case does not matter'],
  ['name', "the logger's name; case matters"],
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

/** @type {[string, string][]} */
const FUNCTIONS = [
  ['JSON_CONTAINS(json, part)', 'whether the part is in it'],
  ["JSON_CONTAINS_PATH(logrec, 'one', path)", 'whether a field is there'],
  ['JSON_LENGTH(json)', 'how many elements or members'],
  ['JSON_TYPE(json)', "'STRING', 'INTEGER', 'DOUBLE', 'BOOLEAN', 'NULL', 'ARRAY', 'OBJECT'"],
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
  ["SUBSTRING_INDEX(text, '.', n)", 'what stands before the nth dot'],
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
  ["DATE_FORMAT(ts, '%H:%i')", 'as text'],
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

/** What is typed of it. @param {string} signature */
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

/** @type {{title: string, examples: [string, string][]}[]} */
export const EXAMPLES = [
  {title: 'Text', examples: [
    ['One of two words, as a regular expression', "message REGEXP 'timeout|deadlock'"],
    ['All loggers but some', "name NOT LIKE 'urllib3.%'"],
    ['The same template, whatever was put into it', "logrec->>'$.meta.msg' = 'User %s logged in'"],
  ]},
  {title: 'Fields passed as extra', examples: [
    ['A value', "logrec->'$.data.status' = 500"],
    ['One of several', "logrec->'$.data.status' IN (500, 502, 503)"],
    ['A range', "logrec->'$.data.seconds' BETWEEN 2.5 AND 60"],
    ['An element of a list', "'vip' MEMBER OF (logrec->'$.data.user.tags')"],
    ['A field that is there at all', "logrec->'$.data.request_id' IS NOT NULL"],
  ]},
  {title: 'Errors', examples: [
    ['Records with a traceback', "logrec->'$.error.exc_text' IS NOT NULL"],
    ['Tracebacks of one kind', "logrec->>'$.error.exc_text' LIKE '%ConnectionResetError%'"],
  ]},
  {title: 'Where it was logged', examples: [
    ['A place in the source', "logrec->>'$.meta.filename' = 'views.py' AND logrec->'$.meta.lineno' = 20"],
    ['One process', "logrec->'$.meta.process' = 29406"],
    ['All but the main thread', "logrec->>'$.meta.threadName' != 'MainThread'"],
  ]},
  {title: 'Time (UTC)', examples: [
    ['The last ten minutes', 'ts > NOW() - INTERVAL 10 MINUTE'],
    ['At night', 'HOUR(ts) NOT BETWEEN 6 AND 21'],
    ['At the weekend', 'WEEKDAY(ts) >= 5'],
  ]},
];

// Completion

/** @typedef {{words: Word[], start: number, end: number}} Completion in the place of that span */

const MOST = 40;

/**
 * @param {string} text @param {number} cursor @param {{paths: string[], names: string[]}} seen
 * @param {boolean} [asked] something is offered even where nothing was typed
 */
export function complete(text, cursor, seen, asked = false) {
  const tokens = tokenize(text);
  const token = tokens.find(({start, end}) => start < cursor && end >= cursor);
  const open = token && token.type === 'bad' && /^['"]/.test(token.text);
  if (token && (open || (token.type === 'text' && cursor < token.end))) {
    return inString(text, cursor, token, tokens, seen);
  }
  if (token && (token.type === 'name' || token.type === 'keyword')) {
    const typed = text.slice(token.start, cursor);
    return found(byText(all(seen), typed), token.start, token.end, typed);
  }
  // A path that has no quotes yet.
  if (token && (token.text === '->' || token.text === '->>') && cursor === token.end) {
    return {words: paths(seen).map((word) => ({...word, insert: textLiteral(word.insert)})), start: cursor,
      end: cursor};
  }
  const blank = !token || token.type === 'space' || token.text === '(' || token.text === ',';
  return asked && blank ? {words: all(seen).slice(0, MOST), start: cursor, end: cursor} : null;
}

/** @param {Word[]} words @param {number} start @param {number} end @param {string} typed */
function found(words, start, end, typed) {
  const done = words.length === 1 && words[0].insert.trim().toLowerCase() === typed.toLowerCase();
  return words.length && !done ? {words: words.slice(0, MOST), start, end} : null;
}

/** @param {{paths: string[]}} seen @returns {Word[]} */
function paths({paths: list}) {
  const about = new Map(PATHS.map((word) => [word.name, word]));
  const own = list.map((name) => about.get(name)
    ?? /** @type {Word} */ ({name, insert: name, about: '', kind: 'path'}));
  const data = own.filter((word) => word.name.startsWith('$.data'));
  return [...new Set([...data, ...PATHS, ...own])];
}

/** @param {{paths: string[], names: string[]}} seen */
function all(seen) {
  const fields = paths(seen).map((word) => ({...word, insert: `logrec->${textLiteral(word.insert)} `}));
  return [...WORDS.filter(({kind}) => kind === 'column'), ...fields, ...WORDS.filter(({kind}) => kind !== 'column')];
}

/** First what begins with it, then with a word that does. @param {Word[]} words @param {string} typed */
export function byText(words, typed) {
  const part = typed.toLowerCase();
  const rank = (/** @type {string} */ name) => {
    const at = name.toLowerCase().indexOf(part);
    return at < 0 ? 9 : at === 0 ? 0 : /[\w]/.test(name[at - 1]) ? 2 : 1;
  };
  return words.map((word) => ({word, at: rank(word.name)})).filter(({at}) => at < 9 && (part.length > 1 || at < 2))
    .sort((a, b) => a.at - b.at).map(({word}) => word);
}

/**
 * @param {string} text @param {number} cursor @param {Token} token @param {Token[]} tokens
 * @param {{paths: string[], names: string[]}} seen
 */
function inString(text, cursor, token, tokens, seen) {
  const before = tokens.filter(({end, type}) => end <= token.start && type !== 'space');
  const quote = token.text[0];
  const typed = text.slice(token.start + 1, cursor);
  // A string that does not end takes the rest of the text with it: only the word is replaced.
  const rest = token.type === 'text' ? token.end : cursor + (/^[\w.$"[\]]*/.exec(text.slice(cursor))?.[0].length ?? 0);
  const quoted = (/** @type {Word[]} */ words) => words.map((word) => ({...word,
    insert: quote === "'" ? textLiteral(word.insert) : JSON.stringify(word.insert)}));
  if (before.at(-1)?.text.startsWith('->') || typed.startsWith('$')) {
    return found(quoted(byPath(paths(seen), typed)), token.start, rest, '');
  }
  const column = before.findLast(({type}) => type === 'name')?.text.toLowerCase();
  if (column === 'name' && ['=', '!=', '<>', '(', ',', 'LIKE'].includes(before.at(-1)?.text.toUpperCase() ?? '')) {
    const names = seen.names.map((name) => /** @type {Word} */ ({name, insert: name, about: 'logger', kind: 'logger'}));
    return found(quoted(byText(names, typed)), token.start, rest, '');
  }
  return null;
}

/** @param {Word[]} words @param {string} typed */
function byPath(words, typed) {
  const whole = textValue(`'${typed}'`);
  const starting = words.filter(({name}) => name.toLowerCase().startsWith(whole.toLowerCase()));
  return starting.length ? starting : byText(words, whole.replace(/^\$\.?/, ''));
}

// The JSON paths seen in records

const PATHS_MOST = 600;
const SAMPLE = 60;

/** @type {Set<string>} */
const seen = new Set();
let sampled = '';

/** @param {any} value @param {string} path @param {number} depth */
function walk(value, path, depth) {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || depth > 6) {
    seen.add(path);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    walk(inner, path + (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`), depth + 1);
  }
}

/** Of loggers. @type {Set<string>} */
export const seenNames = new Set();

/** @param {Row} row */
export function learn(row) {
  seenNames.add(row.name);
  if (row.logrec && seen.size < PATHS_MOST) {
    Object.entries(row.logrec).forEach(([key, value]) => walk(value, `$.${key}`, 0));
  }
}

/** One's own (data) first. */
export function knownPaths() {
  const rank = (/** @type {string} */ path) => path.startsWith('$.data') ? 0 : path.startsWith('$.error') ? 1 : 2;
  return [...seen].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Of what is on screen. @param {import('../base/api.js').Filters} filters @param {number} first row */
export async function sample(filters, first) {
  const asked = JSON.stringify([filters, first]);
  if (asked !== sampled) {
    sampled = asked;
    try {
      (await part(filters, first, first + SAMPLE - 1, {logrec: true})).rows.forEach(learn);
    } catch {
      // Whatever is wrong shows in the list.
      sampled = '';
    }
  }
}
