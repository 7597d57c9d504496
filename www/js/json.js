// JSON with integers of any size: beyond 2^53 they are bigint, so that an id is shown, copied and filtered by as it is.

const MARK = '\ue000integer\ue001';

/** @param {string} text @returns {any} */
export function parseJson(text) {
  // Hardly any text has such a number, and reading is twice as fast without looking for them.
  if (!/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  /** @type {any} The number's source is not in every browser, nor in every checker's library. */
  const exact = (/** @type {string} */ _, /** @type {unknown} */ value,
    /** @type {{source?: string}|undefined} */ context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? 0) : value;
  return JSON.parse(text, exact);
}

/** @param {unknown} value @param {number} [indent] @returns {string} */
export function json(value, indent) {
  /** @type {bigint[]} */
  const big = [];
  const text = JSON.stringify(value, (_, part) => typeof part === 'bigint' ? (big.push(part), MARK) : part, indent);
  return big.length ? text.replaceAll(`"${MARK}"`, () => String(big.shift())) : text;
}
