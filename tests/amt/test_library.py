"""The study in docs/library.md, which uses the package amt without the scripts."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

PAGES = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def source() -> str:
    """The Python of the page."""
    (block,) = re.findall(
        r"```python\n(.*?)```", (PAGES / "library.md").read_text("utf-8"), re.DOTALL
    )
    return block


@pytest.fixture
def study(desk: Desk, source: str) -> SimpleNamespace:
    """The study as a module, at a desk that has its files."""
    desk.write("question.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("rows.jsonl", '"a"\n"b"\n')
    names: dict[str, object] = {}
    exec(compile(source, "library.md", "exec"), names)
    return SimpleNamespace(**names)


def test_a_study_takes_thirty_lines(source: str) -> None:
    """Below the imports, and without blank lines."""
    lines = [line for line in source.splitlines() if line and "import" not in line]

    assert len(lines) <= 30


def test_a_study_is_launched_collected_and_approved(desk: Desk, study: SimpleNamespace) -> None:
    """From the rows to paid answers, in order, with each answer beside its row."""
    study.launch()
    printed = desk.capsys.readouterr().out.splitlines()
    hits = [line.split()[-1] for line in printed]
    assert [line.split(":")[0] for line in printed] == ["line 1", "line 2"]

    crowd = desk.crowd()
    done = [crowd.do(crowd.make_worker("Ada"), hit) for hit in hits]
    results = list(study.collect())
    assert [(line["hit_id"], line["input"]) for line in results] == [(hits[0], "a"), (hits[1], "b")]
    assert {line["status"] for line in results} == {"Submitted"}

    study.approve()
    assert desk.capsys.readouterr().out.splitlines() == [
        "2 assignments for $0.10 ($0.10 in rewards, $0.00 in fees)",
        "Approved 2 assignments for $0.10 ($0.10 in rewards, $0.00 in fees).",
    ]
    for assignment_id in done:
        assignment = crowd.client.get_assignment(AssignmentId=assignment_id)["Assignment"]
        assert assignment["AssignmentStatus"] == "Approved"


def test_a_study_launched_again_creates_nothing(desk: Desk, study: SimpleNamespace) -> None:
    """The record has every HIT."""
    study.launch()
    desk.calls.clear()

    study.launch()

    assert desk.calls == []
