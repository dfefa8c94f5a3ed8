"""The server's clock is set back: nobody is signed out or locked out, and times keep their order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_crowd.operations.notifications import outbox
from local_crowd.operations.people import sign_in_limits
from local_crowd.operations.qualifications import for_workers
from local_crowd.operations.work import worker_actions
from tests.support.crowds import DAY, HOUR, MINUTE, CrowdUnderTest
from tests.support.outbox_reader import specification
from tests.support.qualification_samples import make_type, question_form
from tests.support.requester_sites import RequesterWorld
from tests.support.worker_sites import World, words

YEAR = 365 * DAY
MONTH = 31 * DAY  # how long a worker's session lasts


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[RequesterWorld]:
    """A crowd in which nothing has happened yet."""
    world = RequesterWorld(tmp_path / "crowd")
    yield world
    world.app.close()


@pytest.mark.parametrize("seconds", [1, HOUR, 10 * YEAR])
def test_workers_stay_signed_in(world: World, seconds: int) -> None:
    """A session from the future goes on, and lasts no longer than it should from now."""
    ada = world.visitor("Ada")
    world.clock.advance(-seconds)
    assert "Ada" in words(ada.get("/my_work"))
    world.clock.advance(MONTH)
    assert ada.get("/my_work").status_code == 200
    world.clock.advance(1)
    assert ada.get("/my_work").location == "/sandbox/sign_in?next=/my_work"


def test_an_accepted_hit_goes_on(world: World) -> None:
    """Whoever works when the clock is set back submits, and can have another HIT."""
    ada, hit, assignment_id = world.holder(MaxAssignments=2)
    world.clock.advance(-HOUR)
    assert ada.get(f"/work/{assignment_id}").status_code == 200
    assert ada.submit(assignmentId=assignment_id, word="cat").status_code == 200
    assert world.visitor("Bob").accept(hit["HITTypeId"])


def test_requesters_stay_signed_in_no_longer_than_they_should(offices: RequesterWorld) -> None:
    """Their sessions, which can spend money, end after 12 hours as ever."""
    lab = offices.member()
    offices.clock.advance(-YEAR)
    assert lab.get("/requester/").status_code == 200
    offices.clock.advance(12 * HOUR - 1)
    assert lab.get("/requester/").status_code == 200
    offices.clock.advance(1)
    assert "/requester/sign_in" in lab.get("/requester/").location


def test_a_forged_cookie_of_the_future_is_nobodys(world: World) -> None:
    """The signature counts, whatever time it names."""
    ada = world.visitor("Ada")
    name = "local_crowd_sandbox"
    cookie = ada.client.get_cookie(name, path="/sandbox/")
    assert cookie is not None
    data, time, signature = cookie.value.split(".")
    ada.client.set_cookie(name, f"{data}.{time[::-1]}.{signature}", path="/sandbox/")
    assert ada.get("/my_work").status_code == 303


def test_the_times_of_an_assignment_keep_their_order(crowd: CrowdUnderTest) -> None:
    """Nothing is submitted before it was accepted, nor decided before it was submitted."""
    worker = crowd.make_worker()
    hit_id = crowd.make_hit(MaxAssignments=2)
    with crowd.site.writing() as call:
        first = worker_actions.accept(call, worker, hit_id).assignment_id
    crowd.clock.advance(-HOUR)
    with crowd.site.writing() as call:
        worker_actions.submit(call, first, [("word", "cat")])
    crowd.clock.advance(-HOUR)
    crowd.client.reject_assignment(AssignmentId=first, RequesterFeedback="no")
    crowd.clock.advance(-HOUR)
    crowd.client.approve_assignment(AssignmentId=first, OverrideRejection=True)

    assignment = crowd.client.get_assignment(AssignmentId=first)["Assignment"]
    times = [assignment[f"{name}Time"] for name in ("Accept", "Submit", "Rejection", "Approval")]
    assert times == sorted(times)
    assert assignment["AutoApprovalTime"] > assignment["SubmitTime"]


def test_work_approved_at_once_keeps_its_order(crowd: CrowdUnderTest) -> None:
    """Without a delay of approval, too."""
    hit_id, worker = crowd.make_hit(AutoApprovalDelayInSeconds=0), crowd.make_worker()
    with crowd.site.writing() as call:
        assignment_id = worker_actions.accept(call, worker, hit_id).assignment_id
    crowd.clock.advance(-HOUR)
    with crowd.site.writing() as call:
        worker_actions.submit(call, assignment_id, [("word", "cat")])
    assignment = crowd.client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert assignment["AcceptTime"] == assignment["SubmitTime"] == assignment["ApprovalTime"]


def test_a_test_is_not_submitted_before_it_was_begun(crowd: CrowdUnderTest) -> None:
    """Qualification requests have an order as well."""
    form = question_form({"a": ("b", "c")})
    type_id = make_type(crowd, Test=form, TestDurationInSeconds=600)
    worker = crowd.make_worker()
    with crowd.site.writing() as call:
        begun = call.now
        asked = for_workers.request(call, worker, type_id)
    crowd.clock.advance(-HOUR)
    with crowd.site.writing() as call:
        for_workers.submit_test(call, worker, asked.request_id, [("answer.a", "b")])
    (request,) = crowd.client.list_qualification_requests()["QualificationRequests"]
    assert request["SubmitTime"].timestamp() == begun


def test_nobody_is_locked_out(crowd: CrowdUnderTest) -> None:
    """Attempts to sign in that were counted in the future do not keep anybody out until then."""
    for _ in range(sign_in_limits.ACCOUNT_AND_ADDRESS.burst):
        with crowd.site.writing() as call:
            sign_in_limits.count_attempt(call, "ada", "192.0.2.1")
    with pytest.raises(sign_in_limits.TooManyAttempts), crowd.site.writing() as call:
        sign_in_limits.count_attempt(call, "ada", "192.0.2.1")
    crowd.clock.advance(-DAY)
    for _ in range(sign_in_limits.ACCOUNT_AND_ADDRESS.burst):
        with crowd.site.writing() as call:
            sign_in_limits.count_attempt(call, "ada", "192.0.2.1")
    with pytest.raises(sign_in_limits.TooManyAttempts) as caught, crowd.site.writing() as call:
        sign_in_limits.count_attempt(call, "ada", "192.0.2.1")
    assert caught.value.wait <= MINUTE


def test_notifications_are_due(crowd: CrowdUnderTest) -> None:
    """A message that was written in the future does not wait until then."""
    crowd.client.send_test_event_notification(Notification=specification(), TestEventType="Ping")
    crowd.clock.advance(-DAY)
    with crowd.site.reading() as call:
        assert outbox.has_due(call)
        assert sum(outbox.count_due(call).values()) == 1
    with crowd.site.writing() as call:
        assert len(outbox.take(call, outbox.count_due(call))) == 1
        assert not outbox.has_due(call)  # leased, as ever
