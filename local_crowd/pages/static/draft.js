// Saves drafts of a HIT, restores them, and retries sending the answer until the crowd has it.
//
// The HIT's page, through hit_scripts/keep.js, sends messages over a port. They are not trusted:
// their text is limited, stored without being interpreted, and sent for this assignment only.
(() => {
  const byId = (id) => document.getElementById(id);
  const main = byId('main'), frame = document.querySelector('iframe');
  const kept = byId('kept'), words = byId('kept-words'), again = byId('send-now');
  const { assignment, submit } = main.dataset;
  const MOST_ENTRIES = 500_000, MOST_ANSWER = 4_000_000;  // characters
  const MOST_BODY = 4 * 1024 * 1024;  // bytes, as the crowd takes (pages/context.py)
  const MOST_FIELDS = 10_000, MOST_MESSAGES = 300;  // messages a second
  const SAVE_MS = 250, ARRIVE_MS = 2000, TIMEOUT_MS = 30_000, FIRST_WAIT_MS = 2000, LONGEST_WAIT_MS = 30_000;

  const WORDS = {
    restored: gettext('What you entered earlier is restored. Check it before you submit.'),
    saved: gettext('What you enter is saved in this browser until you submit.'),
    full: gettext('Not saved: this browser has no room for it. Do not leave this page before you submit.'),
    large: gettext('Not saved: your answer is too large to save. Do not leave this page before you submit.'),
    flood: gettext('Not saved: this HIT changes too often. Do not leave this page before you submit.'),
    gone: gettext('No longer saved: the HIT was finished, or you signed out, in another tab.'),
    elsewhere: gettext('This HIT is open in another tab too. Only the latest change is saved.'),
    sending: gettext('Sending your answer…'),
    waiting: gettext('Your answer could not reach the crowd. It is saved in this browser and will be sent again automatically: keep this page open.'),
    waitingUnsaved: gettext('Your answer could not reach the crowd. It will be sent again automatically, but it could not be saved: do not leave this page.'),
    files: gettext('Sending. This HIT sends files, so it cannot be sent again automatically. If it does not arrive, reload this page and submit again.'),
    handedIn: gettext('Your answer is submitted.'),
    done: gettext('You already submitted an answer to this HIT. This one was ignored.'),
    late: gettext('Not submitted: the time allowed is over. You can still copy what you entered from this page.'),
    returned: gettext('Not submitted: you returned this HIT.'),
    unknown: gettext('Not submitted: this HIT no longer exists. You can still copy what you entered from this page.'),
    largeAnswer: gettext('Not submitted: the answer is too large for the crowd. Shorten it and submit again.'),
    refused: gettext('Not submitted: the crowd cannot take this answer. Please tell the requester.'),
  };
  const FINAL = ['late', 'returned', 'unknown'];
  const GOOD = ['restored', 'saved', 'sending', 'handedIn'];

  const stored = drafts.load(assignment) || {};
  const text = (value) => (typeof value === 'string' ? value : '');
  const draft = { entries: text(stored.entries), answer: text(stored.answer) };
  draft.end = Date.now() + 1000 * Number(main.dataset.secondsLeft);
  if (stored.returned) drafts.save(assignment, draft);  // the return did not arrive
  let state = '', isSaved = true, isFlooded = false, isGone = false, saving = 0;
  let over = '';  // why nothing can be submitted any more
  let port = null, messages = 0, wait = FIRST_WAIT_MS, retry = 0, sending = false;

  function say(what) {
    kept.hidden = false;
    if (state === what) return;
    state = what;
    words.textContent = WORDS[what];
    kept.className = GOOD.includes(what) ? 'kept good' : 'kept';
    again.hidden = !what.startsWith('waiting');
  }

  function save() {
    clearTimeout(saving);
    saving = 0;
    if (over) return;
    if (isGone) isSaved = false;
    else if (!draft.entries && !draft.answer) {
      drafts.forget(assignment);
      isSaved = true;
    } else isSaved = draft.entries.length <= MOST_ENTRIES && drafts.save(assignment, draft);
    if (isFlooded) isSaved = false;
    if (draft.answer) return;
    say(isGone ? 'gone' : isFlooded ? 'flood' : isSaved ? 'saved' : draft.entries.length > MOST_ENTRIES ? 'large' : 'full');
  }

  function keepEntries(entries) {
    isFlooded = false;
    if (entries === draft.entries) return;
    draft.entries = entries.length > MOST_ENTRIES ? entries.slice(0, MOST_ENTRIES + 1) : entries;
    isSaved = false;
    saving ||= setTimeout(save, SAVE_MS);
  }

  // Builds the request body from [name, value] pairs in JSON; '' if they are not valid.
  function bodyOf(pairs) {
    let fields;
    try {
      fields = JSON.parse(pairs);
    } catch {
      return '';
    }
    const isField = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
    if (!Array.isArray(fields) || fields.length > MOST_FIELDS || !fields.every(isField)) return '';
    const lines = (part) => part.replace(/\r\n?|\n/g, '\r\n');  // as browsers send forms
    const own = fields.filter(([name]) => name !== 'assignmentId');
    return new URLSearchParams([['assignmentId', assignment], ...own.map((pair) => pair.map(lines))]).toString();
  }

  function takeAnswer(pairs) {
    if (sending) return;
    const isLarge = pairs.length > MOST_ANSWER, body = isLarge ? '' : bodyOf(pairs);
    if (!isLarge && !body) {
      refuse('refused');
      return;
    }
    if (isLarge || body.length > MOST_BODY) {  // servers drop the connection, which looks like a network error
      refuse('largeAnswer');
      return;
    }
    draft.answer = body;
    save();
    wait = FIRST_WAIT_MS;
    deliver(true);
  }

  // `asked`: the worker pressed a button, so progress is shown. Retries are silent.
  async function deliver(asked = false) {
    if (sending || over || !draft.answer) return;
    sending = true;
    clearTimeout(retry);
    if (asked || !state.startsWith('waiting')) say('sending');
    let outcome = null, page = '';
    try {
      const response = await fetch(submit, {
        method: 'POST', body: draft.answer, credentials: 'omit', redirect: 'error', cache: 'no-store',
        // The page that comes back is in the language of this one.
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Accept-Language': document.documentElement.lang },
        signal: AbortSignal.timeout ? AbortSignal.timeout(TIMEOUT_MS) : undefined,
      });
      outcome = response.headers.get('Crowd-Outcome');
      page = await response.text();
    } catch { /* the crowd or the network is down */ }
    sending = false;
    if (over) return;
    if (outcome === 'handed-in') finish('handedIn', page);
    else if (outcome === 'done') finish('done', page);
    else if (outcome) refuse(outcome);
    else postpone();
  }

  function postpone() {
    say(isSaved ? 'waiting' : 'waitingUnsaved');
    if (port) port.postMessage({ kind: 'unsent' });
    retry = setTimeout(() => deliver(), wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  function refuse(reason) {
    draft.answer = '';
    if (FINAL.includes(reason)) {
      over = reason;
      drafts.forget(assignment);
    } else save();
    say(reason in WORDS ? reason : 'refused');
    if (port) port.postMessage({ kind: 'unsent' });
    main.dispatchEvent(new Event('ask'));
  }

  function finish(what, page) {
    say(what);
    draft.answer = '';
    over = 'done';
    drafts.forget(assignment);
    if (what === 'handedIn') frame.srcdoc = page;
    main.dispatchEvent(new CustomEvent('outcome', { detail: what }));
  }

  function receive(event) {
    const { kind, text } = event.data || {};
    if (typeof text !== 'string') return;
    if (++messages > MOST_MESSAGES) {
      isFlooded = true;
      isSaved = false;
      if (!draft.answer && !over) say('flood');
      return;
    }
    port = event.target;
    if (over) {
      if (kind !== 'answer') return;
      say(over);
      port.postMessage({ kind: 'unsent' });
      return;
    }
    if (kind === 'entries') keepEntries(text);
    if (kind === 'answer') takeAnswer(text);
    if (kind === 'files') {
      save();
      say('files');
    }
  }
  setInterval(() => { messages = 0; }, 1000);

  window.addEventListener('message', (event) => {
    const { data, ports, source } = event;
    if (source !== frame.contentWindow || !data || data.local_crowd !== 'hello') return;
    if (over || data.assignment !== assignment || ports.length !== 1 || ++messages > MOST_MESSAGES) return;
    ports[0].onmessage = receive;
    ports[0].postMessage({ kind: 'welcome', text: draft.entries });
    if (draft.entries && !state) say('restored');
  });

  // The server told work.js that nothing more can be submitted.
  main.addEventListener('over', (event) => {
    if (draft.answer && event.detail === 'Abandoned') say('late');
    over = { Abandoned: 'late', Returned: 'returned' }[event.detail] || 'done';
    clearTimeout(saving);
    clearTimeout(retry);
    drafts.forget(assignment);
    if (!['late', 'done'].includes(state)) kept.hidden = true;  // work.js shows the reason
  });
  byId('sure').addEventListener('close', () => {
    if (!['', 'keep'].includes(byId('sure').returnValue)) {  // the next page deletes the draft
      clearTimeout(saving);
      clearTimeout(retry);
      drafts.save(assignment, { ...draft, returned: true });
      over = 'returned';
    }
  });
  window.addEventListener('storage', (event) => {
    if (over || (event.key !== null && event.key !== drafts.key(assignment))) return;
    if (event.newValue === null) {
      isGone = true;
      isSaved = false;
      main.dispatchEvent(new Event('ask'));
    }
    if (!draft.answer) say(event.newValue === null ? 'gone' : 'elsewhere');
  });
  // The frame loaded again: the HIT's page may have submitted a form itself, so ask the server.
  let loads = 0;
  frame.addEventListener('load', () => {
    if (loads++) setTimeout(() => { if (!over) main.dispatchEvent(new Event('ask')); }, ARRIVE_MS);
  });

  window.addEventListener('pagehide', () => { if (saving) save(); });
  window.addEventListener('beforeunload', (event) => {
    if (saving) save();
    if (!over && (draft.answer || (draft.entries && !isSaved))) event.preventDefault();
  });
  window.addEventListener('online', () => deliver());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) deliver(); });
  again.addEventListener('click', () => deliver(true));
  frame.contentWindow.postMessage({ local_crowd: 'ready' }, '*');  // the HIT's page may have sent its message too early
  deliver();
})();
