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
from amt.records import Record, beside, obeyed

ENDING = ".batch.jsonl"


def record_path(hit_ids_file: str | Path) -> Path:
    """hit_ids.txt -> hit_ids.batch.jsonl, pilot.v2 -> pilot.v2.batch.jsonl"""
    return beside(hit_ids_file, ENDING)


class Batch(Record):
    """A batch record. `header`: batch, crowd, site, time, HIT type, hashes, and what it is of."""

    kind = "batch"

    def __init__(self, path: Path) -> None:
        """Read what is there. Raises Error for a file that is no batch record."""
        self.ids: dict[int, str] = {}  # row -> HIT id
        self._offsets: dict[str, int] = {}  # HIT id -> where its line begins
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Take in the line of a HIT."""
        self.ids[line["row"]] = line["hit_id"]
        self._offsets[line["hit_id"]] = self.end

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
    """The ids of --hit_ids_file; while its batch is not complete, those that were made."""
    if batch is None or Path(args.hit_ids_file).exists():
        return simpleamt.ids(args.hit_ids_file)
    simpleamt.say(
        f"{args.hit_ids_file}: this batch is not complete, {len(batch.ids)} HITs are made; "
        "run its launch_hits.py command again to finish it"
    )
    return list(batch.in_order())
