// UI.md's last paragraph: what delights.

import assert from 'node:assert/strict';

import {record, records} from './data.mjs';
import {address, clipboard, main, newContext, open, openRecord, rows, settled, total, totalIs} from './page.mjs';
import {count, execute, ORIGIN, PASSWORD, post, read, until, USER} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ids = await post(records(1000));
/** @param {Page} page */
const query = (page) => page.locator('#query textarea').inputValue();
/** @param {string | null} text */
const number = (text) => Number((text ?? '').replace(/[^\d]/g, ''));

test('group by message template', async () => {
  const page = await open('?level=40');
  await page.getByRole('button', {name: 'Group'}).click();
  await page.locator('.groups-item').first().waitFor();
  const groups = await page.locator('.groups-item').evaluateAll((list) => list.map((item) =>
    [item.querySelector('.groups-text')?.textContent, item.querySelector('.groups-count')?.textContent]));
  assert.deepEqual(groups.map(([text]) => text).sort(), ['Disk %s is full', 'Order %d was not paid']);
  for (const [text, times] of groups) {
    assert.equal(number(times ?? ''), await count({level: 40, query: `logrec->>'$.meta.msg' = '${text}'`}), text ?? '');
  }
  await page.locator('.groups-item', {hasText: 'Disk'}).locator('.groups-name').click();
  await totalIs(page, await count({level: 40, query: 'logrec->>\'$.meta.msg\' = \'Disk %s is full\''}));
  assert.ok((await rows(page)).every(({message}) => message.startsWith('Disk')));
  await page.goBack();
  await page.locator('.groups-item').first().waitFor();
});

test('top values of a field within the filter', async () => {
  const page = await open(`?level=30&record=${ids.at(-1)}`);
  await page.locator('#record [role=treeitem]', {has: page.locator('.tree-key', {hasText: /^status$/})}).click();
  await page.getByRole('menuitem', {name: 'Top values'}).click();
  await page.locator('.values-table tbody tr').first().waitFor();
  const shown = await page.locator('.values-table tbody tr').evaluateAll((list) => list.map((line) =>
    [line.querySelector('.values-text')?.textContent, line.querySelector('td.values-count')?.textContent]));
  const wanted = await read('value', {path: '$.data.status', level: 30});
  assert.deepEqual(shown, wanted.values.map(({value, count: times}) => [String(value), String(times)]));
  assert.equal(shown.length, 2);
  await page.getByRole('button', {name: 'Not these: 200'}).click();
  await totalIs(page, wanted.values.find(({value}) => value === 500).count);
  assert.match(await query(page), /200/);
});

test('compare two records', async () => {
  const page = await open();
  const [first, second] = (await rows(page)).slice(3, 5);
  await openRecord(page, first.id);
  await page.getByRole('button', {name: 'Mark', exact: true}).click();
  await page.locator(`.grid .row[data-id="${second.id}"] .cell-message`).click();
  await page.getByRole('button', {name: 'Compare'}).click();
  const table = page.locator('.compare-table');
  await table.waitFor();
  assert.deepEqual(await table.locator('thead th').allTextContents(), ['Field', `#${second.id}`, `#${first.id}`]);
  const lines = new Map(await table.locator('tbody tr').evaluateAll((list) => list.map((line) =>
    [line.querySelector('th')?.title ?? '', [...line.querySelectorAll('td')].map((cell) => cell.textContent)])));
  assert.deepEqual(lines.get('message'), [second.message, first.message]);
  assert.ok(!lines.has('$.meta.processName'), 'what is the same is not shown');
  await page.getByLabel('Also what is the same').check();
  assert.ok((await table.textContent())?.includes('MainProcess'));
  await page.keyboard.press('Escape');
  await table.waitFor({state: 'hidden'});
});

test('time since the marked record', async () => {
  const page = await open();
  const shown = await rows(page);
  await openRecord(page, shown[4].id);
  await page.getByRole('button', {name: 'Mark', exact: true}).click();
  await page.getByRole('columnheader', {name: 'Since mark'}).waitFor();
  const since = page.locator('.grid .cell-since');
  await until(async () => await since.nth(4).textContent() === 'mark', 'the marked row');
  assert.match(await since.nth(3).textContent() ?? '', /^\+1(:01|\s?min\s?1)/);
  assert.match(await since.nth(5).textContent() ?? '', /^\u22121(:01|\s?min\s?1)/);
  await address(page, (given) => given.get('mark') === String(shown[4].id));
});

test('copy as cURL, which works', async () => {
  const page = await open();
  const {id} = (await rows(page))[2];
  await openRecord(page, id);
  const copied = async (item, menu = '#record') => {
    await page.locator(menu).getByRole('button', {name: 'Copy', exact: true}).click();
    await page.getByRole('menuitem', {name: item}).click();
    await page.getByText(/ copied$/).waitFor();
    return clipboard(page);
  };
  const shell = (command) => execute('sh', ['-c', command.replace('-u USER', `-s -u ${USER}:${PASSWORD}`)]);
  const command = await copied('cURL');
  assert.match(command, /^curl -u USER /);
  assert.deepEqual(JSON.parse((await shell(command)).stdout), await read(`record/${id}`));
  await page.goto(`${ORIGIN}/?level=30&name=shop&query=message+LIKE+'%25it''s%25'+OR+level+%3D+40`);
  await settled(page);
  await page.locator('#saved > button').click();
  await page.locator('.saved-copy').getByRole('button', {name: 'cURL'}).click();
  await until(async () => (await clipboard(page)).includes('-G'), 'the search as a command');
  const found = JSON.parse((await shell(await clipboard(page))).stdout);
  assert.deepEqual(found.map((row) => row.id), (await read('record', {
    left: 0, right: 99, level: 30, name: 'shop', query: 'message LIKE \'%it\'\'s%\' OR level = 40'})).map((row) => row.id));
});

test('copy as Python logging configuration, which works', async () => {
  const page = await open();
  await page.locator('#saved > button').click();
  await page.locator('.saved-copy').getByRole('button', {name: 'Python logging'}).click();
  const python = await until(async () => /dictConfig/.test(await clipboard(page)) && clipboard(page), 'the configuration');
  const code = `${python.replace('USER', USER).replace('PASSWORD', PASSWORD)}\nimport logging\nlogging.getLogger('copied').error('from a %s', 'dictConfig')\n`;
  const run = await execute('python3', ['-c', code]);
  assert.equal(run.status, 0, run.stderr);
  const [found] = await read('record', {left: 0, right: 0, name: 'copied'});
  assert.equal(found.message, 'from a dictConfig');
});

test('copy as Markdown, for a ticket', async () => {
  const page = await open();
  const at = ids.findLastIndex((_, index) => index % 20 === 7);
  await page.goto(`${ORIGIN}/?record=${ids[at]}&zone=UTC`);
  await page.locator('#record').getByRole('button', {name: 'Copy', exact: true}).click();
  await page.getByRole('menuitem', {name: 'Markdown'}).click();
  await page.getByText(/ copied$/).waitFor();
  const text = await clipboard(page);
  assert.match(text, /^\*\*ERROR\*\* `[\w.]+` · 2025-05-\d\d/);
  assert.ok(text.includes(`[record ${ids[at]}](${ORIGIN}/?record=${ids[at]})`));
  assert.ok(text.includes('```\nTraceback (most recent call last):'));
});

test('several searches in tabs that can be cloned', async () => {
  const page = await open('?all=1&level=30');
  const names = () => page.locator('#tabs .tab-name').allTextContents();
  await page.getByRole('button', {name: 'Clone this search'}).click();
  await page.locator('.level-button[data-value="40"]').click();
  await totalIs(page, await count({level: 40}));
  await page.getByRole('button', {name: 'Clone this search'}).click();
  await page.locator('.level-button[data-value="50"]').click();
  await totalIs(page, await count({level: 50}));
  assert.equal((await names()).length, 3);
  assert.equal(new Set(await names()).size, 3);
  for (const [index, level] of [[0, 30], [2, 50], [1, 40]]) {
    await page.locator('#tabs .tab-name').nth(index).click();
    await totalIs(page, await count({level}));
    await address(page, (given) => given.get('level') === String(level));
  }
  await page.reload();
  await totalIs(page, await count({level: 40}));
  assert.equal((await names()).length, 3, 'they last as long as the browser\'s tab');
  await page.locator('#tabs .tab-close').nth(1).click();
  assert.equal((await names()).length, 2);
  await until(async () => await total(page) !== await count({level: 40}), 'another tab is shown');
});

test('saved searches and history in the browser', async () => {
  const context = await newContext();
  const page = await open('?all=1&level=40&name=shop', {context});
  const wanted = await total(page);
  await page.locator('#saved > button').click();
  await page.getByRole('textbox', {name: /name/i}).fill('Broken shop');
  await page.keyboard.press('Enter');
  await page.locator('.saved-open', {hasText: 'Broken shop'}).waitFor();
  const later = await open('?all=1', {context});
  assert.ok(await total(later) > wanted);
  await later.locator('#saved > button').click();
  await later.locator('.saved-open', {hasText: 'Broken shop'}).click();
  await totalIs(later, wanted);
  await later.locator('#query textarea').fill('level = 50');
  await later.keyboard.press('Enter');
  await totalIs(later, await count({level: 40, name: 'shop', query: 'level = 50'}));
  await later.waitForFunction(() => Object.values(localStorage).some((text) => text.includes('level = 50')));
  await later.goto(`${ORIGIN}/?all=1`);
  await settled(later);
  await later.getByRole('button', {name: 'Searches before'}).click();
  await later.getByRole('menuitem', {name: 'level = 50'}).click();
  await totalIs(later, await count({query: 'level = 50'}));
  await later.locator('#saved > button').click();
  const past = await later.locator('.saved-open').allTextContents();
  assert.ok(past.some((text) => text.includes('level = 50')), past.join(' | '));
  await later.getByRole('button', {name: 'Forget Broken shop'}).click();
  // What is shown goes into the history by itself when it has stayed a while: the others can become more.
  await later.locator('.saved-open', {hasText: 'Broken shop'}).waitFor({state: 'detached'});
  assert.ok(await later.locator('.saved-open').count() >= past.length - 1);
});

await main();
