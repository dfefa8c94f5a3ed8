// Checks all boxes of a list at once.
(() => {
  const all = document.getElementById('choose-all');
  if (!all) return;
  const box = all.querySelector('input');
  const boxes = [...all.closest('form').querySelectorAll('input[type=checkbox][name]')];
  const show = () => {
    const chosen = boxes.filter((choice) => choice.checked).length;
    box.checked = chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  box.addEventListener('change', () => {
    for (const choice of boxes) choice.checked = box.checked;
  });
  for (const choice of boxes) choice.addEventListener('change', show);
  window.addEventListener('pageshow', show);
})();

// Loads a picture that a worker's answer names after a click on its link. Without this script the
// click opens the picture. Afterwards the link behaves like those around pictures of the input.
(() => {
  const links = document.querySelectorAll('a[data-picture]');
  const show = (link) => {
    const image = new Image();
    image.referrerPolicy = 'no-referrer';
    image.alt = link.dataset.picture;
    image.src = link.href;
    delete link.dataset.picture;
    link.replaceChildren(image);
  };
  for (const link of links) {
    link.addEventListener('click', (event) => {
      if (!('picture' in link.dataset) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(link);
    });
  }
  const all = document.getElementById('show-pictures');
  if (!all || links.length < 2) return;
  all.hidden = false;
  all.addEventListener('click', () => {
    for (const link of document.querySelectorAll('a[data-picture]')) show(link);
    all.hidden = true;
  });
})();

// Keyboard shortcuts: j and k move between answers, a and r press the buttons of the focused answer. They can be
// turned off, because speech input triggers single keys (WCAG 2.1.4).
(() => {
  const help = document.getElementById('keys');
  const answers = [...document.querySelectorAll('.answer')];
  if (!help || !answers.length) return;
  const [words, turn] = help.children;
  const kept = 'local_crowd_keys';
  let on = true;
  try {
    on = localStorage.getItem(kept) !== 'off';
  } catch { /* storage is disabled */ }
  const show = () => {
    words.hidden = !on;
    turn.textContent = on ? 'Turn keyboard shortcuts off' : 'Turn keyboard shortcuts on';
  };
  const here = () => answers.indexOf(document.activeElement?.closest('.answer'));
  const go = (step) => {
    const at = here();
    const next = answers[at < 0 ? 0 : at + step];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: 'nearest' });
  };
  help.hidden = false;
  show();
  turn.addEventListener('click', () => {
    on = !on;
    try {
      localStorage.setItem(kept, on ? 'on' : 'off');
    } catch { /* the choice lasts for this page only */ }
    show();
  });
  document.addEventListener('keydown', (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest('input, textarea, select, iframe, [contenteditable]')) return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if ((event.key === 'a' || event.key === 'r') && !event.repeat) {
      const answer = answers[here()] ?? (answers.length === 1 ? answers[0] : null);
      const button = answer?.querySelector(`button[data-key=${event.key}]`);
      if (button) button.click();
      else if (!answer) go(1);
    }
  });
})();
