"""What is said when a crowd is not reached, and how the crowd's words are passed on."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amt import connection
from local_crowd.app import create_app
from tests.support.script_fixtures import Desk
from tests.support.worker_sites import serving

BALANCE = "show_account_balance"


@pytest.fixture
def with_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A requester with a pair of keys in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "LCTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return desk


@pytest.fixture
def plain_server(tmp_path: Path) -> Iterator[str]:
    """A crowd server that speaks http alone; its host and port."""
    app = create_app(tmp_path / "served")
    with serving(app) as url:
        yield url.removeprefix("http://").removesuffix("/sandbox")
    app.close()


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that takes connections and never says a word; its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["plain_server", "silent_server"])
def test_https_to_a_server_without_tls_is_reported_soon(
    with_keys: Desk,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """It may speak http, the message says; it comes within ten seconds, not after 199."""
    assert connection.CONNECT_SECONDS < 10
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1)
    server = request.getfixturevalue(kind)

    message = with_keys.fails(BALANCE, f"--crowd=https://{server}")

    assert message.startswith(f"https://{server}/sandbox/ does not answer https (")
    assert message.endswith("); if the server uses http, write http://")


@pytest.mark.parametrize("kind", ["certificate verify failed", "Hostname mismatch, certificate"])
def test_a_certificate_that_is_not_trusted_is_another_matter(kind: str) -> None:
    """That server speaks https, so http is not recommended."""
    error = connection.exceptions.SSLError(endpoint_url="https://a/", error=kind)

    assert not connection._has_no_tls(error)


def test_the_crowds_words_end_without_its_clock(desk: Desk) -> None:
    """The milliseconds since 1970 are for machines; in the response they stay."""
    desk.write("ids.txt", "3UNKNOWN\n")
    commands: list[Callable[[], str]] = [
        lambda: desk.run("get_results", "--hit_ids_file=ids.txt").err,
        lambda: desk.run("show_hit_progress", "--hit_ids_file=ids.txt").err,
        lambda: desk.run("delete_hits", "--hit_ids_file=ids.txt", "--yes").err,
        lambda: desk.run("approve_assignments", "--assignment_ids_file=ids.txt", "--yes").err,
    ]

    for command in commands:
        assert command().splitlines()[0].endswith(" 3UNKNOWN does not exist.")


@pytest.mark.parametrize("suffix", ["", " (1573237849456)", " (1573237849456 s)"])
def test_only_the_clock_is_cut(suffix: str) -> None:
    """Other words in parentheses stay."""
    answer = {"Error": {"Code": "RequestError", "Message": f"Not now (3 of 5).{suffix}"}}
    error = connection.exceptions.ClientError(answer, "CreateHIT")

    assert connection.describe_refusal(error) == "Not now (3 of 5)."
    assert connection.describe_error(error) == "RequestError: Not now (3 of 5)."


def test_a_connection_that_is_lost_during_a_run_is_one_line() -> None:
    """It is no refusal of an item, so the run ends; botocore's `response` is None then."""
    error = connection.exceptions.ConnectionClosedError(endpoint_url="http://127.0.0.1:1/")

    assert connection.describe_refusal(error) is None
    assert (connection.describe_error(error) or "").startswith("Connection was closed")
