"""Manage the local crowd in a data directory, whether a server is running or not.

    python manage_crowd.py add_requester "Vision lab" > keys.json

Requesters sign their calls to a crowd server with a pair of keys. add_requester prints a new pair
in the form that config.json needs; the secret is not shown again. The pair is valid on both sites.
"""

import argparse
import csv
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simpleamt
from amt import serving
from amt.errors import Error
from amt.id_files import read_ids
from amt.streams import ClosedOutput

if TYPE_CHECKING:
    from local_crowd.manage.commands import Command


# The commands by module of local_crowd.manage. Their arguments stand beside their functions; the
# descriptions stand here, because importing those modules imports SQLAlchemy, and --help must be quick.
MODULES = {
    "requesters": {
        "add_requester": "create a requester and print its keys",
        "set_budget": "limit what a requester may spend on the live site in total",
        "new_keys": 'replace a requester\'s keys; "local" is the requester that scripts act as '
        "without a server",
        "list_requesters": "print every requester and its access key",
        "set_password": "set the password for a requester's pages; asks for it, or reads it from "
        "stdin",
        "remove_keys": "remove a requester's keys, password and tokens; its HITs stay",
    },
    "tokens": {
        "add_token": "create a token with which programs send batches for a requester, and print it",
        "list_tokens": "print every token's id and requester, but no token",
        "remove_token": "remove a token; takes effect at once",
    },
    "backup": {
        "backup": "copy the crowd into a new directory, also while a server is running",
    },
    "links": {
        "add_link": "create a link with which invited people make an account",
        "list_links": "print every invitation link and panel link",
        "remove_link": "stop a link from admitting new people, and from paying for waiting",
    },
    "workers": {
        "list_workers": "print every worker who has an account",
        "reset_password": "create a link with which a worker chooses a new password",
        "close_account": "erase a worker's name, e-mail address and password; work and payments "
        "stay",
        "make_master": "grant a worker the Masters qualification, which HITs can require",
        "remove_master": "revoke the Masters qualification of a worker",
    },
    "privacy": {
        "forget": "erase what is stored about a person; amounts paid stay under the bare worker id",
        "forget_batch": "erase the answers to the HITs of a batch",
    },
    "panels": {
        "add_panel_link": "create a link that brings a panel's participants to HITs",
    },
    "panel_submissions": {
        "reconcile": "compare a panel's export with the submissions here; exit code 1 if they "
        "differ",
        "export_panel": "print the submissions to approve and the bonuses to pay at a panel",
    },
    "waiting": {
        "list_waiting": "print who waits for HITs, and what they earned and were paid for it",
    },
    "payments": {
        "export_payments": "print what is owed to each worker",
        "list_payments": "print every recorded payment",
    },
    "layouts": {
        "add_layout": "store an HTML file as a HIT layout and print its id",
        "list_layouts": "print every HIT layout and its parameters",
    },
    "notifications": {
        "show_notification_secret": "print the secret that verifies notifications posted to a "
        "requester's URLs",
        "allow_destination": "allow notifications to a queue, a topic or a URL; takes effect at "
        "once",
        "disallow_destination": "undo allow_destination; takes effect at once",
        "list_destinations": "print the destinations allowed besides public https URLs",
        "deliver": "send the notifications that are due, as a running server does",
        "list_dead_letters": "print the notifications that could not be delivered within a day",
        "retry_dead_letters": "retry the notifications that list_dead_letters prints, for "
        "another day",
    },
}


class CommandParser(simpleamt.Parser):
    """The command line of one command, which gets its arguments when the command is chosen."""

    module = ""
    name = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Add the command's arguments, then parse."""
        command = find_command(self.module, self.name)
        for argument in command.arguments:
            self.add_argument(argument.name, **argument.settings)
        if command.confirmation:
            self.add_argument("--yes", action="store_true", help="do not ask for confirmation")
        self.add_argument("--local_crowd", **simpleamt.OPTIONS["local_crowd"])
        self.add_argument("--config", **simpleamt.OPTIONS["config"])
        self.set_defaults(chosen=command)
        return super().parse_known_args(args, namespace)


def find_command(module: str, name: str) -> "Command":
    """Return a command, importing its module of local_crowd.manage."""
    import_module(f"local_crowd.manage.{module}")
    commands: dict[str, Command] = import_module("local_crowd.manage.commands").COMMANDS
    return commands[name]


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=CommandParser
    )
    for module, descriptions in MODULES.items():
        for name, description in descriptions.items():
            command_line = commands.add_parser(name, help=description, description=description)
            command_line.module, command_line.name = module, name
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, perform, argv)


def perform(args: argparse.Namespace) -> int:
    """Run the command in `args` and print its lines."""
    from local_crowd.manage.commands import FORMAT

    command: Command = args.chosen
    directory = Path(args.local_crowd or simpleamt.config(args)["local_crowd"])
    names = [argument.name.lstrip("-") for argument in command.arguments]
    values = {name: getattr(args, name) for name in names}
    output_format = values.pop("format") if FORMAT in command.arguments else "jsonl"
    if "url" in values:
        served_at = serving.find_address(directory) or serving.NOT_SERVED_YET
        values["url"] = values["url"] or served_at
    if "hit_ids_file" in values:
        hit_ids_file = values.pop("hit_ids_file")
        values["hit_ids"] = read_ids(hit_ids_file) if hit_ids_file else []
    with describing_errors(directory):
        question = format_question(command, directory, values)
    if question:
        simpleamt.confirm(args, question)
    if isinstance(sys.stdout, ClosedOutput):
        sys.stdout.write("")  # raises: keys that nobody reads would be lost
    with describing_errors(directory):
        lines = list(command.function(directory, **values))
    if os.name == "posix" and directory.stat().st_mode & 0o077:
        simpleamt.say(
            f"{directory} contains secrets that others can read; run chmod 700 {directory}"
        )
    if output_format == "csv":
        print_table([line for line in lines if isinstance(line, dict)])
    else:
        for line in lines:
            print(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False))
    return command.exit_code_for_lines if lines else 0


@contextmanager
def describing_errors(directory: Path) -> Iterator[None]:
    """Raise Error, in one line, for what a person can correct."""
    from local_crowd.operations.errors import CrowdError
    from local_crowd.site import CANNOT_OPEN

    try:
        yield
    except OSError as error:
        raise Error(describe_os_error(error, directory)) from error
    except (CrowdError, *CANNOT_OPEN) as error:
        raise Error(str(error)) from error


def format_question(command: "Command", directory: Path, values: dict[str, Any]) -> str:
    """Return the question to ask before the command, or "" if there is none."""
    if isinstance(command.confirmation, str):
        return command.confirmation.format(**values)
    return command.confirmation(directory, **values)


def describe_os_error(error: OSError, directory: Path) -> str:
    """Describe in one line which file the system refused, and why."""
    if isinstance(error, shutil.Error):  # args[0]: a tuple (source, target, reason) per file
        source, _target, reason = error.args[0][0]
        return f"{source}: {reason}"
    return f"{error.filename or directory}: {error.strerror or error}"


def print_table(lines: list[dict[str, Any]]) -> None:
    """Print CSV, with an apostrophe before texts that a spreadsheet would read as formulas.

    Workers choose their names, so a name could be a formula.
    """
    if not lines:
        return
    table = csv.DictWriter(sys.stdout, lines[0], lineterminator="\n")
    table.writeheader()
    for line in lines:
        risky = {
            name: f"'{value}"
            for name, value in line.items()
            if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        }
        table.writerow(line | risky)


if __name__ == "__main__":
    sys.exit(main())
