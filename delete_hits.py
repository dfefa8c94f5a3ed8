"""Delete HITs and all their answers; those still open are expired first.

    python delete_hits.py --hit_ids_file=hit_ids.txt

HITs with submitted work that is neither approved nor rejected are named and left alone.
"""

import argparse
import sys

import simpleamt
from amt import batches, deleting, records


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--hit_ids_file", metavar="FILE", help="HIT ids, one a line")
    which.add_argument("--all", action="store_true", help="every HIT of the account")
    return simpleamt.run(parser, delete, argv)


def delete(args: argparse.Namespace) -> int:
    """Look, ask, delete."""
    batch = None if args.all else batches.follow(args)
    ids = None if args.all else batches.hit_ids(args, batch)
    crowd = simpleamt.crowd(args)
    hint = records.describe_other_place(batch, crowd)
    return deleting.delete(args, crowd, crowd.connect(), ids, hint)


if __name__ == "__main__":
    sys.exit(main())
