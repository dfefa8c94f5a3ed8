"""Traces: how they come back in results, exports and the workers file."""

import csv
import io
import json
from typing import Any

import pytest

from amt.answers import to_result
from amt.quality import traces
from local_crowd.operations.questions.answers import build_answer_xml
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

FIELDS = {"word": {"keys": 4, "appeared": 16, "by_script": 0, "pastes": [12], "length": 16}}
TRACE = {"seconds": 20, "front": 18.5, "left": 2, "fields": FIELDS}


def to_line(*fields: tuple[str, str]) -> dict[str, Any]:
    """The result of an assignment with these fields."""
    assignment = {
        "AssignmentId": "3A",
        "HITId": "3H",
        "WorkerId": "A1",
        "AssignmentStatus": "Submitted",
        "Answer": build_answer_xml(fields),
    }
    return to_result(assignment, None, print)


def test_a_trace_is_an_object_beside_the_answers() -> None:
    """Whatever a browser sends there, it is no field of the answer."""
    line = to_line(("word", "horse"), ("_trace", json.dumps(TRACE)))
    assert (line["_trace"], line["answers"]) == (TRACE, {"word": "horse"})
    assert to_line(("_trace", "no JSON"))["_trace"] == "no JSON"
    assert "_trace" not in to_line(("word", "horse"))


def test_exports_have_the_trace_apart_from_the_answers(desk: Desk) -> None:
    """In csv and json as their last column; in the web site's format not at all."""
    desk.write("results.txt", to_lines(result(1, _trace=TRACE), result(2)))
    export = ("export_results", "--results_file=results.txt")

    first, second = csv.DictReader(io.StringIO(desk.run(*export, "--format=csv").out))
    assert list(first)[-1] == "_trace"
    assert (json.loads(first["_trace"]), second["_trace"]) == (TRACE, "")
    (line, _) = json.loads(desk.run(*export, "--format=json").out)
    assert line["_trace"] == TRACE
    assert "trace" not in desk.run(*export, "--format=mturk").out


def test_the_workers_file_lists_medians(desk: Desk) -> None:
    """Of the answers that have a trace; without any there are no such columns."""
    lines = [
        result(
            row + 1,
            assignment_id=f"3A{row}{worker}",
            worker_id=worker,
            output={"label": "a"},
            **({"_trace": {**TRACE, "left": row}} if worker == "A" else {}),
        )
        for row in range(3)
        for worker in "AB"
    ]
    desk.write("results.txt", to_lines(*lines))
    flags = ("--results_file=results.txt", "--field=output.label", "--workers_file=workers.csv")
    assert desk.run("aggregate_results", *flags).code == 0

    rows = {row["worker_id"]: row for row in csv.DictReader(io.StringIO(desk.read("workers.csv")))}

    names = [name for name in rows["A"] if name.startswith("median_") and name != "median_seconds"]
    assert {name: rows["A"][name] for name in names} == {
        "median_front_seconds": "18.5",
        "median_times_left": "1",
        "median_pasted_share": "0.75",
        "median_keys_per_character": "0.25",
    }
    assert {rows["B"][name] for name in names} == {""}


@pytest.mark.parametrize(
    "trace",
    [
        None,
        "text",
        [],
        {"fields": []},
        {"fields": {"a": 1, "b": {"keys": "x", "appeared": True, "pastes": 3}}, "front": -1},
        {"fields": {"a": {"pastes": ["x", 1e300, None]}}, "left": float("nan")},
    ],
)
def test_a_forged_trace_breaks_nothing(trace: Any) -> None:
    """A worker's browser can send anything."""
    figures = traces.read(trace)
    assert figures is None or (figures.front, figures.left, figures.pasted, figures.keys) == (
        None,
        None,
        None,
        None,
    )
