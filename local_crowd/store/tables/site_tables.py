"""The tables of a site itself: its settings, and the request tokens that make calls idempotent."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from local_crowd.store.tables.base import Id, Seconds, metadata

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# The result of each UniqueRequestToken, so that a retry creates nothing twice.
request_tokens = Table(
    "request_tokens",
    metadata,
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), primary_key=True),
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("created_time", Seconds, nullable=False),
    Column("result", Id, nullable=False),
)
