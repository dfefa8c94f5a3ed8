"""The answers of a batch as a file: JSON Lines, as get_results.py writes them, or CSV.

Answers are read in small chunks, each in a short transaction, and streamed: memory use is constant,
and a slow client does not keep a transaction open.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from formats.json_text import parse
from local_crowd.operations.hits import batches
from local_crowd.operations.questions import questions
from local_crowd.operations.questions.answers import parse_parts
from local_crowd.operations.review import answer_lists
from local_crowd.pages.context import current_site
from local_crowd.pages.headers import FILE
from local_crowd.pages.requester.batches import KINDS
from local_crowd.pages.requester.context import requester_only
from local_crowd.pages.requester.fields import parse_input
from local_crowd.pages.requester.values import measure_depth
from local_crowd.pages.words import format_utc
from local_crowd.site import Site

pages = Blueprint("downloads", __name__)
HITS_AT_ONCE, ANSWERS_AT_ONCE = 50, 10  # an answer may have 1 MB
MOST_COLUMNS, MOST_MEMBERS, DEEPEST = 1000, 100, 200
FIRST_COLUMNS = (
    "assignment_id",
    "hit_id",
    "worker_id",
    "row",
    "status",
    "accept_time",
    "submit_time",
    "auto_approval_time",
    "approval_time",
    "rejection_time",
    "requester_feedback",
)
TRACE = "_trace"  # the field of hit_templates/trace.js
MORE = "more"  # the column of values that have no column
# Spreadsheets take such text for a formula, also with full-width characters; plain numbers are safe.
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
Result = dict[str, Any]


@pages.get("/batches/<batch>/answers.jsonl")
@requester_only
def download_json_lines(requester_id: str, batch: str) -> Response:
    """Download the answers as JSON Lines, in the order of the input."""
    results = _iterate_results(
        current_site(), requester_id, batch, _read_statuses(requester_id, batch)
    )
    return _make_download(map(_format_json_line, results), f"{batch}.jsonl", "application/x-ndjson")


@pages.get("/batches/<batch>/answers.csv")
@requester_only
def download_csv(requester_id: str, batch: str) -> Response:
    """Download the answers as CSV, with a column for each field of the input and the answers."""
    results = _iterate_results(
        current_site(), requester_id, batch, _read_statuses(requester_id, batch)
    )
    return _make_download(_format_csv(results), f"{batch}.csv", "text/csv; charset=utf-8")


def _read_statuses(requester_id: str, batch: str) -> Sequence[str]:
    """Return the statuses in the query. Raises NotFound, also for another requester's batch."""
    kind = request.args.get("show", "all")
    with current_site().reading(requester_id) as call:
        if kind not in KINDS or batches.find(call, batch) is None:
            raise NotFound
    return KINDS[kind]


def _make_download(parts: Iterable[str], name: str, content_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": FILE,
    }
    return Response((part.encode() for part in parts), content_type=content_type, headers=headers)


def _iterate_results(
    site: Site, requester_id: str, batch: str, statuses: Sequence[str]
) -> Iterator[Result]:
    place = (-1, -1)
    while True:
        with site.reading(requester_id) as call:
            hits = answer_lists.list_hits_after(call, batch, place, HITS_AT_ONCE)
        for hit in hits:
            row_input = parse_input(questions.parse(hit.question))
            row = batches.parse_input_row(hit.requester_annotation)
            for answer in _iterate_answers(site, requester_id, hit.hit_id, statuses):
                yield _to_result(answer, row_input.value if row_input else None, row)
        if len(hits) < HITS_AT_ONCE:
            return
        place = (hits[-1].input_row, hits[-1].number)


def _iterate_answers(
    site: Site, requester_id: str, hit_id: str, statuses: Sequence[str]
) -> Iterator[Any]:
    place = (-1, "")
    while True:
        with site.reading(requester_id) as call:
            rows = answer_lists.list_answers_after(call, hit_id, statuses, place, ANSWERS_AT_ONCE)
        yield from rows
        if len(rows) < ANSWERS_AT_ONCE:
            return
        place = (rows[-1].submit_time, rows[-1].assignment_id)


def _to_result(answer: Any, row_input: Any, row: int | None) -> Result:
    """Return an assignment with the keys that get_results.py prints."""
    fields = _parse_fields(answer.answer)
    trace = (fields or {}).pop(TRACE, None)  # it is not one of the answers
    return {
        "assignment_id": answer.assignment_id,
        "hit_id": answer.hit_id,
        "worker_id": answer.worker_id,
        "output": answer.answer if fields is None else _find_output(fields),
        "submit_time": format_utc(answer.submit_time),
        "status": answer.status,
        "accept_time": format_utc(answer.accept_time),
        "input": row_input,
        "row": row,
        "answers": fields or {},
        "auto_approval_time": format_utc(answer.auto_approval_time),
        "approval_time": format_utc(answer.approval_time),
        "rejection_time": format_utc(answer.rejection_time),
        "requester_feedback": answer.requester_feedback,
        **({TRACE: _parse_json(trace)} if isinstance(trace, str) else {}),
    }


def _parse_fields(xml: str | None) -> dict[str, Any] | None:
    """Parse the fields of an answer, each a text or a list of selections; None if not XML."""
    try:
        parts_by_name = parse_parts(xml or "")
    except (ParseError, ValueError):  # the row was imported or repaired by hand
        return None
    return {
        name: parts[0][1] if parts and parts[0][0] == "FreeText" else [text for _, text in parts]
        for name, parts in parts_by_name.items()
    }


def _find_output(fields: Mapping[str, Any]) -> Any:
    text = fields.get("output", fields.get("taskAnswers"))
    return _parse_json(text) if isinstance(text, str) else text


def _parse_json(text: str) -> Any:
    """Return the value of a text that is JSON, else the text."""
    if text.count("[") + text.count("{") > DEEPEST and measure_depth(text) > DEEPEST:
        return text  # json can parse deeper values than it can serialize
    try:
        return parse(text, unique_keys=False)
    except ValueError:
        return text


def _format_json_line(result: Result) -> str:
    try:
        text = json.dumps(result, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair from a worker's browser
        text = json.dumps(result)
    return f"{text}\n"


def _format_csv(results: Iterable[Result]) -> Iterator[str]:
    """Yield the lines of the CSV file.

    The header needs the columns of all answers, so they are spooled to a temporary file first.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        columns, all_fit = _spool(results, kept)
        kept.seek(0)
        yield _format_row([*FIRST_COLUMNS, *columns, *([] if all_fit else [MORE])])
        for line in kept:
            first, cells = json.loads(line)
            row = [*first, *(cells.pop(name, None) for name in columns)]
            yield _format_row(row if all_fit else [*row, json.dumps(cells) if cells else None])


def _spool(results: Iterable[Result], file: IO[str]) -> tuple[list[str], bool]:
    """Write the cells of each answer to `file`.

    Return the column names, those of the input first, and whether every cell has a column.
    """
    columns: dict[str, None] = {}
    all_fit = True
    for result in results:
        cells = _to_cells(result)
        for name in cells:
            if name not in columns and len(columns) < MOST_COLUMNS:
                columns[name] = None
        all_fit = all_fit and cells.keys() <= columns.keys()
        first = [result[name] for name in FIRST_COLUMNS]
        file.write(json.dumps([first, cells]) + "\n")
    order = {"answer": 1, TRACE: 2}
    return sorted(columns, key=lambda name: order.get(name.partition(".")[0], 0)), all_fit


def _to_cells(result: Result) -> dict[str, Any]:
    """Return the fields of the input and of the answer by column name."""
    cells: dict[str, Any] = {}
    named = [] if result["input"] is None else [("input", result["input"])]
    for name, value in result["answers"].items():
        parsed = _parse_json(value) if isinstance(value, str) and value[:1] == "{" else value
        named.append((f"answer.{name}", parsed if isinstance(parsed, dict) else value))
    if not result["answers"] and result["output"]:
        named.append(("answer", result["output"]))
    for name, value in named:
        for member, cell in _split_members(name, value).items():
            column = member
            while column in cells:  # both a field "a.b" and a field "a" with a member "b"
                column += "*"
            cells[column] = cell
    if TRACE in result:
        cells[TRACE] = result[TRACE]
    return cells


def _split_members(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and 0 < len(value) <= MOST_MEMBERS:
        return {f"{name}.{member}": content for member, content in value.items()}
    return {name: value}


def _format_row(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(_format_cell, cells))
    return text.getvalue()


def _format_cell(value: Any) -> str:
    """Format a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _NO_TEXT.sub("\ufffd", text)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text
