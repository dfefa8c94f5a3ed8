// Shows one question at a time, with Back and Next, and posts all answers together: the answers, the seconds spent on
// each question, and the worker's feedback. What the worker enters is saved in the browser until it is submitted.
(function () {
  const byId = (id) => document.getElementById(id);
  const address = new URLSearchParams(window.location.search);
  const topic = address.get('topic') || 'buses';
  const key = 'survey ' + (address.get('assignmentId') || '');
  const state = load() || { step: -1, answers: {}, seconds: {}, feedback: '' };
  let since = null; // when the current question was shown, in milliseconds

  // Another site's settings may forbid the browser's storage; the survey works without.
  function load() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (error) {
      return null;
    }
  }

  function save() {
    try {
      localStorage.setItem(key, JSON.stringify(state));
    } catch (error) {
      // Nothing is saved, so a reload begins again.
    }
  }

  // Adds the time since the question was shown, or since the page became visible.
  function stopClock() {
    const question = QUESTIONS[state.step];
    if (since !== null && question) {
      const seconds = (state.seconds[question.name] || 0) + (performance.now() - since) / 1000;
      state.seconds[question.name] = Math.round(seconds * 10) / 10;
    }
    since = null;
  }

  function startClock() {
    since = document.hidden ? null : performance.now();
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function makeField(question) {
    const answer = state.answers[question.name] || '';
    if (!question.options) {
      const type = question.number ? 'number' : 'text';
      const field = element('input', { type, id: 'field', value: answer });
      field.setAttribute('aria-describedby', 'problem');
      return [element('label', { className: 'question', htmlFor: 'field' }, fill(question.text)), field];
    }
    const options = question.options.map((value) => {
      const radio = element('input', { type: 'radio', name: 'field', value, checked: value === answer });
      return element('label', { className: 'option' }, radio, ' ' + value);
    });
    return [element('fieldset', {}, element('legend', {}, fill(question.text)), ...options)];
  }

  function fill(text) {
    return text.replace(/\{topic\}/g, topic);
  }

  function readField(question) {
    const field = question.options ? document.querySelector('[name="field"]:checked') : byId('field');
    return field ? field.value.trim() : '';
  }

  function findProblem(question, answer) {
    if (!answer) return question.options ? 'Please choose one.' : 'Please answer this question.';
    if (question.number) {
      const [low, high] = question.number;
      if (!(Number(answer) >= low && Number(answer) <= high)) {
        return 'Please enter a number from ' + low + ' to ' + high + '.';
      }
    }
    return question.problem ? question.problem(answer) : '';
  }

  function show() {
    const question = QUESTIONS[state.step], started = state.step >= 0, last = started && !question;
    byId('instructions').open = !started;
    byId('start').hidden = started;
    byId('part').hidden = !question;
    byId('last').hidden = !last;
    byId('submit-btn').hidden = !last;
    byId('problem').textContent = '';
    if (question) {
      byId('progress').textContent = 'Question ' + (state.step + 1) + ' of ' + QUESTIONS.length;
      byId('bar').max = QUESTIONS.length;
      byId('bar').value = state.step;
      byId('question').replaceChildren(...makeField(question));
      byId('back').disabled = state.step === 0;
      byId('question').querySelector('input').focus();
      startClock();
    } else if (last) {
      byId('feedback').value = state.feedback;
      byId('feedback').focus();
    }
  }

  function keep() {
    const question = QUESTIONS[state.step];
    if (question) state.answers[question.name] = readField(question);
    state.feedback = byId('feedback').value;
    save();
  }

  function move(by) {
    stopClock();
    keep();
    state.step += by;
    save();
    show();
  }

  function next() {
    const question = QUESTIONS[state.step];
    const problem = findProblem(question, readField(question));
    byId('problem').textContent = problem;
    if (problem) byId('question').querySelector('input').focus(); else move(1);
  }

  byId('topic').textContent = topic;
  byId('number').textContent = QUESTIONS.length;
  byId('start').addEventListener('click', () => move(1));
  byId('next').addEventListener('click', next);
  byId('back').addEventListener('click', () => move(-1));
  byId('again').addEventListener('click', () => move(-1));
  byId('question').addEventListener('keydown', (event) => { if (event.key === 'Enter') next(); });
  document.addEventListener('input', keep);
  document.addEventListener('visibilitychange', () => {
    stopClock();
    save();
    startClock();
  });
  byId('submit-btn').addEventListener('click', () => {
    keep();
    const { answers, seconds, feedback } = state;
    simpleamt.setOutput({ topic, answers, seconds, feedback: feedback.trim() });
  });

  // A worker who only looks at the HIT sees the instructions.
  byId('start').disabled = simpleamt.isPreview();
  if (simpleamt.isPreview()) return;
  simpleamt.setupSubmit();
  show();
})();
