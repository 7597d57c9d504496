// Python's tracebacks read from their text: chained causes, exception groups, syntax errors, stacks.
import {copy, copyButton} from '../base/copy.js';
import {h, icon, textButton} from '../base/dom.js';

/**
 * @typedef {{file: string, line: number, name: string, code: string[], repeated: number}} Frame
 *   code: not indented, with marks (^^^); repeated: how often it follows itself
 */
/**
 * @typedef {{type: string, message: string, relation: '' | 'cause' | 'context', frames: Frame[], group: Raised[][]}} Raised
 *   relation: to the one before it; frames: outermost first; group: the chains in it
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

/** Where one begins behind a message; its line may have colours. */
const BEHIND = /(?:^|\n)(?=(?:\x1b\[[\d;]*m)*(?:(?: {2}\+ Exception Group )?Traceback|(Stack)) \(most recent call last\):(?:\x1b\[[\d;]*m)*\n)/;

/** In the text's order; null where it is none. @param {string} text */
export function parseTraceback(text) {
  const lines = text.replace(/\r\n/g, '\n').replace(/\s+$/, '').split('\n');
  const found = lines.some((line) => HEADER.test(line) || GROUP.test(line) || FRAME.test(line));
  return found ? chain(items(lines)) : null;
}

/** A traceback behind the message, as QueueHandler makes it. @param {string} message */
export function splitMessage(message) {
  const found = BEHIND.exec(message);
  if (!found) {
    return null;
  }
  return {message: message.slice(0, found.index), text: message.slice(found.index).replace(/^\n/, ''),
    kind: found[1] ? 'stack' : 'traceback'};
}

/** @param {string} text */
export function parseStack(text) {
  const raised = newRaised('');
  text.split('\n').filter((line) => !STACK.test(line)).forEach((line) => frameLine(raised, line));
  return raised.frames;
}

/** From `(<class 'ValueError'>, ValueError('x'), <traceback object at 0x7f00>)`. @param {unknown} value */
export function excInfoTitle(value) {
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  return /^\(?<class '[^']*'>, ([^]*), <traceback object at \w+>\)?$/.exec(text)?.[1] ?? '';
}

// Exception groups

/** @param {string[]} lines */
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

/** The first that does not fit. @param {string[]} lines @param {number} start @param {RegExp} rule */
function runEnd(lines, start, rule) {
  const length = lines.slice(start).findIndex((line) => !rule.test(line));
  return length < 0 ? lines.length : start + length;
}

/** @param {string[]} lines */
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

/** Between the numbered lines. @param {string[]} lines */
function blocks(lines) {
  /** @type {string[][]} */
  const result = [[]];
  for (const line of lines) {
    // A second plus is of a group inside the group.
    if (/^\+-{5,}/.test(line)) {
      result.push([]);
    } else {
      result[result.length - 1].push(line);
    }
  }
  return result.filter((block) => block.length);
}

// One after the other

/** @param {Raised['relation']} relation @returns {Raised} */
function newRaised(relation) {
  return {type: '', message: '', relation, frames: [], group: []};
}

/** @param {Item[]} list */
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

/** @param {string} line */
function title(line) {
  const found = /^([\p{L}_][\p{L}\d_]*(?:\.[\p{L}\d_<>]+)*)(?:: ([^]*)|:)?$/u.exec(line);
  return found ? [found[1], found[2] ?? ''] : ['', line];
}

/** Whether it was one of a frame's lines. @param {Raised} raised @param {string} line */
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

/** @param {string} line */
export function isMarks(line) {
  return /^[\s~^]*[~^][\s~^]*$/.test(line);
}

/** Not the reader's own. @param {string} file */
export function isLibrary(file) {
  const path = file.replaceAll('\\', '/');
  return /\/(?:site|dist)-packages\/|\/lib(?:64)?\/python[\d.]+\/|\/Python\d*\/Lib\/|^<frozen /i.test(path);
}

/** What it belongs to: a package, or a module of Python's own. @param {string} file */
function libraryName(file) {
  const path = file.replaceAll('\\', '/');
  return /\/(?:site|dist)-packages\/([^/]+?)(?:\.py)?(?:\/|$)/.exec(path)?.[1]
    ?? /^<frozen ([^.>]+)/.exec(path)?.[1] ?? /\/(?:python[\d.]+|Lib)\/([^/]+?)(?:\.py)?(?:\/|$)/i.exec(path)?.[1] ?? '';
}

/** The last one, and what led to it: GatewayError <- SSLCertVerificationError: expired. @param {Raised[]} chain */
export function causes(chain) {
  const short = (/** @type {string} */ type) => type.slice(type.lastIndexOf('.') + 1);
  const [root, ...later] = chain;
  return [...later.toReversed().map(({type}) => short(type)), raisedTitle({...root, type: short(root.type)}, 1)].join(' \u2190 ');
}

/** @param {Raised} raised @param {number} [most] longer messages are cut to their first line */
export function raisedTitle({type, message}, most = 0) {
  const text = message.length <= most ? message.trim() : message.split('\n', 1)[0];
  return type && text ? `${type}: ${text}` : type || text;
}

// What is shown: what was raised last comes first, and in it the frame that raised

/** Before the rest waits for a click. */
const FRAMES = 50;
/** Frames of the longest cycle that is looked for. */
const CYCLE = 8;

/** @typedef {{frames: Frame[], kind: 'frame' | 'library' | 'cycle', times: number}} Part times: a cycle comes again */

/** @param {Frame} a @param {Frame} b */
function isSame(a, b) {
  return a.file === b.file && a.line === b.line && a.name === b.name;
}

/** The shortest that begins there: where it ends, and how often it comes again. @param {Frame[]} frames @param {number} at */
function cycle(frames, at) {
  for (let length = 1; length <= CYCLE; length++) {
    let end = at + length;
    while (end < frames.length && isSame(frames[end], frames[end - length])) {
      end++;
    }
    end -= (end - at) % length;
    // Of a frame that repeats itself Python leaves most out.
    const left = length === 1 ? frames.slice(at, end).reduce((sum, {repeated}) => sum + repeated, 0) : 0;
    const times = (end - at) / length - 1 + left;
    if (times * length > 2 || left) {
      return {length, end, times};
    }
  }
  return null;
}

/** Runs of libraries and cycles are one part each; not the first frame, which raised. @param {Frame[]} frames innermost first */
export function parts(frames) {
  /** @type {Part[]} */
  const result = [];
  for (let i = 0, end = 0; i < frames.length; i = end) {
    const again = cycle(frames, i);
    const own = frames.findIndex(({file}, at) => at >= i && !isLibrary(file));
    end = again?.end ?? Math.max(i + 1, i === 0 ? 0 : own < 0 ? frames.length : own);
    result.push({frames: frames.slice(i, again ? i + again.length : end), times: again?.times ?? 0,
      kind: again ? 'cycle' : end - i > 1 ? 'library' : 'frame'});
  }
  return result;
}

/** @param {string} code @param {string} marks */
function markedCode(code, marks) {
  const line = h('code', {'class': 'frame-code'});
  for (const {0: run, index} of marks.matchAll(/\s+|~+|\^+/g)) {
    const text = code.slice(index, index + run.length);
    line.append(run[0] === '^' ? h('mark', {}, text) : run[0] === '~' ? h('span', {'class': 'frame-part'}, text)
      : text);
  }
  line.append(code.slice(marks.length));
  return line;
}

/** @param {string[]} code */
function codeLines(code) {
  return code.flatMap((line, i) => isMarks(line) && i > 0 ? []
    : [isMarks(code[i + 1] ?? '') ? markedCode(line, code[i + 1]) : h('code', {'class': 'frame-code'}, line)]);
}

/** @param {Frame} frame */
function frameElement(frame) {
  const {file, line, name, code} = frame;
  const slash = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1;
  const place = h('button', {'class': 'frame-place', 'title': `Copy ${file}:${line}`,
    'onclick': () => copy(place, `${file}:${line}`, 'Place')},
    h('span', {'class': 'frame-folder'}, file.slice(0, slash)), h('span', {'class': 'frame-file'}, file.slice(slash)),
      h('span', {'class': 'frame-line'}, `:${line}`));
  return h('li', {'class': isLibrary(file) ? 'frame library' : 'frame'},
    h('div', {'class': 'frame-head'}, place, name ? h('span', {'class': 'frame-name'}, name) : null),
    code.length ? h('div', {'class': 'frame-lines'}, ...codeLines(code)) : null);
}

/** @param {Part} part @returns {HTMLElement[]} */
function partElements({frames, kind, times}) {
  if (kind === 'frame') {
    return frames.map(frameElement);
  }
  const size = `${frames.length} ${frames.length === 1 ? 'frame' : 'frames'}`;
  return kind === 'library' ? [folded(`${size} in ${libraries(frames)}`, frames)]
    : [...frameElements(parts(frames.map((frame) => ({...frame, repeated: 0})))),
      h('li', {'class': 'frames-again'}, `${size}, ${times.toLocaleString()} ${times === 1 ? 'time' : 'times'} more`)];
}

/** As they were called. @param {Frame[]} frames */
function libraries(frames) {
  const names = [...new Set(frames.toReversed().map(({file}) => libraryName(file)))].filter(Boolean);
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '') || 'libraries';
}

/** @param {Part[]} all */
function frameElements(all) {
  let lines = 0;
  const cut = all.findIndex(({frames, kind}) => (lines += kind === 'cycle' ? frames.length : 1) > FRAMES);
  if (cut < 0) {
    return all.flatMap(partElements);
  }
  const rest = all.slice(cut);
  const left = rest.reduce((sum, {frames, times}) => sum + frames.length * (times + 1), 0);
  const more = h('li', {'class': 'frames-more'}, textButton(`Show ${left.toLocaleString()} more`, () => {
    const elements = rest.flatMap(partElements);
    more.replaceWith(...elements);
    elements[0].querySelector('button')?.focus();
  }));
  return [...all.slice(0, cut).flatMap(partElements), more];
}

/** @param {string} label @param {Frame[]} frames */
function folded(label, frames) {
  return h('li', {'class': 'frames-folded'},
    h('details', {}, h('summary', {}, icon('chevron', 'icon tree-arrow'), label),
    h('ol', {'class': 'frames'}, ...frameElements(frames.map((frame) => ({frames: [frame], kind: 'frame', times: 0}))))));
}

/** @param {Frame[]} frames */
export function framesView(frames) {
  return h('ol', {'class': 'frames'}, ...frameElements(parts(frames.toReversed())));
}

const RELATION_WORDS = {cause: 'was caused by', context: 'while this was handled', '': ''};

/** @param {Raised} raised @param {string} title */
function raisedElement(raised, title) {
  const rest = title.endsWith(raised.message) ? '' : raised.message.split('\n').slice(1).join('\n');
  return h('div', {'class': 'raised'},
    title ? null : h('p', {'class': 'raised-title'}, raisedTitle(raised)),
    rest.trim() ? h('pre', {'class': 'raised-rest'}, rest) : null,
    raised.group.length ? h('ol', {'class': 'raised-group'},
      ...raised.group.map((chain) => h('li', {}, chainView(chain)))) : null,
    raised.frames.length ? framesView(raised.frames) : null);
}

/** @param {Raised[]} chain @param {string} [title] of the panel @returns {HTMLElement} */
export function chainView(chain, title = '') {
  const last = chain[chain.length - 1];
  const parts = chain.toReversed().flatMap((raised, i, list) => [
    ...(i ? [h('p', {'class': 'raised-relation'}, RELATION_WORDS[list[i - 1].relation])] : []),
      raisedElement(raised, raised === last ? title : '')]);
  return h('div', {'class': 'chain'}, ...parts);
}

/** From chronologer-api(7). */
const FIX = `class TracebackHTTPHandler(logging.handlers.HTTPHandler):
    def mapLogRecord(self, record):
        self.format(record)  # sets message and exc_text
        return super().mapLogRecord(record)`;

export function missingTraceback() {
  return h('div', {'class': 'notice'},
    h('p', {}, 'An exception was logged, but its traceback was not sent: HTTPHandler formats none. This handler does:'),
    h('div', {'class': 'snippet'}, h('pre', {'tabindex': '0'}, FIX), copyButton(() => FIX, 'Code', 'snippet-copy')));
}
