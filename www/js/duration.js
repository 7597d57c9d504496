// Lengths of time as people type them (2h, 1h30m, 3 days) and as the API takes them (PT2H).
import {wallAt, instantOf} from './zone.js';

/** @typedef {import('./zone.js').Instant} Instant */
/** @typedef {{years: number, months: number, days: number, seconds: number}} Length days are by the calendar */

/** @type {[RegExp, keyof Length, number][]} */
const UNITS = [
  [/^(y|yr|years?)$/, 'years', 1],
  [/^(mo|mon|months?)$/, 'months', 1],
  [/^(w|wk|weeks?)$/, 'days', 7],
  [/^(d|days?)$/, 'days', 1],
  [/^(h|hr|hrs|hours?)$/, 'seconds', 3600],
  [/^(m|min|mins|minutes?)$/, 'seconds', 60],
  [/^(s|sec|secs|seconds?)$/, 'seconds', 1],
  [/^(ms|msec|milliseconds?)$/, 'seconds', 0.001],
];

/**
 * @param {string} text without a sign: 2h, 1h30m, 90 min, 1.5 hours, "hour" alone for one, P1DT2H
 * @returns {Length|null}
 */
export function parseLength(text) {
  const plain = text.trim().toLowerCase();
  return /^p/.test(plain) ? parseIso(plain) : parseTyped(/^[a-z]/.test(plain) ? `1 ${plain}` : plain);
}

/** @param {string} text */
function parseTyped(text) {
  const length = {years: 0, months: 0, days: 0, seconds: 0};
  const part = /\s*(\d+(?:[.,]\d+)?)\s*([a-z]+)(?:\s*,|\s+and\b)?/y;
  if (text === '') {
    return null;
  }
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    const unit = found && UNITS.find(([name]) => name.test(found[2]));
    if (!found || !unit || !put(length, unit[1], Number(found[1].replace(',', '.')) * unit[2])) {
      return null;
    }
  }
  return length;
}

/** @param {Length} length @param {keyof Length} unit @param {number} count */
function put(length, unit, count) {
  const whole = unit === 'seconds' ? Math.round(count * 1e6) / 1e6 : Math.floor(count);
  length[unit] += whole;
  if (unit === 'days') {
    length.seconds += Math.round((count - whole) * 86400);
  }
  return unit === 'days' || unit === 'seconds' || whole === count;
}

/** @param {string} text in lower case */
function parseIso(text) {
  const number = '(\\d+(?:[.,]\\d+)?)';
  const found = new RegExp(`^p(?:${number}y)?(?:${number}m)?(?:${number}w)?(?:${number}d)?` +
    `(?:t(?:${number}h)?(?:${number}m)?(?:${number}s)?)?$`).exec(text);
  if (!found || !/\d/.test(text) || text.endsWith('t')) {
    return null;
  }
  const letters = ['y', 'mo', 'w', 'd', 'h', 'm', 's'];
  return parseTyped(letters.map((letter, i) => found[i + 1] ? found[i + 1] + letter : '').join(' ').trim());
}

/** @param {Length} length @returns {string} PT1H30M, without a sign */
export function isoLength({years, months, days, seconds}) {
  const [hours, minutes] = seconds % 3600 === 0 ? [seconds / 3600, 0]
    : seconds % 60 === 0 && seconds < 7200 ? [0, seconds / 60]
    : [Math.floor(seconds / 3600), Math.floor(seconds % 3600 / 60)];
  const rest = Math.round((seconds - hours * 3600 - minutes * 60) * 1e6) / 1e6;
  /** @param {[number, string][]} parts */
  const text = (parts) => parts.map(([count, letter]) => count ? count + letter : '').join('');
  const date = text([[years, 'Y'], [months, 'M'], [days, 'D']]);
  const time = text([[hours, 'H'], [minutes, 'M'], [rest, 'S']]);
  return `P${date}${time ? 'T' + time : date ? '' : 'T0S'}`;
}

/** @param {Length} length @returns {string} 1 hour 30 minutes */
export function lengthWords({years, months, days, seconds}) {
  const weeks = days && days % 7 === 0 && days > 7 ? days / 7 : 0;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds % 3600 / 60);
  const rest = Math.round((seconds - hours * 3600 - minutes * 60) * 1e6) / 1e6;
  const parts = /** @type {[number, string][]} */ ([[years, 'year'], [months, 'month'], [weeks, 'week'],
    [weeks ? 0 : days, 'day'],
    [hours, 'hour'], [minutes, 'minute'], [rest, 'second']]);
  return parts.filter(([count]) => count).map(([count, name]) => `${count} ${name}${count === 1 ? '' : 's'}`).join(' ')
    || '0 seconds';
}

/**
 * The instant so much later, by the calendar of a zone.
 * @param {Instant} instant @param {Length} length @param {1|-1} sign @param {string} zone
 * @returns {Instant}
 */
export function shift(instant, length, sign, zone) {
  let ms = instant.ms;
  if (length.years || length.months || length.days) {
    const wall = wallAt(ms, zone);
    const month = wall.year * 12 + wall.month - 1 + sign * (length.years * 12 + length.months);
    const year = Math.floor(month / 12);
    const last = new Date(Date.UTC(year, month % 12 + 1, 0)).getUTCDate();
    const day = Math.min(wall.day, last) + sign * length.days;
    ms = instantOf({...wall, year, month: month % 12 + 1, day}, zone) + ((ms % 1000) + 1000) % 1000;
  }
  const us = Math.round(instant.us + sign * length.seconds * 1e6);
  return {ms: ms + Math.floor(us / 1000), us: ((us % 1000) + 1000) % 1000};
}
