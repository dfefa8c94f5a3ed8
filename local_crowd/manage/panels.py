"""Panels: links for their participants, and reconciling their exports with our submissions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from formats.csv_table import Table
from local_crowd.manage.commands import FORMAT, SITE, URL, Line, argument, command
from local_crowd.manage.common import (
    format_public_url,
    format_time,
    open_named_site,
    parse_duration,
)
from local_crowd.netloc import is_loopback
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import participants, reconciliation
from local_crowd.operations.people import invitation_links
from local_crowd.operations.work import worker_lists

NAME = re.compile("[A-Za-z0-9_.-]{1,64}")
PROLIFIC = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")


@command(
    argument("--hit_type_id", "ID", "HITTypeIds or HITGroupIds of the HITs", nargs="+", default=[]),
    argument("--hit_ids_file", "FILE", "ids file of a batch, instead of --hit_type_id"),
    argument(
        "--limit", "N", "number of HITs that a participant does; default: 1", type=int, default=1
    ),
    argument(
        "--completion_url",
        "URL",
        "URL that participants return to, with {code} for the completion code, "
        "e.g. https://app.prolific.com/submissions/complete?cc={code}",
        required=True,
    ),
    argument("--code_done", "CODE", "completion code for participants who finished", required=True),
    argument(
        "--code_screened_out",
        "CODE",
        "completion code for participants who were screened out",
        required=True,
    ),
    argument(
        "--code_nothing_left",
        "CODE",
        "completion code for participants who found nothing left",
        required=True,
    ),
    argument(
        "--worker_parameter",
        "NAME",
        "URL parameter that holds the participant id; default: PROLIFIC_PID",
        default="PROLIFIC_PID",
    ),
    argument(
        "--study_parameter",
        "NAME",
        'URL parameter that holds the study id, or ""; default: STUDY_ID',
        default="STUDY_ID",
    ),
    argument(
        "--session_parameter",
        "NAME",
        'URL parameter that holds the session id, or ""; default: SESSION_ID',
        default="SESSION_ID",
    ),
    argument("--panel", "NAME", "name of the panel; default: the host of --completion_url"),
    argument(
        "--places",
        "N",
        "number of participants who can use the link; default: no limit",
        type=int,
    ),
    argument(
        "--expires",
        "TIME",
        "when the link stops admitting new people, e.g. 12h or 4w; default: never",
        default="never",
    ),
    SITE,
    URL,
)
def add_panel_link(
    directory: Path,
    site: str,
    url: str,
    hit_type_id: list[str],
    hit_ids: list[str],
    limit: int,
    completion_url: str,
    code_done: str,
    code_screened_out: str,
    code_nothing_left: str,
    worker_parameter: str,
    study_parameter: str,
    session_parameter: str,
    panel: str | None,
    places: int | None,
    expires: str,
) -> Iterator[Line]:
    """Create a link that leads a panel's participants to HITs: those of the given HIT types, or of
    the HIT types of `hit_ids`.

    Raises ParameterValidationError for invalid arguments.
    """
    host = _validate_completion_url(completion_url)
    names = {"worker": worker_parameter, "study": study_parameter, "session": session_parameter}
    parameters = {meaning: name for meaning, name in names.items() if name}
    _validate_parameters(parameters)
    if limit < 1 or (places is not None and places < 1):
        raise ParameterValidationError("--limit and --places must be at least 1.")
    if bool(hit_type_id) == bool(hit_ids):
        raise ParameterValidationError(
            "Give either --hit_type_id or a --hit_ids_file that is not empty."
        )
    codes = (code_done, code_screened_out, code_nothing_left)
    lifetime = parse_duration(expires)
    with open_named_site(directory, site) as opened, opened.writing() as call:
        panel_settings = participants.Panel(
            panel or host,
            _find_hit_types(call, hit_ids)
            if hit_ids
            else [_find_hit_type(call, group_id) for group_id in hit_type_id],
            limit,
            completion_url,
            dict(zip(participants.OUTCOMES, codes, strict=True)),
            parameters,
        )
        link_id, token = invitation_links.create(
            call,
            invitation_links.PANEL,
            uses=places,
            lifetime=lifetime,
            panel=panel_settings._asdict(),
        )
        line = {
            "url": format_public_url(url, opened, f"/join/{token}")
            + _format_placeholders(parameters),
            "link_id": link_id,
            "expires": format_time(lifetime and call.now + lifetime),
        }
    yield line


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


def _find_hit_type(call: Call, group_id: str) -> str:
    """Return the HIT type with this HITTypeId or HITGroupId."""
    hit_type_id = worker_lists.find_hit_type_id(call, group_id)
    if hit_type_id is None:
        raise ParameterValidationError(
            f"There is no HIT type or HIT group {group_id} on this site."
        )
    return hit_type_id


def _find_hit_types(call: Call, hit_ids: list[str]) -> list[str]:
    """Return the HIT types of these HITs. Raises ParameterValidationError for an unknown HIT."""
    hit_types = worker_lists.find_hit_types(call, hit_ids)
    if missing := [hit_id for hit_id in hit_ids if hit_id not in hit_types]:
        raise ParameterValidationError(
            f"There is no HIT {missing[0]} on this site; use --site for the other site."
        )
    return list(dict.fromkeys(hit_types[hit_id] for hit_id in hit_ids))


def _validate_completion_url(url: str) -> str:
    """Validate the completion URL and return its host, which the code must not be able to change."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (secure and host) or "@" in parts.netloc or re.search(r"[\s\\\x00-\x1f]", url):
        raise ParameterValidationError(f"--completion_url {url}: not an https URL")
    if "{code}" in parts.netloc or "{code}" not in parts.path + parts.query + parts.fragment:
        raise ParameterValidationError(
            f"--completion_url {url}: write {{code}} where the code goes, after the host"
        )
    return host


def _validate_parameters(parameters: dict[str, str]) -> None:
    if "worker" not in parameters:
        raise ParameterValidationError("--worker_parameter cannot be empty.")
    if bad := [name for name in parameters.values() if not NAME.fullmatch(name)]:
        raise ParameterValidationError(f"{bad[0]!r} is not a valid parameter name.")
    if len(set(parameters.values())) < len(parameters):
        raise ParameterValidationError("Two parameters have the same name.")


def _format_placeholders(parameters: dict[str, str]) -> str:
    """Return the query string that the panel fills in, with Prolific's placeholders where known."""
    return "?" + "&".join(
        f"{name}={{{{%{name}%}}}}" if name in PROLIFIC else f"{name}=..."
        for name in parameters.values()
    )


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
