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
import errno
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from amt import batches, configuration, records
from amt.batches import Batch
from amt.crowd import Crowd, check_name, strip_slash
from amt.errors import Error, OutputClosedError
from amt.records import Record
from amt.spelling import suggest

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

HERE = Path(__file__).resolve().parent
DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
Command = Callable[[argparse.Namespace], int]

OPTIONS: dict[str, dict[str, Any]] = {
    "hit_ids_file": {"required": True, "metavar": "FILE", "help": "HIT ids, one a line"},
    "assignment_ids_file": {"required": True, "metavar": "FILE", "help": "assignment ids"},
    "worker_ids_file": {"required": True, "metavar": "FILE", "help": "worker ids, one a line"},
    "feedback": {"required": True, "metavar": "TEXT", "help": "words for the workers: why"},
    "yes": {"action": "store_true", "help": "do not ask for confirmation"},
}


class Parser(argparse.ArgumentParser):
    """A command line that answers a flag or command it does not know with the most similar one."""

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
                self.error(f"unrecognized arguments: {flag}{self._suggest(flag)}")
        return super().parse_known_args(words, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit with 2 and the message, which suggests a command for one that is misspelt."""
        misspelt = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if misspelt:
            choices = [choice.strip("' ") for choice in misspelt[2].split(",")]
            message += suggest(misspelt[1], choices)
        super().error(message)

    def _suggest(self, flag: str) -> str:
        known = [name for name in self._option_string_actions if name.startswith("--")]
        return suggest(flag.replace("-", "_"), known, lambda name: name.replace("-", "_"))


def parser(doc: str | None, *options: str) -> Parser:
    """Return a script's parser: its docstring, these OPTIONS, and the flags of every script."""
    command_line = Parser(description=doc)
    for name in options:
        command_line.add_argument(f"--{name}", *(["-f"] if name == "yes" else []), **OPTIONS[name])
    shared = command_line.add_argument_group("on every script")
    shared.add_argument(
        "--crowd", type=strip_slash, help="local, mturk, or the URL of a crowd server"
    )
    shared.add_argument("--prod", action="store_true", default=None, help="use the live site")
    shared.add_argument(
        "--config", metavar="FILE", help="default: config.json, here or beside the scripts"
    )
    shared.add_argument("--concurrency", type=int, default=16, metavar="N", help="default: 16")
    return command_line


def run(parser: argparse.ArgumentParser, command: Command, argv: list[str] | None) -> int:
    """Parse `argv`, run `command`, and return the exit code.

    0: done, 1: some items were refused, 2: it could not be done, 130: interrupted. A bug keeps its
    traceback.
    """
    replace_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):  # data is UTF-8, whatever the terminal is
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        args = parser.parse_args(argv)
        if args.concurrency < 1:
            raise Error("--concurrency must be at least 1")
        code = command(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        _discard_output()
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
        except OSError:  # Python would try again at exit, and print a traceback
            _discard_output()
    return code


def _discard_output() -> None:
    """Redirect stdout to nowhere: nobody reads it, or it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def describe_error(error: Exception) -> str | None:
    """Describe an error in one line for the user, or return None for a bug."""
    if isinstance(error, (Error, OutputClosedError)):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return _describe_missing(error)
    if isinstance(error, OSError) and error.errno is not None:
        # What we write to ourselves is named; what Python prints to is not.
        where = error.filename or ("standard output" if error.errno in DISK_FAULTS else None)
        return f"{where}: {error.strerror}" if where else str(error)
    from amt import connection  # some of botocore's errors are OSErrors, all without a number

    description = connection.describe_error(error)
    return str(error) if description is None and isinstance(error, OSError) else description


def _describe_missing(error: ModuleNotFoundError) -> str | None:
    """Say that a library is not installed; return None for a module of this project."""
    module = (error.name or "").partition(".")[0]
    if not module or (HERE / module).exists() or (HERE / f"{module}.py").exists():
        return None
    return (
        f"{module} is not installed for {sys.executable}; use the virtual environment, "
        ".venv/bin/python (make demo makes it), or install requirements.txt"
    )


def config_path(args: argparse.Namespace) -> Path | None:
    """Return the file that --config names, else ./config.json, else the one beside the scripts.

    None when there is none of them.
    """
    if args.config:
        return Path(args.config)
    candidates = (Path("config.json"), HERE / "config.json")
    return next((path for path in candidates if path.exists()), None)


def config(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of config.json over the defaults (see configuration.read).

    Names the file on stderr when it is the scripts' and not the current folder's, and warns of
    keys that others can read.
    """
    path = config_path(args)
    if path is None:
        return configuration.DEFAULTS
    if path == HERE / "config.json" and not args.config:
        say(f"Read {path}")
    settings = configuration.read(path)
    if os.name == "posix" and settings["aws_secret_key"] and path.stat().st_mode & 0o077:
        say(f"{path} holds keys and others can read it: chmod 600 {path}")
    return settings


def _warn_of_another_crowd(args: argparse.Namespace, name: str) -> None:
    """Say when ./config.json hides a file beside the scripts that names another crowd."""
    ours = HERE / "config.json"
    path = config_path(args)
    if args.config or path is None or not ours.exists() or path.samefile(ours):
        return
    other = strip_slash(configuration.read(ours)["crowd"])
    if other != name:
        say(f"{path} names the crowd {name}, and {ours}, which is not read, {other}")


def crowd(args: argparse.Namespace, *followed: Record | None) -> Crowd:
    """Return the crowd and site of the records that there are, else of the flags and config.json.

    Raises Error when there can be no such crowd, and when a flag contradicts a record.
    """
    name, live = args.crowd, args.prod
    for record in followed:
        if record is not None and record.header:
            name, live = records.follow_record(record, name, live)
    settings = config(args)
    if not name:
        name = strip_slash(settings["crowd"])
        _warn_of_another_crowd(args, name)
    check_name(name)
    source = str(config_path(args) or "no config.json")
    return Crowd(name, bool(live), settings, args.concurrency, source)


class OpenBatch(NamedTuple):
    """The HITs of --hit_ids_file, the crowd that they are on, and a client of it.

    `ids` is None for every HIT of the account. `record` is None for ids that this program did not
    write. `hint` is what to say when the crowd does not know a HIT.
    """

    crowd: Crowd
    client: "MTurkClient"
    ids: list[str] | None
    record: Batch | None
    hint: str | None


def open_batch(args: argparse.Namespace) -> OpenBatch:
    """Follow the record of --hit_ids_file, read the ids, and connect."""
    record = batches.find(args.hit_ids_file) if args.hit_ids_file else None
    where = crowd(args, record)
    ids = batches.hit_ids(args.hit_ids_file, record, say) if args.hit_ids_file else None
    hint = records.describe_other_place(record, where)
    return OpenBatch(where, where.connect(), ids, record, hint)


def confirm(args: argparse.Namespace, question: str) -> None:
    """Ask before what costs money or cannot be undone. Raises Error unless the answer is yes."""
    if args.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Error(f"{question} There is no terminal to ask on: say --yes to do it.")
    print(question, "[y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Error("nothing was done")


def say(text: str) -> None:
    """Tell the person something, above the progress bar if there is one; stdout is for data."""
    try:
        from tqdm import tqdm  # 0.04 s, which --help must not wait for
    except ImportError:  # outside the virtual environment, which is about to be said
        print(text, file=sys.stderr)
    else:
        tqdm.write(text, file=sys.stderr)


class ClosedOutput(io.TextIOBase):
    """A closed stdout: writing to it is an error, and a script that prints nothing works."""

    def write(self, _: str) -> int:
        """Raise OutputClosedError."""
        raise OutputClosedError("stdout is closed, so there is nowhere to print to")


def replace_closed_streams() -> None:
    """Open substitutes for closed streams (`>&-`): the next file opened would get their number."""
    number = 0
    while number < 3:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    # Where a stream is closed, Python has None.
    sys.stdout = sys.stdout or ClosedOutput()
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
