// Going somewhere: in the list to what need not be loaded, in time by the timeline; and the record beside the list.
import {aborted, asApiError, count, Latest, now, record as fetchRecord, records} from './base/api.js';
import {byId, keep, reason, recall, takeKey} from './base/dom.js';
import {say, toast} from './base/messages.js';
import {apiText} from './base/zone.js';
import {order} from './list/rows.js';

/** @import {Row} from './base/api.js' */
/** @import {State} from './base/state.js' */
/** @import {Rows} from './list/rows.js' */
/** @import {RecordsView} from './list/view.js' */
/** @import {Domain} from './timeline/bins.js' */

const ERROR = 40;

/**
 * The position of a record that need not be loaded: the number of those before it.
 * @param {Rows} rows @param {{ts: string, id: number}} row @param {AbortSignal} [signal]
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
  return rows.turn(rows.live + Math.max(0, count - same.length) + newer);
}

export class Navigator {
  #latest = new Latest();

  /** @param {RecordsView} view @param {number | null} linked the record of the address that was opened */
  constructor(view, linked) {
    this.view = view;
    this.linked = linked;
  }

  /** @param {(signal: AbortSignal) => Promise<void>} journey */
  async #go(journey) {
    try {
      await journey(this.#latest.next());
    } catch (error) {
      if (!aborted(error)) {
        toast(reason(error), 'error');
      }
    }
  }

  /** Where the reader is. */
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

  /** @param {1 | -1} direction 1: down @returns {Promise<Row | null>} */
  async nextError(direction) {
    const from = this.here();
    /** @type {Row | null} */
    let found = null;
    if (!from) {
      return null;
    }
    await this.#go(async (signal) => {
      const age = this.view.rows.oldest ? -direction : direction;
      found = this.#loadedError(from, direction) ?? await this.#storedError(from, age, signal);
      if (!found) {
        toast(age > 0 ? 'No older error' : 'No newer error');
        return;
      }
      this.#arrive(await locate(this.view.rows, found, signal), found.id);
      say(`${found.name}: ${found.message}`);
    });
    return found;
  }

  /** Among rows loaded without a gap. @param {Row} from @param {number} direction */
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

  /** @param {Row} from @param {number} age 1: to older ones @param {AbortSignal} signal @returns {Promise<Row | null>} */
  async #storedError(from, age, signal) {
    const {frozen} = this.view;
    const errors = {...frozen, level: Math.max(ERROR, frozen.level ?? 0)};
    if (age > 0) {
      const rows = await records({...errors, before: from.ts}, 0, 99, {signal});
      return rows.find((row) => order(from, row) < 0) ?? null;
    }
    const newer = {...errors, after: from.ts};
    const all = await count(newer, signal);
    const rows = all ? await records(newer, Math.max(0, all - 100), all - 1, {signal}) : [];
    return rows.findLast((row) => order(row, from) < 0) ?? null;
  }

  /** The oldest in the range. */
  first() {
    const {rows, list} = this.view;
    rows.total === null ? toast('Not all is searched yet') : list.moveTo(rows.turn(rows.length - 1));
  }

  /** @param {string} ts */
  toTime(ts) {
    return this.#go(async (signal) => {
      const {rows, list} = this.view;
      const newer = rows.live + await rows.source.count({...rows.frozen, after: ts}, signal);
      const position = rows.turn(Math.max(0, Math.min(rows.length - 1, newer)));
      list.scroller.to(position - 2);
      list.setCursor(position);
      list.grid.focus({preventScroll: true});
    });
  }

  /** A link also shows where its record is. @param {Row | null} record */
  reveal(record) {
    const {rows, list} = this.view;
    if (record && record.id === this.linked && (rows.total !== null || rows.counted)) {
      this.linked = null;
      const at = rows.positionOf(record.id);
      const [first, last] = list.visible();
      at >= first && at < last ? list.setCursor(at) : this.toRecord(record);
    }
  }

  /** @param {Row} record */
  toRecord(record) {
    return this.#go(async (signal) => {
      const position = await locate(this.view.rows, record, signal);
      this.#arrive(position, record.id);
    });
  }
}

// The range

const SHORTEST = 1000;

export class Zoom {
  /** @type {{after: string, before: string}[]} */
  #before = [];

  /**
   * @param {import('./timeline/timeline.js').Timeline} timeline @param {() => State} get @param {(patch: Partial<State>) => void} set
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
    // Round, where it makes no difference.
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

  /** Three times the time about what is seen, but not beyond now. */
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

// The record

const KEPT = 200;

/** Whole; they never change. @type {Map<number, Row>} */
const kept = new Map();

/** @param {number} id @param {AbortSignal} [signal] @returns {Promise<Row>} */
export async function wholeRecord(id, signal) {
  const known = kept.get(id);
  if (known) {
    return known;
  }
  const record = await fetchRecord(id, signal);
  kept.set(id, record);
  if (kept.size > KEPT) {
    kept.delete(/** @type {number} */ (kept.keys().next().value));
  }
  return record;
}

export class Reader {
  #latest = new Latest();
  /** @type {Row | null} */
  record = null;

  /** @param {(record: Row | null) => void} onrecord */
  constructor(onrecord) {
    this.onrecord = onrecord;
    this.side = byId('side', HTMLElement);
    this.splitter = byId('splitter', HTMLElement);
    /** @type {any} */
    this.panel = byId('record', HTMLElement);
    this.#listen();
  }

  /** @param {number | null} id @param {string} zone */
  async show(id, zone) {
    if (id !== null && id === this.record?.id && zone === this.panel.zone) {
      return;
    }
    const signal = this.#latest.next();
    this.panel.zone = zone;
    if (id === null) {
      this.record = null;
      this.onrecord(null);
      return;
    }
    // A quick answer does not flicker.
    const slow = setTimeout(() => { this.panel.loading = true; }, kept.has(id) ? 10000 : 120);
    try {
      const record = await wholeRecord(id, signal);
      signal.throwIfAborted();
      this.record = record;
      this.panel.error = null;
      this.panel.record = record;
      this.onrecord(record);
    } catch (error) {
      if (!aborted(error)) {
        this.record = null;
        this.panel.record = null;
        this.panel.error = asApiError(error);
      }
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) {
        this.panel.loading = false;
      }
    }
  }

  /** @param {boolean} open */
  open(open) {
    this.side.hidden = !open;
    this.splitter.hidden = !open;
  }

  #listen() {
    const {splitter} = this;
    const main = byId('main', HTMLElement);
    const become = (/** @type {number} */ width) => {
      const next = Math.max(280, Math.min(main.clientWidth - 280, width));
      main.style.setProperty('--side', `${Math.round(next)}px`);
      splitter.setAttribute('aria-valuenow', String(Math.round(next)));
      keep('side', Math.round(next));
    };
    const width = recall('side', 0);
    if (width) {
      main.style.setProperty('--side', `${width}px`);
    }
    splitter.setAttribute('aria-valuenow', '560');
    splitter.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      splitter.setPointerCapture(event.pointerId);
    });
    splitter.addEventListener('pointermove', (event) => {
      if (splitter.hasPointerCapture(event.pointerId)) {
        become(main.getBoundingClientRect().right - event.clientX);
      }
    });
    splitter.addEventListener('keydown', (event) => takeKey(event, {
      ArrowLeft: () => become(this.side.clientWidth + 32), ArrowRight: () => become(this.side.clientWidth - 32)}));
  }
}
