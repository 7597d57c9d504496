// Records grouped by template: the text before its arguments were put in, which Python sends along.
import {aborted, Latest, records, SAMPLES, timeline, values} from '../base/api.js';
import {h, iconButton, levelBadge, reason, sendSet, svg, textButton} from '../base/dom.js';
import {valueText} from '../base/json.js';
import {ago, parseTs} from '../base/zone.js';
import {add, condition} from '../query/edit.js';

/** @import {Filters, Row, Timeline} from '../base/api.js' */
/** @typedef {{from: number, to: number}} Span milliseconds */

const PATH = '$.meta.msg';

/** Bars of a trend, and how long a range may be for each length that the server counts by. */
const BARS = 30;
const COUNTED = /** @type {['minute' | '15minute' | 'hour' | 'day', number][]} */ ([
  ['minute', 108e5], ['15minute', 1728e5], ['hour', 12096e5], ['day', Infinity]]);

/** @param {Row} row */
const ms = (row) => parseTs(row.ts)?.ms ?? 0;

/** Its class. @param {Row} row */
function exception({logrec}) {
  const {exc_info: info, exc_text: text} = logrec?.error ?? {};
  return /<class '(?:.*\.)?(\w+)'>/.exec(String(info))?.[1] ?? /^(?:\w+\.)*(\w+)(?::|$)/.exec(String(text ?? '').trimEnd().split('\n').at(-1) ?? '')?.[1];
}

/** @param {Timeline} counts @param {Span} span */
function trend({group, count}, {from, to}) {
  const bars = Array.from({length: BARS}, () => 0);
  group.forEach((second, n) => {
    bars[Math.max(0, Math.min(BARS - 1, Math.floor((second * 1000 - from) / (to - from + 1) * BARS)))] += count[n];
  });
  const most = Math.max(...bars);
  return svg('svg', {'class': 'groups-trend', 'viewBox': `0 0 ${BARS * 3} 14`, 'aria-hidden': 'true'}, svg('path', {
    d: bars.map((number, n) => number ? `M${n * 3} 14v-${Math.max(1, number / most * 14).toFixed(1)}h2V14z` : '').join('')}));
}

export class Groups {
  #latest = new Latest();
  #sample = SAMPLES[1];
  /** @type {Filters} */
  #filters = {};
  /** @type {any[]} */
  #values = [];
  /** Groups that were seen, one after the other. */
  #queue = Promise.resolve();
  /** What is to be read of a group when it is seen. @type {WeakMap<Element, () => Promise<void>>} */
  #unseen = new WeakMap();
  #seen = new IntersectionObserver((entries) => entries.filter(({isIntersecting}) => isIntersecting).forEach(({target}) => {
    this.#seen.unobserve(target);
    this.#queue = this.#queue.then(this.#unseen.get(target));
  }));

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  stop() {
    this.#latest.stop();
  }

  /** @param {Filters} filters */
  async load(filters) {
    const signal = this.#latest.next();
    this.#filters = filters;
    this.host.setAttribute('aria-busy', 'true');
    if (!this.host.firstChild) {
      this.host.replaceChildren(h('p', {'class': 'list-message'}, 'Grouping\u2026'));
    }
    try {
      const answer = await values(PATH, filters, {limit: 200, sample: this.#sample, signal});
      const ends = await Promise.all([0, answer.records - 1].map((at) => at < 0 ? [] : records(filters, at, at, {signal})));
      const [newest, oldest] = ends.flat();
      this.#draw(answer);
      if (oldest) {
        this.#watch({...filters, after: oldest.ts}, {from: ms(oldest), to: ms(newest)}, signal);
      }
    } catch (error) {
      if (!aborted(error)) {
        this.host.replaceChildren(h('div', {'class': 'list-message'},
          h('p', {'class': 'error-text'}, `No groups: ${reason(error)}`),
          textButton('Try again', () => this.load(filters), 'button')));
      }
    }
    this.host.setAttribute('aria-busy', 'false');
  }

  /** No more is looked at than for the groups; nothing more where it is refused, as who lacks the role is. @param {Filters} filters @param {Span} span @param {AbortSignal} signal */
  #watch(filters, span, signal) {
    this.host.querySelectorAll('.groups-facts').forEach((facts, at) => {
      const within = {...filters, query: add(filters.query ?? '', condition(PATH, this.#values[at]))};
      this.#unseen.set(facts, () => this.#read(facts, within, span, signal).catch(() => this.#seen.disconnect()));
      this.#seen.observe(facts);
    });
  }

  /** @param {Element} facts @param {Filters} within @param {Span} span @param {AbortSignal} signal */
  async #read(facts, within, span, signal) {
    signal.throwIfAborted();
    const group = COUNTED.find(([, longest]) => span.to - span.from <= longest)?.[0] ?? 'day';
    const [[last], counts] = await Promise.all([records(within, 0, 0, {logrec: true, signal}), timeline(within, group, 'UTC', signal)]);
    const all = counts.count.reduce((sum, count) => sum + count, 0);
    const [first] = all > 1 ? await records(within, all - 1, all - 1, {signal}) : [];
    const time = (/** @type {Row} */ row) => h('time', {'title': row.ts}, ago(ms(row)));
    facts.replaceChildren(levelBadge(Math.max(...Object.keys(counts.level).map(Number))), h('span', {}, last.name),
      h('span', {'class': 'groups-exception'}, exception(last)), trend(counts, span),
      h('span', {}, ...(first ? [time(first), ' \u2013 '] : []), time(last)));
  }

  /** @param {import('../base/api.js').Values} answer */
  #draw({records, complete, missing, distinct, values: found}) {
    this.#values = found.map(({value}) => value);
    const most = Math.max(1, ...found.map(({count}) => count));
    const next = SAMPLES.find((sample) => sample > this.#sample);
    const words = `${distinct.toLocaleString()} ${distinct === 1 ? 'template' : 'templates'} in `
      + (complete ? `all ${records.toLocaleString()} records` : `the newest ${records.toLocaleString()} records`);
    this.host.replaceChildren(
      h('div', {'class': 'groups-head'}, h('span', {}, words),
        missing > 0 && h('span', {'class': 'hint'}, `${missing.toLocaleString()} without one`),
        !complete && next !== undefined && textButton(`Look at ${next.toLocaleString()}`, () => {
          this.#sample = next;
          this.load(this.#filters);
        })),
      h('ul', {'class': 'groups-list'}, ...found.map(({value, count}) => this.#item(value, count, most, records))));
  }

  /** @param {any} value @param {number} count @param {number} most @param {number} records */
  #item(value, count, most, records) {
    const whole = valueText(value).trimStart();
    const [text, ...more] = whole.split('\n');
    const shown = h('span', {'class': 'groups-text'}, text);
    const fold = more.length ? textButton(`${more.length} more ${more.length === 1 ? 'line' : 'lines'}`, () => {
      const open = fold?.getAttribute('aria-expanded') !== 'true';
      fold?.setAttribute('aria-expanded', String(open));
      shown.textContent = open ? whole : text;
    }, 'button plain small') : null;
    fold?.setAttribute('aria-expanded', 'false');
    const bar = h('span', {'class': 'groups-bar'});
    bar.style.inlineSize = `${(count / most) * 100}%`;
    const choose = (/** @type {boolean} */ not) => sendSet(this.host, {
      query: add(this.#filters.query ?? '', condition(PATH, value, not)), ...(not ? {} : {group: false})});
    return h('li', {'class': 'groups-item'},
      h('button', {'class': 'groups-name', 'title': 'Show these records', 'onclick': () => choose(false)},
        h('span', {'class': 'groups-count'}, `\u00d7${count.toLocaleString()}`),
        h('span', {'class': 'groups-share'}, bar, h('span', {'class': 'visually-hidden'}, `${Math.round((count / records) * 100)} %`)),
        shown), fold,
      iconButton('exclude', 'Not these', () => choose(true), {'aria-label': `Not these: ${text}`}),
      h('div', {'class': 'groups-facts'}));
  }
}
