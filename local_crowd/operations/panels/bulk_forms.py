"""What panels' forms for many participants take, without a database.

Sources: docs.prolific.com, "Bulk approve submissions" (a list of submission ids) and "Set up bonuses"
(lines of `participant,amount`, the amount with a decimal point); connect-researcher-help.cloudresearch.com,
"Manage Participants" (CSV files, by participant id).
"""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from local_crowd.operations.checks import format_dollars

APPROVALS, BONUSES = "approvals", "bonuses"
PARTS = ("both", APPROVALS, BONUSES)
PROLIFIC, CONNECT, CSV = FORMATS = ("prolific", "connect", "csv")


class Row(NamedTuple):
    """What a panel has to do for one participant."""

    participant_id: str
    submission_id: str | None  # what the link's session parameter contained
    worker_id: str
    is_approved: bool  # whether to approve the submission
    rewards: int  # cents that the approval pays
    bonus: int  # cents


def format_rows(form: str, rows: Sequence[Row], payment_id: str | None) -> list[str]:
    """Return the lines of one of FORMATS; approvals and bonuses have an empty line between them."""
    if not rows:
        return []
    if form == CSV:
        return _format_table(rows, payment_id)
    bonuses = [f"{row.participant_id},{format_dollars(row.bonus)}" for row in rows if row.bonus]
    approved = [row for row in rows if row.is_approved]
    if form == PROLIFIC:
        approvals = [row.submission_id or row.participant_id for row in approved]
    else:
        approvals = [row.participant_id for row in approved]
        approvals = ["participantId", *approvals] if approvals else []
        bonuses = ["participantId,amount", *bonuses] if bonuses else []
    return [*approvals, *([""] if approvals and bonuses else []), *bonuses]


def _format_table(rows: Sequence[Row], payment_id: str | None) -> list[str]:
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(
        ["participant", "submission", "worker_id", "approve", "rewards", "bonus", "payment_id"]
    )
    for row in rows:
        table.writerow(
            [
                row.participant_id,
                row.submission_id or "",
                row.worker_id,
                "yes" if row.is_approved else "no",
                format_dollars(row.rewards),
                format_dollars(row.bonus),
                payment_id or "",
            ]
        )
    return file.getvalue().splitlines()
