"""The runner: a few threads that go on with every batch that is not finished."""

import heapq
import itertools
import threading
import time
from collections.abc import Iterable

from batch_server.jobs import Job

THREADS = 4
MANY_JOBS = 50  # from here on each is looked at less often
END_SECONDS = 10.0  # for the steps in progress when the server ends

Key = tuple[str, str]


class Runner:
    """Steps jobs when they are due. A job is in one thread at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # guards what follows
        self._jobs: dict[Key, Job] = {}
        self._queue: list[tuple[float, int, Key]] = []
        self._due: dict[Key, float] = {}  # when each waiting job is due; other entries are old
        self._woken: set[Key] = set()  # jobs that are stepped now and are due again at once
        self._numbers = itertools.count()
        self._is_ending = False
        self._threads = [
            threading.Thread(target=self._run, name=f"runner {number}", daemon=True)
            for number in range(THREADS)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def close(self) -> bool:
        """End the threads after their steps; return whether they ended in END_SECONDS."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        end = time.monotonic() + END_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        has_ended = not any(thread.is_alive() for thread in self._threads)
        if has_ended:
            for job in self._jobs.values():
                job.close()
        return has_ended

    def add(self, job: Job) -> Job:
        """Have a job stepped from now on; return it, or the one that the batch has already."""
        key = (job.place.requester, job.place.id)
        with self._changed:
            if key not in self._jobs:
                self._jobs[key] = job
                self._put(key, 0.0)
            return self._jobs[key]

    def wake(self, job: Job) -> None:
        """Let the next step of a job be now."""
        key = (job.place.requester, job.place.id)
        with self._changed:
            if key in self._due:
                self._put(key, 0.0)
            elif key in self._jobs:
                self._woken.add(key)

    def find(self, requester: str, batch_id: str) -> Job | None:
        """Return the job of a batch, or None when nothing is left to do."""
        with self._changed:
            return self._jobs.get((requester, batch_id))

    def count(self, requester: str) -> int:
        """Return how many batches of a requester are not finished."""
        with self._changed:
            return sum(owner == requester for owner, _ in self._jobs)

    def list_jobs(self) -> Iterable[Job]:
        """Return all jobs."""
        with self._changed:
            return list(self._jobs.values())

    def _put(self, key: Key, pause: float) -> None:
        due = time.monotonic() + pause
        self._due[key] = due
        heapq.heappush(self._queue, (due, next(self._numbers), key))
        self._changed.notify()

    def _run(self) -> None:
        while (key := self._take()) is not None:
            pause = self._jobs[key].step()
            with self._changed:
                if pause is None:
                    del self._jobs[key]
                    self._woken.discard(key)
                elif key in self._woken:
                    self._woken.discard(key)
                    self._put(key, 0.0)
                else:
                    self._put(key, pause * max(1.0, len(self._jobs) / MANY_JOBS))

    def _take(self) -> Key | None:
        """Return the next job that is due, waiting for it; None when the server ends."""
        with self._changed:
            while not self._is_ending:
                while self._queue and self._due.get(self._queue[0][2]) != self._queue[0][0]:
                    heapq.heappop(self._queue)
                if not self._queue:
                    self._changed.wait()
                    continue
                due, _, key = self._queue[0]
                wait = due - time.monotonic()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                heapq.heappop(self._queue)
                del self._due[key]
                return key
            return None
