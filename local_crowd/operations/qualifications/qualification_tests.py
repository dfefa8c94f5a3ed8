"""Parse qualification tests and validate their answer keys."""

from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.questions.answer_key import AnswerKey
from local_crowd.operations.questions.question_form import FreeTextAnswer, QuestionForm
from local_crowd.operations.questions.question_form_xml import read_form
from local_crowd.operations.questions.questions import QUESTION_FORMS
from local_crowd.operations.questions.xml_documents import make_parse_error, parse_document


def parse(test: str) -> QuestionForm:
    """Parse a test's XML, which must be a QuestionForm.

    Raises RequestError (XMLParseError) for invalid XML or another kind of question, and
    ParameterValidationError when the XML exceeds Amazon's limit.
    """
    root = parse_document("Test", test)
    for namespace in QUESTION_FORMS:
        if root.tag == f"{{{namespace}}}QuestionForm":
            return read_form(root, namespace)
    raise make_parse_error(f"a Test is a QuestionForm, not {root.tag}")


def validate_key(form: QuestionForm, key: AnswerKey) -> None:
    """Raise ParameterValidationError when the key scores a question that it cannot score.

    Only multiple-choice questions of the test can be scored. Questions without a score may be free
    text.
    """
    selections_by_question = {
        question.identifier: {selection.identifier for selection in question.answer.selections}
        for question in form.questions()
        if not isinstance(question.answer, FreeTextAnswer)
    }
    for identifier, scored_question in key.questions.items():
        if identifier not in selections_by_question:
            raise ParameterValidationError(
                f"The AnswerKey scores {identifier}, but the Test has no multiple-choice question "
                "with this identifier."
            )
        options = frozenset[str]().union(*scored_question.options)
        if unknown := options - selections_by_question[identifier]:
            raise ParameterValidationError(
                f"The AnswerKey scores {min(unknown)}, which is not a selection of {identifier}."
            )
