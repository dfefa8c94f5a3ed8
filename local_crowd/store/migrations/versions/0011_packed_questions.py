"""A HIT of a template and a row takes the space of its row: questions are packed."""

import hashlib
import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LEVEL = 3
RAW = -zlib.MAX_WBITS  # without zlib's header and checksums
CHUNK = 500  # HITs in memory at a time
Packed = tuple[int, bytes]  # the id and the content of a dictionary


def upgrade() -> None:
    """Pack every question, in chunks, with the first of its HIT type as the dictionary."""
    op.create_table(
        "question_dictionaries",
        sa.Column("dictionary_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("packed_question", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("dictionary_id", name=op.f("pk_question_dictionaries")),
    )
    op.add_column("hit_types", sa.Column("dictionary_id", sa.BigInteger(), nullable=True))
    op.add_column("hits", sa.Column("dictionary_id", sa.BigInteger(), nullable=True))
    op.add_column("hits", sa.Column("packed_question", sa.LargeBinary(), nullable=True))
    _fill()
    op.drop_column("hits", "question")


def _fill() -> None:
    db = op.get_bind()
    names = ("number", "hit_type_id", "question", "packed_question", "dictionary_id")
    hits = sa.table("hits", *map(sa.column, names))
    columns = (hits.c.number, hits.c.hit_type_id, hits.c.question)
    # Emptied at once, so that the packed questions find the space of those before.
    change = (
        sa.update(hits)
        .where(hits.c.number == sa.bindparam("of"))
        .values(
            packed_question=sa.bindparam("packed", type_=sa.LargeBinary()),
            dictionary_id=sa.bindparam("with"),
            question="",
        )
    )
    dictionaries: dict[str, Packed] = {}
    number = 0
    while True:
        query = sa.select(*columns).where(hits.c.number > number).order_by(hits.c.number)
        rows = db.execute(query.limit(CHUNK)).all()
        if not rows:
            return
        changes = []
        for row in rows:
            packed, dictionary_id = _pack(db, dictionaries, row.hit_type_id, row.question)
            changes.append({"of": row.number, "packed": packed, "with": dictionary_id})
        db.execute(change, changes)
        number = rows[-1].number


def _pack(
    db: sa.Connection, dictionaries: dict[str, Packed], hit_type_id: str, question: str
) -> tuple[bytes, int]:
    """The question, packed, and the id of the dictionary, which is new if the last one is unlike."""
    data = question.encode()
    if known := dictionaries.get(hit_type_id):
        packed = _compress(data, known[1])
        if len(packed) * 8 <= len(data) or len(packed) * 2 <= len(_compress(data)):
            return packed, known[0]
    content = _compress(data)
    dictionary_id = int.from_bytes(hashlib.sha256(content).digest()[:8], "big") >> 1
    _note(db, hit_type_id, dictionary_id, content)
    dictionaries[hit_type_id] = dictionary_id, data
    return _compress(data, data), dictionary_id


def _compress(data: bytes, dictionary: bytes = b"") -> bytes:
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, zdict=dictionary)
    return compressor.compress(data) + compressor.flush()


def _note(db: sa.Connection, hit_type_id: str, dictionary_id: int, content: bytes) -> None:
    table: Any = sa.table(
        "question_dictionaries",
        sa.column("dictionary_id"),
        sa.column("packed_question", sa.LargeBinary()),
    )
    this = table.c.dictionary_id == dictionary_id
    if db.execute(sa.select(table.c.dictionary_id).where(this)).first() is None:
        values = {"dictionary_id": dictionary_id, "packed_question": content}
        db.execute(sa.insert(table).values(**values))
    types = sa.table("hit_types", sa.column("hit_type_id"), sa.column("dictionary_id"))
    of_type = types.c.hit_type_id == hit_type_id
    db.execute(sa.update(types).where(of_type).values(dictionary_id=dictionary_id))
