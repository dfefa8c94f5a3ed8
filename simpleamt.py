"""The kit that the scripts share: the command line, the configuration, id files and parallel calls.

It does not know what a HIT is. How a crowd is reached is connection.py's matter.
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
import operator
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import console
import files
import parallel
import serving
from formats import json_text
from parallel import Outcome

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

HERE = Path(__file__).resolve().parent
SERVER = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[^\s?#]*)?")
NOT_SERVED_YET = "http://127.0.0.1:8000"  # where serve_local_crowd.py serves by default
CONFIG: dict[str, Any] = {
    "crowd": "local",
    "local_crowd": str(HERE / "local_crowd_data"),
    "aws_access_key": None,
    "aws_secret_key": None,
    "template_directories": [str(HERE / "hit_templates")],
}
DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_bare = operator.methodcaller("rstrip", "/")  # one spelling of a URL: it is compared
Command = Callable[[argparse.Namespace], int]
replacing = files.replacing
say = console.say
Faults = console.Faults
join_faults = console.join_faults
ClosedOutput = console.ClosedOutput
OutputClosedError = console.OutputClosedError


class Error(Exception):
    """What the user can mend. The text is the whole message: what, where, what to do."""


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


def suggest(
    word: str, known: Iterable[str], spell: Callable[[str], str] = operator.methodcaller("lower")
) -> str:
    """Ask for the most similar of the `known` words: "; did you mean --hit_ids_file?" Or nothing."""
    by_spelling = {spell(name): name for name in known}
    similar = get_close_matches(spell(word), by_spelling, n=1, cutoff=0.6)
    return f"; did you mean {by_spelling[similar[0]]}?" if similar else ""


def parser(doc: str | None, *options: str) -> Parser:
    """A script's command line: its docstring, the flags that all scripts share, then `options`."""
    made = Parser(description=doc)
    for name in options:
        made.add_argument(f"--{name}", *(["-f"] if name == "yes" else []), **OPTIONS[name])
    shared = made.add_argument_group("on every script")
    shared.add_argument("--crowd", type=_bare, help="local, mturk, or the URL of a crowd server")
    shared.add_argument("--prod", action="store_true", default=None, help="use the live site")
    shared.add_argument(
        "--config", metavar="FILE", help="default: config.json, here or beside the scripts"
    )
    shared.add_argument("--concurrency", type=int, default=16, metavar="N", help="default: 16")
    return made


def run(parser: argparse.ArgumentParser, command: Command, argv: list[str] | None) -> int:
    """Parse `argv` and perform `command`; the exit code: 0 done, 1 some items were refused,
    2 it could not be done, 130 interrupted. A bug keeps its traceback.
    """
    console.replace_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):  # data is UTF-8, whatever the terminal is
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        args = parser.parse_args(argv)
        if args.concurrency < 1:
            raise Error("--concurrency must be at least 1")
        code = command(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        _give_up_stdout()
        code = 0
    except KeyboardInterrupt:
        say("Interrupted.")
        code = 130
    except Exception as error:
        message = explained(error)
        if message is None:
            raise
        say(f"{parser.prog}: {message}")
        code = 2
        try:
            sys.stdout.flush()
        except OSError:  # what failed; Python would try it once more, and say so
            _give_up_stdout()
    return code


def _give_up_stdout() -> None:
    """Let what is still printed go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explained(error: Exception) -> str | None:
    """One line for the user, or None for a bug."""
    if isinstance(error, Error):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return _explain_missing(error)
    said = sys.modules["connection"].explained(error) if "connection" in sys.modules else None
    if said:
        return str(said)
    if isinstance(error, OSError):
        # What we write to ourselves is named; what Python prints to is not.
        where = error.filename or ("standard output" if error.errno in DISK_FAULTS else None)
        return f"{where}: {error.strerror}" if where else str(error)
    return None


def _explain_missing(error: ModuleNotFoundError) -> str | None:
    """Name the virtual environment when a library is missing; None for a module of ours."""
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
    """What config.json says, over the built-in defaults; its paths count from its own folder.

    A file beside the scripts is named on stderr when it is read from another folder. Raises Error
    for what is not JSON or not as it should be, OSError for a named file not there.
    """
    path = config_path(args)
    if path is None:
        return CONFIG
    if path == HERE / "config.json" and not args.config:
        say(f"Read {path}")
    settings = _read_config(path)
    if os.name == "posix" and settings["aws_secret_key"] and path.stat().st_mode & 0o077:
        say(f"{path} holds keys and others can read it: chmod 600 {path}")
    return settings


def _read_config(path: Path) -> dict[str, Any]:
    try:
        said = json_text.parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Error(json_text.describe(path, error)) from error
    unknown = sorted(set(said) - set(CONFIG)) if isinstance(said, dict) else []
    if unknown or not isinstance(said, dict):
        what = f"unknown key {unknown[0]}" if unknown else "not a JSON object"
        raise Error(f"{path}: {what}; the keys are {', '.join(CONFIG)}")
    said = {key: value for key, value in said.items() if value is not None}
    for key, value in said.items():
        texts = value if key == "template_directories" else [value]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise Error(f"{path}: {key} must be a {'list of texts' if texts is value else 'text'}")
    # A pipe is in no folder that anybody means.
    folder = path.resolve().parent if path.is_file() else Path.cwd()
    if "local_crowd" in said:
        said["local_crowd"] = str(folder / said["local_crowd"])
    if "template_directories" in said:
        said["template_directories"] = [str(folder / name) for name in said["template_directories"]]
    return CONFIG | said


def _warn_of_another_crowd(args: argparse.Namespace, name: str) -> None:
    """Say when ./config.json hides a file beside the scripts that names another crowd."""
    ours = HERE / "config.json"
    path = config_path(args)
    if args.crowd or args.config or path is None or not ours.exists() or path.samefile(ours):
        return
    other = _bare(_read_config(ours)["crowd"])
    if other != name:
        say(f"{path} names the crowd {name}, and {ours}, which is not read, {other}")


@dataclass(frozen=True)
class Crowd:
    """Where HITs live: `name` is "local", "mturk" or a server's URL; `live` is its other site.

    `source` names the file that `settings` are from.
    """

    name: str
    live: bool
    settings: dict[str, Any]
    concurrency: int = 16
    source: str = "no config.json"

    def __str__(self) -> str:
        where = {"local": "the local crowd", "mturk": "Mechanical Turk"}.get(self.name, self.name)
        return f"the {'LIVE SITE' if self.live else 'sandbox'} of {where}"

    @property
    def worker_site(self) -> str:
        """Where workers go: a URL that ends in a slash."""
        if self.name == "mturk":
            return f"https://worker{'' if self.live else 'sandbox'}.mturk.com/"
        base = self.name if self.name != "local" else self.served_at() or NOT_SERVED_YET
        base = _bare(base)
        return f"{base}/" if self.live else f"{base}/sandbox/"

    def served_at(self) -> str | None:
        """The URL at which the local crowd is served now, None when it is not."""
        return serving.find_address(Path(self.settings["local_crowd"]))

    def connect(self) -> "MTurkClient":
        """A boto3 client of this crowd."""
        import connection

        return connection.connect(self)


def crowd(args: argparse.Namespace) -> Crowd:
    """The crowd and site that the flags and config.json name. Raises Error for no such crowd."""
    settings = config(args)
    name = args.crowd or _bare(settings["crowd"])
    if name not in ("local", "mturk") and not SERVER.fullmatch(name):
        raise Error(f"crowd {name}: it must be local, mturk, or the URL of a crowd server")
    if name.endswith("/sandbox"):
        raise Error(f"crowd {name}: leave out /sandbox; a server's sandbox is used unless --prod")
    _warn_of_another_crowd(args, name)
    source = str(config_path(args) or "no config.json")
    return Crowd(name, bool(args.prod), settings, args.concurrency, source)


def count_of(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun: 1 HIT, 1,000 HITs, 2 bonuses."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def confirm(args: argparse.Namespace, question: str) -> None:
    """Ask before what costs money or cannot be undone. Raises Error unless the answer is yes."""
    if args.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Error(f"{question} There is no terminal to ask on: say --yes to do it.")
    print(question, "[y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Error("nothing was done")


def ids(path: str | os.PathLike[str]) -> list[str]:
    """The ids in a file, one a line; blank lines and `#` comments are skipped.

    Raises Error, naming the line, for what cannot be an id, before any is used; or OSError.
    """
    found: dict[str, None] = {}
    with Path(path).open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = line.partition("#")[0].strip()
            if text and not (text.isascii() and text.isalnum() and len(text) <= 64):
                raise Error(f"{path}:{number}: {text[:60]!r} is not an id")
            if text:
                found[text] = None
    return list(found)


def pages(method: Callable[..., Any], name: str, **request: Any) -> Iterator[Any]:
    """Every item of a List operation, page by page: `pages(client.list_hits, "HITs")`."""
    request = {"MaxResults": 100} | request
    while True:
        page = method(**request)
        yield from page[name]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def gather(
    args: argparse.Namespace, work: Callable[[Any], Any], items: Iterable[Any], **bar: Any
) -> Iterator[Outcome]:
    """`work(item)` for every item, --concurrency at a time; the outcomes in the items' order.

    `bar`: `doing` (words) and `total` for the progress bar. See parallel.gather.
    """
    import connection

    return parallel.gather(work, items, refusal=connection.refusal, threads=args.concurrency, **bar)


def each(
    args: argparse.Namespace, work: Callable[[Any], Any], items: Iterable[Any], **bar: Any
) -> int:
    """`gather` for work without values: every refusal is named; how many there were."""
    refused = 0
    with Faults() as faults:
        for outcome in gather(args, work, items, **bar):
            if outcome.refusal is not None:
                refused += 1
                faults.add(f"{outcome.item}: {outcome.refusal}")
    return refused
