"""The columns of the results CSV of Mechanical Turk's web site, apart from Input.* and Answer.*."""

# What a response of the API has, under the same names.
HIT_FIELDS = (
    "HITTypeId",
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "CreationTime",
    "MaxAssignments",
    "RequesterAnnotation",
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Expiration",
)
HIT_COLUMNS = (*HIT_FIELDS, "NumberOfSimilarHITs", "LifetimeInSeconds")
# Column -> key of a line of results.
ASSIGNMENT_COLUMNS = {
    "AssignmentId": "assignment_id",
    "WorkerId": "worker_id",
    "AssignmentStatus": "status",
    "AcceptTime": "accept_time",
    "SubmitTime": "submit_time",
    "AutoApprovalTime": "auto_approval_time",
    "ApprovalTime": "approval_time",
    "RejectionTime": "rejection_time",
    "RequesterFeedback": "requester_feedback",
}
# Ours; the site's tables have them only if a result does.
MACHINE_COLUMNS = {"Machine": "machine", "Confidence": "confidence", "SuggestedBy": "suggested_by"}
RATE_COLUMNS = ("LifetimeApprovalRate", "Last30DaysApprovalRate", "Last7DaysApprovalRate")
ALL_COLUMNS = frozenset(
    [
        "HITId",
        *HIT_COLUMNS,
        *ASSIGNMENT_COLUMNS,
        "WorkTimeInSeconds",
        *RATE_COLUMNS,
        *MACHINE_COLUMNS,
        "Approve",
        "Reject",
    ]
)
