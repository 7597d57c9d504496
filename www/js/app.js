// Wiring: the state to the parts; to the state what the parts, keys and buttons ask for.
import './controls/chips.js';
import './controls/controls.js';
import './controls/logger-tree.js';
import './controls/query-box.js';
import './page/empty.js';
import './record/record.js';
import './record/around.js';
import './record/dialogs.js';
import * as api from './base/api.js';
import {copy} from './base/copy.js';
import {byId, levelButtons} from './base/dom.js';
import {footer, toast, watchOffline} from './base/messages.js';
import * as state from './base/state.js';
import {apiText, formatTs, isZone, parseTs, zoneName} from './base/zone.js';
import {knownPaths, learn, sample} from './query/words.js';
import {exportPanel} from './page/export.js';
import {listenKeys} from './page/keys.js';
import {Tabs} from './page/tabs.js';
import {themeButton} from './page/theme.js';
import {columnsPanel} from './list/columns.js';
import {Groups} from './list/groups.js';
import {since} from './list/list.js';
import {RecordsView} from './list/view.js';
import {Timeline} from './timeline/timeline.js';
import {Navigator, Reader, wholeRecord, Zoom} from './navigate.js';

/** @import {Row} from './base/api.js' */
/** @import {State} from './base/state.js' */

const wantedZone = new URLSearchParams(location.search).get('zone');
state.start();
const {get, set} = state;

/** Custom elements take properties. @param {string} id @returns {any} */
const part = (id) => byId(id, HTMLElement);
const ms = (/** @type {Row | null | undefined} */ row) => row ? parseTs(row.ts)?.ms ?? null : null;

// The parts

/** @type {Row | null} */
let marked = null;

const view = new RecordsView(part('list'), get(), {
  set,
  onopen: open,
  oncursor: (row) => get().record !== null && openSoon(row),
  onscroll: scrolled,
  onresize: tellPlace,
  onchange: changed,
  onremove: (path) => set({columns: get().columns.filter((other) => other !== path)}),
  onlive: () => refreshTimeline(),
});
const {list, rows} = view;
const go = new Navigator(view, get().record);
const reader = new Reader((record) => {
  record && learn(record);
  timeline.mark({record: ms(record)});
  go.reveal(record);
});
const groups = new Groups(part('groups'));
const timeline = new Timeline(part('timeline'), {
  source: api,
  onzoom: (domain) => zoom.to(domain),
  onout: () => zoom.out(),
  onback: () => zoom.back(),
  onjump: (at) => go.toTime(apiText({ms: Math.round(at), us: 0})),
});
const zoom = new Zoom(timeline, get, set);
const tabs = new Tabs(part('tabs'), get(), state.replaceAll);
const foot = footer(part('status'));
const showLevel = levelButtons(part('level'), (level) => set({level}));
const nextTheme = themeButton(byId('theme', HTMLButtonElement));
columnsPanel(byId('columns', HTMLButtonElement), {get: () => get().columns, paths: knownPaths, compact: (on) => { list.compact = on; }});
exportPanel(byId('export', HTMLButtonElement), () => ({zone: get().zone, filters: view.shown}));
watchOffline(() => {
  view.tail.hurry();
  if (rows.error) {
    rows.length ? rows.retry() : reload();
  }
});

// What the reader does

/** @param {Row} row @param {MouseEvent} [event] */
function open(row, event) {
  if (event && (event.ctrlKey || event.metaKey)) {
    window.open(`?${state.format({...get(), record: row.id})}`);
    return;
  }
  set({record: row.id});
}

/** @type {number | undefined} */
let opening;

/** With a key held down, only where it stops. @param {Row} row */
function openSoon(row) {
  clearTimeout(opening);
  opening = setTimeout(() => get().record !== null && set({record: row.id}), 100);
}

/** @param {1 | -1} direction */
async function nextError(direction) {
  const row = await go.nextError(direction);
  if (row && get().record !== null) {
    set({record: row.id});
  }
}

function openHere() {
  const row = go.here();
  if (row) {
    list.cursor ??= {position: rows.positionOf(row.id), id: row.id};
    open(row);
  }
}

/** What had the focus before a panel came. @type {{around?: Element | null, record?: Element | null}} */
const opener = {};

/** And back to where one came from. */
function closeOne() {
  const {around, record} = get();
  const what = around !== null ? 'around' : 'record';
  const before = around === null && record === null ? null : opener[what];
  set({[what]: null});
  const there = before instanceof HTMLElement && before !== document.body && before.checkVisibility();
  (there ? before : list.grid).focus({preventScroll: true});
}

function toggleMark() {
  const id = get().record ?? go.here()?.id ?? null;
  set({mark: get().mark === id ? null : id});
}

function compareWithMark() {
  const {mark, record} = get();
  const other = record ?? go.here()?.id;
  if (mark !== null && other !== undefined && other !== mark) {
    part('compare').open(mark, other);
  } else {
    toast('Mark a record first (m), then compare another with it');
  }
}

/** @param {{what: 'range' | 'level' | 'loggers' | 'query', part: string}} chip */
function edit({what, part: condition}) {
  if (what === 'query') {
    part('query').edit(condition);
  } else {
    const button = part(what).querySelector('button:not([tabindex="-1"])');
    what === 'level' ? button?.focus() : button?.click();
  }
}

/** @param {boolean} tail */
function setTail(tail) {
  set(tail ? {tail, before: '', group: false} : {tail});
}

/** What is grouped stands still. @param {boolean} group */
function setGroup(group) {
  set(group ? {group, tail: false} : {group});
}

function turn() {
  set({order: get().order ? '' : 'oldest'});
}

function reload() {
  load();
  loadRest();
}

// What is shown

/** @param {{top?: number}} [options] */
function load(options) {
  view.load(get(), options).catch((error) => toast(String(error), 'error'));
}

/** @type {number | undefined} */
let refreshing;

let refreshed = 0;

function loadRest() {
  clearTimeout(refreshing);
  refreshing = undefined;
  refreshed = performance.now();
  timeline.load(state.filters(get()), zoneName(get().zone));
  get().group ? groups.load(state.filters(get())) : groups.stop();
}

/** Of many it need not be exact to the second: its caption says how old it is. */
function refreshTimeline() {
  refreshing ??= setTimeout(loadRest, Math.max(1000, refreshed + (timeline.total > 1000 ? 10000 : 1000) - performance.now()));
}

function tellPlace() {
  const [first, last] = list.visible();
  const [begin, end] = [ms(rows.at(first)), ms(rows.at(last))];
  timeline.mark({window: begin !== null && end !== null && !rows.loading
    ? {from: Math.min(begin, end), to: Math.max(begin, end)} : null});
  timeline.tell(rows.loading || rows.total === null ? null : rows.length);
  foot.place(first, last, rows.total === null ? null : rows.length, rows.length);
}

function scrolled() {
  tellPlace();
  set({top: list.visible()[0]});
}

/** @param {import('./base/zone.js').Instant} at */
function searched(at) {
  const found = (rows.live + rows.seen).toLocaleString().replace(/^0$/, 'none');
  return `Searched back to ${formatTs(at, get().zone, {digits: 0})}, ${found} found so far\u2026`;
}

/** @type {import('./base/api.js').ApiError | null} */
let queryError = null;

function changed() {
  tellPlace();
  part('chips').total = rows.loading || rows.total === null ? null : rows.length;
  const busy = rows.loading || (rows.total === null && rows.searching && !rows.error);
  const at = parseTs(rows.searchedTo);
  foot.busy(!busy ? '' : at ? searched(at) : rows.loading ? 'Searching\u2026' : 'Counting\u2026', () => rows.cancel());
  const next = rows.error?.inQuery ? rows.error : null;
  if (next !== queryError) {
    queryError = next;
    part('query').error = next;
  }
  go.reveal(reader.record);
  for (const row of list.visible().map((position) => rows.at(position))) {
    row?.logrec && learn(row);
  }
}

/** @param {State} now */
async function showMark({mark, columns, zone}) {
  if (mark !== marked?.id) {
    marked = mark === null ? null : rows.at(rows.positionOf(mark)) ?? await wholeRecord(mark).catch(() => null);
  }
  list.setLook({columns, zone, mark: marked});
  timeline.mark({mark: ms(marked)});
  const here = reader.record;
  foot.mark(marked ? here && here.id !== marked.id ? `${since(here, marked)} since the mark` : 'Marked' : '',
    () => marked && go.toRecord(marked), () => set({mark: null}));
}

/** @param {State} now */
async function showRecord({record, around, zone}) {
  part('around').hidden = around === null;
  part('record').hidden = record === null;
  part('list').inert = part('groups').inert = around !== null;
  reader.open(record !== null);
  list.setOpen(record);
  record === null ? view.release() : view.hold();
  await reader.show(record, zone);
}

/** @param {State} now */
function showControls(now) {
  const {after, before, zone, level, names, group, order} = now;
  part('range').value = {after, before, zone};
  showLevel(level);
  part('loggers').value = names;
  part('loggers').filter = now;
  part('query').value = now;
  part('chips').state = now;
  part('saved').state = now;
  part('around').state = now;
  part('group').setAttribute('aria-pressed', String(group));
  part('rows').setAttribute('aria-pressed', String(!group));
  part('more').classList.toggle('filtered', Boolean(after || before || level || names.length));
  part('order').setAttribute('aria-pressed', String(order === 'oldest'));
  part('groups').hidden = !group;
  part('list').hidden = group;
  timeline.canGoOut(Boolean(after || before));
  foot.zone(zoneName(zone).replaceAll('_', ' '));
}

/** @param {State} now @param {Set<keyof State>} changes */
function show(now, changes) {
  const has = (/** @type {(keyof State)[]} */ ...keys) => keys.some((key) => changes.has(key));
  const filtered = state.FILTERS.some((key) => changes.has(key));
  for (const key of /** @type {const} */ (['record', 'around'])) {
    if (has(key) && now[key] !== null && part(key).hidden) {
      opener[key] = document.activeElement;
    }
  }
  const deeper = has('columns') && now.columns.some((path) => path.startsWith('$')) && rows.total !== 0;
  showControls(now);
  if (filtered || has('tail', 'order') || deeper) {
    load({top: filtered || has('tail', 'order') ? now.top : list.visible()[0]});
  } else if (has('top') && now.top !== list.visible()[0]) {
    list.scroller.to(now.top, true);
    list.draw();
  }
  if (filtered || has('zone', 'group')) {
    loadRest();
  }
  if (has('hide', 'log')) {
    timeline.look = now;
  }
  if (has('record', 'around', 'zone')) {
    showRecord(now).then(() => { has('record') && showMark(now); });
  }
  if (has('columns', 'zone', 'mark')) {
    showMark(now);
  }
  tabs.update(now);
}

// Beginning

state.subscribe(show);
document.addEventListener('ch-set', (event) => set(/** @type {CustomEvent} */ (event).detail.patch));
document.addEventListener('ch-status', (event) => {
  const {text, kind} = /** @type {CustomEvent} */ (event).detail;
  toast(text, kind);
});
document.addEventListener('ch-tab', (event) => tabs.open({...state.DEFAULTS, all: true, zone: get().zone, columns: get().columns,
  .../** @type {CustomEvent} */ (event).detail.patch}));
document.addEventListener('ch-edit', (event) => edit(/** @type {CustomEvent} */ (event).detail));
document.addEventListener('ch-values', (event) => part('values').open(/** @type {CustomEvent} */ (event).detail.path));
document.addEventListener('ch-compare', (event) => part('compare').open(.../** @type {CustomEvent} */ (event).detail.ids));
part('tail').addEventListener('click', () => setTail(!get().tail));
part('group').addEventListener('click', () => setGroup(true));
part('rows').addEventListener('click', () => setGroup(false));
part('more').addEventListener('click', () => {
  const open = part('more').parentElement.classList.toggle('open');
  part('more').setAttribute('aria-expanded', String(open));
});
part('order').addEventListener('click', turn);
part('reload').addEventListener('click', reload);
for (const id of ['query', 'columns']) {
  part(id).addEventListener('focusin', async () => {
    await sample(view.frozen, list.visible()[0]);
    part('query').paths = knownPaths();
  });
}

/** @param {() => void} run */
const inList = (run) => () => { get().group || get().around !== null || run(); };

const help = listenKeys([
  {section: 'Move', keys: ['j', 'ArrowDown'], words: 'Next record', run: inList(() => list.step(1))},
  {section: 'Move', keys: ['k', 'ArrowUp'], words: 'Previous record', run: inList(() => list.step(-1))},
  {section: 'Move', keys: ['PageDown'], words: 'A page down', run: inList(() => list.step(Math.floor(list.scroller.page) - 1))},
  {section: 'Move', keys: ['PageUp'], words: 'A page up', run: inList(() => list.step(1 - Math.floor(list.scroller.page)))},
  {section: 'Move', keys: ['Home'], words: 'The first row', run: inList(() => list.moveTo(0))},
  {section: 'Move', keys: ['End'], words: 'The last row', run: inList(() => list.moveTo(rows.length - 1))},
  {section: 'Move', keys: ['f'], words: 'The first match in the range, the oldest', run: inList(() => go.first())},
  {section: 'Move', keys: ['e'], words: 'Next error', run: inList(() => nextError(1))},
  {section: 'Move', keys: ['E'], words: 'Previous error', run: inList(() => nextError(-1))},
  {section: 'Record', keys: ['Enter'], words: 'Open', run: inList(openHere)},
  {section: 'Record', keys: ['Escape'], words: 'Close', run: closeOne},
  {section: 'Record', keys: ['a'], words: 'What surrounds it', run: () => set({around: get().record ?? go.here()?.id ?? null})},
  {section: 'Record', keys: ['m'], words: 'Mark it, for times since it', run: toggleMark},
  {section: 'Record', keys: ['M'], words: 'Go to the marked one', run: () => marked && go.toRecord(marked)},
  {section: 'Record', keys: ['c'], words: 'Compare it with the marked one', run: compareWithMark},
  {section: 'Search', keys: ['/'], words: 'Query', run: () => (part('query').querySelector('textarea') ?? part('query')).focus()},
  {section: 'Search', keys: ['0', '1', '2', '3', '4', '5'], words: 'All, Debug \u2026 Critical and above',
    run: (key) => set({level: Number(key) * 10})},
  {section: 'Search', keys: ['l'], words: 'Loggers', run: () => edit({what: 'loggers', part: ''})},
  {section: 'Search', keys: ['d'], words: 'Range of time', run: () => edit({what: 'range', part: ''})},
  {section: 'Search', keys: ['-'], words: 'A longer range', run: () => zoom.out()},
  {section: 'Search', keys: ['b'], words: 'The range before', run: () => zoom.back()},
  {section: 'Search', keys: ['r'], words: 'Refresh', run: reload},
  {section: 'View', keys: ['t'], words: 'Live', run: () => setTail(!get().tail)},
  {section: 'View', keys: ['o'], words: 'Oldest first', run: turn},
  {section: 'View', keys: ['g'], words: 'Group by message template', run: () => setGroup(!get().group)},
  {section: 'View', keys: ['x'], words: 'Export', run: () => part('export').click()},
  {section: 'View', keys: ['n'], words: 'Clone this search into a new tab', run: () => tabs.clone()},
  {section: 'View', keys: ['[', ']'], words: 'Tab to the left, to the right', run: (key) => tabs.step(key === '[' ? -1 : 1)},
  {section: 'View', keys: ['y'], words: 'Copy the link to what is shown', run: () => copy(document.body, location.href, 'Link')},
  {section: 'View', keys: ['T'], words: 'Theme', run: nextTheme},
  {section: 'View', keys: ['?'], words: 'This help', run: () => help()},
]);
part('help').addEventListener('click', help);

if (wantedZone && !isZone(wantedZone)) {
  toast(`There is no time zone \u201c${wantedZone}\u201d here: times are local`, 'error');
}

api.user().then(({user, roles}) => {
  part('user').textContent = user ?? '';
  part('user').hidden = !user;
  part('query').toggleAttribute('forbidden', !roles.includes('query-reader'));
}, () => {});

showControls(get());
part('chips').isOld = await state.decide(api.count);
show(get(), new Set(/** @type {(keyof State)[]} */ (Object.keys(state.DEFAULTS))));
