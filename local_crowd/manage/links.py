"""Invitation links. A link is shown only once, because only its hash is stored."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import FORMAT, SITE, URL, WAIT, Line, argument, command
from local_crowd.manage.common import (
    format_public_url,
    format_time,
    open_named_site,
    parse_duration,
    parse_wait,
)
from local_crowd.operations.call import Call
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import access_keys, accounts, invitation_links
from local_crowd.site import Site


@command(
    argument(
        "--uses", "N", "number of people who can use the link; default: 1", type=int, default=1
    ),
    argument(
        "--expires",
        "TIME",
        "lifetime of the link, e.g. 12h, 7d or never; default: 7d",
        default="7d",
    ),
    argument("--emails", "FILE", "file of e-mail addresses, one per line; creates a link for each"),
    *WAIT,
    argument("--requester", "NAME", "requester who pays for waiting, for whose HITs people wait"),
    SITE,
    URL,
    FORMAT,
)
def add_link(
    directory: Path,
    site: str,
    url: str,
    uses: int,
    expires: str,
    emails: str | None,
    wait: str | None,
    wait_reward: str | None,
    requester: str | None,
) -> Iterator[Line]:
    """Create an invitation link for `uses` people, or one link per e-mail address in a file.

    Raises ParameterValidationError for invalid arguments; for a bad address it names the line.
    """
    if uses < 1:
        raise ParameterValidationError("--uses must be at least 1.")
    if emails is not None and uses != 1:
        raise ParameterValidationError(
            "--uses cannot be combined with --emails: each of those links is for one person."
        )
    lifetime = parse_duration(expires)
    invited: list[str | None] = [None] if emails is None else [*_read_email_addresses(emails)]
    lines: list[Line] = []
    with open_named_site(directory, site) as opened:
        _require_account_sign_in(opened)
        with opened.writing() as call:
            terms = parse_wait(wait, wait_reward, _find_requester(call, requester))
            if (terms is None) != (requester is None):
                raise ParameterValidationError("--wait and --requester need each other.")
            for email in invited:
                link_id, token = invitation_links.create(
                    call,
                    invitation_links.ACCOUNT,
                    uses=uses,
                    lifetime=lifetime,
                    email=email,
                    wait=terms,
                )
                recipient = {"email": email} if email else {"uses": uses}
                lines.append(
                    recipient
                    | {
                        "url": format_public_url(url, opened, f"/join/{token}"),
                        "link_id": link_id,
                        "expires": format_time(lifetime and call.now + lifetime),
                    }
                )
    yield from lines


@command(SITE)
def list_links(directory: Path, site: str) -> Iterator[Line]:
    """Yield every invitation and panel link, without its URL."""
    with open_named_site(directory, site) as opened, opened.reading() as call:
        for link in invitation_links.list_all(call):
            yield {
                "link_id": link.link_id,
                "kind": link.kind,
                "open": link.is_open(call.now),
                "uses_left": link.uses_left,
                "expires": format_time(link.expires_time),
                "email": link.email,
                "panel": link.panel,
                **_describe_wait(link),
                "created": format_time(link.created_time),
            }


@command(argument("link", "LINK_ID", "link id, as printed by list_links"), SITE)
def remove_link(directory: Path, link: str, site: str) -> Iterator[Line]:
    """Stop a link from admitting people and from paying for waiting. Raises ParameterValidationError for an unknown id."""
    with open_named_site(directory, site) as opened, opened.writing() as call:
        invitation_links.get(call, link)
        invitation_links.remove(call, link)
    yield from ()


def _describe_wait(link: invitation_links.Link) -> Line:
    """Return the columns that say what a link pays for waiting; none for a link that pays nothing."""
    if link.wait_seconds is None or link.wait_reward is None:
        return {}
    return {
        "wait_minutes": link.wait_seconds // 60,
        "wait_reward": format_dollars(link.wait_reward),
    }


def _find_requester(call: Call, name: str | None) -> str | None:
    """Return the requester's id. Raises ParameterValidationError for an unknown name."""
    requester_id = None if name is None else access_keys.find_id(call, name)
    if name is not None and requester_id is None:
        raise ParameterValidationError(
            f"There is no requester {name}; list_requesters shows them all."
        )
    return requester_id


def _require_account_sign_in(site: Site) -> None:
    if site.sign_in == "nickname":
        raise ParameterValidationError(
            "The sandbox needs no invitations: workers sign in with a nickname. "
            'To require accounts, set "sandbox_sign_in": "account" in crowd.json.'
        )


def _read_email_addresses(path: str) -> list[str]:
    """Return the e-mail addresses in a file, one per line, skipping blank lines and `#` comments."""
    emails: dict[str, None] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ParameterValidationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{path}: not UTF-8 text") from error
    for number, line in enumerate(lines, 1):
        if text := line.partition("#")[0].strip():
            try:
                emails[accounts.validate_email(text) or ""] = None
            except accounts.InvalidAccount:
                raise ParameterValidationError(
                    f"{path}:{number}: {text[:60]!r} is not an e-mail address"
                ) from None
    if not emails:
        raise ParameterValidationError(f"{path}: contains no e-mail addresses")
    return list(emails)
