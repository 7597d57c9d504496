// <ch-values>: the most frequent values of a field; and the dialog that it and <ch-compare> are.
import {aborted, Latest, SAMPLES, values} from '../base/api.js';
import {dialogClose, h, iconButton, levelBadge, reason, textButton} from '../base/dom.js';
import {valueText} from '../base/json.js';
import {filters, get} from '../base/state.js';
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
export function fieldName(path) {
  return path.replace(/^\$\.(?:(?:data|meta)\.(?=.))?/, '');
}

export class Dialog extends HTMLElement {
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
