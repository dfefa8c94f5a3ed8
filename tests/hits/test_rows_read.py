"""However many HITs there are, a page of a list reads as many rows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.growth_site import APPROVED, EXPIRED, Filled, fill
from local_crowd.site import Site, open_site
from tests.support.postgres import Databases
from tests.support.rows_read import count_reads

SIZES = (400, 4_000)  # HITs
Action = Callable[[], object]


def perform(site: Site, filled: Filled, operation: str, **request: Any) -> Action:
    return lambda: site.perform(filled.people.requester, operation, request)


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
        return site, fill(site, count)

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
    grown = {name: (few[name], many[name]) for name in ACTIONS if many[name] > few[name]}
    assert grown == {}
    assert all(many.values())
