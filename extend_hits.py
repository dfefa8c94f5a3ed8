"""Extend the HITs of a batch: more assignments for each, more time, or both.

    python extend_hits.py --hit_ids_file=hit_ids.txt --assignments=2 --seconds=86400

The seconds are added to the time at which each HIT expires, or to now if it has expired. If the
script is interrupted, run the same command again to finish: no HIT is extended twice. To repeat an
extension that is complete, add --again.

For the rows that aggregate_results.py is not sure of, up to 5 assignments each:

    python extend_hits.py --hit_ids_file=unsure.txt --assignments=1 --most=5

With --most, a HIT with an assignment that nobody has submitted yet gets no other one.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import simpleamt
from amt import batches, calls, extending, records, spending, splitting, survey
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import count_of

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file", "yes")
    parser.add_argument(
        "--assignments",
        type=int,
        default=0,
        metavar="N",
        help="number of assignments to add to each HIT",
    )
    parser.add_argument(
        "--seconds", type=int, default=0, metavar="S", help="number of seconds to add to each HIT"
    )
    parser.add_argument(
        "--most",
        type=int,
        metavar="N",
        help="largest number of assignments that any HIT may have; HITs of fewer than 10 never get 10",
    )
    parser.add_argument("--again", action="store_true", help="repeat an extension that is complete")
    return simpleamt.run(parser, extend, argv)


def extend(args: argparse.Namespace) -> int:
    """Find what is to be extended, ask, extend."""
    by = [args.assignments, args.seconds]
    if min(by) < 0 or not any(by):
        raise Error("give --assignments or --seconds, more than 0")
    if args.most is not None and (args.most < 1 or not args.assignments):
        raise Error("--most must be more than 0, and needs --assignments")
    batch = batches.find(args.hit_ids_file)
    path = records.lasting_record_path(args.hit_ids_file, extending.ENDING)
    extension = extending.Extension(path)
    crowd = simpleamt.crowd(args, batch, extension)
    if args.assignments:
        crowd.require("create_additional_assignments_for_hit", "only --seconds can be given")
    limit = read_limit(args.hit_ids_file, args.most, batch)
    fresh = is_fresh(extension, by, limit, again=args.again)
    left_out = [] if fresh or limit else find_left_out(args.hit_ids_file, extension, batch)
    if not fresh and not extension.missing():
        simpleamt.say(
            f"{count_of(len(extension.done), 'HIT')} already got this extension, on "
            f"{extension.header['time']}; add --again to repeat it."
        )
        return 1 if left_out else 0
    if fresh:
        ids = batches.read_hit_ids(args.hit_ids_file, batch, simpleamt.say)
        if batch is not None:
            splitting.refuse_extension(batch, ids)
    else:
        ids = extension.missing()
        records.refuse_other_place(extension, crowd)
    with extension.claim():
        client = crowd.connect()
        hint = records.describe_other_place(batch, crowd)
        counters, unknown = survey.fetch_counters(crowd, client, ids, say=simpleamt.say, hint=hint)
        shares = choose_shares(args, client, extension, counters, fresh=fresh)
        if fresh and not shares:
            simpleamt.say("There are no HITs to extend.")
            return 1 if unknown else 0  # a record of no HIT would pass for a complete extension
        ask(args, crowd, client, shares)
        if fresh:
            extending.begin(extension, crowd, by, shares, limit)
        refused = perform(crowd, client, extension)
    return 1 if refused or unknown or left_out else 0


def perform(crowd: Crowd, client: "MTurkClient", extension: extending.Extension) -> int:
    """Extend the HITs that are missing; say how many are extended, and return the refusals."""
    try:
        outcomes = extending.extend(crowd, client, extension)
        return calls.count_refusals(outcomes, simpleamt.say)
    finally:
        simpleamt.say(
            f"{len(extension.done)} of {count_of(len(extension.header['hits']), 'HIT')} "
            "are extended."
        )


def read_limit(hit_ids_file: str, most: int | None, batch: Batch | None) -> extending.Limit | None:
    """Return the limit of the flag --most, or None without it."""
    if most is None:
        return None
    return extending.read_limit(hit_ids_file, most, list(batch.in_order()) if batch else [])


def choose_shares(
    args: argparse.Namespace,
    client: "MTurkClient",
    extension: extending.Extension,
    counters: list[survey.HitCounters],
    *,
    fresh: bool,
) -> list[extending.Share]:
    """Return how many assignments each HIT gets; say why some get none."""
    if not fresh:
        return [extending.Share(hit, extension.count_more(hit.hit_id)) for hit in counters]
    if args.most is None:
        return [extending.Share(hit, args.assignments) for hit in counters]
    shares = extending.distribute(
        client, counters, args.assignments, args.most, with_time=args.seconds > 0
    )
    if shares.full:
        simpleamt.say(
            f"{count_of(shares.full, 'HIT')} {'has' if shares.full == 1 else 'have'} as many "
            "assignments as --most allows."
        )
    if shares.open:
        simpleamt.say(
            f"{count_of(shares.open, 'HIT')} {'has' if shares.open == 1 else 'have'} an assignment "
            "that nobody has submitted yet; no other is added."
        )
    return shares.given


def find_left_out(
    hit_ids_file: str, extension: extending.Extension, batch: Batch | None
) -> list[str]:
    """Name and return the HITs in the file that are not in the extension.

    Raises Error when the extension has HITs that the file does not name: it is another file's.
    """
    if not Path(hit_ids_file).exists():
        return []
    ids = batches.read_hit_ids(hit_ids_file, batch, simpleamt.say)
    others = [hit_id for hit_id in extension.header["hits"] if hit_id not in set(ids)]
    if others:
        raise Error(
            f"{extension.path}: this extension also has HITs that {hit_ids_file} does not "
            f"list, such as {others[0]}; use another file name for another list of HITs"
        )
    left_out = [hit_id for hit_id in ids if hit_id not in extension.header["hits"]]
    if left_out:
        simpleamt.say(
            f"{extension.path}: this extension lacks {len(left_out)} of the HITs in "
            f"{hit_ids_file}, such as {left_out[0]}"
        )
    return left_out


def is_fresh(
    extension: extending.Extension, by: list[int], limit: extending.Limit | None, *, again: bool
) -> bool:
    """Return whether this begins an extension; else it finishes the one in the record.

    Raises Error when another one is not finished. One with a limit need not be: the assignments that
    nobody has submitted yet tell which HITs it extended.
    """
    if not extension.header:
        return True
    same = extension.header["by"] == by and extension.limit == limit
    if not same and not extension.is_complete and not (limit and extension.limit):
        assignments, seconds = extension.header["by"]
        most = f" --most={extension.limit.most}" if extension.limit else ""
        raise Error(
            f"{extension.path}: the extension with --assignments={assignments} "
            f"--seconds={seconds}{most} is not complete; run that again first"
        )
    return not same or (again and extension.is_complete)


def ask(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "MTurkClient",
    shares: list[extending.Share],
) -> None:
    """Say what the extension can cost; on a live site, ask."""
    cost = extending.cost(crowd, shares)
    simpleamt.say(
        f"{count_of(len(shares), 'HIT')}, "
        f"{describe_assignments(args, shares)} and "
        f"{count_of(args.seconds, 'more second')} each: at most ${cost:,}, on {crowd} ({crowd.source})."
    )
    expired = sum(hit.expired for hit, _ in shares)
    if expired and not args.seconds:
        verb = "has" if expired == 1 else "have"
        simpleamt.say(
            f"{expired} of them {verb} expired: without --seconds nobody can accept them."
        )
    if crowd.live:
        question = spending.require_funds(crowd, client, cost, "Extend them")
        simpleamt.confirm(args, question)


def describe_assignments(args: argparse.Namespace, shares: list[extending.Share]) -> str:
    """Return how many assignments each HIT gets: 2 more assignments."""
    numbers = {more for _, more in shares}
    each = min(numbers) if len(numbers) == 1 else args.assignments
    return f"{'' if len(numbers) <= 1 else 'at most '}{count_of(each, 'more assignment')}"


if __name__ == "__main__":
    sys.exit(main())
