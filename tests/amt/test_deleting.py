"""Deleting HITs."""

import argparse

import pytest

from amt import deleting
from amt.crowd import Crowd
from amt.errors import Error
from tests.support.script_fixtures import Desk


def arguments(*, yes: bool) -> argparse.Namespace:
    return argparse.Namespace(concurrency=4, yes=yes)


def delete(desk: Desk, *ids: str, yes: bool = True) -> int:
    crowd = Crowd("local", live=False, settings={})
    desk.calls.clear()
    return deleting.delete(arguments(yes=yes), crowd, desk.crowd().client, ids)


def test_an_open_hit_takes_two_calls_an_expired_one(desk: Desk) -> None:
    """It is expired only if it has to be."""
    crowd = desk.crowd()
    assert delete(desk, crowd.make_hit()) == 0
    assert desk.calls == ["ListHITs", "UpdateExpirationForHIT", "DeleteHIT"]

    expired = crowd.make_hit()
    crowd.client.update_expiration_for_hit(HITId=expired, ExpireAt=0)
    assert delete(desk, expired) == 0
    assert desk.calls == ["ListHITs", "DeleteHIT"]


def test_nothing_is_asked_when_nothing_can_be_deleted(desk: Desk) -> None:
    """Unreviewed work alone is named; there is no question."""
    crowd = desk.crowd()
    hit = crowd.make_hit()
    crowd.do(crowd.make_worker(), hit)

    assert delete(desk, hit, yes=False) == 1
    assert desk.calls == ["ListHITs"]


def test_without_a_yes_nothing_is_expired(desk: Desk) -> None:
    """The question comes before the first change."""
    hit = desk.crowd().make_hit()

    with pytest.raises(Error, match=r"^Delete 1 HIT and all their answers on the sandbox"):
        delete(desk, hit, yes=False)
    assert desk.calls == ["ListHITs"]
