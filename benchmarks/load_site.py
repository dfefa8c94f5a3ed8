"""The crowd to measure: its HITs, a server in a process of its own, and what it has at the end."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from benchmarks.desk import ROOT
from local_crowd.operations.people import access_keys
from local_crowd.operations.registry import OPERATIONS
from local_crowd.site import SITES, Site, open_site
from tests.support.postgres import Databases, postgres_server

SLOTS = 3
WEEK = 7 * 86_400
PAGE = (
    '<!DOCTYPE html><form method="post"><input name="assignmentId"><input name="word">'
    "<button>Submit</button></form>"
)
QUESTION = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
    f'2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{PAGE}]]></HTMLContent>'
    "<FrameHeight>450</FrameHeight></HTMLQuestion>"
)
HIT_TYPE = {
    "Title": "Name the animal",
    "Description": "One picture, one word",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 3600,
    "AutoApprovalDelayInSeconds": WEEK,
}
OWNER = "Vision lab"
SQLITE: Mapping[str, str] = MappingProxyType({})


class Tally(NamedTuple):
    """What the crowd has: per HIT who handed it in, the ids of all that was, and what of its
    counters does not add up.
    """

    workers: dict[str, list[str]]
    assignment_ids: set[str]
    wrong: list[str]


class Server(NamedTuple):
    """A server in a process of its own, at `url` (without a slash at its end)."""

    process: "subprocess.Popen[str]"
    url: str

    def cpu_seconds(self) -> float:
        """Return the CPU time, user and system, of the process and the processes it started."""
        return sum(map(read_cpu_seconds, find_family(self.process.pid)))

    def stop(self) -> None:
        """End it as an operator does, and wait for it."""
        self.process.terminate()
        self.process.communicate(timeout=60)


def find_family(pid: int) -> list[int]:
    """Return a process's id, and those of the processes it started, and so on."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = {int(child) for task in tasks for child in task.read_text().split()}
    return [pid, *(one for child in sorted(children) for one in find_family(child))]


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU time of one process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_server(*command: str, log: Path = Path(os.devnull)) -> Server:
    """Start a server whose first line ends with its URL. `log`: the file for its stderr."""
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the server did not start"
    return Server(process, line.rsplit(maxsplit=1)[-1].rstrip("/"))


def find_free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for_port(port: int, seconds: float = 60) -> None:
    """Wait until somebody listens on a port."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.1)
        else:
            return


class Grounds:
    """A new crowd in `directory`; `databases` as in crowd.json, none: SQLite. `processes`: as
    serve_local_crowd.py has it.
    """

    def __init__(
        self,
        directory: Path,
        databases: Mapping[str, str] = SQLITE,
        processes: int | None = None,
    ) -> None:
        self.directory = directory
        self.log = directory.with_name(f"{directory.name}.log")  # what its servers write to stderr
        self.processes = processes
        directory.mkdir(mode=0o700, parents=True)
        (directory / "crowd.json").write_text(json.dumps(dict(databases)))
        with self.site() as site, site.writing() as call:
            access_key, secret_key = access_keys.create(call, OWNER)
            self.keys = {"aws_access_key": access_key, "aws_secret_key": secret_key}
            self.requester_id = str(access_keys.find_id(call, OWNER))

    @contextmanager
    def site(self) -> Iterator[Site]:
        """The sandbox, opened by this process too."""
        site = open_site(self.directory, "sandbox")
        try:
            yield site
        finally:
            site.close()

    def launch(self, hits: int, title: str) -> str:
        """Make HITs of a HIT type of this title: its id."""
        with self.site() as site, site.writing(self.requester_id) as call:
            made = OPERATIONS["CreateHITType"](call, HIT_TYPE | {"Title": title})
            hit = {"Question": QUESTION, "LifetimeInSeconds": WEEK, "MaxAssignments": SLOTS} | made
            for _ in range(hits):
                OPERATIONS["CreateHITWithHITType"](call, hit)
        return str(made["HITTypeId"])

    def start(self) -> Server:
        """Start a server. Its URL is the sandbox's."""
        how = [] if self.processes is None else ["--processes", str(self.processes)]
        folder = str(self.directory)
        return run_server(
            "serve_local_crowd.py", "--local_crowd", folder, "--port", "0", *how, log=self.log
        )

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Serve the crowd."""
        server = self.start()
        try:
            yield server
        finally:
            server.stop()

    def tally(self, hit_type_id: str) -> Tally:
        """Read all that was handed in to the HITs of a HIT type, as their requester does."""
        workers: dict[str, list[str]] = {}
        ids: set[str] = set()
        wrong = []
        with self.site() as site:
            for hit in self._hits(site):
                if hit["HITTypeId"] != hit_type_id:
                    continue
                found = site.perform(
                    self.requester_id,
                    "ListAssignmentsForHIT",
                    {"HITId": hit["HITId"], "MaxResults": 100},
                )["Assignments"]
                workers[hit["HITId"]] = [one["WorkerId"] for one in found]
                ids.update(one["AssignmentId"] for one in found)
                open_ = sum(hit[f"NumberOfAssignments{name}"] for name in ("Available", "Pending"))
                decided = sum(one["AssignmentStatus"] != "Submitted" for one in found)
                if open_ + len(found) != SLOTS or decided != hit["NumberOfAssignmentsCompleted"]:
                    wrong.append(hit["HITId"])
        return Tally(workers, ids, wrong)

    def _hits(self, site: Site) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"MaxResults": 100}
        while True:
            answer = site.perform(self.requester_id, "ListHITs", request)
            yield from answer["HITs"]
            if "NextToken" not in answer:
                return
            request["NextToken"] = answer["NextToken"]


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """A PostgreSQL server as it is by default, with a database a site: what crowd.json says."""
    with postgres_server(fsync=True) as url:
        databases = Databases(url, SITES)
        yield {f"{name}_database": databases.urls[name] for name in SITES}
        databases.close()
