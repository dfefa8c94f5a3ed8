"""The page before the first HIT, for nicknames, accounts and participants of panels."""

import re
from typing import Any

from local_crowd.operations.hits import consents
from tests.support.crowds import HIT_TYPE
from tests.support.live_site import People
from tests.support.panel_participants import do, go_on, work_on
from tests.support.worker_sites import UNKNOWN, World, words

TEXT = "You see *spiders*. Write to <mailto:lab@example.org>."
SHOWN = "You see spiders . Write to mailto:lab@example.org ."


def launch(world: World, text: str = TEXT, **more: Any) -> tuple[str, str]:
    """Create a HIT with a text; return the path of its group's text, and its HIT type."""
    consent = world.perform("CreateConsent", Name="consent.md", Text=text)["ConsentId"]
    hit_type = world.launch(ConsentId=consent, **more)["HITTypeId"]
    return f"/consent/{hit_type}", hit_type


def test_a_worker_agrees_once_and_reads_it_again(world: World) -> None:
    """The preview and accepting lead to the text; the next group with it does not."""
    path, hit_type = launch(world)
    _, second = launch(world, Title="Another group")
    ada = world.visitor("Ada")

    for answer in (ada.get(f"/groups/{hit_type}"), ada.post(f"/groups/{hit_type}/accept")):
        assert (answer.status_code, answer.location) == (303, f"/sandbox{path}")
    page = ada.get(path)
    assert "Before you start Name the animal · Vision lab · $0.05" in words(page)
    assert SHOWN.replace(" .", ".") in words(page).replace(" .", ".")
    hit = world.perform("ListHITs")["HITs"][-1]["HITId"]
    preview = ada.get(f"/hit_page/{hit}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE")
    assert preview.status_code == 403
    assert ada.bare_post(path, {"agree": "yes"}).status_code == 400  # a page of another site
    answer = ada.post(path, {"decline": "yes"}, follow_redirects=True)
    assert "You did not agree, so you cannot do these HITs. Nothing was recorded." in words(answer)
    assert ada.get(f"/groups/{hit_type}").status_code == 303

    answer = ada.post(path, {"agree": "yes"})

    assert answer.location == f"/sandbox/groups/{hit_type}"
    assignment = ada.accept(hit_type)
    assert f'href="/sandbox{path}"' in ada.get(f"/work/{assignment}").text
    again = words(ada.get(path))
    assert "You agreed to this" in again
    assert "I agree" not in again
    ada.accept(second)
    bea = world.visitor("Bea")
    assert bea.get(f"/groups/{hit_type}").status_code == 303


def test_the_hourly_pay_is_shown_once_it_is_known(world: World) -> None:
    """By the median working time of the answers so far."""
    path, hit_type = launch(world, MaxAssignments=9)
    reader = world.visitor("Reader")
    for number in range(consents.FEWEST_ANSWERS):
        assert "per hour" not in words(reader.get(path))
        ada = world.visitor(f"Ada {number}")
        ada.post(path, {"agree": "yes"})
        assignment = ada.accept(hit_type)
        world.clock.advance(90)
        ada.submit(assignmentId=assignment, word="cat")

    assert (
        "Half of the people so far needed 1 minute 30 seconds or less for such a HIT. At that pace, "
        "the reward is $2.00 per hour."
    ) in words(reader.get(path))


def test_a_participant_agrees_or_is_told_how_to_return(live: People) -> None:
    """Who does not agree holds no HIT, gets no completion code, and may come again by the link."""
    path, hit_type = launch(live, MaxAssignments=9)
    other, _ = launch(live, "Another text", Title="Not of the link")
    _, link = live.panel_link(hit_type)
    ada = live.participant(link)

    assert go_on(ada) == path
    assert ada.get(other).status_code == 404
    declined = ada.post(path, {"csrf_token": token(ada, path), "decline": "yes"})
    assert (
        "You cannot take part in this study without agreeing. You hold no HIT of it, and nothing was "
        "recorded. You did nothing wrong. Go back to app.prolific.com and return your submission there, "
        "without a completion code."
    ) in words(declined)
    assert go_on(ada) == path

    agreed = ada.post(path, {"agree": "yes"})

    assert (agreed.status_code, agreed.location) == (307, "/panel/next")
    assert f'href="{path}"' in ada.get(f"/work/{work_on(ada)}").text
    do(ada)
    assert go_on(ada) == "/panel"
    assert "DONE1" in ada.get("/panel").text


def token(visitor: Any, path: str) -> str:
    """The CSRF token in the form of a page."""
    return re.findall(r'name="csrf_token" value="([^"]+)"', visitor.get(path).text)[0]


def test_an_account_agrees_too_and_what_has_no_text_is_not_found(live: People) -> None:
    """Each account for itself."""
    path, hit_type = launch(live)
    without = live.launch()["HITTypeId"]
    ada = live.member()

    assert ada.get(f"/groups/{hit_type}").location == path
    assert ada.post(path, {"agree": "yes"}).location == f"/groups/{hit_type}"
    ada.accept(hit_type)
    assert ada.get(f"/consent/{without}").status_code == 404
    assert ada.post(f"/consent/{UNKNOWN}", {"agree": "yes"}).status_code == 404
    assert HIT_TYPE["Title"] in words(ada.get(path))
