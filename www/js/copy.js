// To the clipboard: text, and what other programs take.
import {iconButton, sendStatus} from './dom.js';
import {apiUrl} from './api.js';
import {json} from './json.js';
import {valueAt} from './query-edit.js';
import {levelName} from './level.js';
import {formatTs} from './zone.js';

/** @typedef {import('./api.js').Row} Row */
/** @typedef {import('./api.js').Filters} Filters */

/**
 * @param {Element} element says how it went @param {string} text @param {string} what for the message: 'Path'
 */
export async function copy(element, text, what) {
  try {
    await (navigator.clipboard ? navigator.clipboard.writeText(text) : copyOld(text));
    sendStatus(element, `${what} copied`);
  } catch {
    sendStatus(element, 'The browser does not let this page copy', 'error');
  }
}

/** Without TLS there is no clipboard but this one. @param {string} text */
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

/** @param {string} text @returns {string} one word for a shell */
function shellWord(text) {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replace(/'/g, '\'\\\'\'')}'`;
}

/** @param {string} address @param {[string, string][]} parameters */
function curl(address, parameters) {
  const parts = ['curl -u USER', ...(parameters.length ? ['-G', shellWord(address)] : [shellWord(address)]),
    ...parameters.map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`)];
  return parts.length > 3 ? parts.join(' \\\n  ').replace(' \\\n  -G \\\n  ', ' -G ') : parts.join(' ');
}

/** @param {number} id @returns {string} the command that reads this record */
export function recordCurl(id) {
  return curl(apiUrl(`record/${id}`), []);
}

/** @param {Filters} filters @returns {string} the command that reads what the search finds */
export function searchCurl(filters) {
  const address = new URL(apiUrl('record', filters, {left: 0, right: 99}));
  return curl(address.origin + address.pathname, [...address.searchParams]);
}

/** Host, path and scheme as Python's HTTPHandler takes them. */
export function handlerArguments() {
  const base = new URL('.', location.href);
  return {host: base.host, url: `${base.pathname}api/v1/record`, secure: base.protocol === 'https:'};
}

/** @returns {string} logging.config.dictConfig() that logs here */
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

/** @param {string} text @returns {string} a block that no backquotes in the text end */
function fence(text, language = '') {
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${ticks}${language}\n${text}\n${ticks}`;
}

/**
 * A record for a ticket or a chat.
 * @param {Row} record @param {string} zone @param {string} link to it
 */
export function markdown(record, zone, link) {
  const meta = record.logrec?.meta ?? {};
  const place = meta.pathname && meta.lineno ? ` · \`${meta.pathname}:${meta.lineno}\`` : '';
  const data = record.logrec?.data;
  const traceback = valueAt(record, '$.error.exc_text');
  return [
    `**${levelName(record.level)}** \`${record.name}\` · ${formatTs(record.ts, zone,
      {digits: 6, offset: true})}${place} · [record ${record.id}](${link})`,
    fence(record.message),
    ...(typeof traceback === 'string' ? [fence(traceback)] : []),
    ...(data && Object.keys(data).length ? [fence(json(data, 2), 'json')] : []),
  ].join('\n\n') + '\n';
}
