"""The sandbox at a root of its own, by its port or by its name, for clients that know only `/`."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from local_crowd import hosts
from local_crowd.operations.people import access_keys
from local_crowd.operations.questions.questions import ExternalQuestion
from local_crowd.pages.questions.frame import make_frame
from local_crowd.site import open_site
from tests.support.crowds import HIT
from tests.support.hit_frames import expect
from tests.support.postgres import Databases
from tests.support.quick_setup import new_crowd
from tests.support.worker_sites import TOKEN, Visitor, World, html_question

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "serve_local_crowd.py"
FORM = (
    '<!DOCTYPE html><form method="post"><input type="hidden" name="assignmentId">'
    '<label>Word <input name="word"></label><button>Submit</button></form><script>'
    "const given = new URLSearchParams(location.search);"
    'document.forms[0].assignmentId.value = given.get("assignmentId");'
    'document.forms[0].action = given.get("turkSubmitTo") + "/mturk/externalSubmit";</script>'
)
BY_NAME = "http://sandbox.crowd.example.org"
Serve = Callable[..., "tuple[str, str]"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data of a crowd."""
    return new_crowd(tmp_path / "crowd")


@pytest.fixture
def serve(data: Path) -> Iterator[Serve]:
    """Starts a server with a port for the sandbox; the URLs of its root and of the sandbox's."""
    started: list[subprocess.Popen[str]] = []

    def serve(*flags: str) -> tuple[str, str]:
        command = [sys.executable, str(SCRIPT), "--local_crowd", str(data), "--port", "0"]
        started.append(
            subprocess.Popen(
                [*command, "--sandbox_port", "0", *flags],
                cwd=data.parent,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert started[-1].stdout is not None
        lines = [started[-1].stdout.readline() for _ in range(3)]
        assert [line.partition(":")[0] for line in lines] == [
            "Sandbox",
            "Live site",
            "Sandbox at the root",
        ]
        return lines[1].split()[-1], lines[2].split()[-1]

    yield serve
    for process in started:
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Traceback" not in stderr


def token_of(page: str) -> dict[str, str]:
    """The token that the forms of a page send."""
    match = TOKEN.search(page)
    assert match is not None
    return {"csrf_token": match[1]}


def client_of(url: str, pair: tuple[str, str]) -> Any:
    """A client whose calls go to this address."""
    return boto3.client(
        "mturk",
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id=pair[0],
        aws_secret_access_key=pair[1],
    )


def assert_only_the_sandbox_is_reached(root: str, own: str, pair: tuple[str, str]) -> None:
    """Fail unless what is made at the sandbox's own root is at /sandbox/ too, and not on the live site."""
    hit_ids = [client_of(own, pair).create_hit(**HIT)["HIT"]["HITId"] for _ in range(8)]
    for url in (own, f"{own}sandbox/", f"{root}sandbox"):
        listed = client_of(url, pair).list_hits(MaxResults=100)["HITs"]
        assert sorted(hit["HITId"] for hit in listed) == sorted(hit_ids)
    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        client_of(root, pair).list_hits()


@pytest.mark.parametrize(
    "flags", [(), pytest.param(("--processes", "1"), marks=pytest.mark.foreign)]
)
def test_a_client_that_signs_the_root_reaches_the_sandbox(
    serve: Serve, data: Path, flags: tuple[str, ...]
) -> None:
    """At the sandbox's port `/` is the sandbox, and so is /sandbox/."""
    site = open_site(data, "sandbox")
    with site.writing() as call:
        pair = access_keys.create(call, "Vision lab")
    site.close()

    assert_only_the_sandbox_is_reached(*serve(*flags), pair)


@pytest.mark.postgresql
def test_several_processes_have_it_too(serve: Serve, data: Path, databases: Databases) -> None:
    """Each of them listens on both ports."""
    databases.empty()
    named = {f"{name}_database": url for name, url in databases.urls.items()}
    (data / "crowd.json").write_text(json.dumps(named))
    site = open_site(data, "sandbox")
    with site.writing() as call:
        pair = access_keys.create(call, "Vision lab")
    site.close()

    assert_only_the_sandbox_is_reached(*serve("--processes", "2"), pair)
    databases.empty()


@pytest.mark.parametrize("port", ["70000", "taken"])
def test_an_unavailable_port_is_reported(data: Path, serve: Serve, port: str) -> None:
    """The message says which flag to change."""
    taken = urlsplit(serve()[1]).port if port == "taken" else port
    flags = ["--local_crowd", str(data), "--port", "0", "--sandbox_port", str(taken)]
    ended = subprocess.run(
        [sys.executable, SCRIPT, *flags], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--sandbox_port" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "names", "is_sandbox"),
    [
        ("sandbox.crowd.example.org", ["crowd.example.org"], True),
        ("Sandbox.Crowd.example.org.:8000", ["crowd.Example.org"], True),
        ("sandbox.crowd.example.org", [], True),
        ("sandbox.localhost:8000", ["localhost"], True),
        ("sandbox.evil.example", ["crowd.example.org"], False),
        ("crowd.example.org", ["crowd.example.org"], False),
        ("crowd.example.org", [], False),
        ("sandbox", [], False),
        ("sandbox.crowd.example.org", ["sandbox.crowd.example.org", "crowd.example.org"], False),
        ("sandbox.lab.example", ["sandbox.lab.example"], False),
        ("sandbox.sandbox.lab.example", ["sandbox.lab.example"], True),
        ("[::1]", ["localhost"], False),
    ],
)
def test_the_name_of_the_sandbox(host: str, names: list[str], is_sandbox: bool) -> None:
    """`sandbox.` before a name of the crowd's; a crowd that is itself called so keeps its live site."""
    assert hosts.is_sandbox(host, names) is is_sandbox


def test_by_its_name_the_sandbox_is_at_the_root(world: World) -> None:
    """Pages, links, cookies and the address that a HIT posts to are all below the root, and an answer
    is taken there.
    """
    hit = world.launch(FORM)
    visitor = Visitor(world.app, "")
    by_name = {"base_url": BY_NAME}

    page = visitor.get("/sign_in", **by_name)
    fields = {"nickname": "Ada", "next": "/my_work"} | token_of(page.text)
    signed_in = visitor.bare_post("/sign_in", fields, **by_name)
    token = token_of(visitor.get("/my_work", **by_name).text)  # a session has its own
    accepted = visitor.bare_post(f"/groups/{hit['HITTypeId']}/accept", token, **by_name)
    work = visitor.get(accepted.location, **by_name)
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', work.text)
    assert frame is not None
    source = urlsplit(unescape(frame[1]))
    asked = {name: values[0] for name, values in parse_qs(source.query).items()}
    submitted = visitor.bare_post(
        "/mturk/externalSubmit", {"assignmentId": asked["assignmentId"], "word": "cat"}, **by_name
    )

    assert "Sign in to the sandbox" in page.text
    assert "Path=/;" in page.headers["Set-Cookie"] + ";"
    assert (signed_in.status_code, signed_in.location) == (303, "/my_work")
    assert accepted.location.startswith("/work/")
    assert work.status_code == 200
    assert "/sandbox/" not in work.text
    assert source.path == f"/hit_page/{hit['HITId']}"
    assert asked["turkSubmitTo"] == BY_NAME
    assert submitted.status_code == 200
    assert len(world.answers(hit["HITId"])) == 1
    assert "for invited workers" in visitor.get("/sign_in").text  # by another name: the live site


def test_the_sandbox_s_own_roots_are_this_server(world: World) -> None:
    """An ExternalQuestion that leads to them gets no origin: at none of the server's addresses."""
    app = world.app._apps["live"]
    app.extensions["local_crowd_ports"] = frozenset((8000, 8001))
    for url, is_own in (
        ("http://crowd.example.org:8000/", True),
        ("http://crowd.example.org:8001/", True),
        ("http://sandbox.crowd.example.org:8000/", True),
        ("http://crowd.example.org:9000/", False),
        ("http://other.example.org:8001/", False),
    ):
        with app.test_request_context("/", base_url="http://crowd.example.org:8000"):
            frame = make_frame(ExternalQuestion(url, 0), "3HIT", "3ASSIGNMENT", "A1")
        assert ("allow-same-origin" not in frame.sandbox) is is_own, url


def test_a_worker_at_the_sandbox_s_port(serve: Serve, data: Path, page: "Page") -> None:
    """A browser signs in, takes a HIT and submits it, and never leaves that port's root."""
    site = open_site(data, "sandbox")
    owner = site.ensure_owner()
    hit = site.perform(owner, "CreateHIT", HIT | {"Question": html_question(FORM)})["HIT"]
    own = serve()[1]

    page.goto(own)
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
    page.goto(f"{own}groups/{hit['HITTypeId']}")
    page.get_by_role("button", name="Accept").click()
    frame = page.frame_locator("iframe")
    frame.get_by_label("Word").fill("cat")
    with page.expect_response("**/mturk/externalSubmit") as submission:
        frame.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()

    assert submission.value.status == 200
    assert submission.value.url == f"{own}mturk/externalSubmit"
    assert page.url == own
    listed = site.perform(owner, "ListAssignmentsForHIT", {"HITId": hit["HITId"]})
    site.close()
    assert "<FreeText>cat</FreeText>" in listed["Assignments"][0]["Answer"]
