"""A crowd server without a network, HITs, and workers whose browsers run no scripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from waitress import create_server
from waitress.channel import HTTPChannel
from werkzeug.test import Client, TestResponse

from local_crowd.app import CrowdServer, create_app
from local_crowd.operations.people import identities
from local_crowd.operations.questions.questions import EXTERNAL_QUESTION
from local_crowd.site import Site
from tests.support.crowds import HIT, Clock
from tests.support.quick_setup import new_crowd

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def html_question(html: str, frame_height: int = 0) -> str:
    """Return the question XML of an HTML page."""
    return (
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
        f'2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{html}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )


class Visitor:
    """A visitor of the sandbox (or of another site, by its path), with cookies of their own."""

    def __init__(self, app: CrowdServer, root: str = "/sandbox") -> None:
        self.client = Client(app)
        self.root = root

    def get(self, path: str, **more: Any) -> TestResponse:
        """Request a page."""
        return self.client.get(self.root + path, buffered=True, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Post a form of a page of the site, with its CSRF token."""
        return self.bare_post(path, {"csrf_token": self.token()} | (data or {}), **more)

    def bare_post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Post a form that another site's page could contain, without a token."""
        return self.client.post(self.root + path, data=data, buffered=True, **more)

    def token(self) -> str:
        """Return the session's CSRF token, which every form contains."""
        match = TOKEN.search(self.get("/sign_in").text)
        return match[1] if match else ""

    def sign_in(self, nickname: str, **more: Any) -> TestResponse:
        """Fill in the sign-in form."""
        return self.post("/sign_in", {"nickname": nickname} | more)

    def accept(self, hit_type_id: str, **choice: str) -> str:
        """Accept a HIT of the group; return the assignment id."""
        answer = self.post(f"/groups/{hit_type_id}/accept", choice)
        assert answer.status_code == 303
        assert "/work/" in answer.location, answer.location
        return str(answer.location.rpartition("/")[2])

    def submit(self, **fields: str) -> TestResponse:
        """Post a HIT's form, which has no cookie and no token."""
        return Client(self.client.application).post(
            f"{self.root}/mturk/externalSubmit", data=fields
        )


def words(answer: TestResponse) -> str:
    """Return a page's text without tags, with one space between words."""
    body = re.sub(r"(?s)<(script|style|title).*?</\1>", " ", answer.text)
    body = re.sub(r"</?(a|code|s|small|strong|time)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@dataclass
class World:
    """A crowd server in `directory` whose clock the test sets, and the requester of its HITs."""

    directory: Path
    proxies: int = 0
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.app = create_app(new_crowd(self.directory), self.clock, proxies=self.proxies)
        self.requester_id = self.requester("Vision lab")

    @property
    def sandbox(self) -> Site:
        """Return the site that these pages belong to."""
        return self.app.sites["sandbox"]

    def requester(self, name: str) -> str:
        """Return the id of the requester of this name."""
        with self.sandbox.writing() as call:
            return identities.ensure_requester(call, name)

    def perform(self, operation: str, **request: Any) -> dict[str, Any]:
        """Perform an API call of the requester."""
        return self.sandbox.perform(self.requester_id, operation, request)

    def launch(self, html: str = "<!DOCTYPE html><p>Which?", height: int = 0, **more: Any) -> Any:
        """Create HIT of tests/support/crowds.py, with these changes; return it as CreateHIT does."""
        question = html_question(html, height)
        return self.perform("CreateHIT", **HIT | {"Question": question} | more)["HIT"]

    def visitor(self, nickname: str | None = None) -> Visitor:
        """Return a new visitor, signed in if a nickname is given."""
        visitor = Visitor(self.app)
        if nickname is not None:
            assert visitor.sign_in(nickname).status_code == 303
        return visitor

    def holder(self, nickname: str = "Ada", **hit: Any) -> tuple[Visitor, Any, str]:
        """Create a HIT and let a new worker accept it; return the visitor, the HIT and the
        assignment id.
        """
        new_hit = self.launch(**hit)
        visitor = self.visitor(nickname)
        return visitor, new_hit, visitor.accept(new_hit["HITTypeId"])

    def answers(self, hit_id: str) -> list[tuple[str, str]]:
        """Return the status and the answer XML of each assignment that the requester can see."""
        assignments = self.perform("ListAssignmentsForHIT", HITId=hit_id)["Assignments"]
        return [
            (assignment["AssignmentStatus"], assignment["Answer"]) for assignment in assignments
        ]

    def slots(self, hit_id: str) -> tuple[int, int]:
        """Return how many of the HIT's assignments are available, and pending."""
        hit = self.perform("GetHIT", HITId=hit_id)["HIT"]
        return hit["NumberOfAssignmentsAvailable"], hit["NumberOfAssignmentsPending"]


def multipart(fields: dict[str, str]) -> dict[str, Any]:
    """Return what a browser sends for a form with files, as arguments of `bare_post`."""
    parts = [
        f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = "".join([*parts, "--line--\r\n"]).encode()
    return {"data": body, "content_type": "multipart/form-data; boundary=line"}


def fields_of(xml: str) -> list[tuple[str, str]]:
    """Return the names and texts of an answer's XML, without a parser, which simple answers do not
    need.
    """
    return re.findall(
        "<QuestionIdentifier>(.*?)</QuestionIdentifier><FreeText>(.*?)</FreeText>", xml, re.DOTALL
    )


@contextmanager
def serving(app: CrowdServer) -> Iterator[str]:
    """Serve `app` on a free port as serve_local_crowd.py does; yield the sandbox's URL without a
    slash at its end.
    """
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=8)
    ended = Event()

    def serve() -> None:
        while not ended.is_set():
            server.asyncore.loop(timeout=1, map=server._map, count=1)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/sandbox"
    finally:
        ended.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        # A browser that leaves in the middle of a download leaves a channel with an open file,
        # which close_all alone does not close.
        for channel in list(server._map.values()):
            if isinstance(channel, HTTPChannel):
                channel.handle_close()
        server.asyncore.close_all(server._map)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return an empty crowd."""
    world = World(tmp_path / "crowd")
    yield world
    world.app.close()


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """Serve the world; yield the sandbox's URL."""
    with serving(world.app) as url:
        yield url


def external(url: str, height: int = 0) -> str:
    """Return the XML of an ExternalQuestion."""
    escaped = url.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<ExternalQuestion xmlns="{EXTERNAL_QUESTION}"><ExternalURL>{escaped}</ExternalURL>'
        f"<FrameHeight>{height}</FrameHeight></ExternalQuestion>"
    )


UNKNOWN = "3" + "Z" * 29  # an id, of nothing
