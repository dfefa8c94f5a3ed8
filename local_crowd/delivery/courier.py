"""Sends what is due: one batch at a time, several messages of it at once."""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from local_crowd import destinations
from local_crowd.delivery import signing
from local_crowd.delivery.errors import DeliveryError
from local_crowd.delivery.post import post
from local_crowd.delivery.queues import Queues
from local_crowd.operations import notifications, outbox
from local_crowd.operations.outbox import Message
from local_crowd.site import Site
from local_crowd.store.faults import StoreError

AT_ONCE = 16
PAUSE = 1.0  # seconds between two looks into the outboxes

log = logging.getLogger(__name__)


class Delivered(NamedTuple):
    """How many messages arrived, and how many did not."""

    sent: int
    failed: int


class Courier:
    """Sends the notifications of `sites`. `settings`: crowd.json, as local_crowd.settings reads it.

    `start()` does so in a thread until `stop()`; any number of processes may have one.
    """

    def __init__(self, sites: Iterable[Site], settings: Mapping[str, Any]) -> None:
        self.sites = list(sites)
        self._allowed = settings["notification_destinations"]
        self._queues = Queues(settings["notification_endpoint_url"])
        self._ended = Event()
        self._thread = Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Send in the background from now on."""
        self._thread.start()

    def stop(self, seconds: float = 5) -> None:
        """End the thread, waiting that long at most. What it had begun to send is sent again."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            for site in self.sites:
                try:
                    self.deliver(site)
                except StoreError as error:
                    log.error("%s", error)  # noqa: TRY400 - every second, while the disk is full
                except Exception:  # the thread outlives a database that is restarted
                    log.exception("The notifications of the %s site could not be sent", site.name)

    def deliver(self, site: Site) -> Delivered:
        """Send all that is due on a site now."""
        sent = failed = 0
        while not self._ended.is_set() and any(batch := self._batch(site)):
            sent += batch.sent
            failed += batch.failed
        return Delivered(sent, failed)

    def _batch(self, site: Site) -> Delivered:
        with site.reading() as call:
            if not outbox.waiting(call):
                return Delivered(0, 0)
        with site.writing() as call:
            messages = outbox.take(call)
            secrets = {
                requester_id: notifications.secret(call, requester_id)
                for requester_id in {message.requester_id for message in messages}
            }
        with ThreadPoolExecutor(AT_ONCE) as pool:
            errors = list(
                pool.map(
                    lambda message: self._error(message, secrets[message.requester_id], site.now()),
                    messages,
                )
            )
        with site.writing() as call:
            for message, error in zip(messages, errors, strict=True):
                if error is None:
                    outbox.delivered(call, message.event_id)
                else:
                    outbox.failed(call, message.event_id, error)
        failed = sum(error is not None for error in errors)
        return Delivered(len(messages) - failed, failed)

    def _error(self, message: Message, secret: str, now: int) -> str | None:
        try:
            self._send(message, secret, now)
        except (DeliveryError, destinations.BadDestinationError) as error:
            log.warning("%s was not delivered: %s", message.event_id, error)
            return str(error)
        return None

    def _send(self, message: Message, secret: str, now: int) -> None:
        # Once more: what is allowed may have changed since the message was written.
        destinations.check(message.transport, message.destination, self._allowed)
        if self._is_aws(message.destination):
            self._queues.send(message.transport, message.destination, message.body)
        else:
            body = message.body.encode()
            signed = signing.headers(secret, message.event_id, body, now)
            post(message.destination, body, signed, self._allowed)

    def _is_aws(self, destination: str) -> bool:
        if destinations.is_topic(destination) or destinations.is_queue(destination):
            return True
        endpoint = self._queues.endpoint_url
        # What the operator has put in AWS's place has queues at its own address.
        return (
            endpoint is not None
            and urlsplit(destination).netloc == urlsplit(endpoint).netloc
            and destinations.is_allowed(destination, self._allowed)
        )
