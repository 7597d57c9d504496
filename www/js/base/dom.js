// Making elements, and what they say to the page. Text becomes text nodes, never HTML.

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {{onclick?: (event: MouseEvent) => void, onauxclick?: (event: MouseEvent) => void,
 *   onkeydown?: (event: KeyboardEvent) => void, onsubmit?: (event: Event) => void, [name: string]: any}} Properties
 *   listeners and attributes; true is one without a value; false, null and undefined leave it out
 */

/** @param {Element} element @param {Properties} properties */
function assign(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
}

/**
 * An element; a button submits nothing unless it says so. @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Properties} [properties] @param {...Child} children
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  assign(element, tag === 'button' ? {type: 'button', ...properties} : properties);
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(typeof child === 'number' ? String(child) : child);
    }
  }
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Properties} [properties] @param {...Node} children
 */
export function svg(tag, properties = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  assign(element, properties);
  element.append(...children);
  return element;
}

/** A drawing in index.html. @param {string} name @param {string} [classes] */
export function icon(name, classes = 'icon') {
  return svg('svg', {'class': classes, 'aria-hidden': 'true', 'viewBox': '0 0 16 16'}, svg('use', {href: '#i-' + name}));
}

/** @param {string} text @param {() => void} onclick @param {string} [classes] */
export function textButton(text, onclick, classes = 'button small') {
  return h('button', {'class': classes, onclick}, text);
}

/** @param {string} name @param {string} label @param {() => void} [onclick] @param {Properties} [more] */
export function iconButton(name, label, onclick, more) {
  return h('button', {'class': 'button plain small square', 'title': label, 'aria-label': label, 'onclick': onclick,
    ...more}, icon(name));
}

/** Closed by its button, and by a click beside it. @param {HTMLDialogElement} dialog */
export function dialogClose(dialog) {
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return iconButton('close', 'Close', () => dialog.close(), {'class': 'button plain square', 'autofocus': true});
}

/**
 * @template {HTMLElement} T
 * @param {string} id @param {new () => T} [type]
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof (type ?? HTMLElement))) {
    throw new Error(`The page has no ${id}`);
  }
  return /** @type {T} */ (element);
}

/** @param {KeyboardEvent} event @param {Record<string, () => void>} keys what they do */
export function takeKey(event, keys) {
  if (Object.hasOwn(keys, event.key)) {
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }
}

/** @param {Element} element @param {string} name @param {object} detail */
export function send(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, {bubbles: true, detail}));
}

/** @param {Element} element @param {Partial<import('./state.js').State>} patch */
export function sendSet(element, patch) {
  send(element, 'ch-set', {patch});
}

/** @param {Element} element @param {string} text @param {'info' | 'error'} [kind] */
export function sendStatus(element, text, kind = 'info') {
  send(element, 'ch-status', {text, kind});
}

/** @param {unknown} error */
export function reason(error) {
  return error instanceof Error ? error.message : String(error);
}

/** What this browser keeps. @param {string} key @param {any} usual where there is none */
export function recall(key, usual, storage = () => localStorage) {
  try {
    const value = JSON.parse(storage().getItem('chronologer.' + key) ?? 'null');
    return value !== null && typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual) ? value : usual;
  } catch {
    return usual;
  }
}

/** @param {string} key @param {unknown} value @returns {boolean} false where storage is refused or full */
export function keep(key, value, storage = () => localStorage) {
  try {
    storage().setItem('chronologer.' + key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

// Levels, by name and shape

/** @typedef {'debug' | 'info' | 'warning' | 'error' | 'critical'} Band */

/** A level in between looks like the one below it. */
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

/** @param {number} level */
export function levelBadge(level) {
  const band = levelBand(level);
  return h('span', {'class': 'level', 'data-level': band}, icon('level-' + band, ''), levelName(level));
}

/**
 * Tabs above a panel that has an id, with arrow keys.
 * @param {HTMLElement} panel @param {string} label @param {readonly string[]} names @param {(at: number) => void} show
 * @param {number} first
 */
export function tabList(panel, label, names, show, first) {
  const tabs = names.map((name, at) => h('button', {'role': 'tab', 'class': 'record-tab', 'id': `${panel.id}-${at}`,
    'aria-controls': panel.id, 'onclick': () => choose(at),
    'onkeydown': (event) => takeKey(event, {ArrowRight: () => go(at + 1), ArrowLeft: () => go(at + names.length - 1)})}, name));
  const choose = (/** @type {number} */ chosen) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', `${panel.id}-${chosen}`);
    show(chosen);
  };
  const go = (/** @type {number} */ to) => {
    choose(to % names.length);
    tabs[to % names.length].focus();
  };
  panel.setAttribute('role', 'tabpanel');
  choose(first);
  return h('div', {'class': 'record-tabs', 'role': 'tablist', 'aria-label': label}, ...tabs);
}

/**
 * Buttons for the least level, with arrow keys as radio buttons have them.
 * @param {HTMLElement} host @param {(level: number) => void} choose @returns {(level: number) => void} shows the chosen
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
    // 25 is shown at the button of 20.
    const at = choices.findLastIndex((choice) => level >= choice.level);
    buttons.forEach((button, index) => {
      button.setAttribute('aria-checked', String(index === at));
      button.tabIndex = index === at ? 0 : -1;
      button.classList.toggle('included', index >= at && index > 0);
    });
  };
}

// Popovers and menus

/** Under its button, or over it. @param {HTMLElement} button @param {HTMLElement} panel @param {'start' | 'end'} align */
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
 * Makes `button` open and close `panel`, which is in the document already. onbefore: before it takes the focus.
 * @param {HTMLElement} button @param {HTMLElement} panel
 * @param {{align?: 'start' | 'end', onbefore?: () => void, onopen?: () => void, onclose?: () => void}} [options]
 */
export function popover(button, panel, {align = 'start', onbefore, onopen, onclose} = {}) {
  panel.setAttribute('popover', 'auto');
  button.setAttribute('aria-expanded', 'false');
  const isOpen = () => panel.matches(':popover-open');
  const replace = () => place(button, panel, align);
  const watcher = new ResizeObserver(replace);
  // The press that closes a panel by being elsewhere must not open it again.
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

/**
 * @typedef {{label: string, run?: () => void, icon?: string, hint?: string, checked?: boolean}} Item
 *   without run: a heading; checked: one that is on or off
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
  event.stopPropagation();
}

/**
 * A menu; the focus goes back to where it was.
 * @param {HTMLElement} anchor @param {string} label @param {Item[]} items @param {'start' | 'end'} [align]
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
  // Inside the dialog or popover it belongs to: elsewhere it would be out of reach, or close that.
  (anchor.closest('dialog[open], [popover], aside, main, search') ?? document.body).append(panel);
  panel.showPopover();
  place(anchor, panel, align);
  anchor.setAttribute('aria-expanded', 'true');
  panel.querySelector('button')?.focus();
}

/**
 * @param {string} label @param {string} iconName @param {() => Item[]} items
 * @param {{text?: string, classes?: string}} [options]
 */
export function menuButton(label, iconName, items, {text, classes = 'plain square'} = {}) {
  const button = h('button', {'class': `button ${classes}`, 'title': label,
    'aria-label': text ? null : label,
    'aria-haspopup': 'menu',
    'onclick': () => openMenu(button, label, items(), 'end')}, icon(iconName), text ?? null);
  return button;
}
