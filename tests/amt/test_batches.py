"""The batch record by itself: read while it grows, written by one at a time."""

import json
from pathlib import Path

import pytest

from amt import batches
from amt.batches import Batch
from amt.errors import Error

HEADER = {
    "batch": "b1",
    "crowd": "local",
    "site": "sandbox",
    "time": "2026-01-01T00:00:00+00:00",
    "hit_type_id": "3TYPE",
    "rows": 4,
    "hashes": {},
}


def line(row: int) -> dict[str, object]:
    return {"row": row, "hit_id": f"3HIT{row}", "input": {"ü": row}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record with rows 2, 0 and 1, in this order, written by a run that is over."""
    path = tmp_path / "ids.batch.jsonl"
    with Batch(path).claim() as batch:
        batch.begin(HEADER)
        for row in (2, 0, 1):
            batch.append(line(row))
    return path


def test_what_was_written_is_read(path: Path) -> None:
    """Ids come in the rows' order, each line by its HIT's id."""
    batch = Batch(path)

    assert batch.header == HEADER
    assert list(batch.in_order()) == ["3HIT0", "3HIT1", "3HIT2"]
    assert [batch.find_line(f"3HIT{row}") for row in range(3)] == [line(row) for row in range(3)]
    assert batch.find_line("3NONE") is None


def test_what_is_being_written_can_be_read(path: Path) -> None:
    """A writer knows its own lines, and a reader sees them at once, without waiting for a close."""
    with Batch(path).claim() as batch:
        batch.append(line(3))
        assert batch.find_line("3HIT3") == line(3)
        assert Batch(path).ids[3] == "3HIT3"


def test_a_line_that_was_cut_short_is_written_over(path: Path) -> None:
    """Whatever a crash left of a last line is not read, and the next line takes its place."""
    whole = path.read_bytes()
    for end in range(whole.rindex(b"\n", 0, -1) + 1, len(whole)):
        path.write_bytes(whole[:end])
        with Batch(path).claim() as batch:
            assert sorted(batch.ids) == [0, 2]
            batch.append(line(1))
        assert path.read_bytes() == whole


def test_one_run_at_a_time(path: Path) -> None:
    """While one has the record another cannot claim it; reading is free."""
    with Batch(path).claim():
        with pytest.raises(Error, match="another run is using this file; wait until it finishes"):
            Batch(path).claim()
        assert len(Batch(path).ids) == 3
    Batch(path).claim().close()


def test_a_run_that_read_too_early_does_not_write(path: Path) -> None:
    """Between reading and claiming another run was there: its lines must not be overlooked."""
    early = Batch(path)
    with Batch(path).claim() as batch:
        batch.append(line(3))

    with pytest.raises(Error, match="another run has just finished; run this again"):
        early.claim()


def test_a_claim_without_a_line_leaves_no_file(tmp_path: Path) -> None:
    """A run that was refused before it began leaves nothing, nor what a killed one had claimed."""
    path = tmp_path / "ids.batch.jsonl"
    for left in (None, " "):
        if left is not None:
            path.write_text(left)
        with Batch(path).claim():
            assert path.exists()
        assert not path.exists()


def test_a_first_line_is_written_in_one_step(path: Path, tmp_path: Path) -> None:
    """What cannot be written leaves the record as it was, nothing beside it, and nobody out."""
    whole = path.read_bytes()
    with Batch(path).claim() as batch, pytest.raises(TypeError):
        batch.begin(HEADER | {"rows": object()})

    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]
    Batch(path).claim().close()


def test_a_record_that_is_begun_anew_keeps_its_lock(path: Path) -> None:
    """Another file has taken its place, and still nobody else can claim it."""
    with Batch(path).claim() as batch:
        batch.begin(HEADER)
        with pytest.raises(Error, match="another run is using this file; wait until it finishes"):
            Batch(path).claim()
        batch.append(line(3))
    assert Batch(path).ids == {3: "3HIT3"}


def test_more_than_the_disk_has_left_is_refused(path: Path) -> None:
    """A record that cannot fit is said before anything is made."""
    with (
        Batch(path).claim() as batch,
        pytest.raises(Error, match=r"needs about 1,152,921,504,606,846,976 bytes, and [0-9,]+ are"),
    ):
        batch.check_room(2**60)


@pytest.mark.parametrize(
    ("text", "number"),
    [(json.dumps(HEADER) + "\nnot JSON\n", 2), (json.dumps(HEADER) + '\n{"row": 1}\n', 2)],
)
def test_a_line_that_does_not_belong_is_reported(tmp_path: Path, text: str, number: int) -> None:
    """A whole line that does not belong there is an error with its number."""
    path = tmp_path / "ids.batch.jsonl"
    path.write_text(text)

    with pytest.raises(Error) as raised:
        Batch(path)
    assert str(raised.value) == f"{path}:{number}: not a line of a batch record"


@pytest.mark.parametrize(
    ("ids", "record"),
    [
        ("hit_ids.txt", "hit_ids.batch.jsonl"),
        ("hit_ids", "hit_ids.batch.jsonl"),
        ("a/pilot.v2", "a/pilot.v2.batch.jsonl"),
        ("x.txt.txt", "x.txt.batch.jsonl"),
    ],
)
def test_where_the_record_is(ids: str, record: str) -> None:
    """Beside the ids file, under its name without .txt."""
    assert batches.record_path(ids) == Path(record)
