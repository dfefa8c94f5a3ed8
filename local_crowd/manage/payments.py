"""Payments: what requesters owe workers, and what was recorded as paid."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import FORMAT, SITE, Line, argument, command, flag
from local_crowd.manage.common import format_time, open_named_site, parse_time
from local_crowd.operations.call import Call
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.money import payments
from local_crowd.operations.people import access_keys


@command(
    argument("--since", "TIME", "only work approved since this time, e.g. 2026-10-01 (UTC)"),
    argument("--requester", "NAME", "only what this requester owes"),
    flag("--mark_paid", "record these amounts as paid"),
    argument("--payment", "ID", "print what was recorded as paid under this id"),
    SITE,
    FORMAT,
)
def export_payments(
    directory: Path,
    site: str,
    since: str | None,
    requester: str | None,
    mark_paid: bool,
    payment: str | None,
) -> Iterator[Line]:
    """Yield what is owed, one line per worker; or the lines of an earlier payment, with `payment`.

    `mark_paid` records everything as paid, in one transaction, before the first line is yielded.
    Raises ParameterValidationError for invalid arguments.
    """
    if payment and (since or requester or mark_paid):
        raise ParameterValidationError(
            "--payment cannot be combined with --since, --requester or --mark_paid."
        )
    with open_named_site(directory, site) as opened:
        if mark_paid:
            with opened.writing() as call:
                payment = payments.pay(call, _parse_choice(call, since, requester))
            if payment is None:
                return
        with opened.reading() as call:
            if payment:
                payments.require_payment(call, payment)
                rows = payments.list_paid(call, payment)
            else:
                rows = payments.list_unpaid(call, _parse_choice(call, since, requester))
    for row in rows:
        yield {
            "worker_id": row.worker_id,
            "name": row.name,
            "email": row.email,
            "panel": row.panel,
            "participant_id": row.participant_id,
            "approved": row.approved,
            "rewards": format_dollars(row.rewards),
            "bonuses": format_dollars(row.bonuses),
            "total": format_dollars(row.total),
            "payment_id": payment,
        }


@command(SITE, FORMAT)
def list_payments(directory: Path, site: str) -> Iterator[Line]:
    """Yield every recorded payment, the newest first."""
    with open_named_site(directory, site) as opened, opened.reading() as call:
        for row in payments.list_payments(call):
            yield {
                "payment_id": row.payment_id,
                "time": format_time(row.created_time),
                "workers": row.workers,
                "total": format_dollars(row.total),
            }


def _parse_choice(call: Call, since: str | None, requester: str | None) -> payments.Choice:
    requester_id = access_keys.find_id(call, requester) if requester else None
    if requester and requester_id is None:
        raise ParameterValidationError(
            f"There is no requester {requester}; list_requesters shows them all."
        )
    return payments.Choice(parse_time(since) if since else None, requester_id)
