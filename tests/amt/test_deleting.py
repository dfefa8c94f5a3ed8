"""Deleting HITs."""

from amt import deleting
from amt.crowd import Crowd
from tests.support.script_fixtures import Desk

LOCAL = Crowd("local", live=False, settings={})


def delete(desk: Desk, *ids: str) -> int:
    client = desk.crowd().client
    desk.calls.clear()
    return deleting.delete(LOCAL, client, deleting.find_deletable(LOCAL, client, ids))


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
    desk.calls.clear()

    done = desk.run("delete_hit", f"--hit_id={hit}")

    assert (done.code, desk.calls) == (1, ["ListHITs"])
    assert "[y/N]" not in done.err
    assert "There is no terminal" not in done.err


def test_without_a_yes_nothing_is_expired(desk: Desk) -> None:
    """The question comes before the first change."""
    hit = desk.crowd().make_hit()
    desk.calls.clear()

    message = desk.fails("delete_hit", f"--hit_id={hit}")

    assert message.startswith("Delete 1 HIT and all their answers on the sandbox")
    assert desk.calls == ["ListHITs"]
