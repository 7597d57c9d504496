// What a terminal would make of a text: its colours as classes, and no other escape sequences.
import {h} from './dom.js';

/** CSI, strings that a terminator ends (titles, links), and the short ones; also what was cut off. */
const ESCAPES = /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]?)|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?/g;

/** @typedef {{color: number | null, bold: boolean}} Style color: 0 to 15 */

/** @param {string} text */
export function plain(text) {
  return text.replace(ESCAPES, '');
}

/** Select graphic rendition. @param {Style} style @param {string} parameters @returns {Style} */
function become(style, parameters) {
  let {color, bold} = style;
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 38 || code === 48 || code === 58) {
      // What follows is a colour of a larger palette, and no code.
      const own = codes[i + 1] === 5 && codes[i + 2] < 16 ? codes[i + 2] : null;
      color = code === 38 ? own : color;
      i += codes[i + 1] === 5 ? 2 : 4;
    } else if (code === 0) {
      [color, bold] = [null, false];
    } else if (code === 1 || code === 22) {
      bold = code === 1;
    } else if (code === 39) {
      color = null;
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      color = code % 10 + (code >= 90 ? 8 : 0);
    }
  }
  return {color, bold};
}

/** @param {string} text @returns {{text: string, style: Style}[]} */
export function runs(text) {
  /** @type {{text: string, style: Style}[]} */
  const result = [];
  /** @type {Style} */
  let style = {color: null, bold: false};
  let from = 0;
  const put = (/** @type {number} */ to) => to > from && result.push({text: text.slice(from, to), style});
  for (const {0: escape, 1: parameters, 2: kind, index} of text.matchAll(ESCAPES)) {
    put(index);
    from = index + escape.length;
    style = kind === 'm' ? become(style, parameters) : style;
  }
  put(text.length);
  return result;
}

/** @param {string} text @returns {(Node | string)[]} */
export function ansi(text) {
  return runs(text).map(({text: part, style: {color, bold}}) => color === null && !bold ? part
    : h('span', {'class': `${color === null ? '' : `ansi-${color}`}${bold ? ' ansi-bold' : ''}`}, part));
}
