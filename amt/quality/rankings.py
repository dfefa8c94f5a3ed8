"""Rankings and pairs: Borda's count of each row, and Bradley-Terry strengths over all rows."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from amt.cells import to_text
from amt.quality.answers import Answers
from amt.quality.labels import Choice, RowLabel, describe_unsure

Wins = Mapping[tuple[str, str], int]  # how often the first was put before the second
MOST_ROUNDS = 10_000
TOLERANCE = 1e-10  # of the logarithm of a strength


class Score(NamedTuple):
    """An item: its comparisons and wins, and its strength, None if it has no finite one."""

    item: str
    comparisons: int
    wins: int
    strength: float | None


def to_ranking(value: Any) -> tuple[str, ...]:
    """Return a list of items, the best first, or {"winner": ..., "loser": ...}, as a ranking.

    Raises ValueError for others.
    """
    if isinstance(value, dict) and {"winner", "loser"} <= value.keys():
        value = [value["winner"], value["loser"]]
    if not isinstance(value, list) or len(value) < 2:
        raise ValueError("is not a list of at least two items")
    ranking = tuple(map(to_text, value))
    if len(set(ranking)) < len(ranking):
        raise ValueError("ranks an item twice")
    return ranking


def label_rankings(answers: Answers, choice: Choice) -> list[RowLabel]:
    """Return each row's items by Borda's count: an item gets a point for each item ranked below it.

    The confidence is the share of the answers' pairs of items that the label orders as they do.
    """
    return [
        _choose([answers.values[place] for place in group], choice, number)
        for number, group in enumerate(answers.group())
    ]


def score_items(answers: Answers) -> list[Score]:
    """Return the items with their strengths over all rows, the strongest first."""
    wins = count_wins(answers.values)
    strengths = estimate_strengths(wins)
    won: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for (winner, loser), count in wins.items():
        won[winner] += count
        compared.update({winner: count, loser: count})
    scores = [
        Score(item, compared[item], won[item], strengths.get(item) if strengths else None)
        for item in compared
    ]
    return sorted(scores, key=lambda s: (-(s.strength or 0.0), -s.wins / s.comparisons, s.item))


def count_wins(rankings: Sequence[tuple[str, ...]]) -> Wins:
    """Count how often each item was put before each other."""
    wins: Counter[tuple[str, str]] = Counter()
    for ranking in rankings:
        wins.update(combinations(ranking, 2))
    return wins


def estimate_strengths(wins: Wins) -> dict[str, float] | None:
    """Return the logarithms of the Bradley-Terry strengths, whose mean is 0.

    An item of strength a beats one of strength b with the probability 1 / (1 + exp(b - a)). Returns
    None unless each item has, over others, beaten each other one: no finite strengths fit then.

    Source: D. R. Hunter (2004), MM algorithms for generalized Bradley-Terry models, Annals of
    Statistics 32(1), 384-406.
    """
    items = sorted({item for pair in wins for item in pair})
    if not _is_connected(items, wins) or not _is_connected(items, {(b, a): 1 for a, b in wins}):
        return None
    games: dict[str, Counter[str]] = {item: Counter() for item in items}
    won: Counter[str] = Counter()
    for (winner, loser), count in wins.items():
        games[winner][loser] += count
        games[loser][winner] += count
        won[winner] += count
    strengths = dict.fromkeys(items, 1.0)
    for _ in range(MOST_ROUNDS):
        new = {
            item: won[item]
            / sum(n / (strengths[item] + strengths[other]) for other, n in games[item].items())
            for item in items
        }
        mean = sum(map(math.log, new.values())) / len(items)
        new = {item: strength / math.exp(mean) for item, strength in new.items()}
        change = max(abs(math.log(new[item] / strengths[item])) for item in items)
        strengths = new
        if change < TOLERANCE:
            break
    return {item: math.log(strength) for item, strength in strengths.items()}


def _is_connected(items: Sequence[str], wins: Mapping[tuple[str, str], int]) -> bool:
    """Return whether the first item reaches each other one from winners to losers."""
    losers: dict[str, list[str]] = {item: [] for item in items}
    for winner, loser in wins:
        losers[winner].append(loser)
    seen = {items[0]}
    waiting = [items[0]]
    while waiting:
        for loser in losers[waiting.pop()]:
            if loser not in seen:
                seen.add(loser)
                waiting.append(loser)
    return len(seen) == len(items)


def _choose(rankings: list[tuple[str, ...]], choice: Choice, number: int) -> RowLabel:
    points: Counter[str] = Counter()
    for ranking in rankings:
        points.update({item: len(ranking) - 1 - place for place, item in enumerate(ranking)})
    order = sorted(points)
    if choice.ties != "keep":
        random.Random(f"{choice.seed}:{number}").shuffle(order)
    order.sort(key=lambda item: -points[item])
    tied = [" = ".join(pair) for pair in _find_ties(order, points)]
    wins = count_wins(rankings)
    agreeing = sum(wins.get(pair, 0) for pair in combinations(order, 2))
    confidence = agreeing / sum(wins.values())
    is_single = len(rankings) == 1
    why = ["only one answer"] if is_single else []
    if tied:
        why.append(f"tie of {', '.join(tied)}")
    elif not is_single and confidence < choice.sure:
        why.append(describe_unsure(confidence, choice.sure))
    votes = Counter(" > ".join(ranking) for ranking in sorted(rankings))
    return RowLabel(
        None if tied and choice.ties == "keep" else order,
        None if is_single or tied else confidence,
        dict(votes.most_common()),
        _share_equal_orders(rankings),
        why,
        {"points": {item: points[item] for item in order}},
    )


def _find_ties(order: Sequence[str], points: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for first, second in pairwise(order):
        if points[first] == points[second]:
            yield first, second


def _share_equal_orders(rankings: Sequence[tuple[str, ...]]) -> float | None:
    """Return the share of pairs of items that two answers order the same way, over their pairs."""
    equal = total = 0
    for first, second in combinations([set(combinations(r, 2)) for r in rankings], 2):
        same = len(first & second)
        equal += same
        total += same + len(first & {(b, a) for a, b in second})
    return equal / total if total else None
