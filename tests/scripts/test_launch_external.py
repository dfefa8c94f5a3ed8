"""launch_hits.py with an ExternalURL in the properties, and with templates of the whole question."""

import json
from xml.etree.ElementTree import fromstring

import pytest

from amt import configuration
from amt.crowd import Crowd
from amt.errors import Error
from amt.external_urls import ExternalURL, check_url
from tests.support.launches import record
from tests.support.script_fixtures import PROPERTIES, Desk

ARGV = ("--hit_properties_file=properties.json", "--hit_ids_file=hit_ids.txt")
LAUNCH = ("launch_hits", *ARGV, "--input_json_file=input.csv")
URL = "https://example.org/survey?who=${who}&n=${n}#top"
EXTERNAL = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
    '2006-07-14/ExternalQuestion.xsd"><ExternalURL>https://example.org/?n={{ row.n }}&amp;b=1'
    "</ExternalURL><FrameHeight>300</FrameHeight></ExternalQuestion>"
)


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with properties that have an ExternalURL, and an input of two rows."""
    give_url(desk, URL)
    desk.write("input.csv", "who,n\nAda & Co/é,1\n?x=#,2\n")
    return desk


def give_url(desk: Desk, url: object) -> None:
    desk.write("properties.json", json.dumps(PROPERTIES | {"ExternalURL": url}, indent=1))


def questions(desk: Desk) -> list[str]:
    client = desk.crowd().client
    return [
        client.get_hit(HITId=hit)["HIT"]["Question"] for hit in desk.read("hit_ids.txt").split()
    ]


def test_each_row_gets_its_address(files: Desk) -> None:
    """Values are quoted, so that none changes the address; an interrupted launch can be resumed."""
    done = files.run(*LAUNCH)

    assert done.code == 0, done.err
    roots = [fromstring(question) for question in questions(files)]
    assert [root[0].text for root in roots] == [
        "https://example.org/survey?who=Ada%20%26%20Co%2F%C3%A9&n=1#top",
        "https://example.org/survey?who=%3Fx%3D%23&n=2#top",
    ]
    assert roots[0].tag.endswith("2006-07-14/ExternalQuestion.xsd}ExternalQuestion")
    assert roots[0][1].text == "400"
    assert record(files)[0]["template"] == {"ExternalURL": URL}
    (files.folder / "hit_ids.txt").unlink()
    give_url(files, URL + "2")
    assert "was started with a different template" in files.fails(*LAUNCH)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (
            "https://example.org/${id}/${who}/${nr}",
            "ExternalURL: no column for ${id}, ${nr}; the columns are who, n",
        ),
        ("{{ row.nr }}", "input.csv:2: ExternalURL: 'dict object' has no attribute 'nr'"),
        ("https://example.org/{% if row.n %}", "ExternalURL: Unexpected end of template."),
        (
            "http://example.org/${n}",
            (
                "input.csv:2: ExternalURL: 'http://example.org/1' must begin with https; http is for "
                "pages on this machine only"
            ),
        ),
        ("example.org/${n}", "input.csv:2: ExternalURL: 'example.org/1' is not an https URL"),
        ("https://a.org/ b", "input.csv:2: ExternalURL: 'https://a.org/ b' contains ' '"),
        ("https://a.org/" + "x" * 8000, "has 8,014 characters; web servers refuse more than 8,000"),
        (" ", "properties.json:10: ExternalURL: ' ' is not the address of a page"),
        (7, "properties.json:10: ExternalURL: 7 is not the address of a page"),
    ],
)
def test_a_bad_address_is_refused_before_the_first_call(
    files: Desk, url: object, fault: str
) -> None:
    """With the row, or the line of the properties."""
    give_url(files, url)

    done = files.run(*LAUNCH)

    assert (done.code, done.out, files.calls) == (2, "", [])
    assert fault in done.err


def test_an_address_or_a_template(files: Desk) -> None:
    """Both are refused, and neither."""
    files.write("page.html", "<form><input name='a'></form>")

    assert files.fails(*LAUNCH, "--html_template=page.html") == (
        "properties.json: has an ExternalURL; leave out either that or --html_template"
    )
    files.write("properties.json", json.dumps(PROPERTIES))
    assert files.fails(*LAUNCH) == (
        "properties.json: has no ExternalURL; give --html_template, or add one"
    )


@pytest.mark.parametrize(
    ("text", "row", "url"),
    [
        ("${url}?a=${a}", {"url": "https://x.org/p/1", "a": "&"}, "https://x.org/p/1?a=%26"),
        ("https://x.org/{{ row.a }}", {"a": "b/c"}, "https://x.org/b%2Fc"),
        (
            "{{ row.url | safe }}{{ row.n + 1 }}",
            {"url": "https://x.org/", "n": 1},
            "https://x.org/2",
        ),
        (
            "https://x.org/?q=${my-q}&r=${r}",
            {"my-q": None, "r": [1]},
            "https://x.org/?q=&r=%5B1%5D",
        ),
        ("https://x.org/?q=${q}", {"Input.q": "1"}, "https://x.org/?q=1"),
    ],
)
def test_values_are_quoted(text: str, row: object, url: str) -> None:
    """Except the address itself at the beginning, and what a Jinja tag calls safe."""
    assert ExternalURL(text).fill(row) == url


def test_a_row_without_fields_has_no_names() -> None:
    """A line of text cannot fill in a name."""
    with pytest.raises(Error, match=r"no column for \$\{a\}; the columns are none"):
        ExternalURL("https://x.org/${a}").fill("text")


def test_mechanical_turk_takes_https_only() -> None:
    """A crowd of ours also takes a page on this machine."""
    ours, theirs = (
        Crowd(name, live=False, settings=configuration.DEFAULTS) for name in ("local", "mturk")
    )

    for host in ("localhost", "127.0.0.1", "[::1]"):
        check_url(f"http://{host}:8001/", ours)
        with pytest.raises(ValueError, match=r"must begin with https$"):
            check_url(f"http://{host}:8001/", theirs)


def test_a_template_can_be_the_whole_question(files: Desk) -> None:
    """Its XML is sent as it is, with its own FrameHeight."""
    files.write("properties.json", json.dumps(PROPERTIES))
    files.write("question.xml.j2", f"\n{EXTERNAL}\n")

    assert files.run(*LAUNCH, "--html_template=question.xml.j2").code == 0
    assert questions(files)[1] == EXTERNAL.replace("{{ row.n }}", "2")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("https", "http", "must begin with https; http is for pages on this machine only"),
        ("&amp;", "&", "the question is not XML: not well-formed (invalid token): line 1"),
        ("2006-07-14/", "", "root element, ExternalQuestion, needs Amazon's xmlns, such as http"),
        ("ExternalQuestion", "Question", "root element is Question, which is not one of HTMLQ"),
        ("<ExternalQuestion", "<!DOCTYPE x><ExternalQuestion", "the question has a DOCTYPE"),
        ("1", "\x01", "the question contains the character U+0001, which XML forbids"),
    ],
)
def test_xml_that_is_no_question_is_refused(files: Desk, old: str, new: str, fault: str) -> None:
    """With the row, before the first call."""
    files.write("properties.json", json.dumps(PROPERTIES))
    files.write("question.xml", EXTERNAL.replace(old, new))

    done = files.run(*LAUNCH, "--html_template=question.xml")

    assert (done.code, files.calls) == (2, [])
    assert ": input.csv:2: question.xml" in done.err
    assert fault in done.err


def test_xml_that_is_not_well_formed_is_named_with_its_line_in_the_template(files: Desk) -> None:
    """Whatever lines the values before it have."""
    files.write("properties.json", json.dumps(PROPERTIES))
    files.write("input.jsonl", '{"n": "1\\n2\\n3"}\n')
    files.write("question.xml", "<QuestionForm>\n<Text>{{ row.n }}</Text>\n<b>{{ row.n }}</c>\n")

    fault = files.fails(
        *LAUNCH[:-1], "--input_json_file=input.jsonl", "--html_template=question.xml"
    )

    assert fault.startswith(
        "input.jsonl:1: question.xml:3: the question is not XML: mismatched tag"
    )
