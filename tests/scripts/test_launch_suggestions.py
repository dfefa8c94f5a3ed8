"""launch_hits.py --show_suggestion: pages show what a machine answered, and every result says so."""

import json
from typing import Any

import pytest

from tests.support.machine_lines import MACHINE, machine_result
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import PROPERTIES, Desk

SHOW = "--show_suggestion=machine.jsonl"
PAGE = """{% include "simpleamt.html" %}
{% if row.suggestion %}<p>{{ row.suggestion.label }}</p>{% endif %}
"""


def launch(desk: Desk, rows: Any, *flags: str) -> Any:
    """Launch a HIT for each row."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    return desk.run(
        *("launch_hits", "--html_template=page.html", "--hit_properties_file=properties.json"),
        *("--input_json_file=input.jsonl", "--hit_ids_file=hit_ids.txt", *flags),
    )


def test_a_suggestion_is_shown_and_named_in_every_result(desk: Desk) -> None:
    """The page has it, and the line of results; a row without a suggestion is not marked."""
    machine = [
        machine_result(1, input={"text": "a"}, output={"label": "cat"}),
        machine_result(2, input={"text": "b", "_gold": 1}, output={"label": "dog"}),
    ]
    desk.write("machine.jsonl", to_lines(*machine))

    done = launch(desk, [{"text": "b"}, {"text": "c"}], SHOW)

    assert done.code == 0, done.err
    assert (
        f"The pages show what {MACHINE} answered. Shown suggestions change how people answer; every "
        "line of results will name the machine. 1 row without a suggestion.\n"
    ) in done.err
    crowd = desk.crowd()
    first, second = desk.read("hit_ids.txt").split()
    assert "<p>dog</p>" in crowd.client.get_hit(HITId=first)["HIT"]["Question"]
    worker = crowd.make_worker("Ada")
    for hit_id in (first, second):
        crowd.do(worker, hit_id, [("output", '{"label": "dog"}')])
    lines = desk.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    assert [line.get("suggested_by") for line in lines] == [MACHINE, None]
    assert lines[0]["input"] == {"text": "b", "suggestion": {"label": "dog"}}


def test_a_machine_is_not_shown_a_suggestion(desk: Desk) -> None:
    """Its answer would be another machine's."""
    desk.write("machine.jsonl", to_lines(machine_result(1, input={"text": "a"})))
    launch(desk, [{"text": "a"}], SHOW)
    desk.write("echo.sh", "sed s/input/output/")

    desk.run("answer_hits", "--hit_ids_file=hit_ids.txt", "--name=m", "--command=sh echo.sh")

    line = json.loads(desk.read("hit_ids.machine_results.jsonl"))
    assert line["output"] == {"text": "a"}


def test_an_interrupted_launch_continues_with_the_same_suggestions(desk: Desk) -> None:
    """Others are refused."""
    desk.write("machine.jsonl", to_lines(machine_result(1, input={"text": "a"})))
    other = machine_result(1, input={"text": "a"}, output={"label": "other"})
    desk.write("other.jsonl", to_lines(other))
    rows = [{"text": "a"}, {"text": "b"}]
    assert launch(desk, rows, SHOW).code == 0
    (desk.folder / "hit_ids.txt").unlink()

    done = launch(desk, rows, "--show_suggestion=other.jsonl")
    assert (done.code, "started with a different suggestion;" in done.err) == (2, True)
    assert launch(desk, rows, SHOW).code == 0


@pytest.mark.parametrize(
    ("lines", "row", "message"),
    [
        (
            [result()],
            {"n": 1},
            "machine.jsonl:1: not a machine's answer; a person's is never shown",
        ),
        (
            [machine_result(), machine_result(2, machine="other")],
            {"n": 1},
            f"machine.jsonl: has answers of other, {MACHINE}; one is needed",
        ),
        (
            [machine_result()],
            {"suggestion": 1},
            "input.jsonl:1: cannot have a suggestion: the row has that field",
        ),
        (
            [machine_result()],
            "text",
            "input.jsonl:1: cannot have a suggestion: the row is not an object",
        ),
    ],
)
def test_what_cannot_be_suggested(desk: Desk, lines: Any, row: Any, message: str) -> None:
    """It is an error before the launch."""
    desk.write("machine.jsonl", to_lines(*lines))

    done = launch(desk, [row], SHOW)

    assert (done.code, message in done.err) == (2, True)
