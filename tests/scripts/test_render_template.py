"""render_template.py: a page to look at."""

import json
import shutil

import pytest

from tests.support.script_fixtures import ROOT, Desk


def render(desk: Desk, *argv: str) -> str:
    """The page, which must be rendered, into a folder that is not there yet."""
    done = desk.run(
        "render_template", "--html_template=page.html", "--rendered_html=out/new/page.html", *argv
    )
    assert (done.code, done.out, done.err) == (0, "", "Rendered out/new/page.html\n")
    return desk.read("out/new/page.html")


def test_a_page_without_a_row_has_an_empty_input(desk: Desk) -> None:
    """So that getInput() gives the template's default; folders are made, no crowd is asked."""
    shutil.rmtree(desk.folder / "crowd")
    desk.write("page.html", "<script>{{ input }}</script>é")

    assert render(desk) == "<script></script>é"
    assert not (desk.folder / "crowd").exists()


@pytest.mark.parametrize("name", [p.name for p in sorted(ROOT.glob("hit_templates/*.html"))])
def test_the_templates_that_come_along_render(desk: Desk, name: str) -> None:
    """By their names, from any directory, without a config; without a row too, but for the page of
    the task types, which is made of it.
    """
    (desk.folder / "config.json").unlink()
    row = {"task": "same", "title": "The same?", "rows": [{"id": "p1", "row": ["a", "b"]}]}
    desk.write("input.jsonl", json.dumps(row))
    input_file = ["--input_json_file=input.jsonl"] * (name == "task.html")

    done = desk.process(
        "render_template", f"--html_template={name}", "--rendered_html=page.html", *input_file
    )

    assert (done.code, done.out, done.err) == (0, "", "Rendered page.html\n")
    assert "results-form" in desk.read("page.html")


@pytest.mark.parametrize(("argv", "word"), [((), "dog"), (("--row=1",), "cat")])
def test_a_row_of_the_input_is_rendered(desk: Desk, argv: tuple[str, ...], word: str) -> None:
    """The first, or the one that --row counts to, blank lines not counted."""
    desk.write("page.html", "{{ row.word }} {{ input }}")
    desk.write("input.jsonl", '{"word": "dog"}\n\n{"word": "cat"}\n')

    assert render(desk, "--input_json_file=input.jsonl", *argv) == (f'{word} {{"word": "{word}"}}')


def test_template_directories_of_the_config_are_searched(desk: Desk) -> None:
    """They count from the config's folder, whatever the current directory is."""
    (desk.folder / "lab").mkdir()
    desk.write("lab/page.html", "{% include 'part.html' %}")
    desk.write("lab/part.html", "from the lab")
    desk.write("config.json", '{"template_directories": ["lab"]}')

    assert render(desk) == "from the lab"


@pytest.mark.parametrize(
    ("page", "argv", "message"),
    [
        ("\n{{ oops }}", (), "page.html:2: 'oops' is undefined"),
        ("{% if %}", (), "page.html:1: Expected an expression, got 'end of statement block'"),
        ("x", ("--row=1",), "--row needs --input_json_file"),
        ("x", ("--port=1",), "--port needs --serve"),
        ("x", ("--serve",), "--serve shows every row; leave out --rendered_html"),
        ("x", ("--input_json_file=in",), "in: No such file or directory"),
        ("x", ("--input_json_file=input.jsonl", "--row=2"), "input.jsonl: has no row 2"),
        ("x", ("--input_json_file=input.jsonl", "--row=-1"), "input.jsonl: has no row -1"),
        ("x", ("--input_json_file=bad.jsonl", "--row=1"), "bad.jsonl:2: not JSON: Expecting value"),
        (
            "{{ row }}",
            ("--input_json_file=odd.jsonl",),
            "the page contains U+D800, which is not a valid character",
        ),
    ],
)
def test_what_cannot_be_rendered_is_one_line(
    desk: Desk, page: str, argv: tuple[str, ...], message: str
) -> None:
    """File and line; the page from before stays."""
    desk.write("page.html", page)
    desk.write("out.html", "before")
    desk.write("input.jsonl", "1\n2\n")
    desk.write("bad.jsonl", "1\n\x00\n")
    desk.write("odd.jsonl", '"\\ud800"\n')

    line = desk.fails(
        "render_template", "--html_template=page.html", "--rendered_html=out.html", *argv
    )

    assert line.startswith(message)
    assert desk.read("out.html") == "before"


def test_a_missing_template_is_reported(desk: Desk) -> None:
    """The message lists the directories that were searched."""
    line = desk.fails("render_template", "--html_template=gone.html", "--rendered_html=x.html")

    assert line.startswith("gone.html: no such template in ., ")


def test_a_place_that_cannot_be_written_is_reported(desk: Desk) -> None:
    """A file where a folder would have to be."""
    desk.write("page.html", "x")
    desk.write("file", "")

    line = desk.fails(
        "render_template", "--html_template=page.html", "--rendered_html=file/page.html"
    )

    assert line.startswith("file: ")


def test_a_page_is_checked_without_being_written(desk: Desk) -> None:
    """With the row, so that names have values; no crowd is asked."""
    desk.write("page.html", "<p>${text}</p>\n<input id='a'><input name='b'>")
    desk.write("input.csv", "text\nx\n")
    argv = (
        "render_template",
        "--html_template=page.html",
        "--input_json_file=input.csv",
        "--check",
    )

    done = desk.run(*argv)

    assert (done.code, done.out) == (0, "")
    assert done.err == "page.html:2: <input> has no name, so its value is not submitted\n"
    desk.write("page.html", "<p>${text}</p><input name='b'>")
    assert desk.run(*argv, "--rendered_html=out.html").err == (
        "Rendered out.html\npage.html: nothing found\n"
    )
    assert desk.read("out.html") == "<p>x</p><input name='b'>"


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (
            "<p>${text}</p>",
            (
                "page.html:1: there is nothing to submit: the page has no field, no Crowd HTML Element and "
                "no script"
            ),
        ),
        (
            "<p>{{ task.input.label }}</p>",
            "page.html:1: no column for {{ task.input.label }} (line 1); the columns are text",
        ),
        ("<p>${label}</p>", "page.html:1: no column for ${label} (line 1); the columns are text"),
    ],
)
def test_a_page_that_cannot_work_fails_the_check(desk: Desk, page: str, fault: str) -> None:
    """With 2, so that a script can ask."""
    desk.write("page.html", page)
    desk.write("input.csv", "text\nx\n")

    assert fault == desk.fails(
        "render_template", "--html_template=page.html", "--input_json_file=input.csv", "--check"
    )


def test_there_is_something_to_do(desk: Desk) -> None:
    """A page to write, or to check."""
    desk.write("page.html", "x")

    assert desk.fails("render_template", "--html_template=page.html") == (
        "give --rendered_html, --check or --serve"
    )
