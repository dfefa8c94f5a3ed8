"""The whole contract: every check, in the sandbox, and the end of what the checks created."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from amt import plug_ins
from amt.check_crowd import hits
from amt.check_crowd.answers import AnswerChecks
from amt.check_crowd.checks import MISSING, OK, Checks, Result

WAIT_SECONDS = 5.0


def run(
    target: Any,
    report: Callable[[Result], object],
    wait_seconds: float = WAIT_SECONDS,
    pause: Callable[[float], object] = time.sleep,
) -> Counter[str]:
    """Check the object of a crowd's sandbox; return how many checks had each outcome.

    `report` gets each result. Answers are waited for as long as `wait_seconds`. What is created is
    reviewed, expired and deleted in the end.
    """
    checks = Checks(target, report)
    missing = plug_ins.find_missing(target)
    for method in plug_ins.METHODS:
        outcome = MISSING if method in missing else OK
        checks.add(Result(f"{method} is there", outcome, "a method", "none"))
    of_hits = hits.HitChecks(checks)
    try:
        of_hits.run()
        AnswerChecks(checks, of_hits.open).run(wait_seconds, pause)
    finally:
        _delete_all(checks, checks.created)
    return checks.counts


def _delete_all(checks: Checks, hit_ids: list[str]) -> None:
    """Expire and delete HITs, and check that none is left."""
    left = []
    for hit_id in dict.fromkeys(hit_ids):
        with suppress(Exception):  # it is gone, or will be reported
            checks.call("update_expiration_for_hit", HITId=hit_id, ExpireAt=hits.LONG_AGO)
        with suppress(Exception):
            hits.delete(checks, hit_id)
        with suppress(Exception):
            checks.call("get_hit", HITId=hit_id)
            left.append(hit_id)
    checks.equal("delete_hit: every HIT of these checks", [], lambda: left)
