"""What Mechanical Turk does: one function an operation, plain values in, a dict out."""

from collections.abc import Callable

from local_crowd.operations import (
    account,
    assignments,
    bonuses,
    hit_changes,
    hit_types,
    hits,
    workers,
)
from local_crowd.operations.call import Call, Request, Response

OPERATIONS: dict[str, Callable[[Call, Request], Response]] = {
    "ApproveAssignment": assignments.approve_assignment,
    "CreateAdditionalAssignmentsForHIT": hit_changes.create_additional_assignments_for_hit,
    "CreateHIT": hits.create_hit,
    "CreateHITType": hit_types.create_hit_type,
    "CreateHITWithHITType": hits.create_hit_with_hit_type,
    "CreateWorkerBlock": workers.create_worker_block,
    "DeleteHIT": hit_changes.delete_hit,
    "DeleteWorkerBlock": workers.delete_worker_block,
    "GetAccountBalance": account.get_account_balance,
    "GetAssignment": assignments.get_assignment,
    "GetHIT": hits.get_hit,
    "ListAssignmentsForHIT": assignments.list_assignments_for_hit,
    "ListBonusPayments": bonuses.list_bonus_payments,
    "ListHITs": hits.list_hits,
    "ListReviewableHITs": hits.list_reviewable_hits,
    "ListWorkerBlocks": workers.list_worker_blocks,
    "NotifyWorkers": workers.notify_workers,
    "RejectAssignment": assignments.reject_assignment,
    "SendBonus": bonuses.send_bonus,
    "UpdateExpirationForHIT": hit_changes.update_expiration_for_hit,
    "UpdateHITReviewStatus": hit_changes.update_hit_review_status,
}


def only_reads(operation: str) -> bool:
    """Whether an operation changes nothing, by Amazon's own naming."""
    return operation.startswith(("Get", "List"))
