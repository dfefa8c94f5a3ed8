"""Unblock workers: they can accept your HITs again.

python unblock_workers.py --worker_ids_file=worker_ids.txt
"""

import argparse
import sys

import simpleamt
from amt import calls, wrong_ids
from amt.id_files import read_ids
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "worker_ids_file", "yes")
    parser.add_argument(
        "--reason", metavar="TEXT", help="reason for unblocking; workers cannot see it"
    )
    return simpleamt.run(parser, unblock, argv)


def unblock(args: argparse.Namespace) -> int:
    """Check the ids, ask, unblock."""
    ids = read_ids(args.worker_ids_file)
    wrong_ids.check_worker_ids(args.worker_ids_file, ids)
    crowd = simpleamt.crowd(args)
    if ids:
        simpleamt.confirm(args, f"Unblock {count_of(len(ids), 'worker')} on {crowd}?")
    client = crowd.connect()
    reason = {"Reason": args.reason} if args.reason else {}
    outcomes = calls.gather(
        crowd,
        lambda worker: client.delete_worker_block(WorkerId=worker, **reason),
        ids,
        doing="unblocking",
        total=len(ids),
    )
    refused = calls.count_refusals(outcomes, simpleamt.say)
    simpleamt.say(f"Unblocked {count_of(len(ids) - refused, 'worker')}.")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
