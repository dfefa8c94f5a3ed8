"""A server's processes: what becomes of them when one of them is killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.load_site import find_family
from tests.support.quick_setup import new_crowd

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # within which it happens, on a busy machine too

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core is served by one process"
)


# Serves with ten times the head start, which a process of a busy machine needs to accept in time.
SERVE_PATIENTLY = f"""
import runpy, sys
sys.path.insert(0, {str(ROOT)!r})
from local_crowd import turns
turns.HEAD_START_SECONDS = 0.2
runpy.run_path({str(ROOT / "serve_local_crowd.py")!r}, run_name="__main__")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A server of a new crowd; it is ended with the test."""
    yield from serve(tmp_path, str(ROOT / "serve_local_crowd.py"))


@pytest.fixture
def patient_server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The same, whose processes leave connections to each other for longer."""
    yield from serve(tmp_path, "-c", SERVE_PATIENTLY)


def serve(directory: Path, *program: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a server of a new crowd, and end it."""
    crowd = new_crowd(directory / "crowd")
    process = subprocess.Popen(
        [sys.executable, "-W", "error", *program, "--port", "0", "--local_crowd", str(crowd)],
        cwd=directory,
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


def connect(url: str) -> HTTPConnection:
    """Return a connection that stays open, after a first request on it."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
    connection.request("GET", f"{urlsplit(url).path}sign_in")
    response = connection.getresponse()
    response.read()
    assert response.status == 200
    return connection


def count_sockets(pid: int) -> int:
    """Return how many sockets a process has open."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return sum(str(link.readlink()).startswith("socket:") for link in links if link.is_symlink())


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


def test_open_connections_are_shared_evenly(patient_server: "subprocess.Popen[str]") -> None:
    """Of 20 connections that stay open, each process has half, give or take a race of the two."""
    url = read_url(patient_server)
    wait_until(lambda: len(find_family(patient_server.pid)) == 3)
    first, second = find_family(patient_server.pid)[1:]
    before = count_sockets(first), count_sockets(second)

    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(closing(connect(url)))
        shares = count_sockets(first) - before[0], count_sockets(second) - before[1]

    assert sum(shares) == 20
    assert min(shares) >= 7, shares


def test_connections_of_a_hung_process_are_accepted(server: "subprocess.Popen[str]") -> None:
    """A process that hangs has the fewest connections, and new ones are accepted by the other."""
    url = read_url(server)
    wait_until(lambda: len(find_family(server.pid)) == 3)
    hung = find_family(server.pid)[1]

    os.kill(hung, signal.SIGSTOP)
    try:
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(closing(connect(url)))
    finally:
        os.kill(hung, signal.SIGCONT)


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
