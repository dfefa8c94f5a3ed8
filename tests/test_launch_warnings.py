"""What launch_hits.py says before it launches, though it may be meant so."""

import json

import pytest
from conftest_scripts import PAGE, PROPERTIES, Desk

FLAGS = (
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    "--hit_ids_file=hit_ids.txt",
)
BOTH = pytest.mark.parametrize("dry_run", [(), ("--dry_run",)], ids=["launch", "dry_run"])


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a template, properties, and an input of three rows."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES, indent=1))
    desk.write("input.jsonl", '{"n": 0}\n{"n": 1}\n{"n": 2}\n')
    return desk


def said(desk: Desk, *more: str) -> str:
    """What is said about a launch that is done."""
    done = desk.run("launch_hits", *FLAGS, *more)
    assert (done.code, done.out) == (0, ""), done.err
    return done.err


@BOTH
def test_properties_of_the_first_simple_amt_are_taken_with_a_line(
    files: Desk, dry_run: tuple[str, ...]
) -> None:
    """The old names launch the same HITs, and one line names the new form."""
    old = {
        "title": "Name an animal",
        "description": "One word",
        "keywords": "animal, word",
        "reward": 0.05,
        "duration": 600,
        "frame_height": 400,
        "max_assignments": 2,
        "country": "US",
        "hits_approved": 100,
        "percent_approved": 95,
    }
    files.write("properties.json", json.dumps(old))

    lines = said(files, *dry_run).splitlines()

    (line,) = (line for line in lines if "first simple-amt" in line)
    assert line.startswith("properties.json: ")
    assert "duration -> AssignmentDurationInSeconds" in line
    if not dry_run:
        hit = files.crowd().client.list_hits()["HITs"][0]
        assert (hit["Title"], hit["AssignmentDurationInSeconds"]) == ("Name an animal", 600)
        assert len(hit["QualificationRequirements"]) == 3
