"""Extending HITs: more assignments, more time; each HIT once, however often it is interrupted.

The record of an extension of `hit_ids.txt` is `hit_ids.extension.jsonl`. Its first line has each
HIT's counters from before, which tell later what was done already. An extension with a limit
(--most) also has how many assignments each HIT gets, and a hash of the ids file: a file with other
ids or another comment is another extension.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, fees, records, survey
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
    `hits`: how many assignments each had, when it is to expire now (epoch seconds, or None) and,
    with a limit, how many assignments it gets. With a limit, `ids_sha256` is of the ids file.
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
    def limit(self) -> "Limit | None":
        """The limit, or None for an extension without one."""
        if "most" not in self.header:
            return None
        return Limit(self.header["most"], self.header["ids_sha256"])

    def count_more(self, hit_id: str) -> int:
        """Return how many assignments a HIT gets."""
        _, _, *of_limit = self.header["hits"][hit_id]
        return int(of_limit[0] if of_limit else self.header["by"][0])

    @property
    def is_complete(self) -> bool:
        """Whether every HIT was extended or refused."""
        return len(self.done | self.refused) == len(self.header["hits"])


class Limit(NamedTuple):
    """The most assignments that a HIT may have, and the hash of the ids file that is extended."""

    most: int
    ids_sha256: str


class Share(NamedTuple):
    """A HIT, and how many assignments it gets."""

    hit: HitCounters
    more: int


class Shares(NamedTuple):
    """How a limit distributes assignments: `full` HITs have the most already, `open` ones have
    assignments that nobody has submitted yet.
    """

    given: list[Share]
    full: int
    open: int


def read_limit(hit_ids_file: str, most: int, ids: Sequence[str]) -> Limit:
    """Return the limit, with the hash of the ids file, or of `ids` if there is no such file yet."""
    path = Path(hit_ids_file)
    content = path.read_bytes() if path.exists() else "\n".join(ids).encode()
    return Limit(most, hashlib.sha256(content).hexdigest())


def distribute(
    client: "MTurkClient",
    counters: Sequence[HitCounters],
    assignments: int,
    most: int,
    *,
    with_time: bool,
) -> Shares:
    """Return what each HIT gets when none may have more than `most` assignments.

    A HIT with an assignment that nobody has submitted yet gets none, so that a command that is run
    twice adds nothing twice. A HIT of fewer than 10 assignments never gets 10, which Mechanical Turk
    refuses. `with_time` keeps HITs that get no assignment.
    """
    given, full, still_open = [], 0, 0
    for hit in counters:
        more = min(assignments, _limit(hit, most) - hit.max_assignments)
        if more <= 0:
            full, more = full + 1, 0
        elif _has_open_assignments(client, hit):
            still_open, more = still_open + 1, 0
        if more or with_time:
            given.append(Share(hit, more))
    return Shares(given, full, still_open)


def _limit(hit: HitCounters, most: int) -> int:
    return min(most, fees.MANY_FROM - 1) if hit.max_assignments < fees.MANY_FROM else most


def _has_open_assignments(client: "MTurkClient", hit: HitCounters) -> bool:
    if hit.available or hit.pending:
        return True
    # The counters of an expired HIT do not tell submitted assignments from those never accepted.
    return hit.expired and len(list(survey.list_assignments(client, hit))) < hit.max_assignments


def begin(
    extension: Extension,
    crowd: Crowd,
    by: Sequence[int],
    shares: Sequence[Share],
    limit: Limit | None = None,
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
            **(limit._asdict() if limit else {}),
            "hits": {
                hit.hit_id: (
                    hit.max_assignments,
                    int((max(now, hit.expiration) + until).timestamp()) if by[1] else None,
                    *((more,) if limit else ()),
                )
                for hit, more in shares
            },
        }
    )


def cost(crowd: Crowd, shares: Sequence[Share]) -> Decimal:
    """Return what the assignments that HITs get can cost, in US dollars."""
    total = Decimal("0.00")
    for hit, more in shares:
        rates = fees.Rates(charged=crowd.charges_fees, masters=hit.masters)
        total += more * (hit.reward + rates.fee(hit.reward, hit.max_assignments + more))
    return total


def extend(crowd: Crowd, client: "MTurkClient", extension: Extension) -> Iterator[Outcome]:
    """Extend the HITs that are not extended yet, and record each. Yield an outcome each, in order."""
    forgotten = extension.tokens_forgotten()
    missing = extension.missing()

    def extend_once(hit_id: str) -> str | None:
        before, expire_at = extension.header["hits"][hit_id][:2]
        more = extension.count_more(hit_id)
        has = client.get_hit(HITId=hit_id)["HIT"]["MaxAssignments"] if forgotten else before
        if has not in (before, before + more):
            return (
                f"had {before} assignments and now has {has}, so it is unclear what to add; check "
                "this HIT"
            )
        if has == before and more:
            add_assignments(client, hit_id, more, extension.header["extension"])
        if expire_at:
            set_expiration(client, hit_id, datetime.fromtimestamp(expire_at, UTC))
        extension.append({"hit_id": hit_id})
        return None

    for outcome in calls.gather(crowd, extend_once, missing, doing="extending", total=len(missing)):
        words = outcome.refusal or outcome.value
        if words is not None:
            extension.append({"hit_id": outcome.item, "refused": words})
        yield Outcome(outcome.item, refusal=words)


def add_assignments(client: "MTurkClient", hit_id: str, more: int, name: str) -> None:
    """Give a HIT more assignments, once for each `name`, however often the call is repeated."""
    token = hashlib.sha256(f"{name} {hit_id}".encode()).hexdigest()
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
