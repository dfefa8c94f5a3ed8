"""What is printed about machines instead of labels: checks, and shares of labels."""

from collections.abc import Iterator
from typing import Any

from amt.cells import to_text
from amt.errors import Error
from amt.quality import anchoring
from amt.quality.answers import Answers
from amt.quality.label_shares import estimate_share
from amt.quality.machine_check import check_machine
from amt.quality.votes import Votes

SHARE = "share:label="


def check_machines(answers: Answers, votes: Votes, epsilon: float) -> Iterator[dict[str, Any]]:
    """Yield a line for each machine. Raises Error without a machine, and as check_machine does."""
    if not answers.machines:
        raise Error("--machine_check needs answers of a machine; name its file with --results_file")
    if not 0 <= epsilon < 1:
        raise Error("--epsilon must be from 0 to below 1")
    for machine, name in answers.machines.items():
        yield check_machine(votes, machine, name, answers.machines, epsilon).to_line()


def estimate(answers: Answers, votes: Votes, wanted: str) -> dict[str, Any]:
    """Return the line of an estimate such as share:label=yes. Raises Error for any other."""
    if not wanted.startswith(SHARE):
        raise Error(f"--estimate: {wanted!r} is not {SHARE} and a label, such as {SHARE}yes")
    if not answers.machines:
        raise Error("--estimate needs answers of a machine; name its file with --results_file")
    names = [to_text(label) for label in votes.labels]
    if (label := wanted.removeprefix(SHARE)) not in names:
        raise Error(f"--estimate: nobody gave the label {label}; there are {', '.join(names)}")
    audit = answers.audit or anchoring.find_audit_rows(votes, answers.machines)
    share = estimate_share(votes, names.index(label), answers.machines, audit, answers.gold)
    return share.to_line(wanted)
