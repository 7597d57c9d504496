// The records that match, by position: 0 is the newest. Only what is looked at is fetched, in blocks, of which some are
// kept. Positions stay what they are: the first answer's newest record is the upper bound of every later request. Live
// ones are put on top of that.
import {aborted, ApiError, Latest} from '../base/api.js';

/** @import {Filters, Row} from '../base/api.js' */
/** @typedef {Pick<typeof import('../base/api.js'), 'records' | 'count'>} Source */
/** @typedef {{abort: AbortController, index: number}} Flight */

export const BLOCK = 128;
const KEPT = 48;
const FLIGHTS = 2;
/** Milliseconds without a jump. */
const STILL = 90;
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
  /** Nothing more will be known of the total. */
  counted = false;

  /** Live ones, above position 0 of the blocks. @type {Row[]} */
  #head = [];
  /** Those that came before the first answer. @type {Row[]} */
  #early = [];
  /** Of the frozen range. @type {Row | null} */
  #newest = null;
  /** @type {Map<number, Row[]>} */
  #blocks = new Map();
  /** Shown until dropped blocks are back. @type {Map<number, Row>} */
  #ghost = new Map();
  /** @type {Map<number, Flight>} */
  #flights = new Map();
  /** @type {[number, number]} */
  #wanted = [0, 0];
  #last = 0;
  #jumped = 0;
  /** @type {number | undefined} */
  #settling;
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
    return this.#head.length + (this.total ?? this.seen);
  }

  get live() {
    return this.#head.length;
  }

  /** @param {Filters} filters @param {{logrec?: boolean}} [options] */
  async load(filters, {logrec = false} = {}) {
    this.#forget();
    this.#logrec = logrec;
    this.loading = true;
    this.frozen = {...filters};
    const signal = this.#signal;
    this.onchange();
    try {
      const rows = await this.source.records(filters, 0, BLOCK - 1, {logrec, signal});
      this.#newest = rows[0] ?? null;
      if (this.#newest) {
        this.frozen.before = this.#newest.ts;
      }
      this.loading = false;
      this.error = null;
      this.#failures = 0;
      this.#keep(0, rows);
      this.arrived(this.#early.splice(0));
      this.onchange();
      await this.#countAll(signal);
    } catch (error) {
      this.#failed(error, signal, () => this.load(filters, {logrec}));
    }
  }

  /** A count that takes too long is no failure: one can scroll on. @param {AbortSignal} signal */
  async #countAll(signal) {
    if (this.total !== null) {
      return;
    }
    try {
      const total = await this.source.count(this.frozen, signal);
      this.total ??= Math.max(total, this.seen);
    } catch (error) {
      if (!(error instanceof ApiError && error.type === 'StorageQueryError')) {
        throw error;
      }
    }
    this.counted = true;
    this.onchange();
  }

  #forget() {
    this.#signal = this.#latest.next();
    this.#giveUp(() => true);
    clearTimeout(this.#retry);
    clearTimeout(this.#settling);
    this.#blocks.clear();
    this.#ghost.clear();
    this.#head = [];
    this.#early = [];
    this.#newest = null;
    this.#wanted = [0, 0];
    this.total = null;
    this.counted = false;
    this.seen = 0;
    this.error = null;
  }

  /** Again after longer and longer, if it is worth it. @param {unknown} error @param {AbortSignal} signal @param {() => void} again */
  #failed(error, signal, again) {
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
    if (position < this.#head.length) {
      return this.#head[position];
    }
    const below = position - this.#head.length;
    const block = this.#blocks.get(Math.floor(below / BLOCK));
    return block ? block[below % BLOCK] : this.#ghost.get(position);
  }

  /** -1: not loaded. @param {number} id */
  positionOf(id) {
    const live = this.#head.findIndex((row) => row.id === id);
    if (live >= 0) {
      return live;
    }
    for (const [index, block] of this.#blocks) {
      const at = block.findIndex((row) => row.id === id);
      if (at >= 0) {
        return this.#head.length + index * BLOCK + at;
      }
    }
    return [...this.#ghost].find(([, row]) => row.id === id)?.[0] ?? -1;
  }

  /**
   * What is looked at. While one jumps about (drags the bar) only the place where it ends is fetched.
   * @param {number} first @param {number} last
   */
  want(first, last) {
    const below = this.#head.length;
    const end = this.total === null ? Infinity : this.total - 1;
    this.#wanted = [
      Math.floor(Math.max(0, first - below) / BLOCK),
      Math.floor(Math.min(Math.max(0, last - below), end) / BLOCK),
    ];
    const far = Math.abs(this.#wanted[0] - this.#last) > 1;
    if (this.error && this.#wanted[0] !== this.#last && this.#newest) {
      this.error = null;
    }
    this.#last = this.#wanted[0];
    clearTimeout(this.#settling);
    const [from, to] = this.#wanted;
    this.#giveUp((index) => index < from - 1 || index > to + 1);
    if (far && performance.now() - this.#jumped < STILL) {
      this.#settling = setTimeout(() => this.#pump(), STILL);
    } else {
      this.#pump();
    }
    this.#jumped = far ? performance.now() : this.#jumped;
  }

  /** @param {(index: number) => boolean} which */
  #giveUp(which) {
    for (const [index, flight] of this.#flights) {
      if (which(index)) {
        flight.abort.abort();
        this.#flights.delete(index);
      }
    }
  }

  #pump() {
    if (this.loading || this.error || !this.#newest) {
      return;
    }
    const [first, last] = this.#wanted;
    const sight = range(first, last);
    // The next ones when what is in sight is there.
    for (const index of sight.some((at) => this.#isMissing(at) || this.#flights.has(at)) ? sight : [last + 1, first - 1]) {
      if (this.#flights.size < FLIGHTS && this.#isMissing(index)) {
        this.#fetch(index);
      }
    }
  }

  /** @param {number} index */
  #isMissing(index) {
    const past = this.total !== null ? index * BLOCK >= this.total : index * BLOCK > this.seen + BLOCK;
    return index >= 0 && !past && !this.#blocks.has(index) && !this.#flights.has(index);
  }

  /** @param {number} index */
  async #fetch(index) {
    const abort = new AbortController();
    const flight = {abort, index};
    this.#flights.set(index, flight);
    const left = index * BLOCK;
    try {
      const rows = await this.source.records(this.frozen, left, left + BLOCK - 1,
        {logrec: this.#logrec, signal: abort.signal});
      this.#land(flight);
      this.#failures = 0;
      this.#keep(index, rows);
      this.onchange();
      this.#pump();
    } catch (error) {
      this.#land(flight);
      this.#failed(error, abort.signal, () => this.retry());
    }
  }

  /** @param {Flight} flight */
  #land(flight) {
    if (this.#flights.get(flight.index) === flight) {
      this.#flights.delete(flight.index);
    }
  }

  /** @param {number} index @param {Row[]} rows */
  #keep(index, rows) {
    this.#blocks.set(index, rows);
    const end = index * BLOCK + rows.length;
    if (rows.length) {
      this.seen = Math.max(this.seen, end);
    }
    if (rows.length < BLOCK && (rows.length > 0 || index === 0)) {
      this.total = end;
    } else if (rows.length === 0 && this.total === null) {
      this.total = this.seen;
    }
    if (range(...this.#wanted).every((at) => this.#blocks.has(at))) {
      this.#ghost.clear();
    }
    this.#drop();
  }

  /** Those farthest from what is looked at. */
  #drop() {
    const middle = (this.#wanted[0] + this.#wanted[1]) / 2;
    while (this.#blocks.size > KEPT) {
      const farthest = [...this.#blocks.keys()].reduce((a, b) => Math.abs(a - middle) > Math.abs(b - middle) ? a : b);
      this.#blocks.delete(farthest);
    }
  }

  /** What is there stays. */
  cancel() {
    this.#signal = this.#latest.next();
    this.#giveUp(() => true);
    clearTimeout(this.#retry);
    if (this.loading) {
      this.loading = false;
      this.error = new ApiError('Cancelled', 'The search was cancelled', 0);
    }
    this.counted = true;
    this.onchange();
  }

  retry() {
    clearTimeout(this.#retry);
    this.error = null;
    this.#pump();
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
    const known = new Set([this.#head, ...this.#blocks.values()].flat().map((row) => row.id));
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
    this.#wanted = /** @type {[number, number]} */ (this.#wanted.map((index) => index + Math.floor(count / BLOCK)));
    this.#reread(ghost);
  }

  /** The rows in sight, by position. @param {number} moved down since those kept before @returns {Map<number, Row>} */
  #shown(moved) {
    const [first, last] = this.#wanted;
    const ghost = new Map([...this.#ghost].map(([position, row]) => [position + moved, row]));
    for (const [index, block] of this.#blocks) {
      if (index >= first - 1 && index <= last + 1) {
        block.forEach((row, at) => ghost.set(this.#head.length + index * BLOCK + at, row));
      }
    }
    this.#head.forEach((row, at) => ghost.set(at, row));
    return ghost;
  }

  /** @param {Map<number, Row>} ghost */
  #reread(ghost) {
    this.#ghost = ghost;
    this.#blocks.clear();
    this.#giveUp(() => true);
    this.#pump();
  }
}

/** @param {number} first @param {number} last */
const range = (first, last) => Array.from({length: Math.max(0, last - first + 1)}, (_, index) => first + index);
