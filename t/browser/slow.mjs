// Searches that take longer than the worker's deadline, which is a second here.

import assert from 'node:assert/strict';

import {expectErrors, main, open, rows, settled} from './page.mjs';
import {count, ORIGIN, post, read, request, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const RECORDS = 40000;
const BEGIN = Date.UTC(2025, 4, 20) / 1000;
/** Every so many. */
const RARE = 400;

/** Where something else has the machine for as long as the deadline; then the page asks again. */
const BUSY = /status of 503/;

/** @type {number[]} */
const rare = [];
for (let first = 0; first < RECORDS; first += 10000) {
  const ids = await post(Array.from({length: 10000}, (_, at) => ({name: 'slow', levelno: 20, created: BEGIN + first + at,
    msg: (first + at) % RARE ? 'common' : 'rare'})));
  rare.unshift(...ids.filter((_, at) => (first + at) % RARE === 0).toReversed());
}

/** Which is true, and takes a twentieth of the deadline and more for a fortieth of the records. */
async function slow() {
  for (let times = 1; ; times *= 2) {
    const query = Array.from({length: times}, (_, n) => `REPEAT(message, 1000) NOT LIKE '%never ${n}%'`).join(' AND ');
    const took = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const begin = performance.now();
      await read('record', {query, left: 0, right: 0, after: '2025-05-20', before: '2025-05-20T00:16:39'}).catch(() => {});
      await count({query, after: '2025-05-20', before: '2025-05-20T00:16:39'}).catch(() => {});
      took.push(performance.now() - begin);
    }
    if (Math.min(...took) > 50) {
      return query;
    }
  }
}

const all = await slow();
const query = `${all} AND message = 'rare'`;

/** Or offers to go on, in the end. @param {Page} page */
const goOn = (page) => page.getByRole('button', {name: 'Try again'}).click({timeout: 50}).catch(() => {});

/** What comes after the first answer is held back, so that what the page says meanwhile can be read. @param {string} search */
async function openHeld(search) {
  const page = await open();
  let release = () => {};
  const held = new Promise((resolve) => { release = () => resolve(null); });
  await page.route(/record\?.*from=/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.goto(`${ORIGIN}/?query=${encodeURIComponent(search)}`);
  return {page, release};
}

/** Waits until the foot says so. @param {Page} page @param {RegExp} words */
const says = (page, words) => until(async () => {
  await goOn(page);
  return words.test(await page.locator('#status').textContent() ?? '');
}, `the foot says ${words}`);

test('12.2 partial in the page: what can not be searched within the deadline is there from the first rows to the last', async () => {
  expectErrors(BUSY);
  // Without parts.
  const {status} = await request(`record?${new URLSearchParams({query, left: '0', right: '127'})}`);
  assert.equal(status, 503);
  const {page, release} = await openHeld(query);
  await settled(page);
  assert.equal((await rows(page))[0].id, rare[0]);
  await says(page, /of at least \d+.*Searched back to 2025-05-20 \d\d:\d\d:\d\d, \d+ found so far/);
  release();
  await says(page, new RegExp(` of ${rare.length}(?!\\d)`));
  assert.ok(await page.locator('.status-busy').isHidden());
  await until(async () => (await page.locator('.timeline-caption').textContent())?.startsWith(`${rare.length} records`
    + 'one bar'), 'the timeline is whole');
  assert.deepEqual((await rows(page)).map(({id}) => id), rare.slice(0, (await rows(page)).length));
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await until(async () => (await rows(page)).at(-1)?.id === rare.at(-1), 'the last row');
});

test('12.2 partial in the page: far down in what takes long', async () => {
  expectErrors(BUSY);
  const page = await open(`?query=${encodeURIComponent(all)}`);
  await says(page, /of 40,000/);
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await until(async () => {
    await goOn(page);
    return (await rows(page)).at(-1)?.position === RECORDS - 1;
  }, 'the last row');
  const shown = await rows(page);
  const wanted = await read('record', {left: shown[0].position, right: RECORDS - 1});
  assert.deepEqual(shown.map(({id}) => id), wanted.map(({id}) => id));
});

test('12.2 partial in the page: nothing that matches, and a search that was given up', async () => {
  expectErrors(BUSY);
  const {page, release} = await openHeld(`${all} AND message = 'no'`);
  await says(page, /none found so far/);
  await page.getByRole('button', {name: 'Cancel'}).click();
  await page.getByText('The search was given up').waitFor();
  release();
  await page.getByRole('button', {name: 'Try again'}).click();
  await until(async () => {
    await goOn(page);
    return page.getByText('Nothing matches').isVisible();
  }, 'nothing matches');
});

await main();
