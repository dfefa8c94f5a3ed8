"""Score answers and the agreement of workers, without a database or a clock.

Source: Amazon's API reference ("Assignment Review Policies", "HIT Review Policies"). Scores are
percentages rounded down to integers, as in its example: 2 of 3 is 66.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

Answer = frozenset[str]  # the trimmed values of one question's answer
NO_ANSWER: Answer = frozenset()
AGREED_ANSWER = "AgreedAnswer"  # the key of a result that contains an answer's text
MAX_LENGTH = 256  # characters; longer answers do not count for the agreement


def normalize_answer(values: Collection[str]) -> Answer:
    """Return the answer in the form that is compared: its values trimmed, without empty ones."""
    return frozenset(filter(None, (value.strip() for value in values)))


def format_answer(answer: Answer) -> str:
    """Return the answer as the results of a policy contain it."""
    return "|".join(sorted(answer))


def compute_percent(part: int, whole: int) -> int:
    """Return the percentage of `part` in `whole`, rounded down."""
    return 100 * part // whole


def find_matching_questions(
    known_answers: Mapping[str, Answer], answers: Mapping[str, Answer]
) -> list[str]:
    """List the questions whose answer equals the known answer.

    Several values of one HTML field are submitted joined with `|`, so an answer is split if the
    known answer has several values.
    """
    return [
        question
        for question, known_answer in known_answers.items()
        if answers.get(question, NO_ANSWER) == known_answer
        or (len(known_answer) > 1 and _split(answers.get(question, NO_ANSWER)) == known_answer)
    ]


def _split(answer: Answer) -> Answer:
    return normalize_answer([part for value in answer for part in value.split("|")])


class AgreedAnswer(NamedTuple):
    """The answer that most workers gave to a question, and their percentage."""

    answer: Answer
    score: int


class WorkerScore(NamedTuple):
    """The numbers of questions on which a worker gave the agreed answer and another answer."""

    correct: int
    incorrect: int

    @property
    def score(self) -> int | None:
        """The Worker Agreement Score, or None if no question has an agreed answer."""
        total = self.correct + self.incorrect
        return compute_percent(self.correct, total) if total else None


class Agreement(NamedTuple):
    """The agreement of a HIT's workers."""

    questions: dict[str, AgreedAnswer | None]  # None: the question has no agreed answer
    score: int  # the percentage of the questions with an agreed answer
    workers: dict[str, WorkerScore]  # by assignment id


def measure_agreement(
    question_ids: Sequence[str], threshold: int, work: Mapping[str, Mapping[str, Answer]]
) -> Agreement:
    """Measure the agreement of a HIT's workers.

    `work` maps an assignment id to its answers by question. A question has an agreed answer if no
    other answer is as frequent, and its score is above `threshold` or 100 (Amazon's own example has
    the threshold 100).
    """
    questions = {
        question: _find_agreed_answer(
            [answers.get(question, NO_ANSWER) for answers in work.values()], threshold
        )
        for question in question_ids
    }
    agreed_answers = {question: agreed.answer for question, agreed in questions.items() if agreed}
    workers = {}
    for assignment_id, answers in work.items():
        correct = sum(
            answers.get(question, NO_ANSWER) == answer
            for question, answer in agreed_answers.items()
        )
        workers[assignment_id] = WorkerScore(correct, len(agreed_answers) - correct)
    score = compute_percent(len(agreed_answers), len(questions))
    return Agreement(questions, score, workers)


def _find_agreed_answer(answers: Sequence[Answer], threshold: int) -> AgreedAnswer | None:
    counted = [answer for answer in answers if all(len(value) <= MAX_LENGTH for value in answer)]
    if not counted:
        return None
    (answer, count), *others = Counter(counted).most_common(2)
    score = compute_percent(count, len(counted))
    if others and others[0][1] == count:
        return None
    return AgreedAnswer(answer, score) if score > threshold or score == 100 else None
