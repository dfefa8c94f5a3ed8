"""Links that pay for waiting, what each worker has waited, and bonuses for it, which have no HIT."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the columns; no link that exists pays for waiting."""
    op.add_column("links", sa.Column("wait_seconds", sa.BigInteger(), nullable=True))
    op.add_column("links", sa.Column("wait_reward", sa.BigInteger(), nullable=True))
    op.add_column("links", sa.Column("requester_id", sa.String(length=64), nullable=True))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("bonuses") as bonuses:
        bonuses.alter_column("assignment_id", existing_type=sa.String(length=64), nullable=True)
        bonuses.alter_column("hit_id", existing_type=sa.String(length=64), nullable=True)
        bonuses.add_column(sa.Column("link_id", sa.String(length=64), nullable=True))
        bonuses.add_column(sa.Column("waited_seconds", number, nullable=True))
        bonuses.create_foreign_key(op.f("fk_bonuses_link_id"), "links", ["link_id"], ["link_id"])
        bonuses.create_index(op.f("ix_bonuses_link_id"), ["link_id"])
    op.create_table(
        "waits",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("begin_time", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_time", sa.BigInteger(), nullable=True),
        sa.Column("beat_time", sa.BigInteger(), nullable=True),
        sa.Column("seconds", number, nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("paid_seconds", number, nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("due_time", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.{name}"], name=op.f(f"fk_waits_{name}"))
            for table, name in (
                ("links", "link_id"),
                ("requesters", "requester_id"),
                ("workers", "worker_id"),
            )
        ),
        sa.PrimaryKeyConstraint("link_id", "worker_id", name=op.f("pk_waits")),
    )
    op.create_index(op.f("ix_waits_worker_id"), "waits", ["worker_id"])
    for name in ("due_time", "beat_time"):
        condition = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_waits_{name}",
            "waits",
            [name],
            sqlite_where=condition,
            postgresql_where=condition,
        )
