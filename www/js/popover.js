// A panel that opens under its button. The platform's own popover closes it (Esc, a click elsewhere); this places it.

/** Puts an open panel under its button, or over it. @param {HTMLElement} button @param {HTMLElement} panel
 *  @param {'start' | 'end'} align */
export function place(button, panel, align) {
  const margin = 8;
  const from = button.getBoundingClientRect();
  const {width, height} = panel.getBoundingClientRect();
  const wanted = align === 'end' ? from.right - width : from.left;
  const left = Math.max(margin, Math.min(wanted, innerWidth - width - margin));
  const below = from.bottom + 4;
  const above = from.top - height - 4;
  const top = below + height <= innerHeight - margin || above < margin
    ? Math.max(margin, Math.min(below, innerHeight - height - margin)) : above;
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

/**
 * Makes `button` open and close `panel`, which must be in the document beside it (class `popover`).
 * @param {HTMLElement} button @param {HTMLElement} panel
 * @param {{align?: 'start' | 'end', onopen?: () => void, onclose?: () => void}} [options]
 * @returns {{open: () => void, close: () => void, isOpen: () => boolean}}
 */
export function popover(button, panel, {align = 'start', onopen, onclose} = {}) {
  panel.setAttribute('popover', 'auto');
  button.setAttribute('aria-expanded', 'false');
  const isOpen = () => panel.matches(':popover-open');
  const replace = () => place(button, panel, align);
  const watcher = new ResizeObserver(replace);
  // The click that closes it by being elsewhere must not open it again when it was on the button.
  let wasOpen = false;
  button.addEventListener('pointerdown', () => { wasOpen = isOpen(); });
  button.addEventListener('keydown', () => { wasOpen = isOpen(); });
  button.addEventListener('click', () => {
    if (wasOpen) {
      panel.hidePopover();
    } else {
      panel.showPopover();
    }
    wasOpen = false;
  });
  panel.addEventListener('toggle', (event) => {
    const opened = /** @type {ToggleEvent} */ (event).newState === 'open';
    button.setAttribute('aria-expanded', String(opened));
    if (opened) {
      watcher.observe(panel);
      addEventListener('resize', replace);
      onopen?.();
    } else {
      watcher.disconnect();
      removeEventListener('resize', replace);
      if (panel.contains(document.activeElement) || document.activeElement === document.body) {
        button.focus();
      }
      onclose?.();
    }
  });
  // Placed before it is painted for the first time.
  panel.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') {
      queueMicrotask(replace);
    }
  });
  return {open: () => !isOpen() && panel.showPopover(), close: () => isOpen() && panel.hidePopover(), isOpen};
}
