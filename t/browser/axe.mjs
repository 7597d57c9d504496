// axe-core finds nothing, in each state of the page, in both themes, on a phone, a tablet and a desk.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import {records} from './data.mjs';
import {expectErrors, load, main, newContext, open, settled, MODULES} from './page.mjs';
import {ORIGIN, post} from './site.mjs';
import {comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const AXE = readFileSync(join(MODULES, 'axe-core', 'axe.min.js'), 'utf8');
const ids = await post(records(600));
const failed = ids[ids.length - 1 - (600 - 1 - 7) % 20];
const plain = ids[ids.length - 1 - (600 - 1 - 17) % 20];

/** @param {Page} page @param {string} selector */
const click = async (page, selector) => {
  if (await page.locator('#more').isVisible() && !await page.locator(selector).first().isVisible()) {
    await page.locator('#more').click();
  }
  await page.locator(selector).first().click();
};

/** What can be on the screen: an address, and what opens it. @type {[string, string, (page: Page) => Promise<any>][]} */
const STATES = [
  ['the list', '', (page) => page.locator('.timeline-bars path').first().waitFor()],
  ['a record with a traceback', `?record=${failed}`, (page) => page.locator('#record .frames').first().waitFor()],
  ['a record without its traceback, with columns and a mark', `?record=${plain}&columns=$.data.user.id,$.meta.lineno&mark=${plain}`, (page) => page.locator('#record .notice').waitFor()],
  ['YAML', `?record=${failed}`, (page) => click(page, '#record-tab-1')],
  ['the menu of a value', `?record=${failed}`, async (page) => {
    await page.locator('#record [role=treeitem][aria-haspopup=menu]').first().click();
    await page.locator('[role=menu]').waitFor();
  }],
  ['around', `?record=${failed}&around=${failed}`, (page) => page.locator('.around-row.here').waitFor()],
  ['groups', '?group=1', (page) => page.locator('.groups-item').first().waitFor()],
  ['the range', '?after=2025-05-01', async (page) => {
    await page.keyboard.press('d');
    await page.locator('.popover.range:popover-open').waitFor();
  }],
  ['loggers', '?name=shop.cart', async (page) => {
    await page.keyboard.press('l');
    await page.locator('.logger-row').first().waitFor();
  }],
  ['columns', '?columns=$.data.user.id', (page) => click(page, '#columns')],
  ['export', '', async (page) => {
    await page.keyboard.press('x');
    await page.locator('.export-count strong').waitFor();
  }],
  ['saved searches', '?level=30', async (page) => {
    await click(page, '#saved > button');
    await page.locator('.saved:popover-open').waitFor();
  }],
  ['help with the query', '', (page) => click(page, '[aria-label="Help with the query"]')],
  ['completion', '', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('lev');
    await page.locator('.query-list:popover-open').waitFor();
  }],
  ['a query with an error', '?query=mesage+%3D+1', (page) => page.locator('#query .error-text').waitFor()],
  ['nothing matches', '?level=50&name=nobody', (page) => page.locator('.list-message').waitFor()],
  ['the timeline as a table', '', (page) => click(page, '[aria-label="As a table"]')],
  ['keys', '', async (page) => {
    await page.keyboard.press('?');
    await page.locator('dialog.keys').waitFor();
  }],
  ['top values', `?record=${failed}`, async (page) => {
    await page.locator('#record [role=treeitem][aria-haspopup=menu]').first().click();
    await page.getByRole('menuitem', {name: 'Top values'}).click();
    await page.locator('.values-table').waitFor();
  }],
  ['two records compared', `?record=${failed}&mark=${plain}`, async (page) => {
    await page.keyboard.press('c');
    await page.locator('.compare-table').waitFor();
  }],
  ['live, paused, in two tabs', '?tail=1&top=20', async (page) => {
    await page.keyboard.press('n');
    await page.locator('#tail[data-condition=paused]').waitFor({state: 'attached'});
  }],
];

/** @typedef {{width: number, theme: 'light' | 'dark', rules?: string[]}} Look */

const COLOURS = ['color-contrast', 'link-in-text-block'];
const PLACES = [...COLOURS, 'scrollable-region-focusable', 'target-size'];

/**
 * A state is opened on a phone, then the window grows, then the theme changes. What is on a tablet is on one of the others
 * too, and differs by its place; another theme has other colours only. @type {Look[]}
 */
const LOOKS = [
  {width: 320, theme: 'light'},
  {width: 768, theme: 'light', rules: PLACES},
  {width: 1440, theme: 'light'},
  {width: 1440, theme: 'dark', rules: COLOURS},
  {width: 320, theme: 'dark', rules: COLOURS},
];

/** @param {Page} page @param {string[]} [rules] all, where none are named @returns {Promise<string[]>} */
function violations(page, rules) {
  return page.evaluate(async (only) => {
    const {violations: list} = await /** @type {any} */ (window).axe.run(document, {
      runOnly: only ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
      selectors: false, preload: false});
    return list.map((/** @type {any} */ {id, help, nodes}) => `${id}: ${help}: ${nodes.slice(0, 3).map((/** @type {any} */ {html, any, all, none}) =>
      `${html.slice(0, 160)} ${[...any, ...all, ...none].map(({message}) => message).join('; ').slice(0, 200)}`).join(' | ')}`);
  }, rules);
}

/** @param {Page} page @param {Look} look */
async function show(page, {width, theme}) {
  await page.emulateMedia({colorScheme: theme});
  await page.setViewportSize({width, height: width < 500 ? 720 : 900});
  await settled(page);
  await page.waitForFunction((dark) => getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.every((part) => (Number(part) < 80) === dark)
    && document.getAnimations().every(({playState}) => playState !== 'running'), theme === 'dark');
}

/** What is in front of the page. @param {Page} page */
const opened = (page) => page.locator(':popover-open, dialog[open], [role=menu]').count();

/** @param {Page} page @param {Look} look @returns {Promise<string[]>} what is wrong */
async function judge(page, look) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  return [...(wide > look.width ? [`${wide} pixels wide`] : []), ...await violations(page, look.rules)];
}

test(`10. axe finds nothing: ${[...new Set(LOOKS.map(({width}) => width))].join(', ')} pixels wide, light and dark, ${STATES.length} states`, async () => {
  expectErrors(/status of 400/);
  const context = await newContext({width: 320});
  await context.addInitScript(AXE);
  const page = await open('', {context});
  const bad = [];
  for (const [name, search, go] of STATES) {
    await page.evaluate(() => sessionStorage.clear());
    await show(page, LOOKS[0]);
    await page.goto(`${ORIGIN}/${search}`);
    await settled(page);
    await go(page).catch((error) => assert.fail(`${name}: ${error.message}`));
    const before = await opened(page);
    for (const look of LOOKS) {
      await show(page, look);
      bad.push(...(await judge(page, look)).map((words) => `${look.theme}, ${look.width}: ${name}: ${words}`));
      assert.equal(await opened(page), before, `${look.theme}, ${look.width}: ${name}: what is open`);
    }
  }
  assert.deepEqual(bad, []);
});

test('axe can find something', async () => {
  const context = await newContext();
  await context.addInitScript(AXE);
  const page = await open('', {context});
  await page.evaluate(() => {
    const button = document.createElement('button');
    document.querySelector('main')?.append(button);
  });
  const found = await violations(page);
  assert.ok(found.some((words) => words.startsWith('button-name')), found.join('\n'));
});

await main();
