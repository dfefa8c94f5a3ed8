"""The questions of HITs as the database has them: packed, with a dictionary of the HIT type."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.questions import packing
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import hit_types, hits, question_dictionaries

DICTIONARY = (
    select(question_dictionaries.c.packed_question)
    .where(question_dictionaries.c.dictionary_id == hits.c.dictionary_id)
    .correlate(hits)
    .scalar_subquery()
    .label("dictionary")
)
STORED = (hits.c.packed_question, DICTIONARY)  # a HIT's columns that read_question needs
DICTIONARY_OF_TYPE = (
    select(question_dictionaries.c.packed_question)
    .where(question_dictionaries.c.dictionary_id == hit_types.c.dictionary_id)
    .correlate(hit_types)
    .scalar_subquery()
    .label("dictionary")
)


def read_question(row: Row[Any] | SimpleNamespace) -> str:
    """Return the question XML of a row that has the columns STORED."""
    return packing.unpack(row.packed_question, row.dictionary)


def read_questions(call: Call, rows: Iterable[Row[Any]]) -> dict[str, str]:
    """Return the question XML of rows of hits, by HIT id; each dictionary is fetched once."""
    rows = list(rows)
    table = question_dictionaries.c
    query = select(table.dictionary_id, table.packed_question).where(
        table.dictionary_id.in_({row.dictionary_id for row in rows})
    )
    found = {row.dictionary_id: row.packed_question for row in call.db.execute(query)}
    return {
        row.hit_id: packing.unpack(row.packed_question, found.get(row.dictionary_id))
        for row in rows
    }


def store_question(call: Call, hit_type: Row[Any], question: str) -> dict[str, Any]:
    """Return the columns of a new HIT that hold its question.

    `hit_type` has DICTIONARY_OF_TYPE. A question that has little in common with it becomes the
    dictionary of those that follow.
    """
    if hit_type.dictionary is not None:
        packed = packing.pack(question, hit_type.dictionary)
        if packing.is_worthwhile(question, packed):
            return {"packed_question": packed, "dictionary_id": hit_type.dictionary_id}
    dictionary = packing.pack(question)
    dictionary_id = packing.identify(dictionary)
    is_new = insert_new(
        call.db, question_dictionaries, dictionary_id=dictionary_id, packed_question=dictionary
    )
    if not is_new and _fetch(call, dictionary_id) != dictionary:  # another one of the same hash
        return {"packed_question": dictionary}
    of_type = hit_types.c.hit_type_id == hit_type.hit_type_id
    call.db.execute(update(hit_types).where(of_type).values(dictionary_id=dictionary_id))
    packed = packing.pack(question, dictionary)
    return {"packed_question": packed, "dictionary_id": dictionary_id}


def _fetch(call: Call, dictionary_id: int) -> bytes | None:
    query = select(question_dictionaries.c.packed_question)
    return call.db.scalar(query.where(question_dictionaries.c.dictionary_id == dictionary_id))
