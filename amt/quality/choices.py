"""Several choices: each option is a vote, yes or no."""

import math
from array import array
from typing import Any

from amt.cells import to_text
from amt.quality import dawid_skene, majority
from amt.quality.answers import Answers
from amt.quality.labels import EQUAL, Choice, RowLabel, break_tie, describe_unsure
from amt.quality.votes import create_votes


def to_choices(value: Any) -> frozenset[str]:
    """Return the options chosen: of a list, of an object of true and false, or of a text, whose
    options a form joins with |. Raises ValueError for others.
    """
    if isinstance(value, dict) and all(isinstance(chosen, bool) for chosen in value.values()):
        return frozenset(name for name, chosen in value.items() if chosen)
    if isinstance(value, str):
        return frozenset(value.split("|"))
    if isinstance(value, list) and all(isinstance(option, str | int | float) for option in value):
        return frozenset(map(to_text, value))
    raise ValueError("is not a list of options")


def label_choices(
    answers: Answers, method: str, choice: Choice, pseudo_count: float
) -> tuple[list[RowLabel], bool]:
    """Return the options of each row that are chosen, sorted, and whether all estimates converged.

    The confidence is the product of those of the options: the probability that all are right if
    they are independent.
    """
    options = sorted(frozenset().union(*answers.values))
    converged = True
    yes: list[list[float]] = []  # of each option, the probability in each row
    for option in options:
        chosen = array("i", (option in value for value in answers.values))
        votes = create_votes(answers.hit_of, answers.worker_of, chosen, [False, True])
        if method == "dawid_skene":
            estimate = dawid_skene.estimate(votes, pseudo_count=pseudo_count)
            converged = converged and estimate.converged
            yes.append(list(estimate.posteriors[1]))
        else:
            yes.append([share[1] for share in majority.aggregate(votes)])
    rows = []
    for number, group in enumerate(answers.group()):
        values = [answers.values[place] for place in group]
        shares = {option: yes[place][number] for place, option in enumerate(options)}
        rows.append(_choose(values, shares, choice, number))
    return rows, converged


def _choose(
    values: list[frozenset[str]], shares: dict[str, float], choice: Choice, number: int
) -> RowLabel:
    counts = {option: sum(option in value for value in values) for option in shares}
    tied = [option for option, share in shares.items() if abs(share - 0.5) < EQUAL]
    label = [option for option, share in shares.items() if share > 0.5 and option not in tied]
    confidence = math.prod(max(share, 1 - share) for share in shares.values())
    why = ["only one answer"] if len(values) == 1 else []
    if tied:
        why.append(f"tie whether to choose {', '.join(tied)}")
    elif len(values) > 1 and confidence < choice.sure:
        why.append(describe_unsure(confidence, choice.sure))
    if tied and choice.ties != "keep":
        label = sorted(
            [*label, *(o for o in tied if break_tie([True, False], choice, (number, o)))]
        )
    size = len(values)
    agreement = None
    if size > 1:
        equal = sum(n * (n - 1) + (size - n) * (size - n - 1) for n in counts.values())
        agreement = equal / (size * (size - 1) * len(counts)) if counts else 1.0
    return RowLabel(
        None if tied and choice.ties == "keep" else label,
        None if size == 1 else confidence,
        {option: n for option, n in sorted(counts.items(), key=lambda item: -item[1]) if n},
        agreement,
        why,
    )
