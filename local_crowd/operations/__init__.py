"""What Mechanical Turk does: one function an operation, plain values in, a dict out."""

from collections.abc import Callable

from local_crowd.operations import (
    account,
    assignments,
    bonuses,
    file_uploads,
    hit_changes,
    hit_types,
    hits,
    notifications,
    qualification_requests,
    qualification_types,
    qualifications,
    review_results,
    workers,
)
from local_crowd.operations.call import Call, Request, Response

OPERATIONS: dict[str, Callable[[Call, Request], Response]] = {
    "AcceptQualificationRequest": qualification_requests.accept_qualification_request,
    "ApproveAssignment": assignments.approve_assignment,
    "AssociateQualificationWithWorker": qualifications.associate_qualification_with_worker,
    "CreateAdditionalAssignmentsForHIT": hit_changes.create_additional_assignments_for_hit,
    "CreateHIT": hits.create_hit,
    "CreateHITType": hit_types.create_hit_type,
    "CreateHITWithHITType": hits.create_hit_with_hit_type,
    "CreateQualificationType": qualification_types.create_qualification_type,
    "CreateWorkerBlock": workers.create_worker_block,
    "DeleteHIT": hit_changes.delete_hit,
    "DeleteQualificationType": qualification_types.delete_qualification_type,
    "DeleteWorkerBlock": workers.delete_worker_block,
    "DisassociateQualificationFromWorker": qualifications.disassociate_qualification_from_worker,
    "GetAccountBalance": account.get_account_balance,
    "GetAssignment": assignments.get_assignment,
    "GetFileUploadURL": file_uploads.get_file_upload_url,
    "GetHIT": hits.get_hit,
    "GetQualificationScore": qualifications.get_qualification_score,
    "GetQualificationType": qualification_types.get_qualification_type,
    "ListAssignmentsForHIT": assignments.list_assignments_for_hit,
    "ListBonusPayments": bonuses.list_bonus_payments,
    "ListHITs": hits.list_hits,
    "ListHITsForQualificationType": hits.list_hits_for_qualification_type,
    "ListQualificationRequests": qualification_requests.list_qualification_requests,
    "ListQualificationTypes": qualification_types.list_qualification_types,
    "ListReviewPolicyResultsForHIT": review_results.list_review_policy_results_for_hit,
    "ListReviewableHITs": hits.list_reviewable_hits,
    "ListWorkerBlocks": workers.list_worker_blocks,
    "ListWorkersWithQualificationType": qualifications.list_workers_with_qualification_type,
    "NotifyWorkers": workers.notify_workers,
    "RejectAssignment": assignments.reject_assignment,
    "RejectQualificationRequest": qualification_requests.reject_qualification_request,
    "SendBonus": bonuses.send_bonus,
    "SendTestEventNotification": notifications.send_test_event_notification,
    "UpdateExpirationForHIT": hit_changes.update_expiration_for_hit,
    "UpdateHITReviewStatus": hit_changes.update_hit_review_status,
    "UpdateHITTypeOfHIT": hit_changes.update_hit_type_of_hit,
    "UpdateNotificationSettings": notifications.update_notification_settings,
    "UpdateQualificationType": qualification_types.update_qualification_type,
}


def only_reads(operation: str) -> bool:
    """Whether an operation changes nothing, by Amazon's own naming."""
    return operation.startswith(("Get", "List"))
