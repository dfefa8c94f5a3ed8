// The page of a batch: keeps the rows' ids apart, says what is missing, and collects the answers.
(() => {
  const REFERENCES = ['for', 'list', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns'];
  const FIELDS = 'input:not([type=button], [type=submit], [type=reset], [type=image]), select, textarea';
  const byId = (id) => document.getElementById(id);
  const rows = Array.from(document.querySelectorAll('.task-row'));
  const submit = byId('submit-btn'), left = byId('left');
  let current = rows[0];

  // Names and radio groups are apart because each row has a form; ids get the row's number.
  function separateIds(part, prefix) {
    const owners = Array.from(part.querySelectorAll('[id]')), ids = owners.map((owner) => owner.id);
    const rename = (id) => (ids.includes(id) ? prefix + id : id);
    for (const owner of owners) owner.id = rename(owner.id);
    for (const name of REFERENCES) {
      for (const element of part.querySelectorAll('[' + name + ']')) {
        element.setAttribute(name, element.getAttribute(name).split(/\s+/).map(rename).join(' '));
      }
    }
    for (const link of part.querySelectorAll('a[href^="#"]')) link.hash = rename(link.hash.slice(1));
  }

  const isBox = (field) => field.type === 'checkbox' || field.type === 'radio';
  // Not form.elements, which a field named elements would replace.
  const fieldsOf = (row) => Array.from(row.querySelectorAll(FIELDS));
  const valueOf = (field) => ('json' in field.dataset ? JSON.parse(field.value) : field.value);

  function answerOf(row) {
    const answer = new Map();
    for (const field of fieldsOf(row)) {
      const { name, type } = field;
      if (!name) continue;
      if (type === 'checkbox' && !field.hasAttribute('value')) answer.set(name, field.checked);
      else if (type === 'checkbox') {
        const chosen = answer.get(name) || [];
        if (field.checked && !('none' in field.dataset)) chosen.push(valueOf(field));
        answer.set(name, chosen);
      } else if (type === 'select-multiple') {
        answer.set(name, Array.from(field.selectedOptions, (option) => option.value));
      } else if (field.value !== '' && (type !== 'radio' || field.checked)) {
        answer.set(name, type === 'number' || type === 'range' ? Number(field.value) : valueOf(field));
      }
    }
    return Object.fromEntries(answer);
  }

  // Of checkboxes with one name that are required, one has to be checked.
  function requireOne(row) {
    const boxes = fieldsOf(row).filter((field) => field.type === 'checkbox' && 'group' in field.dataset);
    for (const box of boxes) box.required = !boxes.some((other) => other.name === box.name && other.checked);
  }

  function invalidFields(row) {
    const fields = fieldsOf(row).filter((field) => field.willValidate && !field.validity.valid);
    return fields.filter((field, index) => !isBox(field) || fields.findIndex((other) => other.name === field.name) === index);
  }

  const groupOf = (field) => field.closest('.task-row fieldset');

  function nameOf(field) {
    const legend = groupOf(field) && groupOf(field).querySelector('legend');
    const label = field.labels[0], named = isBox(field) || field.hidden ? legend || label : label || legend;
    const text = named && Array.from(named.childNodes, (node) => (node.localName === 'kbd' ? '' : node.textContent)).join('');
    return field.getAttribute('aria-label') || (text || field.name).trim();
  }

  const describe = (field) => field.dataset.missing
    || (field.validity.valueMissing ? 'Still missing: ' + nameOf(field) : nameOf(field) + ': ' + field.validationMessage);

  // Says what is missing in a row; returns what to focus, or undefined if nothing is missing.
  function check(row) {
    const fields = invalidFields(row), problem = row.lastElementChild;
    problem.textContent = fields.map(describe).join('\n');
    row.classList.toggle('incomplete', fields.length > 0);
    for (const field of fieldsOf(row)) {
      if (!isBox(field)) field.setAttribute('aria-invalid', fields.includes(field));
    }
    const [field] = fields;
    if (!field || !field.hidden) return field;
    const usable = (groupOf(field) || row).querySelectorAll('button, [tabindex="0"], [contenteditable]');
    return Array.from(usable).find((element) => element.offsetParent) || row;
  }

  function addDescription(element, id) {
    const ids = (element.getAttribute('aria-describedby') || '').split(' ').filter(Boolean);
    if (!ids.includes(id)) element.setAttribute('aria-describedby', [...ids, id].join(' '));
  }

  // Of checkboxes with one name, the one for none of them excludes the others.
  function excludeNone(row, box) {
    if (!box.checked) return;
    for (const other of fieldsOf(row)) {
      if (other.name === box.name && ('none' in other.dataset) !== ('none' in box.dataset)) other.checked = false;
    }
  }

  function update(row) {
    requireOne(row);
    if (row.classList.contains('incomplete')) check(row);
    const open = rows.filter((one) => invalidFields(one).length).map((one) => rows.indexOf(one) + 1);
    left.textContent = rows.length === 1 ? '' : open.length ? 'Still to do: ' + open.join(', ') : 'All are done.';
  }

  function setCurrent(target) {
    const row = target instanceof Element && target.closest('.task-row');
    if (!row) return;
    current = row;
    for (const one of rows) one.classList.toggle('current', one === row && rows.length > 1);
  }

  // Returns the choices that the number keys make: those of the field in focus, else the row's first.
  function choicesOf(row, focused) {
    const all = Array.from(row.querySelectorAll('input[type=radio], input[type=checkbox], button[data-key]'));
    const first = all.includes(focused) ? focused : all[0];
    return all.filter((choice) => choice.name === first.name && !choice.matches(':disabled'));
  }

  function pressed(event) {
    const focused = document.activeElement;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (focused.matches('textarea, select, [contenteditable], input') && !isBox(focused)) return;
    const choice = choicesOf(current, focused)[event.key - 1];
    if (!choice) return;
    event.preventDefault();
    if (isBox(choice)) choice.focus();
    choice.click();
  }

  function addNumbers(row) {
    const counts = Object.create(null);
    for (const choice of row.querySelectorAll('.choice input, button[data-key]')) {
      counts[choice.name] = (counts[choice.name] || 0) + 1;
      if (counts[choice.name] > 9) continue;
      const key = document.createElement('kbd');
      key.textContent = counts[choice.name];
      key.setAttribute('aria-hidden', 'true');
      (choice.closest('.choice') || choice).append(key);
    }
  }

  document.addEventListener('error', ({ target }) => {
    if (target.localName !== 'img' || !target.closest('.task-row')) return;
    const note = Object.assign(document.createElement('p'), { className: 'problem' });
    note.textContent = 'This picture did not load: ' + target.src.slice(0, 200);
    target.replaceWith(note);
  }, true);

  rows.forEach((row, index) => {
    const template = row.querySelector('template'), part = document.importNode(template.content, true);
    separateIds(part, 'row-' + (index + 1) + '-');
    template.replaceWith(part);
  });
  for (const row of rows) {
    for (const box of row.querySelectorAll('[type=checkbox][required]')) box.dataset.group = '';
    row.dispatchEvent(new Event('row', { bubbles: true }));
    for (const field of fieldsOf(row)) addDescription(groupOf(field) || field, row.lastElementChild.id);
    addNumbers(row);
  }
  setCurrent(rows[0]);

  document.addEventListener('focusin', (event) => setCurrent(event.target));
  document.addEventListener('pointerdown', (event) => setCurrent(event.target));
  document.addEventListener('keydown', pressed);
  for (const type of ['input', 'change']) {
    document.addEventListener(type, ({ target }) => {
      const row = target.closest('.task-row');
      if (!row) return;
      if (type === 'input' && target.type === 'checkbox') excludeNone(row, target);
      update(row);
    });
  }
  // Enter in a field would submit its row.
  document.addEventListener('submit', (event) => { if (event.target.closest('.task-row')) event.preventDefault(); });

  if (simpleamt.isPreview()) return;
  simpleamt.setupSubmit();
  byId('work').disabled = false;
  submit.disabled = false;
  rows.forEach(update);
  submit.addEventListener('click', (event) => {
    const [first] = rows.map(check).filter(Boolean);
    if (first) {
      event.preventDefault();
      first.focus();
    } else {
      const answers = Object.fromEntries(rows.map((row) => [row.dataset.id, answerOf(row)]));
      simpleamt.setOutput({ rows: answers, comment: byId('comment').value.trim() });
    }
  });
})();
