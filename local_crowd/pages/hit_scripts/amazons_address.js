// Runs before a page's own scripts: forms that go to Amazon's address, to a path on this server, or
// have no action, go to this crowd, with the assignment's id.
(submitUrl) => {
  const AMAZONS = /^\s*(?:https?:)?\/\/(?:(?:www|worker|workersandbox)\.)?mturk\.com(?::\d+)?\/mturk\/externalSubmit(?![\w\/.-])/i;
  const ours = (address) => String(address).replace(AMAZONS, () => submitUrl);

  function mend(element, attribute) {
    const address = element && element.getAttribute(attribute);
    if (address && AMAZONS.test(address)) element.setAttribute(attribute, ours(address));
  }

  // Returns whether an action names another site, or may do so because the page has a base URL.
  const isElsewhere = (action) => !['', '#'].includes(action)
    && (/^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(action) || document.querySelector('base[href]'));

  // Returns whether another form is known to submit the answer, so that this one has some other purpose.
  function isOther(form) {
    const answers = Array.from(document.forms).filter((it) => ['mturk_form', 'results-form'].includes(it.id)
      || it.getAttribute('name') === 'mturk_form' || (it.getAttribute('action') || '').startsWith(submitUrl));
    return answers.length > 0 && !answers.includes(form);
  }

  // <crowd-form> submits its fields by itself.
  function mendForm(form) {
    if (!(form instanceof HTMLFormElement)) return;
    mend(form, 'action');
    const elsewhere = isElsewhere((form.getAttribute('action') || '').trim());
    const dialog = (form.getAttribute('method') || '').toLowerCase() === 'dialog';
    if (!elsewhere && !dialog && !isOther(form) && !document.querySelector('crowd-form')) form.setAttribute('action', submitUrl);
  }

  // Before and after the page's own handlers, any of which may set the address or stop the event.
  for (const early of [true, false]) {
    window.addEventListener('submit', (event) => {
      mendForm(event.target);
      mend(event.submitter, 'formaction');
    }, early);
  }

  // form.submit(), called by a script, raises no event.
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    mendForm(this);
    submit.call(this);
  };

  const action = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'action');
  Object.defineProperty(HTMLFormElement.prototype, 'action', {
    ...action, set(address) { action.set.call(this, ours(address)); },
  });

  // Returns whether a form or one of its buttons submits to this crowd, and that address has no id.
  function needsId(form) {
    const buttons = document.querySelectorAll('[formaction]');
    const addresses = [form.getAttribute('action'), ...Array.from(buttons, (button) =>
      button.form === form ? button.getAttribute('formaction') : null)];
    return addresses.some((address) => {
      if (!address || !address.trim()) return false;
      try {
        const url = new URL(ours(address), document.baseURI);
        return url.origin + url.pathname === submitUrl && !url.searchParams.get('assignmentId');
      } catch {
        return false;
      }
    });
  }

  // Raised for every way to submit a form, and by new FormData(form). The page stays as it is.
  window.addEventListener('formdata', (event) => {
    const assignment = new URLSearchParams(window.location.search).get('assignmentId');
    const given = event.formData.getAll('assignmentId').some((id) => String(id).trim());
    if (assignment && !given && needsId(event.target)) event.formData.set('assignmentId', assignment);
  });
}
