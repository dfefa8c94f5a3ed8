"""The question XML of a page."""

from xml.etree import ElementTree as ET

import pytest

from amt.hits import MTURK_BYTES, SizeLimit, format_question


def content(question: str) -> str:
    """What the crowd reads as the page."""
    return str(ET.fromstring(question).findtext("{*}HTMLContent"))


@pytest.mark.parametrize(
    "page",
    [
        "<p>plain</p>",
        "<script>if (a[b[0]]>1) {}</script>",
        "]]>",
        "]]>]]>",
        "]]]]>>",
        "<![CDATA[x]]>",
        "é \U0001f422 \u2028 & &amp; <",
        "a\ttab\nand lines",
    ],
)
def test_the_page_arrives_as_it_was(page: str) -> None:
    """Whatever is in a page, also the end of CDATA, is the same when XML has been read."""
    assert content(format_question(page, 0)) == f"<!DOCTYPE html>\n{page}"


@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "<!doctype html>", "\n <!DocType HTML>"])
def test_a_doctype_is_not_doubled(start: str) -> None:
    """A page that has one keeps its own."""
    assert content(format_question(f"{start}<p>", 0)) == f"{start}<p>"


def test_frame_height_and_namespace_are_amazons() -> None:
    """Amazon refuses any other namespace."""
    root = ET.fromstring(format_question("<p>", 450))

    assert root.tag == (
        "{http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/"
        "HTMLQuestion.xsd}HTMLQuestion"
    )
    assert root.findtext("{*}FrameHeight") == "450"


@pytest.mark.parametrize(
    ("character", "name"), [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\ud800", "U+D800")]
)
def test_what_xml_cannot_hold_is_reported(character: str, name: str) -> None:
    """Such a page would be refused; the message says which character."""
    with pytest.raises(ValueError) as caught:
        format_question(f"a{character}b", 0)

    assert str(caught.value) == f"the page contains the character {name}, which XML forbids"


def test_the_limit_is_amazons_and_counts_bytes() -> None:
    """65,535 bytes of XML pass, one more does not; é has two."""
    limit = SizeLimit(MTURK_BYTES)
    frame = len(format_question("", 0).encode())
    fitting = "é" * ((65_535 - frame) // 2)

    assert len(format_question(fitting, 0, limit).encode()) >= 65_535 - 1
    with pytest.raises(
        ValueError, match=r"^the HIT has 65,53[67] bytes; at most 65,535 are allowed$"
    ):
        format_question(fitting + "é", 0, limit)
