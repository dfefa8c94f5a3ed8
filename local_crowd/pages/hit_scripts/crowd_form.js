// <crowd-form>: collects the answers of all elements in it, and posts them once. Fields of a plain
// <form> in it are submitted too.

const OWN_SUBMITS = 'crowd-button[form-action=submit], crowd-button[type=submit]';
const SUBMITS = OWN_SUBMITS + ', button[type=submit], input[type=submit]';
const RESETS = 'crowd-button[form-action=reset], button[type=reset], input[type=reset]';
const NATIVE = 'input, select, textarea';
const NO_ANSWER = ['submit', 'button', 'reset', 'image', 'file'];

document.head.append(make('style', {}, `
  :where(html) { color: #1d2733; font-family: system-ui, sans-serif; line-height: 1.5 }
  crowd-form > .crowd-form-submit { margin-top: 1.25rem }
  crowd-form, short-instructions, full-instructions, classification-target { display: block }
  :where(short-instructions, full-instructions) > :where(:first-child) { margin-top: 0 }
  crowd-form > .crowd-form-message { margin: .75rem 0; font-weight: 600; color: #a3161a; white-space: pre-wrap; overflow-wrap: anywhere }
  crowd-form > .crowd-form-message:empty { display: none }
`));

// Runs `action` when the children of the element being parsed exist.
function whenParsed(action) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', action);
  else queueMicrotask(action);
}

// Adds a field to the answer. Checkboxes of one name are one object, texts of one name a list.
function add(answer, name, value) {
  if (value === undefined) return;
  const before = answer.get(name);
  const isObject = (it) => typeof it === 'object' && !Array.isArray(it);
  if (before === undefined) answer.set(name, value);
  else if (isObject(before) && isObject(value)) answer.set(name, { ...before, ...value });
  else answer.set(name, [].concat(before, value));
}

// Returns the values of HTML's own fields in the format of Amazon's elements.
function nativeValue(field) {
  if (field.disabled || NO_ANSWER.includes(field.type)) return undefined;
  if (field.type === 'checkbox' || field.type === 'radio') return { [field.value]: field.checked };
  if (field.type === 'select-multiple') return Array.from(field.selectedOptions, (option) => option.value);
  return field.value;
}

// answer-format="flatten-objects": a field for each member, {"a": {"b": true}} as a.b=true.
function flattened(answer) {
  const fields = [];
  for (const [name, value] of answer) {
    if (typeof value !== 'object') fields.push([name, String(value)]);
    else if (Array.isArray(value)) fields.push([name, JSON.stringify(value)]);
    else {
      for (const [key, inner] of Object.entries(value)) {
        fields.push([name + '.' + key, typeof inner === 'object' ? JSON.stringify(inner) : String(inner)]);
      }
    }
  }
  return fields;
}

// Shows an element that is in a tab that is not selected, or in a closed window.
function reveal(element) {
  for (let around = element.parentNode; around; around = around.parentNode || around.host) {
    if (around.reveal) around.reveal(element);
  }
}

document.addEventListener('invalid', (event) => reveal(event.target), true);

// Returns the value of a field, of Amazon's or of HTML or of an element of the page's own; undefined if
// it is none.
function valueOf(field) {
  if (field instanceof CrowdField) return field.collect ? field.collect() : undefined;
  if (field.matches(NATIVE)) return nativeValue(field);
  if (!field.localName.includes('-') || field.localName.startsWith('crowd-')) return undefined;
  return field._submittableValue === undefined ? field.value : field._submittableValue;
}

class CrowdForm extends HTMLElement {
  message = make('p', { class: 'crowd-form-message', role: 'alert' });
  sent = false;
  prevented = false;  // the last event `submit`

  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.addEventListener('click', (event) => this.clicked(event));
    // The worker came back from the next page: the answer may be sent again, and the crowd decides.
    window.addEventListener('pageshow', (event) => { if (event.persisted) this.sent = false; });
    // The answer did not arrive; the page around the HIT will send it again (keep.js).
    window.addEventListener('unsent', () => { this.sent = false; this.say(''); });
    whenParsed(() => this.complete());
  }

  complete() {
    if (!this.querySelector(OWN_SUBMITS)) {
      this.append(make('crowd-button', {
        'form-action': 'submit', variant: 'primary', class: 'crowd-form-submit',
      }, gettext('Submit')));
    }
    this.append(this.message);
    this.say(this.refusal());
    if (isPreview) for (const button of this.querySelectorAll(SUBMITS)) button.disabled = true;
  }

  // Pages add fields here, as Amazon's own samples do.
  get form() { return this.more || this; }

  // Returns all questions in the form; for the form of an element (`owner`), that element too.
  elements() {
    const outer = this.owner ? [this.owner, ...this.owner.querySelectorAll('*')] : [];
    return [...new Set([...outer, ...this.querySelectorAll('*')])];
  }

  say(text) { this.message.textContent = text; }

  // Returns why nothing can be submitted, or ''.
  refusal() {
    return isPreview ? gettext('This is a preview. Accept the HIT to submit.') : '';
  }

  clicked(event) {
    const button = event.target.closest(SUBMITS + ', ' + RESETS);
    if (!button || button.disabled || event.defaultPrevented || button.form) return;
    event.preventDefault();
    if (button.matches(RESETS)) this.reset(); else this.submit(button);
  }

  reset() {
    for (const field of this.elements()) {
      if (field instanceof CrowdField) {
        if (field.reset) field.reset();
      } else if (field.matches('select')) {
        for (const option of field.options) option.selected = option.defaultSelected;
      } else if (field.matches(NATIVE)) {
        field.value = field.defaultValue;
        field.checked = field.defaultChecked;
      }
    }
  }

  // Returns whether every question is answered; if not, marks them and focuses the first.
  isComplete() {
    const wrong = this.elements().filter((field) => field instanceof CrowdField
      ? !field.check() : field.matches(NATIVE) && field.willValidate && !field.validity.valid);
    if (!wrong.length) return true;
    this.say(ngettext('One answer is missing or not valid. Nothing was sent yet.',
      '%(count)s answers are missing or not valid. Nothing was sent yet.', wrong.length, { count: wrong.length }));
    reveal(wrong[0]);
    wrong[0].focus();
    if (wrong[0].reportValidity) wrong[0].reportValidity();
    return false;
  }

  // Also called by pages. Unlike HTML's form.submit(), it raises the event first, because that is
  // where such pages complete their answers.
  submit(submitter = null) {
    if (this.sent) return;
    this.say(this.refusal());
    if (this.refusal() || !this.isComplete()) return;
    if (!submitter && this.isContinued()) {
      this.post();
      return;
    }
    const event = new Event('submit', { bubbles: true, cancelable: true, composed: true });
    event.submitter = submitter;
    this.prevented = !this.dispatchEvent(event);
    if (!this.prevented && !this.sent) this.post();
  }

  // Returns whether a handler that prevented the submission calls submit() itself, at once or later,
  // as after a request to a server. A click that calls it begins anew.
  isContinued() {
    const { event } = window;
    return event ? event.type === 'submit' && event.target === this : this.prevented;
  }

  requestSubmit(submitter) { this.submit(submitter); }

  // Fields without a name are not part of the answer, as on Amazon, unless there would be none.
  collect() {
    const nameOf = (field) => (field instanceof CrowdField ? field.name : field.getAttribute('name'));
    const answer = this.gather(nameOf);
    return answer.size ? answer : this.gather((field) => nameOf(field) || field.id || field.localName);
  }

  gather(nameOf) {
    const answer = new Map();
    for (const field of this.elements()) {
      const name = nameOf(field);
      if (field.isSpread) {
        for (const [member, value] of Object.entries(field.collect())) add(answer, member, value);
      } else if (name) add(answer, name, valueOf(field));
    }
    return answer;
  }

  post() {
    const answer = this.collect(), site = parameters.get('turkSubmitTo') || '';
    const fields = this.getAttribute('answer-format') === 'flatten-objects' ? flattened(answer)
      : [['taskAnswers', JSON.stringify([Object.fromEntries(answer)])]];
    if (!/^https?:\/\//i.test(site)) {
      this.say(gettext('Opened outside a crowd, so nothing was sent. The answer is:') + '\n'
        + fields.map((pair) => pair.join(' = ')).join('\n'));
      return;
    }
    const form = make('form', { method: 'post', hidden: true,
      action: site.replace(/\/+$/, '') + '/mturk/externalSubmit' });
    const all = [['assignmentId', parameters.get('assignmentId') || ''], ...fields];
    form.append(...all.map(([name, value]) => make('textarea', { name }, value)));
    document.body.append(form);
    this.sent = true;
    this.say(gettext('Sending your answer...'));
    HTMLFormElement.prototype.submit.call(form);
  }
}

customElements.define('crowd-form', CrowdForm);

// A page without any form: its fields are submitted all the same, with a button at the end.
whenParsed(() => {
  if (document.querySelector('form, crowd-form')) return;
  const fields = Array.from(document.querySelectorAll('*')).filter((field) => field instanceof CrowdField && field.collect);
  if (!fields.length || fields.some(handedInBy)) return;
  pageForm = make('crowd-form');
  pageForm.owner = document.body;
  document.body.append(pageForm);
});

// Returns the fields that a plain <form> submits, except those of a <crowd-form> in it.
function fieldsOf(form) {
  return Array.from(form.querySelectorAll('*')).filter(
    (field) => field instanceof CrowdField && field.name && field.collect && handedInBy(field) === form);
}

window.addEventListener('submit', (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  const wrong = fieldsOf(event.target).filter((field) => !field.check());
  if (!wrong.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  reveal(wrong[0]);
  wrong[0].focus();
}, true);

window.addEventListener('formdata', (event) => {
  const answer = new Map();
  for (const field of fieldsOf(event.target)) add(answer, field.name, field.collect());
  for (const [name, value] of flattened(answer)) event.formData.append(name, value);
}, true);

whenParsed(() => document.dispatchEvent(new Event('all-crowd-elements-ready')));
