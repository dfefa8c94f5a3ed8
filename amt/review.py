"""Approving and rejecting: what is Submitted, and nothing else."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import simpleamt
from amt import batches, survey
from simpleamt import Crowd, Error

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Found(NamedTuple):
    """Assignments to review, and how many ids or HITs the crowd refused to show."""

    submitted: list[str]
    refused: int


def of_hits(args: argparse.Namespace, client: "MTurkClient", ids: list[str]) -> Found:
    """The Submitted assignments of HITs: asks only for HITs that can have unreviewed work."""
    standings, unknown = survey.standings(args, client, ids)
    found: list[str] = []
    refused = len(unknown)

    def submitted(hit: survey.Standing) -> list[str]:
        listed = survey.assignments(client, hit, "Submitted")
        return [one["AssignmentId"] for one in listed]

    unreviewed = [hit for hit in standings if hit.unaccounted]
    for outcome in simpleamt.gather(args, submitted, unreviewed, doing="looking"):
        if outcome.refusal is None:
            found += outcome.value
        else:
            refused += 1
            simpleamt.say(f"{outcome.item.hit_id}: {outcome.refusal}")
    return Found(found, refused)


def of_assignments(args: argparse.Namespace, client: "MTurkClient", ids: list[str]) -> Found:
    """Those of the assignments that are Submitted; the others are named and skipped."""
    found: list[str] = []
    refused = 0

    def status(assignment_id: str) -> str:
        assignment = client.get_assignment(AssignmentId=assignment_id)["Assignment"]
        return str(assignment["AssignmentStatus"])

    for outcome in simpleamt.gather(args, status, ids, doing="looking"):
        if outcome.refusal is not None:
            refused += 1
            simpleamt.say(f"{outcome.item}: {outcome.refusal}")
        elif outcome.value == "Submitted":
            found.append(outcome.item)
        else:
            simpleamt.say(f"{outcome.item}: is {outcome.value} already, skipped")
    return Found(found, refused)


def approve(args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", found: Found) -> int:
    """Ask, then approve what was found. The exit code."""
    feedback = {"RequesterFeedback": args.feedback} if args.feedback else {}

    def approve_once(assignment_id: str) -> None:
        try:
            client.approve_assignment(AssignmentId=assignment_id, **feedback)
        except client.exceptions.RequestError:
            if not _is_reviewed(client, assignment_id, "Approved", args.feedback):
                raise

    return _review(
        args,
        found,
        f"Approve {_count(found.submitted)} on {crowd}?",
        approve_once,
        doing="approving",
        done="Approved",
    )


def reject(args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", found: Found) -> int:
    """Ask, showing the feedback that workers will read, then reject. The exit code."""
    if not args.feedback.strip():
        raise Error("--feedback must tell the workers why")

    def reject_once(assignment_id: str) -> None:
        try:
            client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback=args.feedback)
        except client.exceptions.RequestError:
            if not _is_reviewed(client, assignment_id, "Rejected", args.feedback):
                raise

    return _review(
        args,
        found,
        f"Reject {_count(found.submitted)} on {crowd}, with the feedback {args.feedback!r}? "
        "The workers are not paid for it.",
        reject_once,
        doing="rejecting",
        done="Rejected",
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
    act: Callable[[str], object],
    *,
    doing: str,
    done: str,
) -> int:
    refused = 0
    if found.submitted:
        simpleamt.confirm(args, question)
        refused = simpleamt.each(
            args, act, found.submitted, doing=doing, total=len(found.submitted)
        )
    simpleamt.say(f"{done} {_count(found.submitted, less=refused)}.")
    return 1 if refused or found.refused else 0


def _count(assignments: list[str], *, less: int = 0) -> str:
    number = len(assignments) - less
    return f"{number} assignment" + ("" if number == 1 else "s")


def hits_file(args: argparse.Namespace) -> tuple[Crowd, "MTurkClient", list[str]]:
    """What --hit_ids_file names, and the crowd those HITs are on."""
    batch = batches.follow(args)
    ids = batches.hit_ids(args, batch)
    crowd = simpleamt.crowd(args)
    return crowd, crowd.connect(), ids
