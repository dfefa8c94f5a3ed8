"""aggregate_results.py: several answers per row become one label."""

import csv
import io
import json
from typing import Any

import pytest

from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk
from tests.support.votes import lines_of

FLAGS = ("--results_file=results.txt", "--field=output.label")


def aggregate(desk: Desk, rows: Any, *flags: str) -> list[dict[str, Any]]:
    """The lines of the labels."""
    desk.write("results.txt", lines_of(rows))
    done = desk.run("aggregate_results", *FLAGS, *flags)
    assert done.code == 0, done.err
    return done.lines


def test_a_line_per_row_by_majority(desk: Desk) -> None:
    """Its fields are those that docs/quality.md names, a tie has no label and says why."""
    lines = aggregate(desk, ["aab", "ab", "bbb", "b"], "--method=majority")

    assert lines[0] == {
        "row": 0,
        "hit_id": "3HIT1",
        "label": "a",
        "confidence": 0.666667,
        "method": "majority",
        "votes": {"a": 2, "b": 1},
        "agreement": 0.333333,
        "needs_a_look": True,
        "why": "confidence 0.67 is below 0.8",
    }
    assert (lines[1]["label"], lines[1]["why"]) == (None, "tie of a, b")
    assert (lines[2]["label"], lines[2]["why"]) == ("b", None)
    assert (lines[3]["label"], lines[3]["confidence"]) == ("b", None)
    assert lines[3]["why"] == "only one answer"


def test_the_default_is_dawid_skene_where_workers_answer_enough(desk: Desk) -> None:
    """From 3 answers per worker on; and the method is said."""
    few = aggregate(desk, ["ab", "aa"])
    many = aggregate(desk, ["aab", "bbb", "aaa", "abb"])

    assert {line["method"] for line in few} == {"majority"}
    assert {line["method"] for line in many} == {"dawid_skene"}
    assert [line["label"] for line in many] == ["a", "b", "a", "b"]
    said = desk.run("aggregate_results", *FLAGS).err
    assert said == "12 answers of 3 workers to 4 rows, by dawid_skene; 0 need a look.\n"


def test_a_tie_broken_at_random_is_the_same_for_a_seed(desk: Desk) -> None:
    """And still needs a look."""
    rows = ["ab"] * 20
    flags = ("--method=majority", "--ties=random", "--seed=1")
    first = aggregate(desk, rows, *flags)

    assert first == aggregate(desk, rows, *flags)
    assert {line["label"] for line in first} == {"a", "b"}
    assert all(line["needs_a_look"] for line in first)


def test_answers_without_the_field_are_left_out_and_named(desk: Desk) -> None:
    """The exit code is 1, as for everything that was refused."""
    rows = [["a", "a", None], ["b", "b", ""]]
    desk.write("results.txt", lines_of(rows))

    done = desk.run("aggregate_results", *FLAGS)

    assert done.code == 1
    assert [line["votes"] for line in done.lines] == [{"a": 2}, {"b": 2}]
    assert "3ASSIGNMENT0X2: has no output.label; left out\n" in done.err
    assert "2 answers without output.label left out.\n" in done.err


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("output.labl", "no line has output.labl; did you mean output.label?; the fields are "),
        ("x", "no line has x; the fields are answers.label, output.label"),
    ],
)
def test_a_field_that_no_line_has(desk: Desk, field: str, message: str) -> None:
    """The fields that there are are listed."""
    desk.write("results.txt", lines_of(["aa"]))

    said = desk.fails("aggregate_results", FLAGS[0], f"--field={field}")

    assert said.startswith(f"results.txt: {message}")


def test_labels_of_different_types_are_refused_unless_taken_as_text(desk: Desk) -> None:
    """1 and "1" would be two labels, and True would be equal to 1."""
    desk.write("results.txt", lines_of([[1, "1"]]))
    said = desk.fails("aggregate_results", *FLAGS)

    assert said == (
        "results.txt: labels differ in type: number (1) and text (1); "
        "--as_text makes all of them text"
    )
    (line,) = aggregate(desk, [[1, "1"]], "--as_text")
    assert (line["label"], line["votes"]) == ("1", {"1": 2})
    desk.write("results.txt", lines_of([[1, True]]))
    assert "number (1) and true or false (true)" in desk.fails("aggregate_results", *FLAGS)


def test_input_that_cannot_be_aggregated_is_refused_before_output(desk: Desk) -> None:
    """An assignment twice; no HIT with two answers; a value that is no label; a wrong number."""
    twice = result(1, output={"label": "a"})
    desk.write("results.txt", to_lines(twice, twice))
    assert desk.fails("aggregate_results", *FLAGS) == (
        "results.txt: 3ASSIGNMENT1: the assignment is there twice"
    )
    desk.write("results.txt", lines_of(["a", "b"]))
    assert desk.fails("aggregate_results", *FLAGS) == (
        "results.txt: no HIT has two answers with output.label, so none can be compared"
    )
    assert desk.fails("aggregate_results", *FLAGS, "--confidence=2") == (
        "--confidence must be from 0 to 1"
    )
    assert desk.fails("aggregate_results", *FLAGS, "--pseudo_count=0") == (
        "--pseudo_count must be above 0"
    )


def test_a_form_field_and_radio_buttons_are_labels_too(desk: Desk) -> None:
    """Radio buttons of Crowd HTML send an object with one true member."""
    radio = {"yes": True, "no": False}
    desk.write(
        "results.txt",
        to_lines(
            result(1, output=None, answers={"q.1": json.dumps(1)}),
            result(1, assignment_id="3B", answers={"q.1": "1"}),
        ),
    )

    form = desk.run("aggregate_results", FLAGS[0], "--field=answers.q.1")

    assert [line["label"] for line in form.lines] == ["1"]
    assert [line["label"] for line in aggregate(desk, [[radio, radio]])] == ["yes"]


def test_figures_about_each_worker(desk: Desk) -> None:
    """They are columns to judge by; W2 answers last, at once, and always the same."""
    rows = ["aab", "bbb", "aab", "bbb"]
    lines = [json.loads(line) for line in lines_of(rows).splitlines()]
    for line in lines:
        if line["worker_id"] == "W2":
            line["accept_time"] = "2015-11-23T18:15:01Z"
    desk.write("results.txt", to_lines(*lines))

    done = desk.run(
        "aggregate_results", *FLAGS, "--method=majority", "--workers_file=w.csv", "--votes_file=v"
    )

    assert done.code == 0, done.err
    table = list(csv.DictReader(io.StringIO(desk.read("w.csv"))))
    assert [row["worker_id"] for row in table] == ["W0", "W1", "W2"]
    assert table[2] == {
        "worker_id": "W2",
        "answers": "4",
        "accuracy": "0.5",
        "accuracy_low": "0.15",
        "accuracy_high": "0.85",
        "agreement": "0.5",
        "confusion": '{"a": {"b": 2.0}, "b": {"b": 2.0}}',
        "median_seconds": "2",
        "fast_answers": "4",
        "repeated_answers": "1",
    }
    assert table[0]["repeated_answers"] == "0"
    assert desk.read("v").splitlines()[:3] == ["task,worker,label", "3HIT1,W0,a", "3HIT1,W1,a"]


def test_labels_of_hundreds_of_digits_are_labels(desk: Desk) -> None:
    """Also those beyond the largest float: they are compared, but nothing is computed from them."""
    desk.write("results.txt", lines_of([[10**400, 5, 5], [10**200, 5, 5]]))

    labels = desk.run("aggregate_results", *FLAGS).lines
    measures = desk.run("aggregate_results", *FLAGS, "--agreement").lines

    assert [line["label"] for line in labels] == [5, 5]
    by_name = {line["measure"]: line for line in measures}
    assert by_name["krippendorff_alpha_interval"]["why"] == "the labels are not numbers"
    assert by_name["raw_agreement"]["value"] == pytest.approx(1 / 3)


def test_the_results_are_not_overwritten(desk: Desk) -> None:
    """By a mistaken name of a file to write; and each file is its own."""
    desk.write("results.txt", lines_of(["aab", "abb"]))
    before = desk.read("results.txt")

    over = desk.fails("aggregate_results", *FLAGS, "--workers_file=results.txt")
    twice = desk.fails("aggregate_results", *FLAGS, "--workers_file=x", "--votes_file=x")

    assert over == "--workers_file results.txt: this file is read too; name another"
    assert twice == "--workers_file x: this file is that of --votes_file too; name another"
    assert desk.read("results.txt") == before


def test_numbers_are_asked_about_again_where_they_need_a_look(desk: Desk) -> None:
    """Numbers have no confidence, and a row with one answer needs a look."""
    desk.write("results.txt", lines_of([[1.5, 2.5], [1.5, 1.5], [2.5]]))

    desk.run("aggregate_results", *FLAGS, "--unsure_hit_ids_file=unsure.txt")

    assert len(desk.read("unsure.txt").splitlines()[1:]) == 1


def test_an_answer_submitted_before_it_was_accepted_has_no_time(desk: Desk) -> None:
    """As a file edited by hand may have it."""
    lines = lines_of([["a", "a"]] * 2).replace("18:14:41Z", "19:14:41Z")
    desk.write("results.txt", lines)

    desk.run("aggregate_results", *FLAGS, "--workers_file=workers.csv")

    workers = csv.DictReader(io.StringIO(desk.read("workers.csv")))
    assert {worker["median_seconds"] for worker in workers} == {""}


def test_agreement_is_printed_instead_of_labels(desk: Desk) -> None:
    """A line per measure; --order makes texts ordinal, and must list all labels."""
    desk.write("results.txt", lines_of([["low", "mid"], ["mid", "mid"], ["high", "high"]] * 4))
    flags = (*FLAGS, "--agreement")

    lines = desk.run("aggregate_results", *flags, "--order=low,mid,high").lines

    by_name = {line["measure"]: line for line in lines}
    assert by_name["raw_agreement"]["value"] == pytest.approx(2 / 3)
    assert by_name["krippendorff_alpha_ordinal"]["value"] > 0.7
    assert by_name["krippendorff_alpha_interval"]["why"] == "the labels are not numbers"
    desk.write("one.txt", lines_of([["low", "mid", "mid"]]))
    (raw,) = (
        line
        for line in desk.run(
            "aggregate_results", "--results_file=one.txt", FLAGS[1], "--agreement"
        ).lines
        if line["measure"] == "raw_agreement"
    )
    assert (raw["value"], raw["low"]) == (pytest.approx(1 / 3), None)
    assert raw["why"] == "a single row has no interval"
    assert desk.fails("aggregate_results", *flags, "--order=low,high") == (
        "results.txt: the label mid is not in --order"
    )
    assert "--agreement writes no files" in desk.fails(
        "aggregate_results", *flags, "--votes_file=v"
    )
    assert (
        "--estimate writes no files and no labels; leave out --unsure_hit_ids_file"
        in desk.fails(
            "aggregate_results", *FLAGS, "--estimate=share:label=mid", "--unsure_hit_ids_file=u"
        )
    )


def test_rankings_have_scores_and_numbers_a_bias(desk: Desk) -> None:
    """--scores_file and --workers_file; other kinds have neither votes nor scores."""
    (line, _) = aggregate(
        desk,
        [[["a", "b"], ["a", "b"]], [["b", "a"], ["a", "b"]]],
        "--kind=ranking",
        "--scores_file=s.csv",
    )
    assert line["label"] == ["a", "b"]
    assert desk.read("s.csv").splitlines()[:2] == [
        "item,comparisons,wins,strength",
        "a,4,3,0.549306",
    ]
    aggregate(desk, [[1.5, 2, 2], [4, 5, 5]], "--workers_file=w.csv")
    table = list(csv.DictReader(io.StringIO(desk.read("w.csv"))))
    assert [row["bias"] for row in table] == ["-0.75", "0.375", "0.375"]
    refused = desk.run("aggregate_results", *FLAGS, "--kind=text", "--votes_file=v")
    assert (refused.code, refused.out) == (2, "")
    assert "--votes_file is for labels, and these answers are text\n" in refused.err


def test_a_value_of_another_kind_is_named(desk: Desk) -> None:
    """With worker and HIT, before any output."""
    desk.write("results.txt", lines_of([[1.5, "many"]]))

    assert desk.fails("aggregate_results", *FLAGS) == (
        "results.txt: output.label of worker W1 in HIT 3HIT1: 'many' is not a number"
    )
