"""The worker site speaks the worker's language; requesters and programs read English."""

from datetime import UTC, datetime

import pytest

from local_crowd.pages.languages.catalogues import load_language
from local_crowd.pages.languages.choice import choose_language
from places import countries
from tests.support.worker_sites import Visitor, World, words

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "nl,de;q=0.5,en;q=0.7", "en"),
        (None, "sv, *;q=0.5", "en"),
        (None, "de;q=0, en", "en"),
        (None, "not a header;;q=", "en"),
        ("en", "de", "en"),
        ("xx", "de", "de"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_first_that_the_browser_accepts(
    chosen: str | None, accepted: str, code: str
) -> None:
    assert choose_language(chosen, accepted) == code


def test_a_worker_reads_the_pages_in_the_language_of_the_browser(world: World) -> None:
    """Labels, money, durations and messages raised by operations are German; the HIT is as it was."""
    hit = world.launch(Title="Which animal is it?", Reward="0.05")
    ada = world.visitor("Ada")

    page = ada.get("/", headers=GERMAN)
    assert '<html lang="de">' in page.text
    assert "HITs, die Sie machen können" in words(page)
    assert "Which animal is it?" in words(page)
    assert "Vergütung 0,05\N{NO-BREAK SPACE}$" in page.text.replace('</dt><dd class="reward">', " ")
    refused = ada.get("/groups/" + "3" + "Z" * 29, headers=GERMAN)
    assert (refused.status_code, "Diese Seite gibt es nicht." in words(refused)) == (404, True)
    refused = ada.get(f"/hit_page/{hit['HITId']}?assignmentId=3ZZ", headers=GERMAN)
    assert "Diese Zuweisung gibt es nicht. Nehmen Sie zuerst den HIT an." in words(refused)


def test_a_worker_changes_the_language_and_stays_on_the_page(world: World) -> None:
    """The choice is in a cookie, so it survives signing out; other values change nothing."""
    ada = world.visitor("Ada")

    changed = ada.post("/language", {"language": "de", "next": "/earnings?a=b"})
    assert (changed.status_code, changed.location) == (303, "/sandbox/earnings?a=b")
    assert "Verdienst" in words(ada.get("/earnings"))
    ada.post("/sign_out")
    assert "In der Testumgebung anmelden" in words(ada.get("/sign_in"))
    assert (
        ada.post("/language", {"language": "xx", "next": "//other.example"}).location == "/sandbox/"
    )
    assert "In der Testumgebung anmelden" in words(ada.get("/sign_in"))


def test_requesters_read_english(world: World) -> None:
    """Their pages have no choice of languages, whatever the browser accepts."""
    page = Visitor(world.app).get("/requester/sign_in", headers=GERMAN)

    assert '<html lang="en">' in page.text
    assert "Sign in as a requester" in words(page)
    assert "Deutsch" not in page.text


def test_scripts_get_the_texts_of_the_language(world: World) -> None:
    """The script with the texts is cached forever, at a URL that changes with its content."""
    ada, _, assignment_id = world.holder()

    page = ada.get(f"/work/{assignment_id}", headers=GERMAN).text
    url = page.partition('src="/sandbox/script_texts/')[2].partition('"')[0]
    script = ada.get(f"/script_texts/{url}")
    assert url.startswith("de.js?v=")
    assert "Ihre Antwort wird gesendet" in script.text
    assert "Vergütung" not in script.text
    assert "immutable" in script.headers["Cache-Control"]


def test_what_we_add_to_a_page_is_in_the_language_that_the_worker_chose(world: World) -> None:
    """The button, the script of Amazon's elements and the guard; the requester's words stay."""
    html = "<!DOCTYPE html><title>Zoo</title><p>Submit what you see: <input name='a'>"
    ada, hit, assignment_id = world.holder(html=html)
    elements = world.launch(
        "<!DOCTYPE html><script src='https://assets.crowd.aws/crowd-html-elements.js'></script>"
        "<crowd-form><crowd-input name='a'></crowd-input></crowd-form>"
    )
    ada.post("/language", {"language": "de"})

    page = ada.get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}").text
    assert '<input type="submit" id="submitButton" value="Absenden">' in page
    assert "<p>Submit what you see: <input name='a'>" in page
    other = ada.accept(elements["HITTypeId"], hit_id=elements["HITId"])
    page = ada.get(f"/hit_page/{elements['HITId']}?assignmentId={other}").text
    assert "Bitte geben Sie den HIT zur\u00fcck und sagen Sie es seinem Auftraggeber." in page
    url = page.partition("src='http://localhost/sandbox")[2].partition("'")[0].replace("&amp;", "&")
    assert url.endswith("&language=de")
    assert "Bitte f\u00fcllen Sie dies aus." in ada.get(url).text
    assert "Bitte f\u00fcllen" not in ada.get(url.replace("=de", "=en")).text
    assert "Bitte f\u00fcllen" not in ada.get(url.replace("=de", "=xx")).text


def test_numbers_times_and_countries_are_written_as_the_language_does() -> None:
    german, english = load_language("de"), load_language("en")
    at = datetime(2026, 1, 31, 14, 5, tzinfo=UTC)

    assert german.format_number(12345) == "12.345"
    assert german.format_money(123456) == "1.234,56\N{NO-BREAK SPACE}$"
    assert (german.format_utc(at), english.format_utc(at)) == (
        "31.01.2026 14:05",
        "2026-01-31 14:05",
    )
    names = list(german.translate_countries(countries()).values())
    assert names.index("Afghanistan") < names.index("Ägypten") < names.index("Albanien")
    assert english.translate_countries(countries()) == countries()
