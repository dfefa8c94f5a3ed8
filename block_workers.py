"""Block workers, who then cannot accept any of your HITs.

python block_workers.py --worker_ids_file=worker_ids.txt --reason="Random answers."
"""

import argparse
import sys

import simpleamt
from amt import calls, wrong_ids
from amt.errors import Error
from amt.id_files import read_ids
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "worker_ids_file", "yes")
    parser.add_argument(
        "--reason",
        required=True,
        metavar="TEXT",
        help="reason for the block; workers cannot see it",
    )
    return simpleamt.run(parser, block, argv)


def block(args: argparse.Namespace) -> int:
    """Check the ids and the reason, ask, block."""
    ids = read_ids(args.worker_ids_file)
    wrong_ids.check_worker_ids(args.worker_ids_file, ids)
    crowd = simpleamt.crowd(args)
    if not args.reason.strip():
        raise Error("--reason must not be empty")
    if ids:
        simpleamt.confirm(
            args,
            f"Block {count_of(len(ids), 'worker')} on {crowd}, with the reason {args.reason!r}?",
        )
    client = crowd.connect()
    outcomes = calls.gather(
        crowd,
        lambda worker: client.create_worker_block(WorkerId=worker, Reason=args.reason),
        ids,
        doing="blocking",
        total=len(ids),
    )
    refused = calls.count_refusals(outcomes, simpleamt.say)
    simpleamt.say(f"Blocked {count_of(len(ids) - refused, 'worker')}.")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
