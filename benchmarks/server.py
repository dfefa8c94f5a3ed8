"""A crowd whose every answer takes a while longer, as if it were far away.

    python -m benchmarks.server DIRECTORY SECONDS

It prints one line of JSON: url, aws_access_key, aws_secret_key. GET /calls tells how often each
operation was called since it was asked last. It ends when its stdin does. Signatures are not
looked at, and there are no pages: it is the scripts that are measured, and the server has to share
the machine with them.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from local_crowd.connections import Server
from local_crowd.embedded import EmbeddedSite
from serve_local_crowd import get_port, open_socket

THREADS = 64  # more than any client has calls in flight: nobody waits for another one's delay


class Delayed:
    """The sandbox's API, `seconds` later; sleeping holds neither a lock nor the interpreter."""

    def __init__(self, directory: Path, seconds: float) -> None:
        self.site = EmbeddedSite(directory, "sandbox")
        self.site.open()
        self.seconds = seconds
        self.calls: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == "/calls":
            counted, self.calls = self.calls, Counter()
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(counted).encode()]
        target = environ["HTTP_X_AMZ_TARGET"]
        self.calls[target.rpartition(".")[2]] += 1
        time.sleep(self.seconds)
        answer = self.site.respond({"X-Amz-Target": target}, environ["wsgi.input"].read())
        start_response(f"{answer.status} -", list(answer.headers.items()))
        return [answer.body]


def main() -> None:
    """Serve until stdin ends."""
    listening = open_socket("127.0.0.1", 0, "")
    delayed = Delayed(Path(sys.argv[1]), float(sys.argv[2]))
    server = Server(delayed, [listening], threads=THREADS)
    known = {
        "url": f"http://127.0.0.1:{get_port(listening)}/",
        "aws_access_key": "LCBENCHMARK",
        "aws_secret_key": "benchmark",
    }
    print(json.dumps(known), flush=True)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    server.run()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
