"""Requesters sign in with a password, and see their HITs by batch."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ANNOTATION = re.compile(r"batch=([A-Za-z0-9._-]{1,64}) row=[0-9]{1,18}")


def upgrade() -> None:
    """Add the columns, and say of which batch every HIT is."""
    op.add_column("requesters", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("hits", sa.Column("batch", sa.String(length=64), nullable=True))
    _fill()
    op.create_index(
        op.f("ix_hits_requester_id_batch_number"), "hits", ["requester_id", "batch", "number"]
    )


def _fill() -> None:
    db = op.get_bind()
    hits = sa.table("hits", *map(sa.column, ("number", "batch", "hit_type_id")))
    annotation: sa.ColumnClause[str] = sa.column("requester_annotation")
    db.execute(sa.update(hits).values(batch=hits.c.hit_type_id))
    noted = sa.select(hits.c.number, annotation).select_from(hits)
    found = [
        {"of": number, "named": match[1]}
        for number, text in db.execute(noted.where(annotation.startswith("batch="))).all()
        if (match := ANNOTATION.fullmatch(text))
    ]
    if found:
        this = hits.c.number == sa.bindparam("of")
        db.execute(sa.update(hits).where(this).values(batch=sa.bindparam("named")), found)
