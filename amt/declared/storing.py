"""Store a batch's results and labels in a database, after each is in its file."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from amt import results_store
from amt.batches import Batch
from amt.declared.directories import Directory
from amt.declared.journals import Journal
from amt.declared.reading import Declared
from amt.errors import Error
from amt.messages import Say

PAUSE_SECONDS = 0.5  # between two updates, so that many answers are one transaction
RETRY_SECONDS = 10.0  # after a failure
END_SECONDS = 30.0  # for the last update of a run


class Storing:
    """Brings the database of a batch up to date, in a thread of its own, whenever files have grown.

    A database that is down stops nothing: what it lacks is what it does not have, so the next update
    adds that, also in a later run. `say` is called with the first of several failures.
    """

    def __init__(
        self,
        declared: Declared,
        directory: Directory,
        batch: Batch,
        say: Say,
        url: str | None = None,
    ) -> None:
        """Take the URL of the batch file, unless `url` is given."""
        self._url = url or declared.file.store or ""
        row = results_store.to_batch_row(batch.header, declared.file.id)
        self._batch_row = row | {"rows": len(declared.rows)}
        self._directory = directory
        self._say = say
        self._is_failing = False
        self._is_updated = False  # since the last call of notify
        self._places: dict[Path, tuple[int, int]] = {}  # lines that were read, and where they end
        self._changed = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    def __enter__(self) -> Self:
        self._changed.set()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._changed.set()
        self._thread.join(END_SECONDS)

    def notify(self) -> None:
        """Let an update follow soon: a file has grown."""
        self._changed.set()

    @property
    def is_current(self) -> bool:
        """Return whether the database has everything that the files had at the last `notify`."""
        return self._is_updated and not self._changed.is_set()

    def update(self) -> bool:
        """Store what is not stored yet; return whether the database could be used."""
        try:
            results_store.append(
                self._url,
                self._batch_row,
                lambda start: self._read(self._directory.results, start),
                lambda start: self._read(self._directory.labels, start),
            )
        except Error as error:
            if not self._is_failing:
                self._say(f"{error}; what is missing there is stored by a later round or run")
            self._is_failing = True
            return False
        self._is_failing = False
        return True

    def _read(self, path: Path, start: int) -> Iterator[dict[str, Any]]:
        """Yield the lines after the first `start`, from where the last update ended if it can be."""
        count, position = self._places.get(path, (0, 0))
        if count > start:
            count, position = 0, 0
        journal = Journal(path)
        for _, line in journal.read(position):
            count += 1
            if count > start:
                yield line
        self._places[path] = (count, journal.end)

    def _run(self) -> None:
        while not self._ending.is_set():
            self._changed.wait()
            self._is_updated = False
            self._changed.clear()
            start = time.monotonic()
            if self.update():
                self._is_updated = True
                self._ending.wait(PAUSE_SECONDS + time.monotonic() - start)
            else:
                self._changed.set()  # there is still something to store
                self._ending.wait(RETRY_SECONDS)
        if self._changed.is_set() and not self._is_failing:
            self.update()
