"""Qualifications: types, tests, requests, grants, and what a worker says about themselves."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Amazon's own types, by the ids that requesters write into their requirements. Masters has two,
# one a site; each site hides the other's.
SYSTEM_TYPES = [
    ("2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Masters", "Chosen by who runs the crowd."),
    ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Masters", "Chosen by who runs the crowd."),
    (
        "00000000000000000040",
        "Worker_NumberHITsApproved",
        "How many of the worker's assignments were approved.",
    ),
    ("00000000000000000060", "Worker_Adult", "1 for those who accept adult content, else 0."),
    ("00000000000000000071", "Worker_Locale", "Where the worker lives."),
    (
        "000000000000000000L0",
        "Worker_PercentAssignmentsApproved",
        "How many of a hundred reviewed assignments were approved.",
    ),
]


def upgrade() -> None:
    op.create_table(
        "qualification_tests",
        sa.Column("test_id", sa.String(length=64), nullable=False),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=True),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("test_id", name=op.f("pk_qualification_tests")),
    )
    op.create_table(
        "qualification_types",
        sa.Column("qualification_type_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("test_id", sa.String(length=64), nullable=True),
        sa.Column("retry_delay", sa.BigInteger(), nullable=True),
        sa.Column("auto_granted", sa.Boolean(), nullable=False),
        sa.Column("auto_granted_value", sa.Integer(), nullable=True),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requesters.requester_id"],
            name=op.f("fk_qualification_types_requester_id"),
        ),
        sa.ForeignKeyConstraint(
            ["test_id"],
            ["qualification_tests.test_id"],
            name=op.f("fk_qualification_types_test_id"),
        ),
        sa.PrimaryKeyConstraint("qualification_type_id", name=op.f("pk_qualification_types")),
    )
    op.create_index(
        "uq_qualification_types_name",
        "qualification_types",
        ["requester_id", "name"],
        unique=True,
        sqlite_where=sa.text("NOT deleted"),
        postgresql_where=sa.text("NOT deleted"),
    )
    op.create_table(
        "hit_type_qualifications",
        sa.Column("hit_type_id", sa.String(length=64), nullable=False),
        sa.Column("qualification_type_id", sa.String(length=255), nullable=False),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hit_type_id"],
            ["hit_types.hit_type_id"],
            name=op.f("fk_hit_type_qualifications_hit_type_id"),
        ),
        sa.PrimaryKeyConstraint(
            "hit_type_id", "qualification_type_id", name=op.f("pk_hit_type_qualifications")
        ),
    )
    op.create_index(
        "ix_hit_type_qualifications_hiding",
        "hit_type_qualifications",
        ["hit_type_id"],
        unique=False,
        sqlite_where=sa.text("hides"),
        postgresql_where=sa.text("hides"),
    )
    op.create_index(
        op.f("ix_hit_type_qualifications_qualification_type_id"),
        "hit_type_qualifications",
        ["qualification_type_id"],
        unique=False,
    )
    op.create_table(
        "qualification_requests",
        sa.Column("qualification_request_id", sa.String(length=64), nullable=False),
        sa.Column("qualification_type_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("request_time", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("submit_time", sa.BigInteger(), nullable=True),
        sa.Column("test_id", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["qualification_type_id"],
            ["qualification_types.qualification_type_id"],
            name=op.f("fk_qualification_requests_qualification_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["test_id"],
            ["qualification_tests.test_id"],
            name=op.f("fk_qualification_requests_test_id"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_qualification_requests_worker_id")
        ),
        sa.PrimaryKeyConstraint("qualification_request_id", name=op.f("pk_qualification_requests")),
    )
    op.create_index(
        op.f("ix_qualification_requests_qualification_type_id_status"),
        "qualification_requests",
        ["qualification_type_id", "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_qualification_requests_worker_id_qualification_type_id"),
        "qualification_requests",
        ["worker_id", "qualification_type_id"],
        unique=False,
    )
    op.create_index(
        "uq_qualification_requests_open",
        "qualification_requests",
        ["qualification_type_id", "worker_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('Started', 'Submitted')"),
        postgresql_where=sa.text("status IN ('Started', 'Submitted')"),
    )
    op.create_table(
        "qualifications",
        sa.Column("qualification_type_id", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("integer_value", sa.Integer(), nullable=False),
        sa.Column("grant_time", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["qualification_type_id"],
            ["qualification_types.qualification_type_id"],
            name=op.f("fk_qualifications_qualification_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.worker_id"], name=op.f("fk_qualifications_worker_id")
        ),
        sa.PrimaryKeyConstraint(
            "qualification_type_id", "worker_id", name=op.f("pk_qualifications")
        ),
    )
    op.create_index(
        op.f("ix_qualifications_worker_id"), "qualifications", ["worker_id"], unique=False
    )
    op.create_index(
        op.f("ix_assignments_worker_id_status"),
        "assignments",
        ["worker_id", "status"],
        unique=False,
    )
    op.add_column("workers", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("workers", sa.Column("subdivision", sa.String(length=3), nullable=True))
    op.add_column("workers", sa.Column("adult", sa.Boolean(), nullable=True))
    _make_system_types()
    _note_requirements()


def _make_system_types() -> None:
    types = sa.table(
        "qualification_types",
        *[
            sa.column(name)
            for name in ("qualification_type_id", "name", "description", "status", "created_time")
        ],
        sa.column("auto_granted", sa.Boolean()),
        sa.column("deleted", sa.Boolean()),
    )
    op.bulk_insert(
        types,
        [
            {
                "qualification_type_id": type_id,
                "name": name,
                "description": description,
                "status": "Active",
                "created_time": 0,
                "auto_granted": False,
                "deleted": False,
            }
            for type_id, name, description in SYSTEM_TYPES
        ],
    )


def _note_requirements() -> None:
    """Note the types that the HIT types of before require."""
    links = sa.table(
        "hit_type_qualifications",
        sa.column("hit_type_id"),
        sa.column("qualification_type_id"),
        sa.column("hides", sa.Boolean()),
    )
    known = sa.text("SELECT hit_type_id, qualification_requirements FROM hit_types")
    for hit_type_id, requirements in op.get_bind().execute(known).all():
        hides: dict[str, bool] = {}
        for requirement in json.loads(requirements):
            type_id = requirement["QualificationTypeId"][:255]
            hidden = requirement["ActionsGuarded"] == "DiscoverPreviewAndAccept"
            hides[type_id] = hides.get(type_id, False) or hidden
        op.bulk_insert(
            links,
            [
                {"hit_type_id": hit_type_id, "qualification_type_id": type_id, "hides": hidden}
                for type_id, hidden in hides.items()
            ],
        )
