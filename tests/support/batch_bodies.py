"""Random batch files as bodies of requests, such that the schema allows and others."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.support.json_schemas import Generator, characters
from tests.support.random_requests import json_values, mostly

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "batch.schema.json").read_text("utf-8"))
EXAMPLES = [
    json.loads(path.read_text("utf-8"))
    for path in sorted((ROOT / "examples/batches").glob("*.json"))
]
IDS = ("a", "b.c", "d_e-f", "G7", "theirs")  # few, so that a batch is often there already

_texts = st.text(characters, max_size=20)
_cells = st.lists(_texts, min_size=2, max_size=2)
_rows = st.lists(_cells, min_size=2, max_size=2) | _texts | json_values
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(IDS) | st.integers(0, 10**9).map(lambda number: f"new{number}"),
    "task": st.sampled_from([example["task"] for example in EXAMPLES]),
    "rows": st.lists(_rows, min_size=1, max_size=4)
    | st.dictionaries(_texts, _rows, min_size=1, max_size=4),
    "context": st.fixed_dictionaries(
        {},
        optional={
            "instruction": _texts,
            "question": _texts,
            "fields": st.lists(_texts, min_size=2, max_size=2),
            "options": st.lists(_texts, max_size=4),
            "labels": st.lists(_texts, max_size=4),
        },
    ),
    "crowd": st.sampled_from(["local", None]),
    "site": st.sampled_from(["sandbox", None]),
    "store": st.none(),
    "push": st.none(),
    "properties": st.just({}) | st.fixed_dictionaries({}, optional={"FrameHeight": json_values}),
    "assignments": st.integers(1, 3),
    "reward": st.sampled_from([0, 0.05, 0.5]),
}
_generator = Generator(SCHEMA, KNOWN)


_members = {
    name: mostly(KNOWN[name], _generator.valid(schema))
    if name in KNOWN
    else _generator.valid(schema)
    for name, schema in SCHEMA["properties"].items()
    if name not in {"id", "task", "rows", "context", "merge"}
}


@st.composite
def likely_batches(draw: st.DrawFn) -> dict[str, Any]:
    """Return an example with another id and at most two other keys, so that most are valid."""
    names = draw(st.sets(st.sampled_from(sorted(_members)), max_size=2))
    changes = {name: draw(_members[name]) for name in sorted(names)}
    return draw(st.sampled_from(EXAMPLES)) | changes | {"id": draw(KNOWN["id"])}


allowed_batches = likely_batches() | _generator.valid(SCHEMA)
broken_batches = _generator.broken(SCHEMA) | json_values
