"""Pay bonuses to workers. Each is paid once, even if you run this again.

    python pay_bonuses.py --bonuses_file=bonuses.csv

The file has a row for each bonus: assignment_id, amount (US dollars), reason (which the worker
reads) and, if you like, worker_id; as CSV with a line of column names, or as JSON Lines. Each
payment is recorded in a .paid.jsonl file beside it; when you run this again, only the missing
bonuses are paid.

    python pay_bonuses.py --to_hourly=12.00 --hit_ids_file=hit_ids.txt

This pays nothing. It writes bonuses.csv (or --bonuses_file) with what each approved answer lacks to
that hourly pay at the median working time of the batch, rounded up to cents. Bonuses that were paid
from such a file before count as pay.
"""

import argparse
import shlex
import sys
from decimal import Decimal
from pathlib import Path

import simpleamt
from amt import bonuses, calls, fees, hourly_pay, records, spending, survey
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import count_of

WRITTEN = "bonuses.csv"


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--bonuses_file",
        metavar="FILE",
        help="bonuses to pay, as CSV or JSON Lines; with --to_hourly the file to write",
    )
    parser.add_argument(
        "--to_hourly",
        metavar="DOLLARS",
        help="hourly pay to which a new bonuses file lifts answers",
    )
    parser.add_argument(
        "--hit_ids_file", metavar="FILE", help="HIT ids, one per line, for --to_hourly"
    )
    parser.add_argument(
        "--own_time",
        action="store_true",
        help="with --to_hourly: each answer's own time, up to three times the median",
    )
    return simpleamt.run(parser, run, argv)


def run(args: argparse.Namespace) -> int:
    """Write a bonuses file, or pay one."""
    if args.to_hourly is not None:
        return write(args)
    if args.hit_ids_file or args.own_time:
        raise Error("--hit_ids_file and --own_time are for --to_hourly")
    if not args.bonuses_file:
        raise Error("give --bonuses_file to pay bonuses, or --to_hourly to compute them")
    return pay(args)


def write(args: argparse.Namespace) -> int:
    """Compute what answers lack to an hourly pay, and write it as a bonuses file."""
    hourly = hourly_pay.parse_pay(args.to_hourly)
    path = args.bonuses_file or WRITTEN
    if not args.hit_ids_file:
        raise Error("--to_hourly needs --hit_ids_file")
    for there in (path, records.record_path(path, bonuses.ENDING)):
        if Path(there).exists():
            raise Error(f"{there}: exists; name a new file with --bonuses_file")
    crowd, client, ids, _, hint = simpleamt.open_batch(args)
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=simpleamt.say, hint=hint)
    work, refused = hourly_pay.fetch_work(crowd, client, counters, simpleamt.say)
    approved = sum(answer.is_approved for answer in work)
    if not approved:
        simpleamt.say("There are no approved answers.")
        return 1 if unknown or refused else 0
    lifts, total = hourly_pay.compute_lifts(work, hourly, own_time=args.own_time)
    seconds = f"{float(hourly_pay.find_median(work)):,.1f}".removesuffix(".0")
    simpleamt.say(
        f"{count_of(len(work), 'answer')}, {approved:,} of them approved: the median working time is "
        f"{seconds} s, which makes "
        f"${hourly_pay.compute_median_pay(work):,} an hour."
    )
    if not lifts:
        simpleamt.say(f"No approved answer is paid less than ${hourly:,.2f} an hour.")
        return 1 if unknown or refused else 0
    hourly_pay.write(path, lifts, hourly)
    place = [] if crowd.name == simpleamt.config(args)["crowd"] else [f"--crowd={crowd.name}"]
    place += ["--prod"] if crowd.live else []
    command = shlex.join(["python", "pay_bonuses.py", f"--bonuses_file={path}", *place])
    simpleamt.say(
        f"{path}: {_count(len(lifts))}, ${total:,} without fees. Nothing is paid yet; to pay: "
        f"{command}"
    )
    return 1 if unknown or refused else 0


def pay(args: argparse.Namespace) -> int:
    """Check, ask, pay."""
    record = records.lasting_record_path(args.bonuses_file, bonuses.ENDING)
    wanted, content = bonuses.read(args.bonuses_file)
    payments = bonuses.Payments(record)
    crowd = simpleamt.crowd(args, payments)
    if payments.header:
        if payments.header["payment"] != content:
            raise Error(
                f"{args.bonuses_file}: changed since its bonuses were paid ({payments.path}); "
                "put new bonuses into a new file"
            )
        payments.check(wanted)
    missing = [bonus for bonus in wanted if bonus.number not in payments.paid]
    if not missing:
        simpleamt.say(f"{_paid(len(wanted))} already, so nothing was done.")
        return 0
    records.refuse_other_place(payments, crowd)
    total = announce(crowd, missing)
    with payments.claim():
        client = crowd.connect()
        question = spending.require_funds(crowd, client, total, "Pay them")
        simpleamt.confirm(args, question)
        if not payments.header:
            bonuses.begin(payments, crowd, content, wanted)
        try:
            refused = calls.count_refusals(
                bonuses.pay(crowd, client, payments, missing),
                simpleamt.say,
                lambda bonus: f"{args.bonuses_file}:{bonus.line}",
            )
        finally:
            simpleamt.say(f"{len(payments.paid):,} of {_paid(len(wanted))}.")
    return 1 if refused else 0


def announce(crowd: Crowd, missing: list[bonuses.Bonus]) -> Decimal:
    """Say and return what the bonuses cost, in US dollars."""
    rates = fees.Rates(charged=crowd.charges_fees)
    amounts = sum((bonus.amount for bonus in missing), Decimal("0.00"))
    fee = sum((rates.bonus_fee(bonus.amount) for bonus in missing), Decimal("0.00"))
    simpleamt.say(
        f"{_count(len(missing))}: ${amounts + fee:,} (${amounts:,} in bonuses, ${fee:,} in "
        f"fees), on {crowd} ({crowd.source})."
    )
    return amounts + fee


def _count(bonuses: int) -> str:
    return count_of(bonuses, "bonus", "bonuses")


def _paid(bonuses: int) -> str:
    return f"{_count(bonuses)} {'is' if bonuses == 1 else 'are'} paid"


if __name__ == "__main__":
    sys.exit(main())
