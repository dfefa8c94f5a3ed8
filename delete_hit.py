"""Delete one HIT and all its answers; it is expired first if it is still open.

    python delete_hit.py --hit_id=3XXXXXXXXXXXXXXXXXXXXXXXXXXXXX

A HIT with submitted work that is neither approved nor rejected is not deleted.
"""

import argparse
import sys

import simpleamt
from amt import deleting


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument("--hit_id", required=True, metavar="ID", help="id of the HIT to delete")
    return simpleamt.run(parser, delete, argv)


def delete(args: argparse.Namespace) -> int:
    """Find out whether it can be deleted, ask, delete."""
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    deletable = deleting.find_deletable(crowd, client, [args.hit_id], simpleamt.say)
    if deletable.free:
        simpleamt.confirm(args, deleting.ask_to_delete(crowd, deletable))
    return 1 if deleting.delete(crowd, client, deletable, say=simpleamt.say) else 0


if __name__ == "__main__":
    sys.exit(main())
