// A query in words ("data.host begins with 'db'"), the server's words about its errors, and what is a query at all.
import {is, keysOf, nesting, operand as operandOf, textValue, tokenize, words} from './edit.js';
import {WORDS} from './words.js';

/** @import {Token} from './edit.js' */

const COMPARISONS = /** @type {Record<string, string>} */ ({'=': 'is', '<=>': 'is', '!=': 'is not', '<>': 'is not',
  '>': 'is more than', '>=': 'is at least', '<': 'is less than', '<=': 'is at most'});
const TIMES = /** @type {Record<string, string>} */ ({'>': 'is after', '>=': 'is not before', '<': 'is before',
  '<=': 'is not after'});

/** '' where the query itself says it best. @param {string} query */
export function queryText(query) {
  const list = words(query);
  return list.length && !tokenize(query).some(({type}) => type === 'bad') ? expression(list) ?? '' : '';
}

/** @param {Token[]} list @returns {string | null} null where it is beyond this */
function expression(list) {
  for (const [word, joint] of [['OR', ' or '], ['AND', ' and ']]) {
    const parts = split(list, word);
    if (parts.length > 1) {
      const texts = parts.map((part) => word === 'AND' && split(part, 'OR').length > 1 ? null : expression(part));
      return texts.every((text) => text !== null) ? texts.join(joint) : null;
    }
  }
  if (is(list[0], 'NOT')) {
    const text = expression(list.slice(1));
    return text && negated(text);
  }
  if (['IS', 'NOT', 'TRUE'].every((word, i) => is(list[list.length - 3 + i], word))) {
    const inside = enclosed(list.slice(0, -3));
    const text = inside && expression(inside);
    return text ? negated(text) : condition(list);
  }
  const inner = enclosed(list);
  const text = inner && expression(inner);
  return inner ? text && (split(inner, 'OR').length > 1 ? `(${text})` : text) : condition(list);
}

/** @param {string} text */
function negated(text) {
  const plain = text.replace(/ is (?!not )/, ' is not ');
  return / (?:and|or) /.test(text) ? `not (${text})` : plain !== text ? plain : `not: ${text}`;
}

/** @param {Token[]} list @param {string} word */
function split(list, word) {
  /** @type {Token[][]} */
  const parts = [[]];
  let depth = 0;
  let between = 0;
  for (const token of list) {
    depth += nesting(token);
    between += depth === 0 && is(token, 'BETWEEN') ? 1 : 0;
    const joint = depth === 0 && (is(token, word) || (word === 'AND' ? is(token, '&&') : is(token, '||')));
    if (joint && !(is(token, 'AND') && between-- > 0)) {
      parts.push([]);
      between = 0;
    } else {
      parts[parts.length - 1].push(token);
    }
  }
  return parts;
}

/** In the parentheses around all of it. @param {Token[]} list */
function enclosed(list) {
  let depth = 0;
  const whole = is(list[0], '(') && is(list.at(-1), ')') && list.every((token, i) => {
    depth += is(token, '(') ? 1 : is(token, ')') ? -1 : 0;
    return depth > 0 || i === list.length - 1;
  });
  return whole ? list.slice(1, -1) : null;
}

/** @param {Token[]} list */
function condition(list) {
  const [field, rest] = operand(list);
  if (!field) {
    return member(list);
  }
  const not = is(rest[0], 'NOT') ? 1 : 0;
  const [operator, ...values] = rest.slice(not);
  const found = is(operator, 'IS') ? existence(field, values) : is(operator, 'LIKE') ? like(field, values, not)
    : is(operator, 'IN') ? among(field, values, not) : is(operator, 'BETWEEN') ? between(field, values, not)
      : is(operator, 'REGEXP') || is(operator, 'RLIKE') ? regexp(field, values, not) : null;
  return found ?? (operator && !not ? comparison(field, operator, values) : null);
}

/** The field, and what follows. @param {Token[]} list @returns {[string, Token[]]} */
function operand(list) {
  const arrow = is(list[0], 'LOGREC') && (is(list[1], '->') || is(list[1], '->>')) && list[2]?.type === 'text';
  if (arrow) {
    const keys = keysOf(textValue(list[2].text));
    return [keys ? keys.map((key) => typeof key === 'number' ? `[${key}]` : `.${key}`).join('').replace(/^\./, '')
      .replace(/^(data|meta)\.(?=.)/, '') : '', list.slice(3)];
  }
  const known = list[0]?.type === 'name' && /^(id|record_id|name|ts|level|message)$/i.test(list[0].text);
  const column = known ? list[0].text.toLowerCase() : '';
  return [({name: 'logger', ts: 'time', record_id: 'id'})[column] ?? column, list.slice(1)];
}

/** @param {Token[]} list */
function value(list) {
  const [first, second] = list;
  if (list.length === 2 && is(first, '-') && second.type === 'number') {
    return `-${second.text}`;
  }
  if (list.length === 6 && is(first, 'CAST') && list[2].type === 'text' && list[4].text.toUpperCase() === 'JSON') {
    return textValue(list[2].text);
  }
  return list.length !== 1 ? null : first.type === 'text' ? `\u201c${textValue(first.text)}\u201d`
    : first.type === 'number' || /^(true|false|null)$/i.test(first.text) ? first.text.toLowerCase() : null;
}

/** @param {string} field @param {Token} operator @param {Token[]} values */
function comparison(field, operator, values) {
  const verb = (field === 'time' ? TIMES[operator.text] : undefined) ?? COMPARISONS[operator.text];
  const text = value(values);
  return verb && text !== null ? `${field} ${verb} ${text}` : null;
}

/** @param {string} field @param {Token[]} values */
function existence(field, values) {
  const not = is(values[0], 'NOT');
  return is(values.at(-1), 'NULL') && values.length === (not ? 2 : 1)
    ? `${field} is ${not ? 'there' : 'not there'}` : null;
}

/** @param {string} field @param {Token[]} values @param {number} not */
function like(field, values, not) {
  if (values.length !== 1 || values[0].type !== 'text') {
    return null;
  }
  const pattern = textValue(values[0].text);
  const [, before, text, after] = /^(%?)([^]*?)(%?)$/.exec(pattern) ?? [];
  if (/(^|[^\\])[%_]/.test(text)) {
    return `${field} ${not ? 'does not match' : 'matches'} \u201c${pattern}\u201d`;
  }
  const verb = before && after ? ['contains', 'contain'] : before ? ['ends with', 'end with'] : after
    ? ['begins with', 'begin with'] : ['is', 'equal'];
  return `${field} ${not ? `does not ${verb[1]}` : verb[0]} \u201c${text.replace(/\\([%_\\])/g, '$1')}\u201d`;
}

/** @param {string} field @param {Token[]} values @param {number} not */
function among(field, values, not) {
  const inner = enclosed(values);
  const texts = inner ? splitCommas(inner).map(value) : [null];
  return texts.every((text) => text !== null) ? `${field} is ${not ? 'none' : 'one'} of ${texts.join(', ')}` : null;
}

/** @param {Token[]} list */
function splitCommas(list) {
  return list.reduce((parts, token) => {
    if (is(token, ',')) {
      parts.push([]);
    } else {
      parts[parts.length - 1].push(token);
    }
    return parts;
  }, /** @type {Token[][]} */ ([[]]));
}

/** @param {string} field @param {Token[]} values @param {number} not */
function between(field, values, not) {
  const and = values.findIndex((token) => is(token, 'AND'));
  const [low, high] = [value(values.slice(0, and)), value(values.slice(and + 1))];
  return and > 0 && low !== null && high !== null ? `${field} is ${not ? 'not ' : ''}between ${low} and ${high}` : null;
}

/** @param {string} field @param {Token[]} values @param {number} not */
function regexp(field, values, not) {
  const text = values.length === 1 && values[0].type === 'text' ? textValue(values[0].text) : null;
  return text !== null ? `${field} ${not ? 'does not match' : 'matches'} /${text}/` : null;
}

/** @param {Token[]} list */
function member(list) {
  const at = list.findIndex((token) => is(token, 'MEMBER'));
  const text = at > 0 ? value(list.slice(0, at)) : null;
  const end = list.findIndex((token, i) => i > at && is(token, ')'));
  const inner = at > 0 && is(list[at + 1], 'OF') ? enclosed(list.slice(at + 2, end + 1)) : null;
  const [field, rest] = inner ? operand(inner) : ['', []];
  const tail = list.slice(end + 1);
  const not = tail.length === 3 && is(tail[1], 'NOT') && is(tail[2], 'TRUE');
  return text !== null && field && !rest.length && (not || !tail.length)
    ? `${field} ${not ? 'does not contain' : 'contains'} ${text}` : null;
}

// Errors

/** @typedef {{start: number, end: number}} Span */

const BEGIN = /^Make sure the query filter is a valid WHERE expression: */;

/** @param {string} message */
export function errorText(message) {
  const text = message.replace(BEGIN, '');
  return text && text[0].toUpperCase() + text.slice(1);
}

/** @param {string} text @param {number} position characters, not units, from 1 */
function offsetOf(text, position) {
  return [...text].slice(0, position - 1).join('').length;
}

/** Where it is, if the message tells. @param {string} message @param {string} query @returns {Span | null} */
export function errorSpan(message, query) {
  const lead = query.length - query.trimStart().length;
  const found = /\bat character (\d+)|begins at character (\d+)/.exec(message);
  if (found) {
    return tokenSpan(query, lead + offsetOf(query.slice(lead), Number(found[1] ?? found[2])));
  }
  const path = /JSON path '([^]*?)'(?: ends too early|:)/.exec(message)?.[1]
    ?? (/a JSON path begins with/.test(message) ? '' : undefined);
  const at = path === undefined ? wordOffset(message, query) : pathOffset(path, query);
  return at < 0 ? null : tokenSpan(query, at);
}

/** @param {string} query @param {number} offset */
function tokenSpan(query, offset) {
  const token = tokenize(query).find(({start, end, type}) => offset >= start && offset < end && type !== 'space');
  return token ? {start: token.start, end: token.end}
    : {start: Math.min(offset, query.length), end: Math.min(offset + 1, query.length)};
}

/** "unknown column 'lvl'", "IF takes 3 arguments". @param {string} message @param {string} query */
function wordOffset(message, query) {
  const word = /^(?:Make sure[^:]*: )?(?:unknown (?:column|function)|[^':]*?) '([^']+)'/i.exec(message)?.[1]
    ?? /(?:^|: )([A-Z_0-9]+) (?:takes|of|needs|is)\b/.exec(message)?.[1];
  const token = word && tokenize(query)
    .find(({type, text}) => (type === 'name' || type === 'quoted' || type === 'keyword')
    && text.replaceAll('`', '').toUpperCase() === word.replaceAll('`', '').toUpperCase());
  return token ? token.start : -1;
}

/** @param {string} path @param {string} query */
function pathOffset(path, query) {
  const tokens = tokenize(query).filter(({type}) => type !== 'space');
  const token = tokens.find(({type, text}, i) => type === 'text' && (path ? text.slice(1, -1) === path
    : tokens[i - 1]?.text.startsWith('->') && text[1] !== '$'));
  return token ? token.start : -1;
}

/** What was probably meant. @param {string} message @param {string} query */
export function errorFixes(message, query) {
  const span = errorSpan(message, query);
  const meant = /did you mean '([^']+)'/.exec(message)?.[1];
  const field = span && fieldAt(message, query, span);
  /** @type {{label: string, query?: string, search?: string}[]} */
  const fixes = [];
  if (span && meant && span.end > span.start) {
    fixes.push({label: `Use ${meant}`, query: query.slice(0, span.start) + meant + query.slice(span.end)});
  }
  if (field) {
    const path = operandOf(`$.data.${field.text}`);
    fixes.push({label: `The field ${field.text}`, query: query.slice(0, field.start) + path + query.slice(field.end)});
  }
  const text = query.trim();
  fixes.push({label: `Search for \u201c${text.length > 30 ? text.slice(0, 29) + '\u2026' : text}\u201d`, search: text});
  return fixes;
}

/** A name, maybe with dots, that is no column: a field of logrec was meant. @param {string} message
 * @param {string} query @param {{start: number, end: number}} span */
function fieldAt(message, query, span) {
  const text = /^[A-Za-z_][\w.]*/.exec(query.slice(span.start))?.[0].replace(/\.$/, '');
  return text && /unknown column/.test(message)
    ? {text: text.replace(/^data\.(?=.)/, ''), start: span.start, end: span.start + text.length} : null;
}

// An expression, or words

const COLUMN = /^(id|record_id|name|ts|level|message|logrec)$/i;
const FUNCTIONS = new Set(WORDS.filter(({kind}) => kind === 'function').map(({name}) => name.replace(/\(.*/, '')));
const COMPARISON = /^(<=>|[!<>]?=|<>|<|>|->>?)$/;
const VALUE = String.raw`(-?\d[\d.]*|'[^']*'|"[^"]*"|true|false)`;
const SIMPLE = String.raw`[(\s]*(not\s+)?[a-z_][\w.]*\s*(<=>|[!<>]?=|<>|<|>)\s*${VALUE}[)\s]*`;
const CONDITIONS = new RegExp(`^${SIMPLE}(\\b(and|or|xor)\\b${SIMPLE})*$`, 'i');

/** It begins to compare a column, calls a function, or is made of comparisons. @param {string} text */
export function isExpression(text) {
  const tokens = words(text);
  return CONDITIONS.test(text) || tokens.some((token, i) => {
    const [next, then, last] = tokens.slice(i + 1);
    const [test, value] = is(next, 'NOT') ? [then, last] : [next, then];
    return COLUMN.test(token.text) ? test && (COMPARISON.test(test.text) || is(test, 'BETWEEN')
      || (/^(like|regexp|rlike)$/i.test(test.text) && /^['"]/.test(value?.text ?? ''))
      || (is(test, 'IN') && is(value, '(')) || (is(test, 'IS') && /^(not|null)$/i.test(value?.text ?? '')))
      : is(token, 'MEMBER') ? is(next, 'OF') : is(next, '(') && FUNCTIONS.has(token.text.toUpperCase());
  });
}
