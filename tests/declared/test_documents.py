"""Large batch files: their rows stay on the disk, and they are read as small ones are."""

import gc
import json
import tracemalloc
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from amt.configuration import DEFAULTS
from amt.declared import directories, documents, reading
from amt.declared.documents import Content, StoredRows
from amt.errors import Error
from formats import json_text

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Characters of one to four bytes, and what ends a JSON text.
    | st.text(st.sampled_from('a"\\:{}[],é€😀\n')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("aé😀"), inner),
    max_leaves=20,
)
rows = st.lists(values) | st.dictionaries(st.text("ab€"), values)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every document be large, and its parts be short."""
    monkeypatch.setattr(documents, "IN_MEMORY_BYTES", -1)
    monkeypatch.setattr(documents, "PART_BYTES", 7)


def to_plain(value: Any) -> Any:
    """Return a document whose rows are values."""
    if not isinstance(value, dict):
        return value
    return {k: v.to_value() if isinstance(v, StoredRows) else v for k, v in value.items()}


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(
    st.fixed_dictionaries({"a": values}, optional={"rows": rows | values, "content": rows}),
    st.sampled_from([None, 1]),
    st.booleans(),
)
@pytest.mark.usefixtures("small_parts")
def test_a_large_document_has_the_same_values(
    document: dict[str, Any], indent: int | None, is_ascii: bool
) -> None:
    """Wherever the parts end, within a number or within a character."""
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii)

    found = documents.parse(Content([b"\xef\xbb\xbf" + text.encode()]))

    assert found.repeated == []
    assert to_plain(found.value) == document
    for key in {"rows", "content"} & document.keys():
        is_kept = isinstance(found.value[key], StoredRows)
        assert is_kept == isinstance(document[key], dict | list)


@pytest.mark.parametrize(
    "text",
    [
        '{"rows": [1, 2], "rows": [3]}',
        '{"rows": {"p1": 1, "p1": 2}, "a": {"b": 1, "b": 2}}',
        '{"rows": [1, 2',
        '{"rows": [1 2]}',
        '{"rows": [NaN]}',
        '{"rows": [1e999]}',
        '{"rows": [], }',
        '{"rows": []} x',
        '{"rows": {1: 2}}',
        f'{{"rows": [{"[" * 98}{"]" * 98}]}}',
        f'{{"rows": [{"[" * 99}{"]" * 99}]}}',
        f'{{"a": {"[" * 100}{"]" * 100}}}',
        f'{{"a": {"[" * 101}{"]" * 101}}}',
        f'{{"rows": {"[" * 10_000}',
        f'{{"rows": [{"7" * 4301}]}}',
        '["rows"]',
        '"rows"',
        "",
    ],
)
@pytest.mark.usefixtures("small_parts")
def test_what_is_wrong_with_a_large_document_is_said_as_of_a_small_one(text: str) -> None:
    """With the same message at the same place; repeated keys have the same paths."""

    def describe(parse: Any) -> Any:
        try:
            value, repeated = parse()
        except ValueError as error:
            return json_text.describe("batch.json", error)
        return to_plain(value), repeated

    assert describe(lambda: documents.parse(Content([text.encode()]))) == describe(
        lambda: json_text.parse_with_repeated_keys(text)
    )


@pytest.mark.usefixtures("small_parts")
def test_a_large_batch_file_is_read_explained_and_compared(tmp_path: Path) -> None:
    """By its rows, as an object, a list, or AMPCrowd's content."""
    same = {"id": "a", "task": "same", "rows": {"é": [1, 2], "p2": [3, "4\n"]}}
    rate = {"id": "a", "task": "rate", "rows": ["x", {"show": "y"}], "context": {"points": 3}}
    configuration = {"task_type": "sa", "task_batch_size": 1, "num_assignments": 1}
    foreign = {"configuration": configuration, "group_id": "a", "content": {"t1": "x"}}

    def read(document: dict[str, Any], **layout: Any) -> reading.Declared:
        path = tmp_path / "batch.json"
        path.write_text(json.dumps(document, **layout), "utf-8")
        return reading.read(path, DEFAULTS["template_directories"])

    for document in (same, rate, foreign):
        declared = read(document)
        values = document.get("rows") or document["content"]
        expected = list(values.items() if isinstance(values, dict) else enumerate(values))
        assert [(row.id, row.value) for row in declared.rows] == [(str(k), v) for k, v in expected]
        explained = declared.explain()
        assert explained["rows"] == values
        text = json.dumps(explained, indent=2, ensure_ascii=False)
        assert "".join(declared.list_explained()) == text
    directory = directories.find(tmp_path, read(same))
    directories.create(directory, read(same))
    assert json.loads(directory.batch_file.read_bytes()) == same
    directories.find(tmp_path, read(same, indent=1, ensure_ascii=False))
    with pytest.raises(Error, match=r"\n/rows/é/1: differs\n/rows/p2: differs$"):
        directories.find(tmp_path, read(same | {"rows": {"é": [1, 3]}}))
    with pytest.raises(Error, match=r"\n/rows/p2/0: differs$"):
        directories.find(tmp_path, read(same | {"rows": same["rows"] | {"p2": [2, "4\n"]}}))


def test_reading_a_large_file_takes_less_memory_than_the_file_has_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100,000 rows of 32 MB took 130 MB for themselves."""
    monkeypatch.setattr(documents, "IN_MEMORY_BYTES", 50_000)
    monkeypatch.setattr(documents, "PART_BYTES", 50_000)
    path = tmp_path / "batch.json"
    values = {f"p{number}": ["a" * 400, "b" * 400] for number in range(2_000)}
    path.write_text(json.dumps({"id": "a", "task": "same", "rows": values}))
    values.clear()
    threshold = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # a script that ran in this process before has set a higher one

    tracemalloc.start()
    try:
        declared = reading.read(path, DEFAULTS["template_directories"])
        for _ in declared.list_explained():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.set_threshold(*threshold)

    assert len(declared.rows) == 2_000
    assert peak < path.stat().st_size / 2
