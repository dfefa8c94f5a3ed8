"""make demo: both examples, served, from one command."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port, wait_until_listening
from tests.support.project_copy import clean_environment, copy_project


@contextmanager
def demo(copy: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the demonstration, as `make demo` does once everything is installed; kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "examples/demo.py", "--port", str(port)],
        cwd=copy,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_demo(tmp_path: Path) -> None:
    """It launches both examples once, serves their pictures, says what to type, and Ctrl-C ends it
    as a success.
    """
    copy = copy_project(tmp_path / "simple-amt")
    for _ in range(2):
        port = free_port()
        with demo(copy, port) as server:
            wait_until_listening(port, server)
            picture = f"http://127.0.0.1:{port}/files/image_sentence/coffee.jpg"
            with urllib.request.urlopen(picture) as answer:
                assert answer.read(2) == b"\xff\xd8"
            server.send_signal(signal.SIGINT)
            _, stderr = server.communicate(timeout=60)
        assert server.returncode == 0
        assert f"http://127.0.0.1:{port}/sandbox/" in stderr.decode()
    commands = [line.strip() for line in stderr.decode().splitlines() if "--hit_ids_file" in line]
    assert len(commands) == 3
    for command in commands[:2]:
        done = subprocess.run(
            ["bash", "-c", command.replace(".venv/bin/python", sys.executable)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if "progress" in command:
            assert done.stdout.splitlines()[0] == "0 / 3: 4"  # launched once, not twice
