// Runs before a HIT page's own scripts. Tells the page around the HIT what the worker enters, puts
// back what that page had kept, and lets it send the answer: it can try until the crowd answers.
(() => {
  const [site] = window.location.href.split('/hit_page/');
  const assignment = new URLSearchParams(window.location.search).get('assignmentId');
  if (window.parent === window || !assignment) return;

  const SAVE_MS = 100;
  const NOT_KEPT = ['password', 'file', 'submit', 'button', 'reset', 'image', 'hidden'];
  const PLAIN = 'input, select, textarea, [contenteditable]';
  const held = new WeakMap();  // what a hidden field's page took back without putting it there
  const touched = new WeakSet();  // what the worker has changed since the page was opened
  let port = null, entries = {}, saved = '', loaded = false, restoring = false, saving = 0;

  const send = (kind, text = '') => port.postMessage({ kind, text });
  const isBox = (field) => field.type === 'checkbox' || field.type === 'radio';

  function isKept(element) {
    if (element.dataset.keep === 'no') return false;
    if (element.localName.includes('-') && 'draftValue' in element) return true;
    if (!element.matches(PLAIN)) return false;
    return element.type === 'hidden' ? 'keep' in element.dataset : !NOT_KEPT.includes(element.type);
  }

  // Each field with a key that it has again when the page is opened anew.
  function keyed() {
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

  // What is in a field; undefined when it is as the page made it.
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
      // The prototype's own setter: libraries that watch a field put another one before it.
      else Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }

  // `entries` holds what is still to be put back: fields may appear late.
  function putBack() {
    restoring = true;
    for (const [key, field] of keyed()) {
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
    for (const [key, field] of keyed()) {
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

  // The fields of a form as the browser would send them to the crowd; null: it must do so itself.
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
      fields.push([submitter.name, submitter.value]);  // browsers that do not know the parameter
    }
    return method === 'post' ? [...address.searchParams, ...fields] : fields;
  }

  // Whether the page around the HIT sends the form.
  function handOver(form, submitter = null) {
    if (restoring) return true;  // a page that submits at a change: the worker did not
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
    if (handOver(event.target, event.submitter)) event.preventDefault();
  }

  // Always the last listener: any of the page's own may hold the form back.
  window.addEventListener('submit', () => {
    window.removeEventListener('submit', submitted);
    window.addEventListener('submit', submitted);
  }, true);
  // A script's form.submit() raises no event.
  const { submit } = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () { if (!handOver(this)) submit.call(this); };

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
    // After the page's own scripts, which may fill fields themselves, and once more after the last.
    const later = (action) => setTimeout(() => { action(); putBack(); });
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => later(() => {}));
    else later(() => {});
    if (document.readyState === 'complete') later(() => { loaded = true; });
    else window.addEventListener('load', () => later(() => { loaded = true; }));
    let waiting = 0;
    new MutationObserver(() => {
      if (Object.keys(entries).length) waiting ||= setTimeout(() => { waiting = 0; putBack(); });
    }).observe(document, { childList: true, subtree: true });
    saving ||= setTimeout(save, SAVE_MS);  // what was entered before
  }

  function hello() {
    if (port) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => { if (!port) welcome(port1, event.data.text); };
    window.parent.postMessage({ local_crowd: 'hello', assignment }, new URL(site).origin, [port2]);
  }
  // Said at once, and again when the page around the HIT is ready, whichever is later.
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || !event.data || event.data.local_crowd !== 'ready') return;
    event.stopImmediatePropagation();  // not for the page's own listeners
    hello();
  });
  hello();
})();
