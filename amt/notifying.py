"""Send messages to workers, each once, and record who was reached.

The record of `workers.csv` is `workers.csv.notified.jsonl`. NotifyWorkers takes no token, so a line
is on disk before each call and another one after it. A call without a second line may have been
carried out. Our crowds recognize it by the header Idempotency-Key, and it is repeated; Mechanical
Turk does not, so nobody is written to again and the workers are named.
"""

import hashlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, records
from amt.crowd import Crowd
from amt.notices import Notice
from amt.parallel import Outcome
from amt.records import TOKENS_LAST, DamageError, Record

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

ENDING = ".notified.jsonl"


class Sending(NamedTuple):
    """A call that was begun: its number, what it sends, and when (None: not yet).

    `digest` is that of the template.
    """

    number: int
    digest: str
    notice: Notice
    time: datetime | None = None


class Notified(Record):
    """Who was written to. `header`: notice (a random id), crowd, site, time."""

    kind = "notice"

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not the record of a workers file."""
        self.begun: dict[int, Sending] = {}
        self.unreached: dict[int, dict[str, str]] = {}  # of finished calls: worker id -> reason
        self._next = threading.Lock()
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Add the line of a call that is begun or finished. Raises DamageError for another one."""
        number = int(line["call"])
        if "workers" in line:
            notice = Notice(line["subject"], line["text"], list(line["workers"]))
            time = datetime.fromisoformat(line["time"])
            self.begun[number] = Sending(number, line["template"], notice, time)
        elif number in self.begun:
            self.unreached[number] = dict(line["unreached"])
        else:
            raise DamageError(f"the call {number} is finished and was never begun")

    def list_reached(self, digest: str) -> set[str]:
        """Return the workers who have got the message of this template."""
        return {
            worker_id
            for number, unreached in self.unreached.items()
            if self.begun[number].digest == digest
            for worker_id in self.begun[number].notice.worker_ids
            if worker_id not in unreached
        }

    def list_unfinished(self, digest: str) -> list[Sending]:
        """Return the calls with this template of which it is not known whether they were carried out."""
        return [
            sending
            for sending in self.begun.values()
            if sending.number not in self.unreached and sending.digest == digest
        ]

    def start(self, crowd: Crowd) -> None:
        """Write the first line, unless it is there; nobody is written to before it."""
        if not self.header:
            self.begin(
                {
                    "notice": uuid.uuid4().hex,
                    **records.describe_place(crowd),
                    "time": datetime.now(UTC).isoformat(timespec="seconds"),
                }
            )

    def begin_call(self, sending: Sending) -> Sending:
        """Record that a call is begun, unless that was recorded before."""
        if sending.time is not None:
            return sending
        with self._next:
            number = len(self.begun)
            time = datetime.now(UTC).isoformat(timespec="seconds")
            self.append(
                {
                    "call": number,
                    "template": sending.digest,
                    "time": time,
                    "workers": sending.notice.worker_ids,
                    "subject": sending.notice.subject,
                    "text": sending.notice.text,
                }
            )
        return self.begun[number]


def recognizes_calls(crowd: Crowd) -> bool:
    """Return whether the crowd takes a call with a known Idempotency-Key for a repetition."""
    return crowd.is_own


def can_repeat(crowd: Crowd, sending: Sending) -> bool:
    """Return whether the crowd would recognize this call if it was carried out already."""
    is_young = sending.time is None or datetime.now(UTC) - sending.time < TOKENS_LAST
    return recognizes_calls(crowd) and is_young


def send(
    crowd: Crowd, client: "MTurkClient", record: Notified, sendings: Sequence[Sending]
) -> Iterator[Outcome]:
    """Send these messages, and record each call. Yield an outcome each, in order.

    The value of an outcome is who was not reached, with the crowd's reason.
    """
    current = threading.local()  # a call is signed in the thread that makes it

    def add_key(params: Any, **_: Any) -> None:
        key = _make_key(record.header["notice"], current.number, params["body"])
        params["headers"]["Idempotency-Key"] = key

    if recognizes_calls(crowd):
        client.meta.events.register_first("before-call.mturk.NotifyWorkers", add_key)
    elif not crowd.is_plug_in:  # boto3 does not retry its calls
        client.meta.events.register_first("needs-retry.mturk.NotifyWorkers", _refuse_retry)

    def send_one(unnumbered: Sending) -> dict[str, str]:
        from amt import connection  # boto3 takes 0.1 s to import, which --help must not wait for

        sending = record.begin_call(unnumbered)
        current.number = sending.number
        notice = sending.notice
        try:
            response = client.notify_workers(
                Subject=notice.subject, MessageText=notice.text, WorkerIds=notice.worker_ids
            )
        except Exception as error:
            if (words := connection.describe_refusal(error)) is None:
                raise
            unreached = dict.fromkeys(notice.worker_ids, words)
        else:
            unreached = {
                failure["WorkerId"]: failure["NotifyWorkersFailureMessage"]
                for failure in response["NotifyWorkersFailureStatuses"]
            }
        record.append({"call": sending.number, "unreached": unreached})
        return unreached

    return calls.gather(crowd, send_one, sendings, doing="writing", total=len(sendings))


def _refuse_retry(caught_exception: Exception | None = None, **_: Any) -> None:
    """Raise the error of a call whose response was lost: repeated, it could be sent twice."""
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

    if isinstance(caught_exception, ConnectionClosedError | ReadTimeoutError):
        raise caught_exception


def _make_key(salt: str, number: int, body: bytes | str) -> str:
    """Return the same key for the same call of the same record.

    Another call may have the same body: it tries again whom the first one did not reach.
    """
    content = body.encode() if isinstance(body, str) else body
    return hashlib.sha256(f"{salt} {number} ".encode() + content).hexdigest()[:60]
