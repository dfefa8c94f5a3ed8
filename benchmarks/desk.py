"""Where the measuring is done: a folder, a crowd server far away, and workers who hand in."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import open_site

ROOT = Path(__file__).resolve().parent.parent


class Ran(NamedTuple):
    """A script that ran: seconds by the clock, CPU seconds, and memory at most, in bytes."""

    seconds: float
    cpu: float
    memory: int


def run_script(folder: Path, script: str, *argv: str) -> Ran:
    """Run a script in a folder to its good end; what it prints goes to output.txt there."""
    figures = folder / "figures.json"
    with (folder / "output.txt").open("w") as output:
        done = subprocess.run(
            [
                *(sys.executable, str(ROOT / "benchmarks" / "measured.py"), str(figures)),
                *(sys.executable, str(ROOT / script), *argv),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return Ran(*json.loads(figures.read_text()))


class Desk:
    """`folder` has a config.json that names the server; `known` is what the server printed."""

    def __init__(self, folder: Path, delay: float) -> None:
        self.folder = folder
        self._server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(folder / "served"), str(delay)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._server.stdout is not None
        self.known: dict[str, str] = json.loads(self._server.stdout.readline())
        self.use_server()

    def use_server(self) -> None:
        """Let the scripts use the server."""
        keys = {name: key for name, key in self.known.items() if name != "url"}
        self._configure({"crowd": self.known["url"], **keys})

    def use_embedded(self) -> None:
        """Let the scripts use a crowd within themselves."""
        self._configure({"crowd": "local", "local_crowd": "embedded"})

    def _configure(self, settings: dict[str, str]) -> None:
        path = self.folder / "config.json"
        path.write_text(json.dumps(settings))
        path.chmod(0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate()

    def calls(self) -> int:
        """How many calls the server got since it was asked last."""
        with urllib.request.urlopen(self.known["url"] + "calls") as answer:  # noqa: S310 - ours
            return sum(json.load(answer).values())

    def run(self, script: str, *argv: str) -> Ran:
        """Run a script to its good end; what it prints goes to output.txt."""
        return run_script(self.folder, script, *argv)

    def output(self) -> str:
        """What the last script printed."""
        return (self.folder / "output.txt").read_text()

    def ids(self, name: str) -> list[str]:
        """The ids in an ids file."""
        return (self.folder / name).read_text().split()

    def work(self, ids: Sequence[str], *workers: str) -> None:
        """Each of the workers hands in one assignment of each HIT."""
        site = open_site(self.folder / "served", "sandbox")
        with site.writing() as call:
            for name in workers:
                worker_id = identities.ensure_worker(call, name)
                for hit_id in ids:
                    accepted = worker_actions.accept(call, worker_id, hit_id)
                    worker_actions.submit(
                        call, accepted.assignment_id, [("output", '{"word": "cat"}')]
                    )
        site.close()
