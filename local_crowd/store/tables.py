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
    String,
    Table,
    Text,
    false,
    text,
)

from local_crowd.store import people_tables
from local_crowd.store.base import Cents, Id, Number, Seconds, metadata

__all__ = ["metadata", "people_tables"]  # with every table in it

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
    Column("surely_left", Cents),  # of it, or more; none: to be counted
    Column("password_hash", Text),  # for the requester's pages; none: by the keys alone
    Column("created_time", Seconds, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Id, primary_key=True),
    Column("nickname", String(200), unique=True),
    Column("created_time", Seconds, nullable=False),
    # What the worker says: ISO 3166, ISO 3166-2 without the country, and whether they are grown up
    # and ready for content that may offend.
    Column("country", String(2)),
    Column("subdivision", String(3)),
    Column("adult", Boolean),
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
    # Who is told what happens to its HITs, as JSON: a NotificationSpecification, and Active.
    Column("notification", Text),
    Index(None, "requester_id", "fingerprint", unique=True),
)

# Which qualification types a HIT type's requirements are about. No foreign key: a requirement that
# was made before types were kept here may name one that never was.
hit_type_qualifications = Table(
    "hit_type_qualifications",
    metadata,
    Column("hit_type_id", Id, ForeignKey("hit_types.hit_type_id"), primary_key=True),
    Column("qualification_type_id", String(255), primary_key=True),
    # Whether who does not qualify may not even see that there are such HITs.
    Column("hides", Boolean, nullable=False),
    Index(None, "qualification_type_id"),
    Index(
        "ix_hit_type_qualifications_hiding",
        "hit_type_id",
        sqlite_where=text("hides"),
        postgresql_where=text("hides"),
    ),
)

OPEN_HIT = "available > 0 AND NOT disposed"

hits = Table(
    "hits",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # order of creation
    Column("hit_id", Id, nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("hit_type_id", Id, ForeignKey("hit_types.hit_type_id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("requester_annotation", Text),
    # What the requester's pages show together: operations.batches says of which it is.
    Column("batch", String(64)),
    # The row of the input that it was made of; 0 where the annotation does not say so.
    Column("input_row", BigInteger, nullable=False, default=0, server_default="0"),
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
    # The expiration, until what follows from it has been done; then none.
    Column("due_time", Seconds),
    # The ReviewPolicy structures it was created with, as JSON.
    Column("assignment_review_policy", Text),
    Column("hit_review_policy", Text),
    Index(None, "requester_id", "number"),
    Index(None, "requester_id", "batch", "input_row", "number"),
    Index(
        "ix_hits_due_time",
        "due_time",
        sqlite_where=text("due_time IS NOT NULL"),
        postgresql_where=text("due_time IS NOT NULL"),
    ),
    Index(
        "ix_hits_open",
        "hit_type_id",
        "number",
        sqlite_where=text(OPEN_HIT),
        postgresql_where=text(OPEN_HIT),
    ),
    sqlite_autoincrement=True,
)

# The conditions of two indexes, word by word: of a condition with parameters in it SQLite cannot
# know that the index has all rows that meet it, and reads the table instead.
is_open = text("hits.available > 0 AND NOT hits.disposed")
is_held = text("assignments.status NOT IN ('Returned', 'Abandoned')")

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
    Index(None, "worker_id", "status"),  # how many of a worker's are approved, without a look
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

UNREAD_OF_WORKER = "read_time IS NULL AND NOT from_worker"
UNREAD_OF_REQUESTER = "read_time IS NULL AND from_worker"
is_unread_of_worker = text("messages.read_time IS NULL AND NOT messages.from_worker")
is_unread_of_requester = text("messages.read_time IS NULL AND messages.from_worker")

messages = Table(
    "messages",
    metadata,
    Column("message_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_text", Text, nullable=False),
    Column("sent_time", Seconds, nullable=False),
    Column("from_worker", Boolean, nullable=False, default=False, server_default=false()),
    Column("hit_id", Id),  # the HIT that a worker asked about
    Column("read_time", Seconds),
    Index(None, "worker_id", "sent_time"),
    Index(
        "ix_messages_unread_of_worker",
        "worker_id",
        sqlite_where=text(UNREAD_OF_WORKER),
        postgresql_where=text(UNREAD_OF_WORKER),
    ),
    Index(
        "ix_messages_unread_of_requester",
        "requester_id",
        sqlite_where=text(UNREAD_OF_REQUESTER),
        postgresql_where=text(UNREAD_OF_REQUESTER),
    ),
    Index(
        "ix_messages_from_workers",
        "requester_id",
        "sent_time",
        sqlite_where=text("from_worker"),
        postgresql_where=text("from_worker"),
    ),
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

# A test as it was at one time: types refer to the newest, requests to the one that was taken.
qualification_tests = Table(
    "qualification_tests",
    metadata,
    Column("test_id", Id, primary_key=True),
    Column("test", Text, nullable=False),  # a QuestionForm
    Column("answer_key", Text),  # none: the requester marks it
    Column("duration", Seconds, nullable=False),
)

qualification_types = Table(
    "qualification_types",
    metadata,
    Column("qualification_type_id", Id, primary_key=True),
    # None: the system's own.
    Column("requester_id", Id, ForeignKey("requesters.requester_id")),
    Column("name", String(200), nullable=False),
    Column("keywords", Text),
    Column("description", Text, nullable=False),
    Column("status", String(16), nullable=False),  # Active or Inactive
    Column("test_id", Id, ForeignKey("qualification_tests.test_id")),
    Column("retry_delay", Seconds),  # none: a worker can ask once
    Column("auto_granted", Boolean, nullable=False),
    Column("auto_granted_value", Integer),
    Column("created_time", Seconds, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Index(
        "uq_qualification_types_name",
        "requester_id",
        "name",
        unique=True,
        sqlite_where=text("NOT deleted"),
        postgresql_where=text("NOT deleted"),
    ),
)

qualifications = Table(
    "qualifications",
    metadata,
    Column(
        "qualification_type_id",
        Id,
        ForeignKey("qualification_types.qualification_type_id"),
        primary_key=True,
    ),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("status", String(16), nullable=False),  # Granted or Revoked
    Column("integer_value", Integer, nullable=False),
    Column("grant_time", Seconds, nullable=False),
    Column("reason", Text),  # why it was revoked, for the worker
    Index(None, "worker_id"),
)

OPEN = "status IN ('Started', 'Submitted')"

qualification_requests = Table(
    "qualification_requests",
    metadata,
    Column("qualification_request_id", Id, primary_key=True),
    Column(
        "qualification_type_id",
        Id,
        ForeignKey("qualification_types.qualification_type_id"),
        nullable=False,
    ),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    # Started (its test is being taken), Submitted (waiting for the requester), Granted, Rejected,
    # or Abandoned (the test's time ran out)
    Column("status", String(16), nullable=False),
    Column("request_time", Seconds, nullable=False),
    Column("deadline", Seconds),  # of the test
    Column("submit_time", Seconds),
    Column("test_id", Id, ForeignKey("qualification_tests.test_id")),
    Column("answer", Text),
    Column("reason", Text),  # why it was rejected, for the worker
    # A worker has one request of a type under way.
    Index(
        "uq_qualification_requests_open",
        "qualification_type_id",
        "worker_id",
        unique=True,
        sqlite_where=text(OPEN),
        postgresql_where=text(OPEN),
    ),
    Index(None, "worker_id", "qualification_type_id"),
    Index(None, "qualification_type_id", "status"),
)

# Notifications to send: written with what they tell, deleted once they are delivered.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False, unique=True),  # EventDocId
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("transport", String(16), nullable=False),  # SQS or SNS
    Column("destination", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_time", Seconds, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    # When to try next; none: given up, a dead letter.
    Column("due_time", Seconds, index=True),
    Column("give_up_time", Seconds, nullable=False),
    Column("error", Text),  # why the last attempt failed
    sqlite_autoincrement=True,
)

# What review policies found and did: ReviewResultDetail and ReviewActionDetail structures.
reviews = Table(
    "reviews",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # in the order they came
    Column("review_id", Id, nullable=False, unique=True),  # ActionId
    Column("hit_id", Id, ForeignKey("hits.hit_id"), nullable=False),
    Column("level", String(16), nullable=False),  # Assignment or HIT
    Column("is_action", Boolean, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Index(None, "hit_id", "number"),
    sqlite_autoincrement=True,
)

layouts = Table(
    "layouts",
    metadata,
    Column("layout_id", Id, primary_key=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("html", Text, nullable=False),
    Column("frame_height", Integer, nullable=False),
    Column("created_time", Seconds, nullable=False),
)
