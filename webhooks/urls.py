"""Decide which URLs may get webhooks, without a network.

Any https URL with a public address may; the operator must allow others: addresses of this machine
and of private networks, plain http. A host name is checked again by the address it resolves to when
a message is sent (webhooks.post).
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from formats.netloc import find_host

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # a gateway translates these to IPv4 addresses


class BadDestinationError(ValueError):
    """A destination that is not valid or not allowed. The message says why."""


def is_allowed(destination: str, allowed: Iterable[str]) -> bool:
    """Return whether `allowed` contains the destination or a prefix of it ending in `/` or `:`."""
    return any(
        destination == entry or (entry.endswith(("/", ":")) and destination.startswith(entry))
        for entry in allowed
    )


def parse_url(destination: str) -> SplitResult:
    """Parse an http or https URL, or raise BadDestinationError."""
    try:
        parts = urlsplit(destination)
        parts.port  # noqa: B018 - raises ValueError for an invalid port
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not find_host(parts.netloc.rpartition("@")[2])
        or parts.username is not None
        or parts.fragment
        or not re.fullmatch(r"[!-~]+", destination)
    ):
        raise BadDestinationError("It is neither an http or https URL nor the ARN of a topic.")
    return parts


def can_be_public(host: str) -> bool:
    """Return whether the host is a public IP address, or a name that may resolve to one."""
    try:
        return is_public(host)
    except ValueError:
        return "." in host.rstrip(".") and not host.rstrip(".").endswith(
            (".localhost", ".local", ".internal")
        )


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable from the whole internet.

    An IPv6 address that embeds an IPv4 address is public only if that is. Raises ValueError for a
    text that is not an IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 6:
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in NAT64:
            embedded = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if embedded is not None and not embedded.is_global:
            return False
    return parsed.is_global and not parsed.is_multicast
