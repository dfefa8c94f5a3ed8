"""The table of notifications to send."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from local_crowd.store.tables.base import Id, Number, Seconds, metadata

# Written in the transaction that they report, deleted when they are delivered.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False, unique=True),  # EventDocId
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("transport", String(16), nullable=False),  # SQS or SNS
    Column("destination", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_time", Seconds, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    # When to try next; NULL: given up, a dead letter.
    Column("due_time", Seconds, index=True),
    Column("give_up_time", Seconds, nullable=False),
    Column("error", Text),  # why the last attempt failed
    sqlite_autoincrement=True,
)
