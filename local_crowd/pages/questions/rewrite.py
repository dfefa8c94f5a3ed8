"""Rewrites a page that was written for Amazon's site: Amazon's URLs become ours.

Only attribute values change. Three things may be inserted: scripts before the page's own, the
action of a form that has none, and a form around a page without one. Every other character stays
the same. Scripts, comments and the text of fields are not rewritten: when a script
uses Amazon's URL, hit_scripts/amazons_address.js intercepts it in the browser.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from operator import itemgetter

from formats.amazons_files import find_replacement
from formats.html_tokens import Token, find_tokens
from local_crowd.pages.questions.wrapper import Edit, Wrapper

SUBMIT = re.compile(
    r"(?:https?:)?//(?:(?:www|worker|workersandbox)\.)?mturk\.com(?::\d+)?/mturk/externalSubmit"
    r"(?![\w/.-])",
    re.IGNORECASE,
)
SITE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)  # what an absolute URL begins with
ANSWER_FORMS = frozenset(["mturk_form", "results-form"])
CROWD_ELEMENT = re.compile("crowd-[a-z]", re.IGNORECASE)

_BEFORE_ANY_SCRIPT = ("html", "head")
_FILES = {"script": ("src", ".js"), "link": ("href", ".css")}  # tag: attribute, our file's suffix


def rewrite_page(
    html: str,
    submit_url: str,
    script_url: Callable[[str], str],
    first_script: str,
    guard_script: str,
    keeping_script_url: str = "",
) -> str:
    """Make the forms of `html` submit to `submit_url`, and replace files of Amazon's by ours.

    A page that brings no form is wrapped in one (see wrapper.py). `script_url` returns the URL of
    one of our files by its name. Up to three scripts are inserted before the page's own, in this
    order: the one at `keeping_script_url`, unless that is empty; the source `guard_script`, if the
    page or its scripts may contain crowd- elements; the source `first_script`, if the page has
    scripts, or if `keeping_script_url` is given and a form submits to `submit_url`.
    """
    wrapper = Wrapper()
    edits: list[Edit] = []
    # Of forms to nowhere else, unless another form is known to submit the answer.
    actions: list[Edit] = []
    known_actions: list[Edit] = []
    start, beginning, has_scripts, has_crowd_form, has_base = 0, True, False, False, False
    has_answer_form = False  # one to Amazon's address
    for token in find_tokens(html):  # not kept: a page can have 300,000
        wrapper.note(token)
        found = list(_find_edits(token, submit_url, script_url))
        if token.is_tag("form") and not found and _stays_here(token, has_base):
            position = token.start + len("<form")  # the first attribute of a name counts
            action = (position, position, f' action="{escape(submit_url)}"')
            (known_actions if _is_answer_form(token) else actions).append(action)
        has_answer_form = has_answer_form or (token.name == "form" and bool(found))
        edits.extend(found)
        has_base = has_base or (token.is_tag("base") and bool(token.read_values().get("href")))
        beginning = beginning and (not token.name or token.name in _BEFORE_ANY_SCRIPT)
        if beginning:
            start = token.end
        has_scripts = has_scripts or token.name == "script"
        has_crowd_form = has_crowd_form or token.name == "crowd-form"
    if not has_crowd_form:
        edits += known_actions if has_answer_form or known_actions else actions
    needs_first = has_scripts or bool(edits and keeping_script_url)  # it fills in assignmentId
    wrapping = wrapper.find_edits(html, submit_url, script_url("externalHIT_v1.js"))
    ours = f'<script src="{escape(keeping_script_url)}"></script>' if keeping_script_url else ""
    if CROWD_ELEMENT.search(html):
        ours += f"<script>{guard_script}</script>"
    if needs_first or wrapping:
        ours += f"<script>{first_script}</script>"
    if ours:
        edits.append((start, start, ours))
    return _apply_edits(html, edits + wrapping)


def _is_answer_form(form: Token) -> bool:
    """Return whether a form has a name that Mechanical Turk's web site or simple-amt gave it."""
    values = form.read_values()
    return not ANSWER_FORMS.isdisjoint((values.get("id"), values.get("name")))


def _stays_here(form: Token, has_base: bool) -> bool:
    """Return whether a form has no action, or a path on this server.

    Mechanical Turk's web site ignored the form tags of pages, so some have `action="edit"`.
    """
    values = form.read_values()
    action = values.get("action", "")
    if values.get("method", "").lower() == "dialog":
        return False
    return action in ("", "#") or not (has_base or SITE.match(action))


def _find_edits(token: Token, submit_url: str, script_url: Callable[[str], str]) -> Iterator[Edit]:
    if not token.is_tag("form", "button", "input", "script", "link"):
        return
    spans, values = token.find_values(), token.read_values()
    if token.name in _FILES:
        source, suffix = _FILES[token.name]
        ours = find_replacement(values.get(source, ""))
        if ours and ours.endswith(suffix):
            yield *spans[source], escape(script_url(ours))
            if values.get("integrity"):  # Amazon's checksum would block our file
                yield *spans["integrity"], ""
        return
    address = "action" if token.name == "form" else "formaction"
    if match := SUBMIT.match(values.get(address, "")):
        start, end = spans[address]
        written = token.page[start:end].strip()
        if literal := SUBMIT.match(written):
            yield start, end, escape(submit_url) + written[literal.end() :]
        else:  # written with character references
            yield start, end, escape(submit_url + values[address][match.end() :])


def _apply_edits(html: str, edits: list[Edit]) -> str:
    parts, position = [], 0
    for start, end, text in sorted(edits, key=itemgetter(0)):  # stable: ours before the wrapper
        parts += [html[position:start], text]
        position = end
    return "".join([*parts, html[position:]])
