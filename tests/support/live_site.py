"""The live site and its operator, with invitations, accounts and panels, without a network."""

import contextlib
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

import manage_crowd
from local_crowd.site import SITES, Site
from tests.support.crowds import Clock
from tests.support.postgres import Databases
from tests.support.worker_sites import Visitor, World, words

PASSWORD = "a few good words"
PID = "5f3c0a9e1b2d4c6f8a7b9e01"
COMPLETION = "https://app.prolific.com/submissions/complete?cc={code}"
CODES = ("--code_done", "DONE1", "--code_screened_out", "OUT2", "--code_nothing_left", "NONE3")


@dataclass
class People(World):
    """A crowd server of which tests use the live site. Its clock shows the real time, as
    manage_crowd.py's commands do.
    """

    clock: Clock = field(default_factory=lambda: Clock(int(time.time())))
    site_name: str = "live"

    @property
    def sandbox(self) -> Site:
        """Return the site that these pages belong to."""
        return self.app.sites[self.site_name]

    @property
    def root(self) -> str:
        """Return the path of the site's root."""
        return "/sandbox" if self.site_name == "sandbox" else ""

    def try_manage(self, *argv: str) -> tuple[int, list[str], str]:
        """Run a command; return its exit code, the lines it printed, and its messages."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = manage_crowd.main([*argv, "--local_crowd", str(self.directory)])
        return code, out.getvalue().splitlines(), err.getvalue().strip()

    def manage(self, *argv: str) -> list[dict[str, Any]]:
        """Run a command that must succeed; return its lines."""
        code, lines, message = self.try_manage(*argv)
        assert (code, message) == (0, "")
        return [json.loads(line) for line in lines]

    def refused(self, *argv: str) -> str:
        """Run a command that must fail; return its only message, without the program's name."""
        code, lines, message = self.try_manage(*argv)
        assert (code, lines) == (2, [])
        assert "\n" not in message
        return re.sub(r"^\S+: ", "", message)

    def someone(self) -> Visitor:
        """Return a new visitor."""
        return Visitor(self.app, self.root)

    def invitation(self, *argv: str) -> str:
        """Create an invitation link; return its path."""
        (line,) = self.manage("add_link", "--site", self.site_name, *argv)
        return self.path(line["url"])

    def path(self, url: str) -> str:
        """Return the path of a page of the site."""
        parts = urlsplit(url)
        return parts.path.removeprefix(self.root) + (f"?{parts.query}" if parts.query else "")

    def member(self, name: str = "Ada", **more: str) -> Visitor:
        """Return a visitor with a new account, signed in."""
        visitor = self.someone()
        response = sign_up(visitor, self.invitation(), name=name, **more)
        assert response.status_code == 303, response.text
        return visitor

    def panel_link(self, *hit_type_ids: str, **more: str) -> tuple[str, str]:
        """Create a panel link; return its id, and its path without the query."""
        options = [word for name, value in more.items() for word in (f"--{name}", value)]
        (line,) = self.manage(
            *("add_panel_link", "--site", self.site_name, "--hit_type_id", *hit_type_ids),
            *("--completion_url", COMPLETION, *CODES, *options),
        )
        return line["link_id"], self.path(line["url"]).partition("?")[0]

    def participant(self, path: str, pid: str = PID, **more: str) -> Visitor:
        """Return a visitor who came by a panel link and was let in."""
        visitor = self.someone()
        came = visitor.get(path, query_string={"PROLIFIC_PID": pid} | more)
        assert came.status_code == 303, came.text
        assert came.location == f"{self.root}/panel"
        return visitor


def sign_up(visitor: Visitor, path: str, **fields: str) -> TestResponse:
    """Fill in the form of an invitation."""
    return visitor.post(path, {"name": "Ada", "password": PASSWORD} | fields)


def sign_in(visitor: Visitor, name: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    """Fill in the sign-in form for accounts."""
    return visitor.post("/sign_in", {"name": name, "password": password}, **more)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    """Return an empty crowd, with its data in SQLite or in PostgreSQL."""
    directory = tmp_path / "crowd"
    databases: Databases | None = None
    if request.param == "postgresql":
        databases = request.getfixturevalue("databases")
        directory.mkdir(mode=0o700)
        named = {f"{name}_database": databases.urls[name] for name in SITES}
        (directory / "crowd.json").write_text(json.dumps(named))
    people = People(directory)
    yield people
    people.app.close()
    if databases:
        databases.empty()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[People]:
    """Return an empty crowd in SQLite, for requests that are refused without a query."""
    people = People(tmp_path / "crowd")
    yield people
    people.app.close()


def worker_id(visitor: Visitor) -> str:
    """Return the id that the profile shows; fail for a visitor who is not signed in."""
    match = re.search(r"worker ID is (A[A-Z0-9]+)", words(visitor.get("/account")))
    assert match, "not signed in"
    return match[1]
