// What a record's text says is read at a glance: colours of terminals, long tracebacks, what led to what.

import assert from 'node:assert/strict';

import {record, records, TRACEBACK} from './data.mjs';
import {address, clipboard, main, open, rows} from './page.mjs';
import {post, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ESC = '\x1b';
const frame = (file, line, name) => `  File "${file}", line ${line}, in ${name}\n    ${name}()\n`;
const HEAD = 'Traceback (most recent call last):\n';
const http = Array.from({length: 12}, (_, n) => frame(`/venv/lib/python3.12/site-packages/${n < 5 ? 'requests' : 'urllib3'}/part${n}.py`, n + 1, 'send')).join('');
const GATEWAY = `${HEAD}${frame('/usr/lib/python3.12/ssl.py', 99, 'do_handshake')}ssl.SSLCertVerificationError: certificate has expired

The above exception was the direct cause of the following exception:

${HEAD}${frame('/srv/shop/pay.py', 7, 'pay')}${http}${frame('/srv/shop/gateway.py', 31, 'check')}shop.GatewayError: payments.example was not reached`;
const cycle = Array.from({length: 8}, (_, n) => frame('/srv/shop/tree.py', n + 1, `visit${n}`)).join('');
const DEEP = `${HEAD}${Array.from({length: 1000}, (_, n) => frame('/srv/shop/deep.py', n + 1, `step${n}`)).join('')}${cycle.repeat(121)}RecursionError: maximum recursion depth exceeded`;
const COLOURS = `${ESC}[1;31mFAILED${ESC}[0m ${ESC}[92mtests${ESC}[39m/${ESC}]0;title\x07run${ESC}[2K in 3 s`;

await post(records(60));
const at = Date.UTC(2025, 5, 1) / 1000;
const [coloured, gateway, deep, only, behind] = await post([
  {...record(1, 1), created: at, message: COLOURS, exc_text: null},
  {...record(1, 1), created: at + 1, levelno: 40, message: 'Not paid', exc_text: GATEWAY},
  {...record(1, 1), created: at + 2, levelno: 40, message: 'Too deep', exc_text: DEEP},
  {...record(1, 1), created: at + 3, levelno: 40, message: `\n${TRACEBACK}\n`, exc_text: null},
  {...record(1, 1), created: at + 4, levelno: 40, message: `Job died\n${ESC}[31m${HEAD}${ESC}[0m${frame('/srv/a.py', 1, 'f')}${ESC}[35mKeyError${ESC}[0m: 'x'`, exc_text: null},
]);

/** @param {number} id */
async function read(id) {
  const page = await open(`?record=${id}`);
  await page.locator('#record .record-tabs').waitFor();
  return page;
}

/** Of each text of the page that has one. @param {Page} page @param {string} place */
const colours = (page, place) => page.locator(`${place} [class*=ansi]`).evaluateAll((list) => list.map((part) =>
  [part.textContent, part.getAttribute('class')?.trim(), part.hasAttribute('style')]));

test('12.10 reading: colours of a terminal become classes, other escape sequences are left out, and copying has them', async () => {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    const page = await open(`?record=${coloured}`, {theme});
    await page.locator('#record .record-tabs').waitFor();
    const wanted = [['FAILED', 'ansi-1 ansi-bold', false], ['tests', 'ansi-10', false]];
    for (const place of ['#record h2', `.grid .row[data-id="${coloured}"] .cell-message`]) {
      assert.equal(await page.locator(place).textContent(), 'FAILED tests/run in 3 s');
      assert.deepEqual(await colours(page, place), wanted);
    }
    const [red, back] = await page.locator('#record .ansi-1').evaluate((part) =>
      [getComputedStyle(part).color, getComputedStyle(/** @type {Element} */ (part.parentElement)).color]);
    assert.notEqual(red, back);
    await page.getByRole('button', {name: 'Copy', exact: true}).first().click();
    await page.getByRole('menuitem', {name: 'Message'}).click();
    await until(async () => await clipboard(page) === COLOURS, 'as it was sent');
  }
});

test('12.10 reading: a traceback with colours is read as one, and is coloured as text', async () => {
  const page = await read(behind);
  assert.equal(await page.locator('#record h2').textContent(), 'KeyError: \'x\'');
  assert.deepEqual(await page.locator('#record .frame-place').allTextContents(), ['/srv/a.py:1']);
  assert.equal(await page.locator('#record .fact-message').textContent(), 'Job died');
  await page.getByRole('button', {name: 'As text'}).click();
  assert.deepEqual((await colours(page, '#record .traceback-text')).map(([text, name]) => [text.trim(), name]),
    [[HEAD.trim(), 'ansi-1'], ['KeyError', 'ansi-5']]);
  await page.getByRole('button', {name: 'Copy: Traceback'}).click();
  await until(async () => (await clipboard(page)).startsWith(`${ESC}[31mTraceback`), 'as it was sent');
});

test('12.10 reading: runs of library frames fold, and the causes are one line on top', async () => {
  const page = await read(gateway);
  assert.equal(await page.locator('#record .record-causes').textContent(), 'GatewayError \u2190 SSLCertVerificationError: certificate has expired');
  const first = page.locator('#record .raised').first();
  assert.deepEqual(await first.locator('.frames > .frame .frame-place').evaluateAll((list) => list.filter((place) => !place.closest('details')).map((place) => place.textContent)),
    ['/srv/shop/gateway.py:31', '/srv/shop/pay.py:7']);
  assert.deepEqual(await first.locator('summary').allTextContents(), ['12 frames in requests, urllib3']);
  await first.locator('summary').click();
  assert.equal(await first.locator('details .frame-place').first().isVisible(), true);
});

test('12.10 reading: cycles fold, and of what is still long 50 frames are shown', async () => {
  const page = await read(deep);
  assert.deepEqual(await page.locator('#record .frames-again').allTextContents(), ['8 frames, 120 times more']);
  assert.equal(await page.locator('#record .frame').count(), 50);
  await page.getByRole('button', {name: 'Show 958 more'}).click();
  assert.equal(await page.locator('#record .frame').count(), 1008);
  await page.getByRole('button', {name: 'Copy: Traceback'}).click();
  await until(async () => await clipboard(page) === DEEP, 'the whole text');
});

test('12.10 reading: logger, place, process and thread are one line, each with its menu', async () => {
  const page = await read(gateway);
  const line = page.locator('#record .fact-origin');
  const {name, process} = record(1, 1);
  assert.equal((await line.locator('> *').allTextContents()).join(' | '), `${name} | cart.py:11 in run | MainProcess ${process} | Thread-1`);
  const middles = await line.locator('> *').evaluateAll((list) => list.map((part) => {
    const {top, bottom} = part.getBoundingClientRect();
    return Math.round((top + bottom) / 2);
  }));
  assert.ok(Math.max(...middles) - Math.min(...middles) <= 1, middles.join());
  await line.getByRole('button', {name: 'Thread-1'}).click();
  await page.getByRole('menuitemcheckbox', {name: 'Only these'}).or(page.getByRole('menuitem', {name: 'Only these'})).click();
  await page.waitForURL((url) => (url.searchParams.get('query') ?? '').includes('threadName'));
});

test('12.10 reading: a message that is a traceback is shown as one', async () => {
  const page = await read(only);
  const row = (await rows(page)).find(({id}) => id === only);
  assert.equal(row?.message, 'shop.errors.PaymentError: order 4711 was not paid');
  assert.equal(await page.locator('#record h2').textContent(), 'shop.errors.PaymentError: order 4711 was not paid');
  assert.equal(await page.locator('#record .frame').count(), 4);
  assert.deepEqual(await page.locator('#record .fact dt').allTextContents(), ['Template', 'From', 'Time']);
});

// Rows ----------------------------------------------------------------------------------------------

/** @param {Page} page @param {string} selector @param {string} property @returns {Promise<string[]>} */
const styles = (page, selector, property) => page.locator(selector).evaluateAll((list, name) =>
  list.map((element) => getComputedStyle(element).getPropertyValue(name)), property);

test('12.11 rows: the date stands where it changes, and of a logger only what is new is not dimmed', async () => {
  const midnight = Date.UTC(2025, 5, 3) / 1000;
  await post([['days.a', -2], ['days.a', -1], ['days.b.c', 1], ['days.b', 2], ['days.b', 3]].map(([name, after]) =>
    ({name, levelno: 20, created: midnight + Number(after), msg: 'x'})));
  const page = await open('?name=days&zone=UTC');
  assert.deepEqual(await styles(page, '.grid .row .date', 'visibility'), ['visible', 'hidden', 'hidden', 'visible', 'hidden']);
  assert.deepEqual((await rows(page)).map(({name}) => name), ['days.b', 'days.b', 'days.b.c', 'days.a', 'days.a']);
  assert.deepEqual(await page.locator('.grid .row .cell-name').evaluateAll((list) =>
    list.map((cell) => cell.querySelector('.same')?.textContent ?? '')), ['', 'days.b', 'days.b.', 'days.', 'days.a']);
});

test('12.11 rows: compact ones are 20 pixels high, which this browser keeps', async () => {
  const page = await open();
  const height = () => page.locator('.grid .row').first().evaluate((row) => row.getBoundingClientRect().height);
  const usual = (await rows(page)).length;
  assert.equal(await height(), 26);
  await page.locator('#columns').click();
  await page.getByLabel('Compact rows').check();
  await until(async () => (await rows(page)).length > usual, 'more rows fit');
  assert.equal(await height(), 20);
  const other = await open('', {context: page.context()});
  assert.equal(await other.locator('.grid .row').first().evaluate((row) => row.getBoundingClientRect().height), 20);
});

test('12.11 rows: chosen columns stand before the message, and on a phone in it', async () => {
  const page = await open('?columns=$.data.status,id');
  assert.deepEqual(await page.locator('.heading > span').evaluateAll((list) => list.map((span) => span.firstChild?.textContent)),
    ['Time', 'Level', 'Logger', 'status', 'id', 'Message']);
  const phone = await open('?columns=$.data.status', {width: 390, height: 800, phone: true});
  const row = phone.locator('.grid .row[data-id]').last();
  await row.locator('.cell-extra').waitFor();
  assert.equal(await row.locator('.cell-extra').evaluate((cell) => getComputedStyle(cell, '::before').content), '"status="');
  const [extra, message] = await Promise.all(['extra', 'message'].map((name) => row.locator(`.cell-${name}`).boundingBox()));
  assert.ok(extra && message && extra.x + extra.width <= message.x + 1 && Math.abs(extra.y - message.y) < 2, 'in one line');
});

test('12.11 rows: a tint only where levels mix; the message has the weight', async () => {
  const page = await open('?level=20');
  const error = '.grid .row[data-level=error]:not(.current)';
  await page.locator(error).first().waitFor();
  assert.notEqual((await styles(page, error, 'background-color'))[0], 'rgba(0, 0, 0, 0)');
  assert.equal((await styles(page, `${error} .cell-message`, 'font-weight'))[0], '600');
  assert.equal((await styles(page, `${error} .cell-level`, 'font-weight'))[0], '400');
  await page.goto(page.url().replace('level=20', 'level=40'));
  await page.locator('.one-level').waitFor();
  assert.deepEqual([...new Set(await styles(page, error, 'background-color'))], ['rgba(0, 0, 0, 0)']);
  assert.deepEqual([...new Set(await styles(page, `${error} .cell-message`, 'font-weight'))], ['400']);
});

test('12.11 rows: around has the room of the list, with whole messages', async () => {
  const [long] = await post([{name: 'long', levelno: 20, created: at + 100, msg: `first\n${'word '.repeat(200)}last`}]);
  const page = await open('?level=20');
  const place = (selector) => page.locator(selector).boundingBox();
  await page.locator(`.grid .row[data-id="${long}"]`).click();
  await page.getByRole('button', {name: 'Around'}).click();
  await page.locator('.around-row.here').waitFor();
  assert.deepEqual(await place('#around'), await place('#list'));
  const message = page.locator('.around-row.here .around-message');
  assert.ok((await message.textContent())?.endsWith('last'));
  assert.ok(await message.evaluate((cell) => cell.scrollHeight <= cell.clientHeight + 1 && cell.clientHeight > 60), 'all lines are seen');
  await page.getByRole('button', {name: 'Close the records around'}).click();
  await page.locator('#around').waitFor({state: 'hidden'});
  await page.locator('.grid').focus();
  await page.keyboard.press('j');
  await page.locator('.grid .row.current').waitFor();
});

// Groups, and a phone ---------------------------------------------------------------------------------

await post([...Array.from({length: 12}, (_, n) => ({...record(7, 20), name: 'grouped.pay', created: at + n * 600, levelno: 40, msg: 'Order %d failed', message: `Order ${n} failed`, exc_text: TRACEBACK})),
  {name: 'grouped', levelno: 20, created: at + 60, msg: 'SELECT\n  1\n  FROM t'}]);

test('12.12 groups show level, logger, exception, trend, first and last; templates of many lines fold', async () => {
  const page = await open('?name=grouped&group=1');
  const item = (/** @type {string} */ text) => page.locator('.groups-item', {hasText: text});
  const facts = item('Order %d failed').locator('.groups-facts');
  await facts.locator('.level').waitFor();
  assert.equal(await facts.locator('.level').textContent(), 'ERROR');
  assert.ok((await facts.textContent())?.includes('grouped.pay'));
  assert.equal(await facts.locator('.groups-exception').textContent(), 'KeyError');
  assert.equal((await facts.locator('.groups-trend path').getAttribute('d'))?.match(/M/g)?.length, 12);
  assert.deepEqual(await facts.locator('time').evaluateAll((list) => list.map((time) => time.getAttribute('title'))),
    [0, 6600].map((after) => new Date((at + after) * 1000).toISOString().replace('T', ' ').replace('.000Z', '+00:00')));
  const many = item('SELECT');
  assert.equal(await many.locator('.groups-text').textContent(), 'SELECT');
  await many.getByRole('button', {name: '2 more lines'}).click();
  assert.equal(await many.locator('.groups-text').textContent(), 'SELECT\n  1\n  FROM t');
});

test('12.12 list | groups is one switch, and live ends with the list', async () => {
  const page = await open('?tail=1');
  const pressed = (/** @type {string} */ name) => page.getByRole('group', {name: 'Records as'}).getByRole('button', {name}).getAttribute('aria-pressed');
  assert.deepEqual([await pressed('List'), await pressed('Groups')], ['true', 'false']);
  await page.getByRole('button', {name: 'Groups'}).click();
  await page.locator('.groups-item').first().waitFor();
  await address(page, (given) => given.get('group') === '1' && !given.has('tail'));
  assert.deepEqual([await pressed('List'), await pressed('Groups')], ['false', 'true']);
  await page.getByRole('button', {name: 'List', exact: true}).click();
  await address(page, (given) => !given.has('group'));
  await page.locator('.grid .row[data-id]').first().waitFor();
});

test('12.12 phone: one bar of controls before the rows, the rest under \u2026', async () => {
  const page = await open('', {width: 390, height: 800, phone: true});
  const bar = await page.locator('.controls').boundingBox();
  assert.ok(bar && bar.height < 50, `one bar: ${bar?.height}`);
  const more = page.getByRole('button', {name: 'More controls'});
  await more.tap();
  await page.locator('#level').waitFor();
  assert.equal(await more.getAttribute('aria-expanded'), 'true');
  await page.locator('.level-button[data-value="40"]').tap();
  await address(page, (given) => given.get('level') === '40');
  await more.tap();
  await page.locator('#level').waitFor({state: 'hidden'});
  assert.match(await more.getAttribute('class') ?? '', /filtered/, 'it says that something is chosen there');
  await page.keyboard.press('d');
  await page.locator('.popover.range:popover-open').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#level').waitFor({state: 'hidden'});
});

await main();
