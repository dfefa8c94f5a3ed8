"""The server is killed again and again while workers work: nothing that was thanked for is lost."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.load_runs import ANSWER, hired
from benchmarks.load_site import SLOTS, Grounds
from benchmarks.load_workers import Times, Worker, together
from local_crowd.store.tables import assignments, hits
from tests.support.own_thread import apart
from tests.support.postgres import Databases
from tests.support.recount import find_wrong_counts

KILLS = 50
WORKERS = 12
BETWEEN = 12  # answers that are thanked for between two kills, at least
SERVER = Path(__file__).resolve().parents[1] / "support" / "killed_server.py"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_on_sqlite(tmp_path: Path) -> None:
    """After 50 times SIGKILL every answer that was thanked for is there, and every slot is once."""
    _check(Grounds(tmp_path / "crowd"))


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(300)
def test_on_postgresql(tmp_path: Path, databases: Databases) -> None:
    """The same when two processes are killed at once."""
    databases.empty()
    named = {f"{name}_database": url for name, url in databases.urls.items()}
    _check(Grounds(tmp_path / "crowd", named), "2")
    databases.empty()


def _check(ground: Grounds, *processes: str) -> None:
    hit_type_id = ground.launch(3_000, "To be done in bad times")
    process = subprocess.Popen(
        [sys.executable, SERVER, ground.directory, *processes],
        env={"PYTHONPATH": str(SERVER.parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        workers = apart(asyncio.run, work_on(process, url, hit_type_id))
    finally:
        process.communicate()

    thanked = [assignment_id for worker in workers for assignment_id in worker.thanked]
    tally = ground.tally(hit_type_id)
    assert len(thanked) >= KILLS * BETWEEN
    assert len(set(thanked)) == len(thanked)
    assert set(thanked) <= tally.assignment_ids
    assert tally.wrong == []
    assert all(len(set(by)) == len(by) <= SLOTS for by in tally.workers.values())
    assert counters(ground) == slots_taken(ground)
    with ground.site() as site:
        assert find_wrong_counts(site) == []


async def work_on(process: "subprocess.Popen[str]", url: str, hit_type_id: str) -> list[Worker]:
    """Let workers work until the server has been killed often enough."""
    workers = await hired(url, WORKERS, Times())
    killing = asyncio.create_task(kill(process, workers))

    async def work(worker: Worker) -> None:
        while not killing.done():
            try:
                assignment_id = await worker.accept(hit_type_id)
                assert assignment_id is not None, "all is done: there are too few HITs"
                await worker.submit(assignment_id, ANSWER)
            except OSError:  # what they were told last is all they know
                worker.browser.close()

    await together(workers, work, WORKERS)
    await killing
    for worker in workers:
        worker.browser.close()
    return workers


async def kill(process: "subprocess.Popen[str]", workers: list[Worker]) -> None:
    """Kill the server when some work was done, again and again."""
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(1, KILLS + 1):
        while sum(len(worker.thanked) for worker in workers) < number * BETWEEN:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        process.stdin.write("\n")
        process.stdin.flush()
        assert await asyncio.to_thread(process.stdout.readline) == "killed\n"


def counters(ground: Grounds) -> dict[str, tuple[int, int]]:
    """Of each HIT how many are pending and submitted, as its row says."""
    with ground.site() as site, site.reading() as call:
        query = select(hits.c.hit_id, hits.c.pending, hits.c.submitted, hits.c.available)
        rows = call.db.execute(query).all()
    assert all(row.pending + row.submitted + row.available == SLOTS for row in rows)
    return {row.hit_id: (row.pending, row.submitted) for row in rows}


def slots_taken(ground: Grounds) -> dict[str, tuple[int, int]]:
    """The same, counted."""
    with ground.site() as site, site.reading() as call:
        query = select(assignments.c.hit_id, assignments.c.status, func.count())
        grouped = query.group_by(assignments.c.hit_id, assignments.c.status)
        counts = Counter({(row[0], row[1]): row[2] for row in call.db.execute(grouped)})
        every = call.db.scalars(select(hits.c.hit_id)).all()
    return {hit_id: (counts[hit_id, "Accepted"], counts[hit_id, "Submitted"]) for hit_id in every}
