"""Approve all submitted work of a batch of HITs. Workers are paid for it.

    python approve_hits.py --hit_ids_file=hit_ids.txt

Work that was already approved or rejected stays as it is.
"""

import argparse
import sys

import simpleamt
from amt import review


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file", "yes")
    parser.add_argument("--feedback", metavar="TEXT", help="message that the workers can read")
    return simpleamt.run(parser, approve, argv)


def approve(args: argparse.Namespace) -> int:
    """Find what is submitted, ask, approve."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    work = review.find_in_hits(crowd, client, ids, say=simpleamt.say, hint=hint)
    if work.submitted:
        simpleamt.confirm(args, review.ask_to_approve(crowd, work.submitted))
    refused = review.approve(crowd, client, work.submitted, args.feedback, simpleamt.say)
    return 1 if refused or work.refused else 0


if __name__ == "__main__":
    sys.exit(main())
