"""What the events benchmark measures: a crowd server and a run of run_batch.py, both killed, and a receiver."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.desk import ROOT
from benchmarks.events_receiver import SECRET
from benchmarks.load_site import Grounds
from benchmarks.load_workers import Times, Worker
from local_crowd.operations.work import worker_actions
from local_crowd.store.tables import assignments

ASSIGNMENTS = 3  # of each HIT, which has one row
HIT_PAGE = re.compile(rb'src="[^"]*/hit_page/([A-Z0-9]+)')
END_SECONDS = 600


class Killed:
    """A process that is started, killed, and started again. `log` gets what it prints."""

    def __init__(self, folder: Path, log: str, *command: str) -> None:
        self._folder, self._log, self._command = folder, folder / log, command
        self.start()

    def start(self) -> None:
        """Start the process."""
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._command],
                cwd=self._folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> bool:
        """Kill the process with SIGKILL, and start it again; return False if it had ended."""
        if self.process.poll() is not None:
            return False
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()
        return True

    def wait(self) -> None:
        """Wait until it has ended by itself, well."""
        assert self.process.wait(END_SECONDS) == 0, self._log.read_text()

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()


class Controlled:
    """A process that prints its URL first, and obeys lines on stdin."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.read()

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def read(self) -> str:
        """Return the next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """Close its stdin, with which it ends."""
        self.process.communicate()


class Answerer(Worker):
    """Somebody who answers the row of a HIT. `submitted` has when each answer was sent."""

    def __init__(self, site: "EventSite", nickname: str) -> None:
        super().__init__(site.crowd.url.rstrip("/"), nickname, Times())
        self.submitted: dict[str, float] = {}
        self.hit_type_id = site.hit_type_id
        self._rows = site.rows

    async def find_answer(self, assignment_id: str) -> dict[str, str]:
        """Return what the page of the assignment's HIT would post."""
        around = await self.browser.ask("GET", f"/work/{assignment_id}")
        match = HIT_PAGE.search(around.body)
        assert match is not None, around
        self._after = match[1].decode()
        return create_answer(self._rows[self._after])

    async def submit(self, assignment_id: str, answer: dict[str, str]) -> bool:
        """Submit an answer, and note when."""
        self.submitted[assignment_id] = time.time()
        return await super().submit(assignment_id, answer)


def create_answer(row: str) -> dict[str, str]:
    """Return the fields of an answer to the row of a HIT."""
    value = "no" if int(row) % 3 else "yes"
    return {"output": json.dumps({"rows": {row: {"same": value}}, "comment": ""})}


class EventSite:
    """A launched batch in `folder`, whose crowd is served, and a receiver of its events."""

    def __init__(self, folder: Path, answers: int, failing: float) -> None:
        self.folder = folder
        self.ground = Grounds(folder / "crowd")
        crowd = str(ROOT / "tests" / "support" / "killed_server.py")
        self.crowd = Controlled(crowd, str(self.ground.directory))
        self.received = folder / "received.jsonl"
        self.receiver = Controlled(
            "-m", "benchmarks.events_receiver", str(self.received), str(failing)
        )
        config = {
            "crowd": self.crowd.url.removesuffix("/sandbox"),
            **self.ground.keys,
            "push_destinations": [self.receiver.url],
        }
        rows = answers // ASSIGNMENTS
        batch = {
            "id": "batch",
            "task": "same",
            "rows": [["Air 90", "Air Max 90"]] * rows,
            "assignments": ASSIGNMENTS,
            "push": {"url": self.receiver.url},
        }
        for name, text in (
            ("config.json", json.dumps(config)),
            ("batch.json", json.dumps(batch)),
            ("push_secret.txt", SECRET),
        ):
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)
        self.run_script("batch.json", "--yes").wait()
        record = (folder / "batches/batch/hit_ids.batch.jsonl").read_text().splitlines()
        self.hit_type_id = json.loads(record[0])["hit_type_id"]
        self.rows = {
            line["hit_id"]: line["input"]["rows"][0]["id"] for line in map(json.loads, record[1:])
        }
        assert len(self.rows) == rows

    def run_script(self, *arguments: str, speed: float = 1.0) -> Killed:
        """Start run_batch.py; its pushes' clock goes `speed` times as fast as the machine's."""
        command = ("-m", "benchmarks.events_loop", str(speed))
        return Killed(self.folder, "messages.txt", *command, *arguments)

    async def kill_crowd(self) -> None:
        """Kill the crowd's server, and wait until another one serves."""
        self.crowd.tell("")
        assert await asyncio.to_thread(self.crowd.read) == "killed"

    def submit_held(self) -> int:
        """Submit what workers hold who lost the response to their accepting; return how many."""
        with self.ground.site() as site:
            with site.reading() as call:
                query = assignments.select().where(assignments.c.status == "Accepted")
                held = call.db.execute(query).all()
            with site.writing() as call:
                for row in held:
                    answer = create_answer(self.rows[row.hit_id])
                    worker_actions.submit(call, row.assignment_id, list(answer.items()))
        return len(held)

    def list_assignments(self) -> dict[str, str]:
        """Return the row of each submitted assignment that the crowd has, by its id."""
        with self.ground.site() as site:
            return {
                one["AssignmentId"]: row
                for hit_id, row in self.rows.items()
                for one in site.perform(
                    self.ground.requester_id, "ListAssignmentsForHIT", {"HITId": hit_id}
                )["Assignments"]
            }

    def read_received(self) -> list[dict[str, Any]]:
        """Return a line for each request that the receiver got."""
        return [json.loads(line) for line in self.received.read_text().splitlines()]


@contextmanager
def event_site(folder: Path, answers: int, failing: float) -> Iterator[EventSite]:
    """Launch a batch of so many answers; end its processes when the block ends."""
    site = EventSite(folder, answers, failing)
    try:
        yield site
    finally:
        site.crowd.end()
        site.receiver.end()
