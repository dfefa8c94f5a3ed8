"""Submissions at a panel: comparing its export with ours, and what to approve and pay there."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from formats.csv_table import Table
from local_crowd.manage.commands import FORMAT, SITE, Line, argument, choice, command, flag
from local_crowd.manage.common import open_named_site
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.money import payments
from local_crowd.operations.panels import bulk_forms, panel_exports, participants, reconciliation
from local_crowd.operations.people import invitation_links

Export = dict[str, list[reconciliation.ExportLine]]  # submissions by participant id


def ask_release(
    directory: Path, *, export: str, link: str, site: str, release: bool, **columns: str
) -> str:
    """Return the question to ask before `reconcile --release`; "" if nothing is to be released.

    Raises as reconcile does.
    """
    if not release:
        return ""
    there = _read_export(export, **columns)
    with open_named_site(directory, site) as opened, opened.reading() as call:
        _find_panel(call, link)
        holders = _find_released(participants.list_visitors(call, link), there)
    count = sum(visitor.held for visitor in holders)
    return (
        f"Give back {count} {'HIT' if count == 1 else 'HITs'} in progress, of participants whom the "
        "panel has as RETURNED or TIMED-OUT? What they entered cannot be submitted any more."
        if count
        else ""
    )


@command(
    argument("export", "EXPORT.csv", "list of submissions from the panel"),
    argument("--link", "LINK_ID", "link id, as printed by list_links", required=True),
    flag(
        "--release",
        "give back the HITs in progress of participants who are RETURNED or TIMED-OUT at the panel",
    ),
    *(
        argument(f"--{column}_column", "NAME", f"{content}; default: {name}", default=name)
        for column, name, content in (
            ("worker", "Participant id", "column of the participant ids"),
            ("status", "Status", "column of the statuses"),
            ("submission", "Submission id", "column of the submission ids"),
            ("code", "Completion code", "column of the completion codes"),
        )
    ),
    SITE,
    FORMAT,
    confirmation=ask_release,
    exit_code_for_lines=1,
)
def reconcile(
    directory: Path, export: str, link: str, site: str, release: bool, **columns: str
) -> Iterator[Line]:
    """Yield a line for each participant on whom the panel's export and our submissions disagree.

    With `release`, give back the HITs of _find_released first, each participant's in a transaction
    of its own. Raises ParameterValidationError, naming the line, for an export that cannot be read.
    """
    there = _read_export(export, **columns)
    released: set[str] = set()
    with open_named_site(directory, site) as opened:
        with opened.reading() as call:
            panel = _find_panel(call, link)
            visitors = participants.list_visitors(call, link)
        for visitor in _find_released(visitors, there) if release else ():
            with opened.writing() as call:
                if participants.release(call, link, visitor.worker_id):
                    released.add(visitor.participant_id)
    here = {
        visitor.participant_id: reconciliation.OurVisit(
            visitor.worker_id,
            participants.DONE if visitor.done >= panel.limit else visitor.outcome,
            visitor.done,
            visitor.held > 0,
        )
        for visitor in visitors
    }
    for difference in reconciliation.find_differences(here, there, panel.codes):
        line = difference._asdict()
        if difference.participant in released:
            line["problem"] = f"{reconciliation.RELEASED}{difference.there}"
        yield line


def _find_released(
    visitors: list[participants.Visitor], there: Export
) -> list[participants.Visitor]:
    """Return those with a HIT in progress whose submissions are all returned or timed out."""
    return [
        visitor
        for visitor in visitors
        if visitor.held and reconciliation.has_given_up(there.get(visitor.participant_id, ()))
    ]


@command(
    argument("--link", "LINK_ID", "link id, as printed by list_links", required=True),
    argument(
        "--format",
        "FORMAT",
        "what to write: " + ", ".join(bulk_forms.FORMATS),
        choices=bulk_forms.FORMATS,
        required=True,
    ),
    choice("--only", "part to write", *bulk_forms.PARTS),
    flag("--mark_paid", "record what is written as paid"),
    argument("--payment", "ID", "write what was recorded as paid under this id"),
    SITE,
)
def export_panel(
    directory: Path,
    link: str,
    format: str,  # noqa: A002 - the name of the flag
    only: str,
    mark_paid: bool,
    payment: str | None,
    site: str,
) -> Iterator[str]:
    """Yield the lines that a panel's bulk forms take: submissions to approve, and bonuses to pay.

    `mark_paid` records both as paid, in one transaction, before the first line is yielded. Raises
    ParameterValidationError for invalid arguments.
    """
    if payment and (mark_paid or only != bulk_forms.PARTS[0]):
        raise ParameterValidationError("--payment cannot be combined with --mark_paid or --only.")
    with open_named_site(directory, site) as opened:
        if mark_paid:
            with opened.writing() as call:
                limit = _find_panel(call, link).limit
                payment = payments.record(call, panel_exports.query_unpaid(link, limit, only))
            if payment is None:
                return
        with opened.reading() as call:
            limit = _find_panel(call, link).limit
            if payment:
                rows = panel_exports.list_paid(call, link, payment)
            else:
                items = panel_exports.query_unpaid(link, limit, only)
                rows = panel_exports.list_unpaid(call, link, items)
    yield from bulk_forms.format_rows(format, rows, payment)


def _find_panel(call: Call, link_id: str) -> participants.Panel:
    """Return the settings of a panel's link. Raises ParameterValidationError for other links."""
    settings = invitation_links.get(call, link_id).panel
    if settings is None:
        raise ParameterValidationError(
            f"{link_id} is not a panel link; list_links shows the kind of each link."
        )
    return participants.Panel(**settings)


def _read_export(
    path: str, *, worker_column: str, status_column: str, submission_column: str, code_column: str
) -> Export:
    """Return the submissions in a panel's export, by participant id."""

    def refuse(line: int, fault: str) -> NoReturn:
        raise ParameterValidationError(f"{path}:{line}: {fault}")

    worker, status, submission = worker_column, status_column, submission_column
    submissions: Export = {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            table = Table(file, refuse, used=(worker, status, submission, code_column))
            columns = table.columns
            if missing := [name for name in (worker, status, submission) if name not in columns]:
                raise ParameterValidationError(
                    f"{path}: no column {missing[0]!r}; found {', '.join(columns) or 'none'}"
                )
            for line, cells in table.rows():
                submission_status = reconciliation.parse_status(cells[status])
                if submission_status is None:
                    refuse(
                        line,
                        f"{cells[status]!r} is not a known status; the known statuses are "
                        + ", ".join(sorted(reconciliation.KNOWN)),
                    )
                submissions.setdefault(cells[worker].strip(), []).append(
                    reconciliation.ExportLine(
                        cells[submission], submission_status, cells.get(code_column, "").strip()
                    )
                )
    except OSError as error:
        raise ParameterValidationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{path}: not a CSV file in UTF-8") from error
    return submissions
