"""Languages of the worker site: translated texts from a catalogue, numbers, money and times by Babel.

What they need of Babel is imported when a worker first needs a language other than English.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from local_crowd.operations import texts
from local_crowd.operations.checks import format_dollars

CATALOGUES = Path(__file__).parent / "catalogues"
# By its BCP 47 code, each language in its own words.
NAMES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "pt-BR": "Português (Brasil)",
}


class Language(texts.Language, Protocol):
    """What the pages need of a language. There is one object for each, so it can be a key."""

    code: str

    def __hash__(self) -> int:
        """Return a hash of the object's identity."""
        ...

    def format_money(self, cents: int) -> str:
        """Format cents as dollars."""
        ...

    def format_utc(self, at: datetime) -> str:
        """Format a time to the minute."""
        ...

    def translate_countries(self, names: Mapping[str, str]) -> Mapping[str, str]:
        """Return the names of countries by their code, sorted by name."""
        ...

    def list_script_texts(self, path: str) -> Mapping[str, str | tuple[str, ...]]:
        """Return the translations of the scripts whose path contains `path`, by their English text."""
        ...

    @property
    def plural_rule(self) -> str:
        """The index of the form for n of a plural, in C and in JavaScript."""
        ...


class English(texts.English):
    """The language that the pages are written in."""

    code = "en"

    def format_money(self, cents: int) -> str:
        """Format cents as dollars: 5 -> "$0.05"."""
        return f"${format_dollars(cents)}"

    def format_utc(self, at: datetime) -> str:
        """Format a time to the minute: "2026-01-31 12:00"."""
        return f"{at:%Y-%m-%d %H:%M}"

    def translate_countries(self, names: Mapping[str, str]) -> Mapping[str, str]:
        """Return the names, which are English."""
        return names

    plural_rule = "n != 1"

    def list_script_texts(self, path: str) -> Mapping[str, str | tuple[str, ...]]:  # noqa: ARG002
        """Return no texts: scripts contain the English ones."""
        return {}


class TranslatedLanguage:
    """A language with a catalogue. A text that its catalogue lacks stays English."""

    def __init__(self, code: str) -> None:
        from babel import Locale
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        self.code = code
        self._locale = Locale.parse(code, sep="-")
        with (CATALOGUES / f"{code}.po").open("rb") as file:
            catalogue = read_po(file, locale=str(self._locale))
        # GNUTranslations reads only the compiled format. Compiling takes 10 ms, once in a process.
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = GNUTranslations(compiled)
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self.plural_rule = catalogue.plural_expr
        self._script_texts: list[tuple[str, str, Any]] = [
            (name, message.id if isinstance(message.id, str) else message.id[0], message.string)
            for message in catalogue
            for name, _ in message.locations
            if message.id and name.endswith(".js")
        ]

    def format_number(self, number: int) -> str:
        """Format a whole number with the language's separators."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self._locale)

    def format_money(self, cents: int) -> str:
        """Format cents as US dollars."""
        from babel.numbers import format_currency

        return format_currency(Decimal(cents) / 100, "USD", locale=self._locale)

    def format_utc(self, at: datetime) -> str:
        """Format a time to the minute."""
        from babel.dates import format_date, format_time

        day = format_date(at, "medium", locale=self._locale)
        return f"{day} {format_time(at, 'short', locale=self._locale)}"

    def translate_countries(self, names: Mapping[str, str]) -> Mapping[str, str]:
        """Return the names of countries by their code, sorted by name."""
        named = {code: self._locale.territories.get(code, name) for code, name in names.items()}
        return dict(sorted(named.items(), key=lambda item: _make_sort_key(item[1])))

    def list_script_texts(self, path: str) -> Mapping[str, str | tuple[str, ...]]:
        """Return the translations of the scripts whose path contains `path`, by their English text."""
        return {english: text for name, english, text in self._script_texts if path in name}


def _make_sort_key(name: str) -> str:
    """Return a key that sorts names with accents beside those without."""
    decomposed = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


ENGLISH = English()


@cache
def load_language(code: str) -> Language:
    """Return a language of NAMES by its code."""
    return ENGLISH if code == ENGLISH.code else TranslatedLanguage(code)
