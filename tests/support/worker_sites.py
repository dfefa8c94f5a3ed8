"""A crowd server without a network, workers at it with browsers that run no scripts, and HITs."""

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
    """The question XML of an HTML page."""
    return (
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
        f'2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[{html}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )


class Visitor:
    """Somebody at the sandbox (or another site, by its path), with cookies of their own."""

    def __init__(self, app: CrowdServer, root: str = "/sandbox") -> None:
        self.client = Client(app)
        self.root = root

    def get(self, path: str, **more: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(self.root + path, buffered=True, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Post a form that a page of the site could have held: with its token."""
        return self.bare_post(path, {"csrf_token": self.token()} | (data or {}), **more)

    def bare_post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Post what a page of somebody else could send."""
        return self.client.post(self.root + path, data=data, buffered=True, **more)

    def token(self) -> str:
        """The session's token, as every form holds it."""
        match = TOKEN.search(self.get("/sign_in").text)
        return match[1] if match else ""

    def sign_in(self, nickname: str, **more: Any) -> TestResponse:
        """Fill in the sign-in form."""
        return self.post("/sign_in", {"nickname": nickname} | more)

    def accept(self, hit_type_id: str, **choice: str) -> str:
        """Accept a HIT of the group; the assignment's id."""
        answer = self.post(f"/groups/{hit_type_id}/accept", choice)
        assert answer.status_code == 303
        assert "/work/" in answer.location, answer.location
        return str(answer.location.rpartition("/")[2])

    def submit(self, **fields: str) -> TestResponse:
        """What a HIT's form posts: no cookie, no token."""
        return Client(self.client.application).post(
            f"{self.root}/mturk/externalSubmit", data=fields
        )


def words(answer: TestResponse) -> str:
    """What a page says: its text without tags, one space between words."""
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
        """The site that all this happens on."""
        return self.app.sites["sandbox"]

    def requester(self, name: str) -> str:
        """The id of the requester of this name."""
        with self.sandbox.writing() as call:
            return identities.ensure_requester(call, name)

    def perform(self, operation: str, **request: Any) -> dict[str, Any]:
        """One of the requester's calls."""
        return self.sandbox.perform(self.requester_id, operation, request)

    def launch(self, html: str = "<!DOCTYPE html><p>Which?", height: int = 0, **more: Any) -> Any:
        """A new HIT as CreateHIT gives it: HIT of tests/support/crowds.py, with these changes."""
        question = html_question(html, height)
        return self.perform("CreateHIT", **HIT | {"Question": question} | more)["HIT"]

    def visitor(self, nickname: str | None = None) -> Visitor:
        """Somebody who has come just now, signed in if a nickname is given."""
        visitor = Visitor(self.app)
        if nickname is not None:
            assert visitor.sign_in(nickname).status_code == 303
        return visitor

    def holder(self, nickname: str = "Ada", **hit: Any) -> tuple[Visitor, Any, str]:
        """A worker who has just accepted a new HIT: the visitor, the HIT, the assignment's id."""
        new_hit = self.launch(**hit)
        visitor = self.visitor(nickname)
        return visitor, new_hit, visitor.accept(new_hit["HITTypeId"])

    def answers(self, hit_id: str) -> list[tuple[str, str]]:
        """Of each assignment that the requester can see: its status and its answer XML."""
        assignments = self.perform("ListAssignmentsForHIT", HITId=hit_id)["Assignments"]
        return [
            (assignment["AssignmentStatus"], assignment["Answer"]) for assignment in assignments
        ]

    def slots(self, hit_id: str) -> tuple[int, int]:
        """How many of the HIT's assignments are available, and pending."""
        hit = self.perform("GetHIT", HITId=hit_id)["HIT"]
        return hit["NumberOfAssignmentsAvailable"], hit["NumberOfAssignmentsPending"]


def multipart(fields: dict[str, str]) -> dict[str, Any]:
    """What a browser sends of a form with files in it: arguments of `bare_post`."""
    parts = [
        f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = "".join([*parts, "--line--\r\n"]).encode()
    return {"data": body, "content_type": "multipart/form-data; boundary=line"}


def fields_of(xml: str) -> list[tuple[str, str]]:
    """The names and texts of an answer, read by eye: what the tests send needs no parser."""
    return re.findall(
        "<QuestionIdentifier>(.*?)</QuestionIdentifier><FreeText>(.*?)</FreeText>", xml, re.DOTALL
    )


@contextmanager
def serving(app: CrowdServer) -> Iterator[str]:
    """Serve `app` as serve_local_crowd.py does, on a free port; the sandbox's URL, no slash at its
    end.
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
    """A crowd in which nothing has happened yet."""
    world = World(tmp_path / "crowd")
    yield world
    world.app.close()


@pytest.fixture
def url(world: World) -> Iterator[str]:
    """The sandbox's address while the world is served."""
    with serving(world.app) as url:
        yield url


def external(url: str, height: int = 0) -> str:
    """The XML of an ExternalQuestion."""
    escaped = url.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<ExternalQuestion xmlns="{EXTERNAL_QUESTION}"><ExternalURL>{escaped}</ExternalURL>'
        f"<FrameHeight>{height}</FrameHeight></ExternalQuestion>"
    )


UNKNOWN = "3" + "Z" * 29  # an id, of nothing
