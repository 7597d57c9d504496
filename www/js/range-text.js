// What a range means, in words: how it was understood, and what is shown.
import {parseLength, lengthWords, formatTs, formatDay, duration} from './zone.js';
import {readPoint} from './range.js';

/** @typedef {import('./zone.js').Instant} Instant */
/** @typedef {import('./zone.js').Length} Length */
/** @typedef {import('./range.js').Context} Context */
/** @typedef {import('./range.js').Point} Point */

/** @param {string} text @returns {Length|null} of -PT2H */
function past(text) {
  return /^-p/i.test(text) ? parseLength(text.slice(1)) : null;
}

/** @param {Instant} at @param {string} zone as short as it can be */
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

/**
 * What a range means, for reading.
 * @param {{after: string, before: string}} value as the API takes it
 * @param {Context} context
 */
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
