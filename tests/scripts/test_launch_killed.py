import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from amt import calls, configuration
from amt.crowd import Crowd
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.killing import run, run_and_kill
from tests.support.script_fixtures import PAGE, PROPERTIES

KILLS = 100
KILLS_A_BATCH = 7
ROWS = 400  # with 32 calls in flight, 200 are launched too fast for 100 different moments
AT_ONCE = 5
FAULTS = {"throttle": 0.002, "break": 0.04, "reset before": 0.04, "reset after": 0.04}


def begin(folder: Path, crowd: FaultyCrowd, rows: list[Any]) -> list[str]:
    """A folder with all that a launch needs; the command."""
    folder.mkdir()
    crowd.config(folder).chmod(0o600)
    (folder / "page.html").write_text(PAGE)
    (folder / "properties.json").write_text(json.dumps(PROPERTIES))
    (folder / "input.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return [
        "launch_hits.py",
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.jsonl",
        "--hit_ids_file=ids.txt",
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_a_hundred_moments(tmp_path: Path) -> None:
    """launch_hits.py killed at 100 random moments of batches of 400 HITs, and run again: each row
    is exactly one HIT, every id is recorded, in order. The crowd throttles, breaks and resets
    connections before and after it did what was asked.
    """
    batches: list[tuple[Path, list[Any]]] = []
    moments: list[int] = []  # how long the record was at each kill

    def batch(number: int) -> None:
        """Run one batch to its end, through as many kills as are left of this thread's."""
        chance = random.Random(number)
        kills = batch_count = 0
        while kills < KILLS / AT_ONCE:
            folder = tmp_path / f"batch{number}-{batch_count}"
            rows = [f"{number}-{batch_count}-{row}" for row in range(ROWS)]
            command = begin(folder, crowd, rows)
            batch_count += 1
            record = folder / "ids.batch.jsonl"
            for _ in range(KILLS_A_BATCH):
                length = run_and_kill(folder, command, record, chance, ROWS)
                if length is not None:
                    kills += 1
                    moments.append(length)
            last = run(folder, command)
            stderr = last.communicate()[1]
            assert last.returncode == 0, stderr
            batches.append((folder, rows))

    with (
        FaultyCrowd(tmp_path / "crowd", FAULTS, seed=7) as crowd,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        list(pool.map(batch, range(AT_ONCE)))
        assert min(crowd.faulted[name] for name in FAULTS) >= 3, crowd.faulted

    assert len(moments) >= KILLS
    assert sum(length == 0 for length in moments) >= 5
    assert len({length for length in moments if 0 < length <= ROWS}) >= 30
    hits = everything(tmp_path / "crowd")
    assert len(hits) == ROWS * len(batches)
    for folder, rows in batches:
        header, *lines = map(json.loads, (folder / "ids.batch.jsonl").read_text().splitlines())
        ids = (folder / "ids.txt").read_text().split()
        assert len(set(ids)) == ROWS
        assert sorted((line["row"], line["hit_id"], line["input"]) for line in lines) == [
            (row, hit_id, value) for row, (hit_id, value) in enumerate(zip(ids, rows, strict=True))
        ]
        for row, hit_id in enumerate(ids):
            hit = hits[hit_id]
            assert hit["RequesterAnnotation"] == f"batch={header['batch']} row={row}"
            assert f"<p>{rows[row]}</p>" in hit["Question"]


def everything(crowd: Path) -> dict[str, Any]:
    """All HITs of the crowd in this directory, by id."""
    settings = configuration.DEFAULTS | {"local_crowd": str(crowd)}
    client = Crowd("local", live=False, settings=settings).connect()
    return {hit["HITId"]: hit for hit in calls.list_pages(client.list_hits, "HITs")}
