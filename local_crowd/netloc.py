"""The part of a URL, or of the header Host, that names a server: `host` or `host:port`."""

import re
from ipaddress import IPv6Address

_NETLOC = re.compile(r"(\[([0-9A-Fa-f:.]+)\]|[^][:@/?#\\%\s\x00-\x1f]+)(:[0-9]{0,5})?")


def find_host(netloc: str) -> str:
    """Return the host in lower case, an IPv6 address without its brackets; "" for what names none.

    urlsplit is lenient where it matters: of `[::1]evil` it takes `::1` for the host.
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
