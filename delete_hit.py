"""Delete one HIT and all its answers; it is expired first if it is still open.

    python delete_hit.py --hit_id=3XXXXXXXXXXXXXXXXXXXXXXXXXXXXX

A HIT with submitted work that is neither approved nor rejected is left alone.
"""

import argparse
import sys

import simpleamt
from amt import deleting


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument("--hit_id", required=True, metavar="ID", help="the HIT")
    return simpleamt.run(parser, delete, argv)


def delete(args: argparse.Namespace) -> int:
    """Look, ask, delete."""
    crowd = simpleamt.crowd(args)
    return deleting.delete(args, crowd, crowd.connect(), [args.hit_id])


if __name__ == "__main__":
    sys.exit(main())
