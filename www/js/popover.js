// A panel that opens under its button. The platform's own popover closes it (Esc, a click elsewhere); this places it.
import {h, icon} from './dom.js';

/** Puts an open panel under its button, or over it. @param {HTMLElement} button @param {HTMLElement} panel
 *  @param {'start' | 'end'} align */
export function place(button, panel, align) {
  const margin = 8;
  const from = button.getBoundingClientRect();
  const {width, height} = panel.getBoundingClientRect();
  const wanted = align === 'end' ? from.right - width : from.left;
  const left = Math.max(margin, Math.min(wanted, innerWidth - width - margin));
  const below = from.bottom + 4;
  const above = from.top - height - 4;
  const top = below + height <= innerHeight - margin || above < margin
    ? Math.max(margin, Math.min(below, innerHeight - height - margin)) : above;
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

/** @param {Event} event */
function isOpening(event) {
  return /** @type {ToggleEvent} */ (event).newState === 'open';
}

/**
 * Makes `button` open and close `panel`, which must be in the document beside it (class `popover`).
 * @param {HTMLElement} button @param {HTMLElement} panel
 * @param {{align?: 'start' | 'end', onbefore?: () => void, onopen?: () => void, onclose?: () => void}} [options]
 *   onbefore: the first key is for what it makes
 */
export function popover(button, panel, {align = 'start', onbefore, onopen, onclose} = {}) {
  panel.setAttribute('popover', 'auto');
  button.setAttribute('aria-expanded', 'false');
  const isOpen = () => panel.matches(':popover-open');
  const replace = () => place(button, panel, align);
  const watcher = new ResizeObserver(replace);
  // The click that closes it by being elsewhere must not open it again when it was on the button.
  let wasOpen = false;
  button.addEventListener('pointerdown', () => { wasOpen = isOpen(); });
  button.addEventListener('keydown', () => { wasOpen = isOpen(); });
  button.addEventListener('click', () => {
    panel.togglePopover(!wasOpen);
    wasOpen = false;
  });
  panel.addEventListener('toggle', (event) => {
    const opened = isOpening(event);
    button.setAttribute('aria-expanded', String(opened));
    if (opened) {
      watcher.observe(panel);
      addEventListener('resize', replace);
      onopen?.();
    } else {
      watcher.disconnect();
      removeEventListener('resize', replace);
      if (panel.contains(document.activeElement) || document.activeElement === document.body) {
        button.focus();
      }
      onclose?.();
    }
  });
  panel.addEventListener('beforetoggle', (event) => {
    if (isOpening(event)) {
      onbefore?.();
      // Placed before it is painted for the first time.
      queueMicrotask(replace);
    }
  });
  return {close: () => panel.togglePopover(false), isOpen};
}

// A menu that is made when it opens: arrow keys move in it, Esc closes it, the focus goes back to where it was.

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {() => void} [run] none: a line between groups, with the label as its heading
 * @property {string} [icon]
 * @property {string} [hint] in small letters behind it
 * @property {boolean} [checked] shown as one that is on or off
 */

/** @param {Item} item @param {() => void} close */
function itemElement(item, close) {
  const {run, label, hint, checked} = item;
  if (!run) {
    return h('div', {'class': 'menu-heading', 'role': 'presentation'}, label);
  }
  return h('button', {'class': 'menu-item', 'tabindex': '-1',
    'role': checked === undefined ? 'menuitem' : 'menuitemcheckbox',
    'aria-checked': checked === undefined ? null : String(checked),
    'onclick': () => {
      close();
      run();
    }}, icon(checked ? 'check' : item.icon ?? 'none'), h('span', {'class': 'menu-label'}, label),
      hint ? h('span', {'class': 'menu-hint'}, hint) : null);
}

/** @param {KeyboardEvent} event @param {HTMLElement} panel */
function move(event, panel) {
  const items = [...panel.querySelectorAll('button')];
  const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey ? event.key.toLowerCase() : '';
  const ordered = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const target = {ArrowDown: items[(at + 1) % items.length], ArrowUp: items[(at - 1 + items.length) % items.length],
    Home: items[0], End: items[items.length - 1]}[event.key]
    ?? (letter.trim() ? ordered.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter)) : undefined);
  if (target) {
    event.preventDefault();
    target.focus();
  } else if (event.key === 'Tab') {
    panel.hidePopover();
  }
  // The page has keys of its own.
  event.stopPropagation();
}

/**
 * @param {HTMLElement} anchor what it opens at, and where the focus goes back to
 * @param {string} label for those who do not see where it is
 * @param {Item[]} items
 * @param {'start'|'end'} [align]
 */
export function openMenu(anchor, label, items, align = 'start') {
  const back = document.activeElement instanceof HTMLElement ? document.activeElement : anchor;
  const panel = h('div', {'class': 'popover menu', 'role': 'menu', 'aria-label': label, 'popover': 'auto'});
  panel.append(...items.map((item) => itemElement(item, () => panel.hidePopover())));
  panel.addEventListener('keydown', (event) => move(event, panel));
  panel.addEventListener('toggle', (event) => {
    if (!isOpening(event)) {
      const lost = panel.contains(document.activeElement) || document.activeElement === document.body;
      panel.remove();
      anchor.removeAttribute('aria-expanded');
      if (lost && back.isConnected) {
        back.focus();
      }
    }
  });
  // Inside the dialog or popover that it belongs to, or it would be out of reach, or close that.
  (anchor.closest('dialog[open], [popover], aside, main, search') ?? document.body).append(panel);
  panel.showPopover();
  place(anchor, panel, align);
  anchor.setAttribute('aria-expanded', 'true');
  panel.querySelector('button')?.focus();
}

/**
 * A button that opens a menu.
 * @param {string} label @param {string} iconName @param {() => Item[]} items
 * @param {{text?: string, classes?: string}} [options] text: shown beside the icon
 */
export function menuButton(label, iconName, items, {text, classes = 'plain square'} = {}) {
  const button = h('button', {'class': `button ${classes}`, 'title': label,
    'aria-label': text ? null : label,
    'aria-haspopup': 'menu',
    'onclick': () => openMenu(button, label, items(), 'end')}, icon(iconName), text ?? null);
  return button;
}
