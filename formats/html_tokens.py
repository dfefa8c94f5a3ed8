"""The tags of an HTML page and their positions, as a browser's parser finds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# An attribute with or without a value, as HTML parsers read it. The quantifiers are possessive, so
# no page can cause backtracking.
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)(?:"|\Z)"""
    r"""|'(?P<single>[^']*+)(?:'|\Z)|(?P<bare>[^\s>"'][^\s>]*+))?+)?+"""
)
_WITHOUT_NAMES = re.sub(r"\?P<[a-z]+>", "?:", _ATTRIBUTE.pattern)
_TOKEN = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rf"|<(?P<name>[a-z][^\s/>]*+)(?P<attributes>(?:[\s/=]++|{_WITHOUT_NAMES})*+)(?P<end>>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_HOLDS_TEXT = (
    *("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"),
    "noscript",  # where scripts run, as they do in the frame of a HIT
)


@dataclass(frozen=True, slots=True)
class Token:
    """A tag, a comment or a doctype of `page`, from `start` to `end`.

    `name` is that of a start tag in lower case, empty for any other token. `text_end` is where the
    content of an element such as script ends, which is not markup; `end` for any other.
    """

    page: str
    match: re.Match[str]
    name: str
    text_end: int

    @property
    def start(self) -> int:
        """Return where the token begins."""
        return self.match.start()

    @property
    def end(self) -> int:
        """Return where the token ends."""
        return self.match.end()

    @property
    def source(self) -> str:
        """Return the token as it is written."""
        return self.match[0]

    @property
    def has_attributes(self) -> bool:
        """Return whether this is a start tag with attributes, or at least with a space for them."""
        return bool(self.match["attributes"])

    @property
    def content(self) -> str:
        """Return the text of an element such as script."""
        return self.page[self.end : self.text_end]

    def is_tag(self, *names: str) -> bool:
        """Return whether this is a complete start tag with one of the names."""
        return self.name in names and bool(self.match["end"])

    def find_values(self) -> dict[str, tuple[int, int]]:
        """Return the position of each attribute's value; the first attribute of a name counts."""
        values: dict[str, tuple[int, int]] = {}
        for attribute in _ATTRIBUTE.finditer(self.page, *self.match.span("attributes")):
            for quotes in ("double", "single", "bare"):
                if attribute[quotes] is not None:
                    values.setdefault(attribute["name"].lower(), attribute.span(quotes))
        return values

    def read_values(self) -> dict[str, str]:
        """Return the attributes with a value, decoded and stripped."""
        return {
            name: unescape(self.page[slice(*span)]).strip()
            for name, span in self.find_values().items()
        }


def find_tokens(html: str) -> Iterator[Token]:
    """Yield the tokens of a page in their order."""
    position = 0
    while match := _TOKEN.search(html, position):
        position = match.end()
        name = (match["name"] or "").lower()
        if name in _HOLDS_TEXT:
            end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
            position = end.start() if end else len(html)
        yield Token(html, match, name, position)
