"""Find what will not work in a page, before it is launched: rules that need nothing but its HTML.

A page's scripts may add fields, give them names and submit them. What a script could mend is
therefore reported only for a page without one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from amt.hits import SCHEMA as HTML_QUESTION
from amt.spelling import suggest
from formats.amazons_files import find_replacement
from formats.crowd_elements import ANNOTATION, CROWD_ELEMENTS, NOTHING
from formats.html_tokens import Token, find_tokens

CONTROLS = ("input", "select", "textarea", "button")
BUTTONS = ("submit", "button", "reset", "image")
FRAMES = ("iframe", "frame", "object", "embed")
# Attributes with the address of something that the page loads.
LOADED = {"link": "href", "object": "data"} | dict.fromkeys(
    ("script", "img", "audio", "video", "source", "track", "iframe", "embed", "input"), "src"
)
LOADER = "https://assets.crowd.aws/crowd-html-elements.js"
ELEMENT_SCRIPTS = ("crowd-html-elements", "gen-ai-components")
LIBRARY = re.compile(
    r"(?:^|/)(?:externalHIT|crowd-html-elements|jquery|bootstrap)[\w.-]*\.js(?:[?#]|$)",
    re.IGNORECASE,
)
# What pages of Amazon's call, which adds no field.
HARMLESS = re.compile(r"(?:window\.onload\s*=\s*)?(?:turkSetAssignmentID(?:\(\))?)?[;\s]*")
NOT_SCRIPT = re.compile("json|template|html|css|plain", re.IGNORECASE)
INSECURE = re.compile(r"\s*http://(?!localhost\b|127\.|\[::1\])", re.IGNORECASE)
SITE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
AMAZONS = re.compile(
    r"\s*(?:https?:)?//(?:(?:[\w-]+\.)*(?:mturk\.com|crowd\.aws)(?=[:/?#]|$)"
    r"|s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/mturk-public/"
    r"|mturk-public\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/)",
    re.IGNORECASE,
)
# Of a QuestionForm.
MEDIA = re.compile(
    r"<Type>\s*(?P<type>\w+)\s*</Type>\s*<SubType>\s*(?P<subtype>[\w.+-]+)\s*</SubType>"
)
DATA_URL = re.compile(r"<DataURL>\s*(?:<!\[CDATA\[)?\s*([^\s<\]]+)")
NOT_SHOWN = (
    *("shockwave-flash", "flv", "ms-wmv", "wmv", "ms-wma", "wma", "ms-asf", "msvideo", "avi"),
    *("realaudio", "pn-realaudio", "midi", "mid", "tiff", "tif", "vnd.adobe.photoshop"),
)


class PageFault(NamedTuple):
    """What will not work. `tag` is the tag as it is written, the `number`th like it from 0, or empty
    for the page as a whole; `prevents`: whether no answer can be submitted.
    """

    message: str
    tag: str = ""
    number: int = 0
    prevents: bool = False


class _Tag(NamedTuple):
    name: str
    source: str
    number: int
    values: dict[str, str]
    in_form: bool

    def fault(self, message: str, *, prevents: bool = False) -> PageFault:
        return PageFault(f"<{self.name}> {message}", self.source, self.number, prevents)

    @property
    def is_crowd_element(self) -> bool:
        return self.name.startswith("crowd-")

    @property
    def kind(self) -> str:
        return self.values.get("type", "").lower()

    @property
    def goes_elsewhere(self) -> bool:
        """Whether it is a form that posts to a site that is neither a crowd nor Amazon's."""
        action = self.values.get("action", "")
        is_a_crowds = AMAZONS.match(action) or action.strip().endswith("/mturk/externalSubmit")
        return SITE.match(action) is not None and not is_a_crowds

    @property
    def hands_in(self) -> bool:
        """Whether it hands in a value if it has a name."""
        if self.is_crowd_element:
            element = CROWD_ELEMENTS.get(self.name)
            return element is None or element.hands_in != NOTHING
        if self.values.get("name") == "assignmentId":
            return False
        is_button = self.name == "button" or (self.name == "input" and self.kind in BUTTONS)
        return self.name in CONTROLS and (not is_button or "name" in self.values)


class _Page:
    """The tags of a page, without those in comments, scripts and <template>, and its scripts."""

    def __init__(self, html: str) -> None:
        self.tags: list[_Tag] = []
        self.scripts = ""  # the text of all
        self.has_own_script = False  # one that may do anything
        self.loads_unknown = False  # a script from elsewhere
        self.loads_elements = any(name in html.lower() for name in ELEMENT_SCRIPTS)
        self.has_crowd_form = False
        numbers: Counter[str] = Counter()
        templates, forms = 0, 0
        for token in find_tokens(html):
            end = _read_end_tag(token)
            templates += (token.name == "template") - (end == "template" and templates > 0)
            if end in ("form", "crowd-form"):
                forms = 0
            if not token.is_tag(token.name) or not token.name or templates:
                continue
            self.has_crowd_form = self.has_crowd_form or token.name == "crowd-form"
            forms = 1 if token.name in ("form", "crowd-form") else forms
            values = token.read_values() if token.has_attributes else {}
            in_form = bool(forms or values.get("form"))
            source = token.source
            self.tags.append(_Tag(token.name, source, numbers[source], values, in_form))
            numbers[source] += 1
            self._note_scripts(token, values)

    def _note_scripts(self, token: Token, values: dict[str, str]) -> None:
        handlers = (name.startswith("on") for name in values)
        if any(handlers) or any(
            value.lower().startswith("javascript:") for value in values.values()
        ):
            self.has_own_script = True
        if token.name != "script" or NOT_SCRIPT.search(values.get("type", "")):
            return
        self.scripts += token.content
        source = values.get("src", "")
        is_unknown = bool(source) and not LIBRARY.search(source)
        self.loads_unknown = self.loads_unknown or is_unknown
        is_own = is_unknown or not HARMLESS.fullmatch(token.content.strip())
        self.has_own_script = self.has_own_script or is_own


def _read_end_tag(token: Token) -> str:
    source = token.source
    return source[2:].rstrip(">").strip().lower() if source.startswith("</") else ""


def find_faults(html: str, *, on_mturk: bool = False) -> list[PageFault]:
    """Return what will not work in a page, in the order of the rules.

    `on_mturk` is for Amazon's own crowd, which has all elements and files of Amazon's.
    """
    page = _Page(html)
    faults = [*_find_nothing_to_submit(page), *_find_nameless(page), *_find_repeated_ids(page)]
    if not on_mturk:
        faults[:0] = _find_unsupported(page)
    faults += _find_lost(page)
    return [*faults, *_find_unreachable(page, on_mturk=on_mturk)]


def find_faults_of(text: str, *, on_mturk: bool = False) -> list[PageFault]:
    """Return what will not work in a page, or in the XML of a question, of which this is the text.

    XML that is not well-formed has no fault here: whoever parses it says so.
    """
    if "QuestionForm.xsd" in text:
        return find_media_faults(text)
    if "ExternalQuestion.xsd" in text:
        return []
    if HTML_QUESTION not in text:
        return find_faults(text, on_mturk=on_mturk)
    try:
        page = ET.fromstring(text).findtext("{*}HTMLContent")  # noqa: S314 - the user's own
    except ET.ParseError:
        return []
    return find_faults(page or "", on_mturk=on_mturk)


def _find_unsupported(page: _Page) -> Iterator[PageFault]:
    """Yield Crowd HTML Elements that the crowd's scripts do not define: each kind once."""
    elements = {tag.name: tag for tag in reversed(page.tags) if tag.is_crowd_element}
    if "customElements.define" in page.scripts:  # the page brings its own
        return
    if elements and not page.loads_elements:
        first = next(tag for tag in page.tags if tag.is_crowd_element)
        yield first.fault(
            f'needs <script src="{LOADER}"></script>, which the page does not have',
            prevents=not page.loads_unknown,
        )
        return
    for name, tag in sorted(elements.items()):
        element = CROWD_ELEMENTS.get(name)
        if element is None:
            hint = suggest(name, list(CROWD_ELEMENTS))
            yield tag.fault(
                f"is not a Crowd HTML Element; the page cannot be submitted with it{hint}",
                prevents=not page.loads_unknown,
            )
        elif not element.supported and element.hands_in != NOTHING:
            yield tag.fault(
                "is not supported by this crowd; the page cannot be submitted with it",
                prevents=True,
            )
        elif not element.supported:
            yield tag.fault("is not supported by this crowd, which shows its content only")


def _find_nothing_to_submit(page: _Page) -> Iterator[PageFault]:
    fields = [tag for tag in page.tags if tag.hands_in]
    is_named = any(tag.is_crowd_element or tag.values.get("name") for tag in fields)
    is_named = is_named or bool(fields and page.has_crowd_form)  # it names them, if nobody does
    may_come = page.has_own_script or any(tag.name in FRAMES for tag in page.tags)
    if is_named or may_come:
        return
    if not fields:
        what = "the page has no field, no Crowd HTML Element and no script"
    elif len(fields) == 1:
        what = "the page's only field has no name"
    else:
        what = f"none of the page's {len(fields)} fields has a name"
    yield PageFault(f"there is nothing to submit: {what}", prevents=True)


def _find_nameless(page: _Page) -> Iterator[PageFault]:
    """Yield fields whose value is not submitted, if no script can do it.

    The crowd's scripts name a task after its element, a radio button after its group, and the fields
    of <crowd-form> if no field has a name.
    """
    fields = [tag for tag in page.tags if tag.hands_in]
    is_named = any(tag.values.get("name") for tag in fields)
    if page.has_own_script or (page.has_crowd_form and not is_named):
        return
    has_form = any(tag.name in ("form", "crowd-form") for tag in page.tags)
    for tag in fields:
        element = CROWD_ELEMENTS.get(tag.name)
        is_named_later = tag.name == "crowd-radio-button" or (
            element is not None and element.hands_in == ANNOTATION
        )
        if tag.kind == "hidden" or is_named_later:
            continue
        if not tag.values.get("name"):
            yield tag.fault("has no name, so its value is not submitted")
        elif has_form and not tag.in_form and not tag.is_crowd_element:
            yield tag.fault("is outside the form, so its value is not submitted")


def _find_lost(page: _Page) -> Iterator[PageFault]:
    """Yield forms that post to another site, and files, if no script can send them to the crowd."""
    if page.has_own_script:
        return
    forms = [tag for tag in page.tags if tag.name == "form"]
    elsewhere = [tag for tag in forms if tag.goes_elsewhere]
    for tag in elsewhere:
        yield tag.fault(
            f"sends its fields to {tag.values['action'].strip()}, not to the crowd; leave out its action",
            prevents=len(elsewhere) == len(forms) and not page.has_crowd_form,
        )
    for tag in page.tags:
        if tag.name == "input" and tag.kind == "file":
            yield tag.fault("does not submit the file, at most its name")


def _find_repeated_ids(page: _Page) -> Iterator[PageFault]:
    seen: set[str] = set()
    for tag in page.tags:
        if tag.name not in CONTROLS and not tag.is_crowd_element:
            continue
        identifier = tag.values.get("id", "")
        if identifier and identifier in seen:
            yield tag.fault(f'has the id "{identifier}", which another control has too')
        seen.add(identifier)


def _find_unreachable(page: _Page, *, on_mturk: bool) -> Iterator[PageFault]:
    """Yield addresses that browsers will not load, each once."""
    seen: set[str] = set()
    for tag in page.tags:
        name = "src" if tag.is_crowd_element else LOADED.get(tag.name, "")
        address = tag.values.get(name, "")
        if not address or address in seen:
            continue
        seen.add(address)
        if AMAZONS.match(address) and not on_mturk:
            if tag.name not in ("script", "link") or find_replacement(address) is None:
                yield tag.fault(f"loads {address}, which Amazon does not serve any more")
        elif address.lower().startswith("s3://"):
            yield tag.fault(f"loads {address}, which browsers cannot; give its https address")
        elif INSECURE.match(address) and not find_replacement(address):
            yield tag.fault(
                f"loads {address} over http, which browsers block in a page served over https"
            )


def find_media_faults(question_form: str) -> list[PageFault]:
    """Return the media of a QuestionForm's XML that browsers will not show, each once."""
    faults: dict[str, PageFault] = {}
    for media in MEDIA.finditer(question_form):
        if media["subtype"].lower().removeprefix("x-") in NOT_SHOWN:
            message = f"{media['type']}/{media['subtype']} is not shown by browsers"
            faults.setdefault(message, PageFault(message, media[0]))
    for url in DATA_URL.finditer(question_form):
        if INSECURE.match(url[1]):
            message = f"<DataURL> {url[1]} is loaded over http, which browsers may block"
            faults.setdefault(message, PageFault(message, url[0]))
    return list(faults.values())


def locate(fault: PageFault, sources: Mapping[str, str]) -> str:
    """Return `file:line` of a fault in the template, whose `sources` are its files, itself first.

    The page has values in place of names: the tag that begins most alike is the one.
    """
    tag = re.match(r"<[^\s/>]*", fault.tag)
    pattern = re.compile(rf"{re.escape(tag[0])}(?=[\s/>])" if tag else r"(?!)", re.IGNORECASE)
    exact: list[tuple[str, int]] = []
    best, longest = (next(iter(sources)), 0), 0
    for file, source in sources.items():
        for found in pattern.finditer(source):
            alike = _count_equal(source[found.start() :], fault.tag)
            if alike == len(fault.tag):
                exact.append((file, found.start()))
            elif alike > longest:
                best, longest = (file, found.start()), alike
    file, position = exact[min(fault.number, len(exact) - 1)] if exact else best
    return f"{file}:{sources[file].count(chr(10), 0, position) + 1}"


def _count_equal(source: str, tag: str) -> int:
    """Return how many characters of a tag are at the beginning of `source`."""
    pairs = enumerate(zip(source, tag, strict=False))
    return next((index for index, (one, other) in pairs if one != other), len(tag))
