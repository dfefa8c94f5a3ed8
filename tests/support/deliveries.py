"""A courier that delivers a crowd's notifications, and a receiver for them."""

from collections.abc import Iterator

import pytest

from local_crowd import settings
from local_crowd.delivery.courier import Courier
from tests.support.crowds import CrowdUnderTest
from tests.support.outbox_reader import specification
from tests.support.receivers import Receiver, receiver


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """Return a receiver on this machine."""
    with receiver() as new_receiver:
        yield new_receiver


def courier_for(crowd: CrowdUnderTest, *allowed: str, endpoint_url: str | None = None) -> Courier:
    """Return a courier, and a site, of an operator who allows these destinations."""
    crowd.site.destinations = allowed
    chosen = settings.DEFAULTS | {
        "notification_destinations": list(allowed),
        "notification_endpoint_url": endpoint_url,
    }
    return Courier([crowd.site], chosen)


def ping(crowd: CrowdUnderTest, destination: str, transport: str = "SNS") -> None:
    crowd.client.send_test_event_notification(
        Notification=specification(destination, Transport=transport), TestEventType="Ping"
    )
