// <crowd-semantic-segmentation>, <crowd-instance-segmentation>: paint a colour for each label, or
// for each thing with a label. What is painted is kept as a list of operations, so that undoing, and
// saving what was begun, take little memory.

const MOST_PNG_CHARACTERS = 3_500_000;  // the crowd accepts answers of 4 MB
const MODES = { brush: gettext('Brush'), area: gettext('Polygon'), eraser: gettext('Eraser') };

class CrowdMasks extends CrowdDrawing {
  static kind = 'polygon';
  static maskStyle = `
    .size { display: flex; align-items: center; gap: .5rem }
    .size input { width: 8rem; accent-color: #0a5499 }
    .plain .swatch { display: none }
    .row.selected { box-shadow: inset 3px 0 0 #0a5499 }`;

  mode = 'brush';
  brush = 10;     // diameter in pixels of the picture
  active = null;  // number of the instance that is painted; null: the next one is new
  mask = null;    // null until the picture is loaded
  first = null;   // the numbers of initial-value's picture, or null
  trouble = '';   // why initial-value cannot be shown

  get targets() { return this.history.state.targets; }  // {label, color} for the numbers from 1

  get colors() { return this.targets.map(({ color }) => color); }

  makeTool() { return new MaskTool(this); }

  ownTools() {
    this.modes = Object.fromEntries(Object.entries(MODES).map(([mode, text]) => {
      const button = make('button', { type: 'button', 'aria-pressed': String(mode === this.mode) }, text);
      button.addEventListener('click', () => this.choose(mode));
      return [mode, button];
    }));
    this.sizer = make('input', { type: 'range', min: 1, max: 100, value: this.brush });
    this.sizer.addEventListener('input', () => this.resizeBrush(Number(this.sizer.value)));
    const gap = make('span', { class: 'gap' });
    return [make('style', {}, CrowdMasks.maskStyle), ...Object.values(this.modes), ...this.moreTools(),
      make('label', { class: 'size' }, gettext('Size'), this.sizer), gap];
  }

  moreTools() { return []; }

  help() {
    return [
      gettext('Mouse or finger: the brush and the eraser paint while pressed; with Polygon press each corner, and the first one again, Enter or Finish to end.'),
      HELP_ZOOM,
      [gettext('Keyboard, in the picture: a digit chooses the label, B the brush, P the polygon, E the eraser, [ and ] its size. Arrows move the cross (with Shift by one pixel). Space puts the brush down and up, or places a corner; Enter ends a polygon.'),
        ...this.moreHelp(), HELP_UNDO].join(' '),
    ];
  }

  moreHelp() { return []; }

  ownKey(key) {
    const resize = (factor, least) => () => this.resizeBrush(Math.max(this.brush + least, 1, Math.round(this.brush * factor)));
    return {
      b: () => this.choose('brush'), p: () => this.choose('area'), e: () => this.choose('eraser'),
      '[': () => this.resizeBrush(Math.max(1, Math.min(this.brush - 1, Math.round(this.brush / 1.25)))),
      ']': resize(1.25, 1), n: () => this.startNew(), v: () => {},
    }[key];
  }

  startNew() {}

  choose(mode) {
    if (!this.tool.finish()) return;  // a polygon with too few corners
    this.mode = mode;
    for (const [name, button] of Object.entries(this.modes)) put(button, 'aria-pressed', String(name === mode));
    this.say(MODES[mode] + '.');
    this.render();
  }

  resizeBrush(size) {
    this.brush = Math.min(size, Number(this.sizer.max));
    this.sizer.value = this.brush;
    this.say(gettext('Size: %(size)s pixels.', { size: this.brush }));
    this.render();
  }

  // Returns the mappings in initial-value as [label, color].
  initialColors() { return []; }

  begin() {
    if (this.history.isChanged && this.ownLabels) return;
    const value = looseJson(this.getAttribute('initial-value')) || {};
    const data = (value.labeledImage || {}).pngImageData;
    this.source = value.src || (data && 'data:image/png;base64,' + data) || null;
    const targets = this.source ? this.initialTargets(value) : [];
    this.history.restart([], { targets });
    this.first = null;
    this.trouble = '';
    this.active = null;
    this.loadFirst();
  }

  // Reads the picture of initial-value, once the size of the picture is known.
  async loadFirst() {
    const { size } = this.view, { source } = this;
    if (!size) return;
    if (source) {
      try {
        const first = await readMask(source, size, this.history.first.targets.map(({ color }) => color));
        if (source === this.source) this.first = first;
      } catch {
        this.trouble = gettext('The labels that this task starts with cannot be loaded. Please return the HIT.');
        this.say(this.trouble);
      }
    }
    this.refresh();
    this.render();
  }

  viewChanged() {
    const { size } = this.view;
    if (size && !(this.mask && this.mask.width === size.width && this.mask.height === size.height)) {
      this.mask = new Mask(size);
      [this.view.canvas.width, this.view.canvas.height] = [size.width, size.height];
      const least = Math.min(size.width, size.height);
      this.sizer.max = Math.max(10, Math.round(least / 2));
      this.brush = Math.max(4, Math.round(least / 16));
      this.sizer.value = this.brush;
      this.loadFirst();
    }
    super.viewChanged();
  }

  // Paints everything again, after undo and the like.
  refresh() {
    if (!this.mask) return;
    this.listed = null;
    if (this.active !== null && this.active > this.targets.length) this.active = null;
    this.mask.rebuild(this.first, this.history.state.shapes);
    this.mask.show(this.view.canvas, this.colors, this.mask.whole);
    this.counts = this.mask.count();
  }

  paintPart(operation) {
    this.mask.show(this.view.canvas, this.brushColors, this.mask.paint(operation));
  }

  // The colours while a stroke is painted, whose target may not be in the state yet.
  get brushColors() { return this.newTarget ? [...this.colors, this.newTarget.color] : this.colors; }

  // Returns the number to paint with, or null if there can be no more; the eraser's is 0.
  startPainting() {
    this.newTarget = null;
    if (this.mode === 'eraser') return 0;
    const number = this.currentNumber();
    if (number) return number;
    if (this.targets.length >= MOST_NUMBERS || !this.label) {
      this.say(this.label ? gettext('There can be %(most)s at most.', { most: MOST_NUMBERS }) : gettext('Choose a label first.'));
      return null;
    }
    this.newTarget = { label: this.label, color: this.freeColor(this.label) };
    return this.targets.length + 1;
  }

  // Returns a colour that no label or instance has yet; `preferred` if possible.
  freeColor(label) {
    const taken = new Set(this.colors.map((color) => color.toLowerCase()));
    const choices = [this.preferredColor(label), ...Array.from({ length: 4 * MOST_NUMBERS }, (_, number) => colorOf(number))];
    return choices.find((color) => color && !taken.has(color.toLowerCase()));
  }

  commitOperation(operation, isPainted) {
    const { state } = this.history;
    const targets = this.newTarget ? [...state.targets, this.newTarget] : state.targets;
    this.newTarget = null;
    const next = { shapes: [...state.shapes, { id: nextId(state.shapes), ...operation }], pending: [], targets };
    this.history.put(next);
    if (isPainted) this.counts = this.mask.count(); else this.refresh();
    const target = targets[operation.number - 1];
    this.painted(operation);
    const values = { label: target && target.label, total: this.total() };
    this.done(operation.tool === 'clear' ? gettext('%(label)s removed.', values)
      : target ? gettext('%(label)s painted: %(total)s.', values) : gettext('Erased: %(total)s.', values));
  }

  painted() {}

  share(number) {
    const percent = 100 * this.counts[number] / this.mask.data.length;
    return gettext('%(percent)s % of the picture', { percent: percent >= 10 ? percent.toFixed(0) : percent.toFixed(1) });
  }

  // Returns the numbers that have pixels.
  get visible() {
    return this.counts ? this.targets.map((_, index) => index + 1).filter((number) => this.counts[number]) : [];
  }

  paint() {
    const { view, tool } = this, parts = paintBegun(this, this.kind, tool.preview());
    const at = tool.near || this.cursor;
    if (at && this.mode !== 'area') {
      const { x, y } = view.toStage(at), r = Math.max(2, this.brush * view.scale / 2);
      for (const [stroke, width] of [['#fff', 3], ['#1d2733', 1.2]]) {
        parts.push(draw('circle', { cx: x, cy: y, r, fill: 'none', stroke, 'stroke-width': width }));
      }
    }
    view.overlay.replaceChildren(...parts, ...paintCross(this));
  }

  render() {
    if (this.sizer) this.sizer.disabled = this.mode === 'area';
    super.render();
  }

  enumerate() {
    this.count.textContent = gettext('Painted: %(total)s', { total: this.total() });
    this.drawn.replaceChildren(...this.visible.map((number) => this.row(number)));
  }

  row(number) {
    const { label, color } = this.targets[number - 1];
    const remove = make('button', { type: 'button', 'aria-label': gettext('Remove %(what)s', { what: this.nameOf(number) }) }, gettext('Remove'));
    remove.addEventListener('click', () => {
      this.commitOperation({ tool: 'clear', number }, false);
      (this.drawn.querySelector('button') || this.view.stage).focus();
    });
    return make('li', { class: 'row' + (number === this.active ? ' selected' : '') },
      make('span', { class: 'swatch', style: 'background: ' + color }),
      ...this.rowParts(number, label), make('span', { class: 'where' }, this.share(number)),
      make('span', { class: 'acts' }, ...this.rowButtons(number), remove));
  }

  rowParts(number) { return [this.nameOf(number)]; }

  rowButtons() { return []; }

  reset() {
    this.history.restart([], { targets: this.history.first.targets });
    this.active = null;
    this.refresh();
    this.done('');
  }

  fault() {
    const fault = super.fault() || this.trouble;
    if (fault || this.png.length <= MOST_PNG_CHARACTERS) return fault;
    return gettext('What is painted is too detailed: its picture has %(size)s MB, and 3.5 MB can be submitted.', {
      size: (this.png.length / 1e6).toFixed(1) });
  }

  get png() {
    const url = this.mask ? this.view.canvas.toDataURL('image/png') : '';
    return url.slice(url.indexOf(',') + 1);
  }

  get isModified() {
    return !this.mask || this.mask.data.some((number, index) => number !== (this.first ? this.first[index] : 0));
  }

  get value() {
    const { size } = this.view;
    return {
      ...(this.hasAttribute('initial-value') && this.constructor.tellsModified ? { initialValueModified: this.isModified } : {}),
      inputImageProperties: size ? { height: size.height, width: size.width } : {},
      ...this.mapping(),
      labeledImage: { pngImageData: this.png },
    };
  }

  get draftValue() { return this.history.isChanged ? this.history.state : undefined; }

  set draftValue({ shapes, pending, targets }) {
    this.history.put({ shapes, pending, targets });
    this.refresh();
    this.done('');
  }
}

customElements.define('crowd-semantic-segmentation', class extends CrowdMasks {
  static tellsModified = true;

  initialTargets(value) {
    return Object.entries(value.labelMappings || {})
      .filter(([, mapping]) => mapping && /^#[0-9a-f]{6}$/i.test(mapping.color))
      .map(([label, { color }]) => ({ label, color }));
  }

  numberOf(label) { return this.targets.findIndex((target) => target.label === label) + 1; }

  currentNumber() { return this.numberOf(this.label); }

  preferredColor(label) { return super.colorOfLabel(label); }

  // The colour of a label stays the same, also when others are painted before it.
  colorOfLabel(label) {
    const number = this.history.state.targets ? this.numberOf(label) : 0;
    return number ? this.targets[number - 1].color : super.colorOfLabel(label);
  }

  nameOf(number) { return this.targets[number - 1].label; }

  total() {
    const { length } = this.visible;
    return ngettext('%(count)s label', '%(count)s labels', length, { count: length });
  }

  mapping() {
    const named = new Map(this.targets.map(({ label, color }) => [label, color]));
    for (const label of this.labels) if (!named.has(label)) named.set(label, this.unusedColor(label, named));
    return { labelMappings: Object.fromEntries(Array.from(named, ([label, color]) => [label, { color }])) };
  }

  unusedColor(label, named) {
    const taken = new Set(named.values()), own = this.preferredColor(label);
    return taken.has(own) ? Array.from({ length: MOST_NUMBERS }, (_, number) => colorOf(number)).find((color) => !taken.has(color)) : own;
  }
});

customElements.define('crowd-instance-segmentation', class extends CrowdMasks {
  initialTargets(value) {
    return (Array.isArray(value.instances) ? value.instances : [])
      .filter((instance) => instance && /^#[0-9a-f]{6}$/i.test(instance.color))
      .map(({ label, color }) => ({ label: String(label), color }));
  }

  moreTools() {
    this.list.classList.add('plain');  // each instance has a colour of its own
    this.starter = make('button', { type: 'button' }, gettext('New instance'));
    this.starter.addEventListener('click', () => { this.startNew(); this.view.stage.focus(); });
    return [this.starter];
  }

  moreHelp() { return [gettext('N begins the next instance.')]; }

  labelChosen() {
    this.tool.finish();
    this.active = null;
    super.labelChosen();
    this.enumerate();
  }

  startNew() {
    this.tool.finish();
    this.active = null;
    this.say(gettext('The next stroke begins a new instance of %(label)s.', { label: this.label }));
    this.enumerate();
  }

  currentNumber() { return this.active; }

  preferredColor() { return null; }

  painted({ number, tool }) {
    if (tool !== 'clear' && number) this.active = number;
    if (tool === 'clear' && number === this.active) this.active = null;
  }

  // An instance's name contains its place among those of its label.
  nameOf(number) {
    const { label } = this.targets[number - 1];
    return label + ' ' + this.visible.filter((other) => other <= number && this.targets[other - 1].label === label).length;
  }

  total() {
    const { length } = this.visible;
    return ngettext('%(count)s instance', '%(count)s instances', length, { count: length });
  }

  rowButtons(number) {
    const button = make('button', { type: 'button', 'aria-label': gettext('Continue %(what)s', { what: this.nameOf(number) }),
      'aria-pressed': String(number === this.active) }, gettext('Continue'));
    button.addEventListener('click', () => {
      this.tool.finish();
      this.active = number;
      this.say(gettext('%(name)s is continued.', { name: this.nameOf(number) }));
      this.enumerate();
      this.view.stage.focus();
    });
    return [button];
  }

  mapping() {
    return { instances: this.visible.map((number) => ({ color: this.targets[number - 1].color, label: this.targets[number - 1].label })) };
  }
});
