"""A crowd server whose every answer takes a while longer, as if it were far away.

    python -m benchmarks.server DIRECTORY SECONDS

It prints one line of JSON: url, aws_access_key, aws_secret_key. GET /calls tells how often each
operation was called since it was asked last. It ends when its stdin does.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from waitress import create_server

from local_crowd.app import Crowd, create_app
from local_crowd.operations import keys

THREADS = 64  # more than any client has calls in flight: nobody waits for another one's delay


class Delayed:
    """The application, `seconds` later; sleeping holds neither a lock nor the interpreter."""

    def __init__(self, app: Crowd, seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self.calls: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == "/calls":
            counted, self.calls = self.calls, Counter()
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(counted).encode()]
        self.calls[environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]] += 1
        time.sleep(self.seconds)
        return self.app(environ, start_response)


def main() -> None:
    """Serve until stdin ends."""
    directory, seconds = Path(sys.argv[1]), float(sys.argv[2])
    app = create_app(directory)
    with app.sites["sandbox"].writing() as call:
        access_key, secret_key = keys.create(call, "benchmarks")
    server: Any = create_server(
        Delayed(app, seconds), host="127.0.0.1", port=0, threads=THREADS, connection_limit=1000
    )
    known = {
        "url": f"http://127.0.0.1:{server.effective_port}/",
        "aws_access_key": access_key,
        "aws_secret_key": secret_key,
    }
    print(json.dumps(known), flush=True)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    server.run()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
