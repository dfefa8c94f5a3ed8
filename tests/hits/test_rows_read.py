"""However many HITs there are, a page of a list reads as many rows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.growth_site import APPROVED, EXPIRED, GROUPS, Filled, fill
from local_crowd.operations.hits import batches
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.site import Site, open_site
from tests.support.postgres import Databases
from tests.support.rows_read import count_reads

SIZES = (400, 4_000)  # HITs
# Ids are random, and so is the order in which HIT types are sorted. PostgreSQL reads the ten types
# from the table or from its index, as it thinks fit. A list that grew would read 3,600 HITs more.
SLACK = {True: 100, False: 3 * GROUPS}  # on SQLite: steps; on PostgreSQL: rows
BATCH = ("hits", "available", "expired", "pending", "submitted", "approved", "rejected")
COMPACT = [
    f"WITH taken AS (DELETE FROM {table} RETURNING *) INSERT INTO {table} ({key}, {columns}) "
    f"SELECT {key}, {sums} FROM taken GROUP BY {key}"
    for table, key, columns, sums in (
        (
            "group_counts",
            "worker_id, hit_type_id",
            "open, done, passed",
            "sum(open), sum(done), max(passed)",
        ),
        (
            "batch_counts",
            "requester_id, batch",
            ", ".join((*BATCH, "newest", "launched")),
            ", ".join(f"sum({name})" for name in BATCH) + ", max(newest), min(launched)",
        ),
    )
]
Action = Callable[[], object]


def perform(site: Site, filled: Filled, operation: str, **request: Any) -> Action:
    return lambda: site.perform(filled.people.requester, operation, request)


def read(
    site: Site, function: Callable[..., object], *values: Any, requester_id: str = ""
) -> Action:
    def action() -> object:
        with site.reading(requester_id) as call:
            return function(call, *values)

    return action


def list_groups(site: Site, worker_id: str) -> Action:
    return read(site, worker_lists.list_groups, worker_id, 100)


def accept_next(site: Site, filled: Filled) -> Action:
    def action() -> None:
        with site.writing() as call:
            assert worker_actions.accept_next(call, filled.people.ada, filled.hit_type_ids[0])

    return action


def turn_to_last_page(site: Site, filled: Filled, operation: str, **request: Any) -> Action:
    """Ask for the last page that holds anything."""
    last: dict[str, Any] = request
    while True:
        page = site.perform(filled.people.requester, operation, last)
        following = request | {"NextToken": page["NextToken"]}
        if not site.perform(filled.people.requester, operation, following)["NumResults"]:
            return perform(site, filled, operation, **last)
        last = following


ACTIONS: dict[str, Callable[[Site, Filled], Action]] = {
    "ListHITs": lambda site, filled: perform(site, filled, "ListHITs"),
    "the last page of ListHITs": lambda site, filled: turn_to_last_page(
        site, filled, "ListHITs", MaxResults=20
    ),
    "ListReviewableHITs": lambda site, filled: perform(site, filled, "ListReviewableHITs"),
    "ListReviewableHITs of a type": lambda site, filled: perform(
        site, filled, "ListReviewableHITs", HITTypeId=filled.hit_type_ids[APPROVED]
    ),
    "ListReviewableHITs of an expired type": lambda site, filled: perform(
        site, filled, "ListReviewableHITs", HITTypeId=filled.hit_type_ids[EXPIRED]
    ),
    "ListReviewableHITs of an open type": lambda site, filled: perform(
        site, filled, "ListReviewableHITs", HITTypeId=filled.hit_type_ids[1]
    ),
    "a new worker's list of HITs": lambda site, filled: list_groups(site, filled.people.cem),
    "the list of a worker who did many": lambda site, filled: list_groups(site, filled.people.ada),
    "the progress of a worker who did many": lambda site, filled: read(
        site, worker_lists.count_progress, filled.people.ada, filled.hit_type_ids[0]
    ),
    "the next HIT of a worker who did many": lambda site, filled: read(
        site, worker_lists.find_next_hit, filled.people.ada, filled.hit_type_ids[0]
    ),
    "accepting by a worker who did many": accept_next,
    "the requester's list of batches": lambda site, filled: read(
        site, batches.list_newest, 0, 20, requester_id=filled.people.requester
    ),
    "the last page of ListReviewableHITs": lambda site, filled: turn_to_last_page(
        site, filled, "ListReviewableHITs", MaxResults=20
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def filled_sites(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[int], tuple[Site, Filled]]]:
    """Gives a site with so many HITs."""
    databases: Databases | None = None
    if request.param == "postgresql":
        databases = request.getfixturevalue("databases")
    opened: list[Site] = []

    def open_filled(count: int) -> tuple[Site, Filled]:
        if databases:
            databases.empty()
        url = databases.urls["sandbox"] if databases else None
        site = open_site(tmp_path / f"{count}", "sandbox", database=url)
        opened.append(site)
        filled = fill(site, count)
        if databases:  # which adds up the rows of a count now and then, by chance
            with site.store.writing() as db:
                for statement in COMPACT:
                    db.execute(text(statement))
        return site, filled

    yield open_filled
    for site in opened:
        site.close()
    if databases:
        databases.empty()


def test_reads_do_not_grow(filled_sites: Callable[[int], tuple[Site, Filled]]) -> None:
    """Ten times as many HITs, and every page and list looks at as many rows as before."""
    reads = []
    for size in SIZES:
        site, filled = filled_sites(size)
        reads.append(
            {name: count_reads(site.store, make(site, filled)) for name, make in ACTIONS.items()}
        )

    few, many = reads
    slack = SLACK[site.store.is_sqlite]
    grown = {name: (few[name], many[name]) for name in ACTIONS if many[name] > few[name] + slack}
    assert grown == {}
    assert all(many.values()), many
