"""What the commands about people share: one site, times, amounts, addresses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from local_crowd.manage.sites import both_sites
from local_crowd.netloc import find_host
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.site import Site

SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@contextmanager
def one_site(directory: Path, name: str) -> Iterator[Site]:
    """The site of this name, "live" or "sandbox". Raises as both_sites."""
    with both_sites(directory) as sites:
        yield next(site for site in sites if site.name == name)


def duration(text: str) -> int | None:
    """Seconds of "7d"; none for "never". Raises ParameterValidationError."""
    if text == "never":
        return None
    if not (found := re.fullmatch(r"([1-9][0-9]{0,4})([mhdw])", text)):
        raise ParameterValidationError(
            f"{text!r} is no span of time: say 90m, 12h, 7d, 4w or never."
        )
    return int(found[1]) * SECONDS[found[2]]


def moment(text: str) -> int:
    """Epoch seconds of "2026-10-01", also with a time; UTC unless it says otherwise. Raises
    ParameterValidationError.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ParameterValidationError(
            f"{text!r} is no time: say 2026-10-01 or 2026-10-01T12:00+02:00."
        ) from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def written(seconds: int | None) -> str | None:
    """Epoch seconds as ISO 8601 has them."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def address(url: str, site: Site, path: str) -> str:
    """A page's address, for people elsewhere. Raises ParameterValidationError for a bad `url`."""
    public = url.rstrip("/")
    scheme, _, netloc = public.partition("://")
    if scheme not in ("http", "https") or not find_host(netloc):
        raise ParameterValidationError(
            f"--url {url}: this is not a server's address, such as https://crowd.example.org."
        )
    return public + ("/sandbox" if site.name == "sandbox" else "") + path
