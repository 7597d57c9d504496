// Rows by position: a list of any length from requests for parts of it, without a row twice, missing or moved.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ApiError} from '../../../www/js/base/api.js';
import {locate} from '../../../www/js/navigate.js';
import {BLOCK} from '../../../www/js/list/blocks.js';
import {order, Rows} from '../../../www/js/list/rows.js';

/** A store: record n has id n and was made in second n. A number stands for one that nobody has asked for yet. */
class Store {
  constructor(count) {
    this.records = Array.from({length: count}, (_, at) => count - at);
    this.requests = [];
    this.failures = [];
    this.delay = 1;
  }

  add(...records) {
    this.records = [...this.records.map(made), ...records].sort(order);
  }

  /** The place of the first record, from the latest, of which it holds, as of all after it. */
  first(holds) {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = holds(made(this.records[middle])) ? [low, middle] : [middle + 1, high];
    }
    return low;
  }

  match({after, before}) {
    return this.records.slice(before ? this.first(({ts}) => ts <= before) : 0, after ? this.first(({ts}) => ts < after) : undefined);
  }

  async records_(filters, left, right, {signal}) {
    const request = {left, right, filters};
    this.requests.push(request);
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (signal?.aborted) {
      request.aborted = true;
      throw Object.assign(new Error(), {name: 'AbortError'});
    }
    const failure = this.failures.shift();
    if (failure) {
      throw failure;
    }
    return this.match(filters).slice(left, right + 1).map(made);
  }

  source() {
    return {
      records: (...all) => this.records_(...all),
      part: async (...all) => ({rows: await this.records_(...all), to: ''}),
      count: async (filters) => {
        this.requests.push({count: true, filters});
        return this.match(filters).length;
      },
    };
  }
}

function record(n, id = n) {
  return {id, name: 'x', level: 20, message: `m${n}`, ts: new Date(1e12 + n * 1000).toISOString().replace('T', ' ').replace(/\.000Z/, '+00:00')};
}

function made(item) {
  return typeof item === 'number' ? record(item) : item;
}

/** As the list does: says what is in sight after every change. */
function open(store) {
  const rows = new Rows(store.source(), () => rows.want(...rows.sight));
  rows.sight = [0, 30];
  rows.look = (first) => {
    rows.sight = [first, first + 30];
    rows.want(...rows.sight);
  };
  return rows;
}

async function until(what) {
  for (let n = 0; n < 60000; n += 1) {
    if (what()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail(`never: ${what}`);
}

test('a list of a million begins with two requests for rows, and knows its length', async () => {
  const store = new Store(1000000);
  const rows = open(store);
  await rows.load({});
  assert.equal(rows.length, 1000000);
  assert.equal(rows.at(0).id, 1000000);
  assert.ok(store.requests.filter(({count}) => !count).length <= 2);
  rows.look(700000);
  await until(() => rows.at(700000));
  assert.equal(rows.at(700000).id, 300000);
});

test('a short list needs no count', async () => {
  const store = new Store(5);
  const rows = open(store);
  await rows.load({});
  assert.equal(rows.total, 5);
  assert.equal(store.requests.length, 1);
});

test('an empty one is empty', async () => {
  const rows = open(new Store(0));
  await rows.load({});
  assert.equal(rows.total, 0);
  assert.equal(rows.at(0), undefined);
});

test('records that come meanwhile move nothing', async () => {
  const store = new Store(10000);
  const rows = open(store);
  await rows.load({});
  store.add(...Array.from({length: 500}, (_, n) => record(10001 + n)));
  rows.look(5000);
  await until(() => rows.at(5000));
  assert.equal(rows.at(5000).id, 5000);
  assert.equal(rows.length, 10000);
});

test('dragging through everything asks for where it ends', async () => {
  const store = new Store(1000000);
  const rows = open(store);
  await rows.load({});
  const before = store.requests.length;
  for (let at = 0; at < 900000; at += 3000) {
    rows.look(at);
  }
  await until(() => rows.at(897000));
  assert.ok(store.requests.length - before <= 6, `${store.requests.length - before} requests`);
});

test('what is no longer looked at is given up', async () => {
  const store = new Store(100000);
  const rows = open(store);
  await rows.load({});
  store.delay = 50;
  rows.look(50000);
  rows.look(90000);
  await until(() => rows.at(90000));
  await until(() => store.requests.some(({left, aborted}) => left === Math.floor(50000 / BLOCK) * BLOCK && aborted));
});

test('live records come on top, once, in order', async () => {
  const store = new Store(1000);
  const rows = open(store);
  await rows.load({});
  assert.equal(rows.arrived([record(1002), record(1001)]), 2);
  assert.equal(rows.arrived([record(1002), record(1003)]), 1);
  assert.equal(rows.arrived([record(1000)]), 0);
  assert.deepEqual([0, 1, 2, 3].map((at) => rows.at(at).id), [1003, 1002, 1001, 1000]);
  assert.equal(rows.length, 1003);
});

test('a late record gets its place, and nothing is twice', async () => {
  const store = new Store(1000);
  const rows = open(store);
  await rows.load({});
  const late = {...record(990), id: 2000};
  store.add(late);
  rows.arrived([late]);
  assert.equal(rows.length, 1001);
  assert.ok(rows.at(5), 'what was shown stays until the answer');
  await until(() => rows.positionOf(2000) >= 0);
  const ids = Array.from({length: 100}, (_, at) => rows.at(at).id);
  assert.equal(new Set(ids).size, 100);
  assert.deepEqual(ids.slice(9, 12), [991, 2000, 990]);
});

test('many live records become part of the list, each where it was', async () => {
  const store = new Store(5000);
  const rows = open(store);
  await rows.load({});
  for (let n = 5001; n <= 8000; n += 100) {
    const batch = Array.from({length: 100}, (_, at) => record(n + at));
    store.add(...batch);
    rows.arrived(batch);
    assert.equal(rows.length, n + 99);
    assert.equal(rows.at(0).id, n + 99);
  }
  assert.ok(rows.live <= 2000);
  rows.look(4000);
  await until(() => rows.at(4000));
  assert.equal(rows.at(4000).id, 4000);
  assert.equal(rows.length, 8000);
});

test('live records that come before the first answer are not lost', async () => {
  const store = new Store(1000);
  const rows = open(store);
  const loaded = rows.load({});
  rows.arrived([record(1000), record(1001)]);
  await loaded;
  assert.deepEqual([0, 1, 2].map((at) => rows.at(at).id), [1001, 1000, 999]);
  assert.equal(rows.length, 1001);
});

test('the first live record of an empty list', async () => {
  const store = new Store(0);
  const rows = open(store);
  await rows.load({});
  store.add(record(1));
  assert.equal(rows.arrived([record(1)]), 1);
  await until(() => rows.live === 0 && rows.at(0));
  assert.equal(rows.length, 1);
});

test('a record is found though it is not loaded', async () => {
  const store = new Store(10000);
  store.add({...record(700), id: 20000}, {...record(700), id: 20001});
  const rows = open(store);
  await rows.load({});
  for (const id of [700, 20000, 20001, 9999]) {
    const sought = store.records.find((other) => other.id === id);
    assert.equal(await locate(rows, sought), store.records.indexOf(sought));
  }
});

test('an error is told and keeps what is there; the reader can try again', async () => {
  const store = new Store(10000);
  const rows = open(store);
  await rows.load({});
  await until(() => rows.at(BLOCK));
  store.failures = [new ApiError('StorageQueryError', 'too long', 503)];
  rows.look(8000);
  await until(() => rows.error);
  assert.equal(rows.at(0).id, 10000);
  const {length} = store.requests;
  rows.look(8001);
  assert.equal(store.requests.length, length, 'no request by itself');
  rows.retry();
  await until(() => rows.at(8000));
  assert.equal(rows.error, null);
});

test('a count that takes too long leaves a list that grows', async () => {
  const store = new Store(1000);
  const source = store.source();
  source.count = async () => { throw new ApiError('StorageQueryError', 'too long', 503); };
  const rows = new Rows(source, () => rows.want(...rows.sight));
  rows.sight = [0, 30];
  await rows.load({});
  assert.equal(rows.error, null);
  assert.equal(rows.total, null);
  for (let n = 0; n < 20 && rows.total === null; n += 1) {
    const {length} = rows;
    rows.sight = [length - 30, length - 1];
    rows.want(...rows.sight);
    await until(() => rows.length > length || rows.total !== null);
  }
  assert.equal(rows.total, 1000);
});

/** Everything is looked at, from the top to the end: it is as the store has it, when what was shown meanwhile is gone. */
async function shows(rows, store) {
  const wanted = store.records.map(made).map(({id}) => id);
  await until(() => rows.length === wanted.length);
  for (let first = 0; first < wanted.length; first += 30) {
    const part = wanted.slice(first, first + 30);
    const seen = () => part.map((_, at) => rows.at(first + at)?.id);
    rows.look(first);
    await until(() => String(seen()) === String(part)).catch(() => assert.deepEqual(seen(), part));
  }
}

test('a late record that a block had before it was told of makes no row come twice', async () => {
  const store = new Store(1000);
  const rows = open(store);
  await rows.load({});
  rows.look(660);
  await until(() => rows.at(660) && rows.at(530) && rows.at(780));
  const late = record(650.5, 5000);
  store.add(late);
  rows.look(300);
  await until(() => rows.at(300) && rows.positionOf(5000) >= 0);
  rows.arrived([late]);
  await shows(rows, store);
});

test('late records are counted that come together with so many that those become part of the list', async () => {
  const store = new Store(1000);
  const rows = open(store);
  await rows.load({});
  await until(() => rows.total === 1000);
  const live = [record(500.5, 9000), ...Array.from({length: 2001}, (_, at) => record(1001 + at))];
  store.add(...live);
  rows.arrived(live);
  await shows(rows, store);
});

test('a record of the same instant as the newest one that was read has its place once', async () => {
  const store = new Store(300);
  const rows = open(store);
  await rows.load({});
  await until(() => rows.total === 300);
  const same = record(300, 301);
  store.add(same);
  rows.arrived([same]);
  await shows(rows, store);
});

/** Of what is searched for a part finds at most seven. */
function searching(store) {
  const source = store.source();
  source.part = async (filters, left, right, {from, ...options}) => {
    const [ts] = (from ?? '').split(/,(?=\d+$)/);
    const skipped = ts ? store.first((row) => row.ts < ts) : 0;
    const rows = await store.records_(filters, skipped + left, skipped + Math.min(right, left + 6), options);
    return {rows, to: rows.length && rows.length <= right - left ? `${rows.at(-1).ts},${rows.at(-1).id}` : ''};
  };
  source.count = async (filters, signal, onpart) => {
    const at = made(store.records[599]);
    onpart(600, `${at.ts},${at.id}`);
    return store.match(filters).length;
  };
  const rows = new Rows(source, () => rows.want(...rows.sight));
  rows.sight = [0, 30];
  rows.look = (first) => rows.want(...rows.sight = [first, first + 30]);
  return rows;
}

test('what is searched for is found in parts, each where it belongs, from the nearest place that is known', async () => {
  const store = new Store(1000);
  const rows = searching(store);
  await rows.load({search: 'm'});
  assert.equal(rows.length, 1000);
  store.requests = [];
  rows.look(700);
  await until(() => rows.at(650) && rows.at(730));
  assert.ok(store.requests.every(({left}) => left >= 600), 'what is above is not read again');
  await shows(rows, store);
});

test('one can go on with a search that was given up', async () => {
  const store = new Store(1000);
  const rows = searching(store);
  store.delay = 20;
  const loaded = rows.load({search: 'm'});
  await until(() => rows.length > 6);
  rows.cancel();
  await loaded;
  assert.equal(rows.error.type, 'Cancelled');
  const there = rows.length;
  assert.ok(there < BLOCK && rows.total === null && rows.at(there - 1));
  rows.retry();
  await until(() => rows.length >= BLOCK);
  assert.deepEqual(Array.from({length: BLOCK}, (_, at) => rows.at(at).id), store.records.slice(0, BLOCK).map((row) => made(row).id));
});
