"""Traces: how workers went about their answers, in columns of the workers file.

They are listed, and judge nobody: dictation and the keyboards of phones press no keys either.
"""

from collections.abc import Mapping
from statistics import median
from typing import Any, NamedTuple

from amt.quality.figures import format_figure


class Figures(NamedTuple):
    """The trace of an answer. Shares are None where no character appeared in a text field."""

    front: float | None  # seconds
    left: float | None  # times
    pasted: float | None  # characters that were pasted, as a share of those that appeared
    keys: float | None  # keys pressed per character that appeared


def read(trace: Any) -> Figures | None:
    """Return the figures of a trace; None for what is not one: a browser may send anything."""
    if not isinstance(trace, Mapping) or not isinstance(trace.get("fields"), Mapping):
        return None
    keys = appeared = pasted = 0.0
    for field in trace["fields"].values():
        if isinstance(field, Mapping):
            keys += _number(field.get("keys")) or 0
            appeared += _number(field.get("appeared")) or 0
            pastes = field.get("pastes")
            pasted += (
                sum(_number(paste) or 0 for paste in pastes) if isinstance(pastes, list) else 0
            )
    return Figures(
        _number(trace.get("front")),
        _number(trace.get("left")),
        min(pasted / appeared, 1.0) if appeared else None,
        keys / appeared if appeared else None,
    )


def describe(traces: Mapping[int, list[Figures]], workers: int) -> dict[str, list[str]]:
    """Return columns, with a cell for each of so many workers: medians over the worker's traces."""
    columns = {
        "median_front_seconds": "front",
        "median_times_left": "left",
        "median_pasted_share": "pasted",
        "median_keys_per_character": "keys",
    }
    return {
        column: [_median(traces.get(worker, []), name) for worker in range(workers)]
        for column, name in columns.items()
    }


def _median(traces: list[Figures], name: str) -> str:
    values = [value for trace in traces if (value := getattr(trace, name)) is not None]
    return format_figure(median(values) if values else None)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e12 else None
