// Figures, with bounds: first records on screen, time to filter, bytes transferred. (Memory: tail.mjs.)

import assert from 'node:assert/strict';

import {main, newContext, open, settled, totalIs} from './page.mjs';
import {count, ORIGIN, SLACK} from './site.mjs';
import {comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ROWS = await count();
/** Milliseconds. */
const FIRST = 1000;
const FILTER = 500;
/** Bytes on the wire: the files as nginx compresses them (quicker, and by a quarter worse than gzip -6), the headers of
 *  each, and all that is read at the beginning. */
const FILES = 120 * 1024 * 1.25;
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

test(`first records of ${ROWS.toLocaleString('en-GB')} on screen in a second, with an empty cache`, async () => {
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    const context = await newContext();
    await context.addInitScript(WATCH);
    const page = await open('', {context});
    times.push(await firstRecords(page));
    await context.close();
  }
  comment(`first records after ${median(times).toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`);
  assert.ok(median(times) < FIRST * SLACK);
});

test('and again, with what the browser kept', async () => {
  const context = await newContext();
  await context.addInitScript(WATCH);
  await open('', {context});
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    const page = await context.newPage();
    await page.goto(`${ORIGIN}/`);
    times.push(await firstRecords(page));
    await page.close();
  }
  comment(`first records after ${median(times).toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`);
  assert.ok(median(times) < FIRST * SLACK);
});

test('time to filter: from the press of a key until other records are painted', async () => {
  const page = await open();
  await totalIs(page, ROWS);
  const times = [];
  for (const [key, level] of [['5', 'CRITICAL'], ['0', null], ['5', 'CRITICAL'], ['0', null], ['5', 'CRITICAL']]) {
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
  }
  comment(`filtered after ${median(times).toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`);
  assert.ok(median(times) < FILTER * SLACK);
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
  comment(`${bytes.size} requests; files ${kib(files)} with their headers, answers ${kib(answers)}`);
  [...bytes].filter(([url]) => url.includes('/api/')).forEach(([url, size]) => comment(`${kib(size)} ${decodeURIComponent(url.replace(ORIGIN, '')).slice(0, 100)}`));
  const again = await context.newPage();
  const other = await context.newCDPSession(again);
  await other.send('Network.enable');
  let second = 0;
  other.on('Network.loadingFinished', ({encodedDataLength}) => { second += encodedDataLength; });
  await again.goto(`${ORIGIN}/`);
  await totalIs(again, ROWS);
  await again.waitForLoadState('networkidle');
  comment(`loaded again: ${kib(second)}`);
  assert.ok(files < FILES + HEADERS * bytes.size, 'the files');
  assert.ok(answers < ANSWERS, 'the first answers');
});

await main();
