"""QuestionForms as they are read: what is in them, what is refused and where, what is answered."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt.answers import parse_fields
from local_crowd.operations.errors import CrowdError, RequestError
from local_crowd.operations.questions import question_form as parts
from local_crowd.operations.questions.formatted_content import _TAGS
from local_crowd.operations.questions.questions import build_answer, parse
from local_crowd.pages.questions.form import choose_widget, describe_limits
from tests.support.crowds import HIT, CrowdUnderTest, Refusal, refusal
from tests.support.question_forms import (
    NAMESPACE,
    choice,
    form,
    formatted,
    question,
    required,
    style,
    text,
)

OLD = NAMESPACE.replace("2017-11-06", "2005-10-01")
PICTURE = (
    "<MimeType><Type>image</Type><SubType>gif</SubType></MimeType>"
    "<DataURL>https://example.com/board.gif</DataURL><AltText>The board</AltText>"
)
EMBEDDED = PICTURE.replace("MimeType>", "EmbeddedMimeType>")
SIZES = "<Width>400</Width><Height>50%</Height>"
PARAMETER = "<ApplicationParameter><Name>a</Name><Value>b</Value></ApplicationParameter>"


def only(xml: str) -> parts.Question:
    """The one question of a form."""
    read = parse(xml)
    assert isinstance(read, parts.QuestionForm)
    (asked,) = read.questions()
    return asked


def content(xml: str) -> parts.Content:
    """What the one piece of content of a question was read as."""
    (piece,) = only(form(question(content=xml))).content
    return piece


@pytest.mark.parametrize("namespace", [NAMESPACE, OLD])
def test_a_form_keeps_its_parts_in_their_order(namespace: str) -> None:
    """Overviews and questions may stand in any order, in both of Amazon's namespaces."""
    overview = "<Overview><Title>Rules</Title></Overview>"
    read = parse(form(question(identifier="a"), overview, question(), namespace=namespace))

    assert isinstance(read, parts.QuestionForm)
    assert [type(part).__name__ for part in read.parts] == ["Question", "Overview", "Question"]
    assert [asked.identifier for asked in read.questions()] == ["a", "word"]
    assert read.parts[1] == parts.Overview((parts.Title("Rules"),))
    assert read.frame_height == 0


@pytest.mark.parametrize(
    ("xml", "read"),
    [
        ("<Title> The Next\n Move </Title>", parts.Title("The Next\n Move")),
        ("<Text>1 &lt; 2 &amp; <![CDATA[<b>]]></Text>", parts.Text("1 < 2 & <b>")),
        ("<Text/>", parts.Text("")),
        (
            "<List><ListItem>a</ListItem><ListItem>é 🐈</ListItem></List>",
            parts.List(("a", "é 🐈")),
        ),
        (
            f"<Binary>{PICTURE}</Binary>",
            parts.Binary("image", "https://example.com/board.gif", "The board"),
        ),
        (
            f"<EmbeddedBinary>{EMBEDDED}{SIZES}{PARAMETER}{PARAMETER}</EmbeddedBinary>",
            parts.Binary("image", "https://example.com/board.gif", "The board", "400", "50%"),
        ),
        (
            formatted('<p>a&nbsp;&eacute; <b>b</b><br/>1 &lt; 2 "q"</p>'),
            parts.FormattedContent("<p>a\xa0é <b>b</b><br>1 &lt; 2 &quot;q&quot;</p>"),
        ),
        (
            formatted('<a href="https://example.com/?a=1&amp;b=2" target="_self">x</a>'),
            parts.FormattedContent(
                '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener">x</a>'
            ),
        ),
        (
            formatted("<img src='http://example.com/i.png' alt='\"' width='9'/>"),
            parts.FormattedContent('<img src="http://example.com/i.png" alt="&quot;" width="9">'),
        ),
    ],
)
def test_every_kind_of_content_is_read(xml: str, read: parts.Content) -> None:
    """Text is kept as text, formatted content is rewritten, and links open a new window."""
    assert content(xml) == read


@pytest.mark.parametrize(
    ("xml", "read"),
    [
        ("<FreeTextAnswer/>", parts.FreeTextAnswer()),
        (
            text(more="<DefaultText> a\n</DefaultText>"),
            parts.FreeTextAnswer(default_text=" a\n"),
        ),
        (
            text(more="<NumberOfLinesSuggestion>999</NumberOfLinesSuggestion>"),
            parts.FreeTextAnswer(lines=40),
        ),
        (
            text('<IsNumeric minValue="-1" maxValue="+9"/><Length maxLength="3"/>'),
            parts.FreeTextAnswer(numeric=True, min_value=-1, max_value=9, max_length=3),
        ),
        (text("<IsNumeric/>"), parts.FreeTextAnswer(numeric=True)),
        (
            text(
                '<AnswerFormatRegex regex="\\S" errorText="No blanks."/>'
                '<AnswerFormatRegex regex="x" flags="i"/>'
            ),
            parts.FreeTextAnswer(
                patterns=(
                    parts.Pattern("\\S", "No blanks.", ignore_case=False),
                    parts.Pattern("x", "Invalid input supplied.", ignore_case=True),
                )
            ),
        ),
        (
            choice("a", "b"),
            parts.SelectionAnswer(
                (
                    parts.Selection("a", parts.Text("A")),
                    parts.Selection("b", parts.Text("B")),
                )
            ),
        ),
        (
            choice("a", settings=style("list", 0, 5), other="<OtherSelection/>"),
            parts.SelectionAnswer(
                (parts.Selection("a", parts.Text("A")),), 0, 5, "list", parts.FreeTextAnswer()
            ),
        ),
        (
            choice("a", "b", settings="<MinSelectionCount>2</MinSelectionCount>"),
            parts.SelectionAnswer(
                (
                    parts.Selection("a", parts.Text("A")),
                    parts.Selection("b", parts.Text("B")),
                ),
                2,
                2,
            ),
        ),
    ],
)
def test_every_kind_of_answer_is_read(xml: str, read: object) -> None:
    """The constraints of a text and the counts of a choice are read, or have Amazon's defaults."""
    assert only(form(question(xml))).answer == read


@pytest.mark.parametrize(
    ("xml", "is_required"),
    [
        (question(), False),
        (question(more="<IsRequired>false</IsRequired>"), False),
        (question(more="<IsRequired> 1 </IsRequired>"), True),
        (required(), True),
        (question(text('<Length minLength="2"/>')), True),
        (question(text('<Length minLength="0"/>')), False),
    ],
)
def test_a_least_length_makes_a_question_required(xml: str, is_required: bool) -> None:
    """IsRequired says so, and so does a minLength, as Amazon documents."""
    assert only(form(xml)).required is is_required


BAD_ANSWERS = [
    (f"<FreeTextAnswer>{'<Constraints/>' * 2}</FreeTextAnswer>", "Constraints occurs 2 times"),
    ("", "AnswerSpecification: takes one of FreeTextAnswer, SelectionAnswer"),
    ("<FreeTextAnswer/><FreeTextAnswer/>", "FreeTextAnswer occurs 2 times; one is allowed"),
    ("<FreeTextAnswer/>" + choice("a"), "takes one of FreeTextAnswer, SelectionAnswer"),
    (
        "<FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes></FileUploadAnswer>",
        "FileUploadAnswer: is not supported since December 12th, 2017",
    ),
    (text("<Lenght/>"), "Constraints: Lenght is not allowed here, only IsNumeric, Length, Answer"),
    (text('<IsNumeric min="1"/>'), "Constraints/IsNumeric: the attribute min is not allowed here"),
    (text('<IsNumeric minValue="x"/>'), 'IsNumeric: minValue "x" is not a whole number'),
    (text('<IsNumeric minValue="1.5"/>'), 'minValue "1.5" is not a whole number'),
    (text('<IsNumeric minValue="9" maxValue="3"/>'), "minValue 9 is above maxValue 3"),
    (text("<IsNumeric>3</IsNumeric>"), "IsNumeric: must be empty; it only has attributes"),
    (text('<Length minLength="-1"/>'), 'Length: minLength "-1" is not a whole number from 0 up'),
    (text('<Length maxLength="0"/>'), 'Length: maxLength "0" is not a whole number from 1 up'),
    (text(f'<Length maxLength="{"9" * 99}"/>'), "is not a whole number from 1 up"),
    (text("<AnswerFormatRegex/>"), "Constraints/AnswerFormatRegex[1]: regex is missing or empty"),
    (
        text('<AnswerFormatRegex regex="a" flags="g"/>'),
        'flags "g" is not allowed; the only flag is "i"',
    ),
    (
        text(more="<NumberOfLinesSuggestion>0</NumberOfLinesSuggestion>"),
        'NumberOfLinesSuggestion: "0" is not a whole number from 1 up',
    ),
    (choice(), "SelectionAnswer/Selections: Selection is missing"),
    (choice("a", "b", "a"), 'Selections/Selection[3]: the identifier "a" was used before'),
    (choice("  "), "Selection[1]/SelectionIdentifier: is empty"),
    (choice("a\nb"), "SelectionIdentifier: an identifier is one line"),
    (
        choice("a", settings=style("slider")),
        'StyleSuggestion: "slider" is not one of radiobutton, dr',
    ),
    (choice("a", settings=style("list", -1)), 'MinSelectionCount: "-1" is not a whole number'),
    (
        choice("a", settings=style("list", 1, 0)),
        'MaxSelectionCount: "0" is not a whole number from 1',
    ),
    (
        choice("a", settings=style("list", 2, 5)),
        "MinSelectionCount 2 is more than can be chosen: 1",
    ),
    (choice("a", "b", settings=style("list", 2, 1)), "is more than can be chosen: 1"),
    (
        choice("a").replace("<Text>A</Text>", ""),
        "Selection[1]: takes one of Text, FormattedContent, Binary",
    ),
    (choice("a").replace("<Text>A</Text>", "<Title>A</Title>"), "Title is not allowed here"),
]
BAD_CONTENTS = [
    ("", "QuestionContent: is empty; it must contain Title, Text, List, Binary, EmbeddedBinary"),
    ("words", 'QuestionContent: the text "words" is not allowed here'),
    ("<Text>a</Text> b", 'QuestionContent: the text "b" is not allowed here'),
    ("<Text>a<b/></Text>", "QuestionContent/Text[1]: must contain only text"),
    ('<Text lang="en">a</Text>', "Text[1]: the attribute lang is not allowed here"),
    ("<text>a</text>", "text is not allowed here, only Title, Text, List"),
    ('<Text xmlns="http://example.com/">a</Text>', "{http://example.com/}Text is not allowed here"),
    ("<Application><Flash/></Application>", "Application[1]: is not supported since December"),
    ("<List/>", "QuestionContent/List[1]: ListItem is missing"),
    ("<Binary/>", "Binary[1]: MimeType is missing"),
    (
        f"<Binary>{PICTURE}</Binary>".replace("image", "applet"),
        'Binary[1]/MimeType/Type: "applet" is not one of image, audio, video',
    ),
    (
        f"<Binary>{PICTURE}</Binary>".replace("https:", "javascript:"),
        'Binary[1]/DataURL: "javascript://example.com/board.gif" is not an http or https address',
    ),
    (f"<EmbeddedBinary>{EMBEDDED}</EmbeddedBinary>", "EmbeddedBinary[1]: Width is missing"),
    (
        f"<EmbeddedBinary>{EMBEDDED}{SIZES}</EmbeddedBinary>".replace("400", "wide"),
        'EmbeddedBinary[1]/Width: "wide" is not a size',
    ),
]
BAD_HTML = [
    ("<script>alert(1)</script>", "the tag <script> is not allowed"),
    ("<P>a</P>", "the tag <P> is not allowed"),
    ("<div>a</div>", "the tag <div> is not allowed"),
    ("<svg/>", "the tag <svg> is not allowed"),
    ("<iframe src='https://example.com/'/>", "the tag <iframe> is not allowed"),
    ("<form/>", "the tag <form> is not allowed"),
    ("<p onclick='a'>b</p>", "the attribute onclick of <p> is not allowed"),
    ("<p style='color: red'>b</p>", "the attribute style of <p> is not allowed"),
    ("<p id='a'>b</p>", "the attribute id of <p> is not allowed"),
    ("<br lang='en'/>", "the attribute lang of <br> is not allowed"),
    ("<a href='javascript:alert(1)'>b</a>", 'the address "javascript:alert(1)" of <a> is not'),
    ("<a href='&#106;avascript:alert(1)'>b</a>", 'the address "javascript:alert(1)" of <a>'),
    ("<a href=' java\nscript:alert(1)'>b</a>", "of <a> is not allowed"),
    ("<a href='/relative'>b</a>", 'the address "/relative" of <a> is not allowed'),
    ("<a href='data:text/html,x'>b</a>", 'the address "data:text/html,x" of <a> is not allowed'),
    ("<img src='https://example.com/i.png'/>", "<img> needs the attribute alt"),
    ("<img alt=''/>", "<img> needs the attribute src"),
    ("<map/>", "<map> needs the attribute name"),
    ("a <!-- b --> c", "the comment <!--b--> is not allowed"),
    ("<?php echo 1 ?>", "the instruction <?php?> is not allowed"),
    ("<!DOCTYPE html>", "not well-formed"),
    ("<b><i>a</b></i>", "mismatched tag"),
    ("<p>a", "mismatched tag"),
    ("<p title=a>b</p>", "not well-formed"),
    ("&unknown;", "undefined entity"),
    ("</FormattedContent><b/>", "junk after document element"),
    ("<p xmlns='http://www.w3.org/2000/svg'>a</p>", "the tag <{http://www.w3.org/2000/svg}p>"),
]


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (form(), "QuestionForm: Question is missing"),
        (form("<Overview><Text>a</Text></Overview>"), "QuestionForm: Question is missing"),
        (form("<Overview/>", question()), "QuestionForm/Overview[1]: is empty"),
        (form(question(), "<Foreword/>"), "QuestionForm: Foreword is not allowed here, only Overv"),
        (form("words", question()), 'QuestionForm: the text "words" is not allowed here'),
        (form(question(), question()), 'Question[2]: the identifier "word" was used before'),
        (form(question(identifier="")), "Question[1]/QuestionIdentifier: is empty"),
        (
            form(question(more="<IsRequired>yes</IsRequired>")),
            'IsRequired: "yes" is not one of true',
        ),
        (form(question(more="<DisplayName/>" * 2)), "Question[1]: DisplayName occurs 2 times"),
        (form("<Question/>"), "QuestionForm/Question[1]: QuestionIdentifier is missing"),
        *((form(question(answer)), why) for answer, why in BAD_ANSWERS),
        *((form(question(content=piece)), why) for piece, why in BAD_CONTENTS),
        *(
            (
                form(question(content=formatted(html))),
                f"QuestionContent/FormattedContent[1]: {why}" if why[0] == "<" else why,
            )
            for html, why in BAD_HTML
        ),
    ],
)
def test_what_is_wrong_is_reported_with_its_place(xml: str, why: str) -> None:
    """A fault is refused as an XMLParseError that names the element and what it should be."""
    with pytest.raises(RequestError) as caught:
        parse(xml)

    assert caught.value.turk_error_code == "AWS.MechanicalTurk.XMLParseError"
    assert why in caught.value.message
    assert "(QuestionForm" in caught.value.message
    assert len(caught.value.message) < 500


def test_create_hit_refuses_a_faulty_form(crowd: CrowdUnderTest) -> None:
    """The client is told at CreateHIT, and nothing is made."""
    xml = form(question(choice("a", "a")))
    assert refusal(crowd.client.create_hit, **HIT | {"Question": xml}) == Refusal(
        "RequestError",
        "There was an error parsing the XML question or answer data in your request. "
        "Please make sure the data is well-formed and follows its schema. "
        "(QuestionForm/Question[1]/AnswerSpecification/SelectionAnswer/Selections/Selection[2]: "
        'the identifier "a" was used before)',
        "AWS.MechanicalTurk.XMLParseError",
        400,
    )
    assert crowd.client.list_hits()["NumResults"] == 0


class Tags(HTMLParser):
    """The start tags of a text, with their attributes, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.found.append((tag, dict(attrs)))


PIECES = ["<b>", "</b>", "<a href='", "'>", "</a>", "<p>", "</p>", "<", ">", "&", "&lt;", '"', "'",
          "javascript:", "https://e.com/", "<img src='", "' alt='", "'/>", "<script>", "]]", " x", "onclick=",
          "&#60;", "&#x22;", "<!--", "-->", "<![CDATA[", "é", "\n", "="]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_formatted_content_never_holds_more_than_is_allowed(html: str) -> None:
    """Whatever is sent is refused, or shown with the tags and attributes of the subset only."""
    try:
        read = content(formatted(html))
    except CrowdError:
        return
    assert isinstance(read, parts.FormattedContent)
    for tag, attributes in Tags(read.html).found:
        allowed = {"title", "dir", "lang", "target", "rel", *_TAGS[tag].split()}
        assert set(attributes) <= allowed
        for name in ("href", "src"):
            assert re.match("https://|None", str(attributes.get(name)))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_breaks_the_reader(typed: str) -> None:
    """Whatever stands in the elements of a form is read or refused."""
    for xml in (
        form(question(identifier=typed)),
        form(question(content=f"<Text>{typed}</Text>")),
        form(question(content=formatted(typed))),
        form(question(f"<FreeTextAnswer>{typed}</FreeTextAnswer>")),
    ):
        try:
            read = parse(xml)
        except RequestError as error:
            refused = error.turk_error_code
            assert refused == "AWS.MechanicalTurk.XMLParseError"
        else:
            assert isinstance(read, parts.QuestionForm)


CHOICES = form(
    question(identifier="assignmentId"),
    question(choice("a", "b", "c", settings=style("checkbox", 1, 3)), "many"),
    question(choice("a", "b", other="<OtherSelection/>"), "one"),
)


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        ([], {"assignmentId": "", "many": [], "one": []}),
        (
            [("answer.assignmentId", "é\r\n<b>"), ("assignmentId", "3ABC")],
            {"assignmentId": "é\r\n<b>", "many": [], "one": []},
        ),
        (
            [("answer.many", "c"), ("answer.many", "a"), ("answer.many", "x")],
            {"assignmentId": "", "many": ["a", "c"], "one": []},
        ),
        (
            [("answer.one", "b"), ("other.one", "neither"), ("other.many", "no such field")],
            {"assignmentId": "", "many": [], "one": ["b", "neither"]},
        ),
        ([("other.one", "")], {"assignmentId": "", "many": [], "one": []}),
        ([("many", "a"), ("output", "forged")], {"assignmentId": "", "many": [], "one": []}),
    ],
)
def test_answers_are_what_the_form_asks_for(
    posted: list[tuple[str, str]], kept: dict[str, object]
) -> None:
    """Each question has its Answer: a text, or the selections that were offered, in their order."""
    assert parse_fields(build_answer(CHOICES, posted)) == kept


def test_a_choice_is_answered_in_amazons_elements() -> None:
    """Selections are SelectionIdentifiers, what was typed beside them is OtherSelectionText."""
    xml = build_answer(CHOICES, [("answer.one", "b"), ("other.one", "x"), ("answer.many", "a")])
    start = xml.index("<Answer><QuestionIdentifier>many")

    assert xml[start:] == (
        "<Answer><QuestionIdentifier>many</QuestionIdentifier>"
        "<SelectionIdentifier>a</SelectionIdentifier></Answer>"
        "<Answer><QuestionIdentifier>one</QuestionIdentifier>"
        "<SelectionIdentifier>b</SelectionIdentifier>"
        "<OtherSelectionText>x</OtherSelectionText></Answer></QuestionFormAnswers>"
    )


def test_an_html_page_cannot_pass_for_a_form(crowd: CrowdUnderTest) -> None:
    """Of which kind an answer is, the HIT's question says: not the fields, nor what it speaks of."""
    page = (
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
        '2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[/QuestionForm.xsd]]></HTMLContent>'
        "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
    posted = [("answer.word", "cat")]
    ada = crowd.make_worker()
    of_page = crowd.do(ada, crowd.make_hit(Question=page), posted)
    of_form = crowd.do(ada, crowd.make_hit(Question=form(question())), posted)

    assert parse_fields(crowd.assignment(of_page)["Answer"]) == {"answer.word": "cat"}
    assert parse_fields(crowd.assignment(of_form)["Answer"]) == {"word": "cat"}


@pytest.mark.parametrize(
    ("settings", "shown", "texts"),
    [
        ("", "radio", []),
        (style("radiobutton"), "radio", []),
        (style("dropdown"), "select", []),
        (style("combobox"), "select", []),
        (style("list"), "select", []),
        (style("list", 1, 2), "checkbox", ["Choose up to 2."]),
        (style("radiobutton", 2, 2), "checkbox", ["Choose 2."]),
        (style("multichooser", 2, 3), "checkbox", ["Choose 2 or more."]),
        (style("multichooser", 0, 9), "checkbox", []),
        (style("checkbox"), "checkbox", ["Choose one."]),
    ],
)
def test_a_style_is_a_suggestion(settings: str, shown: str, texts: list[str]) -> None:
    """A choice is shown in a way in which it can be made, and says how many may be chosen."""
    asked = only(form(question(choice("a", "b", "c", settings=settings))))
    assert isinstance(asked.answer, parts.SelectionAnswer)
    assert choose_widget(asked.answer) == shown
    assert describe_limits(asked) == texts


def test_a_list_of_pictures_is_shown_as_buttons() -> None:
    """What no list can hold is chosen by radio buttons."""
    pictures = choice("a", settings=style("dropdown")).replace(
        "<Text>A</Text>", f"<Binary>{PICTURE}</Binary>"
    )
    asked = only(form(question(pictures)))
    assert isinstance(asked.answer, parts.SelectionAnswer)
    assert choose_widget(asked.answer) == "radio"


@pytest.mark.parametrize(
    ("constraints", "texts"),
    [
        ("<IsNumeric/>", ["A number."]),
        ('<IsNumeric minValue="1"/>', ["A number, at least 1."]),
        ('<IsNumeric maxValue="1"/>', ["A number, at most 1."]),
        ('<IsNumeric minValue="1" maxValue="9"/>', ["A number from 1 to 9."]),
        ('<Length minLength="1"/>', []),
        ('<Length minLength="2"/>', ["At least 2 characters."]),
        ('<Length minLength="0" maxLength="9"/>', ["At most 9 characters."]),
        ('<Length minLength="2" maxLength="9"/>', ["From 2 to 9 characters."]),
        ('<Length minLength="3" maxLength="3"/>', ["Exactly 3 characters."]),
    ],
)
def test_constraints_are_told_beforehand(constraints: str, texts: list[str]) -> None:
    """What a text must be like is said in words beside its field."""
    assert describe_limits(only(form(question(text(constraints))))) == texts
