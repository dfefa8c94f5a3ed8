"""A HIT's assignment slots: each is counted in one column of `hits` and moves between them."""

from functools import cache

from sqlalchemy import Connection, Update, bindparam, update

from local_crowd.store.statements import change
from local_crowd.store.tables import hits


def move_slot(db: Connection, hit_id: str, source: str, target: str) -> bool:
    """Move one slot of the HIT between two columns, e.g. from "pending" to "submitted".

    Return False, and change nothing, when the source has none. Condition and change are one
    statement, so two callers cannot take the same slot. Locks the HIT's row.
    """
    return bool(change(db, _build_update(source, target), {"of_hit": hit_id}))


@cache
def _build_update(source: str, target: str) -> Update:
    return (
        update(hits)
        .where(hits.c.hit_id == bindparam("of_hit"), hits.c[source] > 0)
        .values({source: hits.c[source] - 1, target: hits.c[target] + 1})
    )
