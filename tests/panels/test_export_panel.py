"""What a panel has to approve and pay: exact, and taken by one export only."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local_crowd.operations.money import payments
from local_crowd.operations.panels import bulk_forms, panel_exports
from tests.support.live_site import PID, People
from tests.support.panel_participants import do, go_on, work_on

BEN = "60aa0a9e1b2d4c6f8a7b9e02"
ROWS = [
    bulk_forms.Row("p1", "s1", "A1", True, 100, 205),
    bulk_forms.Row("p2", None, "A2", True, 0, 0),
    bulk_forms.Row("p3", "s3", "A3", False, 0, 7),
]


@pytest.mark.parametrize(
    ("form", "rows", "lines"),
    [
        ("prolific", ROWS, ["s1", "p2", "", "p1,2.05", "p3,0.07"]),
        (
            "connect",
            ROWS,
            ["participantId", "p1", "p2", "", "participantId,amount", "p1,2.05", "p3,0.07"],
        ),
        ("prolific", ROWS[1:2], ["p2"]),
        ("connect", ROWS[2:], ["participantId,amount", "p3,0.07"]),
        (
            "csv",
            ROWS[::2],
            [
                "participant,submission,worker_id,approve,rewards,bonus,payment_id",
                "p1,s1,A1,yes,1.00,2.05,P9",
                "p3,s3,A3,no,0.00,0.07,P9",
            ],
        ),
        ("csv", [], []),
    ],
)
def test_the_lines_of_each_form(form: str, rows: list[bulk_forms.Row], lines: list[str]) -> None:
    """Amounts are exact, nobody gets a bonus of nothing, an empty line separates the two forms."""
    assert bulk_forms.format_rows(form, rows, "P9") == lines


def export(people: People, link_id: str, *argv: str, form: str = "prolific") -> list[str]:
    """The lines of an export."""
    code, lines, message = people.try_manage(
        "export_panel", "--link", link_id, "--format", form, *argv
    )
    assert (code, message) == (0, "")
    return lines


def approve(people: People, assignment_id: str, *amounts: str) -> None:
    """Approve an answer, and send bonuses for it."""
    people.perform("ApproveAssignment", AssignmentId=assignment_id)
    for amount in amounts:
        give(people, assignment_id, amount)


def give(people: People, assignment_id: str, amount: str, pid: str = PID) -> None:
    """Send a bonus to the participant."""
    people.perform(
        "SendBonus",
        WorkerId="A" + pid.upper(),
        AssignmentId=assignment_id,
        BonusAmount=amount,
        Reason="well done",
    )


def test_each_submission_and_bonus_is_exported_once(people: People) -> None:
    """Recorded only with --mark_paid; export_payments and export_panel never both pay."""
    hit = people.launch(MaxAssignments=5, Reward="0.50")
    link_id, path = people.panel_link(hit["HITTypeId"])
    _, other = people.panel_link(people.launch(Title="Another")["HITTypeId"])
    first = do(people.participant(path, SESSION_ID="s1"))
    second = do(people.participant(path, BEN, SESSION_ID="s2"))
    elsewhere = do(people.participant(other, SESSION_ID="x"))
    approve(people, first, "0.10", "0.25")
    approve(people, elsewhere, "9.00")

    before = export(people, link_id)
    assert before == ["s1", "", f"{PID},0.35"]
    assert export(people, link_id) == before
    assert export(people, link_id, "--mark_paid") == before
    assert export(people, link_id, "--mark_paid") == export(people, link_id) == []
    (payment,) = people.manage("list_payments")
    assert payment["total"] == "0.85"
    assert export(people, link_id, "--payment", payment["payment_id"]) == before

    (owed,) = people.manage("export_payments", "--mark_paid")
    assert (owed["rewards"], owed["bonuses"]) == ("0.05", "9.00")  # by the other link
    approve(people, second)
    give(people, first, "0.01")
    assert export(people, link_id, "--only", "bonuses", "--mark_paid") == [f"{PID},0.01"]
    assert export(people, link_id, "--only", "approvals") == ["s2"]
    people.manage("export_payments", "--mark_paid")
    assert export(people, link_id) == []


def test_a_submission_is_approved_when_all_its_work_is_reviewed(live: People) -> None:
    """Not while a HIT is in progress or awaits review, and once; bonuses do not wait."""
    for _ in range(4):
        hit = live.launch(MaxAssignments=1, Reward="0.50")
    link_id, path = live.panel_link(hit["HITTypeId"], limit="3")
    ada = live.participant(path, SESSION_ID="s1")
    first, second = do(ada), do(ada)
    approve(live, first, "0.05")
    held = work_on(ada)
    approve(live, second)
    assert export(live, link_id) == [f"{PID},0.05"]
    ada.submit(assignmentId=held)
    assert export(live, link_id) == [f"{PID},0.05"]
    live.perform("RejectAssignment", AssignmentId=held, RequesterFeedback="no")

    assert export(live, link_id, form="csv")[1:] == [f"{PID},s1,A{PID.upper()},yes,1.00,0.05,"]
    assert export(live, link_id, "--mark_paid", "--only", "approvals") == ["s1"]
    assert go_on(ada) == "/panel"


def test_later_work_of_an_approved_submission_does_not_approve_it_again(live: People) -> None:
    """Somebody who found nothing left, was approved and came back has one submission."""
    hit = live.launch(MaxAssignments=1)
    link_id, path = live.panel_link(hit["HITTypeId"], limit="2")
    ada = live.participant(path, SESSION_ID="s1")
    first = do(ada)
    assert go_on(ada) == "/panel"
    approve(live, first)
    assert export(live, link_id, "--mark_paid") == ["s1"]
    live.launch(MaxAssignments=1)
    approve(live, do(ada), "0.02")

    assert export(live, link_id) == [f"{PID},0.02"]
    assert export(live, link_id, form="csv")[1].split(",")[3] == "no"
    assert export(live, link_id, "--mark_paid") == [f"{PID},0.02"]
    (owed,) = live.manage("export_payments")  # what no form contained is not recorded as paid
    assert (owed["rewards"], owed["bonuses"]) == ("0.05", "0.00")


def test_forgotten_participants_are_not_recorded_as_paid(live: People) -> None:
    """Nobody could be paid by the panel without the id, so export_payments still lists them."""
    hit = live.launch()
    link_id, path = live.panel_link(hit["HITTypeId"])
    approve(live, do(live.participant(path)), "0.02")
    live.manage("forget", PID, "--yes")

    assert export(live, link_id, "--mark_paid") == []
    (owed,) = live.manage("export_payments")
    assert owed["total"] == "0.07"


def test_exports_at_once_share_the_items(people: People) -> None:
    """However many export at the same time, each item is in one payment."""
    hit = people.launch(MaxAssignments=9)
    link_id, path = people.panel_link(hit["HITTypeId"])
    for number in range(4):
        approve(people, do(people.participant(path, f"p{number}", SESSION_ID=f"s{number}")))

    def pay(number: int) -> str | None:
        with people.sandbox.writing() as call:
            if number % 2:
                return payments.pay(call)
            return payments.record(call, panel_exports.query_unpaid(link_id, 1, "both"))

    with ThreadPoolExecutor(4) as threads:
        ids = list(filter(None, threads.map(pay, range(8))))
    lines = [line for payment in ids for line in export(people, link_id, "--payment", payment)]

    assert sorted(lines) == ["s0", "s1", "s2", "s3"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--link", "L"), "There is no link L. list_links lists all links."),
        (("--payment", "P1"), "There is no payment P1."),
        (("--payment", "P1", "--mark_paid"), "--payment cannot be combined with --mark_paid"),
        (("--payment", "P1", "--only", "bonuses"), "--payment cannot be combined with"),
    ],
)
def test_exports_that_cannot_be_made(live: People, argv: tuple[str, ...], message: str) -> None:
    """One line says why."""
    link_id, _ = live.panel_link(live.launch()["HITTypeId"])
    for flag, value in (("--link", link_id), ("--format", "csv")):
        argv = argv if flag in argv else (*argv, flag, value)

    assert message in live.refused("export_panel", *argv)


def test_only_panel_links_have_submissions(live: People) -> None:
    """An invitation is named as what it is not."""
    (line,) = live.manage("add_link")

    assert "is not a panel link" in live.refused(
        "export_panel", "--link", line["link_id"], "--format", "csv"
    )
