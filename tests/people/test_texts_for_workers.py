"""Texts for workers: English as they stand, and translated with their values."""

from local_crowd.operations.texts import English, PluralText, Text


class Shouting(English):
    """A language whose translations are the English templates in capitals."""

    def gettext(self, template: str) -> str:
        """Return the template with some words in capitals."""
        return template.replace("You have", "YOU HAVE").replace("at least", "AT LEAST")

    def format_number(self, number: int) -> str:
        """Group digits by a dot."""
        return f"{number:,}".replace(",", ".")


def test_a_text_is_english_unless_it_is_rendered_in_a_language() -> None:
    """Numbers are grouped as the language does it; strings and ids stay as they are."""
    text = Text("You have %(count)s of %(name)s", count=4096, name="at least")

    assert str(text) == "You have 4,096 of at least"
    assert text.render(Shouting()) == "YOU HAVE 4.096 of at least"


def test_texts_within_a_text_are_translated_too() -> None:
    """A list of texts is joined by semicolons."""
    lines = [Text("at least %(value)s", value=str(value)) for value in (3, 1000)]

    assert Text("You have: %(lines)s.", lines=lines).render(Shouting()) == (
        "YOU HAVE: AT LEAST 3; AT LEAST 1000."
    )


def test_a_plural_text_follows_its_count() -> None:
    for count, words in ((1, "1 minute"), (2, "2 minutes"), (0, "0 minutes")):
        assert str(PluralText("%(n)s minute", "%(n)s minutes", count, n=count)) == words
