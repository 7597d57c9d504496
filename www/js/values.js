// <ch-values>: the most frequent values of a field among what the search finds.
import {h, icon} from './dom.js';
import {values, aborted, ApiError} from './api.js';
import {get, filters} from './state.js';
import {levelBadge} from './level.js';
import {valueText, filterBy} from './field-menu.js';

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
