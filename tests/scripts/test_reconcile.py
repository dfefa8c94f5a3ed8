"""A panel's export against what was submitted here."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_site import PID, People
from tests.support.panel_participants import do, go_on, work_on

HEADER = "Submission id,Participant id,Status,Completion code"
Line = tuple[str, ...]


def pid(number: int) -> str:
    """Another participant."""
    return f"{PID[:-2]}{number:02x}"


def export(path: Path, *lines: Line, header: str = HEADER) -> str:
    """An export with these lines; the file's name."""
    path.write_text("\n".join([header, *map(",".join, lines)]) + "\n")
    return str(path)


def reconcile(people: People, *argv: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and each problem by participant."""
    code, lines, message = people.try_manage("reconcile", *argv)
    assert message == ""
    differences = [json.loads(line) for line in lines]
    return code, {
        line["participant"]: (line["problem"], line["here"], line["there"]) for line in differences
    }


def test_both_sides_are_compared(people: People, tmp_path: Path) -> None:
    """Who finished here and not there, the reverse, and whose status or code contradicts."""
    hit = people.launch(MaxAssignments=9)
    link_id, path = people.panel_link(hit["HITTypeId"])
    for number in range(5):
        do(people.participant(path, pid(number)))
    work_on(people.participant(path, pid(5)))  # still at it
    people.participant(path, pid(6))  # came, and did nothing
    file = export(
        tmp_path / "export.csv",
        ("s0", pid(0), "AWAITING REVIEW", "DONE1"),
        ("s1", pid(1), "RETURNED", ""),
        ("s2", pid(2), "Timed-Out", ""),
        ("s3", pid(3), "APPROVED", "NONE3"),
        ("s5", pid(5), "APPROVED", "DONE1"),
        ("s6", pid(6), "RETURNED", ""),
        ("s7", pid(7), "AWAITING REVIEW", "DONE1"),
        ("s8", pid(8), "RETURNED", ""),
    )

    assert reconcile(people, file, "--link", link_id) == (
        1,
        {
            pid(1): ("finished here, but on the panel the status is RETURNED", "done", "RETURNED"),
            pid(2): (
                "finished here, but on the panel the status is TIMED OUT",
                "done",
                "TIMED OUT",
            ),
            pid(3): (
                "finished on both sides, but with the completion code of another outcome",
                *("done", "APPROVED"),
            ),
            pid(4): ("finished here, but missing from the export", "done", None),
            pid(5): ("finished on the panel, not here", None, "APPROVED"),
            pid(7): ("finished on the panel, but never opened the link", None, "AWAITING REVIEW"),
        },
    )


def test_nothing_to_tell_is_exit_code_0(people: People, tmp_path: Path) -> None:
    """Also of who was screened out, found nothing, returned and came again, or is still active."""
    hit = people.launch(MaxAssignments=1)
    link_id, path = people.panel_link(hit["HITTypeId"])
    do(people.participant(path, pid(0)))
    go_on(people.participant(path, pid(1)))  # nothing left
    go_on(people.participant(path, pid(2)))
    people.participant(path, pid(3))
    file = export(
        tmp_path / "export.csv",
        ("s0", pid(0), "APPROVED", "DONE1"),
        ("s9", pid(0), "RETURNED", ""),
        ("s1", pid(1), "AWAITING REVIEW", "NONE3"),
        ("s2", pid(2), "RETURNED", ""),
        ("s3", pid(3), "ACTIVE", ""),
    )

    assert reconcile(people, file, "--link", link_id) == (0, {})


def test_release_gives_back_the_hits_of_those_who_left(people: People, tmp_path: Path) -> None:
    """Only of participants who are RETURNED or TIMED-OUT with every submission; after asking."""
    hit = people.launch(MaxAssignments=9)
    link_id, path = people.panel_link(hit["HITTypeId"])
    visitors = [people.participant(path, pid(number)) for number in range(5)]
    held = [work_on(visitor) for visitor in visitors]
    file = export(
        tmp_path / "export.csv",
        ("s0", pid(0), "RETURNED", ""),
        ("s1", pid(1), "Timed-Out", ""),
        ("s2", pid(2), "RETURNED", ""),
        ("t2", pid(2), "ACTIVE", ""),
        ("s3", pid(3), "RESERVED", ""),
        ("s4", pid(4), "AWAITING REVIEW", "DONE1"),
        ("s9", pid(9), "RETURNED", ""),
    )
    argv = (file, "--link", link_id)
    text = "holds a HIT in progress here, but on the panel the status is "
    elsewhere = {pid(4): ("finished on the panel, not here", None, "AWAITING REVIEW")}

    assert reconcile(people, *argv) == (
        1,
        elsewhere
        | {
            pid(0): (text + "RETURNED", None, "RETURNED"),
            pid(1): (text + "TIMED OUT", None, "TIMED OUT"),
        },
    )
    assert people.refused("reconcile", *argv, "--release") == (
        "Give back 2 HITs in progress, of participants whom the panel has as RETURNED or "
        "TIMED-OUT? What they entered cannot be submitted any more. There is no terminal to ask "
        "on; add --yes to go ahead."
    )
    assert people.slots(hit["HITId"]) == (4, 5)
    text = "the HIT in progress here was given back, because on the panel the status is "
    assert reconcile(people, *argv, "--release", "--yes") == (
        1,
        elsewhere
        | {
            pid(0): (text + "RETURNED", None, "RETURNED"),
            pid(1): (text + "TIMED OUT", None, "TIMED OUT"),
        },
    )
    assert people.slots(hit["HITId"]) == (6, 3)
    assert reconcile(people, *argv, "--release") == (1, elsewhere)  # nothing left to ask about
    late = visitors[0].submit(assignmentId=held[0], word="cat")
    assert "You returned this HIT, so your answer cannot be submitted." in late.text
    assert visitors[2].submit(assignmentId=held[2], word="cat").status_code == 200


def test_release_asks_nothing_of_exports_it_cannot_read(live: People, tmp_path: Path) -> None:
    """The fault is named before any question."""
    link_id, _ = live.panel_link(live.launch()["HITTypeId"])
    file = export(tmp_path / "e.csv", ("s", PID, "Gone", ""))

    assert "'Gone' is not a known status" in live.refused(
        "reconcile", file, "--link", link_id, "--release"
    )
    (line,) = live.manage("add_link")
    assert "is not a panel link" in live.refused(
        "reconcile", export(tmp_path / "f.csv"), "--link", line["link_id"], "--release"
    )


def test_the_columns_can_be_named(live: People, tmp_path: Path) -> None:
    """Another panel's export is read by its own names."""
    link_id, path = live.panel_link(live.launch()["HITTypeId"])
    do(live.participant(path))
    file = export(tmp_path / "e.csv", ("x", PID, "Approved"), header="\ufeffId,Who,State")

    columns = ["--submission_column", "Id", "--worker_column", "Who", "--status_column", "State"]
    assert reconcile(live, file, "--link", link_id, *columns) == (0, {})


def test_differing_submissions_are_reported(live: People, tmp_path: Path) -> None:
    """A line contains the ids under which both sides know the submission."""
    link_id, path = live.panel_link(live.launch()["HITTypeId"])
    do(live.participant(path))
    file = export(tmp_path / "e.csv", ("5ub", PID, "RETURNED", ""))
    code, lines, _ = live.try_manage("reconcile", file, "--link", link_id, "--format", "csv")

    assert code == 1
    assert lines[0] == "participant,problem,worker_id,here,done,submission,there"
    assert lines[1].endswith(f",A{PID.upper()},done,1,5ub,RETURNED")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", "no column 'Participant id'; found a, b"),
        ("", "no column 'Participant id'; found none"),
        (
            f"{HEADER}\ns,p,APPROVED,\ns,p,Gone,\n",
            ":3: 'Gone' is not a known status; the known statuses are ",
        ),
        (f"{HEADER}\ns,p,,\n", ":2: '' is not a known status; the known statuses are "),
        (f"{HEADER}\ns,p\n", ":2: 2 cells, but line 1 names 4 columns"),
        (f"{HEADER},Status\n", ":1: the column 'Status' is named twice"),
        (
            f'{HEADER}\ns,"p,APPROVED,X\nt,q,APPROVED,X\n',
            ":2: the quotation mark that opens here (column 3) is never closed",
        ),
        ("\ud800", "not a CSV file in UTF-8"),
    ],
)
def test_an_export_that_cannot_be_read(
    live: People, tmp_path: Path, content: str, expected: str
) -> None:
    """One line with the file, and the line in it."""
    link_id, _ = live.panel_link(live.launch()["HITTypeId"])
    file = tmp_path / "export.csv"
    file.write_bytes(content.encode("utf-8", "surrogatepass"))

    message = live.refused("reconcile", str(file), "--link", link_id)
    assert message.startswith(str(file))
    assert expected in message


def test_the_link_has_to_be_a_panels(live: People, tmp_path: Path) -> None:
    """An unknown link, an invitation and a missing file are named."""
    (line,) = live.manage("add_link")
    file = export(tmp_path / "e.csv")

    message = live.refused("reconcile", file, "--link", line["link_id"])
    assert (
        message == f"{line['link_id']} is not a panel link; list_links shows the kind of each link."
    )
    assert "There is no link X" in live.refused("reconcile", file, "--link", "X")
    assert "No such file" in live.refused("reconcile", f"{file}.gone", "--link", "X")
