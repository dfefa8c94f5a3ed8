"""The file of the HITs that still need a person, for extend_hits.py."""

from collections.abc import Iterable, Mapping
from typing import Any

from amt import files
from amt.messages import Say, count_of, say_nothing
from amt.quality import gold


def is_unsure(line: Mapping[str, Any], sure: float) -> bool:
    """Return whether the row of a line of labels has no label, or one that is less sure than `sure`.

    A kind of answers without a confidence, such as numbers, says by `needs_a_look` what is unsure.
    """
    if line["method"] == gold.METHOD:
        return False
    if line["label"] is None:
        return True
    confidence = line["confidence"]
    return bool(line["needs_a_look"] if confidence is None else confidence < sure)


def write(
    lines: Iterable[Mapping[str, Any]],
    answers: int,
    sure: float,
    path: str,
    say: Say = say_nothing,
) -> None:
    """Write the ids of the HITs of unsure rows, one per line.

    The first line is a comment with the number of answers, which tells extend_hits.py that there are
    new ones although the HITs may be the same.
    """
    ids = dict.fromkeys(line["hit_id"] for line in lines if is_unsure(line, sure))
    with files.replace(path) as file:
        file.write(f"# less sure than {sure:g} after {count_of(answers, 'answer')}\n")
        file.writelines(f"{hit_id}\n" for hit_id in ids)
    say(f"{path}: {count_of(len(ids), 'HIT')} less sure than {sure:g}.")
