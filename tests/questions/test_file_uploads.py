"""Files of workers, which Amazon gave up."""

from tests.support.crowds import CrowdUnderTest, business, invalid, refusal


def test_no_question_has_a_file(crowd: CrowdUnderTest) -> None:
    """GetFileUploadURL is refused for every assignment, and an unknown one does not exist."""
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    ask = crowd.client.get_file_upload_url

    assert refusal(ask, AssignmentId=assignment_id, QuestionIdentifier="photo") == invalid(
        'The value "photo" is not valid for the parameter QuestionIdentifier. FileUploadAnswer is '
        "not supported since December 12, 2017, so no question has a file."
    )
    assert refusal(ask, AssignmentId="3NONE", QuestionIdentifier="photo") == business(
        "Assignment 3NONE does not exist.", "AssignmentDoesNotExist"
    )
