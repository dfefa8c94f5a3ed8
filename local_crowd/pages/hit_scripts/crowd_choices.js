// <crowd-checkbox>, <crowd-toggle-button>, <crowd-radio-group>, <crowd-radio-button>

class CrowdCheckbox extends CrowdField {
  static observedAttributes = ['checked', 'disabled', 'aria-label'];

  box = make('input', { type: 'checkbox', 'aria-describedby': 'fault' });

  get control() { return this.box; }
  get value() { return this.getAttribute('value') || 'on'; }
  set value(value) { this.setAttribute('value', value); }
  get checked() { return this.box.checked; }
  set checked(on) { this.box.checked = Boolean(on); }

  get draftValue() { return this.checked === isOn(this, 'checked') ? undefined : this.checked; }

  set draftValue(on) {
    this.checked = on;
    this.changed();
  }

  build() {
    this.box.addEventListener('change', () => this.changed());
    const slot = make('slot');
    slot.addEventListener('slotchange', () => this.nameBox());
    return [make('label', { class: 'choice' }, this.box, make('span', {}, slot)), this.problem];
  }

  update(name) {
    if (name === undefined || name === 'checked') this.reset();
    this.box.disabled = isOn(this, 'disabled');
    this.nameBox();
  }

  nameBox() {
    put(this.box, 'aria-label', this.textContent.trim() ? this.getAttribute('aria-label') : this.spokenName());
  }

  fault() {
    return isOn(this, 'required') && !this.checked && !this.box.disabled ? gettext('Please tick this box.') : '';
  }

  collect() { return { [this.value]: this.checked }; }

  reset() { this.checked = isOn(this, 'checked'); }
}

customElements.define('crowd-checkbox', CrowdCheckbox);

customElements.define('crowd-toggle-button', class extends CrowdCheckbox {
  build() {
    this.box.setAttribute('role', 'switch');
    return [...super.build(), make('style', {}, `
      .choice input { appearance: none; position: relative; width: 2.6rem; height: 1.5rem; border-radius: .75rem; background: #66717f; cursor: inherit }
      .choice input::before { content: ''; position: absolute; top: .2rem; left: .2rem; width: 1.1rem; height: 1.1rem; border-radius: 50%; background: #fff; transition: left .15s }
      .choice input:checked { background: #0a5499 }
      .choice input:checked::before { left: 1.3rem }
      :host([invalid]:not([invalid=false])) input:not(:checked), input[aria-invalid=true] { background: #a3161a }
      @media (forced-colors: active) { .choice input { border: 1px solid } .choice input::before { background: ButtonText } }
      @media (prefers-reduced-motion) { .choice input::before { transition: none } }`)];
  }

  fault() { return super.fault() && gettext('Please switch this on.'); }
});

customElements.define('crowd-radio-button', class extends CrowdField {
  static observedAttributes = ['checked', 'disabled'];
  static delegatesFocus = false;

  // Buttons without a name of their own answer under that of their group.
  get name() {
    const group = this.closest('crowd-radio-group');
    return this.getAttribute('name') || (group && group.getAttribute('name')) || '';
  }

  set name(name) { this.setAttribute('name', name); }

  get value() { return this.getAttribute('value') || 'on'; }
  set value(value) { this.setAttribute('value', value); }
  get checked() { return this.getAttribute('aria-checked') === 'true'; }

  set checked(on) {
    this.setAttribute('aria-checked', String(Boolean(on)));
    const group = this.closest('crowd-radio-group');
    if (group && group.keepOne) group.keepOne(on ? this : null);
  }

  get draftValue() { return this.checked === isOn(this, 'checked') ? undefined : this.checked; }
  set draftValue(on) { if (on) this.pick(); }

  get disabled() { return isOn(this, 'disabled'); }
  set disabled(on) { put(this, 'disabled', Boolean(on)); }

  build() {
    const style = make('style', {}, `
      :host { cursor: pointer }
      :host([disabled]:not([disabled=false])) { cursor: not-allowed; opacity: .65 }
      .dot { flex: none; width: 1.2rem; height: 1.2rem; border: 2px solid #66717f; border-radius: 50% }
      :host([aria-checked=true]) .dot { border: .36rem solid #0a5499 }
      :host([aria-invalid=true]) .dot { border-color: #a3161a }`);
    this.setAttribute('role', 'radio');
    this.addEventListener('click', () => this.pick());
    this.addEventListener('keydown', (event) => {
      if (event.key !== ' ') return;
      event.preventDefault();
      this.pick();
    });
    return [style, make('span', { class: 'choice' }, make('span', { class: 'dot' }), make('slot')), this.problem];
  }

  update(name) {
    if (name === undefined || name === 'checked') this.reset();
    put(this, 'aria-disabled', this.disabled ? 'true' : null);
    if (!this.hasAttribute('tabindex')) this.tabIndex = this.disabled ? -1 : 0;
  }

  pick() {
    if (this.disabled || this.checked) return;
    this.checked = true;
    this.changed('input');
    this.changed();
  }

  collect() { return { [this.value]: this.checked }; }

  reset() { this.checked = isOn(this, 'checked'); }
});

customElements.define('crowd-radio-group', class extends CrowdField {
  static delegatesFocus = false;

  buttons() { return Array.from(this.querySelectorAll('crowd-radio-button')); }

  get control() { return this; }
  get name() { return ''; }  // the buttons are the answer

  get value() {
    const picked = this.buttons().find((button) => button.checked);
    return picked ? picked.value : undefined;
  }

  build() {
    put(this, 'role', this.getAttribute('role') || 'radiogroup');
    this.addEventListener('keydown', (event) => this.move(event));
    this.addEventListener('change', () => this.changed(''));
    const keep = () => this.keepOne(null);
    new MutationObserver(keep).observe(this, { childList: true, subtree: true });
    keep();
    return [make('slot'), this.problem];
  }

  // At most one button is checked, and the Tab key reaches one.
  keepOne(picked) {
    const buttons = this.buttons();
    if (picked) {
      for (const button of buttons) if (button !== picked) button.setAttribute('aria-checked', 'false');
    }
    const free = buttons.filter((button) => !isOn(button, 'disabled'));
    const entry = free.find((button) => button.getAttribute('aria-checked') === 'true') || free[0];
    for (const button of buttons) button.tabIndex = button === entry ? 0 : -1;
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const free = this.buttons().filter((button) => !button.disabled);
    const at = free.indexOf(event.target.closest('crowd-radio-button'));
    if (!step || at < 0) return;
    event.preventDefault();
    const next = free[(at + step + free.length) % free.length];
    next.focus();
    next.pick();
  }

  focus() {
    const entry = this.buttons().find((button) => button.tabIndex === 0);
    if (entry) entry.focus();
  }

  fault() {
    const asked = isOn(this, 'required') || this.buttons().some((button) => isOn(button, 'required'));
    return asked && this.value === undefined ? gettext('Please choose one.') : '';
  }
});
