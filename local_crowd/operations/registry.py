"""The function that performs each operation of the API: plain values in, a dict out."""

from collections.abc import Callable

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.hits import (
    consents,
    hit_types,
    hits,
    layouts,
    notification_settings,
    practices,
)
from local_crowd.operations.money import balance
from local_crowd.operations.people import workers
from local_crowd.operations.qualifications import (
    grants,
    qualification_requests,
    qualification_types,
)
from local_crowd.operations.review import assignments, bonuses, file_uploads, policy_results
from local_crowd.operations.waiting import payments as waiting_payments
from local_crowd.operations.work import hit_changes

OPERATIONS: dict[str, Callable[[Call, Request], Response]] = {
    "AcceptQualificationRequest": qualification_requests.accept_qualification_request,
    "ApproveAssignment": assignments.approve_assignment,
    "AssociateQualificationWithWorker": grants.associate_qualification_with_worker,
    "CreateAdditionalAssignmentsForHIT": hit_changes.create_additional_assignments_for_hit,
    "CreateConsent": consents.create_consent,
    "CreateHIT": hits.create_hit,
    "CreateHITLayout": layouts.create_hit_layout,
    "CreateHITType": hit_types.create_hit_type,
    "CreateHITWithHITType": hits.create_hit_with_hit_type,
    "CreatePractice": practices.create_practice,
    "CreateQualificationType": qualification_types.create_qualification_type,
    "CreateWorkerBlock": workers.create_worker_block,
    "DeleteHIT": hit_changes.delete_hit,
    "DeleteQualificationType": qualification_types.delete_qualification_type,
    "DeleteWorkerBlock": workers.delete_worker_block,
    "DisassociateQualificationFromWorker": grants.disassociate_qualification_from_worker,
    "GetAccountBalance": balance.get_account_balance,
    "GetAssignment": assignments.get_assignment,
    "GetConsent": consents.get_consent,
    "GetFileUploadURL": file_uploads.get_file_upload_url,
    "GetHIT": hits.get_hit,
    "GetHITLayout": layouts.get_hit_layout,
    "GetQualificationScore": grants.get_qualification_score,
    "GetQualificationType": qualification_types.get_qualification_type,
    "ListAssignmentsForHIT": assignments.list_assignments_for_hit,
    "ListAssignmentsForHITType": assignments.list_assignments_for_hit_type,
    "ListBonusPayments": bonuses.list_bonus_payments,
    "ListConsentAgreements": consents.list_consent_agreements,
    "ListHITs": hits.list_hits,
    "ListHITsForQualificationType": hits.list_hits_for_qualification_type,
    "ListQualificationRequests": qualification_requests.list_qualification_requests,
    "ListQualificationTypes": qualification_types.list_qualification_types,
    "ListReviewPolicyResultsForHIT": policy_results.list_review_policy_results_for_hit,
    "ListReviewableHITs": hits.list_reviewable_hits,
    "ListWaitingPayments": waiting_payments.list_waiting_payments,
    "ListWorkerBlocks": workers.list_worker_blocks,
    "ListWorkersWithQualificationType": grants.list_workers_with_qualification_type,
    "NotifyWorkers": workers.notify_workers,
    "RejectAssignment": assignments.reject_assignment,
    "RejectQualificationRequest": qualification_requests.reject_qualification_request,
    "SendBonus": bonuses.send_bonus,
    "SendTestEventNotification": notification_settings.send_test_event_notification,
    "UpdateExpirationForHIT": hit_changes.update_expiration_for_hit,
    "UpdateHITReviewStatus": hit_changes.update_hit_review_status,
    "UpdateHITTypeOfHIT": hit_changes.update_hit_type_of_hit,
    "UpdateNotificationSettings": notification_settings.update_notification_settings,
    "UpdateQualificationType": qualification_types.update_qualification_type,
}


def is_read_only(operation: str) -> bool:
    """Return whether the operation changes nothing: Amazon's names for these start with Get or List."""
    return operation.startswith(("Get", "List"))
