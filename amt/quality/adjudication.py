"""Experts' decisions on disputed rows, which take the place of the labels."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from amt import inputs, results_tables
from amt.cells import to_text
from amt.errors import Error
from amt.messages import Faults, Say, count_of, say_nothing
from amt.quality.aggregation import Aggregated
from amt.quality.answers import Key, find_key
from amt.quality.labels import RowLabel

METHOD = "adjudication"
KINDS = ("ambiguous", "guideline", "slip")


def join(
    result: Aggregated,
    results_files: Sequence[str],
    paths: Sequence[str],
    field: str,
    say: Say = say_nothing,
) -> Aggregated:
    """Return the labels with the experts' decisions in `paths` in their place.

    Decisions that do not count are said, and leave the result incomplete: those of a row that is not
    there, of another field, by somebody who answered the row in `results_files`, or without a label.
    Those that were rejected do not count either, without a message.
    """
    positions = {hit.key: number for number, hit in enumerate(result.answers.hits)}
    items = _read_decisions(paths)
    workers = _list_workers(results_files, set(map(_find_key, items)))
    decisions: dict[int, list[Mapping[str, Any]]] = {}
    left_out = 0
    with Faults(say) as faults:
        for item in items:
            key = _find_key(item)
            position = positions.get(key)
            fault = _find_fault(item, field, None if position is None else workers[key])
            if fault or position is None:
                faults.add(f"{item['assignment_id']}: {fault}; left out")
                left_out += 1
            else:
                decisions.setdefault(position, []).append(item)
    rows = list(result.rows)
    for position, of_row in decisions.items():
        rows[position] = _decide(rows[position], of_row)
    undecided = sum(bool(rows[position].why) for position in decisions)
    say(
        f"{count_of(len(decisions) - undecided, 'row')} decided by experts; on {undecided:,} they "
        "disagree."
    )
    return replace(result, rows=rows, is_complete=result.is_complete and not left_out)


def _read_decisions(paths: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return experts' results that were not rejected. Raises Error for an assignment there twice."""
    items: dict[str, Mapping[str, Any]] = {}
    with inputs.Inputs(paths) as source:
        results_tables.read_results(source, None)
        for item in results_tables.iterate(source):
            if item["assignment_id"] in items:
                raise Error(
                    f"{source.path}: {item['assignment_id']}: the assignment is there twice"
                )
            items[item["assignment_id"]] = item
    return [item for item in items.values() if item.get("status") != "Rejected"]


def _list_workers(paths: Sequence[str], keys: set[Key]) -> dict[Key, set[str]]:
    """Return who answered each of the rows, also those whose answers are left out of the labels."""
    workers: dict[Key, set[str]] = {}
    with inputs.Inputs(paths) as source:
        results_tables.read_results(source, None)
        for item in results_tables.iterate(source):
            key = find_key(item)
            if key in keys:
                workers.setdefault(key, set()).add(item["worker_id"])
    return workers


def _find_fault(item: Mapping[str, Any], field: str, workers: set[str] | None) -> str | None:
    """Return why a decision does not count, or None. `workers`: who answered the row."""
    if _read(item, "input", "hit_id") is None:
        return "is no decision on a row of --disputed_file"
    if workers is None:
        return f"decides on {_describe_row(item)}, which has no answers here"
    if (other := _read(item, "input", "field")) != field:
        return f"decides on {other}, and --field is {field}"
    if item["worker_id"] in workers:
        return f"worker {item['worker_id']} decides on a row that they answered"
    if _read(item, "output", "label") in (None, ""):
        return "has no label"
    return None


def _decide(row: RowLabel, items: Sequence[Mapping[str, Any]]) -> RowLabel:
    """Return the label that most experts chose; none if several were chosen as often."""
    labels = {_to_key(item): item["output"]["label"] for item in items}
    counts = Counter(map(_to_key, items)).most_common()
    most = counts[0][1]
    tied = [key for key, count in counts if count == most]
    label = labels[tied[0]] if len(tied) == 1 else None
    deciding = [item for item in items if _to_key(item) == tied[0]] if len(tied) == 1 else items
    comments = [_read(item, "output", "comment") for item in items]
    names = ", ".join(to_text(labels[key]) for key in tied)
    return replace(
        row,
        label=label,
        confidence=most / len(items),
        why=[] if len(tied) == 1 else [f"experts disagree: {names}"],
        extra=row.extra
        | {
            "method": METHOD,
            "decided_by": sorted({str(item["worker_id"]) for item in deciding}),
            "experts": len(items),
            "disagreement": _choose_kind(deciding),
            "comments": [comment for comment in comments if comment],
        },
    )


def _choose_kind(items: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the kind of disagreement that most experts named; several are joined by a bar."""
    counts = Counter(str(_read(item, "output", "kind")) for item in items)
    known = {kind: counts[kind] for kind in KINDS if counts[kind]}
    most = max(known.values(), default=0)
    return "|".join(kind for kind, count in known.items() if count == most) or None


def _to_key(item: Mapping[str, Any]) -> str:
    return json.dumps(item["output"]["label"], sort_keys=True)


def _find_key(item: Mapping[str, Any]) -> Key:
    """Return the key of the row that a decision is about."""
    row_id = _read(item, "input", "row_id")
    return str(_read(item, "input", "hit_id")), None if row_id is None else str(row_id)


def _describe_row(item: Mapping[str, Any]) -> str:
    hit_id, row_id = _find_key(item)
    return f"the HIT {hit_id}" if row_id is None else f"the row {row_id} of the HIT {hit_id}"


def _read(item: Mapping[str, Any], name: str, member: str) -> Any:
    value = item.get(name)
    return value.get(member) if isinstance(value, Mapping) else None
