"""Workers who are excluded from single HITs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; nobody is excluded from the HITs that exist."""
    op.create_table(
        "hit_exclusions",
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.hit_id"], name=op.f("fk_hit_exclusions_hit_id")),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_hit_exclusions_worker_id")
        ),
        sa.PrimaryKeyConstraint("worker_id", "hit_id", name=op.f("pk_hit_exclusions")),
    )
