"""Let simulated workers answer the HITs of a batch, each in a thread of its own."""

import random
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from amt.quality.dawid_skene import Matrix
from amt.simulated_workers import crews
from amt.simulated_workers.crews import Crew
from amt.simulated_workers.truths import Truths
from amt.simulated_workers.worker_site import WorkerSite

SIGN_INS = 8  # at a time


@dataclass
class Slots:
    """How many assignments of each HIT are still to be answered. Threads share it."""

    left: dict[str, int]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, hit_id: str) -> bool:
        """Take an assignment of a HIT; return whether there was one."""
        with self._lock:
            if not self.left[hit_id]:
                return False
            self.left[hit_id] -= 1
            return True

    def give_back(self, hit_id: str) -> None:
        """Give back an assignment that the worker could not have."""
        with self._lock:
            self.left[hit_id] += 1

    @property
    def count(self) -> int:
        """The number of assignments that are left."""
        with self._lock:
            return sum(self.left.values())


@dataclass(frozen=True)
class Work:
    """What is to be answered: HITs with their rows, the right answers, and the field of these."""

    url: str  # the worker site's
    hit_type_id: str
    rows: Mapping[str, int]  # by HIT id
    truths: Truths
    field: str
    practice: tuple[str, ...] = ()  # the ids of the HITs that each worker does first


def work(work: Work, crew: Crew, slots: Slots) -> int:
    """Let the workers answer until nothing is left that they can have; return how many answers.

    Raises Error when the site cannot be used. Workers wait between accepting and submitting, for as
    long as the crew takes.
    """
    matrices = crew.draw(len(work.truths.labels))
    sites = [WorkerSite(work.url) for _ in matrices]
    names = [crew.name(worker) for worker in range(len(sites))]
    stop = threading.Event()
    try:
        with ThreadPoolExecutor(SIGN_INS) as pool:
            list(pool.map(WorkerSite.sign_in, sites, names))
        tried: list[set[str]] = [set() for _ in sites]
        answered = 0
        with ThreadPoolExecutor(len(sites)) as pool:
            try:
                while True:
                    before = sum(map(len, tried))
                    done = [
                        pool.submit(
                            _work_alone,
                            work,
                            crew,
                            matrices,
                            slots,
                            site,
                            worker,
                            tried[worker],
                            stop,
                        )
                        for worker, site in enumerate(sites)
                    ]
                    answered += sum(future.result() for future in done)
                    # While somebody who cannot have a HIT asks for it, others find none left.
                    if not slots.count or sum(map(len, tried)) == before:
                        return answered
            finally:
                stop.set()  # also when one failed, or at Ctrl-C
    finally:
        for site in sites:
            site.close()


def _work_alone(
    work: Work,
    crew: Crew,
    matrices: Sequence[Matrix],
    slots: Slots,
    site: WorkerSite,
    worker: int,
    tried: set[str],
    stop: threading.Event,
) -> int:
    """Answer HITs in an order of the worker's own; return how many.

    `tried` are the ids of the HITs that the worker has had or cannot have; it grows.
    """
    order = list(work.rows)
    random.Random(f"{crew.seed}:{worker}:order").shuffle(order)
    answered = 0
    for hit_id in work.practice:  # the crowd adds an assignment of these for whoever comes
        if slots.count and hit_id not in tried and not stop.is_set():
            tried.add(hit_id)
            answered += _answer(work, crew, matrices[worker], site, worker, hit_id, stop)
    for hit_id in order:
        if stop.is_set():
            break
        if hit_id in tried or not slots.take(hit_id):
            continue
        tried.add(hit_id)
        if _answer(work, crew, matrices[worker], site, worker, hit_id, stop):
            answered += 1
        else:
            slots.give_back(hit_id)
    return answered


def _answer(
    work: Work,
    crew: Crew,
    matrix: Matrix,
    site: WorkerSite,
    worker: int,
    hit_id: str,
    stop: threading.Event,
) -> bool:
    """Answer a HIT; return whether the worker could have it."""
    assignment_id = site.accept(work.hit_type_id, hit_id)
    if assignment_id is None:
        return False
    row = work.rows[hit_id]
    stop.wait(crew.choose_seconds(matrix, worker, row))
    vote = crew.choose_vote(matrix, worker, row, work.truths.rows[row])
    site.submit(assignment_id, crews.to_fields(work.field, work.truths.labels[vote]))
    return True
