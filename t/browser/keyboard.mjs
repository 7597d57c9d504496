// The whole of the interface without a mouse.

import assert from 'node:assert/strict';

import {records} from './data.mjs';
import {address, clipboard, here, main, open, rows, settled, total, totalIs} from './page.mjs';
import {count, ORIGIN, post, read, until} from './site.mjs';
import {test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ids = await post(records(1000));

/** What the focus is on. @param {Page} page */
const focused = (page) => page.evaluate(() => {
  const element = /** @type {HTMLElement} */ (document.activeElement);
  return `${element.tagName.toLowerCase()}${element.id ? '#' + element.id : ''}${element.className && typeof element.className === 'string' ? '.' + element.className.split(' ').join('.') : ''}`;
});

/** The record that is current in the list. @param {Page} page */
const current = (page) => page.evaluate(() => Number(document.getElementById(
  document.querySelector('.grid')?.getAttribute('aria-activedescendant') ?? '')?.getAttribute('data-id') ?? 0));

/** @param {Page} page @param {number} id */
const currentIs = (page, id) => until(async () => await current(page) === id, `the current record is ${id}`);

/** @param {Page} page @param {...string} keys */
async function press(page, ...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

/** @param {Page} page @param {number} id */
const recordIs = (page, id) => page.waitForFunction((wanted) => document.querySelector('#record')?.checkVisibility()
  && document.querySelector('#record')?.textContent?.includes(`#${wanted}`), id);

test('10. keyboard: Tab reaches every control, each can be seen to have the focus and has a name', async () => {
  const page = await open(`?level=20&query=level+%3E+10&after=2025-05-01&record=${ids[500]}&around=${ids[500]}&mark=${ids[501]}`);
  await page.locator('.around-row.here').waitFor();
  await page.locator('#record .record-tabs').waitFor();
  const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]
    .filter((element) => /** @type {HTMLElement} */ (element).tabIndex >= 0 && element.checkVisibility({visibilityProperty: true})
      && !/** @type {HTMLButtonElement} */ (element).disabled && !element.closest('[inert]')).length);
  assert.ok(wanted > 40, `${wanted} controls`);
  const seen = new Set();
  const bad = [];
  for (let times = 0; times < wanted + 20; times += 1) {
    await press(page, 'Tab');
    const found = await page.evaluate(async () => {
      await Promise.all(document.getAnimations().map(({finished}) => finished));
      const element = /** @type {HTMLElement} */ (document.activeElement);
      if (element === document.body) {
        return null;
      }
      const numbered = /** @type {any} */ (window);
      numbered.known ??= new Map();
      const number = numbered.known.get(element) ?? numbered.known.size;
      numbered.known.set(element, number);
      const style = (/** @type {Element} */ part) => {
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(part);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
      };
      const box = element.getBoundingClientRect();
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
      const labelled = /** @type {HTMLInputElement} */ (element).labels?.length || element.getAttribute('aria-labelledby') || element.getAttribute('placeholder');
      return {number, visible: style(element) || Boolean(element.parentElement && style(element.parentElement)) || Boolean(element.closest('.query-frame') && style(/** @type {Element} */ (element.closest('.query-frame')))),
        inside: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
        name: name || (labelled ? 'labelled' : ''), html: element.outerHTML.slice(0, 150)};
    });
    if (found && !seen.has(found.number)) {
      seen.add(found.number);
      if (!found.visible || !found.inside || !found.name) {
        bad.push(found);
      }
    }
  }
  assert.deepEqual(bad, []);
  assert.ok(seen.size >= wanted - 1 && seen.size <= wanted + 8, `${seen.size} of ${wanted} were reached`);
});

test('10. keyboard: the first Tab offers to skip to the records', async () => {
  const page = await open();
  await press(page, 'Tab');
  assert.ok(await page.getByText('Skip to the records').isVisible());
  await press(page, 'Enter');
  await until(async () => /section#list|grid/.test(await focused(page)), 'the focus is at the list');
});

test('10. keyboard: j k, arrows, pages, Home and End move; Enter opens, Esc closes', async () => {
  const page = await open();
  const shown = await rows(page);
  await press(page, 'j');
  await currentIs(page, shown[0].id);
  await press(page, 'j', 'j', 'ArrowDown');
  await currentIs(page, shown[3].id);
  await press(page, 'k', 'ArrowUp');
  await currentIs(page, shown[1].id);
  await press(page, 'Enter');
  await recordIs(page, shown[1].id);
  await press(page, 'j');
  await recordIs(page, shown[2].id);
  await press(page, 'Escape');
  await page.locator('#side').waitFor({state: 'hidden'});
  assert.equal(await focused(page), 'div.grid');
  await press(page, 'End');
  await settled(page);
  await currentIs(page, ids[0]);
  await press(page, 'PageUp');
  await until(async () => ids.indexOf(await current(page)) > 10, 'a page up');
  await press(page, 'PageDown');
  await currentIs(page, ids[0]);
  await press(page, 'Home');
  await currentIs(page, /** @type {number} */ (ids.at(-1)));
});

test('10. keyboard: e and E go to the next and the previous error, loaded or not', async () => {
  const page = await open();
  const errors = (await read('record', {level: 40, left: 0, right: 999})).map(({id}) => id);
  await press(page, 'j');
  for (const id of errors.slice(0, 40)) {
    if (id !== ids.at(-1)) {
      await press(page, 'e');
      await currentIs(page, id);
    }
  }
  await press(page, 'E');
  await currentIs(page, errors[38]);
  await press(page, 'End');
  await currentIs(page, ids[0]);
  await press(page, 'E');
  await currentIs(page, /** @type {number} */ (errors.at(-1)));
  await press(page, 'e');
  await page.getByText('No older error').waitFor();
  await press(page, 'Enter', 'E');
  await recordIs(page, /** @type {number} */ (errors.at(-2)));
});

test('10. keyboard: / goes to the query, typing there is typing, Enter runs it, Esc leaves it', async () => {
  const page = await open();
  await press(page, '/');
  assert.match(await focused(page), /^textarea/);
  await page.keyboard.type('level = 40 and name like \'%jet%?\'');
  assert.equal(await page.locator('#query textarea').inputValue(), 'level = 40 and name like \'%jet%?\'');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await press(page, 'Control+a');
  await page.keyboard.type('level = 40');
  await press(page, 'Escape', 'Enter');
  await press(page, '/');
  await page.keyboard.type('level = 40');
  if (await page.locator('.query-list:popover-open').count()) {
    await press(page, 'Escape');
  }
  await press(page, 'Enter');
  await totalIs(page, await count({query: 'level = 40'}));
  await press(page, 'Escape', 'j');
  await until(() => current(page), 'the list has the keys again');
});

test('10. keyboard: levels, range, loggers', async () => {
  const page = await open('?zone=UTC');
  for (const level of [4, 5, 1, 2, 3]) {
    await press(page, String(level));
    await totalIs(page, await count({level: level * 10}));
  }
  await press(page, 'd');
  await page.locator('.popover.range:popover-open').waitFor();
  assert.match(await focused(page), /^input/);
  await page.keyboard.type('2025-05-20 06:00 + 2h');
  await press(page, 'Enter');
  const range = {after: '2025-05-20T06:00:00Z', before: '2025-05-20T08:00:00Z', level: 30};
  await totalIs(page, await count(range));
  await press(page, '-');
  await until(async () => await total(page) > await count(range), 'a longer range');
  await press(page, 'l');
  await page.locator('.logger-row').first().waitFor();
  await press(page, 'ArrowDown', 'ArrowDown', ' ');
  const chosen = await until(() => new URL(page.url()).searchParams.get('name'), 'a logger is chosen');
  await press(page, 'Escape');
  await page.locator('.popover.loggers').waitFor({state: 'hidden'});
  assert.match(await focused(page), /range-button/, 'the focus is where it was');
  await until(async () => (await rows(page)).every(({name}) => name.startsWith(chosen)), chosen);
});

test('10. keyboard: the record: its tree, its menus, its tabs', async () => {
  const page = await open('?level=40');
  await press(page, 'j', 'j', 'Enter');
  await page.locator('#record [role=tree]').waitFor();
  await page.locator('#record [role=treeitem][tabindex="0"]').focus();
  await press(page, 'Home');
  for (let times = 0; times < 30 && !(await page.evaluate(() => document.activeElement?.querySelector('.tree-key')?.textContent === 'status')); times += 1) {
    await press(page, 'ArrowDown');
  }
  await press(page, 'Enter');
  await page.locator('[role=menu]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Only these');
  await press(page, 'Enter');
  await until(async () => (await page.locator('#query textarea').inputValue()).includes('$.data.status'), 'the query has it');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'treeitem', 'the focus is back');
  await press(page, 'Home', 'ArrowLeft');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded')), 'false');
  await press(page, 'ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded')), 'true');
  await page.locator('#record [role=tab][aria-selected=true]').focus();
  await press(page, 'ArrowRight');
  await page.locator('#record .record-text').waitFor();
  await press(page, 'a');
  await page.locator('.around-row.here').waitFor();
  await press(page, 'Escape');
  await page.locator('#around').waitFor({state: 'hidden'});
  assert.ok(await page.locator('#record').isVisible());
  await press(page, 'Escape');
  await page.locator('#side').waitFor({state: 'hidden'});
});

test('10. keyboard: the timeline: bars, several of them, zoom, back', async () => {
  const page = await open();
  await page.locator('.timeline-bars path').first().waitFor();
  await page.locator('.timeline-graph').focus();
  await press(page, 'Home');
  const said = () => page.locator('.timeline-graph').getAttribute('aria-valuetext');
  const first = await said();
  assert.match(first ?? '', /\d+ records, .*INFO/);
  await press(page, 'ArrowRight');
  assert.notEqual(await said(), first);
  await press(page, 'Shift+ArrowRight', 'Shift+ArrowRight');
  await page.locator('.timeline-overlay .chosen').waitFor();
  await press(page, 'z');
  await until(async () => await total(page) < 100, 'three bars of the timeline');
  await settled(page);
  await press(page, 'b');
  await totalIs(page, await count());
});

test('10. keyboard: t live, g groups, x export, n and [ ] tabs, m M c marks, y link, T theme, r refresh', async () => {
  const page = await open();
  await press(page, 't');
  await page.locator('#tail[data-condition=live]').waitFor();
  await press(page, 't');
  await page.locator('#tail[data-condition=off]').waitFor();
  await press(page, 'g');
  await page.locator('.groups-item').first().waitFor();
  await press(page, 'g');
  await page.locator('#list').waitFor();
  await press(page, 'x');
  await page.locator('.export-count strong').waitFor();
  await press(page, 'Escape');
  await press(page, 'n');
  await until(async () => await page.locator('#tabs .tab').count() === 2, 'a second tab');
  await press(page, '4');
  await totalIs(page, await count({level: 40}));
  await press(page, '[');
  await totalIs(page, await count());
  await press(page, ']');
  await totalIs(page, await count({level: 40}));
  const shown = await rows(page);
  await press(page, 'j', 'm');
  await address(page, (given) => given.get('mark') === String(shown[0].id));
  await press(page, 'j', 'j', 'c');
  await page.locator('.compare-table').waitFor();
  await press(page, 'Escape');
  await page.locator('.compare-table').waitFor({state: 'hidden'});
  await press(page, 'End', 'M');
  await currentIs(page, shown[0].id);
  await press(page, 'y');
  await until(async () => await clipboard(page) === await here(page), 'the link is copied');
  const theme = await page.locator('#theme').getAttribute('aria-label');
  await press(page, 'T');
  assert.notEqual(await page.locator('#theme').getAttribute('aria-label'), theme);
  await post([{name: 'refreshed', levelno: 50, created: Date.now() / 1000, msg: 'refreshed'}]);
  await press(page, 'r');
  await until(async () => (await rows(page))[0]?.message === 'refreshed', 'the new record');
});

test('10. keyboard: ? lists the keys, and they can be turned off', async () => {
  const page = await open();
  await press(page, '?');
  const dialog = page.locator('dialog.keys');
  await dialog.waitFor();
  const keys = await dialog.locator('kbd').allTextContents();
  for (const key of ['j', 'k', 'e', 'E', '/', 'Enter', 'Esc', 't', '?']) {
    assert.ok(keys.includes(key), key);
  }
  await press(page, 'j');
  assert.equal(await current(page), 0, 'the page behind is not moved');
  await dialog.getByLabel('Keys of a single character are on').focus();
  await press(page, ' ', 'Escape');
  await dialog.waitFor({state: 'detached'});
  await press(page, '5', 't', 'ArrowDown');
  await until(() => current(page), 'an arrow still moves');
  assert.ok(!page.url().includes('level'));
  assert.equal(await page.locator('#tail').getAttribute('aria-pressed'), 'false');
  await page.goto(`${ORIGIN}/`);
  await settled(page);
  await press(page, '4', '?');
  await dialog.waitFor();
  assert.ok(!page.url().includes('level'), 'it is kept');
});

test('12.14 keys: after a click on a button those that scroll go to the list', async () => {
  const page = await open('?all=1&before=2025-06-01');
  await page.locator('.level-button[data-value="0"]').click();
  await page.locator('#reload').click();
  await settled(page);
  assert.match(await focused(page), /^button#reload/);
  await press(page, 'End');
  await currentIs(page, ids[0]);
  await press(page, 'PageUp');
  await until(async () => ids.indexOf(await current(page)) > 10, 'a page up');
  await press(page, 'Home');
  await currentIs(page, /** @type {number} */ (ids.at(-1)));
  await press(page, 'ArrowDown', 'ArrowDown', 'ArrowUp');
  await currentIs(page, /** @type {number} */ (ids.at(-2)));
  await press(page, 'PageDown');
  await until(async () => ids.indexOf(await current(page)) < 990, 'a page down');
  // Those of the chosen level are its own.
  await page.locator('.level-button[data-value="0"]').focus();
  await press(page, 'ArrowRight');
  await page.locator('.level-button[data-value="10"]:focus').waitFor();
});

test('12.14 keys: Escape returns to where one came from', async () => {
  const page = await open('?all=1&before=2025-06-01');
  await press(page, 'j');
  await page.locator('.grid').focus();
  await press(page, '/');
  await until(async () => /^textarea/.test(await focused(page)), 'the box has the focus');
  await press(page, 'Escape');
  assert.equal(await focused(page), 'div.grid');
  await page.locator('#reload').focus();
  await press(page, 'Escape');
  assert.equal(await focused(page), 'div.grid');
  await settled(page);
  await press(page, 'Enter');
  await page.locator('#record .record-tabs').waitFor();
  const name = page.locator('#record .fact-logger button').first();
  await name.focus();
  await press(page, 'a');
  await page.locator('.around-row.here').waitFor();
  await press(page, 'Escape');
  await page.locator('#around').waitFor({state: 'hidden'});
  assert.ok(await name.evaluate((element) => element === document.activeElement), 'where it was in the record');
  await press(page, 'Escape');
  await page.locator('#side').waitFor({state: 'hidden'});
  assert.equal(await focused(page), 'div.grid');
});

await main();
