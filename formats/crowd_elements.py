"""Amazon's Crowd HTML Elements: every element of its reference, and what each hands in."""

from typing import NamedTuple

NOTHING = "nothing"  # shows something, or is around others
FIELD = "field"  # a value under its name, such as a text
ANNOTATION = "annotation"  # a task of its own: an object under its name, such as boxes or labels


class CrowdElement(NamedTuple):
    """What an element hands in, and whether the local crowd's scripts define it."""

    hands_in: str
    supported: bool


# Source: "Crowd HTML Elements Reference" of the Amazon SageMaker developer guide. The last three
# groups: its list for Amazon Augmented AI, whose elements show the output of services of Amazon's;
# its second version; and what only its samples contain.
CROWD_ELEMENTS = {
    "crowd-alert": CrowdElement(NOTHING, supported=True),
    "crowd-badge": CrowdElement(NOTHING, supported=True),
    "crowd-bounding-box": CrowdElement(ANNOTATION, supported=True),
    "crowd-button": CrowdElement(NOTHING, supported=True),
    "crowd-card": CrowdElement(NOTHING, supported=True),
    "crowd-checkbox": CrowdElement(FIELD, supported=True),
    "crowd-classifier": CrowdElement(ANNOTATION, supported=True),
    "crowd-classifier-multi-select": CrowdElement(ANNOTATION, supported=True),
    "crowd-entity-annotation": CrowdElement(ANNOTATION, supported=True),
    "crowd-fab": CrowdElement(NOTHING, supported=True),
    "crowd-form": CrowdElement(NOTHING, supported=True),
    "crowd-icon-button": CrowdElement(NOTHING, supported=True),
    "crowd-image-classifier": CrowdElement(ANNOTATION, supported=True),
    "crowd-image-classifier-multi-select": CrowdElement(ANNOTATION, supported=True),
    "crowd-input": CrowdElement(FIELD, supported=True),
    "crowd-instance-segmentation": CrowdElement(ANNOTATION, supported=True),
    "crowd-instructions": CrowdElement(NOTHING, supported=True),
    "crowd-keypoint": CrowdElement(ANNOTATION, supported=True),
    "crowd-line": CrowdElement(ANNOTATION, supported=True),
    "crowd-modal": CrowdElement(NOTHING, supported=True),
    "crowd-polygon": CrowdElement(ANNOTATION, supported=True),
    "crowd-polyline": CrowdElement(ANNOTATION, supported=True),
    "crowd-radio-button": CrowdElement(FIELD, supported=True),
    "crowd-radio-group": CrowdElement(NOTHING, supported=True),
    "crowd-semantic-segmentation": CrowdElement(ANNOTATION, supported=True),
    "crowd-slider": CrowdElement(FIELD, supported=True),
    "crowd-tab": CrowdElement(NOTHING, supported=True),
    "crowd-tabs": CrowdElement(NOTHING, supported=True),
    "crowd-text-area": CrowdElement(FIELD, supported=True),
    "crowd-toast": CrowdElement(NOTHING, supported=True),
    "crowd-toggle-button": CrowdElement(FIELD, supported=True),
    "crowd-rekognition-detect-moderation-labels": CrowdElement(ANNOTATION, supported=True),
    "crowd-textract-analyze-document": CrowdElement(ANNOTATION, supported=True),
    "crowd-question-answer-generation": CrowdElement(ANNOTATION, supported=True),
    "crowd-text-ranking": CrowdElement(ANNOTATION, supported=True),
    "crowd-slider-label": CrowdElement(NOTHING, supported=True),
}
