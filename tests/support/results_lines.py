"""Lines of results, as get_results.py prints them."""

import json
from typing import Any


def result(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A result, approved, of somebody who needed 22 seconds."""
    return {
        "assignment_id": f"3ASSIGNMENT{number}",
        "hit_id": f"3HIT{number}",
        "worker_id": "AWORKER",
        "output": None,
        "submit_time": "2015-11-23T18:15:03Z",
        "status": "Approved",
        "accept_time": "2015-11-23T18:14:41Z",
        "input": {"text": "a dog"},
        "row": number - 1,
        "answers": {"label": "animal"},
        "auto_approval_time": "2015-11-26T18:15:03Z",
        "approval_time": "2015-11-24T18:15:03Z",
        "rejection_time": None,
        "requester_feedback": None,
    } | changes


def to_lines(*results: Any) -> str:
    """A results file."""
    return "".join(f"{json.dumps(result)}\n" for result in results)
