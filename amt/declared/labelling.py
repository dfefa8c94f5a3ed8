"""The labels of a declared batch: each row's answers merged, as aggregate_results.py merges them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from amt.cells import to_text
from amt.declared.batch_file import BatchFile
from amt.errors import Error
from amt.quality import aggregation, kinds
from amt.quality.aggregation import Settings
from amt.quality.answers import Answers, Collector, convert
from amt.quality.labels import RowLabel
from amt.quality.votes import to_label
from formats.answer_fields import find_field

NAME = "results.jsonl"
# Kinds of the built-in tasks. The answers need not show them: any list of texts could be choices, any text a
# label, and a single answer that no page sends would show another kind.
KINDS = {
    "same": "label",
    "accept": "label",
    "rate": "label",
    "order": "ranking",
    "write": "text",
    "tag": "choices",
    "highlight": "span",
    "boxes": "box",
}
# The fields of the built-in tasks whose values are those of the context's options.
CHOSEN = {"same": "same", "accept": "accept", "choose": "choice"}


class RowAnswer(NamedTuple):
    """A worker's answer to a row."""

    worker_id: str
    fields: Mapping[str, Any]


class Labels(NamedTuple):
    """The labels of rows, by the rows' numbers, and the method that chose them."""

    rows: dict[int, RowLabel]
    method: str


NONE = Labels({}, "")


def merge(answers_of: Mapping[int, Sequence[RowAnswer]], file: BatchFile) -> Labels:
    """Return the label of each row that has an answer, from all answers that there are."""
    return Merger(file).merge(answers_of)


class Merger:
    """Merges the answers of a batch, again whenever there are more; each is taken in once."""

    def __init__(self, file: BatchFile) -> None:
        self._file = file
        self._collections: dict[tuple[str, str | None, bool], _Collection] = {}

    def merge(self, answers_of: Mapping[int, Sequence[RowAnswer]]) -> Labels:
        """Return the label of each row that has an answer, from all answers that there are.

        An answer that is not of the kind that the batch file or the task says, or of another type
        than all options, is left out: whatever a worker's browser sent, it changes no other row. If
        no answer is of that kind, or they cannot be merged by the batch file's method, they are
        merged as texts. `answers_of` only grows from call to call.
        """
        name = choose_field(answers_of, self._file)
        if name is None:
            return NONE
        own = self._file.merge
        kind = own.kind or KINDS.get(self._file.task)
        answers = self._collect(answers_of, name, kind, _find_types(self._file, name))
        if not answers.values:
            kind = None
            answers = self._collect(answers_of, name, None, None)
        if not answers.values:
            return NONE
        settings = Settings(name, kind, own.method, order=tuple(own.order))
        try:
            result = _aggregate(answers, settings)
        except Error:
            texts = convert(answers, NAME, settings.field, to_text)
            result = _aggregate(texts, Settings(settings.field, "label", own.method, as_text=True))
        numbers = [hit.row for hit in answers.hits]
        return Labels(
            {
                number: row
                for number, row in zip(numbers, result.rows, strict=True)
                if number is not None
            },
            result.method,
        )

    def _collect(
        self,
        answers_of: Mapping[int, Sequence[RowAnswer]],
        name: str,
        kind: str | None,
        types: set[type] | None,
    ) -> Answers:
        key = name, kind, types is None
        collection = self._collections.setdefault(key, _Collection(name, kind, types))
        return collection.collect(answers_of)


class _Collection:
    """The answers of a kind, and of one of these types, to a field."""

    def __init__(self, name: str, kind: str | None, types: set[type] | None) -> None:
        self._name = name
        self._kind = kind
        self._types = types
        self._collector = Collector(f"output.{name}")
        self._counts: dict[int, int] = {}  # of the answers to each row that were looked at

    def collect(self, answers_of: Mapping[int, Sequence[RowAnswer]]) -> Answers:
        """Return those of all answers. Those of earlier calls are not looked at again."""
        for number, answers in answers_of.items():
            count = self._counts.get(number, 0)
            if count == len(answers):
                continue
            self._counts[number] = len(answers)
            for answer in answers[count:]:
                if self._takes(find_field(answer.fields, self._name)):
                    self._collector.add(
                        {
                            "assignment_id": f"{answer.worker_id} {number}",
                            "hit_id": str(number),
                            "worker_id": answer.worker_id,
                            "row": number,
                            "output": answer.fields,
                        }
                    )
        return self._collector.answers

    def _takes(self, value: Any) -> bool:
        is_of_type = self._types is None or _find_type(value) in self._types
        return is_of_type and _is_of_kind(value, self._kind)


def label_nothing(answer_count: int) -> RowLabel:
    """Return the label of a finished row of which no answer was merged: none, and the reason."""
    why = "no answer that can be merged" if answer_count else "no answer"
    return RowLabel(None, None, {}, None, [why])


def is_sure(label: RowLabel | None, file: BatchFile) -> bool:
    """Return whether a row needs no further answer, as far as the batch file asks for confidence."""
    if file.confidence is None:
        return True
    return label is not None and (label.confidence or 0.0) >= file.confidence


def choose_field(answers_of: Mapping[int, Sequence[RowAnswer]], file: BatchFile) -> str | None:
    """Return the field that is merged: that of the batch file, that of the task's name, or the first."""
    if file.merge.field is not None:
        return file.merge.field
    names: dict[str, None] = {}
    for answers in answers_of.values():
        for answer in answers:
            names |= dict.fromkeys(answer.fields)
    return file.task if file.task in names else next(iter(names), None)


def _find_types(file: BatchFile, name: str | None) -> set[type] | None:
    """Return the types of the labels that the page offers; None if they are not known."""
    if file.merge.kind not in {None, "label"}:
        return None
    if file.task == "rate" and name == "rating":
        return {float}
    options = file.context.get("options")
    if CHOSEN.get(file.task) != name or not isinstance(options, list):
        return None
    return {
        _find_type(option["value"] if isinstance(option, dict) else option) for option in options
    }


def _find_type(value: Any) -> type:
    """Return the type of a JSON value. All numbers have the same."""
    return float if type(value) is int else type(value)


def _is_of_kind(value: Any, kind: str | None) -> bool:
    """Return whether a value is of a kind; one of no value is left out later."""
    if kind == "label":
        return to_label(value) is not None
    if kind is None or value is None or value == "":
        return True
    try:
        kinds.READERS[kind](value)
    except ValueError:
        return False
    return True


def _aggregate(answers: Answers, settings: Settings) -> aggregation.Aggregated:
    kind = settings.kind or kinds.find_kind(answers.values)
    if not kind:
        raise Error(f"{NAME}: {settings.field} is of no kind that can be recognized")
    if kind != "label":
        answers = convert(answers, NAME, settings.field, kinds.READERS[kind])
    return aggregation.aggregate_answers(answers, kind, NAME, settings)
