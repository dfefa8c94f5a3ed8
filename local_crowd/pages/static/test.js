// The clock of a qualification test: it warns a minute before the end, and ends the test in time.
(() => {
  const byId = (id) => document.getElementById(id);
  const clock = byId('clock'), said = byId('said'), form = byId('test');
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
      say('The time is over. This test can no longer be handed in.');
    } else if (seconds <= 60) {
      say('Less than a minute left. Hand in what you have.');
    }
  }

  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });
  const ticking = setInterval(tick, 1000);
  tick();
})();
