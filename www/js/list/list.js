// The list: a grid of which only the rows in sight are elements. It keeps the focus (aria-activedescendant).
import {ansi} from '../base/ansi.js';
import {h, icon, levelBand, levelName, recall} from '../base/dom.js';
import {json} from '../base/json.js';
import {duration, formatTs, msBetween, zoneName} from '../base/zone.js';
import {valueAt} from '../query/edit.js';
import {columnsOf, heading, keepWidth, template} from './columns.js';
import {Scroller} from './scroller.js';

/** @import {Row} from '../base/api.js' */
/** @import {Column} from './columns.js' */
/** @import {Rows} from './rows.js' */
/** @typedef {{position: number, id: number | null}} Cursor null: not there yet */
/** @typedef {{id: number, part: number}} Place */
/**
 * @typedef {{onopen: (row: Row, event?: MouseEvent) => void, oncursor: (row: Row) => void, onscroll: () => void,
 *   onresize: () => void, onremove: (path: string) => void}} Handlers oncursor: the reader moved to it
 */

/** The city: how far from UTC is not the same all year. @param {string} zone */
function zoneHint(zone) {
  return zoneName(zone).replace(/^.*\//, '').replaceAll('_', ' ');
}

export class List {
  /** @type {Cursor | null} */
  cursor = null;
  /** @type {Slot[]} */
  #slots = [];
  #first = 0;
  /** @type {Look} */
  #look = {columns: columnsOf([], false, ''), zone: 'local', mark: null, version: 0};
  #open = /** @type {number | null} */ (null);
  #frame = 0;
  #rowHeight = 26;

  /** @param {HTMLElement} host @param {Rows} rows @param {Handlers} handlers */
  constructor(host, rows, handlers) {
    this.host = host;
    this.rows = rows;
    this.handlers = handlers;
    this.head = h('div', {'class': 'grid-head', 'role': 'row', 'aria-rowindex': 1});
    this.body = h('div', {'class': 'grid-body', 'role': 'rowgroup'});
    this.window = h('div', {'class': 'grid-window', 'role': 'presentation'}, this.body);
    this.grid = h('div', {'class': 'grid', 'role': 'grid', 'tabindex': 0},
      h('div', {'role': 'rowgroup', 'class': 'grid-top'}, this.head), this.window);
    this.note = h('div', {'class': 'list-note', 'hidden': true});
    const bar = h('div', {'class': 'bar', 'aria-hidden': 'true'});
    host.replaceChildren(this.grid, bar, this.note);
    this.scroller = new Scroller(this.window, bar, {
      onscroll: () => {
        this.draw();
        handlers.onscroll();
      },
      label: (position) => this.#placeName(position),
    });
    this.body.addEventListener('click', (event) => this.#click(event));
    this.head.addEventListener('click', (event) => this.#removeColumn(event));
    new ResizeObserver(() => {
      this.#measure();
      handlers.onresize();
    }).observe(this.window);
    this.#makeHead();
    this.compact = recall('compact', false);
  }

  /** @param {number} position */
  #placeName(position) {
    const row = this.rows.at(position);
    const place = `${(position + 1).toLocaleString()} of ${this.rows.length.toLocaleString()}`;
    return row ? `${place} \u00b7 ${formatTs(row.ts, this.#look.zone, {digits: 0})}` : place;
  }

  /** @param {{columns: string[], zone: string, mark: Row | null}} look */
  setLook({columns, zone, mark}) {
    const version = this.#look.version + 1;
    this.#look = {columns: columnsOf(columns, Boolean(mark), zoneHint(zone)), zone, mark, version};
    this.#makeHead();
    this.draw();
  }

  #makeHead() {
    const {columns} = this.#look;
    this.grid.setAttribute('aria-colcount', String(columns.length));
    this.#applyWidths();
    this.head.replaceChildren(...columns.map((column) => heading(column, (width) => {
      column.width = keepWidth(column.key, width);
      this.#applyWidths();
      return column.width;
    })));
  }

  #applyWidths() {
    this.grid.style.setProperty('--columns', template(this.#look.columns));
  }

  /** @param {MouseEvent} event */
  #removeColumn(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest('button');
    if (button?.dataset.path) {
      this.handlers.onremove(button.dataset.path);
    }
  }

  #measure() {
    this.host.classList.toggle('narrow', this.host.clientWidth < 620);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const row = parseFloat(getComputedStyle(this.grid).getPropertyValue('--row-height')) || 1.625;
    this.#rowHeight = row * rem;
    this.scroller.resize({height: this.window.clientHeight, rowHeight: this.#rowHeight});
    this.draw();
  }

  /** Rows of 20 pixels. @param {boolean} compact */
  set compact(compact) {
    this.host.classList.toggle('compact', compact);
    this.#measure();
  }

  /** In the next frame, once. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const {scroller, rows} = this;
    if (scroller.length !== rows.length) {
      scroller.resize({length: rows.length});
    }
    this.#settleCursor();
    const first = Math.floor(scroller.position);
    const count = Math.min(Math.ceil(scroller.page) + 1, rows.loading ? Math.ceil(scroller.page) : rows.length - first);
    this.#rotate(first, Math.max(0, count));
    // The first row that is seen whole says its date.
    const whole = scroller.position % 1 > 0.3 ? 1 : 0;
    this.#slots.forEach((slot, index) => {
      const position = first + index;
      fill(slot, position, rows.at(position), this.#look);
      compare(slot, index > whole ? this.#slots[index - 1] : null);
      const {element, row} = slot;
      const current = this.cursor !== null && row?.id === this.cursor.id;
      element.classList.toggle('current', current);
      element.classList.toggle('marked', Boolean(row && row.id === this.#look.mark?.id));
      element.setAttribute('aria-selected', String(Boolean(row && row.id === this.#open)));
    });
    // Where all are errors none stands out.
    const bands = this.#slots.flatMap(({element}) => element.dataset.level?.replace('critical', 'error') ?? []);
    this.host.classList.toggle('one-level', new Set(bands).size < 2);
    this.body.style.transform = `translateY(${Math.round((first - scroller.position) * this.#rowHeight)}px)`;
    this.grid.setAttribute('aria-rowcount', String(rows.total === null ? -1 : rows.length + 1));
    this.grid.setAttribute('aria-busy', String(rows.loading));
    this.grid.setAttribute('aria-label', `Records, ${rows.oldest ? 'oldest' : 'newest'} first`);
    this.#tellCurrent();
    scroller.refreshLabel();
    rows.want(first, first + count);
  }

  /** Rows in sight keep their elements, in order. @param {number} first @param {number} count */
  #rotate(first, count) {
    const moved = first - this.#first;
    this.#first = first;
    if (Math.abs(moved) < this.#slots.length) {
      for (let n = 0; n < moved; n += 1) {
        const slot = /** @type {Slot} */ (this.#slots.shift());
        this.#slots.push(slot);
        this.body.append(slot.element);
      }
      for (let n = 0; n < -moved; n += 1) {
        const slot = /** @type {Slot} */ (this.#slots.pop());
        this.#slots.unshift(slot);
        this.body.prepend(slot.element);
      }
    }
    while (this.#slots.length < count) {
      const slot = makeSlot();
      this.#slots.push(slot);
      this.body.append(slot.element);
    }
    this.#slots.splice(count).forEach(({element}) => element.remove());
  }

  #tellCurrent() {
    const slot = this.#slots.find(({row}) => row && row.id === this.cursor?.id);
    if (slot) {
      this.grid.setAttribute('aria-activedescendant', slot.element.id);
    } else {
      this.grid.removeAttribute('aria-activedescendant');
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const element = /** @type {HTMLElement} */ (event.target).closest('.row');
    const slot = this.#slots.find((other) => other.element === element);
    if (slot?.row && getSelection()?.isCollapsed !== false) {
      this.grid.focus({preventScroll: true});
      this.setCursor(slot.position);
      this.handlers.onopen(slot.row, event);
    }
  }

  /** @param {number | null} id */
  setOpen(id) {
    this.#open = id;
    this.draw();
  }

  /** The first and the last row. @returns {[number, number]} */
  visible() {
    const first = Math.floor(this.scroller.position);
    const last = Math.min(this.rows.length, Math.ceil(this.scroller.position + this.scroller.page)) - 1;
    return this.scroller.page > 0 ? [Math.min(first, Math.max(0, last)), last] : [first, -1];
  }

  /** @param {number} position */
  setCursor(position) {
    this.cursor = {position, id: this.rows.at(position)?.id ?? null};
    this.draw();
  }

  /** As a reader does with keys. @param {number} position */
  moveTo(position) {
    const next = Math.max(0, Math.min(this.rows.length - 1, position));
    this.scroller.reveal(next, 1);
    this.cursor = {position: next, id: null};
    this.#settleCursor();
    this.draw();
  }

  /** It is known when its row is there. */
  #settleCursor() {
    const {cursor} = this;
    const row = cursor && cursor.id === null ? this.rows.at(cursor.position) : undefined;
    if (cursor && row) {
      cursor.id = row.id;
      this.handlers.oncursor(row);
    }
  }

  /** @param {number} step down */
  step(step) {
    const at = this.cursor?.position ?? -1;
    const [first, last] = this.visible();
    const out = at < first - 1 || at > last + 1;
    this.moveTo(at < 0 || (out && Math.abs(step) === 1) ? first : at + step);
  }

  /** The first row in sight. @returns {Place | null} */
  place() {
    const {position} = this.scroller;
    const row = this.rows.at(Math.floor(position));
    return row ? {id: row.id, part: position % 1} : null;
  }

  /** What is in sight stays where it is. @param {Place | null} place null: the newest */
  keepPlace(place) {
    if (this.cursor?.id) {
      const at = this.rows.positionOf(this.cursor.id);
      this.cursor.position = at < 0 ? this.cursor.position : at;
    }
    this.scroller.resize({length: this.rows.length});
    const at = place ? this.rows.positionOf(place.id) : this.rows.turn(0);
    if (at >= 0) {
      this.scroller.to(at + (place?.part ?? 0), true);
    }
    this.draw();
  }

  /** @param {Node | null} node */
  setNote(node) {
    this.note.replaceChildren(...(node ? [node] : []));
    this.note.hidden = !node;
  }
}

// One row: its cells, filled again when another record comes to stand there.

/** @typedef {{columns: Column[], zone: string, mark: Row | null, version: number}} Look */
/** @typedef {{element: HTMLElement, cells: HTMLElement[], key: string, position: number, row?: Row, day: string, same: number}} Slot */

/** Longer messages are cut. */
const LONGEST = 400;

let slots = 0;

/** @returns {Slot} */
export function makeSlot() {
  const element = h('div', {'class': 'row', 'role': 'row', 'id': `row-${++slots}`});
  return {element, cells: [], key: '', position: -1, day: '', same: 0};
}

/** @param {Row} row @param {Row} mark */
export function since(row, mark) {
  const ms = msBetween(row.ts, mark.ts);
  return row.id === mark.id ? 'mark' : (ms < 0 ? '\u2212' : '+') + duration(ms);
}

/** @param {unknown} value @returns {string} */
export function cellText(value) {
  if (value === undefined) {
    return '';
  }
  const text = typeof value === 'string' ? value : json(value);
  return text.length > LONGEST ? text.slice(0, LONGEST) + '\u2026' : text;
}

/** As one line; of a traceback what was raised. @param {string} message */
function messageLine(message) {
  const text = message.replace(/^\s*\n/, '');
  return cellText(/^(?:\x1b\[[\d;]*m)*Traceback \(most recent call last\):/.test(text) ? text.trimEnd().split('\n').at(-1) : text);
}

/** @param {Slot} slot @param {Look} look */
function makeCells(slot, {columns}) {
  slot.cells = columns.map(({key, path, title}) => h('div', {'role': 'gridcell', 'class': 'cell cell-' + (path ? 'extra' : key), 'data-title': path ? title : null}));
  slot.element.replaceChildren(...slot.cells);
}

/** @param {HTMLElement} cell @param {Column} column @param {Row} row @param {Look} look */
function fillCell(cell, column, row, {zone, mark}) {
  switch (column.key) {
  case 'time': {
    const [date, time] = formatTs(row.ts, zone).split(' ');
    cell.replaceChildren(h('span', {'class': 'date'}, h('span', {'class': 'year'}, date.slice(0, -5)), date.slice(-5) + ' '), time);
    break;
  }
  case 'level': {
    const band = levelBand(row.level);
    cell.replaceChildren(icon('level-' + band, 'shape'), levelName(row.level));
    break;
  }
  case 'since':
    cell.textContent = mark ? since(row, mark) : '';
    break;
  case 'name':
    cell.textContent = row.name || '\u2014';
    break;
  case 'message':
    cell.replaceChildren(...ansi(messageLine(row.message)));
    break;
  default:
    cell.textContent = cellText(valueAt(row, column.path ?? ''));
  }
}

/** @param {Slot} slot @param {number} position @param {Row | undefined} row @param {Look} look */
export function fill(slot, position, row, look) {
  const key = `${look.version}:${row ? row.id : 'none'}:${row?.logrec ? 1 : 0}`;
  if (slot.position !== position) {
    slot.position = position;
    slot.element.setAttribute('aria-rowindex', String(position + 2));
  }
  if (slot.key === key) {
    return;
  }
  if (!slot.key.startsWith(look.version + ':')) {
    makeCells(slot, look);
  }
  slot.key = key;
  slot.row = row;
  slot.element.classList.toggle('pending', !row);
  if (row) {
    slot.element.dataset.level = levelBand(row.level);
    slot.element.dataset.id = String(row.id);
    slot.day = formatTs(row.ts, look.zone).slice(0, 10);
    slot.same = 0;
    look.columns.forEach((column, index) => fillCell(slot.cells[index], column, row, look));
  } else {
    delete slot.element.dataset.level;
    delete slot.element.dataset.id;
    slot.cells.forEach((cell) => cell.replaceChildren(h('span', {'class': 'row-skeleton'})));
  }
}

/** What the row above says as well is quiet: the date, and so much of the logger's name. @param {Slot} slot @param {Slot | null} above */
function compare(slot, above) {
  const {element, row, day} = slot;
  const same = row && above?.row ? shared(row.name, above.row.name) : 0;
  element.classList.toggle('same-day', Boolean(row && above?.row && above.day === day));
  if (row && same !== slot.same) {
    slot.same = same;
    element.querySelector('.cell-name')?.replaceChildren(h('span', {'class': 'same'}, row.name.slice(0, same)), row.name.slice(same));
  }
}

/** Of a name, in whole parts. @param {string} name @param {string} above */
export function shared(name, above) {
  let end = 0;
  while (end < name.length && `${name}.`[end] === `${above}.`[end]) {
    end++;
  }
  return end === name.length && end === above.length ? end : `${name}.`.lastIndexOf('.', end - 1) + 1;
}
