"""The tables of texts that workers agree to, and of who agreed."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from local_crowd.store.tables.base import Id, Seconds, metadata

# Markdown that workers agree to before their first HIT. Never changed: what somebody agreed to stays.
consents = Table(
    "consents",
    metadata,
    Column("consent_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the text in UTF-8, as hexadecimal digits
    Column("created_time", Seconds, nullable=False),
    Index(None, "requester_id", "sha256", unique=True),
)

consent_agreements = Table(
    "consent_agreements",
    metadata,
    Column("consent_id", Id, ForeignKey("consents.consent_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True, index=True),
    Column("agreed_time", Seconds, nullable=False),
    Index(None, "consent_id", "agreed_time", "worker_id"),
)
