// The database, and the server, stopped and started while the page is open.

import assert from 'node:assert/strict';

import {records} from './data.mjs';
import {expectErrors, main, open, rows, settled, total, totalIs} from './page.mjs';
import {ask, count, ORIGIN, post, until} from './site.mjs';
import {test} from './tap.mjs';

const REFUSED = /Failed to load resource/;
const ids = await post(records(400));

/** @param {number} number */
const fresh = (number) => ({name: 'fresh', levelno: 20, created: Date.now() / 1000, msg: `fresh ${number}`});

/** Until the server stores again. @param {number} number */
const stored = (number) => until(() => post([fresh(number)]).catch(() => null), 'a record is stored');

test('the database stopped and started: what is shown stays, live goes on, what failed is tried again', async () => {
  expectErrors(REFUSED);
  const page = await open('?tail=1&all=1');
  await page.locator('#tail[data-condition=live]').waitFor();
  const before = await rows(page);
  await ask('stop database');
  await page.locator('#tail[data-condition=lost]').waitFor();
  assert.equal(await page.locator('#tail').textContent(), 'Reconnecting');
  assert.deepEqual((await rows(page)).map(({id}) => id), before.map(({id}) => id), 'the rows stay');

  // A record that is not there yet says why it can not be shown.
  await page.locator(`.grid .row[data-id="${before[3].id}"] .cell-message`).click();
  const failure = page.locator('#record [role=alert]');
  await failure.waitFor();
  assert.ok((await failure.textContent() ?? '').length > 10);
  await page.keyboard.press('Escape');

  // So does a search, and it goes on by itself.
  const filtered = await open('?level=40&all=1');
  await filtered.locator('.list-message.failed').waitFor();
  assert.match(await filtered.locator('.list-message.failed').textContent() ?? '', /could not be read/);
  assert.ok(await filtered.getByRole('button', {name: 'Try again'}).isVisible());

  await ask('start database');
  const [id] = await stored(1);
  await until(async () => (await rows(page)).some((row) => row.id === id), 'the new record comes by itself');
  await page.locator('#tail[data-condition=live]').waitFor();
  assert.equal((await rows(page)).filter((row) => row.id === id).length, 1);
  await until(async () => (await rows(filtered)).length > 0, 'the search is made again by itself');
  await totalIs(filtered, await count({level: 40}));
  assert.equal(await filtered.locator('.list-note').isVisible(), false);
});

test('the server stopped and started: a banner, and nothing is missed', async () => {
  expectErrors(REFUSED);
  const page = await open('?tail=1&all=1');
  await page.locator('#tail[data-condition=live]').waitFor();
  const known = await total(page);
  await ask('stop front');
  await page.locator('#banner').waitFor();
  assert.match(await page.locator('#banner').textContent() ?? '', /can not be reached/);
  assert.ok((await rows(page)).length > 10, 'the rows stay');
  await ask('start front');
  const [first] = await stored(2);
  const more = await post([fresh(3), fresh(4)]);
  await page.locator('#banner').waitFor({state: 'hidden'});
  await totalIs(page, known + 3);
  assert.deepEqual((await rows(page)).slice(0, 3).map(({id}) => id), [...more.toReversed(), first]);
});

test('the server stopped and started: Try now', async () => {
  expectErrors(REFUSED);
  const page = await open('?all=1');
  await ask('stop front');
  await page.locator('.level-button[data-value="30"]').click();
  await page.locator('#banner').waitFor();
  await ask('start front');
  await until(() => count().catch(() => null), 'the server answers');
  // It may have tried by itself meanwhile.
  await page.evaluate(() => [...document.querySelectorAll('button')].find((button) => button.checkVisibility() && button.textContent === 'Try now')?.click());
  await page.locator('#banner').waitFor({state: 'hidden'});
  await totalIs(page, await count({level: 30}));
});

test('a page that is loaded while the database is away recovers', async () => {
  expectErrors(REFUSED);
  await ask('stop database');
  const page = await open('?all=1');
  await page.locator('.list-message.failed').waitFor();
  await ask('start database');
  await until(async () => (await rows(page)).length > 0, 'the records come');
  await settled(page);
  assert.ok(await total(page) >= ids.length);
  assert.equal(new URL(page.url()).origin, ORIGIN);
});

await main();
