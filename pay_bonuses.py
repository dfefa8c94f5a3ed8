"""Pay bonuses to workers, each once, however often this is run.

    python pay_bonuses.py --bonuses_file=bonuses.csv

The file has a row for each bonus: assignment_id, amount (US dollars), reason (which the worker
reads) and, if you like, worker_id; as CSV with a line of column names, or as JSON Lines. What was
paid is noted in a .paid.jsonl file beside it: run again, only what is missing is paid.
"""

import argparse
import sys
from decimal import Decimal

import simpleamt
from amt import bonuses, fees, records, spending
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Faults, count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--bonuses_file", required=True, metavar="FILE", help="who gets how much, and why"
    )
    return simpleamt.run(parser, pay, argv)


def pay(args: argparse.Namespace) -> int:
    """Check, ask, pay."""
    record = records.beside_regular(args.bonuses_file, bonuses.ENDING)
    wanted, content = bonuses.read(args.bonuses_file)
    payments = bonuses.Payments(record)
    if payments.header:
        records.obeyed(args, payments)
        if payments.header["payment"] != content:
            raise Error(
                f"{args.bonuses_file}: changed since bonuses were paid by it ({payments.path}); "
                "put new bonuses into a new file"
            )
        payments.check(wanted)
    missing = [bonus for bonus in wanted if bonus.number not in payments.paid]
    if not missing:
        simpleamt.say(f"{_paid(len(wanted))} already, so nothing was done.")
        return 0
    crowd = simpleamt.crowd(args)
    records.refuse_other_place(payments, crowd)
    total = announce(crowd, missing)
    with payments.claim():
        client = crowd.connect()
        spending.afford(args, crowd, client, total, "Pay them")
        if not payments.header:
            bonuses.begin(payments, crowd, content, wanted)
        refused = 0
        try:
            with Faults(simpleamt.say) as faults:
                for outcome in bonuses.pay(args, client, payments, missing):
                    if outcome.refusal is not None:
                        refused += 1
                        faults.add(f"{args.bonuses_file}:{outcome.item.line}: {outcome.refusal}")
        finally:
            simpleamt.say(f"{len(payments.paid):,} of {_paid(len(wanted))}.")
    return 1 if refused else 0


def announce(crowd: Crowd, missing: list[bonuses.Bonus]) -> Decimal:
    """Say what the bonuses cost; that, in US dollars."""
    rates = fees.Rates(charged=crowd.name == "mturk")
    amounts = sum((bonus.amount for bonus in missing), Decimal("0.00"))
    taken = sum((rates.bonus_fee(bonus.amount) for bonus in missing), Decimal("0.00"))
    simpleamt.say(
        f"{_count(len(missing))}: ${amounts + taken:,} (${amounts:,} in bonuses, ${taken:,} in "
        f"fees), on {crowd} ({crowd.source})."
    )
    return amounts + taken


def _count(bonuses: int) -> str:
    return count_of(bonuses, "bonus", "bonuses")


def _paid(bonuses: int) -> str:
    return f"{_count(bonuses)} {'is' if bonuses == 1 else 'are'} paid"


if __name__ == "__main__":
    sys.exit(main())
