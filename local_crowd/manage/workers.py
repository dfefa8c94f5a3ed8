"""Workers: who has an account, a new password, closing, and who is a Master."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_crowd.manage.common import address, duration, one_site, written
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import accounts, invitation_links, workers
from local_crowd.operations.qualifications import grants
from local_crowd.operations.work import worker_actions

Line = dict[str, Any]


def list_workers(directory: Path, site: str) -> Iterator[Line]:
    """Every account: worker id, name, e-mail address, times; never anything of a password."""
    with one_site(directory, site) as opened, opened.reading() as call:
        for account in accounts.list_all(call):
            yield {
                "worker_id": account.worker_id,
                "name": account.name,
                "email": account.email,
                "created": written(account.created_time),
                "closed": written(account.closed_time),
            }


def reset_password(
    directory: Path, worker: str, site: str, url: str, expires: str
) -> Iterator[Line]:
    """A link by which the worker chooses a new password; one made before is worth nothing now.

    The old password stays good until then. Raises ParameterValidationError for an unknown worker.
    """
    lifetime = duration(expires)
    with one_site(directory, site) as opened, opened.writing() as call:
        account = _account(call, worker)
        invitation_links.remove_resets(call, account.worker_id)
        _, token = invitation_links.make(
            call, invitation_links.RESET, lifetime=lifetime, worker_id=account.worker_id
        )
        line = {
            "worker_id": account.worker_id,
            "name": account.name,
            "url": address(url, opened, f"/reset_password/{token}"),
            "expires": written(lifetime and call.now + lifetime),
        }
    yield line


def close_account(directory: Path, worker: str, site: str, yes: bool) -> Iterator[Line]:  # noqa: ARG001 - it was asked before
    """Close an account: erase name, e-mail address and password; work and payments stay.

    Raises ParameterValidationError for an unknown worker.
    """
    with one_site(directory, site) as opened, opened.writing() as call:
        account = _account(call, worker)
        for assignment_id in accounts.list_in_hand(call, account.worker_id):
            worker_actions.return_assignment(call, account.worker_id, assignment_id)
        accounts.close(call, account.worker_id)
    yield from ()


def make_master(directory: Path, worker: str, site: str) -> Iterator[Line]:
    """Give a worker the site's Masters qualification. Raises ParameterValidationError for an
    unknown worker.
    """
    yield _set_master(directory, worker, site, master=True)


def remove_master(directory: Path, worker: str, site: str) -> Iterator[Line]:
    """Take the Masters qualification back, if the worker has it. Raises as make_master."""
    yield _set_master(directory, worker, site, master=False)


def _set_master(directory: Path, worker: str, site: str, *, master: bool) -> Line:
    with one_site(directory, site) as opened, opened.writing() as call:
        # A worker of the sandbox may have a nickname only, and no account.
        known = workers.exists(call, worker)
        worker_id = worker if known else _account(call, worker).worker_id
        grants.make_master(call, worker_id, master=master)
    return {"worker_id": worker_id, "site": site, "master": master}


def _account(call: Call, worker: str) -> accounts.Account:
    """The open account of this worker id, name or e-mail address."""
    by_id = accounts.get(call, worker)
    account = by_id if by_id and not by_id.closed_time else accounts.find(call, worker)
    if account is None:
        raise ParameterValidationError(
            f"There is no open account {worker}: list_workers names those there are."
        )
    return account
