"""Review policies: answers compared with known ones and with each other, and what follows."""

from collections import Counter
from typing import Any

import pytest

from tests.support.crowds import (
    DAY,
    HIT_TYPE,
    HOUR,
    QUESTION,
    CrowdUnderTest,
    business,
    invalid,
    refusal,
)
from tests.support.outbox_reader import specification, told
from tests.support.review_policies import PHOTO_KEY, known_answers, plurality


def photo_answers(right: int) -> list[tuple[str, str]]:
    """Answers to all known photos, so many of them right."""
    return [
        (question, value if number < right else "no")
        for number, (question, value) in enumerate(PHOTO_KEY.items())
    ]


def report(crowd: CrowdUnderTest, hit_id: str, level: str, **request: Any) -> dict[str, Any]:
    report = crowd.client.list_review_policy_results_for_hit(HITId=hit_id, **request)
    return report[f"{level}ReviewReport"]


def results(crowd: CrowdUnderTest, hit_id: str, level: str = "Assignment") -> list[tuple[str, ...]]:
    """Each result: subject id, question id (if any), key, value."""
    return [
        tuple(
            filter(None, (r["SubjectId"], r.get("QuestionId"), r["Key"], r["Value"])),
        )
        for r in report(crowd, hit_id, level)["ReviewResults"]
    ]


def actions(
    crowd: CrowdUnderTest, hit_id: str, level: str = "Assignment"
) -> list[tuple[str, str, str]]:
    """Each action but "review": name, target, status."""
    return [
        (a["ActionName"], a["TargetId"], a["Status"])
        for a in report(crowd, hit_id, level)["ReviewActions"]
        if a["ActionName"] != "review"
    ]


@pytest.mark.parametrize(
    ("right", "score", "available"), [(5, "100", 0), (4, "80", 0), (3, "60", 1), (0, "0", 1)]
)
def test_amazons_photo_moderation(
    crowd: CrowdUnderTest, right: int, score: str, available: int
) -> None:
    """Amazon's use case: below 4 of 5 known answers the HIT goes to one worker more."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers(
            ExtendIfKnownAnswerScoreIsLessThan=80, ExtendMaximumAssignments=3
        )
    )
    done = crowd.do(crowd.make_worker(), hit_id, photo_answers(right))

    assert results(crowd, hit_id)[-1] == (done, "KnownAnswerScore", score)
    assert results(crowd, hit_id)[:-1] == [
        (done, question, "KnownAnswerCorrect", str(int(number < right)))
        for number, question in enumerate(PHOTO_KEY)
    ]
    assert actions(crowd, hit_id) == [("extend", hit_id, "Succeeded")] * available
    assert crowd.hit(hit_id)["NumberOfAssignmentsAvailable"] == available
    assert crowd.hit(hit_id)["MaxAssignments"] == 1 + available
    assert crowd.assignment(done)["AssignmentStatus"] == "Submitted"


def test_the_extension_ends(crowd: CrowdUnderTest) -> None:
    """Up to three workers get the HIT, however wrong they are; the last attempt is noted."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers(
            ExtendIfKnownAnswerScoreIsLessThan=80, ExtendMaximumAssignments=3
        )
    )
    for name in ("Ada", "Bob", "Cy"):
        crowd.do(crowd.make_worker(name), hit_id, photo_answers(0))

    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)
    assert crowd.hit(hit_id)["MaxAssignments"] == 3
    assert actions(crowd, hit_id) == [("extend", hit_id, "Succeeded")] * 3


@pytest.mark.parametrize(
    ("right", "status", "feedback"),
    [(5, "Approved", "Well done"), (4, "Approved", "Well done"), (3, "Submitted", None), (1, "Rejected", "Look again")],
)  # fmt: skip
def test_work_is_judged_by_its_score(
    crowd: CrowdUnderTest, right: int, status: str, feedback: str | None
) -> None:
    """From 80 on work is approved, below 40 it is rejected, with the reasons given."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers(
            ApproveIfKnownAnswerScoreIsAtLeast=80,
            ApproveReason="Well done",
            RejectIfKnownAnswerScoreIsLessThan=40,
            RejectReason="Look again",
        )
    )
    assignment = crowd.assignment(crowd.do(crowd.make_worker(), hit_id, photo_answers(right)))

    assert assignment["AssignmentStatus"] == status
    assert assignment.get("RequesterFeedback") == feedback


@pytest.mark.parametrize(
    ("parameters", "right", "status"),
    [
        ({"ApproveIfKnownAnswerScoreIsAtLeast": 0}, 0, "Approved"),  # always
        ({"ApproveIfKnownAnswerScoreIsAtLeast": 101}, 5, "Submitted"),  # never
        ({"RejectIfKnownAnswerScoreIsLessThan": 0}, 0, "Submitted"),  # never
        ({"RejectIfKnownAnswerScoreIsLessThan": 101}, 5, "Rejected"),  # always
    ],
)
def test_the_ends_of_the_scale(
    crowd: CrowdUnderTest, parameters: dict[str, int], right: int, status: str
) -> None:
    """0 and 101 mean always and never, as Amazon's reference says."""
    hit_id = crowd.make_hit(AssignmentReviewPolicy=known_answers(**parameters))
    assignment_id = crowd.do(crowd.make_worker(), hit_id, photo_answers(right))

    assert crowd.assignment(assignment_id)["AssignmentStatus"] == status


def test_approval_comes_before_rejection(crowd: CrowdUnderTest) -> None:
    """When a score is for both, the worker is paid, and the rejection is noted as failed."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers(
            ApproveIfKnownAnswerScoreIsAtLeast=50, RejectIfKnownAnswerScoreIsLessThan=90
        )
    )
    done = crowd.do(crowd.make_worker(), hit_id, photo_answers(4))

    assert crowd.assignment(done)["AssignmentStatus"] == "Approved"
    review, approve, reject = report(crowd, hit_id, "Assignment")["ReviewActions"]
    assert review["ActionName"] == "review"
    assert review["Result"] == "4 of 5 known answers are correct"
    assert "ErrorCode" not in approve
    assert {name: reject[name] for name in reject if name not in ("ActionId", "CompleteTime")} == {
        "ActionName": "reject",
        "TargetId": done,
        "TargetType": "Assignment",
        "Status": "Failed",
        "Result": "Assignment was in an invalid state for this operation.",
        "ErrorCode": "AWS.MechanicalTurk.InvalidAssignmentState",
    }


def test_a_policy_is_faster_than_auto_approval(crowd: CrowdUnderTest) -> None:
    """Work that would be approved at once may be rejected by the policy before."""
    hit_id = crowd.make_hit(
        AutoApprovalDelayInSeconds=0,
        AssignmentReviewPolicy=known_answers(RejectIfKnownAnswerScoreIsLessThan=80),
    )
    bad = crowd.do(crowd.make_worker(), hit_id, photo_answers(0))

    assert crowd.assignment(bad)["AssignmentStatus"] == "Rejected"


def test_the_extension_gives_time(crowd: CrowdUnderTest) -> None:
    """The HIT stays open for the seconds named at least, and never shorter than it was."""
    policy = known_answers(
        ExtendIfKnownAnswerScoreIsLessThan=80, ExtendMinimumTimeInSeconds=2 * HOUR
    )
    short, long = (
        crowd.make_hit(LifetimeInSeconds=seconds, AssignmentReviewPolicy=policy)
        for seconds in (HOUR, DAY)
    )
    before = crowd.hit(long)["Expiration"]
    crowd.clock.advance(600)
    for hit_id in (short, long):
        crowd.do(crowd.make_worker(), hit_id, photo_answers(0))

    assert crowd.hit(short)["Expiration"].timestamp() == crowd.clock.now + 2 * HOUR
    assert crowd.hit(long)["Expiration"] == before


def test_extensions_obey_the_rule_of_ten(crowd: CrowdUnderTest) -> None:
    """A HIT made with nine assignments never gets ten: the action fails, and the work is kept."""
    hit_id = crowd.make_hit(
        MaxAssignments=9,
        AssignmentReviewPolicy=known_answers(
            ExtendIfKnownAnswerScoreIsLessThan=80, ExtendMaximumAssignments=25
        ),
    )
    done = crowd.do(crowd.make_worker(), hit_id, photo_answers(0))
    *_, action = report(crowd, hit_id, "Assignment")["ReviewActions"]

    assert (action["ActionName"], action["Status"]) == ("extend", "Failed")
    assert action["ErrorCode"] == "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    assert crowd.hit(hit_id)["MaxAssignments"] == 9
    assert crowd.assignment(done)["AssignmentStatus"] == "Submitted"


def test_what_cannot_be_paid_is_noted(open_crowd: Any) -> None:
    """Without funds on the live site a policy does not extend, and the work is kept."""
    crowd = open_crowd("live")
    crowd.give_budget(5)
    hit_id = crowd.make_hit(
        Reward="0.05", AssignmentReviewPolicy=known_answers(ExtendIfKnownAnswerScoreIsLessThan=80)
    )
    crowd.do(crowd.make_worker(), hit_id, photo_answers(0))
    *_, action = report(crowd, hit_id, "Assignment")["ReviewActions"]

    assert (action["ActionName"], action["Status"]) == ("extend", "Failed")
    assert action["ErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert crowd.hit(hit_id)["MaxAssignments"] == 1


# Amazon's API reference, "HIT Review Policies", the example chart.
CHART = [
    {"A": "coat", "B": "blue", "C": "large", "D": "Furry"},
    {"A": "sweater", "B": "blue", "C": "large", "D": "fur"},
    {"A": "coat", "B": "green", "C": "large", "D": "furr"},
]


def do_chart(crowd: CrowdUnderTest, hit_id: str) -> list[str]:
    return [
        do_later(crowd, f"Worker{number}", hit_id, **fields)
        for number, fields in enumerate(CHART, 1)
    ]


def do_later(crowd: CrowdUnderTest, name: str, hit_id: str, **fields: str) -> str:
    """The worker does the HIT a second later than who did it before; the assignment's id."""
    crowd.clock.advance(1)
    return crowd.do(crowd.make_worker(name), hit_id, list(fields.items()))


def test_amazons_chart_of_agreement(crowd: CrowdUnderTest) -> None:
    """The results of Amazon's example: its scores, in the keys of its reference."""
    hit_id = crowd.make_hit(MaxAssignments=3, HITReviewPolicy=plurality("A", "B", "C", "D"))
    first, second, third = do_chart(crowd, hit_id)

    assert results(crowd, hit_id, "HIT") == [
        (hit_id, "A", "AgreedAnswerFound", "true"),
        (hit_id, "A", "AgreedAnswer", "coat"),
        (hit_id, "A", "AnswerAgreementScore", "66"),
        (hit_id, "B", "AgreedAnswerFound", "true"),
        (hit_id, "B", "AgreedAnswer", "blue"),
        (hit_id, "B", "AnswerAgreementScore", "66"),
        (hit_id, "C", "AgreedAnswerFound", "true"),
        (hit_id, "C", "AgreedAnswer", "large"),
        (hit_id, "C", "AnswerAgreementScore", "100"),
        (hit_id, "D", "AgreedAnswerFound", "false"),
        (hit_id, "HitAgreementScore", "75"),
        (first, "WorkerAgreementScore", "100"),
        (first, "PluralityAnswersCorrect", "3"),
        (first, "PluralityAnswersIncorrect", "0"),
        (second, "WorkerAgreementScore", "66"),
        (second, "PluralityAnswersCorrect", "2"),
        (second, "PluralityAnswersIncorrect", "1"),
        (third, "WorkerAgreementScore", "66"),
        (third, "PluralityAnswersCorrect", "2"),
        (third, "PluralityAnswersIncorrect", "1"),
    ]
    assert actions(crowd, hit_id, "HIT") == []
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


def test_the_policy_waits_for_the_last(crowd: CrowdUnderTest) -> None:
    """A HIT-level policy runs when the HIT becomes reviewable, not before."""
    hit_id = crowd.make_hit(MaxAssignments=4, HITReviewPolicy=plurality("A"))
    do_chart(crowd, hit_id)
    assert results(crowd, hit_id, "HIT") == []
    crowd.clock.advance(7 * DAY)  # it expires, and is reviewable with what there is

    assert (hit_id, "HitAgreementScore", "100") in results(crowd, hit_id, "HIT")


def test_work_is_judged_by_agreement(crowd: CrowdUnderTest) -> None:
    """Who agrees with all is approved, who agrees with less than 70 of 100 is rejected."""
    hit_id = crowd.make_hit(
        MaxAssignments=3,
        HITReviewPolicy=plurality(
            "A",
            "B",
            "C",
            "D",
            ApproveIfWorkerAgreementScoreIsAtLeast=100,
            RejectIfWorkerAgreementScoreIsLessThan=66,
            RejectReason="The others say otherwise",
        ),
    )
    first, second, third = do_chart(crowd, hit_id)

    assert [crowd.assignment(done)["AssignmentStatus"] for done in (first, second, third)] == [
        "Approved",
        "Submitted",
        "Submitted",
    ]
    assert actions(crowd, hit_id, "HIT") == [("approve", first, "Succeeded")]


def test_disagreement_extends_to_a_third(crowd: CrowdUnderTest) -> None:
    """Two who disagree bring a third; the policy runs again, and judges all by the majority."""
    hit_id = crowd.make_hit(
        MaxAssignments=2,
        HITReviewPolicy=plurality(
            "colour",
            ExtendIfHITAgreementScoreIsLessThan=100,
            ExtendMaximumAssignments=3,
            ApproveIfWorkerAgreementScoreIsAtLeast=100,
            RejectIfWorkerAgreementScoreIsLessThan=100,
            RejectReason="The others saw red",
        ),
    )
    red = do_later(crowd, "Ada", hit_id, colour="red")
    blue = do_later(crowd, "Bob", hit_id, colour="blue")
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)
    third = do_later(crowd, "Cy", hit_id, colour="red")

    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 3)
    assert actions(crowd, hit_id, "HIT") == [
        ("extend", hit_id, "Succeeded"),
        ("approve", red, "Succeeded"),
        ("reject", blue, "Succeeded"),
        ("approve", third, "Succeeded"),
    ]
    assert crowd.assignment(blue)["RequesterFeedback"] == "The others saw red"


def test_events_of_a_policy(crowd: CrowdUnderTest) -> None:
    """A HIT that its policy extends is told to be extended, and reviewable only in the end."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    crowd.client.update_notification_settings(
        HITTypeId=type_id,
        Notification=specification(
            EventTypes=["HITExtended", "HITReviewable", "AssignmentApproved", "AssignmentSubmitted"]
        ),
    )
    hit_id = crowd.make_hit(
        MaxAssignments=2,
        HITReviewPolicy=plurality(
            "q",
            ExtendIfHITAgreementScoreIsLessThan=100,
            ExtendMaximumAssignments=3,
            ApproveIfWorkerAgreementScoreIsAtLeast=100,
        ),
    )
    for name, value in (("Ada", "red"), ("Bob", "blue"), ("Cy", "red")):
        crowd.do(crowd.make_worker(name), hit_id, [("q", value)])

    assert [event for event, _ in told(crowd)] == [
        "AssignmentSubmitted",
        "AssignmentSubmitted",
        "HITExtended",
        "AssignmentSubmitted",
        "AssignmentApproved",
        "AssignmentApproved",
        "HITReviewable",
    ]


def test_expirations_that_follow_each_other(crowd: CrowdUnderTest) -> None:
    """A policy extends an expired HIT, which expires again, to its end, each at its own time."""
    hit_id = crowd.make_hit(
        MaxAssignments=2,
        LifetimeInSeconds=HOUR,
        HITReviewPolicy=plurality(
            "q",
            QuestionAgreementThreshold=99,
            ExtendIfHITAgreementScoreIsLessThan=100,
            ExtendMaximumAssignments=4,
            ExtendMinimumTimeInSeconds=HOUR,
            DisregardAssignmentIfRejected="T",
        ),
    )
    done = crowd.do(crowd.make_worker(), hit_id, [("q", "red")])
    crowd.client.reject_assignment(AssignmentId=done, RequesterFeedback="No")
    crowd.clock.advance(DAY)

    policy_report = report(crowd, hit_id, "HIT")
    assert [a["CompleteTime"].hour for a in policy_report["ReviewActions"]] == [1, 2, 3]
    assert Counter(r["Value"] for r in policy_report["ReviewResults"] if r["Key"] == "HitAgreementScore") == {"0": 3}  # fmt: skip
    assert crowd.hit(hit_id)["MaxAssignments"] == 4
    assert crowd.hit(hit_id)["Expiration"].hour == 3
    assert crowd.hit(hit_id)["HITStatus"] == "Reviewable"


def test_an_untouched_hit_is_not_reviewed(crowd: CrowdUnderTest) -> None:
    """A HIT that expires without any work is not extended by a policy."""
    hit_id = crowd.make_hit(
        LifetimeInSeconds=HOUR,
        HITReviewPolicy=plurality(
            "q", ExtendIfHITAgreementScoreIsLessThan=100, ExtendMaximumAssignments=5
        ),
    )
    crowd.clock.advance(DAY)

    assert report(crowd, hit_id, "HIT") == {"ReviewResults": [], "ReviewActions": []}
    assert crowd.hit(hit_id)["MaxAssignments"] == 1


def test_rejected_work_may_be_disregarded(crowd: CrowdUnderTest) -> None:
    """With T, rejected work counts no more; with F it does."""
    hit_ids = [
        crowd.make_hit(
            MaxAssignments=3,
            HITReviewPolicy=plurality("q", DisregardAssignmentIfRejected=flag),
        )
        for flag in ("T", "F")
    ]
    for hit_id in hit_ids:
        bad = crowd.do(crowd.make_worker("Ada"), hit_id, [("q", "no")])
        crowd.client.reject_assignment(AssignmentId=bad, RequesterFeedback="No")
        for name in ("Bob", "Cy"):
            crowd.do(crowd.make_worker(name), hit_id, [("q", "yes")])
    scores = [
        value
        for hit_id in hit_ids
        for *_, key, value in results(crowd, hit_id, "HIT")
        if key == "AnswerAgreementScore"
    ]

    assert scores == ["100", "66"]


def test_work_with_a_low_known_score_may_be_disregarded(crowd: CrowdUnderTest) -> None:
    """Amazon's second use case: who fails the known photos does not count for the others."""
    hit_id = crowd.make_hit(
        MaxAssignments=3,
        AssignmentReviewPolicy=known_answers(ApproveIfKnownAnswerScoreIsAtLeast=80),
        HITReviewPolicy=plurality(
            "photo",
            QuestionAgreementThreshold=100,
            DisregardAssignmentIfRejected=None,
            DisregardAssignmentIfKnownAnswerScoreIsLessThan=80,
        ),
    )
    for name, right, value in (("Ada", 5, "ok"), ("Bob", 4, "ok"), ("Cy", 3, "bad")):
        crowd.do(crowd.make_worker(name), hit_id, [*photo_answers(right), ("photo", value)])

    policy_results = results(crowd, hit_id, "HIT")
    assert (hit_id, "photo", "AgreedAnswer", "ok") in policy_results
    assert (hit_id, "photo", "AnswerAgreementScore", "100") in policy_results
    assert sum(result[1] == "WorkerAgreementScore" for result in policy_results) == 2


def test_later_decisions_of_a_policy(crowd: CrowdUnderTest) -> None:
    """What is decided already is not decided again: the same is fine, another fails."""
    hit_id = crowd.make_hit(
        MaxAssignments=2,
        HITReviewPolicy=plurality("q", ApproveIfWorkerAgreementScoreIsAtLeast=50),
    )
    first = do_later(crowd, "Ada", hit_id, q="a")
    crowd.client.approve_assignment(AssignmentId=first)
    second = do_later(crowd, "Bob", hit_id, q="a")
    review_actions = report(crowd, hit_id, "HIT")["ReviewActions"]

    assert [(a["TargetId"], a["Status"], a["Result"]) for a in review_actions] == [
        (first, "Succeeded", "Already approved"),
        (second, "Succeeded", "Approved"),
    ]


def test_the_report_names_its_policies(crowd: CrowdUnderTest) -> None:
    """Policies are named without their parameters; levels and kinds can be chosen."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers({"q": "a"}, ApproveIfKnownAnswerScoreIsAtLeast=1),
        HITReviewPolicy=plurality("q"),
    )
    crowd.do(crowd.make_worker(), hit_id, [("q", "a")])
    ask = crowd.client.list_review_policy_results_for_hit
    both = ask(HITId=hit_id)

    assert both["HITId"] == hit_id
    assert both["AssignmentReviewPolicy"] == {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}
    assert both["HITReviewPolicy"] == {"PolicyName": "SimplePlurality/2011-09-01"}
    assert len(both["AssignmentReviewReport"]["ReviewActions"]) == 2
    only_hit = ask(HITId=hit_id, PolicyLevels=["HIT"], RetrieveActions=False)
    assert "AssignmentReviewPolicy" not in only_hit
    assert "AssignmentReviewReport" not in only_hit
    assert only_hit["HITReviewReport"]["ReviewResults"]
    no_results = ask(HITId=hit_id, PolicyLevels=["Assignment"], RetrieveResults=False)
    assert no_results["AssignmentReviewReport"]["ReviewResults"] == []
    assert no_results["AssignmentReviewReport"]["ReviewActions"]
    nothing = ask(HITId=hit_id, RetrieveResults=False, RetrieveActions=False)
    assert nothing["AssignmentReviewReport"] == {"ReviewResults": [], "ReviewActions": []}
    assert set(ask(HITId=crowd.make_hit())) == {"HITId", "ResponseMetadata"}


def test_reports_come_in_pages(crowd: CrowdUnderTest) -> None:
    """Pages hold every result and action once, in order; the last is empty and names no next."""
    hit_id = crowd.make_hit(
        AssignmentReviewPolicy=known_answers(ApproveIfKnownAnswerScoreIsAtLeast=0)
    )
    crowd.do(crowd.make_worker(), hit_id, photo_answers(2))
    ask = crowd.client.list_review_policy_results_for_hit
    whole = ask(HITId=hit_id)["AssignmentReviewReport"]
    pages, token = [], {}
    while True:
        page = ask(HITId=hit_id, MaxResults=3, **token)
        pages.append(page["AssignmentReviewReport"])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}

    assert [len(p["ReviewResults"]) + len(p["ReviewActions"]) for p in pages] == [3, 3, 2, 0]
    for kind, size in (("ReviewResults", 6), ("ReviewActions", 2)):
        assert [item for p in pages for item in p[kind]] == whole[kind]
        assert len({item["ActionId"] for item in whole[kind]}) == size


def test_whose_results_they_are(crowd: CrowdUnderTest) -> None:
    """Results of an unknown HIT are refused, and of one that is deleted."""
    ask = crowd.client.list_review_policy_results_for_hit
    hit_id = crowd.make_hit(LifetimeInSeconds=30)
    crowd.clock.advance(30)
    crowd.client.delete_hit(HITId=hit_id)

    for gone in ("3NONE", hit_id):
        assert refusal(ask, HITId=gone) == business(
            f"Hit {gone} does not exist.", "HITDoesNotExist"
        )


def test_policies_of_hits_of_a_type(crowd: CrowdUnderTest) -> None:
    """CreateHITWithHITType takes policies too, other ones for each HIT."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    make = crowd.client.create_hit_with_hit_type
    hit_id = make(
        HITTypeId=type_id,
        LifetimeInSeconds=HOUR,
        Question=QUESTION,
        AssignmentReviewPolicy=known_answers({"q": "a"}, ApproveIfKnownAnswerScoreIsAtLeast=100),
    )["HIT"]["HITId"]

    done = crowd.do(crowd.make_worker(), hit_id, [("q", " a ")])
    assert crowd.assignment(done)["AssignmentStatus"] == "Approved"


def test_a_parameter_takes_one_value(crowd: CrowdUnderTest) -> None:
    """A parameter of one value is refused with two, and with none."""
    for values in (["1", "2"], []):
        policy = known_answers()
        policy["Parameters"].append({"Key": "ExtendMaximumAssignments", "Values": values})
        assert refusal(crowd.make_hit, AssignmentReviewPolicy=policy) == invalid(
            f"The parameter ExtendMaximumAssignments has {len(values)} values. It must have one."
        )


def test_amazons_spelling_of_question_ids(crowd: CrowdUnderTest) -> None:
    """Amazon's examples say QuestionIDs; its reference, a list with commas. Both are read."""
    policy = plurality("p, q")
    policy["Parameters"][0]["Key"] = "QuestionIDs"
    hit_id = crowd.make_hit(HITReviewPolicy=policy)
    crowd.do(crowd.make_worker(), hit_id, [("p", "1"), ("q", "2")])

    assert [r[1] for r in results(crowd, hit_id, "HIT") if r[2] == "AgreedAnswer"] == ["p", "q"]
