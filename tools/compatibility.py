"""Generate the tables of docs/compatibility.md: Amazon's operations, and how the local crowd
differs.

Amazon's operations come from botocore, ours from local_crowd.operations; the differences are listed
here, because no program can derive them.
"""

from local_crowd.operations.registry import OPERATIONS
from local_crowd.wire.model import list_amazons_operations

Differences = dict[str, list[tuple[str, str]]]  # operation -> (difference, reason)

# Printed in docs/costs.md too, so that both pages say the same.
BUDGETS = (
    "On the live site, for a requester with a budget, a HIT's rewards are reserved when it is created; "
    "a rejection releases the assignment's reward, and expiry releases those of assignments that "
    "nobody accepted"
)

EVERYWHERE: list[tuple[str, str]] = [
    ("ThrottlingException is never returned", "your own server need not limit your calls"),
    (
        (
            "parameters that the operation does not have are ignored; a wrong JSON type is a "
            "SerializationException"
        ),
        "as in AWS's JSON services; not documented for Mechanical Turk",
    ),
    ("every change is visible at once", "Amazon's service needs some seconds"),
    (
        "a value beyond a limit of length or range is a ParameterValidationError; the message for lengths is ours",
        "Amazon's message is not documented",
    ),
    (
        (
            "lists: a NextToken never expires; HITs are listed newest first, assignments in order of submission, "
            "reviewable HITs by expiration"
        ),
        "recorded responses, and the order documented for the older API",
    ),
    ("HITReviewStatus is always NotReviewed", "as in every recorded response"),
    (
        "HITs are not disposed of automatically after 120 days",
        "you decide when your data is deleted",
    ),
    (
        (
            "Worker_PercentAssignmentsApproved: the share of reviewed assignments that were approved, rounded "
            "down; 100 until a worker has submitted 100"
        ),
        "read literally, Amazon's text would penalize workers for unreviewed assignments",
    ),
    (
        (
            "LocaleValues: a Country that is not in ISO 3166, or a Subdivision that is not a state of "
            "the US, is a ParameterValidationError that names the nearest code"
        ),
        "no worker could qualify",
    ),
    (
        (
            "Title, Description, Name, Reason, RequesterFeedback, Subject and MessageText without a visible "
            "character are a ParameterValidationError"
        ),
        "workers would see an empty link or message",
    ),
    (
        "Worker_Locale and Worker_Adult come from the worker's profile; the operator grants Masters",
        "Amazon's data on workers is not available",
    ),
]

DIFFERENCES: Differences = {
    "ApproveAssignment": [
        (
            "an assignment that is already approved: RequestError, InvalidAssignmentState",
            "not documented; clients then know that it was approved before",
        ),
        ("after an overridden rejection, RejectionTime is still returned", "not documented"),
        (
            "InsufficientFunds only on the live site, for a requester with a budget",
            "otherwise there is no balance",
        ),
    ],
    "CreateAdditionalAssignmentsForHIT": [
        ("HITTooOldForExtension is never returned", "no HIT here was created before 2015"),
        ("an expired HIT that was Reviewing becomes Reviewable", "not documented"),
    ],
    "CreateHIT": [
        (
            "Question has at most 1,000,000 bytes, where Amazon allows 65,535; question_bytes in crowd.json sets any limit between the two",
            "pages of the web site, with their values, were often larger",
        ),
        (
            "when an HTMLQuestion is shown, a form is added to a page without one, and a form without an action or assignmentId gets them",
            "as on Amazon's web site; GetHIT returns the question as it was sent",
        ),
        (
            "HITLayoutId: in ${name}, the name consists of letters, digits, _, -, . and spaces; a missing parameter is a ParameterValidationError with Amazon's reported message, an unknown layout is HITLayoutDoesNotExist",
            "the rest is not documented; layouts are created with add_layout.py or manage_crowd.py",
        ),
        (
            "SimplePlurality: workers agree on a question if agreement exceeds the threshold or all answers are equal, never in a tie; a score that meets both limits approves",
            "not documented; fairer to workers",
        ),
        (
            "ExtendMinimumTimeInSeconds never shortens a HIT; the policy does not run on a HIT without submissions",
            "not documented",
        ),
        ("Reward is at most 1,000,000.00, and may be 0", "Amazon's upper limit is not documented"),
        ("RequesterAnnotation may contain any character", "nothing here requires ASCII"),
        (
            f"no fees. {BUDGETS}",
            "nobody charges fees here; budgets correspond to Amazon's prepaid balance",
        ),
        (
            "an ExternalURL on this machine (localhost) may use http",
            "to test a page before it is published",
        ),
    ],
    "CreateWorkerBlock": [
        ("blocks are not limited to 100,000; blocking again replaces the reason", "not documented"),
    ],
    "DeleteHIT": [
        (
            "GetHIT of a deleted HIT: an error that says it does not exist",
            "clients match this text",
        ),
    ],
    "DeleteWorkerBlock": [
        ('"WorkerId is invalid." is a ParameterValidationError', "Amazon's code is not documented"),
    ],
    "GetAccountBalance": [
        (
            (
                "sandbox: 10000.00, as on Amazon; live: what is left of the budget, or 999999999.99 "
                "without one; no OnHoldBalance"
            ),
            "without a budget there is no balance",
        ),
    ],
    "GetAssignment": [("Deadline is not returned", "as in recorded responses")],
    "ListAssignmentsForHIT": [
        ("Deadline is not returned", "as in recorded responses"),
        (
            (
                "answers: fields with the same name are joined with |; an empty field is an empty FreeText; "
                "characters that XML forbids become U+FFFD"
            ),
            "not documented; no answer is lost",
        ),
    ],
    "ListBonusPayments": [
        (
            "HITId and AssignmentId together are refused; a deleted HIT is one that does not exist",
            "not documented",
        ),
    ],
    "NotifyWorkers": [
        ("the message appears on the worker site", "this crowd sends no e-mail"),
        ("the text of HardFailure is ours; SoftFailure is never returned", "not documented"),
        (
            "a call with the same `Idempotency-Key` header as another within 24 hours sends nothing",
            "the request has no UniqueRequestToken; Amazon ignores the header",
        ),
    ],
    "SendBonus": [
        (
            "from 0.01 to 10,000.00; the assignment must be submitted, but need not be approved, and may be of any age",
            "not documented",
        ),
    ],
    "UpdateExpirationForHIT": [
        (
            "a time less than 60 s ahead or before the current expiration is accepted; repeating a call succeeds",
            "Amazon's service refused these, contrary to its guide",
        ),
    ],
    "AssociateQualificationWithWorker": [
        (
            "the notification is a message on the worker site; a system type is a PermissionDeniedException",
            "this crowd sends no e-mail; the code is not documented",
        ),
    ],
    "CreateQualificationType": [
        (
            "Name has 1 to 200 characters; RetryDelayInSeconds is 0 to 1,000,000,000; TestDurationInSeconds is 1 to 31,536,000",
            "Amazon publishes no limits, and a database needs some",
        ),
        (
            "without Test, TestDurationInSeconds and AnswerKey are ignored, except that UpdateQualificationType refuses an AnswerKey alone for a type that has a Test",
            "some clients always send them; ignoring the key would leave the old one in use",
        ),
        (
            "an AnswerKey that names an unknown question or selection is refused",
            "a typing error would fail every worker",
        ),
        (
            "AnswerKey: numbers have at most nine digits; a scaled score is rounded half away from zero",
            "not documented",
        ),
    ],
    "DeleteQualificationType": [
        (
            "takes effect at once and frees the name; until the last HIT that requires the type is deleted, the type can be read, is Inactive, and can be granted to workers",
            "Amazon took up to 48 hours, and waited for the HITs",
        ),
    ],
    "DisassociateQualificationFromWorker": [
        (
            "a qualification that was never granted, or is already revoked: the errors of GetQualificationScore",
            "not documented",
        ),
    ],
    "GetQualificationType": [
        (
            "types of another requester do not exist",
            "requesters do not see each other's data",
        ),
    ],
    "ListQualificationTypes": [
        (
            "types are listed in order of creation; Query finds parts of words; Inactive types are listed",
            "clients search for exact names",
        ),
    ],
    "ListWorkersWithQualificationType": [
        (
            "the default of Status is Granted",
            "not documented",
        ),
    ],
    "UpdateHITTypeOfHIT": [
        (
            "refused while an assignment is accepted or submitted, allowed again after it is returned",
            "as in the developer guide; the message is ours",
        ),
    ],
    "GetFileUploadURL": [
        (
            "always an error",
            "Amazon discontinued the feature in December 2017",
        ),
    ],
    "ListReviewPolicyResultsForHIT": [
        (
            "names and keys of actions and results are those of the 2014 reference; the default page size is 100",
            "the current reference does not list them",
        ),
    ],
    "UpdateNotificationSettings": [
        (
            "Email is refused (InvalidTransportEndpoint); Destination may be a URL; the operator must allow queues, topics and private addresses",
            "there is no mail server; the server calls these addresses from the operator's network",
        ),
        (
            "Version may be 2014-08-15 or 2006-05-05, and is returned as sent; each message has one event",
            "Amazon's sources contradict each other, or do not say",
        ),
        (
            "HITReviewable is sent after the HIT's review policy has run, and not if the policy extends the HIT",
            "not documented",
        ),
    ],
    "SendTestEventNotification": [
        (
            "the ids in the message are random",
            "the message is about no HIT",
        ),
    ],
}


OWN = {
    "CreateConsent": "stores the Markdown `Text` called `Name`, which workers agree to before their first HIT; returns its `ConsentId` and `TextSHA256`. A text that is stored already keeps its id. `ConsentId` is a parameter of CreateHITType and CreateHIT, and a member of the HIT",
    "GetConsent": "returns the text `ConsentId`",
    "ListConsentAgreements": "lists who agreed to the text `ConsentId`: `WorkerId` and `AgreementTime`, in pages",
    "ListAssignmentsForHITType": "lists the assignments of all HITs of `HITTypeId` as ListAssignmentsForHIT lists those of one; with `SubmittedSince`, only those submitted then or later",
    "ListWaitingPayments": "lists what people were paid for waiting by panel links to `HITTypeId`, in pages: `WorkerId`, `BonusAmount`, `WaitedSeconds`, `Reason`, `GrantTime`",
    "CreatePractice": "stores the right answers and reasons of practice HITs: `PracticeItems`, each with `Answers` (JSON: field and value) and `Reason`, which at most `MaxWorkers` workers do; returns its `PracticeId`, the same for the same `Name`. `PracticeId` is a parameter of CreateHITType, and `PracticeItem` (from 0) of CreateHITWithHITType, whose HIT then has an assignment for each worker who comes",
    "CreateHITLayout": "stores the page `Html` as a layout called `Name`, with a `FrameHeight`; returns its `HITLayoutId`, `RequiredParameters` and `OptionalParameters`. A page that is stored already keeps its id",
    "GetHITLayout": "returns the same of the layout `HITLayoutId`",
}


def table() -> str:
    """Return a Markdown table with a row for each difference, or one for an operation without any."""
    rows = ["| operation | supported | difference | reason |", "|---|---|---|---|"]
    for name in list_amazons_operations():
        supported = "yes" if name in OPERATIONS else "no"
        differences = DIFFERENCES.get(name) or [("–", "")]
        for number, (what, why) in enumerate(differences):
            first = (f"`{name}`", supported) if number == 0 else ("", "")
            rows.append(f"| {first[0]} | {first[1]} | {_cell(what)} | {_cell(why)} |")
    return "\n".join(rows)


def general() -> str:
    """Return a Markdown table of the differences that concern every operation."""
    rows = [f"| {_cell(what)} | {_cell(why)} |" for what, why in EVERYWHERE]
    return "\n".join(["| difference everywhere | reason |", "|---|---|", *rows])


def own_table() -> str:
    """Return a Markdown table of the operations that only crowds of ours have."""
    rows = [f"| `{name}` | {_cell(what)} |" for name, what in OWN.items()]
    return "\n".join(["| operation | what it does |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
