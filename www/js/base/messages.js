// What the page tells the reader: toasts, to screen readers, that the server is lost; the foot.
import {watchConnection} from './api.js';
import {byId, h, icon, iconButton, textButton} from './dom.js';

const LASTS = {info: 3500, error: 9000};

/** @param {string} text @param {'info' | 'error'} [kind] */
export function toast(text, kind = 'info') {
  const toasts = byId('toasts', HTMLElement);
  const last = [...toasts.children].find((other) => other.firstElementChild?.textContent === text);
  last?.remove();
  const end = () => note.remove();
  const note = h('div', {'class': 'toast ' + kind}, h('span', {}, text), iconButton('close', 'Dismiss', end));
  toasts.append(note);
  let timer = setTimeout(end, LASTS[kind]);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => { timer = setTimeout(end, LASTS[kind]); });
}

/** @type {number | undefined} */
let saying;

/** To screen readers only; of many in a row the last. @param {string} text */
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => { byId('said', HTMLElement).textContent = text; }, 400);
}

/** @param {() => void} retry */
export function watchOffline(retry) {
  const banner = byId('banner', HTMLElement);
  watchConnection((online) => {
    banner.hidden = online;
    if (online) {
      toast('Connected again');
      return;
    }
    banner.replaceChildren(icon('offline'),
      h('span', {}, 'The server can not be reached. What is shown stays; trying again by itself.'),
      textButton('Try now', retry));
  });
  addEventListener('online', retry);
}

/** @param {HTMLElement} host */
export function footer(host) {
  const place = h('span', {'class': 'status-place'});
  const busy = h('span', {'class': 'status-busy', 'hidden': true});
  const mark = h('span', {'class': 'status-mark'});
  const zone = h('span', {'class': 'status-zone'});
  const hint = h('span', {'class': 'status-hint'}, h('kbd', {}, 'j'), h('kbd', {}, 'k'), ' move ', h('kbd', {}, 'Enter'),
    ' open ', h('kbd', {}, 'e'), ' next error ', h('kbd', {}, '/'), ' search ', h('kbd', {}, '?'), ' all keys');
  host.replaceChildren(place, busy, mark, h('span', {'class': 'status-space'}), hint, zone);
  /** @type {number | undefined} */
  let waiting;
  let said = h('span');
  return {
    /** @param {number} first @param {number} last @param {number | null} total @param {number} seen */
    place(first, last, total, seen) {
      const of = total === null ? `at least ${seen.toLocaleString()}` : total.toLocaleString();
      place.textContent = total === 0 || seen === 0 || last < 0 ? '' : `${(first + 1).toLocaleString()}\u2013${(last + 1).toLocaleString()} of ${of}`;
    },
    /** Told when it lasts; '' ends it. @param {string} text @param {() => void} cancel */
    busy(text, cancel) {
      said.textContent = text;
      if (!text) {
        clearTimeout(waiting);
        waiting = undefined;
        busy.hidden = true;
        busy.replaceChildren();
        return;
      }
      waiting ??= setTimeout(() => {
        busy.hidden = false;
        busy.replaceChildren(h('span', {'class': 'spinner', 'aria-hidden': 'true'}), said,
          textButton('Cancel', cancel, 'button plain small'));
      }, 500);
    },
    /** @param {string} text @param {() => void} go @param {() => void} remove */
    mark(text, go, remove) {
      mark.replaceChildren(...(text ? [
        h('button', {'class': 'button plain small', 'title': 'Go to the marked record', 'onclick': go}, icon('mark'), text),
        iconButton('close', 'Remove the mark', remove),
      ] : []));
    },
    /** @param {string} text */
    zone(text) {
      zone.textContent = text;
    },
  };
}
