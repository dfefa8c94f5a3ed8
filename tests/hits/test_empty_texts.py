"""Texts that people read: none of them may show nothing."""

from typing import Any

import pytest

from tests.support.crowds import HIT, HIT_TYPE, CrowdUnderTest, invalid, refusal
from tests.support.qualification_samples import SKILL

INVISIBLE = ("", " \n\t", "\u00a0\u200b\ufeff")


@pytest.mark.parametrize("text", INVISIBLE)
@pytest.mark.parametrize(
    ("operation", "request_", "name"),
    [
        ("create_hit", HIT, "Title"),
        ("create_hit", HIT, "Description"),
        ("create_hit_type", HIT_TYPE, "Title"),
        ("create_hit_type", HIT_TYPE, "Description"),
        ("create_qualification_type", SKILL, "Name"),
        ("create_qualification_type", SKILL, "Description"),
        ("notify_workers", {"MessageText": "Thanks", "WorkerIds": ["A1"]}, "Subject"),
        ("notify_workers", {"Subject": "Thanks", "WorkerIds": ["A1"]}, "MessageText"),
    ],
)
def test_a_text_without_a_visible_character_is_refused(
    crowd: CrowdUnderTest, operation: str, request_: dict[str, Any], name: str, text: str
) -> None:
    """A title, a name or a message needs more than spaces and invisible characters."""
    method = getattr(crowd.client, operation)

    assert refusal(method, **request_ | {name: text}) == invalid(f"{name} is empty.")


@pytest.mark.parametrize("text", INVISIBLE)
def test_decisions_and_bonuses_say_why(crowd: CrowdUnderTest, text: str) -> None:
    """A rejection, a bonus and a block need a reason that can be read, and change nothing without."""
    worker = crowd.make_worker()
    assignment = crowd.do(worker, hit_id := crowd.make_hit())
    client = crowd.client

    assert refusal(
        client.reject_assignment, AssignmentId=assignment, RequesterFeedback=text
    ) == invalid("RequesterFeedback is empty.")
    assert refusal(
        client.send_bonus,
        WorkerId=worker,
        AssignmentId=assignment,
        BonusAmount="1.00",
        Reason=text,
    ) == invalid("Reason is empty.")
    assert refusal(client.create_worker_block, WorkerId=worker, Reason=text) == invalid(
        "Reason is empty."
    )

    status = client.get_assignment(AssignmentId=assignment)["Assignment"]["AssignmentStatus"]
    assert status == "Submitted"
    assert client.list_bonus_payments(HITId=hit_id)["BonusPayments"] == []
    assert client.list_worker_blocks()["WorkerBlocks"] == []


def test_keywords_and_an_approvals_feedback_may_be_empty(crowd: CrowdUnderTest) -> None:
    """What Amazon lets people leave out may be empty as well: clients send it so."""
    hit_id = crowd.make_hit(Keywords="")
    assignment = crowd.do(crowd.make_worker(), hit_id)

    crowd.client.approve_assignment(AssignmentId=assignment, RequesterFeedback="")

    assert crowd.client.get_hit(HITId=hit_id)["HIT"].get("Keywords", "") == ""
