"""Qualification tests: which questions one may have, and what may be scored."""

from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.questions.answer_key import AnswerKey
from local_crowd.operations.questions.question_form import FreeTextAnswer, QuestionForm
from local_crowd.operations.questions.question_form_xml import read_form
from local_crowd.operations.questions.questions import QUESTION_FORMS
from local_crowd.operations.questions.xml_documents import parse_document, parse_error


def parse(test: str) -> QuestionForm:
    """Read a test's XML.

    Raises RequestError (XMLParseError) for what is no QuestionForm: no other question is a test.
    ParameterValidationError when it is larger than Amazon takes.
    """
    root = parse_document("Test", test)
    for namespace in QUESTION_FORMS:
        if root.tag == f"{{{namespace}}}QuestionForm":
            return read_form(root, namespace)
    raise parse_error(f"a Test is a QuestionForm, not {root.tag}")


def check_key(form: QuestionForm, key: AnswerKey) -> None:
    """Raise ParameterValidationError for a key that scores what the test does not ask.

    Questions that it does not score may be free text: they count for nothing.
    """
    asked = {
        question.identifier: {selection.identifier for selection in question.answer.selections}
        for question in form.questions()
        if not isinstance(question.answer, FreeTextAnswer)
    }
    for identifier, scored in key.questions.items():
        if identifier not in asked:
            raise ParameterValidationError(
                f"The AnswerKey scores {identifier}: the Test has no multiple-choice question of "
                "this identifier."
            )
        if unknown := frozenset[str]().union(*scored.options) - asked[identifier]:
            raise ParameterValidationError(
                f"The AnswerKey scores {min(unknown)}, which is not a selection of {identifier}."
            )
