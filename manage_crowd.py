"""Manage the local crowd in a data directory, whether a server is running there or not.

    python manage_crowd.py add_requester "Vision lab" > keys.json

Requesters sign their calls to a crowd server with a pair of keys. add_requester prints a new pair,
in the form of config.json; the secret is not shown again. It is good on both sites at once.
"""

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import simpleamt


class Command(NamedTuple):
    """A command: the function of its name in a module of local_crowd.manage."""

    module: str
    help: str
    arguments: dict[str, dict[str, Any]]


NAME = {"name": {"metavar": "NAME", "help": "the requester's name"}}
BUDGET = {"--budget": {"metavar": "DOLLARS", "help": "what it may spend on the live site in all"}}
DOLLARS = {"dollars": {"metavar": "DOLLARS", "help": "e.g. 500.00, or none for no limit"}}
TARGET = {"target": {"metavar": "DIR", "help": "a new directory"}}
LAYOUT = {
    "file": {"metavar": "FILE.html", "help": "a page with ${name} where values are put in"},
    "--requester": {
        "metavar": "NAME",
        "default": "local",
        "help": 'whose it is; default: "local", who the scripts are without a server',
    },
    "--frame_height": {
        "metavar": "PIXELS",
        "type": int,
        "default": 0,
        "help": "default: 0, as high as the worker's window",
    },
}
EVENT = {"--event_id": {"metavar": "ID", "help": "only the one with this EventDocId"}}

COMMANDS = {
    "add_requester": Command("requesters", "make a requester; prints its keys", NAME | BUDGET),
    "set_budget": Command(
        "requesters", "bound what a requester may spend on the live site in all", NAME | DOLLARS
    ),
    "new_keys": Command(
        "requesters",
        'give a requester new keys in place of the old; "local" is who the scripts are without '
        "a server",
        NAME,
    ),
    "list_requesters": Command("requesters", "name every requester and its access key", {}),
    "remove_keys": Command("requesters", "take a requester's keys away; its HITs stay", NAME),
    "backup": Command(
        "backup", "copy the crowd, while a server runs, into a new directory", TARGET
    ),
    "add_layout": Command("layouts", "keep an HTML file as a HIT layout; prints its id", LAYOUT),
    "list_layouts": Command("layouts", "name every HIT layout and its parameters", {}),
    "show_notification_secret": Command(
        "notifications", "what verifies the notifications posted to a requester's URLs", NAME
    ),
    "deliver": Command(
        "notifications", "send the notifications that are due, as a running server does", {}
    ),
    "list_dead_letters": Command(
        "notifications", "the notifications that could not be delivered within a day", {}
    ),
    "retry_dead_letters": Command("notifications", "send them again, for another day", EVENT),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name, help=command.help, description=command.help, allow_abbrev=False
        )
        for argument, settings in command.arguments.items():
            sub.add_argument(argument, **settings)
        sub.add_argument("--local_crowd", metavar="DIR", help="the crowd's data directory")
        sub.add_argument("--config", metavar="FILE", help="default: config.json, if it is there")
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, perform, argv)


def perform(args: argparse.Namespace) -> int:
    """Run the command that the arguments name, and print its lines."""
    from local_crowd.operations.errors import CrowdError
    from local_crowd.site import CANNOT_OPEN

    command = COMMANDS[args.command]
    directory = Path(args.local_crowd or simpleamt.config(args)["local_crowd"])
    values = {name.lstrip("-"): getattr(args, name.lstrip("-")) for name in command.arguments}
    function = getattr(import_module(f"local_crowd.manage.{command.module}"), args.command)
    try:
        lines = list(function(directory, **values))
    except OSError as error:
        raise simpleamt.Error(f"{directory}: {error.strerror}") from error
    except (CrowdError, *CANNOT_OPEN) as error:
        raise simpleamt.Error(str(error)) from error
    if os.name == "posix" and directory.stat().st_mode & 0o077:
        simpleamt.say(f"{directory} holds secrets and others can read it: chmod 700 {directory}")
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
