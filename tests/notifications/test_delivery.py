"""Delivery of notifications: to URLs, to SQS, to SNS; again after failures; dead letters."""

import base64
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import manage_crowd
from local_crowd import settings
from local_crowd.delivery import courier as courier_module
from local_crowd.delivery.shares import AT_ONE_DESTINATION
from local_crowd.operations.hits import notification_settings
from local_crowd.operations.notifications import outbox
from local_crowd.site import Site, open_site
from tests.support.crowds import DAY, HIT_TYPE, HOUR, NEW_YEAR, Clock, CrowdUnderTest
from tests.support.deliveries import courier_for, ping
from tests.support.outbox_reader import specification, told, waiting
from tests.support.receivers import Receiver
from webhooks import post as post_module
from webhooks import signing
from webhooks.errors import DeliveryError
from webhooks.urls import is_public

# URLs


def test_a_url_gets_the_message_signed(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """The message arrives as it is in the outbox, with headers that verify it."""
    courier = courier_for(crowd, hook.url + "/")
    ping(crowd, f"{hook.url}/hook?a=1&b=%20")
    (row,) = waiting(crowd)
    with crowd.site.writing() as call:
        secret = notification_settings.ensure_secret(call, crowd.requester_id)

    assert courier.deliver(crowd.site) == (1, 0)
    assert hook.bodies == [row.body.encode()]
    assert hook.paths == ["/hook?a=1&b=%20"]
    (headers,) = hook.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == hook.url.removeprefix("http://")
    assert headers["webhook-id"] == row.event_id == hook.documents()[0]["EventDocId"]
    assert headers["webhook-timestamp"] == str(NEW_YEAR)
    # As a receiver would verify it:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + hook.bodies[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert len(key) == 32
    assert waiting(crowd) == []
    assert courier.deliver(crowd.site) == (0, 0)


def test_the_signature_is_the_standards() -> None:
    """The example of the Standard Webhooks libraries has the signature they give."""
    assert signing.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        1614265330,
    ) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_documents_verifier(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """What docs/notifications.md verifies messages with takes ours, and no changed one."""
    text = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text("utf-8")
    (code,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "def is_genuine" in block
    )
    names: dict[str, Any] = {}
    exec(code, names)
    courier = courier_for(crowd, hook.url + "/")
    ping(crowd, hook.url + "/")
    courier.deliver(crowd.site)
    with crowd.site.writing() as call:
        secret = notification_settings.ensure_secret(call, crowd.requester_id)
        other = notification_settings.ensure_secret(call, "ANOTHER")
    headers, body = hook.headers[0], hook.bodies[0]

    assert names["is_genuine"](secret, headers, body)
    assert not names["is_genuine"](secret, headers, body + b" ")
    assert not names["is_genuine"](other, headers, body)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"notification_destinations": "all"},
            "notification_destinations must be a list of strings",
        ),
        ({"notification_destinations": [1]}, "notification_destinations must be a list of strings"),
        (
            {"notification_endpoint_url": 4566},
            "notification_endpoint_url must be an http or https URL",
        ),
        ({"question_bytes": "1 MB"}, "question_bytes must be from 65,535 to 1,000,000"),
        ({"question_bytes": 1_000_001}, "question_bytes must be from 65,535 to 1,000,000"),
        ({"question_bytes": True}, "question_bytes must be from 65,535 to 1,000,000"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, values: dict[str, Any], fault: str) -> None:
    """What crowd.json says is checked when it is read, and the file is named."""
    (tmp_path / "crowd.json").write_text(json.dumps(values))

    with pytest.raises(settings.SettingsError, match=fault):
        settings.read(tmp_path)


def test_secrets_are_each_requesters(crowd: CrowdUnderTest) -> None:
    """A requester's secret stays the same, and no other has it."""
    with crowd.site.writing() as call:
        ours, again = (
            notification_settings.ensure_secret(call, crowd.requester_id) for _ in range(2)
        )
        theirs = notification_settings.ensure_secret(call, "ANOTHER")

    assert ours == again != theirs


def test_all_that_is_due_is_sent(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """More messages than are sent at once are sent in one round, each once."""
    courier = courier_for(crowd, hook.url + "/")
    for _ in range(AT_ONE_DESTINATION * 4 + 5):
        ping(crowd, hook.url + "/")

    assert courier.deliver(crowd.site) == (AT_ONE_DESTINATION * 4 + 5, 0)
    assert len({d["EventDocId"] for d in hook.documents()}) == AT_ONE_DESTINATION * 4 + 5


def test_the_events_of_a_hit_arrive(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """What happens by time alone is sent without anybody calling."""
    courier = courier_for(crowd, hook.url + "/")
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    crowd.client.update_notification_settings(
        HITTypeId=type_id, Notification=specification(hook.url + "/hook", Transport="SQS")
    )
    crowd.make_hit(LifetimeInSeconds=HOUR)
    crowd.clock.advance(2 * HOUR)
    courier.deliver(crowd.site)

    events = [event for d in hook.documents() for event in d["Events"]]  # type: ignore[attr-defined]
    assert sorted((e["EventType"], e["EventTimestamp"]) for e in events) == [
        ("HITCreated", "2026-01-01T00:00:00Z"),
        ("HITExpired", "2026-01-01T01:00:00Z"),
        ("HITReviewable", "2026-01-01T01:00:00Z"),
    ]


# Failures


@pytest.mark.parametrize("status", [301, 307, 400, 404, 410, 500, 503])
def test_only_a_2xx_is_a_delivery(crowd: CrowdUnderTest, hook: Receiver, status: int) -> None:
    """Another status is a failure, redirections are not followed, and the message waits."""
    courier = courier_for(crowd, hook.url + "/")
    hook.status, hook.location = status, hook.url + "/elsewhere"
    ping(crowd, hook.url + "/hook")

    assert courier.deliver(crowd.site) == (0, 1)
    assert hook.paths == ["/hook"]
    (row,) = waiting(crowd)
    assert row.error == f"The receiver responded with status {status}."
    assert row.attempts == 1
    assert NEW_YEAR + 8 <= row.due_time <= NEW_YEAR + 15


def test_a_message_is_tried_for_a_day_and_then_dead(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """The pauses double with jitter, up to two hours; after a day it is a dead letter."""
    courier = courier_for(crowd, hook.url + "/")
    hook.status = 500
    ping(crowd, hook.url + "/")
    pauses = []
    while (row := waiting(crowd)[0]).due_time is not None:
        if row.attempts:
            pauses.append(row.due_time - crowd.clock.now)
        crowd.clock.now = row.due_time
        courier.deliver(crowd.site)

    for number, pause in enumerate(pauses):
        longest = min(7200, 15 * 2**number)
        assert longest / 2 <= pause <= longest
    assert 18 <= len(pauses) <= 40
    assert DAY - 7200 <= crowd.clock.now - NEW_YEAR <= DAY
    assert row.attempts == len(hook.bodies) == len(pauses) + 1
    crowd.clock.advance(10 * DAY)
    assert courier.deliver(crowd.site) == (0, 0)


def test_repeats_have_the_same_id(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """A message that is sent again is the same, so that receivers can tell; its time is new."""
    courier = courier_for(crowd, hook.url + "/")
    hook.status = 500
    ping(crowd, hook.url + "/")
    courier.deliver(crowd.site)
    crowd.clock.advance(15)
    hook.status = 204
    courier.deliver(crowd.site)

    assert hook.bodies[0] == hook.bodies[1]
    assert hook.headers[0]["webhook-id"] == hook.headers[1]["webhook-id"]
    assert hook.headers[1]["webhook-timestamp"] == str(NEW_YEAR + 15)
    assert waiting(crowd) == []


def test_what_a_dead_courier_took_is_sent_by_the_next(
    crowd: CrowdUnderTest, hook: Receiver
) -> None:
    """Who takes a message and never tells of it holds it for five minutes."""
    courier = courier_for(crowd, hook.url + "/")
    ping(crowd, hook.url + "/")
    with crowd.site.writing() as call:
        ((taken),) = outbox.take(call, outbox.count_due(call))
    assert courier.deliver(crowd.site) == (0, 0)
    crowd.clock.advance(outbox.LEASE_SECONDS)

    assert courier.deliver(crowd.site) == (1, 0)
    assert hook.documents()[0]["EventDocId"] == taken.event_id


def test_a_message_that_another_process_delivered_is_not_a_failure(crowd: CrowdUnderTest) -> None:
    """A failure of what somebody else has delivered meanwhile changes nothing."""
    courier_for(crowd, "http://127.0.0.1:1/")
    ping(crowd, "http://127.0.0.1:1/")
    with crowd.site.writing() as call:
        ((taken),) = outbox.take(call, outbox.count_due(call))
        outbox.mark_delivered(call, taken.event_id)
        outbox.mark_failed(call, taken.event_id, "Too late.")

    assert waiting(crowd) == []


def test_one_failure_holds_nobody_up(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """Messages to others arrive in the round in which one fails."""
    courier = courier_for(crowd, hook.url + "/", "http://127.0.0.1:1/")
    for url in ("http://127.0.0.1:1/", hook.url + "/a", hook.url + "/b"):
        ping(crowd, url)

    assert courier.deliver(crowd.site) == (2, 1)
    (row,) = waiting(crowd)
    assert "refused" in row.error


# Where a name leads


def resolving_to(*addresses: str) -> Callable[..., list[Any]]:
    """A getaddrinfo for which every name is these addresses."""
    return lambda _host, port, *_, **__: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
    ]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"]])
def test_a_public_name_of_a_private_address(
    crowd: CrowdUnderTest, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    """A name that leads into the operator's network is not connected to."""
    courier = courier_for(crowd)
    ping(crowd, "https://hooks.example.org/")

    def connect(*_: object, **__: object) -> None:
        pytest.fail("it was connected to")

    monkeypatch.setattr(post_module.socket, "getaddrinfo", resolving_to(*addresses))
    monkeypatch.setattr(post_module.socket, "create_connection", connect)

    assert courier.deliver(crowd.site) == (0, 1)
    assert waiting(crowd)[0].error == "hooks.example.org leads to an address that is not public."


def test_another_address_is_tried(hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a host has several addresses and the first is dead, the next is taken."""
    monkeypatch.setattr(post_module.socket, "getaddrinfo", resolving_to("127.0.0.2", "127.0.0.1"))
    post_module.post(hook.url + "/x", b"{}", {}, [hook.url + "/"])

    assert hook.paths == ["/x"]


def test_what_is_no_longer_allowed_is_not_sent(crowd: CrowdUnderTest, hook: Receiver) -> None:
    """What the operator has allowed when it was written may be forbidden when it is sent."""
    courier_for(crowd, hook.url + "/")
    ping(crowd, hook.url + "/")

    assert courier_for(crowd).deliver(crowd.site) == (0, 1)
    assert hook.bodies == []
    assert "allow_destination" in waiting(crowd)[0].error


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\nX: y"])
def test_a_receiver_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    """A receiver that says nothing, or never enough, is cut off when the time is over."""
    monkeypatch.setattr(post_module, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        accepted = []

        def answer() -> None:
            accepted.append(server.accept()[0])
            accepted[0].sendall(says)

        answering = threading.Thread(target=answer)
        answering.start()
        started = time.monotonic()
        with pytest.raises(DeliveryError, match=r"^No response within \d+ s\.$"):
            post_module.post(url, b"{}", {}, [url])
        answering.join()
        accepted[0].close()

    assert time.monotonic() - started < 60


def test_what_is_not_http_is_reported_in_one_line() -> None:
    """The receiver's bytes are shown to people, on a terminal."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def answer() -> None:
            connection = server.accept()[0]
            connection.sendall(b"\x1b[2J\r\n")
            connection.close()

        answering = threading.Thread(target=answer)
        answering.start()
        with pytest.raises(DeliveryError) as caught:
            post_module.post(url, b"", {}, [url])
        answering.join()

    assert str(caught.value) == r"The response of 127.0.0.1 is not HTTP: \x1b[2J\r\n"


def test_tls_is_verified(hook: Receiver) -> None:
    """What does not speak TLS, or not as the host that was named, gets nothing."""
    url = hook.url.replace("http:", "https:") + "/"
    with pytest.raises(DeliveryError, match=r"^No TLS connection to 127\.0\.0\.1 can be made: "):
        post_module.post(url, b"{}", {}, [url])

    assert hook.bodies == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """Addresses of this machine, of private networks and of none in particular are not public."""
    assert is_public(address) is public


# The operator's commands, and the server


@pytest.fixture
def manage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[dict[str, Any]]]:
    """Runs a command of manage_crowd.py on the crowd of `site`; the lines it printed."""
    monkeypatch.chdir(tmp_path)

    def manage(*argv: str) -> list[dict[str, Any]]:
        assert manage_crowd.main([*argv, "--local_crowd", str(tmp_path / "crowd")]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return manage


@pytest.fixture
def site(tmp_path: Path, hook: Receiver) -> Iterator[Site]:
    """A sandbox whose operator allows the receiver; its clock stands on yesterday but one."""
    (tmp_path / "crowd").mkdir(mode=0o700)
    (tmp_path / "crowd" / "crowd.json").write_text(
        json.dumps({"notification_destinations": [hook.url + "/"]})
    )
    site = open_site(tmp_path / "crowd", "sandbox", Clock(time.time() - 2 * DAY))
    yield site
    site.close()


def put(site: Site, destination: str) -> str:
    with site.writing() as call:
        event_id = call.new_id()
        owner = site_owner(site, call)
        outbox.put(call, outbox.Message(event_id, owner, "SNS", destination, '{"a":1}'))
    return event_id


def site_owner(site: Site, call: Any) -> str:
    from local_crowd.operations.people import identities

    return identities.ensure_requester(call)


def test_dead_letters_are_shown_and_sent_again(
    site: Site, hook: Receiver, manage: Callable[..., list[dict[str, Any]]]
) -> None:
    """list_dead_letters shows what was given up and why; retry_dead_letters and deliver send it."""
    hook.status = 500
    first, second = (put(site, f"{hook.url}/{number}") for number in range(2))
    assert manage("list_dead_letters") == []
    assert manage("deliver") == [
        {"site": "sandbox", "sent": 0, "failed": 2},
        {"site": "live", "sent": 0, "failed": 0},
    ]
    dead = manage("list_dead_letters")

    assert [line["event_id"] for line in dead] == [first, second]
    assert dead[0] | {"created": ""} == {
        "site": "sandbox",
        "event_id": first,
        "requester": "local",
        "transport": "SNS",
        "destination": f"{hook.url}/0",
        "created": "",
        "attempts": 1,
        "error": "The receiver responded with status 500.",
        "body": {"a": 1},
    }
    assert manage("deliver")[0] == {"site": "sandbox", "sent": 0, "failed": 0}
    hook.status = 200
    assert manage("retry_dead_letters", "--event_id", second)[0]["retried"] == 1
    assert manage("deliver")[0] == {"site": "sandbox", "sent": 1, "failed": 0}
    assert [line["event_id"] for line in manage("list_dead_letters")] == [first]
    assert [line["retried"] for line in manage("retry_dead_letters")] == [1, 0]
    assert manage("deliver")[0]["sent"] == 1
    assert hook.paths[2:] == ["/1", "/0"]
    assert manage("list_dead_letters") == []


def test_the_secret_is_shown(
    site: Site, hook: Receiver, manage: Callable[..., list[dict[str, Any]]]
) -> None:
    """show_notification_secret prints what the messages of each site are signed with."""
    put(site, hook.url + "/")
    sandbox, live = manage("show_notification_secret", "local")
    assert (sandbox["site"], live["site"]) == ("sandbox", "live")
    assert sandbox["secret"] != live["secret"]
    manage("deliver")

    (headers,) = hook.headers
    assert (
        headers["webhook-signature"]
        == (
            signing.sign(
                sandbox["secret"],
                headers["webhook-id"],
                hook.bodies[0],
                int(headers["webhook-timestamp"]),
            )["webhook-signature"]
        )
    )


def test_commands_for_nobody(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A requester that is not there, and a file that is not, are named in one line."""
    where = ["--local_crowd", str(tmp_path / "crowd")]
    for argv, says in [
        (["show_notification_secret", "Ada"], "There is no requester Ada; list_requesters shows"),
        (["add_layout", "no.html"], "no.html: No such file or directory"),
        (["add_layout", __file__, "--requester", "Ada"], "There is no requester Ada"),
    ]:
        assert manage_crowd.main([*argv, *where]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert says in line


def test_a_server_sends_by_itself(
    site: Site, hook: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that was told to sends what comes, until it is closed."""
    from local_crowd.app import create_app

    monkeypatch.setattr(courier_module, "PAUSE_SECONDS", 0.01)
    app = create_app(tmp_path / "crowd")
    app.send_notifications()
    put(site, hook.url + "/")
    deadline = time.monotonic() + 60
    while not hook.bodies and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    app.close()

    assert hook.documents() == [{"a": 1}]
    assert not any(thread.is_alive() for thread in app.courier._threads)


def test_the_courier_outlives_a_fault(
    crowd: CrowdUnderTest,
    hook: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A round that breaks is logged, and the next one sends."""
    monkeypatch.setattr(courier_module, "PAUSE_SECONDS", 0.01)
    courier = courier_for(crowd, hook.url + "/")
    ping(crowd, hook.url + "/")
    whole = courier.deliver
    rounds = []

    def deliver(site: Site) -> Any:
        rounds.append(site)
        return whole(site) if len(rounds) > 1 else 1 / 0

    monkeypatch.setattr(courier, "deliver", deliver)
    courier.start()
    deadline = time.monotonic() + 60
    while not hook.bodies and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    courier.stop()

    assert len(hook.bodies) == 1
    assert "could not be sent" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert told(crowd) == []
