"""Texts: equal after folding case, space and punctuation, else the one closest to the others."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from amt.cells import to_text
from amt.quality.answers import Answers
from amt.quality.labels import Choice, RowLabel, describe_unsure, share_equal_pairs

MOST_CHARACTERS = 200  # longer texts are compared word by word, which is faster


def to_folded(value: Any) -> str:
    """Return a value as text. Raises ValueError for lists and objects."""
    if isinstance(value, list | dict):
        raise ValueError("is not a text")  # noqa: TRY004 - of a file
    return to_text(value)


def fold(text: str) -> str:
    """Return a text in lower case, without punctuation and with single spaces."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    kept = (" " if unicodedata.category(char)[0] in "PZC" else char for char in normal)
    return " ".join("".join(kept).split())


def label_texts(answers: Answers, choice: Choice) -> list[RowLabel]:
    """Return the most frequent text of each row; if none is given twice, or two are as frequent,
    the one closest to the others, which needs a look.
    """
    return [
        _choose([answers.values[place] for place in group], choice) for group in answers.group()
    ]


def measure_distance(first: str, second: str) -> float:
    """Return the edit distance of two texts as a share of the longer one.

    Source: V. I. Levenshtein (1966), Soviet Physics Doklady 10(8), 707-710.
    """
    is_long = max(len(first), len(second)) > MOST_CHARACTERS
    a: Sequence[str] = first.split() if is_long else first
    b: Sequence[str] = second.split() if is_long else second
    previous = list(range(len(b) + 1))
    for row, left in enumerate(a, start=1):
        current = [row]
        for column, right in enumerate(b, start=1):
            replaced = previous[column - 1] + (left != right)
            current.append(min(replaced, previous[column] + 1, current[-1] + 1))
        previous = current
    return previous[-1] / max(len(a), len(b), 1)


def _choose(values: list[str], choice: Choice) -> RowLabel:
    folded = [fold(value) for value in values]
    counts = Counter(folded)
    most = max(counts.values())
    best = sorted(text for text, count in counts.items() if count == most)
    why = ["only one answer"] if len(values) == 1 else []
    if len(best) == 1 and (most > 1 or len(values) == 1):
        chosen = best[0]
        share = most / len(values)
        if len(values) > 1 and share < choice.sure:
            why.append(describe_unsure(share, choice.sure))
    else:
        chosen = min(
            counts, key=lambda text: (sum(measure_distance(text, t) for t in folded), text)
        )
        share = counts[chosen] / len(values)
        why.append("no text is the most frequent; this one is closest to the others")
    spellings = Counter(value for value, text in zip(values, folded, strict=True) if text == chosen)
    label = min(spellings, key=lambda text: (-spellings[text], text))
    return RowLabel(
        label,
        None if len(values) == 1 else share,
        dict(Counter(sorted(values)).most_common()),
        share_equal_pairs(list(counts.values())),
        why,
    )
