// A waiting room: opens the next HIT, and tells the server every 5 seconds that the page is in front.
// The server's clock counts; this page only shows what it says.
(() => {
  const byId = (id) => document.getElementById(id);
  const main = byId('waiting'), said = byId('said'), ask = byId('ask'), take = byId('take');
  const BEAT_MS = 5000, SLOW_POLL_MS = 5000, TITLE = document.title;
  // Statuses after which the worker no longer waits.
  const ENDED = ['stopped', 'working', 'full', 'no_budget', 'closed'];
  let status = 'counting', pollMs = 1000, left = false, taking = false;

  function say(text, title = '') {
    if (said.textContent !== text) said.textContent = text;
    document.title = title ? `${title} · ${TITLE}` : TITLE;
  }

  function show(state) {
    status = state.status;
    pollMs = state.poll_ms;
    byId('waited').textContent = state.waited;
    byId('earned').textContent = state.earned;
    if (ENDED.includes(status)) {
      leave(main.dataset.back);
    } else if (status === 'asked') {
      question();
    } else if (status === 'ready') {
      wake();
    } else if (status === 'counting') {
      ask.hidden = true;
      say(gettext('You are waiting. The next HIT opens here by itself.'));
    }
  }

  function question() {
    const wasHidden = ask.hidden;
    ask.hidden = false;
    say(gettext('Are you still there? The clock has stopped.'), gettext('Are you still there?'));
    if (wasHidden) byId('here').focus();
  }

  function leave(url) {
    if (left) return;
    left = true;
    window.location.assign(url);
  }

  async function post(url, action = '', keepalive = false) {
    const body = new URLSearchParams({ csrf_token: byId('token').value, action });
    const response = await fetch(url, {
      method: 'POST', body, keepalive, cache: 'no-store', headers: { Accept: 'application/json' },
    });
    if (response.redirected || response.status === 400) leave(main.dataset.back);  // signed out
    if (!response.ok || response.redirected) throw new Error(response.status);
    return response.json();
  }

  async function beat(action = 'beat') {
    try {
      show(await post(main.dataset.beat, action));
    } catch {
      if (left) return;
      say(gettext('The crowd does not answer. Keep this page open: it tries again.'));
      ask.hidden = status !== 'asked';
    }
  }

  async function open() {
    if (taking || left) return;
    taking = true;
    try {
      const { url } = await post(main.dataset.take);
      if (url) {
        say(gettext('There is a HIT for you. It opens now.'), gettext('A HIT for you'));
        leave(url);
      }
    } catch {
      // The next poll tries again.
    }
    taking = false;
  }

  // A HIT is only taken for somebody who is there; for others it stays until they look.
  async function poll() {
    try {
      const response = await fetch(main.dataset.state, { cache: 'no-store' });
      if (response.redirected) leave(main.dataset.back);
      const { ready } = await response.json();
      const isHere = !document.hidden && status !== 'asked';
      take.hidden = !ready || isHere;
      if (ready && isHere) await open();
      else if (ready) document.title = `${gettext('A HIT for you')} · ${TITLE}`;
    } catch {
      // The next poll tries again.
    }
  }

  let wake = () => {};
  async function keepPolling() {
    while (!left) {
      await poll();
      const pause = document.hidden || status === 'asked' ? SLOW_POLL_MS : pollMs;
      await new Promise((resolve) => { wake = resolve; setTimeout(resolve, pause); });
    }
  }

  byId('here').addEventListener('click', () => {
    ask.hidden = true;
    said.focus();
    beat('confirm');
  });
  document.addEventListener('visibilitychange', () => {
    if (left) return;
    beat(document.hidden ? 'pause' : 'beat');
    wake();
  });
  window.addEventListener('pagehide', () => {
    if (left) return;
    left = true;
    post(main.dataset.beat, 'pause', true).catch(() => {});
  });
  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });

  setInterval(() => { if (!left && !document.hidden && status !== 'asked') beat(); }, BEAT_MS);
  beat(document.hidden ? 'pause' : 'beat');
  keepPolling();
})();
