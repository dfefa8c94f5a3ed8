"""The results and actions of review policies, listed for the requester."""

import json
from typing import Any

from sqlalchemy import select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.hits import hits
from local_crowd.operations.paging import fetch_page
from local_crowd.store.tables import reviews

LEVELS = {"Assignment": "assignment_review_policy", "HIT": "hit_review_policy"}
DEFAULT_PAGE_SIZE = 100  # Amazon's pages of this list are larger than those of other lists


def list_review_policy_results_for_hit(call: Call, request: Request) -> Response:
    """Perform ListReviewPolicyResultsForHIT: list results and actions together, oldest first.

    Both policy levels and both kinds are included unless the request chooses.
    """
    hit = hits.find(call, request["HITId"])
    levels = request.get("PolicyLevels") or list(LEVELS)
    kinds = [
        is_action
        for is_action, parameter in ((False, "RetrieveResults"), (True, "RetrieveActions"))
        if request.get(parameter, True)
    ]
    query = select(reviews).where(
        reviews.c.hit_id == hit.hit_id,
        reviews.c.level.in_(levels),
        reviews.c.is_action.in_(kinds),
    )
    rows, token = fetch_page(
        call,
        {"MaxResults": DEFAULT_PAGE_SIZE} | dict(request),
        query,
        (reviews.c.number, reviews.c.review_id),
    )
    response: Response = {"HITId": hit.hit_id}
    for level, column in LEVELS.items():
        policy = getattr(hit, column)
        if level not in levels or policy is None:
            continue
        report: dict[str, list[Any]] = {"ReviewResults": [], "ReviewActions": []}
        for row in rows:
            if row.level == level:
                name = "ReviewActions" if row.is_action else "ReviewResults"
                report[name].append(json.loads(row.detail))
        response[f"{level}ReviewPolicy"] = {"PolicyName": json.loads(policy)["PolicyName"]}
        response[f"{level}ReviewReport"] = report
    if token:
        response["NextToken"] = token
    return response
