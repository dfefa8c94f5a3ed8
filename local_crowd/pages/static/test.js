// The timer of a qualification test, which ends the test. A submission that does not reach the crowd
// keeps the page and its answers.
(() => {
  const byId = (id) => document.getElementById(id);
  const clock = byId('clock'), said = byId('said'), form = byId('test');
  const TIMEOUT_MS = 30_000;
  const end = Date.now() + 1000 * Number(form.dataset.secondsLeft);

  function say(text) {
    if (said.textContent !== text) said.textContent = text;
    said.hidden = false;
  }

  function written(seconds) {
    const two = (number) => String(number).padStart(2, '0');
    const hours = Math.floor(seconds / 3600);
    return (hours ? hours + ':' : '') + two(Math.floor(seconds / 60) % 60) + ':' + two(seconds % 60);
  }

  function tick() {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = written(seconds);
    clock.classList.toggle('soon', seconds <= 60);
    if (!seconds) {
      clearInterval(ticking);
      form.querySelector(':scope > button').disabled = true;
      say(gettext('The time is over. This test can no longer be submitted.'));
    } else if (seconds <= 60) {
      say(gettext('Less than a minute left. Submit what you have.'));
    }
  }

  let isChanged = false;
  form.addEventListener('input', () => { isChanged = true; });
  window.addEventListener('beforeunload', (event) => {
    if (isChanged && Date.now() < end) event.preventDefault();
  });

  function allowAgain() {
    say(gettext('Your answers could not reach the crowd. They are still on this page: do not leave it, and submit again.'));
    window.dispatchEvent(new Event('unsent'));  // question_form.js enables Submit again
  }

  // Runs after question_form.js, which cancels incomplete submissions.
  form.addEventListener('submit', async (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const lines = (text) => text.replace(/\r\n?|\n/g, '\r\n');  // as browsers send forms
    const fields = Array.from(new FormData(form), ([name, value]) => [name, lines(value)]);
    let response;
    try {
      response = await fetch(form.action, {
        method: 'POST', body: new URLSearchParams(fields), redirect: 'manual',
        signal: AbortSignal.timeout ? AbortSignal.timeout(TIMEOUT_MS) : undefined,
      });
    } catch {
      allowAgain();
      return;
    }
    if (response.status >= 500) {
      allowAgain();
      return;
    }
    isChanged = false;
    if (response.type === 'opaqueredirect') window.location.assign(form.dataset.after);
    else form.submit();  // refused: a normal submission shows the reason
  });

  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });
  const ticking = setInterval(tick, 1000);
  tick();
})();
