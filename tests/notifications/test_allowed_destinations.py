"""manage_crowd.py allow_destination, list_destinations, disallow_destination: at once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import manage_crowd
from local_crowd import settings
from local_crowd.delivery.courier import Courier
from local_crowd.operations.errors import CrowdError
from local_crowd.site import Site, open_site
from tests.support.outbox_reader import specification
from tests.support.quick_setup import new_crowd
from tests.support.receivers import Receiver, receiver

Manage = Callable[..., tuple[int, list[dict[str, Any]], str]]
TOPIC = "arn:aws:sns:eu-west-1:123456789012:topic"


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiver() as new_receiver:
        yield new_receiver


@pytest.fixture
def manage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Manage:
    """Runs a command; returns its exit code, the lines it printed, and what it said."""

    def manage(*argv: str) -> tuple[int, list[dict[str, Any]], str]:
        code = manage_crowd.main([*argv, "--local_crowd", str(tmp_path / "crowd")])
        output = capsys.readouterr()
        return code, [json.loads(line) for line in output.out.splitlines()], output.err

    return manage


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The sandbox of a running server, whose crowd.json allows one queue."""
    (new_crowd(tmp_path / "crowd") / settings.FILE).write_text(
        json.dumps({"notification_destinations": ["https://sqs.eu-west-1.amazonaws.com/1/"]})
    )
    site = open_site(tmp_path / "crowd", "sandbox")
    yield site
    site.close()


def ping(site: Site, destination: str) -> None:
    """Send a test event as the embedded crowd's requester."""
    request = {"Notification": specification(destination), "TestEventType": "Ping"}
    site.perform(site.ensure_owner(), "SendTestEventNotification", request)


def test_a_running_server_knows_at_once(
    site: Site, hook: Receiver, manage: Manage, tmp_path: Path
) -> None:
    """What is allowed can be named and is sent to; what is withdrawn, neither."""
    courier = Courier([site], settings.read(tmp_path / "crowd"))
    with pytest.raises(CrowdError, match=r"can allow others: manage_crowd\.py allow_destination"):
        ping(site, f"{hook.url}/hook")
    for _ in range(2):  # again changes nothing
        assert manage("allow_destination", f"{hook.url}/") == (
            0,
            [{"destination": f"{hook.url}/", "allowed": True}],
            "",
        )
    ping(site, f"{hook.url}/hook")
    assert courier.deliver(site) == (1, 0)
    assert hook.paths == ["/hook"]

    ping(site, f"{hook.url}/hook")
    assert manage("disallow_destination", f"{hook.url}/")[0] == 0
    assert courier.deliver(site) == (0, 1)
    with pytest.raises(CrowdError, match="allow_destination"):
        ping(site, f"{hook.url}/hook")


def test_both_sites_and_a_new_start_know_it(site: Site, manage: Manage, tmp_path: Path) -> None:
    """It is good on the live site too, and crowd.json goes on to count."""
    manage("allow_destination", TOPIC)
    live = open_site(tmp_path / "crowd", "live")
    for either in (site, live):
        ping(either, TOPIC)
        ping(either, "https://sqs.eu-west-1.amazonaws.com/1/queue")
    live.close()


def test_what_is_allowed_is_listed(site: Site, manage: Manage) -> None:
    """list_destinations says what was allowed, and where."""
    manage("allow_destination", TOPIC)
    manage("allow_destination", "http://127.0.0.1:9000/")
    assert manage("list_destinations")[1] == [
        {"destination": "https://sqs.eu-west-1.amazonaws.com/1/", "by": "crowd.json"},
        {"destination": TOPIC, "by": "allow_destination"},
        {"destination": "http://127.0.0.1:9000/", "by": "allow_destination"},
    ]


@pytest.mark.parametrize(
    ("destination", "fault"),
    [
        ("https://", "It is neither an http or https URL nor the ARN of a topic."),
        ("arn:", "It is neither an http or https URL nor the ARN of a topic."),
        (
            "https://ada:1@example.org/",
            "It is neither an http or https URL nor the ARN of a topic.",
        ),
        ("ada@example.org", "It is neither an http or https URL nor the ARN of a topic."),
        ("https://example.org/ x", "It is neither an http or https URL nor the ARN of a topic."),
        ("https://example.org/" + "x" * 2000, "It is longer than 2000 characters."),
        (
            "arn:aws:sqs:eu-west-1:123456789012:queue",
            (
                "Give the queue's URL instead of its ARN, such as "
                "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"
            ),
        ),
    ],
)
def test_what_cannot_be_allowed(site: Site, manage: Manage, destination: str, fault: str) -> None:
    """A destination that is invalid, or would allow everything, is refused in one line."""
    code, lines, message = manage("allow_destination", destination)
    assert (code, lines) == (2, [])
    assert f"{destination}: {fault}" in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("destination", ["arn:aws:sns:eu-west-1:123456789012:", "http://[::1]:9/x"])
def test_what_can_be_allowed(site: Site, manage: Manage, destination: str) -> None:
    """An account's topics, and any address."""
    assert manage("allow_destination", destination)[0] == 0
    assert manage("disallow_destination", destination)[0] == 0


def test_what_cannot_be_withdrawn(site: Site, manage: Manage) -> None:
    """What was not allowed, and what crowd.json allows, is said."""
    queue = "https://sqs.eu-west-1.amazonaws.com/1/"
    for destination, fault in [
        (TOPIC, "is not allowed; list_destinations shows those that are."),
        (queue, "is allowed in crowd.json; delete it there and restart the server."),
    ]:
        code, lines, message = manage("disallow_destination", destination)
        assert (code, lines) == (2, [])
        assert message.endswith(f": {destination} {fault}\n")
