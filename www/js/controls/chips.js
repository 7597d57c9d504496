// <ch-chips>: what is asked for, in one row: the range, the least level, loggers, conditions. Each can be removed, changed
// where it was chosen (ch-edit {what, part}), and, where that has a meaning, turned into its contrary. Beside the range:
// how many there are without it.
import {count, isSearch, Latest, now} from '../base/api.js';
import {h, iconButton, levelName, send, sendSet, textButton} from '../base/dom.js';
import {DEFAULTS} from '../base/state.js';
import {add, conjuncts, muteCondition, negate, remove, replace} from '../query/edit.js';
import {queryText} from '../query/text.js';
import {sentence} from './controls.js';

/** @import {State} from '../base/state.js' */
/** @typedef {{text: string, what: 'range' | 'level' | 'loggers' | 'query', part?: string, without: Partial<State>,
 *   not?: Partial<State>}} Chip */

/** @param {State} state @returns {Chip[]} */
function chipsOf({after, before, zone, level, names, query}) {
  const least = level ? `${levelName(level)} and above` : '';
  const others = (/** @type {string} */ name) => names.filter((other) => other !== name);
  return [
    ...(after || before ? [{text: sentence({after, before}, {zone, now: now()}), what: /** @type {const} */ ('range'),
      without: {after: '', before: ''}}] : []),
    ...(level ? [{text: least, what: /** @type {const} */ ('level'), without: {level: 0}}] : []),
    ...names.map((name) => ({text: name, what: /** @type {const} */ ('loggers'), without: {names: others(name)},
      not: {names: others(name), query: add(query, muteCondition(name))}})),
    ...conjuncts(query).parts.map((part) => ({text: queryText(part) || part, what: /** @type {const} */ ('query'), part,
      without: {query: remove(query, part)}, not: {query: replace(query, part, negate(part))}})),
  ];
}

export class ChChips extends HTMLElement {
  #latest = new Latest();
  /** Nothing is of the last day. */
  isOld = false;
  #state = DEFAULTS;
  #shown = '';
  #counted = '';
  /** @type {number | null} */
  #total = null;
  /** Of any time. @type {number | null} */
  #all = null;
  #beside = h('span', {'class': 'hint', 'role': 'listitem', 'hidden': true});
  connectedCallback() {
    this.setAttribute('role', 'list');
    this.setAttribute('aria-label', 'What is asked for');
  }

  /** @param {State} state */
  set state(state) {
    this.#state = state;
    this.#countAll(state);
    const {after, before, zone, level, names, query} = state;
    const shown = JSON.stringify([after, before, zone, level, names, query]);
    if (shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    const focused = [...this.querySelectorAll('button')].indexOf(/** @type {any} */ (document.activeElement));
    const chips = chipsOf(state).map((chip) => this.#chip(chip));
    const isRange = Boolean(after || before);
    this.replaceChildren(...chips.slice(0, Number(isRange)), this.#beside, ...chips.slice(Number(isRange)));
    // Who removed one with keys goes on at its place.
    if (focused >= 0) {
      const buttons = this.querySelectorAll('button');
      buttons[Math.min(focused, buttons.length - 1)]?.focus();
    }
  }

  /** How many are shown; null: not known. */
  get total() {
    return this.#total;
  }

  set total(total) {
    this.#total = total;
    this.#showBeside();
  }

  /** Those that are searched for would have to be searched for in all there are. @param {State} state */
  async #countAll({after, before, all, level, names, query, search}) {
    const isRange = Boolean(after || before);
    const counted = isSearch({query, search}) || all ? '' : JSON.stringify([isRange, level, names]);
    if (counted === this.#counted) {
      return;
    }
    this.#counted = counted;
    this.#all = null;
    const signal = this.#latest.next();
    this.#all = counted && isRange ? await count({level, names}, signal).catch(() => null) : null;
    signal.aborted || this.#showBeside();
  }

  #showBeside() {
    const [total, all] = [this.#total, this.#all];
    const {after, before} = this.#state;
    const more = total !== null && all !== null && all > total;
    const isOld = this.isOld && !after && !before && !this.#state.all && Boolean(total);
    this.#beside.hidden = !more && !isOld;
    this.#beside.replaceChildren(...(isOld ? ['Nothing is of the last 24 hours: these are of any time'] : more ? [textButton(`${total.toLocaleString()} of ${all.toLocaleString()} in all`,
      () => sendSet(this, {after: '', before: ''}), 'text-button')] : []));
  }

  /** @param {Chip} chip */
  #chip({text, what, part, without, not}) {
    const button = {'class': 'field-button'};
    return h('span', {'class': 'query-chip', 'role': 'listitem'},
      h('button', {'class': 'chip-name', 'title': `Change: ${part ?? text}`,
        'onclick': () => send(this, 'ch-edit', {what, part})}, text),
      not && iconButton('exclude', 'Not', () => sendSet(this, not), {...button, 'aria-label': `Not: ${text}`}),
      iconButton('close', 'Remove', () => sendSet(this, without), {...button, 'aria-label': `Remove ${text}`}));
  }
}

customElements.define('ch-chips', ChChips);
