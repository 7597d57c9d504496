// The columns of the list (extra ones: JSON paths or columns of the store), and the panel that chooses them.
import {h, iconButton, keep, popover, recall, sendSet, takeKey} from '../base/dom.js';

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
  const [time, level, name, message] = FIXED;
  const since = marked ? [{key: 'since', title: 'Since mark', width: WIDTH}] : [];
  const more = extra.map((path) => ({key: path, title: columnTitle(path), width: WIDTH, path}));
  return [{...time, hint: zone}, ...since, level, name, ...more, message].map((column) =>
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

/**
 * @param {HTMLButtonElement} button @param {{get: () => string[], paths: () => string[], compact: (on: boolean) => void}} source
 *   paths: seen in records; compact: rows become so
 */
export function columnsPanel(button, {get, paths, compact}) {
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
      h('label', {'class': 'columns-compact'}, h('input', {'type': 'checkbox', 'checked': recall('compact', false), 'onchange': (/** @type {any} */ event) => {
        keep('compact', event.target.checked);
        compact(event.target.checked);
      }}), 'Compact rows'),
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
