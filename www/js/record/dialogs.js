// <ch-values>: the most frequent values of a field. <ch-compare>: two records side by side.
import {aborted, Latest, record as fetchRecord, SAMPLES, values} from '../base/api.js';
import {dialogClose, h, iconButton, levelBadge, levelName, reason, textButton} from '../base/dom.js';
import {json, valueText} from '../base/json.js';
import {filters, get} from '../base/state.js';
import {duration, formatTs, msBetween} from '../base/zone.js';
import {pathOf} from '../query/edit.js';
import {filterBy} from './field-menu.js';

/** @param {number} number */
function count(number) {
  return number.toLocaleString();
}

/** @param {number} part */
function share(part) {
  return part < 0.0005 ? '< 0.1 %' : `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}

/** @param {string} path */
function fieldName(path) {
  return path.replace(/^\$\.(?:(?:data|meta)\.(?=.))?/, '');
}

class Dialog extends HTMLElement {
  latest = new Latest();
  body = h('div', {'class': 'dialog-body', 'aria-live': 'polite'});
  dialog = h('dialog', {'aria-labelledby': `${this.localName}-title`, 'onclose': () => this.latest.stop()});

  /** @param {string} name @param {Node | string} title @param {Node} tool */
  fill(name, title, tool) {
    this.dialog.className = name;
    this.dialog.replaceChildren(h('header', {}, h('h2', {id: `${this.localName}-title`}, title),
      h('span', {'class': 'dialog-tools'}, tool, dialogClose(this.dialog))), this.body);
    this.replaceChildren(this.dialog);
  }

  /** @param {(signal: AbortSignal) => Promise<void>} read */
  async load(read) {
    const signal = this.latest.next();
    if (!this.dialog.open) {
      this.body.replaceChildren(h('p', {'class': 'hint'}, 'Reading\u2026'));
      this.dialog.showModal();
    }
    this.body.setAttribute('aria-busy', 'true');
    try {
      await read(signal);
    } catch (error) {
      if (aborted(error)) {
        return;
      }
      this.body.replaceChildren(h('p', {'class': 'error-text', 'role': 'alert'}, reason(error)),
        textButton('Try again', () => this.load(read), 'button'));
    }
    this.body.removeAttribute('aria-busy');
  }
}

export class ChValues extends Dialog {
  #title = h('code');
  #sample = SAMPLES[1];
  #path = '';

  connectedCallback() {
    const choose = h('select', {'class': 'field', 'aria-label': 'How many records are looked at', 'onchange': () => {
      this.#sample = Number(choose.value);
      this.open(this.#path);
    }}, ...SAMPLES.map((sample) => h('option', {value: sample, selected: sample === this.#sample},
      `newest ${count(sample)}`)));
    this.fill('values', h('span', {}, 'Top values of ', this.#title), choose);
  }

  /** @param {string} path */
  open(path) {
    this.#path = path;
    this.#title.title = path;
    this.#title.textContent = fieldName(path);
    this.load(async (signal) =>
      this.#show(await values(path, filters(get()), {limit: 50, sample: this.#sample, signal})));
  }

  /** @param {import('../base/api.js').Values} found */
  #show({records, complete, missing, distinct, values: list}) {
    const most = Math.max(1, ...list.map((value) => value.count));
    const rest = records - missing - list.reduce((sum, value) => sum + value.count, 0);
    this.body.replaceChildren(
      h('p', {'class': 'hint'},
        `${count(distinct)} different ${distinct === 1 ? 'value' : 'values'} in ${complete ? 'all' : 'the newest'} `
        + `${count(records)} records that match`),
      list.length ? h('table', {'class': 'values-table'},
        h('colgroup', {}, ...['', 'values-count', 'values-share', 'values-tools'].map((name) => h('col', {'class': name}))),
        h('thead', {'class': 'visually-hidden'},
          h('tr', {}, ...['Value', 'Records', 'Share', 'Filter'].map((name) => h('th', {scope: 'col'}, name)))),
        h('tbody', {}, ...list.map((value) => this.#row(value, records, most))))
        : h('p', {}, 'None of them has this field.'),
      h('p', {'class': 'hint values-rest'}, [rest > 0 ? `${count(rest)} with other values` : '',
        missing ? `${count(missing)} without this field` : ''].filter(Boolean).join(' \u00b7 ')));
  }

  /** @param {{value: unknown, count: number}} found @param {number} records @param {number} most */
  #row({value, count: times}, records, most) {
    const bar = h('span', {'class': 'values-bar'});
    bar.style.setProperty('--share', `${times / most * 100}%`);
    const text = valueText(value);
    const shown = this.#path === 'level' && typeof value === 'number' ? levelBadge(value)
      : h('span', {'class': 'values-text'}, text === '' ? '\u201c\u201d' : text);
    const filter = (/** @type {string} */ label, /** @type {string} */ name, /** @type {boolean} */ not) =>
      iconButton(name, label, () => {
        this.dialog.close();
        filterBy(this, {path: this.#path, value}, not);
      }, {'class': 'field-button', 'aria-label': `${label}: ${text.slice(0, 80)}`});
    return h('tr', {},
      h('td', {'class': 'values-value', 'title': text}, shown, bar),
      h('td', {'class': 'values-count'}, count(times)),
      h('td', {'class': 'values-share'}, share(times / records)),
      h('td', {'class': 'values-tools'}, filter('Only these', 'filter', false), filter('Not these', 'exclude', true)));
  }
}

customElements.define('ch-values', ChValues);

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
