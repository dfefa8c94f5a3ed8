"""Practice HITs, which each worker does first, and what is shown after they are submitted."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; no HIT type that exists has practice."""
    op.create_table(
        "practices",
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("most_workers", sa.BigInteger(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requesters.requester_id"],
            name=op.f("fk_practices_requester_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("pk_practices")),
    )
    op.create_index(
        op.f("ix_practices_requester_id_name"), "practices", ["requester_id", "name"], unique=True
    )
    op.create_table(
        "practice_items",
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practices.practice_id"],
            name=op.f("fk_practice_items_practice_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "number", name=op.f("pk_practice_items")),
    )
    op.create_index(op.f("ix_practice_items_hit_id"), "practice_items", ["hit_id"], unique=True)
    op.add_column("hit_types", sa.Column("practice_id", sa.String(length=64), nullable=True))
