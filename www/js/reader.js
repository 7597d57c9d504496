// The record beside the list: fetched, kept for a while, shown; and how wide its panel is.

import {aborted, ApiError, record as fetchRecord} from './api.js';
import {byId} from './dom.js';

/** @typedef {import('./api.js').Row} Row */

const STORED = 'chronologer.side';
const KEPT = 200;

/** @type {Map<number, Row>} whole records; they never change */
const kept = new Map();

/** A whole record. @param {number} id @param {AbortSignal} [signal] @returns {Promise<Row>} */
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
  #abort = new AbortController();
  /** The record that is shown. @type {Row | null} */
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
    this.#abort.abort();
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    this.panel.zone = zone;
    if (id === null) {
      this.record = null;
      this.onrecord(null);
      return;
    }
    // A quick answer must not flicker: what was there stays for a moment.
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
        this.panel.error = error instanceof ApiError ? error : new ApiError('Error', String(error), 0);
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
      try {
        localStorage.setItem(STORED, String(Math.round(next)));
      } catch {
        // Storage is refused: the width lasts as long as the page.
      }
    };
    try {
      const width = Number(localStorage.getItem(STORED));
      if (width) {
        main.style.setProperty('--side', `${width}px`);
      }
    } catch {
      // As wide as the style sheet says.
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
    splitter.addEventListener('keydown', (event) => {
      const step = {ArrowLeft: 32, ArrowRight: -32}[event.key];
      if (step) {
        event.preventDefault();
        event.stopPropagation();
        become(this.side.clientWidth + step);
      }
    });
  }
}
