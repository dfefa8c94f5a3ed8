"""launch_hits.py with a template and a CSV file of Mechanical Turk's web site, as they are."""

import json
import re

import pytest

from tests.support.script_fixtures import PROPERTIES, Desk

FLAGS = ("--html_template=page.html", "--hit_properties_file=properties.json")
IDS = "--hit_ids_file=ids.txt"
LAUNCH = ("launch_hits", *FLAGS, "--input_json_file=input.csv", IDS)
PAGE = """<form action="https://www.mturk.com/mturk/externalSubmit" method="post">
<input type="hidden" name="assignmentId" id="assignmentId"><p>${text}</p><b>${source-id}</b>
<input name="kind"><input type="submit"></form>
"""


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a template, properties, and an input of two rows."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.csv", "Title,source-id,text\nx,s1,a & b\ny,s2,c\n")
    return desk


def paragraphs(desk: Desk) -> list[str]:
    """What the pages of the HITs show, in the order of the rows."""
    client = desk.crowd().client
    pages = [client.get_hit(HITId=hit)["HIT"]["Question"] for hit in desk.read("ids.txt").split()]
    return [found[1] for page in pages if (found := re.search("(<p>.*</b>)", page))]


def test_each_row_is_filled_in_and_recorded(files: Desk) -> None:
    """Columns that no name uses are kept."""
    done = files.run(*LAUNCH)

    assert done.code == 0, done.err
    assert paragraphs(files) == ["<p>a &amp; b</p><b>s1</b>", "<p>c</p><b>s2</b>"]
    record = [json.loads(line) for line in files.read("ids.batch.jsonl").splitlines()]
    assert {"Title": "x", "source-id": "s1", "text": "a & b"} in [
        line.get("input") for line in record
    ]


def test_json_lines_are_filled_in_too(files: Desk) -> None:
    """The names are the fields of the objects."""
    files.write("page.html", "<form><p>${text}</p><b></b><input name='a'></form>")
    files.write("input.jsonl", '{"text": "x"}\n')

    done = files.run("launch_hits", *FLAGS, "--input_json_file=input.jsonl", IDS)

    assert done.code == 0, done.err
    assert paragraphs(files) == ["<p>x</p><b></b>"]


def test_the_web_sites_results_are_input_again(files: Desk) -> None:
    """Input.text is what the template called text."""
    files.write("input.csv", '"HITId","Input.text","Input.source-id"\n"3X","wren","s"\n')

    assert files.run(*LAUNCH).code == 0
    assert paragraphs(files) == ["<p>wren</p><b>s</b>"]


def test_names_without_a_column_are_refused_once(files: Desk) -> None:
    """One line for all rows, before the first call."""
    files.write("input.csv", "a,b\n1,2\n3,4\n")

    assert files.fails(*LAUNCH) == (
        "page.html:2: no column for ${text} (line 2), ${source-id} (line 2); the columns are a, b"
    )
    assert files.calls == []


def test_jinja_tags_beside_a_column_are_refused(files: Desk) -> None:
    """The first line of each."""
    files.write("page.html", PAGE + "{{ row.text }}")

    assert files.fails(*LAUNCH) == (
        "page.html:2: has ${text}, which is a column, and the Jinja tag '{{ row.text }}' on line 4; "
        "use one of the two"
    )


def test_raw_values_insert_markup(files: Desk) -> None:
    """Without the flag, the columns that hold markup are named. A batch keeps to one way."""
    files.write("input.csv", "source-id,text\n1,<i>a</i>\n")

    done = files.run(*LAUNCH, "--dry_run")
    assert "page.html: columns with markup: text; workers see it as text. --raw_values" in done.err
    assert files.run(*LAUNCH, "--raw_values").code == 0
    assert paragraphs(files) == ["<p><i>a</i></p><b>1</b>"]
    (files.folder / "ids.txt").unlink()
    assert "was started with a different template" in files.fails(*LAUNCH).splitlines()[-1]


def test_raw_values_are_for_names_alone(files: Desk) -> None:
    """A Jinja template says `| safe` where it means it."""
    files.write("page.html", "{{ row.text }}")

    assert files.fails(*LAUNCH, "--raw_values") == (
        "page.html: --raw_values is for pages with ${name} and no Jinja tags"
    )


def test_a_row_is_rendered_to_look_at(files: Desk) -> None:
    """render_template.py fills the same page; without a row, the names stand in it."""
    argv = ("render_template", FLAGS[0], "--rendered_html=out.html")

    assert files.run(*argv, "--input_json_file=input.csv").code == 0
    assert "<p>a &amp; b</p><b>s1</b>" in files.read("out.html")
    assert files.run(*argv).code == 0
    assert files.read("out.html") == PAGE
