// Tests one after the other, told as TAP. test() collects them, run() runs those whose name has an argument in it.

/** @typedef {() => Promise<void> | void} Body */

/** @type {{name: string, body: Body}[]} */
const tests = [];
/** @type {(() => Promise<void> | void)[]} */
const checks = [];

/** Seconds for all tests of a file, many times what they take: it finds what hangs. No wait has a limit of its own. */
const LIMIT = Number(process.env.CHRONOLOGER_BROWSER_LIMIT || 900);

/** They are over: whatever waits is to end. */
let over = false;

export function isOver() {
  return over;
}

/** @param {string} name says what holds @param {Body} body */
export function test(name, body) {
  tests.push({name, body});
}

/** Is run after each test, which it can still make fail. @param {() => Promise<void> | void} check */
export function afterEach(check) {
  checks.push(check);
}

/** @param {unknown} text */
export function comment(text) {
  process.stdout.write(`${String(text).replace(/^/gm, '# ')}\n`);
}

/** Rejects when the time is over, and after what waits could say for what. @param {() => Promise<void>} end @returns {Promise<void>} */
function limit(end) {
  return new Promise((_, reject) => {
    setTimeout(async () => {
      over = true;
      await end().catch(() => {});
      setTimeout(() => reject(new Error(`not done when the ${LIMIT} s of all tests were over`)), 2000);
    }, LIMIT * 1000);
  });
}

/** @param {unknown} error */
function explain(error) {
  const {message, stack} = error instanceof Error ? error : new Error(String(error));
  const place = stack?.split('\n').filter((line) => /\.mjs:\d/.test(line) && !/tap\.mjs|node:/.test(line)).slice(0, 4);
  comment(message.replaceAll(/\x1b\[\d+m/g, '').slice(0, 3000));
  comment((place ?? []).map((line) => line.trim().replace(/\(?file:.*\//, '(')).join('\n') || '-');
}

/** @param {() => Promise<void>} end what is left to be closed */
export async function run(end) {
  const words = process.argv.slice(2);
  const chosen = tests.filter(({name}) => !words.length || words.some((word) => name.includes(word)));
  process.stdout.write(`1..${chosen.length}\n`);
  const limited = limit(end);
  limited.catch(() => {});
  for (const {name, body} of chosen) {
    const begin = performance.now();
    /** @type {unknown[]} */
    const errors = [];
    for (const part of over ? [() => limited] : [body, ...checks]) {
      try {
        await Promise.race([part(), limited]);
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
