"""What plug-in crowds return: checked at once, so that a wrong response is one line with its name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from amt.errors import Error

Check = tuple[Callable[[Any], bool], str]  # whether a value is right, and what it must be

TEXT: Check = (lambda value: isinstance(value, str) and value != "", "a text")
NUMBER: Check = (lambda value: type(value) is int and value >= 0, "a whole number")
TIME: Check = (
    lambda value: isinstance(value, datetime) and value.tzinfo is not None,
    "a datetime with a time zone",
)
HIT: Mapping[str, Check] = {
    "HITId": TEXT,
    "HITTypeId": TEXT,
    "HITStatus": TEXT,
    "CreationTime": TIME,
    "Expiration": TIME,
    "MaxAssignments": NUMBER,
    "NumberOfAssignmentsAvailable": NUMBER,
    "NumberOfAssignmentsPending": NUMBER,
    "NumberOfAssignmentsCompleted": NUMBER,
}
ASSIGNMENT: Mapping[str, Check] = {
    "AssignmentId": TEXT,
    "HITId": TEXT,
    "WorkerId": TEXT,
    "AssignmentStatus": TEXT,
    "AcceptTime": TIME,
    "SubmitTime": TIME,
    "Answer": TEXT,
}
ITEMS: Mapping[str, Mapping[str, Mapping[str, Check]]] = {
    "create_hit_with_hit_type": {"HIT": {"HITId": TEXT}},  # the rest is not read
    "get_hit": {"HIT": HIT},
    "get_assignment": {"Assignment": ASSIGNMENT, "HIT": {"HITId": TEXT}},
}
LISTS: Mapping[str, tuple[str, Mapping[str, Check]]] = {
    "list_hits": ("HITs", HIT),
    "list_assignments_for_hit": ("Assignments", ASSIGNMENT),
}


def validate(method: str, request: Mapping[str, Any], response: Any) -> None:
    """Raise Error with what is wrong with the response of one of a plug-in's methods.

    Only what the scripts rely on is checked; python -m amt.check_crowd checks the rest.
    """
    if method == "create_hit_type":
        _validate(method, "", {"HITTypeId": TEXT}, response)
    for name, fields in ITEMS.get(method, {}).items():
        _validate(method, name, fields, _get(method, response, name))
    if method not in LISTS:
        return
    name, fields = LISTS[method]
    items = _get(method, response, name)
    if not isinstance(items, list | tuple):
        raise Error(f"{method} returns {name} that are not a list")
    for item in items:
        _validate(method, name, fields, item)
    token = response.get("NextToken")
    if token and token == request.get("NextToken"):
        raise Error(f"{method} returns the NextToken that it was given, so the list never ends")


def _get(method: str, response: Any, name: str) -> Any:
    if not isinstance(response, Mapping):
        raise Error(f"{method} returns {type(response).__name__} instead of a dict")
    if name not in response:
        raise Error(f"{method} returns no {name}")
    return response[name]


def _validate(method: str, name: str, fields: Mapping[str, Check], item: Any) -> None:
    for field, (is_right, wanted) in fields.items():
        value = _get(f"{method}: {name}" if name else method, item, field)
        if not is_right(value):
            path = f"{name}: {field}" if name else field
            raise Error(f"{method} returns {path} {value!r:.80}, which is not {wanted}")
