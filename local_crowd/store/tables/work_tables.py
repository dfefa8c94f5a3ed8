"""The tables of assignments, and of messages between workers and requesters."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, false, text

from local_crowd.store.tables.base import Id, Seconds, metadata, partial_index

HELD = "status NOT IN ('Returned', 'Abandoned')"
# As text, with the index's own words: see is_open in hit_tables.
is_held = text("assignments.status NOT IN ('Returned', 'Abandoned')")

assignments = Table(
    "assignments",
    metadata,
    Column("assignment_id", Id, primary_key=True),
    Column("hit_id", Id, ForeignKey("hits.hit_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    # Accepted, Submitted, Approved, Rejected, Returned or Abandoned
    Column("status", String(16), nullable=False),
    Column("accept_time", Seconds, nullable=False),
    Column("deadline", Seconds, nullable=False),
    Column("submit_time", Seconds),
    Column("auto_approval_time", Seconds),
    Column("approval_time", Seconds),
    Column("rejection_time", Seconds),
    Column("requester_feedback", Text),
    Column("answer", Text),
    # When time alone changes the status next (deadline, auto-approval); NULL: never.
    Column("due_time", Seconds, index=True),
    # A worker holds a HIT once, and may accept it again after returning or abandoning it.
    partial_index("uq_assignments_held", "hit_id", "worker_id", where=HELD, unique=True),
    Index(None, "worker_id", "accept_time"),
    Index(
        None, "worker_id", "status"
    ),  # counts a worker's approved assignments from the index alone
    Index(None, "hit_id", "submit_time"),
    Index(None, "requester_id", "submit_time"),
)

UNREAD_OF_WORKER = "read_time IS NULL AND NOT from_worker"
UNREAD_OF_REQUESTER = "read_time IS NULL AND from_worker"
is_unread_of_worker = text("messages.read_time IS NULL AND NOT messages.from_worker")
is_unread_of_requester = text("messages.read_time IS NULL AND messages.from_worker")

messages = Table(
    "messages",
    metadata,
    Column("message_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_text", Text, nullable=False),
    Column("sent_time", Seconds, nullable=False),
    Column("from_worker", Boolean, nullable=False, default=False, server_default=false()),
    Column("hit_id", Id),  # the HIT that the worker asks about
    Column("read_time", Seconds),
    Index(None, "worker_id", "sent_time"),
    partial_index("ix_messages_unread_of_worker", "worker_id", where=UNREAD_OF_WORKER),
    partial_index("ix_messages_unread_of_requester", "requester_id", where=UNREAD_OF_REQUESTER),
    partial_index("ix_messages_from_workers", "requester_id", "sent_time", where="from_worker"),
)
