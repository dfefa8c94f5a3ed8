"""Convert a worker's answer: XML to fields, an assignment to a line of the results."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

from amt.messages import Say
from formats.json_text import parse

TRACE = "_trace"


def parse_fields(answer: str) -> dict[str, Any]:
    """Return every field of an answer XML: text, or a list of the selections of a QuestionForm.

    Raises ValueError for text that is not such XML.
    """
    try:
        root = ET.fromstring(answer, ET.XMLParser(target=_WithoutDoctype()))  # noqa: S314 - so no entities
    except ET.ParseError as error:
        raise ValueError(f"the answer is not XML: {error}") from error
    values: dict[str, Any] = {}
    for element in root.iterfind("{*}Answer"):
        name = element.findtext("{*}QuestionIdentifier") or ""
        free = element.find("{*}FreeText")
        if free is not None:
            values[name] = free.text or ""
        else:
            chosen = element.findall("{*}SelectionIdentifier")
            other = element.findall("{*}OtherSelectionText")
            values[name] = [part.text or "" for part in (*chosen, *other)]
    return values


class _WithoutDoctype(ET.TreeBuilder):
    def doctype(self, *_: str | None) -> NoReturn:
        """Refuse a DOCTYPE: Amazon's answers have none, and its entities can exhaust memory."""
        raise ValueError("the answer has a DOCTYPE")


def format_time(time: datetime | None) -> str | None:
    """Format a time as ISO 8601 in UTC: 2026-01-31T12:00:00Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def to_result(
    assignment: Mapping[str, Any], recorded: Mapping[str, Any] | None, say: Say
) -> dict[str, Any]:
    """Return a line of the results. `recorded` is the HIT's line in the batch record, if any.

    Results of a batch with audit rows also have `audit`: whether this is one. Results of a split
    batch also have `first_hit_id`, which is the same for all HITs of a row, and
    those of a HIT that showed a machine's suggestion `suggested_by`, the machine's name. Those of
    practice rows have `practice`, which is true.

    `_trace` is how the worker went about the page, if it says so (hit_templates/trace.js); it is not
    one of the answers. `output` is the JSON of the field `output` (or `taskAnswers`, of <crowd-form>); what is not
    JSON is kept as text, with a message.
    """
    name = assignment["AssignmentId"]
    try:
        answers = parse_fields(assignment.get("Answer", ""))
        output = parse_output(answers, name, say)
    except ValueError as error:
        say(f"{name}: {error}; kept as text")
        answers, output = {}, assignment.get("Answer")
    trace = take_trace(answers)
    first = recorded.get("first_hit_id") if recorded else None
    machine = recorded.get("suggested_by") if recorded else None
    return {
        "assignment_id": name,
        "hit_id": assignment["HITId"],
        "worker_id": assignment["WorkerId"],
        "output": output,
        "submit_time": format_time(assignment.get("SubmitTime")),
        "status": assignment["AssignmentStatus"],
        "accept_time": format_time(assignment.get("AcceptTime")),
        "input": recorded["input"] if recorded else None,
        "row": recorded["row"] if recorded else None,
        "answers": answers,
        "auto_approval_time": format_time(assignment.get("AutoApprovalTime")),
        "approval_time": format_time(assignment.get("ApprovalTime")),
        "rejection_time": format_time(assignment.get("RejectionTime")),
        "requester_feedback": assignment.get("RequesterFeedback"),
        **({"first_hit_id": first} if first else {}),
        **({"audit": recorded["audit"]} if recorded and "audit" in recorded else {}),
        **({"suggested_by": machine} if machine else {}),
        **({"practice": True} if recorded and recorded.get("practice") else {}),
        **({TRACE: trace} if trace is not None else {}),
    }


def take_trace(answers: dict[str, Any]) -> Any:
    """Remove the field `_trace` from the answers, and return it; None without one.

    A worker's browser sends it, so it may be anything: what is not JSON is returned as text.
    """
    trace = answers.pop(TRACE, None)
    if not isinstance(trace, str):
        return trace
    try:
        return parse(trace, unique_keys=False)
    except ValueError:
        return trace


def parse_output(answers: Mapping[str, Any], name: str, say: Say) -> Any:
    """Return the value of the field `output` (or `taskAnswers`) of the assignment `name`.

    What is not JSON is returned as text, with a message.
    """
    text = answers.get("output", answers.get("taskAnswers"))
    if not isinstance(text, str):
        return text
    try:
        return parse(text, unique_keys=False)  # as the browser that wrote it would read it
    except ValueError as error:
        say(f"{name}: its output is not JSON ({error}); kept as text")
        return text


def format_line(result: Mapping[str, Any]) -> str:
    """Return a result as one line of JSON that can be encoded as UTF-8."""
    text = json.dumps(result, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate from a worker's browser
        text = json.dumps(result)
    return text
