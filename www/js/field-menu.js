// What one can do with a value: only these, not these, as a column, top values, copy.
import {h, icon, sendSet} from './dom.js';
import {openMenu} from './menu.js';
import {copy} from './copy.js';
import {get} from './state.js';
import {openValues} from './values.js';
import * as edit from './query-edit.js';
import {json} from './json.js';

/** @typedef {{path: string, value: unknown, array?: {path: string}}} Field array: where it is an element of one */

/** @param {unknown} value @returns {string} as it is copied: text without quotes, all else as JSON */
export function valueText(value) {
  return typeof value === 'string' ? value : json(value, 2);
}

/** @param {Element} element @param {Field} field @param {boolean} not */
export function filterBy(element, {path, value}, not) {
  const {query} = get();
  const wanted = edit.condition(path, value, not);
  sendSet(element, {query: edit.has(query, wanted) ? edit.remove(query, wanted)
    : not ? edit.not(query, path, value) : edit.only(query, path, value)});
}

/** @param {Element} element @param {string} part a condition, put in or taken out */
function toggle(element, part) {
  const {query} = get();
  sendSet(element, {query: edit.has(query, part) ? edit.remove(query, part) : edit.add(query, part)});
}

/** @param {Element} element @param {string} path */
function toggleColumn(element, path) {
  const {columns} = get();
  sendSet(element, {columns: columns.includes(path) ? columns.filter((column) => column !== path)
    : [...columns, path]});
}

/** @param {Element} element @param {Field} field @returns {import('./menu.js').Item[]} */
function items(element, {path, value, array}) {
  const {query, columns} = get();
  const on = (/** @type {string} */ part) => edit.has(query, part) || undefined;
  const shown = columns.includes(path);
  const own = ['level', 'name', 'message', 'ts', 'id'].includes(path);
  const member = array && edit.memberCondition(array.path, value);
  return [
    {label: 'Only these', icon: 'filter', checked: on(edit.condition(path, value)),
      run: () => filterBy(element, {path, value}, false)},
    {label: 'Not these', icon: 'exclude', checked: on(edit.condition(path, value, true)),
      run: () => filterBy(element, {path, value}, true)},
    ...(member ? [{label: 'Only lists with this', icon: 'filter', checked: on(member),
      run: () => toggle(element, member)}] : []),
    ...(path[0] === '$' ? [{label: 'Only where it is there', icon: 'filter',
      checked: on(edit.condition(path, undefined, true)),
      run: () => toggle(element, edit.condition(path, undefined, true))}] : []),
    ...(own ? [] : [{label: shown ? 'Not as a column' : 'As a column', icon: 'columns',
      run: () => toggleColumn(element, path)}]),
    ...(['ts', 'id'].includes(path) ? [] : [{label: 'Top values', icon: 'bars', run: () => openValues(path)}]),
    {label: 'Copy value', icon: 'copy', run: () => copy(element, valueText(value), 'Value')},
    {label: 'Copy path', icon: 'copy', hint: path, run: () => copy(element, path, 'Path')},
  ];
}

/** @param {HTMLElement} anchor @param {Field} field @param {'start'|'end'} [align] */
export function openFieldMenu(anchor, field, align) {
  openMenu(anchor, `What to do with ${field.path}`, items(anchor, field), align);
}

/**
 * The buttons that appear beside a value. They are for pointers: keys open the menu on the row itself.
 * @param {Field} field @param {HTMLElement} [row] the element that the menu belongs to
 * @param {number} [tabindex] 0 where there is no row that takes keys
 */
export function fieldButtons(field, row, tabindex = -1) {
  /** @param {string} label @param {string} name @param {(button: HTMLElement) => void} run */
  const button = (label, name, run) => {
    const element = h('button', {'type': 'button', 'class': 'field-button', 'title': label,
      'aria-label': `${label}: ${field.path}`,
      'tabindex': tabindex,
      'onclick': (/** @type {Event} */ event) => {
        event.stopPropagation();
        run(element);
      }}, icon(name));
    return element;
  };
  return h('span', {'class': 'field-buttons', 'aria-hidden': tabindex < 0 ? 'true' : null},
    button('Only these', 'filter', (element) => filterBy(element, field, false)),
    button('Not these', 'exclude', (element) => filterBy(element, field, true)),
    button('More', 'more', (element) => openFieldMenu(row ?? element, field, row ? 'start' : 'end')));
}
