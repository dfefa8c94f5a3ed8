"""The batch record: what one run of launch_hits.py makes, remembered as it is made.

`hit_ids.txt` has its record beside it in `hit_ids.batch.jsonl`: a first line about the batch, on
the disk before anything costs money, then a line for each HIT, appended as it is made.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import simpleamt
from amt import files
from amt.errors import Error
from amt.id_files import read_ids
from amt.records import DamageError, Record, beside, obeyed

ENDING = ".batch.jsonl"


def record_path(hit_ids_file: str | Path) -> Path:
    """hit_ids.txt -> hit_ids.batch.jsonl, pilot.v2 -> pilot.v2.batch.jsonl"""
    return beside(hit_ids_file, ENDING)


class Batch(Record):
    """A batch record. `header`: batch, crowd, site, time, HIT type, hashes, and what it is of."""

    kind = "batch"
    fields = {"hit_type_id": str, "rows": int, "hashes": dict}  # noqa: RUF012 - never changed

    def __init__(self, path: Path) -> None:
        """Read what is there. Raises Error for a file that is no batch record."""
        self.ids: dict[int, str] = {}  # row -> HIT id
        self._offsets: dict[str, int] = {}  # HIT id -> where its line begins
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Take in the line of a HIT. Raises DamageError for one of another batch."""
        row, hit_id = line["row"], str(line["hit_id"])
        if row not in range(self.header["rows"]):
            raise DamageError(f"row {row} is not one of this batch's {self.header['rows']} rows")
        if self.ids.get(row, hit_id) != hit_id:
            raise DamageError(f"row {row} has two HITs, {self.ids[row]} and {hit_id}")
        if hit_id in self._offsets and row not in self.ids:
            raise DamageError(f"the HIT {hit_id} stands in it for two rows")
        self.ids[row] = hit_id
        self._offsets[hit_id] = self.end

    @property
    def is_complete(self) -> bool:
        """Whether every row of the batch has its HIT."""
        return bool(self.header) and len(self.ids) == self.header["rows"]

    def made(self, hit_id: str) -> dict[str, Any] | None:
        """The line of a HIT: `row`, `hit_id`, `input`; None for a HIT of no line."""
        if hit_id not in self._offsets:
            return None
        with self.path.open("rb") as lines:
            lines.seek(self._offsets[hit_id])
            return dict(json.loads(lines.readline()))

    def in_order(self) -> Iterator[str]:
        """The HIT ids in the order of their rows."""
        for row in sorted(self.ids):
            yield self.ids[row]


def find(hit_ids_file: str | Path) -> Batch | None:
    """The record beside an ids file, or None (an ids file of another tool has none)."""
    batch = Batch(record_path(hit_ids_file))
    return batch if batch.header else None


def follow(args: argparse.Namespace) -> Batch | None:
    """Let `args` name the crowd and site of the record beside --hit_ids_file, if there is one.

    Raises Error when a flag says otherwise: HITs are where they were launched.
    """
    batch = find(args.hit_ids_file)
    if batch is not None:
        obeyed(args, batch)
    return batch


def hit_ids(args: argparse.Namespace, batch: Batch | None) -> list[str]:
    """The ids of --hit_ids_file; while its batch is not complete, those that were made.

    Raises Error for an id that is not in the batch record, which is on another crowd perhaps.
    """
    if batch is None:
        return read_ids(args.hit_ids_file)
    if Path(args.hit_ids_file).exists():
        return _ids_beside(args.hit_ids_file, batch)
    simpleamt.say(
        f"{args.hit_ids_file}: this batch is not complete, {len(batch.ids)} HITs are made; "
        "run its launch_hits.py command again to finish it"
    )
    return list(batch.in_order())


def _ids_beside(hit_ids_file: str, batch: Batch) -> list[str]:
    """Return the ids of the file that stands beside the record, and say how the two differ."""
    ids = read_ids(hit_ids_file)
    made = set(batch.ids.values())
    others = [hit_id for hit_id in ids if hit_id not in made]
    if not batch.is_complete:
        simpleamt.say(
            f"{batch.path}: has only {len(made)} of the batch's {batch.header['rows']} HITs; the "
            "results of the others have neither row nor input. Restore it from a copy"
        )
    elif others:
        raise Error(
            f"{hit_ids_file}: {others[0]} is not one of the {len(made)} HITs in its batch record, "
            f"{batch.path}; give a list of your own another name"
        )
    elif len(ids) < len(made):
        simpleamt.say(f"{hit_ids_file}: has {len(ids)} of the batch's {len(made)} HITs")
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
            f"{batch.header['rows']} HITs; restore the record from a copy, or name a new file for "
            "a new batch"
        )
    whole = "".join(f"{hit_id}\n" for hit_id in batch.in_order()).encode()
    found = path.read_bytes()
    if whole.startswith(found):
        return found != whole
    if set(read_ids(path)) != set(batch.ids.values()):
        raise Error(
            f"{path}: does not hold the {len(batch.ids)} HITs of its batch record, {batch.path}; "
            "move it away and run this again to have it written anew"
        )
    return False


def write_ids(hit_ids_file: str | Path, batch: Batch) -> None:
    """Write the ids of the batch's HITs, in the order of the rows."""
    if Path(hit_ids_file).exists():
        simpleamt.say(f"{hit_ids_file}: was cut short; written anew from {batch.path}")
    with files.replace(hit_ids_file) as file:
        file.writelines(f"{hit_id}\n" for hit_id in batch.in_order())
