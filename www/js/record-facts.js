// The readable part of a record: what it says, who logged it, when and where.
import {h, icon, sendSet} from './dom.js';
import {fieldButtons} from './field-menu.js';
import {menuButton} from './menu.js';
import {parseRange} from './range.js';
import {formatTs, offsetAt, parseTs, zoneName} from './zone.js';

/** @typedef {import('./api.js').Row} Row */
/** @typedef {{label: string, value: Node|string, path?: string, raw?: unknown, code?: boolean}} Fact */

/** More of a message than this is shown on demand. */
const MESSAGE = 4000;

/**
 * A text of any length: all of it is there, what is beyond the limit after a click.
 * @param {string} text @param {string} classes
 */
export function longText(text, classes, limit = MESSAGE) {
  const element = h('pre', {'class': classes}, text.slice(0, limit));
  if (text.length > limit) {
    const more = h('button', {'type': 'button', 'class': 'text-button', 'onclick': () => element.replaceChildren(text)},
      `\u2026 ${(text.length - limit).toLocaleString()} characters more`);
    element.append(more);
  }
  return element;
}

/** The logger's name; each part of it shows what is below it. @param {string} name */
function loggerName(name) {
  const parts = name.split('.');
  const element = h('span', {'class': 'fact-logger'});
  parts.forEach((part, i) => {
    const prefix = parts.slice(0, i + 1).join('.');
    element.append(i ? '.' : '',
      h('button', {'type': 'button', 'class': 'text-button', 'title': `Only ${prefix} and below`,
      'onclick': () => sendSet(element, {names: [prefix]})}, part));
  });
  return element;
}

/** Ranges at a record's time. @param {string} ts */
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

/** @param {unknown} name @param {unknown} number */
function named(name, number) {
  const aside = (number ?? null) === null ? null : h('span', {'class': name ? 'fact-aside' : ''}, String(number));
  return h('span', {}, String(name ?? ''), aside);
}

/** @param {Record<string, any>} meta @returns {Fact[]} */
function placeFacts(meta) {
  /** @type {Fact[]} */
  const facts = [];
  if (meta.filename || meta.pathname) {
    const place = `${meta.filename ?? meta.pathname}${meta.lineno ? `:${meta.lineno}` : ''}`;
    facts.push({label: 'Source', path: meta.pathname ? '$.meta.pathname' : '$.meta.filename',
      raw: meta.pathname ?? meta.filename,
      value: h('span', {'title': meta.pathname ?? ''}, place,
        meta.funcName ? h('span', {'class': 'fact-aside'}, `in ${meta.funcName}`) : null)});
  }
  for (const [label, name, number] of [['Process', 'processName', 'process'], ['Thread', 'threadName', 'thread'],
    ['Task', 'taskName', '']]) {
    if (meta[name] ?? meta[number] !== undefined) {
      // A process has its number alone to be told from others; threads and tasks have names.
      const byNumber = (label === 'Process' && meta.process !== undefined) || (meta[name] ?? null) === null;
      const key = byNumber ? number : name;
      facts.push({label, path: `$.meta.${key}`, raw: meta[key], value: named(meta[name], meta[number])});
    }
  }
  return facts;
}

/**
 * @param {Row} record @param {{zone: string, message: string|null}} options message: null where the title says it
 * @returns {Fact[]}
 */
function facts(record, {zone, message}) {
  const meta = record.logrec?.meta ?? {};
  const template = typeof meta.msg === 'string' && meta.msg !== record.message ? meta.msg : '';
  return [
    ...(message === null ? []
      : [{label: 'Message', value: longText(message, 'fact-message'), path: 'message', raw: record.message}]),
    ...(template ? [{label: 'Template', value: template, path: '$.meta.msg', raw: meta.msg, code: true}] : []),
    {label: 'Logger', value: loggerName(record.name), path: 'name', raw: record.name},
    {label: 'Time', value: timeFact(record.ts, zone)},
    ...placeFacts(meta),
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

/** @param {string} label @param {string} iconName @param {() => void} run @param {Record<string, unknown>} [more] */
export function actionButton(label, iconName, run, more = {}) {
  return h('button', {'type': 'button', 'class': 'button small', 'onclick': run, ...more}, icon(iconName), label);
}
