r"""Write a file of decisions on answers: a spreadsheet that you edit and apply_decisions.py carries out.

    python review_hits.py --results_file=results.txt --decisions_file=decisions.csv \
        --rule='approve where output.check == "7"'

Each answer has a row; write approve or reject under decision, and the reason of a rejection under
feedback. --rule fills in decisions: "approve all", or "approve where" and comparisons of fields with
==, !=, <, <=, >, >=, contains or in, joined by and, or, not and parentheses. Of several rules, the
first one that holds decides. --terminal shows the answers one by one instead: a approves, r rejects,
s skips, b gives a bonus, q quits; run it again to continue. No crowd is called.
"""

import argparse
import sys
from pathlib import Path

import simpleamt
from amt import decision_files, decision_rules, inputs, reviewing
from amt.errors import Error


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--results_file", required=True, metavar="FILE", help="results of get_results.py"
    )
    parser.add_argument(
        "--decisions_file", required=True, metavar="FILE", help="file to write, as CSV"
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="RULE",
        help="rule that fills in decisions; may be repeated",
    )
    parser.add_argument(
        "--feedback", metavar="TEXT", help="reason that workers read, for rules that reject"
    )
    parser.add_argument(
        "--terminal", action="store_true", help="decide on the answers one by one, with a key each"
    )
    return simpleamt.run(parser, review, argv)


def review(args: argparse.Namespace) -> int:
    """Parse the rules, write the file, and with --terminal ask."""
    rules = [decision_rules.parse(text) for text in args.rule]
    feedback = (args.feedback or "").strip()
    if not feedback and any(rule.decision == "reject" for rule in rules):
        raise Error("a rule that rejects needs --feedback, which the workers read")
    if len(feedback) > decision_files.MOST_FEEDBACK:
        raise Error(
            f"--feedback has {len(feedback):,} characters; "
            f"at most {decision_files.MOST_FEEDBACK:,} are allowed"
        )
    is_there = Path(args.decisions_file).exists()
    if is_there and not args.terminal:
        raise Error(
            f"{args.decisions_file}: exists, and its decisions would be lost; name a new file, or "
            "continue this one with --terminal"
        )
    if args.terminal and (sys.stdin is None or not sys.stdin.isatty()):
        raise Error(f"--terminal needs a terminal; leave it out and edit {args.decisions_file}")
    with inputs.Input(args.results_file) as source:
        if args.terminal:
            descriptor = sys.stdin.fileno()
            counts = reviewing.decide_on_terminal(
                source, args.decisions_file, rules, feedback, descriptor, simpleamt.say
            )
        else:
            counts = reviewing.write(source, args.decisions_file, rules, feedback, simpleamt.say)
    simpleamt.say(f"{args.decisions_file}: {counts}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
