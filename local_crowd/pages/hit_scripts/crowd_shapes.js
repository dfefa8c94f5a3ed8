// <crowd-bounding-box>, <crowd-keypoint>, <crowd-polygon>, <crowd-line>, <crowd-polyline>

// Defines an element that draws shapes of one kind. `key` is the name of their list in the answer;
// `tellsModified`: the answer also says whether initial-value was changed.
function defineShapes(tag, kind, key, tellsModified) {
  customElements.define(tag, class extends CrowdDrawing {
    static kind = kind;
    static key = key;
    static tellsModified = tellsModified;
  });
}

defineShapes('crowd-bounding-box', 'box', 'boundingBoxes', true);
defineShapes('crowd-keypoint', 'point', 'keypoints', false);
defineShapes('crowd-polygon', 'polygon', 'polygons', false);
defineShapes('crowd-line', 'line', 'lines', true);
defineShapes('crowd-polyline', 'polyline', 'polylines', true);
