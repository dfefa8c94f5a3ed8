"""The balance, and how it limits spending on the live site."""

import random
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.money import balance as money_balance
from local_crowd.store.tables import requesters
from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import DAY, HIT, CrowdUnderTest, business, refusal


def short_of(required: str, left: str) -> object:
    return business(
        "This Requester has insufficient funds in their account to complete this transaction. "
        f"It needs {required}, and {left} is left of the budget.",
        "InsufficientFunds",
    )


def balance(crowd: CrowdUnderTest) -> str:
    response = crowd.client.get_account_balance()
    assert set(response) == {"AvailableBalance", "ResponseMetadata"}
    return response["AvailableBalance"]


def test_the_sandbox_always_says_the_same(crowd: CrowdUnderTest) -> None:
    """The sandbox's balance is 10000.00 whatever is paid, and budgets have no effect there."""
    crowd.give_budget(1)
    worker = crowd.make_worker()
    assignment_id = crowd.do(worker, crowd.make_hit(Reward="9999", MaxAssignments=9))
    crowd.client.approve_assignment(AssignmentId=assignment_id)
    crowd.client.send_bonus(
        WorkerId=worker, AssignmentId=assignment_id, BonusAmount="10000", Reason="well done"
    )

    assert balance(crowd) == "10000.00"


def test_a_live_requester_without_a_budget_has_no_limit(open_crowd: OpenCrowd) -> None:
    """Without a budget the balance is large and stays so."""
    crowd = open_crowd("live")
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit(Reward="1000"))
    crowd.client.approve_assignment(AssignmentId=assignment_id)

    assert balance(crowd) == "999999999.99"


def test_a_budget_is_spent_by_approvals_and_bonuses(open_crowd: OpenCrowd) -> None:
    """A HIT reserves its rewards; approval pays one, rejection frees one, a bonus costs extra."""
    crowd = open_crowd("live")
    crowd.give_budget(100)
    hit_id, worker = crowd.make_hit(MaxAssignments=2), crowd.make_worker()
    assert balance(crowd) == "0.90"
    good, bad = crowd.do(worker, hit_id), crowd.do(crowd.make_worker("Ben"), hit_id)
    assert balance(crowd) == "0.90"

    crowd.client.approve_assignment(AssignmentId=good)
    assert balance(crowd) == "0.90"
    crowd.client.reject_assignment(AssignmentId=bad, RequesterFeedback="no")
    assert balance(crowd) == "0.95"

    crowd.client.send_bonus(
        WorkerId=worker, AssignmentId=good, BonusAmount="0.90", Reason="well done"
    )
    assert balance(crowd) == "0.05"


def test_nothing_is_paid_beyond_the_budget(open_crowd: OpenCrowd) -> None:
    """A call that the budget does not cover is refused; one that it exactly covers succeeds."""
    crowd = open_crowd("live")
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    assignment_id = crowd.do(worker, hit_id)
    client = crowd.client
    bonus = {"WorkerId": worker, "AssignmentId": assignment_id, "Reason": "well done"}

    crowd.give_budget(4)
    assert refusal(client.approve_assignment, AssignmentId=assignment_id) == short_of(
        "0.05", "0.04"
    )
    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Submitted"
    assert refusal(client.send_bonus, **bonus, BonusAmount="0.05") == short_of("0.05", "0.00")
    assert client.list_bonus_payments(HITId=hit_id)["BonusPayments"] == []

    crowd.give_budget(5)
    client.approve_assignment(AssignmentId=assignment_id)
    assert refusal(client.send_bonus, **bonus, BonusAmount="0.01") == short_of("0.01", "0.00")


def test_a_hit_beyond_the_budget_is_refused(open_crowd: OpenCrowd) -> None:
    """A HIT that could cost more than the rest of the budget is neither created nor extended."""
    crowd = open_crowd("live")
    crowd.give_budget(15)
    assert refusal(crowd.client.create_hit, **HIT, MaxAssignments=4) == short_of("0.20", "0.15")
    assert crowd.client.list_hits()["HITs"] == []

    hit_id = crowd.make_hit(MaxAssignments=3)
    assert refusal(
        crowd.client.create_additional_assignments_for_hit,
        HITId=hit_id,
        NumberOfAdditionalAssignments=4,
    ) == short_of("0.20", "0.00")
    assert crowd.hit(hit_id)["MaxAssignments"] == 3


def test_money_reserved_for_open_hits_is_not_spent_twice(open_crowd: OpenCrowd) -> None:
    """Reserved money can pay neither for another HIT nor for a bonus."""
    crowd = open_crowd("live")
    crowd.give_budget(20)
    hit_id, worker = crowd.make_hit(MaxAssignments=3), crowd.make_worker()
    assignment_id = crowd.do(worker, hit_id)

    assert refusal(crowd.client.create_hit, **HIT, MaxAssignments=2) == short_of("0.10", "0.05")
    assert refusal(
        crowd.client.send_bonus,
        WorkerId=worker,
        AssignmentId=assignment_id,
        BonusAmount="0.06",
        Reason="well done",
    ) == short_of("0.06", "0.05")
    crowd.make_hit()
    assert balance(crowd) == "0.00"
    crowd.client.approve_assignment(AssignmentId=assignment_id)
    assert balance(crowd) == "0.00"


def test_what_nobody_earned_is_free_when_the_hit_expires(open_crowd: OpenCrowd) -> None:
    """Expiration frees the money of open slots, not of accepted ones; an extension reserves it again."""
    crowd = open_crowd("live")
    crowd.give_budget(20)
    hit_id, worker = crowd.make_hit(MaxAssignments=4), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)
    assert balance(crowd) == "0.00"

    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    assert balance(crowd) == "0.15"

    reopened = {"HITId": hit_id, "ExpireAt": crowd.clock.now + DAY}
    other = crowd.make_hit()
    assert refusal(crowd.client.update_expiration_for_hit, **reopened) == short_of("0.15", "0.10")
    crowd.client.update_expiration_for_hit(HITId=other, ExpireAt=0)
    crowd.client.delete_hit(HITId=other)
    crowd.client.update_expiration_for_hit(**reopened)
    assert balance(crowd) == "0.00"

    crowd.submit(assignment_id)
    crowd.client.approve_assignment(AssignmentId=assignment_id)
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    crowd.client.delete_hit(HITId=hit_id)
    assert balance(crowd) == "0.15"


def test_overriding_a_rejection_needs_the_money_again(open_crowd: OpenCrowd) -> None:
    """A rejection frees the reward; overriding it needs that money in the budget."""
    crowd = open_crowd("live")
    crowd.give_budget(5)
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    crowd.make_hit()

    anyway = {"AssignmentId": assignment_id, "OverrideRejection": True}
    assert refusal(crowd.client.approve_assignment, **anyway) == short_of("0.05", "0.00")
    crowd.give_budget(10)
    crowd.client.approve_assignment(**anyway)


def test_what_is_left_is_not_counted_at_every_call(
    open_crowd: OpenCrowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large batch each HIT's cost is taken off what was left before: once all is counted."""
    crowd, counts, used = open_crowd("live"), [], money_balance._sum_liabilities

    def counted(call: Call) -> tuple[int, int]:
        counts.append(call.now)
        return used(call)

    monkeypatch.setattr(money_balance, "_sum_liabilities", counted)
    crowd.give_budget(100)
    done = [crowd.do(crowd.make_worker(), crowd.make_hit()) for _ in range(20)]
    for assignment_id in done:
        crowd.client.approve_assignment(AssignmentId=assignment_id)

    assert len(counts) == 1
    assert balance(crowd) == "0.00"
    assert refusal(crowd.client.create_hit, **HIT) == short_of("0.05", "0.00")


@pytest.mark.parametrize("seed", range(4))
def test_what_is_surely_left_is_left(open_crowd: OpenCrowd, seed: int) -> None:
    """Whatever requester, workers and time do, what is kept as left of a budget is never more than
    a count finds; and all that a count finds can be spent.
    """
    crowd, chance = open_crowd("live"), random.Random(seed)
    crowd.give_budget(150)
    workers = [crowd.make_worker(name) for name in ("Ada", "Ben", "Cyd")]
    hit_ids, taken, kept = [crowd.make_hit(MaxAssignments=2)], [], []
    client, refused = crowd.client, 0

    def bonus() -> None:
        client.send_bonus(
            WorkerId=crowd.assignment(done := chance.choice(taken))["WorkerId"],
            AssignmentId=done,
            BonusAmount=f"0.{chance.randrange(1, 20):02}",
            Reason="well done",
        )

    steps: list[Callable[[], object]] = [
        lambda: hit_ids.append(crowd.make_hit(MaxAssignments=chance.randrange(1, 4))),
        lambda: hit_ids.append(
            crowd.make_hit(Reward="0.11", LifetimeInSeconds=chance.randrange(30, 4000))
        ),
        lambda: taken.append(crowd.accept(chance.choice(workers), chance.choice(hit_ids))),
        lambda: crowd.submit(chance.choice(taken)),
        lambda: crowd.give_back(chance.choice(workers), chance.choice(taken)),
        lambda: client.approve_assignment(AssignmentId=chance.choice(taken)),
        lambda: client.approve_assignment(
            AssignmentId=chance.choice(taken), OverrideRejection=True
        ),
        lambda: client.reject_assignment(AssignmentId=chance.choice(taken), RequesterFeedback="no"),
        bonus,
        lambda: client.create_additional_assignments_for_hit(
            HITId=chance.choice(hit_ids), NumberOfAdditionalAssignments=chance.randrange(1, 3)
        ),
        lambda: client.update_expiration_for_hit(
            HITId=chance.choice(hit_ids), ExpireAt=crowd.clock.now + chance.choice((-1, 900))
        ),
        lambda: client.delete_hit(HITId=chance.choice(hit_ids)),
        lambda: crowd.clock.advance(chance.randrange(1, 500)),
    ]
    for _ in range(150):
        try:
            chance.choice(steps)()
        except (ClientError, NotPossible, IndexError):
            refused += 1
        with crowd.site.reading(crowd.requester_id) as call:
            mine = requesters.c.requester_id == crowd.requester_id
            surely = call.db.scalar(select(requesters.c.surely_left).where(mine))
            left = money_balance.compute_balance(call)
        assert 0 <= surely <= left
        kept.append((surely, left))

    assert refused < 120
    assert any(surely < left for surely, left in kept)
    crowd.make_hit(Reward=f"{left / 100:.2f}", MaxAssignments=1)
    assert balance(crowd) == "0.00"


@pytest.mark.parametrize("reward", ["0", "0.00"])
def test_what_costs_nothing_needs_no_budget(open_crowd: OpenCrowd, reward: str) -> None:
    """With a budget of 0, HITs without a reward can be created and approved."""
    crowd = open_crowd("live")
    crowd.give_budget(0)
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit(Reward=reward))

    crowd.client.approve_assignment(AssignmentId=assignment_id)

    assert balance(crowd) == "0.00"


def test_the_sites_share_nothing(open_crowd: OpenCrowd) -> None:
    """A HIT of one site does not exist on the other."""
    sandbox, live = open_crowd("sandbox"), open_crowd("live")
    hit_id = sandbox.make_hit()

    assert live.client.list_hits()["HITs"] == []
    assert refusal(live.client.get_hit, HITId=hit_id).message == f"Hit {hit_id} does not exist."
    assert sandbox.client.list_hits()["NumResults"] == 1
