"""Grant and revoke qualifications."""

from typing import Any

from sqlalchemy import Row, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import INTEGERS, validate_range
from local_crowd.operations.errors import (
    ParameterValidationError,
    RequestError,
    wrong_state,
)
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.people import workers
from local_crowd.operations.qualifications.qualification_types import find
from local_crowd.operations.qualifications.requirements import is_required_by_hits
from local_crowd.operations.qualifications.system_qualifications import MASTERS
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import qualification_types, qualifications


def associate_qualification_with_worker(call: Call, request: Request) -> Response:
    """Perform AssociateQualificationWithWorker: grant the qualification or replace its value.

    The worker gets a message unless SendNotification is false.
    """
    row = find(call, request["QualificationTypeId"], own=True, in_use=True)
    worker_id = request["WorkerId"]
    if not workers.exists(call, worker_id):
        raise ParameterValidationError(
            f'The value "{worker_id}" is not valid for the parameter WorkerId.'
        )
    value = validate_range("IntegerValue", request.get("IntegerValue", 1), *INTEGERS)
    grant(call, row.qualification_type_id, worker_id, value)
    if request.get("SendNotification", True):
        workers.send_message(
            call,
            worker_id,
            f"You have the qualification {row.name}",
            f"A requester has given you the qualification {row.name}, with the value {value}. "
            f"{row.description}",
        )
    return {}


def disassociate_qualification_from_worker(call: Call, request: Request) -> Response:
    """Perform DisassociateQualificationFromWorker: revoke the qualification.

    The worker can read the reason.
    """
    find(call, request["QualificationTypeId"], own=True, in_use=True)
    row = _find_grant(call, request["QualificationTypeId"], request["WorkerId"])
    call.db.execute(
        update(qualifications)
        .where(*_is_grant(row.qualification_type_id, row.worker_id))
        .values(status="Revoked", reason=request.get("Reason"))
    )
    return {}


def get_qualification_score(call: Call, request: Request) -> Response:
    """Perform GetQualificationScore for the requester's type.

    Raises RequestError when the qualification was revoked, as Amazon does.
    """
    row = _find_grant(call, request["QualificationTypeId"], request["WorkerId"])
    return {"Qualification": _to_api(row)}


def list_workers_with_qualification_type(call: Call, request: Request) -> Response:
    """Perform ListWorkersWithQualificationType, earliest grant first; `Status` defaults to Granted."""
    row = find(call, request["QualificationTypeId"], own=True, in_use=True)
    query = select(qualifications).where(
        qualifications.c.qualification_type_id == row.qualification_type_id,
        qualifications.c.status == request.get("Status", "Granted"),
    )
    order = (qualifications.c.grant_time, qualifications.c.worker_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("Qualifications", rows, token, _to_api)


def grant(call: Call, type_id: str, worker_id: str, value: int) -> None:
    """Grant the qualification with this value, replacing any earlier grant or revocation."""
    values = {"status": "Granted", "integer_value": value, "grant_time": call.now, "reason": None}
    keys = {"qualification_type_id": type_id, "worker_id": worker_id}
    if not insert_new(call.db, qualifications, **keys, **values):
        call.db.execute(
            update(qualifications).where(*_is_grant(type_id, worker_id)).values(**values)
        )


def set_master(call: Call, worker_id: str, *, master: bool) -> None:
    """Grant or revoke a worker's Masters qualification of this site, on behalf of the operator."""
    type_id = MASTERS[call.site]
    if master:
        grant(call, type_id, worker_id, 1)
    else:
        revoke = update(qualifications).where(*_is_grant(type_id, worker_id))
        call.db.execute(revoke.values(status="Revoked"))


def _is_grant(type_id: str, worker_id: str) -> tuple[Any, Any]:
    return (
        qualifications.c.qualification_type_id == type_id,
        qualifications.c.worker_id == worker_id,
    )


def _find_grant(call: Call, type_id: str, worker_id: str) -> Row[Any]:
    row = call.db.execute(
        select(qualifications)
        .join(
            qualification_types,
            qualification_types.c.qualification_type_id == qualifications.c.qualification_type_id,
        )
        .where(
            *_is_grant(type_id, worker_id),
            qualification_types.c.requester_id == call.requester_id,
            ~qualification_types.c.deleted | is_required_by_hits(call),
        )
    ).one_or_none()
    if row is None:
        # Same message for a missing type and somebody else's: clients match this text.
        raise RequestError(
            "You requested a Qualification that does not exist.", "QualificationDoesNotExist"
        )
    if row.status != "Granted":
        raise wrong_state("Qualification", None, "Granted")
    return row


def _to_api(row: Row[Any]) -> Response:
    return {
        "QualificationTypeId": row.qualification_type_id,
        "WorkerId": row.worker_id,
        "GrantTime": row.grant_time,
        "IntegerValue": row.integer_value,
        "Status": row.status,
    }
