"""Compare the counts that triggers keep with the HITs and assignments themselves."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from local_crowd.operations.call import Call
from local_crowd.site import Site
from local_crowd.store.tables import assignments, batch_counts, group_counts, hits

FINISHED = ("Submitted", "Approved", "Rejected")
SLOTS = ("pending", "submitted", "approved", "rejected")


def find_wrong_counts(site: Site) -> list[str]:
    """Describe each stored count that differs from the rows."""
    with site.reading() as call:
        pairs = [
            (_read_groups(call), _count_groups(call)),
            (_read_batches(call), _count_batches(call)),
        ]
    return [
        f"{key}: {kept[key]}, not {counted[key]}"
        for kept, counted in pairs
        for key in kept.keys() | counted.keys()
        if kept[key] != counted[key]
    ]


def _read_groups(call: Call) -> Counter[Any]:
    names = ("open", "done")
    key = (group_counts.c.worker_id, group_counts.c.hit_type_id)
    query = select(*key, *(func.sum(group_counts.c[name]) for name in names)).group_by(*key)
    counts: Counter[Any] = Counter()
    for worker_id, hit_type_id, *sums in call.db.execute(query):
        for name, total in zip(names, sums, strict=True):
            counts[worker_id, hit_type_id, name] = int(total)
    return counts


def _count_groups(call: Call) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    rows = {row.hit_id: row for row in call.db.execute(select(hits))}
    is_open = {
        row.hit_id: row.available > 0 and not row.disposed and row.expiration > call.now
        for row in rows.values()
    }
    for row in rows.values():
        counts["", row.hit_type_id, "open"] += is_open[row.hit_id]
    for work in call.db.execute(select(assignments)):
        if work.status not in ("Returned", "Abandoned"):
            key = (work.worker_id, rows[work.hit_id].hit_type_id)
            counts[*key, "open"] += is_open[work.hit_id]
            counts[*key, "done"] += work.status in FINISHED
    return counts


def _read_batches(call: Call) -> Counter[Any]:
    names = ("hits", "available", "expired", *SLOTS)
    key = (batch_counts.c.requester_id, batch_counts.c.batch)
    query = select(*key, *(func.sum(batch_counts.c[name]) for name in names)).group_by(*key)
    counts: Counter[Any] = Counter()
    for requester_id, batch, *sums in call.db.execute(query):
        for name, total in zip(names, sums, strict=True):
            counts[requester_id, batch, name] = int(total)
    return counts


def _count_batches(call: Call) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for row in call.db.execute(select(hits).where(~hits.c.disposed)):
        key = (row.requester_id, row.batch)
        counts[*key, "hits"] += 1
        counts[*key, "available" if row.expiration > call.now else "expired"] += row.available
        for name in SLOTS:
            counts[*key, name] += getattr(row, name)
    return counts
