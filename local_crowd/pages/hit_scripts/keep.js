// Runs before a HIT page's own scripts. Tells the page around the HIT what the worker enters, puts
// back what that page had saved, and lets it send the answer, because it can retry until that arrives.
(() => {
  const [site] = window.location.href.split('/hit_page/');
  const assignment = new URLSearchParams(window.location.search).get('assignmentId');
  if (window.parent === window || !assignment) return;

  const SAVE_MS = 100;
  const NOT_KEPT = ['password', 'file', 'submit', 'button', 'reset', 'image', 'hidden'];
  const PLAIN = 'input, select, textarea, [contenteditable]';
  const held = new WeakMap();  // values of hidden fields that the page restores itself: it cancelled the event
  const touched = new WeakSet();  // fields that the worker has changed since the page was opened
  let port = null, entries = {}, saved = '', loaded = false, restoring = false, saving = 0;

  const send = (kind, text = '') => port.postMessage({ kind, text });
  const isBox = (field) => field.type === 'checkbox' || field.type === 'radio';

  function isKept(element) {
    if (element.dataset.keep === 'no') return false;
    if (element.localName.includes('-') && 'draftValue' in element) return true;
    if (!element.matches(PLAIN)) return false;
    return element.type === 'hidden' ? 'keep' in element.dataset : !NOT_KEPT.includes(element.type);
  }

  // Returns [key, field] for each field whose key stays the same when the page is reloaded.
  function listKeyedFields() {
    const counts = new Map(), fields = [];
    for (const element of document.querySelectorAll('*')) {
      if (!(element instanceof HTMLElement) || !isKept(element)) continue;
      const name = element.getAttribute('name') || element.id;
      const option = isBox(element) ? element.value : '';
      const key = [element.localName, element.getAttribute('type') || '', name, option].join('\n');
      const count = counts.get(key) || 0;
      counts.set(key, count + 1);
      fields.push([key + '\n' + count, element]);
    }
    return fields;
  }

  // Returns the value of a field, or undefined if the worker has not changed it.
  function valueOf(field) {
    if ('draftValue' in field) return field.draftValue;
    if (isBox(field)) return field.checked === field.defaultChecked ? undefined : field.checked;
    if (field.localName === 'select') {
      const options = Array.from(field.options), chosen = options.filter((option) => option.selected);
      const first = field.multiple || field.size > 1 ? undefined : options.find((option) => !option.disabled);
      const own = options.some((option) => option.defaultSelected)
        ? (option) => option.defaultSelected : (option) => option === first;
      return options.every((option) => option.selected === own(option)) ? undefined
        : chosen.map((option) => option.value);
    }
    if (field.type === 'hidden') return field.value || held.get(field);
    if (!('value' in field)) return touched.has(field) ? field.innerHTML : undefined;
    return field.value === field.defaultValue ? undefined : field.value;
  }

  function put(field, value) {
    if ('draftValue' in field) field.draftValue = value;
    else if (field.type === 'hidden') {
      const event = new CustomEvent('restore', { bubbles: true, cancelable: true, detail: value });
      if (field.dispatchEvent(event)) field.value = value; else held.set(field, value);
    } else if (isBox(field)) {
      if (field.checked !== value && (value || field.type === 'checkbox')) field.click();
      if (field.checked !== value) field.checked = value;
    } else {
      if (JSON.stringify(valueOf(field)) === JSON.stringify(value)) return;
      if (field.localName === 'select') {
        for (const option of field.options) option.selected = value.includes(option.value);
      } else if (!('value' in field)) {
        field.innerHTML = value;
        touched.add(field);
      }
      // The prototype's setter, because libraries that watch a field override its own.
      else Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }

  // `entries` contains what is still to be restored, because fields may appear late.
  function restoreFields() {
    restoring = true;
    for (const [key, field] of listKeyedFields()) {
      if (!Object.hasOwn(entries, key)) continue;
      try {
        if (!touched.has(field)) put(field, entries[key]);
      } catch { /* not what the page kept there */ }
      if (loaded || touched.has(field)) delete entries[key];
    }
    restoring = false;
  }

  function save() {
    clearTimeout(saving);
    saving = 0;
    if (!port) return;
    const now = { ...entries };
    for (const [key, field] of listKeyedFields()) {
      const value = valueOf(field);
      if (value !== undefined) now[key] = value;
    }
    const sorted = Object.entries(now).sort(([a], [b]) => (a < b ? -1 : 1));
    const text = sorted.length ? JSON.stringify(Object.fromEntries(sorted)) : '';
    if (text !== saved) send('entries', text);
    saved = text;
  }

  function note(event) {
    if (restoring) return;
    if (event.isTrusted && event.target instanceof Element) touched.add(event.target);
    if (saving && event.type !== 'change') return;
    clearTimeout(saving);
    saving = setTimeout(save, event.type === 'change' ? 0 : SAVE_MS);
  }

  // Returns the fields of a form as the browser would send them, or null if the browser must send them.
  function fieldsOf(form, submitter) {
    const attribute = (name) => (submitter && submitter.getAttribute('form' + name)) || form.getAttribute(name);
    const base = document.querySelector('base[target]');
    const target = attribute('target') || (base ? base.target : '');
    const address = new URL(attribute('action') || '', document.baseURI);
    const method = (attribute('method') || 'get').toLowerCase();
    const encoding = (attribute('enctype') || '').toLowerCase();
    if (address.origin + address.pathname !== site + '/mturk/externalSubmit') return null;
    if (!['', '_self'].includes(target.toLowerCase()) || encoding === 'text/plain') return null;
    const files = Array.from(document.querySelectorAll('input[type=file]'));
    if (files.some((field) => field.form === form && field.files.length)) {
      send('files');
      return null;
    }
    const fields = Array.from(new FormData(form, submitter), ([name, value]) => [
      name, typeof value === 'string' ? value : value.name]);
    if (submitter && submitter.name && submitter.type !== 'image'
        && !fields.some(([name, value]) => name === submitter.name && value === submitter.value)) {
      fields.push([submitter.name, submitter.value]);  // browsers without the second parameter
    }
    return method === 'post' ? [...address.searchParams, ...fields] : fields;
  }

  // Returns whether the page around the HIT sends the form.
  function sendThroughParent(form, submitter = null) {
    if (restoring) return true;  // the page submits on change events, but the worker did not submit
    if (!port) return false;
    try {
      const fields = fieldsOf(form, submitter);
      if (!fields) return false;
      save();
      send('answer', JSON.stringify(fields));
      return true;
    } catch {
      return false;
    }
  }

  function submitted(event) {
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
    if (sendThroughParent(event.target, event.submitter)) event.preventDefault();
  }

  // Always the last listener, because any of the page's own may cancel the submission.
  window.addEventListener('submit', () => {
    window.removeEventListener('submit', submitted);
    window.addEventListener('submit', submitted);
  }, true);
  // form.submit(), called by a script, raises no event.
  const { submit } = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () { if (!sendThroughParent(this)) submit.call(this); };

  for (const type of ['input', 'change', 'click', 'keyup', 'keep']) window.addEventListener(type, note, true);
  window.addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', save);

  function welcome(chosen, text) {
    port = chosen;
    port.onmessage = () => window.dispatchEvent(new Event('unsent'));
    send('ready');
    saved = text;
    try {
      entries = text ? JSON.parse(text) : {};
    } catch { /* the page keeps nothing then */ }
    // After the page's own scripts, which may fill fields, and again after the last of them.
    const later = (action) => setTimeout(() => { action(); restoreFields(); });
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => later(() => {}));
    else later(() => {});
    if (document.readyState === 'complete') later(() => { loaded = true; });
    else window.addEventListener('load', () => later(() => { loaded = true; }));
    let waiting = 0;
    new MutationObserver(() => {
      if (Object.keys(entries).length) waiting ||= setTimeout(() => { waiting = 0; restoreFields(); });
    }).observe(document, { childList: true, subtree: true });
    saving ||= setTimeout(save, SAVE_MS);  // saves what was entered earlier
  }

  function hello() {
    if (port) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => { if (!port) welcome(port1, event.data.text); };
    window.parent.postMessage({ local_crowd: 'hello', assignment }, new URL(site).origin, [port2]);
  }
  // Sent now, and again when the page around the HIT is ready, because either may load first.
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || !event.data || event.data.local_crowd !== 'ready') return;
    event.stopImmediatePropagation();  // not for the page's own listeners
    hello();
  });
  hello();
})();
