"""Where in a page in Liquid each `{{ … }}` stands, so that a value can be escaped for its place."""

import re

from amt import page_places

TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
OUTPUT = re.compile(r"\{\{.*?\}\}", re.DOTALL)
IS_LIQUID = re.compile(
    r"\{[{%](?:(?![%}]\}).)*\btask\.input\b|\{%-?\s*(?:assign|capture|unless|comment)\b", re.DOTALL
)
NOT_SHOWN = re.compile(r"\{%-?\s*comment\b.*?\bendcomment\s*-?%\}", re.DOTALL)
CAPTURE = re.compile(r"\{%-?\s*capture\b.*?\bendcapture\s*-?%\}", re.DOTALL)
# Tags that test a name before the page uses it, and the filter that has a value for one without.
CONDITION = re.compile(r"\{%-?\s*(?:if|elsif|unless|case|when)\b.*?%\}", re.DOTALL)
DEFAULT = re.compile(r"\{[{%][^{}]*\|\s*default\b[^{}]*\}", re.DOTALL)
NAME = re.compile(r"""\btask\.input(?:\.([\w-]+)|\[\s*(["'])(.*?)\2\s*\])""")

Place = tuple[int, int, str]  # start, end, and a kind of page_places


def is_liquid(source: str) -> bool:
    """Return whether a page has Liquid tags or names, which Jinja does not have."""
    return IS_LIQUID.search(source) is not None


def find_output_places(source: str) -> list[Place]:
    """Return where each `{{ … }}` is, in their order.

    Within `capture` it is text: where that is used later is not known.
    """
    page = NOT_SHOWN.sub(_blank, source)
    captured = [match.span() for match in CAPTURE.finditer(page)]
    page = OUTPUT.sub(_to_placeholder, TAG.sub(_blank, page))
    places = []
    for place in page_places.find_places(page):
        is_captured = any(start <= place.start < end for start, end in captured)
        kind = page_places.TEXT if is_captured else place.kind
        places.append((place.start, place.end, kind))
    return places


def find_optional_names(source: str) -> frozenset[str]:
    """Return the names that a condition tests, or that have a default, so that no row needs them."""
    parts = [match[0] for pattern in (CONDITION, DEFAULT) for match in pattern.finditer(source)]
    return frozenset(match[1] or match[3] for part in parts for match in NAME.finditer(part))


def _blank(match: re.Match[str]) -> str:
    """Return as many characters that mean nothing in HTML and JavaScript, on as many lines."""
    return re.sub(r"[^\n]", "_", match[0])


def _to_placeholder(match: re.Match[str]) -> str:
    """Return a placeholder as long as an output, which page_places finds."""
    return "${" + "_" * (len(match[0]) - 3) + "}"
