// Chromium, and the page of the web interface in it.

import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';

import {ORIGIN, PASSWORD, USER, hangUp} from './site.mjs';
import {afterEach, run} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{width?: number, height?: number, theme?: 'light' | 'dark', zone?: string, phone?: boolean}} Look */

const require = createRequire(import.meta.url);
export const MODULES = process.env.CHRONOLOGER_NODE_MODULES ?? join(import.meta.dirname, 'node_modules');

/** A package that `npm ci` installed. @param {string} name @returns {any} */
export function load(name) {
  return require(join(MODULES, name));
}

const {chromium} = load('playwright-core');
/** Chromium, which others use too. @type {import('playwright-core').Browser} */
const browser = await chromium.connect(process.env.CHRONOLOGER_BROWSER, {timeout: 0});

/** What went wrong in pages since the last test. @type {string[]} */
let problems = [];
/** @type {RegExp | null} */
let expected = null;
/** @type {import('playwright-core').BrowserContext[]} */
let contexts = [];

/** Errors of this kind belong to the test. @param {RegExp} kind */
export function expectErrors(kind) {
  expected = kind;
}

afterEach(async () => {
  const left = problems.filter((problem) => !expected?.test(problem));
  problems = [];
  expected = null;
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  assert.deepEqual(left, [], 'the page had errors');
});

/** All contexts have the same clipboard: what was put there is kept in the page as well. */
const COPIED = `
  navigator.clipboard && (navigator.clipboard.writeText = async (text) => {
    await Clipboard.prototype.writeText.call(navigator.clipboard, text);
    window.copied = text;
  });
`;

/** Those that have the password: the browser sends it by itself then. @type {WeakSet<import('playwright-core').BrowserContext>} */
const known = new WeakSet();

/**
 * A browser of its own, with nothing kept from before.
 * @param {Look} [look] @returns {Promise<import('playwright-core').BrowserContext>}
 */
export async function newContext({width = 1440, height = 900, theme = 'light', zone = 'UTC', phone = false} = {}) {
  const context = await browser.newContext({
    viewport: {width, height}, colorScheme: theme, timezoneId: zone, locale: 'en-GB', hasTouch: phone, isMobile: phone,
    permissions: ['clipboard-read', 'clipboard-write'], reducedMotion: 'reduce'});
  contexts.push(context);
  context.setDefaultTimeout(0);
  context.on('page', watch);
  await context.addInitScript(COPIED);
  return context;
}

/** @param {Page} page */
function watch(page) {
  page.on('pageerror', (error) => problems.push(`error: ${error.stack || error.message || error.name}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('request', (request) => {
    const {origin, protocol} = new URL(request.url());
    if (origin !== ORIGIN && protocol !== 'data:' && protocol !== 'blob:') {
      problems.push(`request to a stranger: ${request.url()}`);
    }
  });
}

/**
 * The page, with its first answer.
 * @param {string} [search] of the address @param {Look & {context?: import('playwright-core').BrowserContext}} [look]
 * @returns {Promise<Page>}
 */
export async function open(search = '', {context, ...look} = {}) {
  const browsing = context ?? await newContext(look);
  const page = await browsing.newPage();
  const address = new URL(`${ORIGIN}/${search}`);
  if (!known.has(browsing)) {
    [address.username, address.password] = [USER, PASSWORD];
    known.add(browsing);
  }
  await page.goto(address.href);
  await settled(page);
  return page;
}

/** Waits until the list shows what is asked for: rows, or why there are none. @param {Page} page */
export async function settled(page) {
  await page.waitForFunction(() => {
    const grid = document.querySelector('.grid');
    const note = document.querySelector('.list-note:not([hidden]) :is(.list-message, ch-empty)');
    const rows = document.querySelectorAll('.grid .row').length;
    const here = document.querySelector('#list')?.hidden === false;
    return !here || (grid?.getAttribute('aria-busy') === 'false'
      && (note || (rows > 0 && !document.querySelector('.grid .row.pending'))));
  });
}

/** @typedef {{id: number, position: number, level: string, name: string, message: string, text: string}} Shown */

/** The rows that are shown, from the top. @param {Page} page @returns {Promise<Shown[]>} */
export function rows(page) {
  return page.evaluate(() => {
    const text = (/** @type {Element} */ row, /** @type {string} */ cell) =>
      row.querySelector(`.cell-${cell}`)?.textContent ?? '';
    return [...document.querySelectorAll('.grid .row[data-id]')].map((row) => ({
      id: Number(row.getAttribute('data-id')), position: Number(row.getAttribute('aria-rowindex')) - 2,
      level: text(row, 'level'), name: text(row, 'name'), message: text(row, 'message'), text: row.textContent ?? ''}));
  });
}

/** Waits until the page's state, which is its address, has this. @param {Page} page @param {(given: URLSearchParams) => boolean} condition */
export async function address(page, condition) {
  await page.waitForURL((url) => condition(url.searchParams));
}

/** The page's address, as the address bar has it: without the password that it was opened with. @param {Page} page */
export function here(page) {
  return page.evaluate(() => location.href);
}

/** How many match, as the foot of the page says. @param {Page} page @returns {Promise<number>} */
export async function total(page) {
  const words = await page.waitForFunction(() => /of ([\d,]+)$/.exec(document.querySelector('.status-place')?.textContent ?? '')?.[1]);
  return Number((await words.jsonValue())?.replaceAll(',', ''));
}

/** Waits until so many match. @param {Page} page @param {number} number */
export async function totalIs(page, number) {
  await page.waitForFunction((wanted) => {
    const words = document.querySelector('.status-place')?.textContent ?? '';
    const none = document.querySelector('.list-note:not([hidden]) .list-message');
    return (wanted === '0' && none) || words.endsWith(` of ${wanted}`);
  }, number.toLocaleString('en-GB')).catch(async () => {
    assert.equal(await page.locator('.status-place').textContent(), `… of ${number.toLocaleString('en-GB')}`);
  });
  await settled(page);
}

/** Opens the record of a row that is shown. @param {Page} page @param {number} id */
export async function openRecord(page, id) {
  await page.locator(`.grid .row[data-id="${id}"] .cell-message`).click();
  await page.locator('#record .record-tabs').waitFor();
  await address(page, (given) => given.get('record') === String(id));
}

/** What the page put on the clipboard last. @param {Page} page @returns {Promise<string>} */
export function clipboard(page) {
  return page.evaluate(() => /** @type {any} */ (window).copied ?? '');
}

/** The file that comes of it. @param {Page} page @param {() => Promise<void>} act @returns {Promise<{name: string, text: string}>} */
export async function download(page, act) {
  const [file] = await Promise.all([page.waitForEvent('download'), act()]);
  return {name: file.suggestedFilename(), text: await text(await file.createReadStream())};
}

/** Runs the tests of the calling file. */
export async function main() {
  await run(async () => {
    await browser.close();
    hangUp();
  });
}
