"""The tables of one site that are about people: accounts, links, panels, payments."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from local_crowd.store.base import Cents, Id, Number, Seconds, metadata

# Workers who sign in with a password. What they are called is the worker's nickname.
accounts = Table(
    "accounts",
    metadata,
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("name_key", String(400), unique=True),  # the nickname as it is compared
    Column("email", String(254), unique=True),  # in small letters
    Column("password_hash", Text),  # none: nobody can sign in
    Column("session_version", Integer, nullable=False),  # a session of another version has ended
    Column("created_time", Seconds, nullable=False),
    Column("closed_time", Seconds),
)

# Links that let somebody in. The token in the address is kept nowhere: its hash is.
links = Table(
    "links",
    metadata,
    Column("link_id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # account, panel or reset
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("uses_left", Number),  # none: no limit
    Column("expires_time", Seconds),  # none: never
    Column("email", String(254)),  # who was invited
    Column("worker_id", Id, ForeignKey("workers.worker_id")),  # whose password is to be chosen
    Column("panel", Text),  # what a panel's link leads to, as JSON
    Column("created_time", Seconds, nullable=False),
)

# Who a panel's participants are here.
panel_workers = Table(
    "panel_workers",
    metadata,
    Column("panel", String(100), primary_key=True),
    Column("participant_id", String(128), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False, unique=True),
)

# Who came by a panel's link, and what it came to.
visits = Table(
    "visits",
    metadata,
    Column("link_id", Id, ForeignKey("links.link_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("study_id", String(128)),
    Column("session_id", String(128)),
    Column("arrival_time", Seconds, nullable=False),
    Column("outcome", String(16)),  # done, screened_out or nothing_left, as was last said
    Column("outcome_time", Seconds),
)

# What was accepted by way of a panel's link.
visit_assignments = Table(
    "visit_assignments",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignments.assignment_id"), primary_key=True),
    Column("link_id", Id, ForeignKey("links.link_id"), nullable=False),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False),
    Index(None, "link_id", "worker_id"),
)

# Attempts to sign in, counted by account and by address: see operations.attempts.
attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),  # a hash
    Column("free_time", Seconds, nullable=False, index=True),
)

payments = Table(
    "payments",
    metadata,
    Column("payment_id", Id, primary_key=True),
    Column("created_time", Seconds, nullable=False),
)

# What was paid, each approved assignment and each bonus once.
payment_items = Table(
    "payment_items",
    metadata,
    Column("item_id", Id, primary_key=True),  # of the assignment or of the bonus
    Column("payment_id", Id, ForeignKey("payments.payment_id"), nullable=False, index=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), nullable=False, index=True),
    Column("is_bonus", Boolean, nullable=False),
    Column("amount", Cents, nullable=False),
)
