// The JSON paths seen in records, for completion and for the columns panel.

import {records} from './api.js';

/** @typedef {import('./api.js').Row} Row */

const MOST = 600;
const SAMPLE = 60;

/** @type {Set<string>} */
const seen = new Set();
let sampled = false;

/** @param {any} value @param {string} path @param {number} depth */
function walk(value, path, depth) {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || depth > 6) {
    seen.add(path);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    walk(inner, path + (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`), depth + 1);
  }
}

/** @param {Row} row */
export function learn(row) {
  if (row.logrec && seen.size < MOST) {
    Object.entries(row.logrec).forEach(([key, value]) => walk(value, `$.${key}`, 0));
  }
}

/** Those of one's own (data) first. @returns {string[]} */
export function knownPaths() {
  const rank = (/** @type {string} */ path) => path.startsWith('$.data') ? 0 : path.startsWith('$.error') ? 1 : 2;
  return [...seen].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Looks into some of the newest records, once. @param {import('./api.js').Filters} filters @returns {Promise<void>} */
export async function sample(filters) {
  if (!sampled) {
    sampled = true;
    try {
      (await records(filters, 0, SAMPLE - 1, {logrec: true})).forEach(learn);
    } catch {
      // Completion knows less; whatever is wrong shows in the list.
      sampled = false;
    }
  }
}
