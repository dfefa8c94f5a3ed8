// Connects a HIT page to the crowd: reads the row, saves the answer, and posts it once or shows why not.
var simpleamt = (function () {
  const byId = (id) => document.getElementById(id);
  const form = byId('results-form'), button = byId('submit-btn'), note = byId('simpleamt-note');
  const url = new URLSearchParams(window.location.search);
  let ready = false, handling = false, sent = false, failure = '', restored, restorers = [];

  function say(text) { note.textContent = text; }

  function getInput(otherwise = null) {
    try {
      return JSON.parse(byId('input').textContent);
    } catch (error) {
      return otherwise;
    }
  }

  function setOutput(output) {
    const text = JSON.stringify(output);
    byId('output').value = text === undefined ? '' : text;
    // The crowd's page around this one saves it until the HIT is submitted.
    byId('output').dispatchEvent(new Event('keep'));
  }

  // Calls `action` with the saved output of setOutput, if the worker left the page earlier.
  function onRestore(action) {
    if (restored === undefined) restorers.push(action); else action(restored);
  }

  function isPreview() {
    return url.get('assignmentId') === 'ASSIGNMENT_ID_NOT_AVAILABLE';
  }

  function setupSubmit() {
    const site = url.get('turkSubmitTo') || '';
    // Anything but a web address (javascript: in particular) comes from a forged link.
    if (/^https?:/i.test(site)) {
      form.setAttribute('action', site.replace(/\/+$/, '') + '/mturk/externalSubmit');
    }
    byId('assignmentId').value = url.get('assignmentId') || '';
    ready = true;
    if (!isPreview()) say('');
  }

  // A template may put its own named fields into the form and not use output.
  function answered() {
    return byId('output').value !== '' || Array.from(form.elements).some(
      (field) => field.name && field.name !== 'assignmentId' && field.name !== 'output');
  }

  function refusal() {
    if (isPreview()) return 'This is a preview. Accept the HIT first; nothing was sent.';
    if (failure) return failure;
    if (!answered()) return 'Nothing was sent: this page did not prepare your answer. '
      + 'Please tell the requester.';
    if (!form.getAttribute('action')) setupSubmit();
    if (!form.getAttribute('action')) return 'Opened outside a crowd, so nothing was sent. '
      + 'The form contains:\n' + Array.from(new FormData(form), (pair) => pair.join(' = ')).join('\n');
    return '';
  }

  function mayPost() {
    if (sent) return false;
    const reason = refusal();
    say(reason || 'Sending your answer...');
    sent = !reason;
    return sent;
  }

  // An error between the click on Submit and the end of its handlers prevents sending.
  function begin() {
    if (handling || sent) return;
    handling = true;
    if (!isPreview()) say('');
    setTimeout(() => { handling = false; failure = ''; });
  }

  function failed(event) {
    const what = event.message || String(event.reason);
    if (handling) {
      failure = 'Nothing was sent, and what you entered is still here: this page has an error ('
        + what + '). Try again; if it stays, please tell the requester.';
      say(failure);
    } else if (!ready) {
      say('This page has an error and may not work (' + what + '). Please tell the requester.');
    }
  }

  // A restored output is not the answer: only setOutput sets that.
  byId('output').addEventListener('restore', (event) => {
    event.preventDefault();
    restored = JSON.parse(event.detail);
    restorers.forEach((action) => action(restored));
  });
  // The answer did not arrive; the page around this one will send it again.
  window.addEventListener('unsent', () => { sent = false; say(''); });
  window.addEventListener('error', failed);
  window.addEventListener('unhandledrejection', failed);
  window.addEventListener('click', (event) => { if (event.target === button) begin(); }, true);
  window.addEventListener('submit', (event) => { if (event.target === form) begin(); }, true);
  // While bubbling, so that the template's own submit handlers run first.
  window.addEventListener('submit', (event) => {
    if (event.target === form && !event.defaultPrevented && !mayPost()) event.preventDefault();
  });
  // form.submit(), called by a script, raises no event.
  form.submit = () => { if (mayPost()) HTMLFormElement.prototype.submit.call(form); };
  // The worker came back from the next page: the answer may be sent again, and the crowd decides.
  window.addEventListener('pageshow', (event) => { if (event.persisted) { sent = false; say(''); } });

  if (isPreview()) say('This is a preview. Accept the HIT to work on it.');
  return { getInput, setOutput, onRestore, isPreview, setupSubmit };
})();
