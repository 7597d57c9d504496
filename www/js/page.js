// What is around the records: short messages, the line at the foot, keys, the theme.
import {watchConnection} from './api.js';
import {byId, h, icon, iconButton, textButton, dialogClose, keep, recall} from './dom.js';

const LASTS = {info: 3500, error: 9000};

/** @param {string} text @param {'info' | 'error'} [kind] */
export function toast(text, kind = 'info') {
  const toasts = byId('toasts', HTMLElement);
  const last = [...toasts.children].find((other) => other.firstElementChild?.textContent === text);
  last?.remove();
  const end = () => note.remove();
  const note = h('div', {'class': 'toast ' + kind}, h('span', {}, text), iconButton('close', 'Dismiss', end));
  toasts.append(note);
  let timer = setTimeout(end, LASTS[kind]);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => { timer = setTimeout(end, LASTS[kind]); });
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let saying;

/** To screen readers only; of many in a row the last. @param {string} text */
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => { byId('said', HTMLElement).textContent = text; }, 400);
}

/** @param {() => void} retry */
export function watchOffline(retry) {
  const banner = byId('banner', HTMLElement);
  watchConnection((online) => {
    banner.hidden = online;
    if (online) {
      toast('Connected again');
      return;
    }
    banner.replaceChildren(icon('offline'),
      h('span', {}, 'The server can not be reached. What is shown stays; trying again by itself.'),
      textButton('Try now', retry));
  });
  addEventListener('online', retry);
}

/** @param {HTMLElement} host */
export function footer(host) {
  const place = h('span', {'class': 'status-place'});
  const busy = h('span', {'class': 'status-busy', 'hidden': true});
  const mark = h('span', {'class': 'status-mark'});
  const zone = h('span', {'class': 'status-zone'});
  const hint = h('span', {'class': 'status-hint'}, h('kbd', {}, 'j'), h('kbd', {}, 'k'), ' move ', h('kbd', {}, 'Enter'),
    ' open ', h('kbd', {}, 'e'), ' next error ', h('kbd', {}, '/'), ' search ', h('kbd', {}, '?'), ' all keys');
  host.replaceChildren(place, busy, mark, h('span', {'class': 'status-space'}), hint, zone);
  return {
    /** @param {number} first @param {number} last @param {number | null} total @param {number} seen */
    place(first, last, total, seen) {
      const of = total === null ? `more than ${seen.toLocaleString()}` : total.toLocaleString();
      place.textContent = total === 0 || seen === 0 || last < 0 ? '' : `${(first + 1).toLocaleString()}\u2013${(last + 1).toLocaleString()} of ${of}`;
    },
    /** @param {string} text @param {(() => void) | null} cancel */
    busy(text, cancel) {
      busy.hidden = !text;
      busy.replaceChildren(h('span', {'class': 'spinner', 'aria-hidden': 'true'}), text, cancel
        ? textButton('Cancel', cancel, 'button plain small') : '');
    },
    /** @param {string} text @param {() => void} go @param {() => void} remove */
    mark(text, go, remove) {
      mark.replaceChildren(...(text ? [
        h('button', {'class': 'button plain small', 'title': 'Go to the marked record', 'onclick': go}, icon('mark'), text),
        iconButton('close', 'Remove the mark', remove),
      ] : []));
    },
    /** @param {string} text */
    zone(text) {
      zone.textContent = text;
    },
  };
}

// Keys: one table of what they do, which is also the help. Those of one character work nowhere that text is typed,
// and can be turned off (WCAG 2.1.4).

/** @typedef {{keys: string[], words: string, run: (key: string) => void, section: string}} Binding */

const NAMES = /** @type {Record<string, string>} */ ({ArrowDown: '\u2193', ArrowUp: '\u2191', ' ': 'Space', Escape: 'Esc',
  PageDown: 'PgDn', PageUp: 'PgUp'});

function enabled() {
  return recall('keys', true);
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button])'));
}

/** Named keys belong to what is focused. @param {KeyboardEvent} event */
function isTaken({key, target}) {
  return key.length > 1 && key !== 'Escape' && target instanceof HTMLElement && target !== document.body && !target.closest('.grid');
}

/** @param {KeyboardEvent} event */
function isBusy(event) {
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)
    || document.querySelector('dialog[open], :popover-open') !== null;
}

/** Returns what shows the help. @param {Binding[]} bindings */
export function listenKeys(bindings) {
  document.addEventListener('keydown', (event) => {
    const found = bindings.find(({keys}) => keys.includes(event.key));
    if (!found || isBusy(event) || isTaken(event) || (event.key.length === 1 && event.key !== '?' && !enabled())) {
      return;
    }
    event.preventDefault();
    found.run(event.key);
  });
  return () => showHelp(bindings);
}

/** @param {Binding[]} bindings */
function showHelp(bindings) {
  const sections = [...new Set(bindings.map(({section}) => section))];
  const toggle = h('input', {type: 'checkbox', checked: enabled(), onchange: () => keep('keys', toggle.checked)});
  const dialog = h('dialog', {'class': 'keys', 'aria-labelledby': 'keys-title', 'onclose': () => dialog.remove()},
    h('header', {}, h('h2', {id: 'keys-title'}, 'Keys')),
    h('div', {'class': 'dialog-body'},
      h('div', {'class': 'keys-sections'}, ...sections.map((section) => h('section', {}, h('h3', {}, section), h('dl', {},
        ...bindings.filter((binding) => binding.section === section).map(({keys, words}) => h('div', {},
          h('dt', {}, ...keys.map((key) => h('kbd', {}, NAMES[key] ?? key))), h('dd', {}, words))))))),
      h('label', {'class': 'choice'}, toggle, 'Keys of a single character are on')));
  dialog.querySelector('header')?.append(dialogClose(dialog));
  document.body.append(dialog);
  dialog.showModal();
}

// The theme; theme-first.js applies it before the page is painted.

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
