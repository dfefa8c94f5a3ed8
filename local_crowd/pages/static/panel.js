// The end of a panel's visit: copies the code if there is one, and redirects to the panel after 15
// seconds.
(() => {
  const byId = (id) => document.getElementById(id);
  const code = byId('code'), back = byId('back');
  if (!back) return;

  if (code) {
    const copy = byId('copy');
    copy.hidden = false;
    copy.addEventListener('click', async () => {
      code.select();
      try {
        await navigator.clipboard.writeText(code.value);
      } catch {  // navigator.clipboard needs https
        document.execCommand('copy');
      }
      byId('copied').textContent = gettext('The code is copied.');
      stop();
    });
  }

  // No redirect for participants who can wait here, or came back to this page, perhaps to see the code.
  const [visit] = performance.getEntriesByType('navigation');
  const stays = 'stays' in byId('leaving').dataset || (visit && visit.type !== 'navigate');
  let seconds = stays ? 0 : 15, ticking;
  function stop() {
    clearInterval(ticking);
    byId('leaving').hidden = true;
  }
  if (!seconds) return;
  byId('leaving').hidden = false;
  byId('stay').addEventListener('click', stop);
  ticking = setInterval(() => {
    byId('seconds').textContent = --seconds;
    if (!seconds) {
      stop();
      window.location.assign(back.href);
    }
  }, 1000);
})();
