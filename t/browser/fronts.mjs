// What is most likely to differ behind another front server, with another database.

import assert from 'node:assert/strict';

import {records} from './data.mjs';
import {download, main, open, openRecord, rows, totalIs} from './page.mjs';
import {count, ORIGIN, post, read, until} from './site.mjs';
import {test} from './tap.mjs';

const ids = await post(records(500));

test('the list, a filter, a record, around, live', async () => {
  const page = await open();
  await totalIs(page, ids.length);
  await page.locator('.level-button[data-value="40"]').click();
  await totalIs(page, await count({level: 40}));
  await page.locator('#query textarea').fill('logrec->\'$.data.user.id\' IN (1, 2, 3) AND message LIKE \'%was not paid%\'');
  await page.locator('#query textarea').press('Enter');
  await totalIs(page, await count({level: 40, query: 'logrec->\'$.data.user.id\' IN (1, 2, 3) AND message LIKE \'%was not paid%\''}));
  const [{id}] = await rows(page);
  await openRecord(page, id);
  assert.equal(await page.locator('#record h2').textContent(), (await read(`record/${id}`)).logrec.error.exc_text ? 'shop.errors.PaymentError: order 4711 was not paid' : 'KeyError(\'user_id\')');
  await page.keyboard.press('a');
  await page.locator('.around-row.here').waitFor();
  await page.goto(`${ORIGIN}/`);
  await totalIs(page, ids.length);
  await page.keyboard.press('t');
  await page.locator('#tail[data-condition=live]').waitFor();
  const [live] = await post([{name: 'live', levelno: 20, created: Date.now() / 1000, msg: 'live'}]);
  await until(async () => (await rows(page))[0]?.id === live, 'a live record');
});

test('an export', async () => {
  const page = await open('?level=30&all=1');
  await page.keyboard.press('x');
  await page.locator('.export-count strong').waitFor();
  const {text} = await download(page, () => page.locator('.export-panel a').click());
  const lines = text.trimEnd().split('\n');
  assert.deepEqual(lines.map((line) => JSON.parse(line).id), (await read('record', {level: 30, left: 0, right: 999})).map(({id}) => id));
});

test('the policy', async () => {
  const response = await fetch(`${ORIGIN}/js/app.js`, {headers: {authorization: `Basic ${btoa('logger:secret')}`}});
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
});

await main();
