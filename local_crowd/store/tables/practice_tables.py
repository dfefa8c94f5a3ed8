"""The tables of practice HITs, and of their right answers."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from local_crowd.store.tables.base import Id, Seconds, metadata

practices = Table(
    "practices",
    metadata,
    Column("practice_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("most_workers", BigInteger, nullable=False),  # who can practise
    Column("created_time", Seconds, nullable=False),
    Index(None, "requester_id", "name", unique=True),
)

practice_items = Table(
    "practice_items",
    metadata,
    Column("practice_id", Id, ForeignKey("practices.practice_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # its place, from 0
    Column("answers", Text, nullable=False),  # a JSON object: the right values by field
    Column("reason", Text, nullable=False),
    Column("hit_id", Id),  # NULL until its HIT is created
    Index(None, "hit_id", unique=True),
)
