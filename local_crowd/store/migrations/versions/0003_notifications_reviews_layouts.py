"""Notifications and their outbox, review policies and what came of them, layouts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and let every HIT that has not expired do so in time."""
    op.add_column("hit_types", sa.Column("notification", sa.Text(), nullable=True))
    op.add_column("hits", sa.Column("due_time", sa.BigInteger(), nullable=True))
    op.add_column("hits", sa.Column("assignment_review_policy", sa.Text(), nullable=True))
    op.add_column("hits", sa.Column("hit_review_policy", sa.Text(), nullable=True))
    op.create_index(
        "ix_hits_due_time",
        "hits",
        ["due_time"],
        sqlite_where=sa.text("due_time IS NOT NULL"),
        postgresql_where=sa.text("due_time IS NOT NULL"),
    )
    op.execute(sa.text("UPDATE hits SET due_time = expiration WHERE NOT disposed"))
    _outbox()
    _reviews()
    _layouts()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("transport", sa.String(length=16), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_time", sa.BigInteger(), nullable=True),
        sa.Column("give_up_time", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_outbox_requester_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_due_time"), "outbox", ["due_time"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("review_id", sa.String(length=64), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("is_action", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.hit_id"], name=op.f("fk_reviews_hit_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reviews")),
        sa.UniqueConstraint("review_id", name=op.f("uq_reviews_review_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reviews_hit_id_number"), "reviews", ["hit_id", "number"])


def _layouts() -> None:
    op.create_table(
        "layouts",
        sa.Column("layout_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("frame_height", sa.Integer(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_layouts_requester_id")
        ),
        sa.PrimaryKeyConstraint("layout_id", name=op.f("pk_layouts")),
    )
    op.create_index(op.f("ix_layouts_requester_id"), "layouts", ["requester_id"])
