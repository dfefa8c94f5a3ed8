"""Suggest words for misspelt ones."""

import operator
from collections.abc import Callable, Iterable
from difflib import get_close_matches

# Where there are more unknown keys, none gets a suggestion: each takes up to 50 microseconds, and a text
# from the network can have a million of them.
FEW_KEYS = 20


def suggest(
    word: str,
    known: Iterable[str],
    spell: Callable[[str], str] = operator.methodcaller("lower"),
    *,
    cutoff: float = 0.6,
) -> str:
    """Return "; did you mean --hit_ids_file?", with the most similar of the `known` words.

    Words are compared as `spell` writes them. Returns "" when none has the similarity `cutoff`.
    """
    by_spelling = {spell(name): name for name in known}
    similar = get_close_matches(spell(word), by_spelling, n=1, cutoff=cutoff)
    return f"; did you mean {by_spelling[similar[0]]}?" if similar else ""
