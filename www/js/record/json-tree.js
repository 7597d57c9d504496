// <ch-tree>: a JSON value as rows that fold. Arrow keys move, Enter opens what one can do with a value.
import {h, icon, takeKey} from '../base/dom.js';
import {pathOf} from '../query/edit.js';
import {fieldButtons, openFieldMenu, putText} from './field-menu.js';

/** @import {Key} from '../query/edit.js' */

/**
 * @typedef {{keys: Key[], value: unknown, depth: number, position: number, size: number, inArray: boolean}} Node
 *   position: from 1; size: of its set
 */

/** Shown at a time: members, characters. */
const MEMBERS = 100;
const TEXT = 500;

/** From record to record. @type {Map<string, boolean>} */
const folds = new Map();

/** @param {unknown} value */
function isNested(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {object} value */
function summary(value) {
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    return keys.length === 0 ? '[ ]' : `[ ${keys.length} ]`;
  }
  const names = keys.slice(0, 4).join(', ');
  return keys.length === 0 ? '{ }'
    : `{ ${names.length > 48 ? names.slice(0,
    47) + '\u2026' : names}${keys.length > 4 ? `, \u2026 ${keys.length}` : ''} }`;
}

/** How many values are in it. @param {unknown} value @param {number} limit @returns {number} */
function countTo(value, limit) {
  let count = 1;
  for (const part of isNested(value) ? Object.values(value) : []) {
    count += count < limit ? countTo(part, limit - count) : 0;
  }
  return count;
}

export class ChTree extends HTMLElement {
  /** @type {Map<HTMLElement, Node>} */
  #nodes = new Map();

  /** @param {object} value @param {string} label @param {Key[]} [keys] where it is */
  show(value, label, keys = []) {
    this.#nodes.clear();
    this.setAttribute('role', 'tree');
    this.setAttribute('aria-label', label);
    this.replaceChildren(...this.#children({keys, value, depth: 0, position: 1, size: 1, inArray: false}));
    this.#makeTabStop(this.querySelector('[role=treeitem]'));
  }

  constructor() {
    super();
    this.addEventListener('keydown', (event) => this.#onKey(event));
    this.addEventListener('click', (event) => this.#onClick(event));
    this.addEventListener('focusin', (event) => this.#makeTabStop(this.#rowOf(event)));
  }

  /** @param {Node} parent @param {number} [from] */
  #children(parent, from = 0) {
    const value = /** @type {object} */ (parent.value);
    const inArray = Array.isArray(value);
    const entries = Object.entries(value);
    const rows = entries.slice(from, from + MEMBERS)
      .flatMap(([key, part], i) => this.#rows({keys: [...parent.keys, inArray ? Number(key) : key],
      value: part, depth: parent.depth + 1, position: from + i + 1, size: entries.length, inArray}));
    return entries.length > from + MEMBERS ? [...rows, this.#moreRow(parent, from + MEMBERS, entries.length)] : rows;
  }

  /** @param {Node} node @returns {HTMLElement[]} */
  #rows(node) {
    const open = isNested(node.value) && Object.keys(node.value).length > 0 ? this.#isOpen(node) : undefined;
    const row = this.#row(node, open);
    return open ? [row, ...this.#children(node)] : [row];
  }

  /** @param {Node} node */
  #isOpen(node) {
    const path = pathOf(node.keys);
    // The facts and the traceback above have said most of those two.
    return folds.get(path)
      ?? (node.depth === 1 ? path !== '$.meta' && path !== '$.error' : countTo(node.value, 60) < 60);
  }

  /** @param {Node} node @param {boolean | undefined} open undefined: nothing is below it */
  #row(node, open) {
    const key = String(node.keys.at(-1));
    const row = h('div', {'class': 'tree-row', 'role': 'treeitem', 'tabindex': '-1', 'aria-level': node.depth,
      'aria-expanded': open === undefined ? null : String(open),
      'aria-setsize': node.size, 'aria-posinset': node.position, 'aria-haspopup': open === undefined ? 'menu' : null},
    icon(open === undefined ? 'none' : 'chevron', 'icon tree-arrow'),
    h('span', {'class': node.inArray ? 'tree-key tree-index' : 'tree-key'}, key), this.#value(node),
      fieldButtons(this.#field(node)));
    row.style.setProperty('--depth', String(node.depth - 1));
    this.#nodes.set(row, node);
    return row;
  }

  /** @param {Node} node */
  #field({keys, value, inArray}) {
    return {path: pathOf(keys), value, ...(inArray ? {array: {path: pathOf(keys.slice(0, -1))}} : {})};
  }

  /** @param {Node} node */
  #value({value}) {
    if (isNested(value)) {
      return h('span', {'class': 'tree-value', 'data-kind': 'nested'}, summary(value));
    }
    return putText(h('span', {'class': 'tree-value', 'data-kind': value === null ? 'null' : typeof value}),
      value === '' ? '\u201c\u201d' : String(value), TEXT);
  }

  /** @param {Node} parent @param {number} from @param {number} size */
  #moreRow(parent, from, size) {
    const row = h('div', {'class': 'tree-row tree-more', 'role': 'treeitem', 'tabindex': '-1',
      'aria-level': parent.depth + 1}, icon('none', 'icon tree-arrow'),
      `${Math.min(MEMBERS, size - from)} more of ${size.toLocaleString()}`);
    row.style.setProperty('--depth', String(parent.depth));
    row.addEventListener('click', (event) => {
      event.stopPropagation();
      const rows = this.#children(parent, from);
      row.replaceWith(...rows);
      rows[0].focus();
    });
    return row;
  }

  /** @param {HTMLElement} row @param {boolean} open */
  #fold(row, open) {
    const node = this.#nodes.get(row);
    if (!node || row.getAttribute('aria-expanded') !== String(!open)) {
      return;
    }
    folds.set(pathOf(node.keys), open);
    row.setAttribute('aria-expanded', String(open));
    if (open) {
      row.after(...this.#children(node));
      return;
    }
    while (row.nextElementSibling && Number(row.nextElementSibling.getAttribute('aria-level')) > node.depth) {
      this.#nodes.delete(/** @type {HTMLElement} */ (row.nextElementSibling));
      row.nextElementSibling.remove();
    }
  }

  /** Enter, or a click. @param {HTMLElement} row */
  #act(row) {
    const node = this.#nodes.get(row);
    if (row.hasAttribute('aria-expanded')) {
      this.#fold(row, row.getAttribute('aria-expanded') === 'false');
    } else if (node) {
      this.#menu(row);
    } else {
      row.click();
    }
  }

  /** @param {Event} event @returns {HTMLElement|null} */
  #rowOf(event) {
    return event.target instanceof Element ? event.target.closest('[role=treeitem]') : null;
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const row = this.#rowOf(event);
    // Not while text is selected.
    if (row && !(event.target instanceof Element && event.target.closest('button'))
      && getSelection()?.isCollapsed !== false) {
      row.focus();
      this.#act(row);
    }
  }

  /** @param {HTMLElement|null} row */
  #makeTabStop(row) {
    if (row) {
      this.querySelectorAll('[role=treeitem][tabindex="0"]').forEach((other) => other.setAttribute('tabindex', '-1'));
      row.tabIndex = 0;
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const row = this.#rowOf(event);
    if (!row || row !== event.target || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('[role=treeitem]')]);
    const at = rows.indexOf(row);
    const open = row.getAttribute('aria-expanded');
    const level = Number(row.getAttribute('aria-level'));
    takeKey(event, {
      ArrowDown: () => rows[at + 1]?.focus(),
      ArrowUp: () => rows[at - 1]?.focus(),
      Home: () => rows[0].focus(),
      End: () => rows[rows.length - 1].focus(),
      ArrowRight: () => open === 'true' ? rows[at + 1]?.focus() : this.#fold(row, true),
      ArrowLeft: () => open === 'true' ? this.#fold(row, false)
        : rows.slice(0, at).findLast((other) => Number(other.getAttribute('aria-level')) < level)?.focus(),
      'Enter': () => this.#act(row),
      ' ': () => this.#act(row),
      'ContextMenu': () => this.#menu(row),
    });
  }

  /** @param {HTMLElement} row */
  #menu(row) {
    const node = this.#nodes.get(row);
    if (node) {
      openFieldMenu(row, this.#field(node));
    }
  }
}

customElements.define('ch-tree', ChTree);
