"""Links by which people get accounts. A link is shown once: it is stored as a hash."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_crowd.manage.common import address, duration, one_site, written
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import accounts, invitation_links
from local_crowd.site import Site

Line = dict[str, Any]


def add_link(
    directory: Path, site: str, url: str, uses: int, expires: str, emails: str | None
) -> Iterator[Line]:
    """Make an invitation for `uses` people, or one for each e-mail address of a file.

    Raises ParameterValidationError for what cannot be, naming the line of the file.
    """
    if uses < 1:
        raise ParameterValidationError("--uses must be at least 1.")
    if emails is not None and uses != 1:
        raise ParameterValidationError(
            "With --emails each link is for one person: leave out --uses."
        )
    lifetime = duration(expires)
    invited: list[str | None] = [None] if emails is None else [*_addresses(emails)]
    made: list[Line] = []
    with one_site(directory, site) as opened:
        _check(opened)
        with opened.writing() as call:
            for email in invited:
                link_id, token = invitation_links.make(
                    call, invitation_links.ACCOUNT, uses=uses, lifetime=lifetime, email=email
                )
                line = {"email": email} if email else {"uses": uses}
                made.append(
                    line
                    | {
                        "url": address(url, opened, f"/join/{token}"),
                        "link_id": link_id,
                        "expires": written(lifetime and call.now + lifetime),
                    }
                )
    yield from made


def list_links(directory: Path, site: str) -> Iterator[Line]:
    """Every link to accounts and of panels, without its address."""
    with one_site(directory, site) as opened, opened.reading() as call:
        for link in invitation_links.list_all(call):
            yield {
                "link_id": link.link_id,
                "kind": link.kind,
                "open": link.is_open(call.now),
                "uses_left": link.uses_left,
                "expires": written(link.expires_time),
                "email": link.email,
                "panel": link.panel,
                "created": written(link.created_time),
            }


def remove_link(directory: Path, link: str, site: str) -> Iterator[Line]:
    """Let nobody in by this link any more. Raises ParameterValidationError for an unknown one."""
    with one_site(directory, site) as opened, opened.writing() as call:
        invitation_links.get(call, link)
        invitation_links.remove(call, link)
    yield from ()


def _check(site: Site) -> None:
    if site.sign_in == "nickname":
        raise ParameterValidationError(
            "The sandbox asks for a nickname and no more, so it needs no invitations; "
            '"sandbox_sign_in": "account" in crowd.json makes it ask for accounts.'
        )


def _addresses(path: str) -> list[str]:
    """The addresses of a file, one a line; blank lines and `#` comments are skipped."""
    found: dict[str, None] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ParameterValidationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{path}: this is not UTF-8 text") from error
    for number, line in enumerate(lines, 1):
        if text := line.partition("#")[0].strip():
            try:
                found[accounts.validate_email(text) or ""] = None
            except accounts.InvalidAccount:
                raise ParameterValidationError(
                    f"{path}:{number}: {text[:60]!r} is not an e-mail address"
                ) from None
    if not found:
        raise ParameterValidationError(f"{path}: there is no e-mail address in it")
    return list(found)
