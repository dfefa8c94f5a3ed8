"""Participants of Prolific, Connect and SONA in a browser: from the panel's page to its credit."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.animal_hit import FORM, answer
from tests.support.hit_frames import expect
from tests.support.live_site import CODES, PID, People
from tests.support.stand_in_panel import (
    CONNECT_PROJECT,
    CREDIT_TOKEN,
    EXPERIMENT,
    StandInPanel,
    serve_panel,
)
from tests.support.worker_sites import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

CREDIT = f"webstudy_credit.aspx?experiment_id={EXPERIMENT}&credit_token={CREDIT_TOKEN}"


class Places(NamedTuple):
    """A served crowd, its URL, and a panel."""

    people: People
    url: str
    panel: StandInPanel

    def link(self, preset: str, *argv: str) -> None:
        """Give the panel a link to a new HIT, made with the preset."""
        hit = self.people.launch(FORM, Title=f"For {preset}", MaxAssignments=1)
        (line,) = self.people.manage(
            *("add_panel_link", "--hit_type_id", hit["HITTypeId"], "--url", self.url),
            *("--preset", preset, *argv),
        )
        self.panel.study_url = line["url"]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Serve the crowd and the panel for all tests of the module."""
    people = People(tmp_path_factory.mktemp("panels") / "crowd")
    with serving(people.app) as sandbox, serve_panel() as panel:
        yield Places(people, sandbox.removesuffix("/sandbox"), panel)
    people.app.close()


def take_part(page: "Page", panel: StandInPanel, kind: str, participant: str) -> None:
    """Go from the panel's page of the study to the first HIT, or to what is shown in its place."""
    page.goto(f"{panel.url}/study/{kind}/{participant}")
    page.get_by_role("link", name="Take part").click()
    page.get_by_role("button", name="Start").click()


def test_a_prolific_participant_returns_with_the_code(
    places: Places, open_page: Callable[[], "Page"]
) -> None:
    """Who finished and who found nothing left each arrive at Prolific with their own code."""
    completion = f"{places.panel.url}/submissions/complete?cc={{code}}"
    places.link("prolific", "--completion_url", completion, *CODES)
    ada, ben = open_page(), open_page()
    take_part(ada, places.panel, "prolific", PID)
    answer(ada.frame_locator("iframe"), "cat")
    expect(ada.get_by_label("Completion code")).to_have_value("DONE1")
    ada.get_by_role("link", name="Back to localhost").click()
    expect(ada.get_by_role("heading", name="Submission completed")).to_be_visible()

    take_part(ben, places.panel, "prolific", PID[::-1])
    expect(ben.get_by_label("Completion code")).to_have_value("NONE3")
    ben.get_by_role("link", name="Back to localhost").click()
    expect(ben.get_by_role("heading", name="Submission nothing left")).to_be_visible()


def test_a_connect_participant_returns_to_the_projects_redirect(
    places: Places, open_page: Callable[[], "Page"]
) -> None:
    """Connect adds its parameters to the address, and its redirect needs no code."""
    completion = f"{places.panel.url}/participant/project/{CONNECT_PROJECT}/complete"
    places.link("connect", "--completion_url", completion)
    page = open_page()
    take_part(page, places.panel, "connect", "C0FFEE")
    answer(page.frame_locator("iframe"), "cat")
    expect(page.get_by_text("Go back to localhost to end your participation")).to_be_visible()
    expect(page.get_by_label("Completion code")).to_have_count(0)
    page.get_by_role("link", name="Back to localhost").click()

    expect(page.get_by_role("heading", name="Project completed")).to_be_visible()


def test_a_sona_participant_is_credited_by_their_own_code(
    places: Places, open_page: Callable[[], "Page"]
) -> None:
    """The redirect grants credit to whoever finished, and to nobody who found nothing left."""
    completion = f"{places.panel.url}/{CREDIT}&survey_code={{participant}}"
    places.link("sona", "--completion_url", completion)
    ada, ben = open_page(), open_page()
    ada.clock.install()
    take_part(ada, places.panel, "sona", "4711")
    answer(ada.frame_locator("iframe"), "cat")
    expect(ada.get_by_text("You will be redirected in")).to_be_visible()
    ada.clock.run_for(16_000)
    expect(ada.get_by_role("heading", name="Credit granted to 4711")).to_be_visible()

    take_part(ben, places.panel, "sona", "4712")
    ben.get_by_role("link", name="Back to localhost").click()
    expect(ben.get_by_role("heading", name="The panel's front page")).to_be_visible()
    assert "Credit granted to 4712" not in places.panel.completed
