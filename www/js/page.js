// What is around the records: messages, the foot, keys, the theme, and two panels: columns, export.
import {watchConnection, aborted, count, exportUrl, Latest} from './api.js';
import {byId, h, icon, iconButton, textButton, dialogClose, keep, recall, sendSet, takeKey, popover, reason, sendStatus} from './dom.js';
import {formatTs} from './zone.js';

/** @typedef {import('./api.js').Filters} Filters */

const LASTS = {info: 3500, error: 9000};

/** @param {string} text @param {'info' | 'error'} [kind] */
export function toast(text, kind = 'info') {
  const toasts = byId('toasts', HTMLElement);
  const last = [...toasts.children].find((other) => other.firstElementChild?.textContent === text);
  last?.remove();
  const end = () => note.remove();
  const note = h('div', {'class': 'toast ' + kind}, h('span', {}, text), iconButton('close', 'Dismiss', end));
  toasts.append(note);
  let timer = setTimeout(end, LASTS[kind]);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => { timer = setTimeout(end, LASTS[kind]); });
}

/** @type {number | undefined} */
let saying;

/** To screen readers only; of many in a row the last. @param {string} text */
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => { byId('said', HTMLElement).textContent = text; }, 400);
}

/** @param {() => void} retry */
export function watchOffline(retry) {
  const banner = byId('banner', HTMLElement);
  watchConnection((online) => {
    banner.hidden = online;
    if (online) {
      toast('Connected again');
      return;
    }
    banner.replaceChildren(icon('offline'),
      h('span', {}, 'The server can not be reached. What is shown stays; trying again by itself.'),
      textButton('Try now', retry));
  });
  addEventListener('online', retry);
}

/** @param {HTMLElement} host */
export function footer(host) {
  const place = h('span', {'class': 'status-place'});
  const busy = h('span', {'class': 'status-busy', 'hidden': true});
  const mark = h('span', {'class': 'status-mark'});
  const zone = h('span', {'class': 'status-zone'});
  const hint = h('span', {'class': 'status-hint'}, h('kbd', {}, 'j'), h('kbd', {}, 'k'), ' move ', h('kbd', {}, 'Enter'),
    ' open ', h('kbd', {}, 'e'), ' next error ', h('kbd', {}, '/'), ' search ', h('kbd', {}, '?'), ' all keys');
  host.replaceChildren(place, busy, mark, h('span', {'class': 'status-space'}), hint, zone);
  return {
    /** @param {number} first @param {number} last @param {number | null} total @param {number} seen */
    place(first, last, total, seen) {
      const of = total === null ? `more than ${seen.toLocaleString()}` : total.toLocaleString();
      place.textContent = total === 0 || seen === 0 || last < 0 ? '' : `${(first + 1).toLocaleString()}\u2013${(last + 1).toLocaleString()} of ${of}`;
    },
    /** @param {string} text @param {(() => void) | null} cancel */
    busy(text, cancel) {
      busy.hidden = !text;
      busy.replaceChildren(h('span', {'class': 'spinner', 'aria-hidden': 'true'}), text, cancel
        ? textButton('Cancel', cancel, 'button plain small') : '');
    },
    /** @param {string} text @param {() => void} go @param {() => void} remove */
    mark(text, go, remove) {
      mark.replaceChildren(...(text ? [
        h('button', {'class': 'button plain small', 'title': 'Go to the marked record', 'onclick': go}, icon('mark'), text),
        iconButton('close', 'Remove the mark', remove),
      ] : []));
    },
    /** @param {string} text */
    zone(text) {
      zone.textContent = text;
    },
  };
}

// Keys: one table of what they do, which is also the help. Those of one character work nowhere that text is typed,
// and can be turned off (WCAG 2.1.4).

/** @typedef {{keys: string[], words: string, run: (key: string) => void, section: string}} Binding */

const NAMES = /** @type {Record<string, string>} */ ({ArrowDown: '\u2193', ArrowUp: '\u2191', ' ': 'Space', Escape: 'Esc',
  PageDown: 'PgDn', PageUp: 'PgUp'});

function enabled() {
  return recall('keys', true);
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button])'));
}

/** Named keys belong to what is focused. @param {KeyboardEvent} event */
function isTaken({key, target}) {
  return key.length > 1 && key !== 'Escape' && target instanceof HTMLElement && target !== document.body && !target.closest('.grid');
}

/** @param {KeyboardEvent} event */
function isBusy(event) {
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)
    || document.querySelector('dialog[open], :popover-open') !== null;
}

/** Returns what shows the help. @param {Binding[]} bindings */
export function listenKeys(bindings) {
  document.addEventListener('keydown', (event) => {
    const found = bindings.find(({keys}) => keys.includes(event.key));
    if (!found || isBusy(event) || isTaken(event) || (event.key.length === 1 && event.key !== '?' && !enabled())) {
      return;
    }
    event.preventDefault();
    found.run(event.key);
  });
  return () => showHelp(bindings);
}

/** @param {Binding[]} bindings */
function showHelp(bindings) {
  const sections = [...new Set(bindings.map(({section}) => section))];
  const toggle = h('input', {type: 'checkbox', checked: enabled(), onchange: () => keep('keys', toggle.checked)});
  const dialog = h('dialog', {'class': 'keys', 'aria-labelledby': 'keys-title', 'onclose': () => dialog.remove()},
    h('header', {}, h('h2', {id: 'keys-title'}, 'Keys')),
    h('div', {'class': 'dialog-body'},
      h('div', {'class': 'keys-sections'}, ...sections.map((section) => h('section', {}, h('h3', {}, section), h('dl', {},
        ...bindings.filter((binding) => binding.section === section).map(({keys, words}) => h('div', {},
          h('dt', {}, ...keys.map((key) => h('kbd', {}, NAMES[key] ?? key))), h('dd', {}, words))))))),
      h('label', {'class': 'choice'}, toggle, 'Keys of a single character are on')));
  dialog.querySelector('header')?.append(dialogClose(dialog));
  document.body.append(dialog);
  dialog.showModal();
}

// The theme; theme-first.js applies it before the page is painted.

const THEMES = {auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark'};
/** @typedef {keyof typeof THEMES} Theme */
const ORDER = /** @type {Theme[]} */ (Object.keys(THEMES));

/** @returns {Theme} */
function chosen() {
  return /** @type {Theme} */ (document.documentElement.dataset.theme ?? 'auto');
}

/** @param {Theme} theme */
function apply(theme) {
  if (theme === 'auto') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  keep('theme', theme);
}

/** Returns what takes the next. @param {HTMLButtonElement} button */
export function themeButton(button) {
  const show = () => {
    button.replaceChildren(icon('theme-' + chosen()));
    button.title = THEMES[chosen()];
    button.setAttribute('aria-label', THEMES[chosen()]);
  };
  const next = () => {
    apply(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
    show();
  };
  button.addEventListener('click', next);
  show();
  return next;
}

// The columns of the list (extra ones: JSON paths or columns of the store), the panel that chooses them, and export.

/** @typedef {{key: string, title: string, hint?: string, width: number | null, path?: string}} Column null: the rest */

const NARROWEST = 48;
/** Of extra ones. */
const WIDTH = 132;

/** @type {Column[]} */
const FIXED = [
  {key: 'time', title: 'Time', width: 188},
  {key: 'level', title: 'Level', width: 94},
  {key: 'name', title: 'Logger', width: 168},
  {key: 'message', title: 'Message', width: null},
];

/** What most people add first. */
const SUGGESTED = ['$.meta.funcName', '$.meta.lineno', '$.meta.threadName', '$.meta.process', '$.meta.processName',
  '$.meta.module', 'id'];

/** @returns {Record<string, number>} */
function widths() {
  return recall('widths', {});
}

/** The width now; null forgets it. @param {string} key @param {number | null} width */
export function keepWidth(key, width) {
  const usual = FIXED.find((column) => column.key === key)?.width ?? WIDTH;
  keep('widths', {...widths(), [key]: width === null ? undefined : Math.round(width)});
  return width ?? usual;
}

/** @param {string} path */
export function columnTitle(path) {
  return path.replace(/^\$\.(?:(?:data|meta|error)\.)?/, '') || path;
}

/** @param {string[]} extra @param {boolean} marked with the time since the mark @param {string} zone @returns {Column[]} */
export function columnsOf(extra, marked, zone) {
  const own = widths();
  const [time, ...rest] = FIXED;
  const since = marked ? [{key: 'since', title: 'Since mark', width: WIDTH}] : [];
  const more = extra.map((path) => ({key: path, title: columnTitle(path), width: WIDTH, path}));
  return [{...time, hint: zone}, ...since, ...rest, ...more].map((column) =>
    column.width === null ? column : {...column, width: own[column.key] ?? column.width});
}

/** For grid-template-columns. @param {Column[]} columns */
export function template(columns) {
  return columns.map(({width}) => width === null ? 'minmax(14rem, 1fr)' : `${width}px`).join(' ');
}

/**
 * With a handle that is dragged, or moved by arrow keys; a double click forgets the width.
 * @param {Column} column @param {(width: number | null) => number} onresize returns the width it is then
 */
export function heading(column, onresize) {
  const cell = h('div', {'role': 'columnheader', 'class': 'heading', 'title': column.path ?? null},
    h('span', {}, column.title, column.hint ? h('span', {'class': 'heading-hint'}, column.hint) : null));
  if (column.path) {
    cell.append(iconButton('close', `Remove column ${column.title}`, undefined,
      {'class': 'heading-close', 'data-path': column.path}));
  }
  if (column.width !== null) {
    cell.append(handle(column, column.width, onresize));
  }
  return cell;
}

/** @param {Column} column @param {number} start @param {(width: number | null) => number} onresize */
function handle(column, start, onresize) {
  let width = start;
  const grip = h('div', {
    'class': 'heading-grip', 'role': 'separator', 'tabindex': 0, 'aria-orientation': 'vertical',
    'aria-label': `Width of ${column.title}`, 'aria-valuenow': width, 'aria-valuemin': NARROWEST, 'aria-valuemax': 1200,
  });
  const become = (/** @type {number} */ next) => {
    width = Math.max(NARROWEST, Math.min(1200, next));
    grip.setAttribute('aria-valuenow', String(Math.round(width)));
    onresize(width);
  };
  let from = 0;
  grip.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    from = event.clientX - width;
  });
  grip.addEventListener('pointermove', (event) => {
    if (grip.hasPointerCapture(event.pointerId)) {
      become(event.clientX - from);
    }
  });
  grip.addEventListener('dblclick', () => become(onresize(null)));
  grip.addEventListener('keydown', (event) =>
    takeKey(event, {ArrowLeft: () => become(width - 16), ArrowRight: () => become(width + 16)}));
  return grip;
}

/** @param {HTMLButtonElement} button @param {{get: () => string[], paths: () => string[]}} source paths: seen in records */
export function columnsPanel(button, {get, paths}) {
  const body = h('div', {'class': 'columns-panel'});
  const panel = h('div', {'class': 'popover', 'role': 'dialog', 'aria-label': 'Columns'}, body);
  button.after(panel);
  const change = (/** @type {string[]} */ columns) => {
    sendSet(button, {columns});
    draw();
  };

  const draw = () => {
    const chosen = get();
    const offered = [...new Set([...paths(), ...SUGGESTED])].filter((path) => !chosen.includes(path)).slice(0, 200);
    body.replaceChildren(
      h('p', {'class': 'panel-title'}, 'Extra columns'),
      chosen.length ? h('ul', {'class': 'plain-list'}, ...chosen.map((path, at) => item(chosen, path, at)))
        : h('p', {'class': 'hint'}, 'None yet. Time, level, logger and message are always there.'),
      add(offered),
    );
  };

  /** @param {string[]} chosen @param {string} path @param {number} at */
  const item = (chosen, path, at) => h('li', {'class': 'columns-item'},
    h('code', {}, path),
    iconButton('left', `Move ${path} left`, () => change(chosen.toSpliced(at, 1).toSpliced(at - 1, 0, path)),
      {disabled: at === 0}),
    iconButton('close', `Remove ${path}`, () => change(chosen.toSpliced(at, 1))));

  /** @param {string[]} offered */
  const add = (offered) => {
    const input = h('input', {'class': 'field code', 'list': 'columns-offered', 'placeholder': '$.data.user.id',
      'aria-label': 'Path of a new column', 'autocomplete': 'off', 'spellcheck': 'false'});
    return h('form', {'class': 'columns-add', 'onsubmit': (event) => {
      event.preventDefault();
      const path = input.value.trim();
      if (path && !get().includes(path)) {
        change([...get(), path]);
        body.querySelector('input')?.focus();
      }
    }}, input, h('datalist', {id: 'columns-offered'}, ...offered.map((path) => h('option', {value: path}))),
    h('button', {'type': 'submit', 'class': 'button'}, 'Add'));
  };

  popover(button, panel, {align: 'end', onopen: () => {
    draw();
    body.querySelector('input')?.focus();
  }});
}

// Export of everything that matches. The browser takes the stream, so no number of records is too many, and an answer
// that breaks off is a failed download. The range is frozen when the panel opens.

const FORMATS = /** @type {const} */ ([
  ['ndjson', 'NDJSON', 'One whole record a line, as JSON. Can be sent to a log server again.'],
  ['csv', 'CSV', 'A table for spreadsheets: id, time, level, logger, message, logrec.'],
]);

/** @param {HTMLButtonElement} button @param {() => {filters: Filters, zone: string}} source */
export function exportPanel(button, source) {
  const said = h('p', {'class': 'export-count', 'aria-live': 'polite'});
  const range = h('p', {'class': 'hint'});
  const choices = FORMATS.map(([format, name, words], index) => h('label', {'class': 'choice'},
    h('input', {type: 'radio', name: 'export-format', value: format, checked: index === 0}),
    h('span', {}, h('strong', {}, name), h('span', {'class': 'hint'}, words))));
  const link = h('a', {'class': 'button primary', 'download': ''}, icon('export'), 'Download');
  const form = h('form', {'class': 'export-panel'}, h('p', {'class': 'panel-title'}, 'Export'), said, range, ...choices, link);
  const panel = h('div', {'class': 'popover', 'role': 'dialog', 'aria-label': 'Export'}, form);
  button.after(panel);
  const latest = new Latest();
  /** @type {Filters} */
  let filters = {};

  const aim = () => {
    const format = /** @type {'ndjson' | 'csv'} */ (new FormData(form).get('export-format'));
    link.href = exportUrl(filters, format);
  };

  const begin = async () => {
    const {filters: given, zone} = source();
    filters = given;
    aim();
    said.textContent = 'Counting\u2026';
    range.textContent = given.before ? `Up to the newest one shown, ${formatTs(given.before, zone, {offset: true})}.` : '';
    try {
      const rows = await count(filters, latest.next());
      said.replaceChildren(h('strong', {}, rows.toLocaleString()), rows === 1 ? ' record matches.' : ' records match.');
      link.toggleAttribute('inert', rows === 0);
    } catch (error) {
      if (!aborted(error)) {
        said.textContent = `They could not be counted: ${reason(error)}`;
      }
    }
  };

  const {close} = popover(button, panel, {align: 'end', onbefore: begin, onclose: () => latest.stop()});
  form.addEventListener('change', aim);
  form.addEventListener('submit', (event) => event.preventDefault());
  link.addEventListener('click', () => {
    sendStatus(button, 'The export has begun; the browser shows its progress');
    setTimeout(close);
  });
}
