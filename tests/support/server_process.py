"""serve_local_crowd.py in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "serve_local_crowd.py"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the server, which ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*flags: str, data: Path = tmp_path / "crowd") -> "subprocess.Popen[str]":
        command = [sys.executable, "-W", "error", str(SCRIPT), "--local_crowd", str(data), *flags]
        started.append(
            subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def addresses(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Return the URLs of the sandbox and of the live site, which the server prints when it listens."""
    assert process.stdout is not None
    sandbox, live = (process.stdout.readline().rsplit(maxsplit=1)[-1] for _ in range(2))
    return sandbox, live
