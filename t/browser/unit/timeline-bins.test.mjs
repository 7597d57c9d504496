// The bars of the timeline: their number, their length, days of 23 and 25 hours, labels at round times.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {bins, chooseStep, rangeText, sums, ticks} from '../../../www/js/timeline/bins.js';

const HOUR = 3600000;
const at = (text) => Date.parse(text);

test('the shortest bar of which not too many are needed', () => {
  assert.equal(chooseStep(HOUR, 200).name, '1 minute');
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
