// <crowd-input>, <crowd-text-area>, <crowd-slider>, <crowd-slider-label>

class CrowdText extends CrowdField {
  static observedAttributes = ['label', 'placeholder', 'value', 'type', 'required', 'disabled',
    'max-length', 'min-length', 'rows', 'max-rows', 'char-counter', 'aria-label', 'name'];

  text = this.makeControl();
  caption = make('label', { class: 'label', for: 'control' });
  counter = make('p', { class: 'counter', hidden: true });

  get control() { return this.text; }
  get value() { return this.text.value; }

  set value(value) {
    this.text.value = value === null || value === undefined ? '' : value;
    this.count();
  }

  get draftValue() {
    return this.value === (this.getAttribute('value') || '') ? undefined : this.value;
  }

  set draftValue(value) {
    this.value = value;
    this.changed('input');
    this.changed();
  }

  get disabled() { return isOn(this, 'disabled'); }
  set disabled(on) { put(this, 'disabled', Boolean(on)); }
  get required() { return isOn(this, 'required'); }
  set required(on) { put(this, 'required', Boolean(on)); }

  build() {
    this.text.addEventListener('input', () => {
      this.leaveOut();
      this.count();
      this.changed('');
    });
    this.text.addEventListener('change', () => this.changed());
    this.text.value = this.getAttribute('value') || '';
    const style = make('style', {}, `
      .counter { margin: .2rem 0 0; color: #4a5561; font-size: .9em; text-align: right }`);
    return [style, this.caption, this.text, this.counter, this.problem];
  }

  update(name) {
    const label = this.getAttribute('label');
    this.caption.textContent = label || '';
    this.caption.hidden = !label;
    put(this.text, 'aria-label', label ? null : this.spokenName());
    put(this.text, 'placeholder', this.getAttribute('placeholder'));
    put(this.text, 'maxlength', this.limit('max'));
    this.text.disabled = this.disabled;
    this.text.required = this.required;
    this.counter.hidden = !isOn(this, 'char-counter');
    if (name === 'value') this.value = this.getAttribute('value');
    if (name === undefined && isOn(this, 'auto-focus')) this.text.focus();
    this.count();
  }

  limit(which) { return this.getAttribute(which + '-length') || this.getAttribute(which + 'length'); }

  count() { this.counter.textContent = gettext('%(count)s characters', { count: this.text.value.length }); }

  // auto-validate with allowed-pattern: characters that do not match are rejected.
  leaveOut() {
    if (!isOn(this, 'auto-validate') || !this.hasAttribute('allowed-pattern')) return;
    let allowed;
    try {
      allowed = new RegExp(this.getAttribute('allowed-pattern'));
    } catch {
      return;
    }
    const kept = Array.from(this.text.value).filter((character) => allowed.test(character)).join('');
    if (kept !== this.text.value) this.text.value = kept;
  }

  fault() {
    const least = Number(this.limit('min')), length = this.text.value.length;
    let fault = '';
    if (this.disabled) return '';
    if (this.required && !this.text.value.trim()) fault = gettext('Please fill this in.');
    else if (length && length < least) fault = gettext('Please enter at least %(least)s characters.', { least });
    else if (!this.text.validity.valid) fault = this.text.validationMessage;
    return fault && (this.getAttribute('error-message') || fault);
  }

  collect() { return this.text.value === '' || this.disabled ? undefined : this.text.value; }

  reset() { this.value = this.getAttribute('value'); }
}

customElements.define('crowd-input', class extends CrowdText {
  makeControl() { return make('input', { id: 'control', 'aria-describedby': 'fault' }); }

  update(name) {
    this.text.type = this.getAttribute('type') || 'text';
    super.update(name);
  }
});

customElements.define('crowd-text-area', class extends CrowdText {
  makeControl() { return make('textarea', { id: 'control', 'aria-describedby': 'fault' }); }

  update(name) {
    this.text.rows = Number(this.getAttribute('rows')) || 2;
    super.update(name);
  }

  count() {
    super.count();
    const least = Number(this.getAttribute('rows')) || 2;
    const most = Number(this.getAttribute('max-rows')) || Math.max(least, 20);
    this.text.rows = Math.min(most, Math.max(least, this.text.value.split('\n').length));
  }
});

customElements.define('crowd-slider', class extends CrowdField {
  static observedAttributes = ['min', 'max', 'step', 'value', 'disabled', 'editable', 'aria-label', 'name'];

  range = make('input', { type: 'range', 'aria-describedby': 'fault' });
  number = make('input', { type: 'number', 'aria-label': gettext('Value as a number') });
  shown = make('output');
  moved = false;

  get control() { return this.range; }
  get value() { return Number(this.range.value); }

  set value(value) {
    this.range.value = value;
    this.show();
  }

  get draftValue() { return this.moved ? this.value : undefined; }

  set draftValue(value) {
    this.move(value);
    this.changed();
  }

  build() {
    this.range.addEventListener('input', () => this.move(this.range.value));
    this.number.addEventListener('input', () => { if (this.number.value) this.move(this.number.value); });
    this.number.addEventListener('blur', () => this.show());
    for (const control of [this.range, this.number]) {
      control.addEventListener('change', () => this.changed());
    }
    const style = make('style', {}, `
      .slider { display: flex; align-items: center; gap: .8rem; min-height: 2.75rem }
      .slider input[type=range] { flex: 1; min-width: 0; height: 2.2rem; margin: 0; accent-color: #0a5499 }
      .slider input[type=number] { width: 6rem }
      .marks { display: flex; justify-content: space-between; padding-right: 3.3rem }
      .slider output { min-width: 2.5rem; font-weight: 600; text-align: right; font-variant-numeric: tabular-nums }`);
    return [style, make('div', { class: 'slider' }, this.range, this.number, this.shown), make('div', { class: 'marks' }, make('slot')), this.problem];
  }

  update(name) {
    for (const limit of ['min', 'max', 'step']) {
      for (const control of [this.range, this.number]) put(control, limit, this.getAttribute(limit));
    }
    put(this.range, 'aria-label', this.spokenName());
    this.range.disabled = this.number.disabled = isOn(this, 'disabled');
    this.number.hidden = !isOn(this, 'editable');
    this.shown.hidden = !this.number.hidden;
    if (name === undefined || name === 'value') this.reset();
    this.show();
  }

  move(value) {
    this.moved = true;
    this.range.value = value;
    this.shown.textContent = this.range.value;
    if (this.shadowRoot.activeElement !== this.number) this.number.value = this.range.value;
    this.changed('');
  }

  show() { this.shown.textContent = this.number.value = this.range.value; }

  fault() {
    const answered = this.moved || this.hasAttribute('value') || isOn(this, 'disabled');
    return isOn(this, 'required') && !answered ? gettext('Please move the slider.') : '';
  }

  collect() { return isOn(this, 'disabled') ? undefined : this.value; }

  reset() {
    this.moved = false;
    this.value = this.getAttribute('value') || this.getAttribute('min') || 0;
  }
});

// Not in Amazon's reference, but in its samples: a mark below a slider, at a value.
customElements.define('crowd-slider-label', class extends CrowdElement {
  static observedAttributes = ['position'];
  static delegatesFocus = false;

  build() {
    return [make('style', {}, ':host { color: #4a5561; font-size: .9em }'), make('slot')];
  }
});
