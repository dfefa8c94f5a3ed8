"""Render a template to a page that a browser can open, to see it before launching.

    python render_template.py --html_template=simple.html --rendered_html=rendered/simple.html

The template's input is empty, unless --input_json_file and --row (the first is 0) choose a row. With
--check, what will not work in the page is reported too, with its line in the template:

    python render_template.py --html_template=theirs.html --input_json_file=theirs.csv --check
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import simpleamt
from amt import files, page_checks
from amt.errors import Error
from amt.inputs import Input
from amt.messages import join_faults
from amt.templates import NOTHING, Template


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--html_template",
        required=True,
        metavar="FILE",
        help="template, with Jinja tags, Liquid tags or ${name}",
    )
    parser.add_argument(
        "--rendered_html", metavar="FILE", help="file to write the page to; not needed with --check"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="say what will not work in the page; exit with 2 if no answer can be submitted",
    )
    parser.add_argument(
        "--input_json_file",
        metavar="FILE",
        help="input file, one HIT per row: .csv, .tsv, .json or JSON Lines; - is stdin",
    )
    parser.add_argument(
        "--row", type=int, metavar="N", help="row of --input_json_file, from 0; default: 0"
    )
    simpleamt.add_page_options(parser)
    return simpleamt.run(parser, render, argv)


def render(args: argparse.Namespace) -> int:
    """Write the page, or check it, or both."""
    if args.rendered_html is None and not args.check:
        raise Error("give --rendered_html, or --check")
    settings = simpleamt.config(args)
    template = Template(
        args.html_template, settings["template_directories"], raw_values=args.raw_values
    )
    row, columns = find_row(args)
    if columns:
        template.check_columns(columns)
    page = template.render(row)
    try:
        page.encode()
    except UnicodeEncodeError as error:
        raise Error(
            f"the page contains U+{ord(page[error.start]):04X}, which is not a valid character"
        ) from error
    for warning in template.warnings():
        simpleamt.say(warning)
    if args.rendered_html is not None:
        write(page, Path(args.rendered_html))
    if args.check:
        check(page, template, on_mturk=(args.crowd or settings["crowd"]) == "mturk")
    return 0


def write(page: str, target: Path) -> None:
    """Write the page to a file, whose folder is made if necessary."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.replace(target) as file:
        file.write(page)
    simpleamt.say(f"Rendered {target}")


def check(page: str, template: Template, *, on_mturk: bool) -> None:
    """Say what will not work in the page. Raises Error if no answer can be submitted."""
    faults = page_checks.find_faults_of(page, on_mturk=on_mturk)
    if not faults:
        simpleamt.say(f"{template.name}: nothing found")
    by_kind: dict[bool, list[str]] = {True: [], False: []}
    for fault in faults:
        line = f"{page_checks.locate(fault, template.sources)}: {fault.message}"
        by_kind[fault.prevents].append(line)
    if by_kind[False]:
        simpleamt.say(join_faults(by_kind[False]))
    if by_kind[True]:
        raise Error(join_faults(by_kind[True]))


def find_row(args: argparse.Namespace) -> tuple[Any, list[str] | None]:
    """Return the row to render with, or NOTHING, and the columns if it is of a table."""
    if args.input_json_file is None:
        if args.row is not None:
            raise Error("--row needs --input_json_file")
        return NOTHING, None
    number = args.row or 0
    with Input(args.input_json_file, args.input_format) as source:
        source.read()
        for row in source.rows():
            if row.number == number:
                return row.value, source.columns.names if source.columns else None
    raise Error(f"{args.input_json_file}: has no row {number}")


if __name__ == "__main__":
    sys.exit(main())
