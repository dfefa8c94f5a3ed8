"""The table of what review policies found and did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text

from local_crowd.store.tables.base import Id, Number, metadata

# ReviewResultDetail and ReviewActionDetail structures.
reviews = Table(
    "reviews",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # order of creation
    Column("review_id", Id, nullable=False, unique=True),  # ActionId
    Column("hit_id", Id, ForeignKey("hits.hit_id"), nullable=False),
    Column("level", String(16), nullable=False),  # Assignment or HIT
    Column("is_action", Boolean, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Index(None, "hit_id", "number"),
    sqlite_autoincrement=True,
)
