"""Print the results of HITs: JSON Lines, one assignment per line.

    python get_results.py --hit_ids_file=hit_ids.txt > results.txt

Without --hit_ids_file, all HITs of the account are included. With --output_file, results are kept
in that file: only those that may have changed are fetched again, the file is updated, and all
results are printed.
"""

import argparse
import sys
from collections.abc import Iterator

import simpleamt
from amt import results, survey
from amt.messages import Faults


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--hit_ids_file",
        metavar="FILE",
        help="HIT ids, one per line; default: all HITs of the account",
    )
    parser.add_argument("--rejected", action="store_true", help="include rejected work")
    parser.add_argument("--output_file", metavar="FILE", help="file of results to update")
    return simpleamt.run(parser, get, argv)


def get(args: argparse.Namespace) -> int:
    """Print the results in the order of the HIT ids."""
    crowd, client, ids, batch, hint = simpleamt.open_batch(args)
    say = simpleamt.say
    with results.lock_and_read(args.output_file, say) as known, Faults(say) as faults:
        read = results.create_reader(client, batch, known, faults.add, rejected=args.rejected)
        with results.Early(crowd.concurrency, read) as early:
            counters, unknown = survey.fetch_counters(
                crowd, client, ids, early.begin, say=say, hint=hint
            )
        results_found = 0

        def count() -> Iterator[tuple[str, list[str] | None]]:
            nonlocal results_found
            for hit_id, lines in results.fetch(crowd, early.lines, counters, say):
                results_found += len(lines or ())
                yield hit_id, lines

        refused = results.write(args.output_file, known, count(), sys.stdout)
        if not (results_found or known.entries or unknown or refused):
            say(survey.explain_no_results(counters, rejected_too=args.rejected))
    return 1 if unknown or refused else 0


if __name__ == "__main__":
    sys.exit(main())
