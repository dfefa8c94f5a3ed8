// Enforces the constraints of a QuestionForm, and says what is missing.
(() => {
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

  // Returns what is wrong with the text of a field, or ''.
  function textFault(field, optional) {
    const rules = JSON.parse(field.dataset.rules), text = field.value, length = [...text].length;
    if (!text && field.required) return gettext('Please answer this question.');
    if (text && rules.numeric) {
      const number = Number(text);
      if (!NUMBER.test(text.trim())) return gettext('Please enter a number.');
      if (rules.min !== null && number < rules.min) return gettext('The smallest number allowed is %(least)s.', { least: rules.min });
      if (rules.max !== null && number > rules.max) return gettext('The largest number allowed is %(most)s.', { most: rules.max });
    }
    if (text && rules.minLength && length < rules.minLength) {
      return gettext('Please enter at least %(least)s characters; you entered %(length)s.', { least: rules.minLength, length });
    }
    if (rules.maxLength && length > rules.maxLength) {
      return gettext('At most %(most)s characters are allowed; you entered %(length)s.', { most: rules.maxLength, length });
    }
    // As on Amazon's site, the pattern decides whether an empty text is valid.
    const broken = text || !optional ? rules.patterns.find((pattern) => !matches(pattern, text)) : null;
    return broken ? broken.error : '';
  }

  function matches(pattern, text) {
    try {
      return new RegExp(pattern.regex, pattern.flags).test(text);
    } catch {
      return true;  // the pattern is invalid, which is not the worker's fault
    }
  }

  function choiceFault(question) {
    const choices = question.querySelector('.choices'), select = question.querySelector('select');
    if (!choices && !select) return '';
    const rules = (choices || select).dataset;
    const required = choices ? 'required' in rules : question.querySelector('legend .required');
    const other = question.querySelector('.other [data-rules]');
    const picked = choices ? choices.querySelectorAll(':checked').length : Number(select.value !== '');
    const count = picked + Number(Boolean(other && other.value));
    const least = required ? Math.max(1, Number(rules.min)) : Number(rules.min);
    if (!count && required) return gettext('Please answer this question.');
    if (count && count < least) return gettext('Please choose at least %(least)s.', { least });
    if (rules.max && picked > Number(rules.max)) return gettext('Please choose at most %(most)s.', { most: rules.max });
    return '';
  }

  // Shows what is wrong with a question. Returns the field to focus, or null.
  function check(question) {
    const texts = [...question.querySelectorAll('[data-rules]')];
    let wrong = null, fault = choiceFault(question);
    if (fault) wrong = question.querySelector('input, select');
    for (const field of texts) {
      const own = textFault(field, Boolean(field.closest('.other')));
      if (own && !wrong) [wrong, fault] = [field, own];
    }
    for (const field of question.querySelectorAll('input, select, textarea')) {
      if (field === wrong || (wrong && field.name === wrong.name)) field.setAttribute('aria-invalid', 'true');
      else field.removeAttribute('aria-invalid');
    }
    question.classList.toggle('wrong', Boolean(wrong));
    question.querySelector('.fault').textContent = fault;
    return wrong;
  }

  function setUp(form) {
    const questions = [...form.querySelectorAll('.question')], problems = form.querySelector('.problems');
    let sent = false;
    form.noValidate = true;
    // Without maxlength, text that is too long gets a message instead of being cut off.
    for (const field of form.querySelectorAll('[maxlength]')) field.removeAttribute('maxlength');
    for (const button of form.querySelectorAll('[data-clears]')) {
      const question = document.getElementById(button.dataset.clears);
      question.addEventListener('change', () => {
        button.hidden = !question.querySelector(':checked');
      });
      button.addEventListener('click', () => {
        for (const field of question.querySelectorAll(':checked')) field.checked = false;
        button.hidden = true;
        question.querySelector('input').focus();
      });
    }
    for (const question of questions) {
      question.addEventListener('input', () => {
        if (question.classList.contains('wrong')) check(question);
      });
    }
    form.addEventListener('submit', (event) => {
      const wrong = questions.map(check).filter(Boolean);
      if (wrong.length || sent) event.preventDefault();
      if (problems) {
        problems.textContent = wrong.length ? ngettext(
          'One answer is missing or not valid. Nothing was sent yet.',
          '%(count)s answers are missing or not valid. Nothing was sent yet.',
          wrong.length, { count: wrong.length }) : '';
      }
      if (wrong.length) wrong[0].focus();
      else sent = true;
    });
    // The worker came back from the next page.
    window.addEventListener('pageshow', (event) => { if (event.persisted) sent = false; });
    // The answer did not arrive; the page around the HIT will send it again (keep.js).
    window.addEventListener('unsent', () => { sent = false; });
  }

  for (const form of document.querySelectorAll('form.question_form')) setUp(form);
})();
