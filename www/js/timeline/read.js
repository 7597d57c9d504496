// What the bars are made of: as fine as the records that are there allow, and without those that are far off.
import {now} from '../base/api.js';
import {readPoint} from '../base/range.js';
import {apiText, parseTs} from '../base/zone.js';
import {bins, chooseStep, DAYS} from './bins.js';

/** @import {Filters, Row, Timeline} from '../base/api.js' */
/** @import {Bin, Domain, Step} from './bins.js' */
/** @typedef {Pick<typeof import('../base/api.js'), 'timeline' | 'records'>} Source */
/** @typedef {{before: Bin | null, after: Bin | null}} Far records far from all others */
/** @typedef {{bins: Bin[], step: Step, domain: Domain, far: Far}} Bars */

/** So many records are read themselves where a minute is too long: as many as the list reads at once. */
const ROWS = 128;
/** Few bars are not made wider. */
const LEAST = 24;
const DAY = 864e5;

/** @param {Row[]} rows @returns {Timeline} */
function seconds(rows) {
  /** @type {Timeline} */
  const result = {group: [], count: [], level: {}};
  for (const {ts, level} of rows.toReversed()) {
    const second = Math.floor((parseTs(ts)?.ms ?? 0) / 1000);
    if (result.group.at(-1) !== second) {
      result.group.push(second);
      result.count.push(0);
    }
    const at = result.group.length - 1;
    result.count[at] += 1;
    const own = result.level[level] ??= rows.map(() => 0);
    own[at] += 1;
  }
  return result;
}

/** As one. @param {Bin[]} all @returns {Bin | null} */
function merge(all) {
  return all.length ? {start: all[0].start, end: all[all.length - 1].end, bands: {},
    count: all.reduce((sum, {count}) => sum + count, 0)} : null;
}

/**
 * The first and the last bin without few ones that are ten times as far from the others as those from each other.
 * @param {Bin[]} all @param {boolean} older may be left out @param {boolean} newer
 */
export function core(all, older, newer) {
  const total = merge(all)?.count ?? 0;
  const few = Math.min(Math.max(5, total / 20), (total - 1) / 2);
  let [first, last] = [0, all.length - 1];
  for (let sum = all[0]?.count; older && sum <= few; sum += all[++first].count);
  for (let sum = all[last]?.count; newer && sum <= few; sum += all[--last].count);
  const far = 10 * Math.max(7 * DAY, (all[last]?.end ?? 0) - (all[first]?.start ?? 0));
  while (first > 0 && all[first].start - all[first - 1].end <= far) {
    first--;
  }
  while (last < all.length - 1 && all[last + 1].start - all[last].end <= far) {
    last++;
  }
  return [first, last];
}

/** Open ends are those of the records. @param {Filters} filters @param {Bin[]} found @param {number} least milliseconds */
function fit({after = '', before = ''}, found, least) {
  const at = now();
  const [from, to] = [after, before].map((text) => readPoint(text, at)?.start.ms ?? null);
  const [first, last] = [found[0]?.start ?? at - DAY, found.at(-1)?.end ?? at];
  // Clocks may be ahead.
  const end = to ?? (from === null ? last : Math.max(at, last));
  const start = from ?? Math.min(first, end - least);
  return {from: start, to: Math.max(end, start + 1)};
}

/**
 * Days tell first how far a range without ends goes. @param {Source} source @param {Filters} filters
 * @param {string} zone @param {number} most bars @param {AbortSignal} signal
 * @param {(bars: Bars) => void} onpart what is known so far @returns {Promise<Bars>}
 */
export async function readBars(source, filters, zone, most, signal, onpart) {
  const length = (/** @type {Domain} */ {from, to}) => Math.max(1000, to - from);
  let step = filters.after ? chooseStep(length(fit(filters, [], 1)), most, 60) : DAYS;
  let within = filters;
  /** @type {Far} */
  const far = {before: null, after: null};
  const barsOf = (/** @type {Timeline} */ data, /** @type {Step} */ chosen) => {
    const all = bins(data, chosen, zone);
    return {bins: all, step: chosen, domain: fit(filters, all, LEAST * chosen.seconds * 1000), far};
  };
  for (let again = 0; ; again++) {
    const data = step.group === 'second' ? seconds(await source.records(within, 0, ROWS - 1, {signal}))
      : await source.timeline(within, step.group, zone, signal, (part) => onpart(barsOf(part, step)));
    const found = bins(data, step, zone);
    const [first, last] = core(found, !within.after, !within.before);
    far.before ??= merge(found.slice(0, first));
    far.after ??= merge(found.slice(last + 1));
    if (first > 0 || last < found.length - 1) {
      within = {...within, ...(first > 0 ? {after: apiText({ms: found[first].start, us: 0})} : {}),
        ...(last < found.length - 1 ? {before: apiText({ms: found[last].end - 1, us: 999})} : {})};
      continue;
    }
    const next = chooseStep(length(fit(filters, found, 1)), most, (merge(found)?.count ?? 0) <= ROWS ? 1 : 60);
    if (next.group === step.group || again > 5) {
      return barsOf(data, again > 5 ? step : next);
    }
    step = next;
  }
}
