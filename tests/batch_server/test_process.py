"""serve_batches.py as a process: what it prints, and how it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

import serve_batches as script
from tests.support.batch_servers import BatchServer, add_token
from tests.support.declared_batches import BATCH
from tests.support.script_fixtures import Desk


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_no_token_is_logged(
    desk: Desk, number: signal.Signals, code: int
) -> None:
    """The address is on stdout, messages are on stderr."""
    token = add_token(desk)
    command = desk.command("serve_batches", "--port=0")
    command[1:1] = ["-W", "error"]
    process = subprocess.Popen(
        command, cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = urlsplit(line.split()[-1]).port
        assert port is not None, process.communicate()
        server = BatchServer(port, None, [], token)  # type: ignore[arg-type]
        wrong = server.get("/batches", Authorization="Bearer amt_wrong")
        sent = server.put(BATCH)
        server.wait_for("shoes-1", status="open")
        process.send_signal(number)
        rest, messages = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()

    assert line == f"Batches: http://127.0.0.1:{port}/batches\n"
    assert (process.returncode, rest) == (code, "")
    assert (wrong.status, sent.status) == (401, 201)
    assert "To make one: python manage_crowd.py add_token local --may launch\n" in messages
    assert "local/shoes-1: new, at most $0.30\n" in messages
    assert token not in messages
    assert "amt_" not in messages
    assert "Traceback" not in messages


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as that of `serve_batches.py 2>&1 | head`: each batch's thread writes to it."""
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "w", buffering=1) as log:
        monkeypatch.setattr(sys, "stderr", log)

        script.log("local/shoes-1: done")

        with pytest.raises(BrokenPipeError):
            print("local/shoes-1: done", file=log)
