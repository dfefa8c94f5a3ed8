// The shapes of drawing elements, as functions of their points. A shape is {id, label, points}; the
// points of a box are its top left and bottom right corner.

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

function distanceToSegment(point, a, b) {
  const length = distance(a, b) ** 2;
  if (!length) return distance(point, a);
  const along = clamp(((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length, 0, 1);
  return distance(point, { x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) });
}

// Returns whether a point is inside a polygon, by the even-odd rule.
function isInside({ x, y }, corners) {
  let inside = false;
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length];
    if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

// Returns whether two segments cross; a common end is no crossing.
function doCross(a, b, c, d) {
  const side = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

const cornersOf = ([a, b]) => [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
const plainVertices = (shape) => ({ label: shape.label, vertices: shape.points.map(({ x, y }) => ({ x, y })) });
const pointsOfVertices = ({ vertices }) => vertices;

// What the kinds have in common; `least` and `most` are numbers of points.
class ShapeKind {
  constructor(least, most, closed = false) {
    Object.assign(this, { least, most, closed });
  }

  outline(points) { return points; }

  // Returns the points of a new shape, or null when they make none.
  tidy(points) { return points; }

  handles(points) { return points.map((point, index) => ({ ...point, index })); }

  moveHandle(points, { index }, to) { return points.map((point, number) => number === index ? to : point); }

  distance(points, at) {
    const outline = this.outline(points);
    if (outline.length === 1) return distance(outline[0], at);
    const ends = this.closed ? [...outline, outline[0]] : outline;
    return Math.min(...ends.slice(1).map((end, index) => distanceToSegment(at, ends[index], end)));
  }

  contains(points, at) { return this.closed && isInside(at, this.outline(points)); }

  describe(points) {
    return gettext('%(count)s points, the first at %(x)s, %(y)s', { count: points.length, ...points[0] });
  }

  // To and from Amazon's form.
  toAnswer(shape) { return plainVertices(shape); }

  fromAnswer(value) { return pointsOfVertices(value); }
}

class BoxKind extends ShapeKind {
  outline(points) { return cornersOf(points); }

  tidy([a, b]) {
    const points = [
      { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) }, { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) }];
    return points[0].x < points[1].x && points[0].y < points[1].y ? points : null;
  }

  // Corners and middles of sides; `column` and `row` say which edges a handle moves (0, 1 or neither).
  handles([a, b]) {
    const places = [[0, 0], [null, 0], [1, 0], [1, null], [1, 1], [null, 1], [0, 1], [0, null]];
    return places.map(([column, row], index) => ({
      index, column, row,
      x: column === null ? (a.x + b.x) / 2 : [a.x, b.x][column],
      y: row === null ? (a.y + b.y) / 2 : [a.y, b.y][row],
    }));
  }

  moveHandle([a, b], { column, row }, to) {
    const xs = [a.x, b.x], ys = [a.y, b.y];
    if (column !== null) xs[column] = to.x;
    if (row !== null) ys[row] = to.y;
    return this.tidy([{ x: xs[0], y: ys[0] }, { x: xs[1], y: ys[1] }]) || [a, b];
  }

  describe([a, b]) {
    return gettext('left %(left)s, top %(top)s, width %(width)s, height %(height)s', {
      left: a.x, top: a.y, width: b.x - a.x, height: b.y - a.y });
  }

  toAnswer({ label, points: [a, b] }) {
    return { height: b.y - a.y, label, left: a.x, top: a.y, width: b.x - a.x };
  }

  fromAnswer({ left, top, width, height }) {
    return [{ x: left, y: top }, { x: left + width, y: top + height }];
  }
}

class PointKind extends ShapeKind {
  describe([{ x, y }]) { return 'x ' + x + ', y ' + y; }

  toAnswer({ label, points: [{ x, y }] }) { return { label, x, y }; }

  fromAnswer({ x, y }) { return [{ x, y }]; }
}

class LineKind extends ShapeKind {
  tidy(points) { return distance(points[0], points[1]) > 0 ? points : null; }

  describe([a, b]) {
    return gettext('from %(x1)s, %(y1)s to %(x2)s, %(y2)s', { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
  }
}

class PolygonKind extends ShapeKind {
  // Amazon's polygons do not cross themselves. Returns whether a line to `to` crosses those before.
  crosses(points, to) {
    const last = points.at(-1);
    return points.slice(1).some((end, index) => doCross(points[index], end, last, to));
  }
}

const KINDS = {
  box: new BoxKind(2, 2, true),
  point: new PointKind(1, 1),
  line: new LineKind(2, 2),
  polyline: new ShapeKind(2, Infinity),
  polygon: new PolygonKind(3, Infinity, true),
};

// The texts of each kind: how many there are, how to draw one, and what is missing of one.
const countLines = (count) => ngettext('%(count)s line', '%(count)s lines', count, { count });
const MOVE_KEYS = gettext('Keyboard, in the picture: a digit chooses the label, arrows move the cross (with Shift by one pixel), Space places a point.');
const LINE_WITHOUT_SIZE = gettext('The line has no size yet: move on before the second point.');
Object.assign(KINDS.box, {
  count: (count) => ngettext('%(count)s box', '%(count)s boxes', count, { count }),
  help: gettext('Mouse or finger: drag from one corner to the opposite one.'),
  keyHelp: MOVE_KEYS,
  withoutSize: gettext('The box has no size yet: move on before the second point.'),
});
Object.assign(KINDS.point, {
  count: (count) => ngettext('%(count)s point', '%(count)s points', count, { count }),
  help: gettext('Mouse or finger: press where the point belongs.'),
  keyHelp: MOVE_KEYS,
});
Object.assign(KINDS.line, {
  count: countLines,
  help: gettext('Mouse or finger: drag from end to end, or press both ends.'),
  keyHelp: MOVE_KEYS,
  withoutSize: LINE_WITHOUT_SIZE,
});
Object.assign(KINDS.polyline, {
  count: countLines,
  help: gettext('Mouse or finger: press each point; press the last one twice, or Enter or Finish, to end.'),
  keyHelp: gettext('Keyboard, in the picture: a digit chooses the label, arrows move the cross (with Shift by one pixel), Space places a point, Enter ends the line.'),
  tooFew: gettext('A line needs at least 2 points.'),
  withoutSize: LINE_WITHOUT_SIZE,
});
Object.assign(KINDS.polygon, {
  count: (count) => ngettext('%(count)s polygon', '%(count)s polygons', count, { count }),
  help: gettext('Mouse or finger: press each corner; press the first one again, or Enter or Finish, to end.'),
  keyHelp: gettext('Keyboard, in the picture: a digit chooses the label, arrows move the cross (with Shift by one pixel), Space places a point, Enter ends the polygon.'),
  tooFew: gettext('A polygon needs at least 3 points.'),
});

// Moves points by the same distance, as far as all of them stay in the picture.
function movePoints(points, dx, dy, { width, height }) {
  const xs = points.map(({ x }) => x), ys = points.map(({ y }) => y);
  const right = clamp(dx, -Math.min(...xs), width - Math.max(...xs));
  const down = clamp(dy, -Math.min(...ys), height - Math.max(...ys));
  return points.map(({ x, y }) => ({ x: x + right, y: y + down }));
}

// The states of a drawing, none of which is ever changed: {shapes, pending, ...}, where pending are
// the points of a shape that is not finished.
class DrawHistory {
  constructor() { this.restart([]); }

  restart(shapes, more = {}) {
    this.first = this.state = { shapes, pending: [], ...more };
    this.past = [];
    this.future = [];
  }

  get isChanged() { return this.state !== this.first; }

  // States of the same `group` in a row, such as moves by keys, are one step.
  put(state, group = null) {
    if (group === null || group !== this.group) this.past.push(this.state);
    this.future = [];
    this.group = group;
    this.state = state;
  }

  undo() {
    this.group = null;
    if (!this.past.length) return false;
    this.future.push(this.state);
    this.state = this.past.pop();
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(this.state);
    this.state = this.future.pop();
    return true;
  }
}
