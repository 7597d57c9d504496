// <ch-saved>: searches kept by name in this browser, and what was searched for before.
import {h, icon, sendSet, sendStatus} from './dom.js';
import {popover} from './popover.js';
import {FILTERS, get} from './state.js';
import {sentence} from './range-text.js';
import {levelName} from './level.js';
import {searchCurl, pythonConfig, copy} from './copy.js';
import {filters, DEFAULTS} from './state.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {Pick<State, 'after'|'before'|'level'|'names'|'query'|'columns'>} Search */
/** @typedef {{name: string, search: Search}} Saved */

const SAVED = 'chronologer-saved';
const PAST = 'chronologer-past';
const PAST_MOST = 30;

/** @template T @param {string} key */
function readList(key) {
  try {
    const list = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** @param {string} key @param {unknown[]} list */
function writeList(key, list) {
  try {
    localStorage.setItem(key, JSON.stringify(list));
    return true;
  } catch {
    return false;
  }
}

/** @param {State} state */
function searchOf({after, before, level, names, query, columns}) {
  return {after, before, level, names, query, columns};
}

/** @param {Search} search */
function isEmpty(search) {
  return FILTERS.every((key) => String(search[/** @type {keyof Search} */ (key)]) === String(DEFAULTS[key]));
}

/** @param {Partial<Search>} search of any age */
function whole(search) {
  return {...searchOf(DEFAULTS), ...search};
}

/** @param {Search} search @returns {string} what it looks for, for reading */
function searchText({after, before, level, names, query}) {
  const range = after || before ? sentence({after, before}, {zone: get().zone, now: Date.now()}) : '';
  return [level ? `${levelName(level)} and above` : '', names.join(', '), query, range].filter(Boolean)
    .join(' \u00b7 ') || 'Everything';
}

/** @returns {string[]} queries before, the newest first */
export function queries() {
  return [...new Set(/** @type {Search[]} */ (readList(PAST)).map(({query}) => query))].filter(Boolean).slice(0, 20);
}

/** Remembers a search that was made. @param {State} state */
function remember(state) {
  const search = searchOf(state);
  if (!isEmpty(search)) {
    const text = JSON.stringify(search);
    const rest = /** @type {Search[]} */ (readList(PAST)).filter((other) => JSON.stringify(other) !== text);
    writeList(PAST, [search, ...rest].slice(0, PAST_MOST));
  }
}

export class ChSaved extends HTMLElement {
  #panel = h('div', {'class': 'popover saved'});
  /** @type {{close: () => void}|undefined} */
  #popover;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #settling;
  /** @type {State} */
  #state = get();

  connectedCallback() {
    const button = h('button', {'type': 'button', 'class': 'button', 'title': 'Saved searches and history'},
      icon('star'), h('span', {'class': 'button-label'}, 'Saved'));
    this.replaceChildren(button, this.#panel);
    this.#popover = popover(button, this.#panel, {align: 'end'});
    // Before it is open: then the focus goes to its field.
    this.#panel.addEventListener('beforetoggle', (event) =>
      /** @type {ToggleEvent} */ (event).newState === 'open' && this.#show());
  }

  get state() {
    return this.#state;
  }

  /** A search that stays for a moment goes into the history. */
  set state(state) {
    this.#state = state;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => remember(state), 3000);
  }

  #show() {
    const saved = /** @type {Saved[]} */ (readList(SAVED));
    const past = /** @type {Search[]} */ (readList(PAST));
    const name = h('input', {'class': 'field', 'placeholder': 'Name of this search',
      'aria-label': 'Name of this search', 'maxlength': '80',
      'required': true, 'autofocus': true});
    const form = h('form', {'class': 'saved-form', 'onsubmit': (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#save(name.value.trim());
    }}, name, h('button', {'class': 'button primary', 'type': 'submit'}, 'Save'));
    this.#panel.replaceChildren(form, h('p', {'class': 'hint saved-current'}, searchText(searchOf(this.#state))),
      ...(saved.length ? [h('ul', {'class': 'saved-list'},
        ...saved.map((item, i) => this.#item(item.name, item.search, () => this.#drop(SAVED, i))))] : []),
      h('h2', {}, 'Before'),
      past.length ? h('ul', {'class': 'saved-list'},
        ...past.map((search, i) => this.#item('', search, () => this.#drop(PAST, i))))
        : h('p', {'class': 'hint'}, 'What you search for is listed here, in this browser only.'),
      h('div', {'class': 'saved-copy'}, h('span', {'class': 'hint'}, 'Copy as'),
        h('button', {'type': 'button', 'class': 'button small',
          'onclick': () => copy(this, searchCurl(filters(this.#state)), 'Command')}, 'cURL'),
        h('button', {'type': 'button', 'class': 'button small',
          'onclick': () => copy(this, pythonConfig(), 'Configuration')}, 'Python logging'),
        h('button', {'type': 'button', 'class': 'button small', 'onclick': () => copy(this, location.href, 'Link')},
          'Link')));
  }

  /** @param {string} name @param {Search} search @param {() => void} drop */
  #item(name, search, drop) {
    const text = searchText(whole(search));
    return h('li', {}, h('button', {'type': 'button', 'class': 'saved-open', 'onclick': () => this.#open(search)},
      name ? h('strong', {}, name) : null, h('span', {'title': text}, text)),
      h('button', {'type': 'button', 'class': 'field-button', 'title': 'Forget',
        'aria-label': `Forget ${name || text}`, 'onclick': drop}, icon('close')));
  }

  /** @param {Search} search */
  #open(search) {
    this.#popover?.close();
    sendSet(this, whole(search));
  }

  /** @param {string} name */
  #save(name) {
    if (!name) {
      return;
    }
    const rest = /** @type {Saved[]} */ (readList(SAVED)).filter((saved) => saved.name !== name);
    if (writeList(SAVED, [{name, search: searchOf(this.#state)}, ...rest])) {
      sendStatus(this, `Saved as ${name}`);
    } else {
      sendStatus(this, 'This browser keeps nothing for this page', 'error');
    }
    this.#show();
  }

  /** @param {string} key @param {number} index */
  #drop(key, index) {
    writeList(key, readList(key).filter((_, i) => i !== index));
    this.#show();
    this.#panel.querySelector('input')?.focus();
  }
}

customElements.define('ch-saved', ChSaved);
