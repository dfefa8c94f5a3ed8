"""The figures of a batch, computed from the files of its archive alone."""

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from amt import fees
from amt.fees import Rates


def compute(
    header: Mapping[str, Any],
    hits: int,
    results: Iterable[Mapping[str, Any]],
    bonuses: Iterable[Mapping[str, Any]] | None,
) -> dict[str, Any]:
    """Return the figures of a batch; amounts are US dollars, as strings.

    `header` is the first line of its record, `hits` the number of its HIT ids. `bonuses` are None
    if they are not known. Only approved work is counted as paid. Answers of machines are counted
    apart, if there are any.
    """
    statuses: Counter[str] = Counter()
    workers: set[str] = set()
    seconds: list[float] = []
    machine_answers = 0
    for result in results:
        if result.get("machine"):
            machine_answers += 1
            continue
        statuses[str(result.get("status"))] += 1
        workers.add(result["worker_id"])
        if (worked := measure_work(result)) is not None:
            seconds.append(worked)
    rates = find_rates(header)
    reward = Decimal(header.get("reward", "0"))
    approved = statuses["Approved"]
    fee = approved * rates.fee(reward, header.get("max_assignments", 1))
    figures: dict[str, Any] = {
        "rows": header["rows"],
        "hits": hits,
        "answers": statuses.total(),
        "approved": approved,
        "rejected": statuses["Rejected"],
        "submitted": statuses["Submitted"],
        "workers": len(workers),
        "median_work_seconds": statistics.median(seconds) if seconds else None,
        "rewards": _format(approved * reward),
    }
    if machine_answers:
        figures["machine_answers"] = machine_answers
    if bonuses is not None:
        amounts = [Decimal(bonus["amount"]) for bonus in bonuses]
        figures |= {"bonuses": len(amounts), "bonuses_paid": _format(sum(amounts, Decimal(0)))}
        fee += sum(map(rates.bonus_fee, amounts), Decimal(0))
    return figures | {"fees": _format(fee)}


def _format(amount: Decimal) -> str:
    return f"{amount:.2f}"


def measure_work(result: Mapping[str, Any]) -> float | None:
    """Return the seconds from accepting to submitting. Return None if a time is missing or is none,
    or the answer was submitted before it was accepted.
    """
    try:
        begin = datetime.fromisoformat(result["accept_time"])
        seconds = (datetime.fromisoformat(result["submit_time"]) - begin).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None
    return seconds if seconds >= 0 else None


def find_rates(header: Mapping[str, Any]) -> Rates:
    """Return the fees of the batch's crowd: Amazon charges them, and more for Masters.

    The record of a batch on a plug-in says whether that one does.
    """
    try:
        requirements = json.loads(header["properties"])["QualificationRequirements"]
        masters = fees.for_masters(requirements)
    except (KeyError, TypeError, ValueError):
        masters = False
    charged = header.get("crowd") == "mturk" or header.get("charges_fees") is True
    return Rates(charged=charged, masters=masters)
