// Log text is hostile. Payloads in every field of a record, shown everywhere that text of a record is shown: none is
// executed, none becomes an element, none sends a request, and the policy that would stop it is strict.

import assert from 'node:assert/strict';

import {address, expectErrors, main, newContext, open, rows, settled, totalIs} from './page.mjs';
import {ORIGIN, post, read, request, until} from './site.mjs';
import {comment, test} from './tap.mjs';

/** @typedef {import('playwright-core').Page} Page */

// What is executed calls hit(), wherever it got to.
const JS = 'hit()';
const TAGS = ['img src=x onerror', 'svg onload', 'body onload', 'video src=x onerror', 'audio src=x onerror', 'details open ontoggle',
  'input autofocus onfocus', 'select autofocus onfocus', 'textarea autofocus onfocus', 'marquee onstart', 'object data=x onerror', 'iframe onload',
  'embed src=x onerror', 'link rel=stylesheet href=x onerror', 'style onload', 'script src=x onerror', 'div style=animation:x onanimationstart',
  'a href=# autofocus onfocus', 'button autofocus onfocus', 'form onformdata', 'math onfocus tabindex=1 autofocus', 'picture><img src=x onerror',
  'svg><animate onbegin', 'svg><set attributeName=x onbegin', 'svg><image href=x onerror', 'x contenteditable autofocus onfocus', 'xss tabindex=1 autofocus onfocusin'];
const QUOTES = ['', '"', '\'', '`', '">', '\'>', '-->', ']]>', '</title>', '</textarea>', '</script>', '</style>', '</noscript>', '</svg>', '*/', '\\'];
const PAYLOADS = [...new Set([
  ...TAGS.map((tag) => `<${tag}=${JS}>`),
  ...TAGS.map((tag) => `"><${tag.replaceAll(' ', '/')}="${JS}">`),
  ...QUOTES.map((quote) => `${quote}<script>${JS}</script>`),
  ...QUOTES.map((quote) => `${quote} onmouseover=${JS} onfocus=${JS} autofocus x=${quote}`),
  ...['javascript:', 'JaVaScRiPt:', ' javascript:', 'java\tscript:', 'java\nscript:', '\u0001javascript:', 'data:text/html,<script>', 'vbscript:'].map((scheme) => `${scheme}${JS}`),
  ...['javascript:', 'data:text/html;base64,PHNjcmlwdD5wYXJlbnQuaGl0KCk8L3NjcmlwdD4=#'].map((scheme) => `<a href="${scheme}${JS}">x</a>`),
  ...['<iframe srcdoc="<script>parent.hit()</script>">', '<iframe src="javascript:parent.hit()">', '<base href="//evil.example/">', '<meta http-equiv=refresh content="0;url=javascript:hit()">',
    '<link rel=import href="data:text/html,<script>hit()</script>">', '<form action="javascript:hit()"><input type=submit autofocus></form>',
    '<svg><script>hit()</script></svg>', '<svg><use href="data:image/svg+xml,<svg id=x onload=hit()>#x"/></svg>', '<math><mtext><table><mglyph><style><img src=x onerror=hit()>',
    '<noscript><p title="</noscript><img src=x onerror=hit()>">', '<template><img src=x onerror=hit()></template>', '<style>@import "//evil.example/x.css"</style>',
    '<div style="background:url(//evil.example/x)">', '<img src=//evil.example/x.png>', '<!--<img src="--><img src=x onerror=hit()//">',
    '&lt;img src=x onerror=hit()&gt;', '&#60;script&#62;hit()&#60;/script&#62;', '\\u003cscript\\u003ehit()\\u003c/script\\u003e', '%3Cscript%3Ehit()%3C/script%3E',
    '${hit()}', '{{hit()}}', '{{constructor.constructor("hit()")()}}', '#{hit()}', '<%= hit() %>', '`${hit()}`', '\';hit();\'', '";hit();"', '\u2028hit()\u2029',
    '\u202e<img src=x onerror=hit()>', '\ufeff<script>hit()</script>', '<ſcript>hit()</ſcript>', '＜script＞hit()＜/script＞', '<scr<script>ipt>hit()</scr</script>ipt>',
    '<img/src="x"/onerror=hit()>', '<IMG """><SCRIPT>hit()</SCRIPT>">', '<img src=x:x onerror\n=hit()>', '<a\u00a0href=x onclick=hit()>', '<x onclick=hit()>x',
    '__proto__', 'constructor', 'toString', '=hit()', '@SUM(1)|cmd'],
])];
const FIELDS = ['msg', 'message', 'args', 'pathname', 'filename', 'module', 'stack_info', 'lineno', 'funcName', 'msecs', 'relativeCreated', 'thread', 'threadName',
  'processName', 'process', 'taskName', 'origname', 'exc_info', 'exc_text'];

/** A record of nothing but the payload; names have a limit. @param {string} payload @param {number} index */
function hostile(payload, index) {
  const fields = Object.fromEntries(FIELDS.map((field) => [field, payload]));
  // Tracebacks are taken apart, so each part of one has it as well.
  const line = payload.replaceAll(/[\n\r\u2028\u2029]/g, ' ');
  const trace = `Traceback (most recent call last):\n  File "${line}", line 7, in ${line}\n    ${line}\n    ^^^^^\n${line}: ${payload}`;
  const stack = `Stack (most recent call last):\n  File "${line}", line 8, in ${line}\n    ${line}`;
  return {...fields, name: payload.slice(0, 200), created: 1750000000 + index, levelno: 10 + index % 5 * 10,
    exc_text: index % 2 ? payload : trace, stack_info: index % 2 ? payload : stack, args: [payload, {[payload]: payload}],
    [payload]: payload, nested: {[payload]: [payload, {[payload]: payload}]}, url: payload, html: payload};
}

await post(PAYLOADS.map(hostile));
const ids = (await read('record', {left: 0, right: 9999})).map(({id}) => id);

/** What a page would do if it were fooled: told by each of these. */
const DETECTORS = `
  window.hits = [];
  window.hit = window.alert = window.confirm = window.prompt = () => { hits.push(new Error().stack); };
  addEventListener('securitypolicyviolation', (event) => hits.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
`;
/** Elements that the interface never makes, and attributes that it never gives. */
const FOREIGN = 'img, iframe, object, embed, video, audio, marquee, math, picture, template, xss, x, base, '
  + 'script:not([src^="js/"]), style, link:not([href^="css/"], [href^="js/"], [href="favicon.svg"]), svg animate, svg set, svg image, svg script, '
  + '[onerror], [onload], [onclick], [onfocus], [onmouseover], [ontoggle], [onbegin], [onstart], [srcdoc], [href^="javascript:" i], [href^="data:" i], [action]';

/** @param {Page} page */
async function harmless(page, what = '') {
  const found = await page.evaluate((selector) => ({hits: /** @type {any} */ (window).hits,
    foreign: [...document.querySelectorAll(selector)].map((element) => element.outerHTML.slice(0, 200))}), FOREIGN);
  assert.deepEqual(found, {hits: [], foreign: []}, what);
}

/** @param {string} search */
async function guarded(search = '') {
  const context = await newContext();
  await context.addInitScript(DETECTORS);
  const page = await open(search, {context});
  page.on('dialog', (dialog) => { throw new Error(`a dialog: ${dialog.message()}`); });
  return page;
}

test('the detectors find what is executed, becomes an element, or is stopped by the policy', async () => {
  expectErrors(/violates the following Content Security Policy/);
  const page = await guarded();
  await page.evaluate(() => {
    const place = document.createElement('div');
    place.innerHTML = '<img src="data:," onerror="hit()">';
    document.body.append(place);
    const script = document.createElement('script');
    script.textContent = 'hit()';
    document.body.append(script);
  });
  await until(() => page.evaluate(() => /** @type {any} */ (window).hits.length >= 2), 'both are noticed');
  const {hits, foreign} = await page.evaluate((selector) => ({hits: /** @type {any} */ (window).hits,
    foreign: document.querySelectorAll(selector).length}), FOREIGN);
  assert.ok(hits.every((/** @type {string} */ hit) => hit.startsWith('policy: script-src')), `executed: ${hits}`);
  assert.ok(foreign >= 2);
  await page.evaluate('hit()');
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).hits.length), hits.length + 1);
});

test(`${PAYLOADS.length} payloads in every field: none is executed in the list and in the record, as a tree, YAML and raw`, async () => {
  assert.ok(PAYLOADS.length >= 100);
  const page = await guarded(`?record=${ids[0]}`);
  await page.locator('#record .record-tabs').waitFor();
  let shown = 0;
  for (const id of ids) {
    await page.waitForFunction((wanted) => document.querySelector('#record')?.textContent?.includes(`#${wanted}`), id);
    await page.evaluate(() => {
      for (const tab of [1, 2, 0]) {
        document.getElementById(`record-tab-${tab}`)?.click();
      }
      // All that is folded is unfolded, all that can be pointed at is pointed at.
      document.querySelectorAll('#record details').forEach((element) => element.setAttribute('open', ''));
      document.querySelectorAll('#record [aria-expanded=false]').forEach((element) => /** @type {HTMLElement} */ (element).click());
      document.querySelectorAll('#record *').forEach((element) => element.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})));
    });
    shown += 1;
    await page.locator('.grid').focus();
    await page.keyboard.press('j');
    if (shown % 20 === 0) {
      await harmless(page, `up to record ${id}`);
    }
  }
  assert.equal(shown, PAYLOADS.length);
  await harmless(page);
});

test('the text is there as it was sent', async () => {
  const page = await guarded();
  for (const {id, message} of await rows(page)) {
    const index = ids.length - 1 - ids.indexOf(id);
    assert.equal(message, PAYLOADS[index]);
  }
  await page.goto(`${ORIGIN}/?record=${ids.at(-1)}`);
  await page.locator('#record .record-tabs').waitFor();
  await page.getByRole('tab', {name: 'Raw'}).click();
  assert.deepEqual(JSON.parse(await page.locator('#record .record-text').textContent() ?? ''), await read(`record/${ids.at(-1)}`));
});

test('none is executed in columns, loggers, groups, values, around, comparisons, menus, completion', async () => {
  const path = `$.data."${PAYLOADS[0].replaceAll('"', '\\"')}"`;
  const page = await guarded(`?columns=${encodeURIComponent(`${path},$.data.html,$.meta.funcName,name,id`.replaceAll('\\', '\\\\'))}&record=${ids[3]}&mark=${ids[7]}`);
  await page.locator('#record .record-tabs').waitFor();
  await harmless(page, 'columns');
  await page.locator('#columns').click();
  await page.locator('.columns-panel .field').waitFor();
  await harmless(page, 'the columns\' panel');
  await page.keyboard.press('Escape');
  await page.locator('.loggers-button').click();
  await page.locator('.logger-row').first().waitFor();
  await page.getByRole('searchbox', {name: 'Find a logger'}).fill('<');
  await harmless(page, 'loggers');
  await page.locator('.logger-row').nth(1).click();
  await page.locator('.loggers-foot').getByRole('button').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.goto(`${ORIGIN}/?record=${ids[3]}&mark=${ids[7]}&around=${ids[3]}`);
  await page.locator('.around-row.here').waitFor();
  await page.locator('#around select').selectOption({index: 4});
  await until(async () => await page.locator('#around').getAttribute('aria-busy') === null, 'around is there');
  await harmless(page, 'around');
  await page.keyboard.press('c');
  await page.locator('.compare-table').waitFor();
  await page.getByLabel('Also what is the same').check();
  await harmless(page, 'two records');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    const leaf = [...document.querySelectorAll('#record [role=treeitem]')].find((row) => row.querySelector('.tree-key')?.textContent === 'html');
    /** @type {HTMLElement} */ (leaf).click();
  });
  await page.locator('[role=menu]').waitFor();
  await harmless(page, 'the menu');
  await page.getByRole('menuitem', {name: 'Top values'}).click();
  await page.locator('.values-table').waitFor();
  await harmless(page, 'values');
  await page.locator('.values-table button').first().click();
  await address(page, (given) => given.has('query'));
  await totalIs(page, 1);
  await harmless(page, 'a filter');
  await page.goto(`${ORIGIN}/?group=1`);
  await page.locator('.groups-item').first().waitFor();
  assert.ok(await page.locator('.groups-item').count() > 100);
  await harmless(page, 'groups');
  await page.keyboard.press('g');
  await settled(page);
  await page.locator('#query textarea').focus();
  await until(async () => {
    await page.locator('#query textarea').fill('');
    await page.locator('#query textarea').pressSequentially('logrec->\'$.data');
    return page.locator('.query-list:popover-open').count();
  }, 'paths are offered');
  await harmless(page, 'completion');
});

test('none is executed that comes live', async () => {
  const page = await guarded('?tail=1');
  await page.locator('#tail[data-condition=live]').waitFor();
  const [id] = await post(PAYLOADS.slice(0, 40).map((payload, index) => ({...hostile(payload, index), created: Date.now() / 1000 + index / 100}))).then((list) => list.toReversed());
  await until(async () => (await rows(page))[0]?.id === id, 'they are there');
  await harmless(page);
});

test('none is executed from the address, nor from what the browser keeps', async () => {
  const page = await guarded();
  for (const payload of PAYLOADS.slice(0, 27).concat(PAYLOADS.slice(54, 70))) {
    const search = new URLSearchParams({name: payload.replaceAll(/[,\\]/g, '\\$&'), zone: 'UTC', columns: `$.data."${payload.replaceAll('"', '')}"`.replaceAll(/[,\\]/g, '\\$&')});
    await page.goto(`${ORIGIN}/?${search}`);
    await settled(page).catch(() => assert.fail(`?${search} does not settle`));
    await harmless(page, `?${search}`);
  }
  await page.evaluate((payloads) => {
    localStorage.setItem('chronologer.saved', JSON.stringify(payloads.map((payload) => ({name: payload, search: {query: payload, names: [payload]}}))));
    localStorage.setItem('chronologer.past', JSON.stringify(payloads.map((payload) => ({query: payload}))));
    localStorage.setItem('chronologer.theme', payloads[0]);
    sessionStorage.setItem('chronologer.tabs', JSON.stringify({active: 1, tabs: payloads.slice(0, 20).map((payload, id) => ({id: id + 1, search: `query=${encodeURIComponent(payload)}`}))}));
  }, PAYLOADS.slice(0, 60));
  await page.goto(`${ORIGIN}/`);
  await settled(page);
  await page.locator('#saved > button').click();
  await page.locator('.saved-open').first().waitFor();
  // 60 that are saved; of 60 in the history it keeps 30 as soon as it adds one, after some seconds.
  assert.ok(await page.locator('.saved-open').count() >= 90);
  assert.equal(await page.locator('#tabs .tab').count(), 20);
  await harmless(page, 'saved searches and tabs');
  await page.evaluate((payloads) => {
    ['saved', 'past', 'side', 'keys', 'widths'].forEach((key, number) => localStorage.setItem(`chronologer.${key}`, JSON.stringify(number % 2 ? {a: payloads} : payloads[0])));
    sessionStorage.setItem('chronologer.tabs', JSON.stringify(payloads));
  }, PAYLOADS.slice(0, 3));
  await page.goto(`${ORIGIN}/`);
  await settled(page);
  await harmless(page, 'anything under the keys');
});

test('an error of the server becomes text as well', async () => {
  expectErrors(/status of 400/);
  const page = await guarded();
  for (const field of ['after', 'query', 'zone']) {
    await page.goto(`${ORIGIN}/?${field}=${encodeURIComponent('<img src=x onerror=hit()>')}`);
    await page.locator('.list-note:not([hidden]) .list-message, .grid .row[data-id]').first().waitFor();
    await harmless(page, field);
  }
});

test('the policy has no unsafe-*, and is on every answer', async () => {
  for (const path of ['', 'index.html', 'js/app.js', 'css/page.css', 'nowhere']) {
    const response = await fetch(`${ORIGIN}/${path}`, {headers: {authorization: `Basic ${btoa('logger:secret')}`}});
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.deepEqual(Object.fromEntries(policy.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')])), {
      'default-src': '\'none\'', 'script-src': '\'self\'', 'style-src': '\'self\'', 'connect-src': '\'self\'', 'img-src': '\'self\' data:',
      'frame-ancestors': '\'none\'', 'base-uri': '\'none\'', 'form-action': '\'none\''}, path);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  }
  const answer = await request(`record/${ids[0]}`);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  assert.doesNotMatch(answer.headers.get('content-security-policy') ?? '', /unsafe/);
  comment(`${PAYLOADS.length} payloads`);
});

await main();
