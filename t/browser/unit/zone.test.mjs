// Times in zones, with the days on which clocks change.
import test from 'node:test';
import assert from 'node:assert/strict';
import {parseTs, formatTs, wallAt, instantOf, offsetAt, offsetText, apiText, duration, ago, isZone, zones, zoneLabel,
  formatDay} from '../../../www/js/base/zone.js';

const ams = 'Europe/Amsterdam';
/** @param {string} text */
const at = (text) => {
  const instant = parseTs(text);
  assert.ok(instant, text);
  return instant;
};

test('the API\'s text', () => {
  assert.deepEqual(parseTs('2018-05-10 16:36:53.377493+00:00'), {ms: Date.UTC(2018, 4, 10, 16, 36, 53, 377), us: 493});
  assert.deepEqual(parseTs('2018-05-10 16:36:53+00:00'), {ms: Date.UTC(2018, 4, 10, 16, 36, 53), us: 0});
  assert.deepEqual(parseTs('2018-05-10T16:36:53.5+02:00'), {ms: Date.UTC(2018, 4, 10, 14, 36, 53, 500), us: 0});
  assert.deepEqual(parseTs('0001-01-01 00:00:00+00:00'), {ms: -62135596800000, us: 0});
  assert.equal(parseTs('yesterday'), null);
});

test('there and back again for the API', () => {
  for (const text of ['2018-05-10T16:36:53.377493Z', '1969-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z',
    '0001-01-01T00:00:00Z', '2026-11-22T10:30:00.5Z', '2026-11-20T10:20:30Z']) {
    assert.equal(apiText(at(text)), text);
  }
});

test('in a zone', () => {
  const ts = '2026-11-22 23:35:14.123456+00:00';
  assert.equal(formatTs(ts, 'UTC'), '2026-11-22 23:35:14.123');
  assert.equal(formatTs(ts, ams, {digits: 6, offset: true}), '2026-11-23 00:35:14.123456+01:00');
  assert.equal(formatTs(ts, 'Asia/Kolkata', {date: false, digits: 0}), '05:05:14');
  assert.equal(formatTs('1969-12-31 23:59:59.999999+00:00', 'UTC', {digits: 6}), '1969-12-31 23:59:59.999999');
  assert.equal(formatTs('not a time', 'UTC'), 'not a time');
  assert.equal(offsetText(offsetAt(at(ts).ms, 'America/St_Johns')), '-03:30');
  assert.equal(zoneLabel(ams, at(ts).ms), 'Europe/Amsterdam (UTC+01:00)');
  assert.equal(formatDay(at(ts).ms, ams), 'Mon, 23 Nov 2026');
});

test('a repeated hour is its first one, a skipped one lies after the gap', () => {
  assert.equal(instantOf({year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0}, ams),
    Date.UTC(2026, 9, 25, 0, 30));
  assert.equal(instantOf({year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0}, ams),
    Date.UTC(2026, 2, 29, 1, 30));
  assert.equal(instantOf({year: 2018, month: 11, day: 4, hour: 0, minute: 0, second: 0}, 'America/Sao_Paulo'),
    Date.UTC(2018, 10, 4, 3));
});

test('wall clock and instant agree all through a year, in zones that change', () => {
  for (const zone of [ams, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC', 'Africa/Casablanca']) {
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 7 * 3600000 + 900000) {
      const back = instantOf(wallAt(ms, zone), zone);
      assert.ok(back === ms || (back < ms && ms - back <= 3600000), `${zone} ${new Date(ms).toISOString()}`);
    }
  }
});

test('lengths of time', () => {
  assert.deepEqual([0.412, 83, 1250, 59990, 60000, 252000, 3600000, 3659999, 90061000, 31 * 86400000].map(duration),
    ['412 µs', '83 ms', '1.25 s', '59.99 s', '1 min', '4 min 12 s', '1 h', '1 h 1 min', '1 d 1 h', '31 d']);
  const now = Date.UTC(2026, 10, 22);
  assert.equal(ago(now - 3 * 3600000 - 5, now), '3 hours ago');
  assert.equal(ago(now - 86400000, now), 'yesterday');
});

test('zones', () => {
  assert.ok(isZone('local') && isZone('UTC') && isZone(ams) && !isZone('Mars/Base'));
  assert.equal(zones()[0], 'UTC');
  assert.ok(zones().length > 300);
});
