"""Templates of SageMaker Ground Truth, in Liquid."""

import html
import json
from html.parser import HTMLParser

import hypothesis
import pytest
from hypothesis import strategies as st

from amt.errors import Error
from amt.liquid_places import is_liquid
from amt.liquid_templates import LiquidTemplate

ROW = {
    "text": "a < 'b' & \"c\"",
    "labels": ["Cat", "Dog's", "</script>"],
    "n": 3,
    "yes": True,
    "none": None,
    "source-ref": "s3://bucket/1.jpg",
    "boxes": {"annotations": [{"class_id": 0, "left": 7}]},
    "boxes-metadata": {"class-map": {"0": 'a "dog"'}},
}
TEXT = "a &lt; &#x27;b&#x27; &amp; &quot;c&quot;"


def fill(source: str, row: object = ROW) -> str:
    """The page of a row of JSON Lines."""
    return LiquidTemplate("page.liquid.html", source).fill(row)


def fill_from_table(source: str, row: dict[str, str]) -> str:
    """The page of a row of a CSV file."""
    template = LiquidTemplate("page.liquid.html", source)
    template.check_columns(row)
    return template.fill(row)


def find_fault(source: str, row: object = ROW) -> str:
    """What is said of a page that cannot be filled."""
    with pytest.raises(Error) as caught:
        fill(source, row)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>{{ task.input.text }}</p>", True),
        ("{%- for l in task.input.labels -%}{{ l }}{% endfor %}", True),
        ("{% assign a = 'b' %}{{ a }}", True),
        ("<p>{{ row.text }}</p>", False),
        ("{% for l in row.labels %}{{ l }}{% endfor %}", False),
        ("<p>${text}</p><script>task.input.value = 1</script>", False),
        ("{{ row.a }}<script>task.input.value = {}</script>{{ row.b }}", False),
    ],
)
def test_a_page_with_task_input_in_a_tag_is_liquid(source: str, expected: bool) -> None:
    """A script of a Jinja template may have a variable called task."""
    assert is_liquid(source) is expected


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("{{ task.input.text }}", TEXT),
        ("{{ task.input['text'] }}", TEXT),
        ("{{ task.input.text | escape }}", "a &lt; &#39;b&#39; &amp; &#34;c&#34;"),
        ("{{ task.input.text | skip_autoescape }}", ROW["text"]),
        ("{{ '&amp; &' | escape_once }}", "&amp; &amp;"),
        ("{{ task.input.source-ref | grant_read_access }}", "s3://bucket/1.jpg"),
        ("{{ task.input.taskObject | s3_presign }}", "s3://bucket/1.jpg"),
        ("{{ task.input.labels }}", "[&quot;Cat&quot;,&quot;Dog&#x27;s&quot;,&quot;&lt;/script&gt;&quot;]"),
        ("{{ task.input.n }} {{ task.input.yes }} {{ task.input.none }}.", "3 true ."),
        ("{{ task.input.labels | to_json }}".replace("labels", "n"), "3"),
        ("{% for l in task.input.labels limit: 2 %}{{ forloop.index }}{{ l }};{% endfor %}",
         "1Cat;2Dog&#x27;s;"),
        ("{% if task.input.n > 2 and task.input.yes %}a{% else %}b{% endif %}", "a"),
        ("{% unless task.input.nope %}{{ task.input.nope | default: 'x' }}{% endunless %}", "x"),
        ("{% if task.input.nope != blank %}a{{ task.input.nope }}{% endif %}", "a"),
        ("{% case task.input.n %}{% when 3 %}a{% endcase %}", "a"),
        ("{% capture uri %}s3://b/{{ task.input.n }}{% endcapture %}{{ uri | grant_read_access }}",
         "s3://b/3"),
        ("{{ task.input.text | split: ' ' | first | upcase }}", "A"),
        ("{% comment %}<script>{{ task.input.nope }}{% endcomment %}{{ task.input.n }}", "3"),
        ("{% raw %}{{ a }}{% endraw %}", "{{ a }}"),
    ],
)  # fmt: skip
def test_filters_and_tags_of_ground_truth(source: str, page: str) -> None:
    """Values are escaped unless skip_autoescape says otherwise; escaped ones are not escaped twice."""
    assert fill(source) == page


def test_the_row_as_json_is_the_row() -> None:
    """Without the names that Ground Truth adds to it."""
    page = fill("<p a='{{ task.input | to_json }}'>", {"source": "x"})

    assert json.loads(_read_attribute(page, "a")) == {"source": "x"}


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("filters", ["to_json", "to_json | escape"])
def test_json_in_an_attribute_is_what_a_crowd_element_reads(quote: str, filters: str) -> None:
    """Whatever the quotation marks of the attribute are."""
    page = fill(f"<crowd-x labels={quote}{{{{ task.input.labels | {filters} }}}}{quote}>")

    assert json.loads(_read_attribute(page, "labels")) == ROW["labels"]


def test_initial_values_from_a_job_before() -> None:
    """The template of Ground Truth that adjusts boxes, with names from its manifest."""
    page = fill(
        """<crowd-bounding-box initial-value='[
        {% for box in task.input.manifestLine.boxes.annotations %}
          {% capture id %}{{ box.class_id }}{% endcapture %}
          {% assign label = task.input.manifestLine.boxes-metadata.class-map[id] %}
          {"label": {{ label | to_json }}, "left": {{ box.left }} }
        {% endfor %} ]'>"""
    )

    value = json.loads(_read_attribute(page, "initial-value"))

    assert value == [{"label": 'a "dog"', "left": 7}]


def _read_attribute(page: str, name: str) -> str:
    tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(dict(attrs))

    Reader().feed(page)
    return str(tags[0][name])


@pytest.mark.parametrize(
    ("script", "filled"),
    [
        ("a = {{ task.input.labels | to_json }};", 'a = ["Cat","Dog\'s","\\u003c/script>"];'),
        ("a = {{ task.input.labels | to_json | skip_autoescape }};",
         'a = ["Cat","Dog\'s","\\u003c/script>"];'),
        ("a = {{ task.input.n }};", "a = 3;"),
        ("a = '{{ task.input.text }}';", f"a = '{TEXT}';"),
        ("a = '{{ task.input.text | skip_autoescape }}';",
         "a = 'a \\u003c \\u0027b\\u0027 & \\u0022c\\u0022';"),
        ("a = `{{ task.input.n }} ${b} ${c}`;", "a = `3 ${b} ${c}`;"),
        ("a = [{% for l in task.input.labels %}'{{ l }}',{% endfor %}];",
         "a = ['Cat','Dog&#x27;s','&lt;/script&gt;',];"),
    ],
)  # fmt: skip
def test_a_value_in_a_script_ends_neither_its_string_nor_the_script(
    script: str, filled: str
) -> None:
    """JSON is JSON; strings are escaped as Ground Truth does it, and for JavaScript."""
    assert fill(f"<script>{script}</script>") == f"<script>{filled}</script>"


@hypothesis.given(st.text())
def test_any_text_stays_in_its_place(text: str) -> None:
    """In a text, in an attribute and as JSON in one, a script gets back the same text."""
    hypothesis.assume("\r" not in text and "\0" not in text)
    source = "<p a='{{ task.input.t }}' b=\"{{ task.input.t | to_json }}\">{{ task.input.t }}</p>"

    page = fill(source, {"t": text})

    assert _read_attribute(page, "a") == text
    assert json.loads(_read_attribute(page, "b")) == text
    assert html.unescape(page.split(">", 1)[1].removesuffix("</p>")) == text


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("<p>\n{{ task.input.nope }}", "2: no column for {{ task.input.nope }} (line 2); "),
        ("<p>\n\n{% for a in task.input.nope %}{% endfor %}",
         "3: no column for {{ task.input.nope }} (line 3); "),
        ("{{ task.input.boxes.nope | upcase }}",
         "1: no column for {{ task.input.boxes.nope }} (line 1); "),
        ("<p>\n{{ task.input.text | shout }}", "2: unknown filter 'shout'"),
        ("<p>\n{% if task.input.text %}\n", "3: expected tag endif, found end of expression"),
        ("<p>\n{% include 'part' %}{{ task.input.n }}", "2: no such template: part"),
        ("<p>\n{% nope task.input.text %}", "2: unexpected tag 'nope'"),
        ("<script>\nlet a = {{ task.input.text }};</script>",
         "2: {{ task.input.text }} is in a script outside a string, and its value is neither "),
    ],
)  # fmt: skip
def test_faults_name_the_template_and_the_line(source: str, fault: str) -> None:
    """So that they can be found in a long page."""
    assert find_fault(source).startswith(f"page.liquid.html:{fault}")


def test_all_names_without_a_column_are_refused_at_once() -> None:
    """Except those that a condition tests, or that have a default."""
    source = (
        "{{ task.input.a }}\n{{ task.input.b }}{% if task.input.c %}{{ task.input.c }}{% endif %}"
    )
    source += "{{ task.input.d | default: 1 }}{{ task.input.text }}{{ task.input.taskObject }}"
    template = LiquidTemplate("page.liquid.html", source)

    with pytest.raises(Error) as caught:
        template.check_columns(["Input.text", "source"])

    assert str(caught.value) == (
        "page.liquid.html:1: no column for {{ task.input.a }} (line 1), {{ task.input.b }} (line 2); "
        "the columns are Input.text, source"
    )


def test_a_list_in_a_cell_of_a_table_is_a_list() -> None:
    """So a CSV file can hold labels; written into the page, the cell is as it was."""
    source = "{% for l in task.input.labels %}{{ l }};{% endfor %}{{ task.input.labels }}"
    source += "{{ task.input.labels | to_json }} {{ task.input.broken }}"

    page = fill_from_table(source, {"labels": '["a",  "b"]', "broken": "[sic] {"})

    listed = "[&quot;a&quot;,&quot;b&quot;]"
    assert page == f"a;b;[&quot;a&quot;,  &quot;b&quot;]{listed} [sic] {{"


def test_a_name_outside_the_row_is_empty_and_named_once() -> None:
    """Ground Truth leaves it empty too, without a word."""
    template = LiquidTemplate("page.liquid.html", "{{ task.input.n }}\n{{ colour }}{{ colour }}")

    assert template.fill(ROW) == "3\n"
    assert template.warnings() == [
        "page.liquid.html: no value for colour (line 2); left empty. The row is task.input"
    ]
