// Replaces Amazon's script of this name: the same functions, for pages that call them.

// Returns a parameter of the page's URL without decoding it.
function turkGetParam(name, defaultValue) {
  const query = window.location.search.slice(1).split('&');
  const parameter = query.find((part) => part.split('=')[0] === name && part.includes('='));
  return parameter === undefined ? defaultValue : parameter.slice(name.length + 1);
}

// Returns the URL that answers are posted to, without a slash at the end.
function turkGetSubmitToHost() {
  const site = decode(turkGetParam('turkSubmitTo', ''));
  return /^https?:\/\//i.test(site) ? site.replace(/\/+$/, '') : 'https://www.mturk.com';
}

function decode(text) {
  try {
    return decodeURIComponent(String(text).replace(/\+/g, ' '));
  } catch {
    return String(text);
  }
}

// Puts the assignment's id and the URL into the form. In a preview the button says what to do.
function turkSetAssignmentID(formId, buttonId) {
  const form = document.getElementById(formId || 'mturk_form');
  const button = document.getElementById(buttonId || 'submitButton');
  const assignmentId = decode(turkGetParam('assignmentId', ''));
  let field = document.getElementById('assignmentId');
  if (!field && form) {
    field = document.createElement('input');
    field.type = 'hidden';
    field.name = field.id = 'assignmentId';
    form.append(field);
  }
  if (field) field.value = assignmentId;
  if (button && assignmentId === 'ASSIGNMENT_ID_NOT_AVAILABLE') {
    const text = 'Accept the HIT before you submit';
    button.disabled = true;
    if (button.tagName === 'INPUT') button.value = text; else button.textContent = text;
  }
  if (form) form.setAttribute('action', turkGetSubmitToHost() + '/mturk/externalSubmit');
}
