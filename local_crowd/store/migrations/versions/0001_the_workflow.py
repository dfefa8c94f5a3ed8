"""The workflow: requesters, workers, HITs, assignments, bonuses, blocks, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "requesters",
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("access_key", sa.String(length=128), nullable=True),
        sa.Column("secret_key", sa.String(length=128), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("requester_id", name=op.f("pk_requesters")),
        sa.UniqueConstraint("access_key", name=op.f("uq_requesters_access_key")),
        sa.UniqueConstraint("name", name=op.f("uq_requesters_name")),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("nickname", sa.String(length=200), nullable=True),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_workers")),
        sa.UniqueConstraint("nickname", name=op.f("uq_workers_nickname")),
    )
    op.create_table(
        "hit_types",
        sa.Column("hit_type_id", sa.String(length=64), nullable=False),
        sa.Column("hit_group_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("reward", sa.BigInteger(), nullable=False),
        sa.Column("assignment_duration", sa.BigInteger(), nullable=False),
        sa.Column("auto_approval_delay", sa.BigInteger(), nullable=False),
        sa.Column("qualification_requirements", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_hit_types_requester_id")
        ),
        sa.PrimaryKeyConstraint("hit_type_id", name=op.f("pk_hit_types")),
        sa.UniqueConstraint("hit_group_id", name=op.f("uq_hit_types_hit_group_id")),
    )
    op.create_index(
        op.f("ix_hit_types_requester_id_fingerprint"),
        "hit_types",
        ["requester_id", "fingerprint"],
        unique=True,
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_text", sa.Text(), nullable=False),
        sa.Column("sent_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_messages_requester_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_messages_worker_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_worker_id_sent_time"),
        "messages",
        ["worker_id", "sent_time"],
        unique=False,
    )
    op.create_table(
        "request_tokens",
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requesters.requester_id"],
            name=op.f("fk_request_tokens_requester_id"),
        ),
        sa.PrimaryKeyConstraint(
            "requester_id", "operation", "token", name=op.f("pk_request_tokens")
        ),
    )
    op.create_table(
        "worker_blocks",
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requesters.requester_id"],
            name=op.f("fk_worker_blocks_requester_id"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_worker_blocks_worker_id")
        ),
        sa.PrimaryKeyConstraint("requester_id", "worker_id", name=op.f("pk_worker_blocks")),
    )
    op.create_table(
        "hits",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("hit_type_id", sa.String(length=64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("requester_annotation", sa.Text(), nullable=True),
        sa.Column("creation_time", sa.BigInteger(), nullable=False),
        sa.Column("expiration", sa.BigInteger(), nullable=False),
        sa.Column(
            "max_assignments", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "created_with", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reviewing", sa.Boolean(), nullable=False),
        sa.Column("disposed", sa.Boolean(), nullable=False),
        sa.Column(
            "available", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("pending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "submitted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("approved", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rejected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["hit_type_id"], ["hit_types.hit_type_id"], name=op.f("fk_hits_hit_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_hits_requester_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hits")),
        sa.UniqueConstraint("hit_id", name=op.f("uq_hits_hit_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_hits_open",
        "hits",
        ["hit_type_id", "number"],
        unique=False,
        sqlite_where=sa.text("available > 0 AND NOT disposed"),
        postgresql_where=sa.text("available > 0 AND NOT disposed"),
    )
    op.create_index(
        op.f("ix_hits_requester_id_number"), "hits", ["requester_id", "number"], unique=False
    )
    op.create_table(
        "assignments",
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("accept_time", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("submit_time", sa.BigInteger(), nullable=True),
        sa.Column("auto_approval_time", sa.BigInteger(), nullable=True),
        sa.Column("approval_time", sa.BigInteger(), nullable=True),
        sa.Column("rejection_time", sa.BigInteger(), nullable=True),
        sa.Column("requester_feedback", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("due_time", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.hit_id"], name=op.f("fk_assignments_hit_id")),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_assignments_requester_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_assignments_worker_id")
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_due_time"), "assignments", ["due_time"], unique=False)
    op.create_index(
        op.f("ix_assignments_hit_id_submit_time"),
        "assignments",
        ["hit_id", "submit_time"],
        unique=False,
    )
    op.create_index(
        op.f("ix_assignments_worker_id_accept_time"),
        "assignments",
        ["worker_id", "accept_time"],
        unique=False,
    )
    op.create_index(
        "uq_assignments_held",
        "assignments",
        ["hit_id", "worker_id"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('Returned', 'Abandoned')"),
        postgresql_where=sa.text("status NOT IN ('Returned', 'Abandoned')"),
    )
    op.create_table(
        "bonuses",
        sa.Column("bonus_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("hit_id", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("grant_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.assignment_id"], name=op.f("fk_bonuses_assignment_id")
        ),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.hit_id"], name=op.f("fk_bonuses_hit_id")),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["requesters.requester_id"], name=op.f("fk_bonuses_requester_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_bonuses_worker_id")
        ),
        sa.PrimaryKeyConstraint("bonus_id", name=op.f("pk_bonuses")),
    )
    op.create_index(op.f("ix_bonuses_assignment_id"), "bonuses", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_bonuses_hit_id"), "bonuses", ["hit_id"], unique=False)
    op.create_index(op.f("ix_bonuses_worker_id"), "bonuses", ["worker_id"], unique=False)
