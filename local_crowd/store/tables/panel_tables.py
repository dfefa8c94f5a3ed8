"""The tables of a panel's participants and of their visits."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from local_crowd.store.tables.base import Id, Seconds, metadata

# The worker that each participant of a panel is here.
panel_workers = Table(
    "panel_workers",
    metadata,
    Column("panel", String(100), primary_key=True),
    Column("participant_id", String(128), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False, unique=True),
)

# Who followed a panel's link, and with which outcome.
visits = Table(
    "visits",
    metadata,
    Column("link_id", Id, ForeignKey("links.link_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("study_id", String(128)),
    Column("session_id", String(128)),
    Column("arrival_time", Seconds, nullable=False),
    Column("outcome", String(16)),  # done, screened_out or nothing_left: the latest one
    Column("outcome_time", Seconds),
)

# The assignments accepted through a panel's link.
visit_assignments = Table(
    "visit_assignments",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignments.assignment_id"), primary_key=True),
    Column("link_id", Id, ForeignKey("links.link_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Index(None, "link_id", "worker_id"),
)
