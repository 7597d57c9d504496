// Every request to the server is made here. What fails is an ApiError with the server's own words; status 0: it was
// not reached. What was given up rejects with the platform's AbortError: see aborted().
import {parseJson} from './json.js';
import {apiText, parseTs} from './zone.js';

/**
 * @typedef {{after?: string, before?: string, level?: number, names?: string[], query?: string,
 *   search?: string}} Filters
 *   after, before: ISO 8601, or a duration such as -PT2H; names: prefixes
 */

/** @typedef {{data?: Record<string, any>, meta?: Record<string, any>, error?: Record<string, any>}} Logrec */
/** @typedef {{id: number, name: string, ts: string, level: number, message: string, logrec?: Logrec}} Row */
/** @typedef {{logrec?: boolean, signal?: AbortSignal}} ReadOptions */
/** @typedef {{rows: Row[], to: string}} Part to: the place that was searched to, '' where that is all */
/** @typedef {{group: number[], count: number[], level: Record<string, number[]>}} Timeline */
/** @typedef {{cursor: string, more: boolean, records: Row[]}} Tail */
/** @typedef {{records: number, complete: boolean, missing: number, distinct: number,
 *   values: {value: any, count: number}[]}} Values */

export class ApiError extends Error {
  /** @param {string} type @param {string} message @param {number} status */
  constructor(type, message, status) {
    super(message);
    this.name = 'ApiError';
    this.type = type;
    this.status = status;
  }

  /** What is wrong is in the query's text. */
  get inQuery() {
    return this.type === 'StorageQueryError' && this.status === 400;
  }

  /** Worth a retry. */
  get temporary() {
    return this.status === 0 || this.status === 429 || (this.status >= 502 && this.status <= 504);
  }
}

/** @param {unknown} error */
export function aborted(error) {
  return error instanceof Error && error.name === 'AbortError';
}

/** @param {unknown} error */
export function asApiError(error) {
  return error instanceof ApiError ? error : new ApiError('Error', String(error), 0);
}

/** Of its requests only the last one matters. */
export class Latest {
  #abort = new AbortController();

  next() {
    this.stop();
    this.#abort = new AbortController();
    return this.#abort.signal;
  }

  stop() {
    this.#abort.abort();
  }
}

/** The server's clock less this browser's, milliseconds. */
let skew = 0;

/** As the server sees it: relative ranges are its own. */
export function now() {
  return Date.now() + skew;
}

/** @type {Set<(online: boolean) => void>} */
const watchers = new Set();
let online = true;

/** @param {(online: boolean) => void} watcher */
export function watchConnection(watcher) {
  watchers.add(watcher);
}

/** @param {boolean} value */
function setOnline(value) {
  if (value !== online) {
    online = value;
    watchers.forEach((watcher) => watcher(value));
  }
}

/**
 * Made of parts: an address with a password in it is refused by fetch().
 * @param {string} path @param {URLSearchParams} [parameters]
 */
function address(path, parameters) {
  const folder = location.pathname.replace(/[^/]*$/, '');
  const query = parameters?.toString();
  return `${location.origin}${folder}api/v1/${path}${query ? '?' + query : ''}`;
}

/** @typedef {Record<string, string | number | undefined>} More */

/** @param {Filters} [filters] @param {More} [more] */
function parameters(filters = {}, more = {}) {
  const result = new URLSearchParams();
  const {after, before, level, names, query, search} = filters;
  const all = {...more, after, before, level: level || '', name: names?.join(','), query: query?.trim(),
    search: search?.trim()};
  for (const [key, value] of Object.entries(all)) {
    if (value !== undefined && value !== '') {
      result.set(key, String(value));
    }
  }
  return result;
}

/** @param {Response} response */
async function failure(response) {
  const message = response.headers.get('X-Error-Message');
  if (message !== null) {
    return new ApiError(response.headers.get('X-Error-Type') ?? 'HTTPError', message, response.status);
  }
  try {
    const {error} = await response.json();
    return new ApiError(error.type, error.message, response.status);
  } catch {
    const words = response.statusText || 'the server gave no reason';
    return new ApiError('HTTPError', `${response.status}: ${words}`, response.status);
  }
}

/** @param {Response} response */
function readClock(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  const difference = date + 500 - Date.now();
  skew = Math.abs(difference) > 2500 ? difference : 0;
}

/** What the server read in a text that was searched for. @type {Map<string, string>} */
const expressions = new Map();

/** As an expression; '' where no answer has said it yet. @param {string} search */
export function expressionOf(search) {
  return expressions.get(search.trim()) ?? '';
}

/** Headers are bytes. @param {string} url @param {Response} response */
function readExpression(url, response) {
  const text = response.headers.get('X-Search-Query');
  if (text !== null) {
    expressions.set(new URL(url).searchParams.get('search') ?? '',
      new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  }
}

/** @param {string} url @param {RequestInit} [options] */
async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (aborted(error)) {
      throw error;
    }
    setOnline(false);
    throw new ApiError('ConnectionError', 'The server can not be reached', 0);
  }
  setOnline(true);
  readClock(response);
  readExpression(url, response);
  if (!response.ok) {
    throw await failure(response);
  }
  return response;
}

/** @param {Response} response */
async function body(response) {
  try {
    return parseJson(await response.text());
  } catch (error) {
    if (aborted(error)) {
      throw error;
    }
    throw new ApiError('ConnectionError', 'The answer broke off', 0);
  }
}

/** @param {string} url @param {AbortSignal} [signal] */
async function json(url, signal) {
  return body(await request(url, {signal}));
}

// A search may look at all records there are: it is answered in parts, each of which goes on where the last one ended.

/** Seconds, of a part. */
const PATIENCE = 0.5;
/** The server skips no more rows than these in a part. */
const SKIPPED = 10000;

/** @param {Filters} filters */
export function isSearch({query, search}) {
  return Boolean(query?.trim() || search?.trim());
}

/**
 * Of what takes too long, which may be because the machine is busy, another time takes less.
 * @param {string} url @param {RequestInit} options @returns {Promise<Response>}
 */
async function requestPart(url, options, tries = 3) {
  try {
    return await request(url, options);
  } catch (error) {
    if (tries > 1 && error instanceof ApiError && error.type === 'StorageQueryError' && error.status === 503) {
      return requestPart(url, options, tries - 1);
    }
    throw error;
  }
}

/** @param {Response} response */
function searchedTo(response) {
  return response.headers.get('X-Searched-To') ?? '';
}

/**
 * Newest first, both included, counted from the place `from`; of a search what is found soon.
 * @param {Filters} filters @param {number} left @param {number} right
 * @param {ReadOptions & {from?: string}} [options] @returns {Promise<Part>}
 */
export async function part(filters, left, right, {logrec, signal, from} = {}) {
  const partial = isSearch(filters) && left <= SKIPPED ? 1 : undefined;
  // What is skipped is in no answer: it has to be reached in one.
  const timeout = partial && !left ? PATIENCE : undefined;
  const more = {left, right, logrec: logrec ? 1 : undefined, from, partial, timeout};
  const response = await (partial ? requestPart : request)(address('record', parameters(filters, more)), {signal});
  return {rows: await body(response), to: searchedTo(response)};
}

/**
 * All of them. @param {Filters} filters @param {number} left @param {number} right @param {ReadOptions} [options]
 */
export async function records(filters, left, right, options) {
  /** @type {Row[]} */
  const all = [];
  let {rows, to} = await part(filters, left, right, options);
  for (all.push(...rows); to && all.length <= right - left; all.push(...rows)) {
    ({rows, to} = await part(filters, 0, right - left - all.length, {...options, from: to}));
  }
  return all;
}

/**
 * The answers to a question about counts, from the newest to the oldest records. @param {string} path
 * @param {Filters} filters @param {More} more @param {RequestInit} options
 */
async function* parts(path, filters, more, options) {
  const partial = isSearch(filters) ? {partial: 1, timeout: PATIENCE} : {};
  for (let before = filters.before, to = ' '; to;) {
    const response = await requestPart(address(path, parameters({...filters, before}, {...more, ...partial})), options);
    to = searchedTo(response);
    yield {response, to};
    // Up to this microsecond, which is counted.
    const at = parseTs(to.split(',')[0]);
    before = at ? apiText(at.us ? {...at, us: at.us - 1} : {ms: at.ms - 1, us: 999}) : before;
  }
}

/**
 * @param {Filters} filters @param {AbortSignal} [signal]
 * @param {(count: number, to: string) => void} [onpart] so many until there @returns {Promise<number>}
 */
export async function count(filters, signal, onpart) {
  let total = 0;
  for await (const {response, to} of parts('record', filters, {}, {method: 'HEAD', signal})) {
    total += Number(response.headers.get('X-Record-Count'));
    to && onpart?.(total, to);
  }
  return total;
}

/** The older one first; a group may be in both. @param {Timeline} older @param {Timeline} newer @returns {Timeline} */
export function joined(older, newer) {
  const levels = [...new Set([...Object.keys(older.level), ...Object.keys(newer.level)])];
  const none = (/** @type {Timeline} */ {group}) => group.map(() => 0);
  return {group: [...older.group, ...newer.group], count: [...older.count, ...newer.count],
    level: Object.fromEntries(levels.map((level) =>
      [level, [...older.level[level] ?? none(older), ...newer.level[level] ?? none(newer)]]))};
}

/**
 * @param {Filters} filters @param {'day' | 'hour' | '15minute' | 'minute'} group @param {string} zone
 * @param {AbortSignal} [signal] @param {(timeline: Timeline) => void} [onpart] what is known so far
 * @returns {Promise<Timeline>}
 */
export async function timeline(filters, group, zone, signal, onpart) {
  /** @type {Timeline} */
  let all = {group: [], count: [], level: {}};
  for await (const {response, to} of parts('timeline', filters, {group, timezone: zone}, {signal})) {
    all = joined(await body(response), all);
    to && onpart?.(all);
  }
  return all;
}

/** @param {number} id @param {AbortSignal} [signal] @returns {Promise<Row>} */
export function record(id, signal) {
  return json(address(`record/${id}`), signal);
}

/** @param {Filters} filters @param {AbortSignal} [signal] @returns {Promise<{name: string, count: number}[]>} */
export function names(filters, signal) {
  return json(address('name', parameters(filters)), signal);
}

/**
 * Newest first, the record itself among them; `left` is negative for newer ones.
 * @param {number} id @param {number} left @param {number} right @param {Filters} filters
 * @param {ReadOptions} [options] @returns {Promise<Row[]>}
 */
export function around(id, left, right, filters, {logrec, signal} = {}) {
  const more = {around: id, left, right, logrec: logrec ? 1 : undefined};
  return json(address('record', parameters(filters, more)), signal);
}

/**
 * In order of arrival; without a cursor, the cursor of now. @param {string | null} cursor @param {Filters} filters
 * @param {ReadOptions & {limit?: number}} [options] @returns {Promise<Tail>}
 */
export function tail(cursor, filters, {limit, logrec, signal} = {}) {
  const more = {cursor: cursor ?? undefined, limit, logrec: logrec ? 1 : undefined};
  return json(address('tail', parameters(filters, more)), signal);
}

/** How many of the newest records values() may look at. */
export const SAMPLES = [1000, 10000, 100000];

/**
 * Among the newest `sample` records. @param {string} path @param {Filters} filters
 * @param {{limit?: number, sample?: number, signal?: AbortSignal}} [options] @returns {Promise<Values>}
 */
export function values(path, filters, {limit, sample, signal} = {}) {
  return json(address('value', parameters(filters, {path, limit, sample})), signal);
}

/** @param {AbortSignal} [signal] @returns {Promise<{user: string | null, roles: string[]}>} */
export function user(signal) {
  return json(address('user'), signal);
}

/** As HTTPHandler does; its id. @param {Record<string, string | number>} fields @returns {Promise<number>} */
export async function post(fields) {
  const body = new URLSearchParams(Object.entries(fields).map(([key, value]) => [key, String(value)]));
  const response = await request(address('record'), {method: 'POST', body});
  return response.json();
}

/** @param {Filters} filters @param {'ndjson' | 'csv'} format */
export function exportUrl(filters, format) {
  return address('record', parameters(filters, {format}));
}

/** For people to copy. @param {string} path @param {Filters} [filters] @param {More} [more] */
export function apiUrl(path, filters, more) {
  return address(path, parameters(filters, more));
}
