"""Reads a QuestionForm. Source: Amazon's schema, and its page on the QuestionForm structure."""

import re
from collections.abc import Callable, Iterable
from typing import cast, get_args
from xml.etree.ElementTree import Element

from local_crowd.operations.questions import question_form as form
from local_crowd.operations.questions.formatted_content import to_safe_html
from local_crowd.operations.questions.question_xml import ANY, ONE, OPTIONAL, SOME, Node, shorten

GONE = "is not supported since December 12th, 2017; use an HTMLQuestion or an ExternalQuestion"
INVALID = "Invalid input supplied."  # what Amazon says where errorText does not
MOST_LINES = 40
Bounds = tuple[int | None, int | None]
_WEB_ADDRESS = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{1,5}%?")


def read_form(root: Element, namespace: str) -> form.QuestionForm:
    """The QuestionForm under `root`. Raises RequestError (XMLParseError) saying what and where."""
    nodes = Node(root, namespace, "QuestionForm").children({"Overview": ANY, "Question": SOME})
    parts = tuple(
        form.Overview(_read_contents(node)) if node.name == "Overview" else _read_question(node)
        for node in nodes
    )
    _check_distinct(nodes, (p.identifier if isinstance(p, form.Question) else None for p in parts))
    return form.QuestionForm(parts)


def _read_question(node: Node) -> form.Question:
    found = node.children_by_name(
        {
            "QuestionIdentifier": ONE,
            "DisplayName": OPTIONAL,
            "IsRequired": OPTIONAL,
            "QuestionContent": ONE,
            "AnswerSpecification": ONE,
        }
    )
    answer = _read_answer(found["AnswerSpecification"])
    required = "IsRequired" in found and found["IsRequired"].choice("true", "false", "1", "0")
    return form.Question(
        identifier=_read_identifier(found["QuestionIdentifier"]),
        display_name=found["DisplayName"].raw().strip() if "DisplayName" in found else "",
        required=required in ("true", "1")
        or (isinstance(answer, form.FreeTextAnswer) and bool(answer.min_length)),
        content=_read_contents(found["QuestionContent"]),
        answer=answer,
    )


def _read_identifier(node: Node) -> str:
    text = node.text()
    if not text.isprintable():
        raise node.refuse("an identifier is one line of printable characters")
    return text


def _check_distinct(nodes: Iterable[Node], identifiers: Iterable[str | None]) -> None:
    seen: set[str] = set()
    for node, identifier in zip(nodes, identifiers, strict=True):
        if identifier in seen:
            raise node.refuse(f'the identifier "{shorten(identifier)}" was used before')
        if identifier is not None:
            seen.add(identifier)


def _read_contents(node: Node) -> tuple[form.Content, ...]:
    allowed = dict.fromkeys((*_CONTENTS, "Application"), ANY)
    contents = tuple(_read_content(child) for child in node.children(allowed))
    if not contents:
        raise node.refuse(f"is empty; it takes {', '.join(_CONTENTS)}")
    return contents


def _read_content(node: Node) -> form.Content:
    if node.name == "Application":
        raise node.refuse(GONE)
    return _CONTENTS[node.name](node)


def _read_list(node: Node) -> form.List:
    return form.List(tuple(item.raw().strip() for item in node.children({"ListItem": SOME})))


def _read_binary(node: Node) -> form.Binary:
    embedded = node.name == "EmbeddedBinary"
    type_name = "EmbeddedMimeType" if embedded else "MimeType"
    sizes = {"Width": ONE, "Height": ONE, "ApplicationParameter": ANY} if embedded else {}
    children = node.children({type_name: ONE, "DataURL": ONE, "AltText": ONE} | sizes)
    for parameter in children:
        if parameter.name == "ApplicationParameter":  # it was for plug-ins, which are gone
            parameter.children_by_name({"Name": ONE, "Value": ONE})
    found = {child.name: child for child in children}
    kind = found[type_name].children_by_name({"Type": ONE, "SubType": OPTIONAL})["Type"]
    url = found["DataURL"].text()
    if not _WEB_ADDRESS.fullmatch(url):
        raise found["DataURL"].refuse(f'"{shorten(url)}" is not an http or https address')
    return form.Binary(
        kind=cast("form.Kind", kind.choice(*get_args(form.Kind))),
        url=url,
        alt_text=found["AltText"].raw().strip(),
        width=_read_size(found.get("Width")),
        height=_read_size(found.get("Height")),
    )


def _read_size(node: Node | None) -> str:
    if node is None:
        return ""
    text = node.text().removesuffix("px")
    if not _SIZE.fullmatch(text):
        raise node.refuse(f'"{shorten(text)}" is not a size; give a number or a percentage')
    return text


_CONTENTS: dict[str, Callable[[Node], form.Content]] = {
    "Title": lambda node: form.Title(node.raw().strip()),
    "Text": lambda node: form.Text(node.raw().strip()),
    "List": _read_list,
    "Binary": _read_binary,
    "EmbeddedBinary": _read_binary,
    "FormattedContent": lambda node: form.FormattedContent(to_safe_html(node)),
}


def _read_answer(node: Node) -> form.FreeTextAnswer | form.SelectionAnswer:
    kinds = ("FreeTextAnswer", "SelectionAnswer")
    found = node.children(dict.fromkeys((*kinds, "FileUploadAnswer"), OPTIONAL))
    if len(found) != 1:
        raise node.refuse(f"takes one of {', '.join(kinds)}")
    if found[0].name == "FileUploadAnswer":
        raise found[0].refuse(GONE)
    return (
        _read_free_text(found[0]) if found[0].name == kinds[0] else _read_selection_answer(found[0])
    )


def _read_free_text(node: Node) -> form.FreeTextAnswer:
    found = node.children_by_name(
        {"Constraints": OPTIONAL, "DefaultText": OPTIONAL, "NumberOfLinesSuggestion": OPTIONAL}
    )
    lines = found.get("NumberOfLinesSuggestion")
    numeric = False
    values: Bounds = (None, None)
    lengths: Bounds = (None, None)
    patterns: list[form.Pattern] = []
    if "Constraints" in found:
        for constraint in found["Constraints"].children(
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
        found["DefaultText"].raw() if "DefaultText" in found else "",
        min(lines.whole(lines.text(), 1), MOST_LINES) if lines else 1,
    )


def _read_bounds(node: Node, low: str, high: str, least: int) -> Bounds:
    given = node.attributes(low, high)
    _check_empty(node)
    lowest = node.whole(given[low], least, low) if low in given else None
    highest = node.whole(given[high], least or 1, high) if high in given else None
    if lowest is not None and highest is not None and lowest > highest:
        raise node.refuse(f"{low} {lowest} is above {high} {highest}")
    return lowest, highest


def _read_pattern(node: Node) -> form.Pattern:
    given = node.attributes("regex", "errorText", "flags")
    _check_empty(node)
    if not given.get("regex"):
        raise node.refuse("regex is missing or empty")
    if given.get("flags", "") not in ("", "i"):
        raise node.refuse(f'flags "{shorten(given["flags"])}" is not i')
    return form.Pattern(
        given["regex"], given.get("errorText") or INVALID, "i" in given.get("flags", "")
    )


def _check_empty(node: Node) -> None:
    if len(node.element) or (node.element.text or "").strip():
        raise node.refuse("nothing can stand within; it has attributes only")


def _read_selection_answer(node: Node) -> form.SelectionAnswer:
    found = node.children_by_name(
        {
            "MinSelectionCount": OPTIONAL,
            "MaxSelectionCount": OPTIONAL,
            "StyleSuggestion": OPTIONAL,
            "Selections": ONE,
        }
    )
    nodes = found["Selections"].children({"Selection": SOME, "OtherSelection": OPTIONAL})
    other = next(
        (_read_free_text(child) for child in nodes if child.name == "OtherSelection"), None
    )
    nodes = [child for child in nodes if child.name == "Selection"]
    selections = tuple(_read_selection(child) for child in nodes)
    _check_distinct(nodes, (selection.identifier for selection in selections))
    least, most = found.get("MinSelectionCount"), found.get("MaxSelectionCount")
    min_count = least.whole(least.text(), 0) if least else 1
    max_count = most.whole(most.text(), 1) if most else max(1, min_count)
    if min_count > min(max_count, len(selections)):
        raise node.refuse(
            f"MinSelectionCount {min_count} is more than can be chosen: "
            f"{min(max_count, len(selections))}"
        )
    style = found.get("StyleSuggestion")
    return form.SelectionAnswer(
        selections,
        min_count,
        max_count,
        cast("form.Style", style.choice(*get_args(form.Style))) if style else None,
        other,
    )


def _read_selection(node: Node) -> form.Selection:
    kinds = ("Text", "FormattedContent", "Binary")
    allowed = {"SelectionIdentifier": ONE} | dict.fromkeys(kinds, OPTIONAL)
    found = node.children_by_name(allowed)
    content = [found[name] for name in kinds if name in found]
    if len(content) != 1:
        raise node.refuse(f"takes one of {', '.join(kinds)}")
    return form.Selection(
        _read_identifier(found["SelectionIdentifier"]),
        cast("form.Text | form.Binary | form.FormattedContent", _read_content(content[0])),
    )
