"""What launch_hits.py says before it launches, though it may be meant so."""

import json

import pytest

from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

FLAGS = (
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    "--hit_ids_file=hit_ids.txt",
)
BOTH = pytest.mark.parametrize("dry_run", [(), ("--dry_run",)], ids=["launch", "dry_run"])


NO_FORM = (
    "page.html: the page has no form and does not include simpleamt.html, so workers cannot submit "
    "an answer"
)

NO_FORM_ADDED = (
    "page.html: the page has no form, and the crowd adds none, because its script may submit the answer "
    "itself; if it does not, include simpleamt.html"
)


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

    (line,) = (line for line in lines if "these names still work" in line)
    assert line.startswith("properties.json: ")
    assert "duration -> AssignmentDurationInSeconds" in line
    if not dry_run:
        hit = files.crowd().client.list_hits()["HITs"][0]
        assert (hit["Title"], hit["AssignmentDurationInSeconds"]) == ("Name an animal", 600)
        assert len(hit["QualificationRequirements"]) == 3


def warnings(desk: Desk, *more: str) -> list[str]:
    """The lines before the one that names the cost."""
    lines = said(desk, *more).splitlines()
    return lines[: next(n for n, line in enumerate(lines) if "can cost" in line or "$" in line)]


@BOTH
def test_a_correct_batch_has_no_warnings(files: Desk, dry_run: tuple[str, ...]) -> None:
    """Nothing is said of a page that includes simpleamt.html."""
    assert warnings(files, *dry_run) == []


@BOTH
@pytest.mark.parametrize(
    "page", ["{{ row.n }}<input name='a'>\n", "<!-- <form> -->{{ row.n }}<input name='a'>\n"]
)
def test_a_page_without_a_form_is_reported_for_mturk_only(
    files: Desk, dry_run: tuple[str, ...], page: str
) -> None:
    """There, workers could submit nothing; a form in a comment is none. Other crowds add one."""
    files.write("page.html", page)

    assert warnings(files, "--crowd=mturk", "--dry_run") == [NO_FORM]
    assert warnings(files, *dry_run) == []


@pytest.mark.parametrize(
    "page",
    [
        '<div id="root"></div><script src="/files/task.js"></script>',
        '<button onclick="play()">Play</button>',
    ],
)
def test_a_page_without_fields_whose_script_may_submit_is_reported(files: Desk, page: str) -> None:
    """No crowd adds a form to it, because the script may submit by itself, or may not."""
    files.write("page.html", page)
    (files.folder / "crowd" / "files").mkdir(parents=True)
    (files.folder / "crowd" / "files" / "task.js").write_bytes(b"")

    assert warnings(files, "--dry_run") == [NO_FORM_ADDED]


@pytest.mark.parametrize(
    "page",
    [
        "<FORM action='/x'><input name='a'></FORM>",
        (
            "<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>"
            "<crowd-form><crowd-input name='a'></crowd-input></crowd-form>"
        ),
        "<script src='/files/task.js'></script><script>send(query.get('turkSubmitTo'))</script>",
        "<script>document.body.append(document.createElement('form'))</script>",
        "<script><!--\ndocument.body.append(document.createElement('form'))\n//--></script>",
    ],
)
def test_pages_that_submit_in_their_own_way_are_not_named(files: Desk, page: str) -> None:
    """A form of the page's own, Amazon's elements, a form made by script, an answer that is posted."""
    files.write("page.html", page)
    (files.folder / "crowd" / "files").mkdir(parents=True)
    (files.folder / "crowd" / "files" / "task.js").write_bytes(b"")

    assert warnings(files, "--dry_run") == []


@BOTH
def test_files_that_the_local_crowd_lacks_are_reported(
    files: Desk, dry_run: tuple[str, ...]
) -> None:
    """Each once, with the line of the input; what is there, or somewhere else, is not named."""
    directory = files.folder / "crowd" / "files" / "pets"
    directory.mkdir(parents=True)
    (directory / "a cat & dog.jpg").write_bytes(b"")
    rows = [
        "/files/pets/a cat & dog.jpg",
        "/files/pets/cat.jpg",
        {"picture": "http://127.0.0.1:8000/files/dog.jpg?size=2", "again": "/files/pets/cat.jpg"},
        "https://example.org/files/elsewhere.jpg",
        "see /files/ for more",
    ]
    files.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    files.write("page.html", '{% include "simpleamt.html" %}<img src="{{ row }}">')

    file_warnings = [line for line in warnings(files, *dry_run) if "/files/" in line]

    assert file_warnings == [
        f"input.jsonl:2: /files/pets/cat.jpg is not in {directory.parent}",
        f"input.jsonl:3: /files/dog.jpg is not in {directory.parent}",
    ]


def test_many_missing_files_are_counted(files: Desk) -> None:
    """Five are named."""
    files.write("input.jsonl", "".join(f'"/files/{n}.jpg"\n' for n in range(12)))

    lines = warnings(files, "--dry_run")

    assert len(lines) == 6
    assert lines[5].startswith("7 more files are not in ")


@BOTH
def test_an_input_that_is_one_array_is_reported(files: Desk, dry_run: tuple[str, ...]) -> None:
    """Somebody who wrote a JSON array meant a HIT of each element; two lines of arrays are rows."""
    files.write("input.jsonl", '[{"n": 0}, {"n": 1}]\n')

    assert warnings(files, *dry_run) == [
        (
            "input.jsonl: its only line is a JSON array of 2 elements, which makes one HIT; for a "
            "HIT per element, write each on its own line"
        )
    ]


def test_two_arrays_are_two_rows(files: Desk) -> None:
    """Rows may be arrays, as those of the example with pictures are."""
    files.write("input.jsonl", "[1, 2]\n[3]\n")

    assert warnings(files, "--dry_run") == []


def test_a_large_page_is_launched_except_on_mturk(files: Desk) -> None:
    """A crowd of ours takes 1 MB; for Mechanical Turk both limits are named."""
    files.write("page.html", "<!DOCTYPE html>{{ row }}<input name='a'>")
    files.write("input.jsonl", json.dumps("x" * 300_000) + "\n")

    refused = files.run("launch_hits", *FLAGS, "--crowd=mturk", "--dry_run")
    launched = files.run("launch_hits", *FLAGS)

    assert refused.code == 2
    assert (
        "bytes; at most 65,535 are allowed on Mechanical Turk, and 1,000,000 on other crowds"
        in refused.err
    )
    assert launched.code == 0, launched.err
    assert len(files.crowd().client.list_hits()["HITs"][0]["Question"]) > 300_000
    files.write("input.jsonl", json.dumps("x" * 1_000_000) + "\n")
    assert (
        "bytes; at most 1,000,000 are allowed"
        in files.run("launch_hits", *FLAGS[:3], "--hit_ids_file=over.txt").err
    )


NOTHING_TO_SUBMIT = "page.html:1: there is nothing to submit: the page has no field, no Crowd HTML Element and no script"


@BOTH
def test_a_page_with_nothing_to_submit_is_refused(files: Desk, dry_run: tuple[str, ...]) -> None:
    """Before the first call, unless --anyway says that it is meant so: to have read it is enough."""
    files.write("page.html", "<p>Please read {{ row.n }}.</p>")

    refusal = files.fails("launch_hits", *FLAGS, *dry_run)

    assert refusal == f"{NOTHING_TO_SUBMIT}; --anyway launches it all the same"
    assert files.calls == []
    assert warnings(files, "--anyway", *dry_run) == [NOTHING_TO_SUBMIT]


def test_what_will_not_work_is_named_with_its_line_in_the_template(files: Desk) -> None:
    """The page has values in place of names, and what it includes has lines of its own."""
    files.write("part.html", "<p>\n<select id='a'></select>\n")
    files.write(
        "page.html",
        "{% for n in [1, 2] %}\n<input name='{{ row.n }}' id='b'>\n{% endfor %}\n"
        "{% include 'part.html' %}<img src='s3://b/{{ row.n }}.png'>",
    )

    assert warnings(files, "--dry_run") == [
        "part.html:2: <select> has no name, so its value is not submitted",
        'page.html:2: <input> has the id "b", which another control has too',
        "page.html:4: <img> loads s3://b/0.png, which browsers cannot; give its https address",
    ]


def test_the_page_of_a_whole_question_is_checked(files: Desk) -> None:
    """An element that the crowd does not have prevents every answer."""
    schema = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11"
    files.write(
        "page.xml",
        f'<HTMLQuestion xmlns="{schema}/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html>\n'
        "<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>\n"
        "<crowd-clasifier name='a'>]]></HTMLContent><FrameHeight>0</FrameHeight>"
        "</HTMLQuestion>",
    )

    refusal = files.fails("launch_hits", "--html_template=page.xml", *FLAGS[1:])

    assert refusal == (
        "page.xml:3: <crowd-clasifier> is not a Crowd HTML Element; the page cannot be submitted with it; "
        "did you mean crowd-classifier?; --anyway launches it all the same"
    )
    assert files.calls == []
