r"""Reject submitted assignments, named one by one. Workers are not paid, and read why.

    python reject_assignments.py --assignment_ids_file=assignment_ids.txt \
        --feedback="The answers were left empty."

What was approved or rejected before is said and left as it is.
"""

import argparse
import sys

import simpleamt
from amt import review
from amt.id_files import read_ids


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "assignment_ids_file", "feedback", "yes")
    return simpleamt.run(parser, reject, argv)


def reject(args: argparse.Namespace) -> int:
    """Look, ask, reject."""
    ids = read_ids(args.assignment_ids_file)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    return review.reject(args, crowd, client, review.of_assignments(args, crowd, client, ids))


if __name__ == "__main__":
    sys.exit(main())
