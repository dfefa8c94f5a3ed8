"""Files about qualifications: the workers and their values, and a test with its answer key."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from amt.errors import Error
from amt.messages import FaultList
from amt.notices import Recipient, read_workers
from formats.gold import FEWEST

SMALLEST, LARGEST = -(2**31), 2**31 - 1  # values of the API's type Integer
VALUE = re.compile(r"[+-]?\d{1,10}")
MOST_TEST_BYTES = 65_535
HOUR = 3600  # seconds
GOLD_SCORE = "gold_score"


class Scores(NamedTuple):
    """The score of each worker from 0 to 1, and the workers without one.

    `judged` are the scores from enough answers to say that a worker is not good.
    """

    known: dict[str, Decimal]
    unknown: list[str]
    judged: dict[str, Decimal]


def read_values(path: str, value: int) -> dict[str, int]:
    """Return the value of each worker in a file: its column `value`, or else `value`.

    Raises Error, naming every line, for what is not a worker id or not a whole number.
    """

    def parse(text: str) -> int:
        if not VALUE.fullmatch(text) or not SMALLEST <= int(text) <= LARGEST:
            raise ValueError(f"value: {text!r} is not a whole number, or too large")
        return int(text)

    return _parse_cells(path, read_workers(path), "value", parse, value)


def read_scores(path: str, column: str | None) -> tuple[str, Scores]:
    """Return a column of a workers file and its scores; an empty cell is an unknown score.

    Without a name it is `gold_score`, or `accuracy` if there is no such column. Raises Error, naming
    every line, for what is not a number from 0 to 1.
    """
    workers = read_workers(path)
    has_gold = any(GOLD_SCORE in worker.cells for worker in workers)
    column = column or (GOLD_SCORE if has_gold else "accuracy")
    if not any(column in worker.cells for worker in workers):
        raise Error(f"{path}:1: no column {column!r}" if workers else f"{path}: no workers")

    def parse(text: str) -> Decimal | None:
        return _parse_score(column, text) if text else None

    scores = _parse_cells(path, workers, column, parse, None)
    known = {worker_id: score for worker_id, score in scores.items() if score is not None}
    counts = {worker.worker_id: worker.cells.get("gold_answers", "") for worker in workers}
    judged = {
        worker_id: score
        for worker_id, score in known.items()
        if column != GOLD_SCORE
        or not counts[worker_id].isdecimal()
        or int(counts[worker_id]) >= FEWEST
    }
    unknown = [worker_id for worker_id in scores if worker_id not in known]
    return column, Scores(known, unknown, judged)


def parse_score(name: str, text: str) -> Decimal:
    """Return a score from 0 to 1. Raises Error, beginning with `name`, for anything else."""
    try:
        return _parse_score(name, text)
    except ValueError as error:
        raise Error(str(error)) from error


def _parse_score(name: str, text: str) -> Decimal:
    try:
        score = Decimal(text)
    except InvalidOperation:
        score = Decimal("nan")
    if not score.is_finite() or not 0 <= score <= 1:
        raise ValueError(f"{name}: {text!r} is not a number from 0 to 1")
    return score


def _parse_cells(
    path: str,
    workers: list[Recipient],
    column: str,
    parse: Callable[[str], Any],
    default: Any,
) -> dict[str, Any]:
    """Return the parsed cell of each worker. Raises Error with the line of every fault."""
    values: dict[str, Any] = {}
    faults = FaultList()
    for worker in workers:
        try:
            cell = worker.cells.get(column)
            values[worker.worker_id] = default if cell is None else parse(cell.strip())
        except ValueError as error:
            faults.append(f"{path}:{worker.line}: {error}")
    if faults:
        raise Error(faults.join())
    return values


def make_type_parameters(
    name: str,
    description: str,
    *,
    keywords: str | None = None,
    test_file: str | None = None,
    answer_key_file: str | None = None,
    test_seconds: int | None = None,
    auto_granted_value: int | None = None,
    retry_seconds: int | None = None,
) -> dict[str, Any]:
    """Return the parameters of CreateQualificationType. Raises Error for what contradicts itself."""
    if answer_key_file and not test_file:
        raise Error("--answer_key needs a --test")
    if test_seconds is not None and not test_file:
        raise Error("--test_seconds needs a --test")
    if test_file and auto_granted_value is not None:
        raise Error("--auto_grant: workers who must take a --test cannot get it at once; give one")
    parameters: dict[str, Any] = {
        "Name": name,
        "Description": description,
        "QualificationTypeStatus": "Active",
    }
    for key, text in (("Name", name), ("Description", description)):
        if not text.strip():
            raise Error(f"--{key.lower()} must not be empty: workers read it")
    if keywords:
        parameters["Keywords"] = keywords
    if test_file:
        parameters |= {"Test": _read_xml(test_file), "TestDurationInSeconds": test_seconds or HOUR}
    if answer_key_file:
        parameters["AnswerKey"] = _read_xml(answer_key_file)
    if auto_granted_value is not None:
        parameters |= {"AutoGranted": True, "AutoGrantedValue": auto_granted_value}
    if retry_seconds is not None:
        parameters["RetryDelayInSeconds"] = retry_seconds
    return parameters


def _read_xml(path: str) -> str:
    """Return the text of an XML file. Raises Error, with the line, for what is not well-formed."""
    from xml.parsers import expat

    content = Path(path).read_bytes()
    if len(content) > MOST_TEST_BYTES:
        raise Error(f"{path}: has {len(content):,} bytes; at most {MOST_TEST_BYTES:,} are allowed")
    try:
        expat.ParserCreate().Parse(content, True)
        return content.decode("utf-8-sig").strip()
    except expat.ExpatError as error:
        raise Error(f"{path}:{error.lineno}: not XML: {expat.ErrorString(error.code)}") from error
    except UnicodeDecodeError as error:
        raise Error(f"{path}: not UTF-8 text (byte {error.start + 1})") from error


def to_percent(scores: Mapping[str, Decimal]) -> dict[str, int]:
    """Return scores from 0 to 1 in percent, rounded down."""
    return {worker_id: int(score * 100) for worker_id, score in scores.items()}
