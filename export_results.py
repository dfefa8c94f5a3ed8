r"""Write the results of HITs in the format of other tools, from a file of get_results.py.

    python export_results.py --results_file=results.txt --format=mturk \
        --hit_ids_file=hit_ids.txt > Batch_1_batch_results.csv

mturk: the results CSV of Mechanical Turk's web site. csv, json, parquet: a column for each field of
the input and of the answers. amti: the CSV of `amti extract tabular`. xml: a directory with each
answer's XML, as the crowd gave it. With --to instead of --format, results go into the tables
`batches` and `results` of a database; when run again, what is there is updated.

Results hold neither their HIT's title, reward and times (mturk, amti) nor the XML (xml); with
--hit_ids_file these are fetched from the crowd. In CSV, a ' is put before what a spreadsheet would
take for a formula; --raw leaves it out.

--pseudonyms replaces each worker's id by a hash, which is the same in every export with that key.
The right answers of gold rows, _gold and _gold_why, are left out, unless you add --with_gold.
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import simpleamt
from amt import (
    answer_files,
    batches,
    hit_details,
    inputs,
    pseudonyms,
    results_export,
    results_tables,
)
from amt.errors import Error
from amt.messages import count_of
from amt.pseudonyms import Pseudonyms
from amt.results_tables import Source


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    simpleamt.add_results_files(parser)
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(
        "--format", choices=results_export.FORMATS, help="format to write; see above"
    )
    target.add_argument(
        "--to",
        metavar="URL",
        help="database to write to: postgresql://user@host/database or sqlite:///results.sqlite3",
    )
    parser.add_argument(
        "--output_file",
        metavar="FILE",
        help="file to write, for xml a new directory; default: stdout",
    )
    parser.add_argument(
        "--hit_ids_file",
        metavar="FILE",
        help="HIT ids, one per line; whose crowd to ask for what the results lack; with --to, "
        "whose batch record goes into the database",
    )
    parser.add_argument(
        "--raw", action="store_true", help="write each cell as it is, also if it begins with ="
    )
    parser.add_argument(
        "--pseudonyms", metavar="FILE", help="key of the pseudonyms that replace worker ids"
    )
    parser.add_argument(
        "--new_key", action="store_true", help="create the key of --pseudonyms in a new file"
    )
    parser.add_argument(
        "--with_gold", action="store_true", help="keep _gold and _gold_why in the rows"
    )
    return simpleamt.run(parser, export, argv)


def export(args: argparse.Namespace) -> int:
    """Check the results, fetch what they lack, and write the file."""
    _check_flags(args)
    pseudonyms = _open_pseudonyms(args)
    with inputs.Inputs(args.results_file) as source:
        if args.to:
            refused = _store(args, source, pseudonyms)
        elif args.format == "xml":
            refused = _export_xml(args, source, pseudonyms)
        else:
            refused = _export_table(args, source, pseudonyms)
    return 1 if refused else 0


def _open_pseudonyms(args: argparse.Namespace) -> Pseudonyms | None:
    if args.new_key:
        pseudonyms.create_key(args.pseudonyms)
    return Pseudonyms(pseudonyms.read_key(args.pseudonyms)) if args.pseudonyms else None


def _choose_change(args: argparse.Namespace, hidden: Pseudonyms | None) -> results_tables.Change:
    keep = results_tables.keep if args.with_gold else results_tables.hide_gold
    return (lambda result: hidden.replace(keep(result))) if hidden else keep


def _export_table(args: argparse.Namespace, source: Source, hidden: Pseudonyms | None) -> int:
    """Write every format but xml. Return how many HITs the crowd refused to show."""
    hits = hit_details.FetchedHits()
    refused = 0
    change = _choose_change(args, hidden)
    table = results_export.create_table(args.format, hits, datetime.now(UTC))
    contents = results_tables.read_results(source, table, simpleamt.say, change=change)
    if args.format in results_export.LACKING and contents.without_hit:
        if args.hit_ids_file:
            crowd, client, _, record, _ = simpleamt.open_batch(args)
            refused = hit_details.fetch(
                crowd, client, contents.without_hit, record, hits, simpleamt.say
            )
        else:
            simpleamt.say(_describe_lacking(args, source, contents.without_hit))
    results_export.write_table(
        source, table, args.format, args.output_file, sys.stdout, raw=args.raw, change=change
    )
    return refused


def _export_xml(args: argparse.Namespace, source: Source, hidden: Pseudonyms | None) -> int:
    """Write the directory of answers. Return how many of them there are none of."""
    lacking = results_tables.read_results(source, None, simpleamt.say).without_xml
    fetched: Iterable[tuple[str, str]] = ()
    if lacking:
        if not args.hit_ids_file:
            raise Error(_describe_lacking(args, source, lacking))
        crowd, client, _, _, hint = simpleamt.open_batch(args)
        fetched = hit_details.fetch_xml(crowd, client, lacking, simpleamt.say, hint)
    return results_export.write_answers(
        source, args.output_file, fetched, simpleamt.say, pseudonyms=hidden
    )


def _store(args: argparse.Namespace, source: Source, hidden: Pseudonyms | None) -> int:
    """Write into the database of --to. Return 0: all is stored, or nothing."""
    from amt import results_store  # imports SQLAlchemy, which --help must not wait for

    batch = batches.find(args.hit_ids_file) if args.hit_ids_file else None
    if args.hit_ids_file and batch is None:
        raise Error(
            f"{args.hit_ids_file}: has no batch record for the database; leave out --hit_ids_file"
        )
    table = results_store.StoredTable(batch)
    change = _choose_change(args, hidden)
    results_tables.read_results(source, table, simpleamt.say, change=change)
    new, known = results_store.store(args.to, table, results_tables.iterate(source, change))
    simpleamt.say(f"{count_of(new, 'result')} added, {known:,} updated.")
    return 0


def _describe_lacking(args: argparse.Namespace, source: Source, hit_ids: list[str]) -> str:
    return (
        f"{source.path}: does not contain {results_export.LACKING[args.format]} of "
        f"{count_of(len(hit_ids), 'HIT')}; add --hit_ids_file to fetch them from the crowd"
    )


def _check_flags(args: argparse.Namespace) -> None:
    """Raise Error for flags that contradict the format."""
    if args.format in ("parquet", "xml") and not args.output_file:
        raise Error(f"--format {args.format} needs --output_file")
    if args.format == "xml":
        answer_files.require_new(args.output_file)
    if args.raw and args.format not in results_export.CSV_FORMATS:
        raise Error(f"--raw is for CSV; {_name_target(args)} always writes each value as it is")
    if args.to and args.output_file:
        raise Error("leave out --output_file: --to names where the results go")
    if args.new_key and not args.pseudonyms:
        raise Error("--new_key needs --pseudonyms, which names the file of the key")
    if args.hit_ids_file and args.format and args.format not in results_export.LACKING:
        raise Error(
            f"leave out --hit_ids_file: --format {args.format} has nothing that results lack"
        )


def _name_target(args: argparse.Namespace) -> str:
    return f"--format {args.format}" if args.format else "--to"


if __name__ == "__main__":
    sys.exit(main())
