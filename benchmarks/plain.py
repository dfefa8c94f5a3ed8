"""The plain loops: one call after another, as most scripts for Mechanical Turk are written."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import boto3
import jinja2

from amt.hits import format_question

ROOT = Path(__file__).resolve().parent.parent


def client(known: dict[str, str]) -> Any:
    """A boto3 client as everybody makes it."""
    return boto3.client(
        "mturk",
        region_name="us-east-1",
        endpoint_url=known["url"] + "sandbox/",
        aws_access_key_id=known["aws_access_key"],
        aws_secret_access_key=known["aws_secret_key"],
    )


def launch(mturk: Any, properties: dict[str, Any], rows: Iterable[Any]) -> list[str]:
    """A HIT for each row."""
    folders = jinja2.FileSystemLoader([ROOT / "hit_templates", ROOT])
    template = jinja2.Environment(loader=folders, autoescape=True).get_template("simple.html")
    ids = []
    for row in rows:
        question = format_question(template.render(input=json.dumps(row), row=row), 0)
        ids.append(mturk.create_hit(Question=question, **properties)["HIT"]["HITId"])
    return ids


def progress(mturk: Any, ids: Sequence[str]) -> int:
    """How many assignments are reviewed: a call for each HIT."""
    hits = [mturk.get_hit(HITId=hit_id)["HIT"] for hit_id in ids]
    return sum(hit["NumberOfAssignmentsCompleted"] for hit in hits)


def results(mturk: Any, ids: Sequence[str]) -> list[Any]:
    """All assignments: a call for each HIT."""
    found: list[Any] = []
    for hit_id in ids:
        found += mturk.list_assignments_for_hit(HITId=hit_id, MaxResults=100)["Assignments"]
    return found


def approve(mturk: Any, ids: Sequence[str]) -> int:
    """Approve what is submitted: a call for each HIT, then one for each assignment."""
    approved = 0
    for hit_id in ids:
        listed = mturk.list_assignments_for_hit(
            HITId=hit_id, AssignmentStatuses=["Submitted"], MaxResults=100
        )
        for assignment in listed["Assignments"]:
            mturk.approve_assignment(AssignmentId=assignment["AssignmentId"])
            approved += 1
    return approved


def approve_each(mturk: Any, assignment_ids: Iterable[str]) -> None:
    """Approve these assignments: a call for each."""
    for assignment_id in assignment_ids:
        mturk.approve_assignment(AssignmentId=assignment_id)
