"""What a requester does to a HIT after making it: expire, extend, review, delete."""

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

REPEATED = "RequestAlreadyProcessed"


def update_expiration_for_hit(call: Call, request: Request) -> Response:
    """UpdateExpirationForHIT: a time in the past expires the HIT now, a future one moves it.

    Work that was accepted or submitted is not touched. Shortening to a future time is allowed,
    as the developer guide says (Amazon's service has refused it).
    """
    hit = hits.find(call, request["HITId"])
    at = int(request["ExpireAt"])
    if at <= call.now:
        if hit.expiration > call.now:
            extensions.change(call, hit.hit_id, expiration=call.now)
            hit_lifecycle.expire(call, hit, call.now)
    else:
        if (increment := at - max(call.now, hit.expiration)) > 0:
            validate_range("ExpirationIncrementInSeconds", increment, 1, YEAR)
        extensions.expire_at(call, hit, at)
        if increment > 0:
            events.notify(call, hit, "HITExtended", call.now)
    return {}


def create_additional_assignments_for_hit(call: Call, request: Request) -> Response:
    """CreateAdditionalAssignmentsForHIT: more slots. An elapsed expiration stays elapsed."""
    operation = "CreateAdditionalAssignmentsForHIT"
    hit = hits.find(call, request["HITId"])
    more = validate_range(
        "NumberOfAdditionalAssignments", request["NumberOfAdditionalAssignments"], 1, BILLION
    )
    tokens.refuse_repeat(call, operation, request, REPEATED)
    extensions.add_assignments(call, hit, more)
    events.notify(call, hit, "HITExtended", call.now)
    tokens.remember(call, operation, request, hit.hit_id, REPEATED)
    return {}


def update_hit_type_of_hit(call: Call, request: Request) -> Response:
    """UpdateHITTypeOfHIT: another HIT type's properties, for a HIT that nobody has accepted."""
    hit = hits.find(call, request["HITId"])
    hit_type = hit_types.get_usable(call, request["HITTypeId"])
    require_funds(call, max(0, hit_type.reward - hit.reward) * hit.max_assignments)
    untouched = (table.c.hit_id == hit.hit_id) & (table.c.available == table.c.max_assignments)
    done = call.db.execute(update(table).where(untouched).values(hit_type_id=hit_type.hit_type_id))
    if not done.rowcount:
        raise RequestError(
            f"Hit {hit.hit_id} has assignments that workers have accepted or submitted, so its "
            "HIT type cannot be changed.",
            "InvalidHITState",
        )
    return {}


def update_hit_review_status(call: Call, request: Request) -> Response:
    """UpdateHITReviewStatus: Reviewable to Reviewing, or back with Revert."""
    hit = hits.find(call, request["HITId"])
    revert = request.get("Revert", False)
    wanted = "Reviewing" if revert else "Reviewable"
    status = hits.compute_status(hit, call.now)
    if status != wanted:
        raise wrong_state("HIT", status, wanted)
    extensions.change(call, hit.hit_id, reviewing=not revert)
    return {}


def delete_hit(call: Call, request: Request) -> Response:
    """DeleteHIT: only when nothing is open, pending or unreviewed. A tombstone stays."""
    hit = hits.find(call, request["HITId"], disposed=True)
    status = hits.compute_status(hit, call.now)
    if status not in ("Reviewing", "Reviewable") or hit.submitted:
        raise wrong_state("HIT", status, "Reviewing", "Reviewable")
    extensions.change(call, hit.hit_id, disposed=True, due_time=None)
    events.notify(call, hit, "HITDisposed", call.now)
    return {}
