// Shows shapes above the picture, in screen pixels, so that lines stay thin at every zoom.

const HANDLE_PIXELS = 5;
const TAG_HEIGHT = 20;
const TAG_FONT_PIXELS = 12.5;

// Shows the shapes of an element, the one that is being drawn, and the cross that keys move.
function paintShapes(owner) {
  const { view, kind, history, tool } = owner, state = owner.live || history.state;
  const shapes = state.shapes.map((shape) => paintShape(owner, kind, shape));
  const begun = paintBegun(owner, kind, tool.preview());
  view.overlay.replaceChildren(...shapes, ...begun, ...paintCross(owner));
}

function linePath(view, points, closed) {
  const path = points.map((point) => {
    const { x, y } = view.toStage(point);
    return x.toFixed(1) + ' ' + y.toFixed(1);
  }).join(' L ');
  return 'M ' + path + (closed ? ' Z' : '');
}

// A line of a colour, on a wider white one, which is visible on any picture.
function paintLine(view, points, closed, color, attributes = {}) {
  const d = linePath(view, points, closed);
  return [
    draw('path', { d, fill: closed ? color : 'none', 'fill-opacity': '.12', stroke: '#fff', 'stroke-width': 5, 'stroke-opacity': '.75', 'stroke-linejoin': 'round', 'stroke-linecap': 'round' }),
    draw('path', { d, fill: 'none', stroke: color, 'stroke-width': 2.5, 'stroke-linejoin': 'round', 'stroke-linecap': 'round', ...attributes }),
  ];
}

function paintDot(view, point, color, radius, attributes = {}) {
  const { x, y } = view.toStage(point);
  return draw('circle', { cx: x, cy: y, r: radius, fill: color, stroke: '#fff', 'stroke-width': 2, ...attributes });
}

function paintShape(owner, kind, shape) {
  const { view } = owner, color = owner.colorOfLabel(shape.label);
  const outline = kind.outline(shape.points), isSelected = shape.id === owner.selected;
  const parts = kind === KINDS.point ? [paintDot(view, outline[0], color, isSelected ? 9 : 6)]
    : paintLine(view, outline, kind.closed, color);
  if (isSelected && kind !== KINDS.point) {
    parts.push(...kind.handles(shape.points).map((handle, index) => paintDot(
      view, handle, index === owner.part ? '#ffd000' : '#fff', HANDLE_PIXELS, { stroke: '#1d2733' })));
  }
  return draw('g', {}, ...parts, paintTag(view, shape, color, outline));
}

let measuring = null;

function measureText(text) {
  measuring ||= make('canvas').getContext('2d');
  measuring.font = `${TAG_FONT_PIXELS}px system-ui, sans-serif`;
  return measuring.measureText(text).width;
}

// The label, above the shape's top left corner; a shape is moved by it.
function paintTag(view, shape, color, outline) {
  const shown = outline.map((point) => view.toStage(point));
  const first = shown.reduce((best, point) => (point.y < best.y - 1 ? point : best));
  const text = shape.label.length > 24 ? shape.label.slice(0, 23) + '…' : shape.label;
  const wide = measureText(text) + 25;
  const x = clamp(first.x - 1, 0, Math.max(0, view.stage.clientWidth - wide));
  const above = first.y - TAG_HEIGHT - 9, y = above < 0 ? first.y + 9 : above;
  return draw('g', { 'data-shape': shape.id, transform: `translate(${x} ${y})`, style: 'cursor: move' },
    draw('rect', { width: wide, height: TAG_HEIGHT, rx: 4, fill: '#1d2733', 'fill-opacity': '.88' }),
    draw('rect', { x: 5, y: 5, width: 10, height: 10, rx: 2, fill: color, stroke: '#fff' }),
    draw('text', { x: 19, y: 14.5, fill: '#fff', 'font-size': TAG_FONT_PIXELS, 'font-family': 'system-ui, sans-serif' }, text));
}

function paintBegun(owner, kind, points) {
  if (!points.length) return [];
  const { view } = owner, color = owner.colorOfLabel(owner.label), { pending } = owner.history.state;
  const outline = kind === KINDS.box && points.length === 2 ? kind.outline(points) : points;
  return [
    ...(outline.length > 1 ? paintLine(view, outline, kind === KINDS.box, color, { 'stroke-dasharray': '6 5' }) : []),
    ...(pending.length ? pending : points).map((point, index) => paintDot(
      view, point, index === 0 && kind.closed ? '#fff' : color, HANDLE_PIXELS, { stroke: index ? '#fff' : '#1d2733' })),
  ];
}

function paintCross(owner) {
  const { view, cursor } = owner;
  if (!cursor || owner.selected !== null) return [];
  const { x, y } = view.toStage(cursor), { clientWidth, clientHeight } = view.stage;
  const d = `M ${x} 0 V ${clientHeight} M 0 ${y} H ${clientWidth}`;
  return [
    draw('path', { d, stroke: '#fff', 'stroke-width': 3, 'stroke-opacity': '.6' }),
    draw('path', { d, stroke: '#1d2733', 'stroke-width': 1 }),
    draw('circle', { cx: x, cy: y, r: 6, fill: 'none', stroke: '#1d2733', 'stroke-width': 2 }),
  ];
}
