// The record beside the list: fetched, kept for a while, shown; and how wide its panel is.

import {aborted, ApiError, Latest, record as fetchRecord} from './api.js';
import {byId, keep, recall, takeKey} from './dom.js';

/** @typedef {import('./api.js').Row} Row */

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
  #latest = new Latest();
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
    const signal = this.#latest.next();
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
