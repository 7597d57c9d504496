// Everything that one can see is in the address: Back, Forward and a copied link restore the same view.

import assert from 'node:assert/strict';
import {isDeepStrictEqual} from 'node:util';

import {records} from './data.mjs';
import {address, clipboard, here, main, newContext, open, rows, settled} from './page.mjs';
import {ORIGIN, PASSWORD, post, until, USER} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ids = await post(records(2000));

/** What one can see. @param {Page} page */
async function view(page) {
  await settled(page);
  await page.locator('#timeline[aria-busy=false]').waitFor();
  const controls = await page.evaluate(() => {
    const text = (/** @type {string} */ selector) => document.querySelector(selector)?.textContent ?? null;
    const texts = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent);
    const seen = (/** @type {string} */ selector) => Boolean(document.querySelector(selector)?.checkVisibility());
    return {
      range: text('.range-button .button-label'), zone: text('.status-zone'), loggers: text('.loggers-button'),
      level: text('[role=radio][aria-checked=true]'), query: document.querySelector('textarea')?.value,
      columns: texts('.heading span'), foot: text('.status-place'), timeline: text('.timeline-caption'),
      record: seen('#record') ? text('#record h2') : null, open: document.querySelector('.row[aria-selected=true]')?.getAttribute('data-id'),
      around: seen('#around') ? document.querySelector('.around-row.here')?.getAttribute('data-id') : null,
      groups: seen('#groups') ? texts('.groups-text') : null, title: document.title,
      live: document.querySelector('#tail')?.getAttribute('aria-pressed'),
    };
  });
  return {...controls, rows: (await rows(page)).map(({id, position, text}) => [id, position, text])};
}

/**
 * Counts in a page what is still to come: frames, answers but those of live records, and timers of less than a second,
 * as the address has one.
 */
const COUNTED = `{
  const {fetch, setTimeout, clearTimeout, requestAnimationFrame} = window;
  const coming = window.coming = new Set();
  const counted = async (promise) => {
    coming.add(promise);
    try {
      return await promise;
    } finally {
      coming.delete(promise);
    }
  };
  const answered = async (promise) => {
    const response = await promise;
    response.text = () => counted(Response.prototype.text.call(response));
    return response;
  };
  window.fetch = (url, options) => String(url).includes('/tail') ? fetch(url, options) : counted(answered(fetch(url, options)));
  window.setTimeout = (run, after, ...given) => {
    const timer = setTimeout(() => {
      coming.delete(timer);
      run(...given);
    }, after);
    after < 1000 && coming.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    coming.delete(timer);
    clearTimeout(timer);
  };
  window.requestAnimationFrame = (run) => {
    const frame = {};
    coming.add(frame);
    return requestAnimationFrame((now) => {
      coming.delete(frame);
      run(now);
    });
  };
}`;

/** A browser of one's own in which still() can tell. @param {import('./page.mjs').Look} [look] */
async function counting(look) {
  const context = await newContext(look);
  await context.addInitScript(COUNTED);
  return context;
}

/** What one sees when nothing is to come any more, neither there nor in the address. @param {Page} page */
async function still(page) {
  await until(() => page.evaluate(() => /** @type {any} */ (window).coming.size === 0), 'nothing is to come any more');
  return view(page);
}

/** Waits until one sees this. @param {Page} page @param {any} wanted @param {string} what */
async function sees(page, wanted, what) {
  let seen;
  await until(async () => {
    seen = await view(page);
    return isDeepStrictEqual(seen, wanted);
  }, what).catch(() => assert.deepEqual(seen, wanted, what));
}

/** What a reader does, one after the other. @type {[string, (page: Page) => Promise<any>][]} */
const STEPS = [
  ['level', (page) => page.locator('.level-button[data-value="20"]').click()],
  ['query', async (page) => {
    await page.locator('#query textarea').fill('logrec->\'$.data.status\' = 200');
    await page.locator('#query textarea').press('Enter');
  }],
  ['scrolled', async (page) => {
    await page.mouse.move(500, 600);
    await page.mouse.wheel(0, 26 * 300);
    await address(page, (given) => given.get('top') === '300');
  }],
  ['record', async (page) => {
    await page.locator('.grid .row .cell-message').nth(4).click();
    await page.locator('#record .record-tabs').waitFor();
  }],
  ['column', async (page) => {
    await page.locator('#record [role=treeitem]', {has: page.locator('.tree-key', {hasText: /^number$/})}).click();
    await page.getByRole('menuitem', {name: 'As a column'}).click();
  }],
  ['around', async (page) => {
    await page.getByRole('button', {name: 'Around', exact: true}).click();
    await page.locator('.around-row.here').waitFor();
  }],
  ['loggers', async (page) => {
    await page.locator('.loggers-button').click();
    await page.locator('.logger-row[data-name="shop"]').click();
    await page.keyboard.press('Escape');
  }],
  ['range', async (page) => {
    await page.locator('.range-button').click();
    await page.getByRole('textbox', {name: 'Range', exact: true}).fill('2025-05-19 20:00 .. 2025-05-20 06:00');
    await page.keyboard.press('Enter');
  }],
  ['zone', async (page) => {
    await page.locator('.range-button').click();
    await page.getByRole('combobox', {name: 'Time zone'}).fill('Asia/Kolkata');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
  }],
  ['groups', async (page) => {
    await page.locator('#group').click();
    await page.locator('.groups-item').first().waitFor();
  }],
];

test('Back and Forward restore each view on the way, and a link shows it to a colleague', async () => {
  const page = await open('', {context: await counting({zone: 'Europe/Paris'})});
  const seen = [['beginning', await view(page)]];
  const addresses = new Set([page.url()]);
  for (const [name, step] of STEPS) {
    const before = page.url();
    await step(page);
    await until(() => page.url() !== before, `${name} changes the address`);
    const shown = await still(page);
    if (name === 'scrolled') {
      seen.pop();
    }
    addresses.add(page.url());
    seen.push([name, shown]);
  }
  assert.equal(addresses.size, STEPS.length + 1);
  assert.equal(new Set(seen.map(([, shown]) => JSON.stringify(shown))).size, STEPS.length, 'each step shows something else');

  await page.keyboard.press('y');
  const link = await until(async () => /group=1/.test(await clipboard(page)) && clipboard(page), 'the link is copied');
  assert.equal(link, await here(page));
  const colleague = await newContext({zone: 'Europe/Paris'});
  await sees(await open(new URL(link).search, {context: colleague}), seen.at(-1)?.[1], 'a colleague sees the same');

  for (const [name, shown] of seen.slice(0, -1).toReversed()) {
    await page.goBack();
    await sees(page, shown, `Back to ${name}`);
  }
  for (const [name, shown] of seen.slice(1)) {
    await page.goForward();
    await sees(page, shown, `Forward to ${name}`);
  }
  await page.reload();
  await sees(page, seen.at(-1)?.[1], 'loaded again');
});

test('a link to a record shows where it is', async () => {
  const page = await open(`?record=${ids[500]}`);
  await page.locator(`.grid .row[data-id="${ids[500]}"][aria-selected=true]`).waitFor();
  await settled(page);
  assert.equal((await rows(page)).find(({id}) => id === ids[500])?.position, 1499);
});

test('a link to a record shows where it is, where that is known before the list is drawn', async () => {
  const context = await newContext();
  await context.addInitScript(`
    const [frames, later] = [[], requestAnimationFrame];
    window.requestAnimationFrame = (run) => window.drawn ? later(run) : frames.push(run);
    window.draw = () => {
      window.drawn = true;
      frames.forEach((run) => later(run));
    };
  `);
  const page = await context.newPage();
  // It is located by a count and by the records of its instant.
  const located = Promise.all([page.waitForResponse((response) => response.request().method() === 'HEAD' && response.url().includes('after=')),
    page.waitForEvent('requestfinished', (request) => request.method() === 'GET' && request.url().includes('after='))]);
  await page.goto(`${ORIGIN.replace('//', `//${USER}:${PASSWORD}@`)}/?record=${ids[500]}`);
  await located;
  await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve); }));
  await page.evaluate(() => /** @type {any} */ (window).draw());
  await page.locator(`.grid .row[data-id="${ids[500]}"][aria-selected=true]`).waitFor();
});

test('each part of a view has its place in the link', async () => {
  const context = await counting();
  const plain = await still(await open('', {context}));
  for (const [search, parts] of /** @type {[string, string[]][]} */ ([
    ['?level=40&name=shop', ['level', 'loggers', 'rows', 'foot', 'timeline', 'title']],
    ['?after=2025-05-20T06:00:00Z&before=2025-05-20T08:00:00Z', ['range', 'rows', 'foot']],
    ['?query=level+%3E+10', ['query', 'rows', 'foot']],
    ['?top=700', ['rows', 'foot']],
    [`?record=${ids[7]}&around=${ids[7]}`, ['record', 'open', 'around', 'rows']],
    ['?columns=$.data.number,id&zone=Asia/Tokyo', ['columns', 'zone', 'rows']],
    [`?mark=${ids[1990]}`, ['columns', 'rows']],
    ['?group=1', ['groups']],
    ['?tail=1', ['live']],
  ])) {
    const page = await open(search, {context});
    const shown = await still(page);
    const same = parts.filter((part) => JSON.stringify(/** @type {any} */ (shown)[part]) === JSON.stringify(/** @type {any} */ (plain)[part]));
    assert.deepEqual(same, [], `${search} shows itself`);
    const again = await open(new URL(page.url()).search, {context: await newContext()});
    await sees(again, shown, search);
    await page.close();
  }
});

await main();
