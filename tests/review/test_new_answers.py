"""ListAssignmentsForHITType: the answers to all HITs of a HIT type, by the time of submission."""

from datetime import UTC, datetime

from tests.support.crowds import HIT_TYPE, QUESTION, CrowdUnderTest


def test_new_answers_of_a_hit_type_are_listed_without_naming_hits(crowd: CrowdUnderTest) -> None:
    """Only submitted ones, since a time, oldest first, and none of another HIT type."""
    client, ada = crowd.client, crowd.make_worker("Ada")
    hit_type = client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    one, two, held = (
        client.create_hit_with_hit_type(
            HITTypeId=hit_type, LifetimeInSeconds=3600, Question=QUESTION
        )["HIT"]["HITId"]
        for _ in range(3)
    )
    first = crowd.do(ada, one)
    crowd.clock.advance(10)
    second = crowd.do(ada, two)
    crowd.accept(ada, held)
    crowd.do(ada, crowd.make_hit(Title="Another"))

    def list_ids(**request: object) -> list[str]:
        page = client.list_assignments_for_hit_type(HITTypeId=hit_type, **request)  # type: ignore[attr-defined]
        return [assignment["AssignmentId"] for assignment in page["Assignments"]]

    assert list_ids() == [first, second]
    assert list_ids(SubmittedSince=datetime.fromtimestamp(crowd.clock.now, UTC)) == [second]
    assert list_ids(MaxResults=1) == [first]
