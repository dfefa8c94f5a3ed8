"""Texts that workers agree to before their first HIT of a HIT type, and who agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; no HIT type that exists has a text."""
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requesters.requester_id"],
            name=op.f("fk_consents_requester_id"),
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_requester_id_sha256"), "consents", ["requester_id", "sha256"], unique=True
    )
    op.create_table(
        "consent_agreements",
        sa.Column("consent_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("agreed_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consents.consent_id"],
            name=op.f("fk_consent_agreements_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["workers.worker_id"],
            name=op.f("fk_consent_agreements_worker_id"),
        ),
        sa.PrimaryKeyConstraint("consent_id", "worker_id", name=op.f("pk_consent_agreements")),
    )
    op.create_index(
        op.f("ix_consent_agreements_consent_id_agreed_time_worker_id"),
        "consent_agreements",
        ["consent_id", "agreed_time", "worker_id"],
    )
    op.create_index(op.f("ix_consent_agreements_worker_id"), "consent_agreements", ["worker_id"])
    op.add_column("hit_types", sa.Column("consent_id", sa.String(length=64), nullable=True))
