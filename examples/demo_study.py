"""Do a whole study with simulated workers, from its price to its report: what `make demo_study` runs.

    python examples/demo_study.py

It needs a minute, and nothing but a new temporary folder, which it keeps. Each command is printed as
a person would type it in that folder.
"""

import argparse
import contextlib
import importlib
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import simpleamt  # noqa: E402 - after the path to it
from amt.errors import Error  # noqa: E402

STUDY = PROJECT / "examples" / "study"
ROW_FILES = ("rows.jsonl", "truth.jsonl")
FIELD = "--field=output.label"
CREW = "--truth_file=truth.jsonl --field=output.label --workers=12"
IDS = "--hit_ids_file=hit_ids.txt"


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    parser.add_argument("--folder", metavar="DIR", help="new folder; default: a temporary one")
    parser.add_argument("--rows", type=int, default=36, metavar="N", help="default and most: 36")
    parser.add_argument(
        "--seconds",
        type=float,
        default=4,
        metavar="S",
        help="median time of an answer, which the workers really wait for; default: 4",
    )
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, demonstrate, argv)


def demonstrate(args: argparse.Namespace) -> int:
    """Write the study's files, run its commands, and print where the report is."""
    folder = prepare(args.folder, args.rows)
    print(f"cd {shlex.quote(str(folder))}")
    for step, commands in list_steps(args.seconds):
        print(f"\n# {step}", flush=True)
        for command in commands:
            print(f"$ {command}", flush=True)
            run(command)
    print(f"\nThe report: {folder / 'report.html'}")
    return 0


def prepare(name: str | None, rows: int) -> Path:
    """Make the folder with a crowd of its own and the study's files, and make it the current one."""
    if name:
        folder = Path(name).resolve()
        folder.mkdir(mode=0o700)
    else:
        folder = Path(tempfile.mkdtemp(prefix="study-"))
    os.chdir(folder)
    Path("config.json").write_text('{"local_crowd": "crowd"}\n', "utf-8")
    for path in STUDY.iterdir():
        if path.name in ROW_FILES:
            lines = path.read_text("utf-8").splitlines(keepends=True)
            Path(path.name).write_text("".join(lines[:rows]), "utf-8")
        else:
            shutil.copy(path, folder)
    return folder


def list_steps(seconds: float) -> Iterator[tuple[str, list[str]]]:
    """Yield the steps of the study, each with its commands."""
    work = f"python simulate_workers.py {CREW} {IDS} --seconds={seconds:g}"
    aggregate = f"python aggregate_results.py --results_file=results.txt {FIELD} > labels.jsonl"
    fetch = f"python get_results.py {IDS} > results.txt"
    yield (
        "What will it cost?",
        [f"python simulate_workers.py {CREW} --reward=0.02 --most=5 --seconds={seconds:g}"],
    )
    yield (
        "Launch, with 3 answers to each row",
        [
            (
                "python launch_hits.py --html_template=task.html --hit_properties_file=properties.json "
                f"--input_json_file=rows.jsonl {IDS}"
            )
        ],
    )
    yield "Work", [work, f"python show_hit_progress.py {IDS}"]
    unsure = aggregate.replace(" >", " --unsure_hit_ids_file=unsure.txt >")
    yield "Fetch the answers, and make labels of them", [fetch, unsure]
    yield (
        "Ask one more worker where the labels are in doubt",
        [
            "python extend_hits.py --hit_ids_file=unsure.txt --assignments=1 --most=5 --yes",
            work,
        ],
    )
    yield "Approve, and fetch all answers", [f"python approve_hits.py {IDS} --yes", fetch]
    yield (
        "Labels and report",
        [
            aggregate,
            (
                f"python report_results.py --results_file=results.txt {FIELD} {IDS} "
                "--report_file=report.html --latex=report.tex --summary_file=summary.json"
            ),
        ],
    )


def run(command: str) -> None:
    """Run a script in this process, with its output in the file after `>`. Raises Error if it fails."""
    words = shlex.split(command)
    target = words[words.index(">") + 1] if ">" in words else None
    argv = words[2 : words.index(">")] if target else words[2:]
    script = importlib.import_module(words[1].removesuffix(".py"))
    with contextlib.ExitStack() as stack:
        if target:
            file = stack.enter_context(Path(target).open("w", encoding="utf-8"))
            stack.enter_context(contextlib.redirect_stdout(file))
        code = script.main(argv)
    if code:
        raise Error(f"{words[1]} ended with {code}")


if __name__ == "__main__":
    sys.exit(main())
