"""Templates of Mechanical Turk's web site: a page in which `${name}` stands for a row's field."""

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from amt import page_places
from amt.errors import Error
from amt.page_places import PLACEHOLDER, Place
from amt.rows import INPUT_PREFIX, find_field
from amt.spelling import suggest

# Tags that Jinja would understand: an expression on one line, a statement, a comment.
JINJA = re.compile(r"\{\{(?P<expression>[^{}\n]+)\}\}|\{%[-+]?\s*[a-z]+\b|\{#.*?#\}", re.DOTALL)
MARKUP = re.compile(r"</?[a-z][^<>]*>|<!--|&(?:[a-z]+|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
# What of JavaScript is data: a word or a number; or lists and objects of strings and numbers. No
# calls, no operators, nothing that ends the script.
DATA = re.compile(
    r"""[\w.-]+|(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|\.?\d[\w.+-]*+|(?:true|false|null|undefined|NaN|Infinity)\b"""
    r"""|[A-Za-z_]\w*+(?=\s*:)|[\[\]{},:\s-])*+"""
)
ESCAPED_OR_LESS = re.compile(r"\\[^<]|\\?<", re.DOTALL)
UNSAFE_IN_STRING = re.compile("[\x00-\x1f\"'`\\\\<>$\u2028\u2029]|(?<=\\*)/")
UNSAFE_UNQUOTED = re.compile("[ \t\n\r\f=`]")
# What the templates of launch_hits.py are given. Other names between {{ }} are of the page's script.
GIVEN = ("row", "input", "task")
RAW_HINT = "--raw_values inserts the values as they are"


def find_jinja(source: str, names: Iterable[str] | None = None) -> re.Match[str] | None:
    """Return the first Jinja tag of a text; braces that no Jinja could be are none.

    If `names` are given, an expression must have one of them, or no name at all.
    """
    import jinja2
    from jinja2 import meta

    environment = jinja2.Environment(autoescape=True)
    known = None if names is None else set(names)
    for tag in JINJA.finditer(source):
        if tag["expression"] is None:
            return tag
        try:
            used = meta.find_undeclared_variables(environment.parse(tag[0]))
        except jinja2.TemplateSyntaxError:
            continue
        if known is None or not used or used & known:
            return tag
    return None


def is_web_template(source: str) -> bool:
    """Return whether a page has `${name}` and no Jinja tags that launch_hits.py has a value for.

    The other braces are those of the page's script, such as Vue's or Angular's.
    """
    return PLACEHOLDER.search(source) is not None and find_jinja(source, GIVEN) is None


def has_unusual_names(source: str, columns: Iterable[str]) -> bool:
    """Return whether a page without those Jinja tags names a column such as `col#1`."""
    pattern = _make_pattern(columns)
    if pattern is PLACEHOLDER:
        return False
    return pattern.search(source) is not None and find_jinja(source, GIVEN) is None


def _make_pattern(columns: Iterable[str]) -> re.Pattern[str]:
    return page_places.make_pattern(name.removeprefix(INPUT_PREFIX) for name in columns)


def escape_in_string(text: str) -> str:
    r"""Escape a value within a string of JavaScript or JSON, as \uXXXX, which both understand."""
    return UNSAFE_IN_STRING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape_unquoted(text: str) -> str:
    return UNSAFE_UNQUOTED.sub(lambda found: f"&#{ord(found[0])};", html.escape(text))


def _quote(text: str) -> str:
    return f'"{html.escape(text)}"'


def _escape_in_style(text: str) -> str:
    return text.replace("</", "<\\/")


def _escape_data(text: str) -> str:
    r"""Return a value that is data in JavaScript: numbers, strings, lists and objects of them.

    Raises ValueError for any other.
    """
    if not DATA.fullmatch(text):
        raise ValueError("is neither a number nor JSON")
    return ESCAPED_OR_LESS.sub(
        lambda found: "\\u003c" if found[0].endswith("<") else found[0], text
    )


ESCAPES: dict[str, Callable[[str], str]] = {
    page_places.TEXT: html.escape,
    page_places.COMMENT: html.escape,
    page_places.ATTRIBUTE: html.escape,
    page_places.UNQUOTED: _escape_unquoted,
    page_places.UNQUOTED_WHOLE: _quote,
    page_places.STYLE: _escape_in_style,
    page_places.HANDLER_STRING: lambda text: _escape_unquoted(escape_in_string(text)),
    page_places.HANDLER_CODE: lambda text: _escape_unquoted(_escape_data(text)),
    page_places.STRING: escape_in_string,
    page_places.LITERAL: escape_in_string,
    page_places.CODE: _escape_data,
}
# Where markup in a value would have been a part of the page on the web site.
MARKUP_PLACES = (page_places.TEXT,)
SCRIPT_PLACES = (page_places.STRING, page_places.CODE, page_places.LITERAL)


@dataclass
class WebTemplate:
    """A page of the web site: its source, and what stands between and in its placeholders.

    With `raw_values`, values are inserted as they are, as the web site did.
    """

    name: str
    source: str
    raw_values: bool = False

    def __post_init__(self) -> None:
        """Find the placeholders."""
        self._find_places(PLACEHOLDER)
        self._columns: set[str] = set()  # those that were checked
        self._left: dict[str, None] = {}  # names that are left as they are
        self._markup: dict[str, None] = {}  # columns that hold markup

    def _find_places(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.places = page_places.find_places(self.source, pattern)
        ends = [0, *(place.end for place in self.places)]
        starts = [*(place.start for place in self.places), len(self.source)]
        self._between = [self.source[end:start] for end, start in zip(ends, starts, strict=True)]

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with every name that no column has, unless it may be JavaScript's own."""
        row = dict.fromkeys(columns)
        pattern = _make_pattern(row)
        if pattern != self._pattern:
            self._find_places(pattern)
        refuse_mixed(self.name, self.source, self.places, row)
        self._columns = set(row)
        for place in page_places.find_places(self.source, page_places.UNUSUAL):
            is_plain = place.kind in (page_places.TEXT, page_places.ATTRIBUTE)
            if is_plain and not self._pattern.fullmatch(self.source[place.start : place.end]):
                self._left[place.name] = None
        missing: dict[str, Place] = {}
        for place in self.places:
            if find_field(row, place.name) is None:
                if self._is_scripts_own(place, row):
                    self._left[place.name] = None
                else:
                    missing.setdefault(place.name, place)
        if missing:
            names = ", ".join(f"${{{name}}} (line {place.line})" for name, place in missing.items())
            raise Error(
                f"{next(iter(missing.values())).format_line(self.name)}: no column for {names}; "
                f"the columns are {', '.join(row) or 'none'}"
            )

    def _is_scripts_own(self, place: Place, columns: Mapping[str, Any]) -> bool:
        if place.kind in (page_places.LITERAL, page_places.COMMENT):
            return True
        return place.kind in SCRIPT_PLACES and not suggest(place.name, list(columns), str.lower)

    def fill(self, row: Any) -> str:
        """Return the page of a row. Raises Error, with template and line, where it does not fit."""
        if not isinstance(row, Mapping):
            raise Error(f"{self.name}: has ${{{self.places[0].name}}}, but the row has no fields")
        if row.keys() != self._columns:
            self.check_columns(row)
        parts = [self._between[0]]
        for place, text in zip(self.places, self._between[1:], strict=True):
            if (column := find_field(row, place.name)) is None:
                parts += self.source[place.start : place.end], text
            else:
                parts += self._escape(place, column, row[column]), text
        return "".join(parts)

    def _escape(self, place: Place, column: str, value: Any) -> str:
        text = to_text(value)
        if self.raw_values:
            return text
        if place.kind in MARKUP_PLACES and ("<" in text or "&" in text) and MARKUP.search(text):
            self._markup[column] = None
        try:
            return ESCAPES[place.kind](text)
        except ValueError as error:
            raise Error(
                f"{place.format_line(self.name)}: ${{{place.name}}} is in a script outside a string, "
                f"and its value {error}: {text[:40]!r}; put quotation marks around ${{{place.name}}}, "
                f"or use --raw_values"
            ) from error

    def warnings(self) -> list[str]:
        """Return what to say of the rows that were filled in, a line each."""
        lines = []
        if self._left:
            names = ", ".join(f"${{{name}}}" for name in self._left)
            lines.append(
                f"{self.name}: no column for {names}; left as it is, for the page's script"
            )
        if self._markup:
            lines.append(
                f"{self.name}: columns with markup: {', '.join(self._markup)}; workers see it as text. "
                f"{RAW_HINT}, as the web site did"
            )
        return lines


def to_text(value: Any) -> str:
    """Return what is inserted for a value: text as it is, nothing for null, JSON for all else."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def find_fields(source: str) -> list[Place]:
    """Return the places of a page's `${name}` that are not surely JavaScript's own."""
    places = page_places.find_places(source)
    return [place for place in places if place.kind != page_places.LITERAL]


def refuse_mixed(
    name: str,
    source: str,
    places: list[Place],
    columns: Iterable[str],
    language: str = "Jinja",
    find_tag: Callable[[str], re.Match[str] | None] | None = None,
) -> None:
    """Raise Error if one of the `places` in a page with tags of a language names a column.

    Without `find_tag`, the tags are Jinja's, and those between whose braces a column is named.
    """
    if not places:
        return
    row = dict.fromkeys(columns)
    names = [*GIVEN, *row, *(name.removeprefix(INPUT_PREFIX) for name in row)]
    for place in places:
        if find_field(row, place.name) is None:
            continue
        if tag := find_tag(source) if find_tag else find_jinja(source, names):
            line = source.count("\n", 0, tag.start()) + 1
            raise Error(
                f"{place.format_line(name)}: has ${{{place.name}}}, which is a column, and the "
                f"{language} tag {tag[0].splitlines()[0][:40]!r} on line {line}; use one of the two"
            )
