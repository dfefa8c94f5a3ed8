"""Notifications to slow receivers: they wait for themselves, and nobody waits for them."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from local_crowd import settings
from local_crowd.delivery import courier as courier_module
from local_crowd.delivery.courier import Courier
from local_crowd.delivery.shares import (
    AT_ONCE,
    AT_ONE_DESTINATION,
    OF_ONE_REQUESTER,
    share_threads,
)
from local_crowd.operations.notifications import outbox
from local_crowd.operations.notifications.outbox import Lane
from local_crowd.site import Site
from tests.support.crowds import HOUR, CrowdUnderTest
from tests.support.receivers import Receiver, receiver

SECONDS = 60  # how long a test waits for what should come at once, on a busy machine


@pytest.fixture
def slow() -> Iterator[Receiver]:
    """A receiver that answers nothing before its gate is opened."""
    with receiver() as new_receiver:
        new_receiver.gate.clear()
        yield new_receiver


@pytest.fixture
def fast() -> Iterator[Receiver]:
    """A receiver that answers at once."""
    with receiver() as new_receiver:
        yield new_receiver


def put(site: Site, requester_id: str, destination: str, count: int = 1) -> None:
    """Leave messages to be sent."""
    with site.writing() as call:
        for number in range(count):
            message = outbox.Message(
                call.new_id(), requester_id, "SNS", destination, json.dumps({"n": number})
            )
            outbox.put(call, message)


@contextmanager
def delivering(crowd: CrowdUnderTest, *receivers: Receiver) -> Iterator[list[object]]:
    """Deliver in a thread; the list holds the result after the block, which opens the gates."""
    allowed = [f"{receiver.url}/" for receiver in receivers]
    courier = Courier([crowd.site], settings.DEFAULTS | {"notification_destinations": allowed})
    results: list[object] = []
    thread = Thread(target=lambda: results.append(courier.deliver(crowd.site)))
    thread.start()
    with ExitStack() as stack:
        stack.callback(thread.join)
        for receiver in receivers:
            stack.callback(receiver.gate.set)
        yield results


def test_another_requesters_message_does_not_wait(
    crowd: CrowdUnderTest, slow: Receiver, fast: Receiver
) -> None:
    """One requester's 100 messages to a slow receiver are under way; another's one arrives."""
    put(crowd.site, crowd.requester_id, f"{slow.url}/", 100)
    put(crowd.site, crowd.make_requester(), f"{fast.url}/")
    with delivering(crowd, slow, fast) as results:
        assert fast.arrivals.get(timeout=SECONDS)
        assert len(slow.bodies) <= AT_ONE_DESTINATION
    assert results == [(101, 0)]
    assert len(slow.bodies) == 100


def test_another_destination_of_the_requester_does_not_wait(
    crowd: CrowdUnderTest, slow: Receiver, fast: Receiver
) -> None:
    """A slow receiver waits for itself only."""
    put(crowd.site, crowd.requester_id, f"{slow.url}/", 100)
    put(crowd.site, crowd.requester_id, f"{fast.url}/", 20)
    with delivering(crowd, slow, fast) as results:
        for _ in range(20):
            assert fast.arrivals.get(timeout=SECONDS)
        assert len(slow.bodies) <= AT_ONE_DESTINATION
    assert results == [(120, 0)]


def test_what_comes_later_does_not_wait(
    crowd: CrowdUnderTest, slow: Receiver, fast: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that is written while slow ones are under way is sent at once."""
    monkeypatch.setattr(courier_module, "PAUSE_SECONDS", 0.01)
    other = crowd.make_requester()
    put(crowd.site, crowd.requester_id, f"{slow.url}/", 100)
    with delivering(crowd, slow, fast) as results:
        assert slow.arrivals.get(timeout=SECONDS)
        put(crowd.site, other, f"{fast.url}/")
        assert fast.arrivals.get(timeout=SECONDS)
    assert results == [(101, 0)]


def test_the_other_site_does_not_wait(
    crowd: CrowdUnderTest,
    slow: Receiver,
    fast: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A running server sends what one site has while the other's receivers are slow."""
    monkeypatch.setattr(courier_module, "PAUSE_SECONDS", 0.01)
    live = Site("live", f"sqlite:///{tmp_path / 'other.sqlite3'}", crowd.clock)
    put(crowd.site, crowd.requester_id, f"{slow.url}/")
    put(live, live.ensure_owner(), f"{fast.url}/")
    allowed = {"notification_destinations": [f"{slow.url}/", f"{fast.url}/"]}
    courier = Courier([crowd.site, live], settings.DEFAULTS | allowed)
    courier.start()
    try:
        assert slow.arrivals.get(timeout=SECONDS)
        assert fast.arrivals.get(timeout=SECONDS)
    finally:
        slow.gate.set()
        courier.stop(SECONDS)
        live.close()


def test_what_was_not_sent_keeps_its_order(crowd: CrowdUnderTest, fast: Receiver) -> None:
    """A destination's messages are begun in the order in which they fell due."""
    put(crowd.site, crowd.requester_id, f"{fast.url}/", 3)
    crowd.clock.advance(HOUR)
    put(crowd.site, crowd.requester_id, f"{fast.url}/", 1)
    with crowd.site.writing() as call:
        lane = Lane(crowd.requester_id, f"{fast.url}/")
        assert outbox.count_due(call) == {lane: 4}
        taken = outbox.take(call, {lane: 3})
        assert [json.loads(message.body)["n"] for message in taken] == [0, 1, 2]
        assert outbox.count_due(call) == {lane: 1}


def lanes(requester_id: str, count: int) -> list[Lane]:
    """So many destinations of a requester."""
    return [Lane(requester_id, f"https://{number}.example.org/") for number in range(count)]


def test_shares() -> None:
    """A destination, a requester and all of them have their bounds; the idle come first."""
    (a, b, c), (other,) = lanes("A", 3), lanes("B", 1)
    assert share_threads({a: 1000}, []) == Counter({a: AT_ONE_DESTINATION})
    assert share_threads({a: 1000}, [a] * AT_ONE_DESTINATION) == Counter()
    assert share_threads({a: 3, b: 1, c: 2}, []) == Counter({a: 3, b: 1, c: 2})
    assert share_threads({}, []) == Counter()

    many = dict.fromkeys(lanes("A", 100), 5)
    assert share_threads(many, []).total() == OF_ONE_REQUESTER
    assert set(share_threads(many, []).values()) == {1}  # its destinations in turn
    shares = share_threads(many | {other: 9}, list(many)[:OF_ONE_REQUESTER])
    assert shares == Counter({other: AT_ONE_DESTINATION})

    crowded = {lane: 9 for name in "ABCDEFGH" for lane in lanes(name, 9)}
    shares = share_threads(crowded, [])
    of_requester = Counter(lane.requester_id for lane in shares.elements())
    assert shares.total() == AT_ONCE
    assert set(of_requester.values()) == {AT_ONCE // 8}
    busy = [lane for lane in crowded if lane.requester_id != "H"] * 2
    assert share_threads(crowded, busy) == Counter(lanes("H", AT_ONCE - len(busy)))
