"""Helpers that the commands share: opening one site, parsing and formatting times, URLs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from formats.netloc import find_host
from local_crowd.manage.sites import open_sites
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.site import Site

UNIT_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@contextmanager
def open_named_site(directory: Path, name: str) -> Iterator[Site]:
    """Open both sites and yield the one named "live" or "sandbox". Raises as open_sites does."""
    with open_sites(directory) as sites:
        yield next(site for site in sites if site.name == name)


def parse_duration(text: str) -> int | None:
    """Return the seconds in a duration such as "7d", or None for "never".

    Raises ParameterValidationError for any other text.
    """
    if text == "never":
        return None
    if not (match := re.fullmatch(r"([1-9][0-9]{0,4})([mhdw])", text)):
        raise ParameterValidationError(
            f"{text!r} is not a duration; write 90m, 12h, 7d, 4w or never."
        )
    return int(match[1]) * UNIT_SECONDS[match[2]]


def parse_time(text: str) -> int:
    """Return the epoch seconds of an ISO 8601 date or time, which is UTC without an offset.

    Raises ParameterValidationError for any other text.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ParameterValidationError(
            f"{text!r} is not a date or time; write 2026-10-01 or 2026-10-01T12:00+02:00."
        ) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def format_time(seconds: int | None) -> str | None:
    """Format epoch seconds as ISO 8601 in UTC; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def format_public_url(url: str, site: Site, path: str) -> str:
    """Return the public URL of a page of the site, on the server at `url`.

    Raises ParameterValidationError when `url` is not the URL of a server.
    """
    public = url.rstrip("/")
    scheme, _, netloc = public.partition("://")
    if scheme not in ("http", "https") or not find_host(netloc):
        raise ParameterValidationError(
            f"--url {url}: not a server's URL, e.g. https://crowd.example.org"
        )
    return public + ("/sandbox" if site.name == "sandbox" else "") + path
