// Zooming the range by the timeline, and the way back.

import {now} from './api.js';
import {apiText} from './zone.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./timeline-bins.js').Domain} Domain */

const SHORTEST = 1000;

export class Zoom {
  /** @type {{after: string, before: string}[]} */
  #before = [];

  /**
   * @param {import('./timeline.js').Timeline} timeline @param {() => State} get @param {(patch: Partial<State>) => void} set
   */
  constructor(timeline, get, set) {
    this.timeline = timeline;
    this.get = get;
    this.set = set;
  }

  /** @param {Domain} domain */
  to({from, to}) {
    const {after, before} = this.get();
    this.#before.push({after, before});
    this.timeline.canGoBack(true);
    // Whole minutes where it makes no difference, so that the range can be read.
    const unit = to - from > 600000 ? 60000 : to - from > 10000 ? 1000 : 1;
    const start = Math.floor(from / unit) * unit;
    const end = Math.max(Math.ceil(to / unit) * unit, start + SHORTEST);
    this.set({after: apiText({ms: start, us: 0}), before: apiText({ms: end - 1, us: 999}), tail: false});
  }

  back() {
    const range = this.#before.pop();
    this.timeline.canGoBack(this.#before.length > 0);
    if (range) {
      this.set(range);
    }
  }

  /** Three times the time, with what is seen now in the middle; it does not go beyond now. */
  out() {
    const {after, before} = this.get();
    if (after || before) {
      const {from, to} = this.timeline.domain;
      const start = from - (to - from);
      const end = to + (to - from);
      this.set({after: after && apiText({ms: start, us: 0}), before: before && end < now() ? apiText({ms: end, us: 0}) : ''});
    }
  }
}
