"""Extend the HITs of a batch: more assignments for each, more time, or both.

    python extend_hits.py --hit_ids_file=hit_ids.txt --assignments=2 --seconds=86400

The time is counted from when each HIT expires, or from now if it has. When this was interrupted,
the same command again finishes it: no HIT is extended twice. To extend by the same once more, say
--again.
"""

import argparse
import sys

import simpleamt
from amt import batches, extending, records, spending, survey
from simpleamt import Crowd, Error


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file", "yes")
    parser.add_argument("--assignments", type=int, default=0, metavar="N", help="more for each HIT")
    parser.add_argument("--seconds", type=int, default=0, metavar="S", help="more time for each")
    parser.add_argument("--again", action="store_true", help="although it was done before")
    return simpleamt.run(parser, extend, argv)


def extend(args: argparse.Namespace) -> int:
    """Look, ask, extend."""
    by = [args.assignments, args.seconds]
    if min(by) < 0 or not any(by):
        raise Error("say by how much: --assignments and --seconds are more than 0")
    batch = batches.follow(args)
    record = records.beside_regular(args.hit_ids_file, extending.ENDING)
    extension = extending.Extension(record)
    if extension.header:
        records.obeyed(args, extension)
    fresh = is_fresh(args, extension, by)
    if not fresh and not extension.missing():
        simpleamt.say(
            f"All {len(extension.done)} HITs were extended so already, on "
            f"{extension.header['time']}. --again extends them once more."
        )
        return 0
    ids = batches.hit_ids(args, batch) if fresh else extension.missing()
    crowd = simpleamt.crowd(args)
    with extension.claim():
        client = crowd.connect()
        standings, unknown = survey.standings(args, client, ids)
        ask(args, crowd, client, standings)
        if fresh:
            extending.begin(extension, crowd, by, standings)
        refused = 0
        try:
            for outcome in extending.extend(args, client, extension):
                if outcome.refusal is not None:
                    refused += 1
                    simpleamt.say(f"{outcome.item}: {outcome.refusal}")
        finally:
            simpleamt.say(f"{len(extension.done)} of {len(extension.header['hits'])} are extended.")
    return 1 if refused or unknown else 0


def is_fresh(args: argparse.Namespace, extension: extending.Extension, by: list[int]) -> bool:
    """Whether this begins an extension; else it finishes the one in the record.

    Raises Error when another one is not finished.
    """
    if not extension.header:
        return True
    same = extension.header["by"] == by
    if not same and not extension.complete():
        assignments, seconds = extension.header["by"]
        raise Error(
            f"{extension.path}: the extension with --assignments={assignments} "
            f"--seconds={seconds} is not complete; run that again first"
        )
    return not same or (args.again and extension.complete())


def ask(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "spending.MTurkClient",
    standings: list[survey.Standing],
) -> None:
    """Say what it can cost; on a live site ask."""
    cost = extending.cost(crowd, standings, args.assignments)
    simpleamt.say(
        f"{len(standings)} HITs, {args.assignments} more assignments and {args.seconds} more "
        f"seconds each: at most ${cost:,}, on {crowd}."
    )
    if not args.seconds and (expired := sum(hit.expired for hit in standings)):
        simpleamt.say(f"{expired} of them have expired: without --seconds nobody can take them.")
    if crowd.live:
        spending.afford(args, crowd, client, cost, "Extend them")


if __name__ == "__main__":
    sys.exit(main())
