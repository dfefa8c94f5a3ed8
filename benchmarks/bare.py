"""The limit of this stack: a server that does nothing but what an answer cannot do without.

    python -m benchmarks.bare DIRECTORY HITS

The same HTTP server as the crowd's (waitress, as local_crowd/connections.py sets it up) and the
same database (SQLite, every answer on the disk before it is thanked for, one flush for all who
wait), and between them a few SQL statements and pages that are ready: no framework, no templates,
no sessions, no rules. It prints its URL and ends with SIGTERM.
"""

import itertools
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from benchmarks.load_site import PAGE, SLOTS
from local_crowd.connections import Server
from serve_local_crowd import get_port, open_socket

THREADS = 4
AROUND = "<!doctype html>" + "<!-- as long as the crowd's page -->\n" * 120
TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE hits (number INTEGER PRIMARY KEY, question TEXT, available INTEGER);
CREATE INDEX open_hits ON hits (number) WHERE available > 0;
CREATE TABLE assignments (id TEXT PRIMARY KEY, hit INTEGER, worker TEXT, answer TEXT);
CREATE UNIQUE INDEX held ON assignments (hit, worker);
"""
FIND = (
    "SELECT number FROM hits WHERE available > 0 AND NOT EXISTS "
    "(SELECT 1 FROM assignments WHERE hit = number AND worker = ?) ORDER BY number LIMIT 1"
)
READ = "SELECT hit, question FROM assignments JOIN hits ON number = hit WHERE id = ?"


class Database:
    """SQLite, with a connection for each thread, one writer, and one flush for all who wait."""

    def __init__(self, path: Path, hits: int) -> None:
        self._path = path
        self._local = threading.local()
        self._turn, self._flushing = threading.Lock(), threading.Lock()
        self._committed = self._flushed = 0
        self.connection.executescript(TABLES)
        rows = [(PAGE, SLOTS)] * hits
        self.connection.execute("BEGIN")
        self.connection.executemany("INSERT INTO hits (question, available) VALUES (?, ?)", rows)
        self.connection.execute("COMMIT")
        self._log = os.open(f"{path}-wal", os.O_RDWR)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path, isolation_level=None)
            self._local.connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection.execute("PRAGMA wal_autocheckpoint = 8000")
        connection: sqlite3.Connection = self._local.connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction; it is on the disk when it is left."""
        with self._turn:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
            self._committed += 1
        wanted = self._committed
        with self._flushing:
            if self._flushed < wanted:
                covered = self._committed
                os.fdatasync(self._log)
                self._flushed = covered


class Bare:
    """The WSGI application; its addresses are the crowd's, so that the same client drives it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._numbers = itertools.count()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        status, headers, page = "200 OK", [("Content-Type", "text/html")], ""
        if path.endswith("/accept"):
            status, page = "303 See Other", ""
            assignment_id = self._accept(environ["HTTP_COOKIE"])
            headers.append(("Location", f"/work/{assignment_id}" if assignment_id else "/"))
        elif path.startswith("/work/"):
            hit, _ = self._read(path[6:])
            page = f'{AROUND}<iframe src="/hit_page/{hit}?assignmentId={path[6:]}">'
        elif path.startswith("/hit_page/"):
            _, page = self._read(parse_qs(environ["QUERY_STRING"])["assignmentId"][0])
        elif path == "/mturk/externalSubmit":
            form = environ["wsgi.input"].read().decode()
            with self.database.writing() as db:
                assignment_id = parse_qs(form)["assignmentId"][0]
                db.execute("UPDATE assignments SET answer = ? WHERE id = ?", (form, assignment_id))
            page = "Thank you"
        elif method == "POST":
            status = "303 See Other"
            headers.append(("Set-Cookie", f"worker={next(self._numbers)}"))
        else:
            page = '<input name="csrf_token" value="none">'
        body = page.encode()
        start_response(status, [*headers, ("Content-Length", f"{len(body)}")])
        return [body]

    def _accept(self, worker: str) -> str | None:
        with self.database.writing() as db:
            row = db.execute(FIND, (worker,)).fetchone()
            if row is None:
                return None
            assignment_id = os.urandom(15).hex()
            db.execute("UPDATE hits SET available = available - 1 WHERE number = ?", row)
            new = (assignment_id, row[0], worker)
            db.execute("INSERT INTO assignments (id, hit, worker) VALUES (?, ?, ?)", new)
            return assignment_id

    def _read(self, assignment_id: str) -> Any:
        return self.database.connection.execute(READ, (assignment_id,)).fetchone()


def main() -> None:
    """Serve until SIGTERM."""

    def end(_number: int, _frame: Any) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    database = Database(Path(sys.argv[1]) / "bare.sqlite3", int(sys.argv[2]))
    listening = open_socket("127.0.0.1", 0, "")
    server = Server(Bare(database), [listening], threads=THREADS)
    print(f"http://127.0.0.1:{get_port(listening)}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
