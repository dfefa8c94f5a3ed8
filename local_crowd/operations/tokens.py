"""UniqueRequestToken: makes calls that cost money idempotent.

Source: Amazon's API reference. A token is remembered for 24 hours; a repeated call fails with an
error that names the first call's result, instead of repeating its response.
"""

from sqlalchemy import and_, select, update

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
    token = request.get("UniqueRequestToken")
    if token is None:
        return
    key = {"requester_id": call.requester_id, "operation": operation, "token": token}
    if insert_new(call.db, request_tokens, **key, created_time=call.now, result=result):
        return
    same = and_(*(request_tokens.c[name] == value for name, value in key.items()))
    forgotten = request_tokens.c.created_time <= call.now - REMEMBER_SECONDS
    renewed = call.db.execute(
        update(request_tokens).where(same, forgotten).values(created_time=call.now, result=result)
    )
    if not renewed.rowcount:
        first_result = call.db.scalar(select(request_tokens.c.result).where(same))
        raise RequestError(
            f'The idempotency token "{token}" has already been processed. It created {first_result}.',
            turk_error_code,
        )
