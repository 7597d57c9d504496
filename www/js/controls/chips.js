// <ch-chips>: what is asked for, in one row: the range, the least level, loggers, conditions. Each can be removed, changed
// where it was chosen (ch-edit {what, part}), and, where that has a meaning, turned into its contrary.
import {now} from '../base/api.js';
import {h, iconButton, levelName, send, sendSet} from '../base/dom.js';
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
  connectedCallback() {
    this.setAttribute('role', 'list');
    this.setAttribute('aria-label', 'What is asked for');
  }

  /** @param {State} state */
  set state(state) {
    const focused = [...this.querySelectorAll('button')].indexOf(/** @type {any} */ (document.activeElement));
    this.replaceChildren(...chipsOf(state).map((chip) => this.#chip(chip)));
    // Who removed one with keys goes on at its place.
    if (focused >= 0) {
      const buttons = this.querySelectorAll('button');
      buttons[Math.min(focused, buttons.length - 1)]?.focus();
    }
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
