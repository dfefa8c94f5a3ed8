"""What is wrong with a batch file, all at once and each with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from amt.configuration import DEFAULTS
from amt.declared import reading
from amt.declared.reading import Declared
from amt.errors import Error

NO_DATABASE = (
    "not the URL of a database; write postgresql://user@host/database or sqlite:///results.sqlite3"
)
BATCH = {"id": "shoes-1", "task": "same", "rows": {"p1": [1, 2], "p2": [3, 4]}}


def read(folder: Path = Path(), **changes: Any) -> Declared:
    text = json.dumps(BATCH | changes)
    return reading.parse(
        text, "batch.json", folder, [*DEFAULTS["template_directories"], str(folder)]
    )


def faults(folder: Path = Path(), **changes: Any) -> list[str]:
    with pytest.raises(Error) as caught:
        read(folder, **changes)
    name, *lines = str(caught.value).split("\n")
    assert name == "batch.json:"
    return lines


def test_every_fault_is_reported_with_its_json_pointer() -> None:
    """An unknown key names the nearest known one; nothing is converted silently."""
    found = faults(
        id="a b",
        rows=3,
        reward="0.05",
        assignment=2,
        minutes=1.5,
        days=10**9,
        rows_per_hit=1001,
        site="prod",
        confidence=2,
        title="",
        push={"ulr": 1, "on": ["start"], "workers": 1},
        merge={"methods": "majority"},
    )

    assert found == [
        "/id: must be 1 to 64 letters, digits, dots, hyphens or underscores, the first a letter or digit",
        "/rows: must be an object, a list, or the name of a .jsonl or .csv file",
        "/title: is empty",
        "/reward: must be a number",
        "/minutes: must be a whole number",
        "/days: must be at most 365",
        "/rows_per_hit: must be at most 1,000",
        "/site: must be 'sandbox' or 'live'",
        "/merge/methods: unknown key; did you mean method?",
        "/confidence: must be at most 1",
        "/push/url: is missing",
        "/push/on/0: must be 'answer', 'label' or 'done'",
        "/push/workers: must be true or false",
        "/push/ulr: unknown key; did you mean url?",
        "/assignment: unknown key; did you mean assignments?",
    ]


def test_rows_of_another_shape_are_reported_with_the_other_faults() -> None:
    """The place within the row is part of the pointer; a misspelt task is found by its name."""
    rows = {"p1": [["a", "b"], ["c"]], "a/b": "text"}

    assert faults(rows=rows, context={"fields": ["name", "price"]}, reward="5") == [
        "/reward: must be a number",
        "/rows/p1/1: 1 value, fields has 2",
        "/rows/a~1b: is text, not a list",
    ]
    assert faults(task="samx") == [
        "/task: samx is not a task: there is no tasks/samx.html; did you mean same?"
    ]


def test_rows_are_an_object_a_list_or_a_file(tmp_path: Path) -> None:
    """A list and a file have the numbers of the rows as ids."""
    (tmp_path / "rows.jsonl").write_text('["a", "b"]\n\n[3, 4]\n')
    (tmp_path / "rows.csv").write_text("text\nAir\n")

    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "word.html").write_text('{# A word. #}<input name="word">')

    by_id, in_list = read(), read(rows=[["a", "b"], [3, 4]])
    in_lines, in_table = (
        read(tmp_path, rows="rows.jsonl"),
        read(tmp_path, rows="rows.csv", task="word"),
    )

    assert list(by_id.rows) == [(0, "p1", [1, 2]), (1, "p2", [3, 4])]
    assert list(in_list.rows) == list(in_lines.rows) == [(0, "0", ["a", "b"]), (1, "1", [3, 4])]
    assert list(in_table.rows) == [(0, "0", {"text": "Air"})]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ({}, "is empty; give at least one row"),
        ("rows.txt", "rows.txt must end in .jsonl or .csv"),
        ("none.csv", "none.csv: No such file or directory"),
        ("bad.jsonl", "bad.jsonl:2: not JSON: Expecting value (column 1)"),
        ("empty.jsonl", "empty.jsonl has no rows"),
    ],
)
def test_rows_that_cannot_be_read_are_a_fault(tmp_path: Path, rows: object, fault: str) -> None:
    """A fault of the file of rows has the file's line too."""
    (tmp_path / "bad.jsonl").write_text("[1, 2]\nx\n")
    (tmp_path / "empty.jsonl").write_text("\n")

    (found,) = faults(tmp_path, rows=rows)

    assert found.replace(f"{tmp_path}/", "") == f"/rows: {fault}"


def test_explain_has_the_default_of_every_key() -> None:
    """What the file leaves out is as it would be if it were given."""
    explained = read(merge={"field": "same"}).explain()

    assert explained["assignments"] == 1
    assert explained["merge"] == {"field": "same", "kind": None, "method": None, "order": []}
    assert explained["rows"] == BATCH["rows"]


def test_a_key_that_is_there_twice_is_a_fault_with_its_place() -> None:
    """It is reported with the others, also within another object."""
    text = '{"id": "a", "task": "same", "rows": {"p1": [1, 2], "p1": [3, 4]}, "context": {"x": 1, "x": 2}, "id": "b", "reward": "5"}'

    with pytest.raises(Error) as caught:
        reading.parse(text, "batch.json", Path(), DEFAULTS["template_directories"])

    assert str(caught.value).split("\n")[1:] == [
        "/reward: must be a number",
        "/context/x: is not a key of this task",
        "/id: is there twice",
        "/rows/p1: is there twice",
        "/context/x: is there twice",
    ]


def test_many_faults_of_a_kind_are_counted() -> None:
    """Of each kind the first 20 are shown, without suggestions, which would take a second each 20,000."""
    unknown = {f"rowz{number}": 0 for number in range(500)}

    found = faults(**unknown, context=unknown)

    assert found[:20] == [f"/rowz{number}: unknown key" for number in range(20)]
    assert len(found) == 42
    assert found[40:] == [
        "and 480 more: /…: unknown key",
        "and 480 more: /context/…: is not a key of this task",
    ]


def test_an_object_of_any_size_has_one_fault() -> None:
    """A text from the network can have a million keys, and as many in a part."""
    many = {f"key{number}": 0 for number in range(1001)}

    assert faults(**many) == ["/: has more than 1000 keys"]
    assert faults(push=many) == ["/push: has more than 1000 keys"]


def test_a_list_of_any_length_has_one_fault() -> None:
    """A text from the network can repeat an item a million times."""
    merge, push = {"order": ["x"] * 10_001}, {"url": "https://x.example", "on": ["label"] * 4}

    assert faults(merge=merge, push=push) == [
        "/merge/order: must have at most 10,000 items",
        "/push/on: must have at most 3 items",
    ]


def test_the_address_of_a_database_is_refused_whatever_it_is() -> None:
    """A port that is not a number is a fault, as a database of another kind is."""
    assert faults(store="postgresql://host:port/x") == [f"/store: {NO_DATABASE}"]


def test_what_is_nested_too_deep_is_refused() -> None:
    """Whatever the depth, there is one message."""
    for depth in (200, 10_000):
        text = '{"id": "a", "task": "same", "rows": {"p1": ' + "[" * depth + "]" * depth + "}}"
        with pytest.raises(Error) as caught:
            reading.parse(text, "batch.json", Path(), DEFAULTS["template_directories"])
        assert str(caught.value) == "batch.json: not JSON: it is nested too deep"


def test_a_number_of_too_many_digits_has_its_line(tmp_path: Path) -> None:
    """In the batch file, and in a file of rows."""
    digits = "7" * 4301
    (tmp_path / "rows.jsonl").write_text(f"[1, 2]\n[1, {digits}]\n")
    with pytest.raises(Error) as caught:
        reading.parse(f'{{"id": "a",\n"rows": [{digits}]}}', "batch.json", Path(), [])

    (fault,) = faults(tmp_path, rows="rows.jsonl")

    words = "a whole number has 4,301 digits, and at most 4,300 are read"
    assert str(caught.value) == f"batch.json:2: {words}"
    assert fault.endswith(f"/rows.jsonl:2: {words} (column 5)")


def test_keys_that_contradict_each_other_are_a_fault() -> None:
    """Each is named with what it contradicts."""
    assert faults(assignments=3, most=2, open_at_most=2, crowd="mtruk", store="mysql://x/y") == [
        "/confidence: is missing; most is the limit for rows that are less sure",
        "/most: must be at least assignments, 3",
        "/open_at_most: must be at least assignments, 3: a HIT opens them at once",
        "/crowd: it must be local, mturk, the URL of a crowd server, or module:factory",
        f"/store: {NO_DATABASE}",
    ]
    assert faults(confidence=0.9) == [
        "/most: is missing; say how many workers confidence may ask about a row"
    ]


def test_hit_properties_that_are_keys_are_a_fault() -> None:
    """Set there too, they would count, and the cost that is said before the launch would be wrong."""
    own = {"MaxAssignments": 9, "Reward": "1.00", "FrameHeight": 500}

    assert faults(properties=own) == [
        "/properties/Reward: has a key of its own; write it as reward",
        "/properties/MaxAssignments: has a key of its own; write it as assignments",
    ]


@pytest.mark.parametrize("task", ["choose", "tag"])
def test_options_are_in_the_context_or_in_every_row(task: str) -> None:
    """The first row without them is named, once; a fault within a row's options is named by its place."""
    rows = {"a": {"options": ["x", "y"]}, "b": {"show": "B"}, "c": "C"}

    assert faults(task=task, rows=rows) == [
        "/context/options: is missing, and so is /rows/b/options"
    ]
    assert read(task=task, rows={"a": rows["a"]}).rows[0].id == "a"
    assert read(task=task, rows=rows, context={"options": [1, 2]}).rows[2].value == "C"
    assert faults(task=task, rows={"a": {"options": [["x"], {"value": 1}]}}) == [
        f"/rows/a/options/{number}: is {kind}, not an option: a text, a number, or an object with value and text"
        for number, kind in enumerate(("a list", "an object"))
    ]


def test_a_text_from_elsewhere_names_no_file(tmp_path: Path) -> None:
    """Without a folder, rows are in the text itself."""
    (tmp_path / "rows.csv").write_text("text\nAir\n")
    text = json.dumps(BATCH | {"rows": str(tmp_path / "rows.csv")})

    with pytest.raises(Error) as caught:
        reading.parse(text, "batch.json", None, DEFAULTS["template_directories"])

    assert str(caught.value) == (
        "batch.json:\n/rows: must be an object or a list: no file can be named here"
    )
