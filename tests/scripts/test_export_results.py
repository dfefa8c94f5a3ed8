"""export_results.py: results in the format of other tools."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

FROM = "--results_file=results.txt"
IDS = "--hit_ids_file=hit_ids.txt"
HEADER = [
    *("HITId", "HITTypeId", "Title", "Description", "Keywords", "Reward", "CreationTime"),
    *("MaxAssignments", "RequesterAnnotation", "AssignmentDurationInSeconds"),
    *("AutoApprovalDelayInSeconds", "Expiration", "NumberOfSimilarHITs", "LifetimeInSeconds"),
    *("AssignmentId", "WorkerId", "AssignmentStatus", "AcceptTime", "SubmitTime"),
    *("AutoApprovalTime", "ApprovalTime", "RejectionTime", "RequesterFeedback"),
    *("WorkTimeInSeconds", "LifetimeApprovalRate", "Last30DaysApprovalRate"),
    "Last7DaysApprovalRate",
]


def export(desk: Desk, format_name: str, *flags: str) -> str:
    """What is printed; only what results lack may be said."""
    done = desk.run("export_results", FROM, f"--format={format_name}", *flags)
    assert done.code == 0, done.err
    assert "add --hit_ids_file" in done.err or not done.err
    return done.out


def table(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def collect(desk: Desk, *fields: tuple[str, str]) -> str:
    """Launch a HIT, answer it, and write results.txt; the assignment's id."""
    (hit,) = desk.launch({"text": "a dog", "n": 1})
    desk.clock.advance(60)
    assignment_id = desk.crowd().do(desk.crowd().make_worker("Ada"), hit, list(fields))
    desk.write("results.txt", desk.run("get_results", IDS).out)
    return assignment_id


def test_the_web_sites_columns_in_their_order_every_cell_quoted(desk: Desk) -> None:
    """Input columns as they come, answers by name; a field that some results lack has a column."""
    first = result(1, input={"z": "1", "a-b": "x"}, answers={"q2": "c", "q10": 'say "b"', "q1": ""})
    second = result(2, answers={"taskAnswers": '[{"a": {"x": true}}]'}, input={"new": None})
    desk.write("results.txt", to_lines(first, second))

    text = export(desk, "mturk")

    head, *lines = text.splitlines()
    assert head == ",".join(
        f'"{name}"'
        for name in (
            *(*HEADER, "Input.z", "Input.a-b", "Input.new"),
            *("Answer.q1", "Answer.q10", "Answer.q2", "Answer.taskAnswers", "Approve", "Reject"),
        )
    )
    assert lines[0].endswith(',"1","x","","","say ""b""","c","","",""')
    assert table(text)[1]["Answer.taskAnswers"] == '[{"a": {"x": true}}]'
    assert text.endswith("\n")


def test_what_the_web_site_says_of_an_assignment(desk: Desk) -> None:
    """Times as the site wrote them, in UTC; the seconds of work; rates of this file's results."""
    rejected = result(2, status="Rejected", approval_time=None, requester_feedback="empty")
    desk.write("results.txt", to_lines(result(), rejected, result(3, worker_id="B")))

    row, other, last = table(export(desk, "mturk"))

    assert row["AcceptTime"] == "Mon Nov 23 18:14:41 UTC 2015"
    assert (row["WorkTimeInSeconds"], row["RejectionTime"]) == ("22", "")
    assert row["LifetimeApprovalRate"] == "50% (1/2)"
    assert row["Last7DaysApprovalRate"] == "0% (0/0)"
    assert (other["AssignmentStatus"], other["RequesterFeedback"]) == ("Rejected", "empty")
    assert last["LifetimeApprovalRate"] == "100% (1/1)"


def test_the_hit_is_fetched_through_the_ids_file(desk: Desk) -> None:
    """Title, reward and times are the crowd's; without the ids file one line says how to get them."""
    collect(desk, ("label", "animal"))

    (row,) = table(export(desk, "mturk", IDS))

    assert row["Title"] == "Name an animal"
    assert row["Reward"] == "$0.05"
    assert row["MaxAssignments"] == "2"
    assert row["AssignmentDurationInSeconds"] == "600"
    assert row["HITTypeId"]
    assert row["CreationTime"].endswith(f" UTC {row['CreationTime'][-4:]}")
    assert (row["Input.text"], row["Input.n"], row["Answer.label"]) == ("a dog", "1", "animal")
    said = desk.run("export_results", FROM, "--format=mturk").err
    assert said == (
        "results.txt: does not contain the titles, rewards and times of 1 HIT; add --hit_ids_file "
        "to fetch them from the crowd\n"
    )


def test_the_record_knows_the_title_of_a_deleted_hit(desk: Desk) -> None:
    """Results are often exported after their HITs were deleted."""
    collect(desk, ("label", "animal"))
    assert desk.run("approve_hits", IDS, "--yes").code == 0
    assert desk.run("delete_hits", IDS, "--yes").code == 0

    done = desk.run("export_results", FROM, "--format=mturk", IDS)

    assert done.code == 0, done.err
    assert done.err == (
        "1 HIT cannot be fetched from the crowd, which may have deleted them; their titles and "
        "rewards are those of the batch record\n"
    )
    (row,) = table(done.out)
    assert (row["Title"], row["Reward"], row["CreationTime"]) == ("Name an animal", "$0.05", "")


def test_a_hit_that_nobody_knows_is_named(desk: Desk) -> None:
    """Its row is written all the same."""
    collect(desk, ("label", "animal"))
    desk.write("results.txt", desk.read("results.txt") + to_lines(result()))

    done = desk.run("export_results", FROM, "--format=mturk", IDS)

    assert done.code == 1
    assert done.err.startswith("3HIT1: ")
    assert [row["Title"] for row in table(done.out)] == ["Name an animal", ""]


def test_no_cell_is_a_formula_unless_raw(desk: Desk) -> None:
    """Spreadsheets run what begins with =, +, -, @, a tab or a line break."""
    texts = ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "'x", "a=1"]
    desk.write(
        "results.txt", to_lines(result(answers={str(n): text for n, text in enumerate(texts)}))
    )

    for name, prefix in (("mturk", "Answer."), ("csv", "answer."), ("amti", "")):
        (row,) = table(export(desk, name))
        assert [row[f"{prefix}{n}"] for n in range(9)] == [
            *("'=1+1", "'+1", "'-1", "'@a", "'\tx", "'\rx", "''=1", "'x", "a=1")
        ]
        (row,) = table(export(desk, name, "--raw"))
        assert [row[f"{prefix}{n}"] for n in range(9)] == texts


def test_csv_and_json_have_a_column_for_each_field(desk: Desk) -> None:
    """Those of an object's members too; JSON keeps what is a number."""
    first = result(1, answers={"output": '{"label": "cat", "sure": 4}', "label": "x"})
    second = result(2, input=[1, 2], answers={}, output={"label": "dog"})
    desk.write("results.txt", to_lines(first, second))

    rows = table(export(desk, "csv"))
    objects = json.loads(export(desk, "json"))

    names = ["input.text", "input", "answer.output.label", "answer.output.sure", "answer.label"]
    assert list(rows[0])[-5:] == list(objects[0])[-5:] == names
    assert [[row[name] for name in names] for row in rows] == [
        ["a dog", "", "cat", "4", "x"],
        ["", "[1, 2]", "dog", "", ""],
    ]
    assert [objects[1][name] for name in ("row", "rejection_time", *names)] == [
        *(1, None, None, [1, 2], "dog", None, None)
    ]
    assert objects[0]["answer.output.sure"] == 4


@pytest.mark.foreign
def test_parquet_has_the_same_columns(desk: Desk) -> None:
    """A value that is missing is null; the row is a number."""
    import pyarrow.parquet as pq

    half = "\ud800"  # from a worker's browser
    desk.write("results.txt", to_lines(result(answers={"a": "=x"}), result(2, answers={"b": half})))

    assert export(desk, "parquet", "--output_file=results.parquet") == ""

    rows = pq.read_table(desk.folder / "results.parquet").to_pylist()
    assert [(row["row"], row["answer.a"], row["answer.b"]) for row in rows] == [
        (0, "=x", None),
        (1, None, "\ufffd"),
    ]
    assert list(rows[0])[:4] == ["assignment_id", "hit_id", "worker_id", "row"]


def test_parquet_without_its_library(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says how to install it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    desk.write("results.txt", to_lines(result()))

    assert desk.fails("export_results", FROM, "--format=parquet", "--output_file=x") == (
        "--format parquet needs pyarrow: pip install -r requirements-extras.txt"
    )
    assert not Path("x").exists()


def test_amtis_columns(desk: Desk) -> None:
    """As `amti extract tabular` writes them, and of a rejected assignment too; no doNotRedirect."""
    answers = {"label": "&lt;", "doNotRedirect": "1", "WorkerId": "me"}
    rejected = result(2, status="Rejected", approval_time=None, requester_feedback="empty")
    hit = {"AssignmentDurationInSeconds": 600, "Expiration": "2015-12-01T00:00:00Z"}
    desk.write("results.txt", to_lines(result(answers=answers, hit=hit), rejected))

    first, second = table(export(desk, "amti"))

    assert list(first) == [
        *("HITId", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds", "Expiration"),
        *("CreationTime", "AssignmentId", "WorkerId", "AssignmentStatus", "AutoApprovalTime"),
        *("AcceptTime", "SubmitTime", "ApprovalTime", "RejectionTime", "RequesterFeedback"),
        *("label", "Answer.WorkerId"),
    ]
    assert (first["label"], first["WorkerId"], first["Answer.WorkerId"]) == (
        "&lt;",
        "AWORKER",
        "me",
    )
    assert first["AssignmentDurationInSeconds"] == "600"
    assert (second["ApprovalTime"], second["RequesterFeedback"]) == ("", "empty")


def test_a_file_of_xml_for_each_answer(desk: Desk) -> None:
    """It is what the crowd gave, which results do not hold."""
    assignment_id = collect(desk, ("label", "<b> & 'c'"))
    (assignment,) = desk.crowd().client.list_assignments_for_hit(
        HITId=desk.read("hit_ids.txt").strip()
    )["Assignments"]

    assert export(desk, "xml", "--output_file=answers", IDS) == ""

    (file,) = Path("answers").rglob("*.xml")
    assert file.name == f"assignment-{assignment_id}.xml"
    assert file.parent.name == f"hit-{assignment['HITId']}"
    assert file.read_bytes() == assignment["Answer"].encode()
    assert [path.name for path in desk.folder.glob("answers*")] == ["answers"]


def test_xml_that_is_not_to_be_had_is_named(desk: Desk) -> None:
    """The others are written; a directory that is there stays as it is."""
    collect(desk, ("label", "animal"))
    desk.write("results.txt", desk.read("results.txt") + to_lines(result()))

    done = desk.run("export_results", FROM, "--format=xml", "--output_file=answers", IDS)

    assert done.code == 1
    assert done.err.endswith("3ASSIGNMENT1: the crowd has no such assignment\n")
    assert len(list(Path("answers").rglob("*.xml"))) == 1
    assert desk.fails("export_results", FROM, "--format=xml", "--output_file=answers", IDS) == (
        "answers: exists; name a new directory for the answers"
    )


def test_xml_needs_the_crowd(desk: Desk) -> None:
    """One line says how to get it."""
    desk.write("results.txt", to_lines(result()))

    assert desk.fails("export_results", FROM, "--format=xml", "--output_file=answers") == (
        "results.txt: does not contain the answers as XML of 1 HIT; add --hit_ids_file to fetch "
        "them from the crowd"
    )
    assert not Path("answers").exists()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[]", "not a line of results: not a JSON object"),
        ("{}", "not a line of results: assignment_id is missing"),
        (json.dumps(result(hit_id=5)), "not a line of results: hit_id is not a text"),
        (json.dumps(result(submit_time=5)), "not a line of results: submit_time is not a text"),
        (json.dumps(result(answers=[])), "not a line of results: answers is not an object"),
        (json.dumps(result(row="0")), "not a line of results: row is not a number"),
        ("x", "not JSON: Expecting value (column 1)"),
    ],
)
def test_a_line_that_is_no_result_is_named(desk: Desk, line: str, fault: str) -> None:
    """Before anything is written: the file that was there stays."""
    desk.write("results.txt", f"{to_lines(result())}{line}\n")
    desk.write("out.csv", "before")

    said = desk.fails("export_results", FROM, "--format=mturk", "--output_file=out.csv")

    assert said == f"results.txt:2: {fault}"
    assert desk.read("out.csv") == "before"


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        (["--format=parquet"], "--format parquet needs --output_file"),
        (["--format=xml"], "--format xml needs --output_file"),
        (
            ["--format=json", "--raw"],
            "--raw is for CSV; --format json always writes each value as it is",
        ),
        (
            ["--format=csv", IDS],
            "leave out --hit_ids_file: --format csv has nothing that results lack",
        ),
    ],
)
def test_flags_that_contradict_the_format(desk: Desk, flags: list[str], fault: str) -> None:
    """None is ignored without a word."""
    desk.write("results.txt", to_lines(result()))

    assert desk.fails("export_results", FROM, *flags) == fault


@pytest.mark.parametrize("name", ["mturk", "csv", "json", "amti"])
def test_no_results_make_a_table_without_rows(desk: Desk, name: str) -> None:
    """The columns that are always there are there."""
    desk.write("results.txt", "\n")

    done = desk.run("export_results", FROM, f"--format={name}")

    assert (done.code, done.err) == (0, "results.txt: has no results\n")
    rows: list[Any] = json.loads(done.out) if name == "json" else table(done.out)
    assert rows == []
