"""Delete HITs and all their answers; those still open are expired first.

    python delete_hits.py --hit_ids_file=hit_ids.txt

HITs with submitted work that is neither approved nor rejected are reported and not deleted.
"""

import argparse
import sys

import simpleamt
from amt import deleting


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--hit_ids_file", metavar="FILE", help="HIT ids, one per line")
    which.add_argument("--all", action="store_true", help="every HIT of the account")
    return simpleamt.run(parser, delete, argv)


def delete(args: argparse.Namespace) -> int:
    """Find what can be deleted, ask, delete."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    deletable = deleting.find_deletable(crowd, client, ids, simpleamt.say)
    if deletable.free:
        simpleamt.confirm(args, deleting.ask_to_delete(crowd, deletable))
    return 1 if deleting.delete(crowd, client, deletable, say=simpleamt.say, hint=hint) else 0


if __name__ == "__main__":
    sys.exit(main())
