"""Workers' accounts: invitations, signing in, profiles, closing. What is refused, and how."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

import manage_crowd
from local_crowd.operations.people import accounts, profiles, sign_in_limits
from local_crowd.operations.people.profiles import Profile
from local_crowd.store.tables import workers
from tests.support.account_pages import GONE, WRONG, is_signed_in, sees
from tests.support.crowds import HOUR, MINUTE
from tests.support.live_site import PASSWORD, People, sign_in, worker_id
from tests.support.worker_sites import words


class TestResetting:
    """A link from the operator lets a worker choose another password."""

    def reset(self, people: People, *argv: str) -> str:
        """The path of a link to choose a password."""
        (line,) = people.manage("reset_password", *argv)
        assert line["name"] == "Ada"
        return people.path(line["url"])

    @pytest.mark.parametrize("by", ["id", "name", "email"])
    def test_the_link_works_once(self, people: People, by: str) -> None:
        """A new password signs in, ends other sessions and what was guessed before; then no more."""
        ada = people.member(email="ada@example.org")
        who = {"id": worker_id(ada), "name": "ADA", "email": "ada@example.org"}[by]
        for _ in range(10):
            with people.sandbox.writing() as call:
                sign_in_limits.count_attempt(call, worker_id(ada), "127.0.0.1")
        path, visitor = self.reset(people, who), people.someone()

        sees(visitor.get(path), 200, "For the account Ada.")
        sees(visitor.post(path, {"password": "short"}), 400, "A password needs at least 10")
        assert visitor.post(path, {"password": "the new password"}).location == "/"
        assert is_signed_in(visitor)
        assert not is_signed_in(ada)
        sees(visitor.get(path), 404, "This link does not work", GONE)
        sees(visitor.post(path, {"password": "once more, please"}), 404, GONE)
        people.clock.advance(MINUTE)
        assert sign_in(people.someone(), "Ada", "the new password").status_code == 303

    def test_only_the_newest_link_works_and_not_for_ever(self, people: People) -> None:
        """The old password is good until another is chosen."""
        people.member()
        first, second = self.reset(people, "Ada"), self.reset(people, "Ada", "--expires", "1h")

        sees(people.someone().get(first), 404, GONE)
        assert sign_in(people.someone(), "Ada").status_code == 303
        sees(people.someone().get(second), 200)
        people.clock.advance(HOUR + MINUTE)
        sees(people.someone().get(second), 404, GONE)

    def test_links_are_of_one_kind(self, people: People) -> None:
        """An invitation cannot reset a password, and a reset link cannot create an account."""
        people.member()
        token = self.reset(people, "Ada").rpartition("/")[2]
        invitation = people.invitation().rpartition("/")[2]

        sees(people.someone().get(f"/join/{token}"), 404, GONE)
        sees(people.someone().get(f"/reset_password/{invitation}"), 404, GONE)

    @pytest.mark.parametrize("command", [["reset_password"], ["close_account", "--yes"]])
    def test_an_unknown_worker_is_reported(self, live: People, command: list[str]) -> None:
        """One line."""
        live.member()
        message = live.refused(command[0], "Eve", *command[1:])
        assert message == "There is no open account Eve; list_workers shows them all."


class TestTheProfile:
    """A worker's profile and how it changes."""

    def test_it_can_be_changed(self, people: People) -> None:
        """Country, state, being of age, the address; also taken back."""
        ada = people.member(country="US", state="PA", email="ada@example.org")
        me = worker_id(ada)
        changes = {"country": "DE", "state": "PA", "adult": "on", "email": "a@b.example"}

        assert ada.post("/account", changes).location == "/account"
        assert "Your profile is saved." in words(ada.get("/account"))
        with people.sandbox.reading() as call:
            assert profiles.get(call, me) == Profile("DE", None, adult=True)
        assert sign_in(people.someone(), "a@b.example").status_code == 303
        ada.post("/account", {})
        with people.sandbox.reading() as call:
            assert profiles.get(call, me) == Profile(None, None, adult=False)
        sees(sign_in(people.someone(), "a@b.example"), 400, WRONG)

    def test_the_address_of_another_account_is_refused(self, people: People) -> None:
        """The reason is shown, and nothing in the form is saved."""
        people.member("Ben", email="ben@example.org")
        ada = people.member(email="ada@example.org")
        answer = ada.post("/account", {"email": "Ben@example.org", "country": "DE"})

        sees(answer, 400, "Another account has that e-mail address.")
        with people.sandbox.reading() as call:
            assert profiles.get(call, worker_id(ada)).country is None
        for bad in ({"country": "ZZ"}, {"email": "x"}):
            assert ada.post("/account", bad).status_code == 400

    def test_a_country_opens_the_hits_that_ask_for_it(self, people: People) -> None:
        """Worker_Locale is what the profile says."""
        requirement = {
            "QualificationTypeId": "00000000000000000071",
            "Comparator": "In",
            "LocaleValues": [{"Country": "US", "Subdivision": "PA"}],
            "ActionsGuarded": "Accept",
        }
        hit = people.launch(QualificationRequirements=[requirement])
        ada = people.member()
        refused = ada.post(f"/groups/{hit['HITTypeId']}/accept", follow_redirects=True)
        ada.post("/account", {"country": "US", "state": "PA"})

        assert "your profile has no country" in words(refused)
        assert ada.accept(hit["HITTypeId"])

    def test_a_nickname_has_a_profile_too(self, tmp_path: Path) -> None:
        """Sandbox workers can set a country, but have no password and no account to close."""
        people = People(tmp_path / "crowd", site_name="sandbox")
        ada = people.someone()
        ada.sign_in("Ada")
        shown = ada.get("/account")

        sees(shown, 200, "Country")
        assert "assword" not in shown.text
        assert ada.post("/account", {"country": "FR"}).status_code == 303
        for path in ("/account/close", "/account/password"):
            assert ada.post(path, {"password": PASSWORD}).status_code == 404
        people.app.close()

    def test_no_form_makes_anybody_somebody_else(self, people: People) -> None:
        """Additional fields in a form are ignored, so workers cannot gain privileges."""
        ben, ada = people.member("Ben"), people.member("Ada")
        before = people.manage("list_requesters")
        ada.post(
            "/account",
            {"worker_id": worker_id(ben), "name": "Ben", "requester_id": people.requester_id}
            | {"session_version": "99", "country": "FR", "role": "requester"},
        )

        with people.sandbox.reading() as call:
            assert profiles.get(call, worker_id(ben)).country is None
            assert profiles.get(call, worker_id(ada)).country == "FR"
        assert people.manage("list_requesters") == before


class TestClosing:
    """Closing an account erases the person's data, and keeps the work."""

    @pytest.mark.parametrize("by", ["worker", "operator"])
    def test_name_address_and_password_are_erased(self, people: People, by: str) -> None:
        """What is in progress goes back, what was submitted stays, nobody can sign in, and the name is
        free.
        """
        ada = people.member("Ada Lovelace", email="ada@example.org", country="GB", adult="on")
        me, hits = worker_id(ada), [people.launch(Title=title) for title in ("one", "two")]
        done = ada.accept(hits[0]["HITTypeId"])
        ada.submit(assignmentId=done, word="cat")
        ada.accept(hits[1]["HITTypeId"])
        (reset,) = people.manage("reset_password", me)
        if by == "worker":
            sees(ada.post("/account/close", {"password": "x"}), 400, "The password is wrong.")
            sees(ada.get("/account/close"), 200, "1 HIT in progress will be returned.")
            assert ada.post("/account/close", {"password": PASSWORD}).location == "/sign_in"
            assert "Your account is closed." in words(ada.get("/sign_in"))
        else:
            assert "cannot be reopened" in people.refused("close_account", me)
            people.manage("close_account", me, "--yes")

        assert not is_signed_in(ada)
        sees(sign_in(people.someone(), "ada@example.org"), 400, WRONG)
        sees(people.someone().get(people.path(reset["url"])), 404, GONE)
        with people.sandbox.reading() as call:
            row = call.db.execute(select(workers).where(workers.c.worker_id == me)).one()
            account = accounts.get(call, me)
        assert (row.nickname, row.country, row.adult) == (None, None, None)
        assert account is not None
        assert (account.name, account.email, account.password_hash) == (None, None, None)
        assert account.closed_time is not None
        assert 0 <= account.closed_time - people.clock.now < MINUTE
        assert [status for status, _ in people.answers(hits[0]["HITId"])] == ["Submitted"]
        assert people.slots(hits[1]["HITId"]) == (1, 0)
        people.perform("ApproveAssignment", AssignmentId=done)
        assert [line["total"] for line in people.manage("export_payments")] == ["0.05"]
        assert worker_id(people.member("Ada Lovelace", email="ada@example.org")) != me

    def test_what_is_owed_is_reported_before(self, live: People) -> None:
        """The page warns workers who would lose money."""
        ada = live.member()
        done = ada.accept(live.launch(Reward="1.5")["HITTypeId"])
        ada.submit(assignmentId=done)
        live.perform("ApproveAssignment", AssignmentId=done)

        sees(ada.get("/account/close"), 200, "$1.50 is owed to you.")


POSTS = (
    "/sign_in",
    "/account",
    "/account/password",
    "/account/sign_out_everywhere",
    "/account/close",
    "/panel/next",
)


@pytest.mark.parametrize("path", POSTS)
def test_another_sites_page_can_do_nothing(live: People, path: str) -> None:
    """Without the session's token every form is refused, and nothing changes."""
    ada = live.member()
    fields = {
        "password": PASSWORD,
        "new_password": "chosen by Eve!",
        "name": "Ada",
        "country": "FR",
    }
    for token in ({}, {"csrf_token": "forged"}):
        sees(ada.bare_post(path, fields | token), 400, "This page is out of date")

    assert is_signed_in(ada)
    assert sign_in(live.someone(), "Ada").status_code == 303


def test_links_are_not_followed_by_forgery(live: People) -> None:
    """Invitations and resets are refused without the token too, and remain usable."""
    live.member()
    (reset,) = live.manage("reset_password", "Ada")
    for path in (live.invitation(), live.path(reset["url"])):
        answer = live.someone().bare_post(path, {"name": "Eve", "password": PASSWORD})
        sees(answer, 400, "This page is out of date")
        sees(live.someone().get(path), 200)


def test_no_page_has_scripts_or_styles_of_its_own(live: People) -> None:
    """The pages' policy forbids inline scripts and styles, and the pages have none."""
    ada = live.member()
    path = live.invitation()
    pages: dict[str, Callable[[], TestResponse]] = {
        "sign in": lambda: live.someone().get("/sign_in"),
        "sign up": lambda: live.someone().get(path),
        "account": lambda: ada.get("/account"),
        "close": lambda: ada.get("/account/close"),
        "earnings": lambda: ada.get("/earnings"),
    }
    for name, page in pages.items():
        answer = page()
        assert answer.status_code == 200, name
        assert not re.search(r"<style|\son\w+=|style=|<script(?![^>]*src)", answer.text), name
        policy = answer.headers["Content-Security-Policy"]
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"


def test_typed_texts_are_shown_as_texts(live: People) -> None:
    """Markup in a name is shown as text."""
    name = "<b>Ada</b>&\"'"
    ada = live.member(name)

    for path in ("/", "/account", "/earnings"):
        assert "<b>Ada" not in ada.get(path).text
    assert name in words(ada.get("/account"))
    shown = sign_in(live.someone(), '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in shown.text


def test_urls_are_absolute_and_of_the_site(live: People) -> None:
    """--url is the server's public address; the sandbox's links go to the sandbox."""
    (line,) = live.manage("add_link", "--url", "https://crowd.example.org/")
    parts = urlsplit(line["url"])

    assert (parts.scheme, parts.netloc) == ("https", "crowd.example.org")
    assert parts.path.startswith("/join/L")
    assert line["link_id"] not in line["url"]


def test_the_document_names_every_command_and_option() -> None:
    """docs/people.md describes every command of the operator about people."""
    text = (Path(manage_crowd.__file__).parent / "docs" / "people.md").read_text("utf-8")
    ours = {
        name: manage_crowd.find_command(module, name)
        for module in ("links", "workers", "panels", "panel_submissions", "payments")
        for name in manage_crowd.MODULES[module]
    }
    columns = ("--submission_column", "--status_column", "--code_column")

    assert len(ours) == 13
    assert [name for name in ours if f"`{name}" not in text] == []
    options = {argument.name for command in ours.values() for argument in command.arguments}
    named = {option for option in options if option.startswith("--")} - {*columns}
    assert [option for option in named if option not in text] == []
