// Completion of what is searched for: fields, and the values of those that have names.
import {isExpression} from './text.js';
import {byText, complete} from './words.js';

/** @import {Completion, Word} from './words.js' */
/** @typedef {{paths: string[], names: string[]}} Seen */

/** @type {[string, string][]} */
const FIELDS = [['level', 'error, or >=warning'], ['logger', 'begins with this'], ['message', 'has this'], ['exc_text', 'the traceback has this']];
const LEVELS = ['debug', 'info', 'warning', 'error', 'critical', '>=info', '>=warning', '>=error'];

/** @param {string} name @param {string} insert @param {string} about @param {Word['kind']} kind @returns {Word} */
const word = (name, insert, about, kind) => ({name, insert, about, kind});

/** As `search` takes it; data is looked in first. @param {string} path @returns {string[]} none where it can not */
function fieldOf(path) {
  const [, name = ''] = /^\$\.(?:data|meta)\.(.+)/.exec(path) ?? [];
  const plain = name.replaceAll(/"([^".]+)"/g, '$1');
  return /^(?!\d)[\w@$\u0080-\uffff-]+(\.[\w@$\u0080-\uffff-]+)*$/.test(plain) ? [plain] : [];
}

/** @param {Seen} seen */
function fields({paths}) {
  const own = [...new Set(paths.flatMap(fieldOf))].filter((name) => !FIELDS.some(([known]) => known === name));
  return [...own.map((name) => word(`${name}:`, `${name}:`, 'a field', 'path')),
    ...FIELDS.map(([name, about]) => word(`${name}:`, `${name}:`, about, 'column'))];
}

/** @param {string} field @param {Seen} seen @returns {Word[]} */
function values(field, {names}) {
  return field === 'level' ? LEVELS.map((name) => word(name, `${name} `, '', 'keyword'))
    : /^(logger|name)$/.test(field) ? names.map((name) => word(name, `${name} `, 'logger', 'logger')) : [];
}

/**
 * As complete(), for a box that takes both. @param {string} text @param {number} cursor @param {Seen} seen
 * @param {boolean} [asked] @returns {Completion | null}
 */
export function completeBox(text, cursor, seen, asked = false) {
  const before = text.slice(0, cursor);
  const typed = /[^\s-]\S*$|$/.exec(before)?.[0] ?? '';
  const start = cursor - typed.length;
  const phrase = before.split('"').length % 2 === 0;
  if (isExpression(text) || phrase || /['(>]/.test(typed.replace(':>', ':'))) {
    return complete(text, cursor, seen, asked);
  }
  const [, field = null, value = ''] = /^([^:]+):(.*)$/.exec(typed) ?? [];
  const found = field !== null ? byText(values(field.toLowerCase(), seen), value) : typed || asked ? byText(fields(seen), typed) : [];
  const other = start === 0 ? complete(text, cursor, seen, asked)?.words ?? [] : [];
  const columns = other.filter(({kind}) => kind === 'column');
  const all = field !== null ? found : [...columns, ...found, ...other.filter(({kind}) => kind !== 'column')];
  const end = cursor + (/^\S*/.exec(text.slice(cursor))?.[0].length ?? 0);
  return all.length && all[0].insert.trim() !== (value || typed) ? {words: all, start: cursor - (field === null ? typed : value).length, end} : null;
}
