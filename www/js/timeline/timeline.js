// The timeline: all that matches, stacked by level, whatever the list has loaded. Dragging zooms, a click goes there.
import {aborted, asApiError, Latest, now} from '../base/api.js';
import {h, iconButton, LEVELS, sendSet, svg, textButton} from '../base/dom.js';
import {formatTs} from '../base/zone.js';
import {binText, bracket, countOf, DAYS, fillFar, fillTable, legend, rangeText, stack, sums, ticks, tipLines} from './bins.js';
import {readBars} from './read.js';

/** @import {Filters} from '../base/api.js' */
/** @import {Bin, Domain} from './bins.js' */
/** @import {Bars, Far, Source} from './read.js' */
/** @typedef {{window?: Domain | null, record?: number | null, mark?: number | null}} Marks */
/**
 * @typedef {{source: Source, onzoom: (domain: Domain) => void, onout: () => void,
 *   onback: () => void, onjump: (ms: number) => void}} Handlers
 */

const HEIGHT = 64;
const AXIS = 16;
const BANDS = LEVELS.map(({band}) => band);
/** Milliseconds that clocks may be ahead. */
const AHEAD = 5000;

export class Timeline {
  /** @type {Bin[]} */
  #bins = [];
  /** @type {Domain} */
  #domain = {from: 0, to: 1};
  #step = DAYS;
  #zone = 'UTC';
  /** @type {Far} */
  #far = {before: null, after: null};
  /** When the bars were read. */
  #read = 0;
  /** As many as the list has; null: it does not know. @type {number | null} */
  #told = null;
  /** hide: bands; log: a logarithmic scale */
  #look = {hide: /** @type {string[]} */ ([]), log: false};
  #width = 0;
  /** There is something to draw. */
  #ready = false;
  /** Older records are still searched. */
  #isPart = false;
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
    this.scale = textButton('log', () => sendSet(host, {log: !this.#look.log}), 'button plain small');
    this.scale.title = 'Logarithmic scale: few records are seen beside many';
    this.before = h('button', {'class': 'timeline-far', 'hidden': true, 'onclick': () => this.#goFar('before')});
    this.after = h('button', {'class': 'timeline-far', 'hidden': true, 'onclick': () => this.#goFar('after')});
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
        h('div', {'class': 'timeline-tools'}, this.scale, this.back, this.out, this.tableButton)),
      h('div', {'class': 'timeline-plot'}, this.before, this.graph, this.after, this.tip, this.failure), this.table);
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

  /** @param {Filters} filters @param {string} zone */
  async load(filters, zone) {
    const signal = this.#latest.next();
    this.host.setAttribute('aria-busy', 'true');
    try {
      const onpart = (/** @type {Bars} */ bars) => this.#show(bars, zone, true);
      this.#show(await readBars(this.handlers.source, filters, zone, this.#most(), signal, onpart), zone);
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

  /** @param {Bars} bars @param {string} zone @param {boolean} [isPart] */
  #show({bins, step, domain, far}, zone, isPart = false) {
    [this.#bins, this.#step, this.#domain, this.#far, this.#zone, this.#isPart] = [bins, step, domain, far, zone, isPart];
    this.#read = now();
    this.#ready = true;
    this.#fail(null);
    this.#at = null;
    this.#anchor = null;
    this.draw();
  }

  /** Of all bars. */
  get total() {
    const {before, after} = this.#far;
    return this.#bins.reduce((sum, {count}) => sum + count, (before?.count ?? 0) + (after?.count ?? 0));
  }

  /** What the list has, which the caption says too. @param {number | null} total */
  tell(total) {
    if (total !== this.#told) {
      this.#told = total;
      this.#ready && this.failure.hidden && this.#drawCaption();
    }
  }

  /** @param {{hide: string[], log: boolean}} look */
  set look({hide, log}) {
    this.#look = {hide, log};
    this.scale.setAttribute('aria-pressed', String(log));
    this.draw();
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
      this.#far = {before: null, after: null};
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
    fillFar(this.before, this.#far.before, 'before', this.#zone);
    fillFar(this.after, this.#far.after, 'after', this.#zone);
    this.#drawBars();
    this.#drawAxis();
    this.#drawOverlay();
    if (!this.table.hidden) {
      fillTable(this.table, this.#bins, this.#zone);
    }
  }

  #drawCaption() {
    const {total} = this;
    const said = this.#told ?? total;
    const ahead = [...this.#bins, ...(this.#far.after ? [this.#far.after] : [])].filter(({start}) => start > now() + AHEAD)
      .reduce((sum, {count}) => sum + count, 0);
    this.caption.replaceChildren(h('strong', {}, said.toLocaleString()), said === 1 ? ' record' : ' records',
      this.#isPart ? ' so far\u2026' : '',
      said === total || this.#isPart ? '' : h('span', {'class': 'timeline-older'},
        `bars: ${total.toLocaleString()}, of ${formatTs({ms: this.#read, us: 0}, this.#zone, {date: false, digits: 0})}`),
      ahead ? h('span', {'class': 'timeline-ahead'}, `${ahead.toLocaleString()} in the future`) : '',
      h('span', {'class': 'timeline-bar-length'}, total ? `one bar: ${this.#step.name}` : ''));
    const at = [...this.legend.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.legend.replaceChildren(...legend(sums(this.#bins), this.#look.hide, (hide) => sendSet(this.host, {hide})));
    /** @type {HTMLElement | undefined} */ (this.legend.children[at])?.focus();
  }

  /** @param {keyof Far} side */
  #goFar(side) {
    const far = this.#far[side];
    far && this.handlers.onzoom({from: far.start, to: far.end});
  }

  #drawBars() {
    const bands = BANDS.filter((band) => !this.#look.hide.includes(band)).toReversed();
    const most = Math.max(1, ...this.#bins.map((bin) => countOf(bin, bands)));
    /** @type {Record<string, string>} */
    const paths = {};
    for (const bin of this.#bins) {
      const [left, right] = [Math.max(0, this.#x(bin.start)), Math.min(this.#width, this.#x(bin.end))];
      const gap = right - left > 4 ? 1 : right - left > 2 ? 0.5 : 0;
      let base = HEIGHT;
      for (const [band, tall] of stack(bin, bands, most, this.#look.log, HEIGHT - 8)) {
        paths[band] = `${paths[band] ?? ''}M${left.toFixed(1)} ${base.toFixed(1)}V${(base - tall).toFixed(1)}`
          + `H${Math.max(left + 1, right - gap).toFixed(1)}V${base.toFixed(1)}z`;
        base -= tall;
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
    const today = now();
    if (today > this.#domain.from && today < this.#domain.to && (this.#bins.at(-1)?.start ?? 0) > today + AHEAD) {
      nodes.push(svg('line', {'class': 'now', 'x1': this.#x(today), 'x2': this.#x(today), 'y1': 0, 'y2': HEIGHT + AXIS}));
    }
    if (window && this.#bins.length) {
      const x = Math.max(1, Math.min(this.#width - 3, this.#x(window.from) - 1));
      nodes.push(bracket('in-sight', x, Math.max(x + 3, Math.min(this.#width - 1, this.#x(window.to) + 1)), 5));
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
      nodes.push(bracket('chosen', this.#x(chosen.from), this.#x(chosen.to), HEIGHT));
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
    this.tip.replaceChildren(...tipLines(title, bin));
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
    this.graph.setAttribute('aria-valuetext', bin ? binText(bin, this.#zone) : 'No records');
  }

  #toggleTable() {
    this.table.hidden = !this.table.hidden;
    this.tableButton.setAttribute('aria-expanded', String(!this.table.hidden));
    this.draw();
  }
}
