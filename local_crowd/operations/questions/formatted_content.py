"""Convert Amazon's XHTML subset to safe HTML, rejecting everything beyond the subset.

The tags and attributes are those of Amazon's page "Formatted Content: XHTML", and `dt`, which that
page leaves out although it allows `dl`.
"""

import re
from html import escape
from html.entities import name2codepoint
from xml.etree.ElementTree import ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from local_crowd.operations.questions.question_xml import Node, shorten

_CELL = "abbr align axis bgcolor char charoff colspan headers height nowrap rowspan scope valign"
_ROWS = "align char charoff valign"
_COLUMNS = "align char charoff span valign width"
_TAGS = {
    "a": "accesskey charset coords href hreflang name rel rev shape tabindex target type",
    "area": "alt coords href nohref shape target",
    "blockquote": "cite",
    "col": _COLUMNS,
    "colgroup": _COLUMNS,
    "del": "cite datetime",
    "font": "color face size",
    "hr": "align noshade size width",
    "img": "align alt border height hspace ismap longdesc src usemap vspace width",
    "ins": "cite datetime",
    "li": "type value",
    "map": "name",
    "ol": "compact start type",
    "p": "align",
    "pre": "width",
    "q": "cite",
    "table": "align bgcolor border cellpadding cellspacing frame rules summary width",
    "tbody": _ROWS,
    "td": f"{_CELL} width",
    "tfoot": _ROWS,
    "th": f"{_CELL} width",
    "thead": _ROWS,
    "tr": f"{_ROWS} bgcolor",
    "ul": "compact type",
}
_TAGS |= dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "align")
_TAGS |= dict.fromkeys(
    ("b", "big", "br", "center", "cite", "code", "dd", "dl", "dt", "em", "i"), ""
)
_TAGS |= dict.fromkeys(("small", "strong", "sub", "sup", "u"), "")
_REQUIRED = {"area": ("alt",), "img": ("alt", "src"), "map": ("name",)}
_EMPTY = ("area", "br", "col", "hr", "img")
_ADDRESSES = ("cite", "href", "longdesc", "src")
_ADDRESS = re.compile(r"(?:https?|ftp|gopher|telnet)://[^\s]+|(?:mailto|news|nntp):[^\s]+")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")


class _Writer(TreeBuilder):
    """The target of an XML parser that writes HTML; raises ValueError for what is not allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.html: list[str] = []
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # type: ignore[override]
        self._depth += 1
        if self._depth > 1:
            self.html.append(f"<{_write_tag(tag, attributes)}>")

    def end(self, tag: str) -> None:  # type: ignore[override]
        self._depth -= 1
        if self._depth and tag not in _EMPTY:
            self.html.append(f"</{tag}>")

    def data(self, data: str) -> None:
        self.html.append(escape(data))

    def comment(self, text: str | None) -> None:  # type: ignore[override]
        raise ValueError(f"the comment <!--{shorten(text or '')}--> is not allowed")

    def pi(self, target: str, _text: str | None = None) -> None:  # type: ignore[override]
        raise ValueError(f"the instruction <?{shorten(target)}?> is not allowed")

    def close(self) -> str:  # type: ignore[override]
        return "".join(self.html)


def to_safe_html(node: Node) -> str:
    """Convert the text of a FormattedContent element to HTML.

    Links open a new window, so that the worker does not leave the form. Raises RequestError
    (XMLParseError) for anything beyond the subset.
    """
    text = _ENTITY.sub(_decode_entity, node.read_raw_text())
    parser = DefusedXMLParser(target=_Writer(), forbid_dtd=True)
    try:
        parser.feed(f"<FormattedContent>{text}</FormattedContent>")
        html: str = parser.close()
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise node.make_error(str(error)) from error
    return html


def _decode_entity(entity: re.Match[str]) -> str:
    """Return the character of an HTML entity that XML does not define."""
    name = entity[1]
    if name in _XML_ENTITIES or name not in name2codepoint:
        return entity[0]
    return chr(name2codepoint[name])


def _write_tag(tag: str, attributes: dict[str, str]) -> str:
    if tag not in _TAGS:
        raise ValueError(f"the tag <{shorten(tag)}> is not allowed")
    allowed = {"title", *_TAGS[tag].split(), *(() if tag == "br" else ("dir", "lang"))}
    for name, value in attributes.items():
        if name not in allowed:
            raise ValueError(f"the attribute {shorten(name)} of <{tag}> is not allowed")
        if name in _ADDRESSES and not _ADDRESS.fullmatch(value.strip()):
            raise ValueError(f'the address "{shorten(value)}" of <{tag}> is not allowed')
    for name in _REQUIRED.get(tag, ()):
        if name not in attributes:
            raise ValueError(f"<{tag}> needs the attribute {name}")
    if "href" in attributes:
        attributes = attributes | {"target": "_blank", "rel": "noopener"}
    return " ".join([tag, *(f'{name}="{escape(value)}"' for name, value in attributes.items())])
