"""Make a decision file of results: filled in by rules, or by a person at a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from amt import decision_files, decision_rules, files, results_tables
from amt.decision_dialogs import decide_one_by_one, describe_counts, describe_sheet, is_reviewed
from amt.decision_rules import Rule
from amt.errors import Error
from amt.inputs import Input
from amt.messages import FaultList, Say, count_of, say_nothing
from amt.terminals import Terminal


def write(
    source: Input, path: str, rules: Sequence[Rule], feedback: str, say: Say = say_nothing
) -> str:
    """Write a row for each result in `source`, decided by the rules, and return how many there are.

    Results that were reviewed stay without a decision. `feedback` is for rejections. Raises Error
    for what is not a results file, for an answer that is there twice, and for a field in a rule
    that no answer has.
    """
    _check(source, rules, say)
    counts: Counter[str] = Counter()

    def iterate_rows() -> Iterator[dict[str, str]]:
        for result in _iterate_people(source):
            row = _make_row(result, rules, feedback)
            counts[row["decision"]] += 1
            yield row

    decision_files.write_hits(path, _iterate_people(source))
    with files.replace(path) as file:
        decision_files.write_rows(file, decision_files.COLUMNS, iterate_rows())
    return describe_counts(counts.total(), counts["approve"], counts["reject"])


def decide_on_terminal(
    source: Input,
    path: str,
    rules: Sequence[Rule],
    feedback: str,
    descriptor: int,
    say: Say = say_nothing,
) -> str:
    """Add the results that the decision file lacks, and let a person decide; return the counts.

    `descriptor` is the terminal. Raises Error as `write` does, and for a file of something else.
    """
    _check(source, rules, say)
    results = list(_iterate_people(source))
    sheet = decision_files.Sheet(path)
    known = {row["assignment_id"] for row in sheet.rows}
    new = [result for result in results if result["assignment_id"] not in known]
    sheet.rows += [_make_row(result, rules, feedback) for result in new]
    decision_files.write_hits(path, results)
    if new:
        sheet.save()
    decide_one_by_one(sheet, results, Terminal(descriptor), say)
    return describe_sheet(sheet.rows)


def _make_row(
    result: results_tables.Result, rules: Sequence[Rule], feedback: str
) -> dict[str, str]:
    decision = "" if is_reviewed(result) else decision_rules.decide(rules, result)
    return decision_files.to_row(result, decision, feedback)


def _iterate_people(source: Input) -> Iterator[results_tables.Result]:
    """Yield the results of people: nobody decides on a machine's, which earns nothing."""
    return (result for result in results_tables.iterate(source) if not result.get("machine"))


def _check(source: Input, rules: Sequence[Rule], say: Say) -> None:
    results_tables.read_results(source, None, say)
    if unknown := decision_rules.find_unknown_fields(rules, results_tables.iterate(source)):
        raise Error(
            f"{source.path}: no answer has the field {', '.join(unknown)}, which a rule names"
        )
    lines: dict[str, int] = {}
    faults = FaultList()
    reviewed = machines = 0
    for row in source.rows():
        if row.value.get("row_id") is not None:
            raise Error(
                f"{source.path}: has a line for each row, and decisions are on whole assignments; give "
                "the results of get_results.py with the batch's hit_ids.txt"
            )
        assignment_id = row.value["assignment_id"]
        if (first := lines.setdefault(assignment_id, row.line)) != row.line:
            faults.append(f"{source.path}:{row.line}: {assignment_id} is on line {first} already")
        reviewed += is_reviewed(row.value)
        machines += bool(row.value.get("machine"))
    if faults:
        raise Error(faults.join())
    if machines:
        say(f"{count_of(machines, 'answer')} of machines left out: they earn nothing.")
    if reviewed:
        verb = "is" if reviewed == 1 else "are"
        say(f"{count_of(reviewed, 'answer')} {verb} reviewed already, and left without a decision.")
