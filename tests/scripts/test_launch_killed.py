import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from amt import calls, configuration
from amt.crowd import Crowd
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import count_lines, forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import PAGE, PROPERTIES

KILLS = 100
AT_ONCE = 5  # scripts, each in a folder of its own
EARLY, LATER = 2, 9  # kills of a batch: while it begins, and while its record grows
ROWS = 150
GROWTH = 20  # lines, at most, by which a record grows between two kills
FAULTS = {"throttle": 0.006, "break": 0.04, "reset before": 0.04, "reset after": 0.04}


def write_files(folder: Path, crowd: FaultyCrowd) -> None:
    """Create a folder with all that a launch needs but its input."""
    folder.mkdir()
    crowd.config(folder).chmod(0o600)
    (folder / "page.html").write_text(PAGE)
    (folder / "properties.json").write_text(json.dumps(PROPERTIES))


def launch_and_kill(folder: Path, crowd: FaultyCrowd) -> list[list[int]]:
    """Launch batches in the folder, killing each launch again and again before it may end.

    Return of each batch how long its record was at each kill.
    """
    write_files(folder, crowd)
    chance = random.Random(folder.name)
    batches: list[list[int]] = []
    with forked_scripts(folder) as scripts:
        while sum(map(len, batches)) < KILLS / AT_ONCE:
            batch = len(batches)
            lines = [f"{json.dumps(row)}\n" for row in list_rows(folder, batch)]
            (folder / f"input{batch}.jsonl").write_text("".join(lines))
            command = (
                "launch_hits",
                "--html_template=page.html",
                "--hit_properties_file=properties.json",
                f"--input_json_file=input{batch}.jsonl",
                f"--hit_ids_file=ids{batch}.txt",
            )
            record = folder / f"ids{batch}.batch.jsonl"
            moments = []
            for _ in range(EARLY):
                delay = chance.random() * 0.05
                if scripts.run_and_kill(*command, when=lambda: True, delay=delay) is None:
                    moments.append(count_lines(record))
            moments += kill_at_random_moments(
                scripts, command, record, LATER, chance, growth=GROWTH
            )
            code, messages = scripts.run(*command)
            assert code == 0, messages
            batches.append(moments)
    return batches


def list_rows(folder: Path, batch: int) -> list[str]:
    """Return the input of a batch, of which no two have a row in common."""
    return [f"{folder.name}-{batch}-{row}" for row in range(ROWS)]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_a_hundred_moments(tmp_path: Path) -> None:
    """launch_hits.py killed at 100 random moments of batches of 150 HITs, and run again: each row
    is exactly one HIT, every id is recorded, in order. The crowd throttles, breaks and resets
    connections before and after it did what was asked.
    """
    folders = [tmp_path / f"folder{number}" for number in range(AT_ONCE)]
    with (
        FaultyCrowd(tmp_path / "crowd", FAULTS, seed=7) as crowd,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        killed = list(pool.map(lambda folder: launch_and_kill(folder, crowd), folders))
        assert min(crowd.faulted[name] for name in FAULTS) >= 3, crowd.faulted

    moments = [moment for batches in killed for moments in batches for moment in moments]
    assert len(moments) >= KILLS
    assert sum(length == 0 for length in moments) >= 5
    assert len({length for length in moments if 0 < length <= ROWS}) >= 30
    hits = everything(tmp_path / "crowd")
    launched = [
        (folder, batch)
        for folder, batches in zip(folders, killed, strict=True)
        for batch in range(len(batches))
    ]
    assert len(hits) == ROWS * len(launched)
    for folder, batch in launched:
        rows = list_rows(folder, batch)
        record = (folder / f"ids{batch}.batch.jsonl").read_text()
        header, *lines = map(json.loads, record.splitlines())
        ids = (folder / f"ids{batch}.txt").read_text().split()
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
