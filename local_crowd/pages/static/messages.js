// Counts messages as read once the page with them is in view, in place of the button.
(() => {
  const form = document.getElementById('read');
  if (!form) return;

  async function send() {
    if (document.hidden || form.hidden) return;
    form.hidden = true;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new FormData(form) });
      if (!answer.ok) throw new Error(answer.statusText);
      for (const badge of document.querySelectorAll('.site nav .unread')) badge.remove();
    } catch {
      form.hidden = false;
    }
  }

  document.addEventListener('visibilitychange', send);
  send();
})();
