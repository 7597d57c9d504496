// <ch-around>: the records before and after one, with a filter of its own; scrolling loads on, both ways.
import {ansi} from '../base/ansi.js';
import {aborted, around, Latest} from '../base/api.js';
import {h, icon, iconButton, levelBand, levelName, reason, sendSet, takeKey, textButton} from '../base/dom.js';
import {duration, formatTs, msBetween} from '../base/zone.js';
import {condition, valueAt} from '../query/edit.js';

/** @import {Row} from '../base/api.js' */
/** @import {State} from '../base/state.js' */

/** Rows read at a time, rows kept. */
const PAGE = 60;
const KEPT = 600;
/** Characters of a message. */
const LONGEST = 20000;

const SQUARE = {'class': 'button plain square'};

/** @type {{key: string, label: string, fields: string[]}[]} */
const SCOPES = [
  {key: 'all', label: 'All records', fields: []},
  {key: 'process', label: 'Same process', fields: ['$.meta.process', '$.data.host']},
  {key: 'thread', label: 'Same thread', fields: ['$.meta.process', '$.meta.thread', '$.data.host']},
  {key: 'task', label: 'Same task', fields: ['$.meta.process', '$.meta.taskName', '$.data.host']},
];

/** shop, shop.cart, shop.cart.checkout @param {string} name */
function prefixes(name) {
  const parts = name.split('.');
  return name ? parts.map((_, i) => parts.slice(0, i + 1).join('.')) : [];
}

export class ChAround extends HTMLElement {
  /** @type {State|null} */
  #state = null;
  /** @type {number|null} */
  #id = null;
  /** Newest first. @type {Row[]} */
  #rows = [];
  /** Offset of the first one; whether there may be more. */
  #from = 0;
  #newer = true;
  #older = true;
  #scope = 'all';
  /** @type {Row|null} */
  #anchor = null;
  #latest = new Latest();
  #signal = this.#latest.next();
  #busy = false;
  #choose = h('select', {'class': 'field', 'aria-label': 'Which records around it', 'onchange': () => {
    this.#scope = this.#choose.value;
    this.#load();
  }});
  #list = h('div', {'class': 'around-list', 'role': 'listbox', 'tabindex': '0', 'aria-label': 'Records around'});
  #note = h('p', {'class': 'around-note', 'role': 'status'});

  connectedCallback() {
    const close = iconButton('close', 'Close the records around', () => sendSet(this, {around: null}), SQUARE);
    const home = iconButton('around', 'Back to the record', () => this.#home(), SQUARE);
    this.replaceChildren(h('header', {'class': 'around-head'}, h('h2', {}, 'Around'), this.#choose, home, close),
      this.#note, this.#list);
    this.#list.addEventListener('scroll', () => this.#more());
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
  }

  get state() {
    return this.#state;
  }

  set state(state) {
    const before = this.#state;
    this.#state = state;
    const id = state?.around ?? null;
    if (id !== this.#id) {
      this.#id = id;
      this.#latest.stop();
      this.#rows = [];
      this.#list.replaceChildren();
      if (id !== null) {
        this.#load();
      }
    } else if (before && state && (before.zone !== state.zone || before.record !== state.record)) {
      this.#refresh(before.zone !== state.zone);
    }
  }

  /** As far as the record tells. @param {Row} anchor */
  #showScopes(anchor) {
    const fitting = SCOPES.filter(({fields}) => fields.slice(0, -1)
      .every((field) => (valueAt(anchor, field) ?? null) !== null));
    this.#choose.replaceChildren(...[...fitting.map(({key, label}) => [key, label]),
      ...prefixes(anchor.name).map((prefix) => [`name:${prefix}`, `Logger ${prefix}`]), ['search', 'As in the search']]
      .map(([value, label]) => h('option', {value, selected: value === this.#scope}, label)));
    if (this.#choose.value !== this.#scope) {
      this.#scope = this.#choose.value = 'all';
    }
  }

  #filters() {
    const anchor = this.#anchor;
    if (this.#scope === 'search' && this.#state) {
      const {level, names, query, search} = this.#state;
      return {level, names, query, search};
    }
    if (this.#scope.startsWith('name:')) {
      return {names: [this.#scope.slice(5)]};
    }
    const fields = SCOPES.find(({key}) => key === this.#scope)?.fields ?? [];
    return {query: anchor ? fields.filter((field) => (valueAt(anchor, field) ?? null) !== null)
      .map((field) => condition(field, valueAt(anchor, field))).join(' AND ') : ''};
  }

  async #load() {
    const id = this.#id;
    if (id === null) {
      return;
    }
    const signal = this.#signal = this.#latest.next();
    this.#busy = true;
    this.setAttribute('aria-busy', 'true');
    this.#note.replaceChildren();
    try {
      if (this.#anchor?.id !== id) {
        [this.#anchor] = await around(id, 0, 0, {}, {logrec: true, signal});
      }
      this.#showScopes(this.#anchor);
      const rows = await around(id, -PAGE, PAGE, this.#filters(), {signal});
      const at = rows.findIndex((row) => row.id === id);
      this.#rows = rows;
      this.#from = -at;
      this.#newer = at >= PAGE;
      this.#older = rows.length - at > PAGE;
      this.#list.replaceChildren(...this.#edges(rows.map((row, i) => this.#row(row, rows[i + 1]))));
      this.#home();
    } catch (error) {
      if (aborted(error)) {
        return;
      }
      this.#fail(error, () => this.#load());
    }
    this.#done(signal);
  }

  /** @param {AbortSignal} signal */
  #done(signal) {
    if (!signal.aborted) {
      this.#busy = false;
      this.removeAttribute('aria-busy');
    }
  }

  /** @param {unknown} error @param {() => void} again */
  #fail(error, again) {
    this.#note.replaceChildren(h('span', {'class': 'error-text'}, reason(error)), textButton('Try again', again));
  }

  /** @param {HTMLElement[]} rows */
  #edges(rows) {
    const edge = (/** @type {string} */ text) => h('div', {'class': 'around-edge', 'role': 'presentation'}, text);
    return [...(this.#newer ? [] : [edge('The newest record')]), ...rows,
      ...(this.#older ? [] : [edge('The oldest record')])];
  }

  #more() {
    const {scrollTop, scrollHeight, clientHeight} = this.#list;
    if (this.#busy || !this.#rows.length) {
      return;
    }
    if (this.#newer && scrollTop < clientHeight) {
      this.#extend(-1);
    } else if (this.#older && scrollHeight - scrollTop - clientHeight < clientHeight) {
      this.#extend(1);
    }
  }

  /** @param {1 | -1} direction 1: to older ones */
  async #extend(direction) {
    const id = this.#id;
    const signal = this.#signal;
    if (id === null) {
      return;
    }
    this.#busy = true;
    const left = direction < 0 ? this.#from - PAGE : this.#from + this.#rows.length;
    try {
      const rows = await around(id, left, left + PAGE - 1, this.#filters(), {signal});
      this.#put(rows, direction);
    } catch (error) {
      if (!aborted(error)) {
        this.#fail(error, () => {
          this.#note.replaceChildren();
          this.#extend(direction);
        });
      }
    }
    this.#done(signal);
  }

  /** What is seen stays where it is. @param {Row[]} rows @param {1 | -1} direction */
  #put(rows, direction) {
    const seen = this.#firstSeen();
    const top = seen?.getBoundingClientRect().top ?? 0;
    if (direction < 0) {
      this.#newer = rows.length === PAGE;
      this.#from -= rows.length;
      this.#rows = [...rows, ...this.#rows];
      this.#older ||= this.#rows.length > KEPT;
      this.#rows.length = Math.min(this.#rows.length, KEPT);
    } else {
      this.#older = rows.length === PAGE;
      const over = Math.max(0, this.#rows.length + rows.length - KEPT);
      this.#rows = [...this.#rows, ...rows].slice(over);
      this.#from += over;
      this.#newer ||= over > 0;
    }
    const kept = new Map([...this.#list.children].map((row) => [row.getAttribute('data-id'),
      /** @type {HTMLElement} */ (row)]));
    const rowOf = (/** @type {Row} */ row, /** @type {number} */ i) =>
      kept.get(String(row.id)) ?? this.#row(row, this.#rows[i + 1]);
    this.#list.replaceChildren(...this.#edges(this.#rows.map(rowOf)));
    if (seen?.isConnected) {
      this.#list.scrollTop += seen.getBoundingClientRect().top - top;
    }
  }

  #firstSeen() {
    const {top} = this.#list.getBoundingClientRect();
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll('.around-row')])
      .find((row) => row.getBoundingClientRect().bottom > top);
  }

  /** @param {Row} row @param {Row | undefined} next */
  #row(row, next) {
    const here = row.id === this.#id;
    const apart = next ? msBetween(row.ts, next.ts) : 0;
    const from = this.#anchor && !here ? msBetween(row.ts, this.#anchor.ts) : 0;
    return h('div', {'class': here ? 'around-row here' : 'around-row', 'role': 'option',
      'id': `around-${row.id}`, 'data-id': row.id,
      'data-level': levelBand(row.level),
      'aria-selected': String(row.id === this.#state?.record), 'data-gap': apart >= 60000 ? duration(apart) : null,
        'onclick': () => this.#open(row.id)},
    icon(`level-${levelBand(row.level)}`, 'around-level'),
    h('time', {'title': formatTs(row.ts, this.#state?.zone ?? 'UTC', {digits: 6, offset: true})},
      formatTs(row.ts, this.#state?.zone ?? 'UTC', {date: false})),
    h('span', {'class': 'around-since'}, here ? '' : `${from < 0 ? '\u2212' : '+'}${duration(from)}`),
    h('span', {'class': 'around-name'}, row.name),
    h('span', {'class': 'around-message'}, h('span', {'class': 'visually-hidden'}, `${levelName(row.level)} `),
      ...ansi(row.message.slice(0, LONGEST))));
  }

  /** @param {boolean} times in another zone now */
  #refresh(times) {
    if (times) {
      this.#list.replaceChildren(...this.#edges(this.#rows.map((row, i) => this.#row(row, this.#rows[i + 1]))));
    }
    this.#list.querySelectorAll('.around-row')
      .forEach((row) => row.setAttribute('aria-selected',
      String(row.getAttribute('data-id') === String(this.#state?.record))));
  }

  #home() {
    const row = this.#list.querySelector('.here');
    if (!row && this.#rows.length) {
      this.#load();
    } else if (row) {
      const list = this.#list.getBoundingClientRect();
      const {top, height} = row.getBoundingClientRect();
      this.#list.scrollTop += top - list.top - (list.height - height) / 2;
    }
  }

  /** @param {number} id */
  #open(id) {
    this.#list.setAttribute('aria-activedescendant', `around-${id}`);
    sendSet(this, {record: id});
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const rows = this.#rows;
    const at = rows.findIndex((row) => row.id === (this.#state?.record ?? this.#id));
    const from = at < 0 ? rows.findIndex((row) => row.id === this.#id) : at;
    const go = (/** @type {number} */ to) => () => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (row) {
        this.#open(row.id);
        this.#list.querySelector(`[data-id="${row.id}"]`)?.scrollIntoView({block: 'nearest'});
      }
    };
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      takeKey(event, {ArrowDown: go(from + 1), j: go(from + 1), ArrowUp: go(from - 1), k: go(from - 1), Home: go(0),
        End: go(rows.length - 1)});
    }
  }
}

customElements.define('ch-around', ChAround);
