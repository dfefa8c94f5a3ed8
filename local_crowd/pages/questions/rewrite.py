"""Rewrites a page that was written for Amazon's site: Amazon's URLs become ours.

Only attribute values change, and scripts may be inserted before the page's own; every other
character stays the same. Scripts, comments and the text of fields are not rewritten: when a script
uses Amazon's URL, hit_scripts/amazons_address.js intercepts it in the browser.
"""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

SUBMIT = re.compile(
    r"(?:https?:)?//(?:(?:www|worker|workersandbox)\.)?mturk\.com(?::\d+)?/mturk/externalSubmit"
    r"(?![\w/.-])",
    re.IGNORECASE,
)
SCRIPTS = re.compile(
    r"(?:https?:)?//(?:s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/mturk-public|"
    r"mturk-public\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com|assets\.crowd\.aws)"
    r"/(?:[\w.-]+/)*(?P<name>externalHIT|crowd-html-elements)[\w.-]*\.js(?:[?#].*)?",
    re.IGNORECASE,
)
OURS = {"externalhit": "externalHIT_v1.js", "crowd-html-elements": "crowd-html-elements.js"}
CROWD_ELEMENT = re.compile("crowd-[a-z]", re.IGNORECASE)

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
_HOLDS_TEXT = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
_BEFORE_ANY_SCRIPT = ("html", "head")

Edit = tuple[int, int, str]  # start, end, replacement


def rewrite_page(
    html: str,
    submit_url: str,
    script_url: Callable[[str], str],
    first_script: str,
    guard_script: str,
    keeping_script_url: str = "",
) -> str:
    """Replace Amazon's submit URL in `html` by `submit_url`, and Amazon's scripts by ours.

    `script_url` returns the URL of one of our scripts by its name. Up to three scripts are inserted
    before the page's own, in this order: the one at `keeping_script_url`, unless that is empty;
    the source `guard_script`, if the page or its scripts may contain crowd- elements; the source
    `first_script`, if the page has scripts.
    """
    edits: list[Edit] = []
    start, beginning, scripts = 0, True, False
    for token in _find_tokens(html):
        name = (token["name"] or "").lower()
        edits.extend(_find_edits(name, token, submit_url, script_url))
        beginning = beginning and (not name or name in _BEFORE_ANY_SCRIPT)
        if beginning:
            start = token.end()
        scripts = scripts or name == "script"
    ours = f'<script src="{escape(keeping_script_url)}"></script>' if keeping_script_url else ""
    if CROWD_ELEMENT.search(html):
        ours += f"<script>{guard_script}</script>"
    if scripts:
        ours += f"<script>{first_script}</script>"
    if ours:
        edits.append((start, start, ours))
    return _apply_edits(html, edits)


def _find_tokens(html: str) -> Iterator[re.Match[str]]:
    position = 0
    while token := _TOKEN.search(html, position):
        yield token
        position = token.end()
        name = (token["name"] or "").lower()
        if name in _HOLDS_TEXT:
            end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
            position = end.start() if end else len(html)


def _find_edits(
    name: str, token: re.Match[str], submit_url: str, script_url: Callable[[str], str]
) -> Iterator[Edit]:
    if name not in ("form", "button", "input", "script") or not token["end"]:
        return
    values: dict[str, tuple[int, int]] = {}
    for attribute in _ATTRIBUTE.finditer(token.string, *token.span("attributes")):
        for quotes in ("double", "single", "bare"):
            if attribute[quotes] is not None:
                values.setdefault(attribute["name"].lower(), attribute.span(quotes))

    def value(name: str) -> str:
        return unescape(token.string[slice(*values[name])]).strip() if name in values else ""

    if name == "script":
        if match := SCRIPTS.fullmatch(value("src")):
            yield *values["src"], escape(script_url(OURS[match["name"].lower()]))
            if value("integrity"):  # Amazon's checksum would block our file
                yield *values["integrity"], ""
        return
    address = "action" if name == "form" else "formaction"
    if match := SUBMIT.match(value(address)):
        start, end = values[address]
        written = token.string[start:end].strip()
        if literal := SUBMIT.match(written):
            yield start, end, escape(submit_url) + written[literal.end() :]
        else:  # written with character references
            yield start, end, escape(submit_url + value(address)[match.end() :])


def _apply_edits(html: str, edits: list[Edit]) -> str:
    parts, position = [], 0
    for start, end, text in sorted(edits):
        parts += [html[position:start], text]
        position = end
    return "".join([*parts, html[position:]])
