r"""Launch HITs: one for each row of a file, all with the same page and properties.

    python launch_hits.py --html_template=simple.html \
        --hit_properties_file=hit_properties/simple.json \
        --input_json_file=examples/simple/example_input.txt --hit_ids_file=hit_ids.txt

The input is JSON Lines, or a table whose first line names the fields (.csv, .tsv), or a JSON array
of objects (.json). Everything is read, rendered and checked before the first HIT is created. The ids go into
--hit_ids_file, and everything about the batch into a .batch.jsonl file beside it. If it is
interrupted, run the same command again to finish the batch: no row gets two HITs.
"""

import argparse
import sys
from decimal import Decimal, InvalidOperation

import simpleamt
from amt import batches, calls, inputs, launching, plans, records, spending
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import count_of, join_faults


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--html_template",
        metavar="FILE",
        help="template of the page, with Jinja tags, Liquid tags or ${name}; .xml or .xml.j2: of "
        "the question's XML. Not needed if the properties have an ExternalURL",
    )
    parser.add_argument(
        "--hit_properties_file",
        metavar="FILE",
        help="JSON file with the title, the reward and other properties",
    )
    parser.add_argument(
        "--definition",
        metavar="DIR",
        help="definition directory of amti, in place of template and properties",
    )
    parser.add_argument(
        "--hit_layout_id",
        metavar="ID",
        help="layout of add_layout.py, in place of a template",
    )
    for name, text in (
        (
            "input_json_file",
            "input file, one HIT per row: .csv, .tsv, .json or JSON Lines; - is stdin",
        ),
        ("hit_ids_file", "new file for the HIT ids"),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="FILE", help=text)
    simpleamt.add_page_options(parser)
    parser.add_argument("--dry_run", action="store_true", help="check everything without launching")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="launch even if no answer can be submitted, as far as the page shows",
    )
    parser.add_argument(
        "--max_cost", type=dollars, metavar="DOLLARS", help="largest amount that the batch may cost"
    )
    return simpleamt.run(parser, launch, argv)


def dollars(text: str) -> Decimal:
    """Parse an amount on the command line."""
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 25.00") from error
    if not amount.is_finite():
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 25.00")
    return amount


def launch(args: argparse.Namespace) -> int:
    """Read and check everything, then launch."""
    batch = Batch(batches.record_path(args.hit_ids_file))
    batches.needs_ids_file(args.hit_ids_file, batch)
    crowd = simpleamt.crowd(args, batch)
    records.refuse_other_place(batch, crowd)
    with inputs.Input(args.input_json_file, args.input_format) as source:
        return perform(args, crowd, make_plan(args, source, crowd), batch)


def make_plan(args: argparse.Namespace, source: inputs.Input, crowd: Crowd) -> plans.Plan:
    """Plan the batch from what the flags name. Raises Error for flags that contradict each other."""
    if args.definition is not None:
        for flag in ("html_template", "hit_properties_file", "hit_layout_id"):
            if getattr(args, flag) is not None:
                raise Error(f"--{flag}: --definition has its own; leave out one of the two")
        return plans.plan_definition(args.definition, source, crowd, raw_values=args.raw_values)
    if args.hit_properties_file is None:
        raise Error("give --hit_properties_file, or --definition")
    if args.hit_layout_id is not None:
        if args.html_template is not None or args.raw_values:
            raise Error(
                "--hit_layout_id: the layout is the template, and values are inserted as they are; "
                "leave out --html_template and --raw_values"
            )
        return plans.plan_layout(args.hit_layout_id, args.hit_properties_file, source, crowd)
    return plans.make_plan(
        args.html_template, args.hit_properties_file, source, crowd, raw_values=args.raw_values
    )


def perform(args: argparse.Namespace, crowd: Crowd, plan: plans.Plan, batch: Batch) -> int:
    """Ask, launch the rows that have no HIT yet, and return the exit code."""
    if batch.header:
        plans.check_unchanged(batch, plan)
    if plan.warnings:
        simpleamt.say(join_faults(plan.warnings))
    if plan.obstacles:
        if not args.anyway:
            raise Error(f"{join_faults(plan.obstacles)}; --anyway launches it all the same")
        simpleamt.say(join_faults(plan.obstacles))
    missing = plan.rows - len(batch.ids)
    cost = spending.announce(crowd, plan, missing, args.max_cost, simpleamt.say)
    if args.dry_run:
        return 0
    with batch.claim():
        batch.check_room(plan.record_bytes(missing))
        client = crowd.connect()
        if missing and crowd.live:
            question = spending.require_funds(crowd, client, cost.total, "Launch")
            simpleamt.confirm(args, question)
        if not batch.header:
            launching.begin(crowd, client, plan, batch)
        try:
            refused = calls.count_refusals(
                launching.launch(crowd, client, plan, batch),
                simpleamt.say,
                lambda row: f"{args.input_json_file}:{row.line}",
            )
        finally:
            if len(batch.ids) < plan.rows:
                verb = "is" if plan.rows == 1 else "are"
                simpleamt.say(
                    f"{len(batch.ids):,} of {count_of(plan.rows, 'HIT')} {verb} created. "
                    "Run the same command again to create the rest."
                )
        complete = len(batch.ids) == plan.rows
        if complete and batches.needs_ids_file(args.hit_ids_file, batch):
            batches.write_ids(args.hit_ids_file, batch, simpleamt.say)
    report(crowd, plan, batch)
    return 1 if refused or not complete else 0


def report(crowd: Crowd, plan: plans.Plan, batch: Batch) -> None:
    """Say how many HITs are launched, and where workers find them."""
    group = batch.header["hit_type_id"]
    verb, pronoun = ("is", "it") if plan.rows == 1 else ("are", "them")
    simpleamt.say(
        f"{len(batch.ids):,} of {count_of(plan.rows, 'HIT')} {verb} launched on {crowd}. Workers find "
        f"{pronoun} at\n"
        f"  {crowd.worker_site}mturk/preview?groupId={group}"
    )
    if crowd.name == "local" and crowd.find_served_address() is None:
        simpleamt.say("after you start the server: python serve_local_crowd.py")


if __name__ == "__main__":
    sys.exit(main())
