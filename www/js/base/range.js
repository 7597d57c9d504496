// The range as people type it, into what the API takes.
import {apiText, instantOf, isoLength, parseLength, parseTs, shift, utc, wallAt} from './zone.js';

/** @import {Instant, Length} from './zone.js' */
/** @typedef {{zone: string, now: number}} Context now: milliseconds */
/**
 * @typedef {{start: Instant, end?: Instant, text: string, clock?: boolean}} Point
 *   end: the last microsecond of a period; text: for the API; clock: a time without its day
 */
/** @typedef {{after: string, before: string, from: Instant|null, to: Instant|null}} Range */

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK = '(\\d{1,2})(?::?(\\d\\d))?(?::?(\\d\\d)(?:[.,](\\d+))?)?\\s*(am|pm)?\\s*' +
  '(z|utc|gmt|[+-]\\d\\d:?(?:\\d\\d)?)?';

/** null where it is not understood. @param {string} text @param {Context} context @returns {Range | null} */
export function parseRange(text, context) {
  const plain = text.trim().replace(/\s+/g, ' ').replace(/[\u2212\u2011]/g, '-');
  if (plain === '' || /^(all|all time|everything|ever)$/i.test(plain)) {
    return {after: '', before: '', from: null, to: null};
  }
  return relative(plain, context) ?? between(plain, context) ?? around(plain, context) ?? oneSided(plain, context)
    ?? alone(plain, context);
}

/** @param {Point|null} from @param {Point|null} to */
function range(from, to) {
  const end = to && (to.end ?? to.start);
  return {after: from?.text ?? '', before: !end ? '' : to.end ? apiText(end) : to.text, from: from?.start ?? null,
    to: end};
}

/** -2h, 2h, last 2 hours, PT2H. @param {string} text @param {Context} context */
function relative(text, context) {
  const found = /^(?:-\s?|(?:the )?(?:last|past) )?(\S.*?)$/i.exec(text);
  const length = found && parseLength(found[1]);
  // These are of the calendar.
  return length && !/^last (week|month|year)$/i.test(text) ? range(ago(length, context), null) : null;
}

const SEPARATOR = ' ?\\.\\.\\.? ?| ?[\u2013\u2014\u2026] ?| (?:to|until|till|and|-) | ?/ ?';
const BETWEEN = new RegExp(`^(?:(?:from|between|since) )?(.+?)(${SEPARATOR})(.+)$`, 'i');

/** Either may be a length instead. @param {string} text @param {Context} context */
function between(text, context) {
  const found = BETWEEN.exec(text);
  if (!found) {
    return null;
  }
  const [, left, separator, right] = found;
  const bare = (/** @type {string} */ part) => /^[-+]/.test(part) ? null : parseLength(part);
  const [first, last] = [bare(left), bare(right)];
  const from = first ? null : point(left, context);
  const to = last ? null : /^now$/i.test(right) ? null : sameDay(point(right, context), from, context);
  if (from && last) {
    return separator === ' - ' ? null : range(from, moved(from, last, 1, context));
  }
  if (to && first) {
    return range(moved(to, first, -1, context), instant(to));
  }
  return from && (to || /^now$/i.test(right)) ? ordered(from, to) : null;
}

/** @param {Point} from @param {Point|null} to */
function ordered(from, to) {
  return to && order(to.end ?? to.start, from.start) < 0 ? range(to, from) : range(from, to);
}

/** @param {Instant} a @param {Instant} b */
function order(a, b) {
  return a.ms - b.ms || a.us - b.us;
}

/** 10:00 .. 11:00 are on one day, or the next. @param {Point | null} to @param {Point | null} from @param {Context} context */
function sameDay(to, from, context) {
  if (!to?.clock || !from) {
    return to;
  }
  const {zone} = context;
  const day = wallAt(from.start.ms, zone);
  const time = wallAt(to.start.ms, zone);
  const fraction = ((to.start.ms % 1000) + 1000) % 1000;
  const at = (/** @type {number} */ days) => ({
    ms: instantOf({...time, year: day.year, month: day.month, day: day.day + days}, zone) + fraction, us: to.start.us});
  return absolute(order(at(0), from.start) < 0 ? at(1) : at(0));
}

/** A + 15m, A - 15m, A +- 15m. @param {string} text @param {Context} context */
function around(text, context) {
  const found = /^(.+) ?(\u00b1|\+\/-|\+-|\+| - ) ?(\S.*)$/i.exec(text);
  const length = found && parseLength(found[3]);
  const middle = found && point(found[1], context);
  if (!length || !middle) {
    return null;
  }
  const from = found[2] === '+' ? middle : moved(middle, length, -1, context);
  const to = found[2] === ' - ' ? instant(middle) : moved(middle, length, 1, context);
  return range(from, to);
}

/** Since A, before A. @param {string} text @param {Context} context */
function oneSided(text, context) {
  const found = /^(since|after|from|before|until|till|to|up to) (.+)$/i.exec(text);
  const at = found && point(found[2], context);
  if (!found || !at) {
    return null;
  }
  const open = /^(since|after|from)$/i.test(found[1]);
  return open ? range(at, null) : range(null, /^before$/i.test(found[1]) ? instant(at) : at);
}

/** A day is all of it; a time is all since then. @param {string} text @param {Context} context */
function alone(text, context) {
  const at = point(text, context);
  return at && range(at, at.end ? at : null);
}

// Points in time

/** @param {Instant} start @returns {Point} */
function absolute(start) {
  return {start, text: apiText(start)};
}

/** Without its length. @param {Point} at */
function instant(at) {
  return {start: at.start, text: at.text};
}

/** @param {Length} length @param {Context} context @param {1|-1} [sign] @returns {Point} */
function ago(length, {now}, sign = -1) {
  return {start: shift({ms: now, us: 0}, length, sign, 'UTC'), text: (sign < 0 ? '-' : '') + isoLength(length)};
}

/** @param {Point} from @param {Length} length @param {1|-1} sign @param {Context} context */
function moved(from, length, sign, {zone}) {
  return absolute(shift(from.start, length, sign, zone));
}

/** @param {string} text @param {Context} context */
function point(text, context) {
  const plain = text.trim().toLowerCase();
  return relativePoint(plain, context) ?? epoch(plain) ?? period(plain, context) ?? timed(plain, context);
}

/** @param {string} text @param {Context} context */
function relativePoint(text, context) {
  if (text === 'now') {
    return ago({years: 0, months: 0, days: 0, seconds: 0}, context);
  }
  const found = /^([-+]) ?(.+)$/.exec(text) ?? /^()(.+?) ago$/.exec(text) ?? /^()(p.+)$/.exec(text);
  const length = found && parseLength(found[2]);
  const later = found && (found[1] === '+' || (found[1] === '' && text[0] === 'p'));
  return length ? ago(length, context, later ? 1 : -1) : null;
}

/** Seconds or milliseconds since 1970. @param {string} text */
function epoch(text) {
  const found = /^(\d{10})(?:\.(\d{1,9}))?$/.exec(text) ?? /^(\d{10})(\d{3}|\d{6})$/.exec(text);
  if (!found) {
    return null;
  }
  const fraction = (found[2] ?? '').padEnd(6, '0');
  return absolute({ms: Number(found[1]) * 1000 + Number(fraction.slice(0, 3)), us: Number(fraction.slice(3, 6))});
}

/** @typedef {{year: number, month: number, day: number}} Day */
/** @typedef {{first: Day, next: Day}} Period next: the day after it; parts may overflow */

/** @param {string} text @param {Context} context */
function period(text, context) {
  const found = periodDays(text, context);
  if (!found) {
    return null;
  }
  const at = (/** @type {Day} */ day) => instantOf({...day, hour: 0, minute: 0, second: 0}, context.zone);
  const end = {ms: at(found.next) - 1, us: 999};
  return {...absolute({ms: at(found.first), us: 0}), end};
}

/** @param {string} text @param {Context} context */
function periodDays(text, context) {
  const day = oneDay(text, context);
  return day ? {first: day, next: {...day, day: day.day + 1}} : namedPeriod(text, context) ?? isoPeriod(text);
}

/** @param {string} text @param {Context} context */
function namedPeriod(text, {zone, now}) {
  const found = /^(this|last) (week|month|year)$/.exec(text);
  if (!found) {
    return null;
  }
  const {year, month, day} = wallAt(now, zone);
  const back = found[1] === 'last' ? 1 : 0;
  if (found[2] === 'week') {
    const monday = day - (weekday({year, month, day}) + 6) % 7 - 7 * back;
    return {first: {year, month, day: monday}, next: {year, month, day: monday + 7}};
  }
  return found[2] === 'month'
    ? {first: {year, month: month - back, day: 1}, next: {year, month: month - back + 1, day: 1}}
    : {first: {year: year - back, month: 1, day: 1}, next: {year: year - back + 1, month: 1, day: 1}};
}

/** 2026, 2026-11, 2026-W47. @param {string} text */
function isoPeriod(text) {
  const found = /^(\d{4})(?:-(\d\d)|-?w(\d\d))?$/.exec(text);
  if (!found || Number(found[2] ?? 1) > 12 || Number(found[2] ?? 1) < 1) {
    return null;
  }
  const year = Number(found[1]);
  if (found[3]) {
    const first = isoWeekDay(year, Number(found[3]), 1);
    return first && {first, next: {...first, day: first.day + 7}};
  }
  const month = Number(found[2] ?? 1);
  return {first: {year, month, day: 1},
    next: found[2] ? {year, month: month + 1, day: 1} : {year: year + 1, month: 1, day: 1}};
}

/** @param {number} year @param {number} week @param {number} day from Monday, 1 */
function isoWeekDay(year, week, day) {
  // The fourth of January is in the first week.
  const first = 4 - (weekday({year, month: 1, day: 4}) + 6) % 7;
  return week >= 1 && week <= 53 && day >= 1 && day <= 7
    ? {year, month: 1, day: first + (week - 1) * 7 + day - 1} : null;
}

/** @param {Day} day */
function weekday(day) {
  return new Date(utc({...day, hour: 0, minute: 0, second: 0})).getUTCDay();
}

/** @param {string} text @param {Context} context */
function oneDay(text, {zone, now}) {
  const today = wallAt(now, zone);
  const word = ['today', 'yesterday'].indexOf(text);
  if (word >= 0) {
    return {year: today.year, month: today.month, day: today.day - word};
  }
  const name = /^(last )?([a-z]{3,9})$/.exec(text);
  const index = name ? DAYS.findIndex((day) => day === name[2] || day.slice(0, 3) === name[2]) : -1;
  if (index >= 0) {
    const back = (weekday(today) - index + 7) % 7 || (name?.[1] ? 7 : 0);
    return {year: today.year, month: today.month, day: today.day - back};
  }
  return isoDay(text) ?? monthDay(text, today);
}

/** 2026-11-22, 20261122, 2026-326, 2026-W47-7. @param {string} text */
function isoDay(text) {
  const week = /^(\d{4})-?w(\d\d)-?(\d)$/.exec(text);
  if (week) {
    return isoWeekDay(Number(week[1]), Number(week[2]), Number(week[3]));
  }
  const ordinal = /^(\d{4})-?(\d{3})$/.exec(text);
  if (ordinal) {
    const day = Number(ordinal[2]);
    return day >= 1 && day <= 366 ? {year: Number(ordinal[1]), month: 1, day} : null;
  }
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(text)
    ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  return found && existing({year: Number(found[1]), month: Number(found[2]), day: Number(found[3])});
}

/** 22 Nov 2026, Nov 22; without a year the last one. @param {string} text @param {Day} today */
function monthDay(text, today) {
  const found = /^(\d{1,2})\.? ([a-z]{3,9})\.?,?(?: (\d{4}))?$/.exec(text);
  const other = /^([a-z]{3,9})\.? (\d{1,2})(?:,? (\d{4}))?$/.exec(text);
  const [day, name, year] = found ? found.slice(1) : other ? [other[2], other[1], other[3]] : [];
  const month = MONTHS.indexOf(name?.slice(0, 3) ?? '') + 1;
  if (!month) {
    return null;
  }
  const later = month > today.month || (month === today.month && Number(day) > today.day);
  return existing({year: year ? Number(year) : today.year - (later ? 1 : 0), month, day: Number(day)});
}

/** Not the 31st of February. @param {Day} day */
function existing(day) {
  const date = new Date(utc({...day, hour: 0, minute: 0, second: 0}));
  return date.getUTCMonth() + 1 === day.month && date.getUTCDate() === day.day ? day : null;
}

/** A day and a time, or a time alone: the last one. @param {string} text @param {Context} context */
function timed(text, context) {
  const found = new RegExp(`^(?:(.+?)(?:t| at |,? ))?${CLOCK}$`).exec(text);
  const clockOnly = found && found[1] === undefined;
  if (!found || (clockOnly && !/:|[ap]m/.test(text))) {
    return null;
  }
  const [, , hours, minute, second, fraction = '', half, offset] = found;
  const hour = half ? Number(hours) % 12 + (half === 'pm' ? 12 : 0) : Number(hours);
  const day = oneDay(found[1] ?? 'today', context);
  if (!day || hour > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60 || (half && Number(hours) > 12)) {
    return null;
  }
  const wall = {...day, hour, minute: Number(minute ?? 0), second: Number(second ?? 0)};
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const at = (/** @type {number} */ back) => ({us: Number(micros.slice(3)), ms: Number(micros.slice(0, 3))
    + (offset ? utc({...wall, minute: wall.minute - offsetMinutes(offset)}) - back * 86400000
      : instantOf({...wall, day: wall.day - back}, context.zone))});
  return {...absolute(clockOnly && at(0).ms > context.now ? at(1) : at(0)), clock: Boolean(clockOnly)};
}

/** @param {string} text */
function offsetMinutes(text) {
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0)) : 0;
}

/** Of the API: UTC where it names no zone. @param {string} text @param {number} now */
export function readPoint(text, now) {
  return text === '' ? null : parseTs(text) ? absolute(/** @type {Instant} */ (parseTs(text)))
    : point(text, {zone: 'UTC', now});
}
