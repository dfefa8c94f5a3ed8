"""URLs with placeholders that participants return to, without a database.

The placeholders are {code}, {participant}, {study} and {session}. Participants choose what the last
three stand for, so values are quoted, and never become part of the host.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from formats.netloc import find_host, is_loopback
from local_crowd.operations.errors import ParameterValidationError

PLACEHOLDERS = ("code", "participant", "study", "session")
# The placeholder of each parameter that participants arrive with.
PLACEHOLDER_OF = {"worker": "participant", "study": "study", "session": "session"}
PLACEHOLDER = re.compile(r"\{(code|participant|study|session)\}")
BRACES = re.compile(r"\{[^{}]*\}")


def find_placeholders(url: str) -> set[str]:
    """Return the names of the placeholders in the URL."""
    return set(PLACEHOLDER.findall(url))


def fill(url: str, values: Mapping[str, str]) -> str:
    """Return the URL with each placeholder replaced by its value, quoted for any part of a URL.

    A value that looks like a placeholder stays as it is.
    """
    return PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe=""), url)


def validate(flag: str, url: str) -> str:
    """Return the host of a URL with placeholders, which their values cannot change.

    Raises ParameterValidationError, naming the flag, for anything but an https URL (or http on this
    machine), for an unknown placeholder, and for one in the host.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an IPv6 address without its end
        parts = urlsplit("")
    host = find_host(parts.netloc)
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (is_secure and host) or re.search(r"[\s\\\x00-\x1f]", url):
        raise ParameterValidationError(f"{flag} {url}: not an https URL")
    if re.search("[{}]", parts.netloc):
        raise ParameterValidationError(
            f"{flag} {url}: write {{code}} where the code goes, after the host; so with the other "
            "placeholders"
        )
    if unknown := [text for text in BRACES.findall(url) if not PLACEHOLDER.fullmatch(text)]:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ParameterValidationError(
            f"{flag} {url}: {unknown[0]} is not a placeholder; the placeholders are {known}"
        )
    return host
