// The server that t/browser.t started for these tests: its API as a client sees it, and what is asked of t/browser.t.

import {execFile} from 'node:child_process';
import {createInterface} from 'node:readline';

import {isOver} from './tap.mjs';

/** @typedef {Object<string, any>} Fields */

export const ORIGIN = new URL(process.env.CHRONOLOGER_URL ?? 'http://localhost:8080').origin;
export const USER = 'logger';
export const PASSWORD = 'secret';
export const authorization = `Basic ${btoa(`${USER}:${PASSWORD}`)}`;

/** @param {string} path below /api/v1/ @param {RequestInit} [options] */
export function request(path, options = {}) {
  return fetch(`${ORIGIN}/api/v1/${path}`, {...options, headers: {authorization, ...options.headers}});
}

/** @param {string} path @param {Object<string, string | number>} [parameters] @returns {Promise<any>} */
export async function read(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).map(([key, value]) => [key, String(value)]));
  const response = await request(`${path}?${query}`);
  if (!response.ok) {
    throw new Error(`GET ${path}?${query}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}

/** @param {Object<string, string | number>} [filters] @returns {Promise<number>} */
export async function count(filters = {}) {
  const query = new URLSearchParams(Object.entries(filters).map(([key, value]) => [key, String(value)]));
  const response = await request(`record?${query}`, {method: 'HEAD'});
  if (!response.ok) {
    throw new Error(`HEAD record?${query}: ${response.status} ${response.headers.get('X-Error-Message')}`);
  }
  return Number(response.headers.get('X-Record-Count'));
}

/** Stores records in one transaction. @param {Fields[]} records @returns {Promise<number[]>} their ids */
export async function post(records) {
  const response = await request('record', {
    method: 'POST', headers: {'content-type': 'application/x-ndjson'}, body: records.map((record) => JSON.stringify(record)).join('\n')});
  if (response.status !== 201) {
    throw new Error(`POST record: ${response.status} ${(await response.text()).slice(0, 500)}`);
  }
  return response.json();
}

/** @param {() => any} condition @param {string} what @returns {Promise<any>} what it returned */
export async function until(condition, what) {
  for (;;) {
    const result = await condition();
    if (result) {
      return result;
    }
    if (isOver()) {
      throw new Error(`still not: ${what}`);
    }
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

/**
 * Runs a program to its end.
 * @param {string} program @param {string[]} words @returns {Promise<{status: any, stdout: string, stderr: string}>}
 */
export function execute(program, words) {
  return new Promise((resolve) => {
    execFile(program, words, (error, stdout, stderr) => resolve({status: error ? error.code ?? error.signal : 0, stdout, stderr}));
  });
}

/** @type {AsyncIterator<string> | undefined} */
let answers;

/** Asks t/browser.t to do something with the servers, as `stop database`. @param {string} words */
export async function ask(words) {
  answers ??= createInterface({input: process.stdin})[Symbol.asyncIterator]();
  process.stdout.write(`!${words}\n`);
  const {value} = await answers.next();
  if (value !== 'done') {
    throw new Error(`${words}: ${value ?? 'nobody is there to do it'}`);
  }
}

/** No more is asked, so that this process can end. */
export function hangUp() {
  process.stdin.destroy();
}
