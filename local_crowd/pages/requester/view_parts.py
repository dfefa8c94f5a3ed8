"""Values for templates: answers grouped by HIT, and the position in a long list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from flask import request, url_for

from local_crowd.operations.hits.batches import parse_input_row
from local_crowd.operations.hits.stored_questions import read_question
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.questions import ExternalQuestion, Question, parse
from local_crowd.pages.questions.frame import PREVIEW, Frame, make_frame
from local_crowd.pages.requester.fields import SHOWN, Field, parse_answer_fields, parse_input_fields


class Answer(NamedTuple):
    """A row of answer_lists, and the fields of its answer."""

    row: Any
    fields: list[Field]


class Hit(NamedTuple):
    """A HIT and some of its answers.

    If the `input` of its page is unknown, `frame` shows the page instead.
    """

    hit_id: str
    row: int | None
    input: list[Field] | None
    frame: Frame | None
    answers: list[Answer]


@dataclass(frozen=True)
class Pages:
    """Page `number` of `of`; if the total is unknown (0), `more` says whether there is a next page."""

    number: int
    of: int = 0
    more: bool = False

    @property
    def previous(self) -> str | None:
        """URL of the previous page, or None."""
        return self._address(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """URL of the next page, or None."""
        return self._address(self.number + 1) if self.more or self.number < self.of else None

    @staticmethod
    def _address(number: int) -> str:
        kept = {name: value for name, value in request.args.items() if name == "show"}
        values = (request.view_args or {}) | kept
        return url_for(str(request.endpoint), **values, page=number)


def group_answers(rows: Iterable[Any], limit: int = SHOWN) -> list[Hit]:
    """Group rows of answer_lists by HIT; the rows of each HIT must be consecutive."""
    return [
        _to_hit(hit_id, list(answers), limit)
        for hit_id, answers in groupby(rows, key=lambda row: str(row.hit_id))
    ]


def _to_hit(hit_id: str, rows: Sequence[Any], limit: int) -> Hit:
    question = parse(read_question(rows[0]))
    input_fields = parse_input_fields(question, limit)
    form = question if isinstance(question, QuestionForm) else None
    return Hit(
        hit_id,
        parse_input_row(rows[0].requester_annotation),
        input_fields,
        None if input_fields is not None else make_preview_frame(hit_id, question),
        [Answer(row, parse_answer_fields(row.answer, limit, form)) for row in rows],
    )


def make_preview_frame(hit_id: str, question: Question) -> Frame:
    """Return the frame that previews a HIT's page for its requester."""
    frame = make_frame(question, hit_id, PREVIEW)
    if isinstance(question, ExternalQuestion):
        return frame
    query = frame.url.partition("?")[2]
    return replace(frame, url=f"{url_for('requester.hits.show_page', hit_id=hit_id)}?{query}")
