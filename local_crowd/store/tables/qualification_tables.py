"""The tables of qualification types, their tests, requests, and workers' qualifications."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from local_crowd.store.tables.base import Id, Seconds, metadata, partial_index

# One version of a test: a type refers to the newest, a request to the one that was taken.
qualification_tests = Table(
    "qualification_tests",
    metadata,
    Column("test_id", Id, primary_key=True),
    Column("test", Text, nullable=False),  # a QuestionForm
    Column("answer_key", Text),  # NULL: the requester marks it
    Column("duration", Seconds, nullable=False),
)

qualification_types = Table(
    "qualification_types",
    metadata,
    Column("qualification_type_id", Id, primary_key=True),
    # NULL: a system qualification.
    Column("requester_id", Id, ForeignKey("requesters.requester_id")),
    Column("name", String(200), nullable=False),
    Column("keywords", Text),
    Column("description", Text, nullable=False),
    Column("status", String(16), nullable=False),  # Active or Inactive
    Column("test_id", Id, ForeignKey("qualification_tests.test_id")),
    Column("retry_delay", Seconds),  # NULL: a worker can request it once
    Column("auto_granted", Boolean, nullable=False),
    Column("auto_granted_value", Integer),
    Column("created_time", Seconds, nullable=False),
    Column("deleted", Boolean, nullable=False),
    partial_index(
        "uq_qualification_types_name", "requester_id", "name", where="NOT deleted", unique=True
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
    # A worker has one open request for a type.
    partial_index(
        "uq_qualification_requests_open",
        "qualification_type_id",
        "worker_id",
        where=OPEN,
        unique=True,
    ),
    Index(None, "worker_id", "qualification_type_id"),
    Index(None, "qualification_type_id", "status"),
)
