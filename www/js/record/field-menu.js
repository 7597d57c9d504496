// What one can do with a value: only these, not these, as a column, top values, copy. And a record's facts.
import {ansi} from '../base/ansi.js';
import {copy} from '../base/copy.js';
import {h, iconButton, menuButton, openMenu, send, sendSet, textButton} from '../base/dom.js';
import {valueText} from '../base/json.js';
import {parseRange} from '../base/range.js';
import {get} from '../base/state.js';
import {formatTs, offsetAt, parseTs, zoneName} from '../base/zone.js';
import * as edit from '../query/edit.js';

/** @import {Row} from '../base/api.js' */
/** @typedef {{path: string, value: unknown, array?: {path: string}}} Field array: where it is an element of one */

/** @param {Element} element @param {Field} field @param {boolean} not */
export function filterBy(element, {path, value}, not) {
  const {query} = get();
  const wanted = edit.condition(path, value, not);
  sendSet(element, {query: edit.has(query, wanted) ? edit.remove(query, wanted)
    : not ? edit.not(query, path, value) : edit.only(query, path, value)});
}

/** @param {Element} element @param {string} part */
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

/** @param {Element} element @param {Field} field */
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
    {label: 'All records with this', icon: 'plus', hint: 'new tab',
      run: () => send(element, 'ch-tab', {patch: {query: member || edit.condition(path, value), order: 'oldest'}})},
    ...(path[0] === '$' ? [{label: 'Only where it is there', icon: 'filter',
      checked: on(edit.condition(path, undefined, true)),
      run: () => toggle(element, edit.condition(path, undefined, true))}] : []),
    ...(own ? [] : [{label: shown ? 'Not as a column' : 'As a column', icon: 'columns',
      run: () => toggleColumn(element, path)}]),
    ...(['ts', 'id'].includes(path) ? [] : [{label: 'Top values', icon: 'bars', run: () => send(element, 'ch-values', {path})}]),
    {label: 'Copy value', icon: 'copy', run: () => copy(element, valueText(value), 'Value')},
    {label: 'Copy path', icon: 'copy', hint: path, run: () => copy(element, path, 'Path')},
  ];
}

/** @param {HTMLElement} anchor @param {Field} field @param {'start'|'end'} [align] */
export function openFieldMenu(anchor, field, align) {
  openMenu(anchor, `What to do with ${field.path}`, items(anchor, field), align);
}

/**
 * Beside a value, for pointers: keys open the menu on its row. tabindex: 0 where no row takes keys
 * @param {Field} field @param {HTMLElement} [row] @param {number} [tabindex]
 */
export function fieldButtons(field, row, tabindex = -1) {
  /** @param {string} label @param {string} name @param {(button: HTMLElement) => void} run */
  const button = (label, name, run) => {
    const element = iconButton(name, label, () => run(element),
      {'class': 'field-button', 'aria-label': `${label}: ${field.path}`, tabindex});
    return element;
  };
  return h('span', {'class': 'field-buttons', 'aria-hidden': tabindex < 0 ? 'true' : null},
    button('Only these', 'filter', (element) => filterBy(element, field, false)),
    button('Not these', 'exclude', (element) => filterBy(element, field, true)),
    button('More', 'more', (element) => openFieldMenu(row ?? element, field, row ? 'start' : 'end')));
}

// Facts: what a record says, who logged it, when and where

/** @typedef {{label: string, value: Node|string, path?: string, raw?: unknown, code?: boolean}} Fact */

const MESSAGE = 4000;

/** What is beyond the limit is shown after a click. @param {HTMLElement} element @param {string} text */
export function putText(element, text, limit = MESSAGE) {
  element.replaceChildren(...ansi(text.slice(0, limit)));
  if (text.length > limit) {
    element.append(textButton(`\u2026 ${(text.length - limit).toLocaleString()} characters more`,
      () => element.replaceChildren(...ansi(text)), 'text-button'));
  }
  return element;
}

/** Each part shows what is below it. @param {string} name */
function loggerName(name) {
  const parts = name.split('.');
  const element = h('span', {'class': 'fact-logger'});
  parts.forEach((part, i) => {
    const prefix = parts.slice(0, i + 1).join('.');
    element.append(i ? '.' : '',
      h('button', {'class': 'text-button', 'title': `Only ${prefix} and below`,
        'onclick': () => sendSet(element, {names: [prefix]})}, part));
  });
  return element;
}

/** @param {string} ts */
function timeMenu(ts) {
  const button = menuButton('Range at this time', 'clock',
    () => [['\u00b1 1 minute', `${ts} \u00b1 1m`], ['\u00b1 15 minutes', `${ts} \u00b1 15m`],
    ['\u00b1 2 hours', `${ts} \u00b1 2h`], ['Since then', `since ${ts}`],
      ['Until then', `until ${ts}`]].map(([label, text]) => ({label, icon: 'none', run: () => {
    const range = parseRange(text, {zone: 'UTC', now: Date.now()});
    if (range) {
      sendSet(button, {after: range.after, before: range.before});
    }
  }})), {classes: 'plain small square'});
  return h('span', {'class': 'field-buttons'}, button);
}

/** @param {string} ts @param {string} zone */
function timeFact(ts, zone) {
  const instant = parseTs(ts);
  const local = formatTs(ts, zone, {digits: 6, offset: true});
  const utc = formatTs(ts, 'UTC', {digits: 6});
  const shifted = instant && offsetAt(instant.ms, zone) !== 0;
  const other = shifted ? (utc.slice(0, 10) === local.slice(0, 10) ? utc.slice(11) : utc) + ' UTC' : '';
  return h('span', {}, h('time', {'datetime': ts.replace(' ', 'T'), 'title': zoneName(zone)}, local),
    other ? h('span', {'class': 'fact-aside'}, other) : null, timeMenu(ts));
}

/** @param {Record<string, any>} meta @returns {[string, string, string][]} a field, what is shown of it, a title */
function origins(meta) {
  const {filename, pathname, lineno, funcName, process, processName, thread, threadName, taskName} = meta;
  const line = lineno ? `:${lineno}` : '';
  /** @type {[string, string, string][]} */
  const result = [
    [pathname ? 'pathname' : 'filename', `${filename ?? pathname ?? ''}${line}${funcName ? ` in ${funcName}` : ''}`, `${pathname ?? ''}${line}`],
    // Processes are told apart by number, threads and tasks by name.
    [process === undefined ? 'processName' : 'process', [processName, process].filter(isThere).join(' '), 'Process'],
    [threadName ? 'threadName' : 'thread', String(threadName || (thread ?? '')), `Thread ${thread ?? ''}`],
    ['taskName', String(taskName ?? ''), 'Task'],
  ];
  return result.filter(([key, text]) => isThere(meta[key]) && text);
}

/** @param {unknown} value */
const isThere = (value) => value !== null && value !== undefined && value !== '';

/** Who logged it, where, and in which process: each opens its menu. @param {Row} record */
function origin({name, logrec}) {
  const meta = logrec?.meta ?? {};
  return h('span', {'class': 'fact-origin'}, loggerName(name), ...origins(meta).map(([key, text, title]) => {
    const button = h('button', {'class': 'text-button', title,
      'onclick': () => openFieldMenu(button, {path: `$.meta.${key}`, value: meta[key]})}, text);
    return button;
  }));
}

/** @param {Row} record @param {{zone: string, message: string | null}} options null where the title says it */
function facts(record, {zone, message}) {
  const meta = record.logrec?.meta ?? {};
  const template = typeof meta.msg === 'string' && meta.msg !== record.message ? meta.msg : '';
  return [
    ...(message === null ? []
      : [{label: 'Message', value: putText(h('pre', {'class': 'fact-message'}), message), path: 'message', raw: record.message}]),
    ...(template ? [{label: 'Template', value: template, path: '$.meta.msg', raw: meta.msg, code: true}] : []),
    {label: 'From', value: origin(record), path: 'name', raw: record.name},
    {label: 'Time', value: timeFact(record.ts, zone)},
  ];
}

/**
 * @param {Row} record
 * @param {{zone: string, message: string|null}} options
 */
export function factsView(record, options) {
  return h('dl', {'class': 'facts'},
    ...facts(record, options).map(({label, value, path, raw, code}) => h('div', {'class': 'fact'},
    h('dt', {}, label), h('dd', {'class': code ? 'fact-code' : null}, value,
      path ? fieldButtons({path, value: raw}, undefined, 0) : null))));
}
