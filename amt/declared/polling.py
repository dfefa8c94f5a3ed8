"""How many calls a poll makes, on a crowd that does not list new answers in one call.

Amazon lists the answers of one HIT at a call, so a batch takes at least one call for each HIT, whenever
they are made. Polls spread these calls, so that a long batch does not use up what Amazon allows.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from amt.survey import HitCounters

CALLS = 15  # of a poll, for each 1,000 HITs of the batch or a part of them
HITS = 1000


def choose(
    new: Sequence[HitCounters],
    counted: Sequence[HitCounters],
    calls_made: int,
    planned: int,
    listed_at: Mapping[str, int],
) -> list[HitCounters]:
    """Return the HITs of `new`, which have new answers, that a poll asks for them.

    Those come first to which no further answer can come, since their rows get labels, then those that
    were asked longest ago: `listed_at` is the number of the poll. `counted` are all HITs that are not
    finished, and `planned` is the number of all. Once no HIT can get another answer, polls end with this
    one, and it asks for everything.
    """
    if not any(_is_open(hit) for hit in counted):
        return list(new)
    room = max(1, CALLS * ceil(planned / HITS) - calls_made)
    first = sorted(new, key=lambda hit: (_is_open(hit), listed_at.get(hit.hit_id, 0)))
    return first[:room]


def _is_open(hit: HitCounters) -> bool:
    return bool(hit.available or hit.pending)
