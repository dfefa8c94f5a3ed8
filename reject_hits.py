"""Reject all submitted work of a batch of HITs. Workers are not paid for it and can read the reason.

    python reject_hits.py --hit_ids_file=hit_ids.txt --feedback="The answers were left empty."

Work that was already approved or rejected stays as it is.
"""

import argparse
import sys

import simpleamt
from amt import review


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file", "feedback", "yes")
    return simpleamt.run(parser, reject, argv)


def reject(args: argparse.Namespace) -> int:
    """Find what is submitted, ask, reject."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    work = review.find_in_hits(crowd, client, ids, say=simpleamt.say, hint=hint)
    question = review.ask_to_reject(crowd, work.submitted, args.feedback)
    if work.submitted:
        simpleamt.confirm(args, question)
    refused = review.reject(crowd, client, work.submitted, args.feedback, simpleamt.say)
    return 1 if refused or work.refused else 0


if __name__ == "__main__":
    sys.exit(main())
