"""Rows on whose answers people disagree, for experts to decide: the input of adjudicate.html."""

import json
import random
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from amt import answers, exclusions, files, inputs, results_tables
from amt.machines.tasks import hide
from amt.messages import Say, count_of, say_nothing
from amt.quality.aggregation import Aggregated
from amt.quality.answers import Key, find_key, measure_seconds
from formats.answer_fields import find_field

MOST_LABELS = 20  # of all answers, that an expert can choose besides those given


def write(
    result: Aggregated, paths: Sequence[str], field: str, path: str, say: Say = say_nothing
) -> int:
    """Write a row for each row that needs a look and on which people's answers differ.

    Answers of machines are left out, as no person is shown them, and those that the labels leave out.
    The answers are called A, B, C in an order that follows from the ids of HIT and row alone. Return how many
    rows there are.
    """
    needed = {hit.key for hit, row in zip(result.answers.hits, result.rows, strict=True) if row.why}
    counted = {
        (result.answers.hits[hit].key, result.answers.workers[worker])
        for hit, worker in zip(result.answers.hit_of, result.answers.worker_of, strict=True)
    }
    labels = list(result.votes.labels) if result.votes else []
    disputes = _collect(paths, needed, field)
    written = 0
    with files.replace(path) as file:
        for hit in result.answers.hits:
            everything = disputes.get(hit.key, [])
            given = [item for item in everything if (hit.key, item["worker_id"]) in counted]
            values = {json.dumps(find_field(item, field), sort_keys=True) for item in given}
            if len(values) > 1:
                row = to_row(given, field, labels if len(labels) <= MOST_LABELS else [])
                row[exclusions.KEY] = sorted({str(item["worker_id"]) for item in everything})
                file.write(f"{answers.format_line(row)}\n")
                written += 1
    say(f"{path}: {count_of(written, 'row')} on which answers differ.")
    return written


def _collect(
    paths: Sequence[str], keys: set[Key], field: str
) -> dict[Key, list[results_tables.Result]]:
    """Return people's results of the rows with these keys."""
    found: dict[Key, list[results_tables.Result]] = {}
    with inputs.Inputs(paths) as source:
        results_tables.read_results(source, None)
        for item in results_tables.iterate(source):
            key = find_key(item)
            has_value = find_field(item, field) not in (None, "")
            if key in keys and has_value and not item.get("machine"):
                found.setdefault(key, []).append(item)
    return found


def to_row(
    given: Sequence[Mapping[str, Any]], field: str, labels: Sequence[Any] = ()
) -> dict[str, Any]:
    """Return the row for adjudicate.html of the results of a row, which excludes nobody yet."""
    first = given[0]
    hit_id, row_id = find_key(first)
    order = sorted(given, key=lambda item: str(item["assignment_id"]))
    random.Random(hit_id + (row_id or "")).shuffle(order)
    return {
        "row": first.get("row"),
        "hit_id": hit_id,
        **({} if row_id is None else {"row_id": row_id}),
        "field": field,
        "input": hide(first.get("input")),
        "answers": [
            {
                "name": to_name(number),
                "value": find_field(item, field),
                "seconds": measure_seconds(item),
                "submit_time": item.get("submit_time"),
                "feedback": item.get("requester_feedback"),
            }
            for number, item in enumerate(order)
        ],
        "labels": list(labels),
    }


def to_name(number: int) -> str:
    """Return A, B, … Z, AA, AB, … for 0, 1, …"""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        name = ascii_uppercase[rest] + name
    return name
