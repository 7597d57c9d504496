// <ch-empty>: what stands there before the first record: how to send one, and whether it has come.
import {post, records, user} from '../base/api.js';
import {configuration, copyButton, handlerArguments, pythonConfig, shellWord} from '../base/copy.js';
import {h, reason, sendSet, sendStatus, tabList, textButton} from '../base/dom.js';

/** Milliseconds between two looks, and of joy. */
const PAUSE = 1500;

const HELLO = 'logging.info(\'Hello, %s\', \'Chronologer\', extra={\'foo\': 387})';

/** @type {[string, (who: string, to: {host: string, url: string, secure: boolean, address: string}) => string][]} */
const SNIPPETS = [
  ['HTTPHandler', (who, {host, url, secure}) => `import logging.handlers

chrono = logging.handlers.HTTPHandler(
    '${host}', '${url}', 'POST',${secure ? ' secure=True,' : ''}
    credentials=('${who}', 'PASSWORD'))
logging.basicConfig(level=logging.DEBUG, handlers=[logging.StreamHandler(), chrono])
${HELLO}`],
  ['Many at once', (who, {address}) => `# chronologer_handler.py, one file beside your program, sends many
# records a request, from a thread of its own: chronologer-handler(7)
import logging
from chronologer_handler import ChronologerHandler

logging.basicConfig(level=logging.DEBUG, handlers=[
    ChronologerHandler('${address}', '${who}', 'PASSWORD')])
${HELLO}`],
  ['dictConfig', (who) => `${pythonConfig(who)}${HELLO}`],
  ['Django', (who) => `# settings.py
LOGGING = ${configuration(who)}`],
  ['curl', (who, {address}) => `curl -u ${shellWord(who)} ${address} \\
  -d name=shell -d levelno=20 -d created=$(date +%s) -d msg=Hello`],
];

/** As HTTPHandler sends it. */
function testRecord() {
  return {name: 'chronologer.test', msg: 'Hello, %s', args: '(\'Chronologer\',)', levelno: 20, created: Date.now() / 1000,
    pathname: location.pathname, filename: 'index.html', lineno: 1, funcName: 'test',
    exc_info: 'None', exc_text: 'None', processName: 'MainProcess', threadName: 'MainThread', foo: 387};
}

export class ChEmpty extends HTMLElement {
  #who = 'USER';
  #chosen = 0;
  #panel = h('div', {'class': 'snippet', 'id': 'snippet'});
  #wait = h('p', {'class': 'empty-wait', 'role': 'status'});
  #send = h('p', {'hidden': true});
  /** @type {number | undefined} */
  #looking;

  connectedCallback() {
    const button = textButton('Send a test record', () => this.#test(button), 'button');
    this.#send.replaceChildren(button);
    this.#wait.replaceChildren(h('span', {'class': 'spinner', 'aria-hidden': 'true'}), 'Waiting for your first record\u2026');
    this.replaceChildren(h('div', {'class': 'empty'}, h('h2', {}, 'No records yet'), this.#wait,
      h('p', {}, 'Log to this server from any program; for Python nothing needs to be installed there.'),
      tabList(this.#panel, 'How to send records', SNIPPETS.map(([name]) => name), (at) => this.#show(at), this.#chosen),
      this.#panel, this.#send));
    user().then(({user: name, roles}) => {
      this.#who = name ?? this.#who;
      this.#send.hidden = !roles.includes('writer');
      this.#show(this.#chosen);
    }, () => {});
    this.#look();
  }

  disconnectedCallback() {
    clearTimeout(this.#looking);
  }

  /** @param {number} at */
  #show(at) {
    this.#chosen = at;
    const {host, url, secure} = handlerArguments();
    const [name, snippet] = SNIPPETS[at];
    const who = name === 'curl' ? this.#who : this.#who.replace(/['\\]/g, '\\$&');
    const text = snippet(who, {host, url, secure, address: `${secure ? 'https' : 'http'}://${host}${url}`});
    this.#panel.replaceChildren(h('pre', {'tabindex': '0', 'aria-label': name}, text), copyButton(() => text, name, 'snippet-copy'));
  }

  /** Until the first is there, which the list then shows. */
  async #look() {
    const [first] = document.hidden ? [] : await records({}, 0, 0).catch(() => []);
    if (first && this.isConnected) {
      this.#wait.classList.add('came');
      this.#wait.replaceChildren(`Your first record: ${first.name} \u00b7 ${first.message.slice(0, 200)}`);
    }
    if (this.isConnected) {
      this.#looking = setTimeout(() => first ? sendSet(this, {tail: true}) : this.#look(), PAUSE);
    }
  }

  /** @param {HTMLButtonElement} button */
  async #test(button) {
    button.disabled = true;
    try {
      sendStatus(this, `Stored as record ${await post(testRecord())}`);
    } catch (error) {
      sendStatus(this, reason(error), 'error');
      button.disabled = false;
    }
  }
}

customElements.define('ch-empty', ChEmpty);
