"""Which files that Amazon hosted for HIT pages are replaced, and by which of ours."""

import re

_FILE = re.compile(
    r"(?:https?:)?//(?:s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/mturk-public|"
    r"mturk-public\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com|assets\.crowd\.aws)"
    r"/(?:[\w.-]+/)*(?P<name>[\w.-]+)(?:[?#].*)?",
    re.IGNORECASE,
)
# Amazon's directory bs30 held Bootstrap 3.0.3. 3.1.1 is the oldest of Bootstrap 3 on npm; its grid,
# colors and classes are the same.
_BOOTSTRAP = "vendor/bootstrap-3.1.1/dist/"
_OURS = (
    (re.compile(r"externalhit[\w.-]*\.js"), "externalHIT_v1.js"),
    (re.compile(r"(?:crowd-html-elements|gen-ai-components)[\w.-]*\.js"), "crowd-html-elements.js"),
    (
        re.compile(r"(?:crowd|crowd-html-elements[\w.-]*|gen-ai-components)\.css"),
        "crowd-html-elements.css",
    ),
    (re.compile(r"bootstrap(?:\.min)?\.css"), f"{_BOOTSTRAP}css/bootstrap.min.css"),
    (re.compile(r"bootstrap-theme(?:\.min)?\.css"), f"{_BOOTSTRAP}css/bootstrap-theme.min.css"),
    (re.compile(r"bootstrap(?:\.min)?\.js"), f"{_BOOTSTRAP}js/bootstrap.min.js"),
    # The last version with which pages for any jQuery 1.x work.
    (
        re.compile(r"jquery(?:[.-]\d[\d.]*)?(?:[.-]min)?\.js"),
        "vendor/jquery-1.12.4/dist/jquery.min.js",
    ),
)


def find_replacement(url: str) -> str | None:
    """Return the name of our file for a URL of Amazon's, for scripts.make_script_url; else None.

    A style sheet's name ends in .css, a script's in .js.
    """
    match = _FILE.fullmatch(url)
    if not match:
        return None
    return next((ours for name, ours in _OURS if name.fullmatch(match["name"].lower())), None)
