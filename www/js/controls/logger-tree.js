// <ch-loggers>: a button, and under it the logger names as a tree with counts, any of them to choose or to mute: that is
// a condition of the query.
import {aborted, Latest, names as fetchNames} from '../base/api.js';
import {h, icon, popover, reason, sendSet, takeKey, textButton} from '../base/dom.js';
import {add, muteCondition, mutedNames, remove} from '../query/edit.js';
import {seenNames} from '../query/words.js';

/** @import {State} from '../base/state.js' */

const ERROR = 40;

/** 1.2k @param {number} count */
function short(count) {
  return new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 1}).format(count).toLowerCase();
}

export class ChLoggers extends HTMLElement {
  /** @type {string[]} */
  #value = [];
  /** @type {State|null} */
  #filter = null;
  /** @type {Named[]} */
  #list = [];
  /** @type {Branch[]} */
  #tree = [];
  /** @type {Set<string>} */
  #open = new Set();
  #latest = new Latest();
  /** A row is pressed: it has to be there until it is let go, or nothing is clicked. */
  #pressed = false;
  #label = h('span', {'class': 'button-label'});
  #button = h('button', {'class': 'button loggers-button', 'title': 'Loggers'}, icon('tree'),
    this.#label);
  #search = h('input', {'class': 'field', 'type': 'search', 'autofocus': true, 'placeholder': 'Find a logger',
    'aria-label': 'Find a logger', 'spellcheck': 'false', 'autocomplete': 'off'});
  #rows = h('div', {'class': 'loggers-rows', 'role': 'tree', 'aria-label': 'Loggers', 'aria-multiselectable': 'true'});
  #foot = h('div', {'class': 'loggers-foot'});
  #panel = h('div', {'class': 'popover loggers'}, h('div', {'class': 'loggers-search'}, this.#search), this.#rows,
    this.#foot);
  /** @type {ReturnType<typeof popover>|undefined} */
  #popover;

  connectedCallback() {
    this.replaceChildren(this.#button, this.#panel);
    this.#popover = popover(this.#button, this.#panel,
      {onbefore: () => { this.#search.value = ''; }, onopen: () => this.#load()});
    this.#search.addEventListener('input', () => this.#show());
    this.#search.addEventListener('keydown', (event) => this.#onSearchKey(event));
    this.#rows.addEventListener('keydown', (event) => this.#onKey(event));
    this.#rows.addEventListener('pointerdown', () => { this.#pressed = true; });
    for (const end of ['pointerup', 'pointercancel']) {
      addEventListener(end, () => this.#pressed && setTimeout(() => this.#release()));
    }
    this.#showButton();
  }

  get value() {
    return this.#value;
  }

  /** Prefixes. */
  set value(value) {
    this.#value = value;
    this.#showButton();
    if (this.#popover?.isOpen()) {
      this.#show();
    }
  }

  get filter() {
    return this.#filter;
  }

  /** What the counts are of. */
  set filter(filter) {
    this.#filter = filter;
    if (this.#popover?.isOpen()) {
      this.#load();
    }
  }

  #showButton() {
    const [first, ...rest] = this.#value;
    this.#label.textContent = first === undefined ? 'All loggers' : first + (rest.length ? ` +${rest.length}` : '');
    this.#button.title = this.#value.join(', ') || 'Loggers';
    this.#button.toggleAttribute('data-on', this.#value.length > 0);
  }

  async #load() {
    const signal = this.#latest.next();
    const {after, before, level = 0, query = '', search} = this.#filter ?? {};
    // Who is muted can be heard again.
    const filters = {after, before, search, query: mutedNames(query).map(muteCondition).reduce(remove, query)};
    this.#rows.setAttribute('aria-busy', 'true');
    if (!this.#list.length) {
      this.#foot.replaceChildren(h('span', {'class': 'hint'}, 'Counting\u2026'));
    }
    try {
      const [all, errors] = await Promise.all([level, Math.max(level, ERROR)].map((least) =>
        fetchNames({...filters, level: least}, signal)));
      const failed = new Map(errors.map(({name, count}) => [name, count]));
      this.#list = all.map((named) => ({...named, errors: failed.get(named.name) ?? 0}));
      all.forEach(({name}) => seenNames.add(name));
      this.#tree = nameTree(this.#list);
      // One trunk is unfolded.
      if (this.#tree.length === 1) {
        this.#open.add(this.#tree[0].name);
      }
      this.#show();
    } catch (error) {
      if (!aborted(error)) {
        this.#foot.replaceChildren(h('span', {'class': 'error-text', 'role': 'alert'}, reason(error)));
      }
    }
    this.#rows.removeAttribute('aria-busy');
  }

  #release() {
    this.#pressed = false;
    this.#show();
  }

  #show() {
    if (this.#pressed) {
      return;
    }
    const part = this.#search.value.trim().toLowerCase();
    const shown = part ? nameTree(this.#list.filter(({name}) => name.toLowerCase().includes(part))) : this.#tree;
    const most = Math.max(1, ...this.#tree.map((branch) => branch.count));
    const focused = this.#rows.querySelector(':focus')?.getAttribute('data-name');
    const rows = shown.flatMap((branch) => this.#branch(branch, 1, part !== '', most)).slice(0, 500);
    this.#rows.replaceChildren(...rows);
    const stop = rows.find((row) => row.dataset.name === focused) ?? rows[0];
    if (stop) {
      stop.tabIndex = 0;
    }
    if (focused !== null && focused !== undefined) {
      stop?.focus();
    }
    this.#foot.replaceChildren(h('span', {'class': 'hint'},
      rows.length ? `${this.#list.length.toLocaleString()} loggers` : part ? 'No logger has this in its name.'
      : 'No records match.'),
      this.#value.length ? textButton('All loggers', () => this.#choose([])) : '');
  }

  /**
   * @param {Branch} branch @param {number} depth @param {boolean} unfolded @param {number} most
   * @returns {HTMLElement[]}
   */
  #branch(branch, depth, unfolded, most) {
    const foldable = branch.children.length > 0;
    const open = foldable && (unfolded || this.#open.has(branch.name));
    const chosen = isChosen(branch.name, this.#value);
    const isMuted = isChosen(branch.name, this.#muted);
    const partly = !chosen && this.#value.some((prefix) => prefix.startsWith(branch.name + '.'));
    const row = h('div', {'class': 'logger-row', 'role': 'treeitem', 'tabindex': '-1', 'data-name': branch.name,
      'aria-level': depth, 'title': branch.name,
      'aria-expanded': foldable ? String(open) : null, 'aria-selected': String(chosen), 'data-partly': partly,
      'data-muted': isMuted, 'aria-description': isMuted ? 'muted' : null,
        'onclick': () => this.#toggle(branch)},
    foldable ? h('span', {'class': 'logger-fold', 'onclick': (event) => {
      event.stopPropagation();
      this.#fold(branch, !open);
    }}, icon('chevron', 'icon tree-arrow')) : h('span', {'class': 'logger-fold'}),
    h('span', {'class': 'logger-check'}, chosen ? icon('check') : null),
    h('span', {'class': 'logger-part'}, branch.part || '(no name)'),
    this.#rowButton('only', 'Only these', () => this.#choose([branch.name])),
    this.#rowButton(isMuted ? 'unmute' : 'mute', 'All but these (m)', () => this.#mute(branch.name)),
    branch.errors ? h('span', {'class': 'level logger-errors', 'data-level': 'error',
      'title': `${branch.errors.toLocaleString()} of level ERROR and above`}, icon('level-error', ''), short(branch.errors)) : null,
    h('span', {'class': 'logger-count'}, short(branch.count)));
    row.style.setProperty('--depth', String(depth - 1));
    row.style.setProperty('--share', `${branch.count / most * 100}%`);
    return [row, ...(open ? branch.children.flatMap((child) => this.#branch(child, depth + 1, unfolded, most)) : [])];
  }

  /** Keys do it on the row. @param {string} text @param {string} title @param {() => void} run */
  #rowButton(text, title, run) {
    return h('button', {'tabindex': '-1', 'aria-hidden': 'true', 'class': 'text-button logger-only', title, 'onclick': (event) => {
      event.stopPropagation();
      run();
    }}, text);
  }

  get #muted() {
    return mutedNames(this.#filter?.query ?? '');
  }

  /** Or not any longer, with what is muted together with it. @param {string} name */
  #mute(name) {
    const query = this.#filter?.query ?? '';
    const muting = this.#muted.filter((prefix) => name.startsWith(prefix));
    sendSet(this, muting.length ? {query: muting.map(muteCondition).reduce(remove, query)}
      : {query: add(query, muteCondition(name)), names: this.#value.filter((prefix) => !prefix.startsWith(name))});
  }

  /** @param {Branch} branch @param {boolean} open */
  #fold(branch, open) {
    if (open) {
      this.#open.add(branch.name);
    } else {
      this.#open.delete(branch.name);
    }
    this.#show();
  }

  /** @param {Branch} branch */
  #toggle(branch) {
    this.#choose(toggleName(this.#tree, this.#value, branch.name));
  }

  /** @param {string[]} names */
  #choose(names) {
    this.value = names;
    sendSet(this, {names});
  }

  /** @param {KeyboardEvent} event */
  #onSearchKey(event) {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      /** @type {HTMLElement|null} */ (this.#rows.querySelector('[tabindex="0"]'))?.focus();
    } else if (event.key === 'Enter' && this.#search.value.trim()) {
      // What was typed is a prefix too.
      this.#choose([this.#search.value.trim()]);
      this.#popover?.close();
    }
  }

  /** @param {string} name @param {Branch[]} [tree] @returns {Branch|undefined} */
  #find(name, tree = this.#tree) {
    for (const branch of tree) {
      const found = branch.name === name ? branch : this.#find(name, branch.children);
      if (found) {
        return found;
      }
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const row = event.target instanceof HTMLElement ? event.target.closest('.logger-row') : null;
    const branch = row instanceof HTMLElement ? this.#find(row.dataset.name ?? '') : undefined;
    if (!row || !branch || event.ctrlKey || event.metaKey) {
      return;
    }
    const rows = /** @type {HTMLElement[]} */ ([...this.#rows.children]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (row));
    const go = (/** @type {HTMLElement|undefined} */ to) => {
      rows.forEach((other) => { other.tabIndex = other === to ? 0 : -1; });
      to?.focus();
    };
    const open = row.getAttribute('aria-expanded');
    takeKey(event, {
      'ArrowDown': () => go(rows[at + 1] ?? rows[at]), 'ArrowUp': () => at ? go(rows[at - 1]) : this.#search.focus(),
        'Home': () => go(rows[0]), 'End': () => go(rows.at(-1)),
      'ArrowRight': () => open === 'false' ? this.#fold(branch, true) : go(rows[at + 1] ?? rows[at]),
      'ArrowLeft': () => open === 'true' ? this.#fold(branch, false)
        : go(rows.slice(0, at).findLast((other) => Number(other.ariaLevel) < Number(row.ariaLevel)) ?? rows[at]),
      'Enter': () => this.#toggle(branch), ' ': () => this.#toggle(branch),
      'm': () => this.#mute(branch.name),
    });
  }
}

customElements.define('ch-loggers', ChLoggers);

// Names as a tree

/** @typedef {{name: string, count: number, errors?: number}} Named */
/**
 * @typedef {{part: string, name: string, count: number, errors: number, own: number, children: Branch[]}} Branch
 *   part: of its name; count, errors: of it and all below; own: of itself
 */

/** @param {Named[]} list */
export function nameTree(list) {
  const root = /** @type {Branch} */ ({part: '', name: '', count: 0, errors: 0, own: 0, children: []});
  for (const {name, count, errors = 0} of list) {
    let branch = root;
    const parts = name.split('.');
    parts.forEach((part, i) => {
      const whole = parts.slice(0, i + 1).join('.');
      let child = branch.children.find((other) => other.part === part);
      if (!child) {
        branch.children.push(child = {part, name: whole, count: 0, errors: 0, own: 0, children: []});
      }
      child.count += count;
      child.errors += errors;
      branch = child;
    });
    branch.own += count;
  }
  return root.children;
}

/** As the server takes a prefix. @param {string} name @param {string[]} prefixes */
export function isChosen(name, prefixes) {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

/** @param {string} other @param {string} name */
function isWithin(other, name) {
  return other === name || other.startsWith(name + '.');
}

/** Prefixes for the rest of a branch. @param {Branch} branch @param {string} name @returns {string[]} */
function without(branch, name) {
  return branch.name === name ? [] : isWithin(name, branch.name)
    ? branch.children.flatMap((child) => without(child, name)) : [branch.name];
}

/** Its uppermost branches. @param {Branch[]} tree @param {string} prefix @returns {Branch[]} */
function covered(tree, prefix) {
  return tree.flatMap((branch) => branch.name.startsWith(prefix) ? [branch] : covered(branch.children, prefix));
}

/**
 * Where a shorter prefix had chosen the name, everything else this had chosen takes its place.
 * @param {Branch[]} tree @param {string[]} prefixes @param {string} name
 */
export function toggleName(tree, prefixes, name) {
  if (!isChosen(name, prefixes)) {
    return [...prefixes.filter((prefix) => !prefix.startsWith(name)), name];
  }
  return prefixes.filter((prefix) => !isWithin(prefix, name))
    .flatMap((prefix) => name.startsWith(prefix) ? covered(tree, prefix).flatMap((branch) => without(branch, name))
      : [prefix]);
}
