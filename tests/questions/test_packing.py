"""Questions in the database: each takes the space of what differs from another of its HIT type."""

import secrets
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, MetaData, func, select

from local_crowd.operations.questions.packing import pack, unpack
from local_crowd.site import Site
from local_crowd.store.engine import Store
from local_crowd.store.schema import MIGRATIONS, sqlite_url
from local_crowd.store.tables import hits, question_dictionaries
from tests.support.crowds import QUESTION, CrowdUnderTest
from tests.support.worker_sites import html_question

PAGE, OTHER_PAGE = (
    "".join(f"<p>Line {number} of a page: {secrets.token_hex(20)}</p>" for number in range(100))
    for _ in range(2)
)


def question_of(row: object, page: str = PAGE) -> str:
    """A question from a page of 7 kB that no compression makes small, and a row."""
    return html_question(f"<!DOCTYPE html><script>{row}</script>{page}")


def count_bytes(crowd: CrowdUnderTest) -> tuple[int, int]:
    """How many bytes the questions of all HITs take, and how many dictionaries there are."""
    with crowd.site.reading() as call:
        size = call.db.scalar(select(func.sum(func.length(hits.c.packed_question))))
        number = call.db.scalar(select(func.count()).select_from(question_dictionaries))
    return int(size or 0), number or 0


@given(st.text(), st.text())
def test_what_was_packed_is_unpacked(question: str, other: str) -> None:
    """With a dictionary or without, whatever the question has in common with it."""
    question, other = (text.encode(errors="replace").decode() for text in (question, other))
    dictionary = pack(other)

    assert unpack(pack(question)) == question
    assert unpack(pack(question, dictionary), dictionary) == question


def test_hits_of_a_template_take_the_space_of_their_rows(crowd: CrowdUnderTest) -> None:
    """Twenty HITs of one page take less than two of it, and each has its own question."""
    asked = [question_of({"picture": f"{number}.jpg"}) for number in range(20)]
    made = [crowd.make_hit(Question=question) for question in asked]

    size, dictionaries = count_bytes(crowd)
    assert size < 20 * 150
    assert dictionaries == 1
    assert [crowd.hit(hit_id)["Question"] for hit_id in made] == asked
    listed = crowd.client.list_hits(MaxResults=100)["HITs"]
    assert [hit["Question"] for hit in listed] == asked[::-1]


def test_another_template_of_a_hit_type_becomes_the_dictionary(crowd: CrowdUnderTest) -> None:
    """After a question unlike those before, the next ones like it are small again."""
    asked = [question_of(number) for number in range(3)]
    asked += [question_of(number, OTHER_PAGE) for number in range(10)]
    made = [crowd.make_hit(Question=question) for question in asked]

    size, dictionaries = count_bytes(crowd)
    assert size < len(asked) * 150
    assert dictionaries == 2
    assert [crowd.hit(hit_id)["Question"] for hit_id in made] == asked


def test_a_hit_keeps_its_question_with_another_type(crowd: CrowdUnderTest) -> None:
    """Its dictionary is its own, and not its type's."""
    first = crowd.make_hit(Question=question_of("first"))
    other = crowd.make_hit(Question=QUESTION, Title="Another")
    type_id = crowd.hit(other)["HITTypeId"]
    crowd.client.update_hit_type_of_hit(HITId=first, HITTypeId=type_id)

    assert crowd.hit(first)["Question"] == question_of("first")


def insert_old_hits(connection: Connection, questions: list[str]) -> None:
    """Put HITs of two types into a database as it was before migration 0011."""
    found = MetaData()
    found.reflect(connection)
    tables = found.tables
    connection.execute(
        tables["requesters"].insert().values(requester_id="A1", name="lab", created_time=0)
    )
    for kind in ("T0", "T1"):
        connection.execute(
            tables["hit_types"]
            .insert()
            .values(
                hit_type_id=kind,
                hit_group_id=kind,
                requester_id="A1",
                fingerprint=kind,
                title="t",
                description="d",
                reward=1,
                assignment_duration=60,
                auto_approval_delay=60,
                qualification_requirements="[]",
                created_time=0,
            )
        )
    rows = [
        {
            "hit_id": f"3{number}",
            "requester_id": "A1",
            "hit_type_id": f"T{number % 2}",
            "question": question,
            "batch": "b",
            "creation_time": 0,
            "expiration": 2**40,
            "due_time": 2**40,
            "max_assignments": 1,
            "created_with": 1,
            "reviewing": False,
            "disposed": False,
            "available": 1,
            **dict.fromkeys(("pending", "submitted", "approved", "rejected"), 0),
        }
        for number, question in enumerate(questions)
    ]
    connection.execute(tables["hits"].insert(), rows)


@pytest.mark.parametrize("count", [1, 1203])
def test_questions_of_an_older_version_are_packed(tmp_path: Path, count: int) -> None:
    """Migration 0011 packs a chunk of HITs at a time; every HIT has the question it had."""
    asked = [question_of(number) for number in range(count)]
    path = tmp_path / "site.sqlite3"
    store = Store(sqlite_url(path))
    with store.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0010")
        insert_old_hits(connection, asked)
    store.close()

    site = Site("sandbox", sqlite_url(path))
    found = [
        site.perform("A1", "GetHIT", {"HITId": f"3{number}"})["HIT"]["Question"]
        for number in range(count)
    ]
    with site.reading() as call:
        size = call.db.scalar(select(func.sum(func.length(hits.c.packed_question)))) or 0
    site.close()

    assert found == asked
    assert size <= 200 * count
