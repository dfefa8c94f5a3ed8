"""What was collected before, and what has to be fetched again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amt.results import Collected, Entry, is_up_to_date
from amt.survey import HitCounters, parse_counters
from tests.support.script_fixtures import hit_as_given

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = "2025-12-01T00:00:00Z"
JUST_NOW = "2026-02-28T00:00:00Z"


def stands(total: int, available: int, pending: int, completed: int) -> HitCounters:
    return parse_counters(
        hit_as_given(
            MaxAssignments=total,
            NumberOfAssignmentsAvailable=available,
            NumberOfAssignmentsPending=pending,
            NumberOfAssignmentsCompleted=completed,
        )
    )


def entries(*statuses: str, submit_time: str = LONG_AGO) -> list[Entry]:
    return [Entry(0, 0, f"3A{n}", status, submit_time) for n, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("hit", "known", "expected"),
    [
        (stands(3, 3, 0, 0), [], True),  # nobody has done anything
        (stands(3, 2, 1, 0), [], True),  # somebody is at it
        (stands(3, 2, 0, 0), [], False),  # submitted, and not collected
        (stands(3, 2, 0, 0), ["Submitted"], True),
        (stands(3, 1, 0, 0), ["Submitted"], False),  # another came
        (stands(3, 2, 0, 1), ["Submitted"], False),  # it was reviewed
        (stands(3, 2, 0, 1), ["Approved"], True),
        (stands(3, 2, 0, 1), ["Rejected"], True),
        (stands(3, 1, 0, 1), ["Approved", "Submitted"], True),
        (stands(3, 1, 0, 2), ["Approved"], False),  # one was rejected and not collected
        (stands(3, 0, 0, 1), ["Approved"], False),  # expired: two not taken, or submitted?
        (stands(3, 2, 0, 1), [""], False),  # of a file without statuses
        (stands(3, 2, 0, 0), ["Submitted", "Submitted"], False),  # one of them twice
    ],
)
def test_counters_tell_whether_all_is_collected(
    hit: HitCounters, known: list[str], expected: bool
) -> None:
    """Only when they agree with what is in the file, nothing is fetched."""
    assert is_up_to_date(hit, entries(*known), NOW) is expected


@pytest.mark.parametrize(
    ("submit_time", "expected"), [(LONG_AGO, True), (JUST_NOW, False), ("", True)]
)
def test_a_young_rejection_may_be_overridden(submit_time: str, expected: bool) -> None:
    """For 30 days from its submission, without a counter that would tell."""
    known = entries("Rejected", submit_time=submit_time)

    assert is_up_to_date(stands(1, 0, 0, 1), known, NOW) is expected


def test_the_thirty_days_are_exact() -> None:
    """The day before they are over it may still change, the day after not."""
    for days, expected in ((29, False), (31, True)):
        then = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (
            is_up_to_date(stands(1, 0, 0, 1), entries("Rejected", submit_time=then), NOW)
            is expected
        )


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    """By HIT, whatever fields they have, from a file that may begin with a byte order mark."""
    lines = [
        json.dumps({"hit_id": hit, "assignment_id": f"3A{n}", "é": "\u2028"}, ensure_ascii=False)
        for n, hit in enumerate(("3X", "3Y", "3X"))
    ]
    path = tmp_path / "results.jsonl"
    path.write_bytes(("\ufeff" + "\r\n\n".join(lines)).encode())

    known = Collected(str(path))

    assert [known.line(entry) for entry in known.of("3X")] == [lines[0], lines[2]]
    assert [entry.assignment_id for entry in known.of("3Y")] == ["3A1"]
    assert known.of("3Z") == []
    known.close()


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """The first run makes it."""
    for path in (None, str(tmp_path / "new.jsonl")):
        known = Collected(path)
        assert known.entries == {}
        known.close()
