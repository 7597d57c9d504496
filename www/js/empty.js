// <ch-empty>: what stands there before the first record came: the Python lines for this very host, and a test record.
import {h, reason, sendSet, sendStatus, textButton} from './dom.js';
import {post} from './api.js';
import {copyButton, handlerArguments} from './copy.js';

function python() {
  const {host, url, secure} = handlerArguments();
  return `import logging.handlers

chrono = logging.handlers.HTTPHandler(
    '${host}', '${url}', 'POST',${secure ? ' secure=True,' : ''}
    credentials=('USER', 'PASSWORD'))
logging.basicConfig(level=logging.DEBUG, handlers=[logging.StreamHandler(), chrono])
logging.info('Hello, %s', 'Chronologer', extra={'foo': 387})`;
}

function shell() {
  const {host, url, secure} = handlerArguments();
  return `curl -u USER ${secure ? 'https' : 'http'}://${host}${url} \\
  -d name=shell -d levelno=20 -d created=$(date +%s) -d msg=Hello`;
}

/** A record as the standard library's HTTPHandler sends it. */
function testRecord() {
  const now = Date.now();
  return {name: 'chronologer.test', msg: 'Hello, %s', args: '(\'Chronologer\',)', levelname: 'INFO', levelno: 20,
    pathname: location.pathname, filename: 'index.html',
    module: 'index', exc_info: 'None', exc_text: 'None', stack_info: 'None', lineno: 1, funcName: 'test',
      created: now / 1000, msecs: now % 1000, relativeCreated: performance.now(),
    thread: 1, threadName: 'MainThread', processName: 'MainProcess', process: 1, foo: 387};
}

export class ChEmpty extends HTMLElement {
  connectedCallback() {
    const button = textButton('Send a test record', () => this.#send(button), 'button primary');
    this.replaceChildren(h('div', {'class': 'empty'}, h('h2', {}, 'No records yet'),
      h('p', {}, 'Log to this server from any Python program; nothing needs to be installed there.'),
      this.#snippet('Python', python()), this.#snippet('Shell', shell()),
      h('p', {'class': 'empty-send'}, button,
        h('span', {'class': 'hint'}, 'It goes the way that HTTPHandler sends one.'))));
  }

  /** @param {string} title @param {string} text */
  #snippet(title, text) {
    return h('section', {'class': 'snippet'}, h('h3', {}, title),
      h('pre', {'tabindex': '0', 'aria-label': title}, text), copyButton(() => text, title, 'snippet-copy'));
  }

  /** @param {HTMLButtonElement} button */
  async #send(button) {
    button.disabled = true;
    try {
      const id = await post(testRecord());
      sendStatus(this, `Stored as record ${id}`);
      // The list is read anew when it becomes live.
      sendSet(this, {record: id, tail: true});
    } catch (error) {
      sendStatus(this, reason(error), 'error');
    }
    button.disabled = false;
  }
}

customElements.define('ch-empty', ChEmpty);
