"""How a function becomes a command of manage_crowd.py: its arguments are declared beside it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

Line = dict[str, Any]  # what a command prints: a JSON object, or a row of CSV
Function = Callable[..., Iterator[Line] | Iterator[str]]  # a text is printed as it is
F = TypeVar("F", bound=Function)


class Argument(NamedTuple):
    """An argument of a command: its name or flag, and the settings that argparse takes."""

    name: str
    settings: dict[str, Any]


class Command(NamedTuple):
    """A command: `function(directory, **arguments)` yields the lines to print, in the format of FORMAT if
    that is among its arguments.
    """

    function: Function
    arguments: tuple[Argument, ...]
    # The question to ask before something that cannot be undone, with {argument} for an argument, or
    # what makes it: `confirmation(directory, **arguments)`, which returns "" to ask nothing.
    confirmation: str | Callable[..., str] = ""
    exit_code_for_lines: int = 0  # exit code when there are lines to print


COMMANDS: dict[str, Command] = {}  # those of the modules imported so far, by name


def command(
    *arguments: Argument, confirmation: str | Callable[..., str] = "", exit_code_for_lines: int = 0
) -> Callable[[F], F]:
    """Register a function as the command of its name; the function itself does not change."""

    def register(function: F) -> F:
        COMMANDS[function.__name__] = Command(
            function, arguments, confirmation, exit_code_for_lines
        )
        return function

    return register


def argument(name: str, metavar: str, text: str, **settings: Any) -> Argument:
    """Return an argument with a value; `text` is its help, `settings` are argparse's."""
    return Argument(name, {"metavar": metavar, "help": text, **settings})


def flag(name: str, text: str) -> Argument:
    """Return an argument without a value; `text` is its help."""
    return Argument(name, {"action": "store_true", "help": text})


def choice(name: str, text: str, *choices: str) -> Argument:
    """Return an argument with these choices, of which the first is the default."""
    help_text = f"{text}; default: {choices[0]}"
    return Argument(name, {"choices": choices, "default": choices[0], "help": help_text})


# Arguments that several commands share.
NAME = argument("name", "NAME", "name of the requester")
WORKER = argument("worker", "WORKER", "worker id, name or e-mail address")
SITE = choice("--site", "site to use", "live", "sandbox")
FORMAT = choice("--format", "output format", "jsonl", "csv")
URL = argument(
    "--url",
    "URL",
    "public URL of the server, e.g. https://crowd.example.org; default: the URL of the running "
    "server, or http://127.0.0.1:8000",
)
WAIT = (
    argument(
        "--wait",
        "TIME",
        "how long people who find no HIT can wait for one and are paid for it, in total, e.g. 15m",
    ),
    argument("--wait_reward", "DOLLARS", "pay for a minute of waiting, e.g. 0.10"),
)
