"""Counts that pages show, kept by triggers of the database (migration 0010).

On SQLite, which has one writer, a count is one row. On PostgreSQL each change inserts a row, so that
workers who accept HITs of one group at the same time wait for nobody; every 20th or so change
replaces the rows of a count by their sum. A reader adds up the rows.
"""

from sqlalchemy import Column, Index, String, Table

from local_crowd.store.tables.base import Id, Number, Seconds, metadata

# Of each HIT type: its open HITs (worker_id is ''), and how many of these each worker holds.
group_counts = Table(
    "group_counts",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("worker_id", Id, nullable=False),
    Column("hit_type_id", Id, nullable=False),
    Column("open", Number, nullable=False),
    Column("done", Number, nullable=False),  # submitted by the worker
    # The worker has held, or returned, all open HITs up to this number, or nearly all: a place to
    # begin a search, not a promise.
    Column("passed", Number, nullable=False),
    Index(None, "worker_id", "hit_type_id"),
)

# Of each batch: its HITs that are not deleted, and where their assignment slots are.
batch_counts = Table(
    "batch_counts",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("requester_id", Id, nullable=False),
    Column("batch", String(64), nullable=False),
    Column("hits", Number, nullable=False),
    Column("available", Number, nullable=False),
    Column("expired", Number, nullable=False),  # available, had the HIT not expired
    Column("pending", Number, nullable=False),
    Column("submitted", Number, nullable=False),
    Column("approved", Number, nullable=False),
    Column("rejected", Number, nullable=False),
    Column("newest", Number, nullable=False),  # the highest number of a HIT
    Column("launched", Seconds, nullable=False),  # of the first HIT
    Index(None, "requester_id", "batch"),
)
