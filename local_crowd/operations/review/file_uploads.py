"""GetFileUploadURL, which fails since Amazon stopped file uploads on December 12, 2017."""

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.review import assignments


def get_file_upload_url(call: Call, request: Request) -> Response:
    """Perform GetFileUploadURL: raise ParameterValidationError, as no question can have a file."""
    assignments.find(call, request["AssignmentId"])
    raise ParameterValidationError(
        f'The value "{request["QuestionIdentifier"]}" is not valid for the parameter '
        "QuestionIdentifier. FileUploadAnswer is not supported since December 12, 2017, so no "
        "question has a file."
    )
