// Records grouped by template: the text before its arguments were put in, which Python sends along.
import {aborted, Latest, SAMPLES, values} from '../base/api.js';
import {h, iconButton, reason, sendSet, textButton} from '../base/dom.js';
import {valueText} from '../base/json.js';
import {add, condition} from '../query/edit.js';

/** @import {Filters} from '../base/api.js' */

const PATH = '$.meta.msg';

export class Groups {
  #latest = new Latest();
  #sample = SAMPLES[1];
  /** @type {Filters} */
  #filters = {};

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
      this.#draw(answer);
    } catch (error) {
      if (!aborted(error)) {
        this.host.replaceChildren(h('div', {'class': 'list-message'},
          h('p', {'class': 'error-text'}, `No groups: ${reason(error)}`),
          textButton('Try again', () => this.load(filters), 'button')));
      }
    }
    this.host.setAttribute('aria-busy', 'false');
  }

  /** @param {import('../base/api.js').Values} answer */
  #draw({records, complete, missing, distinct, values: found}) {
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
    const text = valueText(value);
    const bar = h('span', {'class': 'groups-bar'});
    bar.style.inlineSize = `${(count / most) * 100}%`;
    const choose = (/** @type {boolean} */ not) => sendSet(this.host, {
      query: add(this.#filters.query ?? '', condition(PATH, value, not)), ...(not ? {} : {group: false})});
    return h('li', {'class': 'groups-item'},
      h('button', {'class': 'groups-name', 'title': 'Show these records', 'onclick': () => choose(false)},
        h('span', {'class': 'groups-count'}, `\u00d7${count.toLocaleString()}`),
        h('span', {'class': 'groups-share'}, bar, h('span', {'class': 'visually-hidden'}, `${Math.round((count / records) * 100)} %`)),
        h('span', {'class': 'groups-text'}, text)),
      iconButton('exclude', 'Not these', () => choose(true), {'aria-label': `Not these: ${text}`}));
  }
}
