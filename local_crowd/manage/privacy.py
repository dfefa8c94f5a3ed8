"""Privacy: erasing what is stored about a person, or what workers answered in a batch."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import SITE, Line, argument, command, flag
from local_crowd.manage.common import open_named_site
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import participants
from local_crowd.operations.people import accounts, workers
from local_crowd.operations.privacy import forgetting
from local_crowd.operations.privacy.forgetting import Forgotten
from local_crowd.site import Site
from local_crowd.store.vacuum import vacuum

ELSEWHERE = "backups, exported files, results that requesters fetched, and the proxy's logs still contain it"
DATABASE_SERVER = "the database server overwrites the freed pages later: VACUUM FULL does it now"
BUSY = "another process reads the database: its write-ahead log is emptied at the next start"


@command(
    argument("person", "PERSON", "worker id, name, e-mail address, or participant id at a panel"),
    flag("--answers", "erase the person's answers too"),
    SITE,
    confirmation="Erase what is stored about {person}? It cannot be restored.",
)
def forget(directory: Path, person: str, site: str, *, answers: bool) -> Iterator[Line]:
    """Erase a person's data; yield what was erased, what is kept and why, and where else it may be.

    Raises ParameterValidationError for somebody unknown, and for an id at two panels.
    """
    with open_named_site(directory, site) as opened:
        with opened.writing() as call:
            if worker_id := _find_person(call, person):
                forgotten = forgetting.forget_worker(call, worker_id, answers=answers)
            else:
                forgotten = forgetting.forget_invited(call, person)
            if not worker_id and not forgotten.erased:
                raise ParameterValidationError(
                    f"There is nobody here with the id, name or address {person}."
                )
        if worker_id:
            yield {"worker_id": forgotten.worker_id}
        yield from _report(forgotten)
        yield from _clean_files(opened)


@command(
    argument("batch", "BATCH", "id of the batch, as in its batch record, or a HITTypeId"),
    SITE,
    confirmation="Erase all answers to the HITs of {batch}? They cannot be restored.",
)
def forget_batch(directory: Path, batch: str, site: str) -> Iterator[Line]:
    """Erase what workers answered in a batch; yield as `forget` does.

    Raises ParameterValidationError for an unknown batch.
    """
    with open_named_site(directory, site) as opened:
        with opened.writing() as call:
            forgotten = forgetting.forget_batch(call, batch)
            if not forgotten.kept:
                raise ParameterValidationError(
                    f"There is no batch {batch}; the first line of a batch record has its id."
                )
        yield from _report(forgotten)
        yield from _clean_files(opened)


def _find_person(call: Call, person: str) -> str | None:
    """Return the worker's id, or None for nobody. Raises for an id at two panels."""
    if workers.exists(call, person):
        return person
    if account := accounts.find(call, person):
        return account.worker_id
    found = participants.list_workers(call, person)
    if len(found) > 1:
        panels = ", ".join(f"{worker_id} ({panel})" for panel, worker_id in found)
        raise ParameterValidationError(
            f"{person} is a participant of several panels; give one of these worker ids: {panels}"
        )
    return found[0][1] if found else None


def _report(forgotten: Forgotten) -> Iterator[Line]:
    for erased in forgotten.erased:
        yield {"erased": erased.what, "count": erased.number}
    for kept in forgotten.kept:
        yield {"kept": kept.what, "count": kept.number, "why": kept.why}
    yield {"note": ELSEWHERE}


def _clean_files(site: Site) -> Iterator[Line]:
    """Remove what was erased from the database's files; yield what is left to do."""
    path = site.store.path
    if path is None:
        yield {"note": DATABASE_SERVER}
    elif not vacuum(path):
        yield {"note": BUSY}
