// <crowd-classifier>, <crowd-image-classifier>, and both with -multi-select

// Parses a JSON array of texts, also with single quotes, as in Amazon's samples: there a quote
// ends a text only before the next text or the end.
function textsOf(list) {
  const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.|'(?!\s*[,\]}]))*)'/gs;
  return Array.from((list || '').matchAll(TEXT), ([whole, double, single]) => {
    if (double === undefined) return single.replace(/\\(.)/gs, '$1');
    try {
      return JSON.parse(whole);
    } catch {
      return double.replace(/\\(.)/gs, '$1');
    }
  });
}

const PARTS = ['classification-target', 'short-instructions', 'full-instructions', 'worker-comment'];

// A complete task with its instructions.
class CrowdTask extends CrowdField {
  static layout = `
    .task { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1.25rem; margin-bottom: 1rem }
    aside { width: 15rem; padding-right: 1.25rem; border-right: 1px solid #d8dee5 }
    fieldset { min-width: 0; margin: 0; padding: 0; border: 0 }
    fieldset:focus { outline: none }
    legend { padding: 0; margin-bottom: .5rem; font-size: 1.15rem; font-weight: 700 }
    @media (max-width: 40rem) {
      .task { grid-template-columns: minmax(0, 1fr) }
      aside { width: auto !important; padding: 0 0 .5rem; border: 0; border-bottom: 1px solid #d8dee5 }
    }`;

  get name() { return this.getAttribute('name') || this.localName; }
  set name(name) { this.setAttribute('name', name); }

  // Returns the layout of a task: the instructions next to `content`.
  frame(...content) {
    // Pages look for these classes of Amazon's elements, to set a width or to add questions.
    this.aside = make('aside', { 'aria-label': gettext('Instructions'), class: 'awsui-app-layout__navigation' });
    this.instruct();
    this.dialog.classList.add('awsui-modal-dialog');
    this.whole = make('div', { class: 'task' }, this.aside, make('div', { class: 'annotation-area' }, ...content));
    watchRegions(this, PARTS, () => this.arrange());
    return [make('style', {}, CrowdTask.layout), this.whole, this.dialog];
  }

  // Outside of a form, the element has its own, to which pages may add questions.
  ownForm() {
    const more = make('div', {}, make('slot'));
    if (handedInBy(this) !== this) return [more];
    const form = make('crowd-form', { 'answer-format': this.getAttribute('answer-format') }, more);
    form.owner = this;
    form.more = more;
    return [form];
  }

  instruct() {
    this.dialog = dialogWith(gettext('Instructions'), make('section', {}, make('slot', { name: 'full-instructions' })));
    this.opener = make('button', { type: 'button', class: 'link' }, gettext('View full instructions'));
    this.opener.addEventListener('click', () => this.dialog.showModal());
    this.aside.append(make('slot', { name: 'short-instructions' }), this.opener);
  }

  // Shows those of Amazon's regions that the page contains.
  arrange() {
    const full = this.querySelector(':scope > full-instructions');
    this.opener.hidden = !full;
    this.aside.hidden = !full && !hasRegion(this, 'short-instructions');
    this.whole.style.gridTemplateColumns = this.aside.hidden ? 'minmax(0, 1fr)' : '';
    if (full) this.dialog.querySelector('h2').textContent = full.getAttribute('header') || gettext('Instructions');
  }
}

const OVERLAY_COLORS = ['#d62728', '#1f77b4', '#2ca02c', '#9467bd', '#8c564b', '#e377c2', '#ff7f0e', '#7f7f7f'];

class CrowdClassifier extends CrowdTask {
  static observedAttributes = ['categories', 'header', 'src', 'exclusion-category', 'overlay'];
  static several = false;
  static image = false;

  get control() { return this.choices; }

  build() {
    const style = make('style', {}, `
      .target { margin-bottom: 1rem; padding: 1rem; border: 1px solid #d8dee5; border-radius: .5rem; overflow-x: auto }
      .picture { position: relative; width: fit-content; max-width: 100%; margin: auto }
      .picture img { display: block; max-width: 100%; max-height: 70vh }
      .picture span { position: absolute; border: 2px solid; box-shadow: 0 0 0 1px #fff }
      .picture img.segments { position: absolute; inset: 0; width: 100%; height: 100%; max-height: none; opacity: .5 }
      .legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: .6rem 0 0; padding: 0; list-style: none }
      .legend i { display: inline-block; width: 1rem; height: 1rem; margin-right: .4rem; vertical-align: -.15rem }
      .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: .4rem }
      .choice { border: 1px solid #c3cad2; padding: .4rem .75rem }
      [aria-invalid=true] .choice { border-color: #a3161a }
      .choice:has(:checked) { border-color: #0a5499; background: #e8f1fa }
      details { margin-top: .8rem }`);
    this.image = make('img', { alt: gettext('The picture to classify') });
    this.image.addEventListener('load', () => this.showOverlay());
    this.marks = make('div', { 'aria-hidden': 'true' });
    this.colors = make('ul', { class: 'legend', hidden: true, 'aria-label': gettext('Labels to review') });
    this.target = make('div', { class: 'target' }, ...(this.constructor.image
      ? [make('div', { class: 'picture' }, this.image, this.marks), this.colors] : [make('slot', { name: 'classification-target' })]));
    this.legend = make('legend');
    this.list = make('div', { class: 'choices' });
    this.choices = make('fieldset', { tabindex: '-1', 'aria-describedby': 'fault', class: 'category-picker-wrapper' }, this.legend, this.list);
    this.list.addEventListener('change', (event) => this.pick(event.target));
    this.comment = make('textarea', { rows: '2' });
    this.commenting = make('details', {}, make('summary'), make('slot', { name: 'worker-comment' }),
      make('label', {}, make('span', { class: 'label' }), this.comment));
    return [style, ...this.frame(this.target, this.choices, this.problem, this.commenting)];
  }

  get defect() {
    return super.defect || (this.listCategories().length ? ''
      : gettext('The <%(tag)s> "%(name)s" has no categories.', { tag: this.localName, name: this.name }));
  }

  listCategories() { return textsOf(this.getAttribute('categories')); }

  arrange() {
    super.arrange();
    const comment = this.querySelector(':scope > worker-comment');
    this.commenting.hidden = !comment;
    if (!comment) return;
    const otherwise = gettext('Add a comment');
    this.commenting.querySelector('summary').textContent = comment.getAttribute('link-text') || otherwise;
    this.commenting.querySelector('.label').textContent = comment.getAttribute('header') || otherwise;
    this.comment.placeholder = comment.getAttribute('placeholder') || '';
  }

  update(name) {
    const header = this.getAttribute('header');
    this.legend.textContent = header || gettext('Choose a category');
    put(this.image, 'src', this.getAttribute('src'));
    this.showOverlay();
    if (name === undefined) this.arrange();
    if (name !== undefined && name !== 'categories' && name !== 'exclusion-category') return;
    const type = this.constructor.several ? 'checkbox' : 'radio';
    const exclusion = this.constructor.several ? textsOf(this.getAttribute('exclusion-category')).at(-1) : undefined;
    const categories = this.listCategories();
    this.list.replaceChildren(...[...categories, ...(exclusion === undefined ? [] : [exclusion])].map(
      (text, number) => make('label', { class: 'choice' },
        make('input', { type, name: 'category', value: text, 'data-excludes': number >= categories.length }), text)));
  }

  // Shows what an earlier task marked in the picture, for review: Amazon's boxes or segments.
  showOverlay() {
    const { boundingBox = {}, semanticSegmentation = {} } = looseJson(this.getAttribute('overlay')) || {};
    const boxes = boundingBox.value || boundingBox.boundingBoxes || [];
    const colors = new Map(Object.entries(semanticSegmentation.labelMappings || {}).map(([label, { color }]) => [label, color]));
    for (const label of [...(boundingBox.labels || []), ...boxes.map((box) => box.label)]) {
      if (!colors.has(label)) colors.set(label, OVERLAY_COLORS[colors.size % OVERLAY_COLORS.length]);
    }
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const part = (length, of) => (Number(length) / (of || 1)) * 100 + '%';
    const segments = semanticSegmentation.src ? [make('img', { class: 'segments', alt: '', src: semanticSegmentation.src })] : [];
    this.marks.replaceChildren(...segments, ...(width ? boxes : []).map((box) => make('span', {
      title: box.label, style: `left: ${part(box.left, width)}; top: ${part(box.top, height)}; `
        + `width: ${part(box.width, width)}; height: ${part(box.height, height)}; border-color: ${colors.get(box.label)}`,
    })));
    this.colors.replaceChildren(...Array.from(colors, ([label, color]) => (
      make('li', {}, make('i', { style: 'background: ' + color }), label))));
    this.colors.hidden = !colors.size;
  }

  // The exclusion category cannot be combined with others.
  pick(input) {
    if (input.checked && this.constructor.several) {
      for (const other of this.list.querySelectorAll('input')) {
        if (other !== input && ('excludes' in other.dataset || 'excludes' in input.dataset)) other.checked = false;
      }
    }
    this.changed();
  }

  get labels() {
    return Array.from(this.list.querySelectorAll(':checked'), (input) => input.value);
  }

  get value() {
    const labels = this.labels, comment = this.comment.value.trim();
    const value = this.constructor.several ? { labels } : labels.length ? { label: labels[0] } : {};
    // Pages use the value as the label too: questions[element.value].
    Object.defineProperty(value, 'toString', { value: () => labels.join() });
    return comment && !this.commenting.hidden ? { ...value, workerComment: comment } : value;
  }

  get draftValue() {
    const comment = this.comment.value;
    return this.labels.length || comment ? { labels: this.labels, comment } : undefined;
  }

  set draftValue({ labels, comment }) {
    for (const input of this.list.querySelectorAll('input')) input.checked = labels.includes(input.value);
    this.comment.value = comment;
    if (comment) this.commenting.open = true;
    this.changed();
  }

  get _submittableValue() { return this.value; }  // some pages for Amazon's elements read this

  fault() {
    if (this.labels.length) return '';
    return this.constructor.several ? gettext('Please choose one or more.') : gettext('Please choose one.');
  }

  focus() {
    const first = this.list.querySelector(':checked') || this.list.querySelector('input');
    if (first) first.focus();
  }

  collect() { return this.value; }

  reset() {
    for (const input of this.list.querySelectorAll('input')) input.checked = false;
    this.comment.value = '';
  }
}

// Defines a classifier, of an image or of what it contains, for one label or several.
function defineClassifier(tag, image, several) {
  customElements.define(tag, class extends CrowdClassifier {
    static image = image;
    static several = several;
  });
}

defineClassifier('crowd-classifier', false, false);
defineClassifier('crowd-classifier-multi-select', false, true);
defineClassifier('crowd-image-classifier', true, false);
defineClassifier('crowd-image-classifier-multi-select', true, true);
