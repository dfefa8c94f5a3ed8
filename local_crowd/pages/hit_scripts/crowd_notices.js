// <crowd-alert>, <crowd-modal>, <crowd-toast>

customElements.define('crowd-alert', class extends CrowdElement {
  static observedAttributes = ['type', 'dismissible'];
  static delegatesFocus = false;

  build() {
    this.button = make('button', { type: 'button', 'aria-label': gettext('Dismiss this message') }, '×');
    this.button.addEventListener('click', () => { this.hidden = true; });
    return [make('style', {}, `
      :host { margin: .75rem 0 }
      .message { display: flex; align-items: flex-start; gap: .75rem; padding: .75rem 1rem; border: 1px solid; border-left-width: .4rem; border-radius: .4rem; color: #1d2733 }
      .message > div { flex: 1; min-width: 0 }
      .info { border-color: #0a5499; background: #e8f1fa }
      .success { border-color: #1c6b3a; background: #e2f3e8 }
      .warning { border-color: #7a4b00; background: #fdf0d5 }
      .error { border-color: #a3161a; background: #fbe9e9 }
      button { flex: none; min-width: 2.75rem; min-height: 2.75rem; margin: -.5rem -.75rem -.5rem 0; padding: 0; border: 0; background: none; color: inherit; font-size: 1.4rem }
      button:hover:enabled { background: #0001 }`),
    this.message = make('div', {}, make('div', {}, make('slot')), this.button)];
  }

  update() {
    const type = (this.getAttribute('type') || '').toLowerCase();
    const known = ['success', 'error', 'warning'].includes(type) ? type : 'info';
    this.message.className = 'message ' + known;
    this.setAttribute('role', known === 'error' || known === 'warning' ? 'alert' : 'status');
    this.button.hidden = !isOn(this, 'dismissible');
  }
});

customElements.define('crowd-modal', class extends CrowdElement {
  static observedAttributes = ['link-text', 'link-type', 'opened'];
  static delegatesFocus = false;

  get opened() { return Boolean(this.dialog && this.dialog.open); }
  set opened(on) { if (on) this.open(); else this.close(); }

  build() {
    const close = make('button', { type: 'button' }, gettext('Close'));
    close.addEventListener('click', () => this.close());
    this.dialog = make('dialog', {}, make('section', {}, make('slot')), close);
    this.dialog.addEventListener('close', () => {
      this.removeAttribute('opened');
      this.dispatchEvent(new Event('close'));
    });
    this.opener = make('button', { type: 'button' });
    this.opener.addEventListener('click', () => this.open());
    return [make('style', {}, ':host { display: contents } section { margin: -.4rem -.4rem .6rem; padding: .4rem; overflow-x: auto } .opener { margin: .5rem 0 }'), this.opener, this.dialog];
  }

  update(name) {
    const text = this.getAttribute('link-text');
    this.opener.textContent = text === null ? gettext('Click to open modal') : text;
    this.opener.hidden = text === '';
    this.opener.className = this.getAttribute('link-type') === 'button' ? 'opener' : 'opener link';
    this.dialog.setAttribute('aria-label', text || gettext('Message'));
    if (name === 'opened' || (name === undefined && this.hasAttribute('opened'))) this.opened = isOn(this, 'opened');
  }

  open() {
    if (this.dialog && !this.dialog.open && this.isConnected) this.dialog.showModal();
  }

  close() { if (this.opened) this.dialog.close(); }

  show() { this.open(); }
  hide() { this.close(); }
  reveal() { this.open(); }  // see crowd_form.js
});

const TOAST_MS = 3000;

customElements.define('crowd-toast', class extends CrowdElement {
  static observedAttributes = ['text', 'opened'];
  static delegatesFocus = false;
  static shown = null;  // only one is visible

  timer = 0;

  get opened() { return isOn(this, 'opened'); }
  set opened(on) { put(this, 'opened', Boolean(on)); }

  build() {
    this.line = make('span');
    this.setAttribute('role', 'status');
    // A message stays while somebody reads it with the mouse on it.
    this.addEventListener('pointerenter', () => clearTimeout(this.timer));
    this.addEventListener('pointerleave', () => this.wait());
    return [make('style', {}, `
      :host(:not([opened])), :host([opened=false]) { display: none }
      :host { box-sizing: border-box; position: fixed; left: 1rem; bottom: 1rem; z-index: 2147483646; width: max-content; max-width: min(30rem, calc(100vw - 2rem)); padding: .9rem 1.2rem; border-radius: .4rem; background: #1d2733; color: #fff; box-shadow: 0 .3rem 1rem #0006 }`), this.line, make('slot')];
  }

  update(name) {
    this.line.textContent = this.getAttribute('text') || '';
    if (name === 'text') return;
    clearTimeout(this.timer);
    const { constructor } = this;
    if (this.opened) {
      if (constructor.shown && constructor.shown !== this) constructor.shown.close();
      constructor.shown = this;
      this.wait();
    } else if (constructor.shown === this) constructor.shown = null;
  }

  // A duration of 0 or less, or Infinity, shows the message until close() is called.
  wait() {
    clearTimeout(this.timer);
    const given = this.getAttribute('duration'), duration = given ? Number(given) : TOAST_MS;
    if (duration > 0 && duration < Infinity) this.timer = setTimeout(() => this.close(), duration);
  }

  // Shows the message, or another: show('Saved'), show({ text: 'Saved', duration: 1000 }).
  show(message) {
    const { text, duration } = typeof message === 'string' ? { text: message } : message || {};
    if (text !== undefined) this.setAttribute('text', text);
    if (duration !== undefined) this.setAttribute('duration', duration);
    if (this.opened) this.wait(); else this.opened = true;
  }

  open() { this.show(); }
  close() { this.opened = false; }
  hide() { this.close(); }
  toggle() { this.opened = !this.opened; }
});
