"""What a requester has paid people for waiting for the HITs of a HIT type."""

from typing import Any

from sqlalchemy import Row, select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.hits import hit_types
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.store.tables import bonuses, links


def list_waiting_payments(call: Call, request: Request) -> Response:
    """Perform ListWaitingPayments: list the bonuses for waiting by panel links to the HIT type.

    The oldest comes first.
    """
    hit_type = hit_types.get(call, request["HITTypeId"])
    query = (
        select(bonuses)
        .join(links, links.c.link_id == bonuses.c.link_id)
        .where(
            bonuses.c.requester_id == call.requester_id,
            links.c.panel.contains(hit_type.hit_type_id, autoescape=True),  # a JSON list of ids
        )
    )
    rows, token = fetch_page(call, request, query, (bonuses.c.grant_time, bonuses.c.bonus_id))
    return build_listing("WaitingPayments", rows, token, _to_api)


def _to_api(row: Row[Any]) -> Response:
    return {
        "WorkerId": row.worker_id,
        "BonusAmount": format_dollars(row.amount),
        "WaitedSeconds": row.waited_seconds,
        "Reason": row.reason,
        "GrantTime": row.grant_time,
    }
