// <ch-query>: words to search for, or an expression, coloured, with completion; the server's error under it at its place.
import {expressionOf} from '../base/api.js';
import {h, icon, iconButton, menuButton, popover, sendSet, textButton} from '../base/dom.js';
import {add, remove, tokenize} from '../query/edit.js';
import {errorFixes, errorSpan, errorText, isExpression, queryText} from '../query/text.js';
import {completeBox} from '../query/search-words.js';
import {EXAMPLES, seenNames, WORDS} from '../query/words.js';
import {queries} from './controls.js';

/** @import {Completion} from '../query/words.js' */

/** @typedef {{query: string, search: string}} Value */

const PLACEHOLDER = 'timeout "gateway refused" -debug status:>=500, or a condition: level >= 40';

export class ChQuery extends HTMLElement {
  #area = h('textarea', {'class': 'query-area', 'rows': '1', 'spellcheck': 'false', 'autocomplete': 'off',
    'autocapitalize': 'off',
    'autocorrect': 'off',
    'placeholder': PLACEHOLDER, 'aria-label': 'Search, or a query', 'aria-autocomplete': 'list',
    'aria-describedby': 'query-error', 'enterkeyhint': 'search', 'maxlength': '65536'});
  #mirror = h('pre', {'class': 'query-mirror', 'aria-hidden': 'true'});
  #below = h('div', {'class': 'query-below', 'id': 'query-error', 'role': 'status'});
  #list = h('div', {'class': 'popover query-list', 'role': 'listbox', 'id': 'query-list', 'aria-label': 'Completion',
    'popover': 'manual'});
  #clear = iconButton('close', 'Clear the text', () => this.#put(''));
  #run = textButton('Run', () => this.#submit(), 'button small primary query-run');
  /** @type {Value} */
  #value = {query: '', search: ''};
  /** @type {import('../base/api.js').ApiError|Error|null} */
  #error = null;
  /** @type {Completion|null} */
  #completion = null;
  #chosen = 0;
  /** A condition beside a search that is in the box to be changed. */
  #editing = '';
  /** What had the focus before. @type {EventTarget | null} */
  #from = null;
  /** Seen in records. @type {string[]} */
  paths = [];

  static observedAttributes = ['forbidden'];

  /** The reader's roles do not allow queries, but any search. */
  attributeChangedCallback() {
    this.#area.placeholder = this.hasAttribute('forbidden') ? PLACEHOLDER.replace(/, or.*/, '') : PLACEHOLDER;
  }

  connectedCallback() {
    const help = iconButton('help', 'Help with the query');
    const panel = h('div', {'class': 'popover query-help'});
    const helper = popover(help, panel, {align: 'end', onopen: () => panel.replaceChildren(queryHelp((query) => {
      helper.close();
      this.#put(query);
    }))});
    const past = menuButton('Searches before', 'history', () => this.#past(), {classes: 'plain small square'});
    this.replaceChildren(h('div', {'class': 'query-frame'}, icon('search', 'icon query-icon'),
      h('div', {'class': 'query-text'}, this.#mirror, this.#area),
      h('div', {'class': 'query-tools'}, this.#clear, this.#run, past, help)), this.#list, this.#below,
      panel);
    this.#area.addEventListener('input', () => this.#onInput());
    this.#area.addEventListener('keydown', (event) => this.#onKey(event));
    this.#area.addEventListener('focus', (event) => {
      this.#from = event.relatedTarget;
      this.#show();
    });
    this.#area.addEventListener('blur', () => {
      this.#closeList();
      this.#area.value === this.#editing && this.#unedit();
      this.#show();
    });
    this.#area.addEventListener('click', () => this.#closeList());
    this.#area.addEventListener('scroll', () => { this.#mirror.scrollTop = this.#area.scrollTop; });
    // A click there leaves the focus to the text.
    [this.#list, this.#below].forEach((part) => part.addEventListener('mousedown', (event) => event.preventDefault()));
    this.#area.value = this.#text;
    this.#show();
  }

  get value() {
    return this.#value;
  }

  /** What is in force. */
  set value({query, search}) {
    if (query !== this.#value.query || search !== this.#value.search) {
      this.#value = {query, search};
      this.#area.value = this.#text;
      this.#error = null;
      this.#editing = '';
    }
    this.#show();
  }

  /** In the box. */
  get #text() {
    return this.#value.search || this.#value.query;
  }

  /** @param {string} text @returns {Value} */
  #meaning(text) {
    const {query, search} = this.#value;
    const beside = search ? remove(query, this.#editing) : '';
    const isCondition = !this.hasAttribute('forbidden') && isExpression(text);
    if (this.#editing) {
      return isCondition || text === '' ? {query: text ? add(beside, text) : beside, search}
        : {query: beside, search: `${search} ${text}`};
    }
    if (text === '' || (text === query && !search)) {
      return {query: text === '' ? beside : query, search: ''};
    }
    return isCondition ? {query: beside ? add(beside, text) : text, search: ''} : {query: beside, search: text};
  }

  get error() {
    return this.#error;
  }

  /** Other errors than the query's are not shown here. */
  set error(error) {
    this.#error = error && 'type' in error && error.type === 'StorageQueryError' ? error : null;
    this.#show();
  }

  focus() {
    this.#area.focus();
    this.#area.select();
  }

  /** A condition of the query. @param {string} part */
  edit(part) {
    const {query, search} = this.#value;
    this.#editing = search && part;
    this.#area.value = search ? part : query;
    this.#area.focus();
    const at = this.#area.value.indexOf(part);
    this.#area.setSelectionRange(at, at + part.length);
    this.#show();
  }

  #unedit() {
    this.#editing = '';
    this.#area.value = this.#text;
  }

  /** @param {string} query */
  #put(query) {
    this.#area.value = query;
    this.#area.focus();
    this.#submit();
  }

  #submit() {
    this.#closeList();
    const text = this.#area.value.trim();
    this.#area.value = text;
    if (this.#editing && text === this.#editing) {
      this.#unedit();
    }
    if (this.#area.value === this.#text && !this.#error) {
      this.#show();
      return;
    }
    this.#set(this.#meaning(text));
  }

  /** @param {Value} value */
  #set(value) {
    this.#error = null;
    this.value = value;
    sendSet(this, {...value});
  }

  #onInput() {
    this.#show();
    this.#offer(false);
  }

  // What is shown

  #show() {
    const text = this.#area.value;
    const changed = text.trim() !== this.#text;
    const isSearch = this.#meaning(text.trim()).search !== '';
    const span = this.#error && !changed ? errorSpan(this.#error.message, text) : null;
    this.#mirror.replaceChildren(...(isSearch ? [text] : coloured(text, span)), '\u200b');
    this.#area.setAttribute('aria-invalid', String(Boolean(this.#error && !changed)));
    this.#clear.hidden = text === '';
    this.#run.hidden = !changed;
    this.toggleAttribute('data-error', Boolean(this.#error && !changed));
    this.#showBelow(text, changed, isSearch);
  }

  /** @param {string} text @param {boolean} changed @param {boolean} isSearch */
  #showBelow(text, changed, isSearch) {
    if (this.#error && !changed) {
      const fixes = errorFixes(this.#error.message, text)
        .map(({label, query, search}) => textButton(label, () => query === undefined
          ? this.#set({query: '', search: search ?? ''}) : this.#put(query)));
      this.#below.replaceChildren(h('span', {'class': 'error-text'}, errorText(this.#error.message)), ...fixes);
      return;
    }
    const words = isSearch ? '' : queryText(text);
    const writing = document.activeElement === this.#area;
    const hints = !writing || text.trim() === '' ? [] : isSearch ? this.#searchHint(text, changed)
      : !isExpression(text) ? this.#alwaysHint(text.trim()) : words ? [h('span', {'class': 'hint'}, words)] : [];
    this.#below.replaceChildren(...hints);
    this.#area.title = changed ? '' : words;
  }

  /** @param {string} text @param {boolean} changed */
  #searchHint(text, changed) {
    const expression = changed || this.hasAttribute('forbidden') ? '' : expressionOf(text);
    return [h('span', {'class': 'hint'}, 'Searching ', h('strong', {}, text),
      /^-?[^\s":]+:\S*$/.test(text) ? '' : ' in message, logger and traceback'), expression && textButton('Make it a query', () => {
      this.#set({query: add(this.#value.query, expression), search: ''});
      this.#area.focus();
    })].filter((part) => part !== '');
  }

  /** From a link. @param {string} text */
  #alwaysHint(text) {
    return [h('span', {'class': 'hint'}, 'The same for every record'),
      textButton('Search for it', () => this.#set({query: '', search: text}))];
  }

  // Completion

  /** @param {boolean} asked */
  #offer(asked) {
    const {selectionStart, selectionEnd, value} = this.#area;
    this.#completion = selectionStart === selectionEnd
      ? completeBox(value, selectionStart, {paths: this.paths, names: [...seenNames]}, asked) : null;
    this.#chosen = asked ? 0 : -1;
    if (!this.#completion) {
      this.#closeList();
      return;
    }
    this.#list.replaceChildren(...this.#completion.words.map((word, i) => h('div', {'class': 'query-option',
      'role': 'option', 'id': `query-option-${i}`,
      'onclick': () => this.#accept(i)}, h('span', {'class': 'query-option-name', 'data-kind': word.kind}, word.name),
        h('span', {'class': 'query-option-about'}, word.about))));
    this.#list.showPopover();
    this.#area.setAttribute('aria-controls', 'query-list');
    this.#placeList(this.#completion.start);
    this.#choose(this.#chosen);
  }

  /** @param {number} offset */
  #placeList(offset) {
    const range = document.createRange();
    const walker = document.createTreeWalker(this.#mirror, NodeFilter.SHOW_TEXT);
    let left = offset;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0;
      if (left <= length) {
        range.setStart(node, left);
        break;
      }
      left -= length;
    }
    const at = range.getBoundingClientRect();
    const {width, height} = this.#list.getBoundingClientRect();
    const top = at.bottom + 6 + height <= innerHeight ? at.bottom + 6 : Math.max(8, at.top - height - 6);
    this.#list.style.left = `${Math.max(8, Math.min(at.left - 9, innerWidth - width - 8))}px`;
    this.#list.style.top = `${top}px`;
  }

  #closeList() {
    this.#completion = null;
    if (this.#list.isConnected) {
      this.#list.togglePopover(false);
    }
    this.#area.removeAttribute('aria-activedescendant');
    this.#area.removeAttribute('aria-controls');
  }

  /** @param {number} index -1: none */
  #choose(index) {
    this.#chosen = index;
    [...this.#list.children].forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === index));
      if (i === index) {
        option.scrollIntoView({block: 'nearest'});
      }
    });
    if (index >= 0) {
      this.#area.setAttribute('aria-activedescendant', `query-option-${index}`);
    } else {
      this.#area.removeAttribute('aria-activedescendant');
    }
  }

  /** @param {number} index */
  #accept(index) {
    if (!this.#completion) {
      return;
    }
    const {words, start, end} = this.#completion;
    const {insert} = words[index];
    const blank = insert.endsWith(' ') && /^\s/.test(this.#area.value.slice(end));
    this.#area.focus();
    this.#area.setRangeText(blank ? insert.slice(0, -1) : insert, start, end, 'end');
    this.#closeList();
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing || !(this.#completion ? this.#listKey(event) : this.#areaKey(event))) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #listKey(event) {
    const count = this.#completion?.words.length ?? 0;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) {
      this.#choose(this.#chosen < 0 && step < 0 ? count - 1 : (this.#chosen + step + count) % count);
    } else if (event.key === 'Tab' && !event.shiftKey) {
      this.#accept(Math.max(0, this.#chosen));
    } else if (event.key === 'Enter' && this.#chosen >= 0) {
      this.#accept(this.#chosen);
    } else if (event.key === 'Escape') {
      this.#closeList();
    } else {
      return this.#areaKey(event);
    }
    return true;
  }

  /** @param {KeyboardEvent} event */
  #areaKey(event) {
    if (event.key === 'Enter' && !event.shiftKey) {
      this.#submit();
    } else if (event.key === ' ' && event.ctrlKey) {
      this.#offer(true);
    } else if (event.key === 'ArrowDown' && this.#area.value === '') {
      this.#offer(true);
    } else if (event.key === 'Escape') {
      this.#unedit();
      this.#show();
      this.#from instanceof HTMLElement && this.#from.checkVisibility() ? this.#from.focus() : this.#area.blur();
    } else {
      return false;
    }
    return true;
  }

  #past() {
    const list = queries().filter((query) => query !== this.#text);
    return list.length ? list.map((query) => ({label: query, run: () => this.#put(query)})) : [{label: 'None yet'}];
  }
}

/** @param {string} text @param {{start: number, end: number} | null} span the error's */
function coloured(text, span) {
  const nodes = tokenize(text)
    .map(({type, text: word, start, end}) => h('span', {'data-token': type,
      'class': span && start < span.end && end > span.start ? 'query-wrong' : null}, word));
  return span && span.start >= text.length ? [...nodes, h('span', {'class': 'query-wrong query-end'}, '\u00a0')]
    : nodes;
}

customElements.define('ch-query', ChQuery);

// Help

/** @param {string} query */
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

/** @param {(query: string) => void} use */
export function queryHelp(use) {
  return h('div', {},
    h('p', {'class': 'hint'}, 'Words are searched for: timeout "gateway refused" -debug, this OR that, status:>=500,',
      ' user.name:anna, level:error, logger:shop.'),
    h('p', {'class': 'hint'},
      'Or a condition as after WHERE in MySQL. Click on an example to use it, or on a value in a record.'),
    ...EXAMPLES.map(({title, examples}) => h('section', {}, h('h2', {}, title),
      h('ul', {'class': 'query-examples'}, ...examples.map(([about, query]) =>
      h('li', {}, h('button', {'onclick': () => use(query)}, h('span', {}, about),
        queryCode(query))))))),
    table('Columns', 'column'), table('Operators', 'keyword'), table('Functions', 'function'),
    h('p', {'class': 'hint'},
      'Enter runs it, Shift+Enter is a new line, Ctrl+Space completes. All of the language: chronologer-query(7).'));
}
