// Before the first record: what helps then.

import assert from 'node:assert/strict';

import {address, expectErrors, main, newContext, open, rows, total, totalIs} from './page.mjs';
import {count, execute, ORIGIN, PASSWORD, post, read, until, USER} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const HANDLER = new URL('../../python', import.meta.url).pathname;

/** What a tab of the first steps has. @param {Page} page @param {string} name @returns {Promise<string>} */
async function snippet(page, name) {
  await page.getByRole('tab', {name}).click();
  return await page.locator('ch-empty pre').textContent() ?? '';
}

/** A page whose user has these roles; what needs others is refused, as the server does. @param {string[]} roles @param {string} search */
async function as(roles, search = '') {
  const context = await newContext();
  await context.route(/api\/v1\/user$/, (route) => route.fulfill({json: {user: USER, roles}}));
  await context.route((url) => url.searchParams.has('query') && url.pathname.includes('/api/'), (route) => route.fulfill({status: 403,
    headers: {'X-Error-Type': 'HTTPError', 'X-Error-Message': 'The user lacks the role query-reader'}}));
  return open(search, {context});
}

test('12.13 first minute: who may not write is not offered a test record', async () => {
  const page = await as(['basic-reader', 'query-reader']);
  await page.locator('ch-empty').waitFor();
  await until(async () => (await snippet(page, 'HTTPHandler')).includes(USER), 'the roles are there');
  assert.equal(await page.getByRole('button', {name: 'Send a test record'}).count(), 0);
});

test('12.13 first minute: waiting for the first record lights up when it comes, from whatever snippet', async () => {
  const page = await open();
  await page.locator('ch-empty').waitFor();
  await until(async () => (await snippet(page, 'HTTPHandler')).includes(`'${USER}', 'PASSWORD'`), 'the real user');
  const {host} = new URL(ORIGIN);
  /** @type {Record<string, string>} */
  const texts = {};
  for (const name of await page.getByRole('tab').allTextContents()) {
    texts[name] = await snippet(page, name);
    assert.ok(texts[name].includes(host) && texts[name].includes(USER), texts[name]);
  }
  assert.deepEqual(Object.keys(texts), ['HTTPHandler', 'Many at once', 'dictConfig', 'Django', 'curl']);
  assert.match(await page.locator('.empty-wait').textContent() ?? '', /^Waiting for your first record/);
  texts.Django += '\nimport logging.config\nlogging.config.dictConfig(LOGGING)\nlogging.info(\'Hello, %s\', \'Chronologer\', extra={\'foo\': 387})';

  const lit = page.waitForFunction(() => document.querySelector('.empty-wait.came')?.textContent);
  const run = async (/** @type {string} */ name) => {
    const {status, stderr} = await execute('python3', ['-c', `import sys; sys.path.insert(0, ${JSON.stringify(HANDLER)})\n${texts[name].replace('PASSWORD', PASSWORD)}`]);
    assert.equal(status, 0, stderr);
    const [record] = await read('record', {left: 0, right: 0, logrec: 1});
    assert.deepEqual([record.name, record.message, record.logrec.data.foo], ['root', 'Hello, Chronologer', 387], name);
    return record.id;
  };
  await run('HTTPHandler');
  assert.equal(await (await lit).jsonValue(), 'Your first record: root \u00b7 Hello, Chronologer');
  await address(page, (given) => given.get('tail') === '1');
  await until(async () => (await rows(page)).length === 1, 'the list has it by itself');
  for (const [at, name] of ['Many at once', 'dictConfig', 'Django'].entries()) {
    const id = await run(name);
    await until(async () => (await rows(page))[0]?.id === id && await total(page) === at + 2, `${name} comes live`);
  }
  const command = await execute('sh', ['-c', texts.curl.replace(USER, `${USER}:${PASSWORD}`)]);
  assert.match(command.stdout, /^\d+$/, command.stderr);
  await totalIs(page, 5);
});

test('12.13 first minute: a test record comes live, and does not pause that', async () => {
  const context = await newContext();
  // As if there were none yet.
  const none = {status: 200, headers: {'X-Record-Count': '0'}, json: []};
  let sent = false;
  await context.route((url) => /\/api\/v1\/record$/.test(url.pathname), (route) => {
    sent ||= route.request().method() === 'POST';
    return sent ? route.continue() : route.fulfill(none);
  });
  const page = await open('', {context});
  await page.getByRole('button', {name: 'Send a test record'}).click();
  await page.locator('.grid .row', {hasText: 'chronologer.test'}).waitFor();
  await page.locator('#tail[data-condition=live]').waitFor();
  assert.equal(await page.locator('#record').isVisible(), false);
});

test('12.13 a link with a condition, for who lacks the role: what is missing, and the rest', async () => {
  expectErrors(/status of 403/);
  await post([{name: 'linked', levelno: 20, created: Date.UTC(2025, 0, 1) / 1000, msg: 'there'}]);
  const page = await as(['basic-reader'], '?query=level+%3D+20&name=linked&all=1');
  const message = page.locator('.list-message');
  assert.match(await message.textContent() ?? '', /lacks the role query-reader.*level = 20/);
  await message.getByRole('button', {name: 'The rest, without it'}).click();
  await address(page, (given) => !given.has('query') && given.get('name') === 'linked');
  await totalIs(page, 1);
});

test('12.13 nothing matches: the nearest in time is one click away', async () => {
  await post([['old', Date.UTC(2025, 0, 1, 12) / 1000], ['new', Date.UTC(2025, 0, 3, 12) / 1000]].map(([msg, created]) => ({name: 'near', levelno: 20, created, msg})));
  for (const [range, words, message] of [
    ['after=2025-01-02T00:00:00Z&before=2025-01-02T01:00:00Z', 'The nearest: 2025-01-01 12:00:00, 12 h before', 'old'],
    ['after=2025-01-03T00:00:00Z&before=2025-01-03T01:00:00Z', 'The nearest: 2025-01-03 12:00:00, 11 h after', 'new'],
    ['after=2025-02-01T00:00:00Z', 'The nearest: 2025-01-03 12:00:00, 28 d 12 h before', 'new'],
  ]) {
    const page = await open(`?zone=UTC&name=near&${range}`);
    const button = page.locator('.nearest');
    await button.waitFor();
    assert.equal(await button.textContent(), words);
    await button.click();
    await page.locator('.grid .row[data-id]').first().waitFor();
    assert.equal((await rows(page))[0].message, message);
    await page.close();
  }
});

test('11. nothing matches: what to ask for less of', async () => {
  const page = await open('?level=50&name=nobody&all=1');
  await page.getByRole('button', {name: 'Any level'}).click();
  await page.getByRole('button', {name: 'Any level'}).waitFor({state: 'detached'});
  await page.getByRole('button', {name: 'Any logger'}).click();
  await totalIs(page, await count());
});

await main();
