"""The table of workers who wait for HITs, and of the pay for it."""

from sqlalchemy import Column, ForeignKey, Index, Table

from local_crowd.store.tables.base import Cents, Id, Number, Seconds, metadata, partial_index

# What each worker has waited by each link, over all visits.
waits = Table(
    "waits",
    metadata,
    Column("link_id", Id, ForeignKey("links.link_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),  # who pays
    Column("begin_time", Seconds),  # NULL: invited, and never waited
    # When the worker last said that they are there; NULL: they are not waiting.
    Column("confirmed_time", Seconds),
    Column("beat_time", Seconds),  # up to when it is counted; NULL: it is not being counted
    Column("seconds", Number, nullable=False),  # counted
    Column("earned", Cents, nullable=False),  # for these seconds
    Column("paid_seconds", Number, nullable=False),  # those of them that a bonus names
    Column("paid", Cents, nullable=False),  # in bonuses
    # When to pay what is earned, unless the worker is heard from; NULL: all of it is paid.
    Column("due_time", Seconds),
    Index(None, "worker_id"),
    partial_index("ix_waits_due_time", "due_time", where="due_time IS NOT NULL"),
    partial_index("ix_waits_beat_time", "beat_time", where="beat_time IS NOT NULL"),
)
