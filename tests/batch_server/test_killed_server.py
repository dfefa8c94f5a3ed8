"""Equal requests at once, to a server that is killed meanwhile: one batch, each row in one HIT once."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.batch_servers import BatchServer
from tests.support.declared_batches import BATCH, count_hits, read_lines
from tests.support.project_copy import ROOT
from tests.support.script_fixtures import Desk

FOLDER = "batches/local/shoes-1"


@contextmanager
def killed_server(desk: Desk) -> Iterator["subprocess.Popen[str]"]:
    """Start the program that serves and is killed; end it with the block."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/support/killed_batch_server.py")],
        cwd=desk.folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(desk.folder), "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        _, errors = process.communicate()
        assert "Traceback" not in errors


def send_while_killed(desk: Desk, batch: Any, requests: int, kills: int) -> list[int]:
    """Send a batch so many times at once, each until it is answered, while the server is killed.

    Wait until it is launched. Return the statuses of the requests.
    """
    statuses: list[int] = []
    with killed_server(desk) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = BatchServer(int(process.stdout.readline()), None, [])  # type: ignore[arg-type]

        def send() -> None:
            while True:
                try:
                    statuses.append(server.put(batch).status)
                except OSError:
                    continue  # it was killed before it answered
                except Exception:  # noqa: BLE001 - half of an answer
                    continue
                return

        threads = [threading.Thread(target=send) for _ in range(requests)]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            lines = count_lines()
            end = time.monotonic() + 2
            while count_lines() < lines + 3 and time.monotonic() < end:
                time.sleep(0.002)
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
        for thread in threads:
            thread.join()
        server.wait_for(batch["id"], status="open")
    return statuses


def count_lines() -> int:
    path = Path(FOLDER, "hit_ids.batch.jsonl")
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_equal_requests_make_one_batch_however_often_the_server_is_killed(desk: Desk) -> None:
    """Each of them is answered in the end: one with 201 at most, for its response may be lost."""
    rows = {f"p{number}": [["a", "1"], ["b", "2"]] for number in range(60)}
    desk.clock.now = int(time.time())

    statuses = send_while_killed(desk, BATCH | {"rows": rows}, requests=20, kills=3)

    assert len(statuses) == 20
    assert set(statuses) <= {200, 201}
    assert statuses.count(201) <= 1
    launched = read_lines(desk, "hit_ids.batch.jsonl", FOLDER)[1:]
    ids = Counter(row["id"] for line in launched for row in line["input"]["rows"])
    assert ids == dict.fromkeys(rows, 1)
    assert len({line["hit_id"] for line in launched}) == 60
    assert len(list(Path("batches/local").iterdir())) == 1
    assert json.loads(desk.read(f"{FOLDER}/batch.json"))["rows"] == rows
    hits = desk.crowd().client.list_hits(MaxResults=100)["HITs"]
    assert len(hits) == 60 == count_hits(desk)
