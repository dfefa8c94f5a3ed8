"""Expire HITs now: nobody can accept them any more. Whoever is at work on one may still submit it.

    python expire_hits.py --hit_ids_file=hit_ids.txt --unfinished

With --unfinished, only HITs that somebody could accept now are expired. A HIT whose assignments are
all being worked on stays as it is; if a worker returns one, others can accept it. Answers stay, and
extend_hits.py --seconds opens the HITs again.
"""

import argparse
import sys

import simpleamt
from amt import expiring
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file", "yes")
    parser.add_argument(
        "--unfinished", action="store_true", help="only HITs that somebody could accept now"
    )
    return simpleamt.run(parser, expire, argv)


def expire(args: argparse.Namespace) -> int:
    """Find what can be expired, say who is at work, ask, expire."""
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    found = expiring.find_expirable(
        crowd, client, ids, unfinished=args.unfinished, say=simpleamt.say, hint=hint
    )
    if found.expired:
        verb = "has" if found.expired == 1 else "have"
        simpleamt.say(f"{count_of(found.expired, 'HIT')} {verb} expired already.")
    if found.full:
        verb = "has" if found.full == 1 else "have"
        simpleamt.say(f"{count_of(found.full, 'HIT')} {verb} no assignment left to accept.")
    if found.open:
        simpleamt.confirm(args, expiring.ask_to_expire(crowd, found))
        if args.yes:  # else the question has just said it
            simpleamt.say(expiring.describe_people_at_work(found.at_work))
    refused = expiring.expire(crowd, client, found.open, simpleamt.say)
    return 1 if refused or found.unknown else 0


if __name__ == "__main__":
    sys.exit(main())
