// The query text: its words, by MySQL's lexical rules, and edits that leave everything else as it was typed.
import {json} from '../base/json.js';

/**
 * @typedef {'space'|'text'|'name'|'quoted'|'number'|'keyword'|'operator'|'bad'} TokenType
 * @typedef {{type: TokenType, text: string, start: number, end: number}} Token
 */

export const KEYWORDS = new Set(
  ('AND OR XOR NOT IS NULL TRUE FALSE UNKNOWN LIKE ESCAPE REGEXP RLIKE IN BETWEEN MEMBER OF ' +
  'CASE WHEN THEN ELSE END CAST CONVERT AS USING BINARY COLLATE INTERVAL DIV MOD EXTRACT FROM FOR').split(' '));

/** The first that matches wins. @type {[TokenType, RegExp][]} */
const RULES = [
  ['space', /[ \t\r\n\v\f]+/y],
  ['text', /'(?:[^'\\]|\\[^]|'')*'(?!')|"(?:[^"\\]|\\[^]|"")*"(?!")/y],
  ['quoted', /`(?:[^`]|``)*`/y],
  ['number', /[xXbB]'[0-9a-fA-F]*'|0x[0-9a-fA-F]+|0b[01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_$\u0080-\uffff][\w$\u0080-\uffff]*/yu],
  ['operator', /<=>|->>|->|>=|<=|<>|!=|\|\||&&|<<|>>|[-+*/%^~!&|,.=<>()]/y],
  ['bad', /['"`][^]*|[^]/yu],
];

/**
 * All of the text, spaces included; 'bad' is what can not be there, or does not end. @param {string} text
 */
export function tokenize(text) {
  /** @type {Token[]} */
  const tokens = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** @param {string} text @param {number} at @returns {Token} */
function tokenAt(text, at) {
  for (const [type, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(text)?.[0];
    if (found) {
      const keyword = type === 'name' && KEYWORDS.has(found.toUpperCase());
      return {type: keyword ? 'keyword' : type, text: found, start: at, end: at + found.length};
    }
  }
  return {type: 'bad', text: text.slice(at), start: at, end: text.length};
}

/** @param {string} text */
export function words(text) {
  return tokenize(text).filter((token) => token.type !== 'space');
}

/** @param {Token | undefined} token @param {string} word */
export function is(token, word) {
  return token !== undefined && token.type !== 'text' && token.text.toUpperCase() === word;
}

/** As MySQL reads it. @param {string} literal */
export function textValue(literal) {
  const quote = literal[0];
  const escapes = /** @type {Record<string, string>} */ ({0: '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a',
    '%': '\\%', _: '\\_'});
  return literal.slice(1, -1).replace(new RegExp(`\\\\([^])|${quote}${quote}`, 'g'),
    (all, escaped) => escaped === undefined ? quote : escapes[escaped] ?? escaped);
}

// Edits

/** @typedef {string | number} Key of an object, of an array */

const ESCAPES = /** @type {Record<string, string>} */ (
  {'\\': '\\\\', '\'': '\'\'', '\0': '\\0', '\b': '\\b', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1a': '\\Z'});

/** @param {string} text */
export function textLiteral(text) {
  return `'${text.replace(/[\\'\0\b\n\r\t\x1a]/g, (c) => ESCAPES[c])}'`;
}

/** @param {unknown} value of JSON */
export function literal(value) {
  switch (typeof value) {
    case 'string': return textLiteral(value);
    case 'number': case 'bigint': return String(value);
    case 'boolean': return String(value);
    default: return `CAST(${textLiteral(json(value))} AS JSON)`;
  }
}

/** $.data.user[0] @param {Key[]} keys */
export function pathOf(keys) {
  return '$' + keys.map((key) => typeof key === 'number' ? `[${key}]`
    : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`).join('');
}

/** null where the path may mean several values. @param {string} path @returns {Key[] | null} */
export function keysOf(path) {
  /** @type {Key[]} */
  const keys = [];
  if (path[0] !== '$') {
    return null;
  }
  const step = /\.([\p{L}_$][\p{L}\d_$]*)|\.("(?:[^"\\]|\\.)*")|\[(\d+)\]/uy;
  for (step.lastIndex = 1; step.lastIndex < path.length;) {
    const found = step.exec(path);
    if (!found) {
      return null;
    }
    try {
      keys.push(found[1] ?? (found[2] ? JSON.parse(found[2]) : Number(found[3])));
    } catch {
      return null;
    }
  }
  return keys;
}

/** @param {Record<string, any>} record @param {string} path @returns {any} */
export function valueAt(record, path) {
  const keys = keysOf(path);
  if (!keys) {
    const name = path === 'record_id' ? 'id' : path;
    return Object.hasOwn(record, name) ? record[name] : undefined;
  }
  let value = record.logrec;
  for (const key of keys) {
    const there = value !== null && typeof value === 'object' && Object.hasOwn(value, key);
    value = there ? value[key] : undefined;
  }
  return value;
}

/** @param {string} path */
export function operand(path) {
  return path[0] === '$' ? `logrec->${textLiteral(path)}` : path;
}

/**
 * That a field has this value (undefined: that it is not there), or has not, which includes records without it.
 * @param {string} path @param {unknown} value @param {boolean} [not]
 */
export function condition(path, value, not = false) {
  const field = operand(path);
  if (value === undefined) {
    return `${field} IS ${not ? 'NOT ' : ''}NULL`;
  }
  if (path[0] !== '$') {
    const plain = path === 'ts' ? String(value).replace(/(Z|[+-]\d\d:\d\d)$/, '') : value;
    return `${field} ${not ? '!=' : '='} ${literal(plain)}`;
  }
  return not ? `NOT ${field} <=> ${literal(value)}` : `${field} = ${literal(value)}`;
}

/** @param {string} path of an array @param {unknown} value @param {boolean} [not] */
export function memberCondition(path, value, not = false) {
  return `${literal(value)} MEMBER OF (${operand(path)})${not ? ' IS NOT TRUE' : ''}`;
}

/** What AND joins; loose: it is one part with an OR outermost. @param {string} query */
export function conjuncts(query) {
  /** @type {number[]} */
  const cuts = [];
  const tokens = tokenize(query);
  let depth = 0;
  let between = 0;
  for (const token of tokens) {
    depth += nesting(token);
    if (depth !== 0) {
      continue;
    }
    if (is(token, 'BETWEEN')) {
      between++;
    } else if (is(token, 'OR') || is(token, 'XOR') || is(token, '||')) {
      return {parts: [query.trim()], loose: true};
    } else if ((is(token, 'AND') || is(token, '&&')) && --between < 0) {
      cuts.push(token.start, token.end);
      between = 0;
    }
  }
  const edges = [0, ...cuts, query.length];
  const parts = edges.flatMap((edge, i) => i % 2 ? [] : [query.slice(edge, edges[i + 1]).trim()]);
  return {parts: parts.filter((part) => part !== ''), loose: false};
}

/** @param {Token} token */
export function nesting(token) {
  return is(token, '(') || is(token, 'CASE') ? 1 : is(token, ')') || is(token, 'END') ? -1 : 0;
}

/** One spelling for what is written in several. @param {string} text */
function normal(text) {
  const bare = unwrap(text);
  return words(bare).map(({type, text: word}) => type === 'keyword' ? word.toUpperCase()
    : type === 'name' ? word.toLowerCase() : word === '<>' ? '!=' : word).join(' ');
}

/** @param {string} part @returns {string} */
function unwrap(part) {
  const tokens = words(part);
  let depth = 0;
  const whole = is(tokens[0], '(')
    && tokens.every((token, i) => (depth += nesting(token)) > 0 || i === tokens.length - 1);
  return whole && depth === 0 ? unwrap(part.trim().slice(1, -1).trim()) : part.trim();
}

/** @param {string[]} parts */
function join(parts) {
  return parts.length === 1 ? unwrap(parts[0]) : parts.join(' AND ');
}

/** @param {string} query @param {string} part */
export function has(query, part) {
  return conjuncts(query).parts.some((other) => normal(other) === normal(part));
}

/** @param {string} query @param {string} part */
export function remove(query, part) {
  return join(conjuncts(query).parts.filter((other) => normal(other) !== normal(part)));
}

/** @param {string} query @param {string} part @param {string} other in its place */
export function replace(query, part, other) {
  const whole = conjuncts(other).loose ? `(${other})` : other;
  return join(conjuncts(query).parts.map((each) => normal(each) === normal(part) ? whole : each));
}

/** @param {string} query @param {string} part */
export function add(query, part) {
  const {parts, loose} = conjuncts(query);
  if (has(query, part)) {
    return query;
  }
  return [...(loose ? [`(${parts[0]})`] : parts), conjuncts(part).loose ? `(${part})` : part].join(' AND ');
}

/**
 * "Only these" takes the place of what contradicts it: another value, and its own negation.
 * @param {string} query @param {string} path @param {unknown} value
 */
export function only(query, path, value) {
  const wanted = condition(path, value);
  const against = normal(condition(path, value, true));
  const start = normal(`${operand(path)} =`) + ' ';
  const {parts, loose} = conjuncts(query);
  const kept = loose ? parts : parts.filter((part) => {
    const other = normal(part);
    return other !== against && !(other.startsWith(start) && isLiteral(other.slice(start.length)));
  });
  return add(loose ? query : kept.join(' AND '), wanted);
}

/** @param {string} text */
function isLiteral(text) {
  return /^(-\s?)?[\w.+-]+$/.test(text) || words(text).length === 1 || /^cast \( '[^]*' AS json \)$/i.test(text);
}

/** @param {string} query @param {string} path @param {unknown} value */
export function not(query, path, value) {
  return add(remove(query, condition(path, value)), condition(path, value, true));
}

// The contrary

const CONTRARY = /** @type {Record<string, string>} */ ({'=': '!=', '!=': '=', '<>': '=', '<': '>=', '>=': '<', '>': '<=',
  '<=': '>'});

/**
 * True for all other records, those without the field too; of a contrary what it was made of.
 * @param {string} part of a query
 */
export function negate(part) {
  const text = unwrap(part);
  const list = words(text);
  const [first, second, third, fourth] = list;
  const after = (/** @type {Token} */ token) => text.slice(token.end);
  const before = (/** @type {number} */ last) => text.slice(0, list.at(last)?.start).trim();
  const plain = !conjuncts(text).loose && conjuncts(text).parts.length === 1;
  const ends = (/** @type {string[]} */ ...end) => end.every((word, i) => is(list[list.length - end.length + i], word));
  if (plain && is(first, 'NOT')) {
    return unwrap(after(first).replace(/<=>(?= *\S+$| *'[^]*'$)/, '='));
  }
  if (plain && ends('IS', 'NOT', 'TRUE')) {
    return unwrap(before(-3));
  }
  if (plain && ends('IS', 'NOT', 'NULL')) {
    return `${before(-2)} NULL`;
  }
  if (plain && ends('IS', 'NULL')) {
    return `${before(-1)} NOT NULL`;
  }
  // Columns are there always, fields are not.
  const column = plain && first?.type === 'name' && !is(first, 'LOGREC');
  if (column && second && CONTRARY[second.text]) {
    return `${first.text} ${CONTRARY[second.text]}${after(second)}`;
  }
  if (column && is(second, 'LIKE')) {
    return `${first.text} NOT LIKE${after(second)}`;
  }
  if (column && is(second, 'NOT') && is(third, 'LIKE')) {
    return `${first.text} LIKE${after(third)}`;
  }
  if (plain && is(first, 'LOGREC') && is(second, '->') && is(fourth, '=')) {
    return `NOT ${before(3)} <=>${after(fourth)}`;
  }
  return plain && list.some((token) => is(token, 'MEMBER')) ? `${text} IS NOT TRUE` : `(${text}) IS NOT TRUE`;
}

/** That a logger, and all whose names begin so, is left out. @param {string} name */
export function muteCondition(name) {
  return `name NOT LIKE ${textLiteral(name.replace(/[\\%_]/g, '\\$&') + '%')}`;
}

/** The loggers that are left out. @param {string} query */
export function mutedNames(query) {
  return conjuncts(query).parts.flatMap((part) => {
    const list = words(unwrap(part));
    const name = list.length === 4 && list[3].type === 'text'
      ? textValue(list[3].text).slice(0, -1).replace(/\\([\\%_])/g, '$1') : null;
    return name !== null && normal(part) === normal(muteCondition(name)) ? [name] : [];
  });
}
