"""Measure pages and lists of a crowd with more and more HITs, and the size of its database.

    python -m benchmarks growth

The HITs come from a template and a row each, in ten groups; one worker has done up to 10,000 that
are still open. Exit code 1 when a bar is missed.
"""

import argparse
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from werkzeug.test import Client

from benchmarks.growth_site import APPROVED, Filled, fill
from benchmarks.load_site import postgresql
from benchmarks.tables import machine, write_table
from local_crowd.app import CrowdServer, create_app
from local_crowd.operations.people import requesters
from local_crowd.operations.work import worker_actions
from local_crowd.pages.people import passwords
from local_crowd.site import Site

SIZES = {"SQLite": (1_000, 10_000, 100_000, 1_000_000), "PostgreSQL": (1_000, 10_000, 100_000)}
QUICK = 10_000  # HITs, the most with --quick
PAGE = 100  # HITs of a page of the walk; of the others 10, as by default
REPEATS = 7
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# Milliseconds that each may take, however many HITs there are; the walk: microseconds a HIT.
BARS = {
    "ListHITs: first page": 5,
    "middle page": 5,
    "last page": 5,
    "walk of all pages, µs a HIT": 150,
    "ListReviewableHITs: first page": 5,
    "of one HIT type": 5,
    "worker's list of HITs": 20,
    "the same for who has done many": 20,
    "fresh visit of who has done many": 20,
    "accept by who has done many": 20,
    "requester's list of batches": 20,
    "bytes a HIT": 2000,
}


class Browser:
    """Somebody at the sandbox's pages."""

    def __init__(self, app: CrowdServer, path: str, **form: str) -> None:
        self.client = Client(app)
        found = TOKEN.search(self.client.get(f"/sandbox{path}").text)
        assert found is not None
        answer = self.client.post(f"/sandbox{path}", data={"csrf_token": found[1]} | form)
        assert answer.status_code == 303, answer.text

    def get(self, path: str) -> None:
        """Fetch a page that must be there."""
        answer = self.client.get(f"/sandbox{path}", buffered=True)
        assert answer.status_code == 200, answer.status


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks growth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help=f"up to {QUICK:,} HITs")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    parser.add_argument("--data", choices=SIZES, help="default: both")
    args = parser.parse_args(argv)
    lines, missed = [f"{machine()}, milliseconds unless it says otherwise:"], []
    for data in (args.data,) if args.data else SIZES:
        sizes = [size for size in SIZES[data] if not args.quick or size <= QUICK]
        columns = [measure(data, size) for size in sizes]
        lines += ["", *table_of(data, sizes, columns)]
        missed += [
            f"{data}, {name}: {columns[-1][name]:.1f}, not {bar}"
            for name, bar in BARS.items()
            if columns[-1][name] > bar
        ]
    print("\n".join(lines))
    print("\n" + ("\n".join(missed) or "Every bar is met."))
    if args.write:
        write_table("growth", "\n".join(lines))
    return 1 if missed else 0


def table_of(data: str, sizes: list[int], columns: list[dict[str, float]]) -> list[str]:
    """The lines of one database's table: a row a figure, a column a size."""
    head = [data, *(f"{size:,} HITs" for size in sizes), "bar"]
    rows = [
        [
            name,
            *(f"{column[name]:,.0f}" if bar > 20 else f"{column[name]:.1f}" for column in columns),
            f"{bar:,}",
        ]
        for name, bar in BARS.items()
    ]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def measure(data: str, count: int) -> dict[str, float]:
    """Every figure of a crowd with so many HITs."""
    with grounds(data) as (app, site):
        before = _size(site)
        began = time.perf_counter()
        filled = fill(site, count)
        filling = time.perf_counter() - began
        found = {"bytes a HIT": (_size(site) - before) / count}
        found |= _listings(site, filled, count) | _pages(app, site, filled)
        print(f"{data}, {count:,} HITs: filled in {filling:.0f} s", file=sys.stderr, flush=True)
    return found


@contextmanager
def grounds(data: str) -> Iterator[tuple[CrowdServer, Site]]:
    """A new crowd, and its sandbox."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        named = stack.enter_context(postgresql()) if data == "PostgreSQL" else {}
        urls = {name.removesuffix("_database"): url for name, url in named.items()}
        app = create_app(Path(folder) / "crowd", databases=urls)
        stack.callback(app.close)
        yield app, app.sites["sandbox"]


def _size(site: Site) -> int:
    """The bytes of the database."""
    if site.store.is_sqlite:
        assert site.store.path is not None
        with site.store.engine.connect() as db:
            db.exec_driver_sql("ROLLBACK")
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return site.store.path.stat().st_size
    with site.store.engine.connect() as db:
        return int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _listings(site: Site, filled: Filled, count: int) -> dict[str, float]:
    def fetch(operation: str, **request: Any) -> dict[str, Any]:
        return site.perform(filled.people.requester, operation, request)

    tokens: list[dict[str, str]] = [{}]
    began, seen = time.perf_counter(), 0
    while (page := fetch("ListHITs", MaxResults=PAGE, **tokens[-1]))["NumResults"]:
        seen += page["NumResults"]
        tokens.append({"NextToken": page["NextToken"]})
    walk = time.perf_counter() - began
    assert seen == count
    return {
        "ListHITs: first page": median(lambda: fetch("ListHITs")),
        "middle page": median(lambda: fetch("ListHITs", **tokens[len(tokens) // 2])),
        "last page": median(lambda: fetch("ListHITs", **tokens[-2])),
        "walk of all pages, µs a HIT": walk / count * 1_000_000,
        "ListReviewableHITs: first page": median(lambda: fetch("ListReviewableHITs")),
        "of one HIT type": median(
            lambda: fetch("ListReviewableHITs", HITTypeId=filled.hit_type_ids[APPROVED])
        ),
    }


def _pages(app: CrowdServer, site: Site, filled: Filled) -> dict[str, float]:
    ada = Browser(app, "/sign_in", nickname="Ada")
    cem = Browser(app, "/sign_in", nickname="Cem")
    secret = secrets.token_urlsafe()
    with site.writing() as call:
        requesters.set_password(call, "Vision lab", passwords.hash_password(secret))
    lab = Browser(app, "/requester/sign_in", name="Vision lab", secret=secret)

    def accept() -> None:
        with site.writing() as call:
            assert worker_actions.accept_next(call, filled.people.ada, filled.hit_type_ids[0])

    return {
        "worker's list of HITs": median(lambda: cem.get("/")),
        "the same for who has done many": median(lambda: ada.get("/")),
        "fresh visit of who has done many": median(
            lambda: ada.get(f"/groups/{filled.hit_type_ids[0]}")
        ),
        "accept by who has done many": median(accept),
        "requester's list of batches": median(lambda: lab.get("/requester/")),
    }


def median(action: Callable[[], object]) -> float:
    """The median milliseconds of an action, after one that does not count."""
    times = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[1:])
