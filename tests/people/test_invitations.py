"""Invitation links and the accounts that people make with them."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from local_crowd.operations.people import accounts, profiles
from local_crowd.operations.people.profiles import Profile
from local_crowd.store.tables import links
from tests.support.account_pages import GONE, is_signed_in, sees
from tests.support.crowds import HOUR, MINUTE
from tests.support.live_site import PASSWORD, People, sign_up, worker_id
from tests.support.worker_sites import words


class TestInvitations:
    """An invitation link admits each person it is for, once."""

    def test_a_link_makes_an_account_and_signs_in(self, people: People) -> None:
        """Name, address, country and state are kept; the worker is signed in, and has an id."""
        path = people.invitation()
        ada = people.someone()
        sees(ada.get(path), 200, "Create your account")
        response = sign_up(
            ada, path, email=" Ada@Example.org", country="US", state="PA", adult="on"
        )

        assert (response.status_code, response.location) == (303, "/")
        assert "Ada" in words(ada.get("/"))
        with people.sandbox.reading() as call:
            account = accounts.get(call, worker_id(ada))
            assert account is not None
            assert (account.name, account.email) == ("Ada", "ada@example.org")
            assert profiles.get(call, account.worker_id) == Profile("US", "PA", adult=True)
        assert re.fullmatch("A[A-Z0-9]{13}", account.worker_id)

    def test_a_used_link_lets_nobody_in(self, people: People) -> None:
        """The second person is told so, even if their form was already open."""
        path = people.invitation()
        ada, eve = people.someone(), people.someone()
        sees(eve.get(path), 200, "Create your account")
        sign_up(ada, path)

        sees(sign_up(eve, path, name="Eve"), 404, "This link does not work", GONE)
        sees(eve.get(path), 404, GONE)
        assert not is_signed_in(eve)

    def test_a_single_use_link_admits_one_of_several_at_once(self, people: People) -> None:
        """Of several people who use the link at the same time, one gets an account."""
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
        """--uses limits the number of people."""
        path = people.invitation("--uses", "2")
        answers = [sign_up(people.someone(), path, name=name) for name in ("Ada", "Ben", "Cat")]

        assert [response.status_code for response in answers] == [303, 303, 404]

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
        """A token has at least 128 random bits, and only its hash is stored."""
        tokens = [live.invitation().rpartition("/")[2] for _ in range(3)]

        assert len(set(tokens)) == 3
        assert all(re.fullmatch("L[A-Z0-9]{29}", token) for token in tokens)  # 149 bits
        with live.sandbox.reading() as call:
            stored = str(call.db.execute(select(links)).all())
        assert not [token for token in tokens if token in stored]

    def test_a_link_for_each_address(self, live: People, tmp_path: Path) -> None:
        """--emails prints a line per address, whose link creates an account with that address only."""
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
        ("fields", "message"),
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
    def test_invalid_sign_ups_are_refused(
        self, live: People, fields: dict[str, str], message: str
    ) -> None:
        """The reason is shown, no account is created, and the link remains usable."""
        live.member("Ben", email="ben@example.org")
        path = live.invitation()
        ada = live.someone()

        sees(sign_up(ada, path, **fields), 400, message, "Create your account")
        assert not is_signed_in(ada)
        assert [worker["name"] for worker in live.manage("list_workers")] == ["Ben"]
        assert sign_up(ada, path).status_code == 303

    @pytest.mark.parametrize(
        ("argv", "message"),
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
    def test_invalid_links_are_refused(self, live: People, argv: list[str], message: str) -> None:
        """One line gives the reason, and no link is created."""
        assert message in live.refused("add_link", *argv)
        assert live.manage("list_links") == []

    def test_a_bad_line_of_the_addresses_is_reported(self, live: People, tmp_path: Path) -> None:
        """The message has the file and the line; nobody is invited."""
        file = tmp_path / "emails.txt"
        file.write_text("ada@example.org\nben at example.org\n")

        message = live.refused("add_link", "--emails", str(file))
        assert message == f"{file}:2: 'ben at example.org' is not an e-mail address"
        assert live.manage("list_links") == []
