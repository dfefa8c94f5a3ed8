"""Our own scripts in the place of Amazon's, for pages that were written for Amazon's."""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from local_crowd.pages.headers import YEAR

pages = Blueprint("scripts", __name__)

SOURCES = Path(__file__).parent.parent / "hit_scripts"
CROWD_ELEMENTS = (
    "crowd_base.js",
    "crowd_fields.js",
    "crowd_choices.js",
    "crowd_display.js",
    "crowd_classifiers.js",
    "crowd_form.js",
    "crowd_entities.js",
)
KEEPING_SCRIPT = "keep.js"  # in every page of an assignment, for the page around it
NAMES = ("externalHIT_v1.js", "crowd-html-elements.js", KEEPING_SCRIPT)


def script_url(name: str) -> str:
    """The whole address of a script, since a page may have a base of its own. It changes with the
    script, so that it can be cached for good.
    """
    version = hashlib.sha256(_script(name)).hexdigest()[:12]
    return url_for("scripts.show", name=name, v=version, _external=True)


def first_script(submit_url: str) -> str:
    """The script that leads a page's own scripts to `submit_url` when they mean Amazon's."""
    address = json.dumps(submit_url).replace("<", "\\u003c")
    return f"({_function('amazons_address.js')})({address})"


def guard_script() -> str:
    """The script that keeps a page from handing in an answer while its elements cannot work."""
    return f"({_function('crowd_guard.js')})()"


def _function(name: str) -> str:
    """The one function of a file, without the comment lines before it."""
    source = _read(name)
    return source[source.index("(") :].strip()


@pages.get("/hit_scripts/<name>")
def show(name: str) -> Response:
    """One of the scripts, for pages of any origin."""
    if name not in NAMES:
        raise NotFound
    return Response(
        _script(name),
        content_type="text/javascript; charset=utf-8",
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": f"public, max-age={YEAR}, immutable",
        },
    )


@cache
def _script(name: str) -> bytes:
    if name == "crowd-html-elements.js":
        parts = "\n".join(map(_read, CROWD_ELEMENTS))
        return f"(() => {{\n'use strict';\n{parts}}})();\n".encode()
    return _read(name).encode()


@cache
def _read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")
