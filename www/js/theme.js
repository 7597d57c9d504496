// Dark, light, or as the system has it. theme-first.js applies the choice before the page is painted.

import {icon, keep} from './dom.js';

const NAMES = {auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark'};
/** @typedef {keyof typeof NAMES} Theme */
const ORDER = /** @type {Theme[]} */ (Object.keys(NAMES));

/** @returns {Theme} */
function chosen() {
  return /** @type {Theme} */ (document.documentElement.dataset.theme ?? 'auto');
}

/** @param {Theme} theme */
function apply(theme) {
  if (theme === 'auto') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  keep('theme', theme);
}

/** Each press takes the next. @param {HTMLButtonElement} button @returns {() => void} the press */
export function themeButton(button) {
  const show = () => {
    button.replaceChildren(icon('theme-' + chosen()));
    button.title = NAMES[chosen()];
    button.setAttribute('aria-label', NAMES[chosen()]);
  };
  const next = () => {
    apply(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
    show();
  };
  button.addEventListener('click', next);
  show();
  return next;
}
