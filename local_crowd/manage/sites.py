"""Both sites of the crowd in a directory."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from local_crowd import settings
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import access_keys, identities
from local_crowd.site import SITES, Site, open_site


@contextmanager
def both_sites(directory: Path, *, make: bool = False) -> Iterator[list[Site]]:
    """The sandbox and the live site; their databases are made if need be.

    Raises ParameterValidationError when there is no crowd in the directory and none is to be
    made, one of CANNOT_OPEN for one that cannot be used.
    """
    try:
        elsewhere = settings.read(directory)[f"{SITES[0]}_database"]
        if not elsewhere:
            (directory / f"{SITES[0]}.sqlite3").stat()
    except (FileNotFoundError, NotADirectoryError):
        if not make:
            raise ParameterValidationError(f"There is no crowd in {directory}.") from None
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(open_site(directory, name))) for name in SITES]


@contextmanager
def writing(sites: list[Site]) -> Iterator[list[Call]]:
    """A Call on each site; an exception undoes both.

    The two are committed one after the other. A process that is killed just between leaves one
    done: what is written with this has to come right when it is done again.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(site.writing()) for site in sites]


def requester_ids(calls: list[Call], name: str) -> Iterator[tuple[Call, str]]:
    """The sites on which there is a requester of this name, and its id there.

    "local", the embedded crowd's own, is made where it is not. Raises ParameterValidationError
    when there is none on any.
    """
    found = [
        (
            call,
            identities.ensure_requester(call)
            if name == identities.OWNER
            else access_keys.find_id(call, name),
        )
        for call in calls
    ]
    known = [(call, requester_id) for call, requester_id in found if requester_id]
    if not known:
        raise ParameterValidationError(
            f"There is no requester {name}: list_requesters names those there are."
        )
    yield from known
