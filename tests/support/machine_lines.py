"""Lines of results of a machine, as answer_hits.py writes them."""

from typing import Any

from tests.support.results_lines import result

MACHINE = "rule-2026"


def machine_result(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A machine's answer to the HIT of `result(number)`."""
    own = {
        "assignment_id": f"MASSIGNMENT{number}",
        "worker_id": "MMACHINE",
        "machine": MACHINE,
        "confidence": 0.75,
        "output": {"label": "animal"},
        "answers": {"output": '{"label": "animal"}'},
    }
    unknown = ("status", "accept_time", "auto_approval_time", "approval_time")
    return result(number, **own | dict.fromkeys(unknown) | changes)
