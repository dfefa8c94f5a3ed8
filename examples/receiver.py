"""Receive events of a batch, and print those whose signature is right.

    python examples/receiver.py --secret_file secret.txt --port 9000

The secret is that of show_notification_secret for a server of batches, and that of push_secret.txt for
run_batch.py. An event that comes again is printed once. It ends when all events of
a batch have come.
"""

import argparse
import hmac
import json
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from webhooks import signing  # noqa: E402 - after the path to it

MOST_BYTES = 1_000_000
OLDEST_SECONDS = 300  # a message of an hour ago may be one that somebody recorded


def main() -> int:
    """Receive until the batch is done; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--secret_file", required=True, metavar="FILE", help="file with the secret")
    parser.add_argument("--port", type=int, default=9000, help="default: 9000; 0: any free port")
    args = parser.parse_args()
    receiver = Receiver(args.port, Path(args.secret_file).read_text("ascii").strip())
    print(f"http://127.0.0.1:{receiver.server_port}/", flush=True)
    while not receiver.is_done:
        receiver.handle_request()
    return 0


class Receiver(HTTPServer):
    """Prints each event once."""

    def __init__(self, port: int, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secret = secret
        self.is_done = False
        self._done: dict[str, int] | None = None
        self._counts: Counter[str] = Counter()
        self._known: set[str] = set()

    def take(self, event_id: str, body: bytes) -> None:
        """Print an event, unless it came before."""
        if event_id in self._known:
            return
        self._known.add(event_id)
        event = json.loads(body)
        print(f"signed {event['type']}: {json.dumps(event['data'])}", flush=True)
        self._counts[event["type"]] += 1
        if event["type"] == "done":
            self._done = event["data"]
        # Events come in any order: `done` may come before the last answers and labels.
        if self._done is not None:
            labels = self._done["labels"] + self._done["without_label"]
            has_answers = self._counts["answer"] >= self._done["answers"]
            self.is_done = has_answers and self._counts["label"] >= labels


class Handler(BaseHTTPRequestHandler):
    """Responds to one message."""

    server: Receiver

    def do_POST(self) -> None:
        """Verify the signature before the body is looked at."""
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(size, MOST_BYTES))
        event_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "")
        is_recent = timestamp.isdecimal() and abs(time.time() - int(timestamp)) < OLDEST_SECONDS
        given = self.headers.get("webhook-signature", "").split()
        is_right = False
        if is_recent:
            expected = signing.sign(self.server.secret, event_id, body, int(timestamp))
            is_right = any(
                hmac.compare_digest(expected["webhook-signature"].encode(), each.encode())
                for each in given
            )
        self.send_response(204 if is_right else 401)
        self.end_headers()
        if is_right:
            self.server.take(event_id, body)

    def log_message(self, *_: object) -> None:
        """Log nothing: stdout has the events."""


if __name__ == "__main__":
    sys.exit(main())
