"""Panels: links for their participants, and their exports against our submissions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from formats.csv_table import Table
from local_crowd.manage.common import address, duration, one_site, written
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import participants, reconciliation
from local_crowd.operations.people import invitation_links
from local_crowd.operations.work import worker_lists

Line = dict[str, Any]
NAME = re.compile("[A-Za-z0-9_.-]{1,64}")
PROLIFIC = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
    """Make a link that leads a panel's participants to the HITs of these types: those named, or
    those of `hit_ids`.

    Raises ParameterValidationError for what cannot be.
    """
    host = _check_completion(completion_url)
    names = {"worker": worker_parameter, "study": study_parameter, "session": session_parameter}
    parameters = {meaning: name for meaning, name in names.items() if name}
    _check_parameters(parameters)
    if limit < 1 or (places is not None and places < 1):
        raise ParameterValidationError("--limit and --places must be at least 1.")
    if bool(hit_type_id) == bool(hit_ids):
        raise ParameterValidationError(
            "Name the HITs by --hit_type_id or by a --hit_ids_file with ids in it."
        )
    codes = (code_done, code_screened_out, code_nothing_left)
    lifetime = duration(expires)
    with one_site(directory, site) as opened, opened.writing() as call:
        about = participants.Panel(
            panel or host,
            _hit_types(call, hit_ids)
            if hit_ids
            else [_hit_type(call, group_id) for group_id in hit_type_id],
            limit,
            completion_url,
            dict(zip(participants.OUTCOMES, codes, strict=True)),
            parameters,
        )
        link_id, token = invitation_links.make(
            call, invitation_links.PANEL, uses=places, lifetime=lifetime, panel=about._asdict()
        )
        line = {
            "url": address(url, opened, f"/join/{token}") + _placeholders(parameters),
            "link_id": link_id,
            "expires": written(lifetime and call.now + lifetime),
        }
    yield line


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
    """Whom the panel's export and the link's submissions tell of differently: a line each.

    Raises ParameterValidationError, naming the line, for an export that cannot be read.
    """
    columns = (worker_column, status_column, submission_column, code_column)
    there = _read(export, *columns)
    with one_site(directory, site) as opened, opened.reading() as call:
        settings = invitation_links.get(call, link).panel
        if settings is None:
            raise ParameterValidationError(f"{link} is not a panel's link: list_links says so.")
        panel = participants.Panel(**settings)
        here = {
            row.participant_id: reconciliation.OurVisit(
                row.worker_id,
                participants.DONE if row.done >= panel.limit else row.outcome,
                row.done,
            )
            for row in participants.list_visitors(call, link)
        }
    for one in reconciliation.find_differences(here, there, panel.codes):
        yield one._asdict()


def _hit_type(call: Call, group_id: str) -> str:
    """The HIT type that is meant: by its own id or its group's."""
    hit_type_id = worker_lists.find_hit_type_id(call, group_id)
    if hit_type_id is None:
        raise ParameterValidationError(
            f"There is no HIT type or HIT group {group_id} on this site."
        )
    return hit_type_id


def _hit_types(call: Call, hit_ids: list[str]) -> list[str]:
    """The HIT types of these HITs. Raises ParameterValidationError for a HIT of another site."""
    found = worker_lists.find_hit_types(call, hit_ids)
    if missing := [hit_id for hit_id in hit_ids if hit_id not in found]:
        raise ParameterValidationError(
            f"There is no HIT {missing[0]} on this site; --site names the other one."
        )
    return list(dict.fromkeys(found[hit_id] for hit_id in hit_ids))


def _check_completion(url: str) -> str:
    """The host that people go back to. The code cannot change it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not (secure and host) or "@" in parts.netloc or re.search(r"[\s\\\x00-\x1f]", url):
        raise ParameterValidationError(f"--completion_url {url}: this is not an https address.")
    if "{code}" in parts.netloc or "{code}" not in parts.path + parts.query + parts.fragment:
        raise ParameterValidationError(
            f"--completion_url {url}: it has to hold {{code}} where the code goes, behind the host."
        )
    return host


def _check_parameters(parameters: dict[str, str]) -> None:
    if "worker" not in parameters:
        raise ParameterValidationError("--worker_parameter cannot be empty.")
    if bad := [name for name in parameters.values() if not NAME.fullmatch(name)]:
        raise ParameterValidationError(f"{bad[0]!r} is no name of a parameter.")
    if len(set(parameters.values())) < len(parameters):
        raise ParameterValidationError("Two parameters have one name.")


def _placeholders(parameters: dict[str, str]) -> str:
    """The query as the panel is to fill it in; of Prolific's parameters as Prolific writes it."""
    return "?" + "&".join(
        f"{name}={{{{%{name}%}}}}" if name in PROLIFIC else f"{name}=..."
        for name in parameters.values()
    )


def _read(
    path: str, worker: str, status: str, submission: str, code: str
) -> dict[str, list[reconciliation.ExportLine]]:
    """The lines of an export by participant id."""

    def refuse(line: int, fault: str) -> NoReturn:
        raise ParameterValidationError(f"{path}:{line}: {fault}")

    found: dict[str, list[reconciliation.ExportLine]] = {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            table = Table(file, refuse, used=(worker, status, submission, code))
            columns = table.columns
            if missing := [name for name in (worker, status, submission) if name not in columns]:
                raise ParameterValidationError(
                    f"{path}: no column {missing[0]!r}; there are {', '.join(columns) or 'none'}"
                )
            for line, cells in table.rows():
                said = reconciliation.parse_status(cells[status])
                if said is None:
                    refuse(
                        line,
                        f"{cells[status]!r} is no status that is known here: "
                        + ", ".join(sorted(reconciliation.KNOWN)),
                    )
                found.setdefault(cells[worker].strip(), []).append(
                    reconciliation.ExportLine(cells[submission], said, cells.get(code, "").strip())
                )
    except OSError as error:
        raise ParameterValidationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{path}: this is not a CSV file in UTF-8") from error
    return found
