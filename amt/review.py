"""Approving and rejecting: what is Submitted, and nothing else."""

import argparse
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import simpleamt
from amt import batches, fees, records, survey, wrong_ids
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Faults, count_of

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Submitted(NamedTuple):
    """A Submitted assignment, and what approving it costs: `reward` and `fee` in US dollars."""

    assignment_id: str
    reward: Decimal
    fee: Decimal

    def __str__(self) -> str:
        return self.assignment_id


class Found(NamedTuple):
    """Assignments to review, and how many ids or HITs the crowd refused to show."""

    submitted: list[Submitted]
    refused: int


def of_hits(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "MTurkClient",
    ids: list[str],
    hint: str | None = None,
) -> Found:
    """The Submitted assignments of HITs: asks only for HITs that can have unreviewed work.

    `hint` is said when the crowd does not know a HIT.
    """
    standings, unknown = survey.standings(args, client, ids, hint=hint)
    found: list[Submitted] = []
    refused = len(unknown)

    def submitted(hit: survey.Standing) -> list[Submitted]:
        listed = survey.assignments(client, hit, "Submitted")
        return [_priced(crowd, one["AssignmentId"], hit) for one in listed]

    unreviewed = [hit for hit in standings if hit.unaccounted]
    with Faults(simpleamt.say) as faults:
        for outcome in simpleamt.gather(args, submitted, unreviewed, doing="looking"):
            if outcome.refusal is None:
                found += outcome.value
            else:
                refused += 1
                faults.add(f"{outcome.item.hit_id}: {outcome.refusal}")
    return Found(found, refused)


def of_assignments(
    args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", ids: list[str]
) -> Found:
    """Those of the assignments that are Submitted; the others are named and skipped."""
    found: list[Submitted] = []
    unknown: list[str] = []

    def look(assignment_id: str) -> tuple[str, Submitted]:
        response = client.get_assignment(AssignmentId=assignment_id)
        hit = survey.standing(response["HIT"])
        return response["Assignment"]["AssignmentStatus"], _priced(crowd, assignment_id, hit)

    with Faults(simpleamt.say) as faults:
        for outcome in simpleamt.gather(args, look, ids, doing="looking"):
            if outcome.refusal is not None:
                unknown.append(outcome.item)
                faults.add(f"{outcome.item}: {outcome.refusal}")
                continue
            status, submitted = outcome.value
            if status == "Submitted":
                found.append(submitted)
            else:
                faults.add(f"{outcome.item}: is {status} already, skipped")
    if unknown and (words := wrong_ids.describe_no_assignment(client, unknown[0])):
        simpleamt.say(words)
    return Found(found, len(unknown))


def _priced(crowd: Crowd, assignment_id: str, hit: survey.Standing) -> Submitted:
    rates = fees.Rates(charged=crowd.name == "mturk", masters=hit.masters)
    return Submitted(assignment_id, hit.reward, rates.fee(hit.reward, hit.max_assignments))


def cost_of(submitted: Sequence[Submitted]) -> fees.Cost:
    """What approving these assignments costs."""
    nothing = Decimal("0.00")
    return fees.Cost(
        len(submitted),
        sum((one.reward for one in submitted), nothing),
        sum((one.fee for one in submitted), nothing),
    )


def approve(args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", found: Found) -> int:
    """Ask, naming the cost, then approve what was found. Return the exit code."""
    feedback = {"RequesterFeedback": args.feedback} if args.feedback else {}

    def approve_once(submitted: Submitted) -> None:
        assignment_id = submitted.assignment_id
        try:
            client.approve_assignment(AssignmentId=assignment_id, **feedback)
        except client.exceptions.RequestError:
            if not _is_reviewed(client, assignment_id, "Approved", args.feedback):
                raise

    return _review(
        args,
        found,
        f"Approve {_count(found.submitted)} for {cost_of(found.submitted)} on {crowd}?",
        approve_once,
        doing="approving",
        outcome=lambda approved: (
            f"Approved {_count(approved)}" + (f" for {cost_of(approved)}." if approved else ".")
        ),
    )


def reject(args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", found: Found) -> int:
    """Ask, showing the feedback that workers will read, then reject. Return the exit code."""
    if not args.feedback.strip():
        raise Error("--feedback must tell the workers why")
    unpaid = cost_of(found.submitted).rewards
    workers = "worker is" if len(found.submitted) == 1 else "workers are"

    def reject_once(submitted: Submitted) -> None:
        assignment_id = submitted.assignment_id
        try:
            client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback=args.feedback)
        except client.exceptions.RequestError:
            if not _is_reviewed(client, assignment_id, "Rejected", args.feedback):
                raise

    return _review(
        args,
        found,
        f"Reject {_count(found.submitted)} on {crowd}, with the feedback {args.feedback!r}? "
        f"The {workers} not paid the ${unpaid:,}.",
        reject_once,
        doing="rejecting",
        outcome=lambda rejected: f"Rejected {_count(rejected)}.",
    )


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
    args: argparse.Namespace,
    found: Found,
    question: str,
    act: Callable[[Submitted], object],
    *,
    doing: str,
    outcome: Callable[[list[Submitted]], str],
) -> int:
    """Ask, then act on each; say the `outcome` for those that were done, also when cut short."""
    refused, done = 0, list[Submitted]()

    def act_and_note(submitted: Submitted) -> None:
        act(submitted)
        done.append(submitted)

    if wanted := found.submitted:
        simpleamt.confirm(args, question)
    try:
        refused = simpleamt.each(args, act_and_note, wanted, doing=doing, total=len(wanted))
    except BaseException:  # cut short, by Ctrl-C too: what was done before has its price
        if done:
            simpleamt.say(outcome(done))
        raise
    simpleamt.say(outcome(done))
    return 1 if refused or found.refused else 0


def _count(assignments: Sequence[Submitted]) -> str:
    return count_of(len(assignments), "assignment")


def look_into_file(args: argparse.Namespace) -> tuple[Crowd, "MTurkClient", Found]:
    """Return the crowd that the HITs of --hit_ids_file are on, and what is Submitted of them."""
    batch = batches.follow(args)
    ids = batches.hit_ids(args, batch)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    hint = records.describe_other_place(batch, crowd)
    return crowd, client, of_hits(args, crowd, client, ids, hint)
