"""Make results of what another tool collected: JSON Lines, as get_results.py prints them.

    python import_results.py --results_file=Batch_4012345_batch_results.csv > results.txt

The file is a results CSV of Mechanical Turk's web site, of Turkle, or of export_results.py
--format=mturk; or it is the directory of a batch that `amti save-batch` has saved. No crowd is
called. With --output_file, the results replace that file.
"""

import argparse
import sys

import simpleamt
from amt import results_import
from amt.messages import Faults


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--results_file",
        required=True,
        metavar="FILE",
        help="results CSV (.tsv: separated by tabs), or batch directory of amti",
    )
    parser.add_argument("--output_file", metavar="FILE", help="file to write; default: stdout")
    parser.add_argument(
        "--raw",
        action="store_true",
        help="keep a ' before =, +, - or @ at the start of a cell, which export_results.py puts "
        "there unless it is given --raw",
    )
    return simpleamt.run(parser, convert, argv)


def convert(args: argparse.Namespace) -> int:
    """Print the results, or write them."""
    with Faults(simpleamt.say) as faults:
        count = results_import.convert(
            args.results_file, args.output_file, sys.stdout, faults.add, raw=args.raw
        )
    if not count:
        simpleamt.say(f"{args.results_file}: has no results")
    return 0


if __name__ == "__main__":
    sys.exit(main())
