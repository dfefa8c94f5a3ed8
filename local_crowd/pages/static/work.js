// The page around a HIT: its timer, returning it, and continuing after it is submitted.
(() => {
  const byId = (id) => document.getElementById(id);
  const main = byId('main'), clock = byId('clock'), said = byId('said');
  const frame = document.querySelector('iframe'), auto = byId('auto'), next = byId('next');
  const end = Date.now() + 1000 * Number(main.dataset.secondsLeft);
  const WARNINGS = [300, 60];  // seconds before the end
  const ASK_PAUSE_MS = 500;
  const KEPT = 'local_crowd_auto', ASK = 'local_crowd: ask the server', REFUSED = 'local_crowd: refused';
  let over = false, warned = Infinity;

  function say(text, kind = '') {
    said.textContent = text;
    said.className = 'ribbon ' + kind;
  }

  function written(seconds) {
    const two = (number) => String(number).padStart(2, '0');
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
    const rest = two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
    const day = days ? ngettext('%(count)s day', '%(count)s days', days, { count: days }) + ' ' : '';
    return day + (days || hours ? hours + ':' : '') + rest;
  }

  function warn(seconds) {
    const due = WARNINGS.filter((limit) => seconds <= limit && limit < warned).pop();
    if (due === undefined) return;
    warned = due;
    clock.classList.add('soon');
    const minutes = Math.ceil(seconds / 60);
    say(ngettext(
      'Less than a minute left. If you do not submit by then, the HIT goes to somebody else.',
      'Less than %(minutes)s minutes left. If you do not submit by then, the HIT goes to somebody else.',
      minutes, { minutes }), 'soon');
  }

  function tick() {
    if (over) return;
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = written(seconds);
    if (seconds) warn(seconds); else askServer();
  }

  function finish(text, kind) {
    over = true;
    clearInterval(ticking);
    say(text, kind);
    byId('return').hidden = true;
    document.querySelector('.clock').hidden = true;
    byId('take-next').hidden = byId('to-list').hidden = false;
  }

  // Only the server decides what happened, never the HIT page. `here`: the request comes from the
  // frame, after an answer that was not refused. `otherwise`: the status to assume if the server
  // does not respond.
  async function askServer(here = false, otherwise = '') {
    let state;
    try {
      const response = await fetch(main.dataset.state, { cache: 'no-store' });
      if (response.redirected) {
        say(gettext('You are signed out. What you submit still counts. Sign in again to continue.'), 'soon');
        return;
      }
      if (response.status === 404) {
        say(gettext('Somebody else is now signed in on this browser. What you submit here still counts for you.'), 'soon');
        return;
      }
      state = await response.json();
    } catch {
      if (otherwise) conclude(otherwise, here);
      else say(gettext('The crowd does not answer. Keep this page open; your work is not lost yet.'), 'soon');
      return;
    }
    conclude(state.status, here);
  }

  function conclude(status, here) {
    if (over || status === 'Accepted') return;
    main.dispatchEvent(new CustomEvent('over', { detail: status }));  // draft.js deletes the draft
    if (['Submitted', 'Approved', 'Rejected'].includes(status)) {
      if (!here) {
        finish(gettext('This HIT is submitted. What you enter here now is not saved.'));
        return;
      }
      finish(gettext('Thank you. Your answer is submitted.'), 'good');
      const practice = 'practice' in main.dataset;  // the frame explains the answer: do not leave it
      if (practice) byId('practice').hidden = true;
      if (auto.checked && !practice) next.submit(); else byId('take-next').focus();
    } else if (status === 'Returned') {
      finish(gettext('You returned this HIT.'), 'soon');
    } else if (status === 'Abandoned') {
      finish(gettext('The time allowed is over. This HIT can no longer be submitted.'), 'soon');
      clock.textContent = written(0);
    }
  }

  // One request at a time, however often the frame asks; if it asks during that request, one more follows.
  let asking = false, askedAgain = null;
  async function askForFrame(here) {
    if (over) return;
    if (asking) {
      askedAgain = askedAgain || here;
      return;
    }
    asking = true;
    await askServer(here);
    await new Promise((resolve) => setTimeout(resolve, ASK_PAUSE_MS));
    asking = false;
    const again = askedAgain;
    askedAgain = null;
    if (again !== null) askForFrame(again);
  }

  window.addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || ![ASK, REFUSED].includes(event.data)) return;
    askForFrame(event.data === ASK);
  });
  main.addEventListener('outcome', (event) => askServer(event.detail === 'handedIn', 'Submitted'));
  main.addEventListener('ask', () => askServer());
  // The page was in another tab or in the back/forward cache, so time may have passed.
  document.addEventListener('visibilitychange', () => { if (!document.hidden && !over) askServer(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });

  auto.checked = localStorage.getItem(KEPT) !== 'no';
  auto.addEventListener('change', () => localStorage.setItem(KEPT, auto.checked ? 'yes' : 'no'));
  byId('auto-label').hidden = false;

  byId('return-another').hidden = true;  // the dialog has this button
  byId('return').addEventListener('submit', (event) => {
    event.preventDefault();
    byId('sure').showModal();
  });
  byId('sure').addEventListener('close', () => {
    const chosen = byId('sure').returnValue;
    if (!['return', 'another'].includes(chosen)) return;
    byId('another').disabled = chosen === 'return';
    byId('return').submit();
  });

  // Focus the frame once its page is loaded, so that Tab moves within the HIT. Chromium 140 loses the
  // focus of a frame whose page changes, unless it is blurred and focused again.
  frame.addEventListener('load', () => {
    if (![document.body, frame].includes(document.activeElement)) return;
    frame.blur();
    frame.focus({ preventScroll: true });
  });
  frame.focus({ preventScroll: true });
  const ticking = setInterval(tick, 1000);
  tick();
})();
