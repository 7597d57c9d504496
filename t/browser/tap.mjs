// Tests one after the other, told as TAP. test() collects them, run() runs those whose name has an argument in it.

/** @typedef {() => Promise<void> | void} Body */

/** @type {{name: string, body: Body}[]} */
const tests = [];
/** @type {(() => Promise<void> | void)[]} */
const checks = [];

/** Milliseconds a test may take, for one that waits for something that never comes. */
const LONGEST = 60000;

/** @param {string} name says what holds @param {Body} body @param {{longest?: number}} [options] */
export function test(name, body, {longest = LONGEST} = {}) {
  tests.push({name, body: () => limited(body, longest)});
}

/** Is run after each test, which it can still make fail. @param {() => Promise<void> | void} check */
export function afterEach(check) {
  checks.push(check);
}

/** @param {unknown} text */
export function comment(text) {
  process.stdout.write(`${String(text).replace(/^/gm, '# ')}\n`);
}

/** @param {Body} body @param {number} longest */
async function limited(body, longest) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${longest / 1000} s`)), longest);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error */
function explain(error) {
  const {message, stack} = error instanceof Error ? error : new Error(String(error));
  const place = stack?.split('\n').filter((line) => /\.mjs:\d/.test(line) && !/tap\.mjs|node:/.test(line)).slice(0, 4);
  comment(message.slice(0, 3000));
  comment((place ?? []).map((line) => line.trim().replace(/\(?file:.*\//, '(')).join('\n') || '-');
}

/** @param {() => Promise<void>} end what is left to be closed */
export async function run(end) {
  const words = process.argv.slice(2);
  const chosen = tests.filter(({name}) => !words.length || words.some((word) => name.includes(word)));
  process.stdout.write(`1..${chosen.length}\n`);
  for (const {name, body} of chosen) {
    const begin = performance.now();
    /** @type {unknown[]} */
    const errors = [];
    for (const part of [body, ...checks]) {
      try {
        await part();
      } catch (error) {
        errors.push(error);
      }
    }
    process.stdout.write(`${errors.length ? 'not ok' : 'ok'} - ${name.replaceAll('#', '')}\n`);
    errors.forEach(explain);
    comment(`${((performance.now() - begin) / 1000).toFixed(1)} s`);
    process.exitCode ||= errors.length ? 1 : 0;
  }
  await end();
  // Whatever a test that failed has left running.
  process.exit();
}
