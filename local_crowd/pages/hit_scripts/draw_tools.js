// Draws and changes shapes: what a pointer or a key does with the shapes of an element (`owner`).

const REACH = { mouse: 8, pen: 12, touch: 20 };  // screen pixels from a shape that still hit it

class ShapeTool {
  action = null;  // what the pressed pointer does: {kind, shape, ...}
  near = null;    // where the pointer is, for the line to the next point

  constructor(owner) { this.owner = owner; }

  get kind() { return this.owner.kind; }

  get pending() { return this.owner.history.state.pending; }

  reach(event) { return (REACH[event.pointerType] || REACH.mouse) / this.owner.view.scale; }

  down(at, event) {
    this.near = at;
    this.action = this.pending.length ? { kind: 'point' } : this.grab(at, event) || { kind: 'new', from: at };
    if (this.action.shape) this.owner.select(this.action.shape.id);
    this.owner.render();
  }

  // Returns the action for the shape under the pointer, or null.
  grab(at, event) {
    const { shapes } = this.owner.history.state, reach = this.reach(event);
    const find = (id) => shapes.find((shape) => shape.id === id);
    const selected = find(this.owner.selected);
    if (selected) {
      const handles = this.kind.handles(selected.points)
        .map((handle) => ({ handle, far: distance(handle, at) })).filter(({ far }) => far <= reach)
        .sort((a, b) => a.far - b.far);
      if (handles.length) return { kind: 'handle', shape: selected, handle: handles[0].handle };
    }
    const tag = event.target.closest && event.target.closest('[data-shape]');
    const tagged = tag && find(Number(tag.getAttribute('data-shape')));
    if (tagged) return { kind: 'move', shape: tagged, from: at };
    const shape = this.nearest(at, reach * 0.75);
    return shape && { kind: 'move', shape, from: at };
  }

  nearest(at, reach) {
    const near = this.owner.history.state.shapes
      .map((shape) => ({ shape, far: this.kind.distance(shape.points, at) })).filter(({ far }) => far <= reach)
      .sort((a, b) => a.far - b.far);
    return near.length ? near[0].shape : null;
  }

  drag(at, event, moved) {
    this.near = at;
    const { action, kind } = this;
    if (!action) return;
    if (moved && action.kind === 'handle') this.change(action.shape, kind.moveHandle(action.shape.points, action.handle, at));
    if (moved && action.kind === 'move') this.change(action.shape, this.moved(action, at));
    this.owner.render();
  }

  moved({ shape, from }, at) {
    return movePoints(shape.points, at.x - from.x, at.y - from.y, this.owner.view.size);
  }

  // Shows a shape with other points until the pointer is lifted.
  change(shape, points) {
    this.owner.live = withShape(this.owner.history.state, { ...shape, points });
  }

  up(at, event, moved) {
    const { action, owner } = this;
    this.action = null;
    if (!action) return;
    if (action.kind === 'point') this.place(at, event);
    else if (action.kind === 'new') this.begin(action.from, at, moved, event);
    else if (owner.live) owner.commit(owner.live, gettext('%(label)s changed: %(place)s.', this.told(owner.live, action.shape.id)));
    if (event.pointerType !== 'mouse') this.near = null;
    owner.live = null;
    owner.render();
  }

  // Returns the label and the place of a shape, for a message.
  told(state, id) {
    const shape = state.shapes.find((one) => one.id === id);
    return { label: shape.label, place: this.kind.describe(shape.points) };
  }

  begin(from, at, moved, event) {
    const { kind, owner } = this;
    if (kind.most === 2 && moved) this.complete([from, at], true);
    else if (kind === KINDS.box) owner.select(this.smallestAround(at));
    else this.place(at, event);
  }

  // Of the shapes around a point, the last that was drawn is on top, but a small one may be below.
  smallestAround(at) {
    const area = ([a, b]) => (b.x - a.x) * (b.y - a.y);
    const around = this.owner.history.state.shapes.filter(({ points }) => this.kind.contains(points, at));
    around.sort((a, b) => area(a.points) - area(b.points));
    return around.length ? around[0].id : null;
  }

  // Adds a point to the shape that is being drawn; the last one completes it.
  place(at, event = null) {
    const { kind, owner, pending } = this;
    const reach = event ? this.reach(event) : 0;
    if (kind.most === Infinity && pending.length >= kind.least) {
      const ends = kind.closed && distance(at, pending[0]) <= reach;
      const twice = event && event.detail !== 1 && distance(at, pending.at(-1)) <= reach / 2;
      if (ends || twice) return this.finish();
    }
    if (pending.length && distance(at, pending.at(-1)) === 0) return undefined;
    if (kind.crosses && pending.length > 1 && kind.crosses(pending, at)) {
      return owner.say(gettext('That line would cross another line of this polygon.'));
    }
    const points = [...pending, at];
    if (points.length === kind.most) return this.complete(points, kind !== KINDS.point || event === null);
    owner.commit({ ...owner.history.state, pending: points },
      gettext('Point %(number)s: %(place)s.', { number: points.length, place: 'x ' + at.x + ', y ' + at.y }));
    return undefined;
  }

  // Completes the shape that is being drawn; returns whether there is none left.
  finish() {
    const { kind, owner, pending } = this;
    if (!pending.length) return true;
    if (pending.length < kind.least) {
      owner.say(kind.tooFew);
      return false;
    }
    if (kind.crosses && kind.crosses([...pending.slice(1)], pending[0])) {
      owner.say(gettext('The last line would cross another line of this polygon.'));
      return false;
    }
    this.complete(pending);
    return true;
  }

  complete(points, selects = false) {
    const { kind, owner } = this, { state } = owner.history;
    const tidy = kind.tidy(points);
    if (!tidy) {
      if (this.pending.length) owner.say(kind.withoutSize);
      return;
    }
    const shape = { id: nextId(state.shapes), label: owner.label, points: tidy };
    const isTwin = ({ label, points }) => label === shape.label && JSON.stringify(points) === JSON.stringify(tidy);
    if (state.shapes.some(isTwin)) {  // Enter was pressed twice, say
      owner.say(gettext('%(label)s is already there.', { label: shape.label }));
      return;
    }
    const next = { shapes: [...state.shapes, shape], pending: [] };
    owner.select(selects && kind !== KINDS.point ? shape.id : null);
    owner.commit(next, gettext('%(label)s drawn: %(place)s.', this.told(next, shape.id)));
  }

  cancel() {
    this.action = null;
    this.near = null;
    this.owner.live = null;
    this.owner.render();
  }

  hover(at) {
    this.near = at;
    if (this.pending.length) this.owner.render();
  }

  // What is drawn while the pointer is down or moves: the points of the shape to come.
  preview() {
    const { action, near, pending, kind } = this;
    if (action && action.kind === 'new' && near && kind.most === 2) return kind.tidy([action.from, near]) || [];
    if (!pending.length) return action && action.kind === 'new' && near ? [near] : [];
    if (!near || (action && action.kind !== 'point')) return pending;
    return kind === KINDS.box ? kind.tidy([pending[0], near]) || pending : [...pending, near];
  }
}

function nextId(shapes) { return Math.max(0, ...shapes.map(({ id }) => id)) + 1; }

function withShape(state, shape) {
  return { ...state, shapes: state.shapes.map((one) => one.id === shape.id ? shape : one) };
}
