// <ch-saved>: searches kept by name in this browser, and what was searched for before.
import {h, icon, iconButton, keep, recall, sendSet, sendStatus, textButton, popover, levelName} from './dom.js';
import {DEFAULTS, FILTERS, filters, get} from './state.js';
import {sentence} from './range-picker.js';
import {searchCurl, pythonConfig, copy} from './copy.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {Pick<State, 'after'|'before'|'level'|'names'|'query'|'columns'>} Search */
/** @typedef {{name: string, search: Search}} Saved */

const PAST_MOST = 30;

/** @returns {Saved[]} */
function savedList() {
  return recall('saved', []);
}

/** @returns {Search[]} */
function pastList() {
  return recall('past', []);
}

/** @param {State} state */
function searchOf({after, before, level, names, query, columns}) {
  return {after, before, level, names, query, columns};
}

/** @param {Search} search */
function isEmpty(search) {
  return FILTERS.every((key) => String(search[/** @type {keyof Search} */ (key)]) === String(DEFAULTS[key]));
}

/** @param {Partial<Search>} search */
function whole(search) {
  return {...searchOf(DEFAULTS), ...search};
}

/** @param {Search} search */
function searchText({after, before, level, names, query}) {
  const range = after || before ? sentence({after, before}, {zone: get().zone, now: Date.now()}) : '';
  return [level ? `${levelName(level)} and above` : '', names.join(', '), query, range].filter(Boolean)
    .join(' \u00b7 ') || 'Everything';
}

export function queries() {
  return [...new Set(pastList().map(({query}) => query))].filter(Boolean).slice(0, 20);
}

/** @param {State} state */
function remember(state) {
  const search = searchOf(state);
  if (!isEmpty(search)) {
    const text = JSON.stringify(search);
    const rest = pastList().filter((other) => JSON.stringify(other) !== text);
    keep('past', [search, ...rest].slice(0, PAST_MOST));
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
    const button = h('button', {'class': 'button', 'title': 'Saved searches and history'},
      icon('star'), h('span', {'class': 'button-label'}, 'Saved'));
    this.replaceChildren(button, this.#panel);
    this.#popover = popover(button, this.#panel, {align: 'end', onbefore: () => this.#show()});
  }

  get state() {
    return this.#state;
  }

  /** What stays for a moment goes into the history. */
  set state(state) {
    this.#state = state;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => remember(state), 3000);
  }

  #show() {
    const saved = savedList();
    const past = pastList();
    const name = h('input', {'class': 'field', 'placeholder': 'Name of this search',
      'aria-label': 'Name of this search', 'maxlength': '80',
      'required': true, 'autofocus': true});
    const form = h('form', {'class': 'saved-form', 'onsubmit': (event) => {
      event.preventDefault();
      this.#save(name.value.trim());
    }}, name, h('button', {'class': 'button primary', 'type': 'submit'}, 'Save'));
    this.#panel.replaceChildren(form, h('p', {'class': 'hint saved-current'}, searchText(searchOf(this.#state))),
      ...(saved.length ? [h('ul', {'class': 'saved-list'},
        ...saved.map((item, i) => this.#item(item.name, item.search, () => this.#drop('saved', saved, i))))] : []),
      h('h2', {}, 'Before'),
      past.length ? h('ul', {'class': 'saved-list'},
        ...past.map((search, i) => this.#item('', search, () => this.#drop('past', past, i))))
        : h('p', {'class': 'hint'}, 'What you search for is listed here, in this browser only.'),
      h('div', {'class': 'saved-copy'}, h('span', {'class': 'hint'}, 'Copy as'),
        textButton('cURL', () => copy(this, searchCurl(filters(this.#state)), 'Command')),
        textButton('Python logging', () => copy(this, pythonConfig(), 'Configuration')),
        textButton('Link', () => copy(this, location.href, 'Link'))));
  }

  /** @param {string} name @param {Search} search @param {() => void} drop */
  #item(name, search, drop) {
    const text = searchText(whole(search));
    return h('li', {}, h('button', {'class': 'saved-open', 'onclick': () => this.#open(search)},
      name ? h('strong', {}, name) : null, h('span', {'title': text}, text)),
      iconButton('close', 'Forget', drop, {'class': 'field-button', 'aria-label': `Forget ${name || text}`}));
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
    const rest = savedList().filter((saved) => saved.name !== name);
    if (keep('saved', [{name, search: searchOf(this.#state)}, ...rest])) {
      sendStatus(this, `Saved as ${name}`);
    } else {
      sendStatus(this, 'This browser keeps nothing for this page', 'error');
    }
    this.#show();
  }

  /** @param {string} key @param {unknown[]} list @param {number} index */
  #drop(key, list, index) {
    keep(key, list.toSpliced(index, 1));
    this.#show();
    this.#panel.querySelector('input')?.focus();
  }
}

customElements.define('ch-saved', ChSaved);
