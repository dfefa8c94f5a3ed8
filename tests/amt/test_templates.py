"""HIT pages."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from amt.configuration import DEFAULTS, PROJECT
from amt.errors import Error
from amt.templates import Template, script_safe

DIRECTORIES = DEFAULTS["template_directories"]
Page = Callable[..., Template]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Makes a template `page.html` of a text, and others that it may include."""
    monkeypatch.chdir(tmp_path)

    def page(text: str, **included: str) -> Template:
        Path("page.html").write_text(text, "utf-8")
        for name, content in included.items():
            Path(f"{name}.html").write_text(content, "utf-8")
        return Template("page.html", DIRECTORIES)

    return page


def fault(make: Callable[[], Any]) -> str:
    with pytest.raises(Error) as caught:
        make()
    return str(caught.value)


# --- where templates are


@pytest.mark.parametrize("included", ["simpleamt.html", "hit_templates/simpleamt.html"])
def test_the_shim_is_included_from_anywhere(page: Page, included: str) -> None:
    """Both documented forms of the include work in any directory."""
    html = page(f'{{% include "{included}" %}}').render({"a": 1})

    assert 'id="results-form"' in html
    assert "setupSubmit" in html
    assert '{"a": 1}' in html


def test_template_directories_are_searched_after_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template of the same name here comes first; then the directories in their order."""
    for name in ("here", "one", "two"):
        (tmp_path / name).mkdir()
    for name in ("one", "two"):
        (tmp_path / name / "a.html").write_text(name)
    (tmp_path / "two" / "b.html").write_text("b of two: {% include 'a.html' %}")
    monkeypatch.chdir(tmp_path / "here")
    directories = [str(tmp_path / "one"), str(tmp_path / "two")]

    assert Template("a.html", directories).render() == "one"
    assert Template("b.html", directories).render() == "b of two: one"
    Path("a.html").write_text("here")
    assert Template("a.html", directories).render() == "here"


def test_a_template_is_named_by_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absolute, through .. or from the project: each finds the file and what lies beside it."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "pages" / "a.html").write_text("a{% include 'b.html' %}")
    (tmp_path / "pages" / "b.html").write_text("b")
    monkeypatch.chdir(tmp_path / "here")

    assert Template(str(tmp_path / "pages" / "a.html"), []).render() == "ab"
    assert Template("../pages/a.html", []).render() == "ab"
    monkeypatch.chdir(tmp_path)
    assert Template("./pages/b.html", []).render() == "b"
    assert "simpleamt" in Template("hit_templates/simple.html", DIRECTORIES).render()


def test_a_missing_template_is_reported(page: Page) -> None:
    """The message lists the directories that were searched."""
    page("")

    message = fault(lambda: Template("pgae.html", DIRECTORIES))

    assert message.startswith("pgae.html: no such template in ., ")
    assert str(PROJECT / "hit_templates") in message


def test_a_missing_include_is_reported_with_its_line(page: Page) -> None:
    """The message says which template includes it, and where."""
    template = page('one\n{% include "gone.html" %}')

    assert re.match(r"page\.html:2: no such template: '?gone\.html", fault(template.render))


def test_what_was_read_is_remembered(page: Page) -> None:
    """The batch record keeps every source, by name."""
    template = page('{% include "b.html" %}', b="bee")
    template.render()

    assert template.sources == {"page.html": '{% include "b.html" %}', "b.html": "bee"}


# --- what is wrong in them


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\n{{ ipnut }}", "page.html:2: 'ipnut' is undefined"),
        ("one\n{{ word }}", "page.html:2: 'word' is undefined; write {{ row.word }}"),
        (
            "{{ input.word }}",
            (
                "page.html:1: 'input' is JSON text for scripts; 'row' holds the values. "
                "'input' has no attribute 'word'"
            ),
        ),
        ("one\n\n{{ row.wrod }}", "page.html:3: 'dict object' has no attribute 'wrod'"),
        ("{% for n in [1] %}\n{{ row.wrod }}\n{% endfor %}", "page.html:2: 'dict object' has no"),
        ("{% block b %}\n{{ oops }}{% endblock %}", "page.html:2: 'oops' is undefined"),
        ("{% macro m() %}\n{{ oops }}{% endmacro %}\n\n{{ m() }}", "page.html:2: 'oops' is"),
        ("\n{% if oops %}x{% endif %}", "page.html:2: 'oops' is undefined"),
        ("\n{{ row.word + 1 }}", 'page.html:2: can only concatenate str (not "int") to str'),
        ("\n{{ 1 / 0 }}", "page.html:2: division by zero"),
        ("\n{{ row.word.items() }}", "page.html:2: 'str object' has no attribute 'items'"),
        ("\n{{ row.word | dictsort }}", "page.html:2: 'str' object has no attribute 'items'"),
        ("\n{{ '%d' | format('x') }}", "page.html:2: %d format: a real number is required"),
        ("\n{% include 'page.html' %}", "page.html:2: maximum recursion depth exceeded"),
    ],
)
def test_what_fails_while_rendering_is_reported(page: Page, text: str, message: str) -> None:
    """Template and line, for an undefined name or anything else."""
    assert fault(lambda: page(text).render({"word": "cat"})).startswith(message)


def test_what_fails_in_an_include_is_reported_there(page: Page) -> None:
    """The include and its line, not the page that includes it."""
    template = page('one\n{% include "b.html" %}', b="b\n\n\n{{ row.wrod }}")

    assert fault(lambda: template.render({})).startswith("b.html:4: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\n{{ row. }}", "page.html:2: expected name or number"),
        ("one\n{% if %}", "page.html:2: Expected an expression, got 'end of statement block'"),
        ("{% for n in row %}\n", "page.html:1: Unexpected end of template. Jinja was looking for"),
        ("one\n{{ row | upercase }}", "page.html:2: No filter named 'upercase'."),
    ],
)
def test_invalid_jinja_is_reported(page: Page, text: str, message: str) -> None:
    """Template and line, before any row is rendered."""
    assert fault(lambda: page(text)).startswith(message)


def test_invalid_jinja_in_an_include_is_reported_there(page: Page) -> None:
    """Its own name and line."""
    template = page('{% include "b.html" %}', b="\n\n{% oops %}")

    assert fault(template.render).startswith("b.html:3: Encountered unknown tag 'oops'.")


def test_a_template_that_is_not_text_is_reported(page: Page) -> None:
    """A picture, or a text in another encoding, is reported with its name."""
    Path("page.html").write_bytes(b"caf\xe9")

    assert "page.html" in fault(lambda: Template("page.html", []))


def test_a_page_without_a_row_has_an_empty_input_and_no_row(page: Page) -> None:
    """render_template.py shows such a page: getInput returns its default."""
    assert page("[{{ input }}]").render() == "[]"
    assert fault(page("{{ row.word }}").render) == "page.html:1: 'row' is undefined"


# --- what is safe in them

NASTY: list[Any] = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "a & b &lt; c &quot;",
    'it\'s "quoted"',
    "\u2028\u2029\x00\x1f\x7f\ufffe\uffff\ud800",
    "\U0001f422 é",
    {"</script>": ["'", None, True, 1.5]},
]


class Reader(HTMLParser):
    """What a browser would make of a page: the text of its scripts, its tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


@pytest.mark.parametrize("value", NASTY)
def test_input_is_the_rows_json_in_a_script(page: Page, value: Any) -> None:
    """No data can end the script or the CDATA, and JSON.parse gives the row."""
    read = Reader(page("<script>{{ input }}</script>").render(value))

    assert read.tags == ["script"]
    assert json.loads(read.text) == value


@pytest.mark.parametrize("value", NASTY)
def test_input_is_the_rows_json_in_an_attribute(page: Page, value: Any) -> None:
    """In single quotes, as JSON has the double ones, data cannot end the attribute either."""
    read = Reader(page("<p data-input='{{ input }}'></p>").render(value))

    assert list(read.attributes) == ["data-input"]
    assert json.loads(str(read.attributes["data-input"])) == value


@pytest.mark.parametrize("value", [value for value in NASTY if isinstance(value, str)])
def test_fields_of_a_row_are_escaped(page: Page, value: str) -> None:
    """Data is text in the page and in its attributes, never markup."""
    template = page('<p title="{{ row.a }}">{{ row.a }}</p>')

    read = Reader(template.render({"a": value}))

    assert read.tags == ["p"]
    assert read.attributes == {"title": value}
    assert read.text == value


def test_unsafe_characters_are_escaped_in_json() -> None:
    """What is not allowed in a script, an attribute, XML or UTF-8 is escaped."""
    text = script_safe("<>&'\u2028\u2029\ud800\udfff\ufffe\uffff")

    assert text == ('"\\u003c\\u003e\\u0026\\u0027\\u2028\\u2029\\ud800\\udfff\\ufffe\\uffff"')
