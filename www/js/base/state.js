// What the page shows, in one place. The address bar is its only serialisation: Back works, and a link shows the same.
import {isZone} from './zone.js';

/**
 * @typedef {object} State
 * @property {string} after API text or ''; relative as chosen (-PT2H) @property {string} before
 * @property {boolean} all of any time: said, or else it is the last day, see decide()
 * @property {number} level @property {string[]} names prefixes
 * @property {string} query an expression @property {string} search words
 * @property {string} zone 'local', 'UTC' or an IANA name
 * @property {string[]} columns extra ones: JSON paths ($.data.user.id) or columns of the store
 * @property {number | null} record open @property {number | null} around open @property {number | null} mark
 * @property {'' | 'oldest'} order which is first; '': the newest
 * @property {number} top the first row in sight @property {boolean} tail live @property {boolean} group
 * @property {string[]} hide bands that the timeline's bars are without @property {boolean} log their scale
 */

/** @typedef {(state: State, changed: Set<keyof State>) => void} Listener */

/** @type {Readonly<State>} */
export const DEFAULTS = Object.freeze({
  after: '', before: '', level: 0, names: /** @type {string[]} */ ([]), query: '', search: '', zone: 'local',
  columns: /** @type {string[]} */ ([]), record: null, around: null, top: 0, tail: false, group: false, mark: null, order: '', all: false,
  hide: /** @type {string[]} */ ([]), log: false,
});

/** They choose records. @type {(keyof State)[]} */
export const FILTERS = ['after', 'before', 'level', 'names', 'query', 'search'];

/** They add nothing to the history. @type {Set<keyof State>} */
const QUIET = new Set(/** @type {(keyof State)[]} */ (['top', 'tail', 'mark', 'hide', 'log']));

/** Commas inside an item are escaped. @param {string} text */
function split(text) {
  const items = text.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return items.map((item) => item.replace(/\\(.)/gs, '$1'));
}

/** @param {string[]} items */
function join(items) {
  return items.map((item) => item.replace(/[\\,]/g, '\\$&')).join(',');
}

/** @param {string | null} text */
function natural(text) {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** @param {string} search @returns {State} */
export function parse(search) {
  const given = new URLSearchParams(search);
  const zone = given.get('zone') ?? '';
  return {
    after: given.get('after') ?? '',
    before: given.get('before') ?? '',
    level: natural(given.get('level')) ?? 0,
    names: split(given.get('name') ?? ''),
    query: given.get('query') ?? '',
    search: given.get('search') ?? '',
    zone: isZone(zone) ? zone : DEFAULTS.zone,
    columns: split(given.get('columns') ?? ''),
    record: natural(given.get('record')),
    around: natural(given.get('around')),
    top: natural(given.get('top')) ?? 0,
    tail: given.get('tail') === '1',
    group: given.get('group') === '1',
    mark: natural(given.get('mark')),
    hide: split(given.get('hide') ?? ''),
    log: given.get('log') === '1',
    all: given.get('all') === '1',
    order: given.get('order') === 'oldest' ? 'oldest' : '',
  };
}

/** What is as usual is left out. @param {State} state */
export function format(state) {
  const result = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    const text = Array.isArray(value) ? join(value) : typeof value === 'boolean' ? Number(value) || '' : value ?? '';
    const usual = /** @type {any} */ (DEFAULTS)[key];
    if (text !== '' && String(text) !== String(usual ?? '')) {
      result.set(key === 'names' ? 'name' : key, String(text));
    }
  }
  // Legible in an address bar.
  return result.toString().replace(/%(2C|3A|2F|24|40|3B|27|28|29|2A)/gi, (escape) => decodeURIComponent(escape));
}

/** @param {State} a @param {State} b @returns {Set<keyof State>} */
export function difference(a, b) {
  const keys = /** @type {(keyof State)[]} */ (Object.keys(DEFAULTS));
  return new Set(keys.filter((key) => String(a[key] ?? '') !== String(b[key] ?? '')
    || (Array.isArray(a[key]) && join(/** @type {string[]} */ (a[key])) !== join(/** @type {string[]} */ (b[key])))));
}

/** @param {State} state @returns {import('./api.js').Filters} */
export function filters({after, before, level, names, query, search}) {
  return {after, before, level, names, query, search};
}

/** @type {State} */
let current = {...DEFAULTS};
/** @type {Set<Listener>} */
const listeners = new Set();
/** @type {number | undefined} */
let writing;

function address() {
  const query = format(current);
  return location.pathname + (query ? '?' + query : '');
}

/** Browsers refuse many changes in a short time. */
function write() {
  clearTimeout(writing);
  writing = undefined;
  history.replaceState(history.state, '', address());
}

/** @param {State} next */
function become(next) {
  const changed = difference(current, next);
  current = next;
  if (changed.size) {
    listeners.forEach((listener) => listener(current, changed));
  }
}

/** Without a range it is the last day. */
export const DAY = '-PT24H';

/**
 * An address that says nothing of when is of the last day, where there are records in it.
 * @param {(range: {after: string}) => Promise<number>} count @returns {Promise<boolean>} that there are none
 */
export async function decide(count) {
  const {after, before, all, record, around, top} = current;
  const open = !after && !before && !all && record === null && around === null && !top;
  const recent = open ? await count({after: DAY}).catch(() => 1) : 1;
  if (open && recent) {
    current = {...current, after: DAY};
    write();
  }
  return !recent;
}

/** From then on it follows Back and Forward. */
export function start() {
  current = parse(location.search.slice(1));
  addEventListener('popstate', () => {
    clearTimeout(writing);
    writing = undefined;
    become(parse(location.search.slice(1)));
  });
  addEventListener('pagehide', () => writing !== undefined && write());
}

export function get() {
  return current;
}

/**
 * The only way to change what is shown. Other records begin at their first row; from one open record to the next, and
 * scrolling, adds nothing to the history. @param {Partial<State>} patch
 */
export function set(patch) {
  const next = {...current, ...patch};
  if ('after' in patch || 'before' in patch) {
    next.all = !next.after && !next.before;
  }
  const changed = difference(current, next);
  if ([...FILTERS, 'order'].some((key) => changed.has(/** @type {keyof State} */ (key))) && patch.top === undefined) {
    next.top = 0;
    changed.add('top');
  }
  if (!changed.size) {
    return;
  }
  const stepping = changed.has('record') && current.record !== null && next.record !== null;
  const quiet = [...changed].every((key) => QUIET.has(key) || (key === 'record' && stepping));
  if (!quiet) {
    if (writing !== undefined) {
      write();
    }
    become(next);
    history.pushState(history.state, '', address());
    return;
  }
  become(next);
  writing ??= setTimeout(write, 300);
}

/** @param {State} next @param {any} historyState */
export function replaceAll(next, historyState) {
  if (writing !== undefined) {
    write();
  }
  const query = format(next);
  history.pushState(historyState, '', location.pathname + (query ? '?' + query : ''));
  become(next);
}

/** Returns what ends it. @param {Listener} listener */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
