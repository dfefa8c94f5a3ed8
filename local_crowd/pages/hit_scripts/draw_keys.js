// Drawing with the keyboard: what each key does while the picture has the focus.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ARROW_PIXELS = 10;  // screen pixels that an arrow key moves; with Shift one pixel of the picture

// Does what a key says; `owner` is the element. Other keys stay the browser's.
function pressKey(owner, event) {
  const { view, tool } = owner;
  if (!view.size || event.altKey) return;
  const action = event.ctrlKey || event.metaKey ? commandOf(owner, event) : actionOf(owner, tool, view, event);
  if (!action) return;
  event.preventDefault();
  action();
  owner.render();
}

function commandOf(owner, event) {
  const key = event.key.toLowerCase();
  if (key === 'y' || (key === 'z' && event.shiftKey)) return () => owner.redo();
  return key === 'z' ? () => owner.undo() : null;
}

function actionOf(owner, tool, view, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const own = owner.ownKey(key);
  if (own) return own;
  if (/^[0-9]$/.test(key)) return () => chooseLabel(owner, (Number(key) + 9) % 10);
  if (key in ARROWS) return () => moveByKey(owner, ARROWS[key], event.shiftKey);
  const actions = {
    ' ': () => placeByKey(owner),
    Enter: () => { if (tool.pending.length && tool.pending.length >= owner.kind.least) tool.finish(); else placeByKey(owner); },
    Delete: () => removeByKey(owner),
    Backspace: () => removeByKey(owner),
    Escape: () => leaveByKey(owner),
    n: () => selectNext(owner),
    v: () => chooseNextPoint(owner),
    '+': () => view.zoom(1.5),
    '=': () => view.zoom(1.5),
    '-': () => view.zoom(1 / 1.5),
  };
  return actions[key];
}

function chooseLabel(owner, number) {
  const input = owner.list.querySelectorAll('input')[number];
  if (!input) return;
  input.checked = true;
  owner.labelChosen();
  owner.say(gettext('Label: %(label)s.', { label: input.value }));
}

function selectedShape(owner) {
  return owner.history.state.shapes.find(({ id }) => id === owner.selected);
}

function moveByKey(owner, [right, down], isFine) {
  const { view, kind, history } = owner;
  const step = isFine ? 1 : Math.max(1, Math.round(ARROW_PIXELS / view.scale));
  const shape = selectedShape(owner), within = (point) => ({
    x: clamp(point.x, 0, view.size.width), y: clamp(point.y, 0, view.size.height) });
  if (!shape) {
    const from = cursorOf(owner);
    owner.cursor = within({ x: from.x + right * step, y: from.y + down * step });
    owner.tool.hover(owner.cursor);
    view.reveal(owner.cursor);
    owner.say('x ' + owner.cursor.x + ', y ' + owner.cursor.y);
    return;
  }
  const handle = owner.part === null ? null : kind.handles(shape.points)[owner.part];
  const points = handle
    ? kind.moveHandle(shape.points, handle, within({
      x: Math.round(handle.x) + right * step, y: Math.round(handle.y) + down * step }))
    : movePoints(shape.points, right * step, down * step, view.size);
  const group = 'keys ' + shape.id + ' ' + owner.part;
  owner.commit(withShape(history.state, { ...shape, points }), kind.describe(points), group);
}

// Returns the point where keys draw, at first the middle of what is visible.
function cursorOf(owner) {
  const { view } = owner;
  owner.cursor ||= view.toPicture({ x: view.stage.clientWidth / 2, y: view.stage.clientHeight / 2 });
  return owner.cursor;
}

function placeByKey(owner) {
  owner.select(null);
  owner.tool.place(cursorOf(owner));
}

function removeByKey(owner) {
  const { state } = owner.history;
  if (state.pending.length) owner.commit({ ...state, pending: state.pending.slice(0, -1) }, gettext('The last point is removed.'));
  else if (owner.selected !== null) owner.remove(owner.selected);
}

function leaveByKey(owner) {
  const { state } = owner.history;
  if (owner.tool.stroke) owner.tool.cancel();
  if (state.pending.length) owner.commit({ ...state, pending: [] }, gettext('The shape that was begun is removed.'));
  owner.select(null);
}

function selectNext(owner) {
  const { shapes } = owner.history.state;
  if (!shapes.length) return owner.say(gettext('Nothing is drawn yet.'));
  const index = shapes.findIndex(({ id }) => id === owner.selected);
  return owner.edit(shapes[(index + 1) % shapes.length].id);
}

function chooseNextPoint(owner) {
  const shape = selectedShape(owner);
  if (!shape) return;
  const { length } = owner.kind.handles(shape.points);
  if (length < 2) return;
  const next = owner.part === null ? 0 : owner.part + 1;
  owner.part = next < length ? next : null;
  owner.say(owner.part === null ? gettext('Arrows move all of it.') : gettext('Arrows move point %(number)s of %(count)s.', { number: next + 1, count: length }));
}
