"""Create, show and list HITs."""

import json
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, or_, select

from local_crowd.operations import tokens
from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import (
    BILLION,
    YEAR,
    format_dollars,
    validate_length,
    validate_range,
)
from local_crowd.operations.errors import does_not_exist
from local_crowd.operations.hits import (
    batches,
    exclusions,
    hit_status,
    hit_types,
    layouts,
    practices,
    stored_questions,
)
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.notifications import events
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.policies import review_policies
from local_crowd.operations.qualifications import qualification_types
from local_crowd.operations.questions import questions
from local_crowd.store import tables
from local_crowd.store.inserts import insert_row
from local_crowd.store.tables import hits, is_listed, is_reviewable

SLOTS = ("available", "pending", "submitted", "approved", "rejected")
ALREADY_EXISTS = "HitAlreadyExists"
KEYS: Select[Any] = select(hits.c.number, hits.c.hit_id, hits.c.expiration)  # of a page of HITs


def create_hit(call: Call, request: Request) -> Response:
    """Perform CreateHIT: create a HIT, and its HIT type on first use."""
    hit_id = _claim_token(call, request)
    hit_type_id = hit_types.ensure(call, request)
    return _create(call, request, hit_id, hit_types.get(call, hit_type_id))


def create_hit_with_hit_type(call: Call, request: Request) -> Response:
    """Perform CreateHITWithHITType: create a HIT of an existing HIT type."""
    hit_id = _claim_token(call, request)
    return _create(call, request, hit_id, hit_types.get_usable(call, request["HITTypeId"]))


def _claim_token(call: Call, request: Request) -> str:
    """Return the new HIT's id. Raises RequestError when the request's token was used already."""
    hit_id = call.new_id()
    tokens.claim(call, "CreateHIT", request, hit_id, ALREADY_EXISTS)
    return hit_id


def _create(call: Call, request: Request, hit_id: str, hit_type: Row[Any]) -> Response:
    question = layouts.build_question(call, request)
    questions.parse(question, call.question_bytes)
    slots = validate_range("MaxAssignments", request.get("MaxAssignments", 1), 1, BILLION)
    if (item := request.get("PracticeItem")) is not None:
        practices.assign_hit(call, hit_type.practice_id, item, hit_id)
        slots = 0  # each worker who practises gets an assignment when they come
    lifetime = validate_range("LifetimeInSeconds", request["LifetimeInSeconds"], 30, YEAR)
    annotation = validate_length("RequesterAnnotation", request.get("RequesterAnnotation"), 255)
    excluded = exclusions.validate_excluded(request)
    require_funds(call, hit_type.reward * slots)
    columns = {
        "hit_id": hit_id,
        "requester_id": call.requester_id,
        "hit_type_id": hit_type.hit_type_id,
        "requester_annotation": annotation,
        "batch": batches.derive_batch(annotation, hit_type.hit_type_id),
        "input_row": batches.parse_input_row(annotation) or 0,
        "creation_time": call.now,
        "expiration": call.now + lifetime,
        "due_time": call.now + lifetime,
        "max_assignments": slots,
        "created_with": slots,
        **dict.fromkeys(SLOTS, 0),
        "available": slots,
        "reviewing": False,
        "disposed": False,
        **review_policies.validate_policies(request),
        **stored_questions.store_question(call, hit_type, question),
    }
    insert_row(call.db, hits, columns)
    exclusions.exclude(call, hit_id, excluded)
    # What was inserted is known; reading it back takes as long as inserting it.
    hit = SimpleNamespace(**{**hit_type._asdict(), **columns})
    events.notify(call, hit, "HITCreated", call.now)
    return {"HIT": to_api(hit, call.now, question)}


def find(call: Call, hit_id: str, *, disposed: bool = False) -> Row[Any]:
    """Return the requester's HIT joined with its type.

    `disposed` includes deleted HITs. Raises RequestError when the HIT does not exist.
    """
    key = {"requester_id": call.requester_id, "hit_id": hit_id}
    row = call.db.execute(_find_one(), key).one_or_none()
    if row is None or (row.disposed and not disposed):
        raise does_not_exist("HIT", hit_id)
    return row


@cache  # building a query of so many columns takes longer than executing it
def _join_types() -> Select[Any]:
    joined = hits.join(tables.hit_types, hits.c.hit_type_id == tables.hit_types.c.hit_type_id)
    types = [column for column in tables.hit_types.c if column.name not in hits.c]
    return select(*hits.c, *types).select_from(joined)


@cache  # building this query takes six times as long as executing it
def _find_one() -> Select[Any]:
    query = _join_types().add_columns(stored_questions.DICTIONARY)
    return query.where(
        hits.c.requester_id == bindparam("requester_id"), hits.c.hit_id == bindparam("hit_id")
    )


def get_hit(call: Call, request: Request) -> Response:
    """Perform GetHIT: return one of the requester's HITs."""
    return {"HIT": to_api(find(call, request["HITId"]), call.now)}


def list_hits(call: Call, request: Request) -> Response:
    """Perform ListHITs: list all HITs that are not deleted, newest first as Amazon does."""
    keys = KEYS.where(is_listed, hits.c.requester_id == call.requester_id)
    return _list_newest(call, request, keys)


def list_reviewable_hits(call: Call, request: Request) -> Response:
    """Perform ListReviewableHITs, ordered by expiration; `Status` defaults to Reviewable."""
    keys = KEYS.where(
        is_reviewable,
        # Expired when it was processed, unless the clock was set back since.
        or_(hits.c.available == 0, hits.c.expiration <= call.now),
        hits.c.reviewing == (request.get("Status", "Reviewable") == "Reviewing"),
    )
    # One of the two conditions, each with an index: given both, PostgreSQL may take the wrong one.
    if hit_type_id := request.get("HITTypeId"):
        is_own = hit_types.is_own(call, hit_type_id)
        keys = keys.where(hits.c.hit_type_id == hit_type_id if is_own else false())
    else:
        keys = keys.where(hits.c.requester_id == call.requester_id)
    rows, token = fetch_page(call, request, keys, (hits.c.expiration, hits.c.hit_id))
    return _build_listing(call, rows, token)


def list_hits_for_qualification_type(call: Call, request: Request) -> Response:
    """Perform ListHITsForQualificationType: list the requester's HITs that require it, newest first."""
    row = qualification_types.find(call, request["QualificationTypeId"], in_use=True)
    hit_type_ids = hit_types.list_requiring(call, row.qualification_type_id)
    # A page of each HIT type: of all types at once, a database reads and sorts all their HITs.
    keys = [KEYS.where(is_listed, hits.c.hit_type_id == type_id) for type_id in hit_type_ids]
    return _list_newest(call, request, keys)


def _list_newest(
    call: Call, request: Request, keys: Select[Any] | Sequence[Select[Any]]
) -> Response:
    rows, token = fetch_page(call, request, keys, (hits.c.number, hits.c.hit_id), newest_first=True)
    return _build_listing(call, rows, token)


def _build_listing(call: Call, keys: Sequence[Row[Any]], token: str | None) -> Response:
    """Return the response of a list of HITs, given the keys of its page."""
    # Not one query with the page: PostgreSQL without statistics would join and sort the whole list.
    query = _join_types().where(hits.c.number.in_([key.number for key in keys]))
    by_number = {row.number: row for row in call.db.execute(query)} if keys else {}
    rows = [by_number[key.number] for key in keys]
    asked = stored_questions.read_questions(call, rows)
    return build_listing("HITs", rows, token, lambda row: to_api(row, call.now, asked[row.hit_id]))


def read_slots(row: Row[Any] | SimpleNamespace) -> hit_status.Slots:
    """Return the numbers of assignments by state from a HIT's row."""
    return hit_status.Slots(row.available, row.pending, row.submitted, row.approved, row.rejected)


def compute_status(row: Row[Any] | SimpleNamespace, now: int) -> str:
    """Return the HITStatus of a HIT's row at `now` (epoch seconds)."""
    return hit_status.compute_status(
        read_slots(row), row.expiration, now, reviewing=row.reviewing, disposed=row.disposed
    )


def to_api(row: Row[Any] | SimpleNamespace, now: int, question: str | None = None) -> Response:
    """Convert a HIT's row to Amazon's HIT structure, omitting absent values.

    `question` saves unpacking it.
    """
    counters = hit_status.compute_counters(read_slots(row), row.expiration, now)
    hit = {
        "HITId": row.hit_id,
        "HITTypeId": row.hit_type_id,
        "HITGroupId": row.hit_group_id,
        "CreationTime": row.creation_time,
        "Title": row.title,
        "Description": row.description,
        "Question": question or stored_questions.read_question(row),
        "Keywords": row.keywords,
        "HITStatus": compute_status(row, now),
        "MaxAssignments": row.max_assignments,
        "Reward": format_dollars(row.reward),
        "AutoApprovalDelayInSeconds": row.auto_approval_delay,
        "Expiration": row.expiration,
        "AssignmentDurationInSeconds": row.assignment_duration,
        "RequesterAnnotation": row.requester_annotation,
        "QualificationRequirements": json.loads(row.qualification_requirements),
        "ConsentId": row.consent_id,
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": counters.pending,
        "NumberOfAssignmentsAvailable": counters.available,
        "NumberOfAssignmentsCompleted": counters.completed,
    }
    return {name: value for name, value in hit.items() if value is not None}
