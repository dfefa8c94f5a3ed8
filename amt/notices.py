"""Messages to workers: a subject and a text for each row of a workers file, filled in by Jinja."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from amt import id_files, wrong_ids
from amt.decision_files import open_table
from amt.errors import Error
from amt.messages import FaultList

WORKER_COLUMNS = ("worker_id", "WorkerId")
MOST_WORKERS = 100  # in a call of NotifyWorkers
MOST_SUBJECT = 200  # characters, as on Mechanical Turk
MOST_TEXT = 4096


class Recipient(NamedTuple):
    """A worker, the line of the workers file, and the cells of the row by column."""

    line: int
    worker_id: str
    cells: Mapping[str, str]


class Notice(NamedTuple):
    """The same subject and text for up to MOST_WORKERS workers."""

    subject: str
    text: str
    worker_ids: list[str]


class NoticeTemplate:
    """A subject and a text, in which `{{ name }}` and `{{ row.name }}` stand for a row's column.

    `source` is where the text is from, for messages. Raises Error for what is not valid Jinja.
    """

    def __init__(self, subject: str, text: str, source: str) -> None:
        import jinja2

        self.digest = hashlib.sha256(f"{subject}\0{text}".encode()).hexdigest()[:40]
        environment = jinja2.Environment(  # noqa: S701 - a message is text, not HTML
            undefined=jinja2.StrictUndefined, keep_trailing_newline=False
        )
        self._templates = {}
        for name, part in (("--subject", subject), (source, text)):
            try:
                self._templates[name] = environment.from_string(part)
            except jinja2.TemplateSyntaxError as error:
                raise Error(f"{name}:{error.lineno}: {error.message}") from error

    def render(self, cells: Mapping[str, str]) -> tuple[str, str]:
        """Return the subject and the text for a row. Raises ValueError with what is wrong."""
        texts = []
        for name, template in self._templates.items():
            try:
                texts.append(template.render({**cells, "row": cells}).strip())
            except Exception as error:  # whatever it is, it is the template's
                raise ValueError(f"{name}: {error}") from error
        subject, text = texts
        for name, rendered, most in (("subject", subject, MOST_SUBJECT), ("text", text, MOST_TEXT)):
            if not 0 < len(rendered) <= most:
                raise ValueError(
                    f"the {name} has {len(rendered):,} characters; 1 to {most:,} are allowed"
                )
        return subject, text


def read_workers(path: str) -> list[Recipient]:
    """Return the workers in a file: a table with the column worker_id, or ids, one per line.

    Machines, which the column `machine` names, are left out: they are not on the crowd.

    Raises Error, naming every line, for what is not a worker's id and for a worker who is there
    twice.
    """
    faults = FaultList()
    table = open_table(
        path, lambda line, fault: faults.append(f"{path}:{line}: {fault}"), used=None
    )
    column = next((name for name in WORKER_COLUMNS if name in table.columns), None)
    is_table = len(table.columns) > 1 and not table.columns[0].startswith("#")
    if column is None and is_table:
        raise Error(f"{path}:1: no column 'worker_id'")
    if column is None:
        ids = id_files.read_ids(path)
        wrong_ids.check_worker_ids(path, ids)
        return [Recipient(0, worker_id, {"worker_id": worker_id}) for worker_id in ids]
    recipients: dict[str, Recipient] = {}
    for row in table.rows():
        if row.cells.get("machine", "").strip():
            continue
        worker_id = row.cells[column].strip()
        recipient = Recipient(row.line, worker_id, row.cells)
        first = recipients.setdefault(worker_id, recipient)
        if not wrong_ids.WORKER_ID.fullmatch(worker_id):
            faults.append(f"{path}:{row.line}: {worker_id[:70]!r} is not a worker's id")
        elif first.line != row.line:
            faults.append(f"{path}:{row.line}: {worker_id} is on line {first.line} already")
    if faults:
        raise Error(faults.join())
    return list(recipients.values())


def read_text(path: str) -> str:
    """Return the text of a message file. Raises Error for what is not UTF-8."""
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Error(f"{path}: not UTF-8 text (byte {error.start + 1})") from error


def compose(path: str, recipients: Iterable[Recipient], template: NoticeTemplate) -> list[Notice]:
    """Return the messages to these workers; those who get the same share a notice.

    Raises Error, naming every line of the workers file for which there is no message.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    faults = FaultList()
    for recipient in recipients:
        try:
            groups.setdefault(template.render(recipient.cells), []).append(recipient.worker_id)
        except ValueError as error:
            where = f"{path}:{recipient.line}" if recipient.line else path
            faults.append(f"{where}: {recipient.worker_id}: {error}")
    if faults:
        raise Error(faults.join())
    return [
        Notice(subject, text, worker_ids)
        for (subject, text), group in groups.items()
        for worker_ids in _split(group, MOST_WORKERS)
    ]


def _split(items: Sequence[Any], most: int) -> list[Any]:
    return [items[begin : begin + most] for begin in range(0, len(items), most)]
