"""Render a template to a page that a browser can open, to see it before launching.

    python render_template.py --html_template=simple.html --rendered_html=rendered/simple.html

The template's input is empty, unless --input_json_file and --row (the first is 0) choose a row. With
--check, what will not work in the page is reported too, with its line in the template:

    python render_template.py --html_template=theirs.html --input_json_file=theirs.csv --check

With --serve, a browser shows every row as a preview and accepted, at the widths of a phone and of a
laptop. An answer that is submitted there is shown as the crowd would store it, and a changed file is
shown at once. Ctrl-C stops it.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simpleamt
from amt import files, gold_rows, page_checks
from amt.errors import Error
from amt.inputs import Input
from amt.messages import join_faults
from amt.templates import NOTHING, Template

if TYPE_CHECKING:
    from amt.rehearsals import Script

HOST = "127.0.0.1"  # --serve listens on this machine only


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
        "--serve", action="store_true", help="show the rows in a browser, on this machine only"
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="port of --serve; default: any free port"
    )
    parser.add_argument(
        "--hit_properties_file",
        metavar="FILE",
        help="JSON file with title, frame height and other properties, for --serve",
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
    """Write the page, or check it, or both; or serve it."""
    if args.serve:
        return serve(args)
    for flag in ("port", "hit_properties_file"):
        if getattr(args, flag) is not None:
            raise Error(f"--{flag} needs --serve")
    if args.rendered_html is None and not args.check:
        raise Error("give --rendered_html, --check or --serve")
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


def serve(args: argparse.Namespace) -> int:
    """Serve a rehearsal until Ctrl-C; return the exit code.

    It is on a crowd of its own, in a temporary directory, with the pages and the operations that
    workers would meet: no answer is stored in any other way there.
    """
    for flag in ("rendered_html", "row"):
        if getattr(args, flag) is not None:
            raise Error(f"--serve shows every row; leave out --{flag}")
    if args.input_json_file == "-":
        raise Error("--serve reads the input again when it changes; name a file, not -")
    from amt.rehearsals import Script

    crowd = simpleamt.crowd(args)
    script = Script(
        args.html_template,
        args.input_json_file,
        args.hit_properties_file,
        crowd,
        input_format=args.input_format,
        raw_values=args.raw_values,
    )
    script.read()  # what is wrong now is said at once
    with tempfile.TemporaryDirectory() as directory:
        files_of_pages = Path(crowd.settings["local_crowd"]).absolute() / "files"
        (Path(directory) / "files").symlink_to(files_of_pages)  # where pages have /files/... from
        with contextlib.suppress(KeyboardInterrupt):
            listen(script, Path(directory), args.port or 0)
    return 0


def listen(script: "Script", directory: Path, port: int) -> None:
    """Serve a rehearsal with the crowd in `directory`, until KeyboardInterrupt."""
    import serve_local_crowd
    from local_crowd import hosts
    from local_crowd.app import create_app
    from local_crowd.connections import Server
    from local_crowd.pages.requester import rehearsal

    with serve_local_crowd.open_socket(HOST, port, "--port") as listening:
        port = serve_local_crowd.get_port(listening)
        app = create_app(directory, names=hosts.default_names(HOST, 0), ports=[port])
        app.add_pages("sandbox", rehearsal.make_pages(script))
        server = Server(app, [listening], threads=serve_local_crowd.THREADS)
        try:
            print(f"http://{HOST}:{port}/sandbox/rehearsal/", flush=True)
            simpleamt.say("Ctrl-C stops the server.")
            server.run()
        finally:
            server.close()
            app.close()


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
                names = source.columns.names if source.columns else None
                return gold_rows.hide(row.value), names and gold_rows.list_shown(names)
    raise Error(f"{args.input_json_file}: has no row {number}")


if __name__ == "__main__":
    sys.exit(main())
