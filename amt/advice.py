"""Warnings about a batch before it is launched: what may be intended, but is often an oversight."""

import html
import re
from pathlib import Path
from urllib.parse import unquote

from amt.crowd import Crowd
from amt.rows import Row

MOST_NAMED = 5  # missing files
# In quotes, as in attributes, scripts and the row's JSON; with the local crowd's address or without.
FILE = re.compile(
    r"""["'](?:https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)?/files/([^"'<>?#\\]+)["'?#]"""
)
# Elements, what makes one by script, and the address that forms of Mechanical Turk post to.
FORM = re.compile(
    r"""<(?:form|crowd-[a-z-]+)\b|createElement\(["']form|externalSubmit""", re.IGNORECASE
)
# A page without fields is not given a form if it loads a script or has buttons that a script handles:
# the script may submit by itself.
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
    """Warnings collected while the rows of a batch are rendered.

    `crowd` is where they will be launched; what it serves as /files/ is checked if it is local.
    """

    def __init__(self, template_name: str, input_path: str | Path, crowd: Crowd) -> None:
        self._template_name = template_name
        self._input_path = input_path
        is_local = crowd.name == "local"
        self._files = Path(crowd.settings["local_crowd"]) / "files" if is_local else None
        self._adds_form = crowd.name != "mturk"
        self._rows = 0
        self._first: Row | None = None
        self._has_form = True
        self._missing: dict[str, int] = {}  # a file's name -> the line that first names it

    def check(self, row: Row, page: str) -> None:
        """Check a row and its rendered page."""
        self._rows += 1
        if self._first is None:
            self._first = row
            self._has_form = self._can_submit(_remove_comments(page))
        if self._files is None:
            return
        for path in FILE.findall(page):
            name = unquote(html.unescape(path))
            if name not in self._missing and not self._exists(name):
                self._missing[name] = row.line

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
        lines = []
        if not self._has_form:
            lines.append(
                f"{self._template_name}: the page has no form and does not include simpleamt.html, "
                "so workers cannot submit an answer"
            )
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
