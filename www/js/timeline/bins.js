// The arithmetic of the timeline: how long a bar is, which bars there are, where the axis is labelled; and its table.
import {h, icon, levelBand, LEVELS, svg} from '../base/dom.js';
import {formatTs, instantOf, isTwice, offsetAt, offsetText, wallAt} from '../base/zone.js';

/** @import {Timeline} from '../base/api.js' */
/** @typedef {'day' | 'hour' | '15minute' | 'minute' | 'second'} Group seconds are counted from rows */
/** @typedef {{group: Group, times: number, seconds: number, name: string}} Step a bar is `times` groups */
/** @typedef {{start: number, end: number, count: number, bands: Record<string, number>}} Bin */
/** @typedef {{from: number, to: number}} Domain milliseconds */

const SECONDS = {second: 1, minute: 60, '15minute': 900, hour: 3600, day: 86400};

/** @type {Step[]} */
const STEPS = /** @type {[Group, number, string][]} */ ([
  ['second', 1, '1 second'], ['second', 2, '2 seconds'], ['second', 5, '5 seconds'], ['second', 10, '10 seconds'],
  ['second', 30, '30 seconds'], ['minute', 1, '1 minute'], ['minute', 2, '2 minutes'], ['minute', 5, '5 minutes'],
  ['15minute', 1, '15 minutes'], ['15minute', 2, '30 minutes'],
  ['hour', 1, '1 hour'], ['hour', 2, '2 hours'], ['hour', 3, '3 hours'], ['hour', 6, '6 hours'], ['hour', 12, '12 hours'],
  ['day', 1, '1 day'], ['day', 2, '2 days'], ['day', 7, '7 days'], ['day', 14, '14 days'], ['day', 28, '28 days'],
  ['day', 91, '91 days'], ['day', 364, '52 weeks'], ['day', 3640, '520 weeks'],
]).map(([group, times, name]) => ({group, times, name, seconds: SECONDS[group] * times}));

/** The shortest of which `most` fill the time. @param {number} ms @param {number} most @param {number} [finest] seconds */
export function chooseStep(ms, most, finest = 1) {
  return STEPS.find(({seconds}) => seconds >= finest && ms / 1000 / seconds <= most) ?? STEPS[STEPS.length - 1];
}

/** A first look. */
export const DAYS = /** @type {Step} */ (STEPS.find(({group}) => group === 'day'));

/** On the zone's clocks. @param {number} ms @param {Step} step @param {string} zone */
function barStart(ms, {group, times}, zone) {
  if (SECONDS[group] <= 900) {
    const length = SECONDS[group] * times * 1000;
    return Math.floor(ms / length) * length;
  }
  const wall = wallAt(ms, zone);
  if (group === 'hour') {
    // An hour that clocks repeat stays two.
    return times === 1 ? ms : instantOf({...wall, hour: wall.hour - (wall.hour % times), minute: 0, second: 0}, zone);
  }
  if (times === 1) {
    return ms;
  }
  const day = Math.floor(Date.UTC(wall.year, wall.month - 1, wall.day) / 86400000);
  const first = new Date((day - (((day - 4) % times) + times) % times) * 86400000);
  return instantOf({year: first.getUTCFullYear(), month: first.getUTCMonth() + 1, day: first.getUTCDate(),
    hour: 0, minute: 0, second: 0}, zone);
}

/** @param {number} start @param {Step} step @param {string} zone */
function barEnd(start, {seconds, group}, zone) {
  const end = start + seconds * 1000;
  // Not all days have 24 hours.
  return group === 'day' ? end - (offsetAt(end, zone) - offsetAt(start, zone)) * 1000 : end;
}

/** @param {Timeline} timeline @param {Step} step @param {string} zone */
export function bins(timeline, step, zone) {
  /** @type {Map<number, Bin>} */
  const result = new Map();
  timeline.group.forEach((seconds, index) => {
    const start = barStart(seconds * 1000, step, zone);
    const bin = result.get(start) ?? {start, end: barEnd(start, step, zone), count: 0, bands: {}};
    bin.count += timeline.count[index];
    for (const [level, counts] of Object.entries(timeline.level)) {
      const band = levelBand(Number(level));
      bin.bands[band] = (bin.bands[band] ?? 0) + counts[index];
    }
    result.set(start, bin);
  });
  return [...result.values()];
}

/** Per band. @param {Bin[]} all */
export function sums(all) {
  /** @type {Record<string, number>} */
  const result = {};
  for (const {bands} of all) {
    for (const [band, count] of Object.entries(bands)) {
      result[band] = (result[band] ?? 0) + count;
    }
  }
  return result;
}

/** An error among thousands is still seen. */
const SEEN = 2;

/**
 * How tall the bands of a bar are, from the bottom. @param {Bin} bin @param {string[]} bands @param {number} most records in a bar
 * @param {boolean} log @param {number} height of the highest @returns {[string, number][]}
 */
export function stack(bin, bands, most, log, height) {
  const count = countOf(bin, bands);
  const whole = (log ? Math.log1p(count) / Math.log1p(most) : count / most) * height;
  return bands.filter((band) => bin.bands[band]).map((band) =>
    [band, Math.max(band === 'error' || band === 'critical' ? SEEN : 0.5, whole * bin.bands[band] / count)]);
}

/** @param {Bin} bin @param {string[]} bands */
export function countOf(bin, bands) {
  return bands.reduce((sum, band) => sum + (bin.bands[band] ?? 0), 0);
}

/** @type {[number, 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'][]} */
const TICKS = [[1, 'second'], [5, 'second'], [15, 'second'], [30, 'second'], [1, 'minute'], [2, 'minute'], [5, 'minute'],
  [10, 'minute'], [15, 'minute'], [30, 'minute'], [1, 'hour'], [2, 'hour'], [3, 'hour'], [6, 'hour'], [12, 'hour'],
  [1, 'day'], [2, 'day'], [5, 'day'], [10, 'day'], [1, 'month'], [2, 'month'], [3, 'month'], [6, 'month'], [1, 'year'],
  [2, 'year'], [5, 'year'], [10, 'year'], [100, 'year'], [1000, 'year']];
const LENGTH = {second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, month: 2629746e3, year: 31556952e3};

/** Round times of the zone. @param {Domain} domain @param {number} most @param {string} zone */
export function ticks({from, to}, most, zone) {
  const [times, unit] = TICKS.find(([n, name]) => (to - from) / (n * LENGTH[name]) <= most) ?? TICKS[TICKS.length - 1];
  const result = [];
  let at = firstTick(from, times, unit, zone);
  for (let guard = 0; at <= to && guard < 60; guard += 1) {
    const next = nextTick(at, times, unit, zone);
    // What is left over at the end of a month gets none.
    if (at >= from && next - at > 0.6 * times * LENGTH[unit]) {
      result.push(label(at, unit, zone));
    }
    at = next;
  }
  return result;
}

/** @param {number} at @param {number} times @param {keyof typeof LENGTH} unit @param {string} zone */
function nextTick(at, times, unit, zone) {
  // Somewhat further: months differ, and days when clocks change.
  const further = unit === 'day' ? 36e5 * 3 : unit === 'month' || unit === 'year' ? 0.2 * times * LENGTH[unit] : 1000;
  const next = firstTick(at + times * LENGTH[unit] + further, times, unit, zone);
  return next > at ? next : at + times * LENGTH[unit];
}

/** At or before an instant. @param {number} ms @param {number} times @param {string} unit @param {string} zone */
function firstTick(ms, times, unit, zone) {
  const wall = wallAt(ms, zone);
  const down = (/** @type {number} */ n) => n - (n % times);
  const midnight = {hour: 0, minute: 0, second: 0};
  return instantOf({...wall, ...{
    second: {second: down(wall.second)},
    minute: {minute: down(wall.minute), second: 0},
    hour: {...midnight, hour: down(wall.hour)},
    day: {...midnight, day: down(wall.day - 1) + 1},
    month: {...midnight, month: down(wall.month - 1) + 1, day: 1},
  }[unit] ?? {...midnight, year: down(wall.year), month: 1, day: 1}}, zone);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @param {number} at @param {string} unit @param {string} zone */
function label(at, unit, zone) {
  const {year, month, day, hour, minute, second} = wallAt(at, zone);
  const midnight = hour === 0 && minute === 0 && second === 0;
  if (unit === 'year') {
    return {at, text: String(year), major: true};
  }
  if (unit === 'month') {
    return {at, text: month === 1 ? String(year) : MONTHS[month - 1], major: month === 1};
  }
  if (midnight) {
    return {at, text: `${day} ${MONTHS[month - 1]}`, major: unit !== 'day' || day === 1};
  }
  const time = formatTs({ms: at, us: 0}, zone, {date: false, digits: 0});
  return {at, text: (unit === 'second' ? time : time.slice(0, 5)) + twiceText(at, zone), major: false};
}

/** Of an hour that clocks repeat, which one. @param {number} ms @param {string} zone */
function twiceText(ms, zone) {
  return isTwice(ms, zone) ? offsetText(offsetAt(ms, zone)) : '';
}

/** @param {number} from @param {number} to @param {string} zone */
export function rangeText(from, to, zone) {
  const [a, b] = [from, to].map((ms) => formatTs({ms, us: 0}, zone, {digits: 0}).split(' '));
  const short = (/** @type {string} */ time, /** @type {number} */ ms) => time.replace(/:00$/, '') + twiceText(ms, zone);
  const whole = a[1] === '00:00:00' && b[1] === '00:00:00';
  if (whole) {
    const last = formatTs({ms: to - 1, us: 0}, zone, {digits: 0}).split(' ')[0];
    return a[0] === last ? a[0] : `${a[0]} \u2013 ${last}`;
  }
  return `${a[0]} ${short(a[1], from)} \u2013 ${a[0] === b[0] ? '' : b[0] + ' '}${short(b[1], to)}`;
}

/** @param {HTMLElement} host @param {Bin[]} bins @param {string} zone */
export function fillTable(host, bins, zone) {
  const per = sums(bins);
  const levels = LEVELS.filter(({band}) => per[band]);
  const number = (/** @type {number} */ value) => h('td', {}, value ? value.toLocaleString() : '\u2013');
  host.replaceChildren(h('table', {},
    h('caption', {'class': 'visually-hidden'}, 'Records over time, by level'),
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Time'), h('th', {scope: 'col'}, 'All'),
      ...levels.map(({name}) => h('th', {scope: 'col'}, name)))),
    h('tbody', {}, ...bins.toReversed().map(({start, end, count, bands}) => h('tr', {},
      h('th', {scope: 'row'}, rangeText(start, end, zone)), number(count),
      ...levels.map(({band}) => number(bands[band] ?? 0)))))));
}

/** @param {Bin} bin @param {string} zone */
export function binText({start, end, count, bands}, zone) {
  return `${rangeText(start, end, zone)}: ${count} records, `
    + LEVELS.filter(({band}) => bands[band]).map(({band, name}) => `${bands[band]} ${name}`).join(', ');
}

/** Beside the pointer. @param {string} title @param {Bin | null} bin null: a range that is being chosen */
export function tipLines(title, bin) {
  const lines = bin ? LEVELS.toReversed().filter(({band}) => bin.bands[band]).map(({band, name}) =>
    h('div', {'class': 'tip-line'}, h('span', {'class': 'level', 'data-level': band}, icon('level-' + band, ''), name),
      h('span', {}, bin.bands[band].toLocaleString()))) : [];
  return [h('div', {'class': 'tip-line tip-title'}, h('span', {}, title), bin && h('span', {}, bin.count.toLocaleString())),
    ...lines, h('div', {'class': 'tip-hint'}, bin ? 'Click to go there, drag to zoom' : 'Let go to zoom')];
}

/** Levels that are switched on and off. @param {Record<string, number>} per @param {string[]} hide @param {(hide: string[]) => void} choose */
export function legend(per, hide, choose) {
  return LEVELS.filter(({band}) => per[band]).map(({band, name}) =>
    h('button', {'class': 'level', 'data-level': band, 'title': name, 'aria-pressed': String(!hide.includes(band)),
      'onclick': () => choose(hide.includes(band) ? hide.filter((other) => other !== band) : [...hide, band])},
    icon('level-' + band, ''), h('span', {'class': 'legend-name'}, name), ' ', per[band].toLocaleString()));
}

/** Above the bars, so that it covers none. @param {string} name @param {number} from @param {number} to @param {number} down */
export function bracket(name, from, to, down) {
  return svg('path', {'class': name, 'd': `M${from.toFixed(1)} ${down}V1H${to.toFixed(1)}V${down}`});
}

/** The stub of records far from all others. @param {HTMLElement} button @param {Bin | null} far @param {'before' | 'after'} side @param {string} zone */
export function fillFar(button, far, side, zone) {
  button.hidden = !far;
  if (far) {
    const count = far.count.toLocaleString();
    button.title = button.ariaLabel = `${count} far ${side} all others: ${rangeText(far.start, far.end, zone)}`;
    button.textContent = side === 'before' ? `\u2039 ${count}` : `${count} \u203a`;
  }
}
