// Makes the pictures in www/screenshots, the same each time: `make screenshots`.

import assert from 'node:assert/strict';
import {join} from 'node:path';

import {END, record, TRACEBACK} from './data.mjs';
import {main, open, settled} from './page.mjs';
import {post} from './site.mjs';
import {test} from './tap.mjs';

const FOLDER = process.env.CHRONOLOGER_SCREENSHOTS ?? join(import.meta.dirname, '../../www/screenshots');
const COUNT = 6000;
const DAY = 86400;

/** @type {[number, string, (random: (most: number) => number) => any[]][]} */
const SAID = [
  [10, 'Cache hit for key %s', (random) => [`cart:${random(5000)}`]], [10, 'SELECT took %d ms (%d rows)', (random) => [random(40), random(200)]],
  [20, 'GET /cart %d in %d ms', (random) => [200, 3 + random(90)]], [20, 'POST /order/%d 201 in %d ms', (random) => [4000 + random(900), 20 + random(300)]],
  [20, 'User %s signed in', (random) => [['ada', 'grace', 'guido', 'linus', 'barbara'][random(5)]]], [20, 'Order %d paid', (random) => [4000 + random(900)]],
  [20, 'Job %s finished in %d s', (random) => [['invoices', 'reindex', 'cleanup'][random(3)], random(90)]],
  [30, 'Slow query: %d ms', (random) => [500 + random(4000)]], [30, 'Retry %d of %d after %s', (random) => [1 + random(3), 4, 'timeout']],
  [40, 'Order %d was not paid', (random) => [4000 + random(900)]], [40, 'Could not reach %s', () => ['payments.example']], [50, 'Disk %s is full', () => ['/dev/sda1']],
];

/** Two days of a shop: quiet nights, and trouble with payments on the second morning. @returns {import('./site.mjs').Fields[]} */
function story() {
  let seed = 7;
  const random = (/** @type {number} */ most) => {
    seed = (seed * 48271) % 0x7fffffff;
    return Math.floor(seed / 0x7fffffff * most);
  };
  const times = [];
  while (times.length < COUNT) {
    const age = random(2 * DAY * 1000) / 1000;
    const busy = 0.55 - 0.45 * Math.cos((END - age) % DAY / DAY * 2 * Math.PI);
    const trouble = age > 9000 && age < 14000;
    if (random(100) < busy * 60 + (trouble ? 40 : 0)) {
      times.push(END - age);
    }
  }
  return times.sort((a, b) => a - b).map((created, number) => {
    const trouble = END - created > 9000 && END - created < 14000;
    const draw = random(1000);
    const [levelno, msg, values] = SAID[draw < 160 ? random(2) : draw < (trouble ? 500 : 930) ? 2 + random(5) : draw < (trouble ? 700 : 975) ? 7 + random(2) : draw < 995 ? 9 + random(2) : 11];
    const args = values(random);
    let at = 0;
    const failed = msg === 'Order %d was not paid';
    return {...record(number, COUNT), created, levelno, msg, args, message: msg.replace(/%[sd]/g, () => args[at++]), exc_info: null,
      name: failed ? 'shop.cart.checkout' : record(random(COUNT), COUNT).name, exc_text: failed ? TRACEBACK : null};
  });
}

const told = story();
const ids = await post(told);
const failed = ids[told.findLastIndex(({exc_text: text}) => text)];

/** @type {[string, string, import('./page.mjs').Look, (page: import('playwright-core').Page) => Promise<any>][]} */
const PICTURES = [
  ['list', '?zone=UTC', {width: 1120, height: 640}, (page) => page.locator('.timeline-bars path').first().waitFor()],
  ['record', `?zone=UTC&level=30&record=${failed}`, {width: 1120, height: 720, theme: 'dark'}, (page) => page.locator('#record .frames').first().waitFor()],
  ['around', `?zone=UTC&level=40&record=${failed}&around=${failed}`, {width: 1120, height: 640}, (page) => page.locator('.around-row.here').waitFor()],
  ['phone', '?zone=UTC&level=30', {width: 375, height: 667, phone: true}, (page) => page.locator('.timeline-bars path').first().waitFor()],
];

for (const [name, search, look, there] of PICTURES) {
  test(`www/screenshots/${name}.png`, async () => {
    const page = await open(search, look);
    await there(page);
    await settled(page);
    await page.locator('#timeline[aria-busy=false]').waitFor();
    const picture = await page.screenshot({path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide'});
    assert.ok(picture.length < 200000, `small: ${picture.length} bytes`);
  });
}

await main();
