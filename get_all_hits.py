"""Print the results of every HIT of the account, as one JSON array.

    python get_all_hits.py > all_results.json

Each element is what get_results.py prints as a line; rejected work is included.
"""

import argparse
import sys

import simpleamt
from amt import results, survey
from amt.messages import Faults


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    return simpleamt.run(simpleamt.parser(__doc__), get, argv)


def get(args: argparse.Namespace) -> int:
    """Print the array, an element at a time."""
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    counters, _ = survey.fetch_counters(crowd, client, None)
    before, refused = "[", False
    with Faults(simpleamt.say) as faults:
        read = results.create_reader(
            client, None, results.Collected(None), faults.add, rejected=True
        )
        for _, lines in results.fetch(crowd, read, counters, simpleamt.say):
            refused |= lines is None
            for line in lines or ():
                sys.stdout.write(f"{before}\n{line}")
                before = ","
    print("[]" if before == "[" else "\n]")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
