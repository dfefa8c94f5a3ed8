"""A worker's browser at a served crowd: the frame of a HIT, and the answers submitted in it."""

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
    """Return Playwright's expect, imported on use, because tests are collected without a browser
    too.
    """
    from playwright.sync_api import expect

    return expect(subject)


@dataclass
class Desk:
    """A worker's browser: `page` shows the site of `crowd`, which is served."""

    crowd: CrowdUnderTest
    page: "Page"

    @property
    def url(self) -> str:
        """Return the site's URL, without a slash at its end."""
        return self.crowd.client.meta.endpoint_url.rstrip("/")

    def sign_in(self) -> None:
        """Sign in as Ada."""
        self.page.goto(f"{self.url}/sign_in")
        self.page.get_by_label("Nickname").fill("Ada")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="HITs you can do")).to_be_visible()

    def preview(self, question: str) -> "FrameLocator":
        """Create a HIT with this question (XML, or a page's HTML) and preview it; return its frame."""
        if "AWSMechanicalTurkDataSchemas" not in question:
            question = html_question(question)
        self.hit_id = self.crowd.make_hit(Question=question)
        self.sign_in()
        self.page.goto(f"{self.url}/groups/{self.crowd.hit(self.hit_id)['HITTypeId']}")
        return self.page.frame_locator("iframe")

    def accept(self, question: str) -> "FrameLocator":
        """Create a HIT with this question and accept it; return its frame."""
        self.preview(question)
        self.page.get_by_role("button", name="Accept").click()
        expect(self.page.get_by_role("timer")).to_be_visible()
        return self.page.frame_locator("iframe")

    def answers(self) -> dict[str, Any]:
        """Return the fields of the only submitted answer, once the page thanks the worker for it."""
        expect(self.page.get_by_text(OVER)).to_be_visible()
        (xml,) = self.answer_xmls()
        return parse_fields(xml)

    def answer_xmls(self) -> list[str]:
        """Return the HIT's answers so far, as ListAssignmentsForHIT shows them."""
        assignments = self.crowd.client.list_assignments_for_hit(HITId=self.hit_id)["Assignments"]
        return [assignment["Answer"] for assignment in assignments]


NewDesk = Callable[[], Desk]
