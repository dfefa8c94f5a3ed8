"""import_results.py: what other tools collected, as lines of results."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from amt import cells, web_results
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

FROM = "--results_file=batch.csv"
NAMES = st.from_regex(r"[\w.\-]( ?[\w.\-]){0,8}", fullmatch=True)
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        st.sampled_from("=+-@'\t\r\n,\";"),
    ),
    max_size=12,
)


def sheet(*rows: dict[str, str]) -> str:
    """A CSV file as the web site wrote it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def row(**cells_by_name: str) -> dict[str, str]:
    """A row of the web site's file."""
    return {
        "HITId": "3HIT",
        "HITTypeId": "3TYPE",
        "Title": "Name an animal",
        "Reward": "$0.05",
        "CreationTime": "Mon Nov 23 10:00:00 PST 2015",
        "NumberOfSimilarHITs": "",
        "AssignmentId": "3ASSIGNMENT",
        "WorkerId": "AWORKER",
        "AssignmentStatus": "Rejected",
        "AcceptTime": "Mon Nov 23 10:14:41 PST 2015",
        "SubmitTime": "Mon Nov 23 10:15:03 PST 2015",
        "ApprovalTime": "",
        "RejectionTime": "2015-11-24 18:15:03+00:00",
        "RequesterFeedback": "empty",
        "WorkTimeInSeconds": "22",
        "LifetimeApprovalRate": "0% (0/1)",
        "Input.text": "a dog",
        "Answer.label": "animal",
        "Answer.why not": "",
        "Approve": "",
        "Reject": "x",
    } | cells_by_name


def convert(desk: Desk, text: str, *flags: str) -> list[Any]:
    """The results that are printed; nothing may be said of them."""
    desk.write("batch.csv", text)
    done = desk.run("import_results", FROM, *flags)
    assert (done.code, done.err) == (0, "")
    return done.lines


def test_a_row_of_the_web_site_is_a_line_of_results(desk: Desk) -> None:
    """With the keys of get_results.py, in their order; what is the HIT's, and the rest, after them."""
    (found,) = convert(desk, "\ufeff" + sheet(row()))

    assert found == {
        "assignment_id": "3ASSIGNMENT",
        "hit_id": "3HIT",
        "worker_id": "AWORKER",
        "output": None,
        "submit_time": "2015-11-23T18:15:03Z",
        "status": "Rejected",
        "accept_time": "2015-11-23T18:14:41Z",
        "input": {"text": "a dog"},
        "row": None,
        "answers": {"label": "animal", "why not": ""},
        "auto_approval_time": None,
        "approval_time": None,
        "rejection_time": "2015-11-24T18:15:03Z",
        "requester_feedback": "empty",
        "hit": {
            "HITTypeId": "3TYPE",
            "Title": "Name an animal",
            "Reward": "0.05",
            "CreationTime": "2015-11-23T18:00:00Z",
        },
        "other": {"LifetimeApprovalRate": "0% (0/1)", "Reject": "x"},
    }
    assert list(found)[: len(result())] == list(result())


def test_the_answer_of_a_crowd_form_is_parsed(desk: Desk) -> None:
    """`output` is what get_results.py makes of the same answer; empty, it is none."""
    rows = [row(**{"Answer.taskAnswers": text}) for text in ('[{"a": {"x": true}}]', "")]

    found = convert(desk, sheet(*rows))

    assert [result["output"] for result in found] == [[{"a": {"x": True}}], None]


def test_turkles_file(desk: Desk) -> None:
    """It has fewer columns, and its workers have names; its times may be without their day."""
    text = sheet(
        {
            "HITId": "7",
            "HITTypeId": "1",
            "Title": "Animals",
            "AssignmentId": "12",
            "WorkerId": "3",
            "AcceptTime": "Mon Nov 11 10:15:03 UTC 2015",
            "SubmitTime": "Mon Nov 23 10:15:03 UTC 2015",
            "Input.text": "a dog",
            "Answer.label": "animal",
            "Turkle.Username": "ada",
        }
    )
    desk.write("batch.csv", text)

    done = desk.run("import_results", FROM)

    assert done.err == (
        "batch.csv:2: AcceptTime 'Mon Nov 11 10:15:03 UTC 2015' is left out: Nov 11, 2015 is not a "
        "Mon\n"
    )
    (found,) = done.lines
    assert (found["worker_id"], found["other"]) == ("3", {"Turkle.Username": "ada"})
    assert (found["status"], found["accept_time"]) == ("Submitted", None)
    assert found["submit_time"] == "2015-11-23T10:15:03Z"


@hypothesis.given(
    st.lists(NAMES, min_size=1, max_size=3, unique=True).flatmap(
        lambda names: st.lists(
            st.tuples(*[st.fixed_dictionaries(dict.fromkeys(names, TEXTS))] * 2),
            min_size=1,
            max_size=4,
        )
    )
)
@hypothesis.settings(
    max_examples=100, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_texts_come_back_from_the_web_sites_format(
    desk: Desk, rows: list[tuple[dict[str, str], dict[str, str]]]
) -> None:
    """Whatever they are: quotes, line ends, formulas and what looks like their guard."""
    results = [
        result(number, input=texts, answers=answers)
        for number, (texts, answers) in enumerate(rows, 1)
    ]
    desk.write("results.txt", to_lines(*results))
    exported = ("--results_file=results.txt", "--format=mturk", "--output_file=batch.csv")
    assert desk.run("export_results", *exported).code == 0

    found = desk.run("import_results", FROM)

    keys = [key for key in result() if key not in ("row", "output")]
    assert [[result[key] for key in keys] for result in found.lines] == [
        [result[key] for key in keys] for result in results
    ]
    assert desk.run("export_results", *exported, "--raw").code == 0
    raw = desk.run("import_results", FROM, "--raw")
    assert raw.lines == found.lines


@hypothesis.given(TEXTS)
def test_a_guard_is_removed_again(text: str) -> None:
    """And no guarded text begins with what a spreadsheet takes for a formula."""
    assert cells.unguard(cells.guard(text)) == text
    assert cells.guard(text)[:1] not in tuple(cells.FORMULA_STARTS)


def test_the_output_file_is_replaced(desk: Desk) -> None:
    """And everything that reads results reads it: the same file is exported again."""
    desk.write("batch.csv", sheet(row(), row(AssignmentId="3B")))
    desk.write("results.txt", "before")

    done = desk.run("import_results", FROM, "--output_file=results.txt")

    assert (done.code, done.out, done.err) == (0, "", "")
    assert [
        json.loads(line)["assignment_id"] for line in desk.read("results.txt").splitlines()
    ] == [
        "3ASSIGNMENT",
        "3B",
    ]
    again = desk.run("export_results", "--results_file=results.txt", "--format=mturk")
    (first, _) = csv.DictReader(io.StringIO(again.out, newline=""))
    assert (first["Title"], first["Reward"], first["WorkTimeInSeconds"]) == (
        "Name an animal",
        "$0.05",
        "22",
    )


def test_a_file_that_a_notebook_has_saved_again(desk: Desk) -> None:
    """It has a column without a name, which numbers the rows; a cell is quoted if it must be."""
    found = convert(desk, ',HITId,AssignmentId,WorkerId,Answer.label\n0,3HIT,3A,AW,"a, b"\n')

    assert [result["answers"] for result in found] == [{"label": "a, b"}]
    assert "other" not in found[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "HITId,AssignmentId,WorkerId,Answer.a,Answer.a\n1,2,3,4,5\n",
            "batch.csv:1: the column 'Answer.a' is named twice",
        ),
        (
            "HITId,a\n1,2\n",
            (
                "batch.csv:1: not a results CSV of Mechanical Turk's web site or of Turkle: there "
                "is no column AssignmentId, WorkerId"
            ),
        ),
        (
            "HITId,AssignmentId,WorkerId\n1,2\n",
            "batch.csv:2: 2 cells, but line 1 names 3 columns; there is none for 'WorkerId'",
        ),
        ("HITId,AssignmentId,WorkerId\n1,,3\n", "batch.csv:2: AssignmentId is empty"),
        (
            "HITId,AssignmentId,WorkerId,AssignmentStatus\n1,2,3,Done\n",
            "batch.csv:2: AssignmentStatus is not one of Submitted, Approved, Rejected",
        ),
        (
            'HITId,AssignmentId,WorkerId\n1,2,"3\n',
            "batch.csv:2: the quotation mark that opens here (column 5) is never closed",
        ),
    ],
)
def test_a_fault_is_named_with_its_line(desk: Desk, text: str, fault: str) -> None:
    """Before anything is written: the file that was there stays."""
    desk.write("batch.csv", text)
    desk.write("results.txt", "before")

    assert desk.fails("import_results", FROM, "--output_file=results.txt") == fault
    assert desk.fails("import_results", FROM) == fault
    assert desk.read("results.txt") == "before"


def test_what_is_not_utf_8_is_named(desk: Desk) -> None:
    """Spreadsheets save another encoding unless told."""
    Path("batch.csv").write_bytes(b"HITId,AssignmentId,WorkerId\r\n1,2,caf\xe9\r\n")

    assert desk.fails("import_results", FROM) == (
        'batch.csv:2: not UTF-8 text (byte 8 of the line); save it as "CSV UTF-8", as spreadsheets '
        "call it"
    )


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("", None),
        ("Mon Jul 06 10:15:03 PDT 2015", "2015-07-06T17:15:03Z"),
        ("Mon Jul  6 10:15:03 GMT 2015", "2015-07-06T10:15:03Z"),
        ("2015-07-06T10:15:03.5-07:00", "2015-07-06T17:15:03Z"),
        ("2015-07-06 10:15:03", "2015-07-06T10:15:03Z"),
    ],
)
def test_times_of_the_web_site(text: str, time: str | None) -> None:
    """Its own form, and ISO 8601; without a zone it is UTC."""
    assert web_results.parse_time(text) == time


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Mon Jul 06 10:15:03 XYZ 2015", "the time zone 'XYZ' is not known"),
        ("Tue Jul 06 10:15:03 PDT 2015", "Jul 06, 2015 is not a Tue"),
        ("7/6/15 10:15", "not a time of the web site or of ISO 8601"),
    ],
)
def test_times_that_cannot_be_read(text: str, fault: str) -> None:
    """Each says why."""
    with pytest.raises(ValueError, match=f"^{fault}$"):
        web_results.parse_time(text)


def amti_batch(**changes: Any) -> None:
    """The directory batch-1, as `amti save-batch` leaves it."""
    folder = Path("batch-1/results/hit-3HIT")
    folder.mkdir(parents=True)
    hit = {"HITId": "3HIT", "Title": "Name an animal", "Reward": "0.05", "Question": "<x/>"}
    times = {"CreationTime": "2018-11-01T10:00:00-07:00", "AssignmentDurationInSeconds": 600}
    (folder / "hit.jsonl").write_text(json.dumps({"HIT": hit | times, "ResponseMetadata": {}}))
    xml = (
        "<QuestionFormAnswers><Answer><QuestionIdentifier>label</QuestionIdentifier>"
        "<FreeText>&lt;b&gt;</FreeText></Answer></QuestionFormAnswers>"
    )
    assignment = {
        "AssignmentId": "3ASSIGNMENT",
        "WorkerId": "AWORKER",
        "HITId": "3HIT",
        "AssignmentStatus": "Rejected",
        "AutoApprovalTime": "2018-11-04T10:15:03-07:00",
        "AcceptTime": "2018-11-01T10:14:41-07:00",
        "SubmitTime": "2018-11-01T10:15:03-07:00",
        "RejectionTime": "2018-11-02T10:15:03-07:00",
        "RequesterFeedback": "empty",
        "Answer": xml,
    }
    (folder / "assignments.jsonl").write_text(to_lines(assignment | changes))


def test_a_batch_of_amtis(desk: Desk) -> None:
    """Its results say what the web site's would, and have the XML, which is exported again."""
    amti_batch()

    done = desk.run("import_results", "--results_file=batch-1", "--output_file=results.txt")

    assert (done.code, done.out, done.err) == (0, "", "")
    found = json.loads(desk.read("results.txt"))
    assert (found["assignment_id"], found["status"]) == ("3ASSIGNMENT", "Rejected")
    assert found["submit_time"] == "2018-11-01T17:15:03Z"
    assert found["answers"] == {"label": "<b>"}
    assert (found["input"], found["row"]) == (None, None)
    assert found["hit"] == {
        "Title": "Name an animal",
        "Reward": "0.05",
        "CreationTime": "2018-11-01T17:00:00Z",
        "AssignmentDurationInSeconds": 600,
    }
    for name in ("amti", "mturk"):
        done = desk.run("export_results", "--results_file=results.txt", f"--format={name}")
        assert (done.code, done.err) == (0, "")
        assert "2018" in done.out
    flags = ("--results_file=results.txt", "--format=xml", "--output_file=answers")
    assert desk.run("export_results", *flags).code == 0
    saved = Path("answers/hit-3HIT/assignment-3ASSIGNMENT.xml").read_text("utf-8")
    assert saved == found["xml"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"AssignmentId": None}, "AssignmentId is missing"),
        ({"SubmitTime": "yesterday"}, "SubmitTime is not a date and time"),
    ],
)
def test_a_damaged_batch_of_amtis(desk: Desk, changes: dict[str, Any], fault: str) -> None:
    """File and line are named."""
    amti_batch(**changes)

    assert desk.fails("import_results", "--results_file=batch-1") == (
        f"batch-1/results/hit-3HIT/assignments.jsonl:1: {fault}"
    )


def test_a_batch_that_amti_has_not_saved(desk: Desk) -> None:
    """It has no answers yet."""
    Path("batch-1").mkdir()

    assert desk.fails("import_results", "--results_file=batch-1") == (
        "batch-1: has no directory results, so it is not a batch of amti's whose answers were saved; "
        "run amti save-batch first"
    )
    amti_batch()
    Path("batch-1/results/hit-3HIT/assignments.jsonl").unlink()
    assert desk.fails("import_results", "--results_file=batch-1") == (
        "batch-1/results/hit-3HIT/assignments.jsonl: is missing; amti save-batch writes it"
    )
