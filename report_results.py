r"""Write a report on the answers of a batch: one HTML page, and LaTeX for a publication.

    python report_results.py --results_file=results.txt --field=output.label \
        --hit_ids_file=hit_ids.txt --report_file=report.html

The page shows progress, labels, agreement, confusion, the rows most in doubt with their answers,
workers, working times, pay, costs, and what was left out. It has no script, needs no network, and
prints. Needs no crowd: costs and how many answers were asked for come from the batch record of
--hit_ids_file.

--field and the other flags about labels are those of aggregate_results.py. Worker ids are replaced by
W1, W2 and so on, or by the pseudonyms of export_results.py.
"""

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

import simpleamt
from amt import batches, files, pseudonyms
from amt.errors import Error
from amt.messages import count_of
from amt.pseudonyms import Numbers, Pseudonyms
from amt.quality import aggregation, dawid_skene, gold, kinds, labels
from amt.quality.aggregation import Settings

if TYPE_CHECKING:
    from amt.report.study import Study

OUTPUTS = ("report_file", "latex", "summary_file", "figure")


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    simpleamt.add_results_files(parser)
    parser.add_argument(
        "--field", required=True, metavar="NAME", help="field to report on, such as output.label"
    )
    parser.add_argument(
        "--hit_ids_file", metavar="FILE", help="HIT ids, one per line, whose batch record to read"
    )
    parser.add_argument("--report_file", metavar="FILE", help="HTML page to write")
    parser.add_argument(
        "--latex", metavar="FILE", help="LaTeX file to write: a paragraph on methods and two tables"
    )
    parser.add_argument(
        "--summary_file",
        metavar="FILE",
        help="JSON file to write: each figure with the command that prints it",
    )
    parser.add_argument("--figure", metavar="NAME", help="print this figure of the summary as JSON")
    parser.add_argument(
        "--doubtful_rows",
        type=int,
        default=20,
        metavar="N",
        help="number of rows in doubt to show with their answers; default: %(default)s",
    )
    parser.add_argument(
        "--pseudonyms", metavar="FILE", help="key of the pseudonyms to show in place of W1, W2"
    )
    parser.add_argument("--worker_ids", action="store_true", help="show worker ids")
    _add_settings(parser)
    return simpleamt.run(parser, write_report, argv)


def write_report(args: argparse.Namespace) -> int:
    """Write the files. Return 1 if answers were left out, or the method did not converge."""
    from amt.report import latex, page, report  # imports markupsafe, which --help must not wait for
    from amt.report.study import read_study

    settings = _check_flags(args)
    files.refuse_overwriting(
        [
            *args.results_file,
            *args.adjudicated_file,
            *(args.gold_file, args.hit_ids_file, args.pseudonyms),
        ],
        {
            "--report_file": args.report_file,
            "--latex": args.latex,
            "--summary_file": args.summary_file,
        },
    )
    batch = batches.find(args.hit_ids_file) if args.hit_ids_file else None
    if args.hit_ids_file and batch is None:
        raise Error(f"{args.hit_ids_file}: has no batch record; leave out --hit_ids_file")
    study = read_study(
        args.results_file,
        settings,
        batch,
        _choose_names(args),
        _format_command(args),
        args.doubtful_rows,
        (lambda _: None) if args.figure else simpleamt.say,
        adjudicated=args.adjudicated_file,
    )
    if args.figure:
        print(report.find_figure(study, args.figure))
        return 0
    if batch is not None:
        _compare_batch(study, batch, args.hit_ids_file)
    figures = report.compute_figures(study)
    for path, render in (
        (args.report_file, page.render),
        (args.latex, latex.render),
        (args.summary_file, report.summarize),
    ):
        if path:
            with files.replace(path) as file:
                file.write(render(study, figures))
            simpleamt.say(f"Wrote {path}.")
    return 0 if study.result.is_complete else 1


def _compare_batch(study: "Study", batch: batches.Batch, hit_ids_file: str) -> None:
    """Say how many answers are not to the batch's HITs. Raises Error if none is to one of them."""
    known = set(batch.ids.values())
    others = sum(work.hit_id not in known for work in study.people)
    if known and study.people and others == len(study.people):
        raise Error(
            f"{hit_ids_file}: no answer is to one of its HITs; name the ids of this batch, or leave out "
            "--hit_ids_file"
        )
    if others:
        simpleamt.say(
            f"{count_of(others, 'answer')} to HITs that are not in {hit_ids_file}: what is asked for "
            "and still open is that of its HITs alone."
        )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the flags of aggregate_results.py that decide what the labels are."""
    group = parser.add_argument_group("labels, as in aggregate_results.py")
    group.add_argument("--kind", choices=kinds.KINDS, help="kind of the answers")
    group.add_argument("--method", choices=labels.METHODS, help="method of the labels")
    group.add_argument(
        "--confidence",
        type=float,
        default=labels.SURE,
        metavar="P",
        help="rows less sure than this need a look; default: %(default)s",
    )
    group.add_argument(
        "--pseudo_count",
        type=float,
        default=dawid_skene.PSEUDO_COUNT,
        metavar="X",
        help="dawid_skene: number of answers that the crowd's matrix counts for in each row of a "
        "worker's; default: %(default)s",
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of the intervals; default: 0"
    )
    group.add_argument(
        "--gold_file", metavar="FILE", help="rows with _gold; default: that of the results"
    )
    group.add_argument(
        "--gold_at_least",
        type=float,
        default=gold.AT_LEAST,
        metavar="SHARE",
        help="share of gold answers that workers must have right; default: %(default)s",
    )
    group.add_argument(
        "--adjudicated_file",
        action="append",
        default=[],
        metavar="FILE",
        help="results of experts, whose labels take the place of others",
    )
    group.add_argument("--as_text", action="store_true", help="take all labels as text")
    group.add_argument(
        "--order", default="", metavar="LABELS", help="all labels in their order: low,medium,high"
    )


def _check_flags(args: argparse.Namespace) -> Settings:
    """Return the settings of the labels. Raises Error for flags that contradict each other."""
    if not any(getattr(args, name) for name in OUTPUTS):
        raise Error("nothing to write; add --report_file, --latex, --summary_file or --figure")
    if args.figure and (args.report_file or args.latex or args.summary_file):
        raise Error("--figure prints one figure and writes no file; leave out the others")
    if args.worker_ids and args.pseudonyms:
        raise Error("leave out --pseudonyms or --worker_ids: a report has one of them")
    if args.doubtful_rows < 0:
        raise Error("--doubtful_rows must be at least 0")
    settings = Settings(
        field=args.field,
        kind=args.kind,
        method=args.method,
        choice=labels.Choice(args.confidence, "keep", args.seed),
        pseudo_count=args.pseudo_count,
        as_text=args.as_text,
        order=tuple(args.order.split(",")) if args.order else (),
        gold_file=args.gold_file,
        gold_at_least=args.gold_at_least,
    )
    aggregation.validate(settings)
    return settings


def _choose_names(args: argparse.Namespace) -> Pseudonyms | None:
    if args.pseudonyms:
        return Pseudonyms(pseudonyms.read_key(args.pseudonyms))
    return None if args.worker_ids else Numbers()


def _format_command(args: argparse.Namespace) -> str:
    """Return the command that computes the same figures again, without what it writes."""
    results_files = [f"--results_file={path}" for path in args.results_file]
    results_files += [f"--adjudicated_file={path}" for path in args.adjudicated_file]
    defaults = {
        **dict.fromkeys(("field", "hit_ids_file", "kind", "method", "gold_file")),
        "order": "",
        "confidence": labels.SURE,
        "pseudo_count": dawid_skene.PSEUDO_COUNT,
        "seed": 0,
        "gold_at_least": gold.AT_LEAST,
    }
    values = {name: getattr(args, name) for name in defaults}
    flags = [f"--{name}={value}" for name, value in values.items() if value != defaults[name]]
    return shlex.join(
        ["python", "report_results.py", *results_files, *flags, *["--as_text"] * args.as_text]
    )


if __name__ == "__main__":
    sys.exit(main())
