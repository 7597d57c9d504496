// The box: words are searched for, an expression is one.

import assert from 'node:assert/strict';

import {records, TRACEBACK} from './data.mjs';
import {address, expectErrors, main, open, openRecord, rows, settled, totalIs} from './page.mjs';
import {count, post, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

await post(records(400));
const [odd] = await post([{name: 'shop.odd', levelno: 40, created: Date.UTC(2025, 4, 21) / 1000, msg: 'Gateway "timeout" at 12:30, it\'s 100% <b>odd</b>', exc_text: TRACEBACK, status: 502, user: {name: 'Anna'}}]);

/** @param {Page} page */
const box = (page) => page.locator('#query textarea');
/** @param {Page} page @param {string} text */
async function type(page, text) {
  await box(page).fill(text);
  await box(page).press('Enter');
}

/** @param {Page} page */
const below = async (page) => (await page.locator('.query-below').textContent() ?? '').replace(/\s+/g, ' ');

test('12.5 the box: words, phrases and fields are searched for, and the page says so', async () => {
  const page = await open();
  for (const [text, words] of [
    ['timeout', 'Searching timeout in message, logger and traceback'],
    ['GATEWAY "12:30"', 'Searching GATEWAY "12:30" in message, logger and traceback'],
    ['502', 'Searching 502 in message, logger and traceback'],
    ['status:502', 'Searching status:502'],
    ['PaymentError -cart', 'Searching PaymentError -cart in message, logger and traceback'],
    ['full OR odd', 'Searching full OR odd in message, logger and traceback'],
    ['it\'s 100%', 'Searching it\'s 100% in message, logger and traceback'],
    ['<b>odd</b>', 'Searching <b>odd</b> in message, logger and traceback'],
    ['level:critical shop', 'Searching level:critical shop in message, logger and traceback'],
    ['nothing has this', 'Searching nothing has this in message, logger and traceback'],
  ]) {
    await type(page, text);
    await totalIs(page, await count({search: text}));
    await address(page, (given) => given.get('search') === text && !given.has('query'));
    assert.ok((await below(page)).startsWith(words), `${await below(page)} for ${text}`);
  }
  await page.getByRole('button', {name: 'Any text'}).click();
  await totalIs(page, await count());
  assert.equal(await box(page).inputValue(), '');
});

test('12.5 the box: what compares something is a condition; a link has the one or the other', async () => {
  const page = await open('?search=shop');
  await totalIs(page, await count({search: 'shop'}));
  assert.equal(await box(page).inputValue(), 'shop');
  await type(page, 'level = 50');
  await totalIs(page, await count({query: 'level = 50'}));
  await address(page, (given) => given.get('query') === 'level = 50' && !given.has('search'));
  assert.match(await below(page), /level is 50/);
  await page.goBack();
  await totalIs(page, await count({search: 'shop'}));
  assert.equal(await box(page).inputValue(), 'shop');
  await type(page, 'odd');
  await totalIs(page, await count({search: 'odd'}));
  await openRecord(page, (await rows(page))[0].id);
  assert.equal((await rows(page))[0].id, odd);
});

test('12.5 the box: one click makes a query of what is searched for', async () => {
  const page = await open('?search=-order+status%3A>%3D500');
  const wanted = await count({search: '-order status:>=500'});
  await totalIs(page, wanted);
  await box(page).focus();
  await page.getByRole('button', {name: 'Make it a query'}).click();
  await address(page, (given) => /message LIKE '%order%'/.test(given.get('query') ?? '') && !given.has('search'));
  await totalIs(page, wanted);
  assert.match(await box(page).inputValue(), /^\(message LIKE '%order%'.* IS NOT TRUE AND COALESCE\(/);
});

test('12.5 the box: conditions that were clicked stand beside what is searched for, each with its end', async () => {
  const page = await open('?search=order&query=level+%3D+20+AND+logrec->%27$.data.status%27+%3D+200');
  const chips = page.locator('.query-chip');
  await totalIs(page, await count({search: 'order', query: 'level = 20 AND logrec->\'$.data.status\' = 200'}));
  assert.deepEqual(await chips.allTextContents(), ['level is 20', 'status is 200']);
  await type(page, 'order 12');
  await totalIs(page, await count({search: 'order 12', query: 'level = 20 AND logrec->\'$.data.status\' = 200'}));
  await page.getByRole('button', {name: 'Remove level is 20'}).click();
  await totalIs(page, await count({search: 'order 12', query: 'logrec->\'$.data.status\' = 200'}));
  await type(page, 'level = 40');
  await totalIs(page, await count({query: 'logrec->\'$.data.status\' = 200 AND level = 40'}));
  assert.equal(await chips.count(), 0);
  assert.equal(await box(page).inputValue(), 'logrec->\'$.data.status\' = 200 AND level = 40');
});

test('12.5 the box: a condition that fails is offered as words, and a name as the field that was meant', async () => {
  expectErrors(/status of 400/);
  const page = await open();
  await type(page, 'status = 502');
  await page.locator('#query .error-text').waitFor();
  await page.getByRole('button', {name: 'The field status'}).click();
  await totalIs(page, 1);
  assert.equal(await box(page).inputValue(), 'logrec->\'$.data.status\' = 502');
  await type(page, 'level = gateway');
  await page.locator('#query .error-text').waitFor();
  await page.getByRole('button', {name: 'Search for'}).click();
  await address(page, (given) => given.get('search') === 'level = gateway');
  await page.locator('.list-note:not([hidden]) .list-message').waitFor();
});

test('12.5 the box: a word that a link gives as a condition warns', async () => {
  const page = await open('?query=502');
  await totalIs(page, await count());
  await box(page).focus();
  await until(async () => /the same for every record/i.test(await below(page)), 'the warning');
  await page.getByRole('button', {name: 'Search for it'}).click();
  await totalIs(page, await count({search: '502'}));
  await settled(page);
});

await main();
