// The oldest first, and a value followed through everything.

import assert from 'node:assert/strict';

import {records} from './data.mjs';
import {address, main, open, openRecord, rows, settled, total, totalIs} from './page.mjs';
import {count, post, read, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ids = await post(records(1000));

/** @param {Page} page @param {(shown: number[]) => boolean} condition @param {string} what */
const shows = (page, condition, what) => until(async () => {
  await settled(page);
  return condition((await rows(page)).map(({id}) => id));
}, what).catch(async (error) => assert.fail(`${error.message}: ${(await rows(page)).map(({id}) => id)}`));

/** The record that is current in the list. @param {Page} page */
const current = (page) => page.evaluate(() => Number(document.getElementById(
  document.querySelector('.grid')?.getAttribute('aria-activedescendant') ?? '')?.getAttribute('data-id') ?? 0));
/** @param {Page} page @param {number} id */
const currentIs = (page, id) => until(async () => await current(page) === id, `the current record is ${id}`);

/** From the first on, each older or newer than the one before. @param {number[]} shown @param {number} from @param {number} step */
const inOrder = (shown, from, step) => shown.length > 5 && shown.every((id, at) => id === ids[from + at * step]);

test('12.7 follow this value: all records with it in a tab of their own, whatever else was asked for, oldest first', async () => {
  const page = await open('?level=40&name=shop&after=2025-05-20&columns=$.data.status&zone=UTC');
  await totalIs(page, await count({level: 40, name: 'shop', after: '2025-05-20'}));
  const [{id}] = await rows(page);
  await openRecord(page, id);
  const {status} = (await read(`record/${id}`)).logrec.data;
  await page.locator('#record [role=treeitem]', {has: page.locator('.tree-key', {hasText: /^status$/})}).click();
  await page.getByRole('menuitem', {name: 'All records with this'}).click();
  const query = `logrec->'$.data.status' = ${status}`;
  await address(page, (given) => given.get('query') === query && given.get('order') === 'oldest' && !given.has('level')
    && !given.has('name') && !given.get('after') && !given.has('record') && given.get('columns') === '$.data.status');
  const wanted = (await read('record', {query, left: 0, right: 999})).map((row) => row.id).toReversed();
  await totalIs(page, wanted.length);
  await shows(page, (shown) => shown.length > 5 && shown.every((other, at) => other === wanted[at]), 'the oldest first');
  assert.equal(await page.locator('.tab').count(), 2);
  await page.locator('.tab-name').first().click();
  await totalIs(page, await count({level: 40, name: 'shop', after: '2025-05-20'}));
});

test('12.7 oldest first: a switch, in the address, with Back; positions, keys and the place of a record are of that end', async () => {
  const page = await open();
  assert.equal(await total(page), 1000);
  await page.getByRole('button', {name: 'Oldest first'}).click();
  await address(page, (given) => given.get('order') === 'oldest');
  await shows(page, (shown) => inOrder(shown, 0, 1), 'the oldest first');
  assert.equal(await page.locator('.grid').getAttribute('aria-label'), 'Records, oldest first');
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await currentIs(page, ids[999]);
  await shows(page, (shown) => inOrder(shown, 1000 - shown.length, 1), 'the newest last');
  await page.keyboard.press('Home');
  await currentIs(page, ids[0]);
  const errors = (await read('record', {level: 40, left: 0, right: 999})).map(({id}) => id).toReversed();
  await page.keyboard.press('e');
  await currentIs(page, errors[0]);
  await page.keyboard.press('e');
  await currentIs(page, errors[1]);
  await page.keyboard.press('E');
  await currentIs(page, errors[0]);
  await page.keyboard.press('o');
  await shows(page, (shown) => inOrder(shown, 999, -1), 'the newest first');
  await page.goBack();
  await shows(page, (shown) => inOrder(shown, 0, 1), 'the oldest first again');
  const linked = await open(`?order=oldest&record=${ids[500]}`);
  await currentIs(linked, ids[500]);
  const shown = await rows(linked);
  assert.equal(shown.find(({id}) => id === ids[500])?.position, 500);
});

test('12.7 oldest first: a key for the first match in the range', async () => {
  const page = await open('?level=50');
  await totalIs(page, await count({level: 50}));
  const first = (await read('record', {level: 50, left: 0, right: 999})).at(-1).id;
  await page.keyboard.press('f');
  await currentIs(page, first);
  await page.keyboard.press('o');
  await settled(page);
  await page.keyboard.press('End');
  await page.keyboard.press('f');
  await currentIs(page, first);
  await page.keyboard.press('?');
  await page.getByText('The first match in the range').waitFor();
});

test('12.7 oldest first: what is searched for', async () => {
  const page = await open('?search=order&order=oldest');
  const wanted = (await read('record', {search: 'order', left: 0, right: 999})).map(({id}) => id).toReversed();
  await totalIs(page, wanted.length);
  await shows(page, (shown) => shown.every((id, at) => id === wanted[at]), 'the oldest first');
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await shows(page, (shown) => String(shown) === String(wanted.slice(-shown.length)), 'the newest last');
});

test('12.7 oldest first: live records come at the end; who is not there is told how many', async () => {
  const page = await open('?order=oldest&name=shop.&tail=1');
  await page.locator('#tail[data-condition=paused]').waitFor();
  const before = await count({name: 'shop.'});
  const top = (await rows(page)).map(({id}) => id);
  const live = (/** @type {number} */ n) => post([{name: 'shop.live', levelno: 20, created: Date.now() / 1000, msg: `live ${n}`}]);
  await live(1);
  await page.getByRole('button', {name: '1 new at the end'}).waitFor();
  await shows(page, (shown) => String(shown) === String(top), 'nothing moves');
  await page.getByRole('button', {name: '1 new at the end'}).click();
  await page.locator('#tail[data-condition=live]').waitFor();
  const [second] = await live(2);
  await shows(page, (shown) => shown.at(-1) === second, 'the end is followed');
  await totalIs(page, before + 2);
});

await main();
