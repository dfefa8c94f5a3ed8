"""Earnings, and what is owed: listed, recorded as paid once, listed again."""

import csv
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from local_crowd.operations.money import payments
from local_crowd.store.tables import payment_items
from tests.support.crowds import DAY
from tests.support.live_site import PID, People, worker_id
from tests.support.worker_sites import Visitor, words

ROOT = Path(__file__).resolve().parents[2]


def earn(people: People, visitor: Visitor, reward: str = "0.25", bonus: str | None = None) -> str:
    """Do a HIT of its own kind, and have it approved; the assignment's id."""
    hit = people.launch(Reward=reward, Title=f"Worth {reward}")
    assignment_id = visitor.accept(hit["HITTypeId"])
    visitor.submit(assignmentId=assignment_id, word="cat")
    people.perform("ApproveAssignment", AssignmentId=assignment_id)
    if bonus:
        give(people, visitor, assignment_id, bonus)
    return assignment_id


def give(people: People, visitor: Visitor, assignment_id: str, bonus: str) -> None:
    """A bonus for this work."""
    people.perform(
        "SendBonus",
        WorkerId=worker_id(visitor),
        AssignmentId=assignment_id,
        BonusAmount=bonus,
        Reason="well done",
    )


def sums(lines: list[dict[str, Any]]) -> dict[str, tuple[int, str, str, str]]:
    """How many, rewards, bonuses and total of each worker, by name."""
    return {
        line["name"]: (line["approved"], line["rewards"], line["bonuses"], line["total"])
        for line in lines
    }


def test_what_is_owed_is_a_line_a_worker(people: People) -> None:
    """Approved work and bonuses count; what waits, was rejected or returned does not."""
    ada, ben = people.member("Ada", email="ada@example.org"), people.member("Ben")
    earn(people, ada, bonus="0.10")
    earn(people, ada, "1.5")
    earn(people, ben, "0", bonus="2")
    waiting = people.launch(MaxAssignments=2, Title="waiting")
    for visitor in (ada, ben):
        visitor.submit(assignmentId=visitor.accept(waiting["HITTypeId"]))
    assignments = people.perform("ListAssignmentsForHIT", HITId=waiting["HITId"])["Assignments"]
    people.perform(
        "RejectAssignment", AssignmentId=assignments[0]["AssignmentId"], RequesterFeedback="no"
    )
    lines = people.manage("export_payments")

    assert sums(lines) == {
        "Ada": (2, "1.75", "0.10", "1.85"),
        "Ben": (1, "0.00", "2.00", "2.00"),
    }
    (first,) = (line for line in lines if line["name"] == "Ada")
    assert (first["worker_id"], first["email"]) == (worker_id(ada), "ada@example.org")
    assert (first["panel"], first["participant_id"], first["payment_id"]) == (None, None, None)
    assert people.manage("export_payments") == lines
    assert people.manage("list_payments") == []


def test_what_is_marked_is_paid_once(people: People) -> None:
    """--mark_paid notes exactly what it prints; what comes later is owed again; it prints again."""
    ada = people.member()
    done = earn(people, ada, bonus="0.10")
    before = people.manage("export_payments")
    paid = people.manage("export_payments", "--mark_paid")

    assert [line | {"payment_id": None} for line in paid] == before
    payment_id = paid[0]["payment_id"]
    assert people.manage("export_payments") == []
    assert people.manage("export_payments", "--mark_paid") == []
    give(people, ada, done, "0.05")
    earn(people, ada, "1")
    assert sums(people.manage("export_payments")) == {"Ada": (1, "1.00", "0.05", "1.05")}
    assert people.manage("export_payments", "--payment", payment_id) == paid
    second = people.manage("export_payments", "--mark_paid")
    assert second[0]["payment_id"] != payment_id
    listed = {payment["payment_id"]: payment["total"] for payment in people.manage("list_payments")}
    assert listed == {payment_id: "0.35", second[0]["payment_id"]: "1.05"}


def test_two_at_once_pay_nothing_twice(people: People) -> None:
    """Whatever is owed is in one of the payments, and in one only."""
    ada = people.member()
    hit = people.launch(MaxAssignments=1, Reward="0.01", AutoApprovalDelayInSeconds=0)
    for _ in range(11):
        people.launch(MaxAssignments=1, Reward="0.01", AutoApprovalDelayInSeconds=0)
    for _ in range(12):
        ada.submit(assignmentId=ada.accept(hit["HITTypeId"]))

    def pay(_: int) -> str | None:
        with people.sandbox.writing() as call:
            return payments.pay(call)

    with ThreadPoolExecutor(4) as threads:
        payment_ids = {payment_id for payment_id in threads.map(pay, range(8)) if payment_id}

    lines = [
        line
        for payment in payment_ids
        for line in people.manage("export_payments", "--payment", payment)
    ]
    assert sum(line["approved"] for line in lines) == 12
    assert len(people.manage("list_payments")) == len(payment_ids) >= 1
    with people.sandbox.reading() as call:
        assert len(call.db.execute(select(payment_items)).all()) == 12


def test_a_crash_before_it_is_printed_loses_nothing(live: People) -> None:
    """Marked is marked: when nobody reads the lines, list_payments names the payment, and
    --payment prints it.
    """
    ada = live.member()
    earn(live, ada)
    read, write = os.pipe()
    os.close(read)  # nobody listens
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "manage_crowd.py", "export_payments", "--mark_paid"),
            *("--local_crowd", live.directory),
        ],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert b"Traceback" not in done.stderr
    assert live.manage("export_payments") == []
    (payment,) = live.manage("list_payments")
    assert payment["total"] == "0.25"
    assert sums(live.manage("export_payments", "--payment", payment["payment_id"])) == {
        "Ada": (1, "0.25", "0.00", "0.25")
    }


def test_an_error_within_marks_nothing(people: People) -> None:
    """What is noted is noted in one transaction, or not at all."""
    earn(people, people.member())
    with pytest.raises(ZeroDivisionError), people.sandbox.writing() as call:
        _ = len(str(payments.pay(call))) / 0

    assert people.manage("list_payments") == []
    assert len(people.manage("export_payments")) == 1


def test_a_part_can_be_chosen(people: People) -> None:
    """--since by the time of approval, --requester by who owes it; only that part is marked."""
    ada = people.member()
    earn(people, ada, "0.01")
    people.clock.advance(30 * DAY)
    earn(people, ada, "0.02")
    since = datetime.fromtimestamp(people.clock.now - 10 * DAY, UTC).isoformat()
    people.requester_id = people.requester("Another lab")
    earn(people, ada, "0.04")

    def owed(*argv: str) -> str:
        return ",".join(line["total"] for line in people.manage("export_payments", *argv))

    assert owed() == "0.07"
    assert owed("--since", since) == "0.06"
    assert owed("--requester", "Another lab") == "0.04"
    assert owed("--requester", "Vision lab", "--since", since, "--mark_paid") == "0.02"
    assert owed() == "0.05"
    assert owed("--requester", "Vision lab") == "0.01"


def test_csv_is_safe_to_open(live: People) -> None:
    """A name that a spreadsheet would take for a formula is a text."""
    earn(live, live.member('=HYPERLINK("evil")'))
    earn(live, live.member("Zoë, B"))
    code, lines, _ = live.try_manage("export_payments", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))

    assert code == 0
    assert {row["name"] for row in rows} == {'\'=HYPERLINK("evil")', "Zoë, B"}
    assert {row["total"] for row in rows} == {"0.25"}


def test_participants_of_panels_are_told_apart(people: People) -> None:
    """Their panel and their id there are given: a bonus is paid by way of the panel."""
    hit = people.launch(AutoApprovalDelayInSeconds=0)
    visitor = people.participant(people.panel_link(hit["HITTypeId"])[1])
    path = visitor.post("/panel/next").location
    visitor.submit(assignmentId=path.rpartition("/")[2])
    (line,) = people.manage("export_payments")

    assert (line["panel"], line["participant_id"]) == ("app.prolific.com", PID)
    assert (line["name"], line["email"], line["total"]) == (None, None, "0.05")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["--since", "soon"],
            "'soon' is not a date or time; write 2026-10-01 or 2026-10-01T12:00+02:00.",
        ),
        (["--requester", "X"], "There is no requester X; list_requesters shows them all."),
        (["--payment", "X"], "There is no payment X. list_payments lists all payments."),
        (["--payment", "X", "--mark_paid"], "--payment cannot be combined with --since,"),
    ],
)
def test_what_cannot_be_exported(live: People, argv: list[str], message: str) -> None:
    """One line says why."""
    assert message in live.refused("export_payments", *argv)


def test_a_worker_sees_what_was_earned_paid_and_is_owed(people: People) -> None:
    """The earnings page adds up, and lists each payment; another's sums are not shown."""
    ada = people.member()
    earn(people, ada, bonus="0.10")
    people.manage("export_payments", "--mark_paid")
    earn(people, ada, "1.5")
    ada.submit(assignmentId=ada.accept(people.launch(Title="waiting")["HITTypeId"]))
    shown = words(ada.get("/earnings"))

    for text in (
        "Waiting for review $0.05 1 HIT",
        "Approved $1.75 2 HITs",
        "Bonuses $0.10",
        "Paid $0.35",
        "Owed to you $1.50",
    ):
        assert text in shown
    (payment,) = people.manage("list_payments")
    assert payment["payment_id"] in shown
    assert "None yet." in words(people.member("Ben").get("/earnings"))
    assert people.someone().get("/earnings").location == "/sign_in?next=/earnings"
