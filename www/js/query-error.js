// Where in the query an error is, from the server's words about it.
import {tokenize} from './query-token.js';
import {messageCondition} from './query-edit.js';

/** @typedef {{start: number, end: number}} Span in UTF-16 units, end excluded; both the length at the text's end */
/** @typedef {{label: string, query: string}} Fix what a click on it makes of the query */

const BEGIN = /^Make sure the query filter is a valid WHERE expression: */;

/** @param {string} message @returns {string} without the sentence that all of them begin with */
export function errorText(message) {
  const text = message.replace(BEGIN, '');
  return text && text[0].toUpperCase() + text.slice(1);
}

/** @param {string} text @param {number} position characters (not units), from 1 @returns {number} */
function offsetOf(text, position) {
  return [...text].slice(0, position - 1).join('').length;
}

/**
 * @param {string} message of the API
 * @param {string} query the text that was sent
 * @returns {Span|null} null where the message names no place
 */
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

/** @param {string} query @param {number} offset @returns {Span} the word there */
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

/** @param {string} path '' for one that does not begin as it should @param {string} query */
function pathOffset(path, query) {
  const tokens = tokenize(query).filter(({type}) => type !== 'space');
  const token = tokens.find(({type, text}, i) => type === 'text' && (path ? text.slice(1, -1) === path
    : tokens[i - 1]?.text.startsWith('->') && text[1] !== '$'));
  return token ? token.start : -1;
}

/**
 * What was probably meant: another name, or a text to be found in messages.
 * @param {string} message @param {string} query
 * @returns {Fix[]}
 */
export function errorFixes(message, query) {
  const span = errorSpan(message, query);
  const meant = /did you mean '([^']+)'/.exec(message)?.[1];
  const fixes = [];
  if (span && meant && span.end > span.start) {
    fixes.push({label: `Use ${meant}`, query: query.slice(0, span.start) + meant + query.slice(span.end)});
  }
  if (isPlain(query)) {
    const bare = query.trim().replace(/^(["'])(.*)\1$/, '$2');
    fixes.push({label: `Find messages with \u201c${bare.length > 30 ? bare.slice(0, 29) + '\u2026' : bare}\u201d`,
      query: messageCondition(bare)});
  }
  return fixes;
}

/** Words as one types them into a search. @param {string} query */
function isPlain(query) {
  const text = query.trim();
  return text !== '' && !/->|[<>=]|\b(?:like|regexp|in|is|between|not|and|or)\b/i.test(text)
    && !/^\w+\(.*\)$/.test(text);
}
