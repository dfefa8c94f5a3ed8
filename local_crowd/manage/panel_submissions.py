"""Submissions at a panel: comparing its export with ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from formats.csv_table import Table
from local_crowd.manage.commands import FORMAT, SITE, Line, argument, command
from local_crowd.manage.common import open_named_site
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import participants, reconciliation
from local_crowd.operations.people import invitation_links


@command(
    argument("export", "EXPORT.csv", "list of submissions from the panel"),
    argument("--link", "LINK_ID", "link id, as printed by list_links", required=True),
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
    exit_code_for_lines=1,
)
def reconcile(
    directory: Path,
    export: str,
    link: str,
    site: str,
    worker_column: str,
    status_column: str,
    submission_column: str,
    code_column: str,
) -> Iterator[Line]:
    """Yield a line for each participant on whom the panel's export and our submissions disagree.

    Raises ParameterValidationError, naming the line, for an export that cannot be read.
    """
    columns = (worker_column, status_column, submission_column, code_column)
    there = _read_export(export, *columns)
    with open_named_site(directory, site) as opened, opened.reading() as call:
        settings = invitation_links.get(call, link).panel
        if settings is None:
            raise ParameterValidationError(
                f"{link} is not a panel link; list_links shows the kind of each link."
            )
        panel = participants.Panel(**settings)
        here = {
            row.participant_id: reconciliation.OurVisit(
                row.worker_id,
                participants.DONE if row.done >= panel.limit else row.outcome,
                row.done,
            )
            for row in participants.list_visitors(call, link)
        }
    for difference in reconciliation.find_differences(here, there, panel.codes):
        yield difference._asdict()


def _read_export(
    path: str, worker: str, status: str, submission: str, code: str
) -> dict[str, list[reconciliation.ExportLine]]:
    """Return the submissions in a panel's export, by participant id."""

    def refuse(line: int, fault: str) -> NoReturn:
        raise ParameterValidationError(f"{path}:{line}: {fault}")

    submissions: dict[str, list[reconciliation.ExportLine]] = {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            table = Table(file, refuse, used=(worker, status, submission, code))
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
                        cells[submission], submission_status, cells.get(code, "").strip()
                    )
                )
    except OSError as error:
        raise ParameterValidationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{path}: not a CSV file in UTF-8") from error
    return submissions
