"""The label of each row, with how sure it is, and why somebody should look at it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from amt.cells import to_text
from amt.quality import dawid_skene, majority
from amt.quality.answers import Hit
from amt.quality.votes import Votes

METHODS = ("majority", "dawid_skene")
TIES = ("keep", "random")
ANSWERS_PER_WORKER = 3  # on average, from which Dawid-Skene is the default
SURE = 0.8  # rows less sure need a look
SINGLE = "only one answer"
EQUAL = 1e-9  # labels whose confidences differ by less are tied


@dataclass
class RowLabel:
    """The label of a row. It is None, and `why` says so, if none can be chosen."""

    label: Any
    confidence: float | None
    votes: dict[str, int]
    agreement: float | None  # the share of pairs of answers that are equal; None of one answer
    why: list[str] = field(default_factory=list)  # the reasons why somebody should look at the row
    extra: dict[str, Any] = field(default_factory=dict)  # further fields, which a kind has

    def to_line(self, hit: Hit, method: str | None) -> dict[str, Any]:
        """Return the line of the labels file."""
        return {
            "row": hit.row,
            **({} if hit.row_id is None else {"row_id": hit.row_id}),
            "hit_id": hit.hit_id,
            "label": self.label,
            "confidence": _round(self.confidence),
            "method": method,
            "votes": self.votes,
            "agreement": _round(self.agreement),
            "needs_a_look": bool(self.why),
            "why": "; ".join(self.why) or None,
            **self.extra,
        }


@dataclass(frozen=True)
class Choice:
    """How a label is chosen from confidences."""

    sure: float = SURE  # rows less sure need a look
    ties: str = "keep"
    seed: int = 0


def choose_method(votes: Votes) -> str:
    """Return dawid_skene from 3 answers per worker on average on, else majority."""
    enough = len(votes.votes) >= ANSWERS_PER_WORKER * votes.worker_count
    return "dawid_skene" if enough else "majority"


def label_by_majority(votes: Votes, choice: Choice) -> Iterator[RowLabel]:
    """Yield the label with the most votes of each row, whose confidence is its share of them."""
    for number, shares in enumerate(majority.aggregate(votes)):
        yield _choose(votes, number, shares, choice, has_evidence=False)


def label_by_estimate(
    votes: Votes, estimate: dawid_skene.Estimate, choice: Choice, *, is_anchored: bool = False
) -> Iterator[RowLabel]:
    """Yield the label with the highest posterior of each row, which is its confidence.

    `is_anchored`: a single answer is no reason to look at a row, since its confidence is honest.
    """
    for number, posteriors in enumerate(zip(*estimate.posteriors, strict=True)):
        row = _choose(votes, number, posteriors, choice, has_evidence=True)
        if is_anchored and SINGLE in row.why:
            row.why.remove(SINGLE)
        yield row


def share_equal_pairs(counts: Sequence[int]) -> float | None:
    """Return the share of pairs of answers that are equal, from the count of each answer."""
    total = sum(counts)
    if total < 2:
        return None
    return sum(count * (count - 1) for count in counts) / (total * (total - 1))


def name_votes(labels: Sequence[Any], counts: Sequence[int]) -> dict[str, int]:
    """Return the counts above 0 by label, the highest first."""
    found = [(to_text(label), n) for label, n in zip(labels, counts, strict=True) if n]
    return dict(sorted(found, key=lambda item: -item[1]))


def describe_unsure(confidence: float, sure: float) -> str:
    """Return the reason for looking at a row that is not sure."""
    return f"confidence {confidence:.2f} is below {sure:g}"


def break_tie(names: Sequence[Any], choice: Choice, key: object) -> Any:
    """Return one of the tied labels, the same for the same seed and row; None if ties are kept."""
    if choice.ties == "keep":
        return None
    return random.Random(f"{choice.seed}:{key}").choice(names)


def _choose(
    votes: Votes, number: int, confidences: Sequence[float], choice: Choice, *, has_evidence: bool
) -> RowLabel:
    """Return the label of a row. `has_evidence`: a single answer has a confidence of its own."""
    counts = votes.count(votes.votes[votes.starts[number] : votes.starts[number + 1]])
    best = max(confidences)
    tied = [
        label
        for label, confidence in zip(votes.labels, confidences, strict=True)
        if best - confidence < EQUAL
    ]
    is_single = sum(counts) == 1
    confidence = None if is_single and not has_evidence else best
    why = [SINGLE] if is_single else []
    if len(tied) > 1:
        why.append(f"tie of {', '.join(map(to_text, tied))}")
    elif confidence is not None and best < choice.sure:
        why.append(describe_unsure(best, choice.sure))
    label = tied[0] if len(tied) == 1 else break_tie(tied, choice, number)
    return RowLabel(
        label, confidence, name_votes(votes.labels, counts), share_equal_pairs(counts), why
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
