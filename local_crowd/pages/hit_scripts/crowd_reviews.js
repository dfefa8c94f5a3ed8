// <crowd-rekognition-detect-moderation-labels>, <crowd-textract-analyze-document>: the elements of
// Amazon Augmented AI, with which a person reviews what a program has found

customElements.define('crowd-rekognition-detect-moderation-labels', class extends CrowdClassifier {
  static several = true;
  static image = true;

  get name() { return this.getAttribute('name') || 'AWS/Rekognition/DetectModerationLabels/Image/V3'; }
  set name(name) { this.setAttribute('name', name); }

  // Categories are texts, or objects with a `name`; the answer contains them as they are.
  get found() { return listOf(this.getAttribute('categories')) || []; }

  listCategories() { return this.found.map((category) => String(category && category.name ? category.name : category)); }

  get value() {
    const names = this.listCategories(), chosen = this.labels;
    return { ModerationLabels: this.found.filter((_, number) => chosen.includes(names[number])) };
  }

  // Without a category that excludes the others, none means that no category applies.
  fault() { return this.hasAttribute('exclusion-category') ? super.fault() : ''; }
});

// Returns a member of a block, as Textract names it or as Augmented AI does: BlockType, blockType.
function memberOf(block, name) {
  const own = Object.keys(block || {}).find((key) => key.toLowerCase() === name.toLowerCase());
  return own === undefined ? undefined : block[own];
}

customElements.define('crowd-textract-analyze-document', class extends CrowdTask {
  static observedAttributes = ['src', 'header', 'initial-value', 'keys', 'no-key-edit'];
  static delegatesFocus = false;

  rows = [];

  get name() { return this.getAttribute('name') || 'AWS/Textract/AnalyzeDocument/Forms/V1'; }
  set name(name) { this.setAttribute('name', name); }

  build() {
    this.heading = make('h2');
    this.image = make('img', { alt: gettext('The document') });
    this.frames = make('div');
    this.list = make('div');
    return [make('style', {}, `
      .review { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.25rem }
      .document { position: relative; align-self: start; border: 1px solid #d8dee5 }
      .document img { display: block; width: 100% }
      .document span { position: absolute; border: 2px solid #0a5499; pointer-events: none }
      .document span.current { border-color: #b45f00; background: #ffe08a66 }
      fieldset { margin-bottom: .8rem !important; padding: .6rem .8rem !important; border: 1px solid #c3cad2 !important; border-radius: .4rem }
      .label { display: block; margin: .4rem 0 .2rem }`),
    ...this.frame(this.heading, make('div', { class: 'review' },
      make('div', { class: 'document' }, this.image, this.frames), this.list), this.problem)];
  }

  update(name) {
    this.heading.textContent = this.getAttribute('header') || '';
    this.heading.hidden = !this.heading.textContent;
    put(this.image, 'src', this.getAttribute('src'));
    if (name === undefined) this.arrange();
    if (name === undefined || ['initial-value', 'keys', 'no-key-edit'].includes(name)) this.reset();
  }

  // Reads the pairs of keys and values, and adds the keys that the page asks for and no block has.
  reset() {
    const blocks = (listOf(this.getAttribute('initial-value')) || []).filter((block) => block && typeof block === 'object');
    const byId = new Map(blocks.map((block) => [memberOf(block, 'id'), block]));
    const hasType = (block, type) => (memberOf(block, 'entityTypes') || []).includes(type);
    const valuesOf = (block) => (memberOf(block, 'relationships') || [])
      .filter((relation) => memberOf(relation, 'type') === 'VALUE')
      .flatMap((relation) => memberOf(relation, 'ids') || []).map((id) => byId.get(id)).filter(Boolean);
    this.rows = blocks.filter((block) => hasType(block, 'KEY')).map((key) => (
      { key, value: valuesOf(key)[0], text: memberOf(key, 'text') || '' }));
    for (const wanted of listOf(this.getAttribute('keys')) || []) {
      const names = [wanted.importantFormKey, ...(wanted.importantFormKeyAliases || [])].map((text) => String(text).toLowerCase());
      if (!this.rows.some((row) => names.includes(row.text.toLowerCase()))) this.rows.push({ text: wanted.importantFormKey });
    }
    this.list.replaceChildren(...this.rows.map((row) => this.makeRow(row)));
    this.highlight(null);
  }

  makeRow(row) {
    const found = row.value ? memberOf(row.value, 'text') || '' : '';
    row.keyInput = make('input', { value: row.text, 'aria-label': gettext('Key'), readonly: isOn(this, 'no-key-edit') || !row.key });
    row.input = make('input', { value: found });
    row.box = make('input', { type: 'checkbox' });
    const part = make('fieldset', {}, make('label', {}, make('span', { class: 'label' }, gettext('Key')), row.keyInput),
      make('label', {}, make('span', { class: 'label' }, gettext('Value')), row.input),
      make('label', { class: 'choice' }, row.box, row.key ? gettext('This is not a key with its value') : gettext('The key is not in the document')));
    row.box.addEventListener('change', () => { row.input.disabled = row.box.checked; });
    part.addEventListener('focusin', () => this.highlight(row));
    part.addEventListener('change', () => this.changed());
    return part;
  }

  // Draws the boxes of all keys and values; those of `current` stand out.
  highlight(current) {
    this.frames.replaceChildren(...this.rows.flatMap((row) => [row.key, row.value].map((block) => {
      const box = memberOf(memberOf(block, 'geometry'), 'boundingBox');
      if (!box) return '';
      const at = (side) => Number(memberOf(box, side)) * 100 + '%';
      return make('span', { class: row === current ? 'current' : null,
        style: `left: ${at('left')}; top: ${at('top')}; width: ${at('width')}; height: ${at('height')}` });
    })));
  }

  // Returns a block in the form that Augmented AI documents, with the worker's text.
  toBlock(block, text, type) {
    const relations = (memberOf(block, 'relationships') || []).map((relation) => (
      { type: memberOf(relation, 'type'), ids: memberOf(relation, 'ids') }));
    return {
      blockType: memberOf(block, 'blockType') || 'KEY_VALUE_SET', id: memberOf(block, 'id'),
      ...(relations.length ? { relationships: relations } : {}),
      entityTypes: memberOf(block, 'entityTypes') || [type], text,
    };
  }

  get value() {
    const kept = this.rows.filter((row) => !row.box.checked);
    return { blocks: kept.flatMap((row, number) => {
      const id = memberOf(row.value, 'id') || 'value-' + (number + 1);
      const key = row.key || { id: 'key-' + (number + 1), relationships: [{ type: 'VALUE', ids: [id] }] };
      return [this.toBlock(key, row.keyInput.value, 'KEY'), this.toBlock(row.value || { id }, row.input.value, 'VALUE')];
    }) };
  }

  get _submittableValue() { return this.value; }

  get entered() { return this.rows.map((row) => [row.keyInput.value, row.input.value, row.box.checked]); }

  get draftValue() {
    const changed = this.rows.some((row) => row.box.checked || row.input.value !== row.input.defaultValue
      || row.keyInput.value !== row.keyInput.defaultValue);
    return changed ? this.entered : undefined;
  }

  set draftValue(entered) {
    this.rows.forEach((row, number) => {
      if (entered[number]) [row.keyInput.value, row.input.value, row.box.checked] = entered[number];
      row.input.disabled = row.box.checked;
    });
    this.changed();
  }

  focus() { if (this.rows.length) this.rows[0].input.focus(); }

  collect() { return this.value; }
});
