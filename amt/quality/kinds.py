"""The kinds of answers, and how the answers of each kind become labels."""

from collections.abc import Callable, Sequence
from typing import Any

from amt.errors import Error
from amt.quality import choices, numeric, rankings, shapes, texts
from amt.quality.answers import Answers
from amt.quality.labels import ANSWERS_PER_WORKER, Choice, RowLabel
from amt.quality.votes import to_label

READERS: dict[str, Callable[[Any], Any]] = {
    "number": numeric.to_number,
    "choices": choices.to_choices,
    "text": texts.to_folded,
    "ranking": rankings.to_ranking,
    "span": shapes.to_spans,
    "box": shapes.to_boxes,
}
KINDS = ("label", *READERS)
METHODS = {
    "number": "median",
    "text": "folded_majority",
    "ranking": "borda",
    "span": "overlap",
    "box": "overlap",
}


def find_kind(values: Sequence[Any]) -> str:
    """Return the kind of answers that these values are. Texts and whole numbers are labels.

    Raises Error if no kind, or more than one, fits.
    """
    if any(isinstance(value, float) for value in values):
        return "number"
    if all(to_label(value) is not None for value in values):
        return "label"
    if all(isinstance(value, dict) for value in values) and _fits("choices", values):
        return "choices"
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == len(values):
        if any(isinstance(item, dict) for value in lists for item in value):
            return next((kind for kind in ("span", "box") if _fits(kind, values)), "")
        if _fits("choices", values):
            return "choices"
    return ""


def label_rows(
    kind: str, answers: Answers, method: str | None, choice: Choice, pseudo_count: float
) -> tuple[list[RowLabel], str, bool]:
    """Return the rows' labels, the method, and whether it converged, of any kind but label.

    Raises Error for a method that the kind does not have.
    """
    if kind == "choices":
        enough = len(answers.values) >= ANSWERS_PER_WORKER * len(answers.workers)
        method = method or ("dawid_skene" if enough else "majority")
        rows, converged = choices.label_choices(answers, method, choice, pseudo_count)
        return rows, method, converged
    if method:
        raise Error(f"--method is for labels and choices; {kind} answers have one method")
    if kind == "number":
        rows = numeric.label_numbers(answers)
    elif kind == "text":
        rows = texts.label_texts(answers, choice)
    elif kind == "ranking":
        rows = rankings.label_rankings(answers, choice)
    else:
        rows = shapes.label_shapes(answers, choice)
    return rows, METHODS[kind], True


def _fits(kind: str, values: Sequence[Any]) -> bool:
    try:
        for value in values:
            READERS[kind](value)
    except ValueError:
        return False
    return True
