"""The form that Mechanical Turk's web site put around a page that brought none."""

import re
from html import escape

from formats.html_tokens import Token
from local_crowd.pages.languages.choice import gettext

Edit = tuple[int, int, str]  # start, end, replacement

# The ids are those of the web site, because scripts of pages look for them. The target is for pages
# with <base target>, whose links open elsewhere.
FORM = '<form name="mturk_form" method="post" id="mturk_form" target="_self" action="{}">'
ASSIGNMENT_ID = '<input type="hidden" value="" name="assignmentId" id="assignmentId">'
BUTTON = '<p><input type="submit" id="submitButton" value="{}"></p>'
END = '</form><script src="{}"></script><script>turkSetAssignmentID();</script>'

# A script, or a handler in an attribute, that submits by itself or makes a form or crowd- elements.
_SUBMITS = re.compile(
    r"""externalSubmit|turkSubmitTo|createElement\(\s*["'`]form\b|<form\b|<crowd-|["'`]crowd-form\b""",
    re.IGNORECASE,
)
_MAKES_FIELDS = re.compile(
    r"""<(?:input|select|textarea)\b|createElement\(\s*["'`](?:input|select|textarea)\b""",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\bdocument\.write(?:ln)?\(")
_HANDLES_CLICKS = re.compile(r"""\bonclick\b|["'`]click["'`]|\.click\(""", re.IGNORECASE)
_SUBMIT_TEXT = re.compile(r"[^<]*\bsubmit\b", re.IGNORECASE)
_FIELDS = ("input", "select", "textarea", "button")
_IN_HEAD = ("html", "head", "title", "meta", "link", "style", "script", "base", "noscript")
_OUTSIDE_BODY = re.compile("<!|</(?:head|title|style|script|noscript)", re.IGNORECASE)
_END_OF_BODY = re.compile(r"</(?:body|html)\b", re.IGNORECASE)


class Wrapper:
    """Decides whether a page brings no form, from its tokens, and where the form then goes."""

    def __init__(self) -> None:
        self.submits = False  # the page has a form, crowd- elements, or a script that submits
        self._fields = False
        self._button = False
        self._handles_clicks = False
        self._untyped_buttons: list[int] = []  # which would submit within a form
        self._assignment_id = False
        self._unknown_script = False  # loaded from elsewhere: it may do anything
        self._body = -1
        self._has_head = False
        self._content = -1  # where the content begins in a page without a body tag
        self._end = -1
        self._last = 0

    def note(self, token: Token) -> None:
        """Take the next token of the page into account."""
        if token.name.startswith("crowd-") or token.is_tag("form", "frameset"):
            self.submits = True
        elif token.name == "script":
            self._note_script(token)
        elif token.has_attributes and _SUBMITS.search(token.source):  # most tags have none
            self.submits = True
        if token.has_attributes and _HANDLES_CLICKS.search(token.source):
            self._handles_clicks = True
        if token.is_tag(*_FIELDS):
            self._note_field(token)
        self._note_position(token)

    def _note_script(self, token: Token) -> None:
        if _SUBMITS.search(token.content):
            self.submits = True
        self._fields = self._fields or _MAKES_FIELDS.search(token.content) is not None
        if _HANDLES_CLICKS.search(token.content):
            self._handles_clicks = True
        source = token.read_values().get("src", "")
        if source and "externalHIT" not in source:
            self._unknown_script = True

    def _note_field(self, token: Token) -> None:
        values = token.read_values()
        kind = values.get("type", "").lower()
        self._fields = self._fields or token.name != "button"
        self._assignment_id = self._assignment_id or values.get("name") == "assignmentId"
        submits = token.name != "select" and kind in ("submit", "image")
        if token.name == "button" and kind not in ("submit", "button", "reset"):
            submits = bool(_SUBMIT_TEXT.match(token.page, token.end)) or any(
                "submit" in values.get(name, "").lower()
                for name in ("id", "class", "name", "value")
            )
            if not submits:
                self._untyped_buttons.append(token.start + len("<button"))
        self._button = self._button or submits or values.get("id") == "submitButton"

    def _is_content(self, token: Token) -> bool:
        """Return whether a token begins the body of a page without a body tag."""
        self._has_head = self._has_head or token.name == "head"
        if token.name == "script" and not self._has_head and _WRITES.search(token.content):
            return bool(_MAKES_FIELDS.search(token.content))  # its fields belong into the form
        return token.name not in _IN_HEAD and not _OUTSIDE_BODY.match(token.source)

    def _note_position(self, token: Token) -> None:
        if self._body < 0 and token.is_tag("body"):
            self._body = token.end
        if self._content < 0:
            if token.page[self._last : token.start].strip():
                self._content = self._last
            elif self._is_content(token):
                self._content = token.start
        if token.name:
            self._end = -1  # content after </body> belongs to the body
        elif self._end < 0 and _END_OF_BODY.match(token.source):
            self._end = token.start
        self._last = token.text_end

    def find_edits(self, html: str, submit_url: str, script_url: str) -> list[Edit]:
        """Return the insertions that put the form around the body; none if the page needs none.

        `script_url` is the URL of our externalHIT_v1.js.
        """
        # A script that handles the clicks does not expect that they submit a form that we add.
        handled = self._handles_clicks or self._unknown_script
        by_script = self._unknown_script or bool(handled and self._untyped_buttons)
        if self.submits or (by_script and not self._fields):
            return []
        has_button = self._button or bool(self._untyped_buttons and not handled)
        edits = [(it, it, ' type="button"') for it in self._untyped_buttons if handled]
        end = self._end if self._end >= 0 else len(html)
        start = next((it for it in (self._body, self._content, self._last) if it >= 0), 0)
        before = FORM.format(escape(submit_url)) + ("" if self._assignment_id else ASSIGNMENT_ID)
        after = ("" if has_button else BUTTON.format(escape(gettext("Submit")))) + END.format(
            escape(script_url)
        )
        end = max(start, end)
        return [(start, start, before), *edits, (end, end, after)]
