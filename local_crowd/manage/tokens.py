"""Access tokens of requesters. A token is printed only once, because only its hash is stored.

A running serve_batches.py accepts a new token, and refuses a removed one, at once.
"""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import NAME, Line, argument, command
from local_crowd.manage.common import format_time, open_named_site
from local_crowd.manage.sites import find_requester_ids
from local_crowd.operations.people import access_tokens
from local_crowd.operations.people.access_tokens import LAUNCH, READ, May


@command(
    NAME,
    argument(
        "--may",
        f"{LAUNCH}|{READ}",
        f"{LAUNCH} to send and change batches too, {READ} to read only; required",
        choices=(LAUNCH, READ),
        required=True,
    ),
)
def add_token(directory: Path, name: str, may: May) -> Iterator[Line]:
    """Create a token with which a program acts for a requester on both sites.

    "local" is the embedded crowd's own requester. Raises ParameterValidationError for an unknown name.
    """
    with open_named_site(directory, access_tokens.SITE) as site, site.writing() as writing:
        for call, requester_id in find_requester_ids([writing], name):
            token_id, token = access_tokens.create(call, requester_id, may)
    yield {"token": token, "token_id": token_id, "requester": name, "may": may}


@command()
def list_tokens(directory: Path) -> Iterator[Line]:
    """Yield every token's id, requester and creation time; never the token."""
    with open_named_site(directory, access_tokens.SITE) as site, site.reading() as call:
        for token in access_tokens.list_all(call):
            yield {
                "token_id": token.token_id,
                "requester": token.requester,
                "may": token.may,
                "created": format_time(token.created_time),
            }


@command(argument("token", "TOKEN_ID", "token id, as printed by list_tokens"))
def remove_token(directory: Path, token: str) -> Iterator[Line]:
    """Remove a token. Raises ParameterValidationError for an unknown id."""
    with open_named_site(directory, access_tokens.SITE) as site, site.writing() as call:
        access_tokens.remove(call, token)
    yield from ()
