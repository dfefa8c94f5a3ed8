"""Print the balance of the account, in US dollars.

python show_account_balance.py
"""

import argparse
import sys

import simpleamt


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    return simpleamt.run(simpleamt.parser(__doc__), show, argv)


def show(args: argparse.Namespace) -> int:
    """Print it."""
    print(simpleamt.crowd(args).connect().get_account_balance()["AvailableBalance"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
