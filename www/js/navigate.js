// Going somewhere in the list that need not be loaded: the next error, a time, a record.
import * as api from './api.js';
import {now} from './api.js';
import {reason} from './dom.js';
import {order} from './rows.js';
import {say, toast} from './page.js';
import {apiText} from './zone.js';

/** @typedef {import('./api.js').Row} Row */
/** @typedef {import('./rows.js').Rows} Rows */
/** @typedef {import('./records-view.js').RecordsView} RecordsView */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./timeline-bins.js').Domain} Domain */

const ERROR = 40;

/**
 * Where a record is that need not be loaded: the number of those before it.
 * @param {Rows} rows @param {{ts: string, id: number}} row @param {AbortSignal} [signal] @returns {Promise<number>}
 */
export async function locate(rows, row, signal) {
  const loaded = rows.positionOf(row.id);
  if (loaded >= 0) {
    return loaded;
  }
  const upTo = {...rows.frozen, after: row.ts};
  const [count, same] = await Promise.all([
    rows.source.count(upTo, signal),
    rows.source.records({...upTo, before: row.ts}, 0, 999, {signal}),
  ]);
  const newer = same.filter((other) => other.id > row.id).length;
  return rows.live + Math.max(0, count - same.length) + newer;
}

export class Navigator {
  #latest = new api.Latest();

  /** @param {RecordsView} view */
  constructor(view) {
    this.view = view;
  }

  /** Only the last journey matters. @param {(signal: AbortSignal) => Promise<void>} journey */
  async #go(journey) {
    try {
      await journey(this.#latest.next());
    } catch (error) {
      if (!api.aborted(error)) {
        toast(reason(error), 'error');
      }
    }
  }

  /** The record the reader is at. @returns {Row | undefined} */
  here() {
    const {list, rows} = this.view;
    return list.cursor ? rows.at(list.cursor.position) : rows.at(list.visible()[0]);
  }

  /** @param {number} position @param {number} id */
  #arrive(position, id) {
    const {list} = this.view;
    list.scroller.reveal(position, 4);
    list.cursor = {position, id};
    list.draw();
  }

  /** The next error down (older) or up (newer) the list. @param {1 | -1} direction @returns {Promise<Row | null>} */
  async nextError(direction) {
    const from = this.here();
    /** @type {Row | null} */
    let found = null;
    if (!from) {
      return null;
    }
    await this.#go(async (signal) => {
      found = this.#loadedError(from, direction) ?? await this.#storedError(from, direction, signal);
      if (!found) {
        toast(direction > 0 ? 'No older error' : 'No newer error');
        return;
      }
      this.#arrive(await locate(this.view.rows, found, signal), found.id);
      say(`${found.name}: ${found.message}`);
    });
    return found;
  }

  /** Among rows that are loaded without a gap from here. @param {Row} from @param {number} direction */
  #loadedError(from, direction) {
    const {rows} = this.view;
    for (let at = rows.positionOf(from.id) + direction; at >= 0; at += direction) {
      const row = rows.at(at);
      if (!row) {
        return null;
      }
      if (row.level >= ERROR) {
        return row;
      }
    }
    return null;
  }

  /** @param {Row} from @param {number} direction @param {AbortSignal} signal @returns {Promise<Row | null>} */
  async #storedError(from, direction, signal) {
    const {frozen} = this.view;
    const errors = {...frozen, level: Math.max(ERROR, frozen.level ?? 0)};
    if (direction > 0) {
      const rows = await api.records({...errors, before: from.ts}, 0, 99, {signal});
      return rows.find((row) => order(from, row) < 0) ?? null;
    }
    const newer = {...errors, after: from.ts};
    const count = await api.count(newer, signal);
    const rows = count ? await api.records(newer, Math.max(0, count - 100), count - 1, {signal}) : [];
    return rows.findLast((row) => order(row, from) < 0) ?? null;
  }

  /** To the newest record no younger than an instant. @param {string} ts API text */
  toTime(ts) {
    return this.#go(async (signal) => {
      const {rows, list} = this.view;
      const position = Math.max(0, Math.min(rows.length - 1, rows.live + await rows.source.count({...rows.frozen, after: ts}, signal)));
      list.scroller.to(position - 2);
      list.setCursor(position);
      list.grid.focus({preventScroll: true});
    });
  }

  /** Shows where a record is, where it is part of the list. @param {Row} record */
  toRecord(record) {
    return this.#go(async (signal) => {
      const position = await locate(this.view.rows, record, signal);
      this.#arrive(position, record.id);
    });
  }
}

// Zooming the range by the timeline, and the way back.

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
