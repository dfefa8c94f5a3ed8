"""Results in the format of other tools."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, TextIO, cast

from amt import answer_files, files, results_files, results_tables
from amt.amti_batches import AmtiTable
from amt.errors import Error
from amt.messages import Faults, Say, count_of, say_nothing
from amt.pseudonyms import Pseudonyms
from amt.results_tables import Change, FlatTable, Source, Table, keep
from amt.web_results import WebTable

FORMATS = ("mturk", "csv", "json", "parquet", "amti", "xml")
CSV_FORMATS = ("mturk", "csv", "amti")
# What results do not hold, and the crowd has.
LACKING = {
    "mturk": "the titles, rewards and times",
    "amti": "the durations and times",
    "xml": "the answers as XML",
}


def create_table(format_name: str, hits: Mapping[str, Mapping[str, Any]], now: datetime) -> Table:
    """Return the table of a format other than xml.

    `hits` and `now`: see WebTable. `hits` may be filled later. Raises Error if parquet's library is
    missing.
    """
    if format_name == "mturk":
        return WebTable(hits, now)
    if format_name == "amti":
        return AmtiTable(hits)
    if format_name == "parquet":
        results_files.import_pyarrow()
    return FlatTable()


def write_table(
    source: Source,
    table: Table,
    format_name: str,
    output_file: str | None,
    output: TextIO,
    *,
    raw: bool = False,
    change: Change = keep,
) -> None:
    """Write the results in `source`, which `table` has taken in, to a file, or else to `output`.

    `raw`: see results_files.write_csv. `change`: as for results_tables.read_results.
    """
    results = results_tables.iterate(source, change)
    with files.replace(output_file) if output_file else nullcontext(output) as file:
        if format_name == "json":
            results_files.write_json(file, table, results)
        elif format_name == "parquet":
            results_files.write_parquet(cast("Any", file).buffer, table, results)
        else:
            results_files.write_csv(file, table, results, raw=raw)


def write_answers(
    source: Source,
    directory: str,
    fetched: Iterable[tuple[str, str]],
    say: Say = say_nothing,
    *,
    pseudonyms: Pseudonyms | None = None,
) -> int:
    """Write the XML of each result's answer into a new directory: its own, or else from `fetched`.

    `fetched` are assignment ids with their XML. A machine's answers have none and are left out. Return how many answers are missing; each is
    reported to `say`. Raises Error for a directory that exists.
    """
    wanted: dict[str, tuple[str, str]] = {}

    def hide(xml: str, worker_id: str) -> str:
        return pseudonyms.replace_in_text(xml, worker_id) if pseudonyms else xml

    with answer_files.create(directory) as target:
        machines = 0
        for result in results_tables.iterate(source):
            if result.get("machine"):
                machines += 1
            elif isinstance(result.get("xml"), str):
                xml = hide(result["xml"], result["worker_id"])
                target.add(result["hit_id"], result["assignment_id"], xml)
            else:
                wanted[result["assignment_id"]] = (result["hit_id"], result["worker_id"])
        for assignment_id, xml in fetched:
            if assignment_id in wanted:
                hit_id, worker_id = wanted.pop(assignment_id)
                target.add(hit_id, assignment_id, hide(xml, worker_id))
        if not target.written and wanted:
            raise Error(
                f"{directory}: not written, because no answer of {source.path} is available"
            )
    if machines:
        say(f"{count_of(machines, 'answer')} of machines left out: they have no XML.")
    with Faults(say) as faults:
        for assignment_id in wanted:
            faults.add(f"{assignment_id}: the crowd has no such assignment")
    return len(wanted)
