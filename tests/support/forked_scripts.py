"""Run scripts in forks of a process that has imported everything, and kill them at random moments.

A run takes a tenth of a second instead of most of one, so a test can afford 50.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLANCE = 0.0005  # seconds between two looks
# botocore's descriptions of services are read before the forks, by the loader that they all share.
SERVER = """
import functools, importlib, json, os, sys
import boto3, botocore.session, jinja2, tqdm
botocore.session.create_loader = functools.cache(botocore.session.create_loader)
import amt.connection
from local_crowd.wire import protocol
import local_crowd.embedded
boto3.session.Session().client("mturk", region_name="us-east-1")
for name in sys.argv[1:]:
    importlib.import_module(name)
for line in sys.stdin:
    script, *argv = json.loads(line)
    module = importlib.import_module(script)
    process = os.fork()
    if not process:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        messages = os.open("messages.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(messages, 1)
        os.dup2(messages, 2)
        code = module.main(argv)
        sys.stderr.flush()
        os._exit(code)
    print(process, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


class ForkedScripts:
    """Runs scripts in `folder`, one at a time."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        self._folder = folder
        self._process = process

    def run(self, *argv: str) -> tuple[int, str]:
        """Run a script to its end; return its exit code and its messages."""
        self._start(argv)
        return self._wait()

    def run_and_kill(self, *argv: str, when: Callable[[], bool], delay: float) -> int | None:
        """Run a script, and kill it `delay` seconds after `when` holds, for 2 seconds at most.

        Return its exit code, or None if it was killed.
        """
        process = self._start(argv)
        until = time.monotonic() + 2
        while not when() and not self._has_ended() and time.monotonic() < until:
            time.sleep(GLANCE)
        time.sleep(delay)
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGKILL)
        code, _ = self._wait()
        return None if code == -signal.SIGKILL else code

    def _start(self, argv: tuple[str, ...]) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(argv).encode() + b"\n")
        return int(self._read())

    def _wait(self) -> tuple[int, str]:
        code = int(self._read())
        return code, (self._folder / "messages.txt").read_text("utf-8")

    def _has_ended(self) -> bool:
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def forked_scripts(folder: Path, *modules: str) -> Iterator[ForkedScripts]:
    """Start the process whose forks run scripts in `folder`; it imports these modules too."""
    (folder / "messages.txt").touch()  # the first fork may be killed before it has done so
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, *modules],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,  # what is not read is still in the pipe, where select sees it
    ) as process:
        yield ForkedScripts(folder, process)


def kill_at_random_moments(
    scripts: ForkedScripts,
    argv: tuple[str, ...],
    record: Path,
    times: int,
    chance: random.Random,
    *,
    growth: int = 2,
    full: int = -1,
) -> list[int]:
    """Kill a script that many times, and return how many lines its record had each time.

    A moment is shortly after the record has grown by up to `growth` lines, or any time within the
    first 0.2 seconds. A record of `full` lines is one that the script replaces by a new one. A run
    that ends by itself must end with 0; it is not counted among the times.
    """
    moments = []
    for _ in range(times):
        if chance.random() < 0.15:
            when, delay = (lambda: True), chance.random() * 0.2
        else:
            wanted = count_lines(record) % full if full > 0 else count_lines(record)
            wanted += chance.randrange(growth + 1)
            when = lambda wanted=wanted: wanted <= count_lines(record) != full  # noqa: E731
            delay = chance.random() * 0.004
        ended = scripts.run_and_kill(*argv, when=when, delay=delay)
        assert not ended
        if ended is None:
            moments.append(count_lines(record))
    return moments


def count_lines(record: Path) -> int:
    """Return how many whole lines a record has."""
    try:
        return record.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0
