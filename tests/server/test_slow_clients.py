"""Clients that read or send slowly, or only hold connections: everybody else goes on working."""

import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.quick_setup import new_crowd

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # within which everybody else is answered, on a busy machine too
FILM = 64 * 1024 * 1024  # bytes, more than all buffers between server and client hold
Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with a large file in files/; returns its address. It is ended with the test."""
    started: list[subprocess.Popen[str]] = []
    data = new_crowd(tmp_path / "crowd")
    (data / "files").mkdir()
    (data / "files" / "letters.txt").write_bytes(b"abcdefghij")
    with (data / "files" / "film.mp4").open("wb") as film:
        film.truncate(FILM)

    def serve(*flags: str) -> str:
        strict = [] if "--processes" in flags else ["-W", "error"]  # gunicorn leaves a socket open
        command = [sys.executable, *strict, str(ROOT / "serve_local_crowd.py")]
        started.append(
            subprocess.Popen(
                [*command, "--port", "0", "--local_crowd", str(data), *flags],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert started[-1].stdout is not None
        return urlsplit(started[-1].stdout.readline().split()[-1]).netloc

    yield serve
    for process in started:
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Traceback" not in stderr


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have more files open than most systems allow at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(netloc: str, source: str = "127.0.0.1") -> socket.socket:
    """A connection to the server that buffers as little as it may."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(SECONDS)
    connection.bind((source, 0))
    host, port = netloc.split(":")
    connection.connect((host, int(port)))
    return connection


def get(path: str, netloc: str, *headers: str) -> bytes:
    """A request as it is sent."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {netloc}", *headers, "", ""]).encode()


def answers(netloc: str, source: str = "127.0.0.1") -> bool:
    """Whether the server shows somebody new its sign-in page, in time."""
    client = HTTPConnection(netloc, timeout=SECONDS, source_address=(source, 0))
    began = time.monotonic()
    client.request("GET", "/sandbox/sign_in")
    response = client.getresponse()
    is_page = response.status == 200 and b"nickname" in response.read()
    client.close()
    return is_page and time.monotonic() - began < SECONDS


@pytest.mark.parametrize("headers", [["Range: bytes=0-"], ["Range: bytes=9-"], []])
@pytest.mark.parametrize("requests", [1, 3])
def test_slow_readers_hold_nobody_up(serve: Serve, headers: list[str], requests: int) -> None:
    """32 connections, twice as many as there are threads, ask for a large file (or for several, one
    behind the other), and read its first bytes and no more.
    """
    netloc = serve()
    with ExitStack() as stack:
        for _ in range(32):
            reader = stack.enter_context(connect(netloc))
            reader.sendall(get("/files/film.mp4", netloc, *headers) * requests)
            assert reader.recv(12) in (b"HTTP/1.1 206", b"HTTP/1.1 200")
        assert all(answers(netloc) for _ in range(20))


@pytest.mark.parametrize(
    "flags", [(), pytest.param(("--processes", "1"), marks=pytest.mark.foreign)]
)
@pytest.mark.parametrize(
    ("asked", "status", "part", "content"),
    [
        ("bytes=0-", 206, "bytes 0-9/10", b"abcdefghij"),
        ("bytes=2-4", 206, "bytes 2-4/10", b"cde"),
        ("bytes=7-99", 206, "bytes 7-9/10", b"hij"),
        ("bytes=-2", 206, "bytes 8-9/10", b"ij"),
        ("bytes=10-", 416, None, None),
    ],
)
def test_parts_of_files(
    serve: Serve,
    flags: tuple[str, ...],
    asked: str,
    status: int,
    part: str | None,
    content: bytes | None,
) -> None:
    """A part is exactly what was asked for, and the connection can be used again."""
    client = HTTPConnection(serve(*flags), timeout=SECONDS)
    for method in ("GET", "HEAD", "GET"):
        client.request(method, "/files/letters.txt", headers={"Range": asked})
        response = client.getresponse()
        body = response.read()
        assert response.status == status
        assert response.headers["Content-Range"] == part
        if content is not None:
            assert response.headers["Content-Length"] == str(len(content))
            assert body == (content if method == "GET" else b"")
    client.close()


def test_a_client_that_sends_requests_and_reads_nothing_is_cut_off(serve: Serve) -> None:
    """Each request may hold a file open; browsers and SDKs read a response before they go on."""
    netloc = serve()
    with connect(netloc) as client:
        client.sendall(get("/files/film.mp4", netloc) * 100)
        received = 0
        try:
            while data := client.recv(1 << 20):
                received += len(data)
        except ConnectionResetError:
            pass
    assert received < 6 * FILM
    assert answers(netloc)


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_idle_connections_keep_nobody_out(serve: Serve, sent: bytes) -> None:
    """1,100 connections of one client, which send nothing or half a request, leave room for others
    and for the same client: as all are who come by one proxy. Whoever has few connections keeps them.
    """
    netloc = serve()
    other = HTTPConnection(netloc, timeout=SECONDS, source_address=("127.0.0.2", 0))
    other.request("GET", "/sandbox/sign_in")
    other.getresponse().read()
    kept = other.sock
    with ExitStack() as stack:
        for _ in range(1100):
            stack.enter_context(connect(netloc)).sendall(sent)

        assert answers(netloc, "127.0.0.3")
        assert answers(netloc)
        other.request("GET", "/sandbox/sign_in")
        assert other.getresponse().status == 200
        assert other.sock is kept
    other.close()
