"""The batch record: what one run of launch_hits.py makes, remembered as it is made.

`hit_ids.txt` has its record beside it in `hit_ids.batch.jsonl`: a first line about the batch, on
the disk before anything costs money, then a line for each HIT, appended as it is made. A line
that was cut short by a crash is left out when reading.
"""

import argparse
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import simpleamt
from simpleamt import Error

ENDING = ".batch.jsonl"


def record_path(hit_ids_file: str | Path) -> Path:
    """hit_ids.txt -> hit_ids.batch.jsonl"""
    return Path(hit_ids_file).with_suffix(ENDING)


class Batch:
    """A batch record. `header` is its first line: batch, crowd, site, time, HIT type, hashes."""

    def __init__(self, path: Path) -> None:
        """Read a record. Raises Error for a file that is none."""
        self.path = path
        self.ids: dict[int, str] = {}  # row -> HIT id
        self._offsets: dict[str, int] = {}  # HIT id -> where its line begins
        self._end = 0  # behind the last whole line
        self._appending = threading.Lock()
        self._file: BinaryIO | None = None
        self._reading: BinaryIO | None = None
        try:
            with path.open("rb") as lines:
                self.header: dict[str, Any] = self._parsed(lines.readline())
                self._end = lines.tell()
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    made = self._parsed(line)
                    self.ids[made["row"]] = made["hit_id"]
                    self._offsets[made["hit_id"]] = self._end
                    self._end += len(line)
            self.header["batch"], self.header["crowd"], self.header["site"]
        except OSError as error:
            raise Error(f"{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Error(f"{path}: not a batch record ({error!r})") from error

    @staticmethod
    def _parsed(line: bytes) -> dict[str, Any]:
        return dict(json.loads(line))

    @classmethod
    def begin(cls, path: Path, header: dict[str, Any]) -> "Batch":
        """A new record with its first line on the disk, or Error when there is one already."""
        try:
            with path.open("xb") as file:
                file.write(_line(header))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise Error(f"{path}: there is a batch record already") from error
        except OSError as error:
            raise Error(f"{path}: {error.strerror}") from error
        return cls(path)

    def append(self, row: int, hit_id: str, value: Any) -> None:
        """Note a HIT that was just made; safe from several threads."""
        line = _line({"row": row, "hit_id": hit_id, "input": value})
        with self._appending:
            if self._file is None:
                os.truncate(self.path, self._end)  # of a line that a crash cut short
                self._file = self.path.open("ab")
            self._file.write(line)
            self._file.flush()
            self.ids[row] = hit_id

    def close(self) -> None:
        """Put what was appended on the disk and close."""
        for file in (self._file, self._reading):
            if file is not None:
                if file is self._file:
                    os.fsync(file.fileno())
                file.close()
        self._file = self._reading = None

    def made(self, hit_id: str) -> dict[str, Any] | None:
        """The line of a HIT: `row`, `hit_id`, `input`; None for a HIT of no line."""
        if hit_id not in self._offsets:
            return None
        if self._reading is None:
            self._reading = self.path.open("rb")
        self._reading.seek(self._offsets[hit_id])
        return self._parsed(self._reading.readline())

    def in_order(self) -> Iterator[str]:
        """The HIT ids in the order of their rows."""
        for row in sorted(self.ids):
            yield self.ids[row]


def _line(value: dict[str, Any]) -> bytes:
    # ASCII: a lone surrogate in somebody's input must not stop the record.
    return json.dumps(value).encode("ascii") + b"\n"


def find(hit_ids_file: str | Path) -> Batch | None:
    """The record beside an ids file, or None (an ids file of another tool has none)."""
    path = record_path(hit_ids_file)
    return Batch(path) if path.exists() else None


def follow(args: argparse.Namespace) -> Batch | None:
    """Let `args` name the crowd and site of the record beside --hit_ids_file, if there is one.

    Raises Error when a flag says otherwise: HITs are where they were launched.
    """
    batch = find(args.hit_ids_file)
    if batch is None:
        return None
    crowd, site = batch.header["crowd"], batch.header["site"]
    said = [f"--crowd {args.crowd}"] if args.crowd not in (None, crowd) else []
    said += ["--prod"] if args.prod and site != "live" else []
    if said:
        raise Error(
            f"{batch.path}: this batch is on the {site} site of {crowd}; leave out {' '.join(said)}"
        )
    args.crowd, args.prod = crowd, site == "live"
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
