"""What a line of results does not say of its HIT: title, reward, times, and each answer's XML."""

import json
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from amt import answers, calls, survey
from amt.batches import Batch
from amt.crowd import Crowd
from amt.messages import Say, count_of, say_nothing
from amt.survey import PAGE, HitCounters
from amt.web_columns import HIT_FIELDS

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

Details = dict[str, Any]


def to_details(hit: Mapping[str, Any]) -> Details:
    """Return what results need of the HIT of a response; times are ISO 8601 in UTC.

    The question is left out: it may have a megabyte.
    """
    return {
        name: answers.format_time(hit[name]) if isinstance(hit[name], datetime) else hit[name]
        for name in HIT_FIELDS
        if hit.get(name) is not None
    }


class FetchedHits(MutableMapping[str, Details]):
    """Details by HIT id, for many HITs: a value that several of them have is kept once.

    The details of 100,000 HITs take 34 MB; as dictionaries they take 191 MB.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Any, ...]] = {}
        self._values: dict[Any, Any] = {}

    def __getitem__(self, hit_id: str) -> Details:
        row = zip(HIT_FIELDS, self._rows[hit_id], strict=True)
        return {name: value for name, value in row if value is not None}

    def __setitem__(self, hit_id: str, details: Details) -> None:
        self._rows[hit_id] = tuple(
            details.get(name)
            if name == "RequesterAnnotation"  # each HIT has its own
            else self._values.setdefault(details.get(name), details.get(name))
            for name in HIT_FIELDS
        )

    def __delitem__(self, hit_id: str) -> None:
        del self._rows[hit_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def fetch(
    crowd: Crowd,
    client: "MTurkClient",
    hit_ids: Sequence[str],
    record: Batch | None,
    found: MutableMapping[str, Details],
    say: Say = say_nothing,
) -> int:
    """Add the details of these HITs to `found`. Return how many HITs are not to be found.

    Of a HIT that the crowd refuses to show, the batch record knows its HIT type and properties.
    """
    missing = dict.fromkeys(hit_ids)
    found.update(_list_recent(client, missing))
    asked = calls.gather(
        crowd,
        lambda hit_id: to_details(client.get_hit(HITId=hit_id)["HIT"]),
        list(missing),
        doing="fetching",
    )
    recorded = _read_record(record)
    refused, from_record = [], 0
    for outcome in asked:
        if outcome.refusal is None:
            found[outcome.item] = outcome.value
        elif recorded and record is not None and record.find_line(outcome.item):
            found[outcome.item] = recorded
            from_record += 1
        else:
            refused.append(outcome)
    if from_record:
        say(
            f"{count_of(from_record, 'HIT')} cannot be fetched from the crowd, which may have "
            "deleted them; their titles and rewards are those of the batch record"
        )
    return calls.count_refusals(refused, say)


def _list_recent(client: "MTurkClient", missing: dict[str, None]) -> Iterator[tuple[str, Details]]:
    """Yield HITs of `missing`, and remove them from it, until a page of the listing has none."""
    on_page = 0
    for seen, hit in enumerate(calls.list_pages(client.list_hits, "HITs") if missing else (), 1):
        if hit["HITId"] in missing:
            del missing[hit["HITId"]]
            on_page += 1
            yield hit["HITId"], to_details(hit)
        if not missing or (seen % PAGE == 0 and not on_page):
            return
        on_page = on_page if seen % PAGE else 0


def _read_record(record: Batch | None) -> Details:
    """Return what a batch record says of each of its HITs."""
    if record is None:
        return {}
    header = record.header
    try:
        properties = json.loads(header.get("properties") or "{}")
    except ValueError:
        properties = {}
    details = {name: properties[name] for name in HIT_FIELDS if name in properties}
    for name, key in (
        ("HITTypeId", "hit_type_id"),
        ("Reward", "reward"),
        ("MaxAssignments", "max_assignments"),
    ):
        if key in header:
            details[name] = header[key]
    return details


def fetch_xml(
    crowd: Crowd,
    client: "MTurkClient",
    hit_ids: Sequence[str],
    say: Say = say_nothing,
    hint: str | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield the id of every assignment of these HITs, and the XML of its answer.

    HITs that the crowd does not know are said, and `hint` with them.
    """
    counters, _ = survey.fetch_counters(crowd, client, hit_ids, say=say, hint=hint)

    def read(hit: HitCounters) -> list[tuple[str, str]]:
        return [
            (assignment["AssignmentId"], assignment.get("Answer") or "")
            for assignment in survey.list_assignments(client, hit)
        ]

    outcomes = calls.gather(crowd, read, counters, doing="fetching", total=len(counters))
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        yield from outcome.value or ()
