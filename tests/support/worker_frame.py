"""A small server that acts as MTurk for one HIT page, and that page in a worker's browser."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from amt.templates import NOTHING, Template

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

ROOT = Path(__file__).resolve().parents[2]
LEGACY = ROOT / "tests" / "templates" / "legacy_templates"

WORKER_PAGE = (
    "<!DOCTYPE html><title>Worker</title>"
    '<iframe sandbox="allow-scripts allow-forms" width="100%" height="900" src="{}"></iframe>'
)


def render(template: str, row: Any = NOTHING) -> str:
    """Render a template, ours or an old one, as launch_hits.py does."""
    directories = [str(LEGACY), str(ROOT / "hit_templates")]
    return Template(template, directories).render(row)


class StandIn(ThreadingHTTPServer):
    """A server that shows `page` in a sandboxed frame and keeps the posts, as (path, fields), in
    `posts`.

    While `open_gate` is cleared, a post is kept and gets no response.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = ""
        self.posts: list[tuple[str, dict[str, str]]] = []
        self.open_gate = threading.Event()
        self.open_gate.set()

    @property
    def address(self) -> str:
        """Return its URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def outputs(self) -> list[Any]:
        """Return what each post has in the field of setOutput."""
        return [json.loads(fields["output"]) for _, fields in self.posts]

    def worker_address(self, assignment_id: str = "3ASSIGNMENT", site: str | None = None) -> str:
        """Return the URL at which a worker sees the HIT; `site` is its turkSubmitTo."""
        parameters = {
            "assignmentId": assignment_id,
            "hitId": "3HIT",
            "workerId": "A1WORKER",
            "turkSubmitTo": self.address if site is None else site,
        }
        return f"{self.address}/worker?{urllib.parse.urlencode(parameters)}"


class Handler(BaseHTTPRequestHandler):
    """The handler of the worker's page, the HIT in it, its pictures, and its submission."""

    server: StandIn

    def do_GET(self) -> None:
        """Send a page or a picture."""
        path, _, query = self.path.partition("?")
        if path == "/worker":
            self.answer(WORKER_PAGE.format(f"/hit?{query}".replace("&", "&amp;")).encode())
        elif path == "/hit":
            self.answer(self.server.page.encode())
        elif path.startswith("/files/image_sentence/"):
            picture = ROOT / "examples" / "image_sentence" / "images" / Path(path).name
            if picture.is_file():
                self.answer(picture.read_bytes(), "image/jpeg")
            else:
                self.answer(b"", "text/plain", 404)
        else:
            self.answer(b"", "text/plain", 404)

    def do_POST(self) -> None:
        """Keep a submission, wait for the gate, and thank the worker."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        self.server.posts.append((self.path, fields))
        self.server.open_gate.wait(30)
        self.answer(b"<!DOCTYPE html><title>Thanks</title><p>Thank you")

    def answer(self, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200):
        """Send a complete response."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        with contextlib.suppress(ConnectionError):  # the browser may have gone on meanwhile
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def serve_stand_in() -> Iterator[StandIn]:
    """Serve a StandIn on a free port."""
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.open_gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(name="stand_in")
def stand_in_fixture() -> Iterator[StandIn]:
    with serve_stand_in() as server:
        yield server


@pytest.fixture(name="faulty_page")
def faulty_page_fixture(browser: Browser) -> Iterator[Page]:
    """Return a page whose scripts may fail, which is what the test is about."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def hit(stand_in: StandIn, page: Page, html: str, **worker: str) -> FrameLocator:
    """Open a HIT as a worker sees it; return its frame."""
    stand_in.page = html
    page.goto(stand_in.worker_address(**worker))
    return page.frame_locator("iframe")


def expect(subject: Any) -> Any:
    """Return Playwright's expect, imported on use, because tests are collected without a browser
    too.
    """
    from playwright.sync_api import expect

    return expect(subject)
