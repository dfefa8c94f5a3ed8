"""The batch record: the HITs of a batch, each recorded as it is created.

The record of `hit_ids.txt` is `hit_ids.batch.jsonl`: a first line about the batch, on disk before
anything costs money, then a line for each HIT, appended when it is created.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from amt import files, records
from amt.errors import Error
from amt.id_files import read_ids
from amt.messages import Say, count_of, say_nothing
from amt.records import DamageError, Record

ENDING = ".batch.jsonl"


def record_path(hit_ids_file: str | Path) -> Path:
    """hit_ids.txt -> hit_ids.batch.jsonl, pilot.v2 -> pilot.v2.batch.jsonl"""
    return records.record_path(hit_ids_file, ENDING)


class Batch(Record):
    """A batch record. `header`: batch, crowd, site, time, HIT type, hashes, and what it is of.

    If it has `parts`, each row has so many HITs, with so many assignments each.
    """

    kind = "batch"
    fields = {"hit_type_id": str, "rows": int, "hashes": dict}  # noqa: RUF012 - never changed

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not a batch record."""
        self.ids: dict[int, str] = {}  # number of the HIT, counted row by row -> HIT id
        self._offsets: dict[str, int] = {}  # HIT id -> where its line begins
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Add the line of a HIT. Raises DamageError for a line of another batch."""
        row, part, hit_id = line["row"], line.get("part", 0), str(line["hit_id"])
        if row not in range(self.header["rows"]):
            raise DamageError(f"row {row} is not one of this batch's {self.header['rows']} rows")
        if part not in range(self.hits_per_row):
            raise DamageError(f"part {part} is not one of the {self.hits_per_row} HITs of a row")
        if row in self.header.get("left_out", ()):
            raise DamageError(f"row {row} is one of those that this batch leaves out")
        number = self.to_number(row, part)
        if self.ids.get(number, hit_id) != hit_id:
            raise DamageError(f"row {row} has two HITs, {self.ids[number]} and {hit_id}")
        if hit_id in self._offsets and number not in self.ids:
            raise DamageError(f"the HIT {hit_id} is listed for two rows")
        self.ids[number] = hit_id
        self._offsets[hit_id] = self.end

    @property
    def hits_per_row(self) -> int:
        """Return how many HITs a row has: one, unless the batch is split."""
        return len(self.header.get("parts") or [None])

    @property
    def begin_time(self) -> datetime:
        """Return when the launch began, by the clock of the machine that launched."""
        return datetime.fromisoformat(self.header["time"])

    @property
    def planned(self) -> int:
        """Return how many HITs the complete batch has; `left_out` are rows that it does not launch."""
        rows = int(self.header["rows"]) - len(self.header.get("left_out", ()))
        return rows * self.hits_per_row

    def to_number(self, row: int, part: int = 0) -> int:
        """Return the number of a HIT in the batch, counted from 0, row by row."""
        return row * self.hits_per_row + part

    @property
    def is_complete(self) -> bool:
        """Whether every row of the batch has its HITs."""
        return bool(self.header) and len(self.ids) == self.planned

    def find_line(self, hit_id: str) -> dict[str, Any] | None:
        """Return the line of a HIT (`row`, `hit_id`, `input`), or None if it has none.

        In a split batch it also has `first_hit_id`, which the HITs of a row share, and if it showed a
        machine's suggestion, `suggested_by`, the machine's name.
        """
        if hit_id not in self._offsets:
            return None
        with self.path.open("rb") as lines:
            lines.seek(self._offsets[hit_id])
            line: dict[str, Any] = json.loads(lines.readline())
        if self.hits_per_row > 1 and (first := self.ids.get(self.to_number(line["row"]))):
            line["first_hit_id"] = first
        if (machine := self.header.get("suggested_by")) and _has_suggestion(line):
            line["suggested_by"] = machine
        return line

    def in_order(self) -> Iterator[str]:
        """Yield the HIT ids in the order of their rows."""
        for row in sorted(self.ids):
            yield self.ids[row]


def _has_suggestion(line: dict[str, Any]) -> bool:
    return isinstance(line["input"], dict) and line["input"].get("suggestion") is not None


def find(hit_ids_file: str | Path) -> Batch | None:
    """Return the batch record of an ids file; None for the ids file of another tool."""
    batch = Batch(record_path(hit_ids_file))
    return batch if batch.header else None


def read_hit_ids(
    hit_ids_file: str | Path, batch: Batch | None, say: Say = say_nothing
) -> list[str]:
    """Return the ids in a file; while its batch is not complete, those of the HITs created so far.

    Raises Error for an id that is not in the batch record: it may be on another crowd.
    """
    if batch is None:
        return read_ids(hit_ids_file)
    if Path(hit_ids_file).exists():
        return _read_and_compare(hit_ids_file, batch, say)
    say(
        f"{hit_ids_file}: this batch is not complete, {count_of(len(batch.ids), 'HIT')} "
        f"{'is' if len(batch.ids) == 1 else 'are'} created; run the command that launched it "
        "again to finish it"
    )
    return list(batch.in_order())


def _read_and_compare(hit_ids_file: str | Path, batch: Batch, say: Say) -> list[str]:
    """Return the ids in the file, and say how they differ from those in the record."""
    ids = read_ids(hit_ids_file)
    recorded = set(batch.ids.values())
    others = [hit_id for hit_id in ids if hit_id not in recorded]
    if not batch.is_complete:
        say(
            f"{batch.path}: has only {len(recorded)} of the batch's {batch.planned} HITs; "
            "the results of the others have neither row nor input. Restore it from a copy"
        )
    elif others:
        raise Error(
            f"{hit_ids_file}: {others[0]} is not one of the {len(recorded)} HITs in its batch "
            f"record, {batch.path}; use another file name for your own list"
        )
    elif len(ids) < len(recorded):
        say(f"{hit_ids_file}: has {len(ids)} of the batch's {len(recorded)} HITs")
    return ids


def needs_ids_file(hit_ids_file: str | Path, batch: Batch) -> bool:
    """Return whether the ids file is to be written: it is missing, or it was cut short.

    Raises Error for a file that is there and holds anything else than the ids of a whole batch.
    """
    path = Path(hit_ids_file)
    if not path.exists():
        return True
    if not batch.header or not path.is_file():
        raise Error(f"{path}: exists; name a new file for a new batch")
    if not batch.is_complete:
        raise Error(
            f"{path}: exists, but its record {batch.path} has only {len(batch.ids)} of "
            f"{batch.planned} HITs; restore the record from a copy, or name a new file for "
            "a new batch"
        )
    whole = "".join(f"{hit_id}\n" for hit_id in batch.in_order()).encode()
    content = path.read_bytes()
    if whole.startswith(content):
        return content != whole
    if set(read_ids(path)) != set(batch.ids.values()):
        raise Error(
            f"{path}: does not contain the {len(batch.ids)} HITs of its batch record, {batch.path}; "
            "move it away and run this again to write it anew"
        )
    return False


def write_ids(hit_ids_file: str | Path, batch: Batch, say: Say = say_nothing) -> None:
    """Write the ids of the batch's HITs, in the order of the rows."""
    if Path(hit_ids_file).exists():
        say(f"{hit_ids_file}: was cut short; written anew from {batch.path}")
    with files.replace(hit_ids_file) as file:
        file.writelines(f"{hit_id}\n" for hit_id in batch.in_order())
