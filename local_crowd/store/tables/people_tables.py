"""The tables of requesters and workers: tokens, profiles, accounts, sign-in attempts, links, blocks."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from local_crowd.store.tables.base import Cents, Id, Number, Seconds, metadata

requesters = Table(
    "requesters",
    metadata,
    Column("requester_id", Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("access_key", String(128), unique=True),
    Column("secret_key", String(128)),
    Column("budget", Cents),  # total that may be spent; NULL: no limit
    Column("surely_left", Cents),  # a lower bound of what is left of it; NULL: recount
    Column("password_hash", Text),  # for the requester's pages; NULL: sign in with the keys only
    Column("created_time", Seconds, nullable=False),
)

# Tokens with which programs act for a requester on both sites; see operations.people.access_tokens.
# Only the live site's database has any.
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_id", Id, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), nullable=False),
    Column("may", String(16), nullable=False),  # launch or read
    Column("created_time", Seconds, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Id, primary_key=True),
    Column("nickname", String(200), unique=True),
    Column("created_time", Seconds, nullable=False),
    # The worker's own statements: an ISO 3166-1 country, an ISO 3166-2 subdivision without the
    # country, and consent to adult content that may offend.
    Column("country", String(2)),
    Column("subdivision", String(3)),
    Column("adult", Boolean),
)

# Workers who sign in with a password. Their name is workers.nickname.
accounts = Table(
    "accounts",
    metadata,
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("name_key", String(400), unique=True),  # the nickname, normalized for comparison
    Column("email", String(254), unique=True),  # in lower case
    Column("password_hash", Text),  # NULL: nobody can sign in
    Column("session_version", Integer, nullable=False),  # sessions with another version are invalid
    Column("created_time", Seconds, nullable=False),
    Column("closed_time", Seconds),
)

# Sign-in attempts, limited per account and per address: see operations.people.sign_in_limits.
attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),  # a hash
    Column("free_time", Seconds, nullable=False, index=True),
)

# Links that admit somebody. Only the hash of a link's token is stored.
links = Table(
    "links",
    metadata,
    Column("link_id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # account, panel or reset
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("uses_left", Number),  # NULL: no limit
    Column("expires_time", Seconds),  # NULL: never
    Column("email", String(254)),  # who was invited
    Column("worker_id", Id, ForeignKey("workers.worker_id")),  # who chooses a new password
    Column("panel", Text),  # the HITs and completion codes of a panel's link, as JSON
    # The most that people are paid for waiting, in seconds; NULL: nothing. Then the cents a minute,
    # and the requester who pays. No foreign key: SQLite cannot add one to a table.
    Column("wait_seconds", Seconds),
    Column("wait_reward", Cents),
    Column("requester_id", Id),
    Column("created_time", Seconds, nullable=False),
)

worker_blocks = Table(
    "worker_blocks",
    metadata,
    Column("requester_id", Id, ForeignKey("requesters.requester_id"), primary_key=True),
    Column("worker_id", Id, ForeignKey("workers.worker_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("created_time", Seconds, nullable=False),
)
