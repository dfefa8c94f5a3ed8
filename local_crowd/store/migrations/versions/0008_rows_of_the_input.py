"""HITs of a batch stand in the order of the input."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ANNOTATION = re.compile(r"batch=[A-Za-z0-9._-]{1,64} row=([0-9]{1,18})")
OLD_INDEX, INDEX = (
    "ix_hits_requester_id_batch_number",
    "ix_hits_requester_id_batch_input_row_number",
)


def upgrade() -> None:
    """Add the column, fill it from the annotations, and order the index by it."""
    row = sa.Column("input_row", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("hits", row)
    _fill()
    op.create_index(op.f(INDEX), "hits", ["requester_id", "batch", "input_row", "number"])
    op.drop_index(op.f(OLD_INDEX), "hits")


def _fill() -> None:
    db = op.get_bind()
    hits = sa.table("hits", *map(sa.column, ("number", "input_row")))
    annotation: sa.ColumnClause[str] = sa.column("requester_annotation")
    noted = sa.select(hits.c.number, annotation).select_from(hits)
    found = [
        {"of": number, "row": int(match[1])}
        for number, text in db.execute(noted.where(annotation.startswith("batch="))).all()
        if (match := ANNOTATION.fullmatch(text))
    ]
    if found:
        this = hits.c.number == sa.bindparam("of")
        db.execute(sa.update(hits).where(this).values(input_row=sa.bindparam("row")), found)
