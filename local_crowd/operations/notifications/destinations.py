"""Where notifications may go. Pure: no network, no database.

A requester names a destination, and the crowd's operator sends to it, with the operator's AWS keys
and from within the operator's network. So a requester can have a message sent by itself to public
https addresses alone; everything else (queues, topics, addresses of this machine and of private
networks, plain http) only where the operator allows it, in crowd.json's `notification_destinations`
or with `manage_crowd.py allow_destination`. A name is judged again by what it resolves to when a message is sent (local_crowd.delivery.post).
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from local_crowd.netloc import find_host

QUEUE_HOST = re.compile(
    r"sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"
    r"|([a-z0-9-]+)\.queue\.amazonaws\.com|queue\.amazonaws\.com"
)
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]+:[A-Za-z0-9_-]+(?:\.fifo)?")
ACCOUNT = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]+:")
QUEUE_ARN = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):([0-9]+):([A-Za-z0-9_.-]+)")
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # a gateway makes IPv4 addresses of these
LONGEST = 2000  # characters
DEFAULT_REGION = "us-east-1"


class BadDestinationError(ValueError):
    """Nothing can be sent there. The message says why, for the requester."""


def check(transport: str, destination: str, allowed: Iterable[str]) -> None:
    """Raise BadDestinationError for what is no destination of the transport, or is not allowed.

    `transport`: SQS, SNS or Email. `allowed`: what the operator allows beside public https URLs.
    """
    if transport == "Email":
        raise BadDestinationError("This crowd sends no e-mail: use SQS, SNS or an https URL.")
    if len(destination) > LONGEST:
        raise BadDestinationError(f"It is longer than {LONGEST} characters.")
    topic = transport == "SNS" and is_topic(destination)
    parts = None if topic else parse_url(destination)
    if is_allowed(destination, allowed):
        return
    if parts is None or is_queue(destination):
        raise BadDestinationError(
            "What goes to a queue or a topic is sent with the keys of the crowd's operator, who has "
            "to allow it: manage_crowd.py allow_destination."
        )
    if parts.scheme != "https" or not can_be_public(parts.hostname or ""):
        raise BadDestinationError(
            "Of URLs, only https at public addresses is allowed; others the crowd's operator has to "
            "allow: manage_crowd.py allow_destination."
        )


def is_allowed(destination: str, allowed: Iterable[str]) -> bool:
    """Whether the operator allows it: whole, or by its beginning, which ends in `/` or `:`."""
    return any(
        destination == one or (one.endswith(("/", ":")) and destination.startswith(one))
        for one in allowed
    )


def check_allowable(destination: str) -> None:
    """Raise BadDestinationError for what an operator cannot allow: the text is for the operator.

    It can be a whole destination, or the beginning of some, which names at least a host or an
    account and ends in `/` or `:`.
    """
    if len(destination) > LONGEST:
        raise BadDestinationError(f"It is longer than {LONGEST} characters.")
    if ACCOUNT.fullmatch(destination) or is_topic(destination):
        return
    if queue := QUEUE_ARN.fullmatch(destination):
        place, account, name = queue.groups()
        raise BadDestinationError(
            "Notifications name a queue by its URL, such as "
            f"https://sqs.{place}.amazonaws.com/{account}/{name}"
        )
    parse_url(destination)


def parse_url(destination: str) -> SplitResult:
    """The parts of an http or https URL, or BadDestinationError."""
    try:
        parts = urlsplit(destination)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not find_host(parts.netloc.rpartition("@")[2])
        or parts.username is not None
        or parts.fragment
        or not re.fullmatch(r"[!-~]+", destination)
    ):
        raise BadDestinationError("It is neither the URL of a queue, nor a topic's ARN, nor a URL.")
    return parts


def is_topic(destination: str) -> bool:
    """Whether it is the ARN of a topic."""
    return bool(TOPIC.fullmatch(destination))


def is_queue(destination: str) -> bool:
    """Whether a URL is that of a queue of Amazon's."""
    return bool(QUEUE_HOST.fullmatch(urlsplit(destination).hostname or ""))


def find_region(destination: str) -> str:
    """The AWS region that a queue's URL or a topic's ARN names; us-east-1 if none."""
    found = TOPIC.fullmatch(destination) or QUEUE_HOST.fullmatch(
        urlsplit(destination).hostname or ""
    )
    named = [group for group in found.groups() if group] if found else []
    return named[0] if named else DEFAULT_REGION


def can_be_public(host: str) -> bool:
    """Whether a host is a public address, or a name that may lead to one."""
    try:
        return is_public(host)
    except ValueError:
        return "." in host.rstrip(".") and not host.rstrip(".").endswith(
            (".localhost", ".local", ".internal")
        )


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet may have. ValueError for none."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 6:
        inside = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in NAT64:
            inside = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inside is not None and not inside.is_global:
            return False
    return parsed.is_global and not parsed.is_multicast
