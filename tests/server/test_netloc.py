"""Which host a Host header or a URL names: what is malformed names none."""

import socket
from pathlib import Path

import pytest

from formats.netloc import find_host
from local_crowd import hosts
from local_crowd.app import create_app
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.notifications import destinations
from tests.support.crowds import HIT
from tests.support.live_site import People
from tests.support.worker_sites import Visitor, World, serving
from webhooks.urls import BadDestinationError

MALFORMED = (
    "[::1]evil",
    "[::1]evil.example:8000",
    "[::1]:8000:8000",
    "[::1",
    "::1",
    "[127.0.0.1]",
    "[::1%25lo]",
    "[localhost]",
    "evil@localhost",
    "localhost/evil",
    "localhost?evil",
    "localhost#evil",
    "localhost\\evil",
    "localhost evil",
    "localhost:evil",
    "localhost:80:80",
    "localhost:99999",
    "localhost%00",
    "",
    ":8000",
)


@pytest.mark.parametrize(
    ("netloc", "host"),
    [
        ("LocalHost:8000", "localhost"),
        ("localhost:", "localhost"),
        ("[0:0::1]:8000", "::1"),
        ("bücher.example", "bücher.example"),
        ("a_b.example.", "a_b.example."),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_host_is_found(netloc: str, host: str) -> None:
    """With and without a port, in lower case; an IPv6 address in its shortest form."""
    assert find_host(netloc) == host


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_header_is_refused(tmp_path: Path, host: str) -> None:
    """Nobody comes in by a header that only begins like one of this machine's names."""
    app = create_app(tmp_path / "crowd", names=["localhost"])
    response = Visitor(app).get("/sign_in", environ_overrides={"HTTP_HOST": host})
    app.close()

    assert (response.status_code, response.text) == (421, hosts.REFUSAL)


def test_a_malformed_host_header_is_refused_on_the_wire(tmp_path: Path) -> None:
    """The server itself hands the header over as it came."""
    app = create_app(tmp_path / "crowd", names=["localhost"])
    with serving(app) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        statuses = []
        for host in ("localhost", "[::1]", "[::1]evil"):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(
                    f"GET /sandbox/sign_in HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
                )
                statuses.append(connection.recv(12).decode())
    app.close()

    assert statuses == ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 421"]


@pytest.mark.parametrize("netloc", ["[::1]evil", "[::1]evil.example:8000", "[::1%25lo]"])
def test_a_malformed_host_in_a_url_is_refused(world: World, live: People, netloc: str) -> None:
    """Neither for an ExternalQuestion, nor for a notification, nor as the server's address."""
    question = (
        '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
        f'2006-07-14/ExternalQuestion.xsd"><ExternalURL>http://{netloc}/</ExternalURL>'
        "<FrameHeight>0</FrameHeight></ExternalQuestion>"
    )
    with pytest.raises(
        ParameterValidationError, match="is not valid for the parameter ExternalURL"
    ):
        world.perform("CreateHIT", **HIT | {"Question": question})
    with pytest.raises(BadDestinationError, match="neither an http or https URL nor"):
        destinations.validate("SQS", f"https://{netloc}/hook", [])
    assert "not a server's URL" in live.refused("add_link", "--url", f"http://{netloc}")
