"""The JavaScript that translates the texts of scripts."""

import hashlib
import json
from functools import cache
from pathlib import Path

from local_crowd.pages.languages.catalogues import load_language

# Paths of the scripts of our pages, and of those that HIT pages load.
PAGES, HIT_PAGES = "pages/static/", "pages/hit_scripts/"


@cache
def write_script(code: str, path: str) -> str:
    """Return a statement that defines gettext and ngettext, with the texts of the scripts in `path`."""
    source = (Path(__file__).parent / "translate.js").read_text("utf-8")
    language = load_language(code)
    texts = json.dumps(language.list_script_texts(path), ensure_ascii=False)
    arguments = f"{texts}, (n) => Number({language.plural_rule})"
    function = source[source.index("\n(") :].strip()
    return f"const {{ gettext, ngettext }} = ({function})({arguments});\n"


@cache
def compute_version(code: str) -> str:
    """Return a version for the URL of our pages' script, which changes with its content."""
    return hashlib.sha256(write_script(code, PAGES).encode()).hexdigest()[:12]
