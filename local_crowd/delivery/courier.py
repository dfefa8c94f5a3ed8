"""Send the messages that are due, many at once; a slow receiver does not delay the others."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from local_crowd.delivery.queues import Queues
from local_crowd.delivery.shares import AT_ONCE, share_threads
from local_crowd.operations.hits import notification_settings
from local_crowd.operations.notifications import allowed_destinations, destinations, outbox
from local_crowd.operations.notifications.outbox import Lane, Message
from local_crowd.site import Site
from local_crowd.store.faults import StoreError
from webhooks import signing
from webhooks.errors import DeliveryError
from webhooks.post import post
from webhooks.urls import BadDestinationError, is_allowed

PAUSE_SECONDS = 1.0  # between two queries of an outbox

log = logging.getLogger(__name__)


class DeliveryCount(NamedTuple):
    """The numbers of messages that were delivered, and of those that were not."""

    sent: int
    failed: int


class Parcel(NamedTuple):
    """A message with what sending it needs. `secret` signs it; `now` is in epoch seconds; `allowed`
    are the destinations that the operator allows.
    """

    message: Message
    secret: str
    now: int
    allowed: Sequence[str]


class Courier:
    """The sender of all notifications of `sites`, with the `settings` of crowd.json.

    `start()` sends them in threads until `stop()`. Each of several processes can have a courier.
    """

    def __init__(self, sites: Iterable[Site], settings: Mapping[str, Any]) -> None:
        self.sites = list(sites)
        self._allowed_in_file = settings["notification_destinations"]
        self._queues = Queues(settings["notification_endpoint_url"])
        self._stopping = Event()
        # One thread per site, so that a slow receiver of one does not delay the other.
        self._threads = [
            Thread(target=self._run, args=[site], name=f"notifications {site.name}", daemon=True)
            for site in self.sites
        ]

    def start(self) -> None:
        """Start a thread per site, which sends what becomes due."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5) -> None:
        """Stop the threads, waiting `seconds` at most. Unfinished messages are sent again later."""
        self._stopping.set()
        end = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0, end - time.monotonic()))

    def _run(self, site: Site) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                self.deliver(site)
            except StoreError as error:
                log.error("%s", error)  # noqa: TRY400 - a traceback every second, while the disk is full, says no more
            except Exception:  # the thread must survive a restart of the database
                log.exception("The notifications of the %s site could not be sent", site.name)

    def deliver(self, site: Site) -> DeliveryCount:
        """Send everything that is due on a site, including what becomes due meanwhile."""
        sent = failed = 0
        due: Counter[Lane] = Counter()
        next_query = 0.0
        sending: dict[Future[str | None], Message] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                if not due or time.monotonic() >= next_query:
                    due = self._count_due(site)
                    next_query = time.monotonic() + PAUSE_SECONDS
                for parcel in self._take(site, due, sending.values()):
                    sending[pool.submit(self._send, parcel)] = parcel.message
                if not sending:
                    return DeliveryCount(sent, failed)
                done = wait(sending, PAUSE_SECONDS, FIRST_COMPLETED).done
                outcomes = [(sending.pop(future), future.result()) for future in done]
                self._record_outcomes(site, outcomes)
                failures = sum(error is not None for _, error in outcomes)
                failed += failures
                sent += len(outcomes) - failures

    def _count_due(self, site: Site) -> Counter[Lane]:
        """Return the number of messages due per lane; none once the courier is stopping."""
        if self._stopping.is_set():
            return Counter()
        with site.reading() as call:
            return Counter(outbox.count_due(call) if outbox.has_due(call) else {})

    def _take(self, site: Site, due: Counter[Lane], sending: Iterable[Message]) -> list[Parcel]:
        """Lease the messages to send next, and subtract them from `due`."""
        to_begin = share_threads(due, [message.lane for message in sending])
        if not to_begin or self._stopping.is_set():
            return []
        due -= to_begin
        with site.writing() as call:
            allowed = [*self._allowed_in_file, *allowed_destinations.list_added(call)]
            messages = outbox.take(call, to_begin)
            secrets = {
                requester_id: notification_settings.ensure_secret(call, requester_id)
                for requester_id in {message.requester_id for message in messages}
            }
        return [
            Parcel(message, secrets[message.requester_id], call.now, allowed)
            for message in messages
        ]

    def _send(self, parcel: Parcel) -> str | None:
        """Send a message; return why it was not delivered, or None."""
        try:
            self._post(parcel)
        except (DeliveryError, BadDestinationError) as error:
            log.warning("%s was not delivered: %s", parcel.message.event_id, error)
            return str(error)
        return None

    def _post(self, parcel: Parcel) -> None:
        """Send a message. Raises DeliveryError, or BadDestinationError if it is no longer allowed."""
        message = parcel.message
        # Validated again: the allowed destinations may have changed since the message was written.
        destinations.validate(message.transport, message.destination, parcel.allowed)
        if self._is_aws(message.destination, parcel.allowed):
            self._queues.send(message.transport, message.destination, message.body)
        else:
            body = message.body.encode()
            headers = signing.sign(parcel.secret, message.event_id, body, parcel.now)
            post(message.destination, body, headers, parcel.allowed)

    def _is_aws(self, destination: str, allowed: Sequence[str]) -> bool:
        """Return whether the destination is a queue or topic, of AWS or of its replacement."""
        if destinations.is_topic(destination) or destinations.is_queue(destination):
            return True
        endpoint = self._queues.endpoint_url
        # A replacement for AWS, such as LocalStack, has queues at its own address.
        return (
            endpoint is not None
            and urlsplit(destination).netloc == urlsplit(endpoint).netloc
            and is_allowed(destination, allowed)
        )

    @staticmethod
    def _record_outcomes(site: Site, outcomes: Sequence[tuple[Message, str | None]]) -> None:
        """Delete the messages that were delivered, and schedule a retry of the others."""
        if not outcomes:
            return
        with site.writing() as call:
            for message, error in outcomes:
                if error is None:
                    outbox.mark_delivered(call, message.event_id)
                else:
                    outbox.mark_failed(call, message.event_id, error)
