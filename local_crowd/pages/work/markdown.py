"""Markdown of requesters as HTML that workers can be shown: no HTML of its own, no pictures."""

from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

SCHEMES = ("https://", "http://", "mailto:")
MAX_NESTING = 20  # of lists and quotations; what is deeper is shown as text


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    # A picture would tell another site who reads the text, and our policy would not load it.
    parser.disable("image").enable("table")
    parser.validateLink = _is_allowed  # type: ignore[method-assign]  # the documented way
    return parser


def _is_allowed(url: str) -> bool:
    return url.strip().lower().startswith(SCHEMES)


@lru_cache(maxsize=100)
def render(text: str) -> Markup:
    """Return the HTML of a text; its headings begin at the second level."""
    parser = _make_parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(text, environment)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
        for inline in token.children or ():
            if inline.type == "link_open":
                inline.attrSet("target", "_blank")
                inline.attrSet("rel", "noopener noreferrer")
    return Markup(parser.renderer.render(tokens, parser.options, environment))  # noqa: S704 - rendered without HTML of the text's own
