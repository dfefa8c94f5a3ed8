"""Answers: a worker's form fields as Amazon's XML."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.questions.answers import NAMESPACE, NOT_RETURNED, build_answer_xml
from tests.support.crowds import CrowdUnderTest

Fields = list[tuple[str, str]]
HEAD = f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}"'


def read(xml: str) -> dict[str, str]:
    """The fields as any client reads them."""
    spaces = {"a": NAMESPACE}
    return {
        answer.findtext("a:QuestionIdentifier", None, spaces) or "": (
            answer.findtext("a:FreeText", None, spaces) or ""
        )
        for answer in ET.fromstring(xml.encode("ascii")).findall("a:Answer", spaces)
    }


def test_the_form_of_recorded_answers(crowd: CrowdUnderTest) -> None:
    """An answer has the head and the elements of Amazon's, no space between, in the order sent."""
    fields = [("word", "cat"), ("assignmentId", "3A"), ("sure?", '<yes> & "no"')]
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit(), fields)

    assert crowd.assignment(assignment_id)["Answer"] == (
        f"{HEAD}>"
        "<Answer><QuestionIdentifier>word</QuestionIdentifier><FreeText>cat</FreeText></Answer>"
        "<Answer><QuestionIdentifier>sure?</QuestionIdentifier>"
        '<FreeText>&lt;yes&gt; &amp; "no"</FreeText></Answer>'
        "</QuestionFormAnswers>"
    )


def test_what_is_not_ascii_is_referenced() -> None:
    """Other characters are numeric references, so the text is what its declaration says."""
    xml = build_answer_xml([("wörd", "—\U0001f600")])

    assert xml.isascii()
    assert "<QuestionIdentifier>w&#246;rd</QuestionIdentifier>" in xml
    assert "<FreeText>&#8212;&#128512;</FreeText>" in xml


@pytest.mark.parametrize("name", ["assignmentId", "hitId", "workerId", "turkSubmitTo"])
def test_reserved_names_are_not_returned(name: str) -> None:
    """What the page had from the crowd is not in the answer."""
    assert read(build_answer_xml([(name, "x"), ("word", "cat")])) == {"word": "cat"}
    assert read(build_answer_xml([(name.lower(), "x")])) == {name.lower(): "x"}


def test_fields_of_one_name_are_joined() -> None:
    """Ticked boxes of one name are one answer, joined with `|`, at the place of the first."""
    xml = build_answer_xml([("colour", "red"), ("word", "cat"), ("colour", "blue"), ("colour", "")])

    assert read(xml) == {"colour": "red|blue|", "word": "cat"}
    assert list(read(xml)) == ["colour", "word"]


def test_empty_fields_are_answers() -> None:
    """A field left empty is an answer without text; a form without fields has none."""
    assert read(build_answer_xml([("word", "")])) == {"word": ""}
    assert read(build_answer_xml([])) == {}


characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
text = st.text(st.one_of(characters, st.sampled_from("\t\n\r<>&'\"]")))


def is_returned(name: str) -> bool:
    return name not in NOT_RETURNED


@given(st.dictionaries(text.filter(is_returned), text))
def test_any_text_comes_back(fields: dict[str, str]) -> None:
    """Names and values of any characters that XML can hold come back as they were."""
    assert read(build_answer_xml(fields.items())) == fields


@given(st.lists(st.tuples(st.text().filter(is_returned), st.text())))
def test_any_text_can_be_sent(fields: Fields) -> None:
    """What XML cannot hold becomes U+FFFD; nothing a worker types loses the answer."""
    xml = build_answer_xml(fields)

    assert xml.isascii()
    assert sum(map(len, read(xml).values())) >= max((len(value) for _, value in fields), default=0)


def test_control_characters_are_replaced(crowd: CrowdUnderTest) -> None:
    """A control character, half a surrogate pair and a non-character are U+FFFD each."""
    fields = [("a\0b", "\x01\ud800\ufffe\uffff\x1f\x7f")]
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit(), fields)

    assert read(crowd.assignment(assignment_id)["Answer"]) == {"a\ufffdb": "\ufffd" * 5 + "\x7f"}
