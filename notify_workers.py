r"""Write to workers: one message, or one for each, to nobody twice.

    python notify_workers.py --workers_file=workers.csv --subject="Part two is open" \
        --message_file=message.txt

The workers file is CSV with a column worker_id and any others, or ids, one per line. Subject and
message are Jinja templates over its columns: "Dear {{ name }}, ...". Who gets the same message shares
a call with up to 99 others. Only workers whose work you have approved or rejected can be written to;
who was not reached is named with the reason, and tried again when you run the same command again.
"""

import argparse
import sys

import simpleamt
from amt import notices, notifying, records
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Faults, count_of
from amt.notices import NoticeTemplate
from amt.notifying import Notified, Sending


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--workers_file",
        required=True,
        metavar="FILE",
        help="CSV with a column worker_id, or worker ids, one per line",
    )
    parser.add_argument(
        "--subject", required=True, metavar="TEXT", help="subject, a Jinja template"
    )
    message = parser.add_mutually_exclusive_group(required=True)
    message.add_argument("--message", metavar="TEXT", help="message, a Jinja template")
    message.add_argument("--message_file", metavar="FILE", help="file with the message")
    return simpleamt.run(parser, notify, argv)


def notify(args: argparse.Namespace) -> int:
    """Read, compose every message, ask, send."""
    record = Notified(records.lasting_record_path(args.workers_file, notifying.ENDING))
    recipients = notices.read_workers(args.workers_file)
    text = notices.read_text(args.message_file) if args.message_file else args.message
    template = NoticeTemplate(args.subject, text, args.message_file or "--message")
    crowd = simpleamt.crowd(args, record)
    crowd.require("notify_workers", "it cannot write to its workers")
    records.refuse_other_place(record, crowd)
    reached = record.list_reached(template.digest)
    unfinished = record.list_unfinished(template.digest)
    again = [sending for sending in unfinished if notifying.can_repeat(crowd, sending)]
    unclear = [sending for sending in unfinished if sending not in again]
    handled = reached.union(*(sending.notice.worker_ids for sending in unfinished))
    missing = [item for item in recipients if item.worker_id not in handled]
    composed = notices.compose(args.workers_file, missing, template)
    sendings = [*again, *(Sending(-1, template.digest, notice) for notice in composed)]
    if reached:
        verb = "has" if len(reached) == 1 else "have"
        simpleamt.say(f"{count_of(len(reached), 'worker')} {verb} got this message already.")
    name_unclear(record, unclear)
    if not sendings:
        simpleamt.say("Nobody was written to.")
        return 1 if unclear else 0
    with record.claim():
        ask(args, crowd, sendings)
        record.start(crowd)
        unreached = send(crowd, record, sendings)
    return 1 if unreached or unclear else 0


def name_unclear(record: Notified, unclear: list[Sending]) -> None:
    """Name the workers who may have got the message in a call that was cut short."""
    with Faults(simpleamt.say) as faults:
        for sending in unclear:
            for worker_id in sending.notice.worker_ids:
                faults.add(
                    f"{worker_id}: may have got this message at {sending.time}, so it is not sent "
                    f"again ({record.path}); put the worker into another file to send it anyway"
                )


def ask(args: argparse.Namespace, crowd: Crowd, sendings: list[Sending]) -> None:
    """Show the first message, and ask."""
    first = sendings[0].notice
    workers = sum(len(sending.notice.worker_ids) for sending in sendings)
    if not workers:
        raise Error(f"{args.workers_file}: no workers")
    simpleamt.say(f"To {first.worker_ids[0]}: {first.subject}\n\n{first.text}\n")
    simpleamt.confirm(
        args,
        f"Write to {count_of(workers, 'worker')}, in {count_of(len(sendings), 'call')}, on {crowd}?",
    )


def send(crowd: Crowd, record: Notified, sendings: list[Sending]) -> int:
    """Send the messages; name who was not reached, and return how many these are."""
    written = unreached = 0
    try:
        with Faults(simpleamt.say) as faults:
            for outcome in notifying.send(crowd, crowd.connect(), record, sendings):
                for worker_id, why in outcome.value.items():
                    faults.add(f"{worker_id}: not reached: {why}")
                unreached += len(outcome.value)
                written += len(outcome.item.notice.worker_ids) - len(outcome.value)
    finally:
        simpleamt.say(f"Wrote to {count_of(written, 'worker')}.")
    return unreached


if __name__ == "__main__":
    sys.exit(main())
