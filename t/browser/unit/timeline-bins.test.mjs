// The bars of the timeline: their number, their length, days of 23 and 25 hours, labels at round times.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {bins, chooseStep, rangeText, stack, sums, ticks} from '../../../www/js/timeline/bins.js';
import {core, readBars} from '../../../www/js/timeline/read.js';

const HOUR = 3600000;
const at = (text) => Date.parse(text);

test('the shortest bar of which not too many are needed', () => {
  assert.equal(chooseStep(HOUR, 200).name, '30 seconds');
  assert.equal(chooseStep(HOUR, 200, 60).name, '1 minute');
  assert.equal(chooseStep(1000, 200).name, '1 second');
  assert.equal(chooseStep(24 * HOUR, 200).name, '15 minutes');
  assert.equal(chooseStep(7 * 24 * HOUR, 200).name, '1 hour');
  assert.equal(chooseStep(365 * 24 * HOUR, 200).name, '2 days');
  assert.equal(chooseStep(9998 * 365 * 24 * HOUR, 200).name, '520 weeks');
});

test('hours are merged by the clocks of the zone', () => {
  const step = {group: 'hour', times: 6, seconds: 21600, name: '6 hours'};
  const start = at('2026-06-01T00:00:00+05:30') / 1000;
  const group = Array.from({length: 24}, (_, n) => start + n * 3600);
  const result = bins({group, count: group.map(() => 2), level: {20: group.map(() => 1), 35: group.map(() => 1)}}, step, 'Asia/Kolkata');
  assert.deepEqual(result.map(({start: from}) => new Date(from).toISOString()),
    ['2026-05-31T18:30:00.000Z', '2026-06-01T00:30:00.000Z', '2026-06-01T06:30:00.000Z', '2026-06-01T12:30:00.000Z']);
  assert.deepEqual(result[0].bands, {info: 6, warning: 6});
  assert.deepEqual(sums(result), {info: 24, warning: 24});
});

test('a day ends where the next begins, also when clocks change', () => {
  const step = {group: 'day', times: 1, seconds: 86400, name: '1 day'};
  const start = at('2026-10-25T00:00:00+02:00');
  const [day] = bins({group: [start / 1000], count: [1], level: {20: [1]}}, step, 'Europe/Amsterdam');
  assert.equal(day.end - day.start, 25 * HOUR);
});

test('the hour that clocks repeat is two bars', () => {
  const step = {group: 'hour', times: 1, seconds: 3600, name: '1 hour'};
  const first = at('2026-10-25T02:00:00+02:00') / 1000;
  const result = bins({group: [first, first + 3600], count: [1, 1], level: {20: [1, 1]}}, step, 'Europe/Amsterdam');
  assert.equal(result.length, 2);
});

test('labels are at round times of the zone, none too many', () => {
  for (const zone of ['UTC', 'Europe/Amsterdam', 'Asia/Kolkata', 'America/St_Johns', 'Australia/Lord_Howe']) {
    for (const length of [10e3, 6e5, HOUR, 5 * HOUR, 24 * HOUR, 10 * 24 * HOUR, 60 * 24 * HOUR, 900 * 24 * HOUR, 5e11]) {
      const from = at('2026-10-20T10:17:31Z');
      const result = ticks({from, to: from + length}, 12, zone);
      assert.ok(result.length >= 1 && result.length <= 14, `${zone} ${length}: ${result.length}`);
      assert.deepEqual(result.map((tick) => tick.at), [...new Set(result.map((tick) => tick.at))].sort((a, b) => a - b));
    }
  }
  const day = ticks({from: at('2026-03-28T00:00:00+01:00'), to: at('2026-03-31T00:00:00+02:00')}, 4, 'Europe/Amsterdam');
  assert.deepEqual(day.map(({text}) => text), ['28 Mar', '29 Mar', '30 Mar', '31 Mar']);
});

test('a range in words', () => {
  assert.equal(rangeText(at('2026-11-22T10:00:00Z'), at('2026-11-22T11:00:00Z'), 'UTC'), '2026-11-22 10:00 \u2013 11:00');
  assert.equal(rangeText(at('2026-11-22T00:00:00Z'), at('2026-11-23T00:00:00Z'), 'UTC'), '2026-11-22');
  assert.equal(rangeText(at('2026-11-22T00:00:00Z'), at('2026-11-24T00:00:00Z'), 'UTC'), '2026-11-22 \u2013 2026-11-23');
  assert.equal(rangeText(at('2026-11-22T23:00:00Z'), at('2026-11-23T01:00:00Z'), 'UTC'), '2026-11-22 23:00 \u2013 2026-11-23 01:00');
});

test('the hour that clocks repeat says which one', () => {
  const first = at('2026-10-25T02:00:00+02:00');
  assert.equal(rangeText(first, first + HOUR, 'Europe/Amsterdam'), '2026-10-25 02:00+02:00 \u2013 02:00+01:00');
  assert.equal(rangeText(first + HOUR, first + 2 * HOUR, 'Europe/Amsterdam'), '2026-10-25 02:00+01:00 \u2013 03:00');
  const labels = ticks({from: first - HOUR, to: first + 3 * HOUR}, 5, 'Europe/Amsterdam').map(({text}) => text);
  assert.deepEqual(labels, ['01:00', '02:00+02:00', '02:00+01:00', '03:00', '04:00']);
});

test('an error is always seen, other levels are as tall as they are many; a logarithm lifts few', () => {
  const bin = {start: 0, end: 1, count: 1001, bands: {info: 1000, error: 1}};
  const small = {start: 0, end: 1, count: 1, bands: {info: 1}};
  assert.deepEqual(stack(bin, ['error', 'info'], 1001, false, 100).map(([band, tall]) => [band, Math.round(tall)]), [['error', 2], ['info', 100]]);
  assert.deepEqual(stack(bin, ['info'], 1000, false, 100), [['info', 100]]);
  assert.ok(stack(small, ['info'], 1000, false, 100)[0][1] < 1);
  assert.ok(stack(small, ['info'], 1000, true, 100)[0][1] > 9);
});

test('few records far from all others are left out of the bars', () => {
  const day = (/** @type {number} */ n, /** @type {number} */ count) => ({start: n * 24 * HOUR, end: (n + 1) * 24 * HOUR, count, bands: {}});
  const now = [20000, 20001, 20003].map((n) => day(n, 50));
  assert.deepEqual(core([day(0, 1), ...now], true, true), [1, 3]);
  assert.deepEqual(core([day(0, 1), ...now], false, true), [0, 3]);
  assert.deepEqual(core([day(0, 2), ...now, day(90000, 3)], true, true), [1, 3]);
  assert.deepEqual(core([day(19950, 1), ...now], true, true), [0, 3], 'not that far');
  assert.deepEqual(core([day(0, 100), ...now], true, true), [0, 3], 'not few');
  assert.deepEqual(core([day(0, 1), day(20000, 1)], true, true), [0, 1], 'neither is more');
  assert.deepEqual(core([1, 31, 61, 91, 121].map((n) => day(n, 1)), true, true), [0, 4], 'all are few');
  assert.deepEqual(core([], true, true), [0, -1]);
});

test('bars are as fine as the records allow, down to one second', async () => {
  const rows = [at('2026-05-01T10:00:00.9Z'), at('2026-05-01T10:00:00.1Z'), at('2026-05-01T10:00:00.1Z')]
    .map((ms, id) => ({id, name: '', message: '', level: id ? 20 : 40, ts: new Date(ms).toISOString().replace('T', ' ').replace('Z', '+00:00')}));
  /** @type {string[]} */
  const asked = [];
  const size = {minute: 60, '15minute': 900, hour: 3600, day: 86400};
  const source = {
    timeline: async (_, group) => {
      asked.push(group);
      return {group: [Math.floor(at('2026-05-01T10:00:00Z') / 1000 / size[group]) * size[group]], count: [3], level: {20: [2], 40: [1]}};
    },
    records: async () => {
      asked.push('rows');
      return rows;
    },
  };
  const {bins: bars, step, domain, far} = await readBars(source, {}, 'UTC', 200, new AbortController().signal);
  assert.deepEqual(bars, [{start: at('2026-05-01T10:00:00Z'), end: at('2026-05-01T10:00:01Z'), count: 3, bands: {info: 2, error: 1}}]);
  assert.equal(step.name, '1 second');
  assert.deepEqual([domain.to, far], [bars[0].end, {before: null, after: null}]);
  assert.ok(domain.to - domain.from >= 20000, 'few bars are no wider than many');
  assert.ok(asked.length <= 4, asked.join());
});
