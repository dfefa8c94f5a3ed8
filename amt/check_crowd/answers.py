"""Checks of what a crowd does with answers, if anybody gives one while they wait."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from amt import answers
from amt.check_crowd.checks import ID, WORKER_ID, Checks, UncheckedError, is_time, need

FEEDBACK = "Thank you: a check"
PAUSE_SECONDS = 0.5  # between calls for an answer


class AnswerChecks:
    """The checks of answers, of HITs that are open."""

    def __init__(self, checks: Checks, hit_ids: Sequence[str]) -> None:
        self._checks = checks
        self._hit_ids = hit_ids
        self._token = uuid.uuid4().hex

    def run(self, wait_seconds: float, pause: Callable[[float], object] = time.sleep) -> None:
        """Make the checks, after waiting for an answer to each of two HITs."""
        self._check_empty()
        first, second = self._wait(wait_seconds, pause)
        self._check_listed(first)
        self._check_approval(first)
        self._check_bonus(first)
        self._check_rejection(second)

    def _check_empty(self) -> None:
        hit_id = self._hit_ids[0] if self._hit_ids else None
        self._checks.equal(
            "list_assignments_for_hit: none is Approved",
            [],
            lambda: self._list(need(hit_id, "HIT"), AssignmentStatuses=["Approved"]),
        )

    def _wait(
        self, wait_seconds: float, pause: Callable[[float], object]
    ) -> tuple[Any | None, Any | None]:
        """Return an answer to each of the first two HITs, as far as they come in time."""
        end = time.monotonic() + wait_seconds
        found: list[Any | None] = [None, None]
        while True:
            for number, hit_id in enumerate(self._hit_ids[:2]):
                found[number] = found[number] or self._find_answer(hit_id)
            if all(found) or time.monotonic() >= end:
                return found[0], found[1]
            pause(PAUSE_SECONDS)

    def _find_answer(self, hit_id: str) -> Any | None:
        try:
            return next(iter(self._list(hit_id)), None)
        except Exception:  # noqa: BLE001 - a check of an empty list has reported it
            return None

    def _list(self, hit_id: str, **more: Any) -> Any:
        listed = self._checks.call("list_assignments_for_hit", HITId=hit_id, MaxResults=100, **more)
        return listed["Assignments"]

    def _get(self, assignment: Any) -> Any:
        given = need(assignment, "answer yet")
        return self._checks.call("get_assignment", AssignmentId=given["AssignmentId"])["Assignment"]

    def _check_listed(self, assignment: Any | None) -> None:
        checks, method = self._checks, "list_assignments_for_hit"

        def find(name: str) -> Callable[[], Any]:
            return lambda: need(assignment, "answer yet")[name]

        text = "an id of A to Z and 0 to 9, at most 64"
        matches = ID.fullmatch
        checks.check(
            f"{method}: AssignmentId", text, find("AssignmentId"), lambda v: bool(matches(v))
        )
        checks.check(
            f"{method}: WorkerId",
            f"{text}, that begins with A",
            find("WorkerId"),
            lambda value: bool(WORKER_ID.fullmatch(value)),
        )
        checks.equal(f"{method}: HITId", self._hit_ids[0] if self._hit_ids else "", find("HITId"))
        checks.equal(f"{method}: AssignmentStatus", "Submitted", find("AssignmentStatus"))
        accepted = checks.check(
            f"{method}: AcceptTime", "a datetime with a time zone", find("AcceptTime"), is_time
        )
        checks.check(
            f"{method}: SubmitTime",
            "a datetime with a time zone, not before AcceptTime",
            find("SubmitTime"),
            lambda value: is_time(value) and (accepted is None or value >= accepted),
        )
        checks.check(
            f"{method}: Answer",
            "QuestionFormAnswers XML with a field",
            lambda: answers.parse_fields(find("Answer")()),
            bool,
        )
        checks.check(
            f"{method}: AssignmentStatuses",
            "the answer that is Submitted",
            lambda: self._list(find("HITId")(), AssignmentStatuses=["Submitted"]),
            lambda listed: find("AssignmentId")() in [each["AssignmentId"] for each in listed],
        )
        checks.equal(
            "get_assignment: HIT",
            self._hit_ids[0] if self._hit_ids else "",
            lambda: checks.call("get_assignment", AssignmentId=find("AssignmentId")())["HIT"][
                "HITId"
            ],
        )
        checks.check(
            "get_assignment: Assignment",
            "the same as listed",
            lambda: self._get(assignment),
            lambda value: all(value[name] == find(name)() for name in ("AssignmentId", "Answer")),
        )
        self._refuse("answers that are not reviewed", "delete_hit", assignment, of="HITId")

    def _check_approval(self, assignment: Any | None) -> None:
        checks, method = self._checks, "approve_assignment"
        approved = checks.check(
            f"{method}: AssignmentStatus",
            "Approved",
            lambda: self._review(assignment, method),
            lambda value: value["AssignmentStatus"] == "Approved",
        )
        self._check_reviewed(method, approved, "ApprovalTime")
        checks.check(
            "get_hit: NumberOfAssignmentsCompleted",
            "1, or more if others reviewed",
            lambda: checks.call("get_hit", HITId=need(approved, "approved answer")["HITId"])["HIT"],
            lambda hit: hit["NumberOfAssignmentsCompleted"] >= 1,
        )
        self._refuse("an approved assignment", method, approved)
        self._refuse(
            "an approved assignment", "reject_assignment", approved, RequesterFeedback=FEEDBACK
        )

    def _check_rejection(self, assignment: Any | None) -> None:
        method = "reject_assignment"
        rejected = self._checks.check(
            f"{method}: AssignmentStatus",
            "Rejected",
            lambda: self._review(assignment, method),
            lambda value: value["AssignmentStatus"] == "Rejected",
        )
        self._check_reviewed(method, rejected, "RejectionTime")
        self._refuse("a rejected assignment", "approve_assignment", rejected)
        self._checks.check(
            "approve_assignment: OverrideRejection",
            "Approved",
            lambda: self._review(rejected, "approve_assignment", OverrideRejection=True),
            lambda value: value["AssignmentStatus"] == "Approved",
        )

    def _check_reviewed(self, method: str, reviewed: Any | None, time_name: str) -> None:
        what = "reviewed answer"
        self._checks.check(
            f"{method}: {time_name}",
            "a datetime with a time zone",
            lambda: need(reviewed, what)[time_name],
            is_time,
        )
        self._checks.equal(
            f"{method}: RequesterFeedback",
            FEEDBACK,
            lambda: need(reviewed, what)["RequesterFeedback"],
        )

    def _review(self, assignment: Any | None, method: str, **more: Any) -> Any:
        given = need(assignment, "answer yet")
        request = {"AssignmentId": given["AssignmentId"], "RequesterFeedback": FEEDBACK}
        self._checks.call(method, **request | more)
        return self._get(given)

    def _check_bonus(self, assignment: Any | None) -> None:
        checks = self._checks
        checks.check("send_bonus: a bonus", "no error", lambda: self._send_bonus(assignment))
        checks.check(
            "send_bonus: a known UniqueRequestToken",
            "nothing, or RequestError with the token",
            lambda: self._send_bonus(assignment, is_known=True),
        )
        self._refuse(
            "a worker who did not do it",
            "send_bonus",
            assignment,
            codes=("RequestError", "ParameterValidationError"),
            WorkerId="A1CHECK",
            BonusAmount="0.01",
            Reason=FEEDBACK,
            UniqueRequestToken=f"{self._token}-2",
        )

    def _send_bonus(self, assignment: Any | None, *, is_known: bool = False) -> None:
        given = need(assignment, "answer yet")
        try:
            self._checks.call(
                "send_bonus",
                WorkerId=given["WorkerId"],
                AssignmentId=given["AssignmentId"],
                BonusAmount="0.01",
                Reason=FEEDBACK,
                UniqueRequestToken=self._token,
            )
        except UncheckedError:
            raise
        except Exception as error:
            if not is_known or self._token not in str(error):
                raise

    def _refuse(
        self,
        name: str,
        method: str,
        assignment: Any | None,
        *,
        of: str = "AssignmentId",
        **more: Any,
    ) -> None:
        """Check that a call about an answer is refused; without one it is not checked."""
        if assignment is None:
            self._checks.check(
                f"{method}: {name}", "RequestError", lambda: need(None, "such an answer")
            )
            return
        self._checks.refused(name, method, **{of: assignment[of]}, **more)
