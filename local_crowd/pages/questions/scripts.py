"""What HIT pages load from here: our replacements of Amazon's scripts, and vendored libraries."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.texts import Text
from local_crowd.pages.headers import YEAR
from local_crowd.pages.languages.catalogues import ENGLISH, load_language
from local_crowd.pages.languages.catalogues import NAMES as LANGUAGES
from local_crowd.pages.languages.choice import current_language
from local_crowd.pages.languages.script_texts import HIT_PAGES, write_script

pages = Blueprint("scripts", __name__)

SOURCES = Path(__file__).parent.parent / "hit_scripts"
VENDOR = Path(__file__).parent.parent / "vendor"  # see tools/vendor_browser_libraries.py
_VENDORED_PREFIX = "vendor/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff": "font/woff",
}
CROWD_ELEMENTS = (
    "crowd_base.js",
    "crowd_fields.js",
    "crowd_choices.js",
    "crowd_icons.js",
    "crowd_display.js",
    "crowd_notices.js",
    "crowd_tabs.js",
    "crowd_classifiers.js",
    "crowd_form.js",
    "crowd_entities.js",
    "crowd_reviews.js",
    "crowd_texts.js",
)
DRAWING_ELEMENTS = (
    "draw_view.js",
    "draw_shapes.js",
    "draw_tools.js",
    "draw_paint.js",
    "draw_keys.js",
    "draw_mask.js",
    "crowd_drawing.js",
    "crowd_shapes.js",
    "crowd_masks.js",
)
DRAWING_ELEMENT = re.compile(
    "crowd-(?:bounding-box|keypoint|polygon|line|polyline|(?:instance|semantic)-segmentation)",
    re.IGNORECASE,
)
KEEPING_SCRIPT = (
    "keep.js"  # in every page of an assignment: saves drafts through the page around it
)
ELEMENTS_SCRIPT = "crowd-html-elements.js"
ELEMENTS_AND_DRAWING_SCRIPT = "crowd-html-elements-drawing.js"
FORM_SCRIPT = "externalHIT_v1.js"
ACCEPT_FIRST = Text("Accept the HIT before you submit")
TRANSLATED = (ELEMENTS_SCRIPT, ELEMENTS_AND_DRAWING_SCRIPT, FORM_SCRIPT)
NAMES = (
    *(FORM_SCRIPT, ELEMENTS_SCRIPT, ELEMENTS_AND_DRAWING_SCRIPT, KEEPING_SCRIPT),
    "crowd-html-elements.css",
)


def choose_script_urls(page: str) -> Callable[[str], str]:
    """Return make_script_url for the scripts of a page.

    Elements that draw are half of all: they come only with pages that mention one.
    """

    def make_url(name: str) -> str:
        draws = name == ELEMENTS_SCRIPT and DRAWING_ELEMENT.search(page)
        return make_script_url(ELEMENTS_AND_DRAWING_SCRIPT if draws else name)

    return make_url


def make_script_url(name: str) -> str:
    """Return the absolute URL of a script, because a page may set its own base URL.

    A vendored file's name is vendor/ and its path. The URL changes with the script's content, or
    the library's version, so browsers can cache it forever.
    """
    if name.startswith(_VENDORED_PREFIX):
        path = name.removeprefix(_VENDORED_PREFIX)
        return url_for("scripts.show_vendored", path=path, _external=True)
    code = current_language().code if name in TRANSLATED else ENGLISH.code
    language = None if code == ENGLISH.code else code
    version = _compute_version(name, code)
    return url_for("scripts.show", name=name, v=version, language=language, _external=True)


@cache  # of a script of 100 kB it takes 0.1 ms
def _compute_version(name: str, code: str) -> str:
    return hashlib.sha256(load_script(name, code)).hexdigest()[:12]


def make_first_script(submit_url: str) -> str:
    """Return the script that redirects the page's scripts from Amazon's submit URL to `submit_url`."""
    address = json.dumps(submit_url).replace("<", "\\u003c")
    return f"({_read_function('amazons_address.js')})({address})"


def make_guard_script() -> str:
    """Return the script that prevents submitting while crowd- elements cannot work."""
    texts = current_language().list_script_texts("crowd_guard.js")
    # A page must not end the script by a text.
    argument = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c") if texts else ""
    return f"({_read_function('crowd_guard.js')})({argument})"


def _read_function(name: str) -> str:
    """Return the only function of a file, without the comments before it."""
    source = _read(name)
    return source[source.index("(") :].strip()


@pages.get("/hit_scripts/<name>")
def show(name: str) -> Response:
    """Send one of the scripts to pages of any origin. Raises NotFound."""
    if name not in NAMES:
        raise NotFound
    code = request.args.get("language", ENGLISH.code)
    script = load_script(name, code if code in LANGUAGES else ENGLISH.code)
    return _make_response(script, TYPES[Path(name).suffix])


@pages.get("/hit_scripts/vendor/<path:path>")
def show_vendored(path: str) -> Response:
    """Send a file of a vendored library to pages of any origin. Raises NotFound."""
    if path not in _list_vendored():
        raise NotFound
    return _make_response(_load_vendored(path), TYPES[Path(path).suffix])


def _make_response(content: bytes, content_type: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": f"public, max-age={YEAR}, immutable",
        "Vary": "Accept-Encoding",
    }
    if content_type.startswith("text/") and request.accept_encodings.quality("gzip") > 0:
        content = _compress(content)
        headers["Content-Encoding"] = "gzip"
    return Response(content, content_type=content_type, headers=headers)


@cache
def _compress(content: bytes) -> bytes:
    """Return the content for clients that accept gzip: a quarter, and many crowds have no proxy."""
    return gzip.compress(content, mtime=0)


@cache
def load_script(name: str, code: str = ENGLISH.code) -> bytes:
    """Return one of NAMES as it is served, with its texts in the language of this code."""
    if name in (ELEMENTS_SCRIPT, ELEMENTS_AND_DRAWING_SCRIPT):
        drawing = DRAWING_ELEMENTS if name == ELEMENTS_AND_DRAWING_SCRIPT else ()
        parts = "\n".join(map(_read, (*CROWD_ELEMENTS, *drawing)))
        translator = write_script(code, HIT_PAGES)
        return f"(() => {{\n'use strict';\n{translator}{parts}}})();\n".encode()
    source = _read(name)
    if name == FORM_SCRIPT:  # its functions are the page's, so it gets no others
        text = load_language(code).gettext(ACCEPT_FIRST.template)
        source = source.replace(f"'{ACCEPT_FIRST}'", json.dumps(text, ensure_ascii=False))
    return source.encode()


@cache
def _read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


@cache
def _list_vendored() -> frozenset[str]:
    files = (path for path in VENDOR.rglob("*") if path.suffix in TYPES)
    return frozenset(path.relative_to(VENDOR).as_posix() for path in files)


@cache
def _load_vendored(path: str) -> bytes:
    return (VENDOR / path).read_bytes()
