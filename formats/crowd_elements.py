"""Amazon's Crowd HTML Elements: every element of its reference, and what each hands in."""

from typing import NamedTuple

NOTHING = "nothing"  # shows something, or is around others
FIELD = "field"  # a value under its name, such as a text
ANNOTATION = "annotation"  # a task of its own: an object under its name, such as boxes or labels


class CrowdElement(NamedTuple):
    """What an element hands in, and whether the local crowd's scripts define it."""

    hands_in: str
    supported: bool


# Source: "Crowd HTML Elements Reference" of the Amazon SageMaker developer guide. The last two are
# in its list for Amazon Augmented AI; they show the output of services of Amazon's.
CROWD_ELEMENTS = {
    "crowd-alert": CrowdElement(NOTHING, supported=False),
    "crowd-badge": CrowdElement(NOTHING, supported=False),
    "crowd-bounding-box": CrowdElement(ANNOTATION, supported=True),
    "crowd-button": CrowdElement(NOTHING, supported=True),
    "crowd-card": CrowdElement(NOTHING, supported=True),
    "crowd-checkbox": CrowdElement(FIELD, supported=True),
    "crowd-classifier": CrowdElement(ANNOTATION, supported=True),
    "crowd-classifier-multi-select": CrowdElement(ANNOTATION, supported=True),
    "crowd-entity-annotation": CrowdElement(ANNOTATION, supported=True),
    "crowd-fab": CrowdElement(NOTHING, supported=False),
    "crowd-form": CrowdElement(NOTHING, supported=True),
    "crowd-icon-button": CrowdElement(NOTHING, supported=False),
    "crowd-image-classifier": CrowdElement(ANNOTATION, supported=True),
    "crowd-image-classifier-multi-select": CrowdElement(ANNOTATION, supported=True),
    "crowd-input": CrowdElement(FIELD, supported=True),
    "crowd-instance-segmentation": CrowdElement(ANNOTATION, supported=True),
    "crowd-instructions": CrowdElement(NOTHING, supported=True),
    "crowd-keypoint": CrowdElement(ANNOTATION, supported=True),
    "crowd-line": CrowdElement(ANNOTATION, supported=True),
    "crowd-modal": CrowdElement(NOTHING, supported=False),
    "crowd-polygon": CrowdElement(ANNOTATION, supported=True),
    "crowd-polyline": CrowdElement(ANNOTATION, supported=True),
    "crowd-radio-button": CrowdElement(FIELD, supported=True),
    "crowd-radio-group": CrowdElement(NOTHING, supported=True),
    "crowd-semantic-segmentation": CrowdElement(ANNOTATION, supported=True),
    "crowd-slider": CrowdElement(FIELD, supported=True),
    "crowd-tab": CrowdElement(NOTHING, supported=False),
    "crowd-tabs": CrowdElement(NOTHING, supported=False),
    "crowd-text-area": CrowdElement(FIELD, supported=True),
    "crowd-toast": CrowdElement(NOTHING, supported=False),
    "crowd-toggle-button": CrowdElement(FIELD, supported=False),
    "crowd-rekognition-detect-moderation-labels": CrowdElement(ANNOTATION, supported=False),
    "crowd-textract-analyze-document": CrowdElement(ANNOTATION, supported=False),
}
