"""A QuestionForm as an HTML form."""

import json
from collections.abc import Mapping

from flask import render_template
from markupsafe import Markup

from local_crowd.operations.questions.answers import ANSWER, OTHER
from local_crowd.operations.questions.question_form import (
    FreeTextAnswer,
    Question,
    QuestionForm,
    SelectionAnswer,
)
from local_crowd.operations.questions.question_form import (
    Text as TextContent,
)
from local_crowd.operations.texts import Text
from local_crowd.pages.languages.choice import gettext, translate

NUMBER_RANGES = {
    "both": Text("A number from %(least)s to %(most)s."),
    "least": Text("A number, at least %(least)s."),
    "most": Text("A number, at most %(most)s."),
    "none": Text("A number."),
}
LENGTH_RANGES = {
    "both": Text("From %(least)s to %(most)s characters."),
    "least": Text("At least %(least)s characters."),
    "most": Text("At most %(most)s characters."),
}


def render_fields(form: QuestionForm) -> Markup:
    """Render the overviews and questions of a HIT or a test, without a <form> around them.

    The page must load static/question_form.css and static/question_form.js, which enforces the
    constraints, and its form must have the class `question_form`.
    """
    rendered = render_template(
        "questions/question_fields.html",
        form=form,
        numbers=_number_questions(form),
        ANSWER=ANSWER,
        OTHER=OTHER,
        describe_limits=describe_limits,
        to_rules=to_rules,
        choose_widget=choose_widget,
    )
    return Markup(rendered)  # noqa: S704 - the template escapes everything but validated HTML


def _number_questions(form: QuestionForm) -> dict[str, str]:
    """Return a name for each question by its identifier, for those without a display name."""
    identifiers = [question.identifier for question in form.questions()]
    if len(identifiers) == 1:
        return {identifiers[0]: gettext("Question")}
    return {
        name: gettext("Question %(number)s", number=str(number))
        for number, name in enumerate(identifiers, 1)
    }


def render_page(
    form: QuestionForm, submit_url: str, assignment_id: str | None, keeping_script_url: str
) -> str:
    """Render the page for a HIT's frame; without an assignment id it is a preview."""
    return render_template(
        "questions/question_form.html",
        fields=render_fields(form),
        submit_url=submit_url,
        assignment_id=assignment_id,
        keeping_script_url=keeping_script_url,
    )


def choose_widget(answer: SelectionAnswer) -> str:
    """Choose how a selection is shown: "radio", "checkbox" or "select".

    Amazon calls the style a suggestion. Several selections become checkboxes, because few people
    know how to choose several in a list, and a list can show only text.
    """
    if answer.max_count > 1 or answer.style in ("checkbox", "multichooser"):
        return "checkbox"
    listed = answer.style in ("dropdown", "list", "combobox")
    texts = all(isinstance(selection.content, TextContent) for selection in answer.selections)
    return "select" if listed and texts else "radio"


def describe_limits(question: Question) -> list[str]:
    """Describe the constraints of an answer in sentences."""
    answer = question.answer
    if isinstance(answer, FreeTextAnswer):
        return describe_text_limits(answer)
    if choose_widget(answer) != "checkbox":
        return []
    least, most = answer.min_count, min(answer.max_count, len(answer.selections))
    if most == 1:
        return [gettext("Choose one.")]
    if least == most:
        return [gettext("Choose %(most)s.", most=str(most))]
    if most == len(answer.selections):
        if least <= 1:
            return []
        return [gettext("Choose %(least)s or more.", least=str(least))]
    if least > 1:
        return [gettext("Choose %(least)s to %(most)s.", least=str(least), most=str(most))]
    return [gettext("Choose up to %(most)s.", most=str(most))]


def describe_text_limits(answer: FreeTextAnswer) -> list[str]:
    """Describe the constraints of a text in sentences, except patterns, which have error texts."""
    hints = []
    if answer.numeric:
        hints.append(_describe_range(NUMBER_RANGES, answer.min_value, answer.max_value))
    least, most = answer.min_length or None, answer.max_length
    if least is not None and least == most:
        hints.append(gettext("Exactly %(count)s characters.", count=str(least)))
    elif least is not None and (most is not None or least > 1):
        hints.append(_describe_range(LENGTH_RANGES, least, most))
    elif most is not None:
        hints.append(_describe_range(LENGTH_RANGES, None, most))
    return hints


def _describe_range(texts: Mapping[str, Text], least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        kind = "both"
    elif least is not None:
        kind = "least"
    else:
        kind = "most" if most is not None else "none"
    return translate(texts[kind].fill(least=str(least), most=str(most)))


def to_rules(answer: FreeTextAnswer) -> str:
    """Return the constraints of a text as JSON, for question_form.js."""
    return json.dumps(
        {
            "numeric": answer.numeric,
            "min": answer.min_value,
            "max": answer.max_value,
            "minLength": answer.min_length,
            "maxLength": answer.max_length,
            "patterns": [
                {"regex": p.regex, "flags": "i" if p.ignore_case else "", "error": p.error_text}
                for p in answer.patterns
            ],
        }
    )
