// The timeline tells the truth: as fine as the records allow, what is far off, what is few, what comes, what is older.

import assert from 'node:assert/strict';

import {address, main, open, rows, totalIs} from './page.mjs';
import {post, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const NOON = Date.UTC(2025, 4, 20, 12) / 1000;
/** @param {string} name @param {number} created @param {number} [levelno] */
const made = (name, created, levelno = 20) => ({name, levelno, created, msg: name});

await post([
  ...[0.1, 0.1, 0.9].map((part) => made('second', NOON + part)),
  ...Array.from({length: 60}, (_, n) => made('far', NOON + n * 60)), made('far', 86400), made('far', 86401),
  ...Array.from({length: 2000}, (_, n) => made('many', NOON + n % 60)), made('many', NOON + 600, 40), made('many', NOON + 900, 10),
  ...[0, 1800, 3600, 5400, 7200].map((after) => made('clocks', Date.UTC(2025, 9, 26) / 1000 + after)),
]);

/** @param {string} search @param {import('./page.mjs').Look} [look] */
async function shown(search, look) {
  const page = await open(search, look);
  await page.locator('#timeline[aria-busy=false] .timeline-bars path').first().waitFor();
  return page;
}

/** @param {Page} page @param {string} selector */
const text = async (page, selector) => await page.locator(selector).textContent() ?? '';
/** How tall all of a level is, in pixels. @param {Page} page @param {string} band @returns {Promise<number>} */
const height = (page, band) => page.locator(`.timeline-bars [data-level=${band}]`).evaluate((path) => /** @type {any} */ (path).getBBox().height);

test('12.9 timeline: three records of one second are one bar of one second', async () => {
  const page = await shown('?name=second');
  assert.match(await text(page, '.timeline-caption'), /^3 records.*one bar: 1 second$/);
  const width = await page.locator('.timeline-bars path').evaluate((path) => /** @type {any} */ (path).getBBox().width);
  assert.ok(width > 3 && width < 100, `a bar, not the whole width: ${width}`);
});

test('12.9 timeline: far outliers are a stub at the edge, one click away', async () => {
  const page = await shown('?name=far&zone=UTC');
  assert.match(await text(page, '.timeline-caption'), /^62 records.*one bar: \d+ (seconds|minute)/);
  const stub = page.locator('.timeline-far:not([hidden])');
  assert.match(await stub.textContent() ?? '', /\b2\b/);
  assert.match(await stub.getAttribute('title') ?? '', /^2 far before all others: 1970-01-02/);
  await stub.click();
  await address(page, (given) => (given.get('after') ?? '').startsWith('1970-01-02'));
  await totalIs(page, 2);
  await until(async () => await stub.count() === 0, 'no stub where all are near');
});

test('12.9 timeline: an error is always seen, and the legend switches levels off', async () => {
  const page = await shown('?name=many');
  assert.ok(await height(page, 'error') >= 2);
  assert.ok(await height(page, 'debug') < 1, 'the smallest bar is for errors alone');
  await page.locator('.timeline-legend').getByRole('button', {name: 'INFO'}).click();
  await address(page, (given) => given.get('hide') === 'info');
  assert.ok(await height(page, 'error') > 40);
  assert.equal(await page.locator('.timeline-bars [data-level=info]').count(), 0);
  assert.match(await text(page, '.timeline-caption'), /^2,002 records/);
  await page.reload();
  await page.locator('.timeline-legend [aria-pressed=false]').click();
  await page.locator('.timeline-bars [data-level=info]').waitFor();
});

test('12.9 timeline: a logarithmic scale shows few beside many', async () => {
  const page = await shown('?name=many');
  await page.getByRole('button', {name: 'log', exact: true}).click();
  await address(page, (given) => given.get('log') === '1');
  assert.ok(await height(page, 'debug') > 4);
  await page.getByRole('button', {name: 'log', exact: true}).click();
  await address(page, (given) => !given.has('log'));
  assert.ok(await height(page, 'debug') < 1);
});

test('12.9 timeline: the window and a selection are brackets that cover no bar', async () => {
  const page = await shown('?name=many');
  await page.locator('.timeline-graph').focus();
  await page.keyboard.press('ArrowLeft');
  for (const selector of ['.in-sight', '.chosen']) {
    assert.equal(await page.locator(selector).evaluate((path) => getComputedStyle(path).fill), 'none', selector);
  }
  const [bracket, bars] = await page.evaluate(() => ['.in-sight', '.timeline-bars'].map((selector) => {
    const {y, height: tall} = /** @type {any} */ (document.querySelector(selector)).getBBox();
    return [y, y + tall];
  }));
  assert.ok(bracket[1] < bars[0], `${bracket} above ${bars}`);
});

test('12.9 timeline: the hour that clocks repeat says which one it is', async () => {
  const page = await shown('?name=clocks&zone=Europe/Amsterdam&after=2025-10-25T22:00:00Z&before=2025-10-26T03:00:00Z');
  await page.getByRole('button', {name: 'As a table'}).click();
  const times = (await page.locator('.timeline-table tbody th').allTextContents()).join();
  assert.ok(times.includes('02:00+02:00') && times.includes('02:00+01:00') && times.includes('02:30+01:00'), times);
  assert.match(await text(page, '.timeline-axis'), /02:00\+02:00.*02:00\+01:00/);
});

test('12.9 timeline: records of the future are marked', async () => {
  await post([made('ahead', Date.now() / 1000 - 60), made('ahead', Date.now() / 1000 + 7200)]);
  const page = await shown('?name=ahead');
  assert.equal(await text(page, '.timeline-ahead'), '1 in the future');
  assert.equal(await page.locator('.timeline-overlay .now').count(), 1);
});

test('12.9 timeline: caption and list never disagree, and bars say that they are older', async () => {
  const page = await open('?name=live&tail=1&all=1');
  await totalIs(page, 0);
  assert.match(await text(page, '.timeline-caption'), /^0 records/);
  await post([made('live', Date.now() / 1000)]);
  await page.locator('.grid .row[data-id]').waitFor();
  assert.equal((await rows(page)).length, 1);
  assert.match(await text(page, '.timeline-caption'), /^1 record/);
  await page.locator('.timeline-bars path').waitFor();

  const other = await open('?name=many&tail=1&all=1');
  await totalIs(other, 2002);
  await post([made('many', Date.now() / 1000), made('many', Date.now() / 1000)]);
  await totalIs(other, 2004);
  assert.match(await text(other, '.timeline-caption'), /^2,004 records/);
  assert.match(await text(other, '.timeline-older'), /^bars: 2,002, of \d\d:\d\d:\d\d$/);
});

await main();
