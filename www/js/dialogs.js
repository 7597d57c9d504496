// <ch-values>: the most frequent values of a field among what the search finds.
import {values, aborted, ApiError, record as fetchRecord} from './api.js';
import {h, icon} from './dom.js';
import {valueText, filterBy} from './field-menu.js';
import {json} from './json.js';
import {levelBadge, levelName} from './level.js';
import {pathOf} from './query-edit.js';
import {get, filters} from './state.js';
import {formatTs, parseTs, duration} from './zone.js';

/** @typedef {import('./api.js').Row} Row */

const LIMIT = 50;
const SAMPLES = [1000, 10000, 100000];

/** @param {number} number */
function count(number) {
  return number.toLocaleString();
}

/** @param {number} part of 1 */
function share(part) {
  return part < 0.0005 ? '< 0.1 %' : `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}

/** @param {string} path @returns {string} $.data.user.id as user.id */
export function fieldName(path) {
  return path.replace(/^\$\.(?:(?:data|meta)\.(?=.))?/, '');
}

export class ChValues extends HTMLElement {
  #dialog = h('dialog', {'class': 'values', 'aria-labelledby': 'values-title'});
  #title = h('h2', {id: 'values-title'});
  #body = h('div', {'class': 'dialog-body', 'aria-live': 'polite'});
  #sample = SAMPLES[1];
  #path = '';
  /** @type {AbortController|undefined} */
  #loading;

  connectedCallback() {
    const choose = h('select', {'class': 'field', 'aria-label': 'How many records are looked at', 'onchange': () => {
      this.#sample = Number(choose.value);
      this.#load();
    }}, ...SAMPLES.map((sample) => h('option', {value: sample, selected: sample === this.#sample},
      `newest ${count(sample)}`)));
    const close = h('button', {'type': 'button', 'class': 'button plain square', 'aria-label': 'Close',
      'autofocus': true,
      'onclick': () => this.#dialog.close()}, icon('close'));
    this.#dialog.replaceChildren(h('header', {}, this.#title, h('span', {'class': 'dialog-tools'}, choose, close)),
      this.#body);
    this.#dialog.addEventListener('close', () => this.#loading?.abort());
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
    this.replaceChildren(this.#dialog);
  }

  /** @param {string} path a column or a JSON path */
  open(path) {
    this.#path = path;
    this.#title.replaceChildren('Top values of ', h('code', {title: path}, fieldName(path)));
    this.#body.replaceChildren(h('p', {'class': 'hint'}, 'Counting\u2026'));
    this.#dialog.showModal();
    this.#load();
  }

  async #load() {
    this.#loading?.abort();
    this.#loading = new AbortController();
    this.#body.setAttribute('aria-busy', 'true');
    try {
      const found = await values(this.#path, filters(get()),
        {limit: LIMIT, sample: this.#sample, signal: this.#loading.signal});
      this.#show(found);
    } catch (error) {
      if (aborted(error)) {
        return;
      }
      this.#body.replaceChildren(h('p', {'class': 'error-text', 'role': 'alert'},
        error instanceof ApiError ? error.message : String(error)),
        h('button', {'type': 'button', 'class': 'button', 'onclick': () => this.#load()}, 'Try again'));
    }
    this.#body.removeAttribute('aria-busy');
  }

  /** @param {import('./api.js').Values} found */
  #show({records, complete, missing, distinct, values: list}) {
    const most = Math.max(1, ...list.map((value) => value.count));
    const shown = list.reduce((sum, value) => sum + value.count, 0);
    const rest = records - missing - shown;
    this.#body.replaceChildren(
      h('p', {'class': 'hint'},
        `${count(distinct)} different ${distinct === 1 ? 'value' : 'values'} in ${complete ? 'all' : 'the newest'} `
        + `${count(records)} records that match`),
      list.length ? h('table', {'class': 'values-table'},
        h('colgroup', {}, ...['', 'values-count', 'values-share',
        'values-tools'].map((name) => h('col', {'class': name}))),
        h('thead', {'class': 'visually-hidden'},
        h('tr', {}, ...['Value', 'Records', 'Share', 'Filter'].map((name) => h('th', {scope: 'col'}, name)))),
        h('tbody', {}, ...list.map((value) => this.#row(value, records, most))))
          : h('p', {}, 'None of them has this field.'),
      h('p', {'class': 'hint values-rest'},
        [rest > 0 ? `${count(rest)} with other values` : '',
        missing ? `${count(missing)} without this field` : ''].filter(Boolean).join(' \u00b7 ')));
  }

  /** @param {{value: unknown, count: number}} found @param {number} records @param {number} most */
  #row({value, count: times}, records, most) {
    const bar = h('span', {'class': 'values-bar'});
    bar.style.setProperty('--share', `${times / most * 100}%`);
    const text = valueText(value);
    const shown = this.#path === 'level' && typeof value === 'number' ? levelBadge(value)
      : h('span', {'class': 'values-text'}, text === '' ? '\u201c\u201d' : text);
    return h('tr', {},
      h('td', {'class': 'values-value', 'title': text}, shown, bar),
      h('td', {'class': 'values-count'}, count(times)),
      h('td', {'class': 'values-share'}, share(times / records)),
      h('td', {'class': 'values-tools'}, this.#filter('Only these', 'filter', value, false),
        this.#filter('Not these', 'exclude', value, true)));
  }

  /** @param {string} label @param {string} name @param {unknown} value @param {boolean} not */
  #filter(label, name, value, not) {
    return h('button', {'type': 'button', 'class': 'field-button', 'title': label,
      'aria-label': `${label}: ${valueText(value).slice(0, 80)}`, 'onclick': () => {
      this.#dialog.close();
      filterBy(this, {path: this.#path, value}, not);
    }}, icon(name));
  }
}

customElements.define('ch-values', ChValues);

/** @param {string} path opens the page's <ch-values> */
export function openValues(path) {
  const element = document.querySelector('ch-values') ?? document.body.appendChild(new ChValues());
  /** @type {ChValues} */ (element).open(path);
}

// <ch-compare>: two records side by side, what differs first to the eye.

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

/** @param {Row} a @param {Row} b @param {string} zone */
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
