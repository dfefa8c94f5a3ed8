"""The fixture `desk`: a folder where a requester runs the scripts, with a crowd of its own."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Any, NamedTuple

import pytest

import amt.crowd
from amt import configuration
from local_crowd import embedded
from tests.support.crowds import Clock, CrowdUnderTest
from tests.support.quick_setup import new_crowd

ROOT = Path(__file__).resolve().parents[2]
AWS_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")
PROPERTIES = {
    "Title": "Name an animal",
    "Description": "One word",
    "Keywords": "animal, word",
    "Reward": 0.05,
    "AssignmentDurationInSeconds": 600,
    "AutoApprovalDelayInSeconds": 86_400,
    "MaxAssignments": 2,
    "FrameHeight": 400,
}
PAGE = '{% include "simpleamt.html" %}\n<p>{{ row }}</p>\n'


def hit_as_given(**changes: Any) -> dict[str, Any]:
    """Return a HIT as boto3 returns it, with what the scripts read: half done, open until tomorrow."""
    return {
        "HITId": "3HIT",
        "HITStatus": "Assignable",
        "MaxAssignments": 5,
        "NumberOfAssignmentsAvailable": 2,
        "NumberOfAssignmentsPending": 1,
        "NumberOfAssignmentsCompleted": 1,
        "Expiration": datetime.now(UTC) + timedelta(days=1),
        "Reward": "0.05",
    } | changes


class Done(NamedTuple):
    """How a script ended: its exit code, its output and its messages."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Return the output, one JSON value per line."""
        return [json.loads(line) for line in self.out.split("\n") if line]


@dataclass
class Desk:
    """A working folder: `folder` is the current directory; its config.json names the crowd in
    `folder`/crowd.
    """

    folder: Path
    capsys: pytest.CaptureFixture[str]
    clock: Clock
    calls: list[str] = field(default_factory=list)  # the operations that the scripts called
    before: dict[str, Callable[[], None]] = field(default_factory=dict)  # run once, at a call
    crowds: dict[bool, CrowdUnderTest] = field(default_factory=dict)

    def run(self, script: str, *argv: str) -> Done:
        """Run a script in this process."""
        self.capsys.readouterr()
        try:
            code = importlib.import_module(script).main(list(argv))
        except SystemExit as ended:  # argparse
            code = ended.code
        return Done(code, *self.capsys.readouterr())

    def fails(self, script: str, *argv: str) -> str:
        """Run a script that must fail; return its only message, without the script's name."""
        done = self.run(script, *argv)
        assert (done.code, done.out) == (2, "")
        name, _, line = done.err.partition(": ")
        assert name.removesuffix(".py") in (script, "__main__.py", Path(sys.argv[0]).stem)
        assert line.count("\n") == 1
        return line.rstrip("\n")

    def process(self, script: str, *argv: str, **options: Any) -> Done:
        """Run a script as a process of its own, with no terminal."""
        settings: dict[str, Any] = {"stdin": subprocess.DEVNULL, "timeout": 60} | options
        done = subprocess.run(
            self.command(script, *argv),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **settings,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def command(self, script: str, *argv: str) -> list[str]:
        """Return the command line that runs a script."""
        return [sys.executable, str(ROOT / f"{script}.py"), *argv]

    def crowd(self, *, live: bool = False) -> CrowdUnderTest:
        """Return a site of the crowd."""
        if live not in self.crowds:
            settings = configuration.DEFAULTS | {"local_crowd": str(self.folder / "crowd")}
            client = amt.crowd.Crowd("local", live, settings).connect()
            name = "live" if live else "sandbox"
            site, owner = embedded.EmbeddedSite(self.folder / "crowd", name, self.clock).open()
            self.crowds[live] = CrowdUnderTest(client, site, self.clock, owner)
            self.calls.clear()
        return self.crowds[live]

    def write(self, name: str, text: str) -> str:
        """Write a file; return its name."""
        (self.folder / name).write_text(text, "utf-8")
        return name

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.folder / name).read_text("utf-8")

    def launch(
        self, *rows: Any, name: str = "hit_ids.txt", flags: tuple[str, ...] = (), **changes: Any
    ) -> list[str]:
        """Launch a HIT for each row with launch_hits.py; return the ids, which are in the file
        `name`.
        """
        self.write("page.html", PAGE)
        self.write("properties.json", json.dumps(PROPERTIES | changes))
        self.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
        done = self.run(
            "launch_hits",
            "--html_template=page.html",
            "--hit_properties_file=properties.json",
            "--input_json_file=input.jsonl",
            f"--hit_ids_file={name}",
            *flags,
        )
        assert done.code == 0, done.err
        self.calls.clear()
        return self.read(name).split()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """Return a new desk, whose clock stands still until the test advances it."""
    monkeypatch.chdir(tmp_path)
    for name in AWS_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "config.json").write_text('{"local_crowd": "crowd"}')
    new_crowd(tmp_path / "crowd")
    desk = Desk(tmp_path, capsys, Clock(int(time())))
    opened: list[embedded.EmbeddedSite] = []
    original = embedded.EmbeddedSite

    class Watched(original):  # type: ignore[misc,valid-type]
        def __init__(
            self, directory: Path, name: str, clock: Any = None, requester: str = "local"
        ) -> None:
            super().__init__(directory, name, clock or desk.clock, requester)
            opened.append(self)

        def respond(self, headers: Any, body: bytes) -> Any:
            operation = headers["X-Amz-Target"].rpartition(".")[2]
            if happening := desk.before.pop(operation, None):
                happening()
            desk.calls.append(operation)
            return super().respond(headers, body)

    monkeypatch.setattr(embedded, "EmbeddedSite", Watched)
    yield desk
    for inside in opened:
        if inside._site is not None:
            inside._site.close()
