// Runs before a page's own scripts if the page has crowd- elements. While one of them cannot work, the
// page says which, and nothing can be submitted: an answer without that element would look complete.
(texts = {}) => {
  // `texts` has the translations of the texts here, by the English one.
  const gettext = (text, values = {}) => (texts[text] || text)
    .replace(/%\((\w+)\)s/g, (place, name) => (name in values ? values[name] : place));
  // These ask nothing, and show their content, as a browser does with any element.
  const ONLY_SHOWN = ['crowd-alert', 'crowd-badge', 'crowd-modal', 'crowd-tab', 'crowd-tabs', 'crowd-toast'];
  const SUBMITS = 'crowd-button[form-action=submit], crowd-button[type=submit], '
    + '[type=submit], [type=image], form button:not([type])';
  const TASKS = ['labels', 'text', 'categories', 'src', 'name', 'slot', 'responses', 'ordinal-ranking-dimensions'];
  const preview = new URLSearchParams(window.location.search).get('assignmentId') === 'ASSIGNMENT_ID_NOT_AVAILABLE';
  const banner = document.createElement('p');
  banner.setAttribute('role', 'alert');
  banner.style.cssText = 'position: sticky; top: 0; z-index: 2147483647; margin: 0; padding: .8rem 1rem; '
    + 'border: 2px solid #a3161a; background: #fff; color: #a3161a; font: 600 1rem/1.4 system-ui, sans-serif';
  const waiting = new Set(), disabled = new Set();
  let planned = false;

  function listed(names) {
    if (names.length < 2) return names.join('');
    return gettext('%(first)s and %(last)s', { first: names.slice(0, -1).join(', '), last: names.at(-1) });
  }

  // Returns a sentence for each element that cannot work.
  function faults() {
    const unknown = Array.from(document.querySelectorAll(':not(:defined)'), (element) => element.localName)
      .filter((tag) => tag.startsWith('crowd-') && !ONLY_SHOWN.includes(tag));
    const tags = [...new Set(unknown)];
    for (const tag of tags) {
      if (waiting.has(tag)) continue;
      waiting.add(tag);
      customElements.whenDefined(tag).then(check, () => {});
    }
    const needed = listed(tags.map((tag) => '<' + tag + '>'));
    const own = Array.from(document.querySelectorAll('*'), (element) =>
      element.localName.startsWith('crowd-') && element.defect).filter(Boolean);
    return [...(needed ? [gettext('This page needs %(elements)s, which this crowd cannot show.', { elements: needed })] : []), ...new Set(own)];
  }

  // Shows or hides the message that says what is wrong; returns whether the page works.
  function check() {
    const messages = faults();
    if (!messages.length) {
      banner.remove();
      for (const button of disabled) button.disabled = false;
      disabled.clear();
      return true;
    }
    const advice = preview
      ? gettext('Nothing can be submitted: please do not accept the HIT, and tell its requester.')
      : gettext('Nothing can be submitted: please return the HIT and tell its requester.');
    const text = messages.join(' ') + ' ' + advice;
    if (banner.textContent !== text) banner.textContent = text;
    if (!banner.isConnected && document.body) document.body.prepend(banner);
    for (const button of document.querySelectorAll(SUBMITS)) {
      if (!button.disabled) disabled.add(button);
      button.disabled = true;
    }
    return false;
  }

  // Checks elements that a script creates later, once for many.
  function plan() {
    if (planned) return;
    planned = true;
    setTimeout(() => { planned = false; check(); });
  }

  window.addEventListener('load', () => {
    check();
    new MutationObserver(plan).observe(document, { childList: true, subtree: true, attributeFilter: TASKS });
  });

  window.addEventListener('submit', (event) => {
    if (check()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    banner.scrollIntoView();
  }, true);

  // form.submit(), called by a script, raises no event.
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () { if (check()) submit.call(this); };
}
