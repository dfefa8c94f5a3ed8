"""How right answers are, and how far workers agree. Pure: no database, no clock.

Source: Amazon's API reference ("Assignment Review Policies", "HIT Review Policies"). Scores are
whole percentages, rounded down, as its example has them: 2 of 3 is 66.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

Answer = frozenset[str]  # the values given to one question, trimmed; two are equal or not
NO_ANSWER: Answer = frozenset()
MAX_LENGTH = 256  # characters; longer answers do not count for agreement


def normalize_answer(values: Collection[str]) -> Answer:
    """An answer as it is compared: trimmed, and an empty value is none."""
    return frozenset(filter(None, (value.strip() for value in values)))


def compute_percent(part: int, whole: int) -> int:
    """100 * part / whole, rounded down."""
    return 100 * part // whole


def find_matching_questions(known: Mapping[str, Answer], given: Mapping[str, Answer]) -> list[str]:
    """The questions whose answer is exactly the known one.

    Several values of one HTML field come joined with `|`, and are told apart where several are
    known.
    """
    return [
        question
        for question, wanted in known.items()
        if given.get(question, NO_ANSWER) == wanted
        or (len(wanted) > 1 and _split(given.get(question, NO_ANSWER)) == wanted)
    ]


def _split(given: Answer) -> Answer:
    return normalize_answer([part for value in given for part in value.split("|")])


class AgreedAnswer(NamedTuple):
    """What most workers answered, and how many of a hundred did."""

    answer: Answer
    score: int


class WorkerScore(NamedTuple):
    """On how many agreed questions a worker is with the others, and on how many not."""

    correct: int
    incorrect: int

    @property
    def score(self) -> int | None:
        """The Worker Agreement Score; None when the workers agree on nothing."""
        whole = self.correct + self.incorrect
        return compute_percent(self.correct, whole) if whole else None


class Agreement(NamedTuple):
    """The outcome: per question (None: no agreed answer), for the HIT, per worker."""

    questions: dict[str, AgreedAnswer | None]
    score: int
    workers: dict[str, WorkerScore]


def measure_agreement(
    question_ids: Sequence[str], threshold: int, work: Mapping[str, Mapping[str, Answer]]
) -> Agreement:
    """How far the workers of one HIT agree. `work`: by assignment id, the answers by question.

    A question has an agreed answer when its score is above `threshold` or everybody gave the same
    (Amazon's own example has the threshold 100), and no other answer was given as often.
    """
    questions = {
        question: _find_agreed_answer(
            [given.get(question, NO_ANSWER) for given in work.values()], threshold
        )
        for question in question_ids
    }
    found = {question: agreed for question, agreed in questions.items() if agreed}
    workers = {}
    for assignment_id, given in work.items():
        same = sum(given.get(question, NO_ANSWER) == one.answer for question, one in found.items())
        workers[assignment_id] = WorkerScore(same, len(found) - same)
    return Agreement(questions, compute_percent(len(found), len(questions)), workers)


def _find_agreed_answer(answers: Sequence[Answer], threshold: int) -> AgreedAnswer | None:
    counted = [one for one in answers if all(len(value) <= MAX_LENGTH for value in one)]
    if not counted:
        return None
    (first, count), *others = Counter(counted).most_common(2)
    score = compute_percent(count, len(counted))
    if others and others[0][1] == count:
        return None
    return AgreedAnswer(first, score) if score > threshold or score == 100 else None
