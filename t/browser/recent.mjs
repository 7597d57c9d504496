// An address that says nothing of when: the last 24 hours, where there are records in them.

import assert from 'node:assert/strict';

import {records} from './data.mjs';
import {address, here, main, open, rows, totalIs} from './page.mjs';
import {count, ORIGIN, post, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} words */
const says = (page, words) => until(async () => (await page.locator('#chips').textContent())?.includes(words), `the page says ${words}`)
  .catch(async (error) => assert.fail(`${error.message}: ${await page.locator('#chips').textContent()}`));

const OLD = 1200;
const NEW = 30;

test('12.14 the last 24 hours: nothing is there, which the page says, and shows all', async () => {
  await post(records(OLD));
  const page = await open('?level=40');
  await totalIs(page, await count({level: 40}));
  await says(page, 'Nothing is of the last 24 hours: these are of any time');
  await page.locator('.range-button').click();
  await page.locator('.range-choice', {hasText: 'All time'}).click();
  await until(async () => !(await page.locator('#chips').textContent())?.includes('Nothing'), 'that is what was asked for');
  await address(page, (given) => given.get('all') === '1');
});

test('12.14 the last 24 hours: what they have, beside how many there are in all, which one click shows', async () => {
  await post(Array.from({length: NEW}, (_, n) => ({name: 'shop.new', levelno: 20 + n % 3 * 10, created: Date.now() / 1000 - n * 60, msg: `new ${n}`})));
  const page = await open();
  await address(page, (given) => given.get('after') === '-PT24H');
  await totalIs(page, NEW);
  await says(page, `Last 24 hours${NEW} of 1,230 in all`);
  await page.locator('.level-button[data-value="40"]').click();
  await totalIs(page, NEW / 3);
  await says(page, `${NEW / 3} of ${(await count({level: 40})).toLocaleString('en-GB')} in all`);
  await page.getByRole('button', {name: 'in all'}).click();
  await totalIs(page, await count({level: 40}));
  await address(page, (given) => !given.get('after') && given.get('all') === '1');
  // A link shows a colleague the same.
  const other = await open(`?${new URL(await here(page)).searchParams}`);
  await totalIs(other, await count({level: 40}));
  await other.goBack();
  await other.goto(`${ORIGIN}/?before=2025-05-21&level=40`);
  await totalIs(other, await count({level: 40, before: '2025-05-21'}));
});

test('12.14 the last 24 hours: a link to an old record shows where that is', async () => {
  const page = await open();
  await totalIs(page, NEW);
  await page.getByRole('button', {name: 'in all'}).click();
  await totalIs(page, OLD + NEW);
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await until(async () => (await rows(page)).at(-1)?.position === OLD + NEW - 1, 'the last row');
  await page.keyboard.press('Enter');
  await address(page, (given) => given.has('record'));
  const record = Number(new URL(await here(page)).searchParams.get('record'));
  const other = await open(`?record=${record}`);
  await totalIs(other, OLD + NEW);
  await until(async () => (await rows(other)).some(({id}) => id === record), 'its row');
});

await main();
