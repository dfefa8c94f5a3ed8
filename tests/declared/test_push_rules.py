"""When events are sent again, and what a secret is."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from amt.declared.events import Event
from amt.declared.push_rules import find_next_try, is_secret, to_ampcrowd


def test_pauses_double_to_two_hours_for_a_day() -> None:
    """The pauses of one event add up to a day at most."""
    times = [find_next_try(failures, now=1000.0) for failures in range(1, 21)]

    pauses = [time - 1000 for time in times if time is not None]
    assert pauses[:10] == [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7200]
    assert set(pauses[10:]) == {7200}
    assert len(pauses) == 19
    assert sum(pauses) <= 86_400 < sum(pauses) + 7200
    assert times[-1] is None


@pytest.mark.parametrize(
    ("kind", "data", "answers"),
    [
        ("label", {"row": "p1", "label": 0}, [{"identifier": "p1", "value": 0}]),
        ("label", {"row": "p1", "label": None}, []),
        ("answer", {"row": "p1", "output": {"a": 1}}, [{"identifier": "p1", "value": {"a": 1}}]),
        ("answer", {"row": "p1", "output": None}, []),
        ("done", {"rows": 1, "labels": 1}, []),
    ],
)
def test_ampcrowds_form_has_an_answer_where_there_is_a_value(
    kind: str, data: dict[str, Any], answers: list[Any]
) -> None:
    """Its receivers take a number from each; a row without a label has none."""
    request = to_ampcrowd(Event("msg_a", kind, "2026-01-31T12:00:00Z", data), "shoes of May")

    (form,) = parse_qs(request.body.decode())["data"]
    assert json.loads(form) == {"group_id": "shoes of May", "answers": answers}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", True),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", False),
        ("whsec_MfKQ9r8GKYqr", False),
        ("whsec_not base64 at all, however long it is", False),
    ],
)
def test_a_secret_has_the_form_of_standard_webhooks(text: str, expected: bool) -> None:
    """It is whsec_ and at least 24 bytes in base64."""
    assert is_secret(text) is expected
