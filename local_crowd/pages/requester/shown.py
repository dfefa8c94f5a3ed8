"""What templates are given: answers grouped by HIT, and where one is in a long list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from flask import request, url_for

from local_crowd.operations.hits.batches import parse_input_row
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.questions import ExternalQuestion, Question, parse
from local_crowd.pages.questions.frame import PREVIEW, Frame, hit_frame
from local_crowd.pages.requester.fields import SHOWN, Field, of_answer, of_input


class Hit(NamedTuple):
    """A HIT and some of its answers. `input`: what its page was made with; if that is not known,
    `frame` shows the page.
    """

    hit_id: str
    row: int | None
    input: list[Field] | None
    frame: Frame | None
    answers: list[tuple[Any, list[Field]]]


@dataclass(frozen=True)
class Pages:
    """Page `number` of `of`; where it is not known how many there are, whether there is `more`."""

    number: int
    of: int = 0
    more: bool = False

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return self._address(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return self._address(self.number + 1) if self.more or self.number < self.of else None

    @staticmethod
    def _address(number: int) -> str:
        kept = {name: value for name, value in request.args.items() if name == "show"}
        values = (request.view_args or {}) | kept
        return url_for(str(request.endpoint), **values, page=number)


def shown_answers(rows: Iterable[Any], limit: int = SHOWN) -> list[Hit]:
    """Rows of operations.reviewing, neighbours of one HIT under it."""
    return [
        _hit(hit_id, list(answers), limit)
        for hit_id, answers in groupby(rows, key=lambda row: str(row.hit_id))
    ]


def _hit(hit_id: str, rows: Sequence[Any], limit: int) -> Hit:
    question = parse(rows[0].question)
    given = of_input(question, limit)
    form = question if isinstance(question, QuestionForm) else None
    return Hit(
        hit_id,
        parse_input_row(rows[0].requester_annotation),
        given,
        None if given is not None else frame_of(hit_id, question),
        [(row, of_answer(row.answer, limit, form)) for row in rows],
    )


def frame_of(hit_id: str, question: Question) -> Frame:
    """The frame that shows a HIT's page to its requester: a preview, which nobody can hand in."""
    frame = hit_frame(question, hit_id, PREVIEW)
    if isinstance(question, ExternalQuestion):
        return frame
    query = frame.url.partition("?")[2]
    return replace(frame, url=f"{url_for('requester.hits.show_page', hit_id=hit_id)}?{query}")
