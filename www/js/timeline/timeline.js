// The timeline: all that matches, stacked by level, whatever the list has loaded. Dragging zooms, a click goes there.
import {aborted, asApiError, Latest, now} from '../base/api.js';
import {h, icon, iconButton, LEVELS, svg} from '../base/dom.js';
import {readPoint} from '../base/range.js';
import {bins, chooseStep, DAYS, fillTable, rangeText, sums, ticks} from './bins.js';

/** @import {Filters} from '../base/api.js' */
/** @import {Bin, Domain} from './bins.js' */
/** @typedef {{window?: Domain | null, record?: number | null, mark?: number | null}} Marks */
/**
 * @typedef {{fetch: typeof import('../base/api.js').timeline, onzoom: (domain: Domain) => void, onout: () => void,
 *   onback: () => void, onjump: (ms: number) => void}} Handlers
 */

const HEIGHT = 64;
const AXIS = 16;
const BANDS = LEVELS.map(({band}) => band);

export class Timeline {
  /** @type {Bin[]} */
  #bins = [];
  /** @type {Domain} */
  #domain = {from: 0, to: 1};
  #step = DAYS;
  #zone = 'UTC';
  #width = 0;
  /** There is something to draw. */
  #ready = false;
  /** @type {Marks} */
  #marks = {};
  #latest = new Latest();
  /** The bar that keys are at. @type {number | null} */
  #at = null;
  /** @type {number | null} */
  #anchor = null;

  /** @param {HTMLElement} host @param {Handlers} handlers */
  constructor(host, handlers) {
    this.host = host;
    this.handlers = handlers;
    this.caption = h('div', {'class': 'timeline-caption'});
    this.legend = h('div', {'class': 'timeline-legend'});
    this.back = iconButton('back', 'Back to the range before', () => handlers.onback());
    this.out = iconButton('zoom-out', 'Zoom out (-)', () => handlers.onout());
    this.tableButton = iconButton('bars', 'As a table', () => this.#toggleTable());
    this.tableButton.setAttribute('aria-expanded', 'false');
    this.layers = svg('g', {'class': 'timeline-bars'});
    this.axis = svg('g', {'class': 'timeline-axis'});
    this.overlay = svg('g', {'class': 'timeline-overlay'});
    this.graph = svg('svg', {
      'class': 'timeline-graph', 'height': HEIGHT + AXIS, 'tabindex': 0, 'role': 'slider', 'aria-label': 'Records over time',
      'aria-valuemin': 0, 'aria-valuemax': 0, 'aria-valuenow': 0,
      'aria-description': 'Arrow keys choose a bar, with Shift several; Enter goes to its records, z zooms, minus zooms out.',
    }, this.layers, this.axis, this.overlay);
    this.tip = h('div', {'class': 'timeline-tip', 'hidden': true});
    this.failure = h('div', {'class': 'timeline-failure', 'hidden': true});
    this.table = h('div', {'class': 'timeline-table', 'hidden': true, 'tabindex': 0, 'role': 'region', 'aria-label': 'Timeline as a table'});
    host.replaceChildren(
      h('div', {'class': 'timeline-head'}, this.caption, this.legend,
        h('div', {'class': 'timeline-tools'}, this.back, this.out, this.tableButton)),
      h('div', {'class': 'timeline-plot'}, this.graph, this.tip, this.failure), this.table);
    this.#listen();
    new ResizeObserver(() => this.#resize()).observe(this.graph);
    this.canGoBack(false);
  }

  /** @param {boolean} can */
  canGoBack(can) {
    this.back.hidden = !can;
  }

  get domain() {
    return this.#domain;
  }

  #most() {
    return Math.max(24, Math.min(220, Math.floor((this.#width || 1000) / 5)));
  }

  /** Days tell first how far a range without ends goes. @param {Filters} filters @param {string} zone */
  async load(filters, zone) {
    const signal = this.#latest.next();
    this.host.setAttribute('aria-busy', 'true');
    try {
      let {from, to} = this.#ends(filters);
      let days = null;
      if (from === null) {
        days = await this.handlers.fetch(filters, 'day', zone, signal);
        const found = bins(days, DAYS, zone);
        from = found[0]?.start ?? (to ?? now()) - 864e5;
        to ??= Math.max(found.at(-1)?.end ?? 0, from + 6e4);
      }
      to ??= now();
      const step = chooseStep(Math.max(6e4, to - from), this.#most());
      const data = step.group === 'day' && days ? days : await this.handlers.fetch(filters, step.group, zone, signal);
      this.#bins = bins(data, step, zone);
      this.#fit(filters, from, to);
      this.#step = step;
      this.#zone = zone;
      this.#ready = true;
      this.#fail(null);
      this.#at = null;
      this.#anchor = null;
      this.draw();
    } catch (error) {
      if (!aborted(error)) {
        this.#fail(asApiError(error));
      }
    } finally {
      if (!signal.aborted) {
        this.host.setAttribute('aria-busy', 'false');
      }
    }
  }

  /** @param {Filters} filters */
  #ends({after = '', before = ''}) {
    const at = now();
    return {from: readPoint(after, at)?.start.ms ?? null, to: readPoint(before, at)?.start.ms ?? null};
  }

  /** Without ends, those of the records. @param {Filters} filters @param {number} from @param {number} to */
  #fit({after, before}, from, to) {
    const [first, last] = [this.#bins[0], this.#bins.at(-1)];
    const start = !after && first ? first.start : from;
    // Clocks may be ahead.
    const end = !before && last ? (after ? Math.max(to, last.end) : last.end) : to;
    this.#domain = {from: start, to: Math.max(end, start + 1)};
  }

  /** @param {import('../base/api.js').ApiError | null} error */
  #fail(error) {
    this.failure.hidden = !error;
    // The query's are said under it.
    const words = error && !error.inQuery ? `No timeline: ${error.message}` : '';
    this.failure.replaceChildren(h('span', {}, words));
    this.graph.toggleAttribute('hidden', Boolean(error));
    if (error) {
      this.#bins = [];
      this.caption.replaceChildren();
      this.legend.replaceChildren();
      this.#drawOverlay();
    }
  }

  /** @param {boolean} can */
  canGoOut(can) {
    this.out.disabled = !can;
  }

  #resize() {
    const width = this.graph.clientWidth;
    if (width && width !== this.#width) {
      this.#width = width;
      this.draw();
    }
  }

  /** @param {number} ms */
  #x(ms) {
    const {from, to} = this.#domain;
    return ((ms - from) / (to - from)) * this.#width;
  }

  /** @param {number} x */
  #ms(x) {
    const {from, to} = this.#domain;
    return from + (Math.max(0, Math.min(this.#width, x)) / this.#width) * (to - from);
  }

  draw() {
    if (!this.#ready) {
      return;
    }
    this.#drawCaption();
    this.#drawBars();
    this.#drawAxis();
    this.#drawOverlay();
    if (!this.table.hidden) {
      fillTable(this.table, this.#bins, this.#zone);
    }
  }

  #drawCaption() {
    const total = this.#bins.reduce((sum, {count}) => sum + count, 0);
    const per = sums(this.#bins);
    this.caption.replaceChildren(h('strong', {}, total.toLocaleString()), total === 1 ? ' record' : ' records',
      h('span', {'class': 'timeline-bar-length'}, total ? `one bar: ${this.#step.name}` : ''));
    this.legend.replaceChildren(...LEVELS.filter(({band}) => per[band]).map(({band, name}) =>
      h('span', {'class': 'level', 'data-level': band, 'title': name}, icon('level-' + band, ''),
        h('span', {'class': 'legend-name'}, name), ' ', per[band].toLocaleString())));
  }

  #drawBars() {
    const most = Math.max(1, ...this.#bins.map(({count}) => count));
    /** @type {Record<string, string>} */
    const paths = {};
    for (const bin of this.#bins) {
      const [left, right] = [Math.max(0, this.#x(bin.start)), Math.min(this.#width, this.#x(bin.end))];
      const gap = right - left > 4 ? 1 : right - left > 2 ? 0.5 : 0;
      let base = HEIGHT;
      for (const band of BANDS.toReversed()) {
        const count = bin.bands[band] ?? 0;
        if (count) {
          // One among thousands is still seen.
          const tall = Math.max(1.5, (count / most) * (HEIGHT - 6));
          paths[band] = `${paths[band] ?? ''}M${left.toFixed(1)} ${base.toFixed(1)}V${(base - tall).toFixed(1)}`
            + `H${Math.max(left + 1, right - gap).toFixed(1)}V${base.toFixed(1)}z`;
          base -= tall;
        }
      }
    }
    this.layers.replaceChildren(...BANDS.filter((band) => paths[band]).map((band) =>
      svg('path', {'d': paths[band], 'data-level': band})));
    this.graph.setAttribute('aria-valuemax', String(Math.max(0, this.#bins.length - 1)));
    this.#tellBar();
  }

  #drawAxis() {
    const nodes = !this.#bins.length ? [] : ticks(this.#domain, Math.max(2, this.#width / 80), this.#zone).map(({at, text, major}) => {
      const x = this.#x(at);
      const words = svg('text', {'x': x + 3, 'y': HEIGHT + 12, 'class': major ? 'major' : null});
      words.textContent = x < this.#width - 30 ? text : '';
      return svg('g', {}, svg('line', {x1: x, x2: x, y1: 0, y2: HEIGHT + AXIS}), words);
    });
    this.axis.replaceChildren(svg('line', {'class': 'ground', 'x1': 0, 'x2': this.#width, 'y1': HEIGHT + 0.5, 'y2': HEIGHT + 0.5}), ...nodes);
  }

  /** @param {Marks} marks */
  mark(marks) {
    this.#marks = {...this.#marks, ...marks};
    this.#drawOverlay();
  }

  #drawOverlay() {
    const {window, record, mark} = this.#marks;
    const nodes = [];
    if (window && this.#bins.length) {
      const x = Math.max(0, Math.min(this.#width - 3, this.#x(window.from) - 1));
      const width = Math.max(3, Math.min(this.#width, this.#x(window.to) + 1) - x);
      nodes.push(svg('rect', {'class': 'in-sight', x, 'y': 0, width, 'height': HEIGHT}));
    }
    for (const [ms, kind] of /** @type {[number | null | undefined, string][]} */ ([[mark, 'marked'], [record, 'opened']])) {
      if (ms !== null && ms !== undefined && ms >= this.#domain.from && ms <= this.#domain.to) {
        const x = this.#x(ms);
        nodes.push(svg('g', {'class': kind}, svg('line', {x1: x, x2: x, y1: 0, y2: HEIGHT}),
          svg('path', {d: `M${x - 4} 0h8l-4 6z`})));
      }
    }
    const chosen = this.#selection();
    if (chosen) {
      const [x, end] = [this.#x(chosen.from), this.#x(chosen.to)];
      nodes.push(svg('rect', {'class': 'chosen', x, 'y': 0, 'width': Math.max(1, end - x), 'height': HEIGHT}));
    }
    this.overlay.replaceChildren(...nodes);
  }

  /** @type {Domain | null} */
  #dragged = null;

  /** @returns {Domain | null} */
  #selection() {
    if (this.#dragged) {
      return this.#dragged;
    }
    const [a, b] = [this.#bins[this.#at ?? -1], this.#bins[this.#anchor ?? this.#at ?? -1]];
    return a && b && document.activeElement === this.graph
      ? {from: Math.min(a.start, b.start), to: Math.max(a.end, b.end)} : null;
  }

  #listen() {
    const {graph} = this;
    let from = -1;
    const x = (/** @type {PointerEvent} */ event) => event.clientX - graph.getBoundingClientRect().left;
    graph.addEventListener('pointerdown', (event) => {
      if (event.button === 0 && this.#bins.length) {
        from = x(event);
        graph.setPointerCapture(event.pointerId);
      }
    });
    graph.addEventListener('pointermove', (event) => {
      if (from >= 0 && Math.abs(x(event) - from) > 4) {
        const [a, b] = [this.#ms(from), this.#ms(x(event))];
        this.#dragged = {from: Math.min(a, b), to: Math.max(a, b)};
        this.#drawOverlay();
        this.#showTip(x(event), rangeText(this.#dragged.from, this.#dragged.to, this.#zone), null);
      } else {
        this.#hover(x(event));
      }
    });
    graph.addEventListener('pointerup', (event) => {
      if (this.#dragged) {
        this.handlers.onzoom(this.#dragged);
      } else if (from >= 0) {
        this.handlers.onjump(this.#ms(x(event)));
      }
      from = -1;
      this.#dragged = null;
      this.tip.hidden = true;
    });
    graph.addEventListener('pointercancel', () => {
      from = -1;
      this.#dragged = null;
      this.#drawOverlay();
    });
    graph.addEventListener('pointerleave', () => { this.tip.hidden = true; });
    graph.addEventListener('keydown', (event) => this.#key(event));
    graph.addEventListener('blur', () => this.#drawOverlay());
    graph.addEventListener('focus', () => this.#drawOverlay());
  }

  /** @param {number} x */
  #hover(x) {
    const ms = this.#ms(x);
    // Two pixels are hard to hit.
    const near = (3 / this.#width) * (this.#domain.to - this.#domain.from);
    const bin = this.#bins.find(({start, end}) => ms >= start && ms < end)
      ?? this.#bins.find(({start, end}) => ms >= start - near && ms < end + near);
    if (bin) {
      this.#showTip(x, rangeText(bin.start, bin.end, this.#zone), bin);
    } else {
      this.tip.hidden = true;
    }
  }

  /** @param {number} x @param {string} title @param {Bin | null} bin */
  #showTip(x, title, bin) {
    const lines = bin ? LEVELS.toReversed().filter(({band}) => bin.bands[band]).map(({band, name}) =>
      h('div', {'class': 'tip-line'}, h('span', {'class': 'level', 'data-level': band}, icon('level-' + band, ''), name),
        h('span', {}, bin.bands[band].toLocaleString()))) : [];
    this.tip.replaceChildren(
      h('div', {'class': 'tip-line tip-title'}, h('span', {}, title), bin && h('span', {}, bin.count.toLocaleString())),
      ...lines, h('div', {'class': 'tip-hint'}, bin ? 'Click to go there, drag to zoom' : 'Let go to zoom'));
    this.tip.hidden = false;
    const width = this.tip.offsetWidth;
    this.tip.style.left = `${Math.max(0, Math.min(this.#width - width, x - width / 2))}px`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.#bins.length - 1;
    const at = this.#at ?? last + 1;
    const to = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10}[event.key];
    const chosen = this.#selection();
    if (to !== undefined && last >= 0) {
      this.#anchor = event.shiftKey ? this.#anchor ?? this.#at : null;
      this.#at = Math.max(0, Math.min(last, to));
      this.#tellBar();
      this.#drawOverlay();
    } else if (event.key === 'Enter' && chosen) {
      this.handlers.onjump(chosen.to - 1);
    } else if ((event.key === 'z' || event.key === '+') && chosen) {
      this.handlers.onzoom(chosen);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #tellBar() {
    const bin = this.#bins[this.#at ?? this.#bins.length - 1];
    this.graph.setAttribute('aria-valuenow', String(this.#at ?? Math.max(0, this.#bins.length - 1)));
    this.graph.setAttribute('aria-valuetext', bin ? `${rangeText(bin.start, bin.end, this.#zone)}: ${bin.count} records, `
      + LEVELS.filter(({band}) => bin.bands[band]).map(({band, name}) => `${bin.bands[band]} ${name}`).join(', ') : 'No records');
  }

  #toggleTable() {
    this.table.hidden = !this.table.hidden;
    this.tableButton.setAttribute('aria-expanded', String(!this.table.hidden));
    this.draw();
  }
}
