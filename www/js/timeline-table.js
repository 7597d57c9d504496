// The timeline's numbers as a table, for screen readers and for everyone who wants the number itself.

import {h} from './dom.js';
import {LEVELS} from './level.js';
import {rangeText, sums} from './timeline-bins.js';

/** @param {HTMLElement} host @param {import('./timeline-bins.js').Bin[]} bins @param {string} zone */
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
