// The records that match, by position: 0 is the newest. Only what is looked at is fetched, in blocks. Positions stay what
// they are: the first answer's newest record is the upper bound of every later request. Live ones are put on top of that.
import {aborted, ApiError, isSearch, Latest} from '../base/api.js';
import {BLOCK, Blocks, Flights, range} from './blocks.js';

/** @import {Filters, Row} from '../base/api.js' */
/** @typedef {Pick<typeof import('../base/api.js'), 'records' | 'count' | 'part'>} Source */

/** So many live rows are given their positions for good. */
const HEAD = 2000;

/** Newest first. @param {Row} a @param {Row} b */
export function order(a, b) {
  return a.ts === b.ts ? b.id - a.id : a.ts < b.ts ? 1 : -1;
}

export class Rows {
  /** With the end frozen. @type {Filters} */
  frozen = {};
  /** null: not known. @type {number | null} */
  total = null;
  /** At least so many match. */
  seen = 0;
  /** @type {ApiError | null} */
  error = null;
  /** Before the first answer. */
  loading = false;
  /** Position 0 is the oldest. Then nothing is shown before all are counted. */
  oldest = false;
  /** Nothing more will be known of the total. */
  counted = false;
  /** So far, where not all is searched yet. @type {string} */
  searchedTo = '';

  /** Live ones, above position 0 of the blocks. @type {Row[]} */
  #head = [];
  /** Those that came before the first answer. @type {Row[]} */
  #early = [];
  /** Of the frozen range. @type {Row | null} */
  #newest = null;
  #blocks = new Blocks();
  /** Shown until dropped blocks are back. @type {Map<number, Row>} */
  #ghost = new Map();
  #flights = new Flights((index) => this.#isMissing(index), (index, signal) => this.#read(index, signal),
    (error, signal, again) => this.#failed(error, signal, again));
  #latest = new Latest();
  #signal = this.#latest.next();
  #logrec = false;
  /** The last count that was asked for. */
  #counting = {};
  #failures = 0;
  /** @type {number | undefined} */
  #retry;

  /** @param {Source} source @param {() => void} onchange */
  constructor(source, onchange) {
    this.source = source;
    this.onchange = onchange;
  }

  /** As far as is known. */
  get length() {
    return this.oldest && this.total === null ? 0 : this.#head.length + (this.total ?? this.seen);
  }

  /** From the newest counted to as it is shown, and back. @param {number} position */
  turn(position) {
    return this.oldest ? this.length - 1 - position : position;
  }

  get live() {
    return this.#head.length;
  }

  /** @param {Filters} filters @param {{logrec?: boolean, oldest?: boolean}} [options] */
  async load(filters, {logrec = false, oldest = false} = {}) {
    this.#forget();
    this.oldest = oldest;
    this.#logrec = logrec;
    this.loading = true;
    this.frozen = {...filters};
    const signal = this.#signal;
    this.onchange();
    const again = () => this.load(filters, {logrec, oldest});
    await this.#flights.fetch(0, again);
    try {
      if (!signal.aborted && !this.error) {
        await this.#countAll(signal);
        this.#begin();
      }
    } catch (error) {
      this.#failed(error, signal, again);
    }
  }

  /** The first row is there, or there is none. */
  #begin() {
    if (!this.loading) {
      return;
    }
    this.#newest = this.#blocks.at(0) ?? null;
    if (this.#newest) {
      this.frozen.before = this.#newest.ts;
    }
    if (!this.oldest || this.total !== null) {
      this.loading = false;
      this.arrived(this.#early.splice(0));
      this.onchange();
    }
  }

  /** A count that takes too long is no failure: one can scroll on. @param {AbortSignal} signal */
  async #countAll(signal) {
    if (this.total !== null) {
      return;
    }
    const take = this.#blocks.placeTaker();
    try {
      const total = await this.source.count(this.frozen, signal,
        (position, from) => take({position, from}) && this.#tellSearched(from, position));
      this.total ??= Math.max(total, this.seen);
    } catch (error) {
      if (this.oldest || !(error instanceof ApiError && error.type === 'StorageQueryError')) {
        throw error;
      }
    }
    this.counted = true;
    this.onchange();
  }

  /** @param {string} to @param {number} found */
  #tellSearched(to, found) {
    this.searchedTo = to.split(',')[0];
    this.seen = Math.max(this.seen, found);
    this.onchange();
  }

  #forget() {
    this.#signal = this.#latest.next();
    this.#flights.giveUp();
    clearTimeout(this.#retry);
    this.#blocks.clear();
    this.#ghost.clear();
    this.searchedTo = '';
    this.#head = [];
    this.#early = [];
    this.#newest = null;
    this.#flights.wanted = [0, 0];
    this.total = null;
    this.counted = false;
    this.seen = 0;
    this.error = null;
  }

  /** Again after longer and longer, if it is worth it. @param {unknown} error @param {AbortSignal} signal @param {() => void} [again] */
  #failed(error, signal, again = () => this.retry()) {
    if (aborted(error) || signal.aborted) {
      return;
    }
    if (!(error instanceof ApiError)) {
      throw error;
    }
    this.loading = false;
    this.error = error;
    if (error.temporary && error.type !== 'StorageQueryError') {
      this.#failures += 1;
      this.#retry = setTimeout(again, Math.min(30000, 1000 * 2 ** this.#failures));
    }
    this.onchange();
  }

  /** @param {number} position */
  at(position) {
    const at = this.turn(position);
    if (at < this.#head.length) {
      return this.#head[at];
    }
    const below = at - this.#head.length;
    return this.#blocks.has(Math.floor(below / BLOCK)) ? this.#blocks.at(below) : this.#ghost.get(at);
  }

  /** -1: not loaded. @param {number} id */
  positionOf(id) {
    const at = this.#indexOf(id);
    return at < 0 ? at : this.turn(at);
  }

  /** @param {number} id */
  #indexOf(id) {
    const live = this.#head.findIndex((row) => row.id === id);
    if (live >= 0) {
      return live;
    }
    const below = this.#blocks.within(0, Infinity).find(([, row]) => row.id === id);
    return below ? this.#head.length + below[0] : [...this.#ghost].find(([, row]) => row.id === id)?.[0] ?? -1;
  }

  /** What is looked at. @param {number} first @param {number} last */
  want(first, last) {
    const below = this.#head.length;
    const [newest, oldest] = this.oldest ? [this.turn(last), this.turn(first)] : [first, last];
    const end = this.total === null ? Infinity : this.total - 1;
    const from = Math.floor(Math.max(0, newest - below) / BLOCK);
    if (this.error && from !== this.#flights.wanted[0] && this.#newest) {
      this.error = null;
    }
    this.#flights.want(from, Math.floor(Math.min(Math.max(0, oldest - below), end) / BLOCK));
  }

  /** @param {number} index */
  #isMissing(index) {
    const past = this.total !== null ? index * BLOCK >= this.total : index * BLOCK > this.seen;
    const can = !this.loading && !this.error && this.#newest;
    return Boolean(can && index >= 0 && !past && !this.#blocks.isWhole(index));
  }

  /** @param {number} index @param {AbortSignal} signal */
  async #read(index, signal) {
    do {
      await this.#readPart(index, signal);
      this.#failures = 0;
    } while (!this.#blocks.isWhole(index));
  }

  /** @param {number} index @param {AbortSignal} signal */
  async #readPart(index, signal) {
    const there = this.#blocks.rows(index);
    const first = index * BLOCK + there.length;
    const {position, from} = isSearch(this.frozen) ? this.#blocks.placeBefore(first) : {position: 0, from: undefined};
    const left = first - position;
    const {rows, to} = await this.source.part(this.frozen, left, left + BLOCK - there.length - 1,
      {logrec: this.#logrec, signal, from});
    signal.throwIfAborted();
    this.#keep(index, [...there, ...rows], to);
    if (this.seen || this.#blocks.isWhole(index)) {
      this.#begin();
    }
    to ? this.#tellSearched(to, 0) : this.onchange();
  }

  /** @param {number} index @param {Row[]} rows @param {string} to */
  #keep(index, rows, to) {
    this.#blocks.keep(index, rows, to, (this.#flights.wanted[0] + this.#flights.wanted[1]) / 2);
    const end = index * BLOCK + rows.length;
    if (rows.length) {
      this.seen = Math.max(this.seen, end);
    }
    const short = rows.length < BLOCK && this.#blocks.isWhole(index);
    if (short && (rows.length > 0 || index === 0)) {
      this.total = end;
    } else if (short) {
      this.total ??= this.seen;
    }
    if (range(...this.#flights.wanted).every((at) => this.#blocks.has(at))) {
      this.#ghost.clear();
    }
  }

  /** Older ones are still searched for. */
  get searching() {
    return !this.counted || !this.#blocks.areWhole;
  }

  /** What is there stays. */
  cancel() {
    this.#signal = this.#latest.next();
    this.#flights.giveUp();
    clearTimeout(this.#retry);
    if (this.loading || !this.#blocks.areWhole) {
      this.loading = false;
      this.error = new ApiError('Cancelled', 'The search was cancelled', 0);
    }
    this.counted = true;
    this.onchange();
  }

  retry() {
    clearTimeout(this.#retry);
    this.error = null;
    this.#flights.pump();
    this.onchange();
  }

  /**
   * The newest go on top. Those that come late belong in between: blocks are read again, and what is shown stays until
   * they are there. Some blocks may have had them already, and others not. @param {Row[]} records
   * @returns {number} how many were not there yet
   */
  arrived(records) {
    if (this.loading) {
      this.#early.push(...records);
      return 0;
    }
    const known = new Set([...this.#head, ...this.#blocks.all()].map((row) => row.id));
    const fresh = records.filter((row) => !known.has(row.id));
    const newest = this.#newest;
    const above = newest ? fresh.filter((row) => row.ts > newest.ts) : fresh;
    const late = newest !== null && records.some((row) => row.ts <= newest.ts);
    if (above.length) {
      this.#head = [...above, ...this.#head].sort(order);
    }
    if (late) {
      this.total = this.total === null ? null : this.total + fresh.length - above.length;
    }
    const settles = this.#head.length > HEAD || (!newest && fresh.length > 0);
    if (settles) {
      this.#settle();
    } else if (late) {
      this.#reread(this.#shown(above.length));
    }
    if (settles || late) {
      this.#recount();
    }
    if (fresh.length) {
      this.onchange();
    }
    return fresh.length;
  }

  /** Which of those that came late were counted already, only the store knows. */
  async #recount() {
    const {frozen} = this;
    const counting = this.#counting = {};
    const total = await this.source.count(frozen, this.#signal).catch(() => null);
    if (total !== null && this.total !== null && frozen === this.frozen && counting === this.#counting) {
      this.total = total;
      this.onchange();
    }
  }

  /** Live rows become part of the frozen range, at the same positions. */
  #settle() {
    const ghost = this.#shown(0);
    const count = this.#head.length;
    this.#newest = this.#head[0];
    this.#head = [];
    this.frozen = {...this.frozen, before: this.#newest.ts};
    this.total = this.total === null ? null : this.total + count;
    this.seen += count;
    this.#flights.wanted = /** @type {[number, number]} */ (this.#flights.wanted.map((index) => index + Math.floor(count / BLOCK)));
    this.#reread(ghost);
  }

  /** The rows in sight, by position. @param {number} moved down since those kept before @returns {Map<number, Row>} */
  #shown(moved) {
    const [first, last] = this.#flights.wanted;
    const ghost = new Map([...this.#ghost].map(([position, row]) => [position + moved, row]));
    this.#blocks.within(first - 1, last + 1).forEach(([position, row]) => ghost.set(this.#head.length + position, row));
    this.#head.forEach((row, at) => ghost.set(at, row));
    return ghost;
  }

  /** @param {Map<number, Row>} ghost */
  #reread(ghost) {
    this.#ghost = ghost;
    this.#blocks.clear();
    this.#flights.giveUp();
    this.#flights.pump();
  }
}
