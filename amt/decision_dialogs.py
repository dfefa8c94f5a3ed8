"""Decide on answers one by one, with a key for each; every decision is on disk before the next."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from amt import cells
from amt.decision_files import MOST_FEEDBACK, Sheet, parse_amount
from amt.messages import Say, count_of
from amt.terminals import END, Terminal

Result = Mapping[str, Any]
KEYS = "a approve, r reject, s skip, b bonus, q quit"


def decide_one_by_one(
    sheet: Sheet, results: Iterable[Result], terminal: Terminal, say: Say
) -> None:
    """Show each answer that is neither decided nor reviewed, and save what the person decides."""
    by_hit: dict[str, list[Result]] = defaultdict(list)
    by_id: dict[str, Result] = {}
    for result in results:
        by_hit[result["hit_id"]].append(result)
        by_id[result["assignment_id"]] = result
    open_rows = [
        row
        for row in sheet.rows
        if not row["decision"].strip()
        and row["assignment_id"] in by_id
        and not is_reviewed(by_id[row["assignment_id"]])
    ]
    for number, row in enumerate(open_rows, 1):
        result = by_id[row["assignment_id"]]
        others = [other for other in by_hit[result["hit_id"]] if other is not result]
        say(f"\nAnswer {number:,} of {len(open_rows):,}: {describe_answer(result, others)}")
        if not _decide(sheet, row, terminal, say):
            return


def is_reviewed(result: Result) -> bool:
    """Return whether the answer was approved or rejected when the results were fetched."""
    return result.get("status") in ("Approved", "Rejected")


def describe_answer(result: Result, others: Sequence[Result]) -> str:
    """Return an answer with its input and with the other answers to the same HIT."""
    lines = [f"{result['assignment_id']}, worker {result['worker_id']}"]
    if result.get("row") is not None:
        lines[0] += f", row {result['row']}"
    if result.get("input") is not None:
        lines.append(f"  input:  {_to_line(result['input'])}")
    lines.append(f"  answer: {_to_line(_get_answer(result))}")
    lines += [
        f"  other:  {_to_line(_get_answer(other))} "
        f"({other.get('status') or 'Submitted'}, worker {other['worker_id']})"
        for other in others
    ]
    return "\n".join(map(_make_printable, lines))


def _get_answer(result: Result) -> Any:
    return result.get("answers") if result.get("output") is None else result["output"]


def _to_line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _make_printable(text: str) -> str:
    r"""Return the text with \x1b and the like escaped, so that an answer cannot control the terminal."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )


def _decide(sheet: Sheet, row: dict[str, str], terminal: Terminal, say: Say) -> bool:
    """Let the person decide on the answer in `row`; return False if they want to stop."""
    say(f"{KEYS}:")
    while True:
        key = terminal.read_key()
        if key in ("q", END):
            return False
        if key == "s":
            say("skipped")
            return True
        if key == "a":
            row["decision"] = "approve"
            sheet.save()
            say("approve")
            return True
        if key == "r" and _reject(sheet, row, terminal, say):
            return True
        if key == "b":
            _set_bonus(sheet, row, terminal, say)
        elif not key.isspace() and key != "r":
            say(f"{_make_printable(key)!r} is not one of the keys: {KEYS}")


def _reject(sheet: Sheet, row: dict[str, str], terminal: Terminal, say: Say) -> bool:
    say("Why is it rejected? The worker reads this:")
    feedback = terminal.read_line()
    if not feedback or len(feedback) > MOST_FEEDBACK:
        say(f"Not rejected: the reason must have 1 to {MOST_FEEDBACK:,} characters. {KEYS}:")
        return False
    row |= {"decision": "reject", "feedback": cells.guard(feedback)}
    sheet.save()
    say("reject")
    return True


def _set_bonus(sheet: Sheet, row: dict[str, str], terminal: Terminal, say: Say) -> None:
    say("How much is the bonus, in US dollars?")
    amount = terminal.read_line()
    try:
        bonus = parse_amount(amount)
    except ValueError as error:
        say(f"{error}. {KEYS}:")
        return
    row["bonus"] = "" if bonus is None else f"{bonus:.2f}"
    if bonus is not None:
        say("What is it for? The worker reads this; empty: the usual words.")
        row["feedback"] = cells.guard(terminal.read_line()[:MOST_FEEDBACK])
    sheet.save()
    say(f"{f'bonus ${bonus:,.2f}' if bonus else 'no bonus'}; now decide. {KEYS}:")


def describe_sheet(rows: Iterable[Mapping[str, str]]) -> str:
    """Count the decisions of a file: 40 answers, 30 to approve, 2 to reject, 8 without a decision."""
    decisions = [row["decision"].strip().lower() for row in rows]
    return describe_counts(len(decisions), decisions.count("approve"), decisions.count("reject"))


def describe_counts(answers: int, approved: int, rejected: int) -> str:
    """Say how many answers there are, and how many have which decision."""
    undecided = answers - approved - rejected
    return (
        f"{count_of(answers, 'answer')}: {approved:,} to approve, {rejected:,} to reject, "
        f"{undecided:,} without a decision"
    )
