"""A QuestionForm as an HTML form that anybody can fill in."""

import json

from flask import render_template
from markupsafe import Markup

from local_crowd.operations.questions.answers import ANSWER, OTHER
from local_crowd.operations.questions.question_form import (
    FreeTextAnswer,
    Question,
    QuestionForm,
    SelectionAnswer,
    Text,
)


def form_html(form: QuestionForm) -> Markup:
    """The overviews and questions, without the <form> around them; for a HIT, or a test.

    The page around it loads static/question_form.css and, which holds workers to the
    constraints, static/question_form.js; its form has the class `question_form`.
    """
    rendered = render_template(
        "questions/question_fields.html",
        form=form,
        numbers=_numbers(form),
        ANSWER=ANSWER,
        OTHER=OTHER,
        hints=hints,
        rules=rules,
        shape=shape,
    )
    return Markup(rendered)  # noqa: S704 - the template escapes everything that is no checked HTML


def _numbers(form: QuestionForm) -> dict[str, str]:
    """What a question without a name is called, by its identifier."""
    identifiers = [question.identifier for question in form.questions()]
    if len(identifiers) == 1:
        return {identifiers[0]: "Question"}
    return {name: f"Question {number}" for number, name in enumerate(identifiers, 1)}


def form_page(
    form: QuestionForm, submit_url: str, assignment_id: str | None, keeping_script_url: str
) -> str:
    """A whole page for a HIT's frame; in a preview (None) it cannot be handed in."""
    return render_template(
        "questions/question_form.html",
        fields=form_html(form),
        submit_url=submit_url,
        assignment_id=assignment_id,
        keeping_script_url=keeping_script_url,
    )


def shape(answer: SelectionAnswer) -> str:
    """How a choice is shown: as `radio`, `checkbox`, or a `select`.

    The style is a suggestion, as Amazon says: several selections are checkboxes, because nobody
    finds out how to choose several in a list; and only text fits into a list at all.
    """
    if answer.max_count > 1 or answer.style in ("checkbox", "multichooser"):
        return "checkbox"
    listed = answer.style in ("dropdown", "list", "combobox")
    texts = all(isinstance(selection.content, Text) for selection in answer.selections)
    return "select" if listed and texts else "radio"


def hints(question: Question) -> list[str]:
    """What an answer must be like, in words."""
    answer = question.answer
    if isinstance(answer, FreeTextAnswer):
        return text_hints(answer)
    if shape(answer) != "checkbox":
        return []
    least, most = answer.min_count, min(answer.max_count, len(answer.selections))
    if most == 1:
        return ["Choose one."]
    if least == most:
        return [f"Choose {most}."]
    if most == len(answer.selections):
        return [f"Choose {least} or more."] if least > 1 else []
    return [f"Choose {least} to {most}." if least > 1 else f"Choose up to {most}."]


def text_hints(answer: FreeTextAnswer) -> list[str]:
    """What a text must be like, in words. What a pattern asks, its own error text says."""
    found = []
    if answer.numeric:
        found.append(_between("A number", answer.min_value, answer.max_value, ""))
    least, most = answer.min_length or None, answer.max_length
    if least is not None and least == most:
        found.append(f"Exactly {least} characters.")
    elif least is not None and (most is not None or least > 1):
        found.append(_between("", least, most, " characters"))
    elif most is not None:
        found.append(_between("", None, most, " characters"))
    return found


def _between(what: str, least: int | None, most: int | None, unit: str) -> str:
    if least is not None and most is not None:
        words = f"{what} from {least} to {most}{unit}"
    elif least is not None:
        words = f"{what} of at least {least}{unit}" if what else f"at least {least}{unit}"
    elif most is not None:
        words = f"{what} of at most {most}{unit}" if what else f"at most {most}{unit}"
    else:
        words = what
    words = words.strip()
    return words[:1].upper() + words[1:] + "."


def rules(answer: FreeTextAnswer) -> str:
    """The constraints of a text as JSON, for the script that holds workers to them."""
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
