"""The catalogues of translations: complete, and fit for the pages that show them."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from local_crowd.pages.languages.catalogues import NAMES
from tools import catalogues, texts

ROOT = Path(__file__).resolve().parents[2]
TRANSLATED = [code for code in NAMES if code != "en"]
PAGES = "local_crowd/pages/"
# Names, which every language shares, and what programs read.
NO_TEXTS = {"· Local crowd", "Local crowd", "UTC"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
CHECKED_ELSEWHERE = re.compile(
    r"\{% trans.*?endtrans %\}|\{% block (?:body_class|drafts) %\}.*?\{% endblock %\}", re.DOTALL
)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def extracted() -> Catalog:
    return catalogues.extract()


def ids_of(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue
        if message.id
    }


def forms_of(message: Message) -> list[str]:
    string = message.string
    return [string or ""] if isinstance(string, str | None) else list(string)


def test_the_template_has_every_text_of_the_worker_site(extracted: Catalog) -> None:
    """If this fails, run `make catalogues` and translate what it prints."""
    with catalogues.TEMPLATE.open("rb") as file:
        template = read_po(file)

    assert ids_of(template) == ids_of(extracted)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(code: str, extracted: Catalog) -> None:
    """If this fails, run `make catalogues` and translate what it prints."""
    catalogue = catalogues.read_catalogue(code)
    incomplete = [
        message.id
        for message in catalogue
        if message.id and (message.fuzzy or not all(map(str.strip, forms_of(message))))
    ]

    assert ids_of(extracted) - ids_of(catalogue) == set()
    assert ids_of(catalogue) - ids_of(extracted) == set()
    assert incomplete == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_values_tags_and_plurals(code: str) -> None:
    """A translation has the values and tags of its text, and nothing that could end an attribute."""
    catalogue = catalogues.read_catalogue(code)
    wrong = [
        (message.id, form)
        for message in catalogue
        if message.id
        for number, form in enumerate(forms_of(message))
        if not any(fits(text, form) for text in templates_of(message)[number:])
    ]

    assert wrong == []
    assert catalogue.num_plurals == 2
    for message in catalogue:
        assert len(forms_of(message)) == (2 if message.pluralizable else 1), message.id


def templates_of(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def fits(text: str, translation: str) -> bool:
    values, tags = (
        [Counter(pattern.findall(each)) for each in (text, translation)]
        for pattern in (PLACEHOLDER, TAG)
    )
    return values[0] == values[1] and tags[0] == tags[1] and '"' not in TAG.sub("", translation)


def test_every_text_of_a_template_can_be_translated() -> None:
    """Words that stand in a worker's page outside _("...") would be English in every language."""
    left = [
        (name, text)
        for name, text in words_of_templates()
        if text not in NO_TEXTS and re.match("[A-Za-z]{2,} .|[A-Z][a-z]", text)
    ]

    assert left == []


def words_of_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / PAGES / "templates").rglob("*.html")):
        if "requester" in path.parts:
            continue
        source = CHECKED_ELSEWHERE.sub("", path.read_text("utf-8"))
        parser = texts._Words()
        parser.feed(texts.VALUE.sub("", texts.JINJA.sub("", source)))
        parser.close()
        for _, text in parser.texts:
            yield path.name, text


def test_every_text_of_a_script_can_be_translated(extracted: Catalog) -> None:
    """Words that stand in a script outside gettext("...") would be English in every language."""
    known = {text for message in extracted for text in templates_of(message)}
    scripts = [
        (name, text)
        for name, _, text in texts.javascript_texts()
        if name.startswith((f"{PAGES}static/", f"{PAGES}hit_scripts/"))
        and not name.endswith("requester.js")
    ]

    assert len(scripts) > 150
    sentences = [entry for entry in scripts if re.match(r"[A-Z%]\S.* ", entry[1])]
    assert [entry for entry in sentences if entry[1] not in known] == []


def test_no_page_flashes_a_text_that_is_not_translated() -> None:
    """Workers' pages flash translated texts only."""
    flashed = [
        ast.unparse(call)
        for path in sorted((ROOT / PAGES).rglob("*.py"))
        if "requester" not in path.parts
        for call in calls_of(path, "flash")
        if isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]

    assert flashed == []


def calls_of(path: Path, name: str) -> Iterable[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node
