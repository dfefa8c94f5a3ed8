"""Answers: XML to fields, an assignment to a line of the results."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from amt.answers import format_line, format_time, parse_fields, to_result
from local_crowd.operations.questions.answers import build_answer_xml

HEAD = (
    '<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="http://mechanicalturk.'
    'amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd">'
)
TAIL = "</QuestionFormAnswers>"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def answer(*inner: str) -> str:
    return HEAD + "".join(f"<Answer>{content}</Answer>" for content in inner) + TAIL


def named(name: str, rest: str) -> str:
    return f"<QuestionIdentifier>{name}</QuestionIdentifier>{rest}"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"output": '{"a": 1}'},
        {"comment": "first", "output": '"a"', "other": "last"},
        {"output": '"two\\nlines"', "text": "two\nlines\r\nand more\r"},
        {"text": "a <b> & 'c' \"d\" &lt; &amp;lt; ]]>"},
        {"text": "é \U0001f422 \u2028"},
        {"empty": ""},
        {"": "without a name"},
    ],
)
def test_every_field_comes_back_as_it_was_typed(values: dict[str, str]) -> None:
    """Lines, entities and fields before `output` are all there, decoded once."""
    assert parse_fields(build_answer_xml(values.items())) == values


def test_selections_of_a_question_form_are_lists() -> None:
    """None, one or several selections, and what was written beside them."""
    xml = answer(
        named("none", ""),
        named("one", "<SelectionIdentifier>a</SelectionIdentifier>"),
        named(
            "more",
            "<SelectionIdentifier>a</SelectionIdentifier><SelectionIdentifier>b"
            "</SelectionIdentifier><OtherSelectionText>c</OtherSelectionText>",
        ),
        named("text", "<FreeText/>"),
    )

    assert parse_fields(xml) == {"none": [], "one": ["a"], "more": ["a", "b", "c"], "text": ""}


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("", "the answer is not XML: no element found"),
        ("<Answer>", "the answer is not XML: no element found"),
        ("plain", "the answer is not XML: syntax error"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "the answer has a DOCTYPE"),
    ],
)
def test_xml_that_is_not_an_answer_is_a_value_error(xml: str, message: str) -> None:
    """Broken XML and XML with entities of its own."""
    with pytest.raises(ValueError) as caught:
        parse_fields(xml)

    assert str(caught.value).startswith(message)


def test_an_answer_that_speaks_of_doctypes_is_an_answer() -> None:
    """Only a DOCTYPE of the answer itself is suspicious, not one that a worker writes about."""
    xml = answer(named("a", "<FreeText><![CDATA[<!DOCTYPE html>]]></FreeText>"))

    assert parse_fields(xml) == {"a": "<!DOCTYPE html>"}


def assignment(**changes: Any) -> dict[str, Any]:
    return {
        "AssignmentId": "3ASSIGNMENT",
        "HITId": "3HIT",
        "WorkerId": "AWORKER",
        "AssignmentStatus": "Submitted",
        "AcceptTime": NOON,
        "SubmitTime": NOON + timedelta(minutes=1),
        "AutoApprovalTime": NOON + timedelta(days=1),
        "Answer": build_answer_xml([("output", '{"a": "b"}'), ("comment", "hm")]),
    } | changes


def resulting(**changes: Any) -> tuple[dict[str, Any], list[str]]:
    """The line of a result, read again, and what was said."""
    messages: list[str] = []
    text = format_line(to_result(assignment(**changes), None, messages.append))
    assert "\n" not in text
    return json.loads(text, parse_constant=pytest.fail), messages


def test_a_result_has_the_old_fields_first() -> None:
    """The five fields that simple-amt's users read come first, in their order, then ours."""
    row = {"row": 7, "hit_id": "3HIT", "input": {"word": "cat"}}

    result = to_result(assignment(), row, pytest.fail)

    assert result == {
        "assignment_id": "3ASSIGNMENT",
        "hit_id": "3HIT",
        "worker_id": "AWORKER",
        "output": {"a": "b"},
        "submit_time": "2026-01-31T12:01:00Z",
        "status": "Submitted",
        "accept_time": "2026-01-31T12:00:00Z",
        "input": {"word": "cat"},
        "row": 7,
        "answers": {"output": '{"a": "b"}', "comment": "hm"},
        "auto_approval_time": "2026-02-01T12:00:00Z",
        "approval_time": None,
        "rejection_time": None,
        "requester_feedback": None,
    }
    assert list(result)[:5] == ["assignment_id", "hit_id", "worker_id", "output", "submit_time"]


def test_a_hit_without_a_record_has_no_input() -> None:
    """Input and row are the record's; without one they are null."""
    result, messages = resulting()

    assert (result["input"], result["row"], messages) == (None, None, [])


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "",
        '{"a": ',
        "NaN",
        "1e999",
        '{"a": -1e999}',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_an_output_that_is_not_json_is_kept_as_text(text: str) -> None:
    """It is said, it loses nothing, and the line is JSON that any reader takes."""
    result, messages = resulting(Answer=build_answer_xml([("output", text)]))

    assert result["output"] == text
    (words,) = messages
    assert words.startswith("3ASSIGNMENT: its output is not JSON (")
    assert words.endswith("); kept as text")
    assert len(words) < 200


@pytest.mark.parametrize("xml", ["", "no xml", "<a>"])
def test_an_answer_that_is_not_xml_is_kept_as_text(xml: str) -> None:
    """One bad answer is named and loses nothing."""
    result, messages = resulting(Answer=xml)

    assert (result["output"], result["answers"]) == (xml, {})
    assert len(messages) == 1
    assert messages[0].startswith("3ASSIGNMENT: the answer is not XML")


def test_crowd_form_and_no_output_at_all() -> None:
    """<crowd-form> posts taskAnswers; a page without `output` has its fields in `answers`."""
    result, messages = resulting(Answer=build_answer_xml([("taskAnswers", '[{"a": 1}]')]))
    assert (result["output"], messages) == ([{"a": 1}], [])

    result, messages = resulting(Answer=build_answer_xml([("comment", "hm")]))
    assert (result["output"], result["answers"], messages) == (None, {"comment": "hm"}, [])


def test_lone_surrogates_make_no_unreadable_line() -> None:
    """What a browser may send and UTF-8 cannot hold is escaped."""
    text = format_line({"output": "\ud83d"})

    assert text.encode() == b'{"output": "\\ud83d"}'


def test_times_are_iso_8601_in_utc() -> None:
    """Whatever zone boto3 gives them in."""
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))

    assert format_time(tokyo) == "2026-01-31T12:00:00Z"
    assert format_time(None) is None
