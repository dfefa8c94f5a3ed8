"""Approve submitted assignments, listed by id. Their workers are paid.

    python approve_assignments.py --assignment_ids_file=assignment_ids.txt

Assignments that were already approved or rejected are reported and stay as they are.
"""

import argparse
import sys

import simpleamt
from amt import review
from amt.id_files import read_ids


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "assignment_ids_file", "yes")
    parser.add_argument("--feedback", metavar="TEXT", help="message that the workers can read")
    return simpleamt.run(parser, approve, argv)


def approve(args: argparse.Namespace) -> int:
    """Find what is submitted, ask, approve."""
    ids = read_ids(args.assignment_ids_file)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    work = review.find_assignments(crowd, client, ids, simpleamt.say)
    if work.submitted:
        simpleamt.confirm(args, review.ask_to_approve(crowd, work.submitted))
    refused = review.approve(crowd, client, work.submitted, args.feedback, simpleamt.say)
    return 1 if refused or work.refused else 0


if __name__ == "__main__":
    sys.exit(main())
