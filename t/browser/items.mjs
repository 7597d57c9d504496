// UI.md's list, item by item: what people miss when it is not there, and what delights.

import assert from 'node:assert/strict';

import {END, record, records, TRACEBACK} from './data.mjs';
import {address, clipboard, download, expectErrors, main, newContext, open, openRecord, rows, settled, total, totalIs} from './page.mjs';
import {count, ORIGIN, post, read, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const RECORDS = 3000;
const ids = await post(records(RECORDS));
/** The id of a record by its number in data.mjs. @param {number} number */
const idOf = (number) => ids[number];
/** The newest record that is so. @param {(number: number) => boolean} is */
const newest = (is) => ids.findLastIndex((_, number) => is(number));
const PAID = 'message LIKE \'%was not paid%\'';

/** @param {Page} page @param {string} name of a value in the record's tree */
const leaf = (page, name) => page.locator('#record [role=treeitem]', {has: page.locator('.tree-key', {hasText: new RegExp(`^${name}$`)})});

/** What the query box has. @param {Page} page */
const query = (page) => page.locator('#query textarea').inputValue();

/** @param {Page} page @param {string} label */
const menuItem = (page, label) => page.locator('[role=menu]:popover-open button', {hasText: label}).first();

// 1. What surrounds a record ------------------------------------------------------------------------

/** @param {Page} page @returns {Promise<number[]>} ids around, newest first */
const around = (page) => page.locator('#around .around-row').evaluateAll((list) => list.map((row) => Number(row.getAttribute('data-id'))));

test('1. around: the records before and after it, ignoring the filter, beside the search', async () => {
  const page = await open('?level=40');
  const before = await rows(page);
  const {id} = before[5];
  await openRecord(page, id);
  await page.getByRole('button', {name: 'Around'}).click();
  await page.locator('.around-row.here').waitFor();
  const wanted = await read('record', {around: id, left: -60, right: 60});
  await until(async () => (await around(page)).length >= wanted.length, 'all of them are there');
  assert.deepEqual(await around(page), wanted.map((row) => row.id));
  assert.ok(new Set(wanted.map((row) => row.level)).size > 2, 'records of all levels');
  assert.deepEqual((await rows(page)).slice(0, 10), before.slice(0, 10), 'the search is still there');
  assert.ok(await page.locator('.around-row.here').isVisible());
});

for (const [scope, filter] of /** @type {[string, (anchor: any) => Object<string, string>][]} */ ([
  ['Same process', ({logrec}) => ({query: `logrec->'$.meta.process' = ${logrec.meta.process}`})],
  ['Same thread', ({logrec}) => ({query: `logrec->'$.meta.process' = ${logrec.meta.process} AND logrec->'$.meta.thread' = ${logrec.meta.thread}`})],
  ['Logger shop.cart', () => ({name: 'shop.cart'})],
])) {
  test(`1. around: ${scope}`, async () => {
    const id = idOf(newest((number) => number < 2500 && number % 7 === 2));
    const page = await open(`?around=${id}&record=${id}`);
    await page.locator('.around-row.here').waitFor();
    const all = await around(page);
    const [anchor] = await read('record', {around: id, left: 0, right: 0, logrec: 1});
    await page.locator('#around select').selectOption({label: scope});
    const wanted = (await read('record', {around: id, left: -60, right: 60, ...filter(anchor)})).map((row) => row.id);
    await until(async () => String(await around(page)) === String(wanted), `${scope}: ${wanted}`);
    assert.notDeepEqual(wanted, all);
    assert.ok(wanted.length > 60);
  });
}

test('1. around: scrolling loads on both ways', async () => {
  const id = idOf(1500);
  const page = await open(`?around=${id}`);
  await page.locator('.around-row.here').waitFor();
  const list = page.locator('.around-list');
  const far = (await read('record', {around: id, left: -150, right: 150})).map((row) => row.id);
  const scroll = (to) => async () => {
    await list.evaluate((element, top) => { element.scrollTop = top * element.scrollHeight; }, to);
    return (await around(page)).includes(to ? far.at(-1) : far[0]);
  };
  await until(scroll(1), 'the 150th older one');
  await until(scroll(0), 'the 150th newer one');
  const shown = await around(page);
  assert.deepEqual(shown.slice(shown.indexOf(far[0]), shown.indexOf(far.at(-1)) + 1), far, 'none is missing, none is there twice');
});

// 3. Export ------------------------------------------------------------------------------------------

/** @param {Page} page @param {string} format */
async function exported(page, format) {
  await page.locator('.export-panel input[value=' + format + ']').check();
  return download(page, () => page.locator('.export-panel a').click());
}

test('3. export: NDJSON and CSV of all that match, the count said, the range frozen', async () => {
  const page = await open('?level=30&name=shop');
  const filters = {level: 30, name: 'shop'};
  const matching = await count(filters);
  assert.ok(matching > 500, `${matching} are more than a screen`);
  const wanted = (await read('record', {...filters, left: 0, right: 9999})).map((row) => row.id);
  const [late] = await post([{...record(0, 1), name: 'shop', levelno: 40, created: END + 1}]);
  assert.equal(await count(filters), matching + 1, 'one more matches now');
  const texts = [];
  for (const format of ['ndjson', 'csv']) {
    await page.getByRole('button', {name: 'Export'}).click();
    await page.locator('.export-count', {hasText: /^[\d,]+ records match\.$/}).waitFor();
    assert.equal(await page.locator('.export-count').textContent(), `${matching.toLocaleString('en-GB')} records match.`);
    const {name, text} = await exported(page, format);
    assert.match(name, new RegExp(`^[\\w.-]*\\d{4}-?\\d\\d-?\\d\\d[\\w.-]*\\.${format}$`));
    texts.push(text);
  }
  const lines = texts[0].trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({id}) => id), wanted);
  assert.ok(lines.every(({logrec}) => logrec.meta));
  assert.match(texts[1], /^id,ts,level,name,message,logrec\r\n/);
  assert.deepEqual([...texts[1].matchAll(/^(\d+),"?\d{4}-/gm)].map((found) => Number(found[1])), wanted);
  assert.ok(!wanted.includes(late));
});

// 5. Click to filter ---------------------------------------------------------------------------------

test('5. click to filter: only these, not these, and out again; the query text is the one truth', async () => {
  const page = await open(`?record=${idOf(newest((number) => number % 6 === 0 && number % 23 === 5))}`);
  const status = leaf(page, 'status');
  await status.hover();
  await status.locator('[title="Only these"]').click();
  await until(async () => await query(page) === 'logrec->\'$.data.status\' = 500', 'a condition in the query box');
  await totalIs(page, await count({query: 'logrec->\'$.data.status\' = 500'}));
  await address(page, (given) => given.get('query') === 'logrec->\'$.data.status\' = 500');
  const id = leaf(page, 'id');
  await id.hover();
  await id.locator('[title="Not these"]').click();
  const both = await until(async () => (await query(page)).includes('user') && query(page), 'a second condition');
  assert.match(both, /^logrec->'\$\.data\.status' = 500 AND .*\$\.data\.user\.id/);
  const found = await count({query: both});
  assert.equal(found, (await read('record', {left: 0, right: 9999, logrec: 1}))
    .filter(({logrec: {data}}) => data.status === 500 && data.user.id !== 5).length);
  await totalIs(page, found);
  await id.hover();
  await id.locator('[title="Not these"]').click();
  await until(async () => await query(page) === 'logrec->\'$.data.status\' = 500', 'the second one is gone again');
  // What is typed is the same truth.
  await page.locator('#query textarea').fill('logrec->\'$.data.user.id\' = 5');
  await page.locator('#query textarea').press('Enter');
  await totalIs(page, await count({query: 'logrec->\'$.data.user.id\' = 5'}));
  await id.click();
  assert.equal(await menuItem(page, 'Only these').getAttribute('aria-checked'), 'true');
});

test('5. click to filter: texts, lists and null', async () => {
  const page = await open('?query=logrec-%3E%27$.data.user.id%27%20%3D%205');
  await openRecord(page, (await rows(page))[0].id);
  for (const [name, wanted] of [['name', 'logrec->>\'$.data.user.name\' = \'user 5\''], ['0', '\'new\' MEMBER OF (logrec->\'$.data.user.tags\')']]) {
    const row = leaf(page, name);
    await row.click();
    await menuItem(page, name === '0' ? 'Only lists with this' : 'Only these').click();
    const text = await until(async () => (await query(page)).includes(wanted.slice(-20)) && query(page), `${wanted} in the query`);
    await totalIs(page, await count({query: text}));
    assert.ok(await total(page) > 50);
    await page.goBack();
    await until(async () => !(await query(page)).includes(wanted.slice(-20)), 'Back takes it out');
    await settled(page);
  }
});

test('5. click to filter: as a column, which can be removed in its heading', async () => {
  const page = await open();
  await openRecord(page, idOf(2990));
  await leaf(page, 'id').click();
  await menuItem(page, 'As a column').click();
  await page.getByRole('columnheader', {name: 'user.id'}).waitFor();
  await settled(page);
  const cells = await page.locator('.grid .cell-extra').allTextContents();
  const wanted = (await read('record', {left: 0, right: cells.length - 1, logrec: 1})).map(({logrec}) => String(logrec.data.user?.id ?? ''));
  assert.ok(cells.length > 10);
  assert.deepEqual(cells, wanted);
  await page.getByRole('button', {name: 'Remove column user.id'}).click();
  await page.getByRole('columnheader', {name: 'user.id'}).waitFor({state: 'detached'});
  await address(page, (given) => !given.has('columns'));
});

// 6. Readable records --------------------------------------------------------------------------------

test('6. record: a tree that folds; copy path and value', async () => {
  const page = await open();
  await openRecord(page, idOf(2990));
  const user = leaf(page, 'user');
  const names = () => page.locator('#record .tree-key').allTextContents();
  assert.ok((await names()).includes('tags'));
  await user.click();
  assert.ok(!(await names()).includes('tags'), 'folded');
  assert.equal(await user.getAttribute('aria-expanded'), 'false');
  await user.click();
  assert.ok((await names()).includes('tags'), 'unfolded');
  await leaf(page, 'id').click();
  await menuItem(page, 'Copy path').click();
  await until(async () => await clipboard(page) === '$.data.user.id', 'the path is copied');
  await leaf(page, 'name').first().click();
  await menuItem(page, 'Copy value').click();
  await until(async () => await clipboard(page) === `user ${2990 % 23}`, 'the value is copied');
});

test('6. record: YAML and raw', async () => {
  const page = await open();
  const id = idOf(2990);
  await openRecord(page, id);
  await page.getByRole('tab', {name: 'YAML'}).click();
  const yaml = await page.locator('#record .record-text').textContent();
  assert.match(yaml ?? '', /^\s*user:\n\s+id: 0\n\s+name: user 0\n\s+tags: \[\]$/m);
  await page.getByRole('tab', {name: 'Raw'}).click();
  assert.deepEqual(JSON.parse(await page.locator('#record .record-text').textContent() ?? ''), await read(`record/${id}`));
});

test('6. record: a traceback: the error is the title, the last frame first, causes chained', async () => {
  const page = await open(`?record=${idOf(newest((number) => number % 20 === 7))}`);
  await page.locator('#record .frames').first().waitFor();
  assert.equal(await page.locator('#record h2').textContent(), 'shop.errors.PaymentError: order 4711 was not paid');
  const frames = await page.locator('#record .frame').evaluateAll((list) => list.map((frame) =>
    `${frame.querySelector('.frame-place')?.textContent} ${frame.querySelector('.frame-name')?.textContent}`));
  assert.deepEqual(frames, ['/srv/shop/cart.py:388 pay', '/srv/shop/views.py:12 checkout',
    '/usr/lib/python3.11/sqlite3/dbapi.py:7 execute', '/srv/shop/db.py:41 execute']);
  assert.deepEqual(await page.locator('#record .raised-relation').allTextContents(), ['was caused by']);
  assert.match(await page.locator('#record .chain').textContent() ?? '', /sqlite3\.OperationalError: database is locked/);
  assert.deepEqual(await page.locator('#record .frame mark').allTextContents(), ['pay(cart)', '(statement, values)'], 'what Python marked');
  await page.getByRole('button', {name: 'As text'}).click();
  assert.equal(await page.locator('#record .traceback-text').textContent(), TRACEBACK);
  await page.getByRole('button', {name: 'Copy: Traceback'}).click();
  await until(async () => await clipboard(page) === TRACEBACK, 'the traceback is copied');
});

test('6. record: where no traceback was sent, the lines that send it', async () => {
  const page = await open(`?record=${idOf(newest((number) => number % 20 === 17))}`);
  await page.locator('#record .notice').waitFor();
  assert.equal(await page.locator('#record h2').textContent(), 'KeyError(\'user_id\')');
  const code = await page.locator('#record .notice pre').textContent() ?? '';
  assert.match(code, /self\.format\(record\)/);
  assert.ok(code.trim().split('\n').length <= 4);
  const without = await open(`?record=${idOf(newest((number) => number % 10 === 1))}`);
  await without.locator('#record .record-tabs').waitFor();
  assert.equal(await without.locator('#record .notice').count(), 0);
});

// 7. Timeline ----------------------------------------------------------------------------------------

/** The graph's box on the screen. @param {Page} page */
async function graphBox(page) {
  await page.locator('.timeline-bars path').first().waitFor();
  const box = await page.locator('.timeline-graph').boundingBox();
  assert.ok(box && box.width > 500);
  return box;
}

test('7. timeline: the whole range, not the loaded rows; by level; how long a bar is', async () => {
  const page = await open();
  await graphBox(page);
  const all = await count();
  assert.match(await page.locator('.timeline-caption').textContent() ?? '', new RegExp(`^${all.toLocaleString('en-GB')} records.*one bar: \\d* ?\\w+`));
  const legend = await page.locator('.timeline-legend .level').evaluateAll((list) =>
    list.map((level) => [level.getAttribute('title'), Number(/[\d,]+$/.exec(level.textContent ?? '')?.[0].replaceAll(',', ''))]));
  const levels = {DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50};
  const wanted = await Promise.all(Object.entries(levels).map(async ([name, level]) => [name, await count({level}) - await count({level: level + 1})]));
  assert.deepEqual(legend, wanted);
  assert.deepEqual(await page.locator('.timeline-bars path').evaluateAll((list) => list.map((path) => path.getAttribute('data-level'))),
    ['debug', 'info', 'warning', 'error', 'critical']);
});

test('7. timeline: the same numbers as a table', async () => {
  const page = await open('?level=30');
  await graphBox(page);
  await page.getByRole('button', {name: 'As a table'}).click();
  const table = page.getByRole('region', {name: 'Timeline as a table'}).locator('table');
  const lines = await table.locator('tbody tr').evaluateAll((list) => list.map((line) =>
    [...line.querySelectorAll('td')].map((cell) => Number((cell.textContent ?? '').replace(',', '').replace('\u2013', '0')))));
  const answers = await Promise.all(['day', 'hour', '15minute', 'minute'].map((group) => read('timeline', {level: 30, group, timezone: 'UTC'})));
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  assert.equal(sum(lines.map(([all]) => all)), sum(answers[0].count));
  assert.deepEqual(await table.locator('thead th').allTextContents(), ['Time', 'All', 'WARNING', 'ERROR', 'CRITICAL']);
  lines.forEach(([all, ...levels]) => assert.equal(sum(levels), all));
  assert.ok(answers.some(({count: counts}) => String(counts.toReversed()) === String(lines.map(([all]) => all).filter(Boolean)))
    || lines.length > 20, 'one line a bar');
});

test('7. timeline: drag to zoom, a way back, and out', async () => {
  const page = await open();
  const all = await total(page);
  const box = await graphBox(page);
  await page.mouse.move(box.x + box.width * 0.4, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30, {steps: 4});
  await page.mouse.up();
  await address(page, (given) => given.has('after') && given.has('before'));
  const given = new URL(page.url()).searchParams;
  const [after, before] = [given.get('after') ?? '', given.get('before') ?? ''];
  const zoomed = await count({after, before});
  assert.ok(zoomed > all * 0.08 && zoomed < all * 0.12, `${zoomed} of ${all} in a tenth of the time`);
  await totalIs(page, zoomed);
  const caption = page.locator('.timeline-caption strong');
  await until(async () => await caption.textContent() === zoomed.toLocaleString('en-GB'), 'the timeline is of the zoomed range');
  await page.getByRole('button', {name: 'Zoom out'}).click();
  await until(async () => await total(page) > zoomed * 2, 'more after zooming out');
  await page.getByRole('button', {name: 'Back to the range before'}).click();
  await totalIs(page, all);
});

test('7. timeline: what is in sight and the open record are marked', async () => {
  const page = await open();
  const box = await graphBox(page);
  const place = async (selector) => {
    const found = await page.locator(`.timeline-overlay ${selector}`).boundingBox();
    // None where it is drawn again in this moment.
    return found ? (found.x + found.width / 2 - box.x) / box.width : NaN;
  };
  await until(async () => await place('.in-sight') > 0.98, 'the newest are at the right');
  await page.goto(`${ORIGIN}/?top=1500&record=${idOf(1499)}&mark=${idOf(750)}`);
  await settled(page);
  await page.locator('.timeline-overlay .opened').waitFor();
  const near = async (selector, wanted) => until(async () => Math.abs(await place(selector) - wanted) < 0.02, `${selector} at ${wanted}`);
  await near('.opened', 0.5);
  await near('.in-sight', 0.5);
  await near('.marked', 0.25);
  await page.locator('.grid').focus();
  await page.keyboard.press('End');
  await near('.in-sight', 0);
});

test('7. timeline: a click goes to the records of that time', async () => {
  const page = await open();
  const box = await graphBox(page);
  await page.mouse.click(box.x + box.width / 4, box.y + 40);
  await until(async () => Math.abs((await rows(page))[2]?.position - 2250) < 60, 'three quarters down the list');
  await settled(page);
  assert.ok((await rows(page)).every(({position, id}) => id === undefined || position > 2000));
});

// 8. Levels, loggers, ranges, zones ------------------------------------------------------------------

test('8. minimum level in one click', async () => {
  const page = await open();
  for (const [name, level] of /** @type {[string, number][]} */ ([['Warning', 30], ['Error', 40], ['Critical', 50], ['Debug', 10], ['Info', 20]])) {
    await page.getByRole('radio', {name: `${name} and above`.toUpperCase().replace('AND ABOVE', 'and above')}).click();
    await totalIs(page, await count({level}));
    const shown = new Set((await rows(page)).map((row) => row.level));
    assert.ok(!shown.has('DEBUG') || level === 10, [...shown].join());
  }
  await page.getByRole('radio', {name: 'All levels'}).click();
  await totalIs(page, await count());
});

test('8. loggers: a tree with counts, several prefixes, search in it', async () => {
  const page = await open('?level=30');
  await page.getByRole('button', {name: 'All loggers'}).click();
  const row = (name) => page.locator(`.logger-row[data-name="${name}"]`);
  await row('shop').waitFor();
  for (const name of ['shop', 'auth', 'mail']) {
    assert.equal(await row(name).locator('.logger-count').textContent(), String(await count({level: 30, name})));
  }
  await row('shop').locator('.logger-fold').click();
  assert.equal(await row('shop.cart').locator('.logger-count').textContent(), String(await count({level: 30, name: 'shop.cart'})));
  await row('shop.cart').click();
  await row('auth').click();
  await address(page, (given) => given.get('name') === 'shop.cart,auth');
  await totalIs(page, await count({level: 30, name: 'shop.cart,auth'}));
  assert.equal(await row('shop.cart').getAttribute('aria-selected'), 'true');
  await page.getByRole('searchbox', {name: 'Find a logger'}).fill('queue');
  await row('mail.queue').waitFor();
  assert.equal(await row('auth').count(), 0);
  await row('mail.queue').click();
  await totalIs(page, await count({level: 30, name: 'shop.cart,auth,mail.queue'}));
  await page.locator('.loggers-foot').getByRole('button', {name: 'All loggers'}).click();
  await totalIs(page, await count({level: 30}));
});

/** @param {Page} page @param {string} text */
async function typeRange(page, text) {
  await page.locator('.range-button').click();
  await page.getByRole('textbox', {name: 'Range', exact: true}).fill(text);
  await page.getByRole('textbox', {name: 'Range', exact: true}).press('Enter');
}

test('8. ranges: relative, typed and absolute', async () => {
  const now = Date.now() / 1000;
  await post([600, 5400, 9000, 40000].map((age) => ({...record(0, 1), name: 'recent', created: now - age})));
  const page = await open('?all=1&zone=UTC');
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  for (const [text, wanted] of /** @type {[string, any][]} */ ([
    ['-2h', {after: '-PT2H'}],
    ['last 3 hours', {after: '-PT3H'}],
    ['-P1D', {after: '-P1D'}],
    ['yesterday 17:30', {after: `${day(now * 1000 - 864e5)}T17:30:00Z`}],
    ['2025-05-20 10:00 + 15m', {after: '2025-05-20T10:00:00Z', before: '2025-05-20T10:15:00Z'}],
    ['2025-05-19', {after: '2025-05-19T00:00:00Z', before: '2025-05-19T23:59:59.999999Z'}],
    ['2025-W21-1', {after: '2025-05-19T00:00:00Z', before: '2025-05-19T23:59:59.999999Z'}],
    ['2025-05-20T10:00Z/PT30M', {after: '2025-05-20T10:00:00Z', before: '2025-05-20T10:30:00Z'}],
    ['2025-05-19 22:00 .. 2025-05-20 02:00', {after: '2025-05-19T22:00:00Z', before: '2025-05-20T02:00:00Z'}],
  ])) {
    await typeRange(page, text);
    await address(page, (given) => given.has('after')).catch(() => assert.fail(`${text}: ${page.url()}`));
    await totalIs(page, await count(wanted)).catch((error) => assert.fail(`${text}: ${page.url()}: ${error.message}`));
    await page.goto(`${ORIGIN}/?zone=UTC`);
  }
  await page.locator('.range-button').click();
  await page.getByRole('button', {name: '1 hour', exact: true}).click();
  await address(page, (given) => given.get('after') === '-PT1H');
  await totalIs(page, await count({after: '-PT1H'}));
  await page.locator('.range-button').click();
  await page.getByLabel('From').fill('2025-05-20T08:00:00');
  await page.getByLabel('To', {exact: true}).fill('2025-05-20T09:00:00');
  await page.getByRole('button', {name: 'Show these'}).click();
  await totalIs(page, await count({after: '2025-05-20T08:00:00Z', before: '2025-05-20T09:00:00Z'}));
  assert.equal(await total(page), 59);
});

test('8. ranges: what is meant is said while one types, and what is not understood', async () => {
  const page = await open('?all=1&zone=UTC');
  await page.locator('.range-button').click();
  const box = page.getByRole('textbox', {name: 'Range', exact: true});
  await box.fill('2025-05-20 10:00 + 15m');
  assert.match(await page.locator('.range-preview').textContent() ?? '', /10:00.*10:15/);
  await box.fill('next to nothing');
  assert.equal(await page.locator('.range-preview').textContent(), 'Not understood yet');
  await box.press('Enter');
  assert.equal(await box.getAttribute('aria-invalid'), 'true');
  assert.ok(!new URL(page.url()).searchParams.has('after'));
});

test('8. zones: local, UTC, any; shown with the time', async () => {
  const [newestRow] = await read('record', {left: 0, right: 0, before: '2025-05-20T12:00:00Z'});
  const time = (offset) => new Date(Date.parse(newestRow.ts) + offset * 36e5).toISOString().slice(11, 19);
  const page = await open(`?before=2025-05-20T12:00:00Z&record=${newestRow.id}`, {zone: 'America/New_York'});
  const first = () => page.locator('.grid .cell-time').first().textContent();
  const choose = async (zone) => {
    await page.locator('.range-button').click();
    await page.getByRole('combobox', {name: 'Time zone'}).fill(zone);
    await page.getByRole('combobox', {name: 'Time zone'}).press('Tab');
    await page.keyboard.press('Escape');
  };
  assert.ok((await first())?.includes(time(-4)), await first() ?? '');
  await choose('Asia/Kolkata');
  await until(async () => (await first())?.includes(time(5.5)), 'Indian time');
  assert.match(await page.locator('.status-zone').textContent() ?? '', /Kolkata|\+05:30/);
  assert.match(await page.locator('#record .fact time').textContent() ?? '', /\+05:30/);
  await choose('UTC');
  await until(async () => (await first())?.includes(time(0)), 'UTC');
  assert.match(await page.locator('.status-zone').textContent() ?? '', /UTC/);
  await choose('Nowhere/City');
  assert.ok((await first())?.includes(time(0)), 'a zone that does not exist changes nothing');
});

test('8. zones: one in the address that does not exist is the local one, and the page says so', async () => {
  const page = await open('?all=1&zone=Mars/Olympus', {zone: 'Asia/Kolkata'});
  await page.getByText('There is no time zone \u201cMars/Olympus\u201d').first().waitFor();
  assert.match(await page.locator('.status-zone').textContent() ?? '', /Kolkata|Calcutta/);
  assert.ok((await rows(page)).length > 10);
});

// 9. Query help --------------------------------------------------------------------------------------

test('9. query: its error under the box, the place marked, what is shown stays', async () => {
  expectErrors(/status of 400/);
  const page = await open('?all=1');
  const box = page.locator('#query textarea');
  await box.fill('level >= 30 AND mesage LIKE \'%x%\'');
  await box.press('Enter');
  await page.locator('#query .error-text').waitFor();
  assert.match(await page.locator('#query .error-text').textContent() ?? '', /unknown column 'mesage'/i);
  assert.deepEqual(await page.locator('#query .query-wrong').allTextContents(), ['mesage']);
  const mark = await page.locator('#query .query-wrong').boundingBox();
  const line = await page.locator('#query .error-text').boundingBox();
  assert.ok(mark && line && line.y >= mark.y + mark.height - 1 && line.y - mark.y < 60, 'right under the box');
  assert.equal(await box.getAttribute('aria-invalid'), 'true');
  await box.fill('level >= ');
  await box.press('Enter');
  await page.locator('#query .query-end').waitFor();
  await box.fill('level >= 30');
  await box.press('Enter');
  await totalIs(page, await count({level: 30}));
  assert.equal(await page.locator('#query .query-wrong').count(), 0);
});

test('9. query: help in place, with examples to click', async () => {
  const page = await open('?all=1');
  await page.getByRole('button', {name: 'Help with the query'}).click();
  const examples = page.locator('.query-help .query-examples button');
  assert.ok(await examples.count() > 10);
  const texts = await examples.locator('code').allTextContents();
  for (const text of texts) {
    await count({query: text}).catch((error) => assert.fail(`${text}: ${error.message}`));
  }
  const at = texts.findIndex((text) => text.includes('exc_text\' IS NOT NULL'));
  await examples.nth(at).click();
  await totalIs(page, await count({query: texts[at]}));
  assert.equal(await query(page), texts[at]);
});

test('9. query: completion of columns, paths seen in loaded records, and functions', async () => {
  const page = await open('?all=1');
  const box = page.locator('#query textarea');
  const offered = () => page.locator('.query-list:popover-open .query-option-name').allTextContents();
  await box.focus();
  for (const [typed, wanted, text] of [
    ['lev', 'level', /^level ?$/],
    ['logrec->\'$.data.user.n', '$.data.user.name', /^logrec->'\$\.data\.user\.name'/],
    ['JSON_CONT', 'JSON_CONTAINS', /^JSON_CONTAINS(_PATH)?\($/],
  ]) {
    await until(async () => {
      await box.fill('');
      await box.pressSequentially(typed);
      return (await offered()).some((name) => name.startsWith(wanted));
    }, `${wanted} is offered for ${typed}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.match(await query(page), text);
    assert.deepEqual(await offered(), []);
  }
});

// 10. Levels, themes, keys, phones -------------------------------------------------------------------

test('10. level by name and shape, not colour alone', async () => {
  const page = await open('?all=1');
  const seen = await page.locator('.grid .cell-level').evaluateAll((list) => list.map((cell) =>
    [cell.textContent, cell.querySelector('use')?.getAttribute('href')]));
  const shapes = new Map(seen);
  assert.deepEqual([...shapes.keys()].sort(), ['CRITICAL', 'DEBUG', 'ERROR', 'INFO', 'WARNING']);
  assert.equal(new Set(shapes.values()).size, 5);
  const drawings = await page.evaluate((names) => names.map((name) => document.querySelector(name)?.innerHTML), [...shapes.values()]);
  assert.equal(new Set(drawings).size, 5);
});

test('10. dark, light, automatic', async () => {
  const context = await newContext({theme: 'dark'});
  const page = await open('?all=1', {context});
  /** @param {boolean} dark @param {string} what */
  const is = (dark, what) => page.waitForFunction((wanted) => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    return (red + green + blue < 255) === wanted;
  }, dark).catch(() => assert.fail(what));
  const button = page.locator('#theme');
  await is(true, 'as the system');
  assert.equal(await button.getAttribute('aria-label'), 'Theme: as the system');
  await page.emulateMedia({colorScheme: 'light'});
  await is(false, 'as the system, which changed');
  await page.keyboard.press('T');
  await page.emulateMedia({colorScheme: 'dark'});
  assert.equal(await button.getAttribute('aria-label'), 'Theme: light');
  await is(false, 'light on a dark system');
  await button.click();
  await page.emulateMedia({colorScheme: 'light'});
  await is(true, 'dark on a light system');
  await page.reload();
  await is(true, 'it is kept');
});

test('10. usable on a phone', async () => {
  const page = await open('?all=1', {width: 360, height: 740, phone: true});
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing sticks out');
  const shown = await rows(page);
  assert.ok(shown.length > 5);
  await page.locator(`.grid .row[data-id="${shown[2].id}"] .cell-message`).tap();
  await page.locator('#record h2').waitFor();
  const box = await page.locator('#side').boundingBox();
  assert.ok(box && box.width >= 340, 'the record has the whole width');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await page.getByRole('button', {name: 'Close the record'}).tap();
  await page.locator('#side').waitFor({state: 'hidden'});
  await page.getByRole('button', {name: 'More controls'}).tap();
  await page.locator('.level-button[data-value="40"]').tap();
  await totalIs(page, await count({level: 40}));
  assert.ok((await rows(page)).every(({level}) => level === 'ERROR' || level === 'CRITICAL'), 'errors only');
  const first = (await rows(page))[0].id;
  const finger = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => finger.send('Input.dispatchTouchEvent', {type, touchPoints});
  await touch('touchStart', {x: 100, y: 600});
  for (const y of [550, 500, 450, 400, 350]) {
    await touch('touchMove', {x: 100, y});
  }
  await touch('touchEnd');
  await until(async () => (await rows(page))[0]?.id !== first, 'a finger scrolls');
});

await main();
