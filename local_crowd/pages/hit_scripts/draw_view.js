// The picture of a drawing element: its zoom and position, and the pointers on it.

const SVG = 'http://www.w3.org/2000/svg';
const MOST_ZOOM = 16;     // screen pixels for a pixel of the picture
const MOST_ENLARGED = 4;  // the same, when a small picture is shown as a whole
const LEAST_HEIGHT = 240;
const CLICK_PIXELS = 5;   // a pointer that moved less has clicked

function clamp(value, low, high) { return Math.min(Math.max(value, low), high); }

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) put(element, name, value);
  element.append(...children);
  return element;
}

// `tool` is told what a pointer does, with points of the picture: down, drag, up, cancel, hover.
// `changed` is called when the picture is loaded, moved or zoomed.
class DrawView {
  static style = `
    .stage { position: relative; overflow: hidden; min-height: 6rem; border: 1px solid #66717f; border-radius: .4rem; background: #e9edf1; cursor: crosshair; touch-action: none; user-select: none; -webkit-user-select: none }
    .stage.panning { cursor: grab }
    .plane { position: absolute; top: 0; left: 0; transform-origin: 0 0 }
    .plane img, .plane canvas { position: absolute; top: 0; left: 0; max-width: none }
    .plane canvas { opacity: .55 }
    .stage svg { position: absolute; inset: 0; width: 100%; height: 100% }
    .pixels { image-rendering: pixelated }`;

  size = null;  // {width, height} of the picture in pixels; null until it is loaded
  failed = false;
  panning = false;  // the worker chose to move the picture
  scale = 1;  // a point p of the picture is shown at p * scale + (x, y)
  x = 0;
  y = 0;
  pointers = new Map();  // id -> {x, y} in the stage
  gesture = null;  // {kind: 'tool' | 'pan' | 'pinch', ...}

  constructor(tool, changed) {
    this.tool = tool;
    this.changed = changed;
    this.image = make('img', { alt: '', draggable: 'false' });
    this.canvas = make('canvas', { 'aria-hidden': 'true' });
    this.plane = make('div', { class: 'plane' }, this.image, this.canvas);
    this.overlay = draw('svg', { 'aria-hidden': 'true' });
    this.stage = make('div', {
      class: 'stage', tabindex: '0', role: 'application', 'aria-label': gettext('Picture to draw on'), 'aria-describedby': 'keys',
    }, this.plane, this.overlay);
    this.image.addEventListener('load', () => this.loaded());
    this.image.addEventListener('error', () => { this.failed = true; this.changed(); });
    this.listen();
  }

  load(src) {
    this.size = null;
    this.failed = false;
    put(this.image, 'src', src);
  }

  loaded() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    this.failed = !width || !height;
    if (this.failed) return this.changed();
    this.size = { width, height };
    [this.image.width, this.image.height] = [width, height];
    this.resize();
    if (!this.observer) {
      this.observer = new ResizeObserver(() => this.resize());
      this.observer.observe(this.stage);
    }
    return undefined;
  }

  // The largest scale at which the whole picture is visible.
  get fitting() {
    const { width, height } = this.size;
    return Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height, MOST_ENLARGED);
  }

  get isFitting() { return this.scale <= this.fitting * 1.001; }

  resize() {
    if (!this.size || !this.stage.clientWidth) return;
    const { width, height } = this.size;
    const wasFitting = !this.fitted || this.scale <= this.fitted * 1.001;
    const room = Math.max(LEAST_HEIGHT, window.innerHeight * 0.7);
    const tall = Math.min(this.stage.clientWidth * height / width, room, height * MOST_ENLARGED);
    this.stage.style.height = Math.round(tall) + 2 + 'px';  // 2: the border
    this.fitted = this.fitting;
    if (wasFitting) this.scale = this.fitted;
    this.place();
  }

  // Applies scale and position, without a gap beside a picture that is larger than the stage.
  place() {
    this.scale = clamp(this.scale, this.fitting, Math.max(MOST_ZOOM, this.fitting));
    const within = (position, room, length) => length <= room ? (room - length) / 2 : clamp(position, room - length, 0);
    this.x = within(this.x, this.stage.clientWidth, this.size.width * this.scale);
    this.y = within(this.y, this.stage.clientHeight, this.size.height * this.scale);
    this.plane.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.plane.classList.toggle('pixels', this.scale >= 4);
    this.changed();
  }

  // Zooms by a factor and keeps the point `at` of the stage (default: its middle) where it is.
  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    if (!this.size) return;
    const before = this.scale;
    this.scale = clamp(before * factor, this.fitting, Math.max(MOST_ZOOM, this.fitting));
    const grown = this.scale / before;
    this.x = at.x - (at.x - this.x) * grown;
    this.y = at.y - (at.y - this.y) * grown;
    this.place();
  }

  showAll() {
    if (!this.size) return;
    this.scale = this.fitting;
    this.place();
  }

  // Moves the picture so that a point of it can be seen.
  reveal(point) {
    const shown = this.toStage(point), edge = 30;
    const { clientWidth, clientHeight } = this.stage;
    this.x += clamp(shown.x, edge, clientWidth - edge) - shown.x;
    this.y += clamp(shown.y, edge, clientHeight - edge) - shown.y;
    this.place();
  }

  toStage({ x, y }) { return { x: x * this.scale + this.x, y: y * this.scale + this.y }; }

  // Returns the nearest point of the picture with whole coordinates.
  toPicture({ x, y }) {
    return {
      x: clamp(Math.round((x - this.x) / this.scale), 0, this.size.width),
      y: clamp(Math.round((y - this.y) / this.scale), 0, this.size.height),
    };
  }

  inStage(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left - this.stage.clientLeft, y: event.clientY - box.top - this.stage.clientTop };
  }

  pan(on) {
    this.panning = on;
    this.stage.classList.toggle('panning', on);
  }

  listen() {
    const { stage } = this;
    stage.addEventListener('pointerdown', (event) => this.down(event));
    stage.addEventListener('pointermove', (event) => this.move(event));
    stage.addEventListener('pointerup', (event) => this.up(event));
    stage.addEventListener('pointercancel', (event) => this.up(event, true));
    stage.addEventListener('pointerleave', () => { if (!this.gesture) this.tool.hover(null); });
    stage.addEventListener('contextmenu', (event) => { if (this.gesture) event.preventDefault(); });
    stage.addEventListener('wheel', (event) => {
      if (!this.size || (event.deltaY > 0 && this.isFitting)) return;  // the page scrolls
      event.preventDefault();
      this.zoom(Math.exp(-clamp(event.deltaY, -200, 200) / 400), this.inStage(event));
    }, { passive: false });
  }

  down(event) {
    if (!this.size || (event.pointerType === 'mouse' && event.button > 1)) return;
    const at = this.inStage(event);
    this.pointers.set(event.pointerId, at);
    stageCapture(this.stage, event.pointerId);
    if (this.pointers.size === 2) {
      if (this.gesture && this.gesture.kind === 'tool') this.tool.cancel();
      this.pinch();
    } else if (this.pointers.size === 1) {
      const pans = this.panning || event.button === 1;
      this.gesture = { kind: pans ? 'pan' : 'tool', last: at, start: at, moved: false };
      if (pans) event.preventDefault();
      else this.tool.down(this.toPicture(at), event);
    }
  }

  pinch() {
    const [a, b] = this.pointers.values();
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const spread = Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    if (this.gesture && this.gesture.kind === 'pinch') {
      this.x += middle.x - this.gesture.middle.x;
      this.y += middle.y - this.gesture.middle.y;
      this.zoom(spread / this.gesture.spread, middle);
    }
    this.gesture = { kind: 'pinch', middle, spread };
  }

  move(event) {
    if (!this.size) return;
    const at = this.inStage(event), { gesture } = this;
    if (!this.pointers.has(event.pointerId)) {
      if (event.pointerType === 'mouse') this.tool.hover(this.toPicture(at));
      return;
    }
    this.pointers.set(event.pointerId, at);
    if (!gesture) return;
    if (gesture.kind === 'pinch') {
      if (this.pointers.size === 2) this.pinch();
      return;
    }
    gesture.moved = gesture.moved || Math.hypot(at.x - gesture.start.x, at.y - gesture.start.y) > CLICK_PIXELS;
    if (gesture.kind === 'pan') {
      this.x += at.x - gesture.last.x;
      this.y += at.y - gesture.last.y;
      this.place();
    } else this.tool.drag(this.toPicture(at), event, gesture.moved);
    gesture.last = at;
  }

  up(event, cancelled = false) {
    if (!this.pointers.delete(event.pointerId)) return;
    const { gesture } = this;
    if (gesture && gesture.kind === 'tool') {
      if (cancelled) this.tool.cancel();
      else this.tool.up(this.toPicture(this.inStage(event)), event, gesture.moved);
    }
    // After a pinch, the finger that is lifted last draws nothing.
    this.gesture = null;
  }
}

function stageCapture(stage, pointerId) {
  try {
    stage.setPointerCapture(pointerId);
  } catch { /* the pointer is gone, or a script made the event */ }
}
