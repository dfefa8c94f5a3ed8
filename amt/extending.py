"""Extending HITs: more assignments, more time; each HIT once, however often it is interrupted.

The record of an extension of `hit_ids.txt` is `hit_ids.extension.jsonl`. Its first line has each
HIT's counters from before, which tell later what was done already.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt import calls, fees, records
from amt.crowd import Crowd
from amt.parallel import Outcome
from amt.records import DamageError, Record
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

ENDING = ".extension.jsonl"
LONG_AGO = datetime.fromtimestamp(0, UTC)  # UpdateExpirationForHIT takes it as "now"
PROCESSED = "has already been processed"  # what the crowd says of an expiration it was told before


class Extension(Record):
    """An extension. `header`: extension, crowd, site, time, `by` (assignments and seconds), and
    `hits`: how many assignments each had, and when it is to expire now (epoch seconds, or None).
    """

    kind = "extension"
    fields = {"by": list, "hits": dict}  # noqa: RUF012 - never changed

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not an extension record."""
        self.done: set[str] = set()
        self.refused: set[str] = set()
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Add the line of a HIT: extended, or refused with this message.

        Raises DamageError for a HIT that this extension is not of.
        """
        if line["hit_id"] not in self.header["hits"]:
            raise DamageError(f"{line['hit_id']} is not one of the HITs of this extension")
        if line.get("refused") is None:
            self.done.add(line["hit_id"])
            self.refused.discard(line["hit_id"])
        else:
            self.refused.add(line["hit_id"])

    def missing(self) -> list[str]:
        """Return the HITs that are not extended yet."""
        return [hit_id for hit_id in self.header["hits"] if hit_id not in self.done]

    @property
    def is_complete(self) -> bool:
        """Whether every HIT was extended or refused."""
        return len(self.done | self.refused) == len(self.header["hits"])


def begin(
    extension: Extension, crowd: Crowd, by: Sequence[int], counters: Sequence[HitCounters]
) -> None:
    """Write the record's first line; nothing is extended before it."""
    extension.done.clear()
    extension.refused.clear()
    now = datetime.now(UTC)
    until = timedelta(seconds=by[1])
    extension.begin(
        {
            "extension": uuid.uuid4().hex,
            **records.describe_place(crowd),
            "time": now.isoformat(timespec="seconds"),
            "by": list(by),
            "hits": {
                hit.hit_id: (
                    hit.max_assignments,
                    int((max(now, hit.expiration) + until).timestamp()) if by[1] else None,
                )
                for hit in counters
            },
        }
    )


def cost(crowd: Crowd, counters: Sequence[HitCounters], assignments: int) -> Decimal:
    """Return what so many more assignments of each HIT can cost, in US dollars."""
    total = Decimal("0.00")
    for hit in counters:
        rates = fees.Rates(charged=crowd.charges_fees, masters=hit.masters)
        fee = rates.fee(hit.reward, hit.max_assignments + assignments)
        total += assignments * (hit.reward + fee)
    return total


def extend(crowd: Crowd, client: "MTurkClient", extension: Extension) -> Iterator[Outcome]:
    """Extend the HITs that are not extended yet, and record each. Yield an outcome each, in order."""
    forgotten = extension.tokens_forgotten()
    missing = extension.missing()

    def extend_once(hit_id: str) -> str | None:
        before, expire_at = extension.header["hits"][hit_id]
        more = extension.header["by"][0]
        has = client.get_hit(HITId=hit_id)["HIT"]["MaxAssignments"] if forgotten else before
        if has not in (before, before + more):
            return (
                f"had {before} assignments and now has {has}, so it is unclear what to add; check "
                "this HIT"
            )
        if has == before and more:
            _add(client, extension, hit_id, more)
        if expire_at:
            set_expiration(client, hit_id, datetime.fromtimestamp(expire_at, UTC))
        extension.append({"hit_id": hit_id})
        return None

    for outcome in calls.gather(crowd, extend_once, missing, doing="extending", total=len(missing)):
        words = outcome.refusal or outcome.value
        if words is not None:
            extension.append({"hit_id": outcome.item, "refused": words})
        yield Outcome(outcome.item, refusal=words)


def _add(client: "MTurkClient", extension: Extension, hit_id: str, more: int) -> None:
    name = f"{extension.header['extension']} {hit_id}"
    token = hashlib.sha256(name.encode()).hexdigest()
    try:
        client.create_additional_assignments_for_hit(
            HITId=hit_id, NumberOfAdditionalAssignments=more, UniqueRequestToken=token
        )
    except client.exceptions.RequestError as error:
        if token not in str(error):  # it was done, and the response was lost
            raise


def set_expiration(client: "MTurkClient", hit_id: str, time: datetime) -> None:
    """Let a HIT expire at this time. A call that the crowd says it carried out before is done."""
    try:
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=time)
    except client.exceptions.RequestError as error:
        if PROCESSED not in str(error):
            raise
