"""Open both sites of the crowd in a directory."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from local_crowd import settings
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import access_keys, identities
from local_crowd.site import SITES, Site, database_path, open_site


@contextmanager
def open_sites(directory: Path, *, make: bool = False) -> Iterator[list[Site]]:
    """Open the sandbox and the live site.

    With `make` a missing crowd is created; without it a directory that has none raises
    ParameterValidationError. Raises one of CANNOT_OPEN for a crowd that cannot be used.
    """
    chosen = settings.read(directory)
    # Scripts on the crowd `local` create only the site that they use.
    if not any(chosen[f"{name}_database"] or _has_file(directory, name) for name in SITES):
        if not make:
            raise ParameterValidationError(f"There is no crowd in {directory}.")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(open_site(directory, name))) for name in SITES]


@contextmanager
def writing(sites: list[Site]) -> Iterator[list[Call]]:
    """Open a transaction on each site; an exception rolls both back.

    The two are committed one after the other. A process that is killed in between has changed one
    site only, so every command that uses this must be idempotent.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(site.writing()) for site in sites]


def find_requester_ids(calls: list[Call], name: str) -> Iterator[tuple[Call, str]]:
    """Yield the requester's id on each site that has a requester of this name.

    "local", the embedded crowd's own requester, is created where it is missing. Raises
    ParameterValidationError when no site has the requester.
    """
    ids = [
        (
            call,
            identities.ensure_requester(call)
            if name == identities.OWNER
            else access_keys.find_id(call, name),
        )
        for call in calls
    ]
    known = [(call, requester_id) for call, requester_id in ids if requester_id]
    if not known:
        raise ParameterValidationError(
            f"There is no requester {name}; list_requesters shows them all."
        )
    yield from known


def _has_file(directory: Path, name: str) -> bool:
    """Return whether the SQLite file of a site is there. Raises PermissionError if nobody may look."""
    try:
        database_path(directory, name).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
