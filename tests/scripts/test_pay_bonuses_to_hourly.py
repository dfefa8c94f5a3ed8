"""pay_bonuses.py --to_hourly: writes what lifts approved answers to an hourly pay."""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path

import pytest

from amt.hourly_pay import Work, compute_lifts, compute_median_pay
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import Desk

HIT_IDS = "--hit_ids_file=hit_ids.txt"
TO_HOURLY = ("pay_bonuses", "--to_hourly=12.00", HIT_IDS)
REASON = "Raises the pay for this work to $12.00 an hour"


def answers(*seconds: int, reward: str = "0.05", lifted: str = "0") -> list[Work]:
    """Approved answers that took so long."""
    return [
        Work(f"3A{number}", f"A{number}", True, time, Decimal(reward), Decimal(lifted))
        for number, time in enumerate(seconds)
    ]


def lift(work: list[Work], hourly: str, *, own_time: bool = False) -> list[str]:
    """The bonuses, in cents and in order."""
    lifts, total = compute_lifts(work, Decimal(hourly), own_time=own_time)
    assert total == sum(lift.amount for lift in lifts)
    return [str(lift.amount) for lift in lifts]


@pytest.mark.parametrize(
    ("seconds", "hourly", "bonuses"),
    [
        ((60, 60, 60), "12.00", ["0.15"] * 3),
        ((10, 60, 600), "12.00", ["0.15"] * 3),
        ((10, 20, 40, 600), "12.00", ["0.05"] * 4),  # the median is 30 s
        ((50,), "12.00", ["0.12"]),  # 0.11666… is rounded up
        ((15,), "12.00", []),  # exactly what it is paid
        ((16,), "12.00", ["0.01"]),  # 0.00333… is a cent
        ((1, 2), "0.01", []),
        ((3600,), "7.25", ["7.20"]),
    ],
)
def test_the_median_time_decides_to_the_cent(
    seconds: tuple[int, ...], hourly: str, bonuses: list[str]
) -> None:
    """Everybody gets the same for the same work, rounded up to whole cents once."""
    assert lift(answers(*seconds), hourly) == bonuses


def test_own_time_counts_up_to_three_times_the_median() -> None:
    """Who left the page open over lunch is not paid for it."""
    assert lift(answers(30, 60, 60, 170, 3000), "12.00", own_time=True) == [
        *("0.05", "0.15", "0.15", "0.52", "0.55")
    ]


def test_submitted_answers_count_for_the_median_and_get_nothing() -> None:
    """A bonus is for an approved answer; what earlier bonuses lifted is not lacking any more."""
    work = answers(60, 60, 60)
    work[0] = work[0]._replace(is_approved=False)
    work[1] = work[1]._replace(lifted=Decimal("0.10"))

    assert lift(work, "12.00") == ["0.05", "0.15"]
    assert compute_median_pay(work) == Decimal("3.00")


def work_on(desk: Desk, times: list[int], approve: int | None = None) -> list[str]:
    """Let a worker of his own do an assignment in each of the times; approve the first ones."""
    crowd = desk.crowd()
    (hit_id,) = desk.launch(1, MaxAssignments=len(times))
    begun = desk.clock.now
    done = []
    for number, seconds in enumerate(times):
        desk.clock.now = begun
        done.append(crowd.accept(crowd.make_worker(f"worker {number}"), hit_id))
        desk.clock.advance(seconds)
        crowd.submit(done[-1])
    desk.clock.now = begun + max(times)
    for assignment_id in done[:approve]:
        crowd.client.approve_assignment(AssignmentId=assignment_id)
    desk.calls.clear()
    return done


def read(desk: Desk, name: str = "bonuses.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.read(name))))


def test_the_file_is_written_and_then_paid(desk: Desk) -> None:
    """Two commands; the first pays nothing. Once paid, nothing is lacking."""
    done = work_on(desk, [60, 30, 90, 60], approve=3)

    written = desk.run(*TO_HOURLY)

    assert (written.code, written.out) == (0, "")
    assert written.err == (
        "4 answers, 3 of them approved: the median working time is 60 s, which makes $3.00 an hour.\n"
        "bonuses.csv: 3 bonuses, $0.45 without fees. Nothing is paid yet; to pay: "
        "python pay_bonuses.py --bonuses_file=bonuses.csv\n"
    )
    assert "SendBonus" not in desk.calls
    assert [(row["amount"], row["reason"]) for row in read(desk)] == [("0.15", REASON)] * 3
    assert {row["assignment_id"] for row in read(desk)} == set(done[:3])
    desk.calls.clear()
    assert desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes").code == 0
    assert desk.calls == ["SendBonus"] * 3
    again = desk.run(*TO_HOURLY, "--bonuses_file=more.csv")
    assert again.err.splitlines()[1] == "No approved answer is paid less than $12.00 an hour."
    assert not Path("more.csv").exists()


def test_other_bonuses_come_on_top(desk: Desk) -> None:
    """Praise is no part of the hourly pay."""
    (assignment_id,) = work_on(desk, [60])
    crowd = desk.crowd()
    crowd.client.send_bonus(
        AssignmentId=assignment_id,
        WorkerId=crowd.assignment(assignment_id)["WorkerId"],
        BonusAmount="1.00",
        Reason="Very good",
    )

    assert desk.run(*TO_HOURLY, "--own_time").code == 0
    assert [row["amount"] for row in read(desk)] == ["0.15"]


def test_a_served_crowd_that_fails_now_and_then(desk: Desk) -> None:
    """The sums are the same, and each bonus is paid once."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as faulty:
        faulty.config(desk.folder).chmod(0o600)
        done = work_on(desk, [60] * 10)
        faulty.faults |= {"break": 0.1, "reset after": 0.2}

        assert desk.run(*TO_HOURLY).code == 0
        assert desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes").code == 0

    assert [row["amount"] for row in read(desk)] == ["0.15"] * 10
    for assignment_id in done:
        listed = desk.crowd().client.list_bonus_payments(AssignmentId=assignment_id)
        assert [bonus["BonusAmount"] for bonus in listed["BonusPayments"]] == ["0.15"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ((), "give --bonuses_file to pay bonuses, or --to_hourly to compute them"),
        ((HIT_IDS,), "--hit_ids_file and --own_time are for --to_hourly"),
        (("--to_hourly=12",), "--to_hourly needs --hit_ids_file"),
        (("--to_hourly=twelve", HIT_IDS), "--to_hourly: 'twelve' is not an amount such as 12.00"),
        (("--to_hourly=0", HIT_IDS), "--to_hourly: '0' is not an amount such as 12.00"),
        (("--to_hourly=12.005", HIT_IDS), "--to_hourly: '12.005' is not an amount such as 12.00"),
        (
            ("--to_hourly=12", HIT_IDS, "--bonuses_file=old.csv"),
            "old.csv: exists; name a new file with --bonuses_file",
        ),
        (
            ("--to_hourly=12", HIT_IDS, "--bonuses_file=paid.csv"),
            "paid.csv.paid.jsonl: exists; name a new file with --bonuses_file",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line(desk: Desk, flags: tuple[str, ...], message: str) -> None:
    """Nothing is asked of the crowd."""
    for name in ("old.csv", "paid.csv.paid.jsonl"):
        desk.write(name, "")

    assert desk.fails("pay_bonuses", *flags) == message
    assert desk.calls == []


def test_a_batch_without_approved_answers(desk: Desk) -> None:
    """No file is written."""
    work_on(desk, [60], approve=0)

    done = desk.run(*TO_HOURLY)

    assert (done.code, done.err) == (0, "There are no approved answers.\n")
    assert not Path("bonuses.csv").exists()


@pytest.mark.slow
def test_killed_at_any_moment_each_is_lifted_once(desk: Desk) -> None:
    """Killed at 50 random moments while it pays: each answer has its bonus once, to the cent."""
    times = [20 + number for number in range(240)]
    done = work_on(desk, times)
    assert desk.run(*TO_HOURLY, "--own_time").code == 0
    argv = ("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes", "--concurrency=3")
    record = desk.folder / "bonuses.csv.paid.jsonl"
    with forked_scripts(desk.folder) as scripts:
        moments = kill_at_random_moments(scripts, argv, record, 50, random.Random(7))
        code, messages = scripts.run(*argv)

    assert code == 0, messages
    assert len(moments) >= 40
    client = desk.crowd().client
    paid = {
        assignment_id: [
            bonus["BonusAmount"]
            for bonus in client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"]
        ]
        for assignment_id in done
    }
    # 12 dollars an hour are a cent for 3 seconds.
    assert paid == {
        assignment_id: [f"{(-(-seconds // 3) - 5) / 100:.2f}"]
        for assignment_id, seconds in zip(done, times, strict=True)
    }
