"""UniqueRequestToken: a call that costs money is made once, however often it is sent.

Source: Amazon's API reference: remembered for 24 hours; a repeat is an error that names what the
first call made, not a replay of its answer.
"""

from sqlalchemy import delete, select

from local_crowd.operations.call import Call, Request
from local_crowd.operations.errors import RequestError
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import request_tokens

REMEMBER_SECONDS = 24 * 3600  # seconds


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
    """Note what this call's token made, in the transaction that makes it.

    Raises what refuse_repeat does when another call with this token has come first.
    """
    if token := request.get("UniqueRequestToken"):
        new = insert_new(
            call.db,
            request_tokens,
            requester_id=call.requester_id,
            operation=operation,
            token=token,
            created_time=call.now,
            result=result,
        )
        if not new:  # the same call, answered by another process just now: undo this one
            refuse_repeat(call, operation, request, turk_error_code)
