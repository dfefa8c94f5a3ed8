"""make demo_batches: a batch, sent with curl, whose answers and label are pushed."""

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from tests.support.project_copy import ROOT, clean_environment
from webhooks import signing


@pytest.mark.slow
def test_demo_batches(tmp_path: Path) -> None:
    """It prints three signed answers, a signed label, and that the batch is done."""
    folder = tmp_path / "batches"

    done = subprocess.run(
        [sys.executable, ROOT / "examples/demo_batches.py", f"--folder={folder}"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    events = [line.removeprefix("signed ") for line in done.stdout.splitlines() if "signed" in line]
    kinds = Counter(line.partition(":")[0] for line in events)
    assert kinds == {"answer": 3, "label": 1, "done": 1}
    label = next(line for line in events if line.startswith("label"))
    assert json.loads(label.partition(": ")[2])["label"] == "yes"
    for log in folder.glob("*.log"):
        assert "Traceback" not in log.read_text("utf-8")


def test_the_receiver_takes_no_event_that_is_not_signed() -> None:
    """A forged signature, an old message and a changed body are 401; a right one is printed once."""
    specification = importlib.util.spec_from_file_location(
        "receiver", ROOT / "examples/receiver.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"type": "answer", "data": {"row": "p1"}}'
    now = int(time.time())
    right = signing.sign(secret, "msg_1", body, now)
    printed = io.StringIO()

    with module.Receiver(0, secret) as receiver, contextlib.redirect_stdout(printed):

        def post(headers: dict[str, str], content: bytes = body) -> int:
            thread = Thread(target=receiver.handle_request)
            thread.start()
            connection = HTTPConnection("127.0.0.1", receiver.server_port, timeout=60)
            connection.request("POST", "/", content, headers)
            status = connection.getresponse().status
            connection.close()
            thread.join()
            return status

        statuses = [
            post(right | {"webhook-signature": "v1,Zm9yZ2Vk"}),
            post(signing.sign(secret, "msg_1", body, now - 3600)),
            post(right, body.replace(b"p1", b"p2")),
            post({}),
            post(right),
            post(right),
        ]

    assert statuses == [401, 401, 401, 401, 204, 204]
    assert printed.getvalue() == 'signed answer: {"row": "p1"}\n'
