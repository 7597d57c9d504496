// A list of a million rows: message `row N`, one a second, the newest has the greatest N.

import assert from 'node:assert/strict';

import {address, main, open, rows, settled, total} from './page.mjs';
import {count, ORIGIN, until} from './site.mjs';
import {comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ROWS = await count();
const THERE = Math.floor(ROWS * 0.9);
/** Far down it takes about as long as near by: more than so many times as long is a collapse. */
const FARTHER = 20;

/** Waits until rows are shown that are right for their places. @param {Page} page @param {(first: number) => boolean} where */
async function right(page, where) {
  let shown = await rows(page);
  await until(async () => {
    await settled(page);
    shown = await rows(page);
    return shown.length && where(shown[0].position);
  }, 'the place is reached').catch((error) => assert.fail(`${error.message}; at ${shown[0]?.position}`));
  assert.deepEqual(shown.map(({message}) => message), shown.map(({position}) => `row ${ROWS - 1 - position}`));
  assert.deepEqual(shown.map(({position}) => position), shown.map((_, index) => shown[0].position + index));
  return shown;
}

test(`4. no line limit: the scroll bar, dragged to row ${THERE.toLocaleString('en-GB')} and back`, async () => {
  const page = await open();
  assert.equal(await total(page), ROWS);
  await right(page, (first) => first === 0);
  const bar = await page.locator('.bar').boundingBox();
  const thumb = await page.locator('.bar-thumb').boundingBox();
  assert.ok(bar && thumb);
  const x = bar.x + bar.width / 2;
  const way = bar.height - thumb.height;
  const pixel = ROWS / way;
  /** How long it takes until the rows are there when the bar is let go. @param {number} position */
  const letGo = async (position) => {
    const begin = performance.now();
    await page.mouse.up();
    const shown = await right(page, (first) => Math.abs(first - position) < 2 * pixel);
    return {took: performance.now() - begin, shown};
  };
  await page.mouse.move(x, thumb.y + thumb.height / 2);
  await page.mouse.down();
  await page.mouse.move(x, thumb.y + thumb.height / 2 + way * 0.02, {steps: 30});
  const near = await letGo(ROWS * 0.02);
  await page.mouse.move(x, thumb.y + thumb.height / 2 + way * 0.02);
  await page.mouse.down();
  await page.mouse.move(x, thumb.y + thumb.height / 2 + way * 0.9, {steps: 30});
  const bubble = await page.locator('.bar-bubble').textContent();
  assert.match(bubble ?? '', new RegExp(`of ${ROWS.toLocaleString('en-GB')}`), 'the place is told meanwhile');
  const {took, shown} = await letGo(THERE);
  comment(`rows at ${shown[0].position.toLocaleString('en-GB')} after ${took.toFixed(0)} ms, at ${near.shown[0].position.toLocaleString('en-GB')} after ${near.took.toFixed(0)} ms`);
  assert.ok(took < FARTHER * near.took);
  const foot = await page.locator('.status-place').textContent();
  assert.ok(foot?.startsWith(`${(shown[0].position + 1).toLocaleString('en-GB')}\u2013`) && foot.endsWith(` of ${ROWS.toLocaleString('en-GB')}`), foot ?? '');
  await page.mouse.move(x, bar.y + bar.height - 20);
  await page.mouse.down();
  await page.mouse.move(x, bar.y - 50, {steps: 30});
  await page.mouse.up();
  await right(page, (first) => first === 0);
});

test('4. no line limit: every row on the way, by wheel and by keys, about the same place', async () => {
  const page = await open(`?top=${THERE}`);
  let shown = await right(page, (first) => first === THERE);
  await page.mouse.move(500, 500);
  const seen = new Set(shown.map(({position}) => position));
  while (shown[0].position < THERE + 600) {
    const from = shown[0].position;
    await page.mouse.wheel(0, 500);
    shown = await right(page, (first) => first > from);
    shown.forEach(({position}) => seen.add(position));
  }
  for (let position = THERE; position < THERE + 600; position += 1) {
    assert.ok(seen.has(position), `row ${position} was shown`);
  }
  await page.locator('.grid').focus();
  await page.keyboard.press('j');
  const current = await until(() => page.locator('.grid').getAttribute('aria-activedescendant'), 'a current row');
  assert.equal(await page.locator(`#${current}`).getAttribute('aria-rowindex'), String(shown[0].position + 2));
  for (let times = 0; times < 3; times += 1) {
    const from = (await right(page, () => true))[0].position;
    await page.keyboard.press('PageUp');
    await right(page, (first) => first < from);
  }
  await page.keyboard.press('End');
  shown = await right(page, (first) => first > ROWS - 100);
  assert.equal(shown.at(-1)?.message, 'row 0');
  await page.keyboard.press('Home');
  await right(page, (first) => first === 0);
});

test('4. no line limit: screen readers are told the place, and few elements stand for all rows', async () => {
  const page = await open(`?top=${THERE}`);
  await right(page, (first) => first === THERE);
  assert.equal(await page.locator('.grid').getAttribute('aria-rowcount'), String(ROWS + 1));
  assert.ok(await page.locator('.grid .row').count() < 100);
  const tallest = await page.evaluate(() => Math.max(...[...document.querySelectorAll('#list *')].map((element) => element.scrollHeight)));
  assert.ok(tallest < 5000, `no tall element: ${tallest}`);
});

test('4. no line limit: Back, and a link, to a place far down', async () => {
  const page = await open();
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await right(page, (first) => first > ROWS - 100);
  await address(page, (given) => Number(given.get('top')) > ROWS - 100);
  const link = page.url();
  await page.locator('.level-button[data-value="50"]').click();
  await until(async () => await total(page) === ROWS / 5, 'a fifth of them');
  await page.goBack();
  await right(page, (first) => first > ROWS - 100);
  await page.goto(`${ORIGIN}/`);
  await page.goto(link);
  await right(page, (first) => first > ROWS - 100);
});

await main();
