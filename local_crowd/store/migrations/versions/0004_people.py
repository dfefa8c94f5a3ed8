"""Accounts of workers, links that let people in, panels, payments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(length=64)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("closed_time", sa.BigInteger(), nullable=True),
        _key("accounts", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name_key", name=op.f("uq_accounts_name_key")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "attempts",
        sa.Column("key", ID, nullable=False),
        sa.Column("free_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_free_time"), "attempts", ["free_time"])
    _links()
    _payments()


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("link_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("uses_left", NUMBER, nullable=True),
        sa.Column("expires_time", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("worker_id", ID, nullable=True),
        sa.Column("panel", sa.Text(), nullable=True),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        _key("links", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    op.create_table(
        "panel_workers",
        sa.Column("panel", sa.String(length=100), nullable=False),
        sa.Column("participant_id", sa.String(length=128), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        _key("panel_workers", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("panel", "participant_id", name=op.f("pk_panel_workers")),
        sa.UniqueConstraint("worker_id", name=op.f("uq_panel_workers_worker_id")),
    )
    op.create_table(
        "visits",
        sa.Column("link_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("study_id", sa.String(length=128), nullable=True),
        sa.Column("session_id", sa.String(length=128), nullable=True),
        sa.Column("arrival_time", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_time", sa.BigInteger(), nullable=True),
        _key("visits", "link_id", "links"),
        _key("visits", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("link_id", "worker_id", name=op.f("pk_visits")),
    )
    op.create_table(
        "visit_assignments",
        sa.Column("assignment_id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        _key("visit_assignments", "assignment_id", "assignments"),
        _key("visit_assignments", "link_id", "links"),
        _key("visit_assignments", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_visit_assignments")),
    )
    op.create_index(
        op.f("ix_visit_assignments_link_id_worker_id"),
        "visit_assignments",
        ["link_id", "worker_id"],
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payments")),
    )
    op.create_table(
        "payment_items",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("payment_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("is_bonus", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        _key("payment_items", "payment_id", "payments"),
        _key("payment_items", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_payment_items")),
    )
    op.create_index(op.f("ix_payment_items_payment_id"), "payment_items", ["payment_id"])
    op.create_index(op.f("ix_payment_items_worker_id"), "payment_items", ["worker_id"])


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.{column}"], name=op.f(f"fk_{table}_{column}")
    )
