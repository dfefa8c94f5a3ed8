"""The file of the HITs that still need a person, for extend_hits.py."""

from collections.abc import Sequence

from amt import files
from amt.messages import Say, count_of, say_nothing
from amt.quality.answers import Hit
from amt.quality.labels import RowLabel


def is_unsure(row: RowLabel, sure: float) -> bool:
    """Return whether a row has no label, or a confidence below `sure`, or none."""
    return row.label is None or row.confidence is None or row.confidence < sure


def write(
    hits: Sequence[Hit],
    rows: Sequence[RowLabel],
    answers: int,
    sure: float,
    path: str,
    say: Say = say_nothing,
) -> None:
    """Write the ids of the HITs of unsure rows, one per line.

    The first line is a comment with the number of answers, which tells extend_hits.py that there are
    new ones although the HITs may be the same.
    """
    ids = dict.fromkeys(
        hit.hit_id for hit, row in zip(hits, rows, strict=True) if is_unsure(row, sure)
    )
    with files.replace(path) as file:
        file.write(f"# less sure than {sure:g} after {count_of(answers, 'answer')}\n")
        file.writelines(f"{hit_id}\n" for hit_id in ids)
    say(f"{path}: {count_of(len(ids), 'HIT')} less sure than {sure:g}.")
