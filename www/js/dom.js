// Making elements. Text becomes text nodes and attributes, never HTML.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Object<string, any>} Properties `class`, `on*` listeners, `aria-*`, `data-*` and other attributes; true is an
 *   attribute without a value, false, null and undefined leave it out; `.name` sets the property of that name
 */

/**
 * @param {Element} element @param {Properties} properties
 */
function assign(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (key.startsWith('.')) {
      /** @type {any} */ (element)[key.slice(1)] = value;
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
}

/**
 * An element with its attributes, listeners and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Properties} [properties] @param {...Child} children
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  assign(element, properties);
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
  const element = document.createElementNS(SVG, tag);
  assign(element, properties);
  element.append(...children);
  return element;
}

/** One of the drawings in index.html. @param {string} name its id is `i-` and this @param {string} [classes] */
export function icon(name, classes = 'icon') {
  return svg('svg', {'class': classes, 'aria-hidden': 'true', 'viewBox': '0 0 16 16'}, svg('use', {href: '#i-' + name}));
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

/** Says what the page should show now. @param {Element} element @param {Partial<import('./state.js').State>} patch */
export function sendSet(element, patch) {
  element.dispatchEvent(new CustomEvent('ch-set', {bubbles: true, detail: {patch}}));
}

/** Says something to the reader. @param {Element} element @param {string} text @param {'info' | 'error'} [kind] */
export function sendStatus(element, text, kind = 'info') {
  element.dispatchEvent(new CustomEvent('ch-status', {bubbles: true, detail: {text, kind}}));
}
