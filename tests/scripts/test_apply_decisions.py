"""apply_decisions.py: carries out a decision file, each decision and each bonus once."""

import json
import random
from pathlib import Path

import pytest

from tests.support.crowds import DAY
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import Desk

FILE = "decisions.csv"
RECORD = "decisions.csv.applied.jsonl"
HIT_IDS = "--hit_ids_file=hit_ids.txt"
LOOK = ("apply_decisions", f"--decisions_file={FILE}")
APPLY = (*LOOK, "--yes")
READS = {"ListHITs", "GetHIT", "GetAssignment", "ListAssignmentsForHIT", "GetAccountBalance"}


def submit_work(desk: Desk, hit_ids: list[str], *names: str, live: bool = False) -> list[str]:
    """Let each worker submit an assignment of each HIT; return the assignment ids."""
    crowd = desk.crowd(live=live)
    workers = [crowd.make_worker(name) for name in names]
    done = [crowd.do(worker, hit_id) for hit_id in hit_ids for worker in workers]
    desk.calls.clear()
    return done


@pytest.fixture
def work(desk: Desk) -> list[str]:
    """Four submitted assignments of two HITs, whose ids are in hit_ids.txt."""
    return submit_work(desk, desk.launch(1, 2), "Ada", "Ben")


def decide(desk: Desk, *rows: str, columns: str = "assignment_id,decision,feedback,bonus") -> None:
    desk.write(FILE, "\n".join([columns, *rows]) + "\n")


def statuses(desk: Desk, work: list[str]) -> list[tuple[str, str | None]]:
    """The status and the feedback of each assignment."""
    found = [desk.crowd().assignment(assignment_id) for assignment_id in work]
    return [(item["AssignmentStatus"], item.get("RequesterFeedback")) for item in found]


def bonuses(desk: Desk, work: list[str]) -> list[tuple[str, str, str]]:
    client = desk.crowd().client
    return [
        (bonus["AssignmentId"], bonus["BonusAmount"], bonus["Reason"])
        for assignment_id in work
        for bonus in client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"]
    ]


def test_decisions_are_carried_out(desk: Desk, work: list[str]) -> None:
    """The difference to the crowd is said first; a row without a decision does nothing."""
    first, second, third, fourth = work
    desk.crowd().client.approve_assignment(AssignmentId=fourth)
    decide(
        desk,
        f"{first},approve,Quick and right,0.25",
        f'{second},reject,"The check was left empty, twice.",',
        f"{third},,,",
        f"{fourth},Approve,,1",
    )

    done = desk.run(*APPLY, HIT_IDS)

    assert (done.code, done.out) == (0, "")
    assert done.err == (
        f"{FILE}: 1 to approve, 1 to reject, 1 already done, 2 bonuses to pay; "
        "1 without a decision.\n"
        "Carried out 2 decisions, and paid 2 bonuses.\n"
    )
    assert statuses(desk, work) == [
        ("Approved", "Quick and right"),
        ("Rejected", "The check was left empty, twice."),
        ("Submitted", None),
        ("Approved", None),
    ]
    assert bonuses(desk, work) == [
        (first, "0.25", "Quick and right"),
        (fourth, "1.00", "Thank you for your work"),
    ]


def test_again_does_only_what_is_new(desk: Desk, work: list[str]) -> None:
    """What is recorded costs no call; a person may decide on more answers."""
    first, second, *_ = work
    decide(desk, f"{first},approve,,0.25", f"{second},,,")
    desk.run(*APPLY)
    desk.calls.clear()

    assert desk.run(*APPLY).err == (
        f"{FILE}: 1 already done; 1 without a decision.\nNothing was done.\n"
    )
    assert desk.calls == []
    decide(desk, f"{first},approve,,0.25", f"{second},approve,,0.50")
    assert desk.run(*APPLY).err.endswith("Carried out 1 decision, and paid 1 bonus.\n")
    assert [amount for _, amount, _ in bonuses(desk, work)] == ["0.25", "0.50"]


def test_a_file_of_review_hits_needs_few_calls(desk: Desk, work: list[str]) -> None:
    """It says which HIT each answer is for, so the counters of the HITs tell where they stand."""
    desk.run("get_results", HIT_IDS, "--output_file=results.txt")
    desk.run(
        *("review_hits", "--results_file=results.txt", f"--decisions_file={FILE}"),
        "--rule=approve all",
    )
    desk.calls.clear()

    assert desk.run(*APPLY, HIT_IDS).code == 0
    assert desk.calls == ["ListHITs", *["ApproveAssignment"] * 4]


def test_the_web_sites_file_is_read(desk: Desk, work: list[str]) -> None:
    """An X under Approve approves, a text under Reject rejects with it, and nothing does nothing."""
    desk.run("get_results", HIT_IDS, "--output_file=results.txt")
    exported = desk.run("export_results", "--results_file=results.txt", "--format=mturk", HIT_IDS)
    ends = dict(zip(work, ['"x",""', '"","No, a dog."', '"",""', '"X",""'], strict=True))
    for assignment_id, end in ends.items():
        (row,) = [row for row in exported.out.splitlines() if assignment_id in row]
        assert row.endswith('"",""')
        exported = exported._replace(out=exported.out.replace(row, row[:-5] + end))
    desk.write(FILE, exported.out)

    done = desk.run(*APPLY, HIT_IDS)

    assert done.code == 0, done.err
    assert statuses(desk, work) == [
        ("Approved", None),
        ("Rejected", "No, a dog."),
        ("Submitted", None),
        ("Approved", None),
    ]


@pytest.mark.parametrize(
    ("columns", "rows", "messages"),
    [
        (
            "assignment_id,decision,feedback,bonus,worker_id",
            [
                *("3A,reject,,,", "3B,reject,  ,,", "3C,approve,,,", "3C,reject,no,,"),
                *("3D,maybe,,,", "3E,approve,,0.505,", "bad id,approve,,,", "3F,approve,,1,B1"),
                f"3G,reject,{'x' * 1025},,",
            ],
            [
                "2: a rejection without feedback; the worker reads it, so say why",
                "3: a rejection without feedback; the worker reads it, so say why",
                "5: 3C is on line 4 already",
                "6: decision: 'maybe' is not approve, reject or empty",
                "7: bonus: '0.505' is not an amount such as 1.50",
                "8: 'bad id' is not an assignment's id",
                "9: worker_id: 'B1' is not a worker's id",
                "10: the feedback has 1,025 characters; at most 1,024 are allowed",
            ],
        ),
        (
            "HITId,AssignmentId,WorkerId,Approve,Reject",
            ["3H,3A,A1,x,no", "3H,3B,A1,yes,", "3H,3C,A1,,X", "3H,3C,A1,X,"],
            [
                "2: both Approve and Reject are filled in",
                "3: Approve: 'yes' is not X",
                "4: Reject: write the reason, which the worker reads, instead of X",
            ],
        ),
        (
            "assignment_id,worker_id",
            ["3A,A1"],
            [
                (
                    "1: no decisions: there are neither the columns assignment_id and decision, nor "
                    "the web site's AssignmentId, Approve and Reject"
                )
            ],
        ),
        (
            "assignment_id,decision,decision",
            ["3A,approve,approve"],
            ["1: the column 'decision' is named twice"],
        ),
        (
            "assignment_id,decision,feedback",
            ['3A,reject,"no', "3B,approve,"],
            ["2: the quotation mark that opens here (column 11) is never closed"],
        ),
    ],
)
def test_every_fault_is_named_before_the_first_call(
    desk: Desk, columns: str, rows: list[str], messages: list[str]
) -> None:
    """Each with its line; no record is left."""
    decide(desk, *rows, columns=columns)

    done = desk.run(*APPLY)

    assert (done.code, desk.calls) == (2, [])
    lines = done.err.partition(": ")[2].splitlines()
    assert lines == [f"{FILE}:{message}" for message in messages]
    assert not Path(RECORD).exists()


@pytest.mark.parametrize("known", [True, False])
def test_an_assignment_of_another_batch_is_refused(
    desk: Desk, work: list[str], known: bool
) -> None:
    """Nothing is decided, neither of this batch nor of the other."""
    others = submit_work(desk, desk.launch(3, name="other.txt"), "Ada")
    decide(desk, f"{work[0]},approve,,", f"{others[0]},approve,,", "3NONE,approve,,")
    if known:
        hit_id = desk.read("other.txt").strip()
        line = json.dumps({"assignment_id": others[0], "hit_id": hit_id})
        desk.write(f"{FILE}.answers.jsonl", f"{line}\n")

    done = desk.run(*APPLY, HIT_IDS)

    assert done.code == 2
    lines = done.err.partition(": ")[2].splitlines()
    assert lines[0] == f"{FILE}:3: {others[0]} is not an assignment of the HITs in hit_ids.txt"
    assert known or lines[1] == f"{FILE}:4: 3NONE is not an assignment of the HITs in hit_ids.txt"
    assert set(desk.calls) <= (set() if known else READS)
    assert {status for status, _ in statuses(desk, work + others)} == {"Submitted"}


def test_the_hit_that_a_web_file_names_is_not_believed(desk: Desk, work: list[str]) -> None:
    """An answer to another batch is refused, though its row names a HIT of this one."""
    hit_id = desk.read("hit_ids.txt").split()[0]
    others = submit_work(desk, desk.launch(3, name="other.txt"), "Ada")
    rows = (f"{hit_id},{item},X," for item in (work[0], others[0]))
    decide(desk, *rows, columns="HITId,AssignmentId,Approve,Reject")

    done = desk.run(*APPLY, HIT_IDS)

    assert done.code == 2
    assert done.err.partition(": ")[2] == (
        f"{FILE}:3: {others[0]} is not an assignment of the HITs in hit_ids.txt\n"
    )
    assert {status for status, _ in statuses(desk, work + others)} == {"Submitted"}


def test_what_the_crowd_cannot_change_is_named_and_the_rest_is_done(
    desk: Desk, work: list[str]
) -> None:
    """Before the first decision; exit code 1."""
    first, second, third, _ = work
    client = desk.crowd().client
    client.approve_assignment(AssignmentId=first)
    client.reject_assignment(AssignmentId=second, RequesterFeedback="no")
    decide(
        desk,
        *(f"{first},reject,no,", f"{second},approve,,0.50", f"{third},approve,,"),
        "3NONE,approve,,",
    )

    done = desk.run(*APPLY)

    assert done.code == 1
    assert done.err.splitlines() == [
        f"{FILE}:2: {first}: is Approved already, which is final",
        f"{FILE}:3: {second}: is Rejected already; --undo approves it",
        f"{FILE}:5: 3NONE: Assignment 3NONE does not exist.",
        f"{FILE}: 1 to approve, 3 that cannot be carried out; 0 without a decision.",
        "Carried out 1 decision, and paid 0 bonuses.",
    ]
    assert bonuses(desk, work) == []


def test_undo_approves_what_is_rejected(desk: Desk, work: list[str]) -> None:
    """Whether the file still says reject or has been edited; what is approved stays so."""
    first, second, third, _ = work
    rows = [f"{first},reject,no,", f"{second},reject,no,", f"{third},approve,,0.50"]
    decide(desk, *rows)
    desk.run(*APPLY)
    decide(desk, rows[0], f"{second},approve,Sorry!,", rows[2])

    done = desk.run(*APPLY, "--undo", HIT_IDS)

    assert done.code == 0
    assert f"{FILE}: 2 rejected, to approve, 1 already done; 0 with" in done.err
    assert [status for status, _ in statuses(desk, work[:3])] == ["Approved"] * 3
    assert statuses(desk, work)[1][1] == "Sorry!"
    assert len(bonuses(desk, work)) == 1
    for flags in ([], ["--undo"]):
        again = desk.run(*APPLY, *flags)
        assert (again.code, again.err.splitlines()[-1]) == (0, "Nothing was done.")


def test_after_30_days_a_rejection_is_final(desk: Desk, work: list[str]) -> None:
    """That is said before the first decision."""
    decide(desk, f"{work[0]},reject,no,")
    desk.run(*APPLY)
    desk.clock.now -= 31 * DAY
    late = submit_work(desk, desk.launch(3, name="late.txt"), "Cem")
    desk.crowd().client.reject_assignment(AssignmentId=late[0], RequesterFeedback="no")
    desk.clock.now += 31 * DAY
    decide(desk, f"{work[0]},reject,no,", f"{late[0]},reject,no,")

    done = desk.run(*APPLY, "--undo")

    assert done.code == 1
    assert done.err.splitlines()[0] == (
        f"{FILE}:3: {late[0]}: was submitted more than 30 days ago, so its rejection is final"
    )
    assert statuses(desk, [work[0], late[0]]) == [("Approved", "no"), ("Rejected", "no")]


def test_it_asks_first_and_names_the_cost(desk: Desk, work: list[str]) -> None:
    """Without a terminal nothing is done, and no record is left."""
    decide(
        desk,
        *(f"{work[0]},approve,,0.30", f"{work[1]},reject,no,", f"{work[2]},approve,,"),
        f"{work[3]},,,2",
    )

    done = desk.run(*LOOK)

    assert done.code == 2
    assert done.err.splitlines()[0] == (
        f"{FILE}:5: a bonus without a decision is not paid; write approve"
    )
    assert done.err.splitlines()[-1].partition(": ")[2] == (
        "Approve 2 assignments for $0.10 ($0.10 in rewards, $0.00 in fees); reject 1 assignment, "
        "whose workers are not paid the $0.05; pay 1 bonus for $0.30, on the sandbox of the local "
        "crowd? There is no terminal to ask on; add --yes to go ahead."
    )
    assert set(desk.calls) <= READS
    assert not Path(RECORD).exists()


def test_a_bonus_that_was_changed_is_not_paid_again(desk: Desk, work: list[str]) -> None:
    """What was paid cannot be taken back; the difference is another bonus."""
    decide(desk, f"{work[0]},approve,,0.30")
    desk.run(*APPLY)
    decide(desk, f"{work[0]},approve,,0.50")

    done = desk.run(*APPLY)

    assert done.code == 1
    assert done.err.splitlines()[0] == (
        f"{FILE}:2: {work[0]}: a bonus of $0.30 was begun before it was changed to $0.50; change it "
        "back, and pay the difference with pay_bonuses.py"
    )
    assert len(bonuses(desk, work)) == 1


@pytest.mark.parametrize("hours", [0, 25])
def test_a_bonus_whose_record_line_is_missing_is_found(
    desk: Desk, work: list[str], hours: int
) -> None:
    """Killed between the payment and the line: the token tells, and after its day the listing."""
    decide(desk, f"{work[0]},approve,,0.30")
    desk.run(*APPLY)
    lines = [json.loads(line) for line in desk.read(RECORD).splitlines()]
    assert [sorted(line) for line in lines[1:]] == [
        *(["assignment_id", "did"], ["assignment_id", "bonus", "reason", "time"]),
        ["assignment_id", "paid"],
    ]
    if hours:
        desk.clock.advance(hours * 3600)
        lines[2]["time"] = "2020-01-01T00:00:00+00:00"
    desk.write(RECORD, "".join(f"{json.dumps(line)}\n" for line in lines[:3]))
    desk.calls.clear()

    assert desk.run(*APPLY).code == 0
    assert ("SendBonus" in desk.calls) == (not hours)
    assert len(bonuses(desk, work)) == 1


def test_a_copy_of_the_file_pays_no_bonus_again(desk: Desk, work: list[str]) -> None:
    """It has no record, and after a day the crowd has forgotten the token."""
    decide(desk, f"{work[0]},approve,,0.30", f"{work[1]},approve,,")
    desk.run(*APPLY)
    desk.clock.advance(25 * 3600)
    rows = desk.read(FILE).replace(f"{work[1]},approve,,", f"{work[1]},approve,,0.30")
    desk.write("copy.csv", rows)

    done = desk.run("apply_decisions", "--decisions_file=copy.csv", "--yes")

    assert done.code == 0, done.err
    assert done.err.splitlines()[1:] == [
        f"copy.csv:2: {work[0]}: this bonus was paid before, for the same reason, so it is not paid again",
        "Carried out 0 decisions, and paid 1 bonus.",
    ]
    assert [item[:2] for item in bonuses(desk, work)] == [(work[0], "0.30"), (work[1], "0.30")]


def test_the_record_remembers_the_site(desk: Desk, work: list[str]) -> None:
    """A file that was applied to one site is not applied to the other."""
    decide(desk, f"{work[0]},approve,,")
    desk.run(*APPLY)

    assert desk.fails(*APPLY, "--prod") == (
        f"{RECORD}: this review is on the sandbox site of local; leave out --prod"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"assignment_id": "3A", "did": "pay"}', "'pay' is not one of approve, reject, override"),
        ('{"assignment_id": "3A", "paid": "1"}', "a bonus for 3A was paid that was never begun"),
        ('{"row": 1}', "not a line of a review record"),
    ],
)
def test_a_damaged_record_is_refused(desk: Desk, work: list[str], line: str, message: str) -> None:
    """With its line; nothing is decided or paid on the strength of it."""
    decide(desk, f"{work[0]},approve,,")
    desk.run(*APPLY)
    desk.write(RECORD, f"{desk.read(RECORD)}{line}\n")
    desk.calls.clear()

    assert desk.fails(*APPLY) == f"{RECORD}:3: {message}"
    assert desk.calls == []


def test_the_balance_must_cover_bonuses(desk: Desk) -> None:
    """On a live site the balance is looked at before anything is decided."""
    desk.crowd(live=True).give_budget(20)
    ids = desk.launch(1, flags=("--prod", "--yes"))
    (assignment_id,) = submit_work(desk, ids, "Ada", live=True)
    decide(desk, f"{assignment_id},approve,,1.00")

    done = desk.run(*APPLY, HIT_IDS)

    assert done.code == 2
    assert "this can cost $1.00, but the balance on the LIVE SITE of the local crowd is" in done.err
    assert set(desk.calls) <= READS


def test_what_was_done_is_said_when_the_money_runs_out(desk: Desk) -> None:
    """The same command continues once there is money."""
    ids = desk.launch(1, 2, flags=("--prod", "--yes"))
    work = submit_work(desk, ids, "Ada", live=True)
    crowd = desk.crowd(live=True)
    decide(desk, *(f"{item},approve,," for item in work))
    desk.before["ApproveAssignment"] = lambda: crowd.give_budget(5)

    done = desk.run(*APPLY, HIT_IDS, "--concurrency=1")

    assert done.code == 2
    assert done.err.splitlines()[-2] == "Carried out 1 decision, and paid 0 bonuses."
    assert "insufficient funds" in done.err.splitlines()[-1]
    crowd.give_budget(100)
    assert desk.run(*APPLY, HIT_IDS).err.endswith("Carried out 1 decision, and paid 0 bonuses.\n")


def test_lost_responses_on_a_served_crowd_do_not_matter(desk: Desk) -> None:
    """Decisions that the crowd carried out count, and no bonus is paid twice."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as faulty:
        faulty.config(desk.folder).chmod(0o600)
        work = submit_work(desk, desk.launch(*range(10)), "Ada", "Ben")
        rows = [
            f"{item},approve,,0.10" if number % 2 else f"{item},reject,no,"
            for number, item in enumerate(work)
        ]
        decide(desk, *rows)
        faulty.faults["reset after"] = 0.25

        done = desk.run(*APPLY, HIT_IDS)

    assert done.code == 0, done.err
    assert done.err.endswith("Carried out 20 decisions, and paid 10 bonuses.\n")
    assert [status for status, _ in statuses(desk, work)] == ["Rejected", "Approved"] * 10
    assert len(bonuses(desk, work)) == 10


@pytest.mark.slow
def test_killed_at_any_moment_it_decides_and_pays_once(desk: Desk) -> None:
    """Killed at 50 random moments: every decision is carried out, every bonus paid once."""
    names = [f"worker {number}" for number in range(10)]
    work = submit_work(desk, desk.launch(*range(16), MaxAssignments=10), *names)
    rows = [
        f"{item},approve,,0.{number:02}"
        if number % 3 and 0 < number < 100
        else f"{item},reject,no,"
        for number, item in enumerate(work)
    ]
    decide(desk, *rows)
    argv = (*APPLY, HIT_IDS, "--concurrency=3")
    with forked_scripts(desk.folder) as scripts:
        moments = kill_at_random_moments(scripts, argv, desk.folder / RECORD, 50, random.Random(11))
        code, messages = scripts.run(*argv)

    assert code == 0, messages
    assert len(moments) >= 40
    assert len(set(moments)) >= 15
    expected = [row.split(",") for row in rows]
    assert [status for status, _ in statuses(desk, work)] == [
        "Approved" if decision == "approve" else "Rejected" for _, decision, _, _ in expected
    ]
    assert sorted((item, amount) for item, amount, _ in bonuses(desk, work)) == sorted(
        (item, amount) for item, _, _, amount in expected if amount
    )
