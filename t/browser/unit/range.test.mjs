// Ranges as people type them. Now is Sunday, 22 November 2026, 10:35 in Amsterdam.
import test from 'node:test';
import assert from 'node:assert/strict';
import {parseRange, readPoint} from '../../../www/js/base/range.js';
import {parseLength, isoLength, lengthWords} from '../../../www/js/base/zone.js';

// The module also has an element, which node knows nothing of.
Object.assign(globalThis, {HTMLElement: class {}, customElements: {define() {}}});
const {sentence} = await import('../../../www/js/controls/controls.js');

const context = {zone: 'Europe/Amsterdam', now: Date.UTC(2026, 10, 22, 9, 35)};
const DAY = '2026-11-21T23:00:00Z .. 2026-11-22T22:59:59.999999Z';

/** @param {string} title @param {Record<string, string>} cases typed text -> after .. before */
function ranges(title, cases) {
  for (const [typed, expected] of Object.entries(cases)) {
    test(`${title}: ${typed}`, () => {
      const range = parseRange(typed, context);
      assert.equal(range && `${range.after} .. ${range.before}`, expected);
    });
  }
}

ranges('all', {'': ' .. ', '  All time ': ' .. '});
ranges('relative', {
  '-2h': '-PT2H .. ', '2h': '-PT2H .. ', '- 2 h': '-PT2H .. ', '\u22122h': '-PT2H .. ', 'last 2 hours': '-PT2H .. ',
  'past hour': '-PT1H .. ', '90m': '-PT90M .. ', '1h30m': '-PT90M .. ', '26 h 5 s': '-PT26H5S .. ', '7d': '-P7D .. ',
  '2 weeks': '-P14D .. ', '3mo': '-P3M .. ', '1y': '-P1Y .. ', '1.5 days': '-P1DT12H .. ', '500 ms': '-PT0.5S .. ',
  'PT15M': '-PT15M .. ', '-P1DT2H': '-P1DT2H .. ', '-P1W': '-P7D .. ', '1 hour and 5 minutes': '-PT65M .. ',
  '-2h .. -1h': '-PT2H .. -PT1H', '-2h to now': '-PT2H .. ', '2 hours ago .. 1 hour ago': '-PT2H .. -PT1H',
    'since 3 days ago': '-P3D .. ',
  'until -1h': ' .. -PT1H',
});
ranges('words', {
  'today': DAY, 'Yesterday': '2026-11-20T23:00:00Z .. 2026-11-21T22:59:59.999999Z',
    'yesterday 17:30': '2026-11-21T16:30:00Z .. ',
  'yesterday at 5:30 pm': '2026-11-21T16:30:00Z .. ', 'sunday': DAY,
    'friday': '2026-11-19T23:00:00Z .. 2026-11-20T22:59:59.999999Z',
  'last sun': '2026-11-14T23:00:00Z .. 2026-11-15T22:59:59.999999Z', 'mon 9:00': '2026-11-16T08:00:00Z .. ',
  'this week': '2026-11-15T23:00:00Z .. 2026-11-22T22:59:59.999999Z',
    'last week': '2026-11-08T23:00:00Z .. 2026-11-15T22:59:59.999999Z',
  'last month': '2026-09-30T22:00:00Z .. 2026-10-31T22:59:59.999999Z',
    'this year': '2025-12-31T23:00:00Z .. 2026-12-31T22:59:59.999999Z',
  'since yesterday': '2026-11-20T23:00:00Z .. ', 'until yesterday': ' .. 2026-11-21T22:59:59.999999Z',
    'before yesterday': ' .. 2026-11-20T23:00:00Z',
  'yesterday 17:30 .. 18:00': '2026-11-21T16:30:00Z .. 2026-11-21T17:00:00Z',
    'yesterday 23:30 to 0:30': '2026-11-21T22:30:00Z .. 2026-11-21T23:30:00Z',
});
ranges('a time of day', {
  '9:15': '2026-11-22T08:15:00Z .. ', '17:30': '2026-11-21T16:30:00Z .. ',
    '09:15:30,250': '2026-11-22T08:15:30.25Z .. ', '9am': '2026-11-22T08:00:00Z .. ',
  '12 am': '2026-11-21T23:00:00Z .. ', '9:00 - 10:00': '2026-11-22T08:00:00Z .. 2026-11-22T09:00:00Z',
});
ranges('ISO 8601', {
  '2026-11-22': DAY, '20261122': DAY, '2026-326': DAY, '2026-W47-7': DAY, '2026W477': DAY,
    '2026-11': '2026-10-31T23:00:00Z .. 2026-11-30T22:59:59.999999Z',
  '2026-W47': '2026-11-15T23:00:00Z .. 2026-11-22T22:59:59.999999Z',
    '2020-W53': '2020-12-27T23:00:00Z .. 2021-01-03T22:59:59.999999Z',
  '2025': '2024-12-31T23:00:00Z .. 2025-12-31T22:59:59.999999Z', '2026-11-22T10:00': '2026-11-22T09:00:00Z .. ',
    '20261122T100000': '2026-11-22T09:00:00Z .. ',
  '2026-11-22 10:00Z': '2026-11-22T10:00:00Z .. ',
    '2026-11-22T10:00:00.123456+02:00': '2026-11-22T08:00:00.123456Z .. ',
  '2018-05-10 16:36:53,377': '2018-05-10T14:36:53.377Z .. ',
    '2026-11-20T08:00/PT15M': '2026-11-20T07:00:00Z .. 2026-11-20T07:15:00Z',
  'PT15M/2026-11-20T08:00': '2026-11-20T06:45:00Z .. 2026-11-20T07:00:00Z',
    '2026-11-20T08:00/2026-11-20T09:00': '2026-11-20T07:00:00Z .. 2026-11-20T08:00:00Z',
  '2026-11-20 .. 2026-11-21': '2026-11-19T23:00:00Z .. 2026-11-21T22:59:59.999999Z',
    '2026-11-21 .. 2026-11-20': '2026-11-19T23:00:00Z .. 2026-11-21T22:59:59.999999Z',
});
ranges('with a length', {
  '2026-11-22 10:00 + 15m': '2026-11-22T09:00:00Z .. 2026-11-22T09:15:00Z',
    '2026-11-22 10:00 +15m': '2026-11-22T09:00:00Z .. 2026-11-22T09:15:00Z',
  '2026-11-22 10:00 - 15m': '2026-11-22T08:45:00Z .. 2026-11-22T09:00:00Z',
    '2026-11-22 10:00 \u00b1 5m': '2026-11-22T08:55:00Z .. 2026-11-22T09:05:00Z',
  '2026-11-22 10:00 +/- 5m': '2026-11-22T08:55:00Z .. 2026-11-22T09:05:00Z',
    '2026-11-22T10:00+02:00 + 1h': '2026-11-22T08:00:00Z .. 2026-11-22T09:00:00Z',
  'yesterday + 2d': '2026-11-20T23:00:00Z .. 2026-11-22T23:00:00Z',
    '2026-10-24 12:00 + 1d': '2026-10-24T10:00:00Z .. 2026-10-25T11:00:00Z',
  '2026-01-31 + 1mo': '2026-01-30T23:00:00Z .. 2026-02-27T23:00:00Z',
});
ranges('others', {
  '1763805600': '2025-11-22T10:00:00Z .. ', '1763805600.123456': '2025-11-22T10:00:00.123456Z .. ',
    '1763805600123': '2025-11-22T10:00:00.123Z .. ',
  '22 Nov': DAY, 'Nov 22, 2026': DAY, '24 Dec': '2025-12-23T23:00:00Z .. 2025-12-24T22:59:59.999999Z',
    'Nov 22 10:00:03': '2026-11-22T09:00:03Z .. ',
  '2026/11/22': DAY,
});

for (const typed of ['soon', '2026-02-30', '2026-13', '25:00', '22/11/2026', '2h30', '-', '..', 'PT', 'P', '-2h ..',
  '2026-W54', '13pm', '3 parsecs', 'Nov 31']) {
  test(`not understood: ${typed}`, () => assert.equal(parseRange(typed, context), null));
}

test('what is sent says the same in words', () => {
  for (const [typed, words] of Object.entries({
    '': 'All time', '2h': 'Last 2 hours', '1h': 'Last hour', '14d': 'Last 2 weeks', '7d': 'Last 7 days',
      '-2h .. -1h': 'From 2 hours ago to 1 hour ago',
    'today': 'Today', 'yesterday': 'Yesterday', '2026-11-20': 'Fri, 20 Nov 2026',
      '2026-W46': 'Mon, 9 Nov 2026 – Sun, 15 Nov 2026',
    'yesterday 17:30': 'Since yesterday, 17:30', '2026-11-20 10:00 + 15m': 'Fri, 20 Nov 2026, 10:00 – 10:15 (15 min)',
    '2026-11-20 10:00:00.5 + 1s': 'Fri, 20 Nov 2026, 10:00:00.500 – 10:00:01.500 (1 s)',
      'until -1h': 'Until 1 hour ago',
    '2026-11-20 10:00 .. yesterday 12:00': 'Fri, 20 Nov 2026, 10:00 – yesterday, 12:00 (1 d 2 h)',
  })) {
    const range = parseRange(typed, context);
    assert.ok(range, typed);
    assert.equal(sentence(range, context), words, typed);
  }
  assert.equal(sentence({after: 'nonsense', before: ''}, context), 'after nonsense');
});

test('a text of the API without a zone is UTC, whatever zone is shown', () => {
  assert.equal(readPoint('2026-11-22T10:00', context.now)?.text, '2026-11-22T10:00:00Z');
  assert.equal(readPoint('-PT1H', context.now)?.start.ms, context.now - 3600000);
});

test('lengths', () => {
  for (const text of ['PT15M', 'PT90M', 'PT3H', 'P1Y2M3DT4H5M6S', 'PT0.25S', 'P14D', 'PT0S', 'PT36H']) {
    const length = parseLength(text);
    assert.ok(length, text);
    assert.equal(isoLength(length), text);
  }
  assert.equal(lengthWords({years: 0, months: 1, days: 1, seconds: 3661}), '1 month 1 day 1 hour 1 minute 1 second');
  assert.equal(parseLength('1.5 months'), null);
});

test('a record\'s own time, with what is around it', () => {
  const range = parseRange('2026-11-22 11:01:31.943216+00:00 \u00b1 1m', context);
  assert.deepEqual(range && [range.after, range.before],
    ['2026-11-22T11:00:31.943216Z', '2026-11-22T11:02:31.943216Z']);
  assert.equal(parseRange('since 2026-11-22 11:01:31.943216+00:00', context)?.after, '2026-11-22T11:01:31.943216Z');
});
