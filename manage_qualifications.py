r"""Create qualification types, assign and revoke them, and show who has them.

    python manage_qualifications.py create --name="Editors" --description="Worked with us in spring."
    python manage_qualifications.py assign --qualification="Editors" --workers_file=workers.csv
    python manage_qualifications.py exclude --hit_ids_file=hit_ids.txt

--qualification takes a name or an id. A workers file has worker ids, one per line, or is CSV with the
columns worker_id and, if you like, value. Running a command again is harmless: it says what was done
before. COMMAND --help explains each command.
"""

import argparse
import csv
import sys
from typing import TYPE_CHECKING

import simpleamt
from amt import cells, hit_workers, qualification_files, qualifications
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Faults, count_of
from amt.qualifications import QualificationType

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

DONE = "{} (done)"
DESCRIPTION = "Assigned by the requester for earlier work."
COMMANDS = {
    "create": "create a qualification type, with a test or without, and print its id",
    "assign": "assign a qualification to workers, or change its value",
    "revoke": "revoke a qualification of workers",
    "show": "print the workers who have a qualification, or all your qualification types",
    "from_results": "assign a qualification to workers with good answers, and another to all",
    "exclude": "assign a qualification to everybody who worked on a batch, to exclude them later",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=simpleamt.Parser
    )
    for name, description in COMMANDS.items():
        command_line = commands.add_parser(name, help=description, description=description)
        ADD_OPTIONS[name](command_line)
        simpleamt.add_shared_options(command_line)
    return simpleamt.run(parser, lambda args: RUN[args.command](args), argv)


def add_workers_file(parser: argparse.ArgumentParser, text: str) -> None:
    """Add --workers_file with this help."""
    parser.add_argument("--workers_file", required=True, metavar="FILE", help=text)


def add_qualification(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add --qualification."""
    text = "name or id of the qualification type"
    if not required:
        text += "; default: list your types"
    parser.add_argument("--qualification", required=required, metavar="NAME_OR_ID", help=text)


def add_create_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of create."""
    parser.add_argument("--name", required=True, help="name, which workers see")
    parser.add_argument("--description", required=True, metavar="TEXT", help="what workers read")
    parser.add_argument("--keywords", metavar="TEXT", help="words by which workers find it")
    parser.add_argument("--test", metavar="FILE", help="QuestionForm that a worker must fill in")
    parser.add_argument(
        "--answer_key",
        metavar="FILE",
        help="AnswerKey that scores the test; default: you decide on each request",
    )
    parser.add_argument(
        "--test_seconds", type=int, metavar="N", help="time for the test; default: 3600"
    )
    parser.add_argument(
        "--auto_grant",
        type=int,
        nargs="?",
        const=1,
        metavar="VALUE",
        help="give it at once to everybody who requests it, with this value; default: 1",
    )
    parser.add_argument(
        "--retry_seconds",
        type=int,
        metavar="N",
        help="time after which a worker may request it again; default: never",
    )


def create(args: argparse.Namespace) -> int:
    """Create the type, unless it is there; print its id."""
    parameters = qualification_files.make_type_parameters(
        args.name,
        args.description,
        keywords=args.keywords,
        test_file=args.test,
        answer_key_file=args.answer_key,
        test_seconds=args.test_seconds,
        auto_granted_value=args.auto_grant,
        retry_seconds=args.retry_seconds,
    )
    crowd = simpleamt.crowd(args)
    qualification = qualifications.create_type(crowd.connect(), parameters)
    say_created(crowd, qualification)
    print(qualification.type_id)
    return 0


def say_created(crowd: Crowd, qualification: QualificationType) -> None:
    """Say whether a type was created or was there."""
    what = "created" if qualification.is_new else "was there already"
    simpleamt.say(f"{qualification}: {what}, on {crowd}.")


def add_assign_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of assign."""
    add_qualification(parser)
    add_workers_file(parser, "worker ids, one per line; or CSV with worker_id and value")
    parser.add_argument(
        "--value", type=int, default=1, metavar="N", help="value without such a column; default: 1"
    )
    parser.add_argument("--notify", action="store_true", help="let the crowd write to the workers")


def assign(args: argparse.Namespace) -> int:
    """Assign the qualification to the workers in the file."""
    values = qualification_files.read_values(args.workers_file, args.value)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    qualification = qualifications.find_type(crowd, client, args.qualification)
    return 1 if grant(crowd, client, qualification, values, notify=args.notify) else 0


def grant(
    crowd: Crowd,
    client: "MTurkClient",
    qualification: QualificationType,
    values: dict[str, int],
    *,
    notify: bool = False,
) -> int:
    """Assign, say how many workers got it, and return how many were refused."""
    changes = qualifications.assign(
        crowd, client, qualification.type_id, values, notify=notify, say=simpleamt.say
    )
    simpleamt.say(qualifications.describe_assigned(qualification, changes))
    return changes.refused


def add_revoke_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of revoke."""
    add_qualification(parser)
    add_workers_file(parser, "worker ids, one per line; or CSV with worker_id")
    parser.add_argument("--reason", metavar="TEXT", help="reason, which the workers can read")
    parser.add_argument("--yes", "-f", **simpleamt.OPTIONS["yes"])


def revoke(args: argparse.Namespace) -> int:
    """Ask, then revoke the qualification of the workers in the file."""
    worker_ids = list(qualification_files.read_values(args.workers_file, 1))
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    qualification = qualifications.find_type(crowd, client, args.qualification)
    holders, others = qualifications.find_holders(client, qualification.type_id, worker_ids)
    with Faults(simpleamt.say) as faults:
        for worker_id in others:
            faults.add(f"{worker_id}: does not have {qualification.name!r}")
    refused = 0
    if holders:
        simpleamt.confirm(
            args, f"Revoke {qualification} of {count_of(len(holders), 'worker')} on {crowd}?"
        )
        changes = qualifications.revoke(
            crowd,
            client,
            qualification.type_id,
            holders,
            reason=args.reason,
            say=simpleamt.say,
        )
        refused = changes.refused
    simpleamt.say(f"{qualification}: revoked of {count_of(len(holders) - refused, 'worker')}.")
    return 1 if refused else 0


def add_show_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of show."""
    add_qualification(parser, required=False)


def show(args: argparse.Namespace) -> int:
    """Print CSV: the workers who have the qualification, or all types."""
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    table = csv.writer(sys.stdout, lineterminator="\n")
    if not args.qualification:
        table.writerow(("qualification_id", "name", "status", "description"))
        for item in qualifications.list_types(client):
            texts = (item["Name"], item["QualificationTypeStatus"], item["Description"])
            table.writerow((item["QualificationTypeId"], *map(cells.guard, texts)))
        return 0
    qualification = qualifications.find_type(crowd, client, args.qualification)
    granted = qualifications.list_granted(client, qualification.type_id)
    table.writerow(("worker_id", "value", "grant_time"))
    for item in granted:
        time = f"{item['GrantTime']:%Y-%m-%dT%H:%M:%SZ}"
        table.writerow((item["WorkerId"], item["IntegerValue"], time))
    simpleamt.say(f"{qualification}: {count_of(len(granted), 'worker')}, on {crowd}.")
    return 0


def add_from_results_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of from_results."""
    add_workers_file(
        parser, "CSV with worker_id and gold_score or accuracy, such as of aggregate_results.py"
    )
    parser.add_argument("--name", required=True, help="name of the qualification of good workers")
    parser.add_argument(
        "--good", required=True, metavar="SCORE", help="score from which on a worker is good: 0.9"
    )
    parser.add_argument(
        "--column",
        help="column of the score, from 0 to 1; default: gold_score if there is one, else accuracy",
    )
    parser.add_argument(
        "--below_name",
        metavar="NAME",
        help="name of a further qualification, of the workers below --good, to keep only them out",
    )
    add_description(parser)


def add_description(parser: argparse.ArgumentParser) -> None:
    """Add --description of types that are created if they are missing."""
    parser.add_argument(
        "--description",
        default=DESCRIPTION,
        metavar="TEXT",
        help="what workers read about it; default: %(default)s",
    )


def qualify_from_results(args: argparse.Namespace) -> int:
    """Assign NAME to the good workers and NAME (done) to all; print lines for the properties."""
    limit = qualification_files.parse_score("--good", args.good)
    column, scores = qualification_files.read_scores(args.workers_file, args.column)
    good = {worker: score for worker, score in scores.known.items() if score >= limit}
    everybody = dict.fromkeys([*scores.known, *scores.unknown], 1)
    crowd = simpleamt.crowd(args)
    client = crowd.connect()
    refused = 0
    simpleamt.say(
        f"{args.workers_file}: {len(good):,} of {count_of(len(everybody), 'worker')} "
        f"{'has' if len(good) == 1 else 'have'} {column} {limit} or more; "
        f"{len(scores.unknown):,} without {column}."
    )
    types = []
    for name, values in (
        (args.name, qualification_files.to_percent(good)),
        (DONE.format(args.name), everybody),
    ):
        types.append(qualifications.ensure_type(crowd, client, name, args.description))
        refused += grant(crowd, client, types[-1], values)
    name_no_longer_good(client, types[0], [worker for worker in everybody if worker not in good])
    simpleamt.say("For HIT properties, to admit only the good workers:")
    print(qualifications.format_property(types[0].type_id))
    simpleamt.say("or to exclude everybody who has done this:")
    print(qualifications.format_property(types[1].type_id, excludes=True))
    if args.below_name is not None:
        below = {worker: score for worker, score in scores.judged.items() if score < limit}
        refused += exclude_below(crowd, client, args, qualification_files.to_percent(below))
    return 1 if refused else 0


def exclude_below(
    crowd: Crowd, client: "MTurkClient", args: argparse.Namespace, values: dict[str, int]
) -> int:
    """Assign the qualification of workers below --good; print its line, and return the refusals."""
    below = qualifications.ensure_type(crowd, client, args.below_name, args.description)
    refused = grant(crowd, client, below, values)
    simpleamt.say("or to exclude the workers below, and admit everybody else:")
    print(qualifications.format_property(below.type_id, excludes=True))
    return refused


def name_no_longer_good(
    client: "MTurkClient", qualification: QualificationType, others: list[str]
) -> None:
    """Name workers who have the qualification of good workers and are not good in this file."""
    holders, _ = qualifications.find_holders(client, qualification.type_id, others)
    with Faults(simpleamt.say) as faults:
        for worker_id in holders:
            faults.add(f"{worker_id}: is not good in this file, and keeps {qualification.name!r}")


def add_exclude_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of exclude."""
    parser.add_argument("--hit_ids_file", **simpleamt.OPTIONS["hit_ids_file"])
    parser.add_argument(
        "--name", help="name of the qualification; several batches may share one; default: new"
    )
    add_description(parser)


def exclude(args: argparse.Namespace) -> int:
    """Assign the qualification to the workers of the batch; print the line for the properties."""
    crowd, client, ids, batch, hint = simpleamt.open_batch(args)
    if args.name is None and batch is None:
        raise Error(f"{args.hit_ids_file}: has no batch record to name it after; give --name")
    name = args.name or f"Earlier work {batch.header['batch'][:12] if batch else ''}"
    workers = hit_workers.find_workers(crowd, client, ids, say=simpleamt.say, hint=hint)
    qualification = qualifications.ensure_type(crowd, client, name, args.description)
    refused = grant(crowd, client, qualification, dict.fromkeys(workers.worker_ids, 1))
    if workers.pending or workers.available:
        simpleamt.say(
            f"{count_of(workers.pending, 'assignment')} in progress and {workers.available:,} "
            "available: run this again when they are submitted."
        )
    print(qualifications.format_property(qualification.type_id, excludes=True))
    return 1 if refused or workers.refused else 0


ADD_OPTIONS = {
    "create": add_create_options,
    "assign": add_assign_options,
    "revoke": add_revoke_options,
    "show": add_show_options,
    "from_results": add_from_results_options,
    "exclude": add_exclude_options,
}
RUN = {
    "create": create,
    "assign": assign,
    "revoke": revoke,
    "show": show,
    "from_results": qualify_from_results,
    "exclude": exclude,
}

if __name__ == "__main__":
    sys.exit(main())
