// Blocks of rows, by position, of which some are kept. What is searched for comes in parts: a block is open until it is
// full or nothing more is found, and a search begins at the nearest place before a row whose position is known.

/** @import {Row} from '../base/api.js' */
/** @typedef {{position: number, from?: string}} Place from: of the row before that position */

export const BLOCK = 128;
const KEPT = 48;

export class Blocks {
  /** @type {Map<number, Row[]>} */
  #blocks = new Map();
  /** Where those go on that are open. @type {Map<number, string>} */
  #open = new Map();
  /** @type {Place[]} */
  #places = [];

  clear() {
    this.#blocks.clear();
    this.#open.clear();
    this.#places = [];
  }

  /** @param {number} index */
  has(index) {
    return this.#blocks.has(index);
  }

  /** @param {number} index */
  isWhole(index) {
    return this.has(index) && !this.#open.has(index);
  }

  get areWhole() {
    return this.#open.size === 0;
  }

  /** What is there of it. @param {number} index */
  rows(index) {
    return this.#blocks.get(index) ?? [];
  }

  /** @param {number} position */
  at(position) {
    return this.rows(Math.floor(position / BLOCK))[position % BLOCK];
  }

  all() {
    return [...this.#blocks.values()].flat();
  }

  /** Each with its position. @param {number} first @param {number} last @returns {[number, Row][]} */
  within(first, last) {
    return [...this.#blocks].filter(([index]) => index >= first && index <= last)
      .flatMap(([index, block]) => block.map((row, at) => /** @type {[number, Row]} */ ([index * BLOCK + at, row])));
  }

  /** Those farthest from what is looked at go. @param {number} index @param {Row[]} rows @param {string} to @param {number} middle */
  keep(index, rows, to, middle) {
    this.#blocks.set(index, rows);
    to && rows.length < BLOCK ? this.#open.set(index, to) : this.#open.delete(index);
    while (this.#blocks.size > KEPT) {
      const farthest = [...this.#blocks.keys()].reduce((a, b) => Math.abs(a - middle) > Math.abs(b - middle) ? a : b);
      this.#blocks.delete(farthest);
      this.#open.delete(farthest);
    }
  }

  /** Tells places until the next clear(). @returns {(place: Place) => boolean} false where that was */
  placeTaker() {
    const places = this.#places;
    return (place) => {
      places.push(place);
      return places === this.#places;
    };
  }

  /** @param {number} position of a row that is searched for @returns {Place} */
  placeBefore(position) {
    const index = Math.floor(position / BLOCK);
    const above = this.rows(index - 1).at(-1);
    const from = this.#open.get(index) ?? (this.isWhole(index - 1) && above ? `${above.ts},${above.id}` : undefined);
    return from ? {position, from} : this.#places.findLast((place) => place.position <= position) ?? {position: 0};
  }
}

// Fetching them

const FLIGHTS = 2;
/** Milliseconds without a jump. */
const STILL = 90;

export class Flights {
  /** The first and the last block that is looked at. @type {[number, number]} */
  wanted = [0, 0];
  /** @type {Map<number, AbortController>} */
  #flights = new Map();
  #jumped = 0;
  /** @type {number | undefined} */
  #settling;

  /**
   * @param {(index: number) => boolean} isMissing
   * @param {(index: number, signal: AbortSignal) => Promise<void>} read
   * @param {(error: unknown, signal: AbortSignal, again?: () => void) => void} onfailure
   */
  constructor(isMissing, read, onfailure) {
    this.isMissing = isMissing;
    this.read = read;
    this.onfailure = onfailure;
  }

  /** While one jumps about (drags the bar) only the place where it ends is fetched. @param {number} from @param {number} to */
  want(from, to) {
    const far = Math.abs(from - this.wanted[0]) > 1;
    this.wanted = [from, to];
    clearTimeout(this.#settling);
    this.giveUp((index) => index < from - 1 || index > to + 1);
    if (far && performance.now() - this.#jumped < STILL) {
      this.#settling = setTimeout(() => this.pump(), STILL);
    } else {
      this.pump();
    }
    this.#jumped = far ? performance.now() : this.#jumped;
  }

  /** @param {(index: number) => boolean} which */
  giveUp(which = () => true) {
    clearTimeout(this.#settling);
    for (const [index, abort] of this.#flights) {
      if (which(index)) {
        abort.abort();
        this.#flights.delete(index);
      }
    }
  }

  pump() {
    const [first, last] = this.wanted;
    const sight = range(first, last);
    const isMissing = (/** @type {number} */ index) => !this.#flights.has(index) && this.isMissing(index);
    // The next ones when what is in sight is there.
    for (const index of sight.some((at) => this.#flights.has(at) || isMissing(at)) ? sight : [last + 1, first - 1]) {
      if (this.#flights.size < FLIGHTS && isMissing(index)) {
        this.fetch(index);
      }
    }
  }

  /** @param {number} index @param {() => void} [again] where it fails */
  async fetch(index, again) {
    const abort = new AbortController();
    this.#flights.set(index, abort);
    try {
      await this.read(index, abort.signal);
      this.#land(index, abort);
      this.pump();
    } catch (error) {
      this.#land(index, abort);
      this.onfailure(error, abort.signal, again);
    }
  }

  /** @param {number} index @param {AbortController} abort */
  #land(index, abort) {
    if (this.#flights.get(index) === abort) {
      this.#flights.delete(index);
    }
  }
}

/** @param {number} first @param {number} last */
export const range = (first, last) => Array.from({length: Math.max(0, last - first + 1)}, (_, index) => first + index);
