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
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import simpleamt
from amt import serving
from amt.errors import Error
from amt.id_files import read_ids
from amt.streams import ClosedOutput


class Command(NamedTuple):
    """A command of manage_crowd.py: the function of its name in `module` of local_crowd.manage.

    The arguments stand here, not beside the functions, because importing those modules imports
    SQLAlchemy, and --help must be quick.
    """

    module: str
    help: str
    arguments: dict[str, dict[str, Any]]
    confirmation: str = ""  # question to ask before something that cannot be undone
    exit_code_for_lines: int = 0  # when there are lines to print


def value(metavar: str, text: str, **settings: Any) -> dict[str, Any]:
    """Return the argparse settings of an argument with a value; `text` is its help."""
    return {"metavar": metavar, "help": text, **settings}


def choice(text: str, *choices: str) -> dict[str, Any]:
    """Return the argparse settings of an option with these choices; the first is the default."""
    return {"choices": choices, "default": choices[0], "help": f"{text}; default: {choices[0]}"}


# Arguments that several commands share.
NAME = {"name": value("NAME", "name of the requester")}
SITE = {"--site": choice("site to use", "live", "sandbox")}
URL = {
    "--url": value(
        "URL",
        "public URL of the server, e.g. https://crowd.example.org; default: the URL of "
        "the running server, or http://127.0.0.1:8000",
    )
}
FORMAT = {"--format": choice("output format", "jsonl", "csv")}
WORKER = {"worker": value("WORKER", "worker id, name or e-mail address")}
LINK = value("LINK_ID", "link id, as printed by list_links")
DESTINATION = {
    "destination": value(
        "ARN_OR_URL",
        "ARN of an SNS topic, URL of an SQS queue, or any URL; one that ends in / or : "
        "allows everything that begins with it",
    )
}

REQUESTERS = {
    "add_requester": Command(
        "requesters",
        "create a requester and print its keys",
        {
            **NAME,
            "--budget": value(
                "DOLLARS", "total that the requester may spend on the live site; default: no limit"
            ),
        },
    ),
    "set_budget": Command(
        "requesters",
        "limit what a requester may spend on the live site in total",
        {**NAME, "dollars": value("DOLLARS", "amount such as 500.00, or none for no limit")},
    ),
    "new_keys": Command(
        "requesters",
        'replace a requester\'s keys; "local" is the requester that scripts act as without a server',
        NAME,
    ),
    "list_requesters": Command("requesters", "print every requester and its access key", {}),
    "set_password": Command(
        "requesters",
        "set the password for a requester's pages; asks for it, or reads it from stdin",
        NAME,
    ),
    "remove_keys": Command(
        "requesters", "remove a requester's keys and password; its HITs stay", NAME
    ),
}

BACKUP = {
    "backup": Command(
        "backup",
        "copy the crowd into a new directory, also while a server is running",
        {"target": value("DIR", "directory to create")},
    )
}

LINKS = {
    "add_link": Command(
        "links",
        "create a link with which invited people make an account",
        {
            "--uses": value(
                "N", "number of people who can use the link; default: 1", type=int, default=1
            ),
            "--expires": value(
                "TIME", "lifetime of the link, e.g. 12h, 7d or never; default: 7d", default="7d"
            ),
            "--emails": value(
                "FILE", "file of e-mail addresses, one per line; creates a link for each"
            ),
            **SITE,
            **URL,
            **FORMAT,
        },
    ),
    "list_links": Command("links", "print every invitation link and panel link", SITE),
    "remove_link": Command(
        "links", "stop a link from admitting new people", {"link": LINK, **SITE}
    ),
}

WORKERS = {
    "list_workers": Command("workers", "print every worker who has an account", SITE | FORMAT),
    "reset_password": Command(
        "workers",
        "create a link with which a worker chooses a new password",
        {
            **WORKER,
            "--expires": value(
                "TIME", "lifetime of the link, e.g. 12h or 7d; default: 1d", default="1d"
            ),
            **SITE,
            **URL,
        },
    ),
    "close_account": Command(
        "workers",
        "erase a worker's name, e-mail address and password; work and payments stay",
        {
            **WORKER,
            **SITE,
            "--yes": {"action": "store_true", "help": "do not ask for confirmation"},
        },
        confirmation="Close the account of {worker}? It cannot be reopened.",
    ),
    "make_master": Command(
        "workers", "grant a worker the Masters qualification, which HITs can require", WORKER | SITE
    ),
    "remove_master": Command(
        "workers", "revoke the Masters qualification of a worker", WORKER | SITE
    ),
}

PANELS = {
    "add_panel_link": Command(
        "panels",
        "create a link that brings a panel's participants to HITs",
        {
            "--hit_type_id": value(
                "ID", "HITTypeIds or HITGroupIds of the HITs", nargs="+", default=[]
            ),
            "--hit_ids_file": value("FILE", "ids file of a batch, instead of --hit_type_id"),
            "--limit": value(
                "N", "number of HITs that a participant does; default: 1", type=int, default=1
            ),
            "--completion_url": value(
                "URL",
                "URL that participants return to, with {code} for the completion code, "
                "e.g. https://app.prolific.com/submissions/complete?cc={code}",
                required=True,
            ),
            "--code_done": value(
                "CODE", "completion code for participants who finished", required=True
            ),
            "--code_screened_out": value(
                "CODE", "completion code for participants who were screened out", required=True
            ),
            "--code_nothing_left": value(
                "CODE", "completion code for participants who found nothing left", required=True
            ),
            "--worker_parameter": value(
                "NAME",
                "URL parameter that holds the participant id; default: PROLIFIC_PID",
                default="PROLIFIC_PID",
            ),
            "--study_parameter": value(
                "NAME",
                'URL parameter that holds the study id, or ""; default: STUDY_ID',
                default="STUDY_ID",
            ),
            "--session_parameter": value(
                "NAME",
                'URL parameter that holds the session id, or ""; default: SESSION_ID',
                default="SESSION_ID",
            ),
            "--panel": value("NAME", "name of the panel; default: the host of --completion_url"),
            "--places": value(
                "N", "number of participants who can use the link; default: no limit", type=int
            ),
            "--expires": value(
                "TIME",
                "when the link stops admitting new people, e.g. 12h or 4w; default: never",
                default="never",
            ),
            **SITE,
            **URL,
        },
    ),
    "reconcile": Command(
        "panels",
        "compare a panel's export with the submissions here; exit code 1 if they differ",
        {
            "export": value("EXPORT.csv", "list of submissions from the panel"),
            "--link": {**LINK, "required": True},
            **{
                f"--{column}_column": value("NAME", f"{content}; default: {name}", default=name)
                for column, name, content in (
                    ("worker", "Participant id", "column of the participant ids"),
                    ("status", "Status", "column of the statuses"),
                    ("submission", "Submission id", "column of the submission ids"),
                    ("code", "Completion code", "column of the completion codes"),
                )
            },
            **SITE,
            **FORMAT,
        },
        exit_code_for_lines=1,
    ),
}

PAYMENTS = {
    "export_payments": Command(
        "payments",
        "print what is owed to each worker",
        {
            "--since": value("TIME", "only work approved since this time, e.g. 2026-10-01 (UTC)"),
            "--requester": value("NAME", "only what this requester owes"),
            "--mark_paid": {"action": "store_true", "help": "record these amounts as paid"},
            "--payment": value("ID", "print what was recorded as paid under this id"),
            **SITE,
            **FORMAT,
        },
    ),
    "list_payments": Command("payments", "print every recorded payment", SITE | FORMAT),
}

LAYOUTS = {
    "add_layout": Command(
        "layouts",
        "store an HTML file as a HIT layout and print its id",
        {
            "file": value("FILE.html", "HTML page with ${name} where values go"),
            "--requester": value(
                "NAME",
                'owner of the layout; default: "local", the requester that scripts act as '
                "without a server",
                default="local",
            ),
            "--frame_height": value(
                "PIXELS",
                "height of the HIT's frame; default: 0, the height of the worker's window",
                type=int,
                default=0,
            ),
        },
    ),
    "list_layouts": Command("layouts", "print every HIT layout and its parameters", {}),
}

NOTIFICATIONS = {
    "show_notification_secret": Command(
        "notifications",
        "print the secret that verifies notifications posted to a requester's URLs",
        NAME,
    ),
    "allow_destination": Command(
        "notifications",
        "allow notifications to a queue, a topic or a URL; takes effect at once",
        DESTINATION,
    ),
    "disallow_destination": Command(
        "notifications", "undo allow_destination; takes effect at once", DESTINATION
    ),
    "list_destinations": Command(
        "notifications", "print the destinations allowed besides public https URLs", {}
    ),
    "deliver": Command(
        "notifications", "send the notifications that are due, as a running server does", {}
    ),
    "list_dead_letters": Command(
        "notifications", "print the notifications that could not be delivered within a day", {}
    ),
    "retry_dead_letters": Command(
        "notifications",
        "retry the notifications that list_dead_letters prints, for another day",
        {"--event_id": value("ID", "only the one with this EventDocId")},
    ),
}

COMMANDS = REQUESTERS | BACKUP | LINKS | WORKERS | PANELS | PAYMENTS | LAYOUTS | NOTIFICATIONS


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        for argument, settings in command.arguments.items():
            sub.add_argument(argument, **settings)
        sub.add_argument("--local_crowd", **simpleamt.OPTIONS["local_crowd"])
        sub.add_argument("--config", **simpleamt.OPTIONS["config"])
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, perform, argv)


def perform(args: argparse.Namespace) -> int:
    """Run the command in `args` and print its lines."""
    from local_crowd.operations.errors import CrowdError
    from local_crowd.site import CANNOT_OPEN

    command = COMMANDS[args.command]
    directory = Path(args.local_crowd or simpleamt.config(args)["local_crowd"])
    values = {name.lstrip("-"): getattr(args, name.lstrip("-")) for name in command.arguments}
    output_format = values.pop("format", "jsonl")
    if "url" in values:
        served_at = serving.find_address(directory) or serving.NOT_SERVED_YET
        values["url"] = values["url"] or served_at
    if "hit_ids_file" in values:
        hit_ids_file = values.pop("hit_ids_file")
        values["hit_ids"] = read_ids(hit_ids_file) if hit_ids_file else []
    if command.confirmation:
        simpleamt.confirm(args, command.confirmation.format(**values))
    if isinstance(sys.stdout, ClosedOutput):
        sys.stdout.write("")  # raises: keys that nobody reads would be lost
    function = getattr(import_module(f"local_crowd.manage.{command.module}"), args.command)
    try:
        lines = list(function(directory, **values))
    except OSError as error:
        raise Error(describe_os_error(error, directory)) from error
    except (CrowdError, *CANNOT_OPEN) as error:
        raise Error(str(error)) from error
    if os.name == "posix" and directory.stat().st_mode & 0o077:
        simpleamt.say(
            f"{directory} contains secrets that others can read; run chmod 700 {directory}"
        )
    if output_format == "csv":
        print_table(lines)
    else:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False))
    return command.exit_code_for_lines if lines else 0


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
