// Keys: one table of what they do, which is also the help. Those of one character work nowhere that text is typed,
// and can be turned off (WCAG 2.1.4).
import {dialogClose, h, keep, recall} from '../base/dom.js';

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

/** Named keys belong to what is focused, but a button has no use for those that scroll. @param {KeyboardEvent} event */
function isTaken({key, target}) {
  const scrolls = /^(Arrow|Page|Home|End)/.test(key);
  return key.length > 1 && key !== 'Escape' && target instanceof HTMLElement && target !== document.body
    && !target.closest('.grid') && !(scrolls && target.matches(':is(button, .controls a):not(aside *, .groups *)'));
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
