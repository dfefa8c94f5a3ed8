"""Consents: texts of requesters that a worker agrees to before the first HIT of a HIT type.

A text is stored once for a requester and never changed, so an agreement is to exactly that text. A
HIT type names its text, so HITs with different texts are of different types.
"""

import hashlib
import statistics
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import require_text
from local_crowd.operations.errors import (
    NotPossible,
    ParameterValidationError,
    RequestError,
    does_not_exist,
)
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.texts import Text
from local_crowd.store.inserts import insert_new
from local_crowd.store.statements import fetch_value
from local_crowd.store.tables import (
    assignments,
    consent_agreements,
    consents,
    hit_types,
    hits,
    requesters,
)

MAX_BYTES = 65_535
MAX_CONSENTS = 1000  # of a requester; they cannot be deleted
HOUR_SECONDS = 3600
# A median of fewer answers says little, and one of more HITs takes long.
FEWEST_ANSWERS, MOST_HITS = 5, 1000
AGREED = select(consent_agreements.c.agreed_time).where(
    consent_agreements.c.consent_id == bindparam("consent_id"),
    consent_agreements.c.worker_id == bindparam("worker_id"),
)


class ConsentNeeded(NotPossible):
    """Raised for a worker who has not agreed to the text of a HIT type yet."""

    def __init__(self, hit_type_id: str) -> None:
        super().__init__("consent", Text("Read the requester's text, and agree to it, first."))
        self.hit_type_id = hit_type_id


def create_consent(call: Call, request: Request) -> Response:
    """Store a text of the requester, or return the one that is equal, with its first name.

    Raises ParameterValidationError for a text that is empty or too large, and RequestError for one
    text too many.
    """
    text = require_text("Text", request["Text"])
    if (size := len(text.encode())) > MAX_BYTES:
        raise ParameterValidationError(
            f"Text has {size} bytes. At most {MAX_BYTES} bytes are allowed."
        )
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    of_requester = consents.c.requester_id == call.requester_id
    existing = call.db.execute(
        select(consents).where(of_requester, consents.c.sha256 == sha256)
    ).one_or_none()
    if existing is not None:
        return _to_api(existing)
    count = call.db.execute(select(func.count()).where(of_requester)).scalar_one()
    if count >= MAX_CONSENTS:
        raise RequestError(
            f"You have {count} consents, and at most {MAX_CONSENTS} are allowed.",
            "ConsentLimitExceeded",
        )
    consent_id = call.new_id()
    call.db.execute(
        insert(consents).values(
            consent_id=consent_id,
            requester_id=call.requester_id,
            name=request["Name"],
            text=text,
            sha256=sha256,
            created_time=call.now,
        )
    )
    return _to_api(find(call, consent_id))


def get_consent(call: Call, request: Request) -> Response:
    """Return a text of the requester. Raises RequestError for an unknown one."""
    return _to_api(find(call, request["ConsentId"]))


def list_consent_agreements(call: Call, request: Request) -> Response:
    """List who agreed to a text of the requester, and when, the oldest agreement first."""
    row = find(call, request["ConsentId"])
    query = select(consent_agreements).where(consent_agreements.c.consent_id == row.consent_id)
    order = consent_agreements.c.agreed_time, consent_agreements.c.worker_id
    rows, token = fetch_page(call, request, query, order)
    return build_listing(
        "ConsentAgreements",
        rows,
        token,
        lambda agreement: {
            "WorkerId": agreement.worker_id,
            "AgreementTime": agreement.agreed_time,
        },
    )


def find(call: Call, consent_id: str) -> Row[Any]:
    """Return a text of the requester. Raises RequestError for an unknown one."""
    row = call.db.execute(
        select(consents).where(
            consents.c.consent_id == consent_id, consents.c.requester_id == call.requester_id
        )
    ).one_or_none()
    if row is None:
        raise does_not_exist("Consent", consent_id)
    return row


def _to_api(row: Row[Any]) -> Response:
    return {
        "ConsentId": row.consent_id,
        "Name": row.name,
        "Text": row.text,
        "TextSHA256": row.sha256,
    }


def find_of_type(call: Call, hit_type_id: str) -> Row[Any] | None:
    """Return the text of a HIT type with its `title`, `reward` and `requester`, or None."""
    query = (
        select(
            consents, hit_types.c.title, hit_types.c.reward, requesters.c.name.label("requester")
        )
        .join(hit_types, hit_types.c.consent_id == consents.c.consent_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(hit_types.c.hit_type_id == hit_type_id)
    )
    return call.db.execute(query).one_or_none()


def find_agreement(call: Call, worker_id: str, consent_id: str) -> int | None:
    """Return when the worker agreed to the text (epoch seconds), or None."""
    key = {"consent_id": consent_id, "worker_id": worker_id}
    agreed: int | None = fetch_value(call.db, AGREED, key)
    return agreed


def agree(call: Call, worker_id: str, consent_id: str) -> None:
    """Record that the worker agrees to the text; the first time counts."""
    insert_new(
        call.db,
        consent_agreements,
        consent_id=consent_id,
        worker_id=worker_id,
        agreed_time=call.now,
    )


def require_agreement(call: Call, worker_id: str, hit: Any) -> None:
    """Raise ConsentNeeded unless the worker agreed to the text of the HIT's type.

    `hit` has `hit_type_id` and `consent_id`. Without a text nothing is read.
    """
    if hit.consent_id is not None and find_agreement(call, worker_id, hit.consent_id) is None:
        raise ConsentNeeded(hit.hit_type_id)


def find_median_seconds(call: Call, hit_type_id: str) -> int | None:
    """Return the median working time at the first HITs of a type; None if few were answered."""
    first = (
        select(hits.c.hit_id)
        .where(hits.c.hit_type_id == hit_type_id)
        .order_by(hits.c.number)
        .limit(MOST_HITS)
        .subquery()
    )
    query = (
        select(assignments.c.submit_time - assignments.c.accept_time)
        .join(first, first.c.hit_id == assignments.c.hit_id)
        .where(assignments.c.submit_time.is_not(None))
    )
    times = [int(seconds) for seconds in call.db.scalars(query)]
    return round(statistics.median(times)) if len(times) >= FEWEST_ANSWERS else None


def compute_hourly_cents(reward: int, seconds: int) -> int:
    """Return what a reward (cents) for so many seconds of work is for an hour, in cents."""
    return round(reward * HOUR_SECONDS / max(seconds, 1))
