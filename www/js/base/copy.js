// To the clipboard: text, and what other programs take.
import {apiUrl} from './api.js';
import {iconButton, levelName, sendStatus} from './dom.js';
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
export function shellWord(text) {
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

/** For logging.config. @param {string} [user] */
export function configuration(user = 'USER') {
  const {host, url, secure} = handlerArguments();
  return `{
    'version': 1,
    'disable_existing_loggers': False,
    'handlers': {
        'chronologer': {
            'class': 'logging.handlers.HTTPHandler',
            'host': '${host}',
            'url': '${url}',
            'method': 'POST',${secure ? '\n            \'secure\': True,' : ''}
            'credentials': ('${user}', 'PASSWORD'),
        },
    },
    'root': {'level': 'DEBUG', 'handlers': ['chronologer']},
}`;
}

/** @param {string} [user] */
export function pythonConfig(user) {
  return `import logging.config

logging.config.dictConfig(${configuration(user)})
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
