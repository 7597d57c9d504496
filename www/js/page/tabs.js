// Tabs: each is an address; the active one is in the address bar. They last as long as the browser's own tab, so that
// two windows do not fight.
import {h, iconButton, keep, recall} from '../base/dom.js';
import {format, parse} from '../base/state.js';

/** @import {State} from '../base/state.js' */
/** @typedef {{id: number, search: string}} Tab */
/** @typedef {{active: number, tabs: Tab[]}} Stored */

/** @param {State} state */
export function describe({query, search, names, level, after, before, group}) {
  const least = {10: 'Debug', 20: 'Info', 30: 'Warnings', 40: 'Errors', 50: 'Critical'}[level];
  const parts = [
    ...[search, query].map((text) => text.replace(/\s+/g, ' ').trim()),
    names.length > 2 ? `${names[0]} +${names.length - 1}` : names.join(', '),
    level ? least ?? `Level ${level}+` : '',
    group ? 'Templates' : '',
  ].filter(Boolean);
  if (!parts.length) {
    const ago = /^-P(T?)(\d+)([DHMWS])$/.exec(after);
    const unit = ago && {D: 'd', H: 'h', M: ago[1] ? 'min' : 'months', W: 'weeks', S: 's'}[ago[3]];
    parts.push(unit && !before ? `Last ${ago[2]} ${unit}` : after || before ? 'A range' : 'Everything');
  }
  return parts.join(' \u00b7 ');
}

export class Tabs {
  /** @type {Tab[]} */
  #tabs = [];
  #active = 1;

  /** @param {HTMLElement} host @param {State} state @param {(state: State, historyState: any) => void} show */
  constructor(host, state, show) {
    this.host = host;
    this.show = show;
    this.#read();
    const wanted = history.state?.tab ?? this.#active;
    // An address that was typed is shown in the active tab: Back leads to what was there.
    const own = this.#tabs.find(({id}) => id === wanted) ?? this.#tabs[0];
    if (own) {
      this.#active = own.id;
    } else {
      this.#tabs.push({id: this.#active, search: ''});
    }
    history.replaceState({tab: this.#active}, '');
    this.update(state);
    addEventListener('popstate', (event) => this.#follow(event.state?.tab));
  }

  #read() {
    const {active, tabs} = /** @type {Partial<Stored>} */ (recall('tabs', {}, () => sessionStorage));
    this.#tabs = Array.isArray(tabs) ? tabs.filter((tab) => Number.isInteger(tab?.id) && typeof tab.search === 'string') : [];
    this.#active = Number.isInteger(active) ? Number(active) : 1;
  }

  #write() {
    keep('tabs', {active: this.#active, tabs: this.#tabs}, () => sessionStorage);
  }

  /** Back may lead to another tab, or a closed one. @param {number | undefined} id */
  #follow(id) {
    if (id !== undefined && id !== this.#active) {
      this.#active = id;
      if (!this.#tabs.some((tab) => tab.id === id)) {
        this.#tabs.push({id, search: location.search.slice(1)});
      }
      this.#write();
      this.draw();
    }
  }

  /** @param {State} state */
  update(state) {
    this.#follow(history.state?.tab);
    const tab = this.#tabs.find(({id}) => id === this.#active);
    const search = format(state);
    if (tab && (tab.search !== search || !this.host.firstChild)) {
      tab.search = search;
      this.#write();
      this.draw();
    }
    document.title = `${describe(state)} \u2013 Chronologer`;
  }

  /** @param {number} id */
  choose(id) {
    const tab = this.#tabs.find((other) => other.id === id);
    if (tab && id !== this.#active) {
      this.#active = id;
      this.#write();
      this.show(parse(tab.search), {tab: id});
      this.draw();
    }
  }

  /** @param {number} step */
  step(step) {
    const at = this.#tabs.findIndex(({id}) => id === this.#active);
    this.choose(this.#tabs[(at + step + this.#tabs.length) % this.#tabs.length].id);
  }

  clone() {
    this.open(parse(this.#tabs.find(({id}) => id === this.#active)?.search ?? ''));
  }

  /** Beside the active one. @param {State} state */
  open(state) {
    const at = this.#tabs.findIndex(({id}) => id === this.#active);
    const id = Math.max(...this.#tabs.map((tab) => tab.id)) + 1;
    this.#tabs.splice(at + 1, 0, {id, search: format(state)});
    this.#write();
    this.choose(id);
  }

  /** @param {number} id */
  close(id) {
    const at = this.#tabs.findIndex((tab) => tab.id === id);
    if (this.#tabs.length > 1 && at >= 0) {
      if (id === this.#active) {
        this.choose((this.#tabs[at + 1] ?? this.#tabs[at - 1]).id);
      }
      this.#tabs.splice(at, 1);
      this.#write();
      this.draw();
    }
  }

  draw() {
    const many = this.#tabs.length > 1;
    this.host.replaceChildren(...this.#tabs.map(({id, search}) => {
      const active = id === this.#active;
      const title = describe(parse(search));
      return h('div', {'class': active ? 'tab active' : 'tab'},
        h('button', {'class': 'tab-name', 'aria-current': active ? 'page' : null, title,
          'onclick': () => this.choose(id), 'onauxclick': (event) => event.button === 1 && this.close(id)}, title),
        many && iconButton('close', `Close ${title}`, () => this.close(id), {'class': 'tab-close'}));
    }), iconButton('plus', 'Clone this search into a new tab (n)', () => this.clone()));
  }
}
