// A mask: for each pixel of a picture the number of what is there (0: nothing), painted by brush
// strokes and areas. Nothing is smoothed, because the answer's PNG must have the labels' colours only.

const MOST_NUMBERS = 255;

class Mask {
  constructor({ width, height }) {
    Object.assign(this, { width, height });
    this.data = new Uint8Array(width * height);
  }

  // Paints from the beginning: what was there at first (null: nothing), then the operations.
  rebuild(first, operations) {
    if (first) this.data.set(first); else this.data.fill(0);
    for (const operation of operations) this.paint(operation);
  }

  // Paints {tool: 'brush' | 'area' | 'clear', number, size, points}; returns the changed rectangle.
  paint({ tool, number, size, points }) {
    if (tool === 'clear') {
      const { data } = this;
      for (let index = data.indexOf(number); index >= 0; index = data.indexOf(number, index + 1)) data[index] = 0;
      return this.whole;
    }
    if (tool === 'area') return this.fillArea(points, number);
    return points.slice(0, Math.max(1, points.length - 1))
      .map((point, index) => this.stroke(point, points[index + 1] || point, size / 2, number))
      .reduce(joinRectangles);
  }

  get whole() { return { left: 0, top: 0, right: this.width, bottom: this.height }; }

  // Paints the pixels of a row whose centres are between two places.
  fillRow(row, from, to, number) {
    const start = clamp(Math.ceil(from - 0.5), 0, this.width), end = clamp(Math.floor(to - 0.5) + 1, 0, this.width);
    if (start < end) this.data.fill(number, row * this.width + start, row * this.width + end);
  }

  within(left, top, right, bottom) {
    return {
      left: clamp(Math.floor(left), 0, this.width), top: clamp(Math.floor(top), 0, this.height),
      right: clamp(Math.ceil(right) + 1, 0, this.width), bottom: clamp(Math.ceil(bottom) + 1, 0, this.height),
    };
  }

  // Paints all that a round brush covers between two points: circles at both, and what is between.
  stroke(a, b, radius, number) {
    const changed = this.within(Math.min(a.x, b.x) - radius, Math.min(a.y, b.y) - radius,
      Math.max(a.x, b.x) + radius, Math.max(a.y, b.y) + radius);
    const length = distance(a, b) || 1;
    const aside = { x: -(b.y - a.y) / length * radius, y: (b.x - a.x) / length * radius };
    const sides = [1, -1].map((sign) => [a, b].map(({ x, y }) => ({ x: x + sign * aside.x, y: y + sign * aside.y })));
    const corners = [sides[0][0], sides[0][1], sides[1][1], sides[1][0]];
    for (let row = changed.top; row < changed.bottom; row += 1) {
      const places = crossings(corners, row + 0.5);
      for (const { x, y } of [a, b]) {
        const away = Math.abs(row + 0.5 - y);
        if (away <= radius) {
          const half = Math.sqrt(radius * radius - away * away);
          places.push(x - half, x + half);
        }
      }
      if (places.length) this.fillRow(row, Math.min(...places), Math.max(...places), number);
    }
    return changed;
  }

  fillArea(corners, number) {
    const xs = corners.map(({ x }) => x), ys = corners.map(({ y }) => y);
    const changed = this.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    for (let row = changed.top; row < changed.bottom; row += 1) {
      const places = crossings(corners, row + 0.5).sort((a, b) => a - b);
      for (let index = 0; index + 1 < places.length; index += 2) this.fillRow(row, places[index], places[index + 1], number);
    }
    return changed;
  }

  // Returns how many pixels each number has, as an array.
  count() {
    const counts = new Uint32Array(MOST_NUMBERS + 1), { data } = this, { length } = data;
    for (let index = 0; index < length; index += 1) counts[data[index]] += 1;
    return counts;
  }

  // Shows a part on a canvas; `colors` are #rrggbb for the numbers from 1.
  show(canvas, colors, { left, top, right, bottom }) {
    const width = right - left, height = bottom - top;
    if (width <= 0 || height <= 0) return;
    const picture = new ImageData(width, height), pixels = new Uint32Array(picture.data.buffer);
    const values = Uint32Array.from([0, ...colors.map(pixelOf)]), { data } = this;
    for (let row = 0, to = 0; row < height; row += 1) {
      const from = (top + row) * this.width + left;
      for (let at = from; at < from + width; at += 1, to += 1) pixels[to] = values[data[at]];
    }
    canvas.getContext('2d').putImageData(picture, left, top);
  }
}

// Returns the pixel of a colour #rrggbb, without transparency, as it is in memory.
function pixelOf(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

// Returns where the outline of a polygon crosses a height.
function crossings(corners, y) {
  const places = [];
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length];
    if ((a.y > y) !== (b.y > y)) places.push(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y));
  });
  return places;
}

function joinRectangles(a, b) {
  return {
    left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
  };
}

// Reads a PNG with the colours of labels; returns the number for each pixel. Rejects when the
// picture cannot be loaded, or its server does not let pages read it (CORS).
async function readMask(src, size, colors) {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = src;
  await image.decode();
  const canvas = make('canvas', { width: size.width, height: size.height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, size.width, size.height);
  const pixels = new Uint32Array(context.getImageData(0, 0, size.width, size.height).data.buffer);
  const numbers = new Map(colors.map((color, index) => [pixelOf(color), index + 1]));
  return Uint8Array.from(pixels, (pixel) => numbers.get(pixel) || 0);
}

// Paints a mask with a pointer or the cross: strokes of the brush and the eraser, or areas.
class MaskTool extends ShapeTool {
  stroke = null;  // the operation while the brush is down
  byKey = false;  // it was put down by a key, and the cross moves it

  get isArea() { return this.owner.mode === 'area'; }

  down(at, event) {
    if (this.stroke) this.endStroke();
    this.near = at;
    if (this.isArea) {
      this.action = { kind: 'point' };
      this.owner.render();
    } else this.startStroke(at);
  }

  startStroke(at) {
    const number = this.owner.startPainting();
    if (number === null) return;
    this.stroke = { tool: 'brush', number, size: this.owner.brush, points: [at] };
    this.owner.paintPart(this.stroke);
  }

  extendStroke(at) {
    const last = this.stroke.points.at(-1);
    if (distance(last, at) === 0) return;
    this.stroke.points.push(at);
    this.owner.paintPart({ ...this.stroke, points: [last, at] });
  }

  endStroke() {
    const { stroke } = this;
    this.stroke = null;
    this.byKey = false;
    if (stroke) this.owner.commitOperation(stroke, true);
  }

  drag(at) {
    this.near = at;
    if (this.stroke) this.extendStroke(at);
    this.owner.render();
  }

  up(at, event) {
    if (this.stroke) this.endStroke();
    else if (this.action) {
      this.action = null;
      this.place(at, event);
    }
    if (event.pointerType !== 'mouse') this.near = null;
    this.owner.render();
  }

  // Called for Space and Enter: the brush goes down, and up at the next.
  place(at, event = null) {
    if (this.isArea) return super.place(at, event);
    if (this.stroke) return this.endStroke();
    this.startStroke(at);
    this.byKey = Boolean(this.stroke);
    if (this.byKey) this.owner.say(gettext('Painting: arrows paint, Space ends.'));
    return undefined;
  }

  finish() {
    if (this.stroke) this.endStroke();
    return super.finish();
  }

  complete(points) {
    const number = this.owner.startPainting();
    if (number !== null) this.owner.commitOperation({ tool: 'area', number, points }, false);
  }

  hover(at) {
    this.near = at;
    if (this.byKey && this.stroke && at) this.extendStroke(at);
    this.owner.render();
  }

  cancel() {
    this.stroke = null;
    this.byKey = false;
    this.owner.refresh();
    super.cancel();
  }

  preview() {
    if (!this.isArea) return [];
    if (!this.pending.length) return this.action && this.near ? [this.near] : [];
    return this.near ? [...this.pending, this.near] : this.pending;
  }
}
