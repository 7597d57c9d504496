// Help with the query, in place: examples to click, and what it is made of.
import {h} from './dom.js';
import {EXAMPLES, WORDS} from './query-words.js';
import {tokenize} from './query-token.js';

/** @param {string} query @returns {HTMLElement} in colours */
function queryCode(query) {
  return h('code', {'class': 'query-code'},
    ...tokenize(query).map(({type, text}) => h('span', {'data-token': type}, text)));
}

/** @param {string} title @param {'column'|'keyword'|'function'} kind */
function table(title, kind) {
  return h('details', {}, h('summary', {}, title),
    h('dl', {'class': 'query-words'}, ...WORDS.filter((word) => word.kind === kind)
    .flatMap(({name, about}) => [h('dt', {}, h('code', {}, name)), h('dd', {}, about)])));
}

/**
 * @param {(query: string) => void} use called with the example that was clicked on
 * @returns {HTMLElement}
 */
export function queryHelp(use) {
  return h('div', {},
    h('p', {'class': 'hint'},
      'A condition as after WHERE in MySQL. Click on an example to use it, or on a value in a record.'),
    ...EXAMPLES.map(({title, examples}) => h('section', {}, h('h2', {}, title),
      h('ul', {'class': 'query-examples'}, ...examples.map(([about, query]) =>
      h('li', {}, h('button', {'type': 'button', 'onclick': () => use(query)}, h('span', {}, about),
        queryCode(query))))))),
    table('Columns', 'column'), table('Operators', 'keyword'), table('Functions', 'function'),
    h('p', {'class': 'hint'},
      'Enter runs it, Shift+Enter is a new line, Ctrl+Space completes. All of the language: chronologer-query(7).'));
}
