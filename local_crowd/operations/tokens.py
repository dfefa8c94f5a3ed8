"""UniqueRequestToken: makes calls that cost money idempotent.

Source: Amazon's API reference. A token is remembered for 24 hours; a repeated call fails with an
error that names the first call's result, instead of repeating its response.
"""

from sqlalchemy import delete, select

from local_crowd.operations.call import Call, Request
from local_crowd.operations.errors import RequestError
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import request_tokens

REMEMBER_SECONDS = 24 * 3600


def refuse_repeat(call: Call, operation: str, request: Request, turk_error_code: str) -> None:
    """Raise RequestError, naming the first call's result, when the token was used already."""
    token = request.get("UniqueRequestToken")
    if token is None:
        return
    where = (
        (request_tokens.c.requester_id == call.requester_id)
        & (request_tokens.c.operation == operation)
        & (request_tokens.c.token == token)
    )
    row = call.db.execute(select(request_tokens).where(where)).one_or_none()
    if row is None:
        return
    if row.created_time + REMEMBER_SECONDS > call.now:
        raise RequestError(
            f'The idempotency token "{token}" has already been processed. It made {row.result}.',
            turk_error_code,
        )
    call.db.execute(delete(request_tokens).where(where))


def remember(
    call: Call, operation: str, request: Request, result: str, turk_error_code: str
) -> None:
    """Store the result of the call with this token, in the same transaction as the result.

    Raises RequestError as `refuse_repeat` does when a concurrent call has used the token first.
    """
    if token := request.get("UniqueRequestToken"):
        is_new = insert_new(
            call.db,
            request_tokens,
            requester_id=call.requester_id,
            operation=operation,
            token=token,
            created_time=call.now,
            result=result,
        )
        if not is_new:  # another process has just performed the same call: roll this one back
            refuse_repeat(call, operation, request, turk_error_code)
