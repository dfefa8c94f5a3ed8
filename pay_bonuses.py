"""Pay bonuses to workers. Each is paid once, even if you run this again.

    python pay_bonuses.py --bonuses_file=bonuses.csv

The file has a row for each bonus: assignment_id, amount (US dollars), reason (which the worker
reads) and, if you like, worker_id; as CSV with a line of column names, or as JSON Lines. Each
payment is recorded in a .paid.jsonl file beside it; when you run this again, only the missing
bonuses are paid.
"""

import argparse
import sys
from decimal import Decimal

import simpleamt
from amt import bonuses, calls, fees, records, spending
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--bonuses_file", required=True, metavar="FILE", help="bonuses to pay, as CSV or JSON Lines"
    )
    return simpleamt.run(parser, pay, argv)


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
