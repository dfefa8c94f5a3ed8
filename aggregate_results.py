r"""Turn several answers per row into one label, with its confidence, from results files.

    python aggregate_results.py --results_file=results.txt --field=output.label > labels.jsonl

Prints one JSON line per HIT: row, hit_id, label, confidence, method, votes, agreement, needs_a_look
and why. Needs no crowd and no network. --field names a field of the results: output.label, or
answers.label for a field of the form.

majority: the label with the most votes. dawid_skene: learns from all answers how often each worker
errs, and weighs their votes by it. The default is dawid_skene from 3 answers per worker on, else
majority. A tie has no label, unless --ties=random. Gold rows (_gold) have no label, but say which workers to trust:
answers of those who have too few of them right are left out.

Numbers become their median, several choices are voted on one by one, texts are equal after folding
case, space and punctuation, rankings and pairs are lists of items with the best first, and spans and
boxes are the same from an overlap of half.
"""

import argparse
import json
import sys
from typing import Any

import simpleamt
from amt import files
from amt.errors import Error
from amt.quality import (
    adjudication,
    aggregation,
    agreement,
    dawid_skene,
    disputes,
    gold,
    kinds,
    labels,
    machine_check,
    machine_reports,
    unsure,
)
from amt.quality.aggregation import Settings
from amt.quality.votes import leave_out

WRITTEN = ("disputed", "unsure_hit_ids", "votes", "workers", "scores")  # --NAME_file


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    simpleamt.add_results_files(parser)
    parser.add_argument(
        "--field", required=True, metavar="NAME", help="field to aggregate, such as output.label"
    )
    parser.add_argument(
        "--kind",
        choices=kinds.KINDS,
        help="kind of the answers; default: by the values, whole numbers and texts being labels",
    )
    parser.add_argument("--method", choices=labels.METHODS, help="see above; default: see above")
    parser.add_argument(
        "--ties",
        choices=labels.TIES,
        default="keep",
        help="what to do with ties: no label, or one of the tied at random; default: %(default)s",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of what is random; default: 0"
    )
    parser.add_argument(
        "--confidence",
        type=float,
        default=labels.SURE,
        metavar="P",
        help="rows less sure than this need a look; default: %(default)s",
    )
    parser.add_argument(
        "--pseudo_count",
        type=float,
        default=dawid_skene.PSEUDO_COUNT,
        metavar="X",
        help="dawid_skene: number of answers that the crowd's matrix counts for in each row of a "
        "worker's; default: %(default)s",
    )
    parser.add_argument(
        "--as_text", action="store_true", help='take all labels as text, so that 1 is "1"'
    )
    _add_experts(parser)
    _add_gold(parser)
    _add_outputs(parser)
    _add_machine_reports(parser)
    return simpleamt.run(parser, aggregate, argv)


def aggregate(args: argparse.Namespace) -> int:
    """Print the labels. Return 1 if answers were left out, or the method did not converge."""
    settings = Settings(
        field=args.field,
        kind=args.kind,
        method=args.method,
        choice=labels.Choice(args.confidence, args.ties, args.seed),
        pseudo_count=args.pseudo_count,
        as_text=args.as_text,
        order=args.order,
        has_votes_file=args.votes_file is not None,
        has_scores_file=args.scores_file is not None,
        gold_file=args.gold_file,
        gold_at_least=args.gold_at_least,
    )
    aggregation.validate(settings)
    files.refuse_overwriting(
        [*args.results_file, *args.adjudicated_file, args.gold_file],
        {f"--{name}_file": getattr(args, f"{name}_file") for name in WRITTEN},
    )
    if args.agreement and (args.machine_check or args.estimate):
        raise Error(
            "--agreement compares people only; run it without --machine_check and --estimate"
        )
    if args.agreement:
        return _print_agreement(args, settings)
    if args.machine_check or args.estimate:
        return _print_machine_reports(args, settings)
    result = aggregation.aggregate(args.results_file, settings, simpleamt.say)
    if args.adjudicated_file:
        result = adjudication.join(
            result, args.results_file, args.adjudicated_file, args.field, simpleamt.say
        )
    if args.disputed_file:
        disputes.write(result, args.results_file, args.field, args.disputed_file, simpleamt.say)
    if args.unsure_hit_ids_file:
        unsure.write(
            result.lines,
            len(result.answers.values),
            args.confidence,
            args.unsure_hit_ids_file,
            simpleamt.say,
        )
    if args.votes_file:
        aggregation.write_votes(result, args.votes_file)
    if args.workers_file:
        aggregation.write_workers(result, args.workers_file)
    if args.scores_file:
        aggregation.write_scores(result, args.scores_file, simpleamt.say)
    for line in result.lines:
        print(json.dumps(line, ensure_ascii=False))
    return 0 if result.is_complete else 1


def _add_experts(parser: argparse.ArgumentParser) -> None:
    """Add the flags of rows that experts decide."""
    parser.add_argument(
        "--disputed_file",
        metavar="FILE",
        help="file to write: the rows that need a look and whose answers differ, as input for "
        "adjudicate.html",
    )
    parser.add_argument(
        "--adjudicated_file",
        action="append",
        default=[],
        metavar="FILE",
        help="results of experts who did adjudicate.html; their labels take the place of others",
    )


def _add_gold(parser: argparse.ArgumentParser) -> None:
    """Add the flags about rows whose right answer is known."""
    parser.add_argument(
        "--gold_file",
        metavar="FILE",
        help="rows with _gold, the right answer, and row or hit_id; default: the _gold that the "
        "batch was launched with",
    )
    parser.add_argument(
        "--gold_at_least",
        type=float,
        default=gold.AT_LEAST,
        metavar="SHARE",
        help="workers who have fewer of at least 3 gold answers right are left out of the labels; "
        "0 keeps everyone; default: %(default)s",
    )


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add the flags of what is written beside the labels, or printed in their place."""
    parser.add_argument(
        "--unsure_hit_ids_file",
        metavar="FILE",
        help="file to write: ids of the HITs that are less sure than --confidence, for extend_hits.py",
    )
    parser.add_argument(
        "--votes_file",
        metavar="FILE",
        help="CSV file to write: task, worker and label, as other libraries read it",
    )
    parser.add_argument(
        "--workers_file", metavar="FILE", help="CSV file to write: figures about each worker"
    )
    parser.add_argument(
        "--scores_file",
        metavar="FILE",
        help="CSV file to write: the strength of each item that rankings compare",
    )
    parser.add_argument(
        "--agreement",
        action="store_true",
        help="print how far the workers agree, one JSON line per measure, instead of labels",
    )
    parser.add_argument(
        "--order",
        type=lambda text: tuple(text.split(",")),
        default=(),
        metavar="LABELS",
        help="all labels in their order, such as low,medium,high; default: by number or by text",
    )


def _print_machine_reports(args: argparse.Namespace, settings: Settings) -> int:
    """Print what the machines' answers are worth. Return 1 if answers were left out."""
    _refuse_files(args, "--machine_check" if args.machine_check else "--estimate")
    answers, votes = aggregation.read_votes(args.results_file, settings, simpleamt.say)
    lines: list[dict[str, Any]] = []
    if args.machine_check:
        lines += machine_reports.check_machines(answers, votes, args.epsilon)
    lines += [machine_reports.estimate(answers, votes, wanted) for wanted in args.estimate]
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    return 1 if answers.left_out else 0


def _add_machine_reports(parser: argparse.ArgumentParser) -> None:
    """Add the flags of what is printed about machines instead of labels."""
    parser.add_argument(
        "--machine_check",
        action="store_true",
        help="print, instead of labels, whether a machine may take a person's place; needs 50 rows "
        "that it and two people answered, and 3 people",
    )
    parser.add_argument(
        "--epsilon",
        type=float,
        default=machine_check.EPSILON,
        metavar="E",
        help="machine_check: how much worse than a person a machine may be, for its price; "
        "default: %(default)s",
    )
    parser.add_argument(
        "--estimate",
        action="append",
        default=[],
        metavar="share:label=L",
        help="print, instead of labels, the share of a label over all rows but gold with a 95%% interval, "
        "from a machine's answers corrected on audit rows",
    )


def _print_agreement(args: argparse.Namespace, settings: Settings) -> int:
    """Print the measures of agreement. Return 1 if answers were left out."""
    _refuse_files(args, "--agreement")
    answers, votes = aggregation.read_votes(args.results_file, settings, simpleamt.say)
    votes = leave_out(votes, answers.machines)
    for measure in agreement.measure(votes, is_ordered=bool(args.order), seed=args.seed):
        print(json.dumps(measure.to_line()))
    return 1 if answers.left_out else 0


def _refuse_files(args: argparse.Namespace, flag: str) -> None:
    """Raise Error for files that are not written, or not read, with a flag that prints no labels."""
    names = (*WRITTEN, "adjudicated")
    given = [f"--{name}_file" for name in names if getattr(args, f"{name}_file")]
    if given:
        raise Error(f"{flag} writes no files and no labels; leave out {' and '.join(given)}")


if __name__ == "__main__":
    sys.exit(main())
