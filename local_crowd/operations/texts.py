"""Texts for workers, as English templates that the pages translate."""

from typing import Any, Protocol


class Language(Protocol):
    """What a Text needs of a language: its translations, and how it writes whole numbers."""

    def gettext(self, template: str) -> str:
        """Translate a template."""
        ...

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Translate the template for `count`, of the English ones for one and for many."""
        ...

    def format_number(self, number: int) -> str:
        """Format a whole number."""
        ...


class English:
    """The language of the templates."""

    def gettext(self, template: str) -> str:
        """Return the template."""
        return template

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the template for `count`."""
        return one if count == 1 else many

    def format_number(self, number: int) -> str:
        """Format a whole number, such as 12,345."""
        return f"{number:,}"


ENGLISH = English()


class Text:
    """A text for workers: an English template with `%(name)s` where its values go.

    `str` gives the English text. A value is a string, a whole number, a Text, or a list of Texts.
    A percent sign in the template is written `%%`.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.render(ENGLISH)

    def fill(self, **values: Any) -> "Text":
        """Return the same template with these values."""
        return Text(self.template, **values)

    def render(self, language: Language) -> str:
        """Return the text in the language."""

        def to_words(value: Any) -> str:
            if isinstance(value, Text):
                return value.render(language)
            if isinstance(value, list):
                return "; ".join(map(to_words, value))
            return language.format_number(value) if isinstance(value, int) else str(value)

        values = {name: to_words(value) for name, value in self.values.items()}
        return self._translate(language) % values

    def _translate(self, language: Language) -> str:
        return language.gettext(self.template)


class PluralText(Text):
    """A Text with a template for one and a template for many, of which `count` chooses."""

    def __init__(self, one: str, many: str, count: int, /, **values: Any) -> None:
        super().__init__(one, **values)
        self.many = many
        self.count = count

    def _translate(self, language: Language) -> str:
        return language.ngettext(self.template, self.many, self.count)


DAY, HOUR, MINUTE = 86400, 3600, 60  # seconds


def describe_duration(seconds: int) -> list[PluralText]:
    """Return seconds in words, as the two largest units: 5400 gives "1 hour", "30 minutes"."""
    days, seconds = divmod(seconds, DAY)
    hours, seconds = divmod(seconds, HOUR)
    minutes, seconds = divmod(seconds, MINUTE)
    parts = [
        PluralText("%(count)s day", "%(count)s days", days, count=days),
        PluralText("%(count)s hour", "%(count)s hours", hours, count=hours),
        PluralText("%(count)s minute", "%(count)s minutes", minutes, count=minutes),
        PluralText("%(count)s second", "%(count)s seconds", seconds, count=seconds),
    ]
    return [part for part in parts if part.count][:2] or [parts[-1]]
