"""Documents of AMPCrowd, another system for crowds: each becomes a batch file.

AMPCrowd took such a document as the field `data` of POST /crowds/NAME/tasks/.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from amt.declared.batch_file import ID
from amt.declared.faults import FileFaults
from amt.messages import count_of

KEYS = ("configuration", "group_id", "group_context", "content")
OPTIONAL = ("group_context",)
# The task type, and what its workers choose from, with the numbers that AMPCrowd gave to the labels.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "sa": (
        "rate",
        {"words": ["Very negative", "Negative", "Neutral", "Positive", "Very positive"]},
    ),
    "er": ("same", {"options": [{"value": 1, "text": "yes"}, {"value": 0, "text": "no"}]}),
    "ft": ("accept", {"options": [{"value": 1, "text": "yes"}, {"value": 0, "text": "no"}]}),
}
# What each key of a batch file is in AMPCrowd's document.
NAMES = {
    "/id": "/group_id",
    "/task": "/configuration/task_type",
    "/rows": "/content",
    "/rows_per_hit": "/configuration/task_batch_size",
    "/assignments": "/configuration/num_assignments",
    "/push/url": "/configuration/callback_url",
    "/context": "/group_context",
    "/title": "/configuration/amt/title",
    "/description": "/configuration/amt/description",
    "/reward": "/configuration/amt/reward",
    "/minutes": "/configuration/amt/duration",
    "/properties/FrameHeight": "/configuration/amt/frame_height",
}
OF_CONFIGURATION = {
    "task_batch_size": "rows_per_hit",
    "num_assignments": "assignments",
}
OF_AMT = {
    "title": "title",
    "description": "description",
    "reward": "reward",
    "duration": "minutes",
}
SHOWN = ("instruction", "fields")  # of group_context


class Translation(NamedTuple):
    """A batch file in place of AMPCrowd's document, and what to say of it once."""

    document: dict[str, Any]
    note: str


def is_document(document: Any) -> bool:
    """Return whether a document has one of AMPCrowd's keys, none of which a batch file has."""
    return isinstance(document, dict) and any(key in document for key in KEYS)


def translate(document: Mapping[str, Any], faults: FileFaults) -> Translation:
    """Return the batch file that says the same; add what is not AMPCrowd's to `faults`."""
    for key in document:
        if key not in KEYS:
            faults.add_as_given(
                [key], f"AMPCrowd's documents have the keys {', '.join(KEYS)}; leave it out"
            )
    for key in KEYS:
        if key not in document and key not in OPTIONAL:
            faults.add_as_given([key], "is missing; AMPCrowd's documents have it")
    configuration = document.get("configuration", {})
    context = document.get("group_context", {})
    for key, value in (("configuration", configuration), ("group_context", context)):
        if not isinstance(value, dict):
            faults.add_as_given([key], "must be an object")
    configuration = configuration if isinstance(configuration, dict) else {}
    context = context if isinstance(context, dict) else {}
    for key in ("task_type", "num_assignments", "task_batch_size"):
        if key not in configuration and "configuration" in document:
            faults.add_as_given(["configuration", key], "is missing")
    code = configuration.get("task_type")
    task, choices = TASKS.get(code, (code, {})) if isinstance(code, str) else (code, {})
    values: dict[str, Any] = {
        "title": "Generic HIT",
        "reward": 0.03,
        "id": _to_id(document.get("group_id", "missing")),
        "task": "same" if task is None else task,
        "rows": document.get("content", {"missing": ["", ""]}),
        "context": choices | {key: context[key] for key in SHOWN if key in context},
    }
    values |= {
        name: configuration[key] for key, name in OF_CONFIGURATION.items() if key in configuration
    }
    left_out = sorted(set(context) - set(SHOWN))
    left_out += _add_amt(configuration.get("amt"), values, faults)
    left_out += sorted(set(configuration) - {"task_type", "callback_url", "amt", *OF_CONFIGURATION})
    if (url := configuration.get("callback_url")) is not None:
        values["push"] = {"url": url, "on": ["label"], "form": "ampcrowd"}
    note = "Read as a document of AMPCrowd; --explain prints the batch file that it becomes."
    if left_out:
        note += f" {count_of(len(left_out), 'key')} without a meaning here: {', '.join(left_out)}."
    return Translation(values, note)


def _add_amt(options: Any, values: dict[str, Any], faults: FileFaults) -> list[str]:
    """Add the options for Mechanical Turk to `values`; return those that mean nothing here."""
    if options is None:
        return []
    if not isinstance(options, dict):
        faults.add_as_given(["configuration", "amt"], "must be an object")
        return []
    values |= {name: options[key] for key, name in OF_AMT.items() if key in options}
    if "frame_height" in options:
        values["properties"] = {"FrameHeight": options["frame_height"]}
    if "sandbox" in options:
        values["site"] = "sandbox" if options["sandbox"] else "live"
    return sorted(set(options) - {*OF_AMT, "frame_height", "sandbox"})


def _to_id(group_id: Any) -> Any:
    """Return the id of the batch: the group's, or if it cannot be one, what is left of it and a hash."""
    if not isinstance(group_id, str) or re.fullmatch(ID, group_id):
        return group_id
    digest = hashlib.sha256(group_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    rest = re.sub(r"[^A-Za-z0-9._-]+", "-", group_id).strip(".-_")[:50]
    return f"{rest or 'group'}-{digest}"
