// Making elements, and what they say to the page. Text becomes text nodes and attributes, never HTML.

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
 * An element with its attributes, listeners and children. Buttons submit nothing unless they say so.
 * @template {keyof HTMLElementTagNameMap} T
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

/** One of the drawings in index.html. @param {string} name its id is `i-` and this @param {string} [classes] */
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

/** With a click beside it, Esc and a button to close it. @param {HTMLDialogElement} dialog */
export function dialogClose(dialog) {
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return iconButton('close', 'Close', () => dialog.close(), {'class': 'button plain square', 'autofocus': true});
}

/**
 * The element of the page with this id.
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

/** Does what a key stands for, and takes it from the page. @param {KeyboardEvent} event @param {Record<string, () => void>} keys */
export function takeKey(event, keys) {
  if (Object.hasOwn(keys, event.key)) {
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }
}

/** Says what the page should show now. @param {Element} element @param {Partial<import('./state.js').State>} patch */
export function sendSet(element, patch) {
  element.dispatchEvent(new CustomEvent('ch-set', {bubbles: true, detail: {patch}}));
}

/** Says something to the reader. @param {Element} element @param {string} text @param {'info' | 'error'} [kind] */
export function sendStatus(element, text, kind = 'info') {
  element.dispatchEvent(new CustomEvent('ch-status', {bubbles: true, detail: {text, kind}}));
}

/** @param {unknown} error */
export function reason(error) {
  return error instanceof Error ? error.message : String(error);
}

/** What this browser keeps for the page. @param {string} key @param {any} usual where there is none, or storage is refused */
export function recall(key, usual, storage = () => localStorage) {
  try {
    return JSON.parse(storage().getItem('chronologer.' + key) ?? 'null') ?? usual;
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
