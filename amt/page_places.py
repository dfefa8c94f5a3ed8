"""Where in a page each `${name}` stands, so that a value can be escaped for its place."""

import re
from collections.abc import Iterable
from typing import NamedTuple

PLACEHOLDER = re.compile(r"\$\{( *[\w.-][\w.\- ]*)\}")

UNUSUAL = re.compile(r"\$\{([^{}$`<>\n]+)\}")  # with any other characters, such as `#`

TEXT, COMMENT = "text", "comment"
ATTRIBUTE, UNQUOTED, UNQUOTED_WHOLE = "attribute", "unquoted", "unquoted whole"
HANDLER_CODE, HANDLER_STRING, STYLE = "handler code", "handler string", "style"
CODE, STRING, LITERAL = "code", "string", "template literal"

# An attribute's value, and the rest of a tag, as HTML parsers read them; possessive, so that no page
# can cause backtracking. A quotation mark elsewhere than at a value's start is part of a name.
VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|(?!["'])(?:\$\{[\w.\- ]++\}|[^\s>])++)"""
IN_TAG = rf"(?:[\s/=]++|[^\s/>=]++(?:\s*+=\s*+{VALUE})?+)*+"
# Elements whose content is not markup, with all of it.
MARKUP = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)(?=[\s/>])(?P<attributes>{IN_TAG})>"
    rf"(?P<content>.*?)(?:</(?P=raw)|\Z)|</?[a-z][^\s/>]*+{IN_TAG}(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
ATTRIBUTE_VALUE = re.compile(rf"([^\s\"'<>/=]+)\s*=\s*({VALUE})")
SCRIPT_TYPE = re.compile(r"""\btype\s*=\s*["']?\s*([^\s"'>;]*)""", re.IGNORECASE)
SCRIPT = re.compile(r"(?:(?:text|application)/)?(?:x-)?(?:java|ecma)script|module|.*\bjsx?|.*json")
STRING_PART = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*", re.DOTALL),
}
COMMENT_OR_REGEX = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/", re.DOTALL
)
BEFORE_REGEX = re.compile(r"(?:^|[(,=:\[!&|?{};+*%~^<>-]|\b(?:return|typeof|case))\s*\Z")


class Place(NamedTuple):
    """A placeholder: its name, its position in the source, its line, and the kind of place."""

    name: str
    start: int
    end: int
    line: int
    kind: str

    def format_line(self, path: str) -> str:
        """Return `path:line`."""
        return f"{path}:{self.line}"


def make_pattern(columns: Iterable[str]) -> re.Pattern[str]:
    """Return PLACEHOLDER, extended by the columns whose names contain other characters, such as `#`.

    Only the columns tell whether `${a/b}` is a name or a calculation of the page's script.
    """
    unusual = [name for name in columns if name and not PLACEHOLDER.fullmatch(f"${{{name}}}")]
    if not unusual:
        return PLACEHOLDER
    names = "|".join(map(re.escape, unusual))
    return re.compile(rf"\$\{{( *[\w.-][\w.\- ]*| *(?:{names}) *)\}}")


def find_places(source: str, pattern: re.Pattern[str] = PLACEHOLDER) -> list[Place]:
    """Return the placeholders of a page, in their order; `pattern` is that of `make_pattern`."""
    kinds = [TEXT] * (len(source) + 1) if pattern.search(source) else []
    spans = [(0, len(source), TEXT)]
    for token in MARKUP.finditer(source):
        if not pattern.search(token[0]):
            continue
        if token[0].startswith("<!--"):
            spans.append((*token.span(), COMMENT))
            continue
        spans += _find_attributes(source, token.start(), token.end())
        if token["raw"]:
            start, end = token.span("content")
            spans += _find_in_element(source, start, end, token["raw"], token["attributes"])
    for start, end, kind in spans:
        kinds[start:end] = [kind] * (end - start)
    places = []
    line, counted = 1, 0
    for found in pattern.finditer(source):
        line += source.count("\n", counted, found.start())
        counted = found.start()
        places.append(Place(found[1].strip(), *found.span(), line, kinds[found.start()]))
    return places


Span = tuple[int, int, str]


def _find_attributes(source: str, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    for attribute in ATTRIBUTE_VALUE.finditer(source, start, end):
        name, value = attribute[1].lower(), attribute[2]
        if name.startswith("on") or value.strip("\"' ").lower().startswith("javascript:"):
            begin, close = attribute.span(2)
            spans.append((begin, close, HANDLER_CODE))
            if value[0] in "\"'":
                begin, close = begin + 1, close - 1
            spans += [(*span[:2], HANDLER_STRING) for span in _find_strings(source, begin, close)]
            continue
        if value[0] in "\"'":
            kind = ATTRIBUTE
        else:
            kind = UNQUOTED_WHOLE if PLACEHOLDER.fullmatch(value) else UNQUOTED
        spans.append((*attribute.span(2), kind))
    return spans


def _find_in_element(
    source: str, start: int, end: int, element: str, attributes: str
) -> list[Span]:
    if element.lower() == "style":
        return [(start, end, STYLE)]
    kind = SCRIPT_TYPE.search(attributes)
    if kind and kind[1] and not SCRIPT.fullmatch(kind[1].lower()):
        return [(start, end, TEXT)]  # a page's own templates
    return [(start, end, CODE), *_find_strings(source, start, end)]


def _find_strings(source: str, start: int, end: int) -> list[Span]:
    """Return the strings, template literals and comments of a script.

    Braces within a template literal count, so that its end is found; whatever is within, also
    strings of its expressions, is of the literal.
    """
    spans: list[Span] = []
    position = start
    while position < end:
        character = source[position]
        close = position + 1
        if character in STRING_PART:
            match = STRING_PART[character].match(source, position + 1, end)
            close = match.end() + 1 if match else close
            spans.append((position, close, STRING))
        elif character == "`":
            close = _find_literal_end(source, position + 1, end)
            spans.append((position, close, LITERAL))
        elif character == "/" and (match := COMMENT_OR_REGEX.match(source, position, end)):
            is_comment = match[0][1] in "/*"
            if is_comment or BEFORE_REGEX.search(source, max(start, position - 40), position):
                close = match.end()
                spans.append((position, close, STRING))
        elif match := PLACEHOLDER.match(source, position, end):
            close = match.end()
        position = close
    return spans


def _find_literal_end(source: str, position: int, end: int) -> int:
    """Return the position behind the template literal whose text begins at `position`."""
    depth = 0  # of braces, within ${...}
    while position < end:
        character = source[position]
        if character == "\\":
            position += 1
        elif depth == 0 and character == "`":
            return position + 1
        elif depth == 0 and source.startswith("${", position):
            depth = 1
            position += 1
        elif depth and character == "`":
            position = _find_literal_end(source, position + 1, end) - 1
        elif depth:
            depth += (character == "{") - (character == "}")
        position += 1
    return end
