"""Manage the local crowd in a data directory, whether a server is running there or not.

    python manage_crowd.py add_requester "Vision lab" > keys.json

Requesters sign their calls to a crowd server with a pair of keys. add_requester prints a new pair,
in the form of config.json; the secret is not shown again. It is good on both sites at once.
"""

import argparse
import csv
import json
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import simpleamt
from amt import serving
from amt.id_files import read_ids


class Command(NamedTuple):
    """A command: the function of its name in a module of local_crowd.manage."""

    module: str
    help: str
    arguments: dict[str, dict[str, Any]]
    asks: str = ""  # what cannot be undone is asked before
    found: int = 0  # the exit code when there are lines to print


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
DESTINATION = {
    "destination": {
        "metavar": "ARN_OR_URL",
        "help": "a topic's ARN, a queue's URL or another URL; or the beginning of several, which "
        "ends in / or :",
    }
}

SITE = {
    "--site": {"choices": ["live", "sandbox"], "default": "live", "help": "default: live"},
}
URL = {
    "--url": {
        "metavar": "URL",
        "help": "the server's public address, e.g. https://crowd.example.org; default: where it "
        "is served now, or http://127.0.0.1:8000",
    },
}
FORMAT = {
    "--format": {"choices": ["jsonl", "csv"], "default": "jsonl", "help": "default: JSON lines"},
}
WORKER = {"worker": {"metavar": "WORKER", "help": "a worker id, a name or an e-mail address"}}
YES = {"--yes": {"action": "store_true", "help": "do not ask for confirmation"}}
LINK = {"link": {"metavar": "LINK_ID", "help": "as list_links shows it"}}
INVITATION = {
    "--uses": {"metavar": "N", "type": int, "default": 1, "help": "for N people; default: 1"},
    "--expires": {"metavar": "TIME", "default": "7d", "help": "12h, 7d, never; default: 7d"},
    "--emails": {"metavar": "FILE", "help": "a link for each e-mail address, one a line"},
}
RESET = {"--expires": {"metavar": "TIME", "default": "1d", "help": "12h, 7d; default: 1d"}}
PANEL = {
    "--hit_type_id": {
        "metavar": "ID",
        "nargs": "+",
        "default": [],
        "help": "the HITs: their HITTypeId or HITGroupId",
    },
    "--hit_ids_file": {
        "metavar": "FILE",
        "help": "the HITs: the ids file of a batch, in place of --hit_type_id",
    },
    "--limit": {"metavar": "N", "type": int, "default": 1, "help": "HITs a person; default: 1"},
    "--completion_url": {
        "metavar": "URL",
        "required": True,
        "help": "where people go back to, with {code}, e.g. "
        "https://app.prolific.com/submissions/complete?cc={code}",
    },
    "--code_done": {"metavar": "CODE", "required": True, "help": "for who did what there was"},
    "--code_screened_out": {
        "metavar": "CODE",
        "required": True,
        "help": "for who does not qualify",
    },
    "--code_nothing_left": {
        "metavar": "CODE",
        "required": True,
        "help": "for who came when everything was taken",
    },
    "--worker_parameter": {
        "metavar": "NAME",
        "default": "PROLIFIC_PID",
        "help": "what the panel calls a participant's id; default: PROLIFIC_PID",
    },
    "--study_parameter": {
        "metavar": "NAME",
        "default": "STUDY_ID",
        "help": "default: STUDY_ID; empty: none",
    },
    "--session_parameter": {
        "metavar": "NAME",
        "default": "SESSION_ID",
        "help": "default: SESSION_ID; empty: none",
    },
    "--panel": {
        "metavar": "NAME",
        "help": "whose participants they are; default: the completion URL's host",
    },
    "--places": {"metavar": "N", "type": int, "help": "for N people; default: no limit"},
    "--expires": {
        "metavar": "TIME",
        "default": "never",
        "help": "from when on it lets nobody new in; default: never",
    },
}
EXPORT = {
    "export": {"metavar": "EXPORT.csv", "help": "the panel's list of submissions"},
    "--link": {"metavar": "LINK_ID", "required": True, "help": "as list_links shows it"},
    "--worker_column": {"metavar": "NAME", "default": "Participant id"},
    "--status_column": {"metavar": "NAME", "default": "Status"},
    "--submission_column": {"metavar": "NAME", "default": "Submission id"},
    "--code_column": {"metavar": "NAME", "default": "Completion code"},
}
OWED = {
    "--since": {"metavar": "TIME", "help": "only what was approved since, e.g. 2026-10-01 (UTC)"},
    "--requester": {"metavar": "NAME", "help": "only what this requester owes"},
    "--mark_paid": {"action": "store_true", "help": "note all that is printed as paid"},
    "--payment": {"metavar": "ID", "help": "print what was noted as paid under this id"},
}

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
    "set_password": Command(
        "requesters", "let a requester sign in to its pages with a password, which is asked", NAME
    ),
    "remove_keys": Command(
        "requesters", "take a requester's keys and password away; its HITs stay", NAME
    ),
    "backup": Command(
        "backup", "copy the crowd, while a server runs, into a new directory", TARGET
    ),
    "add_link": Command(
        "links", "invite people: a link to make an account", INVITATION | SITE | URL | FORMAT
    ),
    "list_links": Command("links", "name every link to accounts and of panels", SITE),
    "remove_link": Command("links", "let nobody new in by a link any more", LINK | SITE),
    "list_workers": Command("workers", "name every worker with an account", SITE | FORMAT),
    "reset_password": Command(
        "workers", "a link for a worker to choose a new password", WORKER | RESET | SITE | URL
    ),
    "close_account": Command(
        "workers",
        "erase a worker's name, e-mail address and password; work and payments stay",
        WORKER | SITE | YES,
        asks="Close the account of {worker}? It cannot be opened again.",
    ),
    "make_master": Command(
        "workers",
        "give a worker the Masters qualification, which requesters can ask for",
        WORKER | SITE,
    ),
    "remove_master": Command("workers", "take the Masters qualification back", WORKER | SITE),
    "add_panel_link": Command(
        "panels", "a link that brings a panel's participants to HITs", PANEL | SITE | URL
    ),
    "reconcile": Command(
        "panels",
        "compare a panel's export with what was handed in here; exit code 1 if they differ",
        EXPORT | SITE | FORMAT,
        found=1,
    ),
    "export_payments": Command("payments", "what is owed to whom", OWED | SITE | FORMAT),
    "list_payments": Command("payments", "name every payment that was noted", SITE | FORMAT),
    "add_layout": Command("layouts", "keep an HTML file as a HIT layout; prints its id", LAYOUT),
    "list_layouts": Command("layouts", "name every HIT layout and its parameters", {}),
    "show_notification_secret": Command(
        "notifications", "what verifies the notifications posted to a requester's URLs", NAME
    ),
    "allow_destination": Command(
        "notifications", "let notifications go to a queue, a topic or a URL, at once", DESTINATION
    ),
    "disallow_destination": Command(
        "notifications", "withdraw what allow_destination allowed, at once", DESTINATION
    ),
    "list_destinations": Command(
        "notifications", "what notifications may go to beside public https URLs", {}
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
    parser = simpleamt.Parser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        for argument, settings in command.arguments.items():
            sub.add_argument(argument, **settings)
        sub.add_argument("--local_crowd", metavar="DIR", help="the crowd's data directory")
        sub.add_argument(
            "--config", metavar="FILE", help="default: config.json, here or beside the scripts"
        )
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, perform, argv)


def perform(args: argparse.Namespace) -> int:
    """Run the command that the arguments name, and print its lines."""
    from local_crowd.operations.errors import CrowdError
    from local_crowd.site import CANNOT_OPEN

    command = COMMANDS[args.command]
    directory = Path(args.local_crowd or simpleamt.config(args)["local_crowd"])
    values = {name.lstrip("-"): getattr(args, name.lstrip("-")) for name in command.arguments}
    form = values.pop("format", "jsonl")
    if "url" in values:
        served_at = serving.find_address(directory) or serving.NOT_SERVED_YET
        values["url"] = values["url"] or served_at
    if "hit_ids_file" in values:
        hit_ids_file = values.pop("hit_ids_file")
        values["hit_ids"] = read_ids(hit_ids_file) if hit_ids_file else []
    if command.asks:
        simpleamt.confirm(args, command.asks.format(**values))
    if isinstance(sys.stdout, simpleamt.ClosedOutput):
        sys.stdout.write("")  # keys that nobody reads are not shown again: nothing is done
    function = getattr(import_module(f"local_crowd.manage.{command.module}"), args.command)
    try:
        lines = list(function(directory, **values))
    except OSError as error:
        raise simpleamt.Error(describe_os_error(error, directory)) from error
    except (CrowdError, *CANNOT_OPEN) as error:
        raise simpleamt.Error(str(error)) from error
    if os.name == "posix" and directory.stat().st_mode & 0o077:
        simpleamt.say(f"{directory} holds secrets and others can read it: chmod 700 {directory}")
    if form == "csv":
        print_table(lines)
    else:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False))
    return command.found if lines else 0


def describe_os_error(error: OSError, directory: Path) -> str:
    """Say in one line which file the system refused, and why."""
    if isinstance(error, shutil.Error):  # of many files: source, target, reason
        source, _target, reason = error.args[0][0]
        return f"{source}: {reason}"
    return f"{error.filename or directory}: {error.strerror or error}"


def print_table(lines: list[dict[str, Any]]) -> None:
    """Print CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it:
    names are what workers choose.
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
