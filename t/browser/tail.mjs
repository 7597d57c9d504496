// Live records: 200 a second for some time, from several senders, with a pause. Nothing is missed, nothing is doubled.

import assert from 'node:assert/strict';

import {main, open, rows, settled, totalIs} from './page.mjs';
import {count, post, read, until} from './site.mjs';
import {afterEach, comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const SECONDS = Number(process.env.CHRONOLOGER_BROWSER_TAIL || 10);
const RATE = 200;
const SENDERS = 3;
/** Seconds: some records come so late. */
const LATE = 2.5;
/** Bytes that the page may hold after any number of live records, and how many more after the second half of the time. */
const HEAP = 40e6;
const GROWTH = 6e6;
const NODES = 6000;

/** Sends records at a rate, as several senders at once, some of them late, until it is stopped. */
class Feed {
  sent = 0;
  #running = true;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.begin = Date.now();
    this.done = Promise.all(Array.from({length: SENDERS}, () => this.#send()));
  }

  async #send() {
    while (this.#running) {
      const due = Math.min(50, Math.floor((Date.now() - this.begin) / 1000 * RATE) - this.sent);
      if (due > 0) {
        const first = this.sent;
        this.sent += due;
        await post(Array.from({length: due}, (_, at) => this.#record(first + at)));
      } else {
        await new Promise((resolve) => { setTimeout(resolve, 5); });
      }
    }
  }

  /** @param {number} number */
  #record(number) {
    // Every 40th comes from a machine that sends late: its place is further down.
    const created = this.begin / 1000 + number / RATE - (number % 40 === 39 ? LATE : 0);
    return {name: this.name, levelno: number % 50 ? 20 : 40, created, msg: `live ${number}`, message: `live ${number}`};
  }

  async stop() {
    this.#running = false;
    await this.done;
    return this.sent;
  }
}

/** All rows of the list, from the top to the end, as they are shown. @param {Page} page @returns {Promise<import('./page.mjs').Shown[]>} */
async function walk(page) {
  const found = new Map();
  await page.locator('.grid').focus();
  await page.keyboard.press('Home');
  const length = await page.evaluate(() => Number(document.querySelector('.grid')?.getAttribute('aria-rowcount')) - 1);
  await until(async () => (await rows(page))[0]?.position === 0, 'the top of the list');
  await page.mouse.move(600, 500);
  for (let first = -1; ;) {
    await settled(page);
    const shown = await rows(page);
    if (shown.length && shown[0].position !== first) {
      first = shown[0].position;
      shown.forEach((row) => found.set(row.position, row));
      if (found.size >= length) {
        return [...found].sort(([a], [b]) => a - b).map(([, row]) => row);
      }
      await page.mouse.wheel(0, (shown.length - 3) * 26);
    }
  }
}

/** @param {Page} page @returns {Promise<{heap: number, nodes: number}>} after all garbage is gone */
async function memory(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const {usedSize} = await session.send('Runtime.getHeapUsage');
  const {nodes} = await session.send('Memory.getDOMCounters');
  await session.detach();
  return {heap: usedSize, nodes};
}

/** Waits until the feed has sent so many. @param {Feed} feed @param {number} number */
const sent = (feed, number) => until(() => feed.sent >= number, `${number} are sent`);

/** @type {Feed | null} */
let feeding = null;
afterEach(() => { feeding?.stop(); });

test(`2. tail: ${SECONDS} s at ${RATE} records a second with a pause: nothing missed, nothing doubled, memory bounded`, async () => {
  await post(Array.from({length: 300}, (_, number) => ({name: 'live.before', levelno: 20, created: Date.now() / 1000 - 400 + number, msg: `before ${number}`})));
  const page = await open('?name=live');
  await page.keyboard.press('t');
  await page.locator('#tail[data-condition=live]').waitFor();
  assert.equal(await page.locator('#tail').getAttribute('aria-pressed'), 'true');
  const feed = feeding = new Feed('live.now');
  const all = SECONDS * RATE;
  await page.waitForFunction(() => document.querySelector('.grid .row .cell-message')?.textContent?.startsWith('live '));

  // It follows: what was sent is on top soon.
  await sent(feed, all / 4);
  const mark = feed.sent;
  const asked = performance.now();
  await page.waitForFunction((number) => [...document.querySelectorAll('.grid .row .cell-message')].some((cell) => Number(cell.textContent?.slice(5)) >= number), mark);
  comment(`a record is shown within ${(performance.now() - asked).toFixed(0)} ms`);

  // Scrolled down, further than what comes late has its place, it pauses, stays where it is, and says how many are new.
  await page.mouse.move(600, 500);
  await page.mouse.wheel(0, 26 * (LATE * RATE + 100));
  await page.locator('#tail[data-condition=paused]').waitFor();
  assert.equal(await page.locator('#tail').textContent(), 'Paused');
  await settled(page);
  const places = () => page.evaluate(() => [...document.querySelectorAll('.grid .row[data-id]')]
    .map((row) => `${row.getAttribute('data-id')} at ${Math.round(row.getBoundingClientRect().top)}`));
  const before = await places();
  const [pausedAt, heapThen] = [feed.sent, await memory(page)];
  await sent(feed, all / 2);
  const pill = page.locator('.new-pill');
  await page.waitForFunction((number) => Number(document.querySelector('.new-pill')?.textContent?.replace(/\D/g, '')) >= number, Math.floor((feed.sent - pausedAt) / 2));
  await settled(page);
  assert.ok(before.length > 10);
  assert.deepEqual(await places(), before, 'what is in sight has not moved by a pixel');
  assert.match(await pill.textContent() ?? '', /^[\d,]+ new$/);

  // On with it.
  await pill.click();
  await page.locator('#tail[data-condition=live]').waitFor();
  assert.ok(await pill.isHidden());
  const followed = feed.sent;
  await page.waitForFunction((number) => Number(document.querySelector('.grid .row .cell-message')?.textContent?.slice(5)) >= number, followed);

  // An open record pauses it as well.
  const [{id}] = await rows(page);
  await page.locator('.grid .row .cell-message').first().click();
  await page.locator('#tail[data-condition=paused]').waitFor();
  await page.waitForFunction(() => /new$/.test(document.querySelector('.new-pill:not([hidden])')?.textContent ?? ''));
  assert.ok(id > 0);
  await page.keyboard.press('Escape');
  // It may have gone on by itself meanwhile.
  await page.evaluate(() => /** @type {HTMLElement | null} */ (document.querySelector('.new-pill:not([hidden])'))?.click());
  await sent(feed, all);
  const total = await feed.stop();
  await totalIs(page, total + 300);

  const heapNow = await memory(page);
  comment(`heap ${(heapThen.heap / 1e6).toFixed(1)} MB after ${pausedAt} records, ${(heapNow.heap / 1e6).toFixed(1)} MB after ${total}; ${heapNow.nodes} nodes`);
  assert.ok(heapNow.heap < HEAP && heapNow.heap - heapThen.heap < GROWTH, 'memory is bounded');
  assert.ok(heapNow.nodes < NODES, 'elements are bounded');

  const shown = await walk(page);
  const live = shown.filter(({message}) => message.startsWith('live ')).map(({message}) => Number(message.slice(5)));
  const missed = Array.from({length: total}, (_, number) => number).filter(((seen) => (number) => !seen.has(number))(new Set(live)));
  assert.deepEqual(missed, [], 'nothing is missed');
  assert.equal(live.length, total, 'nothing is doubled');
  assert.equal(shown.length, await count({name: 'live'}));
  const wanted = [];
  for (let left = 0; left < shown.length; left += 10000) {
    wanted.push(...await read('record', {name: 'live', left, right: left + 9999}));
  }
  assert.deepEqual(shown.map((row) => row.id), wanted.map((row) => row.id), 'in their order');
});

test('2. tail: only what passes the filter', async () => {
  const page = await open('?name=other&level=40&tail=1');
  await page.locator('#tail[data-condition=live]').waitFor();
  const record = (number, name, levelno) => ({name, levelno, created: Date.now() / 1000, msg: `other ${number}`});
  const ids = await post([record(0, 'other', 40), record(1, 'other', 20), record(2, 'another', 40), record(3, 'other.too', 50)]);
  await until(async () => (await rows(page)).length === 2, 'two of four');
  assert.deepEqual((await rows(page)).map(({id}) => id), [ids[3], ids[0]]);
  await page.locator('#tail').click();
  await page.locator('#tail[data-condition=off]').waitFor();
});

await main();
