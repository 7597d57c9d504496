// The box: words are searched for, an expression is one.

import assert from 'node:assert/strict';

import {records, TRACEBACK} from './data.mjs';
import {address, expectErrors, main, open, openRecord, rows, settled, totalIs} from './page.mjs';
import {count, ORIGIN, post, until} from './site.mjs';
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
  assert.deepEqual(await chips.allTextContents(), ['status is 200', 'level is 40']);
  assert.equal(await box(page).inputValue(), 'logrec->\'$.data.status\' = 200 AND level = 40');
});

test('12.5 the box: fields that were seen, levels and loggers are completed in a search', async () => {
  const page = await open('?all=1');
  const offered = () => page.locator('.query-list:popover-open .query-option-name').allTextContents();
  await box(page).focus();
  for (const [typed, wanted, text] of [['order user.n', 'user.name:', 'order user.name:'], ['order level:cri', 'critical', 'order level:critical '], ['-logger:shop.o', 'shop.odd', '-logger:shop.odd ']]) {
    await until(async () => {
      await box(page).fill('');
      await box(page).pressSequentially(typed);
      return (await offered()).includes(wanted);
    }, `${wanted} is offered for ${typed}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await box(page).inputValue(), text);
  }
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

/** @param {Page} page @param {string} name */
const button = (page, name) => page.locator('#chips').getByRole('button', {name, exact: true});
/** @param {Page} page @param {string[]} texts */
const chipsAre = (page, texts) => until(async () => String(await page.locator('.query-chip').allTextContents()) === String(texts), `the chips ${texts}`)
  .catch(async (error) => assert.fail(`${error.message}: ${await page.locator('.query-chip').allTextContents()}`));

test('12.6 chips: the range, the level, loggers and conditions, each with its end', async () => {
  const filters = {after: '2025-05-20', level: 20, name: 'shop,auth', query: 'logrec->\'$.data.status\' = 200 AND level < 50'};
  const page = await open(`?${new URLSearchParams({...filters, level: '20', zone: 'UTC'})}`);
  await totalIs(page, await count(filters));
  await chipsAre(page, ['Since Tue, 20 May 2025, 00:00', 'INFO and above', 'shop', 'auth', 'status is 200', 'level is less than 50']);
  await button(page, 'Remove INFO and above').click();
  await totalIs(page, await count({...filters, level: 0}));
  await button(page, 'Remove shop').click();
  await totalIs(page, await count({...filters, level: 0, name: 'auth'}));
  await button(page, 'Remove status is 200').click();
  await totalIs(page, await count({after: filters.after, name: 'auth', query: 'level < 50'}));
  await button(page, 'Remove Since Tue, 20 May 2025, 00:00').click();
  await totalIs(page, await count({name: 'auth', query: 'level < 50'}));
  await chipsAre(page, ['auth', 'level is less than 50']);
  await page.goBack();
  await chipsAre(page, ['Since Tue, 20 May 2025, 00:00', 'auth', 'level is less than 50']);
});

test('12.6 chips: "not" turns a condition about, and back; of a logger it is all others', async () => {
  const query = 'level >= 40 AND logrec->\'$.data.status\' = 200';
  const page = await open(`?${new URLSearchParams({query, name: 'shop.db'})}`);
  const all = await count();
  const [least, status] = [await count({query: 'level >= 40'}), await count({query: 'logrec->\'$.data.status\' = 200'})];
  await button(page, 'Remove shop.db').click();
  await button(page, 'Remove level is at least 40').click();
  await totalIs(page, status);
  await button(page, 'Not: status is 200').click();
  await totalIs(page, all - status);
  await chipsAre(page, ['status is not 200']);
  await button(page, 'Not: status is not 200').click();
  await totalIs(page, status);
  await page.goto(`${ORIGIN}/?name=shop.db,shop.cart&level=40`);
  await totalIs(page, await count({name: 'shop.db,shop.cart', level: 40}));
  await button(page, 'Not: shop.db').click();
  await totalIs(page, await count({name: 'shop.cart', level: 40}));
  await button(page, 'Remove shop.cart').click();
  await totalIs(page, least - await count({name: 'shop.db', level: 40}));
  await chipsAre(page, ['ERROR and above', 'logger does not begin with \u201cshop.db\u201d']);
});

test('12.6 chips: a click puts one where it can be changed', async () => {
  const page = await open('?after=2025-05-20&level=20&name=shop&query=level+>+10+AND+level+<+50');
  await totalIs(page, await count({after: '2025-05-20', level: 20, name: 'shop', query: 'level > 10 AND level < 50'}));
  await button(page, 'Since Tue, 20 May 2025, 00:00').click();
  await page.locator('.range-typed').waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'shop').click();
  await page.locator('.loggers-rows .logger-row').first().waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'INFO and above').click();
  await page.locator('.level-button[data-value="20"]:focus').waitFor();
  await button(page, 'level is less than 50').click();
  await page.keyboard.type('level = 40');
  await page.keyboard.press('Enter');
  await totalIs(page, await count({after: '2025-05-20', name: 'shop', query: 'level > 10 AND level = 40'}));
  await type(page, '');
  await type(page, 'order');
  await address(page, (given) => given.get('search') === 'order');
  await page.goto(`${ORIGIN}/?search=order&query=level+>+10+AND+level+<+50`);
  await totalIs(page, await count({search: 'order', query: 'level > 10 AND level < 50'}));
  await button(page, 'level is less than 50').click();
  assert.equal(await box(page).inputValue(), 'level < 50');
  await type(page, 'level < 30');
  await totalIs(page, await count({search: 'order', query: 'level > 10 AND level < 30'}));
  assert.equal(await box(page).inputValue(), 'order');
});

test('12.6 chips: loggers are muted in the tree, which says how many errors each has', async () => {
  const page = await open();
  await totalIs(page, await count());
  await page.locator('.loggers-button').click();
  const row = page.locator('.logger-row[data-name="auth"]');
  await row.waitFor();
  assert.equal(await row.locator('.logger-errors').textContent(), String(await count({name: 'auth', level: 40})));
  await row.hover();
  await row.getByText('mute', {exact: true}).click();
  await page.locator('.logger-row[data-name="auth"][data-muted]').waitFor();
  await address(page, (given) => given.get('query') === 'name NOT LIKE \'auth%\'');
  await totalIs(page, await count() - await count({name: 'auth'}));
  await row.focus();
  await page.keyboard.press('m');
  await totalIs(page, await count());
  await page.locator('.logger-row[data-name="auth"]:not([data-muted])').waitFor();
});

await main();
