// Live: asks again and again what arrived since a cursor. A lost connection loses nothing, because the cursor stays; the
// list decides whether new rows move what is in sight.

import {aborted, ApiError} from './api.js';

/** @typedef {import('./api.js').Filters} Filters */
/** @typedef {import('./api.js').Tail} Answer */
/** @typedef {'off' | 'live' | 'behind' | 'lost'} Condition behind: there is more than one answer took */
/**
 * @typedef {object} Handlers
 * @property {(cursor: string | null, filters: Filters, options: {limit: number, logrec: boolean, signal: AbortSignal}) =>
 *   Promise<Answer>} fetch
 * @property {(records: import('./api.js').Row[]) => void} onrecords
 * @property {(condition: Condition) => void} oncondition
 * @property {(error: ApiError) => void} onerror it ended
 */

const PAUSE = 1000;
const PAUSE_HIDDEN = 10000;
const PAUSE_BEHIND = 50;
const LONGEST = 30000;
const LIMIT = 1000;

export class Tail {
  #abort = new AbortController();
  /** @type {(() => void) | null} */
  #wake = null;
  running = false;

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /**
   * The cursor of now; what arrives after it is told from then on. So: begin, then read the list, then nothing is missed.
   * @param {Filters} filters @param {boolean} logrec
   */
  async begin(filters, logrec) {
    this.stop();
    this.running = true;
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    const live = {...filters, before: ''};
    const options = {limit: LIMIT, logrec, signal};
    try {
      const {cursor} = await this.handlers.fetch(null, live, options);
      this.handlers.oncondition('live');
      this.#follow(cursor, live, options);
    } catch (error) {
      this.#end(error);
    }
  }

  stop() {
    this.#abort.abort();
    if (this.running) {
      this.running = false;
      this.handlers.oncondition('off');
    }
  }

  /** Asks at once, as when the network is back. */
  hurry() {
    this.#wake?.();
  }

  /** @param {string} start @param {Filters} filters @param {{limit: number, logrec: boolean, signal: AbortSignal}} options */
  async #follow(start, filters, options) {
    let cursor = start;
    let failures = 0;
    let pause = PAUSE;
    for (;;) {
      await this.#wait(pause, options.signal);
      if (options.signal.aborted) {
        return;
      }
      try {
        const answer = await this.handlers.fetch(cursor, filters, options);
        cursor = answer.cursor;
        failures = 0;
        pause = answer.more ? PAUSE_BEHIND : document.hidden ? PAUSE_HIDDEN : PAUSE;
        this.handlers.oncondition(answer.more ? 'behind' : 'live');
        if (answer.records.length) {
          this.handlers.onrecords(answer.records);
        }
      } catch (error) {
        if (!(error instanceof ApiError && error.temporary)) {
          this.#end(error);
          return;
        }
        failures += 1;
        pause = Math.min(LONGEST, PAUSE * 2 ** failures);
        this.handlers.oncondition('lost');
      }
    }
  }

  /** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
  #wait(ms, signal) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', shown);
        this.#wake = null;
        resolve();
      };
      const shown = () => document.hidden || done();
      const timer = setTimeout(done, ms);
      this.#wake = done;
      signal.addEventListener('abort', done, {once: true});
      document.addEventListener('visibilitychange', shown);
    });
  }

  /** @param {unknown} error */
  #end(error) {
    if (aborted(error)) {
      return;
    }
    this.stop();
    this.handlers.onerror(error instanceof ApiError ? error : new ApiError('Error', String(error), 0));
  }
}
