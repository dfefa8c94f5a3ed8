"""UniqueRequestToken: makes calls that cost money idempotent.

Source: Amazon's API reference. A token is remembered for 24 hours; a repeated call fails with an
error that names the first call's result, instead of repeating its response.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, select, update

from local_crowd.operations.call import Call, Request
from local_crowd.operations.errors import RequestError
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import request_tokens

REMEMBER_SECONDS = 24 * 3600


def claim(call: Call, operation: str, request: Request, result: str, turk_error_code: str) -> None:
    """Store `result`, an id, as what the call with this token creates.

    Call before anything else is written: on PostgreSQL this waits for a concurrent call with the
    same token. Raises RequestError, naming the first call's result, when the token was used
    already. A call that is refused later rolls the claim back.
    """
    if not claim_or_find(call, operation, request, result):
        key = _build_key(call, operation, request)
        first_result = call.db.scalar(select(request_tokens.c.result).where(_matches(key)))
        raise RequestError(
            f'The idempotency token "{key["token"]}" has already been processed. It created '
            f"{first_result}.",
            turk_error_code,
        )


def claim_or_find(call: Call, operation: str, request: Request, result: str) -> bool:
    """Store `result` as `claim` does; return False if the token was used already."""
    if request.get("UniqueRequestToken") is None:
        return True
    key = _build_key(call, operation, request)
    if insert_new(call.db, request_tokens, **key, created_time=call.now, result=result):
        return True
    forgotten = request_tokens.c.created_time <= call.now - REMEMBER_SECONDS
    renewed = call.db.execute(
        update(request_tokens)
        .where(_matches(key), forgotten)
        .values(created_time=call.now, result=result)
    )
    return bool(renewed.rowcount)


def _build_key(call: Call, operation: str, request: Request) -> dict[str, str]:
    return {
        "requester_id": call.requester_id,
        "operation": operation,
        "token": request["UniqueRequestToken"],
    }


def _matches(key: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(request_tokens.c[name] == value for name, value in key.items()))
