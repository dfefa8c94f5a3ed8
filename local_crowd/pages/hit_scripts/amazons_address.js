// Runs before a page's own scripts: forms that they send to Amazon's address go to this crowd.
(submitUrl) => {
  const AMAZONS = /^\s*(?:https?:)?\/\/(?:(?:www|worker|workersandbox)\.)?mturk\.com(?::\d+)?\/mturk\/externalSubmit(?![\w\/.-])/i;
  const ours = (address) => String(address).replace(AMAZONS, () => submitUrl);

  function mend(element, attribute) {
    const address = element && element.getAttribute(attribute);
    if (address && AMAZONS.test(address)) element.setAttribute(attribute, ours(address));
  }

  // Before and after the page's own handlers, any of which may set the address or stop the event.
  for (const early of [true, false]) {
    window.addEventListener('submit', (event) => {
      mend(event.target, 'action');
      mend(event.submitter, 'formaction');
    }, early);
  }

  // form.submit(), called by a script, raises no event.
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    mend(this, 'action');
    submit.call(this);
  };

  const action = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'action');
  Object.defineProperty(HTMLFormElement.prototype, 'action', {
    ...action, set(address) { action.set.call(this, ours(address)); },
  });
}
