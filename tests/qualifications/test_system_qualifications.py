"""The system's own qualifications: from what a worker did, and what they say of themselves."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from local_crowd.operations.people import profiles
from local_crowd.operations.people.profiles import InvalidPlace, Profile
from local_crowd.operations.qualifications import grants
from local_crowd.site import open_site
from local_crowd.store.tables import assignments, hits
from tests.support.crowds import CrowdUnderTest
from tests.support.qualification_samples import (
    ADULT,
    HITS_APPROVED,
    LOCALE,
    PERCENT_APPROVED,
    SANDBOX_MASTERS,
    lets_in,
    live_in,
    require,
)


def history(crowd: CrowdUnderTest, worker_id: str, **counts: int) -> None:
    """Give the worker a past: so many assignments of each status, each of a HIT of its own."""
    like = crowd.make_hit()
    with crowd.site.writing() as call:
        hit = dict(call.db.execute(select(hits).where(hits.c.hit_id == like)).one()._mapping)
        del hit["number"]
        for status in [status for status, count in counts.items() for _ in range(count)]:
            hit |= {"hit_id": call.new_id(), "available": 0, "disposed": True}
            call.db.execute(insert(hits).values(**hit))
            call.db.execute(
                insert(assignments).values(
                    assignment_id=call.new_id(),
                    hit_id=hit["hit_id"],
                    worker_id=worker_id,
                    requester_id=crowd.requester_id,
                    status=status,
                    accept_time=call.now,
                    deadline=call.now,
                )
            )


def test_approved_hits(crowd: CrowdUnderTest) -> None:
    """Worker_NumberHITsApproved counts what was approved, by any requester, not what waits."""
    worker = crowd.make_worker()
    first, second = crowd.make_hit(), crowd.make_hit()
    crowd.client.approve_assignment(AssignmentId=crowd.do(worker, first))
    crowd.do(worker, second)

    assert lets_in(crowd, worker, require(HITS_APPROVED, "EqualTo", 1))
    assert lets_in(crowd, crowd.make_worker("new"), require(HITS_APPROVED, "EqualTo", 0))


@pytest.mark.parametrize(
    ("done", "percent"),
    [
        ({}, 100),
        ({"Rejected": 99}, 100),
        ({"Rejected": 100}, 0),
        ({"Approved": 94, "Rejected": 6}, 94),
        ({"Approved": 93, "Rejected": 6, "Submitted": 1}, 93),
        ({"Submitted": 120}, 100),
        ({"Approved": 50, "Rejected": 49, "Returned": 30, "Abandoned": 30}, 100),
    ],
)
def test_percent_approved(crowd: CrowdUnderTest, done: dict[str, int], percent: int) -> None:
    """100 below a hundred submitted assignments; then the whole percents of those reviewed."""
    worker = crowd.make_worker()
    history(crowd, worker, **done)

    assert lets_in(crowd, worker, require(PERCENT_APPROVED, "EqualTo", percent))
    assert lets_in(crowd, worker, require(PERCENT_APPROVED, "GreaterThanOrEqualTo", percent))
    assert not lets_in(crowd, worker, require(PERCENT_APPROVED, "GreaterThan", percent))


def test_places(crowd: CrowdUnderTest) -> None:
    """Worker_Locale is what the profile says; a country stands for its parts."""
    worker = crowd.make_worker()
    assert not lets_in(crowd, worker, require(LOCALE, "NotEqualTo", "US"))
    assert lets_in(crowd, worker, require(LOCALE, "DoesNotExist"))

    live_in(crowd, worker, "US-PA")
    assert lets_in(crowd, worker, require(LOCALE, "EqualTo", "US"))
    assert lets_in(crowd, worker, require(LOCALE, "EqualTo", "US-PA"))
    assert lets_in(
        crowd,
        worker,
        require(LOCALE, "EqualTo", "US"),
        require(LOCALE, "NotIn", "US-FL", "US-GA"),
    )
    assert not lets_in(crowd, worker, require(LOCALE, "NotIn", "US-FL", "US-PA"))
    live_in(crowd, worker, "IN")
    assert lets_in(crowd, worker, require(LOCALE, "NotEqualTo", "US-CA"))
    assert not lets_in(crowd, worker, require(LOCALE, "In", "US", "CA"))


def test_adult(crowd: CrowdUnderTest) -> None:
    """Worker_Adult is 1 for who has said so, else 0."""
    worker = crowd.make_worker()
    assert lets_in(crowd, worker, require(ADULT, "EqualTo", 0))
    live_in(crowd, worker, "US", adult=True)
    assert lets_in(crowd, worker, require(ADULT, "EqualTo", 1))


def test_masters(crowd: CrowdUnderTest) -> None:
    """Masters are those whom the crowd's operator made so."""
    worker = crowd.make_worker()
    assert not lets_in(crowd, worker, require(SANDBOX_MASTERS))
    with crowd.site.writing() as call:
        grants.set_master(call, worker, master=True)
    assert lets_in(crowd, worker, require(SANDBOX_MASTERS))


def test_profiles(crowd: CrowdUnderTest) -> None:
    """What a worker says is kept in capitals, can be taken back, and codes that are none are refused."""
    worker = crowd.make_worker()

    def say(*profile: Any) -> Profile:
        with crowd.site.writing() as call:
            profiles.put(call, worker, Profile(*profile))
            return profiles.get(call, worker)

    assert say(" us", "pa ", True) == ("US", "PA", True)
    for country, state in (("UK", None), ("USA", None), ("US", "P!"), ("CA", "ON"), ("", "PA")):
        named = state or country
        with pytest.raises(
            InvalidPlace, match=f"{named} is not the code of a country or of a US state"
        ):
            say(country, state, True)
    assert say("", None, False) == (None, None, False)


def queries(crowd: CrowdUnderTest, requirements: list[Any]) -> list[str]:
    """What the database is asked while a worker accepts a HIT of these requirements."""
    worker, hit_id = crowd.make_worker(), crowd.make_hit(QualificationRequirements=requirements)
    live_in(crowd, worker, "US")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = crowd.site.store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        crowd.accept(worker, hit_id)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return asked


def test_what_requirements_cost(crowd: CrowdUnderTest) -> None:
    """A HIT without requirements asks nothing more; history and profile are one query each."""
    free = queries(crowd, [])
    assert not any("qualif" in query for query in free if "FROM hits JOIN" not in query)

    both = queries(
        crowd,
        [
            require(HITS_APPROVED, "LessThan", 10),
            require(PERCENT_APPROVED, "GreaterThan", 90),
            require(LOCALE, "EqualTo", "US"),
            require(ADULT, "EqualTo", 0),
        ],
    )
    # At one in 64 HITs, accepting also notes which HITs the worker has passed.
    passing = ("group_counts", "max(hits.number)")
    counts = [
        sum(not any(word in query for word in passing) for query in asked) for asked in (free, both)
    ]
    assert counts[1] - counts[0] == 2


def test_history_is_counted_on_an_index(tmp_path: Path) -> None:
    """However much a worker has done, no row of it is read."""
    site = open_site(tmp_path / "crowd", "sandbox")
    with site.reading() as call:
        plan = call.db.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT status, count(*) FROM assignments WHERE worker_id = 'A' "
            "AND status IN ('Submitted', 'Approved', 'Rejected') GROUP BY status"
        ).all()
    site.close()

    assert any("COVERING INDEX ix_assignments_worker_id_status" in row[-1] for row in plan)
