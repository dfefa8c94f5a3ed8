"""Render a template to a page that a browser can open, to see it before launching.

    python render_template.py --html_template=simple.html --rendered_html=rendered/simple.html

The template's input is empty, unless --input_json_file and --row (the first is 0) choose a row.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import simpleamt
from amt import files
from amt.errors import Error
from amt.inputs import Input
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
        "--rendered_html", required=True, metavar="FILE", help="file to write the page to"
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
    """Write the page."""
    directories = simpleamt.config(args)["template_directories"]
    template = Template(args.html_template, directories, raw_values=args.raw_values)
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
    target = Path(args.rendered_html)
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.replace(target) as file:
        file.write(page)
    simpleamt.say(f"Rendered {target}")
    return 0


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
