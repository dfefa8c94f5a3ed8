import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from amt import costs
from amt.survey import HitCounters
from local_crowd.operations.people import invitation_links
from local_crowd.store.tables import bonuses
from tests.support.crowds import MINUTE
from tests.support.script_fixtures import Desk

SHOW = ("show_costs", "--hit_ids_file=hit_ids.txt")


def submit(desk: Desk, hit_id: str, *minutes: float, live: bool = False) -> list[str]:
    """A new worker for each, who takes so many minutes; the assignments."""
    crowd = desk.crowd(live=live)
    done = []
    for number, taken in enumerate(minutes):
        held = crowd.accept(crowd.make_worker(f"{hit_id} {number}"), hit_id)
        desk.clock.advance(taken * MINUTE)
        crowd.submit(held)
        done.append(held)
    return done


def give_bonus(desk: Desk, assignment_id: str, amount: str) -> None:
    crowd = desk.crowd()
    crowd.client.send_bonus(
        AssignmentId=assignment_id,
        WorkerId=crowd.assignment(assignment_id)["WorkerId"],
        BonusAmount=amount,
        Reason="well done",
    )


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Three HITs of 4 x $0.60: approved, rejected, submitted, held and open work, two bonuses."""
    first, second, third = desk.launch(1, 2, 3, MaxAssignments=4, Reward=0.6)
    client = desk.crowd().client
    first_id, second_id, third_id = submit(desk, first, 3, 6, 4)
    client.approve_assignment(AssignmentId=first_id)
    client.approve_assignment(AssignmentId=second_id)
    client.reject_assignment(AssignmentId=third_id, RequesterFeedback="no")
    (four,) = submit(desk, second, 9)
    assert four
    desk.crowd().accept(desk.crowd().make_worker("slow"), third)
    give_bonus(desk, first_id, "0.01")
    give_bonus(desk, first_id, "2.50")
    return desk


def test_what_a_batch_costs(busy: Desk) -> None:
    """Approved work and bonuses have cost; submitted, held and open work is owed; rejected costs
    nothing.
    """
    done = busy.run(*SHOW, "--json")

    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {
        "approved": {"count": 2, "paid": "1.20", "fees": "0.00"},
        "bonuses": {"count": 2, "paid": "2.51", "fees": "0.00"},
        "waiting": {"count": 0, "paid": "0.00", "fees": "0.00"},
        "submitted": {"count": 1, "paid": "0.60", "fees": "0.00"},
        "open": {"count": 8, "paid": "4.80", "fees": "0.00"},
        "has_cost": "3.71",
        "still_owes": "5.40",
        "can_cost": "9.11",
        "per_assignment": "1.86",
        "per_hour": {"median": "6.00", "tenth_percentile": "4.00"},
    }


def test_the_table(busy: Desk) -> None:
    """The same, for a person."""
    done = busy.run(*SHOW)

    assert done.code == 0
    assert [line.split() for line in done.out.splitlines()] == [
        ["count", "paid", "fees", "total"],
        ["approved", "2", "$1.20", "$0.00", "$1.20"],
        ["bonuses", "2", "$2.51", "$0.00", "$2.51"],
        ["has", "cost", "$3.71"],
        ["submitted", "1", "$0.60", "$0.00", "$0.60"],
        ["open", "8", "$4.80", "$0.00", "$4.80"],
        ["still", "owes", "$5.40"],
        ["can", "cost", "$9.11"],
        ["an", "approved", "assignment:", "$1.86", "on", "average"],
        [
            "an",
            "hour's",
            "work:",
            "$6.00",
            "in",
            "the",
            "median,",
            "$4.00",
            "at",
            "the",
            "10th",
            "percentile",
        ],
    ]
    assert len({len(line) for line in done.out.splitlines()[:8]}) == 1


def test_a_batch_that_nobody_has_looked_at(desk: Desk) -> None:
    """Before the first answer everything is open, and nothing is said of averages; two pages of
    HITs are one call each, and what was paid for waiting is one call for the HIT type.
    """
    desk.launch(*range(101))
    desk.calls.clear()

    done = desk.run(*SHOW, "--json")

    costs = json.loads(done.out)
    assert desk.calls == ["ListHITs"] * 2 + ["ListWaitingPayments"]
    assert costs["open"] == {"count": 202, "paid": "10.10", "fees": "0.00"}
    assert (costs["per_assignment"], costs["per_hour"]) == (None, None)
    assert "average" not in desk.run(*SHOW).out


def test_what_was_paid_for_waiting_is_a_line_of_its_own(desk: Desk) -> None:
    """By panel links to the batch's HIT type; other links are other batches' costs."""
    (hit_id,) = desk.launch(1)
    crowd = desk.crowd()
    hit_type_id = crowd.hit(hit_id)["HITTypeId"]
    worker_id = crowd.make_worker()
    with crowd.site.writing() as call:
        for hit_types, amount in (([hit_type_id], 40), ([hit_type_id], 2), (["3OTHER"], 7)):
            link_id, _ = invitation_links.create(
                call, invitation_links.PANEL, panel={"hit_type_ids": hit_types}
            )
            values = {
                "bonus_id": call.new_id(),
                "requester_id": crowd.requester_id,
                "worker_id": worker_id,
                "link_id": link_id,
                "amount": amount,
                "reason": "Waiting: 4 minutes",
                "waited_seconds": 240,
                "grant_time": call.now,
            }
            call.db.execute(insert(bonuses).values(values))

    done = desk.run(*SHOW)

    lines = [line.split() for line in done.out.splitlines()]
    assert ["waiting", "2", "$0.42", "$0.00", "$0.42"] in lines
    assert ["has", "cost", "$0.42"] in lines


def test_what_nobody_took_of_an_expired_hit_costs_nothing(desk: Desk) -> None:
    """After the end only what was submitted, and what is still held, can cost."""
    (hit_id,) = desk.launch(1, MaxAssignments=5)
    submit(desk, hit_id, 1)
    desk.crowd().accept(desk.crowd().make_worker("slow"), hit_id)
    desk.crowd().client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)

    costs = json.loads(desk.run(*SHOW, "--json").out)

    assert costs["submitted"]["count"] == 1
    assert costs["open"]["count"] == 1
    assert costs["can_cost"] == "0.10"


@pytest.mark.parametrize(
    ("reward", "assignments", "masters", "fee", "bonus_fee"),
    [
        ("0.01", 1, False, "0.01", "0.01"),
        ("1.00", 9, False, "0.20", "0.01"),
        ("1.00", 10, False, "0.40", "0.01"),
        ("1.00", 10, True, "0.45", "0.01"),
        ("0.33", 3, False, "0.07", "0.01"),
    ],
)
def test_amazons_fees(
    reward: str, assignments: int, masters: bool, fee: str, bonus_fee: str
) -> None:
    """Each assignment is charged by its own HIT's reward and size, each bonus by itself."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    paid = Decimal(reward)
    hit = HitCounters("3A", "Assignable", assignments, 0, 0, 1, False, paid, masters, start)
    work: list[Any] = [
        {
            "AssignmentStatus": "Approved",
            "AcceptTime": start,
            "SubmitTime": start + timedelta(hours=1),
        }
    ]
    sums = costs.Costs()
    costs._add_hit(sums, hit, work, [{"BonusAmount": "0.04"}], charged=True)

    assert str(sums.approved.fees) == fee
    assert str(sums.bonuses.fees) == bonus_fee
    assert sums.compute_hourly_pay() == (paid, paid)


def test_work_submitted_at_once_does_not_divide_by_nothing(desk: Desk) -> None:
    """No time at all counts as a second."""
    (hit_id,) = desk.launch(1, Reward=0.01)
    submit(desk, hit_id, 0)

    assert json.loads(desk.run(*SHOW, "--json").out)["per_hour"]["median"] == "36.00"


def test_ids_the_crowd_does_not_know(busy: Desk) -> None:
    """They are named, exit 1; the others are counted."""
    busy.write("some.txt", busy.read("hit_ids.txt") + "3NONE\n")

    done = busy.run(SHOW[0], "--hit_ids_file=some.txt", "--json")

    assert done.code == 1
    assert "3NONE: Hit 3NONE does not exist." in done.err
    assert json.loads(done.out)["has_cost"] == "3.71"
