"""Show how many assignments of a batch are completed.

    python show_hit_progress.py --hit_ids_file=hit_ids.txt

Prints one line for each state, most frequent first, as `completed / total: number of HITs`, where
submitted work counts as completed; then the totals of all assignments, and when the next submitted
answer is approved automatically, and how many are within a day. For more than 100 HITs, approved and
rejected work is counted together, and times beyond a day are a lower bound, unless you add --exact,
which needs one call per HIT with answers.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime

import simpleamt
from amt import survey
from amt.progress import describe_approvals, format_totals, measure_progress


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="count approved and rejected work separately, and tell when submitted work is approved",
    )
    return simpleamt.run(parser, show, argv)


def show(args: argparse.Namespace) -> int:
    """Print the lines."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=simpleamt.say, hint=hint)
    counted = measure_progress(crowd, client, counters, simpleamt.say, exact=args.exact)
    ways = Counter((hit.completed, hit.total) for hit in counted)
    for (completed, total), hits in sorted(ways.items(), key=lambda way: (-way[1], way[0])):
        print(f"{completed} / {total}: {hits}")
    print(format_totals(counted))
    approvals = describe_approvals(counted, datetime.now(UTC))
    if approvals:
        print(approvals)
    return 1 if unknown or len(counted) < len(counters) else 0


if __name__ == "__main__":
    sys.exit(main())
