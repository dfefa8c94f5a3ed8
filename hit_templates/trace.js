// Records how a HIT was worked on, in the field _trace of the answer, if <html> or <body> has data-trace:
// times, counts and lengths, never what was typed. The worker reads a sentence about it above Submit,
// and without that sentence nothing is recorded. docs/quality.md#traces lists what there is.
(() => {
  const MOST_BYTES = 4000, MOST_PASTES = 20, MOST_NAME = 60, NOT_TRACED = ['password', 'hidden', 'file'];
  const SENTENCE = 'This page records how long you take, how often you leave it, and how much you type and paste '
    + 'in each field, but never what.';
  // In two parts: a page that names such an element is taken for one that has it.
  const CROWD_FORM = 'crowd' + '-form', CROWD_BUTTON = 'crowd' + '-button[form-action=submit]';
  const SUBMITS = ['#submit-btn', '#submitButton', 'input[type=submit]', 'button[type=submit]', CROWD_BUTTON,
    'form button:not([type])', CROWD_FORM].join();
  const begun = performance.now(), fields = new Map(), lengths = new WeakMap();
  let note = null, front = 0, since = document.hidden ? null : begun, left = 0, away = document.hidden;

  function root() { return document.querySelector('html[data-trace], body[data-trace]'); }

  // A preview is not work.
  function isWork() {
    const id = new URLSearchParams(window.location.search).get('assignmentId');
    return id && id !== 'ASSIGNMENT_ID_NOT_AVAILABLE';
  }

  function disclose() {
    const owner = root();
    if (!owner || note) return;
    const places = Array.from(document.querySelectorAll(SUBMITS));
    const place = places.find((element) => element.localName !== CROWD_FORM) || places[0];
    if (!place) return;
    note = document.createElement('p');
    note.id = 'trace-note';
    note.style.cssText = 'margin: 1em 0; font-size: .9em';
    note.textContent = owner.dataset.trace || SENTENCE;
    if (place.localName === CROWD_FORM) place.append(note); else place.before(note);
  }

  // The field that an event is about: inside an element with a shadow root, its inner one.
  function fieldOf(event) {
    const [field] = event.composedPath(), host = event.target;
    const isText = field instanceof HTMLElement && (field.isContentEditable || field.localName === 'textarea'
      || (field.localName === 'input' && typeof field.selectionStart === 'number' || ['email', 'number'].includes(field.type)));
    if (!isText || NOT_TRACED.includes(field.type)) return null;
    if (!fields.has(field)) {
      const name = host.getAttribute('name') || host.id || field.getAttribute('name') || field.id || 'field ' + (fields.size + 1);
      fields.set(field, { name: name.slice(0, MOST_NAME), keys: 0, appeared: 0, by_script: 0, pastes: [] });
    }
    return [fields.get(field), field];
  }

  const lengthOf = (field) => ('value' in field ? field.value : field.textContent).length;

  function noteLength([figures, field], isTrusted) {
    const length = lengthOf(field), more = length - (lengths.get(field) || 0);
    lengths.set(field, length);
    if (more > 0) figures[isTrusted ? 'appeared' : 'by_script'] += more;
  }

  function listen(type, action) {
    window.addEventListener(type, (event) => {
      const found = root() && fieldOf(event);
      if (found) action(event, found);
    }, true);
  }
  listen('focusin', (_event, [, field]) => { if (!lengths.has(field)) lengths.set(field, lengthOf(field)); });
  listen('keydown', (event, [figures]) => { if (event.isTrusted && !event.repeat) figures.keys += 1; });
  listen('input', (event, found) => noteLength(found, event.isTrusted));
  listen('paste', (event, [figures]) => addPaste(figures, event.clipboardData));
  listen('drop', (event, [figures]) => addPaste(figures, event.dataTransfer));

  function addPaste(figures, data) {
    if (figures.pastes.length < MOST_PASTES) figures.pastes.push(data ? data.getData('text').length : 0);
  }

  // Away: the page is hidden, or another window or the page around the HIT has the focus.
  function noteAway(isAway) {
    if (isAway && !away) left += 1;
    away = isAway;
    if (document.hidden === (since === null)) return;
    if (document.hidden) {
      front += performance.now() - since;
      since = null;
    } else since = performance.now();
  }
  document.addEventListener('visibilitychange', () => noteAway(document.hidden));
  window.addEventListener('blur', () => noteAway(true));
  window.addEventListener('focus', () => noteAway(document.hidden));

  function trace() {
    const now = performance.now(), seconds = (milliseconds) => Math.round(milliseconds / 100) / 10;
    const figures = {
      seconds: seconds(now - begun),
      front: seconds(front + (since === null ? 0 : now - since)),
      left,
      fields: {},
    };
    for (const [field, { name, ...counts }] of fields) {
      let key = name;
      for (let number = 2; key in figures.fields; number += 1) key = name + ' ' + number;
      figures.fields[key] = { ...counts, length: lengthOf(field) };
      if (new TextEncoder().encode(JSON.stringify(figures)).length > MOST_BYTES - 20) {
        delete figures.fields[key];
        figures.cut = true;
        break;
      }
    }
    return JSON.stringify(figures);
  }

  // Every way to send a form asks for its data: a click, a script, and the page around the HIT.
  window.addEventListener('formdata', (event) => {
    const { formData } = event;
    if (note && note.isConnected && formData.has('assignmentId') && isWork()) formData.set('_trace', trace());
  }, true);

  // After the page's own scripts and elements, which may add the button.
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => setTimeout(disclose));
  else setTimeout(disclose);
  window.addEventListener('load', () => setTimeout(disclose));
})();
