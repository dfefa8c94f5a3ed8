r"""Ask what one batch file says, and merge the answers: pages, HITs, results and labels.

    python run_batch.py examples/batches/same.json --follow

The file names the task, the rows, and what becomes of the answers; docs/batches.md lists its keys.
Everything is checked before the first HIT is created. The HIT ids, results, labels and events go
into a folder with the batch's id, within --directory. With --follow, answers are fetched and merged
until all are in and pushed. If it is interrupted, run the same command again: it continues where it
stopped.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import simpleamt
from amt.crowd import strip_slash
from amt.errors import Error
from amt.messages import count_of

if TYPE_CHECKING:
    from amt.crowd import Crowd
    from amt.declared.directories import Directory
    from amt.declared.pushing import Target
    from amt.declared.reading import Declared
    from amt.declared.rounds import Loop, Progress

Value = TypeVar("Value")


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument("batch_file", metavar="FILE", nargs="?", help="batch file, in JSON")
    parser.add_argument(
        "--directory",
        default="batches",
        metavar="DIR",
        help="directory in which the batch gets a folder; default: %(default)s",
    )
    rounds = parser.add_mutually_exclusive_group()
    rounds.add_argument(
        "--follow", action="store_true", help="fetch and merge answers until all are in"
    )
    rounds.add_argument(
        "--once", action="store_true", help="fetch and merge the answers that are in now"
    )
    rounds.add_argument(
        "--push_again",
        action="store_true",
        help="push events again that were given up, and do nothing else",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="print the file with all defaults, and launch nothing",
    )
    parser.add_argument("--tasks", action="store_true", help="list the task types")
    parser.add_argument(
        "--max_cost",
        type=simpleamt.parse_dollars,
        metavar="DOLLARS",
        help="largest amount that the batch may cost",
    )
    return simpleamt.run(parser, run_batch, argv)


def run_batch(args: argparse.Namespace) -> int:
    """Do what the flags ask for."""
    if args.tasks:
        return list_tasks(args)
    if args.batch_file is None:
        raise Error("name a batch file")
    from amt.declared import directories, pushing, reading  # pydantic takes 0.1 s to import

    settings = simpleamt.config(args)
    declared = reading.read(args.batch_file, settings["template_directories"])
    for note in declared.notes:
        simpleamt.say(note)
    if args.explain:
        for part in declared.list_explained():
            print(part, end="")
        print()
        return 0
    directory = directories.find(args.directory, declared)
    secret = find_server_secret(args, declared, directory)
    target = pushing.read_target(declared, settings["push_destinations"], secret)
    if args.push_again:
        return push_again(declared, directory, target)
    crowd = choose_crowd(args, declared, directory)
    return run(args, declared, directory, crowd, target)


def find_server_secret(
    args: argparse.Namespace, declared: "Declared", directory: "Directory"
) -> str | None:
    """Return the secret with which serve_batches.py signs the events of a batch that it was sent.

    None for a batch of this script, whose secret is in a file, and for one without events.
    """
    from amt import requesters
    from amt.declared import directories

    requester = directories.find_server_requester(directory)
    if requester is None or declared.file.push is None:
        return None
    crowd = choose_crowd(args, declared, directory)
    return requesters.read_notification_secret(replace(crowd, name="local", requester=requester))


def push_again(declared: "Declared", directory: "Directory", target: "Target | None") -> int:
    """Send the events again that were given up. Return 1 when some were not delivered."""
    from amt.batches import Batch
    from amt.declared import totals
    from amt.declared.events import Events
    from amt.declared.pushing import Pushing

    if target is None:
        raise Error(f"{declared.name}: has no push")
    batch = Batch(directory.record)
    if not batch.header:
        raise Error(f"{declared.name}: is not launched yet; leave out --push_again")
    with batch.claim(), contextlib.closing(Events(directory.events)) as events:
        events.revive()
        with Pushing(events, target, simpleamt.say) as push:
            pass  # what is due is sent when the block ends
        simpleamt.say(push.describe())
        totals.note_pushes(directory, events)
        return 1 if events.unsent_count or events.dead_count else 0


def list_tasks(args: argparse.Namespace) -> int:
    """Print each task type with its description."""
    from amt.declared import tasks

    for task in tasks.list_types(simpleamt.config(args)["template_directories"]):
        print(f"{task.name}\t{task.description}")
    return 0


def choose_crowd(args: argparse.Namespace, declared: "Declared", directory: "Directory") -> "Crowd":
    """Return the crowd of the batch's record, else of the file, else of the flags."""
    from amt.batches import Batch

    file = declared.file
    if file.crowd is not None:
        if args.crowd not in {None, strip_slash(file.crowd)}:
            raise Error(f"{declared.name}: /crowd is {file.crowd}; leave out --crowd {args.crowd}")
        args.crowd = strip_slash(file.crowd)
    if file.site is not None:
        if args.prod and file.site != "live":
            raise Error(f"{declared.name}: /site is {file.site}; leave out --prod")
        args.prod = file.site == "live"
    return simpleamt.crowd(args, Batch(directory.record))


def run(
    args: argparse.Namespace,
    declared: "Declared",
    directory: "Directory",
    crowd: "Crowd",
    target: "Target | None",
) -> int:
    """Check everything, ask, launch, and follow as long as the flags say."""
    from amt.declared import launches

    prepared = launches.prepare(declared, directory, crowd, args.max_cost, simpleamt.say)
    client = crowd.connect()
    question = ask_crowd(args, partial(launches.require_funds, prepared, client))
    if question is not None:
        simpleamt.confirm(args, question)
    with launches.open_loop(prepared, client, simpleamt.say, waits=args.follow) as loop:
        try:
            return follow(args, loop, target)
        except KeyboardInterrupt:
            simpleamt.say("Run the same command again to continue.")
            raise


def ask_crowd(args: argparse.Namespace, call: Callable[[], Value]) -> Value:
    """Return what `call` returns. With --follow, an outage of the crowd is waited for."""
    if not args.follow:
        return call()
    from amt.declared import outages  # boto3 takes 0.1 s to import

    return outages.wait_out(call, simpleamt.say)


def follow(args: argparse.Namespace, loop: "Loop", target: "Target | None") -> int:
    """Launch, then run as many rounds as the flags say. Return 1 for HITs that were refused."""
    from amt import launching
    from amt.declared import following, totals

    is_new = not loop.batch.is_complete
    refused = ask_crowd(args, loop.launch)
    if is_new:
        for words in launching.describe_launch(loop.crowd, loop.batch):
            simpleamt.say(words)
    if not (args.follow or args.once):
        return 1 if refused else 0
    with contextlib.ExitStack() as stack:
        if loop.declared.file.store is not None:
            from amt.declared.storing import Storing  # SQLAlchemy takes 0.2 s to import

            store = Storing(loop.declared, loop.directory, loop.batch, simpleamt.say)
            loop.work.listeners.append(stack.enter_context(store).notify)
        push = None
        if target is not None and loop.work.events is not None:
            from amt.declared.pushing import Pushing

            push = stack.enter_context(Pushing(loop.work.events, target, simpleamt.say))
            loop.work.listeners.append(push.notify)
        progress = loop.run_round() if args.once else following.follow(loop)
        if push is not None and args.follow:
            push.wait_for_all()
    report(loop, progress)
    if push is not None:
        simpleamt.say(push.describe())
        totals.note_pushes(loop.directory, loop.work.events)
    return 1 if refused else 0


def report(loop: "Loop", progress: "Progress") -> None:
    """Say where the batch is."""
    without = f", {count_of(progress.without_label, 'row')} without one"
    simpleamt.say(
        f"{count_of(progress.answers, 'answer')} to {count_of(progress.rows, 'row')}, "
        f"{count_of(progress.labels, 'label')}{without * bool(progress.without_label)}; {progress.finished_hits:,} of "
        f"{count_of(progress.hits, 'HIT')} finished. {loop.directory.path}"
    )


if __name__ == "__main__":
    sys.exit(main())
