// JSON with integers of any size (bigint beyond 2^53), so that an id is shown and filtered by as it is; and YAML.

const MARK = '\ue000integer\ue001';

/** @param {string} text */
export function parseJson(text) {
  // Looking for them halves the speed, and hardly any text has one.
  if (!/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  /** @type {any} Not every browser tells a number's source. */
  const exact = (/** @type {string} */ _, /** @type {unknown} */ value,
    /** @type {{source?: string}|undefined} */ context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? 0) : value;
  return JSON.parse(text, exact);
}

/** @param {unknown} value @param {number} [indent] */
export function json(value, indent) {
  /** @type {bigint[]} */
  const big = [];
  const text = JSON.stringify(value, (_, part) => typeof part === 'bigint' ? (big.push(part), MARK) : part, indent);
  return big.length ? text.replaceAll(`"${MARK}"`, () => String(big.shift())) : text;
}

// YAML 1.2; text over several lines stays that way

/** What a reader of YAML would take for something else. */
const SPECIAL = new RegExp('^(?:[-+]?[0-9._]|[-?:,[\\]{}#&*!|>\'"%@`~=<]|(?:null|true|false|yes|no|on|off|y|n)$|$)' +
  '|: |:$| #|^\\s|\\s$', 'i');

/** Not in a block. */
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;

/** @param {string} text */
function scalar(text) {
  if (!UNPRINTABLE.test(text) && !/[\t\n]/.test(text) && !SPECIAL.test(text)) {
    return text;
  }
  // JSON's strings are YAML's, but for what YAML does not print.
  return JSON.stringify(text)
    .replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @param {string} text @param {string} indent */
function block(text, indent) {
  const end = /\n*$/.exec(text)?.[0].length ?? 0;
  const chomp = ['-', ''][end] ?? '+';
  const lead = /^[ \n]/.test(text) ? '2' : '';
  const lines = (end ? text.slice(0, -1) : text).split('\n');
  return `|${lead}${chomp}\n` + lines.map((line) => line === '' ? '' : indent + line).join('\n');
}

/** @param {unknown} value @returns {value is object} */
function isNested(value) {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Behind `key:` or `-`. @param {unknown} value @param {string} indent */
function inline(value, indent) {
  if (typeof value === 'string') {
    const lined = value.includes('\n') && !UNPRINTABLE.test(value) && value.trim() !== '';
    return lined ? block(value, indent) : scalar(value);
  }
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? '[]' : '{}';
  }
  // 1e-7 is text in YAML 1.1.
  return json(value).replace(/^(-?\d+)(e.*)$/, '$1.0$2');
}

/** @param {unknown} value @param {string} indent @returns {string[]} */
function lines(value, indent) {
  if (!isNested(value)) {
    return [indent + inline(value, indent + '  ')];
  }
  const deeper = indent + '  ';
  if (Array.isArray(value)) {
    return value.flatMap((part) => {
      const [first, ...rest] = isNested(part) ? lines(part, deeper) : [deeper + inline(part, deeper)];
      return [`${indent}- ${first.slice(deeper.length)}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, part]) => {
    const name = `${indent}${scalar(key)}:`;
    return isNested(part) ? [name, ...lines(part, deeper)] : [`${name} ${inline(part, deeper)}`];
  });
}

/** @param {unknown} value */
export function yaml(value) {
  return lines(value, '').join('\n') + '\n';
}

/** @param {unknown} value */
export function valueText(value) {
  return typeof value === 'string' ? value : json(value, 2);
}
