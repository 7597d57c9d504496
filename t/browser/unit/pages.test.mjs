// The rules of www/ that a program can check.

import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {test} from 'node:test';

const TOP = new URL('../../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, TOP), 'utf8');
const list = (folder) => readdirSync(new URL(folder, TOP), {withFileTypes: true}).filter(({name}) => !name.startsWith('.'))
  .flatMap((entry) => entry.isDirectory() ? list(`${folder}${entry.name}/`) : [folder + entry.name]).sort();

const MODULES = list('www/js/').filter((path) => path !== 'www/js/theme-first.js');
const STYLES = list('www/css/');
const PAGE = read('www/index.html');
const FILES = ['www/index.html', 'www/favicon.svg', 'www/js/theme-first.js', ...MODULES, ...STYLES];

/** What a module imports, as paths below www/js. */
function imports(name) {
  return [...read('www/js/' + name).matchAll(/^(?:import|export)\b[^;'"]*['"](\.[^'"]+)['"]/gm)]
    .map(([, path]) => new URL(path, new URL(name, 'js:/')).pathname.slice(1));
}

/** Modules that app.js needs, its own and theirs. */
function reachable() {
  const found = new Set();
  const visit = (name) => {
    if (!found.has(name)) {
      found.add(name);
      imports(name).forEach(visit);
    }
  };
  visit('app.js');
  return [...found].sort();
}

/** The folders of www/js, and what each may import from beside itself. The modules in none are on top of all. */
const FOLDERS = {base: [], query: ['base']};
for (const part of ['controls', 'list', 'page', 'record', 'timeline']) {
  FOLDERS[part] = ['base', 'query'];
}

const folderOf = (name) => name.includes('/') ? name.slice(0, name.indexOf('/')) : '';

test('no module imports from a part beside its own, or from above', () => {
  assert.deepEqual([...new Set(reachable().map(folderOf))].sort(), ['', ...Object.keys(FOLDERS)].sort());
  const wrong = reachable().filter(folderOf).flatMap((name) => imports(name)
    .filter((other) => folderOf(other) !== folderOf(name) && !FOLDERS[folderOf(name)].includes(folderOf(other)))
    .map((other) => `${name} imports ${other}`));
  assert.deepEqual(wrong, []);
});

test('no module imports itself, on whatever way', () => {
  const done = new Set();
  const visit = (name, way) => {
    assert.ok(!way.includes(name), [...way, name].join(' imports '));
    if (!done.has(name)) {
      imports(name).forEach((other) => visit(other, [...way, name]));
      done.add(name);
    }
  };
  reachable().forEach((name) => visit(name, []));
});

test('no module is there that nothing needs', () => {
  assert.deepEqual(MODULES.map((path) => path.replace('www/js/', '')), reachable());
});

test('the page asks for all modules at once', () => {
  const asked = [...PAGE.matchAll(/<link rel="modulepreload" href="js\/([^"]+)">/g)].map(([, name]) => name).sort();
  assert.deepEqual(asked, reachable().filter((name) => name !== 'app.js'));
});

test('the page has all style sheets', () => {
  const linked = [...PAGE.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, path]) => 'www/' + path).sort();
  assert.deepEqual(linked, STYLES);
});

test('everything is installed, and nothing else', () => {
  const [data] = read('Makefile.am').match(/^nobase_dist_pkgdata_DATA = (?:.*\\\n)+.*/m) ?? [''];
  const installed = [...data.matchAll(/^\t(www\/\S+)/gm)].map(([, path]) => path).sort();
  assert.deepEqual(installed, FILES.toSorted());
});

test('a module fits in the head', () => {
  for (const path of MODULES) {
    assert.ok(read(path).split('\n').length <= 401, `${path} has more than 400 lines`);
  }
});

test('text never becomes HTML, and nothing needs more than the policy allows', () => {
  for (const path of MODULES) {
    assert.doesNotMatch(read(path), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/, path);
  }
  assert.doesNotMatch(PAGE, / style="| on[a-z]+="|<style|<script>/);
  assert.doesNotMatch(PAGE + STYLES.map(read).join(''), /https?:\/\/|url\(/);
});

test('every drawing that is used is there', () => {
  const there = new Set([...PAGE.matchAll(/<symbol id="i-([^"]+)"/g)].map(([, name]) => name));
  const names = MODULES.flatMap((path) => [...read(path).matchAll(/\bicon(?:Button)?\('([a-z-]+[a-z])'/g)].map(([, name]) => name));
  const uses = [...PAGE.matchAll(/href="#i-([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual([...names, ...uses].filter((name) => !there.has(name)), []);
});

/** Relative luminance (WCAG 2.1). */
function luminance(colour) {
  const parts = colour.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16) / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test('text has a contrast of 4.5 on every surface, marks 3', () => {
  const pairs = [...read('www/css/tokens.css').matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
  assert.ok(pairs.length > 30);
  const themes = [2, 3].map((at) => Object.fromEntries(pairs.map((pair) => [pair[1], pair[at]])));
  const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'good', 'bad', 'warn', 'debug', 'info', 'warning', 'error', 'critical',
    'code-key', 'code-string', 'code-number', 'code-word'];
  const marks = ['debug-mark', 'info-mark', 'warning-mark', 'error-mark', 'critical-mark', 'control-line', 'focus'];
  for (const theme of themes) {
    for (const surface of ['surface', 'raised', 'back', 'sunken', 'hover']) {
      for (const name of texts) {
        assert.ok(contrast(theme[name], theme[surface]) >= 4.5, `${name} on ${surface}: ${contrast(theme[name], theme[surface]).toFixed(2)}`);
      }
      for (const name of marks) {
        assert.ok(surface === 'hover' || contrast(theme[name], theme[surface]) >= 2.99,
          `${name} on ${surface}: ${contrast(theme[name], theme[surface]).toFixed(2)}`);
      }
    }
    assert.ok(contrast(theme['accent-ink'], theme.accent) >= 4.5);
  }
});
