"""The lists of HITs read one page of an index, whatever the number of HITs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LISTED = "NOT disposed"
REVIEWABLE = "pending = 0 AND NOT disposed AND (available = 0 OR due_time IS NULL)"
REVIEW_ORDER = ["reviewing", "expiration", "hit_id"]
PARTIAL = {
    "ix_hits_listed": (["requester_id", "number"], LISTED),
    "ix_hits_reviewable": (["requester_id", *REVIEW_ORDER], REVIEWABLE),
    "ix_hits_reviewable_of_type": (["hit_type_id", *REVIEW_ORDER], REVIEWABLE),
}


def upgrade() -> None:
    """Add the indexes; the one of listed HITs replaces that of all HITs, deleted ones included."""
    for name, (columns, condition) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, "hits", columns, sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_hits_hit_type_id_number"), "hits", ["hit_type_id", "number"])
    op.drop_index(op.f("ix_hits_requester_id_number"), "hits")
