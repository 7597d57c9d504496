// Python's tracebacks read from their text: chained causes, exception groups, syntax errors, stacks.

/**
 * @typedef {object} Frame
 * @property {string} file
 * @property {number} line
 * @property {string} name the function's; '' where a syntax error is
 * @property {string[]} code the source lines below it, without their indentation, marks (^^^) among them
 * @property {number} repeated how many more times it follows itself
 */
/**
 * @typedef {object} Raised
 * @property {string} type ValueError
 * @property {string} message
 * @property {''|'cause'|'context'} relation how it follows from the one before it
 * @property {Frame[]} frames outermost first
 * @property {Raised[][]} group of an exception group, the chains in it
 */
/** @typedef {string|{subs: string[][]}} Item */

const HEADER = /^(?:Exception Group )?Traceback \(most recent call last\):$/;
const GROUP = /^ {2}\+ Exception Group Traceback/;
const STACK = /^Stack \(most recent call last\):$/;
const FRAME = /^ {2}File "(.*)", line (\d+)(?:, in (.*))?$/;
const REPEATED = /^ {2}\[Previous line repeated (\d+) more times?\]$/;
const SUB = /^\+(?:-\+)?-{5,} (?:\d+|\.\.\.) -{5,}$/;
const RELATIONS = /** @type {Record<string, 'cause'|'context'>} */ ({
  'The above exception was the direct cause of the following exception:': 'cause',
  'During handling of the above exception, another exception occurred:': 'context',
});

/**
 * @param {string} text of exc_text
 * @returns {Raised[]|null} in the text's order, the one that was raised last at the end; null where it is no traceback
 */
export function parseTraceback(text) {
  const lines = text.replace(/\r\n/g, '\n').replace(/\s+$/, '').split('\n');
  const found = lines.some((line) => HEADER.test(line) || GROUP.test(line) || FRAME.test(line));
  return found ? chain(items(lines)) : null;
}

/**
 * A message with a traceback behind it, as QueueHandler makes it.
 * @param {string} message
 * @returns {{message: string, text: string, kind: 'traceback'|'stack'}|null}
 */
export function splitMessage(message) {
  const rule = /(?:^|\n)(?=(?:(?: {2}\+ Exception Group )?Traceback|(Stack)) \(most recent call last\):\n)/;
  const found = rule.exec(message);
  if (!found) {
    return null;
  }
  return {message: message.slice(0, found.index), text: message.slice(found.index).replace(/^\n/, ''),
    kind: found[1] ? 'stack' : 'traceback'};
}

/** @param {string} text of stack_info @returns {Frame[]} outermost first */
export function parseStack(text) {
  const raised = newRaised('');
  text.split('\n').filter((line) => !STACK.test(line)).forEach((line) => frameLine(raised, line));
  return raised.frames;
}

/**
 * What exc_info's text says where there is no traceback.
 * @param {unknown} value `(<class 'ValueError'>, ValueError('x'), <traceback object at 0x7f00>)`
 * @returns {string} ValueError('x'), or ''
 */
export function excInfoTitle(value) {
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  return /^\(?<class '[^']*'>, ([^]*), <traceback object at \w+>\)?$/.exec(text)?.[1] ?? '';
}

// Exception groups -------------------------------------------------------------------------------

/** Lines, and what an exception group holds as one item. @param {string[]} lines @returns {Item[]} */
function items(lines) {
  /** @type {Item[]} */
  const result = [];
  for (let i = 0; i < lines.length;) {
    const end = GROUP.test(lines[i]) ? runEnd(lines, i, /^ {2,}[|+]/) : i;
    if (end > i) {
      result.push(...barred(lines.slice(i, end).map((line) => line.slice(2))));
      i = end;
    } else {
      result.push(lines[i++]);
    }
  }
  return result;
}

/** @param {string[]} lines @param {number} start @param {RegExp} rule @returns {number} the first that does not fit */
function runEnd(lines, start, rule) {
  const length = lines.slice(start).findIndex((line) => !rule.test(line));
  return length < 0 ? lines.length : start + length;
}

/** Lines behind a bar. @param {string[]} lines @returns {Item[]} */
function barred(lines) {
  /** @type {Item[]} */
  const result = [];
  for (let i = 0; i < lines.length;) {
    if (SUB.test(lines[i])) {
      const end = runEnd(lines, i + 1, /^ {2}/);
      result.push({subs: blocks(lines.slice(i + 1, end).map((line) => line.slice(2)))});
      i = end;
    } else {
      result.push(lines[i++].slice(2));
    }
  }
  return result;
}

/** @param {string[]} lines @returns {string[][]} what stands between the numbered lines */
function blocks(lines) {
  /** @type {string[][]} */
  const result = [[]];
  for (const line of lines) {
    // The first line of a group inside a group has a second plus: it belongs to the block.
    if (/^\+-{5,}/.test(line)) {
      result.push([]);
    } else {
      result[result.length - 1].push(line);
    }
  }
  return result.filter((block) => block.length);
}

// One after the other ----------------------------------------------------------------------------

/** @param {Raised['relation']} relation @returns {Raised} */
function newRaised(relation) {
  return {type: '', message: '', relation, frames: [], group: []};
}

/** @param {Item[]} list @returns {Raised[]} */
function chain(list) {
  let current = newRaised('');
  const result = [current];
  let titled = false;
  for (const item of list) {
    if (typeof item !== 'string') {
      current.group = item.subs.map((lines) => chain(barred(lines)));
    } else if (RELATIONS[item] && titled) {
      result.push(current = newRaised(RELATIONS[item]));
      titled = false;
    } else if (titled) {
      current.message += '\n' + item;
    } else if (item !== '' && !HEADER.test(item) && !frameLine(current, item)) {
      [current.type, current.message] = title(item);
      titled = true;
    }
  }
  result.forEach((raised) => { raised.message = raised.message.trimEnd(); });
  return result;
}

/** @param {string} line @returns {[string, string]} */
function title(line) {
  const found = /^([\p{L}_][\p{L}\d_]*(?:\.[\p{L}\d_<>]+)*)(?:: ([^]*)|:)?$/u.exec(line);
  return found ? [found[1], found[2] ?? ''] : ['', line];
}

/** @param {Raised} raised @param {string} line @returns {boolean} whether it was one of a frame's lines */
function frameLine(raised, line) {
  const found = FRAME.exec(line);
  const last = raised.frames.at(-1);
  if (found) {
    raised.frames.push({file: found[1], line: Number(found[2]), name: found[3] ?? '', code: [], repeated: 0});
    return true;
  }
  const repeated = REPEATED.exec(line);
  if (last && repeated) {
    last.repeated = Number(repeated[1]);
  } else if (last && /^ {4}/.test(line)) {
    last.code.push(line.slice(4));
  }
  return Boolean(last && (repeated || /^ {4}/.test(line)));
}

/** @param {string} line of code @returns {boolean} whether it is the marks under one */
export function isMarks(line) {
  return /^[\s~^]*[~^][\s~^]*$/.test(line);
}

/** Code that comes with Python or was installed, not the reader's own. @param {string} file */
export function isLibrary(file) {
  const path = file.replaceAll('\\', '/');
  return /\/(?:site|dist)-packages\/|\/lib(?:64)?\/python[\d.]+\/|\/Python\d*\/Lib\/|^<frozen /i.test(path);
}

/**
 * @param {Raised} raised
 * @param {number} [most] so many characters may be more than one line
 * @returns {string} ValueError: its message, or the first line of it
 */
export function raisedTitle({type, message}, most = 0) {
  const text = message.length <= most ? message.trim() : message.split('\n', 1)[0];
  return type && text ? `${type}: ${text}` : type || text;
}
