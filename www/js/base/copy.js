// To the clipboard: text, and what other programs take. And what stands there before the first record: <ch-empty>.
import {apiUrl, post} from './api.js';
import {h, iconButton, levelName, reason, sendSet, sendStatus, textButton} from './dom.js';
import {json} from './json.js';
import {formatTs} from './zone.js';

/** @import {Filters, Row} from './api.js' */

/** @param {Element} element says how it went @param {string} text @param {string} what */
export async function copy(element, text, what) {
  try {
    await (navigator.clipboard ? navigator.clipboard.writeText(text) : copyOld(text));
    sendStatus(element, `${what} copied`);
  } catch {
    sendStatus(element, 'The browser does not let this page copy', 'error');
  }
}

/** The only way without TLS. @param {string} text */
function copyOld(text) {
  const field = document.createElement('textarea');
  const back = document.activeElement;
  field.value = text;
  field.className = 'visually-hidden';
  (back?.closest('dialog[open]') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (back instanceof HTMLElement) {
    back.focus();
  }
  if (!done) {
    throw new Error('copy');
  }
}

/** @param {() => string} text @param {string} what @param {string} [classes] */
export function copyButton(text, what, classes = '') {
  const button = iconButton('copy', 'Copy', () => copy(button, text(), what),
    {'class': `button plain small square ${classes}`, 'aria-label': `Copy: ${what}`});
  return button;
}

/** @param {string} text */
function shellWord(text) {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replace(/'/g, '\'\\\'\'')}'`;
}

/** @param {string} address @param {[string, string][]} parameters */
function curl(address, parameters) {
  const parts = ['curl -u USER', ...(parameters.length ? ['-G', shellWord(address)] : [shellWord(address)]),
    ...parameters.map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`)];
  return parts.length > 3 ? parts.join(' \\\n  ').replace(' \\\n  -G \\\n  ', ' -G ') : parts.join(' ');
}

/** @param {number} id */
export function recordCurl(id) {
  return curl(apiUrl(`record/${id}`), []);
}

/** @param {Filters} filters */
export function searchCurl(filters) {
  const address = new URL(apiUrl('record', filters, {left: 0, right: 99}));
  return curl(address.origin + address.pathname, [...address.searchParams]);
}

/** As Python's HTTPHandler takes them. */
export function handlerArguments() {
  const base = new URL('.', location.href);
  return {host: base.host, url: `${base.pathname}api/v1/record`, secure: base.protocol === 'https:'};
}

export function pythonConfig() {
  const {host, url, secure} = handlerArguments();
  return `import logging.config

logging.config.dictConfig({
    'version': 1,
    'disable_existing_loggers': False,
    'handlers': {
        'chronologer': {
            'class': 'logging.handlers.HTTPHandler',
            'host': '${host}',
            'url': '${url}',
            'method': 'POST',${secure ? '\n            \'secure\': True,' : ''}
            'credentials': ('USER', 'PASSWORD'),
        },
    },
    'root': {'level': 'DEBUG', 'handlers': ['chronologer']},
})
`;
}

/** More backquotes than the text has. @param {string} text */
function fence(text, language = '') {
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${ticks}${language}\n${text}\n${ticks}`;
}

/** @param {Row} record @param {string} zone @param {string} link */
export function markdown(record, zone, link) {
  const meta = record.logrec?.meta ?? {};
  const place = meta.pathname && meta.lineno ? ` · \`${meta.pathname}:${meta.lineno}\`` : '';
  const data = record.logrec?.data;
  const traceback = record.logrec?.error?.exc_text;
  return [
    `**${levelName(record.level)}** \`${record.name}\` · ${formatTs(record.ts, zone,
      {digits: 6, offset: true})}${place} · [record ${record.id}](${link})`,
    fence(record.message),
    ...(typeof traceback === 'string' ? [fence(traceback)] : []),
    ...(data && Object.keys(data).length ? [fence(json(data, 2), 'json')] : []),
  ].join('\n\n') + '\n';
}

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

/** As HTTPHandler sends it. */
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
      sendSet(this, {record: id, tail: true});
    } catch (error) {
      sendStatus(this, reason(error), 'error');
    }
    button.disabled = false;
  }
}

customElements.define('ch-empty', ChEmpty);
