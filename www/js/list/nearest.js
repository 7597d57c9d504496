// Where a range of time has nothing: what matches next to it, and the way there.
import {count, now, records} from '../base/api.js';
import {h} from '../base/dom.js';
import {readPoint} from '../base/range.js';
import {filters} from '../base/state.js';
import {apiText, duration, formatTs, parseTs} from '../base/zone.js';

/** @import {Row} from '../base/api.js' */
/** @import {State} from '../base/state.js' */
/** @typedef {{row: Row, apart: number}} Near apart: milliseconds, negative for an older one */

/** Milliseconds before and after. */
const ABOUT = 18e5;

/** One look for each search. @type {WeakMap<State, Promise<Near | null>>} */
const found = new WeakMap();

/** @param {State} state @returns {Promise<Near | null>} */
async function look(state) {
  const [from, to] = [state.after, state.before].map((text) => readPoint(text, now())?.start.ms);
  const open = {...filters(state), after: '', before: ''};
  const near = (/** @type {Row | undefined} */ row, end = 0) => row ? [{row, apart: (parseTs(row.ts)?.ms ?? 0) - end}] : [];
  const older = from === undefined ? [] : near((await records({...open, before: apiText({ms: from, us: 0})}, 0, 0))[0], from);
  const later = {...open, after: to === undefined ? '' : apiText({ms: to, us: 0})};
  const last = to === undefined ? 0 : await count(later);
  const newer = last ? near((await records(later, last - 1, last - 1))[0], to) : [];
  return [...older, ...newer].sort((a, b) => Math.abs(a.apart) - Math.abs(b.apart))[0] ?? null;
}

/**
 * A button to what is about it; hidden where nothing matches at all.
 * @param {State} state @param {(patch: Partial<State>) => void} set
 */
export function nearest(state, set) {
  const button = h('button', {'class': 'button primary nearest', 'hidden': true});
  const looking = found.get(state) ?? look(state).catch(() => null);
  found.set(state, looking);
  looking.then((near) => {
    if (near) {
      const {row, apart} = near;
      const at = parseTs(row.ts)?.ms ?? 0;
      button.append(`The nearest: ${formatTs(row.ts, state.zone, {digits: 0})}, ${duration(apart)} ${apart < 0 ? 'before' : 'after'}`);
      button.addEventListener('click', () => set({after: apiText({ms: at - ABOUT, us: 0}), before: apiText({ms: at + ABOUT, us: 0})}));
      button.hidden = false;
    }
  });
  return button;
}
