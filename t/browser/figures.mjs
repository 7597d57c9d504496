// Figures: first records on screen, time to filter, bytes transferred. (Memory: tail.mjs.) `make bench` has bounds for
// the times; here they are set against plain requests for the same in the same run, and only a collapse fails.

import assert from 'node:assert/strict';

import {main, newContext, open, settled, totalIs} from './page.mjs';
import {authorization, count, ORIGIN} from './site.mjs';
import {comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ROWS = await count();
const RUNS = 5;
/** How many times what the plain requests take: 3 to 5 were measured, to filter up to 15. These are for a collapse. */
const FIRST = 20;
const FILTER = 60;
/** Bytes on the wire: the files as nginx compresses them, the headers of each, and all that is read at the beginning. */
const FILES = 120 * 1024;
const HEADERS = 700;
const ANSWERS = 64 * 1024;

/** When the first row of records was painted, after the navigation began. */
const WATCH = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('.grid .row[data-id]')) {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.firstRecords = performance.now(); }));
    }
  }).observe(document, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-id']});
`;

/** @param {Page} page @returns {Promise<number>} */
async function firstRecords(page) {
  const found = await page.waitForFunction(() => /** @type {any} */ (window).firstRecords);
  return found.jsonValue();
}

/** @param {number[]} list */
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** @typedef {{method: string, url: string}} Asked */

/** What a page asks for from now on. @param {import('playwright-core').BrowserContext} context @returns {Asked[]} */
function listen(context) {
  /** @type {Asked[]} */
  const asked = [];
  context.on('request', (request) => asked.push({method: request.method(), url: request.url()}));
  return asked;
}

/** The same requests, one after the other. @param {Asked[]} asked @returns {Promise<number>} milliseconds */
async function plainly(asked) {
  const begin = performance.now();
  for (const {method, url} of asked) {
    const {host, pathname, search} = new URL(url);
    await fetch(`http://${host}${pathname}${search}`, {method, headers: {authorization}}).then((response) => response.arrayBuffer());
  }
  return performance.now() - begin;
}

/** @param {string} name @param {number[]} times milliseconds @param {number[]} plain of each @param {number} most times as much */
function compare(name, times, plain, most) {
  const list = (/** @type {number[]} */ values) => values.map((value) => value.toFixed(1)).join(' ');
  const ratio = median(times.map((time, run) => time / plain[run]));
  comment(`figure: ${name}: ${list(times)} ms, plain requests ${list(plain)} ms: ${ratio.toFixed(1)} times`);
  assert.ok(ratio < most, `${ratio.toFixed(1)} times what the plain requests take`);
}

test(`first records of ${ROWS.toLocaleString('en-GB')} on screen, with an empty cache`, async () => {
  const [times, plain] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await newContext();
    const asked = listen(context);
    await context.addInitScript(WATCH);
    const page = await open('', {context});
    times.push(await firstRecords(page));
    await context.close();
    plain.push(await plainly(asked));
  }
  compare('first records', times, plain, FIRST);
});

test('and again, with what the browser kept', async () => {
  const context = await newContext();
  const asked = listen(context);
  await context.addInitScript(WATCH);
  await open('', {context});
  const [times, plain] = [[], []];
  const first = [...asked];
  for (let run = 0; run < RUNS; run += 1) {
    const page = await context.newPage();
    await page.goto(`${ORIGIN}/`);
    times.push(await firstRecords(page));
    await page.close();
    plain.push(await plainly(first));
  }
  compare('first records again', times, plain, FIRST);
});

test('time to filter: from the press of a key until other records are painted', async () => {
  const page = await open();
  await totalIs(page, ROWS);
  const asked = listen(page.context());
  const [times, plain] = [[], []];
  for (const [key, level] of [['5', 'CRITICAL'], ['0', null], ['5', 'CRITICAL'], ['0', null], ['5', 'CRITICAL']]) {
    asked.length = 0;
    times.push(await page.evaluate(([press, wanted]) => new Promise((resolve) => {
      const begin = performance.now();
      const look = () => {
        const cells = [...document.querySelectorAll('.grid .row[data-id] .cell-level')];
        const other = cells.some((cell) => cell.textContent !== 'CRITICAL');
        if (cells.length && document.querySelector('.grid')?.getAttribute('aria-busy') === 'false' && other === (wanted === null)) {
          setTimeout(() => resolve(performance.now() - begin));
        } else {
          requestAnimationFrame(look);
        }
      };
      document.dispatchEvent(new KeyboardEvent('keydown', {key: String(press), bubbles: true}));
      requestAnimationFrame(look);
    }), [key, level]));
    await settled(page);
    plain.push(await plainly([...asked]));
  }
  compare('filtered', times, plain, FILTER);
});

test('bytes transferred: all files and the first answers', async () => {
  const context = await newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  /** @type {Map<string, string>} */
  const urls = new Map();
  /** @type {Map<string, number>} */
  const bytes = new Map();
  session.on('Network.requestWillBeSent', ({requestId, request}) => urls.set(requestId, request.url));
  session.on('Network.loadingFinished', ({requestId, encodedDataLength}) => bytes.set(urls.get(requestId) ?? '', encodedDataLength));
  await page.goto(ORIGIN.replace('//', '//logger:secret@'));
  await totalIs(page, ROWS);
  await page.locator('#timeline[aria-busy=false]').waitFor();
  await page.waitForLoadState('networkidle');
  const sum = (/** @type {(url: string) => boolean} */ is) => [...bytes].filter(([url]) => is(url)).reduce((all, [, size]) => all + size, 0);
  const [files, answers] = [sum((url) => !url.includes('/api/')), sum((url) => url.includes('/api/'))];
  const kib = (/** @type {number} */ size) => `${(size / 1024).toFixed(1)} KiB`;
  comment(`figure: files with their headers: ${kib(files)}`);
  comment(`figure: first answers: ${kib(answers)}, ${bytes.size} requests`);
  [...bytes].filter(([url]) => url.includes('/api/')).forEach(([url, size]) => comment(`${kib(size)} ${decodeURIComponent(url.replace(ORIGIN, '')).slice(0, 100)}`));
  const again = await context.newPage();
  const other = await context.newCDPSession(again);
  await other.send('Network.enable');
  let second = 0;
  other.on('Network.loadingFinished', ({encodedDataLength}) => { second += encodedDataLength; });
  await again.goto(`${ORIGIN}/`);
  await totalIs(again, ROWS);
  await again.waitForLoadState('networkidle');
  comment(`figure: loaded again: ${kib(second)}`);
  assert.ok(files < FILES + HEADERS * bytes.size, 'the files');
  assert.ok(answers < ANSWERS, 'the first answers');
});

await main();
