// <ch-record>: one record to read: what went wrong as the title, the facts, the traceback, and all the rest of it.
import {ansi, plain} from '../base/ansi.js';
import {copy, copyButton, markdown, recordCurl} from '../base/copy.js';
import {h, icon, iconButton, levelBadge, levelBand, levelName, menuButton, send, sendSet, tabList} from '../base/dom.js';
import {json, yaml} from '../base/json.js';
import {get, subscribe} from '../base/state.js';
import {ago, formatTs, parseTs} from '../base/zone.js';
import {factsView, putText} from './field-menu.js';
import {ChTree} from './json-tree.js';
import {causes, chainView, excInfoTitle, framesView, missingTraceback, parseStack, parseTraceback, raisedTitle, splitMessage} from './traceback.js';

/** @import {Row} from '../base/api.js' */
/** @import {Raised} from './traceback.js' */

/**
 * @typedef {{title: string, message: string | null, text: string, chain: Raised[] | null, stack: string, lost: boolean}}
 *   Reading message: null where the title says it; text, chain: the traceback; lost: it was not sent
 */

const TABS = /** @type {const} */ (['Tree', 'YAML', 'Raw']);

/** Characters at most. */
const TITLE = 300;

/** From record to record. */
let chosenTab = 0;

/** Wherever the sender put it. @param {Row} record @returns {Reading} */
function read(record) {
  const {error = {}, meta = {}} = record.logrec ?? {};
  const split = splitMessage(record.message);
  const text = typeof error.exc_text === 'string' ? error.exc_text : split?.kind === 'traceback' ? split.text : '';
  const stack = typeof meta.stack_info === 'string' ? meta.stack_info : split?.kind === 'stack' ? split.text : '';
  const chain = text ? parseTraceback(plain(text)) : null;
  const said = split ? split.message : record.message;
  const raised = chain ? raisedTitle(chain[chain.length - 1], TITLE)
    : text ? plain(text).trimEnd().split('\n').at(-1) ?? '' : excInfoTitle(error.exc_info);
  const [first, ...rest] = said.trim().split('\n');
  const short = !rest.length && plain(first).length <= TITLE;
  return {title: raised || (short ? first : first.slice(0, TITLE)) || '(no message)',
    message: said.trim() && (raised || !short) ? said : null,
    text, chain, stack, lost: !text && Boolean(error.exc_info)};
}

export class ChRecord extends HTMLElement {
  /** @type {Row|null} */
  #record = null;
  #zone = 'local';
  /** @type {import('../base/api.js').ApiError|Error|null} */
  #error = null;
  #actions = h('div', {'class': 'record-actions'});
  #body = h('div', {'class': 'record-body'});
  #head = h('header', {'class': 'record-head'});
  /** @type {(() => void)|undefined} */
  #unsubscribe;

  connectedCallback() {
    this.replaceChildren(this.#head, this.#body);
    this.#unsubscribe = subscribe((_, changed) =>
      (changed.has('mark') || changed.has('around')) && this.#showActions());
    this.#show();
  }

  disconnectedCallback() {
    this.#unsubscribe?.();
  }

  get record() {
    return this.#record;
  }

  set record(record) {
    const same = record !== null && record?.id === this.#record?.id;
    this.#record = record;
    this.#error = null;
    this.loading = false;
    this.#show();
    if (!same) {
      this.#body.scrollTop = 0;
    }
  }

  get zone() {
    return this.#zone;
  }

  set zone(zone) {
    if (zone !== this.#zone) {
      this.#zone = zone;
      this.#show();
    }
  }

  get error() {
    return this.#error;
  }

  set error(error) {
    this.#error = error;
    if (error) {
      this.loading = false;
      this.#show();
    }
  }

  get loading() {
    return this.getAttribute('aria-busy') === 'true';
  }

  set loading(loading) {
    this.toggleAttribute('data-loading', loading);
    this.setAttribute('aria-busy', String(loading));
  }

  #show() {
    if (!this.isConnected) {
      return;
    }
    const record = this.#record;
    if (this.#error || !record) {
      this.#head.removeAttribute('data-level');
      this.#head.replaceChildren(h('div', {'class': 'record-line'},
        h('span', {'class': 'record-when'}, this.#error ? 'Record' : ''), this.#close()));
      this.#body.replaceChildren(...(this.#error
        ? [h('p', {'class': 'error-text', 'role': 'alert'}, errorWords(this.#error))] : [skeleton()]));
      return;
    }
    const reading = read(record);
    this.#showHead(record, reading);
    this.#body.replaceChildren(
      factsView(record, {zone: this.#zone, message: reading.message}),
      ...(reading.lost ? [missingTraceback()] : []),
      ...(reading.text ? [this.#traceback(reading)] : []),
      ...(reading.stack ? [this.#section('Stack', [framesView(parseStack(reading.stack))], reading.stack)] : []),
      this.#details(record));
  }

  /** @param {Row} record @param {Reading} reading */
  #showHead(record, reading) {
    const instant = parseTs(record.ts);
    this.#head.dataset.level = levelBand(record.level);
    this.#head.replaceChildren(
      h('div', {'class': 'record-line'}, levelBadge(record.level),
        h('time', {'class': 'record-when', 'datetime': record.ts.replace(' ', 'T'),
          'title': instant ? ago(instant.ms) : ''}, formatTs(record.ts, this.#zone)),
        this.#close()),
      h('h2', {'class': 'record-title', 'tabindex': '-1'}, ...ansi(reading.title)),
      reading.chain && reading.chain.length > 1 ? h('p', {'class': 'record-causes'}, causes(reading.chain)) : '',
      this.#actions);
    this.#showActions();
  }

  #close() {
    return iconButton('close', 'Close the record', () => sendSet(this, {record: null}),
      {'class': 'button plain square record-close', 'title': 'Close (Esc)'});
  }

  #showActions() {
    const record = this.#record;
    if (!record) {
      return;
    }
    const {mark, around} = get();
    const marked = mark === record.id;
    this.#actions.replaceChildren(
      actionButton('Around', 'around', () => sendSet(this, {around: around === record.id ? null : record.id}),
        {'aria-pressed': String(around === record.id),
          'title': 'The records before and after it, whatever the filter'}),
      actionButton(marked ? 'Marked' : 'Mark', 'mark', () => sendSet(this, {mark: marked ? null : record.id}),
        {'aria-pressed': String(marked),
          'title': 'Times are counted from the marked record; any other can be compared with it'}),
      ...(mark !== null && !marked
        ? [actionButton('Compare', 'compare', () => send(this, 'ch-compare', {ids: [mark, record.id]}), {title: 'With the marked record'})]
        : []),
      menuButton('Copy', 'copy', () => this.#copies(record), {text: 'Copy', classes: 'small'}));
  }

  /** @param {Row} record */
  #copies(record) {
    const link = new URL(location.href);
    link.searchParams.set('record', String(record.id));
    const plain = new URL(`?record=${record.id}`, location.href);
    const traceback = read(record).text;
    return [
      {label: 'Link', icon: 'link', run: () => copy(this, link.href, 'Link')},
      {label: 'Message', icon: 'copy', run: () => copy(this, record.message, 'Message')},
      ...(traceback ? [{label: 'Traceback', icon: 'copy', run: () => copy(this, traceback, 'Traceback')}] : []),
      {label: 'JSON', icon: 'copy', run: () => copy(this, json(record, 2), 'Record')},
      {label: 'Markdown', icon: 'copy', hint: 'for a ticket',
        run: () => copy(this, markdown(record, this.#zone, plain.href), 'Markdown')},
      {label: 'cURL', icon: 'copy', hint: 'for a shell', run: () => copy(this, recordCurl(record.id), 'Command')},
    ];
  }

  /** @param {Reading} reading */
  #traceback({chain, text, title}) {
    const plain = putText(h('pre', {'class': 'traceback-text', 'tabindex': '0'}), text, 100000);
    plain.hidden = Boolean(chain);
    const view = chain ? chainView(chain, title) : null;
    const choose = h('button', {'class': 'button plain small', 'aria-pressed': 'false', 'title': 'As Python printed it',
      'onclick': () => {
        plain.hidden = !plain.hidden;
        choose.setAttribute('aria-pressed', String(!plain.hidden));
        view?.toggleAttribute('hidden', !plain.hidden);
      }}, 'As text');
    return this.#section('Traceback', [view ?? '', plain], text,
      chain ? [h('span', {'class': 'hint'}, 'most recent call first'), choose] : []);
  }

  /** @param {string} title @param {(Node | string)[]} content @param {string} text @param {Node[]} [tools] */
  #section(title, content, text, tools = []) {
    return h('section', {'class': 'record-section'},
      h('div', {'class': 'section-head'}, h('h3', {}, title), ...tools, copyButton(() => text, title)), ...content);
  }

  /** @param {Row} record */
  #details(record) {
    const logrec = record.logrec ?? {};
    const panel = h('div', {'class': 'record-panel', 'id': 'record-tab'});
    const tabs = tabList(panel, 'The whole record as', TABS, (at) => {
      chosenTab = at;
      panel.replaceChildren(this.#view(record, logrec));
    }, chosenTab);
    return h('section', {'class': 'record-section'}, h('div', {'class': 'section-head'}, tabs,
      h('span', {'class': 'hint'}, `#${record.id}`), copyButton(() => this.#text(record), 'the whole record')), panel);
  }

  /** @param {Row} record */
  #text(record) {
    return chosenTab === 1 ? yaml(record) : json(record, 2);
  }

  /** @param {Row} record @param {object} logrec */
  #view(record, logrec) {
    if (chosenTab !== 0) {
      return putText(h('pre', {'class': 'record-text', 'tabindex': '0'}), this.#text(record), 200000);
    }
    if (Object.keys(logrec).length === 0) {
      return h('p', {'class': 'hint'}, 'Nothing more was logged with it.');
    }
    const tree = new ChTree();
    tree.show(logrec, `Fields of the ${levelName(record.level)} record`);
    return tree;
  }
}

/** @param {Error & {status?: number}} error */
function errorWords(error) {
  return error.status === 404 ? 'There is no such record; it may have been deleted.' : error.message;
}

function skeleton() {
  return h('div', {'class': 'skeleton', 'aria-hidden': 'true'}, ...Array.from({length: 7}, () => h('span', {})));
}

customElements.define('ch-record', ChRecord);

/** @param {string} label @param {string} iconName @param {() => void} run @param {Record<string, unknown>} [more] */
function actionButton(label, iconName, run, more = {}) {
  return h('button', {'class': 'button small', 'onclick': run, ...more}, icon(iconName), label);
}
