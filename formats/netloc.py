"""Parse the network location of a URL or of a Host header: `host` or `host:port`."""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_NETLOC = re.compile(r"(\[([0-9A-Fa-f:.]+)\]|[^][:@/?#\\%\s\x00-\x1f]+)(:[0-9]{0,5})?")


# Every request has a Host header, nearly always the same.
@lru_cache(maxsize=1000)
def find_host(netloc: str) -> str:
    """Return the host in lower case, an IPv6 address without brackets; "" for an invalid netloc.

    It does not use urlsplit, which accepts `[::1]evil` as the host `::1`.
    """
    match = _NETLOC.fullmatch(netloc)
    if match is None or int((match[3] or ":")[1:] or 0) > 65535:
        return ""
    if match[2] is None:
        return match[1].lower()
    try:
        return str(IPv6Address(match[2]))
    except ValueError:
        return ""


@lru_cache(maxsize=1000)
def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address (without brackets) always means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
