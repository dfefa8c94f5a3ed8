"""Access tokens: with them a program acts for a requester, without its keys."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import manage_crowd
from amt.crowd import Crowd
from amt.errors import Error
from amt.requesters import Holder, Tokens, read_notification_secret
from local_crowd.site import SITES
from tests.support.crowds import HIT, business, refusal
from tests.support.postgres import Databases
from tests.support.quick_setup import new_crowd

Manage = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The data of a new crowd."""
    return new_crowd(tmp_path / "crowd")


@pytest.fixture
def manage(directory: Path, capsys: pytest.CaptureFixture[str]) -> Manage:
    """Runs a command that must succeed, in silence; the lines it printed."""

    def manage(*argv: str) -> list[dict[str, Any]]:
        assert manage_crowd.main([*argv, "--local_crowd", str(directory)]) == 0
        output = capsys.readouterr()
        assert output.err == ""
        return [json.loads(line) for line in output.out.splitlines()]

    return manage


@pytest.fixture
def tokens(directory: Path) -> Iterator[Tokens]:
    """The tokens as a running server has them."""
    with closing(Tokens(directory)) as tokens:
        yield tokens


def crowd(directory: Path, requester: str, *, live: bool = False) -> Crowd:
    """A site of the crowd, as this requester."""
    return Crowd("local", live, {"local_crowd": directory}, requester=requester)


def test_a_token_is_printed_once_and_stored_as_a_hash(manage: Manage, directory: Path) -> None:
    """It has 256 random bits, which neither a list nor a file of the crowd repeats."""
    manage("add_requester", "Vision lab")

    (line,) = manage("add_token", "Vision lab", "--may", "launch")

    assert list(line) == ["token", "token_id", "requester", "may"]
    assert re.fullmatch("amt_[A-Za-z0-9_-]{43}", line["token"])
    assert re.fullmatch("T[A-Z0-9]{13}", line["token_id"])
    assert (line["requester"], line["may"]) == ("Vision lab", "launch")
    (listed,) = manage("list_tokens")
    assert list(listed) == ["token_id", "requester", "may", "created"]
    assert listed | line == line | {"created": listed["created"]}
    stored = b"".join(file.read_bytes() for file in directory.iterdir())
    assert line["token"].encode() not in stored
    assert hashlib.sha256(line["token"].encode()).hexdigest().encode() in stored


def test_a_running_server_learns_of_tokens_at_once(manage: Manage, tokens: Tokens) -> None:
    """Added, a token is known; removed, alone or with its requester's keys, it is not."""
    for name in ("lab", "zoo"):
        manage("add_requester", name)
    added = [
        *manage("add_token", "lab", "--may", "launch"),
        *manage("add_token", "lab", "--may", "read"),
        *manage("add_token", "zoo", "--may", "read"),
        *manage("add_token", "local", "--may", "launch"),
    ]

    def holders() -> list[Holder | None]:
        return [tokens.find_holder(line["token"]) for line in added]

    lab, reading = Holder("lab", may_launch=True), Holder("lab", may_launch=False)
    zoo, owner = Holder("zoo", may_launch=False), Holder("local", may_launch=True)
    assert holders() == [lab, reading, zoo, owner]
    manage("remove_token", added[1]["token_id"])
    assert holders() == [lab, None, zoo, owner]
    manage("new_keys", "lab")
    assert holders() == [lab, None, zoo, owner]
    manage("remove_keys", "lab")
    assert holders() == [None, None, zoo, owner]
    manage("new_keys", "lab")
    assert holders() == [None, None, zoo, owner]
    assert {line["requester"] for line in manage("list_tokens")} == {"zoo", "local"}


def test_a_token_outlives_the_sandbox(manage: Manage, directory: Path) -> None:
    """People empty the sandbox to start over."""
    manage("add_requester", "lab")
    (line,) = manage("add_token", "lab", "--may", "read")

    for file in directory.glob("sandbox.sqlite3*"):
        file.unlink()

    with closing(Tokens(directory)) as tokens:
        assert tokens.find_holder(line["token"]) == Holder("lab", may_launch=False)


@pytest.mark.parametrize(
    "token", ["", "amt_", "amt_" + "A" * 43, "\0", "\udcff", "ü", "amt_" + "A" * 10**6]
)
def test_what_is_no_token_belongs_to_nobody(manage: Manage, tokens: Tokens, token: str) -> None:
    """Any text may be looked up; nor is a token's hash or its id a token."""
    (line,) = manage("add_token", "local", "--may", "launch")

    assert tokens.find_holder(token) is None
    assert tokens.find_holder(line["token_id"]) is None
    assert tokens.find_holder(hashlib.sha256(line["token"].encode()).hexdigest()) is None
    assert tokens.find_holder(line["token"] + " ") is None


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ("add_token", "labb", "--may", "read"),
            "There is no requester labb; list_requesters shows them all.",
        ),
        (("remove_token", "T0"), "There is no token T0; list_tokens shows them all."),
        (
            ("add_token", "lab", "--may", "delete"),
            "argument --may: invalid choice: 'delete' (choose from",
        ),
        (("add_token", "lab"), "the following arguments are required: --may"),
    ],
)
def test_a_command_that_is_refused_says_why(
    manage: Manage,
    directory: Path,
    capsys: pytest.CaptureFixture[str],
    argv: tuple[str, ...],
    message: str,
) -> None:
    """Nothing is added."""
    manage("add_requester", "lab")

    try:
        code = manage_crowd.main([*argv, "--local_crowd", str(directory)])
    except SystemExit as exit_:
        code = int(str(exit_.code))

    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert message in output.err
    assert manage("list_tokens") == []


def test_calls_act_for_the_requester_that_is_named(manage: Manage, directory: Path) -> None:
    """On both sites the HITs are the requester's own, and so is the budget."""
    manage("add_requester", "lab", "--budget", "0.05")
    manage("add_requester", "zoo")
    lab, live = crowd(directory, "lab").connect(), crowd(directory, "lab", live=True).connect()

    hit_ids = [client.create_hit(**HIT)["HIT"]["HITId"] for client in (lab, live)]

    assert [hit["HITId"] for hit in lab.list_hits()["HITs"]] == hit_ids[:1]
    for other in ("zoo", "local"):
        client = crowd(directory, other).connect()
        assert client.list_hits()["HITs"] == []
        assert refusal(client.get_hit, HITId=hit_ids[0]).turk_error_code == (
            "AWS.MechanicalTurk.HITDoesNotExist"
        )
    refused = refusal(live.create_hit, **HIT)
    assert refused == business(refused.message, "InsufficientFunds")
    crowd(directory, "zoo", live=True).connect().create_hit(**HIT)


def test_the_secret_that_signs_is_the_one_that_is_shown(manage: Manage, directory: Path) -> None:
    """Each requester has one for each site; receivers verify notifications with it too."""
    manage("add_requester", "lab")

    secrets = {
        (name, live): read_notification_secret(crowd(directory, name, live=live))
        for name in ("lab", "local")
        for live in (False, True)
    }

    assert len(set(secrets.values())) == 4
    for name in ("lab", "local"):
        for line in manage("show_notification_secret", name):
            assert secrets[name, line["site"] == "live"] == line["secret"]


def test_an_unknown_requester_is_one_line(manage: Manage, directory: Path) -> None:
    """Whoever acts for a requester names one that exists; nobody is created by a slip."""
    for use in (Crowd.connect, read_notification_secret):
        with pytest.raises(Error) as caught:
            use(crowd(directory, "labb"))
        assert str(caught.value) == (
            f"{directory}: there is no requester labb; manage_crowd.py list_requesters shows them all"
        )
    assert manage("list_requesters") == []


def test_data_that_cannot_be_used_is_one_line(directory: Path) -> None:
    """The file is named, with what to do."""
    (directory / "live.sqlite3").write_bytes(b"")

    with pytest.raises(Error, match=r"live\.sqlite3: this file does not contain a crowd"):
        Tokens(directory)


@pytest.mark.postgresql
def test_tokens_are_in_the_database_of_the_live_site(
    manage: Manage, directory: Path, databases: Databases, request: pytest.FixtureRequest
) -> None:
    """Also where crowd.json names PostgreSQL."""
    request.addfinalizer(databases.empty)
    named = {f"{name}_database": databases.urls[name] for name in SITES}
    (directory / "crowd.json").write_text(json.dumps(named))
    manage("add_requester", "lab")

    (line,) = manage("add_token", "lab", "--may", "launch")

    with closing(Tokens(directory)) as tokens:
        assert tokens.find_holder(line["token"]) == Holder("lab", may_launch=True)
        manage("remove_token", line["token_id"])
        assert tokens.find_holder(line["token"]) is None
        assert tokens.find_holder("\0") is None
