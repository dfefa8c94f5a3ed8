// Refreshes the list of HITs while the page is visible, without moving what is being read.
(() => {
  const SECONDS = 60;
  let asking = false, asked = Date.now();

  const words = (element) => element.textContent.replace(/\s+/g, ' ').trim();

  // Returns the focused entry's key and the index of its focused control, or null.
  const CONTROLS = 'a[href], button, summary';
  function focusIn(part) {
    const item = part.contains(document.activeElement) && document.activeElement.closest('[data-key]');
    if (!item) return null;
    return [item.dataset.key, [...item.querySelectorAll(CONTROLS)].indexOf(document.activeElement)];
  }

  // Entries that have not changed keep their elements.
  function update(part, fresh) {
    const focus = focusIn(part);
    const old = new Map([...part.querySelectorAll('[data-key]')].map((item) => [item.dataset.key, item]));
    for (const item of fresh.querySelectorAll('[data-key]')) {
      const known = old.get(item.dataset.key);
      if (known && words(known) === words(item)) item.replaceWith(known);
    }
    part.replaceChildren(...fresh.childNodes);
    showTimes(part);
    if (!focus) return;
    const item = part.querySelector(`[data-key="${focus[0]}"]`);
    const control = item && item.querySelectorAll(CONTROLS)[focus[1]];
    (control || document.getElementById('main')).focus({ preventScroll: true });
  }

  function firstInView() {
    return [...document.querySelectorAll('[data-key]')].find(
      (item) => item.getBoundingClientRect().bottom > 0);
  }

  async function refresh() {
    if (asking || document.hidden || Date.now() - asked < 1000 * SECONDS) return;
    asking = true;
    asked = Date.now();
    try {
      const response = await fetch(window.location.href, { cache: 'no-store' });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const anchor = firstInView();
      const key = anchor && anchor.dataset.key, top = anchor && anchor.getBoundingClientRect().top;
      for (const part of document.querySelectorAll('[data-part]')) {
        const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
        if (fresh && words(fresh) !== part.dataset.shown) {
          part.dataset.shown = words(fresh);
          update(part, document.adoptNode(fresh));
        }
      }
      const now = key && document.querySelector(`[data-key="${key}"]`);
      if (now && window.scrollY) window.scrollBy(0, now.getBoundingClientRect().top - top);
    } catch {
      // The crowd does not respond; try again in a minute.
    } finally {
      asking = false;
    }
  }

  setInterval(refresh, 10_000);
  document.addEventListener('visibilitychange', refresh);
})();
