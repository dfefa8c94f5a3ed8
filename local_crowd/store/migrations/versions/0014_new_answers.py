"""An index that finds a requester's newest answers."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index(
        op.f("ix_assignments_requester_id_submit_time"),
        "assignments",
        ["requester_id", "submit_time"],
    )
