"""The tables of bonuses and payments."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from local_crowd.store.tables.base import Cents, Id, Number, Seconds, metadata

bonuses = Table(
    "bonuses",
    metadata,
    Column("bonus_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("assignment_id", Id, ForeignKey("assignments.assignment_id")),  # NULL: paid for waiting
    Column("hit_id", Id, ForeignKey("hits.hit_id"), index=True),
    Column("amount", Cents, nullable=False),
    Column("reason", Text, nullable=False),
    Column("grant_time", Seconds, nullable=False),
    Column(
        "link_id", Id, ForeignKey("links.link_id"), index=True
    ),  # the link that pays for waiting
    Column("waited_seconds", Number),
    Index(None, "assignment_id"),
    Index(None, "worker_id"),
)

payments = Table(
    "payments",
    metadata,
    Column("payment_id", Id, primary_key=True),
    Column("created_time", Seconds, nullable=False),
)

# Approved assignments and bonuses recorded as paid, each of them once.
payment_items = Table(
    "payment_items",
    metadata,
    Column("item_id", Id, primary_key=True),  # the assignment's or the bonus's id
    Column("payment_id", Id, ForeignKey("payments.payment_id"), nullable=False, index=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False, index=True),
    Column("is_bonus", Boolean, nullable=False),
    Column("amount", Cents, nullable=False),
)
