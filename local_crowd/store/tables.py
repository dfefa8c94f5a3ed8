"""The tables of one site.

Times are whole epoch seconds, money is whole US cents: both compare and add the same on SQLite
and PostgreSQL, and Amazon's wire knows nothing finer.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

# Names for every constraint, so that a migration can drop one on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER keys only
Seconds = BigInteger
Cents = BigInteger
Id = String(64)

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

requesters = Table(
    "requesters",
    metadata,
    Column("requester_id", Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("access_key", String(128), unique=True),
    Column("secret_key", String(128)),
    Column("budget", Cents),  # what may be spent in all; none: no limit
    Column("created_time", Seconds, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Id, primary_key=True),
    Column("nickname", String(200), unique=True),
    Column("created_time", Seconds, nullable=False),
)

hit_types = Table(
    "hit_types",
    metadata,
    Column("hit_type_id", Id, primary_key=True),
    Column("hit_group_id", Id, nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    # One HIT type for equal properties: a hash of the seven that make it.
    Column("fingerprint", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    Column("reward", Cents, nullable=False),
    Column("assignment_duration", Seconds, nullable=False),
    Column("auto_approval_delay", Seconds, nullable=False),
    Column("qualification_requirements", Text, nullable=False),  # a JSON array
    Column("created_time", Seconds, nullable=False),
    Index(None, "requester_id", "fingerprint", unique=True),
)

hits = Table(
    "hits",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # order of creation
    Column("hit_id", Id, nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("hit_type_id", Id, ForeignKey("hit_types.hit_type_id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("requester_annotation", Text),
    Column("creation_time", Seconds, nullable=False),
    Column("expiration", Seconds, nullable=False),
    Column("max_assignments", Number, nullable=False),
    Column("created_with", Number, nullable=False),  # max_assignments at creation
    Column("reviewing", Boolean, nullable=False, default=False),
    Column("disposed", Boolean, nullable=False, default=False),
    # Every assignment slot is in exactly one of these five; they add up to max_assignments.
    # `available` is kept when the HIT expires, so that extending it brings the slots back.
    Column("available", Number, nullable=False),
    Column("pending", Number, nullable=False, default=0),
    Column("submitted", Number, nullable=False, default=0),
    Column("approved", Number, nullable=False, default=0),
    Column("rejected", Number, nullable=False, default=0),
    Index(None, "requester_id", "number"),
    Index(
        "ix_hits_open",
        "hit_type_id",
        "number",
        sqlite_where=text("available > 0 AND NOT disposed"),
        postgresql_where=text("available > 0 AND NOT disposed"),
    ),
    sqlite_autoincrement=True,
)

HELD = "status NOT IN ('Returned', 'Abandoned')"

assignments = Table(
    "assignments",
    metadata,
    Column("assignment_id", Id, primary_key=True),
    Column("hit_id", Id, ForeignKey("hits.hit_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    # Accepted, Submitted, Approved, Rejected, Returned or Abandoned
    Column("status", String(16), nullable=False),
    Column("accept_time", Seconds, nullable=False),
    Column("deadline", Seconds, nullable=False),
    Column("submit_time", Seconds),
    Column("auto_approval_time", Seconds),
    Column("approval_time", Seconds),
    Column("rejection_time", Seconds),
    Column("requester_feedback", Text),
    Column("answer", Text),
    # When time alone will change the status next (deadline, auto-approval); none: never.
    Column("due_time", Seconds, index=True),
    # A worker holds a HIT once; what was returned or abandoned may be accepted again.
    Index(
        "uq_assignments_held",
        "hit_id",
        "worker_id",
        unique=True,
        sqlite_where=text(HELD),
        postgresql_where=text(HELD),
    ),
    Index(None, "worker_id", "accept_time"),
    Index(None, "hit_id", "submit_time"),
)

bonuses = Table(
    "bonuses",
    metadata,
    Column("bonus_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("assignment_id", Id, ForeignKey("assignments.assignment_id"), nullable=False),
    Column("hit_id", Id, ForeignKey("hits.hit_id"), nullable=False, index=True),
    Column("amount", Cents, nullable=False),
    Column("reason", Text, nullable=False),
    Column("grant_time", Seconds, nullable=False),
    Index(None, "assignment_id"),
    Index(None, "worker_id"),
)

worker_blocks = Table(
    "worker_blocks",
    metadata,
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("created_time", Seconds, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_text", Text, nullable=False),
    Column("sent_time", Seconds, nullable=False),
    Index(None, "worker_id", "sent_time"),
)

# UniqueRequestToken: what a token has already made, so that it makes nothing twice.
request_tokens = Table(
    "request_tokens",
    metadata,
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), primary_key=True),
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("created_time", Seconds, nullable=False),
    Column("result", Id, nullable=False),
)
