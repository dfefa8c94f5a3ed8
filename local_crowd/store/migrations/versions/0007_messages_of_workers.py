"""Workers write to requesters, and unread messages are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNREAD = {
    "ix_messages_unread_of_worker": ("worker_id", "read_time IS NULL AND NOT from_worker"),
    "ix_messages_unread_of_requester": ("requester_id", "read_time IS NULL AND from_worker"),
}


def upgrade() -> None:
    """Add the columns. What was sent before counts as read: nobody begins with a hundred unread."""
    op.add_column(
        "messages",
        sa.Column("from_worker", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("messages", sa.Column("hit_id", sa.String(length=64), nullable=True))
    op.add_column("messages", sa.Column("read_time", sa.BigInteger(), nullable=True))
    messages = sa.table("messages", sa.column("read_time"), sa.column("sent_time"))
    op.get_bind().execute(sa.update(messages).values(read_time=messages.c.sent_time))
    for name, (column, condition) in UNREAD.items():
        where = sa.text(condition)
        op.create_index(name, "messages", [column], sqlite_where=where, postgresql_where=where)
    where = sa.text("from_worker")
    op.create_index(
        "ix_messages_from_workers",
        "messages",
        ["requester_id", "sent_time"],
        sqlite_where=where,
        postgresql_where=where,
    )
