"""Show what a batch has cost, what you still owe, and what it pays for an hour's work.

    python show_costs.py --hit_ids_file=hit_ids.txt

What it has cost is approved work and bonuses. You owe submitted work, and work that can still be
submitted, if you approve it. Amazon's fees are included; your own crowd charges none.
"""

import argparse
import json
import sys

import simpleamt
from amt import costs, survey


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return simpleamt.run(parser, show, argv)


def show(args: argparse.Namespace) -> int:
    """Print the table."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=simpleamt.say, hint=hint)
    sums, refused = costs.add_up(crowd, client, counters, simpleamt.say)
    print(json.dumps(sums.to_dict()) if args.json else sums.format_table())
    return 1 if unknown or refused else 0


if __name__ == "__main__":
    sys.exit(main())
