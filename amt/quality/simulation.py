"""Simulated studies: workers who err at known rates, a machine beside them, and who is asked what.

Everything is drawn from a seed. The answers to a row come in the same order whatever the policy, so
two policies that ask the same number of workers get the same answers.
"""

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from amt import audits
from amt.fees import Cost, Rates, cost
from amt.quality import anchoring, dawid_skene, majority
from amt.quality.dawid_skene import Matrix
from amt.quality.votes import Votes, create_votes

WORKERS = 40
SPAMMERS = 0.2  # the share of workers who answer at random
ACCURACIES = (0.7, 0.95)  # of the others, evenly spread
MOST_ANSWERS = 7  # that a row can get from people
SURE = 0.95

Posteriors = Sequence[Sequence[float]]  # [label][row]


@dataclass(frozen=True)
class Policy:
    """How many workers are asked about each row.

    A random share `audit` of the rows gets `audit_answers` answers, the rest `first_answers`. Then
    each row that is less sure than `confidence` gets one more, until it has `most`.
    """

    audit: float = 0.15
    audit_answers: int = 3
    first_answers: int = 1
    confidence: float = SURE
    most: int = 5


@dataclass(frozen=True)
class Outcome:
    """What a policy led to.

    `answers` has the number of people's answers to each row. A tie between true and false labels
    counts as a part of a right row.
    """

    answers: list[int]
    right: float  # the share of rows whose label is right
    sure: int  # rows that are at least as sure as the policy asks for
    sure_right: int  # of these, rows whose label is right

    @property
    def answer_count(self) -> int:
        """The number of people's answers."""
        return sum(self.answers)


@dataclass(frozen=True)
class Study:
    """Rows with their true labels, and the answers that workers will give, in their order.

    Labels are numbers from 0 on. `workers` are the people, numbered from 0; the machine, which
    answers every row, has the number after them.
    """

    labels: int
    truth: Sequence[int]
    workers: Sequence[Matrix]
    answers: Sequence[Sequence[tuple[int, int]]]  # of each row: worker and vote
    machine_answers: Sequence[int] | None = None
    seed: int = 0

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.truth)

    @property
    def machines(self) -> list[int]:
        """The number of the machine, if there is one."""
        return [] if self.machine_answers is None else [len(self.workers)]

    def collect(self, counts: Sequence[int]) -> Votes:
        """Return the votes when row r has got its first `counts[r]` answers, and the machine's."""
        rows, workers, votes = array("i"), array("i"), array("i")
        for row, count in enumerate(counts):
            given = list(self.answers[row][:count])
            if self.machine_answers is not None:
                given.append((len(self.workers), self.machine_answers[row]))
            for worker, vote in given:
                rows.append(row)
                workers.append(worker)
                votes.append(vote)
        return create_votes(rows, workers, votes, list(range(self.labels)))


def create_worker(accuracy: float, labels: int) -> Matrix:
    """Return the matrix of a worker who is right with probability `accuracy` for every label.

    Wrong answers are equally likely. A spammer has the accuracy 1 / labels.
    """
    return dawid_skene.create_coin(accuracy, labels)


def create_biased_machine(accuracy: float, labels: int, favourite: int = 0) -> Matrix:
    """Return the matrix of a machine that, when it is wrong, always answers with the same label.

    That is `favourite`, or the next label where `favourite` is right.
    """
    matrix = [[0.0] * labels for _ in range(labels)]
    for true, row in enumerate(matrix):
        row[true] = accuracy
        row[favourite if true != favourite else (favourite + 1) % labels] += 1 - accuracy
    return matrix


def draw_workers(
    chance: random.Random,
    labels: int,
    *,
    count: int = WORKERS,
    spammers: float = SPAMMERS,
    accuracies: tuple[float, float] = ACCURACIES,
) -> list[Matrix]:
    """Return the matrices of workers: a share of spammers, the others with accuracies in a range."""
    spammer_count = round(count * spammers)
    honest = [chance.uniform(*accuracies) for _ in range(count - spammer_count)]
    workers = [create_worker(accuracy, labels) for accuracy in honest]
    workers += [create_worker(1 / labels, labels) for _ in range(spammer_count)]
    chance.shuffle(workers)
    return workers


def draw_study(
    seed: int,
    rows: int,
    labels: int,
    *,
    workers: Sequence[Matrix] | None = None,
    machine: Matrix | None = None,
    most: int = MOST_ANSWERS,
    truth: Sequence[int] | None = None,
) -> Study:
    """Draw a study: the truth if it is not given, and up to `most` answers of people to each row.

    A machine changes none of the people's answers.
    """
    chance = random.Random(f"{seed}:people")
    if workers is None:
        workers = draw_workers(chance, labels)
    if truth is None:
        truth = [chance.randrange(labels) for _ in range(rows)]
    answers = []
    for true in truth:
        asked = chance.sample(range(len(workers)), min(most, len(workers)))
        answers.append([(worker, draw_vote(chance, workers[worker][true])) for worker in asked])
    machine_answers = None
    if machine is not None:
        machine_chance = random.Random(f"{seed}:machine")
        machine_answers = [draw_vote(machine_chance, machine[true]) for true in truth]
    return Study(labels, truth, workers, answers, machine_answers, seed)


def draw_vote(chance: random.Random, probabilities: Sequence[float]) -> int:
    """Return a label, drawn with these probabilities."""
    return chance.choices(range(len(probabilities)), probabilities)[0]


def choose_audit_rows(rows: int, share: float, seed: int) -> set[int]:
    """Return a random share of the rows, as launch_hits.py --audit chooses it."""
    return audits.sample(range(rows), share, seed)


def run_fixed(study: Study, answers: int, method: str = "dawid_skene") -> Outcome:
    """Ask the same number of workers about each row, and label by `dawid_skene` or `majority`."""
    counts = [answers] * study.row_count
    votes = study.collect(counts)
    if method == "majority":
        people, rows = anchoring.leave_out(votes, study.machines)
        assert len(rows) == study.row_count  # noqa: S101 - people answer every row
        shares = majority.aggregate(people)
        return evaluate(study, counts, list(zip(*shares, strict=True)), SURE)
    if study.machines:
        audit = anchoring.find_audit_rows(votes, study.machines)
        estimate = anchoring.estimate(votes, audit, study.machines)
    else:
        estimate = dawid_skene.estimate(votes)
    return evaluate(study, counts, estimate.posteriors, SURE)


def run_adaptive(study: Study, policy: Policy | None = None) -> Outcome:
    """Ask about each row until it is sure, or has as many answers as the policy allows."""
    policy = policy or Policy()
    audit = choose_audit_rows(study.row_count, policy.audit, study.seed)
    counts = [
        policy.audit_answers if row in audit else policy.first_answers
        for row in range(study.row_count)
    ]
    while True:
        votes = study.collect(counts)
        posteriors = anchoring.estimate(votes, audit, study.machines).posteriors
        unsure = [
            row
            for row, values in enumerate(zip(*posteriors, strict=True))
            if max(values) < policy.confidence and counts[row] < policy.most
        ]
        if not unsure:
            return evaluate(study, counts, posteriors, policy.confidence)
        for row in unsure:
            counts[row] += 1


def evaluate(
    study: Study, answers: Sequence[int], posteriors: Posteriors, confidence: float
) -> Outcome:
    """Compare posteriors with the truth."""
    right, sure, sure_right = 0.0, 0, 0
    for true, values in zip(study.truth, zip(*posteriors, strict=True), strict=True):
        best = max(values)
        is_right = best - values[true] < 1e-9
        right += is_right / sum(best - value < 1e-9 for value in values)
        sure += best >= confidence
        sure_right += is_right and best >= confidence
    return Outcome(list(answers), right / study.row_count, sure, sure_right)


def compute_cost(outcome: Outcome, rates: Rates, reward: Decimal) -> Cost:
    """Return what the people's answers cost at `reward` US dollars each. A machine costs nothing."""
    costs = [cost(rates, reward, answers, 1) for answers in outcome.answers]
    return Cost(
        sum(each.assignments for each in costs),
        sum((each.rewards for each in costs), Decimal(0)),
        sum((each.fees for each in costs), Decimal(0)),
    )
