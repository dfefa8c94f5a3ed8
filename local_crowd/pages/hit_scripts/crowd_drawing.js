// The common part of Amazon's elements that draw on a picture: labels, tools, keys, the list of
// what is drawn. A subclass says what is drawn and how the answer is built.

// Amazon's colours for labels, in its order.
const LABEL_COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'];

// Returns a colour for a number: Amazon's ten, then others that differ from them and from each other.
function colorOf(number) {
  if (number < LABEL_COLORS.length) return LABEL_COLORS[number];
  const hue = (number * 137.508) % 360, light = [38, 55, 68][number % 3];
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    const share = light / 100 - 0.6 * Math.min(light / 100, 1 - light / 100) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(share * 255).toString(16).padStart(2, '0');
  };
  return '#' + part(0) + part(8) + part(4);
}

const HELP_ZOOM = gettext('Two fingers, the wheel or the buttons zoom. Two fingers, the middle button or Move picture move the picture.');
const HELP_UNDO = gettext('Ctrl+Z undoes, Ctrl+Y redoes, + and - zoom.');

class CrowdDrawing extends CrowdTask {
  static observedAttributes = ['src', 'labels', 'label-colors', 'header', 'initial-value'];
  static delegatesFocus = false;
  static style = `
    .labels { display: flex; flex-wrap: wrap; gap: .4rem }
    .labels .choice { min-height: 2.5rem; padding: .2rem .6rem; border: 1px solid #66717f; background: #fff }
    .labels .choice:has(:checked) { border-color: #1d2733; box-shadow: inset 0 0 0 1px #1d2733 }
    .swatch { flex: none; width: 1rem; height: 1rem; border: 1px solid #1d2733; border-radius: .2rem }
    kbd { padding: 0 .35rem; border: 1px solid #66717f; border-radius: .2rem; background: #f4f6f8; color: #1d2733; font: inherit; font-size: .85em }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; margin: .6rem 0 }
    .tools button, .row button { min-height: 2.5rem; padding: .2rem .8rem }
    .tools button[aria-pressed=true] { background: #0a5499; color: #fff }
    .tools .gap { width: .6rem }
    [role=status] { min-height: 1.5em; margin: .5rem 0 }
    .drawn { margin: 0; padding: 0; list-style: none }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .6rem; padding: .3rem .4rem; border-bottom: 1px solid #d8dee5 }
    .row.selected { background: #e8f1fa }
    .row .where { flex: 1; min-width: 9rem }
    .acts { display: flex; gap: .4rem; margin-left: auto }
    .row select { min-height: 2.5rem; max-width: 12rem; border: 1px solid #66717f; border-radius: .4rem; background: #fff; color: inherit; font: inherit }
    details { margin: .8rem 0; color: #4a5561 }
    details p { margin: .3rem 0 }
    h3 { margin-top: .8rem }
    .crowd-form-submit { margin-top: 1.25rem }
    .crowd-form-message { margin: .75rem 0; font-weight: 600; color: #a3161a; white-space: pre-wrap; overflow-wrap: anywhere }
    .crowd-form-message:empty { display: none }`;

  history = new DrawHistory();
  live = null;      // the state that is shown while a pointer changes it
  selected = null;  // id of the selected shape
  part = null;      // number of its point that the arrow keys move; null: all of it
  cursor = null;    // the point where keys draw; null until they do
  ownLabels = null; // labels that a script has set

  get kind() { return KINDS[this.constructor.kind]; }

  get control() { return this.view.stage; }

  get labels() { return this.ownLabels || this.labelsOf('labels'); }

  set labels(labels) {
    this.ownLabels = Array.from(labels, String);
    if (this.shadowRoot) this.update('labels');
  }

  labelsOf(attribute) {
    return (listOf(this.getAttribute(attribute)) || [])
      .map((label) => typeof label === 'object' && label ? label.label : label)
      .filter((label) => typeof label === 'string' && label);
  }

  get label() { return (this.list.querySelector(':checked') || {}).value; }

  get defect() {
    const names = { tag: this.localName, name: this.name };
    if (super.defect) return super.defect;
    if (!this.getAttribute('src')) return gettext('The <%(tag)s> "%(name)s" has no picture (src).', names);
    return this.ownLabels || this.labels.length ? '' : gettext('The <%(tag)s> "%(name)s" has no valid labels.', names);
  }

  colorOfLabel(label) {
    const number = this.labels.indexOf(label);
    const given = this.labelsOf('label-colors')[number];
    return /^#[0-9a-f]{6}$/i.test(given || '') ? given : colorOf(Math.max(0, number));
  }

  build() {
    this.tool = this.makeTool();
    this.view = new DrawView(this.tool, () => this.viewChanged());
    this.heading = make('h2');
    this.list = make('div', { class: 'labels' });
    this.status = make('p', { role: 'status' });
    this.drawn = make('ul', { class: 'drawn', 'aria-labelledby': 'drawn' });
    this.count = make('h3', { id: 'drawn' });
    this.view.stage.addEventListener('keydown', (event) => pressKey(this, event));
    this.view.stage.addEventListener('pointerdown', () => { this.cursor = null; });
    this.list.addEventListener('change', () => { this.labelChosen(); });
    const keys = make('details', {}, make('summary', {}, gettext('Keys and gestures')),
      make('div', { id: 'keys' }, ...this.help().map((line) => make('p', {}, line))));
    const style = make('style', {}, DrawView.style + CrowdDrawing.style);
    return [style, ...this.frame(this.heading,
      make('fieldset', {}, make('legend', {}, gettext('Label')), this.list), this.makeTools(), this.view.stage, this.status,
      keys, this.count, this.drawn, this.problem, ...this.ownForm())];
  }

  makeTool() { return new ShapeTool(this); }

  makeTools() {
    const button = (text, action, name = text) => {
      const made = make('button', { type: 'button', 'aria-label': name === text ? null : name, title: name === text ? null : name }, text);
      made.addEventListener('click', action);
      return made;
    };
    this.buttons = {
      undo: button(gettext('Undo'), () => this.undo()),
      redo: button(gettext('Redo'), () => this.redo()),
      smaller: button('−', () => this.view.zoom(1 / 1.5), gettext('Zoom out')),
      larger: button('+', () => this.view.zoom(1.5), gettext('Zoom in')),
      pan: button(gettext('Move picture'), () => this.togglePanning()),
      finish: button(gettext('Finish'), () => { this.tool.finish(); this.render(); }),
    };
    return make('div', { class: 'tools', role: 'toolbar', 'aria-label': gettext('Tools') }, ...this.ownTools(),
      ...Object.values(this.buttons));
  }

  ownTools() { return []; }

  help() {
    const { kind } = this;
    return [
      kind.help + ' ' + gettext('Drag a label or an outline to move a shape, and its handles to change it.'),
      HELP_ZOOM,
      [kind.keyHelp,
        kind.most === 1 ? gettext('N selects the next shape, arrows move it, Delete removes it, Escape leaves it.')
          : gettext('N selects the next shape, arrows move it, V chooses a point of it to move, Delete removes it, Escape leaves it.'),
        HELP_UNDO].join(' '),
    ];
  }

  update(name) {
    this.heading.textContent = this.getAttribute('header') || '';
    this.heading.hidden = !this.heading.textContent;
    if (name === undefined || name === 'src') this.view.load(this.getAttribute('src'));
    if (name === undefined || name.startsWith('label')) this.nameLabels();
    if (name === undefined || ['initial-value', 'labels', 'src'].includes(name)) this.begin();
    this.render();
  }

  nameLabels() {
    const before = this.label, { labels } = this;
    const chosen = Math.max(0, labels.indexOf(before));
    this.list.replaceChildren(...labels.map((label, number) => make('label', { class: 'choice' },
      make('input', { type: 'radio', name: 'label', value: label, checked: number === chosen }),
      make('span', { class: 'swatch', style: 'background: ' + this.colorOfLabel(label) }), label,
      ...(number < 10 ? [make('kbd', { 'aria-hidden': 'true' }, String((number + 1) % 10))] : []))));
  }

  labelChosen() {
    this.select(null);
    this.render();
  }

  // Returns the list in initial-value, which may be within an object as in the answer.
  initialShapes() {
    const value = looseJson(this.getAttribute('initial-value'));
    const list = Array.isArray(value) ? value : ((value || {})[this.constructor.key] || []);
    return Array.isArray(list) ? list : [];
  }

  // Shows what initial-value contains, in place of what was drawn.
  begin() {
    if (this.history.isChanged && this.ownLabels) return;  // a script has added a label meanwhile
    const { labels } = this;
    const shapes = this.initialShapes().filter((value) => value && labels.includes(value.label)).map((value) => {
      const points = this.kind.fromAnswer(value);
      return { label: value.label, points: Array.isArray(points) ? points.map(({ x, y }) => ({ x: Number(x), y: Number(y) })) : [] };
    }).filter(({ points }) => points.length >= this.kind.least && points.every(({ x, y }) => Number.isFinite(x + y)));
    this.history.restart(shapes.map((shape, index) => ({ id: index + 1, ...shape })));
    this.select(null);
  }

  reset() {
    this.history.restart(this.history.first.shapes);
    this.select(null);
    this.done('');
  }

  // Changes with the same `group` in a row are undone together.
  commit(state, message, group = null) {
    this.history.put(state, group);
    this.done(message);
  }

  done(message) {
    this.live = null;
    const { shapes } = this.history.state;
    if (!shapes.some(({ id }) => id === this.selected)) this.select(null);
    this.say(message);
    this.render();
    this.changed('input');
    this.changed();
  }

  say(message) { this.status.textContent = message; }

  undo() { this.travel(() => this.history.undo(), gettext('Undone.')); }

  redo() { this.travel(() => this.history.redo(), gettext('Redone.')); }

  travel(go, message) {
    this.tool.cancel();
    if (!go()) return;
    this.refresh();
    this.done(message + ' ' + this.total() + '.');
  }

  // Called when the state has changed other than by drawing.
  refresh() {}

  // Returns what a key does in this element only, if anything.
  ownKey() { return undefined; }

  select(id) {
    this.selected = id;
    this.part = null;
  }

  remove(id) {
    const { state } = this.history;
    const shape = state.shapes.find((one) => one.id === id);
    this.commit({ ...state, shapes: state.shapes.filter((one) => one !== shape) }, gettext('%(label)s removed.', { label: shape.label }));
  }

  relabel(shape, label) {
    this.commit(withShape(this.history.state, { ...shape, label }), gettext('%(before)s is now %(label)s.', { before: shape.label, label }));
  }

  togglePanning() {
    this.view.pan(!this.view.panning);
    put(this.buttons.pan, 'aria-pressed', String(this.view.panning));
  }

  viewChanged() {
    if (this.view.failed) this.say(gettext('The picture cannot be loaded.'));
    this.render();
  }

  total() {
    return this.kind.count(this.history.state.shapes.length);
  }

  render() {
    if (!this.buttons) return;
    const { history, view } = this;
    this.buttons.undo.disabled = !history.past.length;
    this.buttons.redo.disabled = !history.future.length;
    this.buttons.finish.hidden = this.kind.most !== Infinity;
    this.buttons.finish.disabled = !history.state.pending.length;
    this.buttons.smaller.disabled = !view.size || view.isFitting;
    if (view.size) this.paint();
    if (this.listed !== history.state || this.listedSelection !== this.selected) this.enumerate();
  }

  paint() { paintShapes(this); }

  enumerate() {
    const { state } = this.history;
    [this.listed, this.listedSelection] = [state, this.selected];
    this.count.textContent = gettext('Drawn: %(total)s', { total: this.total() });
    this.drawn.replaceChildren(...state.shapes.map((shape) => this.row(shape)));
  }

  row(shape) {
    const where = this.kind.describe(shape.points);
    const label = make('select', { 'aria-label': gettext('Label of %(shape)s', { shape: where }) },
      ...[...new Set([...this.labels, shape.label])].map((one) => make('option', { selected: one === shape.label }, one)));
    label.addEventListener('change', () => this.relabel(shape, label.value));
    const edit = make('button', { type: 'button', 'aria-label': gettext('Edit %(what)s', { what: shape.label + ', ' + where }) }, gettext('Edit'));
    edit.addEventListener('click', () => this.edit(shape.id));
    const remove = make('button', { type: 'button', 'aria-label': gettext('Remove %(what)s', { what: shape.label + ', ' + where }) }, gettext('Remove'));
    remove.addEventListener('click', () => {
      this.remove(shape.id);
      (this.drawn.querySelector('button') || this.view.stage).focus();
    });
    return make('li', { class: 'row' + (shape.id === this.selected ? ' selected' : '') },
      make('span', { class: 'swatch', style: 'background: ' + this.colorOfLabel(shape.label) }),
      label, make('span', { class: 'where' }, where), make('span', { class: 'acts' }, edit, remove));
  }

  edit(id) {
    this.select(id);
    const shape = this.history.state.shapes.find((one) => one.id === id);
    this.say(gettext('%(label)s selected: %(place)s.', { label: shape.label, place: this.kind.describe(shape.points) }));
    this.view.stage.focus();
    this.view.reveal(shape.points[0]);
  }

  fault() {
    if (!this.view.size) {
      return this.view.failed ? gettext('The picture cannot be loaded, so nothing can be drawn. Please return the HIT.')
        : gettext('The picture is still loading.');
    }
    return this.tool.finish() ? '' : this.status.textContent + ' ' + gettext('Finish it, or undo it.');
  }

  // The value in Amazon's form; its members are in the order of the alphabet.
  get value() {
    const { size } = this.view, { key, tellsModified } = this.constructor;
    const shapes = (list) => list.map((shape) => this.kind.toAnswer(shape));
    const { state, first } = this.history;
    const value = {
      inputImageProperties: size ? { height: size.height, width: size.width } : {},
      [key]: shapes(state.shapes),
    };
    if (tellsModified && this.hasAttribute('initial-value')) {
      value.initialValueModified = JSON.stringify(shapes(state.shapes)) !== JSON.stringify(shapes(first.shapes));
    }
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get _submittableValue() { return this.value; }

  get draftValue() { return this.history.isChanged ? this.history.state : undefined; }

  set draftValue({ shapes, pending }) {
    this.history.put({ shapes, pending });
    this.done('');
  }

  collect() { return this.value; }

  focus() { this.view.stage.focus(); }
}
