"""What a requester does to a HIT after creating it: expire, extend, review, delete."""

from sqlalchemy import update

from local_crowd.operations import tokens
from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import BILLION, YEAR, validate_range
from local_crowd.operations.errors import RequestError, wrong_state
from local_crowd.operations.hits import extensions, hit_types, hits
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.notifications import events
from local_crowd.operations.work import hit_lifecycle
from local_crowd.store.tables import hits as table

ALREADY_PROCESSED = "RequestAlreadyProcessed"


def update_expiration_for_hit(call: Call, request: Request) -> Response:
    """Perform UpdateExpirationForHIT: expire the HIT now if the time is past, else move the time.

    Accepted and submitted assignments stay as they are. An earlier time that is still in the future
    is allowed, as the developer guide says, although Amazon's service has refused it.
    """
    hit = hits.find(call, request["HITId"])
    at = int(request["ExpireAt"])
    if at <= call.now:
        if hit.expiration > call.now:
            extensions.set_columns(call, hit.hit_id, expiration=call.now)
            hit_lifecycle.expire(call, hit, call.now)
    else:
        if (increment := at - max(call.now, hit.expiration)) > 0:
            validate_range("ExpirationIncrementInSeconds", increment, 1, YEAR)
        extensions.expire_at(call, hit, at)
        if increment > 0:
            events.notify(call, hit, "HITExtended", call.now)
    return {}


def create_additional_assignments_for_hit(call: Call, request: Request) -> Response:
    """Perform CreateAdditionalAssignmentsForHIT: add slots, but do not reopen an expired HIT."""
    operation = "CreateAdditionalAssignmentsForHIT"
    hit = hits.find(call, request["HITId"])
    more = validate_range(
        "NumberOfAdditionalAssignments", request["NumberOfAdditionalAssignments"], 1, BILLION
    )
    tokens.claim(call, operation, request, hit.hit_id, ALREADY_PROCESSED)
    extensions.add_assignments(call, hit, more)
    events.notify(call, hit, "HITExtended", call.now)
    return {}


def update_hit_type_of_hit(call: Call, request: Request) -> Response:
    """Perform UpdateHITTypeOfHIT: give a HIT that nobody has accepted another HIT type.

    Raises RequestError when a worker has accepted the HIT or the higher reward is not covered.
    """
    hit = hits.find(call, request["HITId"])
    hit_type = hit_types.get_usable(call, request["HITTypeId"])
    require_funds(call, max(0, hit_type.reward - hit.reward) * hit.max_assignments)
    is_untouched = (table.c.hit_id == hit.hit_id) & (table.c.available == table.c.max_assignments)
    result = call.db.execute(
        update(table).where(is_untouched).values(hit_type_id=hit_type.hit_type_id)
    )
    if not result.rowcount:
        raise RequestError(
            f"Hit {hit.hit_id} has assignments that workers have accepted or submitted, so its "
            "HIT type cannot be changed.",
            "InvalidHITState",
        )
    return {}


def update_hit_review_status(call: Call, request: Request) -> Response:
    """Perform UpdateHITReviewStatus: change Reviewable to Reviewing, or back with Revert."""
    hit = hits.find(call, request["HITId"])
    revert = request.get("Revert", False)
    required = "Reviewing" if revert else "Reviewable"
    status = hits.compute_status(hit, call.now)
    if status != required:
        raise wrong_state("HIT", status, required)
    extensions.set_columns(call, hit.hit_id, reviewing=not revert)
    return {}


def delete_hit(call: Call, request: Request) -> Response:
    """Perform DeleteHIT: mark the HIT as disposed; its row stays as a tombstone.

    Raises RequestError while an assignment can be accepted, is accepted, or waits for review.
    """
    hit = hits.find(call, request["HITId"], disposed=True)
    status = hits.compute_status(hit, call.now)
    if status not in ("Reviewing", "Reviewable") or hit.submitted:
        raise wrong_state("HIT", status, "Reviewing", "Reviewable")
    extensions.set_columns(call, hit.hit_id, disposed=True, due_time=None)
    events.notify(call, hit, "HITDisposed", call.now)
    return {}
