"""What the scripts share: the command line, the configuration, and talking to a person.

The library `amt` does the work, and knows nothing of this file.
"""

import sys

# Every script imports this file first. It and the scripts keep to the syntax of Python 3.6, so that
# an older Python than the rest needs comes as far as this.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "Python 3.11 or newer is needed, and {} is {}.{}. Use another, such as that of the virtual "
        "environment: .venv/bin/python\n".format(sys.executable, *sys.version_info)
    )
    sys.exit(2)

import argparse
import gc
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from amt import configuration, open_batches, streams
from amt.configuration import Choice
from amt.crowd import DEFAULT_CONCURRENCY, Crowd, strip_slash
from amt.error_messages import describe_error
from amt.errors import Error
from amt.open_batches import OpenBatch
from amt.records import Record
from amt.spelling import suggest

Command = Callable[[argparse.Namespace], int]

GARBAGE_OBJECTS = 50_000

OPTIONS: dict[str, dict[str, Any]] = {
    "hit_ids_file": {"required": True, "metavar": "FILE", "help": "HIT ids, one per line"},
    "assignment_ids_file": {
        "required": True,
        "metavar": "FILE",
        "help": "assignment ids, one per line",
    },
    "worker_ids_file": {"required": True, "metavar": "FILE", "help": "worker ids, one per line"},
    "feedback": {
        "required": True,
        "metavar": "TEXT",
        "help": "reason for the rejection, which the workers can read",
    },
    "yes": {"action": "store_true", "help": "do not ask for confirmation"},
    "local_crowd": {
        "metavar": "DIR",
        "help": "data directory of the crowd; default: local_crowd in config.json",
    },
    "config": {
        "metavar": "FILE",
        "help": "configuration file; default: config.json in the current folder, or beside the "
        "scripts",
    },
}


class Parser(argparse.ArgumentParser):
    """A command line that suggests the most similar flag or command for one it does not know."""

    def __init__(self, **settings: Any) -> None:
        layout: dict[str, Any] = {
            "formatter_class": argparse.RawDescriptionHelpFormatter,
            "allow_abbrev": False,
        }
        super().__init__(**layout | settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, as argparse does; exit with 2 for an unknown flag before any other fault."""
        words = sys.argv[1:] if args is None else list(args)
        for word in words:
            is_flag = word.startswith("--")
            if word == "--" or (self._subparsers and not is_flag):
                break  # what follows is not this parser's
            flag = word.partition("=")[0]
            if is_flag and " " not in word and flag not in self._option_string_actions:
                known = [name for name in self._option_string_actions if name.startswith("--")]
                hint = suggest(flag.replace("-", "_"), known, lambda name: name.replace("-", "_"))
                self.error(f"unrecognized arguments: {flag}{hint}")
        values, rest = super().parse_known_args(words, namespace)
        for action in self._actions:
            value = getattr(values, action.dest, None)
            if action.metavar == "FILE" and (
                value == "" or (isinstance(value, list) and "" in value)
            ):
                raise Error(f"--{action.dest}: the name of a file cannot be empty")
        return values, rest

    def print_help(self, file: Any = None) -> None:
        """Print the help. Raises OSError when it cannot be written, which argparse would ignore."""
        print(self.format_help(), end="", file=file or sys.stdout, flush=True)

    def error(self, message: str) -> NoReturn:
        """Exit with 2 and the message, which suggests a command for one that is misspelt."""
        misspelt = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if misspelt:
            choices = [choice.strip("' ") for choice in misspelt[2].split(",")]
            message += suggest(misspelt[1], choices)
        super().error(message)


def parser(doc: str | None, *options: str) -> Parser:
    """Return a script's parser: its docstring, these OPTIONS, and the flags of every script."""
    command_line = Parser(description=doc)
    for name in options:
        command_line.add_argument(f"--{name}", *(["-f"] if name == "yes" else []), **OPTIONS[name])
    add_shared_options(command_line)
    return command_line


def add_shared_options(command_line: argparse.ArgumentParser) -> None:
    """Add the flags of every script."""
    shared = command_line.add_argument_group("options of every script")
    shared.add_argument(
        "--crowd",
        type=strip_slash,
        help="crowd to use: local, mturk, the URL of a crowd server, or module:factory",
    )
    shared.add_argument(
        "--prod", action="store_true", default=None, help="use the live site; default: the sandbox"
    )
    shared.add_argument("--config", **OPTIONS["config"])
    shared.add_argument(
        "--concurrency",
        type=int,
        default=DEFAULT_CONCURRENCY,
        metavar="N",
        help="number of calls at a time; default: %(default)s",
    )


def add_results_files(parser: argparse.ArgumentParser) -> None:
    """Add --results_file, which may be repeated: its value is a list of paths."""
    parser.add_argument(
        "--results_file",
        required=True,
        action="append",
        metavar="FILE",
        help="results of get_results.py or answer_hits.py; may be repeated",
    )


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how rows are read, and put into a page."""
    parser.add_argument(
        "--input_format",
        choices=("csv", "tsv", "jsonl"),
        help="format of the input file; default: by its ending, else jsonl",
    )
    parser.add_argument(
        "--raw_values",
        action="store_true",
        help="insert values for ${name} without escaping, for columns with markup",
    )


def parse_dollars(text: str) -> Decimal:
    """Parse an amount on the command line."""
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 25.00") from error
    if not amount.is_finite():
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 25.00")
    return amount


def run(parser: argparse.ArgumentParser, command: Command, argv: list[str] | None) -> int:
    """Parse `argv`, run `command`, and return the exit code.

    0: done, 1: some items were refused, 2: it could not be done, 130: interrupted. A bug keeps its
    traceback.
    """
    # boto3 and its clients are 80,000 objects that stay. By default the garbage collector goes over
    # them while they are made and during calls: 30 ms of the start, and 3 % of each call.
    gc.set_threshold(GARBAGE_OBJECTS)
    streams.replace_closed_streams()
    streams.encode_output()
    try:
        args = parser.parse_args(argv)
        if args.concurrency < 1:
            raise Error("--concurrency must be at least 1")
        code = command(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        streams.discard_output()
        code = 0
    except KeyboardInterrupt:
        say("Interrupted.")
        code = 130
    except Exception as error:
        message = describe_error(error)
        if message is None:
            raise
        say(f"{parser.prog}: {message}")
        code = 2
        try:
            sys.stdout.flush()
        except OSError:
            streams.discard_output()
    return code


def config(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of config.json over the defaults (see configuration.load)."""
    return configuration.load(args.config, say).settings


def crowd(args: argparse.Namespace, *records: Record | None) -> Crowd:
    """Return the crowd of the records that exist, else of the flags and config.json."""
    return configuration.choose_crowd(_choice(args), records, say)


def open_batch(args: argparse.Namespace) -> OpenBatch:
    """Follow the record of --hit_ids_file, read the ids, and connect."""
    return open_batches.open_batch(args.hit_ids_file, _choice(args), say)


def _choice(args: argparse.Namespace) -> Choice:
    return Choice(args.crowd, args.prod, args.config, args.concurrency)


def confirm(args: argparse.Namespace, question: str) -> None:
    """Ask before what costs money or cannot be undone. Raises Error unless the answer is yes."""
    if args.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Error(f"{question} There is no terminal to ask on; add --yes to go ahead.")
    print(question, "[y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Error("nothing was done")


def say(text: str) -> None:
    """Tell the person something, above the progress bar if there is one; stdout is for data."""
    try:
        from tqdm import tqdm  # 0.04 s, which --help must not wait for
    except ImportError:  # outside the virtual environment; the message follows
        print(text, file=sys.stderr)
    else:
        tqdm.write(text, file=sys.stderr)
