// <ch-range>: a button that says the range, and ways to choose another: typed, usual, by dates; the zone. And <ch-saved>.
import {now} from '../base/api.js';
import {copy, pythonConfig, searchCurl} from '../base/copy.js';
import {h, icon, iconButton, keep, levelName, popover, recall, sendSet, sendStatus, textButton} from '../base/dom.js';
import {parseRange, readPoint} from '../base/range.js';
import {DAY, DEFAULTS, FILTERS, filters, get} from '../base/state.js';
import {apiText, duration, formatDay, formatTs, isZone, lengthWords, parseLength, zoneLabel, zones} from '../base/zone.js';

/** @import {Context, Point} from '../base/range.js' */
/** @import {State} from '../base/state.js' */
/** @import {Instant} from '../base/zone.js' */
/** @typedef {{after: string, before: string, zone: string}} Value */

const USUAL = [['15m', '15 min'], ['1h', '1 hour'], ['4h', '4 hours'], ['24h', '24 hours'], ['7d', '7 days'],
  ['30d', '30 days']];
const DAYS = [['today', 'Today'], ['yesterday', 'Yesterday'], ['this week', 'This week'], ['last week', 'Last week'],
  ['this month', 'This month'], ['', 'All time']];
const EXAMPLES = ['-2h', 'yesterday 17:30', '2026-11-22 10:00 + 15m', 'mon 9:00 .. 12:00'];

export class ChRange extends HTMLElement {
  /** @type {Value} */
  #value = {after: '', before: '', zone: 'local'};
  #label = h('span', {'class': 'button-label'});
  #zoneHint = h('span', {'class': 'range-zone-hint'});
  #typed = h('input', {'class': 'field range-typed', 'autofocus': true, 'placeholder': EXAMPLES[2],
    'aria-label': 'Range', 'spellcheck': 'false', 'autocomplete': 'off', 'aria-describedby': 'range-preview'});
  #preview = h('p', {'class': 'range-preview', 'id': 'range-preview', 'role': 'status'});
  #from = h('input', {'class': 'field', 'type': 'datetime-local', 'step': '1'});
  #to = h('input', {'class': 'field', 'type': 'datetime-local', 'step': '1'});
  #zone = h('input', {'class': 'field range-zone', 'list': 'range-zones', 'spellcheck': 'false', 'autocomplete': 'off',
    'aria-label': 'Time zone'});
  #zoneError = h('span', {'class': 'error-text', 'role': 'status'});
  #usual = h('div', {'class': 'range-usual'});
  /** @type {ReturnType<typeof popover>|undefined} */
  #popover;
  /** @type {number | undefined} */
  #clock;

  connectedCallback() {
    const button = h('button', {'class': 'button range-button', 'title': 'Range of time'},
      icon('clock'), this.#label, this.#zoneHint);
    const panel = h('div', {'class': 'popover range'}, this.#typedForm(),
      h('div', {'class': 'range-columns'}, this.#usual, this.#absoluteForm()), this.#zoneForm());
    this.replaceChildren(button, this.#shiftButton(-1), this.#shiftButton(1), panel);
    this.#popover = popover(button, panel, {onbefore: () => this.#opened()});
    // "Today" becomes "yesterday".
    this.#clock = setInterval(() => this.#show(), 60000);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#clock);
  }

  get value() {
    return this.#value;
  }

  set value({after, before, zone}) {
    this.#value = {after, before, zone};
    this.#show();
  }

  get #context() {
    return {zone: this.#value.zone, now: now()};
  }

  #bounds() {
    const {after, before} = this.#value;
    const at = this.#context.now;
    return [readPoint(after, at)?.start ?? null, before ? readPoint(before, at)?.start ?? null : {ms: at, us: 0}];
  }

  #show() {
    this.#label.textContent = sentence(this.#value, this.#context);
    this.#zoneHint.textContent = this.#value.zone === 'local' ? '' : this.#value.zone === 'UTC' ? 'UTC'
      : this.#value.zone.split('/').at(-1)?.replaceAll('_', ' ') ?? '';
    const [from] = this.#bounds();
    this.querySelectorAll('.range-shift')
      .forEach((button) => { /** @type {HTMLButtonElement} */ (button).disabled = from === null; });
  }

  #opened() {
    const {zone} = this.#value;
    const {now: at} = this.#context;
    this.#typed.value = '';
    this.#preview.textContent = `For example ${EXAMPLES.join(', ')}`;
    this.#preview.className = 'range-preview hint';
    const [from, to] = this.#bounds();
    const field = (/** @type {Instant} */ instant) => formatTs(instant, zone, {digits: 0}).replace(' ', 'T');
    this.#from.value = from === null ? '' : field(from);
    this.#to.value = this.#value.before && to !== null ? field(to) : '';
    this.#zone.value = zone === 'local' ? '' : zone;
    this.#zone.placeholder = `${zoneLabel('local', at)}, this browser's`;
    this.#zoneError.textContent = '';
    this.#usual.replaceChildren(...[USUAL, DAYS].map((group) =>
      h('div', {'class': 'range-group'}, ...group.map(([text, label]) => this.#usualButton(text, label)))));
  }

  /** @param {string} text @param {string} label */
  #usualButton(text, label) {
    const range = parseRange(text, this.#context);
    const on = range && range.after === this.#value.after && range.before === this.#value.before;
    return h('button', {'class': 'range-choice', 'aria-pressed': String(Boolean(on)),
      'onclick': () => this.#choose(range)}, label);
  }

  /** @param {{after: string, before: string}|null} range */
  #choose(range) {
    if (range) {
      this.#popover?.close();
      this.value = {...this.#value, after: range.after, before: range.before};
      sendSet(this, {after: range.after, before: range.before});
    }
  }

  // The parts of the panel

  #typedForm() {
    this.#typed.addEventListener('input', () => {
      const text = this.#typed.value;
      const range = parseRange(text, this.#context);
      this.#typed.setAttribute('aria-invalid', String(text !== '' && !range));
      this.#preview.className = range ? 'range-preview' : 'range-preview error-text';
      this.#preview.textContent = text === '' ? '' : range ? sentence(range, this.#context) : 'Not understood yet';
    });
    return h('form', {'class': 'range-form', 'onsubmit': (event) => {
      event.preventDefault();
      this.#choose(this.#typed.value.trim() ? parseRange(this.#typed.value, this.#context) : null);
    }}, h('div', {'class': 'range-line'}, this.#typed,
      h('button', {'type': 'submit', 'class': 'button primary'}, 'Show')), this.#preview);
  }

  #absoluteForm() {
    return h('form', {'class': 'range-absolute', 'onsubmit': (event) => {
      event.preventDefault();
      const [from, to] = [this.#from.value, this.#to.value];
      const range = from && to ? `${from} .. ${to}` : from ? `since ${from}` : to ? `until ${to}` : '';
      this.#choose(parseRange(range, this.#context));
    }}, h('label', {}, h('span', {}, 'From'), this.#from), h('label', {}, h('span', {}, 'To'), this.#to),
      h('button', {'type': 'submit', 'class': 'button'}, 'Show these'));
  }

  #zoneForm() {
    const list = h('datalist', {id: 'range-zones'});
    const fill = () => list.append(...zones().map((zone) => h('option', {value: zone})));
    this.#zone.addEventListener('focus', fill, {once: true});
    this.#zone.addEventListener('change', () => this.#chooseZone(this.#zone.value.trim()));
    return h('div', {'class': 'range-zone-form'}, h('span', {'class': 'hint'}, 'Time zone'), this.#zone, list,
      textButton('Local', () => this.#chooseZone('local')), textButton('UTC', () => this.#chooseZone('UTC')),
      this.#zoneError);
  }

  /** @param {string} typed */
  #chooseZone(typed) {
    const zone = typed === '' ? 'local' : typed;
    this.#zoneError.textContent = isZone(zone) ? '' : 'No such time zone';
    if (isZone(zone)) {
      this.value = {...this.#value, zone};
      this.#opened();
      sendSet(this, {zone});
    }
  }

  /** @param {1 | -1} sign */
  #shiftButton(sign) {
    const label = sign < 0 ? 'Earlier' : 'Later';
    return iconButton(sign < 0 ? 'left' : 'right', label, () => {
      const [from, to] = this.#bounds();
      if (from !== null && to !== null) {
        // A period ends with its last microsecond.
        const length = to.ms - from.ms + (to.us === 999 ? 1 : 0);
        const text = (/** @type {Instant} */ {ms, us}) => apiText({ms: ms + sign * length, us});
        this.#choose({after: text(from), before: text(to)});
      }
    }, {'class': 'button plain square range-shift', 'title': `${label} by the length of the range`});
  }
}

customElements.define('ch-range', ChRange);

// The range in words

/** Of -PT2H. @param {string} text */
function past(text) {
  return /^-p/i.test(text) ? parseLength(text.slice(1)) : null;
}

/** @param {Instant} at @param {string} zone */
function clockText(at, zone) {
  const digits = at.us ? 6 : at.ms % 1000 ? 3 : 0;
  return formatTs(at, zone, {date: false, digits}).replace(/^(\d\d:\d\d):00$/, '$1');
}

/** @param {Instant} at @param {Context} context */
function dayText(at, {zone, now}) {
  const day = formatDay(at.ms, zone);
  return day === formatDay(now, zone) ? 'today' : day === formatDay(now - 86400000, zone) ? 'yesterday' : day;
}

/** @param {Instant} at @param {Context} context */
function pointText(at, context) {
  return `${dayText(at, context)}, ${clockText(at, context.zone)}`;
}

/** @param {{after: string, before: string}} value @param {Context} context */
export function sentence({after, before}, context) {
  const from = readPoint(after, context.now);
  const to = readPoint(before, context.now);
  if ((after && !from) || (before && !to)) {
    return [after && `after ${after}`, before && `before ${before}`].filter(Boolean).join(', ');
  }
  return upper(!from ? to ? `until ${edgeText(before, to, context)}` : 'all time'
    : !to ? openText(after, from, context) : closedText(after, from, before, to, context));
}

/** @param {string} text */
function upper(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** @param {string} text @param {Point} at @param {Context} context */
function edgeText(text, at, context) {
  const length = past(text);
  if (!length) {
    return pointText(at.start, context);
  }
  return Object.values(length).some(Boolean) ? `${lengthWords(length)} ago` : 'now';
}

/** @param {string} after @param {Point} from @param {Context} context */
function openText(after, from, context) {
  const length = past(after);
  return length ? `last ${lengthWords(length).replace(/^1 /, '')}` : `since ${pointText(from.start, context)}`;
}

/** @param {string} after @param {Point} from @param {string} before @param {Point} to @param {Context} context */
function closedText(after, from, before, to, context) {
  if (past(after) || past(before)) {
    return `from ${edgeText(after, from, context)} to ${edgeText(before, to, context)}`;
  }
  // A period ends with its last microsecond.
  const end = to.start.us === 999 ? {ms: to.start.ms + 1, us: 0} : to.start;
  const length = duration(end.ms - from.start.ms);
  const [first, last] = [dayText(from.start, context), dayText(to.start, context)];
  const midnight = (/** @type {Instant} */ at) => formatTs(at, context.zone,
    {date: false, digits: 6}) === '00:00:00.000000';
  if (midnight(from.start) && midnight(end) && end !== to.start) {
    return first === last ? first : `${first} \u2013 ${last}`;
  }
  return first === last
    ? `${first}, ${clockText(from.start, context.zone)} \u2013 ${clockText(end, context.zone)} (${length})`
    : `${pointText(from.start, context)} \u2013 ${pointText(end, context)} (${length})`;
}

// <ch-saved>: searches kept by name in this browser, and what was searched for before.

/** @typedef {Pick<State, 'after'|'before'|'level'|'names'|'query'|'search'|'columns'>} Search */
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
function searchOf({after, before, level, names, query, search, columns}) {
  return {after, before, level, names, query, search, columns};
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
function searchText({after, before, level, names, query, search}) {
  const range = after || before ? sentence({after, before}, {zone: get().zone, now: Date.now()}) : '';
  return [level ? `${levelName(level)} and above` : '', names.join(', '), search, query, range].filter(Boolean)
    .join(' \u00b7 ') || 'Everything';
}

export function queries() {
  return [...new Set(pastList().map(({query, search}) => search || query))].filter(Boolean).slice(0, 20);
}

/** @param {State} state */
function remember(state) {
  const search = searchOf(state);
  if (!isEmpty(search.after === DAY ? {...search, after: ''} : search)) {
    const text = JSON.stringify(search);
    const rest = pastList().filter((other) => JSON.stringify(other) !== text);
    keep('past', [search, ...rest].slice(0, PAST_MOST));
  }
}

export class ChSaved extends HTMLElement {
  #panel = h('div', {'class': 'popover saved'});
  /** @type {{close: () => void}|undefined} */
  #popover;
  /** @type {number | undefined} */
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
