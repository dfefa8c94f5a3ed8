"""Templates of Mechanical Turk's web site, with `${name}`."""

import html
import json
import time
from html.parser import HTMLParser
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from amt import page_places
from amt.errors import Error
from amt.templates import Template
from amt.web_templates import WebTemplate, find_fields, is_web_template, refuse_mixed


def fill(source: str, row: object, *, raw_values: bool = False) -> str:
    """The page of a row."""
    return WebTemplate("page.html", source, raw_values).fill(row)


def fault(source: str, row: object) -> str:
    """What is said of a row that does not fit."""
    with pytest.raises(Error) as caught:
        fill(source, row)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "is_web"),
    [
        ("<p>${text}</p>", True),
        ("<p>${source-id} ${a b.c_1} ${größe}</p>", True),
        ("<script>if (a) {{b: 1}} f(`${text}`)</script>", True),
        ("<p>text</p>", False),
        ("<p>${a + b} ${} ${ }</p>", False),
        ("<p v-if='a'>${text} {{ item.name }} {{count}}</p>", True),
        ("<p>${text} {{ row.a }}</p>", False),
        ("<p>${text} {{ input }}</p>", False),
        ("<p>${text} {{ 'a' }}</p>", False),
        ("<p>${text}</p>{% include 'a.html' %}", False),
        ("<p>${{ row.price }}</p>", False),
    ],
)
def test_a_page_with_names_and_no_jinja_tags_is_the_web_sites(source: str, is_web: bool) -> None:
    """Braces of a script, and those of Vue or Angular, are no Jinja tags."""
    assert is_web_template(source) is is_web


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<p>${x}", "text"),
        ("<textarea>${x}</textarea>", "text"),
        ("<!-- <p>${x} -->", "comment"),
        ('<img alt="a > ${x}">', "attribute"),
        ('<p class="a id="b"><p id="c"><script>let a = "${x}"</script>', "string"),
        ("<p a'b><script>let a = '${x}'</script>", "string"),
        ("<input value=a'${x} name=b>", "unquoted"),
        ("<img alt='${x}'>", "attribute"),
        ("<img src=/a/${x}.jpg>", "unquoted"),
        ("<input value=${x} name=a>", "unquoted whole"),
        ("<p onclick=\"go('${x}')\">", "handler string"),
        ('<p onclick="go(${x})">', "handler code"),
        ("<a href=\"javascript:go('${x}')\">", "handler string"),
        ("<style>p { color: ${x} }</style>", "style"),
        ("<script>let a = ${x};</script>", "code"),
        ("<script>let a = '\\'${x}';</script>", "string"),
        ('<script>let a = "it\'s ${x}";</script>', "string"),
        ("<script>/* ' */ // \"\nlet a = ${x};</script>", "code"),
        ("<script>// let a = ${x}\n</script>", "string"),
        ("<script>a.replace(/[/\"]'/g, ${x})</script>", "code"),
        ("<script>let a = b / c, d = '${x}' / 2;</script>", "string"),
        ("<script>let a = `<p>${x}</p>`;</script>", "template literal"),
        ("<script>let a = `${b({c: '`'})} ${x}`;</script>", "template literal"),
        ("<script>let a = `${b}`, c = '${x}';</script>", "string"),
        ('<script type="application/json">{"a": "${x}"}</script>', "string"),
        ('<script type="text/x-template"><p>${x}</script>', "text"),
        ("<script src='${x}'></script>", "attribute"),
        ("<script>let a = '<p>';</script><p>${x}", "text"),
    ],
)
def test_places_are_recognized(source: str, kind: str) -> None:
    """A value is escaped for the place that it stands in."""
    assert page_places.find_places(source)[-1].kind == kind


@pytest.mark.parametrize(
    ("source", "value", "page"),
    [
        ("<p>${x}</p>", "a <b> & c", "<p>a &lt;b&gt; &amp; c</p>"),
        ('<img alt="${x}">', 'a "b"', '<img alt="a &quot;b&quot;">'),
        ("<input value=${x} name=a>", "", '<input value="" name=a>'),
        ("<img src=/${x}.jpg>", "a b=c", "<img src=/a&#32;b&#61;c.jpg>"),
        ("<style>${x}</style>", "red</style>", "<style>red<\\/style></style>"),
        ("<script>let a = '${x}';</script>", "it's", "<script>let a = 'it\\u0027s';</script>"),
        ("<script>let a = ${x};</script>", "-1.5e3", "<script>let a = -1.5e3;</script>"),
        ("<script>a = ${x}</script>", "[NaN, .5, 'b']", "<script>a = [NaN, .5, 'b']</script>"),
        (
            "<script>let a = ${x};</script>",
            "[{'b': \"</script>\\<\\\\<\"}]",
            "<script>let a = [{'b': \"\\u003c/script>\\u003c\\\\\\u003c\"}];</script>",
        ),
        (
            "<script>/* ${x} */</script>",
            "*/alert()\n",
            "<script>/* *\\u002falert()\\u000a */</script>",
        ),
        ("<p>${x}</p>", 5, "<p>5</p>"),
        ("<p>${x}</p>", None, "<p></p>"),
        ("<p>${x}</p>", "${x}", "<p>${x}</p>"),
    ],
)
def test_values_are_escaped_for_their_place(source: str, value: object, page: str) -> None:
    """What is in a row appears as text, and ends neither an element nor a string."""
    assert fill(source, {"x": value}) == page


def test_a_value_that_is_no_data_cannot_be_code() -> None:
    """The fault names the column and what to do."""
    for value in ("alert(1)", "1;2", "a b", "`a`", "</script>"):
        assert fault("\n<script>f(${x})</script>", {"x": value}).startswith(
            "page.html:2: ${x} is in a script outside a string, and its value is neither a number "
            f"nor JSON: {value!r}; put quotation marks around ${{x}}, or use --raw_values"
        )


def test_raw_values_are_inserted_as_they_are() -> None:
    """As the web site did it: markup, and code."""
    source = "<p>${x}</p><script>${x}</script>"

    assert fill(source, {"x": "<b>"}, raw_values=True) == "<p><b></p><script><b></script>"


def test_columns_with_markup_are_named() -> None:
    """Workers see the markup, until --raw_values is given."""
    template = WebTemplate("page.html", "<p>${a} ${b} ${c}</p><img alt='${d}'>")
    template.fill({"a": "<b>x</b>", "b": "1 < 2 & 3", "c": "&nbsp;", "d": "<b>"})

    (warning,) = template.warnings()
    assert warning == (
        "page.html: columns with markup: a, c; workers see it as text. --raw_values inserts the "
        "values as they are, as the web site did"
    )


def test_names_are_taken_as_they_are_written() -> None:
    """Hyphens, dots, digits and spaces; the case counts; other columns may be there."""
    row = {"source-id": "1", "a b.c_1": "2", "A": "3", "Title": "4"}

    assert fill("<p>${source-id} ${a b.c_1} ${ A }</p>", row) == "<p>1 2 3</p>"
    assert fault("<p>${a}</p>", row).startswith("page.html:1: no column for ${a} (line 1); ")


def test_any_column_can_be_named(tmp_path: Path) -> None:
    """`#`, `/` and parentheses too, if there is such a column; otherwise they are a script's."""
    row = {"col#1": "1", "Input.a/b": "<2>", "Name (en)": "3", "q?": "4"}
    source = "<p>${col#1} ${a/b} ${ Name (en) }</p><script>f('${q?}', `${a / b}`)</script>"
    path = tmp_path / "page.html"
    path.write_text("<p>${col#1} ${col#2}</p>")
    template = Template(str(path), [])

    assert fill("<p>${x}</p>" + source, row | {"x": "0"}) == (
        "<p>0</p><p>1 &lt;2&gt; 3</p><script>f('4', `${a / b}`)</script>"
    )
    assert template.render({"col#1": "1"}) == "<p>1 ${col#2}</p>"
    assert template.warnings() == [
        "page.html: no column for ${col#2}; left as it is, for the page's script"
    ]


def test_every_name_without_a_column_is_named() -> None:
    """All at once, each where it stands first, with the columns there are."""
    assert fault("<p>${a}</p>\n<p>${b} ${x}</p>\n<img src='${a}'>", {"x": "", "y": ""}) == (
        "page.html:1: no column for ${a} (line 1), ${b} (line 2); the columns are x, y"
    )
    assert fault("<p>${a}</p>", "text") == "page.html: has ${a}, but the row has no fields"


def test_javascripts_own_names_are_left_and_said() -> None:
    """In a template literal, or in a script where no column resembles it."""
    source = "<p>${text}</p><!-- ${old} --><script>f(`${texts}`, '${item}')</script>"
    template = WebTemplate("page.html", source)

    page = template.fill({"text": "x"})

    assert page == source.replace("${text}", "x")
    assert template.warnings() == [
        "page.html: no column for ${old}, ${texts}, ${item}; left as it is, for the page's script"
    ]
    assert "no column for ${texts}" in fault("<script>f('${texts}')</script>", {"text": "x"})


def test_a_column_within_a_template_literal_is_filled_in() -> None:
    """The web site replaced the text wherever it stood."""
    source = "<script>f(`<p>${text}</p>`)</script>"

    assert fill(source, {"text": "a`${b}"}) == ("<script>f(`<p>a\\u0060\\u0024{b}</p>`)</script>")


def test_jinja_tags_beside_a_column_are_refused() -> None:
    """With the first line of each; a name of JavaScript's own is none."""
    source = "<p>${other}</p>\n<p>${text}</p>\n\n{{ row.text }}<script>`${id}`</script>"

    with pytest.raises(Error) as caught:
        refuse_mixed("page.html", source, find_fields(source), ["id", "text"])
    assert str(caught.value) == (
        "page.html:2: has ${text}, which is a column, and the Jinja tag '{{ row.text }}' on line 4; "
        "use one of the two"
    )
    refuse_mixed("page.html", source, find_fields(source), ["id"])


def test_a_column_between_two_braces_is_refused() -> None:
    """It is not the name of something in the page's script; also in the web site's results file."""
    source = "<p>${text}</p>{{ text }}"

    said = "has ${text}, which is a column, and the Jinja tag '{{ text }}' on line 1; use one of the two"
    assert said in fault(source, {"text": "x"})
    with pytest.raises(Error, match="use one of the two"):
        WebTemplate("page.html", source).check_columns(["Input.text"])
    assert fill("<p>${text}</p>{{ item }}", {"text": "x"}) == "<p>x</p>{{ item }}"


@pytest.mark.parametrize("piece", ['<p a="', "<a ", "<script a='", "<", '<p a="b c="d">'])
def test_a_page_of_nothing_but_tags_does_not_take_long(piece: str) -> None:
    """Also of tags that do not end: 500,000 characters take less than seconds."""
    start = time.process_time()
    page_places.find_places(piece * (500_000 // len(piece)) + "${x}")
    assert time.process_time() - start < 5


class Parsed(HTMLParser):
    """What a browser sees of a page: its tags, attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.texts = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.texts += data


values = st.text(
    st.sampled_from("ab '\"<>/&;=`\\${}\n!-*") | st.characters(exclude_categories=["Cs", "Cc", "Z"])
)


@hypothesis.given(values)
@hypothesis.example("</script><script>")
@hypothesis.example("<!--")
def test_any_value_is_text_in_its_place(value: str) -> None:
    """It is what a browser reads there, and adds no element and no attribute."""
    page = fill("<a title='${x}' rel=${x} lang=a${x}b></a>", {"x": value})
    text = fill("<p>${x}</p>", {"x": value})
    string = fill('<script>"${x}"</script>', {"x": value})

    assert Parsed(page).tags == ["a"]
    assert Parsed(page).attributes == {"title": value, "rel": value, "lang": f"a{value}b"}
    assert Parsed(text).tags == ["p"]
    assert html.unescape(text.removeprefix("<p>").removesuffix("</p>")) == value
    assert Parsed(string).texts == string.removeprefix("<script>").removesuffix("</script>")
    assert json.loads(Parsed(string).texts) == value
