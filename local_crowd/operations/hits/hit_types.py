"""HIT types: the properties that HITs of one group share."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import (
    HIGHEST_REWARD,
    MONTH,
    YEAR,
    parse_dollars,
    require_text,
    validate_length,
    validate_range,
)
from local_crowd.operations.errors import RequestError
from local_crowd.operations.hits import consents, practices
from local_crowd.operations.hits.stored_questions import DICTIONARY_OF_TYPE
from local_crowd.operations.qualifications import requirements
from local_crowd.store.inserts import insert_new
from local_crowd.store.statements import fetch_row
from local_crowd.store.tables import hit_type_qualifications, hit_types

# A constant, because building this query takes six times as long as executing it.
FIND_ONE = select(hit_types, DICTIONARY_OF_TYPE).where(
    hit_types.c.requester_id == bindparam("requester_id"),
    hit_types.c.hit_type_id == bindparam("hit_type_id"),
)


def create_hit_type(call: Call, request: Request) -> Response:
    """Perform CreateHITType: return the HIT type with these properties, creating it if needed."""
    return {"HITTypeId": ensure(call, request)}


def ensure(call: Call, request: Request) -> str:
    """Return the id of the requester's HIT type with these properties, creating it on first use.

    Raises ParameterValidationError for a property outside Amazon's limits, and RequestError for an
    unknown consent or practice.
    """
    properties = _read_properties(call, request)
    if consent_id := request.get("ConsentId"):  # other HIT types keep their fingerprint
        properties["consent_id"] = consents.find(call, consent_id).consent_id
    if practice_id := request.get("PracticeId"):
        properties["practice_id"] = practices.find(call, practice_id).practice_id
    fingerprint = hashlib.sha256(json.dumps(properties, sort_keys=True).encode()).hexdigest()
    existing_id = call.db.scalar(
        select(hit_types.c.hit_type_id).where(
            hit_types.c.requester_id == call.requester_id,
            hit_types.c.fingerprint == fingerprint,
        )
    )
    if existing_id:
        return str(existing_id)
    hit_type_id = call.new_id()
    if insert_new(
        call.db,
        hit_types,
        hit_type_id=hit_type_id,
        hit_group_id=call.new_id(),
        requester_id=call.requester_id,
        fingerprint=fingerprint,
        created_time=call.now,
        **properties,
    ):
        requirements.store_required_types(
            call, hit_type_id, properties["qualification_requirements"]
        )
    return ensure(call, request)  # finds the row, whether this or another request inserted it


def is_own(call: Call, hit_type_id: str) -> bool:
    """Return whether the HIT type exists and belongs to the requester."""
    query = select(hit_types.c.requester_id).where(hit_types.c.hit_type_id == hit_type_id)
    return call.db.scalar(query) == call.requester_id


def list_requiring(call: Call, qualification_type_id: str) -> Sequence[str]:
    """Return the ids of the requester's HIT types that require a qualification."""
    required = hit_type_qualifications.c
    query = (
        select(hit_types.c.hit_type_id)
        .join(hit_type_qualifications, required.hit_type_id == hit_types.c.hit_type_id)
        .where(
            required.qualification_type_id == qualification_type_id,
            hit_types.c.requester_id == call.requester_id,
        )
    )
    return call.db.scalars(query).all()


def get(call: Call, hit_type_id: str) -> Row[Any]:
    """Return the requester's HIT type; raise RequestError when it does not exist."""
    key = {"requester_id": call.requester_id, "hit_type_id": hit_type_id}
    row: Row[Any] | None = fetch_row(call.db, FIND_ONE, key)
    if row is None:
        raise _does_not_exist(hit_type_id)
    return row


def get_usable(call: Call, hit_type_id: str) -> Row[Any]:
    """Return the requester's HIT type if new HITs can have it.

    Raises RequestError when it does not exist, or requires a deleted qualification type.
    """
    row = get(call, hit_type_id)
    if not requirements.has_all_types(call, row):
        raise _does_not_exist(hit_type_id)
    return row


def _does_not_exist(hit_type_id: str) -> RequestError:
    return RequestError(f"HITType {hit_type_id} does not exist.", "HITTypeDoesNotExist")


def _read_properties(call: Call, request: Request) -> dict[str, Any]:
    return {
        "title": require_text("Title", request["Title"], 128),
        "description": require_text("Description", request["Description"], 2000),
        "keywords": validate_length("Keywords", request.get("Keywords"), 1000),
        "reward": parse_dollars("Reward", request["Reward"], 0, HIGHEST_REWARD),
        "assignment_duration": validate_range(
            "AssignmentDurationInSeconds", request["AssignmentDurationInSeconds"], 30, YEAR
        ),
        "auto_approval_delay": validate_range(
            "AutoApprovalDelayInSeconds", request.get("AutoApprovalDelayInSeconds", MONTH), 0, MONTH
        ),
        "qualification_requirements": json.dumps(
            requirements.validate(call, request.get("QualificationRequirements", []))
        ),
    }
