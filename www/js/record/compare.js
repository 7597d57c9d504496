// <ch-compare>: two records, side by side.
import {record as fetchRecord} from '../base/api.js';
import {h, levelName} from '../base/dom.js';
import {json} from '../base/json.js';
import {get} from '../base/state.js';
import {duration, formatTs, msBetween} from '../base/zone.js';
import {pathOf} from '../query/edit.js';
import {Dialog, fieldName} from './values.js';

/** @import {Row} from '../base/api.js' */

/** @param {unknown} value @param {import('../query/edit.js').Key[]} keys @param {Map<string, string>} into */
function flatten(value, keys, into) {
  const nested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!nested) {
    into.set(pathOf(keys), typeof value === 'string' ? value : json(value));
    return into;
  }
  for (const [key, part] of Object.entries(/** @type {object} */ (value))) {
    flatten(part, [...keys, Array.isArray(value) ? Number(key) : key], into);
  }
  return into;
}

/** @param {Row} record @param {string} zone */
function fields(record, zone) {
  const {data = {}, meta = {}, error = {}, ...rest} = record.logrec ?? {};
  const own = new Map([['level', levelName(record.level)], ['name', record.name], ['message', record.message],
    ['ts', formatTs(record.ts, zone, {digits: 6, offset: true})]]);
  return flatten({data, ...rest, error, meta}, [], own);
}

/** @param {Row} a @param {Row} b @param {string} zone */
function lines(a, b, zone) {
  const [left, right] = [fields(a, zone), fields(b, zone)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => !/^\$\.(data|error|meta)$/.test(path))
    .map((path) => ({path, left: left.get(path), right: right.get(path), same: left.get(path) === right.get(path)}));
}

/** With a mark on what the other has not. @param {string | undefined} text @param {string | undefined} other */
function differing(text, other) {
  if (text === undefined) {
    return h('span', {'class': 'hint'}, 'not there');
  }
  if (other === undefined || text === other) {
    return h('span', {}, text);
  }
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) {
    start++;
  }
  let end = 0;
  while (end < most - start && text[text.length - 1 - end] === other[other.length - 1 - end]) {
    end++;
  }
  if (start + end < most / 5 && text.length > 40) {
    return h('span', {}, text);
  }
  return h('span', {}, text.slice(0, start), h('mark', {}, text.slice(start, text.length - end)),
    text.slice(text.length - end));
}

/** @param {number} id @param {string | undefined} text @param {string | undefined} other */
function cell(id, text, other) {
  // Keys scroll what may be longer than its cell.
  return h('td', {'data-record': `#${id}`},
    h('div', {tabindex: (text?.length ?? 0) > 300 ? '0' : null}, differing(text, other)));
}

export class ChCompare extends Dialog {
  #all = h('input', {type: 'checkbox', onchange: () => this.#show()});
  /** @type {Row[]} */
  #records = [];

  connectedCallback() {
    this.fill('compare', 'Two records', h('label', {'class': 'check'}, this.#all, 'Also what is the same'));
  }

  /** @param {number} idA @param {number} idB */
  open(idA, idB) {
    this.load(async (signal) => {
      const [a, b] = await Promise.all([fetchRecord(idA, signal), fetchRecord(idB, signal)]);
      // The earlier one is on the left.
      this.#records = a.ts > b.ts ? [b, a] : [a, b];
      this.#show();
    });
  }

  #show() {
    const [a, b] = this.#records;
    if (!b) {
      return;
    }
    const all = lines(a, b, get().zone);
    const shown = all.filter((line) => this.#all.checked || !line.same);
    const same = all.filter((line) => line.same).length;
    this.body.replaceChildren(
      h('p', {'class': 'hint'},
        `${duration(msBetween(b.ts, a.ts))} apart \u00b7 ${all.length - same} fields differ, ${same} are the same`),
      h('div', {'class': 'compare-scroll', 'tabindex': '0', 'role': 'group', 'aria-label': 'Fields of both'},
        h('table', {'class': 'compare-table'},
          h('thead', {}, h('tr', {}, ...['Field', `#${a.id}`, `#${b.id}`].map((name) => h('th', {scope: 'col'}, name)))),
          h('tbody', {}, ...shown.map(({path, left, right, same: equal}) => h('tr', {'class': equal ? 'same' : null},
            h('th', {scope: 'row', title: path}, fieldName(path)), cell(a.id, left, right), cell(b.id, right, left)))))));
  }
}

customElements.define('ch-compare', ChCompare);
