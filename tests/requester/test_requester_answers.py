"""Answers and input on the requester's pages: pictures, links and tables, whatever is in them."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from local_crowd.operations.qualifications import for_workers
from local_crowd.pages.requester.values import (
    Items,
    Link,
    Members,
    Picture,
    Reader,
    Table,
    Text,
    Value,
    is_address,
    present,
)
from tests.support.requester_sites import BATCH, RequesterWorld, page_with_input
from tests.support.worker_sites import words

ANSWERS = f"/requester/batches/{BATCH}/answers"
FORM = """<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
2017-11-06/QuestionForm.xsd">
<Question><QuestionIdentifier>q1</QuestionIdentifier><QuestionContent>
<Title>Animals</Title><Text>Which are cats?</Text></QuestionContent>
<AnswerSpecification><SelectionAnswer><MaxSelectionCount>2</MaxSelectionCount><Selections>
<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>The &lt;striped&gt; one</Text></Selection>
<Selection><SelectionIdentifier>b</SelectionIdentifier>
<Binary><MimeType><Type>image</Type></MimeType><DataURL>https://example.org/cat.png</DataURL>\
<AltText>A cat</AltText></Binary></Selection>
<OtherSelection/></Selections></SelectionAnswer></AnswerSpecification></Question>
<Question><QuestionIdentifier>q2</QuestionIdentifier><QuestionContent>
<FormattedContent><![CDATA[<p>Say <b>why</b> &amp; how</p>]]></FormattedContent></QuestionContent>
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"""


class Tags(HTMLParser):
    """The tags of a page and their attributes, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))


def shown(value: Any, name: str = "x", *, loads: bool = True) -> Value:
    return present(name, value, Reader(4000, loads=loads))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "https://[2001:db8::1]:8443/x",
        "https://de.wikipedia.org/wiki/Müller",
        "/files/birds/1.png",
    ],
)
def test_an_address_is_a_link(text: str) -> None:
    """What is nothing but an address of the web, or of the crowd's files, can be clicked."""
    assert is_address(text)
    assert shown(f" {text}\n", "page") == (
        Picture(text, loads=True) if text.endswith(".png") else Link(text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://example.org/a.png",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64,AAAA",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org/a.png",
        "//evil.example/a.png",
        "https:",
        "https:///a.png",
        "https://example.org:port/a.png",
        "https://user:password@example.org/a.png",
        "https://example.org\\@evil.example/a.png",
        "https://example.org/\u202egnp.exe",
        'https://example.org/"onerror="alert(1)',
        "https://example.org/<script>",
        "https://example.org/a b.png",
        "https://[::1/a.png",
        "https://example.org/" + "a" * 2000,
        "see https://example.org/a.png",
        "/files/../requester/sign_out",
        "/files/a/%2e%2E/%2e./requester/",
        "/files/..\\requester",
        "/files/..%5crequester",
        "/files/",
        "/requester/workers",
        "",
    ],
)
def test_anything_else_is_text(text: str) -> None:
    """Other schemes, names and passwords, ways out of /files/, and text around an address."""
    assert not is_address(text)
    assert shown(text, "image") == Text(text)


def test_pictures_are_told_by_their_ending_or_the_fields_name() -> None:
    """From an answer they wait for a click, unless they are the crowd's own files; http is a link."""
    cat = "https://example.org/cat.JPEG?size=2"

    assert shown(cat) == Picture(cat, loads=True)
    assert shown(cat, loads=False) == Picture(cat, loads=False)
    assert shown("https://example.org/1", "image_url") == Picture(
        "https://example.org/1", loads=True
    )
    assert shown("/files/cat.svg", loads=False) == Picture("/files/cat.svg", loads=True)
    assert shown("/files/cat.pdf") == Link("/files/cat.pdf")
    assert shown("http://example.org/cat.png") == Link("http://example.org/cat.png")


def test_small_values_are_lists_and_tables() -> None:
    """Objects of the same members are rows, an object's members stand beside their names; numbers
    alone stay in one line.
    """
    boxes = [{"label": "cat", "x": 1}, {"label": "dog", "y": [2, 3]}]

    assert shown(boxes) == Table(
        ("label", "x", "y"),
        (
            (Text("cat"), Text("1"), Text("")),
            (Text("dog"), Text(""), Text("[2, 3]")),
        ),
    )
    assert shown({"a": {"b": None}}) == Members((("a", Members((("b", Text("null")),))),))
    assert shown(["cat", True]) == Items((Text("cat"), Text("true")))
    assert shown([[1, 2], [3.5, False]]) == Text("[[1, 2], [3.5, false]]")
    assert shown([]) == Text("[]")


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"b": {"c": {"d": {"e": 1}}}}},
        [{str(n): "x"} for n in range(201)],
        {"a": "x" * 4001},
    ],
)
def test_what_is_deep_or_long_is_json(value: Any) -> None:
    """More than four levels, two hundred cells or four thousand characters."""
    shown_value = shown(value)

    assert isinstance(shown_value, Text)
    assert shown_value.is_json
    assert shown_value.text == json.dumps(value, indent=2)[:4000]


def test_many_columns_are_objects_below_each_other() -> None:
    """A table of more than eight columns fits nowhere."""
    shown_value = shown([dict.fromkeys("abcdefghi", 1)])

    assert isinstance(shown_value, Items)
    assert isinstance(shown_value.values[0], Members)


def test_pictures_and_links_tell_nobody_anything(world: RequesterWorld) -> None:
    """Those of the input load lazily and without a referrer, those of an answer wait to be asked
    for; links open elsewhere, and the page's policy lets nothing but pictures come from outside.
    """
    row = {
        "photo": "https://example.org/in.png",
        "own": "/files/in.png",
        "page": "http://a.example",
    }
    output = json.dumps({"photo": "https://evil.example/out.png", "own": "/files/out.svg"})
    answer_id = world.do(world.row(0, html=page_with_input(row)), output=output)
    lab = world.member()
    for path in (ANSWERS, f"/requester/answers/{answer_id}"):
        page = lab.get(path)
        images = re.findall(r"<img src=\"([^\"]+)\" [^>]*>", page.text.partition("<main")[2])
        links = re.findall(r'<a [^>]*target="_blank"[^>]*>', page.text)

        assert images == [
            "https://example.org/in.png",
            "/sandbox/files/in.png",
            "/sandbox/files/out.svg",
        ]
        assert page.text.count('loading="lazy" decoding="async" referrerpolicy="no-referrer"') == 3
        assert len(links) == 5
        assert all('rel="noopener noreferrer"' in link for link in links)
        assert '<a href="http://a.example" target="_blank"' in page.text
        assert 'data-picture="photo: https://evil.example/out.png"' in page.text
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'self'", "object-src 'none'", "img-src 'self' https:"} <= set(policy)
        assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "output",
    [
        {"x": 'https://example.org/a.png" onerror="alert(1)'},
        {'"><img src=x onerror=alert(1)>': [{"<script>": "</td><script>alert(1)</script>"}]},
        [{"<b>" + "n" * 300: "javascript:alert(1)"}],
        {"a": ["<svg onload=alert(1)>", "javascript:alert(1)//.png"]},
    ],
)
def test_hostile_values_in_tables_are_text(world: RequesterWorld, output: Any) -> None:
    """Names and values are escaped wherever they stand; no address of another scheme is a link."""
    world.do(world.row(0, html=page_with_input(output)), output=json.dumps(output))
    page = world.member().get(ANSWERS)

    tags = Tags(page.text.partition("<main")[2])
    assert not {"script", "b", "img"} & {name for name, _ in tags.found}
    for name, attributes in tags.found:
        assert not [attribute for attribute in attributes if attribute.startswith("on")], name
        assert not re.search("javascript", attributes.get("href") or attributes.get("src") or "")
    assert len(page.data) < 30_000


def test_an_answer_of_many_fields_is_cut(world: RequesterWorld) -> None:
    """A hundred fields of a form are shown, and how many there are."""
    world.do(world.row(), **{f"field{n}": str(n) for n in range(2000)})
    page = world.member().get(ANSWERS)

    assert "field99" in page.text
    assert "field100" not in page.text
    assert "… and more: 2,000 fields in total. Download the whole answer." in words(page)


def test_a_request_shows_the_questions_and_what_was_chosen(world: RequesterWorld) -> None:
    """A test's texts are shown beside its identifiers; free text is not a selection."""
    type_id = world.perform(
        "CreateQualificationType",
        Name="Knows cats",
        Description="Tells cats from dogs",
        QualificationTypeStatus="Active",
        Test=FORM,
        TestDurationInSeconds=600,
    )["QualificationType"]["QualificationTypeId"]
    ada = world.worker("Ada")
    fields = [
        ("answer.q1", "a"),
        ("answer.q1", "b"),
        ("other.q1", "a"),
        ("answer.q2", "It <purrs>"),
    ]
    with world.sandbox.writing() as call:
        asked = for_workers.request(call, ada, type_id)
        for_workers.submit_test(call, ada, asked.request_id, fields)
    page = world.member().get("/requester/qualifications")

    shown = words(page)
    assert "Animals Which are cats? q1 The <striped> one a" in shown
    assert "Say why & how q2 It <purrs>" in shown
    assert '<img src="https://example.org/cat.png"' in page.text
    assert re.search(r"<li>\s*<bdi>a</bdi>\s*</li>", page.text)
    assert "img-src 'self' https:" in page.headers["Content-Security-Policy"]


def test_an_answer_to_a_question_form_has_its_words_too(world: RequesterWorld) -> None:
    """A HIT that is a QuestionForm is read like a test."""
    hit = world.row(Question=FORM)
    world.do(hit, **{"answer.q1": "a", "answer.q2": "Because"})

    assert "Animals Which are cats? q1 The <striped> one a" in words(world.member().get(ANSWERS))


def test_approving_names_reward_fee_and_total(world: RequesterWorld) -> None:
    """Before it is confirmed, on the button, and when it is done; what was refused is not paid."""
    ids = [world.do(world.row(n, Reward=reward)) for n, reward in enumerate(("0.05", "1.10"))]
    lab = world.member()
    form = {"assignment_id": ids, "decide": "approve", "next": ANSWERS}

    asked = words(lab.post("/requester/review", form))
    lab.post("/requester/review", form | {"confirmed": "yes"})

    assert (
        "This costs $1.15: $1.15 in rewards and no fee, because this crowd charges none. "
        "In the sandbox nothing is paid. It cannot be undone." in asked
    )
    assert "Approve 2 answers for $1.15 Cancel" in asked
    assert "2 answers approved for $1.15." in words(lab.get(ANSWERS))


def test_a_bonus_is_confirmed_in_dollars_and_cents(world: RequesterWorld) -> None:
    """$1.5 is confirmed as $1.50."""
    answer_id = world.do(world.row())
    form = {"amount": "$1.5", "reason": "Careful"}

    assert "Send $1.50" in words(world.member().post(f"/requester/answers/{answer_id}/bonus", form))
