// Levels by name and shape, and the buttons that choose the least one shown.

import {h, icon, takeKey} from './dom.js';

/** @typedef {'debug' | 'info' | 'warning' | 'error' | 'critical'} Band */

/** Python's levels; a level in between has the shape and colour of the one below it. */
export const LEVELS = /** @type {const} */ ([
  {level: 10, name: 'DEBUG', band: 'debug'},
  {level: 20, name: 'INFO', band: 'info'},
  {level: 30, name: 'WARNING', band: 'warning'},
  {level: 40, name: 'ERROR', band: 'error'},
  {level: 50, name: 'CRITICAL', band: 'critical'},
]);

/** @param {number} level @returns {Band} */
export function levelBand(level) {
  return LEVELS.findLast((known) => level >= known.level)?.band ?? 'debug';
}

/** @param {number} level @returns {string} */
export function levelName(level) {
  return LEVELS.find((known) => known.level === level)?.name ?? `Level ${level}`;
}

/** A level's shape and name. @param {number} level */
export function levelBadge(level) {
  const band = levelBand(level);
  return h('span', {'class': 'level', 'data-level': band}, icon('level-' + band, ''), levelName(level));
}

/**
 * One button a level; arrow keys move between them, as in any group of radio buttons.
 * @param {HTMLElement} host @param {(level: number) => void} choose
 * @returns {(level: number) => void} shows which is chosen
 */
export function levelButtons(host, choose) {
  const choices = [{level: 0, name: 'All', band: ''}, ...LEVELS];
  host.setAttribute('role', 'radiogroup');
  host.setAttribute('aria-label', 'Minimum level');
  const buttons = choices.map(({level, name, band}) => h('button', {
    'role': 'radio', 'class': 'level-button', 'data-level': band || null, 'data-value': level,
    'title': level ? `${name} and above` : 'All levels', 'aria-label': level ? `${name} and above` : 'All levels',
    'onclick': () => choose(level),
  }, band ? icon('level-' + band, '') : null, h('span', {}, level ? name[0] + name.slice(1).toLowerCase() : name)));
  host.replaceChildren(...buttons);
  host.addEventListener('keydown', (event) => {
    const go = (/** @type {1 | -1} */ step) => () => {
      const at = buttons.findIndex((button) => button.tabIndex === 0);
      const next = Math.max(0, Math.min(buttons.length - 1, at + step));
      buttons[next].focus();
      choose(choices[next].level);
    };
    takeKey(event, {ArrowRight: go(1), ArrowDown: go(1), ArrowLeft: go(-1), ArrowUp: go(-1)});
  });
  return (level) => {
    // A level of one's own (25) is shown at the button it comes after.
    const at = choices.findLastIndex((choice) => level >= choice.level);
    buttons.forEach((button, index) => {
      button.setAttribute('aria-checked', String(index === at));
      button.tabIndex = index === at ? 0 : -1;
      button.classList.toggle('included', index >= at && index > 0);
    });
  };
}
