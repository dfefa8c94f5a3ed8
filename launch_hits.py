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
from decimal import Decimal
from typing import TYPE_CHECKING

import simpleamt
from amt import (
    audits,
    batches,
    calls,
    consents,
    gold_rows,
    inputs,
    launching,
    plans,
    records,
    spending,
    splitting,
)
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.fees import Cost
from amt.machines import suggestions
from amt.messages import count_of, join_faults
from amt.splitting import Parts

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


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
    parser.add_argument(
        "--consent",
        metavar="FILE",
        help="Markdown text that workers agree to before their first HIT, such as a content warning",
    )
    simpleamt.add_page_options(parser)
    add_row_options(parser)
    parser.add_argument("--dry_run", action="store_true", help="check everything without launching")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="launch even if no answer can be submitted, as far as the page shows",
    )
    parser.add_argument(
        "--max_cost",
        type=simpleamt.parse_dollars,
        metavar="DOLLARS",
        help="largest amount that the batch may cost",
    )
    parser.add_argument(
        "--split",
        action="store_true",
        help="where more than 9 assignments of a HIT cost a higher fee, launch several HITs of a row, "
        "one after another; nobody can do two of them",
    )
    add_audit_options(parser)
    return simpleamt.run(parser, launch, argv)


def add_audit_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags of audit rows."""
    parser.add_argument(
        "--audit",
        type=float,
        metavar="SHARE",
        help="share of the rows, such as 0.15, that get --audit_assignments; they are chosen at random "
        "by --seed, and the rest get MaxAssignments of the properties",
    )
    parser.add_argument(
        "--audit_assignments",
        type=int,
        metavar="N",
        help=f"number of assignments of audit rows; default: {audits.ASSIGNMENTS}",
    )


def add_row_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags about rows whose right answer is known, and about suggestions."""
    parser.add_argument(
        "--gold_rate",
        type=float,
        metavar="SHARE",
        help="share of the HITs that are gold, such as 0.1: rows with the right answer in _gold, "
        "which workers cannot see, mixed among the others",
    )
    parser.add_argument(
        "--practice_rows",
        type=int,
        metavar="N",
        help="first HITs of each worker: the first N gold rows, each of which says after it is "
        "submitted whether the answer is right, and _gold_why; paid like the others",
    )
    parser.add_argument(
        "--practice_workers",
        type=int,
        metavar="N",
        help="largest number of workers who can practise; default: the number of other assignments",
    )
    parser.add_argument(
        "--gold_field",
        metavar="NAME",
        help="field of the answer that a _gold without names of fields is for, such as "
        "output.label; for --practice_rows",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of what is random; default: 0"
    )
    parser.add_argument(
        "--show_suggestion",
        metavar="FILE",
        help="answers of answer_hits.py that the pages show as `suggestion`, for workers to correct; "
        "every line of results says so",
    )


def launch(args: argparse.Namespace) -> int:
    """Read and check everything, then launch."""
    batch = Batch(batches.record_path(args.hit_ids_file))
    batches.needs_ids_file(args.hit_ids_file, batch)
    crowd = simpleamt.crowd(args, batch)
    records.refuse_other_place(batch, crowd)
    suggested = suggestions.read_suggestions(args.show_suggestion) if args.show_suggestion else None
    with suggestions.open_input(args.input_json_file, args.input_format, suggested) as source:
        consent = consents.read(args.consent, crowd) if args.consent is not None else None
        plan = make_plan(args, source, crowd)
        plan = choose_gold(args, plan, crowd)
        if args.audit is not None:
            if args.split:
                raise Error("--audit: --split has its own assignments; leave out one of the two")
            size = args.audit_assignments
            size = audits.ASSIGNMENTS if size is None else size
            plan = plan.with_audit(args.audit, size, args.seed)
        elif args.audit_assignments is not None:
            raise Error("--audit_assignments needs --audit")
        if suggested:
            plan = plan.with_suggestions(suggested)
            simpleamt.say(suggestions.describe(suggested, source))
        return perform(args, crowd, plan.with_consent(consent) if consent else plan, batch)


def choose_gold(args: argparse.Namespace, plan: plans.Plan, crowd: Crowd) -> plans.Plan:
    """Return the plan with the gold rows that the flags ask for. Raises Error if it cannot have them."""
    if args.practice_rows is None:
        for flag in ("practice_workers", "gold_field"):
            if getattr(args, flag) is not None:
                raise Error(f"--{flag} needs --practice_rows")
        return plan if args.gold_rate is None else plan.with_gold(args.gold_rate, args.seed)
    if args.practice_rows < 1:
        raise Error("--practice_rows must be 1 or more")
    plan = plan.with_gold(args.gold_rate, args.seed, args.practice_rows)
    return plan.with_practice(args.gold_field, args.practice_workers, crowd)


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
    about_gold = gold_rows.describe(plan.input.path, plan.choice, len(plan.gold), plan.hits)
    if plan.warnings or about_gold:
        simpleamt.say(join_faults([*plan.warnings, *about_gold]))
    if plan.obstacles:
        if not args.anyway:
            raise Error(f"{join_faults(plan.obstacles)}; --anyway launches it all the same")
        simpleamt.say(join_faults(plan.obstacles))
    sizes = splitting.choose_sizes(
        crowd, plan.properties, batch, split=args.split, say=simpleamt.say
    )
    parts = splitting.find_parts(batch, plan.hits, sizes)
    cost = announce(args, crowd, plan, batch, parts)
    if plan.practice is not None and parts.missing[0]:
        plan.practice.say_cost(plan.properties.reward, simpleamt.say)
    if args.dry_run:
        return 0
    with batch.claim():
        missing = parts.missing[parts.current]
        batch.check_room(plan.record_bytes(missing))
        client = crowd.connect()
        waits = parts.current > 0 and missing > 0
        if waits and not splitting.exclude_workers(crowd, client, batch, parts, simpleamt.say):
            return 1
        if missing and crowd.live:
            question = spending.require_funds(crowd, client, cost.total, "Launch")
            simpleamt.confirm(args, question)
        if not batch.header:
            launching.begin(crowd, client, plan, batch, sizes, simpleamt.say)
        refused = create(args, crowd, client, plan, batch, parts)
        if batch.is_complete and batches.needs_ids_file(args.hit_ids_file, batch):
            batches.write_ids(args.hit_ids_file, batch, simpleamt.say)
    for words in launching.describe_launch(crowd, batch):
        simpleamt.say(words)
    return 1 if refused or not batch.is_complete else 0


def announce(
    args: argparse.Namespace, crowd: Crowd, plan: plans.Plan, batch: Batch, parts: Parts
) -> Cost:
    """Say what the batch can still cost; return what the HITs that are launched now can cost."""
    if plan.audit:
        return announce_audit(crowd, plan, plan.audit, batch, parts.missing[0], args.max_cost)
    if not parts.is_split:
        return spending.announce(crowd, plan, parts.missing[0], args.max_cost, simpleamt.say)
    spending.announce_parts(crowd, plan, parts.sizes, parts.missing, args.max_cost, simpleamt.say)
    simpleamt.say(
        f"Each row has {len(parts.sizes)} HITs, of {', '.join(map(str, parts.sizes))} assignments, "
        f"which are launched one after another; now {parts.describe()}."
    )
    now = slice(parts.current, parts.current + 1)
    return spending.compute_cost(crowd, plan, parts.sizes[now], parts.missing[now])


def announce_audit(
    crowd: Crowd,
    plan: plans.Plan,
    audit: audits.Audit,
    batch: Batch,
    missing: int,
    max_cost: Decimal | None,
) -> Cost:
    """Say what a batch with audit rows can still cost; return that."""
    audited = sum(row not in batch.ids for row in audit.rows)
    sizes = [plan.properties.max_assignments, audit.assignments]
    hits = [missing - audited, audited]
    spending.announce_parts(crowd, plan, sizes, hits, max_cost, simpleamt.say)
    verb = "has" if len(audit.rows) == 1 else "have"
    simpleamt.say(
        f"{count_of(len(audit.rows), 'row')}, chosen at random, {verb} {audit.assignments} assignments."
    )
    return spending.compute_cost(crowd, plan, sizes, hits)


def create(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "MTurkClient",
    plan: plans.Plan,
    batch: Batch,
    parts: Parts,
) -> int:
    """Create the HITs of the current part; say how many there are, and return the refusals."""
    refused = None
    try:
        refused = calls.count_refusals(
            launching.launch(crowd, client, plan, batch, parts.current),
            simpleamt.say,
            lambda row: f"{args.input_json_file}:{row.line}",
        )
    finally:
        if not batch.is_complete:
            verb = "is" if batch.planned == 1 else "are"
            rest = "Run the same command again to create the rest."
            if refused == 0 and parts.is_split:
                rest = (
                    f"When the assignments of {parts.describe()} are submitted, run the same command "
                    "again to create the next."
                )
            simpleamt.say(
                f"{len(batch.ids):,} of {count_of(batch.planned, 'HIT')} {verb} created. {rest}"
            )
    return refused


if __name__ == "__main__":
    sys.exit(main())
