// Export of everything that matches. The browser takes the stream, so no number of records is too many, and an answer
// that breaks off is a failed download. The range is frozen when the panel opens.
import {aborted, count, exportUrl, Latest} from '../base/api.js';
import {h, icon, popover, reason, sendStatus} from '../base/dom.js';
import {formatTs} from '../base/zone.js';

/** @import {Filters} from '../base/api.js' */

const FORMATS = /** @type {const} */ ([
  ['ndjson', 'NDJSON', 'One whole record a line, as JSON. Can be sent to a log server again.'],
  ['csv', 'CSV', 'A table for spreadsheets: id, time, level, logger, message, logrec.'],
]);

/** @param {HTMLButtonElement} button @param {() => {filters: Filters, zone: string}} source */
export function exportPanel(button, source) {
  const said = h('p', {'class': 'export-count', 'aria-live': 'polite'});
  const range = h('p', {'class': 'hint'});
  const choices = FORMATS.map(([format, name, words], index) => h('label', {'class': 'choice'},
    h('input', {type: 'radio', name: 'export-format', value: format, checked: index === 0}),
    h('span', {}, h('strong', {}, name), h('span', {'class': 'hint'}, words))));
  const link = h('a', {'class': 'button primary', 'download': ''}, icon('export'), 'Download');
  const form = h('form', {'class': 'export-panel'}, h('p', {'class': 'panel-title'}, 'Export'), said, range, ...choices, link);
  const panel = h('div', {'class': 'popover', 'role': 'dialog', 'aria-label': 'Export'}, form);
  button.after(panel);
  const latest = new Latest();
  /** @type {Filters} */
  let filters = {};

  const aim = () => {
    const format = /** @type {'ndjson' | 'csv'} */ (new FormData(form).get('export-format'));
    link.href = exportUrl(filters, format);
  };

  const begin = async () => {
    const {filters: given, zone} = source();
    filters = given;
    aim();
    said.textContent = 'Counting\u2026';
    range.textContent = given.before ? `Up to the newest one shown, ${formatTs(given.before, zone, {offset: true})}.` : '';
    try {
      const rows = await count(filters, latest.next());
      said.replaceChildren(h('strong', {}, rows.toLocaleString()), rows === 1 ? ' record matches.' : ' records match.');
      link.toggleAttribute('inert', rows === 0);
    } catch (error) {
      if (!aborted(error)) {
        said.textContent = `They could not be counted: ${reason(error)}`;
      }
    }
  };

  const {close} = popover(button, panel, {align: 'end', onbefore: begin, onclose: () => latest.stop()});
  form.addEventListener('change', aim);
  form.addEventListener('submit', (event) => event.preventDefault());
  link.addEventListener('click', () => {
    sendStatus(button, 'The export has begun; the browser shows its progress');
    setTimeout(close);
  });
}
