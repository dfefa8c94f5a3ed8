"""Parse a QuestionForm.

Source: Amazon's schema, and its page on the QuestionForm data structure.
"""

import re
from collections.abc import Callable, Iterable
from typing import cast, get_args
from xml.etree.ElementTree import Element

from local_crowd.operations.questions import question_form as form
from local_crowd.operations.questions.formatted_content import to_safe_html
from local_crowd.operations.questions.question_xml import ANY, ONE, OPTIONAL, SOME, Node, shorten

UNSUPPORTED = (
    "is not supported since December 12th, 2017; use an HTMLQuestion or an ExternalQuestion"
)
DEFAULT_ERROR_TEXT = "Invalid input supplied."  # Amazon's text without an errorText
MAX_LINES = 40
Bounds = tuple[int | None, int | None]
_WEB_ADDRESS = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{1,5}%?")


def read_form(root: Element, namespace: str) -> form.QuestionForm:
    """Parse the QuestionForm under `root`.

    Raises RequestError (XMLParseError) naming the element that is not valid and why.
    """
    nodes = Node(root, namespace, "QuestionForm").read_children({"Overview": ANY, "Question": SOME})
    parts = tuple(
        form.Overview(_read_contents(node)) if node.name == "Overview" else _read_question(node)
        for node in nodes
    )
    _require_distinct(
        nodes, (part.identifier if isinstance(part, form.Question) else None for part in parts)
    )
    return form.QuestionForm(parts)


def _read_question(node: Node) -> form.Question:
    children = node.read_children_by_name(
        {
            "QuestionIdentifier": ONE,
            "DisplayName": OPTIONAL,
            "IsRequired": OPTIONAL,
            "QuestionContent": ONE,
            "AnswerSpecification": ONE,
        }
    )
    answer = _read_answer(children["AnswerSpecification"])
    required = "IsRequired" in children and children["IsRequired"].read_choice(
        "true", "false", "1", "0"
    )
    return form.Question(
        identifier=_read_identifier(children["QuestionIdentifier"]),
        display_name=children["DisplayName"].read_raw_text().strip()
        if "DisplayName" in children
        else "",
        required=required in ("true", "1")
        or (isinstance(answer, form.FreeTextAnswer) and bool(answer.min_length)),
        content=_read_contents(children["QuestionContent"]),
        answer=answer,
    )


def _read_identifier(node: Node) -> str:
    text = node.read_text()
    if not text.isprintable():
        raise node.make_error("an identifier is one line of printable characters")
    return text


def _require_distinct(nodes: Iterable[Node], identifiers: Iterable[str | None]) -> None:
    seen: set[str] = set()
    for node, identifier in zip(nodes, identifiers, strict=True):
        if identifier in seen:
            raise node.make_error(f'the identifier "{shorten(identifier)}" was used before')
        if identifier is not None:
            seen.add(identifier)


def _read_contents(node: Node) -> tuple[form.Content, ...]:
    allowed = dict.fromkeys((*_CONTENTS, "Application"), ANY)
    contents = tuple(_read_content(child) for child in node.read_children(allowed))
    if not contents:
        raise node.make_error(f"is empty; it must contain {', '.join(_CONTENTS)}")
    return contents


def _read_content(node: Node) -> form.Content:
    if node.name == "Application":
        raise node.make_error(UNSUPPORTED)
    return _CONTENTS[node.name](node)


def _read_list(node: Node) -> form.List:
    return form.List(
        tuple(item.read_raw_text().strip() for item in node.read_children({"ListItem": SOME}))
    )


def _read_binary(node: Node) -> form.Binary:
    embedded = node.name == "EmbeddedBinary"
    type_name = "EmbeddedMimeType" if embedded else "MimeType"
    sizes = {"Width": ONE, "Height": ONE, "ApplicationParameter": ANY} if embedded else {}
    children = node.read_children({type_name: ONE, "DataURL": ONE, "AltText": ONE} | sizes)
    for parameter in children:
        if parameter.name == "ApplicationParameter":  # for browser plug-ins, which no longer exist
            parameter.read_children_by_name({"Name": ONE, "Value": ONE})
    by_name = {child.name: child for child in children}
    kind = by_name[type_name].read_children_by_name({"Type": ONE, "SubType": OPTIONAL})["Type"]
    url = by_name["DataURL"].read_text()
    if not _WEB_ADDRESS.fullmatch(url):
        raise by_name["DataURL"].make_error(f'"{shorten(url)}" is not an http or https address')
    return form.Binary(
        kind=cast("form.Kind", kind.read_choice(*get_args(form.Kind))),
        url=url,
        alt_text=by_name["AltText"].read_raw_text().strip(),
        width=_read_size(by_name.get("Width")),
        height=_read_size(by_name.get("Height")),
    )


def _read_size(node: Node | None) -> str:
    if node is None:
        return ""
    text = node.read_text().removesuffix("px")
    if not _SIZE.fullmatch(text):
        raise node.make_error(f'"{shorten(text)}" is not a size; give a number or a percentage')
    return text


_CONTENTS: dict[str, Callable[[Node], form.Content]] = {
    "Title": lambda node: form.Title(node.read_raw_text().strip()),
    "Text": lambda node: form.Text(node.read_raw_text().strip()),
    "List": _read_list,
    "Binary": _read_binary,
    "EmbeddedBinary": _read_binary,
    "FormattedContent": lambda node: form.FormattedContent(to_safe_html(node)),
}


def _read_answer(node: Node) -> form.FreeTextAnswer | form.SelectionAnswer:
    kinds = ("FreeTextAnswer", "SelectionAnswer")
    children = node.read_children(dict.fromkeys((*kinds, "FileUploadAnswer"), OPTIONAL))
    if len(children) != 1:
        raise node.make_error(f"takes one of {', '.join(kinds)}")
    if children[0].name == "FileUploadAnswer":
        raise children[0].make_error(UNSUPPORTED)
    return (
        _read_free_text(children[0])
        if children[0].name == kinds[0]
        else _read_selection_answer(children[0])
    )


def _read_free_text(node: Node) -> form.FreeTextAnswer:
    children = node.read_children_by_name(
        {"Constraints": OPTIONAL, "DefaultText": OPTIONAL, "NumberOfLinesSuggestion": OPTIONAL}
    )
    lines = children.get("NumberOfLinesSuggestion")
    numeric = False
    values: Bounds = (None, None)
    lengths: Bounds = (None, None)
    patterns: list[form.Pattern] = []
    if "Constraints" in children:
        for constraint in children["Constraints"].read_children(
            {"IsNumeric": OPTIONAL, "Length": OPTIONAL, "AnswerFormatRegex": ANY}
        ):
            if constraint.name == "IsNumeric":
                numeric, values = True, _read_bounds(constraint, "minValue", "maxValue", -(2**31))
            elif constraint.name == "Length":
                lengths = _read_bounds(constraint, "minLength", "maxLength", 0)
            else:
                patterns.append(_read_pattern(constraint))
    return form.FreeTextAnswer(
        numeric,
        *values,
        *lengths,
        tuple(patterns),
        children["DefaultText"].read_raw_text() if "DefaultText" in children else "",
        min(lines.parse_integer(lines.read_text(), 1), MAX_LINES) if lines else 1,
    )


def _read_bounds(node: Node, low: str, high: str, least: int) -> Bounds:
    attributes = node.read_attributes(low, high)
    _require_empty(node)
    lowest = node.parse_integer(attributes[low], least, low) if low in attributes else None
    highest = node.parse_integer(attributes[high], least or 1, high) if high in attributes else None
    if lowest is not None and highest is not None and lowest > highest:
        raise node.make_error(f"{low} {lowest} is above {high} {highest}")
    return lowest, highest


def _read_pattern(node: Node) -> form.Pattern:
    attributes = node.read_attributes("regex", "errorText", "flags")
    _require_empty(node)
    if not attributes.get("regex"):
        raise node.make_error("regex is missing or empty")
    if attributes.get("flags", "") not in ("", "i"):
        raise node.make_error(
            f'flags "{shorten(attributes["flags"])}" is not allowed; the only flag is "i"'
        )
    return form.Pattern(
        attributes["regex"],
        attributes.get("errorText") or DEFAULT_ERROR_TEXT,
        "i" in attributes.get("flags", ""),
    )


def _require_empty(node: Node) -> None:
    if len(node.element) or (node.element.text or "").strip():
        raise node.make_error("must be empty; it only has attributes")


def _read_selection_answer(node: Node) -> form.SelectionAnswer:
    children = node.read_children_by_name(
        {
            "MinSelectionCount": OPTIONAL,
            "MaxSelectionCount": OPTIONAL,
            "StyleSuggestion": OPTIONAL,
            "Selections": ONE,
        }
    )
    nodes = children["Selections"].read_children({"Selection": SOME, "OtherSelection": OPTIONAL})
    other = next(
        (_read_free_text(child) for child in nodes if child.name == "OtherSelection"), None
    )
    nodes = [child for child in nodes if child.name == "Selection"]
    selections = tuple(_read_selection(child) for child in nodes)
    _require_distinct(nodes, (selection.identifier for selection in selections))
    least, most = children.get("MinSelectionCount"), children.get("MaxSelectionCount")
    min_count = least.parse_integer(least.read_text(), 0) if least else 1
    max_count = most.parse_integer(most.read_text(), 1) if most else max(1, min_count)
    if min_count > min(max_count, len(selections)):
        raise node.make_error(
            f"MinSelectionCount {min_count} is more than can be chosen: "
            f"{min(max_count, len(selections))}"
        )
    style = children.get("StyleSuggestion")
    return form.SelectionAnswer(
        selections,
        min_count,
        max_count,
        cast("form.Style", style.read_choice(*get_args(form.Style))) if style else None,
        other,
    )


def _read_selection(node: Node) -> form.Selection:
    kinds = ("Text", "FormattedContent", "Binary")
    allowed = {"SelectionIdentifier": ONE} | dict.fromkeys(kinds, OPTIONAL)
    children = node.read_children_by_name(allowed)
    content = [children[name] for name in kinds if name in children]
    if len(content) != 1:
        raise node.make_error(f"takes one of {', '.join(kinds)}")
    return form.Selection(
        _read_identifier(children["SelectionIdentifier"]),
        cast("form.Text | form.Binary | form.FormattedContent", _read_content(content[0])),
    )
