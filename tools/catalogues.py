"""Bring the worker site's catalogues of translations up to date with its English texts.

    python tools/catalogues.py

Writes every text of the worker site into catalogues/messages.pot, adds new texts to each language's
catalogue and removes those that are gone, then prints what is left to translate. A text that changed
is a new text: its old translation is kept as a comment to start from only in Git.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from local_crowd.pages.languages.catalogues import CATALOGUES, NAMES  # noqa: E402

TEMPLATE = CATALOGUES / "messages.pot"
# Which argument of a call is a text; of two texts the first is for one, the second for many.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "Text": None,
    "PluralText": (1, 2),
}
PAGES = "local_crowd/pages"
Options = dict[str, str]
SOURCES: tuple[tuple[str, str, str, Options], ...] = (
    ("python", "local_crowd/operations", "*.py", {}),
    ("python", PAGES, "*.py", {}),
    ("jinja2", f"{PAGES}/templates", "*.html", {"trim_blocks": "true", "lstrip_blocks": "true"}),
    ("javascript", f"{PAGES}/static", "*.js", {}),
    ("javascript", f"{PAGES}/hit_scripts", "*.js", {}),
)
# How languages choose between the translations for one and for many.
PLURALS = {
    "de": "n != 1",
    "es": "n != 1",
    "fr": "n > 1",
    "hi": "n > 1",
    "pt-BR": "n > 1",
}
HEADER = """\
# {name}: the worker site's texts. docs/languages.md says how to add a language.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: {language}\\n"
"Plural-Forms: nplurals=2; plural=({plural});\\n"

"""


def extract() -> Catalog:
    """Return a catalogue of every text of the worker site, without translations."""
    catalogue = Catalog(charset="utf-8")
    for method, folder, pattern, options in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if "requester" in path.relative_to(ROOT / folder).parts:
                continue  # the requester's pages are English
            for text in _extract_from(path, method, options):
                # Without line numbers: they would change the catalogues with every edit.
                catalogue.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def _extract_from(path: Path, method: str, options: Options) -> Iterator[str | tuple[str, ...]]:
    for _, text, _, _ in extract_from_file(method, path, KEYWORDS, options=options):
        if text and not isinstance(text, str) and len(set(text)) == 1:
            text = text[0]  # noqa: PLW2901 - a plural that is the same for one and for many
        if text:
            yield text


def read_catalogue(code: str) -> Catalog:
    """Read a language's catalogue; return an empty one if there is none yet."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return Catalog(locale=code.replace("-", "_"), charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code.replace("-", "_"))


def update(code: str, template: Catalog) -> list[str]:
    """Update a language's catalogue from the template; return the texts without translation."""
    old, new = read_catalogue(code), Catalog(charset="utf-8")
    missing = []
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id)
        string = known.string if known and not known.fuzzy else None
        new.add(message.id, string, locations=message.locations)
        forms = [string] if not isinstance(string, tuple | list) else list(string)
        if not all(forms):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    language = code.replace("-", "_")
    header = HEADER.format(name=NAMES[code], language=language, plural=PLURALS[code])
    _write(CATALOGUES / f"{code}.po", header, new)
    return missing


def _write(path: Path, header: str, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, width=100, omit_header=True, include_lineno=False)


def main() -> int:
    """Update all catalogues; return 1 if a translation is missing."""
    CATALOGUES.mkdir(exist_ok=True)
    template = extract()
    _write(TEMPLATE, "# Every text of the worker site: made by tools/catalogues.py.\n\n", template)
    incomplete = 0
    for code in [code for code in NAMES if code in PLURALS]:
        for text in update(code, template):
            print(f"{code}: {text}")
            incomplete = 1
    return incomplete


if __name__ == "__main__":
    sys.exit(main())
