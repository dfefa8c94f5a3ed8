"""Questions: what a HIT may show."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.errors import CrowdError, ParameterValidationError
from local_crowd.operations.questions.questions import HTML_QUESTION, HTMLQuestion, parse
from local_crowd.site import open_site
from tests.support.crowds import HIT, CrowdUnderTest, Refusal, invalid, refusal

UNREADABLE = (
    "There was an error parsing the XML question or answer data in your request. "
    "Please make sure the data is well-formed and follows its schema. ("
)


def question(content: str = "<![CDATA[<p>]]>", height: str = "450", root: str = "") -> str:
    return (
        f'<HTMLQuestion xmlns="{root or HTML_QUESTION}"><HTMLContent>{content}</HTMLContent>'
        f"<FrameHeight>{height}</FrameHeight></HTMLQuestion>"
    )


@pytest.mark.parametrize(
    ("xml", "content", "height"),
    [
        (question(), "<p>", 450),
        (question(height=" 0 "), "<p>", 0),
        ('<?xml version="1.0" encoding="UTF-8"?>\n' + question(), "<p>", 450),
        (question("&lt;p&gt; &amp;amp; ü"), "<p> &amp; ü", 450),
        (question("<![CDATA[a ]]]]><![CDATA[> b]]>"), "a ]]> b", 450),
        (question().replace("HTMLQuestion xmlns", "HTMLQuestion  xmlns"), "<p>", 450),
        (
            question()
            .replace("xmlns=", "xmlns:q=")
            .replace("<HTML", "<q:HTML")
            .replace("</HTML", "</q:HTML")
            .replace("<Frame", "<q:Frame")
            .replace("</Frame", "</q:Frame"),
            "<p>",
            450,
        ),
    ],
)
def test_an_html_question(xml: str, content: str, height: int) -> None:
    """The page is read out of CDATA or escaped text, whatever prefix the namespace has."""
    assert parse(xml) == HTMLQuestion(content, height)


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("", "no element found"),
        ("no XML", "syntax error"),
        (question()[:-1], "unclosed token"),
        (question("<![CDATA[<p>]]>\0"), "not well-formed"),
        (
            question(root="http://example.com/"),
            "the root element {http://example.com/}HTMLQuestion",
        ),
        (question(root=HTML_QUESTION + "x"), "cannot be shown"),
        ("<HTMLQuestion/>", "the root element HTMLQuestion cannot be shown"),
        (f'<Other xmlns="{HTML_QUESTION}"/>', "cannot be shown"),
        (f'<HTMLQuestion xmlns="{HTML_QUESTION}"/>', "is missing or empty"),
        (question(""), "HTMLContent is missing or empty"),
        (question(" \n"), "HTMLContent is missing or empty"),
        (question(height=""), "FrameHeight is missing or empty"),
        (question(height="-1"), "FrameHeight is -1, not a whole number"),
        (question(height="4.5"), "FrameHeight is 4.5, not a whole number"),
        (question(height="450px"), "FrameHeight is 450px, not a whole number"),
        (question(height="²"), "FrameHeight is ², not a whole number"),
        (question(height="9" * 5000), "not a whole number"),
        (question(height="1000000"), "not a whole number"),
        ('<!DOCTYPE x [<!ENTITY e "boo">]>' + question("&e;"), "EntitiesForbidden"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + question("&e;"), "undefined entity"),
        (question("<a>" * 20_000), "mismatched tag"),
        ("<a>" * 10_000 + "</a>" * 5_000, "no element found"),
    ],
)
def test_what_cannot_be_shown(crowd: CrowdUnderTest, xml: str, why: str) -> None:
    """XML that is not well-formed, or not a question we know, is refused and says why."""
    with pytest.raises(CrowdError) as caught:
        parse(xml)
    assert caught.value.turk_error_code == "AWS.MechanicalTurk.XMLParseError"
    assert caught.value.message.startswith(UNREADABLE)
    assert why in caught.value.message
    assert len(caught.value.message) < 500

    if "\0" not in xml:
        answered = refusal(crowd.client.create_hit, **HIT | {"Question": xml})
        assert answered == Refusal(
            "RequestError", caught.value.message, "AWS.MechanicalTurk.XMLParseError", 400
        )


def test_a_question_has_a_limit(crowd: CrowdUnderTest) -> None:
    """1,000,000 bytes of UTF-8 fit, one more does not; characters are not bytes."""
    room = 1_000_000 - len(question("").encode())
    full = question("x" * room)
    assert crowd.hit(crowd.make_hit(Question=full))["Question"] == full

    for xml in (question("x" * (room + 1)), question("ü" * (room // 2) + "x" * (room % 2 + 1))):
        assert refusal(crowd.client.create_hit, **HIT | {"Question": xml}) == invalid(
            "The Question is 1000001 bytes long. At most 1000000 bytes are allowed."
        )


def test_crowd_json_sets_the_limit(tmp_path: Path) -> None:
    """A lower limit is for new questions; those that are stored can still be shown."""
    (tmp_path / "crowd.json").write_text('{"question_bytes": 70000}')
    site = open_site(tmp_path, "sandbox")
    requester_id = site.ensure_owner()

    site.perform(requester_id, "CreateHIT", HIT | {"Question": question("x" * 69_000)})
    with pytest.raises(ParameterValidationError, match="At most 70000 bytes are allowed"):
        site.perform(requester_id, "CreateHIT", HIT | {"Question": question("x" * 70_000)})

    site.close()
    assert isinstance(parse(question("x" * 70_000)), HTMLQuestion)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is sent as a question is read or refused."""
    for xml in (text, question(text), question(height=text)):
        try:
            read = parse(xml)
        except CrowdError as error:
            refused = error.message
            assert refused.startswith(UNREADABLE)
        else:
            assert isinstance(read, HTMLQuestion)
