// Times and lengths of time: the API's text, wall clocks of any zone, and what people read and type.

/** @typedef {{ms: number, us: number}} Instant since 1970; us: 0..999 microseconds more */
/** @typedef {Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>} Wall month from 1 */

const TEXT = /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/** 2018-05-10 16:36:53.377493+00:00 @param {string} text */
export function parseTs(text) {
  const found = TEXT.exec(text);
  if (!found) {
    return null;
  }
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const fraction = (found[7] ?? '').padEnd(6, '0');
  const offset = (found[8] === '-' ? -1 : 1) * (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0));
  const ms = utc({year, month, day, hour, minute: minute - offset, second}) + Number(fraction.slice(0, 3));
  return {ms, us: Number(fraction.slice(3, 6))};
}

/** @param {string} later @param {string} earlier */
export function msBetween(later, earlier) {
  const [a, b] = [parseTs(later), parseTs(earlier)];
  return a && b ? a.ms - b.ms + (a.us - b.us) / 1000 : 0;
}

/** Milliseconds as if it were UTC; parts may overflow. @param {Wall} wall */
export function utc({year, month, day, hour, minute, second}) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, 0);
}

/** @param {number} ms @param {string} zone */
export function wallAt(ms, zone) {
  const date = new Date(ms + offsetAt(ms, zone) * 1000);
  return {year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds()};
}

/**
 * The first instant at which the zone's clocks show this; where they skip it, what unchanged clocks would show.
 * @param {Wall} wall @param {string} zone
 */
export function instantOf(wall, zone) {
  const shown = utc(wall);
  const before = offsetAt(shown - 86400000, zone) * 1000;
  const after = offsetAt(shown + 86400000, zone) * 1000;
  const fits = [before, after].map((offset) => shown - offset)
    .filter((ms) => ms + offsetAt(ms, zone) * 1000 === shown);
  return fits.length ? Math.min(...fits) : shown - before;
}

/** Clocks show it twice: they go back. @param {number} ms @param {string} zone */
export function isTwice(ms, zone) {
  const shown = ms + offsetAt(ms, zone) * 1000;
  return [-86400000, 86400000].some((day) => {
    const other = shown - offsetAt(ms + day, zone) * 1000;
    return other !== ms && other + offsetAt(other, zone) * 1000 === shown;
  });
}

// Zones

/** 'local' by its IANA name. @param {string} zone */
export function zoneName(zone) {
  return zone === 'local' || !zone ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}

export function zones() {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

/** @param {string} zone */
export function isZone(zone) {
  try {
    return zone === 'local' || Boolean(new Intl.DateTimeFormat('en', {timeZone: zone}));
  } catch {
    return false;
  }
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();
/** Seconds by zone and quarter hour: a list asks for the same again and again. @type {Map<string, number>} */
const offsets = new Map();
const QUARTER = 900000;

/** @param {string} zone */
function clock(zone) {
  const name = zoneName(zone);
  let format = clocks.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US',
      {timeZone: name, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23', era: 'short',
      year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric'});
    clocks.set(name, format);
  }
  return format;
}

/** Seconds east of UTC. @param {number} ms @param {string} zone */
export function offsetAt(ms, zone) {
  const start = Math.floor(ms / QUARTER) * QUARTER;
  const key = `${zone} ${start}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    if (offsets.size > 20000) {
      offsets.clear();
    }
    offsets.set(key, offset = zone === 'UTC' ? 0 : readOffset(start, zone));
  }
  return offset;
}

/** @param {number} ms @param {string} zone */
function readOffset(ms, zone) {
  /** @type {Record<string, number>} */
  const part = {};
  for (const {type, value} of clock(zone).formatToParts(ms)) {
    part[type] = Number(value);
  }
  const shown = utc({year: part.year, month: part.month, day: part.day, hour: part.hour, minute: part.minute,
    second: part.second});
  return Math.round((shown - ms) / 1000);
}

/** +01:00 @param {number} seconds */
export function offsetText(seconds) {
  const minutes = Math.round(Math.abs(seconds) / 60);
  return (seconds < 0 ? '-' : '+') + two(Math.floor(minutes / 60)) + ':' + two(minutes % 60);
}

/** Europe/Amsterdam (UTC+01:00) @param {string} zone @param {number} [ms] */
export function zoneLabel(zone, ms = Date.now()) {
  const name = zoneName(zone);
  return name === 'UTC' ? 'UTC' : `${name.replaceAll('_', ' ')} (UTC${offsetText(offsetAt(ms, name))})`;
}

// Text

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, '0');
}

/**
 * 2026-11-22 10:35:14.123, or a part of it. digits: of the second's fraction, cut
 * @param {string | Instant} ts @param {string} zone
 * @param {{date?: boolean, digits?: number, offset?: boolean}} [options]
 */
export function formatTs(ts, zone, {date = true, digits = 3, offset = false} = {}) {
  const instant = typeof ts === 'string' ? parseTs(ts) : ts;
  if (!instant) {
    return String(ts);
  }
  const wall = wallAt(instant.ms, zone);
  const day = `${String(wall.year).padStart(4, '0')}-${two(wall.month)}-${two(wall.day)}`;
  const fraction = String(((instant.ms % 1000) + 1000) % 1000 * 1000 + instant.us).padStart(6, '0').slice(0, digits);
  const time = `${two(wall.hour)}:${two(wall.minute)}:${two(wall.second)}${digits ? '.' + fraction : ''}`;
  return (date ? day + ' ' : '') + time + (offset ? offsetText(offsetAt(instant.ms, zone)) : '');
}

/** Sun, 22 Nov 2026 @param {number} ms @param {string} zone */
export function formatDay(ms, zone) {
  return new Intl.DateTimeFormat('en-GB',
    {timeZone: zoneName(zone), weekday: 'short', day: 'numeric', month: 'short', year: 'numeric'}).format(ms);
}

/** 2026-11-22T09:00:00Z @param {Instant} instant */
export function apiText({ms, us}) {
  const text = formatTs({ms, us}, 'UTC', {digits: 6}).replace(' ', 'T');
  return text.replace(/\.?0+$/, '') + 'Z';
}

const SIZES = /** @type {[string, number][]} */ ([['d', 86400000], ['h', 3600000], ['min', 60000], ['s', 1000]]);

/** 1 d 3 h, 4 min 12 s, 1.25 s, 83 ms, 412 µs. @param {number} ms */
export function duration(ms) {
  const length = Math.abs(ms);
  if (length < 1) {
    return `${Math.round(length * 1000)} µs`;
  }
  if (length < 1000) {
    return `${Math.round(length * 10) / 10} ms`;
  }
  if (length < 60000) {
    return `${Math.round(length / 10) / 100} s`;
  }
  const first = SIZES.findIndex(([, unit]) => length >= unit);
  const [[name, unit], [small, part]] = [SIZES[first], SIZES[first + 1]];
  const whole = Math.round(length / part) * part;
  const rest = Math.round((whole % unit) / part);
  return `${Math.floor(whole / unit)} ${name}` + (rest ? ` ${rest} ${small}` : '');
}

const RELATIVE = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ (
  [['year', 31557600000], ['month', 2629800000], ['day', 86400000], ['hour', 3600000], ['minute', 60000],
    ['second', 1000]]);

/** 3 hours ago @param {number} ms @param {number} [now] */
export function ago(ms, now = Date.now()) {
  const past = ms - now;
  const [unit, length] = RELATIVE.find(([, size]) => Math.abs(past) >= size) ?? ['second', 1000];
  return new Intl.RelativeTimeFormat('en', {numeric: 'auto'}).format(Math.trunc(past / length), unit);
}

// Lengths

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

/** 2h, 1h30m, 90 min, 1.5 hours, "hour" alone for one, P1DT2H @param {string} text */
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

/** @param {string} text */
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

/** PT1H30M @param {Length} length */
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

/** 1 hour 30 minutes @param {Length} length */
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

/** Later, or earlier, by the zone's calendar. @param {Instant} instant @param {Length} length @param {1 | -1} sign @param {string} zone */
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
