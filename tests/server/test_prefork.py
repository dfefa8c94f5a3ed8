"""A server's processes: what becomes of them when one of them is killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.load_site import find_family
from tests.support.quick_setup import new_crowd

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20  # within which it happens, on a busy machine too

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core is served by one process"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A server of a new crowd; it is ended with the test."""
    crowd = new_crowd(tmp_path / "crowd")
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "error", str(ROOT / "serve_local_crowd.py")),
            *("--port", "0", "--local_crowd", str(crowd)),
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=SECONDS)


def read_url(process: "subprocess.Popen[str]") -> str:
    """Return the sandbox's URL, once it is printed."""
    assert process.stdout is not None
    return process.stdout.readline().split()[-1]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens in another process in its own time."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end


def is_answered(url: str) -> bool:
    """Whether a server answers at a URL."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def test_killed_process_is_replaced(server: "subprocess.Popen[str]") -> None:
    """Whichever process is killed, another takes its place, and workers are answered again."""
    url = read_url(server)
    wait_until(lambda: len(find_family(server.pid)) == 3)

    for killed in find_family(server.pid)[1:]:
        os.kill(killed, signal.SIGKILL)

    wait_until(lambda: len(find_family(server.pid)) == 3)
    assert is_answered(url)


def test_processes_end_with_the_first(server: "subprocess.Popen[str]") -> None:
    """When the process that was started is killed, the others free the port."""
    url = read_url(server)
    assert is_answered(url)

    server.kill()

    wait_until(lambda: not is_answered(url))


def test_stopped_server_leaves_no_process(server: "subprocess.Popen[str]") -> None:
    """SIGTERM to the first process ends all of them, with 0 and without a traceback."""
    read_url(server)
    family = find_family(server.pid)

    server.terminate()
    _, said = server.communicate(timeout=SECONDS)

    assert server.returncode == 0
    assert "Traceback" not in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)
