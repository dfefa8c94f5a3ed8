r"""Let a machine answer the rows of a batch: a command, or a URL. Its answers are marked as a machine's.

    python answer_hits.py --hit_ids_file=hit_ids.txt --name=rule-2026 \
        --command="python examples/rule_worker.py"

The command gets the rows on its stdin, one JSON line each: {"row": 0, "input": {...}}. It prints
{"row": 0, "output": {...}, "confidence": 0.9}, in any order; confidence may be missing. A URL gets
each row in a POST request, and its response is the same JSON. The row of the batch record is all
that is sent, without the fields that begin with _gold.

Each answer is appended to --output_file at once, as a line of results. What is wrong is named and
skipped. Run the command again to ask for the rows that have no answer yet. No crowd is called: the
answers fill no worker's place and earn nothing. aggregate_results.py and export_results.py take
them with a second --results_file.
"""

import argparse
import math
import sys
from pathlib import Path

import simpleamt
from amt import batches, records
from amt.batches import Batch
from amt.errors import Error
from amt.machines import commands, known_labels, names, result_files, tasks
from amt.machines.result_files import ResultFile
from amt.messages import Faults, count_of

PATIENCE_SECONDS = 30.0


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "hit_ids_file")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--command", metavar="COMMAND", help="command to run, without a shell")
    source.add_argument("--url", metavar="URL", help="URL to post each row to")
    parser.add_argument(
        "--name", required=True, metavar="NAME", help="name of the machine, such as gpt-x-2026-10"
    )
    parser.add_argument(
        "--output_file",
        metavar="FILE",
        help=f"file to append to; default: that of the HIT ids, ending in {result_files.ENDING}",
    )
    parser.add_argument(
        "--field",
        metavar="NAME",
        help="field with a label, such as output.label; answers with another label than people's "
        "are skipped",
    )
    parser.add_argument(
        "--labels",
        type=lambda text: text.split(","),
        default=[],
        metavar="LABELS",
        help="labels of --field, such as yes,no; default: those in --results_file, else the "
        "template's choices",
    )
    parser.add_argument(
        "--results_file",
        action="append",
        default=[],
        metavar="FILE",
        help="results of people, whose labels are the ones that --field can have",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="longest wait for an answer; default: 30",
    )
    return simpleamt.run(parser, answer, argv)


def answer(args: argparse.Namespace) -> int:
    """Ask for the rows without an answer. Return 1 if some still have none."""
    name = names.require_name(args.name)
    if not (args.patience > 0 and math.isfinite(args.patience)):
        raise Error("--patience must be above 0")
    url = _require_url(args.url) if args.url else None
    batch = batches.find(args.hit_ids_file)
    if batch is None:
        raise Error(f"{args.hit_ids_file}: has no batch record, so the rows are not known")
    hit_ids = batches.read_hit_ids(args.hit_ids_file, batch, simpleamt.say)
    labels = known_labels.find_labels(args.field, args.labels, args.results_file, batch.header)
    rows = list(tasks.list_tasks(batch, set(hit_ids)))
    worker_id = names.derive_worker_id(name)
    with ResultFile(_choose_path(args, batch), worker_id) as file:
        missing = [task for task in rows if task.hit_id not in file.answered]
        simpleamt.say(
            f"{name} is the machine {worker_id}. It has answered {len(rows) - len(missing):,} of "
            f"{count_of(len(rows), 'row')}."
        )
        intake = tasks.Intake(missing, name, labels)
        with Faults(simpleamt.say) as faults:
            count = 0

            def fault(message: str) -> None:
                nonlocal count
                count += 1
                faults.add(message)

            if url:
                from amt.machines import urls  # urllib.request, which --help must not wait for

                urls.ask_url(
                    url,
                    name,
                    intake,
                    file.append,
                    args.patience,
                    fault,
                    concurrency=args.concurrency,
                )
            else:
                commands.ask_command(args.command, name, intake, file.append, args.patience, fault)
    left = len(missing) - intake.answered
    simpleamt.say(
        f"{count_of(intake.answered, 'answer')} added to {file.path}; {count_of(left, 'row')} left."
    )
    return 1 if left or count else 0


def _require_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise Error(f"--url {url!r}: must be an http or https URL")
    return url


def _choose_path(args: argparse.Namespace, batch: Batch) -> Path:
    """Return where the answers go. Raises Error for what is not a regular file."""
    if args.output_file is None:
        return records.lasting_record_path(args.hit_ids_file, result_files.ENDING)
    path = Path(args.output_file)
    if path.exists() and not path.is_file():
        raise Error(f"{path}: is not a regular file, so no answers can be kept there")
    if path.exists() and batch.path.samefile(path):
        raise Error(f"{path}: is the batch record; name another file")
    return path


if __name__ == "__main__":
    sys.exit(main())
