"""A worker's browser at a served crowd: the frame of a HIT, and the answers that come back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from amt.answers import parse_fields
from tests.support.crowds import CrowdUnderTest
from tests.support.worker_sites import html_question

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

OVER = "That was the last HIT of this group for you."


def expect(subject: Any) -> Any:
    """Playwright's expect, imported when used: without a browser these files are still read."""
    from playwright.sync_api import expect

    return expect(subject)


@dataclass
class Desk:
    """Where one worker sits: `page` is theirs, `crowd` the one that is served to them."""

    crowd: CrowdUnderTest
    page: "Page"

    @property
    def url(self) -> str:
        """The site's address, without a slash at its end."""
        return self.crowd.client.meta.endpoint_url.rstrip("/")

    def sign_in(self) -> None:
        """Come in as Ada."""
        self.page.goto(f"{self.url}/sign_in")
        self.page.get_by_label("Nickname").fill("Ada")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="HITs you can do")).to_be_visible()

    def preview(self, question: str) -> "FrameLocator":
        """Launch a HIT of this question (XML, or a page's HTML) and look at it."""
        if "AWSMechanicalTurkDataSchemas" not in question:
            question = html_question(question)
        self.hit_id = self.crowd.make_hit(Question=question)
        self.sign_in()
        self.page.goto(f"{self.url}/groups/{self.crowd.hit(self.hit_id)['HITTypeId']}")
        return self.page.frame_locator("iframe")

    def accept(self, question: str) -> "FrameLocator":
        """Launch a HIT of this question and accept it."""
        self.preview(question)
        self.page.get_by_role("button", name="Accept").click()
        expect(self.page.get_by_role("timer")).to_be_visible()
        return self.page.frame_locator("iframe")

    def answers(self) -> dict[str, Any]:
        """The fields of the one answer that was submitted, when the worker is told so."""
        expect(self.page.get_by_text(OVER)).to_be_visible()
        (xml,) = self.answer_xmls()
        return parse_fields(xml)

    def answer_xmls(self) -> list[str]:
        """The answers to the HIT so far, as ListAssignmentsForHIT gives them."""
        assignments = self.crowd.client.list_assignments_for_hit(HITId=self.hit_id)["Assignments"]
        return [assignment["Answer"] for assignment in assignments]


NewDesk = Callable[[], Desk]
