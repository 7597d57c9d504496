// The words of a query expression, by MySQL's lexical rules: for colours, completion and edits.

/**
 * @typedef {'space'|'text'|'name'|'quoted'|'number'|'keyword'|'operator'|'bad'} TokenType
 * @typedef {{type: TokenType, text: string, start: number, end: number}} Token
 */

export const KEYWORDS = new Set(
  ('AND OR XOR NOT IS NULL TRUE FALSE UNKNOWN LIKE ESCAPE REGEXP RLIKE IN BETWEEN MEMBER OF ' +
  'CASE WHEN THEN ELSE END CAST CONVERT AS USING BINARY COLLATE INTERVAL DIV MOD EXTRACT FROM FOR').split(' '));

/** @type {[TokenType, RegExp][]} In this order; the first that matches wins. */
const RULES = [
  ['space', /[ \t\r\n\v\f]+/y],
  ['text', /'(?:[^'\\]|\\[^]|'')*'(?!')|"(?:[^"\\]|\\[^]|"")*"(?!")/y],
  ['quoted', /`(?:[^`]|``)*`/y],
  ['number', /[xXbB]'[0-9a-fA-F]*'|0x[0-9a-fA-F]+|0b[01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_$\u0080-\uffff][\w$\u0080-\uffff]*/yu],
  ['operator', /<=>|->>|->|>=|<=|<>|!=|\|\||&&|<<|>>|[-+*/%^~!&|,.=<>()]/y],
  ['bad', /['"`][^]*|[^]/yu],
];

/**
 * The whole text as tokens, spaces included, so that their texts joined are the text.
 * What does not belong into a query (and a string that does not end) is 'bad'.
 * @param {string} text
 * @returns {Token[]}
 */
export function tokenize(text) {
  /** @type {Token[]} */
  const tokens = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** @param {string} text @param {number} at @returns {Token} */
function tokenAt(text, at) {
  for (const [type, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(text)?.[0];
    if (found) {
      const keyword = type === 'name' && KEYWORDS.has(found.toUpperCase());
      return {type: keyword ? 'keyword' : type, text: found, start: at, end: at + found.length};
    }
  }
  return {type: 'bad', text: text.slice(at), start: at, end: text.length};
}

/** @param {string} text @returns {Token[]} without spaces */
export function words(text) {
  return tokenize(text).filter((token) => token.type !== 'space');
}

/** @param {Token|undefined} token @param {string} word in upper case, or an operator */
export function is(token, word) {
  return token !== undefined && token.type !== 'text' && token.text.toUpperCase() === word;
}

/**
 * The value of a string literal, as MySQL reads it.
 * @param {string} literal with its quotes
 */
export function textValue(literal) {
  const quote = literal[0];
  const escapes = /** @type {Record<string, string>} */ ({0: '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a',
    '%': '\\%', _: '\\_'});
  return literal.slice(1, -1).replace(new RegExp(`\\\\([^])|${quote}${quote}`, 'g'),
    (all, escaped) => escaped === undefined ? quote : escapes[escaped] ?? escaped);
}
