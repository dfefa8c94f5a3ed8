"""The table of docs/compatibility.md: Amazon's operations, and what ours do otherwise.

Amazon's list is botocore's, ours is local_crowd.operations; what differs is written here, for no
program can know it.
"""

from local_crowd.operations.registry import OPERATIONS
from local_crowd.wire.model import load_service

Differences = dict[str, list[tuple[str, str]]]  # operation -> (what differs, why)

# Of docs/costs.md too, so that the two pages say the same.
BUDGETS = (
    "On the live site, for a requester with a budget, a HIT's rewards are put aside when it is made; "
    "a rejection, or expiry for what nobody took, sets them free again"
)

EVERYWHERE: list[tuple[str, str]] = [
    ("never ThrottlingException", "your own machine is no slower for being asked often"),
    (
        (
            "members that the operation does not know are ignored; a wrong JSON type is "
            "SerializationException"
        ),
        "as AWS's JSON services do; for Mechanical Turk it is not documented",
    ),
    ("everything is consistent at once", "Amazon's service needs some seconds after a change"),
    (
        "limits of length and range are ParameterValidationError; the words for lengths are ours",
        "Amazon's are not documented",
    ),
    (
        (
            "lists: tokens never expire; HITs come newest first, assignments by submission, reviewable "
            "HITs by expiration"
        ),
        "recorded responses, and the older API's documented order",
    ),
    ("HITReviewStatus is always NotReviewed", "as in every recorded response"),
    ("nothing is disposed of by itself after 120 days", "your data is yours to delete"),
    (
        (
            "Worker_PercentAssignmentsApproved: approved out of reviewed, rounded down; 100 below 100 "
            "submitted"
        ),
        "the literal text would punish who waits for a review",
    ),
    (
        (
            "LocaleValues: a Country that is not in ISO 3166, or a Subdivision that is not a state of "
            "the US, is a ParameterValidationError that names the nearest code"
        ),
        "no worker could ever qualify",
    ),
    (
        (
            "Title, Description, Name, Reason, RequesterFeedback, Subject and MessageText: a text "
            "without a visible character is a ParameterValidationError"
        ),
        "workers would see a link or a message without words",
    ),
    (
        "Worker_Locale and Worker_Adult: from the worker's own profile; Masters: given by the operator",
        "there is no Amazon to know them",
    ),
]

DIFFERENCES: Differences = {
    "ApproveAssignment": [
        (
            "of approved work: RequestError, InvalidAssignmentState",
            "not documented; clients take it as done before",
        ),
        ("after an overridden rejection RejectionTime stays shown", "not documented"),
        ("InsufficientFunds on the live site only, for a requester with a budget", "no purse here"),
    ],
    "CreateAdditionalAssignmentsForHIT": [
        ("never HITTooOldForExtension", "no HIT here is from before 2015"),
        ("a Reviewing HIT that is expired goes back to Reviewable", "not documented"),
    ],
    "CreateHIT": [
        (
            "HITLayoutId: ${name} of letters, digits and _; a missing parameter is a ParameterValidationError in Amazon's reported words, an unknown layout HITLayoutDoesNotExist",
            "the rest is not documented; layouts are made with manage_crowd.py",
        ),
        (
            "SimplePlurality: a question is agreed above the threshold or when all answers are equal, never in a tie; a score that is for both approving and rejecting approves",
            "not documented; kinder to workers",
        ),
        (
            "ExtendMinimumTimeInSeconds never shortens a HIT; a HIT nobody worked on is not reviewed",
            "not documented",
        ),
        ("Reward is at most 1,000,000.00, and may be 0", "Amazon's upper limit is not documented"),
        ("RequesterAnnotation may hold any character", "nothing here needs ASCII"),
        (f"no fee. {BUDGETS}", "no fees on a crowd of one's own; Amazon's prepaid accounts"),
        (
            "an ExternalURL may be http on this machine (localhost)",
            "to try a page before it is out",
        ),
    ],
    "CreateWorkerBlock": [
        ("no limit of 100,000; blocking again replaces the reason", "not documented"),
    ],
    "DeleteHIT": [
        ("GetHIT of a deleted HIT: does not exist", "the text that clients look for"),
    ],
    "DeleteWorkerBlock": [
        ("WorkerId is invalid. comes as ParameterValidationError", "its code is not documented"),
    ],
    "GetAccountBalance": [
        (
            (
                "sandbox: 10000.00, as Amazon's; live: what is left of the budget, or 999999999.99 "
                "without one; no OnHoldBalance"
            ),
            "no purse here",
        ),
    ],
    "GetAssignment": [("no Deadline", "recorded responses have none")],
    "ListAssignmentsForHIT": [
        ("no Deadline", "recorded responses have none"),
        (
            (
                "answers: fields of one name are joined with |; an empty field is an empty FreeText; "
                "characters that XML forbids are U+FFFD"
            ),
            "not documented; no work is lost",
        ),
    ],
    "ListBonusPayments": [
        (
            "HITId and AssignmentId together are refused; a deleted HIT does not exist",
            "not documented",
        ),
    ],
    "NotifyWorkers": [
        ("the message is shown on the worker site", "this crowd sends no e-mail"),
        ("the text of HardFailure is ours; never SoftFailure", "not documented"),
    ],
    "SendBonus": [
        (
            "from 0.01 to 10,000.00; submitted work suffices; no rule of six months",
            "not documented",
        ),
    ],
    "UpdateExpirationForHIT": [
        (
            "times nearer than 60 s and shortening are taken; the same call twice succeeds",
            "Amazon's service refused these against its own guide",
        ),
    ],
    "AssociateQualificationWithWorker": [
        (
            "the notification is a message on the worker site; a system type gives PermissionDeniedException",
            "this crowd sends no e-mail; the code is not documented",
        ),
    ],
    "CreateQualificationType": [
        (
            "Name has 1 to 200 characters; RetryDelayInSeconds is 0 to 1,000,000,000; TestDurationInSeconds 1 to 31,536,000",
            "no limits are published, and a database needs some",
        ),
        (
            "without Test, TestDurationInSeconds and AnswerKey are ignored; UpdateQualificationType refuses an AnswerKey alone for a type that has a Test",
            "some clients always send them; the old key would go on scoring",
        ),
        (
            "an AnswerKey that names an unknown question or selection is refused",
            "a slip would fail every worker",
        ),
        (
            "AnswerKey: numbers of at most nine digits; a scaled half is rounded away from zero",
            "not documented",
        ),
    ],
    "DeleteQualificationType": [
        (
            "at once, and the name is free at once; until the last HIT that requires it is deleted, the type can be read and is Inactive, and can be given to workers",
            "Amazon took up to 48 hours, and waited for the HITs",
        ),
    ],
    "DisassociateQualificationFromWorker": [
        (
            "never granted, or revoked before: the errors of GetQualificationScore",
            "not documented",
        ),
    ],
    "GetQualificationType": [
        (
            "another requester's types are invisible",
            "requesters are kept apart",
        ),
    ],
    "ListQualificationTypes": [
        (
            "in order of creation; Query finds parts of words; Inactive types are listed",
            "clients look for exact names",
        ),
    ],
    "ListWorkersWithQualificationType": [
        (
            "Status is Granted unless given",
            "the default is not documented",
        ),
    ],
    "UpdateHITTypeOfHIT": [
        (
            "refused while an assignment is held or handed in, allowed again after a return",
            "the developer guide; the words are ours",
        ),
    ],
    "GetFileUploadURL": [
        (
            "always an error",
            "the feature has been off since December 2017, at Amazon too",
        ),
    ],
    "ListReviewPolicyResultsForHIT": [
        (
            "names and keys of actions and results from the reference of 2014; pages of 100 unless asked otherwise",
            "the current reference does not list them",
        ),
    ],
    "UpdateNotificationSettings": [
        (
            "Email is refused (InvalidTransportEndpoint); a URL may stand where a queue or topic would; the operator has to allow queues, topics and private addresses",
            "no mail server; protects the operator",
        ),
        (
            "versions 2014-08-15 and 2006-05-05, given back as they came; one event a message",
            "Amazon's sources differ, or are silent",
        ),
        (
            "HITReviewable is told after the HIT's review policy has run, and not when that extends the HIT",
            "not documented",
        ),
    ],
    "SendTestEventNotification": [
        (
            "the ids in the message are made up",
            "no HIT is meant",
        ),
    ],
}


def table() -> str:
    """Markdown: a row for each of Amazon's operations."""
    rows = ["| operation | answered | what differs | why |", "|---|---|---|---|"]
    for name in sorted(load_service().operation_names):
        answered = "yes" if name in OPERATIONS else "no"
        found = DIFFERENCES.get(name) or [("–", "")]
        for number, (what, why) in enumerate(found):
            first = (f"`{name}`", answered) if number == 0 else ("", "")
            rows.append(f"| {first[0]} | {first[1]} | {_cell(what)} | {_cell(why)} |")
    return "\n".join(rows)


def general() -> str:
    """Markdown: what differs in every operation."""
    rows = [f"| {_cell(what)} | {_cell(why)} |" for what, why in EVERYWHERE]
    return "\n".join(["| everywhere | why |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
