r"""Write the results of HITs in the format of other tools, from a file of get_results.py.

    python export_results.py --results_file=results.txt --format=mturk \
        --hit_ids_file=hit_ids.txt > Batch_1_batch_results.csv

mturk: the results CSV of Mechanical Turk's web site. csv, json, parquet: a column for each field of
the input and of the answers. amti: the CSV of `amti extract tabular`. xml: a directory with each
answer's XML, as the crowd gave it.

Results hold neither their HIT's title, reward and times (mturk, amti) nor the XML (xml); with
--hit_ids_file these are fetched from the crowd. In CSV, a ' is put before what a spreadsheet would
take for a formula; --raw leaves it out.
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import simpleamt
from amt import answer_files, hit_details, inputs, results_export, results_tables
from amt.errors import Error
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--results_file", required=True, metavar="FILE", help="results of get_results.py"
    )
    parser.add_argument(
        "--format",
        required=True,
        choices=results_export.FORMATS,
        help="format to write; see above",
    )
    parser.add_argument(
        "--output_file",
        metavar="FILE",
        help="file to write, for xml a new directory; default: stdout",
    )
    parser.add_argument(
        "--hit_ids_file",
        metavar="FILE",
        help="HIT ids, one per line; whose crowd to ask for what the results lack",
    )
    parser.add_argument(
        "--raw", action="store_true", help="write each cell as it is, also if it begins with ="
    )
    return simpleamt.run(parser, export, argv)


def export(args: argparse.Namespace) -> int:
    """Check the results, fetch what they lack, and write the file."""
    _check_flags(args)
    with inputs.Input(args.results_file) as source:
        refused = (_export_xml if args.format == "xml" else _export_table)(args, source)
    return 1 if refused else 0


def _export_table(args: argparse.Namespace, source: inputs.Input) -> int:
    """Write every format but xml. Return how many HITs the crowd refused to show."""
    hits = hit_details.FetchedHits()
    refused = 0
    table = results_export.create_table(args.format, hits, datetime.now(UTC))
    contents = results_tables.read_results(source, table, simpleamt.say)
    if args.format in results_export.LACKING and contents.without_hit:
        if args.hit_ids_file:
            crowd, client, _, record, _ = simpleamt.open_batch(args)
            refused = hit_details.fetch(
                crowd, client, contents.without_hit, record, hits, simpleamt.say
            )
        else:
            simpleamt.say(_describe_lacking(args, contents.without_hit))
    results_export.write_table(
        source, table, args.format, args.output_file, sys.stdout, raw=args.raw
    )
    return refused


def _export_xml(args: argparse.Namespace, source: inputs.Input) -> int:
    """Write the directory of answers. Return how many of them there are none of."""
    lacking = results_tables.read_results(source, None, simpleamt.say).without_xml
    fetched: Iterable[tuple[str, str]] = ()
    if lacking:
        if not args.hit_ids_file:
            raise Error(_describe_lacking(args, lacking))
        crowd, client, _, _, hint = simpleamt.open_batch(args)
        fetched = hit_details.fetch_xml(crowd, client, lacking, simpleamt.say, hint)
    return results_export.write_answers(source, args.output_file, fetched, simpleamt.say)


def _describe_lacking(args: argparse.Namespace, hit_ids: list[str]) -> str:
    return (
        f"{args.results_file}: does not contain {results_export.LACKING[args.format]} of "
        f"{count_of(len(hit_ids), 'HIT')}; add --hit_ids_file to fetch them from the crowd"
    )


def _check_flags(args: argparse.Namespace) -> None:
    """Raise Error for flags that contradict the format."""
    if args.format in ("parquet", "xml") and not args.output_file:
        raise Error(f"--format {args.format} needs --output_file")
    if args.format == "xml":
        answer_files.require_new(args.output_file)
    if args.raw and args.format not in results_export.CSV_FORMATS:
        raise Error(f"--raw is for CSV; --format {args.format} always writes each value as it is")
    if args.hit_ids_file and args.format not in results_export.LACKING:
        raise Error(
            f"leave out --hit_ids_file: --format {args.format} has nothing that results lack"
        )


if __name__ == "__main__":
    sys.exit(main())
