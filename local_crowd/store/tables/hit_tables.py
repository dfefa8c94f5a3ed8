"""The tables of HITs, their types and layouts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from local_crowd.store.tables.base import Cents, Id, Number, Seconds, metadata, partial_index

hit_types = Table(
    "hit_types",
    metadata,
    Column("hit_type_id", Id, primary_key=True),
    Column("hit_group_id", Id, nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    # A hash of the seven properties that identify a HIT type: equal properties give one type.
    Column("fingerprint", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    Column("reward", Cents, nullable=False),
    Column("assignment_duration", Seconds, nullable=False),
    Column("auto_approval_delay", Seconds, nullable=False),
    Column("qualification_requirements", Text, nullable=False),  # a JSON array
    Column("created_time", Seconds, nullable=False),
    # Where to send notifications about its HITs, as JSON: a NotificationSpecification, and Active.
    Column("notification", Text),
    # What its next HIT's question is packed with; NULL while it has none.
    Column("dictionary_id", BigInteger),
    # The text that workers agree to first, which the fingerprint covers. No foreign key: SQLite
    # cannot add one to a table.
    Column("consent_id", Id),
    Column("practice_id", Id),  # the HITs that each worker does first; covered by the fingerprint
    Index(None, "requester_id", "fingerprint", unique=True),
)

# The qualification types that a HIT type requires. No foreign key: before migration 0002 a
# requirement could name a type that does not exist.
hit_type_qualifications = Table(
    "hit_type_qualifications",
    metadata,
    Column("hit_type_id", Id, ForeignKey("hit_types.hit_type_id"), primary_key=True),
    Column("qualification_type_id", String(255), primary_key=True),
    # Whether the HITs are hidden from workers who do not qualify.
    Column("hides", Boolean, nullable=False),
    Index(None, "qualification_type_id"),
    partial_index("ix_hit_type_qualifications_hiding", "hit_type_id", where="hides"),
)

# due_time is NULL once the expiration was processed, which happens before any list is read.
OPEN_HIT = "available > 0 AND NOT disposed AND due_time IS NOT NULL"
LISTED_HIT = "NOT disposed"
REVIEWABLE_HIT = "pending = 0 AND NOT disposed AND (available = 0 OR due_time IS NULL)"

# The same conditions as the indexes', as text: SQLite uses a partial index only for a query whose
# condition it can match literally, so one with parameters would read the whole table.
is_open = text("hits.available > 0 AND NOT hits.disposed AND hits.due_time IS NOT NULL")
is_listed = text("NOT hits.disposed")
is_reviewable = text(
    "hits.pending = 0 AND NOT hits.disposed AND (hits.available = 0 OR hits.due_time IS NULL)"
)

# Questions that others are packed with (operations.questions.packing), by a hash of the content.
question_dictionaries = Table(
    "question_dictionaries",
    metadata,
    Column("dictionary_id", BigInteger, primary_key=True, autoincrement=False),
    Column("packed_question", LargeBinary, nullable=False),
)

hits = Table(
    "hits",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # order of creation
    Column("hit_id", Id, nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("hit_type_id", Id, ForeignKey("hit_types.hit_type_id"), nullable=False),
    Column("requester_annotation", Text),
    # What the requester's pages show as one batch; operations.hits.batches computes it.
    Column("batch", String(64)),
    # The input row that the HIT was launched from; 0 when the annotation does not name one.
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
    # The expiration, until its consequences have been processed; then NULL.
    Column("due_time", Seconds),
    # The ReviewPolicy structures that it was created with, as JSON.
    Column("assignment_review_policy", Text),
    Column("hit_review_policy", Text),
    # The dictionary that its question is packed with; NULL: with none.
    Column("dictionary_id", BigInteger),
    Column("packed_question", LargeBinary),  # NULL only while migration 0011 runs
    Index(None, "requester_id", "batch", "input_row", "number"),
    Index(None, "hit_type_id", "number"),
    partial_index(
        "ix_hits_expiration_of_batch", "requester_id", "batch", "expiration", where=LISTED_HIT
    ),
    partial_index("ix_hits_listed", "requester_id", "number", where=LISTED_HIT),
    *(
        partial_index(name, owner, "reviewing", "expiration", "hit_id", where=REVIEWABLE_HIT)
        for name, owner in (
            ("ix_hits_reviewable", "requester_id"),
            ("ix_hits_reviewable_of_type", "hit_type_id"),
        )
    ),
    partial_index("ix_hits_due_time", "due_time", where="due_time IS NOT NULL"),
    partial_index("ix_hits_open", "hit_type_id", "number", where=OPEN_HIT),
    sqlite_autoincrement=True,
)

# Who cannot do a HIT, whatever their qualifications.
hit_exclusions = Table(
    "hit_exclusions",
    metadata,
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("hit_id", Id, ForeignKey("hits.hit_id"), primary_key=True),
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
