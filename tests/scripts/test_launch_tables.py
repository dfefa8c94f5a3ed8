"""launch_hits.py and render_template.py with a CSV file, as a spreadsheet or the web site writes it."""

import json
import re
import subprocess

import pytest

from tests.support.script_fixtures import PROPERTIES, Desk

FLAGS = ("--html_template=page.html", "--hit_properties_file=properties.json")
IDS = "--hit_ids_file=ids.txt"
LAUNCH = ("launch_hits", *FLAGS, "--input_json_file=input.csv", IDS)
PAGE = '{% include "simpleamt.html" %}\n<p>{{ row.text }}</p>\n'
COMMA = "a text with a comma in it needs quotation marks around it"


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a template, properties, and an input of two rows."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.csv", '\ufeffid,text\r\n1,"a, ""b"""\r\n2,"x\ny"\r\n')
    return desk


def inputs(desk: Desk) -> list[object]:
    """What the batch record says was launched, in the order of the rows."""
    made = [json.loads(line) for line in desk.read("ids.batch.jsonl").splitlines()[1:]]
    return [line["input"] for line in sorted(made, key=lambda line: int(line["row"]))]


def paragraphs(desk: Desk) -> list[str]:
    """What the pages of the HITs show, in the order of the rows."""
    client = desk.crowd().client
    pages = [client.get_hit(HITId=hit)["HIT"]["Question"] for hit in desk.read("ids.txt").split()]
    return [match[1] for page in pages if (match := re.search("<p>(.*?)</p>", page, re.DOTALL))]


def test_each_row_of_a_csv_file_is_a_hit(files: Desk) -> None:
    """The record keeps the row as it was read: every value is text."""
    done = files.run(*LAUNCH)

    assert done.code == 0, done.err
    assert inputs(files) == [{"id": "1", "text": 'a, "b"'}, {"id": "2", "text": "x\ny"}]
    assert paragraphs(files) == ["a, &#34;b&#34;", "x\ny"]


def test_every_fault_is_named_before_the_first_call(files: Desk) -> None:
    """Exit code 2, a line each, and nothing is launched."""
    files.write("input.csv", 'id,text\n1\n1,2,3\n3,x\n4,"y\n')

    done = files.run(*LAUNCH)

    assert done.code == 2
    assert done.err.partition(": ")[2].splitlines() == [
        "input.csv:2: 1 cell, but line 1 names 2 columns; there is none for 'text'",
        f"input.csv:3: 3 cells, but line 1 names 2 columns; {COMMA}",
        "input.csv:5: the quotation mark that opens here (column 3) is never closed",
    ]
    assert files.calls == []


def test_many_faults_of_a_kind_are_counted(files: Desk) -> None:
    """Of a file in another encoding, the first 20 lines are named."""
    (files.folder / "input.csv").write_bytes(b"id,text\n" + b"1,caf\xe9\n" * 1000)

    done = files.run(*LAUNCH)

    assert done.code == 2
    lines = done.err.splitlines()
    assert len(lines) == 21
    assert "input.csv:21: not UTF-8 (byte 6 of the line); save the file as UTF-8" in lines[19]
    assert lines[20].startswith("and 980 more: ")


def test_a_file_with_names_alone_has_no_rows(files: Desk) -> None:
    """The fault names the file."""
    files.write("input.csv", "id,text\n")

    assert files.fails(*LAUNCH) == "input.csv: no rows, so no HITs"


@pytest.mark.parametrize("source", ["-", "/dev/stdin"])
def test_a_table_comes_through_a_pipe(files: Desk, source: str) -> None:
    """--input_format says what it is; the same rows finish the batch."""
    argv = ("launch_hits", *FLAGS, f"--input_json_file={source}", "--input_format=csv", IDS)
    done = subprocess.run(
        files.command(*argv),
        cwd=files.folder,
        input=(files.folder / "input.csv").read_bytes(),
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert inputs(files) == [{"id": "1", "text": 'a, "b"'}, {"id": "2", "text": "x\ny"}]
    (files.folder / "ids.txt").unlink()
    assert files.run(*LAUNCH).code == 0


def test_the_same_bytes_in_another_format_are_another_input(files: Desk) -> None:
    """A batch that was started with a table is not finished with lines of JSON."""
    files.write("page.html", '{% include "simpleamt.html" %}')
    files.write("input.csv", "1\n2\n3\n")
    assert files.run(*LAUNCH).code == 0
    (files.folder / "ids.txt").unlink()

    line = files.fails(*LAUNCH, "--input_format=jsonl")

    assert "this batch was started with a different input" in line


def test_the_web_sites_results_are_input_again(files: Desk) -> None:
    """Input.text is row.text, and getInput().text; the record keeps the row as it was read."""
    files.write("input.csv", '"HITId","Input.text","Answer.a"\n"3X","wren","bird"\n')

    assert files.run(*LAUNCH).code == 0
    assert paragraphs(files) == ["wren"]
    assert inputs(files) == [{"HITId": "3X", "Input.text": "wren", "Answer.a": "bird"}]


def test_a_row_of_a_table_is_rendered(files: Desk) -> None:
    """render_template.py reads the same files."""
    argv = ("render_template", FLAGS[0], "--rendered_html=out.html")

    assert files.run(*argv, "--input_json_file=input.csv", "--row=1").code == 0
    assert "<p>x\ny</p>" in files.read("out.html")
    files.write("input.json", '[\n{"text": "a"},\n{"text": "b"}\n]')
    assert files.run(*argv, "--input_json_file=input.json", "--row=1").code == 0
    assert "<p>b</p>" in files.read("out.html")
