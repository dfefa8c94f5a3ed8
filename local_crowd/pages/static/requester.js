// Chooses every box of a list at once; without it each can be chosen by itself.
(() => {
  const all = document.getElementById('choose-all');
  if (!all) return;
  const box = all.querySelector('input');
  const boxes = [...all.closest('form').querySelectorAll('input[type=checkbox][name]')];
  const show = () => {
    const chosen = boxes.filter((one) => one.checked).length;
    box.checked = chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  box.addEventListener('change', () => {
    for (const one of boxes) one.checked = box.checked;
  });
  for (const one of boxes) one.addEventListener('change', show);
  window.addEventListener('pageshow', show);
})();
