"""Lists in pages: the last page is empty, and nothing is skipped or repeated."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from local_crowd.operations.paging import DEFAULT_PAGE
from tests.support.crowds import HIT, CrowdUnderTest, invalid, refusal


def some_hits(crowd: CrowdUnderTest, number: int, **changes: Any) -> list[str]:
    hit_ids = [crowd.make_hit(**changes) for _ in range(number)]
    crowd.clock.advance(60)
    return hit_ids


def some_assignments(crowd: CrowdUnderTest, number: int) -> tuple[str, list[str]]:
    """A HIT and `number` assignments of it, two in each second."""
    hit_id = crowd.make_hit(MaxAssignments=number)
    done = []
    for count in range(number):
        done.append(crowd.do(crowd.make_worker(f"worker {count}"), hit_id))
        crowd.clock.advance(count % 2)
    return hit_id, done


def make_bonuses(crowd: CrowdUnderTest) -> dict[str, str]:
    hit_id, done = some_assignments(crowd, 5)
    for assignment_id in done:
        worker = crowd.assignment(assignment_id)["WorkerId"]
        crowd.client.send_bonus(
            WorkerId=worker, AssignmentId=assignment_id, BonusAmount="0.01", Reason="r"
        )
    return {"HITId": hit_id}


def make_blocks(crowd: CrowdUnderTest) -> dict[str, str]:
    for number in range(5):
        crowd.client.create_worker_block(WorkerId=crowd.make_worker(f"{number}"), Reason="r")
    return {}


LISTS: dict[str, tuple[str, str, Callable[[CrowdUnderTest], Any]]] = {
    "list_hits": ("HITs", "HITId", lambda crowd: some_hits(crowd, 5) and {}),
    "list_reviewable_hits": (
        "HITs",
        "HITId",
        lambda crowd: some_hits(crowd, 5, LifetimeInSeconds=30) and {},
    ),
    "list_assignments_for_hit": (
        "Assignments",
        "AssignmentId",
        lambda crowd: {"HITId": some_assignments(crowd, 5)[0]},
    ),
    "list_bonus_payments": ("BonusPayments", "AssignmentId", make_bonuses),
    "list_worker_blocks": ("WorkerBlocks", "WorkerId", make_blocks),
}


@pytest.mark.parametrize("operation", LISTS)
def test_every_list_ends_with_an_empty_page(crowd: CrowdUnderTest, operation: str) -> None:
    """Every page with items has a token of its own for the next page; the last page is empty."""
    items, _, make = LISTS[operation]
    request = make(crowd)
    method = getattr(crowd.client, operation)
    sizes, tokens = [], []
    page = method(**request, MaxResults=2)
    while "NextToken" in page:
        assert set(page) == {"NextToken", "NumResults", items, "ResponseMetadata"}
        sizes.append(page["NumResults"])
        assert page["NumResults"] == len(page[items])
        tokens.append(page["NextToken"])
        page = method(**request, MaxResults=2, NextToken=tokens[-1])

    assert set(page) == {"NumResults", items, "ResponseMetadata"}
    assert page["NumResults"] == 0
    assert page[items] == []
    assert sizes == [2, 2, 1]
    assert len(set(tokens)) == 3
    for token in tokens:
        assert re.fullmatch("p1:[A-Za-z0-9+/]{64}", token)


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_pages_together_are_the_list(crowd: CrowdUnderTest, operation: str, size: int) -> None:
    """However large the pages, boto3's paginator gives each item once, in one order."""
    items, identity, make = LISTS[operation]
    request = make(crowd)
    whole = getattr(crowd.client, operation)(**request, MaxResults=100)[items]
    pages = crowd.client.get_paginator(operation).paginate(
        **request, PaginationConfig={"PageSize": size}
    )
    listed = [item[identity] for page in pages for item in page[items]]

    assert len(listed) == len(set(listed)) == 5
    assert listed == [item[identity] for item in whole]


@pytest.mark.parametrize("operation", LISTS)
def test_an_empty_list_is_one_empty_page(crowd: CrowdUnderTest, operation: str) -> None:
    """The first page of an empty list is empty and has no token."""
    items = LISTS[operation][0]
    needs_hit = operation in ("list_assignments_for_hit", "list_bonus_payments")
    request = {"HITId": crowd.make_hit()} if needs_hit else {}
    page = getattr(crowd.client, operation)(**request)

    assert page["NumResults"] == len(page[items]) == 0
    assert "NextToken" not in page


def test_the_default_page(crowd: CrowdUnderTest) -> None:
    """Without MaxResults a page holds ten."""
    some_hits(crowd, 11)

    assert crowd.client.list_hits()["NumResults"] == DEFAULT_PAGE == 10


@pytest.mark.parametrize("size", [101, 10_000])
def test_a_page_holds_a_hundred_at_most(crowd: CrowdUnderTest, size: int) -> None:
    """MaxResults beyond 100 is refused as the service model says."""
    answer = refusal(crowd.client.list_hits, MaxResults=size)

    assert answer.code == "ValidationException"
    assert answer.message == (
        f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy "
        "constraint: Member must have value less than or equal to 100"
    )


def test_items_reviewed_between_pages_are_not_skipped(crowd: CrowdUnderTest) -> None:
    """Approving a page of Submitted assignments before requesting the next skips nothing."""
    hit_id, done = some_assignments(crowd, 7)
    request = {"HITId": hit_id, "AssignmentStatuses": ["Submitted"], "MaxResults": 2}
    approved = []
    page = crowd.client.list_assignments_for_hit(**request)
    while page["Assignments"]:
        for assignment in page["Assignments"]:
            approved.append(assignment["AssignmentId"])
            crowd.client.approve_assignment(AssignmentId=approved[-1])
        page = crowd.client.list_assignments_for_hit(**request, NextToken=page["NextToken"])

    assert sorted(approved) == sorted(done)
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 7)


def test_hits_made_and_deleted_between_pages(crowd: CrowdUnderTest) -> None:
    """After HITs are created or deleted, ListHITs neither repeats nor skips the others."""
    hit_ids = some_hits(crowd, 6, LifetimeInSeconds=30)
    first = crowd.client.list_hits(MaxResults=2)
    assert [hit["HITId"] for hit in first["HITs"]] == hit_ids[:3:-1]
    crowd.make_hit()
    for hit_id in (hit_ids[5], hit_ids[4], hit_ids[2]):
        crowd.client.delete_hit(HITId=hit_id)

    second = crowd.client.list_hits(MaxResults=2, NextToken=first["NextToken"])
    third = crowd.client.list_hits(MaxResults=2, NextToken=second["NextToken"])

    assert [hit["HITId"] for hit in second["HITs"] + third["HITs"]] == [
        hit_ids[3],
        hit_ids[1],
        hit_ids[0],
    ]


def test_a_list_that_has_ended_can_continue(crowd: CrowdUnderTest) -> None:
    """The token of the last items finds what was submitted since."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    crowd.do(crowd.make_worker("Ada"), hit_id)
    token = crowd.client.list_assignments_for_hit(HITId=hit_id)["NextToken"]
    assert crowd.client.list_assignments_for_hit(HITId=hit_id, NextToken=token)["NumResults"] == 0
    crowd.clock.advance(1)
    late = crowd.do(crowd.make_worker("Ben"), hit_id)

    page = crowd.client.list_assignments_for_hit(HITId=hit_id, NextToken=token)

    assert [assignment["AssignmentId"] for assignment in page["Assignments"]] == [late]


def refused_token(token: str) -> object:
    return invalid(f'The value "{token}" is not valid for the parameter NextToken.')


def test_a_token_belongs_to_its_list(crowd: CrowdUnderTest) -> None:
    """A token of another operation, another HIT, another filter or another requester is refused."""
    client = crowd.client
    hit_id, _ = some_assignments(crowd, 3)
    other_hit = crowd.make_hit()
    hits = client.list_hits(MaxResults=1)["NextToken"]
    work = client.list_assignments_for_hit(HITId=hit_id, MaxResults=1)["NextToken"]

    for method in (client.list_reviewable_hits, client.list_worker_blocks):
        assert refusal(method, NextToken=hits) == refused_token(hits)
    assert refusal(client.list_bonus_payments, HITId=hit_id, NextToken=work) == refused_token(work)
    list_work = client.list_assignments_for_hit
    assert refusal(list_work, HITId=other_hit, NextToken=work) == refused_token(work)
    assert refusal(
        list_work, HITId=hit_id, NextToken=work, AssignmentStatuses=["Submitted"]
    ) == refused_token(work)
    other = crowd.make_requester()
    crowd.site.perform(other, "CreateHIT", HIT)
    with pytest.raises(Exception, match="is not valid for the parameter NextToken"):
        crowd.site.perform(other, "ListHITs", {"NextToken": hits})

    assert client.list_hits(NextToken=hits, MaxResults=100)["NumResults"] == 1


@pytest.mark.parametrize("token", ["x", "p1:", "p1:" + "A" * 64, "é", "p1:!!!!", "A" * 255])
def test_an_invalid_token_is_refused(crowd: CrowdUnderTest, token: str) -> None:
    """Anything else is refused too."""
    assert refusal(crowd.client.list_hits, NextToken=token) == refused_token(token)
