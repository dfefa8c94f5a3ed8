import io
import json
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import manage_crowd
import simpleamt
from amt.crowd import Crowd
from local_crowd.manage.commands import COMMANDS
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.people import access_keys, identities, requesters
from local_crowd.pages.people import passwords
from local_crowd.site import SITES, Site, open_site
from local_crowd.wire.signature import UnrecognizedClientException
from tests.support.crowds import HIT, refusal
from tests.support.signing import signed_client

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTIONS = {
    name: description
    for descriptions in manage_crowd.MODULES.values()
    for name, description in descriptions.items()
}
Manage = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the crowd is, or is going to be; no config.json lies about."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "crowd"


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
def sites(directory: Path) -> Iterator[list[Site]]:
    """Both sites, open as a running server has them."""
    sites = [open_site(directory, name, time.time) for name in SITES]
    yield sites
    for site in sites:
        site.close()


def test_every_function_that_is_a_command_can_be_run() -> None:
    """Each command that a module of local_crowd.manage declares has a description, and each
    description has a command.
    """
    for path in (ROOT / "local_crowd" / "manage").glob("*.py"):
        import_module(f"local_crowd.manage.{path.stem}")

    assert set(COMMANDS) == set(DESCRIPTIONS)


@pytest.fixture
def refused(directory: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that must fail; the one line it says of it."""

    def refused(*argv: str) -> str:
        assert manage_crowd.main([*argv, "--local_crowd", str(directory)]) == 2
        output = capsys.readouterr()
        assert output.out == ""
        (line,) = output.err.splitlines()
        return re.sub(r"^\S+: ", "", line)

    return refused


def works(site: Site, line: dict[str, Any]) -> bool:
    """Whether a call signed with the printed keys is answered; fails for any other refusal."""
    client = signed_client(site, line["aws_access_key"], line["aws_secret_key"])
    try:
        client.get_account_balance()
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != UnrecognizedClientException.code:
            raise
        return False
    return True


def ids(sites: list[Site], name: str) -> list[str | None]:
    """The id of this requester on each site."""
    requester_ids = []
    for site in sites:
        with site.reading() as call:
            requester_ids.append(access_keys.find_id(call, name))
    return requester_ids


def test_add_requester_prints_keys_for_config_json(
    manage: Manage, directory: Path, tmp_path: Path
) -> None:
    """One JSON object, of Amazon's form but not to be taken for Amazon's, and it is a config.json."""
    (line,) = manage("add_requester", "Vision lab")

    assert list(line) == ["aws_access_key", "aws_secret_key"]
    assert re.fullmatch("LC[A-Z0-9]{18}", line["aws_access_key"])
    assert re.fullmatch("[A-Za-z0-9]{40}", line["aws_secret_key"])
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    (tmp_path / "config.json").write_text(json.dumps(line))
    args = simpleamt.parser("").parse_args(["--crowd", "http://127.0.0.1:8000"])
    assert simpleamt.crowd(args).settings["aws_secret_key"] == line["aws_secret_key"]


def test_a_requester_is_the_same_on_both_sites(manage: Manage, sites: list[Site]) -> None:
    """The pair signs for one requester id on the sandbox and on the live site."""
    (line,) = manage("add_requester", "lab")

    assert [works(site, line) for site in sites] == [True, True]
    sandbox, live = ids(sites, "lab")
    assert sandbox == live
    assert sandbox is not None
    assert re.fullmatch("A[A-Z0-9]{13}", sandbox)


@pytest.mark.parametrize("number", [0, 1])
def test_a_requester_made_on_one_site_only_is_completed(
    manage: Manage, sites: list[Site], number: int
) -> None:
    """Killed between the two commits, add_requester comes right when it is run again."""
    with sites[number].writing() as call:
        access_keys.create(call, "lab")
        requester_id = access_keys.find_id(call, "lab")

    (line,) = manage("add_requester", "lab")

    assert [works(site, line) for site in sites] == [True, True]
    assert ids(sites, "lab") == [requester_id, requester_id]


def test_nothing_is_made_on_one_site_when_the_other_refuses(
    manage: Manage, sites: list[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error on the second site undoes the first."""
    put = access_keys.set_keys

    def full_disk(call: Any, *rest: Any) -> None:
        if call.site == "live":
            raise RuntimeError("the disk is full")
        put(call, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(access_keys, "set_keys", full_disk)
        with pytest.raises(RuntimeError, match="disk"):
            manage("add_requester", "lab")

    assert ids(sites, "lab") == [None, None]


def test_new_keys_replace_the_old(manage: Manage, sites: list[Site]) -> None:
    """A server that runs meanwhile knows the new pair and no longer the old; HITs stay."""
    (old,) = manage("add_requester", "lab")
    hit_id = signed_client(sites[0], *old.values()).create_hit(**HIT)["HIT"]["HITId"]

    (new,) = manage("new_keys", "lab")

    assert [works(site, old) for site in sites] == [False, False]
    assert [works(site, new) for site in sites] == [True, True]
    assert signed_client(sites[0], *new.values()).get_hit(HITId=hit_id)["HIT"]["HITId"] == hit_id


def test_set_password_lets_a_requester_in_to_both_sites(
    manage: Manage, sites: list[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line of what is piped in is the password, kept as a hash only; remove_keys takes it too."""
    manage("add_requester", "lab")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\nand more\n"))

    assert manage("set_password", "lab") == []
    for site in sites:
        with site.reading() as call:
            access = requesters.find_by_name(call, "lab")
        assert access is not None
        assert passwords.is_password(access.password_hash, "correct horse battery")
        assert not passwords.is_password(access.password_hash, "correct horse battery\n")
        assert "correct horse" not in str(access.password_hash)
    manage("remove_keys", "lab")
    for site in sites:
        with site.reading() as call:
            access = requesters.find_by_name(call, "lab")
        assert access is not None
        assert access.password_hash is None


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        (
            "lab",
            "short\n",
            "A password needs at least 10 characters. Several words make a good one.",
        ),
        ("lab", "", "A password needs at least 10 characters. Several words make a good one."),
        (
            "labb",
            "correct horse battery\n",
            "There is no requester labb; list_requesters shows them all.",
        ),
    ],
)
def test_what_cannot_be_a_password_is_refused(
    manage: Manage,
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    typed: str,
    message: str,
) -> None:
    """One line says why, and does not repeat what was typed."""
    manage("add_requester", "lab")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    assert refused("set_password", name) == message


def test_a_password_that_is_typed_is_typed_twice(manage: Manage, directory: Path) -> None:
    """At a terminal nothing of it is shown, and a slip of the finger changes nothing."""
    manage("add_requester", "lab")
    here, there = pty.openpty()
    command = [sys.executable, ROOT / "manage_crowd.py", "set_password", "lab"]
    with subprocess.Popen(
        [*command, "--local_crowd", directory],
        stdin=there,
        stderr=subprocess.PIPE,
        start_new_session=True,  # no terminal but the one that we hold
    ) as process:
        assert process.stderr is not None
        stderr = b""
        for prompt, typed in (
            (b"New password: ", b"correct horse battery\n"),
            (b"\nNew password again: ", b"correct horse buttery\n"),
        ):
            stderr += process.stderr.read(len(prompt))
            if not stderr.endswith(prompt):
                process.kill()  # it would wait for ever
                pytest.fail(f"it said {stderr!r}")
            os.write(here, typed)
        stderr += process.stderr.read()
    shown = os.read(here, 1000) if select.select([here], [], [], 0)[0] else b""
    os.close(here)
    os.close(there)

    assert process.returncode == 2
    assert b"The two passwords differ; nothing was changed." in stderr
    assert b"horse" not in stderr + shown


def test_remove_keys_shuts_a_requester_out(manage: Manage, sites: list[Site]) -> None:
    """Without keys no call is answered, also when said twice; new_keys lets the requester back."""
    (line,) = manage("add_requester", "lab")
    (other,) = manage("add_requester", "other lab")

    assert manage("remove_keys", "lab") == []
    assert manage("remove_keys", "lab") == []

    assert [works(site, line) for site in sites] == [False, False]
    assert [works(site, other) for site in sites] == [True, True]
    (line,) = manage("new_keys", "lab")
    assert [works(site, line) for site in sites] == [True, True]


def test_list_requesters_tells_no_secret(manage: Manage, directory: Path) -> None:
    """A line per requester, the oldest first, with its key but without what must not be shown."""
    (lab,) = manage("add_requester", "Café ☕")
    (gone,) = manage("add_requester", "zoo")
    manage("remove_keys", "zoo")

    lines = manage("list_requesters")

    assert [(line["name"], line["access_key"], line["sites"]) for line in lines] == [
        ("Café ☕", lab["aws_access_key"], ["sandbox", "live"]),
        ("zoo", None, ["sandbox", "live"]),
    ]
    assert list(lines[0]) == ["name", "requester_id", "sites", "access_key", "created"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", lines[0]["created"])
    for secret in (lab["aws_secret_key"], gone["aws_secret_key"]):
        assert secret not in json.dumps(lines)


def test_the_embedded_crowd_s_hits_are_reached_by_key(
    manage: Manage, sites: list[Site], directory: Path
) -> None:
    """`new_keys local` gives keys to whom the scripts are without a server: HITs of then are seen."""
    embedded = Crowd(
        "local",
        live=False,
        settings={"local_crowd": directory, "aws_access_key": None, "aws_secret_key": None},
    ).connect()
    hit_id = embedded.create_hit(**HIT)["HIT"]["HITId"]

    (line,) = manage("new_keys", "local")

    assert [works(site, line) for site in sites] == [True, True]
    client = signed_client(sites[0], *line.values())
    assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == [hit_id]
    assert [hit["HITId"] for hit in embedded.list_hits()["HITs"]] == [hit_id]
    # The live site, where nothing was launched yet, goes on with the requester made here.
    assert sites[1].ensure_owner() == ids(sites, identities.OWNER)[1]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ("add_requester", "lab"),
            "There is already a requester lab; new_keys gives it new keys.",
        ),
        (
            ("add_requester", "local"),
            "There is already a requester local; new_keys gives it new keys.",
        ),
        (
            ("add_requester", " "),
            "' ' is not a valid name: use 1 to 200 printable characters, with no space at either end.",
        ),
        (
            ("add_requester", "a\nb"),
            r"'a\nb' is not a valid name: use 1 to 200 printable characters, with no space at either end.",
        ),
        (
            ("new_keys", "labb"),
            "There is no requester labb; list_requesters shows them all.",
        ),
        (
            ("remove_keys", "labb"),
            "There is no requester labb; list_requesters shows them all.",
        ),
    ],
)
def test_a_wrong_name_is_one_line(
    manage: Manage, refused: Callable[..., str], argv: tuple[str, ...], message: str
) -> None:
    """A name that is taken, unknown or none is refused, and nothing is changed."""
    manage("add_requester", "lab")
    before = manage("list_requesters")

    assert refused(*argv) == message
    assert manage("list_requesters") == before


@pytest.mark.parametrize("argv", [("list_requesters",), ("new_keys", "lab"), ("remove_keys", "a")])
def test_a_directory_without_a_crowd_is_left_alone(
    refused: Callable[..., str], directory: Path, argv: tuple[str, ...]
) -> None:
    """A misspelt directory is not turned into a crowd."""
    assert refused(*argv) == f"There is no crowd in {directory}."
    assert not directory.exists()


def test_a_crowd_with_only_a_live_site_is_found(manage: Manage, directory: Path) -> None:
    """A batch that was launched with `--prod` on the crowd `local` has created nothing else."""
    open_site(directory, "live").close()

    assert manage("list_requesters") == []


def test_a_directory_that_cannot_be_made_is_one_line(
    refused: Callable[..., str], directory: Path
) -> None:
    """A file in the directory's place is named, with the reason."""
    directory.write_text("")

    assert refused("add_requester", "lab") == f"{directory}: File exists"


def test_data_of_a_newer_version_is_one_line(
    manage: Manage, refused: Callable[..., str], sites: list[Site]
) -> None:
    """The data of a newer simple-amt are not touched."""
    manage("add_requester", "lab")
    with sites[0].store.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    message = refused("list_requesters")
    assert (
        "sandbox.sqlite3: the data has schema 9999, which this version of simple-amt does not"
        in message
    )


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_a_directory_that_others_can_read_is_reported(
    manage: Manage, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The secrets lie in that directory: who lets others in is told how to shut them out."""
    manage("add_requester", "lab")
    directory.chmod(0o755)

    assert manage_crowd.main(["list_requesters", "--local_crowd", str(directory)]) == 0
    assert capsys.readouterr().err == (
        f"{directory} contains secrets that others can read; run chmod 700 {directory}\n"
    )


def test_the_directory_comes_from_config_json(
    tmp_path: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --local_crowd the crowd is the one that config.json names."""
    config = tmp_path / "elsewhere.json"
    config.write_text(json.dumps({"local_crowd": "crowd"}))

    assert manage_crowd.main(["add_requester", "lab", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out)["aws_access_key"]
    assert {path.name for path in directory.glob("*.sqlite3")} == {
        "sandbox.sqlite3",
        "live.sqlite3",
    }


@pytest.mark.parametrize("command", DESCRIPTIONS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`COMMAND --help` ends with 0 and says what the list of commands says."""
    with pytest.raises(SystemExit) as ended:
        manage_crowd.main([command, "--help"])

    assert ended.value.code == 0
    assert DESCRIPTIONS[command] in " ".join(capsys.readouterr().out.split())


def test_a_taken_name_is_refused_within_a_site(sites: list[Site]) -> None:
    """Two requesters of one site never share a name."""
    with sites[0].writing() as call:
        access_keys.create(call, "lab")

    with sites[0].writing() as call, pytest.raises(CrowdError) as caught:
        access_keys.create(call, "lab")
    assert caught.value.code == "ParameterValidationError"
    assert caught.value.message == "There is a requester lab already."


def test_a_wrong_secret_is_told_apart_from_an_unknown_key(
    manage: Manage, sites: list[Site]
) -> None:
    """Keys mixed from two requesters open neither."""
    (lab,) = manage("add_requester", "lab")
    (other,) = manage("add_requester", "other")
    mixed = signed_client(sites[0], lab["aws_access_key"], other["aws_secret_key"])

    assert refusal(mixed.get_account_balance).code == "InvalidSignatureException"


def balance(directory: Path, site_name: str, name: str) -> str:
    """What the requester of this name may spend on a site."""
    site = open_site(directory, site_name)
    with site.reading() as call:
        requester_id = str(access_keys.find_id(call, name))
    response = site.perform(requester_id, "GetAccountBalance", {})
    site.close()
    return str(response["AvailableBalance"])


def test_a_budget_bounds_the_live_site(manage: Manage, directory: Path) -> None:
    """--budget is the balance of the live site; set_budget changes it, "none" lifts it."""
    manage("add_requester", "lab", "--budget", "500.00")

    assert balance(directory, "live", "lab") == "500.00"
    assert balance(directory, "sandbox", "lab") == "10000.00"
    assert manage("set_budget", "lab", "7.5") == []
    assert balance(directory, "live", "lab") == "7.50"
    assert manage("set_budget", "lab", "none") == []
    assert balance(directory, "live", "lab") == "999999999.99"


def test_the_embedded_crowds_requester_can_have_a_budget(manage: Manage, directory: Path) -> None:
    """set_budget local bounds what the scripts spend without a server."""
    manage("add_requester", "lab")
    manage("set_budget", "local", "0")

    assert balance(directory, "live", "local") == "0.00"


@pytest.mark.parametrize("amount", ["1.234", "much", "", "1e3", "10000000000"])
def test_a_budget_is_an_amount(
    manage: Manage, refused: Callable[..., str], directory: Path, amount: str
) -> None:
    """An invalid amount is refused, and no requester is created or changed."""
    manage("add_requester", "lab", "--budget", "2")
    message = f"'{amount}' is not an amount in US dollars, e.g. 500.00."

    assert refused("add_requester", "other", f"--budget={amount}") == message
    assert refused("set_budget", "lab", amount) == message
    assert [line["name"] for line in manage("list_requesters")] == ["lab"]
    assert balance(directory, "live", "lab") == "2.00"


def test_a_budget_for_nobody_is_refused(manage: Manage, refused: Callable[..., str]) -> None:
    """An unknown name is one line."""
    manage("add_requester", "lab")

    assert refused("set_budget", "labb", "5") == (
        "There is no requester labb; list_requesters shows them all."
    )
