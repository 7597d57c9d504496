// Scrolling through any number of rows. Browsers cap the height of an element (17.9 million pixels in Firefox), so there
// is no tall element: the position is a number of rows, moved by wheel, touch, keys and a scroll bar of our own.
import {h} from '../base/dom.js';

const THUMB = 32;

export class Scroller {
  /** First row in sight; the fraction of it is scrolled out. */
  position = 0;
  #length = 0;
  #rowHeight = 26;
  #height = 0;
  /** Pixels a millisecond, of a finger. */
  #speed = 0;
  #gliding = 0;

  /**
   * @param {HTMLElement} viewport @param {HTMLElement} bar
   * @param {{onscroll: () => void, label: (row: number) => string}} options label: said while the bar is dragged
   */
  constructor(viewport, bar, {onscroll, label}) {
    this.viewport = viewport;
    this.bar = bar;
    this.onscroll = onscroll;
    this.label = label;
    this.thumb = h('div', {'class': 'bar-thumb'});
    this.bubble = h('div', {'class': 'bar-bubble', 'hidden': true});
    bar.append(this.thumb, this.bubble);
    viewport.addEventListener('wheel', (event) => this.#wheel(event), {passive: false});
    this.#listenTouch();
    this.#listenBar();
  }

  /** Rows that fit. */
  get page() {
    return this.#height / this.#rowHeight;
  }

  get end() {
    return Math.max(0, this.#length - this.page);
  }

  get length() {
    return this.#length;
  }

  /** @param {{length?: number, rowHeight?: number, height?: number}} sizes */
  resize({length = this.#length, rowHeight = this.#rowHeight, height = this.#height}) {
    this.#length = length;
    this.#rowHeight = rowHeight;
    this.#height = height;
    this.position = Math.min(this.position, this.end);
    this.draw();
  }

  /** @param {number} position @param {boolean} [quietly] */
  to(position, quietly = false) {
    const next = Math.max(0, Math.min(position, this.end));
    if (next !== this.position) {
      this.position = next;
      this.draw();
      if (!quietly) {
        this.onscroll();
      }
    }
  }

  /** No more than is needed. @param {number} row @param {number} [context] rows beyond it */
  reveal(row, context = 0) {
    const page = Math.floor(this.page);
    const room = Math.min(context, Math.floor((page - 1) / 2));
    if (row - room < this.position) {
      this.to(row - room);
    } else if (row + 1 + room > this.position + this.page) {
      this.to(row + 1 + room - this.page);
    }
  }

  draw() {
    const track = this.bar.clientHeight;
    const share = this.#length ? Math.min(1, this.page / this.#length) : 1;
    const size = Math.max(THUMB, share * track);
    const top = this.end ? (this.position / this.end) * (track - size) : 0;
    this.bar.classList.toggle('unused', share >= 1);
    this.thumb.style.height = `${size}px`;
    this.thumb.style.transform = `translateY(${top}px)`;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      return;
    }
    const unit = [1 / this.#rowHeight, 1, this.page][event.deltaMode];
    const before = this.position;
    this.to(this.position + event.deltaY * unit);
    if (this.position !== before || this.end > 0) {
      event.preventDefault();
    }
  }

  #listenTouch() {
    let y = 0;
    let time = 0;
    let touching = -1;
    const {viewport} = this;
    viewport.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'touch') {
        cancelAnimationFrame(this.#gliding);
        touching = event.pointerId;
        [y, time, this.#speed] = [event.clientY, event.timeStamp, 0];
      }
    });
    viewport.addEventListener('pointermove', (event) => {
      if (event.pointerId === touching) {
        const moved = y - event.clientY;
        const elapsed = Math.max(1, event.timeStamp - time);
        this.#speed = 0.7 * (moved / elapsed) + 0.3 * this.#speed;
        [y, time] = [event.clientY, event.timeStamp];
        this.to(this.position + moved / this.#rowHeight);
      }
    });
    viewport.addEventListener('pointerup', (event) => {
      if (event.pointerId === touching) {
        touching = -1;
        if (event.timeStamp - time < 80 && Math.abs(this.#speed) > 0.1) {
          this.#glide(performance.now());
        }
      }
    });
    viewport.addEventListener('pointercancel', () => { touching = -1; });
  }

  /** @param {number} before */
  #glide(before) {
    this.#gliding = requestAnimationFrame((now) => {
      const elapsed = Math.min(50, now - before);
      const from = this.position;
      this.to(from + (this.#speed * elapsed) / this.#rowHeight);
      this.#speed *= Math.exp(-elapsed / 325);
      if (Math.abs(this.#speed) > 0.02 && this.position !== from) {
        this.#glide(now);
      }
    });
  }

  #listenBar() {
    const {bar, thumb, bubble} = this;
    let grip = 0;
    const drag = (/** @type {PointerEvent} */ event) => {
      const box = bar.getBoundingClientRect();
      const way = box.height - thumb.offsetHeight;
      const y = event.clientY - box.top - grip;
      this.to(way > 0 ? Math.max(0, Math.min(1, y / way)) * this.end : 0);
      bubble.hidden = false;
      bubble.textContent = this.label(Math.floor(this.position));
      bubble.style.top = `${Math.max(0, Math.min(box.height - 24, event.clientY - box.top - 12))}px`;
    };
    const stop = () => {
      bubble.hidden = true;
      bar.classList.remove('dragging');
    };
    bar.addEventListener('pointerdown', (event) => {
      if (event.button === 0) {
        event.preventDefault();
        const box = thumb.getBoundingClientRect();
        const inside = event.clientY >= box.top && event.clientY <= box.bottom;
        grip = inside ? event.clientY - box.top : box.height / 2;
        bar.setPointerCapture(event.pointerId);
        bar.classList.add('dragging');
        drag(event);
      }
    });
    bar.addEventListener('pointermove', (event) => bar.hasPointerCapture(event.pointerId) && drag(event));
    bar.addEventListener('pointerup', stop);
    bar.addEventListener('pointercancel', stop);
    bar.addEventListener('wheel', (event) => this.#wheel(event), {passive: false});
  }

  /** Rows came in. */
  refreshLabel() {
    if (!this.bubble.hidden) {
      this.bubble.textContent = this.label(Math.floor(this.position));
    }
  }
}
