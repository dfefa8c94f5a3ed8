"""Create, change, find and delete qualification types."""

from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import (
    BILLION,
    INTEGERS,
    YEAR,
    require_text,
    validate_length,
    validate_range,
)
from local_crowd.operations.errors import (
    ParameterValidationError,
    RequestError,
    type_does_not_exist,
)
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.qualifications import qualification_tests
from local_crowd.operations.qualifications.requirements import is_required_by_hits, is_visible
from local_crowd.operations.questions import answer_key
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_tests as tests
from local_crowd.store.tables import qualification_types

types = qualification_types


def create_qualification_type(call: Call, request: Request) -> Response:
    """Perform CreateQualificationType; its name must be unique among the requester's types."""
    auto_granted = request.get("AutoGranted", False)
    test_id = _create_test(call, request)
    _check_exclusive(auto_granted, test_id)
    type_id = call.new_id()
    is_new = insert_new(
        call.db,
        types,
        qualification_type_id=type_id,
        requester_id=call.requester_id,
        name=_validate_name(request["Name"]),
        keywords=validate_length("Keywords", request.get("Keywords"), 1000),
        description=_validate_description(request["Description"]),
        status=request["QualificationTypeStatus"],
        test_id=test_id,
        retry_delay=_read_retry_delay(request),
        auto_granted=auto_granted,
        auto_granted_value=_validate_value(request.get("AutoGrantedValue", 1))
        if auto_granted
        else None,
        created_time=call.now,
        deleted=False,
    )
    if not is_new:
        raise RequestError(
            "You have already created a QualificationType with this name. A QualificationType's "
            "name must be unique among all of the QualificationTypes created by the same user.",
            "QualificationTypeAlreadyExists",
        )
    return {"QualificationType": _to_api(find(call, type_id))}


def update_qualification_type(call: Call, request: Request) -> Response:
    """Perform UpdateQualificationType, which cannot change name and keywords, or remove a test."""
    row = find(call, request["QualificationTypeId"], own=True)
    values: dict[str, Any] = {}
    if "Description" in request:
        values["description"] = _validate_description(request["Description"])
    if "QualificationTypeStatus" in request:
        values["status"] = request["QualificationTypeStatus"]
    if "RetryDelayInSeconds" in request:
        values["retry_delay"] = _read_retry_delay(request)
    if row.test_id and "AnswerKey" in request and "Test" not in request:
        # Ignoring the new key would leave the old one in use; Amazon requires the Test here, too.
        raise ParameterValidationError(
            "An AnswerKey replaces the one of a Test only together with Test and "
            "TestDurationInSeconds."
        )
    auto_granted = request.get("AutoGranted", row.auto_granted)
    if test_id := _create_test(call, request):
        values["test_id"] = test_id
    _check_exclusive(auto_granted, test_id or row.test_id)
    granted_value = request.get("AutoGrantedValue", row.auto_granted_value or 1)
    values["auto_granted"] = auto_granted
    values["auto_granted_value"] = _validate_value(granted_value) if auto_granted else None
    is_this = types.c.qualification_type_id == row.qualification_type_id
    call.db.execute(update(types).where(is_this).values(**values))
    return {"QualificationType": _to_api(find(call, row.qualification_type_id))}


def get_qualification_type(call: Call, request: Request) -> Response:
    """Perform GetQualificationType for a type of the requester or the system.

    A deleted type is returned as Inactive while HITs require it.
    """
    row = find(call, request["QualificationTypeId"], in_use=True)
    return {"QualificationType": _to_api(row)}


def list_qualification_types(call: Call, request: Request) -> Response:
    """Perform ListQualificationTypes for the requester's and the system's types, oldest first.

    Every word of `Query` must occur in the name, the keywords or the description.
    """
    query = _query_types().where(is_visible(call))
    if request["MustBeRequestable"] or request.get("MustBeOwnedByCaller"):
        query = query.where(types.c.requester_id == call.requester_id)
    for word in (validate_length("Query", request.get("Query"), 1000) or "").split():
        query = query.where(
            types.c.name.icontains(word, autoescape=True)
            | types.c.keywords.icontains(word, autoescape=True)
            | types.c.description.icontains(word, autoescape=True)
        )
    order = (types.c.created_time, types.c.qualification_type_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("QualificationTypes", rows, token, _to_api)


def delete_qualification_type(call: Call, request: Request) -> Response:
    """Perform DeleteQualificationType; idempotent.

    HITs that require the type stay, and workers keep their values. Open requests are rejected, no
    new HITs can require the type, and its name can be used again. Until the last HIT that requires
    it is deleted, its owner can still read it, grant it and revoke it.
    """
    type_id = request["QualificationTypeId"]
    is_own = (types.c.qualification_type_id == type_id) & (
        types.c.requester_id == call.requester_id
    )
    if not call.db.execute(update(types).where(is_own).values(deleted=True)).rowcount:
        find(call, type_id, own=True)  # raises the error that explains why
    call.db.execute(
        update(requests)
        .where(
            requests.c.qualification_type_id == type_id,
            requests.c.status.in_(("Started", "Submitted")),
        )
        .values(status="Rejected", reason="The requester has deleted this qualification.")
    )
    return {}


def find(call: Call, type_id: str, *, own: bool = False, in_use: bool = False) -> Row[Any]:
    """Return a type that the requester can see, with its `test`, `answer_key` and `duration`.

    `in_use` includes a deleted type that a HIT requires. Raises RequestError: with
    QualificationTypeDoesNotExist, or for a system's type with PermissionDeniedException if `own`.
    """
    allowed = is_visible(call) | is_required_by_hits(call) if in_use else is_visible(call)
    query = _query_types().where(types.c.qualification_type_id == type_id, allowed)
    row = call.db.execute(query).one_or_none()
    if row is None:
        raise type_does_not_exist(type_id)
    if own and row.requester_id is None:
        raise RequestError(
            f"QualificationType [{type_id}] belongs to the system. Only the system can grant it.",
            "PermissionDeniedException",
        )
    return row


def _query_types() -> Select[Any]:
    columns = (tests.c.test, tests.c.answer_key, tests.c.duration)
    return select(types, *columns).outerjoin(tests, tests.c.test_id == types.c.test_id)


def _create_test(call: Call, request: Request) -> str | None:
    """Store the request's test and return its id, or None if the request has no test.

    Without a Test, TestDurationInSeconds and AnswerKey are ignored: some clients always send them.
    """
    test, key = request.get("Test"), request.get("AnswerKey")
    if test is None:
        return None
    if "TestDurationInSeconds" not in request:
        raise ParameterValidationError("A Test needs TestDurationInSeconds.")
    form = qualification_tests.parse(test)
    if key is not None:
        qualification_tests.validate_key(form, answer_key.parse(key))
    test_id = call.new_id()
    call.db.execute(
        insert(tests).values(
            test_id=test_id,
            test=test,
            answer_key=key,
            duration=validate_range(
                "TestDurationInSeconds", request["TestDurationInSeconds"], 1, YEAR
            ),
        )
    )
    return test_id


def _check_exclusive(auto_granted: bool, test_id: str | None) -> None:
    if auto_granted and test_id:
        raise ParameterValidationError(
            "A QualificationType with a Test cannot be AutoGranted. Leave out Test or AutoGranted."
        )


def _validate_name(name: str) -> str:
    return require_text("Name", name, 200)


def _validate_description(text: str) -> str:
    return require_text("Description", text, 2000)


def _read_retry_delay(request: Request) -> int | None:
    delay = request.get("RetryDelayInSeconds")
    return None if delay is None else validate_range("RetryDelayInSeconds", delay, 0, BILLION)


def _validate_value(value: int) -> int:
    return validate_range("AutoGrantedValue", value, *INTEGERS)


def _to_api(row: Row[Any]) -> Response:
    qualification_type = {
        "QualificationTypeId": row.qualification_type_id,
        "CreationTime": row.created_time,
        "Name": row.name,
        "Description": row.description,
        "Keywords": row.keywords,
        "QualificationTypeStatus": "Inactive" if row.deleted else row.status,
        "Test": row.test,
        "TestDurationInSeconds": row.duration,
        "AnswerKey": row.answer_key,
        "RetryDelayInSeconds": row.retry_delay,
        "IsRequestable": row.requester_id is not None,
        "AutoGranted": row.auto_granted,
        "AutoGrantedValue": row.auto_granted_value,
    }
    return {name: value for name, value in qualification_type.items() if value is not None}
