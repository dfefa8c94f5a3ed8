"""What to say of a batch before it is launched: what prevents answers, and what may be intended but
is often an oversight.
"""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from amt import page_checks
from amt.crowd import Crowd
from amt.hits import SCHEMA
from amt.rows import Row

MOST_NAMED = 5  # missing files
# In quotes, as in attributes, scripts and the row's JSON; with the local crowd's address or without.
FILE = re.compile(
    r"""["'](?:https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)?/files/([^"'<>?#\\]+)["'?#]"""
)
# Elements, what makes one by script, and the address that Mechanical Turk's pages post to.
FORM = re.compile(
    r"""<(?:form|crowd-[a-z-]+)\b|createElement\(["']form|externalSubmit|turkSubmitTo|submitToTurk""",
    re.IGNORECASE,
)
# A page without fields is not given a form if it loads a script or has buttons that a script handles:
# the script may submit the answer.
FIELD = re.compile(
    r"""<(?:input|select|textarea)\b|createElement\(["'](?:input|select|textarea)""", re.IGNORECASE
)
LOADED_SCRIPT = re.compile(r"<script\b[^>]*\bsrc\s*=(?![^>]*externalHIT)", re.IGNORECASE)
BUTTON = re.compile(r"<button\b", re.IGNORECASE)
CLICKS = re.compile(r"""\bonclick\b|["'`]click["'`]|\.click\(""", re.IGNORECASE)

# Scripts are matched too, so that a "<!--" in one does not begin a comment.
COMMENT = re.compile(r"(<script\b.*?</script>)|<!--.*?-->", re.IGNORECASE | re.DOTALL)


def _remove_comments(page: str) -> str:
    return COMMENT.sub(r"\1", page)


class Advice:
    """Faults and warnings collected while the rows of a batch are rendered.

    `sources` are the files of the template, itself first, which is called `name`. `crowd` is where the rows will be launched;
    what it serves as /files/ is checked if it is local. The page is checked for the first row.
    """

    def __init__(
        self, name: str, sources: Mapping[str, str], input_path: str | Path, crowd: Crowd
    ) -> None:
        self._sources = sources  # what a template includes is added when it is rendered
        self._template_name = name
        self._page_faults: list[page_checks.PageFault] = []
        self._input_path = input_path
        is_local = crowd.name == "local"
        self._files = Path(crowd.settings["local_crowd"]) / "files" if is_local else None
        self._adds_form = crowd.name != "mturk"
        self._rows = 0
        self._first: Row | None = None
        self._has_form = True
        self._missing: dict[str, int] = {}  # a file's name -> the line that first names it

    def check(self, row: Row, question: str) -> None:
        """Check a row and its question, which is the XML of an HTMLQuestion or a QuestionForm."""
        self._rows += 1
        if self._first is None:
            self._first = row
            self._check_first(question)
        if self._files is None or SCHEMA not in question:
            return
        for path in FILE.findall(question):
            name = unquote(html.unescape(path))
            if name not in self._missing and not self._exists(name):
                self._missing[name] = row.line

    def _check_first(self, question: str) -> None:
        self._page_faults = page_checks.find_faults_of(question, on_mturk=not self._adds_form)
        if SCHEMA in question:
            self._has_form = self._can_submit(_remove_comments(question))

    def obstacles(self) -> list[str]:
        """Return what prevents workers from submitting an answer, one per line."""
        return [self._format(fault) for fault in self._page_faults if fault.prevents]

    def _format(self, fault: page_checks.PageFault) -> str:
        names = [self._template_name, *list(self._sources)[1:]]
        sources = dict(zip(names, self._sources.values(), strict=True))
        return f"{page_checks.locate(fault, sources)}: {fault.message}"

    def _can_submit(self, page: str) -> bool:
        if FORM.search(page):
            return True
        handles_clicks = BUTTON.search(page) and CLICKS.search(page)
        may_submit_itself = LOADED_SCRIPT.search(page) or handles_clicks
        return self._adds_form and (bool(FIELD.search(page)) or not may_submit_itself)

    def _exists(self, name: str) -> bool:
        assert self._files is not None  # noqa: S101 - checked by the caller
        try:
            return (self._files / name).exists()
        except (OSError, ValueError):  # too long, or with a null character
            return False

    def lines(self) -> list[str]:
        """Return the warnings, one per line."""
        lines = [self._format(fault) for fault in self._page_faults if not fault.prevents]
        if not self._has_form:
            reason = (
                "the page has no form, and the crowd adds none, because its script may submit the answer "
                "itself; if it does not, include simpleamt.html"
                if self._adds_form
                else "the page has no form and does not include simpleamt.html, so workers cannot submit "
                "an answer"
            )
            lines.append(f"{self._template_name}: {reason}")
        if self._rows == 1 and self._first and isinstance(self._first.value, list):
            lines.append(
                f"{self._input_path}: its only line is a JSON array of {len(self._first.value):,} "
                "elements, which makes one HIT; for a HIT per element, write each on its own line"
            )
        named = list(self._missing.items())
        lines += [
            f"{self._input_path}:{line}: /files/{name} is not in {self._files}"
            for name, line in named[:MOST_NAMED]
        ]
        if more := len(named) - MOST_NAMED:
            verb = "file is" if more == 1 else "files are"
            lines += [f"{more:,} more {verb} not in {self._files}"] if more > 0 else []
        return lines
