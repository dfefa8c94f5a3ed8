"""NotifyWorkers: messages to workers whose work was reviewed."""

from local_crowd.operations.work import messages
from tests.support.crowds import CrowdUnderTest, invalid, refusal

MESSAGE = {"Subject": "Neue Bilder — ü", "MessageText": "There are more."}


def reviewed(crowd: CrowdUnderTest, name: str, *, approved: bool = True) -> str:
    """A worker of this name whose work the client's requester has reviewed."""
    worker = crowd.make_worker(name)
    assignment_id = crowd.do(worker, crowd.make_hit())
    if approved:
        crowd.client.approve_assignment(AssignmentId=assignment_id)
    else:
        crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    return worker


def inbox(crowd: CrowdUnderTest, worker: str) -> list[tuple[str, str]]:
    with crowd.site.reading() as call:
        return [(row.subject, row.message_text) for row in messages.list_of_worker(call, worker)]


def failure(worker: str) -> dict[str, str]:
    return {
        "NotifyWorkersFailureCode": "HardFailure",
        "NotifyWorkersFailureMessage": (
            f"You have reviewed no work of worker {worker}, so no message can be sent."
        ),
        "WorkerId": worker,
    }


def test_reviewed_workers_are_told(crowd: CrowdUnderTest) -> None:
    """Workers of approved and of rejected work are told; an empty list says that all were."""
    workers = [reviewed(crowd, "Ada"), reviewed(crowd, "Ben", approved=False)]

    response = crowd.client.notify_workers(**MESSAGE, WorkerIds=workers)

    assert set(response) == {"NotifyWorkersFailureStatuses", "ResponseMetadata"}
    assert response["NotifyWorkersFailureStatuses"] == []
    for worker in workers:
        assert inbox(crowd, worker) == [(MESSAGE["Subject"], MESSAGE["MessageText"])]


def test_others_are_reported_and_nothing_is_raised(crowd: CrowdUnderTest) -> None:
    """Who was never reviewed, or is nobody, is a HardFailure; the rest are told."""
    told, never, submitted = reviewed(crowd, "Ada"), crowd.make_worker(), crowd.make_worker("Ben")
    never = crowd.make_worker("Cleo")
    crowd.do(submitted, crowd.make_hit())

    response = crowd.client.notify_workers(**MESSAGE, WorkerIds=["ANOBODY", told, never, submitted])

    assert response["NotifyWorkersFailureStatuses"] == [
        failure("ANOBODY"),
        failure(never),
        failure(submitted),
    ]
    assert len(inbox(crowd, told)) == 1
    assert inbox(crowd, never) == inbox(crowd, submitted) == []


def test_another_requesters_review_does_not_count(crowd: CrowdUnderTest) -> None:
    """Only one's own reviews let one write to a worker."""
    worker, other = reviewed(crowd, "Ada"), crowd.make_requester()

    response = crowd.site.perform(other, "NotifyWorkers", MESSAGE | {"WorkerIds": [worker]})

    assert response["NotifyWorkersFailureStatuses"] == [failure(worker)]


def test_a_worker_named_twice_is_told_once(crowd: CrowdUnderTest) -> None:
    """A repeated id is one message."""
    worker = reviewed(crowd, "Ada")

    crowd.client.notify_workers(**MESSAGE, WorkerIds=[worker, worker])

    assert len(inbox(crowd, worker)) == 1


def test_messages_have_limits(crowd: CrowdUnderTest) -> None:
    """At most 100 workers, 200 characters of subject, 4,096 of text; all of them are allowed."""
    worker = reviewed(crowd, "Ada")
    notify = crowd.client.notify_workers
    text = {"Subject": "s" * 200, "MessageText": "t" * 4096}
    ids = [worker, *(f"A{number}" for number in range(99))]
    assert len(notify(**text, WorkerIds=ids)["NotifyWorkersFailureStatuses"]) == 99

    assert refusal(notify, **text, WorkerIds=[*ids, "AONEMORE"]) == invalid(
        "At most 100 WorkerIds are allowed in one call."
    )
    assert refusal(notify, **text | {"Subject": "s" * 201}, WorkerIds=ids) == invalid(
        "The value for Subject is 201 characters long. At most 200 are allowed."
    )
    assert refusal(notify, **text | {"MessageText": "t" * 4097}, WorkerIds=ids) == invalid(
        "The value for MessageText is 4097 characters long. At most 4096 are allowed."
    )
    assert len(inbox(crowd, worker)) == 1


def test_a_repeated_key_sends_nothing_again(crowd: CrowdUnderTest) -> None:
    """NotifyWorkers has no UniqueRequestToken; the header Idempotency-Key does its work for a day.

    The response is the same, with those who could not be told.
    """
    worker, never = reviewed(crowd, "Ada"), crowd.make_worker("Ben")
    key = {"Idempotency-Key": "first"}
    crowd.client.meta.events.register_first(
        "before-call.mturk.NotifyWorkers", lambda params, **_: params["headers"].update(key)
    )

    for _ in range(2):
        response = crowd.client.notify_workers(**MESSAGE, WorkerIds=[worker, never])
        assert response["NotifyWorkersFailureStatuses"] == [failure(never)]
    assert len(inbox(crowd, worker)) == 1

    key["Idempotency-Key"] = "second"
    crowd.client.notify_workers(**MESSAGE, WorkerIds=[worker])
    crowd.clock.advance(24 * 3600 + 1)
    crowd.client.notify_workers(**MESSAGE, WorkerIds=[worker])
    assert len(inbox(crowd, worker)) == 3
