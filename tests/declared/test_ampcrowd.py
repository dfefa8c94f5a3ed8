"""Documents of AMPCrowd are accepted whole: each becomes a batch file."""

import json
from pathlib import Path
from typing import Any

import pytest

from amt.configuration import DEFAULTS
from amt.declared import ampcrowd, reading
from amt.declared.faults import FileFaults
from amt.declared.reading import Declared
from amt.errors import Error

# As AMPCrowd's own script posts it, with all of its options.
DOCUMENT: dict[str, Any] = {
    "configuration": {
        "task_type": "er",
        "task_batch_size": 2,
        "num_assignments": 3,
        "callback_url": "https://lab.example.org/in",
        "amt": {
            "sandbox": True,
            "title": "Same shoes?",
            "reward": 0.1,
            "duration": 5,
            "frame_height": 700,
            "use_https": True,
        },
        "experimental": {"mitigate_stragglers": True},
    },
    "group_id": "shoes of May",
    "group_context": {"instruction": "Colour does not count.", "fields": ["price", "name"]},
    "content": {"pair1": [["5", "Air"], ["6", "Air Max"]], "pair2": [["5", "Gel"], ["5", "Gel"]]},
}


def read(document: dict[str, Any]) -> Declared:
    text = json.dumps(document)
    return reading.parse(text, "post.json", Path(), DEFAULTS["template_directories"])


def test_every_option_becomes_a_key_of_a_batch_file() -> None:
    """What has no meaning here is named once; the group keeps its name for the callback."""
    declared = read(DOCUMENT)

    file = declared.file
    assert (file.task, file.rows_per_hit, file.assignments, file.site) == ("same", 2, 3, "sandbox")
    assert (file.title, file.reward, file.minutes) == ("Same shoes?", 0.1, 5)
    assert file.properties == {"FrameHeight": 700}
    assert file.id.startswith("shoes-of-May-")
    assert declared.group_id == "shoes of May"
    assert file.context["instruction"] == "Colour does not count."
    assert file.push is not None
    assert (file.push.url, file.push.form) == ("https://lab.example.org/in", "ampcrowd")
    assert [row.id for row in declared.rows] == ["pair1", "pair2"]
    (note,) = declared.notes
    assert note == (
        "post.json: Read as a document of AMPCrowd; --explain prints the batch file that it becomes. "
        "2 keys without a meaning here: use_https, experimental."
    )


@pytest.mark.parametrize(("code", "task"), [("sa", "rate"), ("er", "same"), ("ft", "accept")])
def test_each_task_type_of_ampcrowd_has_one_here(code: str, task: str) -> None:
    """With AMPCrowd's numbers as labels."""
    document = DOCUMENT | {"configuration": DOCUMENT["configuration"] | {"task_type": code}}

    translated, _ = ampcrowd.translate(document, FileFaults())

    assert translated["task"] == task
    options = translated["context"].get("options", [])
    assert [option["value"] for option in options] == ([] if task == "rate" else [1, 0])


def test_another_mix_of_keys_is_refused_with_every_fault() -> None:
    """Faults have the places of the document as it was given."""
    document = {
        "configuration": {"task_type": "er", "num_assignments": "3", "callback_url": "lab"},
        "group_context": {"fields": ["price", "name"]},
        "content": {"pair1": [["5", "Air"], ["6"]]},
        "title": "Shoes",
    }

    with pytest.raises(Error) as caught:
        read(document)

    assert str(caught.value).split("\n") == [
        "post.json:",
        f"/title: AMPCrowd's documents have the keys {', '.join(ampcrowd.KEYS)}; leave it out",
        "/group_id: is missing; AMPCrowd's documents have it",
        "/configuration/task_batch_size: is missing",
        "/configuration/num_assignments: must be a whole number",
        "/configuration/callback_url: must be an http or https URL",
        "/content/pair1/1: 1 value, fields has 2",
    ]
