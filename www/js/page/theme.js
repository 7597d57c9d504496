// The theme; theme-first.js applies it before the page is painted.
import {icon, keep} from '../base/dom.js';

const THEMES = {auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark'};
/** @typedef {keyof typeof THEMES} Theme */
const ORDER = /** @type {Theme[]} */ (Object.keys(THEMES));

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

/** Returns what takes the next. @param {HTMLButtonElement} button */
export function themeButton(button) {
  const show = () => {
    button.replaceChildren(icon('theme-' + chosen()));
    button.title = THEMES[chosen()];
    button.setAttribute('aria-label', THEMES[chosen()]);
  };
  const next = () => {
    apply(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
    show();
  };
  button.addEventListener('click', next);
  show();
  return next;
}
