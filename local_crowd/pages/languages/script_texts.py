"""The script that translates the texts of the scripts after it on a page."""

import hashlib
from functools import cache
from pathlib import Path

from local_crowd.pages.languages.catalogues import load_language


@cache
def write_script(code: str) -> str:
    """Return translate.js with the language's texts: it defines gettext and ngettext."""
    source = (Path(__file__).parent / "translate.js").read_text("utf-8")
    texts = load_language(code).write_script_texts()
    function = source[source.index("\n(") :].strip()
    return f"const {{ gettext, ngettext }} = ({function})({texts});\n"


@cache
def compute_version(code: str) -> str:
    """Return a version for the script's URL, which changes with its content."""
    return hashlib.sha256(write_script(code).encode()).hexdigest()[:12]
