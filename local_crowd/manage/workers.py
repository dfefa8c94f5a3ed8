"""Workers: listing accounts, resetting passwords, closing accounts, granting Masters."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import FORMAT, SITE, URL, WORKER, Line, argument, command
from local_crowd.manage.common import (
    format_public_url,
    format_time,
    open_named_site,
    parse_duration,
)
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.people import accounts, invitation_links, workers
from local_crowd.operations.qualifications import grants
from local_crowd.operations.work import worker_actions


@command(SITE, FORMAT)
def list_workers(directory: Path, site: str) -> Iterator[Line]:
    """Yield every account: worker id, name, e-mail address, times; never the password hash."""
    with open_named_site(directory, site) as opened, opened.reading() as call:
        for account in accounts.list_all(call):
            yield {
                "worker_id": account.worker_id,
                "name": account.name,
                "email": account.email,
                "created": format_time(account.created_time),
                "closed": format_time(account.closed_time),
            }


@command(
    WORKER,
    argument(
        "--expires", "TIME", "lifetime of the link, e.g. 12h or 7d; default: 1d", default="1d"
    ),
    SITE,
    URL,
)
def reset_password(
    directory: Path, worker: str, site: str, url: str, expires: str
) -> Iterator[Line]:
    """Yield a link with which the worker chooses a new password; it invalidates earlier ones.

    The old password stays valid until then. Raises ParameterValidationError for an unknown worker.
    """
    lifetime = parse_duration(expires)
    with open_named_site(directory, site) as opened, opened.writing() as call:
        account = _find_account(call, worker)
        invitation_links.remove_resets(call, account.worker_id)
        _, token = invitation_links.create(
            call, invitation_links.RESET, lifetime=lifetime, worker_id=account.worker_id
        )
        line = {
            "worker_id": account.worker_id,
            "name": account.name,
            "url": format_public_url(url, opened, f"/reset_password/{token}"),
            "expires": format_time(lifetime and call.now + lifetime),
        }
    yield line


@command(WORKER, SITE, confirmation="Close the account of {worker}? It cannot be reopened.")
def close_account(directory: Path, worker: str, site: str) -> Iterator[Line]:
    """Close an account: erase name, e-mail address and password; work and payments stay.

    Raises ParameterValidationError for an unknown worker.
    """
    with open_named_site(directory, site) as opened, opened.writing() as call:
        account = _find_account(call, worker)
        for assignment_id in accounts.list_accepted_assignments(call, account.worker_id):
            worker_actions.return_assignment(call, account.worker_id, assignment_id)
        accounts.close(call, account.worker_id)
    yield from ()


@command(WORKER, SITE)
def make_master(directory: Path, worker: str, site: str) -> Iterator[Line]:
    """Grant a worker the site's Masters qualification.

    Raises ParameterValidationError for an unknown worker.
    """
    yield _set_master(directory, worker, site, master=True)


@command(WORKER, SITE)
def remove_master(directory: Path, worker: str, site: str) -> Iterator[Line]:
    """Revoke the Masters qualification, if the worker has it. Raises as make_master does."""
    yield _set_master(directory, worker, site, master=False)


def _set_master(directory: Path, worker: str, site: str, *, master: bool) -> Line:
    with open_named_site(directory, site) as opened, opened.writing() as call:
        # In the sandbox a worker may have only a nickname, and no account.
        has_id = workers.exists(call, worker)
        worker_id = worker if has_id else _find_account(call, worker).worker_id
        grants.set_master(call, worker_id, master=master)
    return {"worker_id": worker_id, "site": site, "master": master}


def _find_account(call: Call, worker: str) -> accounts.Account:
    """Return the open account with this worker id, name or e-mail address."""
    by_id = accounts.get(call, worker)
    account = by_id if by_id and not by_id.closed_time else accounts.find(call, worker)
    if account is None:
        raise ParameterValidationError(
            f"There is no open account {worker}; list_workers shows them all."
        )
    return account
