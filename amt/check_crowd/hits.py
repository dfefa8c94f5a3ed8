"""Checks of what a crowd does with HITs, whether anybody answers them or not."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from amt.check_crowd.checks import ID, Checks, UncheckedError, is_time, need
from amt.hits import format_question

PAGE = (
    "<!DOCTYPE html><title>Check</title><p>This HIT checks a crowd; any answer will do.</p>"
    '<form method="post" action="externalSubmit"><input type="hidden" name="assignmentId">'
    '<label>Answer <input name="answer"></label><button>Submit</button></form>'
)
LIFETIME_SECONDS = 3600
CLOCKS = timedelta(minutes=5)  # by which the crowd's clock and ours may differ
LONG_AGO = datetime.fromtimestamp(0, UTC)
ASSIGNMENTS = 2


class HitChecks:
    """The checks of HITs, in an order in which each uses what those before it created."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._name = uuid.uuid4().hex
        self._type_id: str | None = None
        self.unknown = f"3{self._name[:29].upper()}"  # the id of nothing
        self.open: list[str] = []  # the HITs that are left for answers

    def run(self) -> None:
        """Make the checks."""
        self._check_types()
        first = self._check_creation()
        self._check_get(first)
        second = self.create("another")
        self.open = [hit_id for hit_id in (first, second) if hit_id]
        self._check_lists(self.open)
        self._check_unknown_ids()
        self._check_end(self.create("the last"))

    def create(self, annotation: str) -> str | None:
        """Create a HIT of one assignment for later checks; return its id, or None."""
        try:
            return str(self._create(RequesterAnnotation=annotation)["HIT"]["HITId"])
        except Exception:  # noqa: BLE001 - an earlier check has reported it
            return None

    def _create(self, **changes: Any) -> Any:
        request = {
            "HITTypeId": need(self._type_id, "HIT type"),
            "LifetimeInSeconds": LIFETIME_SECONDS,
            "MaxAssignments": 1,
            "Question": format_question(PAGE, 400),
        }
        return self._checks.call("create_hit_with_hit_type", **request | changes)

    def _create_type(self, reward: str) -> Any:
        return self._checks.call(
            "create_hit_type",
            Title="A check of this crowd",
            Description=f"Any answer will do ({self._name})",
            Keywords="check",
            Reward=reward,
            AssignmentDurationInSeconds=600,
            AutoApprovalDelayInSeconds=86_400,
        )["HITTypeId"]

    def _check_types(self) -> None:
        check = self._checks.check
        self._type_id = check(
            "create_hit_type: HITTypeId",
            "an id of A to Z and 0 to 9, at most 64",
            lambda: self._create_type("0.05"),
            lambda value: ID.fullmatch(value) is not None,
        )
        self._checks.equal(
            "create_hit_type: the same id for the same properties",
            self._type_id,
            lambda: need(self._type_id, "HIT type") and self._create_type("0.05"),
        )
        check(
            "create_hit_type: another id for another reward",
            "another id",
            lambda: need(self._type_id, "HIT type") and self._create_type("0.06"),
            lambda value: value != self._type_id,
        )

    def _check_creation(self) -> str | None:
        checks, method = self._checks, "create_hit_with_hit_type"
        token, annotation = f"{self._name}-1", f"check {self._name}"
        request = {
            "MaxAssignments": ASSIGNMENTS,
            "RequesterAnnotation": annotation,
            "UniqueRequestToken": token,
        }
        hit = checks.check(
            f"{method}: HIT",
            "a HIT whose HITId is of A to Z and 0 to 9, at most 64",
            lambda: self._create(**request)["HIT"],
            lambda value: ID.fullmatch(value["HITId"]) is not None,
        )
        wanted = {
            "HITTypeId": self._type_id,
            "HITStatus": "Assignable",
            "MaxAssignments": ASSIGNMENTS,
            "NumberOfAssignmentsAvailable": ASSIGNMENTS,
            "NumberOfAssignmentsPending": 0,
            "NumberOfAssignmentsCompleted": 0,
            "Reward": "0.05",
            "RequesterAnnotation": annotation,
        }
        for name, value in wanted.items():
            checks.equal(f"{method}: {name}", value, read(hit, name))
        now = datetime.now(UTC)
        for name, time in {
            "CreationTime": now,
            "Expiration": now + timedelta(seconds=LIFETIME_SECONDS),
        }.items():
            checks.check(
                f"{method}: {name}",
                f"a datetime with a time zone, about {time:%Y-%m-%d %H:%M} UTC",
                read(hit, name),
                is_about(time),
            )
        checks.refused(
            "a known UniqueRequestToken",
            method,
            **self._describe_request(hit, request),
        )
        checks.refused(
            "an unknown HITTypeId",
            method,
            HITTypeId=self.unknown,
            LifetimeInSeconds=LIFETIME_SECONDS,
            Question=format_question(PAGE, 400),
        )
        return None if hit is None else str(hit["HITId"])

    def _describe_request(self, hit: Any, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "HITTypeId": self._type_id or self.unknown,
            "LifetimeInSeconds": LIFETIME_SECONDS,
            "Question": format_question(PAGE, 400),
            "words": "" if hit is None else hit["HITId"],
            **request,
        }

    def _check_get(self, hit_id: str | None) -> None:
        checks = self._checks
        hit = checks.check(
            "get_hit: HIT",
            f"the HIT {hit_id}",
            lambda: checks.call("get_hit", HITId=need(hit_id, "HIT"))["HIT"],
            lambda value: value["HITId"] == hit_id,
        )
        question = format_question(PAGE, 400)
        checks.equal("get_hit: Question", question, read(hit, "Question"))
        checks.equal("get_hit: Title", "A check of this crowd", read(hit, "Title"))

    def _check_lists(self, hit_ids: list[str]) -> None:
        checks = self._checks
        first = checks.check(
            "list_hits: the newest HITs are on the first page",
            f"HITs with {' and '.join(hit_ids)}",
            lambda: (
                need(hit_ids or None, "HIT") and checks.call("list_hits", MaxResults=100)["HITs"]
            ),
            lambda hits: set(hit_ids) <= {hit["HITId"] for hit in hits},
        )
        checks.check(
            "list_hits: the newest first",
            "HITs in the order of their CreationTime",
            lambda: [hit["CreationTime"] for hit in need(first, "page")],
            lambda times: times == sorted(times, reverse=True),
        )
        page = checks.check(
            "list_hits: MaxResults",
            "a page of 1 HIT, with a NextToken",
            lambda: need(hit_ids or None, "HIT") and checks.call("list_hits", MaxResults=1),
            lambda value: len(value["HITs"]) == 1 and bool(value.get("NextToken")),
        )

        def find_next() -> Any:
            token = need(page, "page")["NextToken"]
            return checks.call("list_hits", MaxResults=1, NextToken=token)["HITs"]

        checks.check(
            "list_hits: NextToken",
            "the next HIT",
            find_next,
            lambda hits: len(hits) == 1 and hits[0]["HITId"] != page["HITs"][0]["HITId"],
        )
        checks.check(
            "list_hits: a page after the last",
            "an end of the list, each HIT once",
            self._list_all,
            lambda ids: len(ids) == len(set(ids)),
        )

    def _list_all(self) -> list[str]:
        """Return the ids of all HITs, or of the first 1,000 of an account that has more."""
        found: list[str] = []
        request: dict[str, Any] = {"MaxResults": 100}
        for _ in range(10):
            page = self._checks.call("list_hits", **request)
            found += [hit["HITId"] for hit in page["HITs"]]
            if not page.get("NextToken") or not page["HITs"]:
                break
            request["NextToken"] = page["NextToken"]
        return found

    def _check_unknown_ids(self) -> None:
        refused, unknown = self._checks.refused, self.unknown
        of_hit = {"HITId": unknown}
        of_assignment = {"AssignmentId": unknown}
        refused("an unknown HIT", "get_hit", words="does not exist", **of_hit)
        refused("an unknown HIT", "list_assignments_for_hit", **of_hit)
        refused("an unknown HIT", "update_expiration_for_hit", ExpireAt=LONG_AGO, **of_hit)
        refused("an unknown HIT", "delete_hit", **of_hit)
        refused("an unknown assignment", "get_assignment", **of_assignment)
        refused("an unknown assignment", "approve_assignment", **of_assignment)
        refused(
            "an unknown assignment",
            "reject_assignment",
            RequesterFeedback="A check",
            **of_assignment,
        )
        refused(
            "an unknown assignment",
            "send_bonus",
            WorkerId="A1CHECK",
            BonusAmount="0.01",
            Reason="A check",
            UniqueRequestToken=f"{self._name}-bonus",
            **of_assignment,
        )

    def _check_end(self, hit_id: str | None) -> None:
        checks = self._checks
        checks.refused("a HIT that workers can take", "delete_hit", HITId=hit_id or self.unknown)
        later = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
        checks.equal(
            "update_expiration_for_hit: a later time", later, lambda: self._expire(hit_id, later)
        )
        checks.check(
            "update_expiration_for_hit: a time in the past",
            "an Expiration of now",
            lambda: self._expire(hit_id, LONG_AGO),
            lambda value: is_time(value) and value <= datetime.now(UTC) + CLOCKS,
        )
        checks.check(
            "update_expiration_for_hit: the same again",
            'nothing, or RequestError with "has already been processed"',
            lambda: self._expire(hit_id, LONG_AGO),
        )
        hit = checks.check(
            "get_hit: an expired HIT",
            "no assignment that is available",
            lambda: checks.call("get_hit", HITId=need(hit_id, "HIT"))["HIT"],
            lambda value: value["NumberOfAssignmentsAvailable"] == 0,
        )
        checks.equal(
            "get_hit: HITStatus of an expired HIT",
            "Reviewable",
            lambda: need(hit, "expired HIT")["HITStatus"],
        )
        checks.check(
            "delete_hit: an expired HIT",
            "no error",
            lambda: delete(checks, need(hit_id, "HIT")),
        )
        checks.refused(
            "a deleted HIT", "get_hit", words="does not exist", HITId=hit_id or self.unknown
        )
        checks.check(
            "list_hits: no deleted HIT",
            f"HITs without {hit_id}",
            lambda: need(hit_id, "HIT") and self._list_all(),
            lambda ids: hit_id not in ids,
        )

    def _expire(self, hit_id: str | None, time: datetime) -> Any:
        request = {"HITId": need(hit_id, "HIT"), "ExpireAt": time}
        try:
            self._checks.call("update_expiration_for_hit", **request)
        except UncheckedError:
            raise
        except Exception as error:
            if "has already been processed" not in str(error):
                raise
        return self._checks.call("get_hit", HITId=hit_id)["HIT"]["Expiration"]


def read(hit: Any, name: str) -> Callable[[], Any]:
    """Return a function that returns a member of a HIT, if there is one."""
    return lambda: need(hit, "HIT")[name]


def is_about(time: datetime) -> Callable[[Any], bool]:
    """Return a function that returns whether a value is a time near this one."""
    return lambda value: is_time(value) and abs(value - time) < CLOCKS


def delete(checks: Checks, hit_id: str) -> None:
    """Delete a HIT, after approving what was submitted meanwhile."""
    listed = checks.call("list_assignments_for_hit", HITId=hit_id, MaxResults=100)
    for assignment in listed["Assignments"]:
        if assignment["AssignmentStatus"] == "Submitted":
            checks.call("approve_assignment", AssignmentId=assignment["AssignmentId"])
    checks.call("delete_hit", HITId=hit_id)
