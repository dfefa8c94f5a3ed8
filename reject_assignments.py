r"""Reject submitted assignments, listed by id. Their workers are not paid and can read the reason.

    python reject_assignments.py --assignment_ids_file=assignment_ids.txt \
        --feedback="The answers were left empty."

Assignments that were already approved or rejected are reported and stay as they are.
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
    """Find what is submitted, ask, reject."""
    ids = read_ids(args.assignment_ids_file)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    work = review.find_assignments(crowd, client, ids, simpleamt.say)
    question = review.ask_to_reject(crowd, work.submitted, args.feedback)
    if work.submitted:
        simpleamt.confirm(args, question)
    refused = review.reject(crowd, client, work.submitted, args.feedback, simpleamt.say)
    return 1 if refused or work.refused else 0


if __name__ == "__main__":
    sys.exit(main())
