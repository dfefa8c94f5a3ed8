"""Reject all submitted work of a batch of HITs. Workers are not paid for it, and read why.

    python reject_hits.py --hit_ids_file=hit_ids.txt --feedback="The answers were left empty."

Work that was approved or rejected before is left as it is.
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
    """Look, ask, reject."""
    return review.reject(args, *review.look_into_file(args))


if __name__ == "__main__":
    sys.exit(main())
