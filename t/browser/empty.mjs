// Before the first record: what helps then.

import assert from 'node:assert/strict';

import {address, main, open, rows, total} from './page.mjs';
import {count, execute, ORIGIN, PASSWORD, read, until, USER} from './site.mjs';
import {test} from './tap.mjs';

test('11. empty: the snippet for this very host works, and the button sends a test record', async () => {
  const page = await open();
  await page.locator('ch-empty').waitFor();
  const [python, shell] = await page.locator('ch-empty pre').allTextContents();
  const {host} = new URL(ORIGIN);
  assert.ok(python.includes(`'${host}', '/api/v1/record', 'POST'`), python);
  assert.ok(shell.includes(`http://${host}/api/v1/record`), shell);

  await page.getByRole('button', {name: 'Send a test record'}).click();
  await page.locator('#record .record-tabs').waitFor();
  assert.equal(await page.locator('#record h2').textContent(), 'Hello, Chronologer');
  await until(async () => (await rows(page)).length === 1, 'the record is in the list');
  await address(page, (given) => given.has('record'));
  assert.equal(await count(), 1);

  const run = await execute('python3', ['-c', python.replace('USER', USER).replace('PASSWORD', PASSWORD)]);
  assert.equal(run.status, 0, run.stderr);
  const [record] = await read('record', {left: 0, right: 0, logrec: 1});
  assert.deepEqual([record.name, record.message, record.logrec.data.foo], ['root', 'Hello, Chronologer', 387]);
  await until(async () => (await rows(page))[0]?.id === record.id, 'it comes by itself');

  const command = await execute('sh', ['-c', shell.replace('USER', `${USER}:${PASSWORD}`)]);
  assert.match(command.stdout, /^\d+$/, command.stderr);
  await until(async () => (await rows(page)).length === 3, 'the shell\'s record comes as well');
});

test('11. nothing matches: what to ask for less of', async () => {
  const page = await open('?level=50&name=nobody');
  await page.getByRole('button', {name: 'Any level'}).click();
  await page.getByRole('button', {name: 'Any level'}).waitFor({state: 'detached'});
  await page.getByRole('button', {name: 'Any logger'}).click();
  assert.equal(await total(page), 3);
});

await main();
