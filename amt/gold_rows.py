"""Gold rows of a batch: which of them are launched, and where among the others."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amt.errors import Error
from amt.inputs import Input
from amt.messages import count_of
from amt.rows import Row
from formats import gold


@dataclass(frozen=True)
class Choice:
    """Which rows of an input are launched. `order` says after how many other rows each gold row comes.

    Without a rate, all rows are launched in the file's order. `practice` are the rows that every
    worker does first.
    """

    rate: float | None
    seed: int
    order: tuple[tuple[int, int], ...] = ()  # (how many other rows come before, number of the row)
    left_out: frozenset[int] = frozenset()
    practice: tuple[int, ...] = ()

    def to_header(self) -> dict[str, Any]:
        """Return what the first line of the batch record says of it."""
        header: dict[str, Any] = {}
        if self.rate is not None:
            header["gold"] = {"rate": self.rate, "seed": self.seed}
            header["left_out"] = sorted(self.left_out)
        if self.practice:
            header["practice"] = list(self.practice)
        return header

    def hashes(self) -> dict[str, str]:
        """Return what must stay the same when the batch is finished, by the flag's name."""
        hashes = {} if self.rate is None else {"--gold_rate": f"{self.rate:g} {self.seed}"}
        return hashes | ({"--practice_rows": f"{len(self.practice)}"} if self.practice else {})

    def iterate(self, source: Input) -> Iterator[Row]:
        """Yield the rows that are launched, in the order in which workers get them."""
        numbers = {number for _, number in self.order} | set(self.practice)
        gold = (
            {row.number: row for row in source.rows() if row.number in numbers} if numbers else {}
        )
        yield from (gold[number] for number in self.practice)
        waiting = list(reversed(self.order))
        passed = 0
        for row in source.rows():
            if row.number in gold or row.number in self.left_out:
                continue
            while waiting and waiting[-1][0] <= passed:
                yield gold[waiting.pop()[1]]
            yield row
            passed += 1
        for _, number in reversed(waiting):
            yield gold[number]


EVERYTHING = Choice(None, 0)


def hide(row: Any) -> Any:
    """Return a row as workers may see it, without right answers and reasons."""
    return gold.hide(row)


def list_shown(columns: Iterable[str]) -> list[str]:
    """Return the columns of a table that workers may see."""
    return [name for name in columns if not gold.is_secret(name)]


def choose(
    path: object,
    rows: int,
    gold: Sequence[int],
    rate: float | None,
    seed: int,
    practice: Sequence[int] = (),
) -> Choice:
    """Choose which of the rows numbered `gold`, of `rows` in all, are launched, and where.

    As many as make the share `rate` of the HITs, or all if there are not enough; each once, in an
    order that the seed decides. Those of `practice` come first, and are not among them. Raises Error
    for a rate that is none, and without gold rows.
    """
    pool = [number for number in gold if number not in practice]
    others = rows - len(gold)
    if not others:
        raise Error(f"{path}: all rows have _gold, so there is nothing to mix them into")
    if rate is None:
        return Choice(None, seed, practice=tuple(practice))
    if not 0 < rate < 1:
        raise Error("--gold_rate must be above 0 and below 1, such as 0.1")
    if not pool:
        besides = " besides those for practice" if practice else ""
        raise Error(f"{path}: no row has _gold{besides}, so --gold_rate has nothing to mix in")
    dice = random.Random(seed)
    chosen = dice.sample(pool, min(len(pool), count_wanted(others, rate)))
    places = sorted(dice.sample(range(others + len(chosen)), len(chosen)))
    order = tuple(
        (place - i, number) for i, (place, number) in enumerate(zip(places, chosen, strict=True))
    )
    return Choice(rate, seed, order, frozenset(pool) - frozenset(chosen), tuple(practice))


def choose_practice(path: object, gold: Sequence[int], count: int) -> tuple[int, ...]:
    """Return the rows that every worker does first: the first `count` gold rows of the file.

    Raises Error if there are not so many.
    """
    if len(gold) < count:
        raise Error(f"{path}: {count_of(len(gold), 'row')} with _gold, and --practice_rows {count}")
    return tuple(gold[:count])


def count_wanted(others: int, rate: float) -> int:
    """Return how many gold rows make the share `rate` of the HITs, at least one."""
    return max(1, round(others * rate / (1 - rate)))


def describe(path: object, choice: Choice, gold: int, hits: int) -> list[str]:
    """Return what to say about gold, a line each: `gold` rows have a right answer, `hits` are launched."""
    if not gold:
        return []
    gold -= len(choice.left_out) + len(choice.practice)
    if not gold:
        return []
    hits -= len(choice.practice)
    line = f"{gold:,} of {count_of(hits, 'HIT')} {'is' if gold == 1 else 'are'} gold"
    if choice.rate is None:
        return [f"{line}, in the order of the file; --gold_rate mixes them among the others."]
    wanted = count_wanted(hits - gold, choice.rate)
    if gold >= wanted:
        return [f"{line}."]
    return [f"{line}: {path} has no more; --gold_rate {choice.rate:g} takes {wanted:,}."]
