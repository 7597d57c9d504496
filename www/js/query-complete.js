// What can stand at the cursor of a query: columns, paths seen in the records, functions.
import {tokenize, textValue} from './query-token.js';
import {WORDS, PATHS} from './query-words.js';
import {textLiteral} from './query-edit.js';

/** @typedef {import('./query-words.js').Word} Word */
/** @typedef {{words: Word[], start: number, end: number}} Completion the span that a chosen word takes the place of */

const MOST = 40;

/**
 * @param {string} text @param {number} cursor
 * @param {{paths: string[], names: string[]}} seen JSON paths and logger names
 * @param {boolean} [asked] by the reader: then there is something even where nothing was typed
 * @returns {Completion|null}
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
  // Behind the arrow, a path without its quotes yet.
  if (token && (token.text === '->' || token.text === '->>') && cursor === token.end) {
    return {words: paths(seen).map((word) => ({...word, insert: textLiteral(word.insert)})), start: cursor,
      end: cursor};
  }
  const blank = !token || token.type === 'space' || token.text === '(' || token.text === ',';
  return asked && blank ? {words: all(seen).slice(0, MOST), start: cursor, end: cursor} : null;
}

/** @param {Word[]} words @param {number} start @param {number} end @param {string} typed @returns {Completion|null} */
function found(words, start, end, typed) {
  const done = words.length === 1 && words[0].insert.trim().toLowerCase() === typed.toLowerCase();
  return words.length && !done ? {words: words.slice(0, MOST), start, end} : null;
}

/** @param {{paths: string[]}} seen @returns {Word[]} those that were seen first */
function paths({paths: list}) {
  const about = new Map(PATHS.map((word) => [word.name, word]));
  const own = list.map((name) => about.get(name)
    ?? /** @type {Word} */ ({name, insert: name, about: '', kind: 'path'}));
  const data = own.filter((word) => word.name.startsWith('$.data'));
  return [...new Set([...data, ...PATHS, ...own])];
}

/** @param {{paths: string[], names: string[]}} seen @returns {Word[]} */
function all(seen) {
  const fields = paths(seen).map((word) => ({...word, insert: `logrec->${textLiteral(word.insert)} `}));
  return [...WORDS.filter(({kind}) => kind === 'column'), ...fields, ...WORDS.filter(({kind}) => kind !== 'column')];
}

/**
 * The best first: what begins with it, then a word in it that does, then what has it somewhere.
 * @param {Word[]} words @param {string} typed
 */
function byText(words, typed) {
  const part = typed.toLowerCase();
  const rank = (/** @type {string} */ name) => {
    const at = name.toLowerCase().indexOf(part);
    return at < 0 ? 9 : at === 0 ? 0 : /[\w]/.test(name[at - 1]) ? 2 : 1;
  };
  return words.map((word) => ({word, at: rank(word.name)})).filter(({at}) => at < 9 && (part.length > 1 || at < 2))
    .sort((a, b) => a.at - b.at).map(({word}) => word);
}

/**
 * @param {string} text @param {number} cursor @param {import('./query-token.js')
   .Token} token @param {import('./query-token.js').Token[]} tokens
 * @param {{paths: string[], names: string[]}} seen
 */
function inString(text, cursor, token, tokens, seen) {
  const before = tokens.filter(({end, type}) => end <= token.start && type !== 'space');
  const quote = token.text[0];
  const typed = text.slice(token.start + 1, cursor);
  // A string that does not end yet takes the rest of the text with it: only the word at the cursor is replaced.
  const rest = token.type === 'text' ? token.end : cursor + (/^[\w.$"[\]]*/.exec(text.slice(cursor))?.[0].length ?? 0);
  const quoted = (/** @type {Word[]} */ words) => words.map((word) => ({...word,
    insert: quote === '\'' ? textLiteral(word.insert) : JSON.stringify(word.insert)}));
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

/** @param {Word[]} words @param {string} typed @returns {Word[]} */
function byPath(words, typed) {
  const whole = textValue(`'${typed}'`);
  const starting = words.filter(({name}) => name.toLowerCase().startsWith(whole.toLowerCase()));
  return starting.length ? starting : byText(words, whole.replace(/^\$\.?/, ''));
}
