// The list with what belongs to it: its rows, live ones, and what stands there instead of rows.
import * as api from '../base/api.js';
import {byId, h, icon, textButton} from '../base/dom.js';
import {say, toast} from '../base/messages.js';
import {readPoint} from '../base/range.js';
import {filters} from '../base/state.js';
import {apiText} from '../base/zone.js';
import {List} from './list.js';
import {nearest} from './nearest.js';
import {Rows} from './rows.js';

/** @import {Filters, Row, Tail as Answer} from '../base/api.js' */
/** @import {State} from '../base/state.js' */

/**
 * @typedef {import('./list.js').Handlers & {onchange: () => void, onlive: () => void,
 *   set: (patch: Partial<State>) => void}} Handlers onchange: rows came, or an error; onlive: new records
 */

/** A relative end stands still. @param {string} text */
function absolute(text) {
  const point = /^[-+]P/i.test(text) ? readPoint(text, api.now()) : null;
  return point ? apiText(point.start) : text;
}

export class RecordsView {
  /** Live rows that came elsewhere. */
  #unseen = 0;
  /** A record is being read: new rows wait. */
  #held = false;
  /** @type {Condition} */
  #condition = 'off';
  /** Scrolled to when there are so many. @type {number | null} */
  #top = null;
  /** Stays in sight while rows come above it. @type {import('./list.js').Place | null} */
  #place = null;
  #answered = false;
  /** @type {State} */
  #state;

  /** @param {HTMLElement} host @param {State} state @param {Handlers} handlers */
  constructor(host, state, handlers) {
    this.#state = state;
    this.handlers = handlers;
    this.rows = new Rows(api, () => this.#changed());
    this.list = new List(host, this.rows, {...handlers, onscroll: () => this.#scrolled()});
    this.pill = h('button', {'class': 'new-pill', 'hidden': true, 'onclick': () => this.follow()});
    host.append(this.pill);
    this.tail = new Tail({
      fetch: api.tail,
      onrecords: (records) => this.#arrived(records),
      oncondition: (condition) => this.#tell(condition),
      onerror: (error) => {
        handlers.set({tail: false});
        toast(`Live ended: ${error.message}`, 'error');
      },
    });
  }

  get frozen() {
    return this.rows.frozen;
  }

  /** Live rows as well. @returns {import('../base/api.js').Filters} */
  get shown() {
    const newest = this.rows.at(this.rows.turn(0));
    return newest && this.rows.live ? {...this.frozen, before: newest.ts} : this.frozen;
  }

  /** @param {State} state @param {{top?: number}} [options] */
  async load(state, {top = 0} = {}) {
    this.#state = state;
    this.#top = top || null;
    this.#answered = false;
    this.#unseen = 0;
    this.#held = false;
    this.#place = null;
    this.list.scroller.to(0, true);
    const logrec = state.columns.some((path) => path.startsWith('$'));
    const wanted = filters(state);
    if (state.tail) {
      await this.tail.begin(wanted, logrec);
    } else {
      this.tail.stop();
    }
    if (this.#state === state) {
      await this.rows.load({...wanted, after: absolute(wanted.after ?? ''), before: absolute(wanted.before ?? '')},
        {logrec, oldest: state.order === 'oldest'});
    }
  }

  /** The newest are in sight. */
  get #atNewest() {
    const {position, end} = this.list.scroller;
    return position === (this.rows.oldest ? end : 0);
  }

  #changed() {
    const {rows, list} = this;
    // Not only in the next frame: who goes to a row that is known now is to get there.
    list.scroller.resize({length: rows.length});
    if (this.#top !== null && (rows.total !== null || rows.length > this.#top)) {
      list.scroller.to(this.#top, true);
      this.#top = null;
    }
    if (this.#place) {
      list.keepPlace(this.#place);
    }
    list.draw();
    list.setNote(this.#note());
    if (!this.#answered && rows.total !== null) {
      this.#answered = true;
      say(rows.total === 1 ? '1 record' : `${rows.total.toLocaleString()} records`);
    }
    this.handlers.onchange();
  }

  #note() {
    const {error, loading, length, total} = this.rows;
    if (error) {
      // The banner says it.
      return error.status === 0 && length > 0 ? null : this.#failure(error);
    }
    if (loading || length > 0 || total !== 0) {
      return null;
    }
    const {after, before, level, names, query, search} = this.#state;
    if (!after && !before && !level && !names.length && !query && !search) {
      return document.createElement('ch-empty');
    }
    const drop = (/** @type {string} */ words, /** @type {Partial<State>} */ patch) =>
      textButton(words, () => this.handlers.set(patch), 'button');
    return h('div', {'class': 'list-message'}, h('h2', {}, 'Nothing matches'),
      h('p', {'class': 'hint'}, 'No record passes everything that is asked for. Ask for less:'),
      h('div', {'class': 'list-message-tools'},
        (after || before) && nearest(this.#state, this.handlers.set),
        (after || before) && drop('Any time', {after: '', before: ''}),
        level > 0 && drop('Any level', {level: 0}),
        names.length > 0 && drop('Any logger', {names: []}),
        search && drop('Any text', {search: ''}),
        query && drop('No query', {query: ''})));
  }

  /** @param {import('../base/api.js').ApiError} error */
  #failure(error) {
    const again = () => this.rows.length ? this.rows.retry() : this.load(this.#state);
    const {inQuery} = error;
    const query = error.status === 403 && this.#state.query;
    const [title, words] = inQuery ? ['The query is not understood', 'What is wrong stands under it.']
      : error.type === 'StorageQueryError' ? ['The query takes too long', `${error.message}. A shorter range or a further condition helps.`]
      : error.type === 'Cancelled' ? ['Cancelled', 'The search was given up before its answer came.']
      : error.status === 403 ? ['Not allowed', `${error.message}.${query ? ' Conditions need that one; words, levels, loggers and times do not.' : ''}`]
      : error.status === 0 ? ['No connection', `${error.message}. It is tried again by itself.`]
      : ['The records could not be read', error.message];
    const message = h('div', {'class': 'list-message failed', 'role': 'alert'}, h('h2', {}, title), h('p', {}, words),
      query ? h('pre', {'class': 'list-message-query'}, query) : null,
      query ? textButton('The rest, without it', () => this.handlers.set({query: ''}), 'button primary') : inQuery ? null : h('button', {'class': 'button', 'onclick': again}, icon('reload'), 'Try again'));
    message.classList.toggle('over', this.rows.length > 0);
    return message;
  }

  #scrolled() {
    this.#place = null;
    if (this.#atNewest) {
      this.#held = false;
      this.#seeNew();
    } else {
      this.#tell(this.#condition);
    }
    this.handlers.onscroll();
  }

  hold() {
    this.#held = true;
    this.#tell(this.#condition);
  }

  release() {
    if (this.#atNewest) {
      this.#held = false;
    }
    this.#tell(this.#condition);
  }

  follow() {
    this.#held = false;
    this.list.scroller.to(this.rows.turn(0));
    this.#seeNew();
    this.list.draw();
  }

  #seeNew() {
    this.#unseen = 0;
    this.#tell(this.#condition);
  }

  /** @param {Row[]} records */
  #arrived(records) {
    const follow = this.#atNewest && !this.#held;
    this.#place = follow ? null : this.#place ?? this.list.place();
    const fresh = this.rows.arrived(records);
    if (fresh) {
      this.list.keepPlace(this.#place);
      this.#unseen = follow ? 0 : this.#unseen + fresh;
    }
    this.#tell(this.#condition);
    this.handlers.onlive();
  }

  /** @param {Condition} condition */
  #tell(condition) {
    this.#condition = condition;
    const paused = this.#held || !this.#atNewest;
    const button = byId('tail', HTMLButtonElement);
    const words = condition === 'off' ? 'Live' : condition === 'lost' ? 'Reconnecting' : paused ? 'Paused' : condition === 'behind' ? 'Catching up' : 'Live';
    button.dataset.condition = paused && condition === 'live' ? 'paused' : condition;
    button.setAttribute('aria-pressed', String(condition !== 'off'));
    const label = button.querySelector('span');
    if (label && label.textContent !== words) {
      label.textContent = words;
    }
    this.pill.hidden = condition === 'off' || this.#unseen === 0;
    if (!this.pill.hidden) {
      this.pill.replaceChildren(icon('top'), `${this.#unseen.toLocaleString()} new${this.rows.oldest ? ' at the end' : ''}`);
    }
  }
}

// Live: asks again and again what arrived since a cursor, which stays when the connection is lost.

/** @typedef {'off' | 'live' | 'behind' | 'lost'} Condition behind: there is more */
/**
 * @typedef {{limit: number, logrec: boolean, signal: AbortSignal}} TailOptions
 * @typedef {{fetch: (cursor: string | null, filters: Filters, options: TailOptions) => Promise<Answer>,
 *   onrecords: (records: Row[]) => void, oncondition: (condition: Condition) => void,
 *   onerror: (error: api.ApiError) => void}} TailHandlers
 */

const PAUSE = 1000;
const PAUSE_HIDDEN = 10000;
const PAUSE_BEHIND = 50;
const LONGEST = 30000;
const LIMIT = 1000;

export class Tail {
  #latest = new api.Latest();
  /** @type {(() => void) | null} */
  #wake = null;
  running = false;

  /** @param {TailHandlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /**
   * Who reads the list after this misses nothing. @param {Filters} filters @param {boolean} logrec
   */
  async begin(filters, logrec) {
    this.stop();
    this.running = true;
    const signal = this.#latest.next();
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
    this.#latest.stop();
    if (this.running) {
      this.running = false;
      this.handlers.oncondition('off');
    }
  }

  /** The network is back. */
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
        if (!(error instanceof api.ApiError && error.temporary)) {
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
    if (api.aborted(error)) {
      return;
    }
    this.stop();
    this.handlers.onerror(api.asApiError(error));
  }
}
