"""Workers' accounts: invitations, signing in, profiles, closing. What is refused, and how."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

import manage_crowd
from local_crowd.app import create_app
from local_crowd.operations.people import accounts, profiles, sign_in_limits
from local_crowd.operations.people.profiles import Profile
from local_crowd.pages.people.passwords import hash_password, is_password
from local_crowd.store.tables import accounts as accounts_table
from local_crowd.store.tables import links, workers
from tests.support.crowds import DAY, HOUR, MINUTE
from tests.support.live_site import PASSWORD, People, sign_in, sign_up, worker_id
from tests.support.worker_sites import Visitor, words

WRONG = "That name, e-mail address or password is wrong."
TOO_MANY = "Too many attempts to sign in. Wait a little, then try again."
GONE = "It may have been used already, have expired, or have been copied incompletely."


def is_signed_in(visitor: Visitor) -> bool:
    """Whether the pages know who this is."""
    return visitor.get("/my_work").status_code == 200


def sees(answer: TestResponse, status: int, *texts: str) -> None:
    """Assert the status and the words of a page."""
    shown = words(answer)
    assert answer.status_code == status, shown
    for text in texts:
        assert text in shown


class TestInvitations:
    """A link lets in whom it is for, once."""

    def test_a_link_makes_an_account_and_signs_in(self, people: People) -> None:
        """Name, address, country and state are kept; the worker is signed in, and has an id."""
        path = people.invitation()
        ada = people.someone()
        sees(ada.get(path), 200, "Create your account")
        made = sign_up(ada, path, email=" Ada@Example.org", country="US", state="PA", adult="on")

        assert (made.status_code, made.location) == (303, "/")
        assert "Ada" in words(ada.get("/"))
        with people.sandbox.reading() as call:
            account = accounts.get(call, worker_id(ada))
            assert account is not None
            assert (account.name, account.email) == ("Ada", "ada@example.org")
            assert profiles.get(call, account.worker_id) == Profile("US", "PA", adult=True)
        assert re.fullmatch("A[A-Z0-9]{13}", account.worker_id)

    def test_a_used_link_lets_nobody_in(self, people: People) -> None:
        """The second who opens it is told so, also when the form was open before."""
        path = people.invitation()
        ada, eve = people.someone(), people.someone()
        sees(eve.get(path), 200, "Create your account")
        sign_up(ada, path)

        sees(sign_up(eve, path, name="Eve"), 404, "This link does not work", GONE)
        sees(eve.get(path), 404, GONE)
        assert not is_signed_in(eve)

    def test_of_two_at_once_one_wins(self, people: People) -> None:
        """Several people with one single-use link: one account is made."""
        path = people.invitation()
        visitors = [people.someone() for _ in range(4)]
        tokens = [visitor.token() for visitor in visitors]

        def join(number: int) -> int:
            fields = {"name": f"W{number}", "password": PASSWORD, "csrf_token": tokens[number]}
            return visitors[number].bare_post(path, fields).status_code

        with ThreadPoolExecutor(4) as threads:
            statuses = sorted(threads.map(join, range(4)))

        assert statuses == [303, 404, 404, 404]
        assert len(people.manage("list_workers")) == 1
        (link,) = people.manage("list_links")
        assert (link["uses_left"], link["open"]) == (0, False)

    def test_a_link_for_two_lets_two_in(self, people: People) -> None:
        """--uses bounds how many."""
        path = people.invitation("--uses", "2")
        answers = [sign_up(people.someone(), path, name=name) for name in ("Ada", "Ben", "Cat")]

        assert [one.status_code for one in answers] == [303, 303, 404]

    def test_a_link_expires(self, people: People) -> None:
        """It works until its time is over."""
        path = people.invitation("--expires", "2h")
        people.clock.advance(2 * HOUR - MINUTE)
        sees(people.someone().get(path), 200)
        people.clock.advance(2 * MINUTE)

        sees(people.someone().get(path), 404, GONE)
        sees(sign_up(people.someone(), path), 404, GONE)

    def test_a_removed_link_lets_nobody_in(self, people: People) -> None:
        """remove_link ends it at once."""
        (line,) = people.manage("add_link", "--uses", "5")
        people.manage("remove_link", line["link_id"])

        sees(sign_up(people.someone(), people.path(line["url"])), 404, GONE)

    def test_a_link_cannot_be_guessed_or_read_from_the_database(self, live: People) -> None:
        """At least 128 bits, other ones each time, kept as a hash alone."""
        tokens = [live.invitation().rpartition("/")[2] for _ in range(3)]

        assert len(set(tokens)) == 3
        assert all(re.fullmatch("L[A-Z0-9]{29}", token) for token in tokens)  # 149 bits
        with live.sandbox.reading() as call:
            stored = str(call.db.execute(select(links)).all())
        assert not [token for token in tokens if token in stored]

    def test_a_link_for_each_address(self, live: People, tmp_path: Path) -> None:
        """--emails gives a line an address, whose link makes an account of that address alone."""
        file = tmp_path / "emails.txt"
        file.write_text(
            "ada@example.org\n\n# a comment\nBen@Example.org  # twice\nben@example.org\n"
        )
        code, lines, _ = live.try_manage(
            *("add_link", "--emails", str(file), "--format", "csv"),
            *("--url", "https://crowd.example.org/"),
        )

        assert code == 0
        assert lines[0].startswith("email,url,")
        assert [line.split(",")[0] for line in lines[1:]] == ["ada@example.org", "ben@example.org"]
        url = lines[1].split(",")[1]
        assert url.startswith("https://crowd.example.org/join/L")
        ada = live.someone()
        assert "Your e-mail address: ada@example.org" in words(ada.get(live.path(url)))
        sign_up(ada, live.path(url), email="eve@example.org")
        (account,) = live.manage("list_workers")
        assert (account["name"], account["email"]) == ("Ada", "ada@example.org")

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"name": ""}, "Type a name first."),
            ({"name": "x" * 41}, "That is 41 characters long. At most 40 are allowed."),
            ({"name": "a@b"}, "A name cannot contain @."),
            ({"name": "\ufdfa" * 9}, "That name is too long. Choose a shorter one."),
            ({"name": "Ada\u202e"}, "Use letters, digits, punctuation and spaces only."),
            ({"name": "Ben"}, "That name or e-mail address is taken."),
            ({"name": "ＢＥＮ"}, "That name or e-mail address is taken."),
            ({"email": "BEN@example.org"}, "That name or e-mail address is taken."),
            ({"email": "ada"}, "That is not an e-mail address."),
            ({"email": "a@b.c\x00"}, "That is not an e-mail address."),
            ({"email": f"{'x' * 252}@b.c"}, "That is not an e-mail address."),
            ({"password": "123456789"}, "A password needs at least 10 characters"),
            ({"password": "x" * 1001}, "A password can have at most 1000 characters."),
            ({"country": "XX"}, "Choose a country from the list."),
            ({"country": "US", "state": "XX"}, "Choose a state from the list."),
        ],
    )
    def test_what_makes_no_account(self, live: People, fields: dict[str, str], said: str) -> None:
        """It is refused in words, nothing is made, and the link is still good."""
        live.member("Ben", email="ben@example.org")
        path = live.invitation()
        ada = live.someone()

        sees(sign_up(ada, path, **fields), 400, said, "Create your account")
        assert not is_signed_in(ada)
        assert [one["name"] for one in live.manage("list_workers")] == ["Ben"]
        assert sign_up(ada, path).status_code == 303

    @pytest.mark.parametrize(
        ("argv", "said"),
        [
            (["--uses", "0"], "--uses must be at least 1."),
            (["--expires", "soon"], "'soon' is not a duration; write 90m, 12h, 7d, 4w or never."),
            (["--emails", "nowhere.txt"], "nowhere.txt: No such file or directory"),
            (["--url", "crowd.example.org"], "--url crowd.example.org: not a server's URL"),
            (
                ["--site", "sandbox"],
                "The sandbox needs no invitations: workers sign in with a nickname.",
            ),
        ],
    )
    def test_links_that_cannot_be_made(self, live: People, argv: list[str], said: str) -> None:
        """One line says why, and no link is made."""
        assert said in live.refused("add_link", *argv)
        assert live.manage("list_links") == []

    def test_a_bad_line_of_the_addresses_is_named(self, live: People, tmp_path: Path) -> None:
        """File and line; nobody is invited."""
        file = tmp_path / "emails.txt"
        file.write_text("ada@example.org\nben at example.org\n")

        said = live.refused("add_link", "--emails", str(file))
        assert said == f"{file}:2: 'ben at example.org' is not an e-mail address"
        assert live.manage("list_links") == []


class TestSigningIn:
    """By name or address and password."""

    @pytest.mark.parametrize("typed", ["Ada", " ADA ", "ada", "ada@example.org", "Ada@Example.ORG"])
    def test_a_name_or_an_address_will_do(self, live: People, typed: str) -> None:
        """Case and outer spaces make no difference, and one is led to where one wanted to go."""
        ada = live.member(email="ada@example.org")
        again = live.someone()

        assert again.get("/messages").location == "/sign_in?next=/messages"
        assert sign_in(again, typed).location == "/"
        assert worker_id(again) == worker_id(ada)
        for wanted, led in (("/messages", "/messages"), ("//evil.example", "/")):
            answer = live.someone().post(
                "/sign_in", {"name": typed, "password": PASSWORD, "next": wanted}
            )
            assert answer.location == led

    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("Ada", "a few bad words"),
            ("Ada", PASSWORD.upper()),
            ("Ada", ""),
            ("Eve", PASSWORD),
            ("eve@example.org", PASSWORD),
            ("", PASSWORD),
            ("A\x00", PASSWORD),
            ("@", PASSWORD),
            ("x" * 5000, PASSWORD),
        ],
    )
    def test_what_is_wrong_is_not_said(self, live: People, name: str, password: str) -> None:
        """A wrong password and an unknown name get the same words and the same status."""
        live.member()
        visitor = live.someone()

        sees(sign_in(visitor, name, password), 400, WRONG)
        assert not is_signed_in(visitor)

    @pytest.mark.usefixtures("strong_passwords")
    def test_an_unknown_name_takes_as_long(self) -> None:
        """The time does not tell who has an account: it is the processor's, whoever else is busy."""
        stored = hash_password(PASSWORD)

        def shortest(password_hash: str | None) -> float:
            times = []
            for _ in range(4):
                start = time.thread_time()
                assert not is_password(password_hash, "another one")
                times.append(time.thread_time() - start)
            return min(times)

        known, unknown = shortest(stored), shortest(None)
        assert 0.5 < unknown / known < 2
        assert not is_password(None, "")

    @pytest.mark.usefixtures("strong_passwords")
    def test_a_password_is_kept_as_a_salted_hash(
        self, people: People, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Scrypt, another salt each time; the password is in no table, file or log."""
        secret = "correct horse 5c1"
        people.member("Ada", password=secret)
        people.member("Ben", password=secret)
        sign_in(people.someone(), "Ada", secret)
        with people.sandbox.reading() as call:
            kept = list(call.db.scalars(select(accounts_table.c.password_hash)))

        assert len(set(kept)) == 2
        assert all(one.startswith("scrypt:32768:8:1$") for one in kept)
        files = [p for p in people.directory.rglob("*") if p.is_file()]
        assert not [p for p in files if secret.encode() in p.read_bytes()]
        assert secret not in caplog.text + "".join(capfd.readouterr())

    def test_accents_typed_in_two_ways_are_one_password(self, live: People) -> None:
        """é as one sign or as two is the same password, as it is the same key to a person."""
        live.member(password="pass\u00e9 compos\u00e9")

        assert sign_in(live.someone(), "Ada", "passe\u0301 compose\u0301").status_code == 303

    def test_signing_in_begins_a_new_session(self, live: People) -> None:
        """A session that somebody had before, and its token, are worth nothing after."""
        live.member()
        visitor = live.someone()
        before = visitor.token()
        planted = visitor.client.get_cookie("local_crowd_live")
        sign_in(visitor, "Ada")
        after = visitor.client.get_cookie("local_crowd_live")

        assert planted is not None
        assert after is not None
        assert planted.value != after.value
        answer = visitor.bare_post("/sign_out", {"csrf_token": before})
        sees(answer, 400, "This page is out of date")
        assert is_signed_in(visitor)
        thief = live.someone()
        thief.client.set_cookie("local_crowd_live", planted.value)
        assert not is_signed_in(thief)

    def test_the_sandbox_can_ask_for_accounts(self, tmp_path: Path) -> None:
        """With sandbox_sign_in "account" a nickname opens nothing, and links are made for it."""
        (tmp_path / "crowd").mkdir(mode=0o700)
        (tmp_path / "crowd" / "crowd.json").write_text('{"sandbox_sign_in": "account"}')
        people = People(tmp_path / "crowd", site_name="sandbox")
        eve = people.someone()

        sees(eve.get("/sign_in"), 200, "Name or e-mail address")
        sees(eve.sign_in("Eve"), 400, WRONG)
        ada = people.member("Ada")
        assert worker_id(ada)
        people.app.close()


class TestGuessing:
    """A password can be guessed a few times, then slowly, and nobody is locked out for good."""

    def at(self, address: str) -> dict[str, Any]:
        """What a request from this address has."""
        return {"environ_base": {"REMOTE_ADDR": address}}

    def test_after_ten_wrong_ones_one_has_to_wait(self, people: People) -> None:
        """Also the right one is refused then, in words that tell nothing; a minute later it is
        not, and from elsewhere it never was.
        """
        people.member()
        visitor = people.someone()
        for _ in range(10):
            sees(sign_in(visitor, "Ada", "wrong", **self.at("10.0.0.1")), 400, WRONG)
        refused = sign_in(visitor, "Ada", **self.at("10.0.0.1"))

        sees(refused, 429, TOO_MANY)
        assert 0 < int(refused.headers["Retry-After"]) <= MINUTE
        assert not is_signed_in(visitor)
        assert sign_in(people.someone(), "ada", **self.at("10.0.0.2")).status_code == 303
        people.clock.advance(MINUTE)
        assert sign_in(visitor, "Ada", **self.at("10.0.0.1")).status_code == 303

    def test_an_unknown_name_is_refused_alike(self, people: People) -> None:
        """Ten attempts, then the same refusal: it does not tell who has an account."""
        visitor = people.someone()
        statuses = [sign_in(visitor, "Nobody", "x").status_code for _ in range(11)]

        assert statuses == [400] * 10 + [429]

    def test_all_processes_count_together(self, people: People) -> None:
        """The counts are in the database: another process of the same crowd knows them."""
        people.member()
        for _ in range(10):
            sign_in(people.someone(), "Ada", "wrong")
        other = create_app(people.directory, people.clock)
        answer = sign_in(Visitor(other, ""), "Ada")
        other.close()

        sees(answer, 429, TOO_MANY)

    def test_a_new_password_needs_the_old_one_and_not_by_guessing(self, people: People) -> None:
        """Changing the password and closing the account count as signing in does."""
        ada = people.member()
        forms = [("/account/password", {"new_password": PASSWORD}), ("/account/close", {})]
        for number in range(10):
            path, fields = forms[number % 2]
            sees(ada.post(path, fields | {"password": "wrong"}), 400, "The password is wrong.")

        for path, fields in forms:
            sees(ada.post(path, fields | {"password": PASSWORD}), 429, TOO_MANY)
        assert is_signed_in(ada)

    def count(self, people: People, account: str, address: str) -> bool:
        """Whether an attempt is let through."""
        try:
            with people.sandbox.writing() as call:
                sign_in_limits.count_attempt(call, account, address)
        except sign_in_limits.TooManyAttempts:
            return False
        return True

    def test_one_address_has_sixty_for_all_accounts(self, people: People) -> None:
        """Going from name to name does not help, nor does going round in an IPv6 network."""
        addresses = [f"2001:db8::{number:x}" for number in range(60)]
        assert all(self.count(people, f"W{n}", one) for n, one in enumerate(addresses))

        assert not self.count(people, "another", "2001:db8::ffff")
        assert self.count(people, "another", "2001:db8:0:1::1")
        assert self.count(people, "another", "192.0.2.1")
        people.clock.advance(10)
        assert self.count(people, "another", "::ffff:192.0.2.1")
        assert self.count(people, "another", "2001:db8::ffff")
        assert not self.count(people, "another", "2001:db8::ffff")

    def test_one_account_has_a_hundred_from_all_addresses(self, people: People) -> None:
        """Many machines that guess together are slowed down, and the account comes free again."""
        assert all(self.count(people, "ada", f"10.0.0.{n}") for n in range(100))

        assert not self.count(people, "ada", "10.0.1.1")
        people.clock.advance(2 * MINUTE)
        assert self.count(people, "ada", "10.0.1.1")

    def test_refused_attempts_do_not_prolong_the_wait(self, people: People) -> None:
        """Whoever goes on trying waits no longer than who does not."""
        for _ in range(10):
            self.count(people, "ada", "10.0.0.1")
        assert not any(self.count(people, "ada", "10.0.0.1") for _ in range(50))
        people.clock.advance(MINUTE)

        assert self.count(people, "ada", "10.0.0.1")

    def test_at_once_counts_as_one_after_the_other(self, people: People) -> None:
        """Of 30 attempts at the same time ten are let through."""
        with ThreadPoolExecutor(10) as threads:
            made = list(threads.map(lambda _: self.count(people, "ada", "10.0.0.1"), range(30)))

        assert sum(made) == 10

    def test_success_forgets_and_empty_counts_are_deleted(self, people: People) -> None:
        """A worker who mistypes every day is never slowed down, and nothing piles up."""
        people.member()
        for _ in range(3):
            for _ in range(4):
                self.count(people, "x", "10.0.0.9")
                sign_in(people.someone(), "Ada", "wrong")
            assert sign_in(people.someone(), "Ada").status_code == 303
            people.clock.advance(DAY)
        sign_in(people.someone(), "Ada")
        with people.sandbox.reading() as call:
            assert len(call.db.execute(select(sign_in_limits.attempts)).all()) <= 2


class TestSessions:
    """Signing out, here and everywhere."""

    def test_a_new_password_ends_the_other_sessions(self, people: People) -> None:
        """The browser at which it was changed stays signed in; others, and the old one, do not."""
        ada, elsewhere = people.member(), people.someone()
        sign_in(elsewhere, "Ada")
        answer = ada.post(
            "/account/password", {"password": PASSWORD, "new_password": "quite another one"}
        )

        assert answer.location == "/account"
        assert "Your password is changed." in words(ada.get("/account"))
        assert not is_signed_in(elsewhere)
        sees(sign_in(elsewhere, "Ada"), 400, WRONG)
        assert sign_in(elsewhere, "Ada", "quite another one").status_code == 303

    def test_a_password_that_is_too_short_changes_nothing(self, live: People) -> None:
        """It is refused in words."""
        ada = live.member()
        answer = ada.post("/account/password", {"password": PASSWORD, "new_password": "short"})

        sees(answer, 400, "A password needs at least 10 characters")
        assert sign_in(live.someone(), "Ada").status_code == 303

    def test_signing_out_everywhere_ends_every_session(self, people: People) -> None:
        """Also a copy of the cookie is worth nothing then."""
        ada, elsewhere = people.member(), people.someone()
        sign_in(elsewhere, "Ada")
        kept = elsewhere.client.get_cookie("local_crowd_live")

        assert ada.post("/account/sign_out_everywhere").location == "/sign_in"
        assert not is_signed_in(ada)
        assert not is_signed_in(elsewhere)
        assert kept is not None
        elsewhere.client.set_cookie("local_crowd_live", kept.value)
        assert not is_signed_in(elsewhere)
        preview = elsewhere.get(
            f"/hit_page/{people.launch()['HITId']}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE"
        )
        sees(preview, 403, "You must be signed in to preview HITs.")

    def test_the_cookie_is_hidden_and_kept_to_the_site(self, live: People) -> None:
        """HttpOnly, SameSite=Lax, and Secure over https."""
        live.member()
        visitor = live.someone()
        answer = sign_in(visitor, "Ada")
        cookie = set(answer.headers["Set-Cookie"].split("; "))

        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= cookie
        secure = Client(live.app).get("/sign_in", base_url="https://crowd.example")
        assert "Secure" in secure.headers["Set-Cookie"].split("; ")


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
        """An invitation resets nothing, and a reset invites nobody."""
        people.member()
        token = self.reset(people, "Ada").rpartition("/")[2]
        invitation = people.invitation().rpartition("/")[2]

        sees(people.someone().get(f"/join/{token}"), 404, GONE)
        sees(people.someone().get(f"/reset_password/{invitation}"), 404, GONE)

    @pytest.mark.parametrize("command", [["reset_password"], ["close_account", "--yes"]])
    def test_an_unknown_worker_is_named(self, live: People, command: list[str]) -> None:
        """One line."""
        live.member()
        said = live.refused(command[0], "Eve", *command[1:])
        assert said == "There is no open account Eve; list_workers shows them all."


class TestTheProfile:
    """What a worker says of themselves."""

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

    def test_another_ones_address_is_refused(self, people: People) -> None:
        """In words, and nothing of the form is kept."""
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
        """In the sandbox there is a country to say, and neither password nor closing."""
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
        """Fields that a form has not got do nothing: a worker's page raises nobody."""
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
    """Closing erases who it was, and keeps what was done."""

    @pytest.mark.parametrize("by", ["worker", "operator"])
    def test_name_address_and_password_are_erased(self, people: People, by: str) -> None:
        """What is in hand goes back, what was handed in stays, nobody can sign in, and the name is
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
        assert [one["total"] for one in people.manage("export_payments")] == ["0.05"]
        assert worker_id(people.member("Ada Lovelace", email="ada@example.org")) != me

    def test_what_is_owed_is_said_before(self, live: People) -> None:
        """Who would lose money by leaving is warned."""
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
    """Each form is refused without the session's token, and nothing happens."""
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
    """An invitation and a reset are refused without the token too, and stay open."""
    live.member()
    (reset,) = live.manage("reset_password", "Ada")
    for path in (live.invitation(), live.path(reset["url"])):
        answer = live.someone().bare_post(path, {"name": "Eve", "password": PASSWORD})
        sees(answer, 400, "This page is out of date")
        sees(live.someone().get(path), 200)


def test_no_page_has_scripts_or_styles_of_its_own(live: People) -> None:
    """The pages stand under a policy that lets none run, and need none."""
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
    """A name with markup in it stays a name."""
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
    """What the operator can do about people stands in docs/people.md."""
    text = (Path(manage_crowd.__file__).parent / "docs" / "people.md").read_text("utf-8")
    ours = {
        name: command
        for name, command in manage_crowd.COMMANDS.items()
        if command.module in ("links", "workers", "panels", "payments")
    }
    columns = ("--submission_column", "--status_column", "--code_column")

    assert len(ours) == 12
    assert [name for name in ours if f"`{name}" not in text] == []
    options = {option for command in ours.values() for option in command.arguments}
    named = {option for option in options if option.startswith("--")} - {*columns}
    assert [option for option in named if option not in text] == []
