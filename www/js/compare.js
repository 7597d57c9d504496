// <ch-compare>: two records side by side, what differs first to the eye.
import {h, icon} from './dom.js';
import {record as fetchRecord, aborted} from './api.js';
import {get} from './state.js';
import {json} from './json.js';
import {pathOf} from './query-edit.js';
import {formatTs, parseTs, duration} from './zone.js';
import {levelName} from './level.js';
import {fieldName} from './values.js';

/** @typedef {import('./api.js').Row} Row */
/** @typedef {{path: string, values: [string|undefined, string|undefined], same: boolean}} Line */

/** @param {unknown} value @param {import('./query-edit.js').Key[]} keys @param {Map<string, string>} into */
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
  return flatten(Object.keys(rest).length ? {data, ...rest, error, meta} : {data, error, meta}, [], own);
}

/** @param {Row} a @param {Row} b @param {string} zone @returns {Line[]} */
function lines(a, b, zone) {
  const [left, right] = [fields(a, zone), fields(b, zone)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => !/^\$\.(data|error|meta)$/.test(path))
    .map((path) => ({path, values: [left.get(path), right.get(path)], same: left.get(path) === right.get(path)}));
}

/**
 * A text with what the other one has not in it marked. @param {string|undefined} text
 * @param {string|undefined} other
 */
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
  // Where hardly anything is alike, marks say nothing.
  if (start + end < most / 5 && text.length > 40) {
    return h('span', {}, text);
  }
  return h('span', {}, text.slice(0, start), h('mark', {}, text.slice(start, text.length - end)),
    text.slice(text.length - end));
}

/** @param {number} id @param {string|undefined} text @param {string|undefined} other */
function cell(id, text, other) {
  // What may be longer than its cell is scrolled by keys as well.
  return h('td', {'data-record': `#${id}`},
    h('div', {tabindex: (text?.length ?? 0) > 300 ? '0' : null}, differing(text, other)));
}

export class ChCompare extends HTMLElement {
  #dialog = h('dialog', {'class': 'compare', 'aria-labelledby': 'compare-title'});
  #body = h('div', {'class': 'dialog-body'});
  #all = h('input', {type: 'checkbox', id: 'compare-all'});
  /** @type {[Row, Row]|null} */
  #records = null;
  /** @type {AbortController|undefined} */
  #loading;

  connectedCallback() {
    const close = h('button', {'type': 'button', 'class': 'button plain square', 'aria-label': 'Close',
      'autofocus': true,
      'onclick': () => this.#dialog.close()}, icon('close'));
    this.#all.addEventListener('change', () => this.#show());
    this.#dialog.replaceChildren(h('header', {}, h('h2', {id: 'compare-title'}, 'Two records'),
      h('span', {'class': 'dialog-tools'}, h('label', {'class': 'check'}, this.#all, 'Also what is the same'), close)),
        this.#body);
    this.#dialog.addEventListener('close', () => this.#loading?.abort());
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
    this.replaceChildren(this.#dialog);
  }

  /** @param {number} idA @param {number} idB */
  async open(idA, idB) {
    this.#loading?.abort();
    const {signal} = this.#loading = new AbortController();
    this.#body.replaceChildren(h('p', {'class': 'hint'}, 'Loading\u2026'));
    this.#dialog.showModal();
    try {
      const [a, b] = await Promise.all([fetchRecord(idA, signal), fetchRecord(idB, signal)]);
      // The earlier one is on the left.
      this.#records = a.ts > b.ts ? [b, a] : [a, b];
      this.#show();
    } catch (error) {
      if (!aborted(error)) {
        this.#body.replaceChildren(h('p', {'class': 'error-text', 'role': 'alert'},
          error instanceof Error ? error.message : String(error)));
      }
    }
  }

  #show() {
    if (!this.#records) {
      return;
    }
    const [a, b] = this.#records;
    const all = lines(a, b, get().zone);
    const shown = all.filter((line) => this.#all.checked || !line.same);
    const ms = (/** @type {Row} */ {ts}) => (parseTs(ts)?.ms ?? 0) + (parseTs(ts)?.us ?? 0) / 1000;
    const same = all.length - all.filter((line) => !line.same).length;
    this.#body.replaceChildren(
      h('p', {'class': 'hint'},
        `${duration(ms(b) - ms(a))} apart \u00b7 ${all.length - same} fields differ, ${same} are the same`),
      h('div', {'class': 'compare-scroll', 'tabindex': '0', 'role': 'group', 'aria-label': 'Fields of both'},
        h('table', {'class': 'compare-table'},
        h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Field'),
          ...[a, b].map(({id}) => h('th', {scope: 'col'}, `#${id}`)))),
        h('tbody', {}, ...shown.map(({path, values: [left, right], same: equal}) => h('tr',
          {'class': equal ? 'same' : null},
          h('th', {scope: 'row', title: path}, fieldName(path)), cell(a.id, left, right), cell(b.id, right, left)))))));
  }
}

customElements.define('ch-compare', ChCompare);

/** @param {number} idA @param {number} idB opens the page's <ch-compare> */
export function openCompare(idA, idB) {
  const element = document.querySelector('ch-compare') ?? document.body.appendChild(new ChCompare());
  void /** @type {ChCompare} */ (element).open(idA, idB);
}
