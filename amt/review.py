"""Approving and rejecting: what is Submitted, and nothing else."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, fees, survey, wrong_ids
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Faults, Say, count_of, say_nothing

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Submitted(NamedTuple):
    """A Submitted assignment, and what approving it costs: `reward` and `fee` in US dollars."""

    assignment_id: str
    reward: Decimal
    fee: Decimal

    def __str__(self) -> str:
        return self.assignment_id


class SubmittedWork(NamedTuple):
    """Assignments to review, and how many ids or HITs the crowd refused to show."""

    submitted: list[Submitted]
    refused: int


def find_in_hits(
    crowd: Crowd,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    *,
    say: Say = say_nothing,
    hint: str | None = None,
) -> SubmittedWork:
    """Find the Submitted assignments of HITs; only HITs that can have unreviewed work are listed.

    `ids` None: every HIT of the account. `hint` is printed when the crowd does not know a HIT.
    """
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=say, hint=hint)
    submitted: list[Submitted] = []
    refused = len(unknown)

    def list_submitted(hit: survey.HitCounters) -> list[Submitted]:
        listed = survey.list_assignments(client, hit, "Submitted")
        return [price(crowd, assignment["AssignmentId"], hit) for assignment in listed]

    unreviewed = [hit for hit in counters if hit.unaccounted]
    outcomes = calls.gather(crowd, list_submitted, unreviewed, doing="looking")
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        if outcome.refusal is None:
            submitted += outcome.value
        else:
            refused += 1
    return SubmittedWork(submitted, refused)


def find_assignments(
    crowd: Crowd, client: "MTurkClient", ids: Sequence[str], say: Say = say_nothing
) -> SubmittedWork:
    """Find those of the assignments that are Submitted; report and skip the others."""
    work: list[Submitted] = []
    unknown: list[str] = []

    def look(assignment_id: str) -> tuple[str, Submitted]:
        response = client.get_assignment(AssignmentId=assignment_id)
        hit = survey.parse_counters(response["HIT"])
        return response["Assignment"]["AssignmentStatus"], price(crowd, assignment_id, hit)

    outcomes = calls.gather(crowd, look, ids, doing="looking")
    with Faults(say) as faults:
        for outcome in calls.name_refusals(outcomes, say):
            if outcome.refusal is not None:
                unknown.append(outcome.item)
                continue
            status, submitted = outcome.value
            if status == "Submitted":
                work.append(submitted)
            else:
                faults.add(f"{outcome.item}: is {status} already, skipped")
    if unknown and (words := wrong_ids.describe_no_assignment(client, unknown[0])):
        say(words)
    return SubmittedWork(work, len(unknown))


def price(crowd: Crowd, assignment_id: str, hit: survey.HitCounters) -> Submitted:
    """Return an assignment of this HIT with what approving it costs."""
    rates = fees.Rates(charged=crowd.charges_fees, masters=hit.masters)
    return Submitted(assignment_id, hit.reward, rates.fee(hit.reward, hit.max_assignments))


def cost_of(submitted: Sequence[Submitted]) -> fees.Cost:
    """Return what approving these assignments costs."""
    nothing = Decimal("0.00")
    return fees.Cost(
        len(submitted),
        sum((assignment.reward for assignment in submitted), nothing),
        sum((assignment.fee for assignment in submitted), nothing),
    )


def ask_to_approve(crowd: Crowd, submitted: Sequence[Submitted]) -> str:
    """Return the question to ask before approving, which names the cost."""
    return f"Approve {_count(submitted)} for {cost_of(submitted)} on {crowd}?"


def approve(
    crowd: Crowd,
    client: "MTurkClient",
    submitted: Sequence[Submitted],
    feedback: str | None = None,
    say: Say = say_nothing,
) -> int:
    """Approve these assignments, and return how many the crowd refused."""

    def approve_assignment(assignment: Submitted) -> None:
        approve_one(client, assignment.assignment_id, feedback)

    def describe(done: list[Submitted]) -> str:
        return f"Approved {_count(done)}" + (f" for {cost_of(done)}." if done else ".")

    return _review(
        crowd, submitted, approve_assignment, doing="approving", describe=describe, say=say
    )


def approve_one(
    client: "MTurkClient", assignment_id: str, feedback: str | None, *, override: bool = False
) -> None:
    """Approve an assignment; `override`: also a rejected one. Raises the crowd's refusal.

    It counts as approved if an earlier call whose response was lost did it.
    """
    words: dict[str, Any] = {"RequesterFeedback": feedback} if feedback else {}
    words |= {"OverrideRejection": True} if override else {}
    try:
        client.approve_assignment(AssignmentId=assignment_id, **words)
    except client.exceptions.RequestError:
        if not _is_reviewed(client, assignment_id, "Approved", feedback):
            raise


def ask_to_reject(crowd: Crowd, submitted: Sequence[Submitted], feedback: str) -> str:
    """Return the question to ask before rejecting, which shows what workers will read.

    Raises Error when the feedback is empty.
    """
    _check_feedback(feedback)
    unpaid = cost_of(submitted).rewards
    workers = "worker is" if len(submitted) == 1 else "workers are"
    return (
        f"Reject {_count(submitted)} on {crowd}, with the feedback {feedback!r}? "
        f"The {workers} not paid the ${unpaid:,}."
    )


def reject(
    crowd: Crowd,
    client: "MTurkClient",
    submitted: Sequence[Submitted],
    feedback: str,
    say: Say = say_nothing,
) -> int:
    """Reject these assignments, and return how many the crowd refused.

    Raises Error when the feedback is empty.
    """
    _check_feedback(feedback)

    def reject_assignment(assignment: Submitted) -> None:
        reject_one(client, assignment.assignment_id, feedback)

    def describe(done: list[Submitted]) -> str:
        return f"Rejected {_count(done)}."

    return _review(
        crowd, submitted, reject_assignment, doing="rejecting", describe=describe, say=say
    )


def reject_one(client: "MTurkClient", assignment_id: str, feedback: str) -> None:
    """Reject an assignment. Raises the crowd's refusal.

    It counts as rejected if an earlier call whose response was lost did it.
    """
    try:
        client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback=feedback)
    except client.exceptions.RequestError:
        if not _is_reviewed(client, assignment_id, "Rejected", feedback):
            raise


def _check_feedback(feedback: str) -> None:
    if not feedback.strip():
        raise Error("--feedback must not be empty: workers read it")


def _is_reviewed(
    client: "MTurkClient", assignment_id: str, status: str, feedback: str | None
) -> bool:
    """Return whether the assignment has this status and, if any is wanted, this feedback.

    The crowd refuses a second review. boto3 sends one when a response was lost: the first call
    was carried out, and the retry is refused.
    """
    try:
        assignment = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    except client.exceptions.RequestError:
        return False  # the caller raises the crowd's first refusal, which says more
    same_words = not feedback or assignment.get("RequesterFeedback") == feedback
    return assignment["AssignmentStatus"] == status and same_words


def _review(
    crowd: Crowd,
    submitted: Sequence[Submitted],
    act: Callable[[Submitted], object],
    *,
    doing: str,
    describe: Callable[[list[Submitted]], str],
    say: Say,
) -> int:
    """Act on each assignment, say what was done, also when cut short, and count the refusals."""
    done: list[Submitted] = []

    def act_and_note(assignment: Submitted) -> None:
        act(assignment)
        done.append(assignment)

    outcomes = calls.gather(crowd, act_and_note, submitted, doing=doing, total=len(submitted))
    try:
        refused = calls.count_refusals(outcomes, say)
    except BaseException:  # cut short, by Ctrl-C too: what was done until then has its price
        if done:
            say(describe(done))
        raise
    say(describe(done))
    return refused


def _count(assignments: Sequence[Submitted]) -> str:
    return count_of(len(assignments), "assignment")
