// Replaces Amazon's Crowd HTML Elements: the common ones, with the answers that Amazon documents.
// These files are served as one script, within one function.
if (customElements.get('crowd-form')) return;

const parameters = new URLSearchParams(window.location.search);
const isPreview = parameters.get('assignmentId') === 'ASSIGNMENT_ID_NOT_AVAILABLE';

const STYLE = `
  *, ::before, ::after { box-sizing: border-box }
  [hidden] { display: none !important }
  :host { display: block; overflow-wrap: break-word }
  :host([hidden]) { display: none }
  :focus-visible, :host(:focus-visible) { outline: 3px solid #b45f00; outline-offset: 2px }
  label { display: block }
  .label { font-weight: 600 }
  input:not([type=checkbox], [type=radio], [type=range]), textarea { display: block; width: 100%; min-height: 2.75rem; padding: .55rem .7rem; border: 1px solid #66717f; border-radius: .4rem; background: #fff; color: inherit; font: inherit }
  textarea { resize: vertical }
  :is(input:not([type=range]), textarea)[aria-invalid=true] { border-color: #a3161a; box-shadow: 0 0 0 1px #a3161a }
  :disabled { cursor: not-allowed; opacity: .65 }
  button, .button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.75rem; padding: .5rem 1.2rem; border: 1px solid #0a5499; border-radius: .4rem; background: #fff; color: #0a5499; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
  button:hover:enabled, .button:hover { background: #e8f1fa }
  .primary { background: #0a5499; color: #fff }
  .primary:hover:enabled, a.primary:hover { background: #073e73 }
  .link { min-height: 2.2rem; padding: .2rem 0; border: 0; background: none; font-weight: 500; text-decoration: underline }
  h2, h3 { margin: 0 0 .5rem; line-height: 1.25 }
  h2 { font-size: 1.25rem }
  h3 { font-size: 1.05rem }
  .fault { margin: .35rem 0 0; color: #a3161a; font-weight: 600 }
  .fault:empty { display: none }
  .choice { display: flex; align-items: center; gap: .65rem; min-height: 2.75rem; padding: .3rem .5rem; border-radius: .4rem; overflow-wrap: anywhere; cursor: pointer }
  .choice:hover { background: #e8f1fa }
  .choice input { flex: none; width: 1.2rem; height: 1.2rem; margin: 0; accent-color: #0a5499 }
  dialog { width: min(44rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); padding: 1.25rem; border: 0; border-radius: .6rem; color: inherit; box-shadow: 0 1rem 3rem #0006 }
  dialog::backdrop { background: #1d273380 }
  section { margin-bottom: 1rem }
`;

// Creates an element: make('p', { class: 'x' }, 'text', child). Attributes that are null are omitted.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(element, name, value);
  element.append(...children);
  return element;
}

// Sets an attribute; null and false remove it, true makes it empty.
function put(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
}

// Returns whether a Boolean attribute is set and not "false", which Amazon's own samples use.
function isOn(element, name) {
  return element.hasAttribute(name) && element.getAttribute(name) !== 'false';
}

// Assigns each child of `host` to the slot of its tag, also those that are not parsed yet.
function watchRegions(host, tags, changed = () => {}) {
  const sort = () => {
    for (const child of host.children) {
      if (tags.includes(child.localName)) child.slot = child.localName;
    }
    changed();
  };
  sort();
  new MutationObserver(sort).observe(host, { childList: true });
}

function hasRegion(host, tag) {
  return Array.from(host.children).some((child) => child.localName === tag);
}

// Elements that submit their own answer when they are in no form.
const OWN_FORMS = ['entity-annotation', 'bounding-box', 'keypoint', 'polygon', 'line', 'polyline',
  'instance-segmentation', 'semantic-segmentation'].map((tag) => 'crowd-' + tag).join(', ');

// Returns the form that submits a field, or the element that is its own form, or null.
function handedInBy(field) {
  const named = document.getElementById(field.getAttribute('crowd-form-element-id') || '');
  const around = field.parentElement && field.parentElement.closest('form, crowd-form');
  return named || around || field.closest(OWN_FORMS) || pageForm;
}

let pageForm = null;  // the form of a page that brings none; see crowd_form.js

// Parses JSON as Amazon's samples write it: also with single quotes, keys and URLs without quotes, trailing
// commas and comments. Returns null when invalid. A single quote ends a text only before the next one.
function looseJson(text) {
  const TOKEN = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.|'(?!\s*[,\]}:]))*)'|([A-Za-z_]\w*)(?=\s*:(?!\/\/))|(https?:\/\/[^\s"',}\]]+)|\/\/[^\n]*|,(?=\s*[\]}])/gs;
  const json = (text || '').replace(TOKEN, (whole, single, member, url) => {
    if (single !== undefined) return JSON.stringify(single.replace(/\\(.)/gs, '$1'));
    if (member !== undefined || url !== undefined) return JSON.stringify(member || url);
    return whole.startsWith('"') ? whole : '';
  });
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

// Parses a list in the same way; returns null when it is none.
function listOf(text) {
  const list = looseJson(text);
  return Array.isArray(list) ? list : null;
}

function dialogWith(heading, ...content) {
  const close = make('button', { type: 'button' }, gettext('Close'));
  const title = make('h2', { id: 'title' }, heading);
  const dialog = make('dialog', { 'aria-labelledby': 'title' }, title, ...content, close);
  close.addEventListener('click', () => dialog.close());
  return dialog;
}

const LISTS = ['categories', 'labels'];
const SWITCHES = ['checked', 'disabled', 'editable', 'invalid', 'loading', 'required'];

// An element with its own shadow root. A subclass builds it once, and updates it when one of its
// attributes changes.
class CrowdElement extends HTMLElement {
  static delegatesFocus = true;

  // Makes a property of each attribute, because Amazon's samples set them: element.labels = ['Cat'].
  static reflect() {
    if (Object.hasOwn(this, 'reflected')) return;
    this.reflected = new Set();
    for (const name of this.observedAttributes || []) {
      const property = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
      if (property in this.prototype) continue;
      this.reflected.add(property);
      Object.defineProperty(this.prototype, property, {
        get() {
          if (SWITCHES.includes(name)) return isOn(this, name);
          const value = this.getAttribute(name);
          return LISTS.includes(name) ? listOf(value) || [] : value;
        },
        set(value) {
          const isObject = typeof value === 'object' && value !== null;
          put(this, name, isObject ? JSON.stringify(value) : value);
        },
      });
    }
  }

  constructor() {
    super();
    this.constructor.reflect();
    // Properties that the page set before the element was defined.
    const given = Object.entries(this);
    for (const [property] of given) delete this[property];
    this.given = given;
  }

  connectedCallback() {
    if (this.shadowRoot) return;
    const isReflected = ([property]) => this.constructor.reflected.has(property);
    for (const [property, value] of this.given.filter(isReflected)) this[property] = value;
    const { delegatesFocus } = this.constructor;
    this.attachShadow({ mode: 'open', delegatesFocus }).append(make('style', {}, STYLE));
    this.shadowRoot.append(...this.build());
    this.update();
    for (const [property, value] of this.given.filter((entry) => !isReflected(entry))) this[property] = value;
  }

  attributeChangedCallback(name, before, now) {
    if (this.shadowRoot && before !== now) this.update(name);
  }

  update() {}
}

// An element that a worker answers: collect() returns its part of the answer (undefined: none),
// fault() what is wrong with it. keep.js saves the property draftValue of elements that have it:
// what the worker entered (undefined: nothing).
class CrowdField extends CrowdElement {
  problem = make('p', { class: 'fault', id: 'fault', role: 'alert' });

  get name() { return this.getAttribute('name') || ''; }
  set name(name) { this.setAttribute('name', name); }

  // Returns a sentence that says why this element cannot work, or '' if it can.
  get defect() {
    return this.name && this.collect && !handedInBy(this)
      ? gettext('The <%(tag)s> "%(name)s" is outside of any form.', { tag: this.localName, name: this.name }) : '';
  }

  // The control that is focused and marked as invalid.
  get control() { return this; }

  fault() { return ''; }

  check() {
    const fault = this.fault();
    this.problem.textContent = fault;
    put(this.control, 'aria-invalid', fault ? 'true' : null);
    return !fault;
  }

  changed(type = 'change') {
    if (this.problem.textContent) this.check();
    if (type) this.dispatchEvent(new Event(type, { bubbles: true }));
  }

  // The accessible name of a control without its own label.
  spokenName() {
    return this.getAttribute('aria-label') || this.getAttribute('label')
      || this.getAttribute('placeholder') || this.name;
  }
}
