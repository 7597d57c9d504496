// One row of the list: its cells, filled again whenever another record comes to stand there.

import {h, icon} from './dom.js';
import {json} from './json.js';
import {levelBand, levelName} from './level.js';
import {valueAt} from './query-edit.js';
import {duration, formatTs, msBetween} from './zone.js';

/** @typedef {import('./api.js').Row} Row */
/** @typedef {import('./columns.js').Column} Column */
/** @typedef {{columns: Column[], zone: string, mark: Row | null, version: number}} Look version: changes with the others */
/** @typedef {{element: HTMLElement, cells: HTMLElement[], key: string, position: number, row?: Row}} Slot */

/** Longer messages are cut in the list, never in the record. */
const LONGEST = 400;

let slots = 0;

/** @returns {Slot} */
export function makeSlot() {
  const element = h('div', {'class': 'row', 'role': 'row', 'id': `row-${++slots}`});
  return {element, cells: [], key: '', position: -1};
}

/** The time since the marked record, signed. @param {Row} row @param {Row} mark @returns {string} */
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

/** @param {Slot} slot @param {Look} look */
function makeCells(slot, {columns}) {
  slot.cells = columns.map(({key}) => h('div', {'role': 'gridcell', 'class': 'cell cell-' + (key.startsWith('$') ? 'extra' : key)}));
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
    cell.textContent = cellText(row.message);
    break;
  default:
    cell.textContent = cellText(valueAt(row, column.path ?? ''));
  }
}

/**
 * Shows a row, or that it is not there yet.
 * @param {Slot} slot @param {number} position @param {Row | undefined} row @param {Look} look
 */
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
    look.columns.forEach((column, index) => fillCell(slot.cells[index], column, row, look));
  } else {
    delete slot.element.dataset.level;
    delete slot.element.dataset.id;
    slot.cells.forEach((cell) => cell.replaceChildren(h('span', {'class': 'row-skeleton'})));
  }
}
