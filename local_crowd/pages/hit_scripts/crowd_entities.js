// <crowd-entity-annotation>: labels parts of a text. Outside of a form it submits its own answer.

document.head.append(make('style', {}, `
  crowd-entity-annotation > .crowd-entity-text { min-height: 3rem; padding: 1rem; border: 1px solid #66717f; border-radius: .4rem; background: #fff; color: #1d2733; line-height: 2.1; white-space: pre-wrap; overflow-wrap: anywhere; cursor: text }
  .crowd-entity-text:focus-visible { outline: 3px solid #b45f00; outline-offset: 2px }
  .crowd-entity-text mark { padding: .15em .2em; border-radius: .25em; color: inherit; box-decoration-break: clone; -webkit-box-decoration-break: clone }
  .crowd-entity-text mark::after { content: attr(data-label); margin-left: .35em; padding: 0 .3em; border-radius: .2em; background: #1d2733; color: #fff; font-size: .72em; font-weight: 600 }
`));

const MARKS = ['#ffe08a', '#b9e3ff', '#c9efc0', '#ffd0dc', '#e0d2ff', '#ffd9b0', '#c4efe8', '#e3e6ea'];

customElements.define('crowd-entity-annotation', class extends CrowdTask {
  static observedAttributes = ['labels', 'text', 'header', 'initial-value'];
  static delegatesFocus = false;

  entities = [];  // {label, start, end}, by start; offsets in `content` in UTF-16 units
  choices = [];   // the labels: {label, short, full}
  selection = null;  // the selected part of the text, {start, end}
  content = '';

  get control() { return this.page; }

  get defect() {
    if (!this.content.trim()) return gettext('The <%(tag)s> has no text.', { tag: this.localName });
    return this.choices.length ? '' : gettext('The <%(tag)s> has no valid labels.', { tag: this.localName });
  }

  build() {
    this.page = make('div', {
      slot: 'text', class: 'crowd-entity-text', contenteditable: 'true', role: 'textbox', spellcheck: 'false',
      inputmode: 'none', 'aria-multiline': 'true', 'aria-readonly': 'true', 'aria-label': gettext('Text to mark'),
    });
    this.heading = make('h2');
    this.list = make('div', { class: 'labels' });
    this.button = make('button', { type: 'button', disabled: true }, gettext('Mark the selected text'));
    this.marked = make('ul', { 'aria-label': gettext('Marked parts') });
    this.status = make('p', { role: 'status' });
    this.listen();
    const style = make('style', {}, `
      .labels { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: .8rem }
      .labels .choice { border: 1px solid #66717f }
      .labels .choice:has(:checked) { border-color: #1d2733; box-shadow: inset 0 0 0 1px #1d2733 }
      .tools { margin: .8rem 0 }
      .help { margin: .4rem 0; color: #4a5561 }
      ul { margin: 0; padding: 0; list-style: none }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .8rem; padding: .2rem 0; border-bottom: 1px solid #d8dee5 }
      li span { flex: 1; min-width: 8rem }
      .crowd-form-submit { margin-top: 1.25rem }
      .crowd-form-message { margin: .75rem 0; font-weight: 600; color: #a3161a; white-space: pre-wrap; overflow-wrap: anywhere }
      .crowd-form-message:empty, [role=status]:empty { display: none }`);
    const help = make('p', { class: 'help' },
      gettext('Choose a label, then select the words it fits. Or select words, then choose their label. With the keyboard: Shift and the arrows select, a digit chooses the label, Enter marks, Delete removes a mark.'));
    queueMicrotask(() => this.append(this.page));
    return [style, ...this.frame(this.heading,
      make('fieldset', {}, make('legend', {}, gettext('Label')), this.list), make('slot', { name: 'text' }), help,
      make('div', { class: 'tools' }, this.button), this.status, this.marked, this.problem, ...this.ownForm())];
  }

  listen() {
    // The text is editable so that keyboard and touch can select in it, but every edit is cancelled.
    for (const type of ['beforeinput', 'dragstart', 'drop']) {
      this.page.addEventListener(type, (event) => event.preventDefault());
    }
    this.page.addEventListener('input', () => this.show());
    this.page.addEventListener('keydown', (event) => this.press(event));
    let dragging = false;
    this.page.addEventListener('pointerdown', (event) => { dragging = event.pointerType === 'mouse'; });
    document.addEventListener('pointerup', ({ target }) => {
      if (dragging) setTimeout(() => { if (this.selected()) this.mark(); else this.choose(target); });
      dragging = false;
    });
    // As in Amazon's element, a label that is chosen for selected words marks them.
    this.list.addEventListener('click', (event) => {
      if (event.target.matches('input') && this.selection) this.mark();
    });
    document.addEventListener('selectionchange', () => {
      const selection = this.selected();
      if (selection) this.selection = selection;
      else if (this.page.contains(document.activeElement)) this.selection = null;
      this.button.disabled = !this.selection;
    });
    this.button.addEventListener('click', () => this.mark());
  }

  // Selects the marked part that was clicked, for another label.
  choose(target) {
    const at = Array.from(this.page.querySelectorAll('mark')).indexOf(target);
    if (at < 0) return;
    const { start, end, label } = this.entities[at];
    const { full } = this.choices.find((choice) => choice.label === label);
    this.selection = { start, end };
    this.button.disabled = false;
    this.status.textContent = gettext(
      'Selected: %(text)s, %(label)s. Choose another label, or press Delete.', { text: this.content.slice(start, end), label: full });
  }

  update(name) {
    this.heading.textContent = this.getAttribute('header') || '';
    this.heading.hidden = !this.heading.textContent;
    if (name === undefined || name === 'labels') this.nameLabels();
    if (name === undefined || name !== 'header') this.reset();
  }

  nameLabels() {
    const labels = listOf(this.getAttribute('labels')) || [];
    this.choices = labels.map((label) => typeof label === 'object' && label ? label : { label })
      .filter(({ label }) => typeof label === 'string' && label)
      .map(({ label, shortDisplayName, fullDisplayName, longDisplayName }) => (
        { label, short: shortDisplayName || label, full: fullDisplayName || longDisplayName || label }));
    this.list.replaceChildren(...this.choices.map(({ label, full }, number) => make(
      'label', { class: 'choice', style: 'background: ' + MARKS[number % MARKS.length] },
      make('input', { type: 'radio', name: 'label', value: label, checked: number === 0 }),
      number < 9 ? number + 1 + ' ' + full : full)));
  }

  // Resets the text and its marks to their initial values.
  reset() {
    this.content = (this.getAttribute('text') || '').replace(/\r\n?/g, '\n');
    const initial = listOf(this.getAttribute('initial-value')) || [];
    this.entities = [];
    for (const { label, startOffset, endOffset } of initial.filter((entity) => entity && typeof entity === 'object')) {
      const [start, end] = [startOffset, endOffset].map((offset) => Array.from(this.content).slice(0, offset).join('').length);
      if (this.choices.some((choice) => choice.label === label) && start < end) this.put({ label, start, end });
    }
    this.show();
  }

  // Adds an entity, replacing those that it overlaps.
  put(entity) {
    const apart = this.entities.filter(({ start, end }) => end <= entity.start || start >= entity.end);
    this.entities = [...apart, entity].sort((a, b) => a.start - b.start);
  }

  show() {
    let at = 0;
    const pieces = [];
    for (const { label, start, end } of this.entities) {
      const number = this.choices.findIndex((choice) => choice.label === label);
      pieces.push(this.content.slice(at, start), make('mark', {
        'data-label': this.choices[number].short, style: 'background: ' + MARKS[number % MARKS.length],
      }, this.content.slice(start, end)));
      at = end;
    }
    this.page.replaceChildren(...pieces.filter((piece) => piece !== ''), this.content.slice(at));
    this.marked.replaceChildren(...this.entities.map((entity) => this.row(entity)));
  }

  row(entity) {
    const words = this.content.slice(entity.start, entity.end);
    const { full } = this.choices.find((choice) => choice.label === entity.label);
    const remove = make('button', { type: 'button', class: 'link', 'aria-label': gettext('Remove %(what)s', { what: words + ', ' + full }) }, gettext('Remove'));
    remove.addEventListener('click', () => {
      this.remove([entity]);
      (this.marked.querySelector('button') || this.page).focus();
    });
    return make('li', {}, make('span', {}, words + ' – ' + full), remove);
  }

  // Converts a position in the document to an offset in the text; outside, to its start or end.
  offset(node, at) {
    const part = document.createRange();
    part.selectNodeContents(this.page);
    const side = part.comparePoint(node, at);
    if (side) return side < 0 ? 0 : this.content.length;
    part.setEnd(node, at);
    return part.toString().length;
  }

  // Returns the selected part of the text without white space around it, or null.
  selected() {
    const selection = document.getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    if (!range || range.collapsed || !this.page.isConnected || !range.intersectsNode(this.page)) return null;
    let start = this.offset(range.startContainer, range.startOffset);
    let end = this.offset(range.endContainer, range.endOffset);
    while (start < end && /\s/.test(this.content[start])) start += 1;
    while (start < end && /\s/.test(this.content[end - 1])) end -= 1;
    return start < end ? { start, end } : null;
  }

  mark() {
    const selection = this.selected() || this.selection;
    const label = (this.list.querySelector(':checked') || {}).value;
    if (!selection || !label) return;
    this.put({ label, ...selection });
    const { full } = this.choices.find((choice) => choice.label === label);
    this.done(selection.end, gettext('Marked: %(text)s, %(label)s.', {
      text: this.content.slice(selection.start, selection.end), label: full }));
  }

  remove(entities) {
    this.entities = this.entities.filter((entity) => !entities.includes(entity));
    this.done(null, gettext('The mark is removed.'));
  }

  done(caret, status) {
    this.show();
    this.selection = null;
    this.button.disabled = true;
    this.status.textContent = status;
    if (caret !== null) this.placeCaret(caret);
    this.changed('input');
    this.changed();
  }

  placeCaret(at) {
    const walker = document.createTreeWalker(this.page, NodeFilter.SHOW_TEXT);
    let left = at;
    while (walker.nextNode()) {
      const { length } = walker.currentNode;
      if (left <= length) {
        document.getSelection().collapse(walker.currentNode, left);
        return;
      }
      left -= length;
    }
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    if (digit && digit <= this.choices.length) this.list.querySelectorAll('input')[digit - 1].checked = true;
    if (digit || event.key === 'Enter') {
      event.preventDefault();
      this.mark();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.removeAtCaret();
    }
  }

  removeAtCaret() {
    const { anchorNode, anchorOffset } = document.getSelection();
    const caret = this.offset(anchorNode, anchorOffset);
    const { start, end } = this.selected() || { start: caret, end: caret };
    const within = this.entities.filter((entity) => entity.start <= end && entity.end >= start);
    if (!within.length) return;
    this.remove(within);
    this.placeCaret(start);
  }

  get value() {
    const count = (at) => Array.from(this.content.slice(0, at)).length;  // Amazon: "unicode offset"
    return {
      entities: this.entities.map(({ label, start, end }) => (
        { endOffset: count(end), label, startOffset: count(start) })),
    };
  }

  get _submittableValue() { return this.value; }

  focus() { this.page.focus(); }

  collect() { return this.value; }
});
