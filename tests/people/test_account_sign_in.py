"""Signing in to an account, guessing at passwords, and sessions."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from local_crowd.app import create_app
from local_crowd.operations.people import sign_in_limits
from local_crowd.pages.people.passwords import hash_password, is_password
from local_crowd.store.tables import accounts as accounts_table
from tests.support.account_pages import TOO_MANY, WRONG, is_signed_in, sees
from tests.support.crowds import DAY, MINUTE
from tests.support.live_site import PASSWORD, People, sign_in, worker_id
from tests.support.worker_sites import Visitor, words


class TestSigningIn:
    """Signing in with a name or an address, and a password."""

    @pytest.mark.parametrize("typed", ["Ada", " ADA ", "ada", "ada@example.org", "Ada@Example.ORG"])
    def test_sign_in_takes_a_name_or_an_address(self, live: People, typed: str) -> None:
        """Case and outer spaces do not matter, and the worker gets the page that they requested."""
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
    def test_a_refusal_does_not_tell_which_part_was_wrong(
        self, live: People, name: str, password: str
    ) -> None:
        """A wrong password and an unknown name get the same message and status."""
        live.member()
        visitor = live.someone()

        sees(sign_in(visitor, name, password), 400, WRONG)
        assert not is_signed_in(visitor)

    @pytest.mark.usefixtures("strong_passwords")
    def test_an_unknown_name_takes_as_long(self) -> None:
        """The CPU time does not reveal who has an account; unlike wall time, it is stable under load."""
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
        """The hash is scrypt with a random salt; no table, file or log contains the password."""
        secret = "correct horse 5c1"
        people.member("Ada", password=secret)
        people.member("Ben", password=secret)
        sign_in(people.someone(), "Ada", secret)
        with people.sandbox.reading() as call:
            kept = list(call.db.scalars(select(accounts_table.c.password_hash)))

        assert len(set(kept)) == 2
        assert all(password_hash.startswith("scrypt:32768:8:1$") for password_hash in kept)
        files = [p for p in people.directory.rglob("*") if p.is_file()]
        assert not [p for p in files if secret.encode() in p.read_bytes()]
        assert secret not in caplog.text + "".join(capfd.readouterr())

    def test_accents_typed_in_two_ways_are_one_password(self, live: People) -> None:
        """é as one code point or as two is the same password: people press the same keys."""
        live.member(password="pass\u00e9 compos\u00e9")

        assert sign_in(live.someone(), "Ada", "passe\u0301 compose\u0301").status_code == 303

    def test_signing_in_begins_a_new_session(self, live: People) -> None:
        """An earlier session and its token become invalid."""
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
        """With sandbox_sign_in "account", nicknames are refused, and the sandbox has invitation links."""
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
        """Return the WSGI environment of a request from this address."""
        return {"environ_base": {"REMOTE_ADDR": address}}

    def test_after_ten_wrong_passwords_the_worker_has_to_wait(self, people: People) -> None:
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
        """It gets ten attempts too, so the refusal does not reveal who has an account."""
        visitor = people.someone()
        statuses = [sign_in(visitor, "Nobody", "x").status_code for _ in range(11)]

        assert statuses == [400] * 10 + [429]

    def test_all_processes_count_together(self, people: People) -> None:
        """The counts are in the database, so all processes of a crowd share them."""
        people.member()
        for _ in range(10):
            sign_in(people.someone(), "Ada", "wrong")
        other = create_app(people.directory, people.clock)
        answer = sign_in(Visitor(other, ""), "Ada")
        other.close()

        sees(answer, 429, TOO_MANY)

    def test_a_new_password_needs_the_old_one_and_not_by_guessing(self, people: People) -> None:
        """Attempts to change the password or close the account count like attempts to sign in."""
        ada = people.member()
        forms = [("/account/password", {"new_password": PASSWORD}), ("/account/close", {})]
        for number in range(10):
            path, fields = forms[number % 2]
            sees(ada.post(path, fields | {"password": "wrong"}), 400, "The password is wrong.")

        for path, fields in forms:
            sees(ada.post(path, fields | {"password": PASSWORD}), 429, TOO_MANY)
        assert is_signed_in(ada)

    def count(self, people: People, account: str, address: str) -> bool:
        """Return whether an attempt is allowed."""
        try:
            with people.sandbox.writing() as call:
                sign_in_limits.count_attempt(call, account, address)
        except sign_in_limits.TooManyAttempts:
            return False
        return True

    def test_one_address_has_sixty_for_all_accounts(self, people: People) -> None:
        """Trying many names does not help, nor do many addresses of one IPv6 network."""
        addresses = [f"2001:db8::{number:x}" for number in range(60)]
        assert all(self.count(people, f"W{n}", address) for n, address in enumerate(addresses))

        assert not self.count(people, "another", "2001:db8::ffff")
        assert self.count(people, "another", "2001:db8:0:1::1")
        assert self.count(people, "another", "192.0.2.1")
        people.clock.advance(10)
        assert self.count(people, "another", "::ffff:192.0.2.1")
        assert self.count(people, "another", "2001:db8::ffff")
        assert not self.count(people, "another", "2001:db8::ffff")

    def test_one_account_has_a_hundred_from_all_addresses(self, people: People) -> None:
        """Many machines that guess together are slowed down, and later the account can be used again."""
        assert all(self.count(people, "ada", f"10.0.0.{n}") for n in range(100))

        assert not self.count(people, "ada", "10.0.1.1")
        people.clock.advance(2 * MINUTE)
        assert self.count(people, "ada", "10.0.1.1")

    def test_refused_attempts_do_not_prolong_the_wait(self, people: People) -> None:
        """A client that keeps trying waits no longer than one that stops."""
        for _ in range(10):
            self.count(people, "ada", "10.0.0.1")
        assert not any(self.count(people, "ada", "10.0.0.1") for _ in range(50))
        people.clock.advance(MINUTE)

        assert self.count(people, "ada", "10.0.0.1")

    def test_at_once_counts_as_one_after_the_other(self, people: People) -> None:
        """Of 30 simultaneous attempts, ten are allowed."""
        with ThreadPoolExecutor(10) as threads:
            allowed = list(threads.map(lambda _: self.count(people, "ada", "10.0.0.1"), range(30)))

        assert sum(allowed) == 10

    def test_success_forgets_and_empty_counts_are_deleted(self, people: People) -> None:
        """A worker who mistypes every day is never slowed down, and no rows accumulate."""
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
        """It is refused with the reason."""
        ada = live.member()
        answer = ada.post("/account/password", {"password": PASSWORD, "new_password": "short"})

        sees(answer, 400, "A password needs at least 10 characters")
        assert sign_in(live.someone(), "Ada").status_code == 303

    def test_signing_out_everywhere_ends_every_session(self, people: People) -> None:
        """Copies of the cookie become invalid too."""
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
