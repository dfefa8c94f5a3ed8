"""Helpers that the commands share: opening one site, parsing and formatting times, URLs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from formats.netloc import find_host
from local_crowd.manage.sites import open_sites
from local_crowd.operations.checks import parse_dollars
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import invitation_links
from local_crowd.site import Site

LONGEST_WAIT_SECONDS = 8 * 3600
HIGHEST_WAIT_REWARD = 1000  # cents a minute: a slip of the decimal point is not a fortune
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


def parse_wait(
    wait: str | None, wait_reward: str | None, requester_id: str | None
) -> invitation_links.WaitTerms | None:
    """Return what --wait and --wait_reward say, with who pays; None without either.

    Raises ParameterValidationError when one of them is missing or invalid.
    """
    if wait is None and wait_reward is None:
        return None
    if wait is None or wait_reward is None:
        raise ParameterValidationError("--wait and --wait_reward need each other.")
    seconds = parse_duration(wait)
    if seconds is None or seconds > LONGEST_WAIT_SECONDS:
        raise ParameterValidationError(f"--wait {wait}: write a duration of up to 8h, e.g. 15m.")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", wait_reward) or not float(wait_reward):
        raise ParameterValidationError(
            f"--wait_reward {wait_reward}: write dollars a minute, from 0.01, e.g. 0.10."
        )
    cents = parse_dollars("--wait_reward", wait_reward, 1, HIGHEST_WAIT_REWARD)
    return invitation_links.WaitTerms(seconds, cents, str(requester_id))


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
