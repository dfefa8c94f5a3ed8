"""The events file of a batch: written once, sent until it is delivered."""

import re
from pathlib import Path

import pytest

from amt.declared import events
from amt.declared.events import Events
from amt.errors import Error

LABEL = ("label", "b1 0", {"row": "p1", "label": "yes"})
ANSWER = ("answer", "b1 3ASSIGNMENT 0", {"row": "p1"})


def test_an_event_is_written_once_and_waits_until_it_is_delivered(tmp_path: Path) -> None:
    """The same event has the same id, in another run too."""
    path = tmp_path / "events.jsonl"
    first = Events(path)

    assert first.add([ANSWER, LABEL]) == 2
    assert first.add([LABEL]) == 0
    answer, label = first.list_unsent(now=0)
    first.record(answer.id, events.DELIVERED, status=204)
    first.close()
    again = Events(path)
    assert again.add([ANSWER, LABEL]) == 0
    assert list(again.list_unsent(now=0)) == [label]
    assert (label.type, label.data) == ("label", {"row": "p1", "label": "yes"})


def test_a_failed_event_waits_for_its_next_try(tmp_path: Path) -> None:
    """The number of attempts and the time of the next are in the file."""
    path = tmp_path / "events.jsonl"
    first = Events(path)
    first.add([LABEL])
    (label,) = first.list_unsent(now=0)
    first.record(label.id, events.FAILED, next_try=115.0, status=503)
    first.close()

    again = Events(path)

    assert list(again.list_unsent(now=114)) == []
    assert again.next_try == 115
    assert [event.attempts for event in again.list_unsent(now=115)] == [1]


def test_a_dead_event_is_sent_again_when_somebody_asks(tmp_path: Path) -> None:
    """Its attempts are counted anew."""
    path = tmp_path / "events.jsonl"
    first = Events(path)
    first.add([LABEL])
    (label,) = first.list_unsent(now=0)
    first.record(label.id, events.DEAD)
    first.close()

    again = Events(path)
    assert (again.unsent_count, again.dead_count) == (0, 1)
    (dead,) = again.list_dead()
    again.record(dead.id, events.REVIVED)

    assert list(again.list_unsent(now=0)) == [label]


def test_a_line_that_a_crash_cut_short_is_replaced(tmp_path: Path) -> None:
    """What follows begins on a line of its own."""
    path = tmp_path / "events.jsonl"
    first = Events(path)
    first.add([ANSWER])
    first.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "msg_x", "ty')

    again = Events(path)
    again.add([LABEL])
    again.close()

    assert path.read_bytes().startswith(whole)
    assert [event.type for event in Events(path).list_unsent(now=0)] == ["answer", "label"]


@pytest.mark.parametrize(
    "line",
    ['{"of": "msg_a"}', "{}", '{"id": 5}', '{"of": "a", "outcome": "failed", "next_try": "x"}'],
)
def test_another_file_is_not_an_events_file(tmp_path: Path, line: str) -> None:
    """The line is named, and what to do."""
    path = tmp_path / "events.jsonl"
    path.write_text(f"{line}\n")

    with pytest.raises(
        Error, match=f"^{re.escape(str(path))}:1: not a line that run_batch.py wrote"
    ):
        Events(path)
