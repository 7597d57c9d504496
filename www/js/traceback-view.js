// A traceback to look at: what was raised last comes first, and in it the frame that raised.
import {h, icon} from './dom.js';
import {copy} from './copy.js';
import {isLibrary, isMarks, raisedTitle} from './traceback.js';

/** @typedef {import('./traceback.js').Raised} Raised */
/** @typedef {import('./traceback.js').Frame} Frame */

/** How many frames are shown before the rest is folded away. */
const FRAMES = 40;

/** The parts of a line that the marks under it point at. @param {string} code @param {string} marks */
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
  const {file, line, name, code, repeated} = frame;
  const slash = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1;
  const place = h('button', {'type': 'button', 'class': 'frame-place', 'title': `Copy ${file}:${line}`,
    'onclick': () => copy(place, `${file}:${line}`, 'Place')},
    h('span', {'class': 'frame-folder'}, file.slice(0, slash)), h('span', {'class': 'frame-file'}, file.slice(slash)),
      h('span', {'class': 'frame-line'}, `:${line}`));
  return h('li', {'class': isLibrary(file) ? 'frame library' : 'frame'},
    h('div', {'class': 'frame-head'}, place, name ? h('span', {'class': 'frame-name'}, name) : null,
      repeated ? h('span', {'class': 'frame-repeated'}, `\u00d7${(repeated + 1).toLocaleString()}`) : null),
    code.length ? h('div', {'class': 'frame-lines'}, ...codeLines(code)) : null);
}

/** Runs of frames that are not the reader's own are folded. @param {Frame[]} frames innermost first */
function frameElements(frames) {
  /** @type {HTMLElement[]} */
  const elements = [];
  for (let i = 0; i < frames.length;) {
    let end = i;
    while (end < frames.length && i > 0 && isLibrary(frames[end].file)) {
      end++;
    }
    if (end - i > 1) {
      elements.push(folded(`${end - i} frames of libraries`, frames.slice(i, end)));
      i = end;
    } else if (i >= FRAMES) {
      elements.push(folded(`${frames.length - i} more frames`, frames.slice(i)));
      i = frames.length;
    } else {
      elements.push(frameElement(frames[i++]));
    }
  }
  return elements;
}

/** @param {string} label @param {Frame[]} frames */
function folded(label, frames) {
  return h('li', {'class': 'frames-folded'},
    h('details', {}, h('summary', {}, icon('chevron', 'icon tree-arrow'), label),
    h('ol', {'class': 'frames'}, ...frames.map(frameElement))));
}

/** @param {Frame[]} frames as they stand in the text */
export function framesView(frames) {
  return h('ol', {'class': 'frames'}, ...frameElements([...frames].reverse()));
}

const RELATIONS = {cause: 'was caused by', context: 'while this was handled', '': ''};

/** @param {Raised} raised @param {string} title what is said above already */
function raisedElement(raised, title) {
  const rest = title.endsWith(raised.message) ? '' : raised.message.split('\n').slice(1).join('\n');
  return h('div', {'class': 'raised'},
    title ? null : h('p', {'class': 'raised-title'}, raisedTitle(raised)),
    rest.trim() ? h('pre', {'class': 'raised-rest'}, rest) : null,
    raised.group.length ? h('ol', {'class': 'raised-group'},
      ...raised.group.map((chain) => h('li', {}, chainView(chain)))) : null,
    raised.frames.length ? framesView(raised.frames) : null);
}

/**
 * @param {Raised[]} chain in the text's order
 * @param {string} [title] what the panel's title says of the last one
 * @returns {HTMLElement}
 */
export function chainView(chain, title = '') {
  const last = chain[chain.length - 1];
  const parts = chain.toReversed().flatMap((raised, i, list) => [
    ...(i ? [h('p', {'class': 'raised-relation'}, RELATIONS[list[i - 1].relation])] : []),
      raisedElement(raised, raised === last ? title : '')]);
  return h('div', {'class': 'chain'}, ...parts);
}

/** The lines that make a sender send tracebacks, as chronologer-api(7) has them. */
const FIX = `class TracebackHTTPHandler(logging.handlers.HTTPHandler):
    def mapLogRecord(self, record):
        self.format(record)  # sets message and exc_text
        return super().mapLogRecord(record)`;

/** @returns {HTMLElement} where the sender sent exc_info's text and no traceback */
export function missingTraceback() {
  return h('div', {'class': 'notice'},
    h('p', {}, 'An exception was logged, but its traceback was not sent: HTTPHandler formats none. This handler does:'),
    h('div', {'class': 'snippet'}, h('pre', {'tabindex': '0'}, FIX), copyButton(() => FIX, 'Code', 'snippet-copy')));
}

/** @param {() => string} text @param {string} what @param {string} [classes] */
export function copyButton(text, what, classes = '') {
  const button = h('button', {'type': 'button', 'class': `button plain square small ${classes}`, 'title': 'Copy',
    'aria-label': `Copy: ${what}`,
    'onclick': () => copy(button, text(), what)}, icon('copy'));
  return button;
}
