"""The kit that the scripts share: the command line, the configuration, the connection to a crowd,
id files and parallel calls. It does not know what a HIT is.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import parallel
from parallel import Outcome

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

HERE = Path(__file__).resolve().parent
MTURK = "https://mturk-requester{}.us-east-1.amazonaws.com"
MTURK_WORKERS = {False: "https://workersandbox.mturk.com/", True: "https://worker.mturk.com/"}
CLOSED = "Amazon announced that Mechanical Turk closes for good on September 30, 2026"
CONFIG: dict[str, Any] = {
    "crowd": "local",
    "local_crowd": str(HERE / "local_crowd_data"),
    "aws_access_key": None,
    "aws_secret_key": None,
    "template_directories": [str(HERE / "hit_templates")],
}
# What the crowd may say of one item while the next may well succeed.
REFUSALS = ("RequestError", "ParameterValidationError", "ValidationException")


class Error(Exception):
    """What the user can mend. The text is the whole message: what, where, what to do."""


def say(text: str) -> None:
    """Tell the person something; stdout is for data."""
    if "tqdm" in sys.modules:  # above a progress bar, not through it
        sys.modules["tqdm"].tqdm.write(text, file=sys.stderr)
    else:
        print(text, file=sys.stderr)


OPTIONS: dict[str, dict[str, Any]] = {
    "hit_ids_file": {"required": True, "metavar": "FILE", "help": "HIT ids, one a line"},
    "assignment_ids_file": {"required": True, "metavar": "FILE", "help": "assignment ids"},
    "worker_ids_file": {"required": True, "metavar": "FILE", "help": "worker ids, one a line"},
    "feedback": {"required": True, "metavar": "TEXT", "help": "words for the workers: why"},
    "yes": {"action": "store_true", "help": "do not ask for confirmation"},
}


def parser(doc: str | None, *options: str) -> argparse.ArgumentParser:
    """A script's command line: its docstring, the flags that all scripts share, then `options`."""
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    for name in options:
        made.add_argument(f"--{name}", *(["-f"] if name == "yes" else []), **OPTIONS[name])
    shared = made.add_argument_group("on every script")
    shared.add_argument("--crowd", help="local, mturk, or the URL of a crowd server")
    shared.add_argument(
        "--prod", action="store_true", default=None, help="the live site, not the sandbox"
    )
    shared.add_argument("--config", metavar="FILE", help="default: config.json, if it is there")
    shared.add_argument("--concurrency", type=int, default=16, metavar="N", help="default: 16")
    return made


def run(
    parser: argparse.ArgumentParser,
    command: Callable[[argparse.Namespace], int],
    argv: list[str] | None,
) -> int:
    """Parse `argv` and perform `command`; the exit code: 0 done, 1 some items were refused,
    2 it could not be done, 130 interrupted. A bug keeps its traceback.
    """
    args = parser.parse_args(argv)
    try:
        if args.concurrency < 1:
            raise Error("--concurrency must be at least 1")
        code = command(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    except Exception as error:
        if (message := explained(error)) is None:
            raise
        say(f"{parser.prog}: {message}")
        return 2
    return code


def explained(error: Exception) -> str | None:
    """One line for the user, or None for a bug. Of botocore's errors: what may be wrong."""
    if isinstance(error, Error):
        return str(error)
    if "botocore" not in sys.modules:
        return None
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        keys = code in ("UnrecognizedClientException", "InvalidSignatureException")
        return f"{code}: {message}" + (
            " (are aws_access_key and aws_secret_key in config.json this crowd's?)" if keys else ""
        )
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return (
            "no keys: put aws_access_key and aws_secret_key into config.json, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        hint = CLOSED if "mturk-requester" in str(error) else "is the crowd's server running there?"
        return f"{error} ({hint})"
    return None


def config(args: argparse.Namespace) -> dict[str, Any]:
    """What config.json says, over the built-in defaults; its paths count from its own folder.

    Raises Error for a file that is not there though named, not JSON, or has a key unknown here.
    """
    path = Path(args.config or "config.json")
    if args.config is None and not path.exists():
        return CONFIG
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Error(f"{path}: not JSON: {error}") from error
    if not isinstance(said, dict) or (unknown := set(said) - set(CONFIG)):
        what = (
            f"unknown key {', '.join(sorted(unknown))}" if isinstance(said, dict) else "no object"
        )
        raise Error(f"{path}: {what}; the keys are {', '.join(CONFIG)}")
    folder = path.resolve().parent
    if "local_crowd" in said:
        said["local_crowd"] = str(folder / said["local_crowd"])
    if "template_directories" in said:
        said["template_directories"] = [str(folder / name) for name in said["template_directories"]]
    return CONFIG | said


@dataclass(frozen=True)
class Crowd:
    """Where HITs live: `name` is "local", "mturk" or a server's URL; `live` is its other site."""

    name: str
    live: bool
    settings: dict[str, Any]
    concurrency: int = 16

    def __str__(self) -> str:
        where = {"local": "the local crowd", "mturk": "Mechanical Turk"}.get(self.name, self.name)
        return f"the {'LIVE SITE' if self.live else 'sandbox'} of {where}"

    @property
    def worker_site(self) -> str:
        """Where workers go: a URL that ends in a slash."""
        if self.name == "mturk":
            return MTURK_WORKERS[self.live]
        base = "http://127.0.0.1:8000/" if self.name == "local" else self.name.rstrip("/") + "/"
        return base if self.live else base + "sandbox/"

    def connect(self) -> "MTurkClient":
        """A boto3 client of this crowd. It retries what can heal; it is safe to share."""
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        local = self.name == "local"
        endpoint = MTURK.format("" if self.live else "-sandbox")
        client: MTurkClient = boto3.session.Session().client(
            "mturk",
            region_name="us-east-1",
            endpoint_url=endpoint if self.name == "mturk" else self.worker_site,
            aws_access_key_id=self.settings["aws_access_key"],
            aws_secret_access_key=self.settings["aws_secret_key"],
            config=Config(
                retries={"mode": "adaptive", "max_attempts": 12},
                max_pool_connections=self.concurrency,
                signature_version=UNSIGNED if local else None,
            ),
        )
        if local:
            _answer_inside(client, Path(self.settings["local_crowd"]), self.live)
        return client


def crowd(args: argparse.Namespace) -> Crowd:
    """The crowd and site that the flags and config.json name. Raises Error for no such crowd."""
    settings = config(args)
    name = args.crowd or settings["crowd"]
    if name not in ("local", "mturk") and not name.startswith(("http://", "https://")):
        raise Error(f"crowd {name}: it must be local, mturk, or the URL of a crowd server")
    return Crowd(name, bool(args.prod), settings, args.concurrency)


def _answer_inside(client: "MTurkClient", directory: Path, live: bool) -> None:
    """Let the built-in crowd answer this client: the one door between the two sides."""
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse

    from local_crowd.embedded import EmbeddedSite

    site = EmbeddedSite(directory, "live" if live else "sandbox")

    def answer(request: Any, **_: Any) -> AWSResponse:
        target = str(request.headers["X-Amz-Target"], "ascii")
        status, headers, body = site.answer({"X-Amz-Target": target}, request.body)
        raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse(request.url, status, headers, raw)  # type: ignore[arg-type]  # any mapping will do

    client.meta.events.register("before-send.mturk", answer)  # type: ignore[arg-type]  # it may answer


def confirm(args: argparse.Namespace, question: str) -> None:
    """Ask before what costs money or cannot be undone. Raises Error unless the answer is yes."""
    if args.yes:
        return
    if not sys.stdin.isatty():
        raise Error(f"{question} There is no terminal to ask on: say --yes to do it.")
    print(question, "[y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Error("nothing was done")


def ids(path: str | os.PathLike[str]) -> list[str]:
    """The ids in a file, one a line; blank lines and `#` comments are skipped.

    Raises Error, naming the line, for what cannot be an id, before any is used.
    """
    found: dict[str, None] = {}
    try:
        with Path(path).open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                text = line.partition("#")[0].strip()
                if text and not (text.isascii() and text.isalnum() and len(text) <= 64):
                    raise Error(f"{path}:{number}: {text[:60]!r} is not an id")
                if text:
                    found[text] = None
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Error(f"{path}: not UTF-8 text") from error
    return list(found)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A file to write that takes the place of `path` only when all of it is on the disk."""
    beside = Path(f"{path}.new{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def pages(method: Callable[..., Any], name: str, **request: Any) -> Iterator[Any]:
    """Every item of a List operation, page by page: `pages(client.list_hits, "HITs")`."""
    request = {"MaxResults": 100} | request
    while True:
        page = method(**request)
        yield from page[name]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def refusal(error: Exception) -> str | None:
    """The crowd's words when it refused one item and the next may well succeed, else None."""
    response = getattr(error, "response", {})
    if str(response.get("TurkErrorCode")).endswith("InsufficientFunds"):
        return None  # the rest would fail as well
    said = response.get("Error", {})
    return said["Message"] if said.get("Code") in REFUSALS else None


def gather(
    args: argparse.Namespace, work: Callable[[Any], Any], items: Iterable[Any], **bar: Any
) -> Iterator[Outcome]:
    """`work(item)` for every item, --concurrency at a time; the outcomes in the items' order.

    `bar`: `doing` (words) and `total` for the progress bar. See parallel.gather.
    """
    return parallel.gather(work, items, refusal=refusal, threads=args.concurrency, **bar)


def each(
    args: argparse.Namespace, work: Callable[[Any], Any], items: Iterable[Any], **bar: Any
) -> int:
    """`gather` for work without values: every refusal is named; how many there were."""
    refused = 0
    for outcome in gather(args, work, items, **bar):
        if outcome.refusal is not None:
            refused += 1
            say(f"{outcome.item}: {outcome.refusal}")
    return refused
