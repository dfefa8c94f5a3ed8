"""A page with crowd- elements in a browser, without a server: it shows the answer it would submit."""

import json
from typing import TYPE_CHECKING, Any

from local_crowd.pages.questions.scripts import ELEMENTS_SCRIPT, TYPES, VENDOR, load_script

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

SITE = "http://crowd.example/sandbox"
SCRIPT = f'<script src="{SITE}/hit_scripts/{ELEMENTS_SCRIPT}"></script>'
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" '
    'height="100" fill="#8ac"/></svg>'
)
SHOWN = "taskAnswers = "


class ElementPage:
    """Shows pages that load our replacement of Amazon's elements."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self._html = ""
        page.route("**/*", self._respond)

    def _respond(self, route: "Route") -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/hit_scripts/vendor/"):
            file = VENDOR / path.removeprefix("/hit_scripts/vendor/")
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix], headers=headers)
        elif path.startswith("/hit_scripts/"):
            route.fulfill(body=load_script(ELEMENTS_SCRIPT), content_type=TYPES[".js"])
        elif path.endswith(".svg"):
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")

    def open(self, html: str, script: str = SCRIPT) -> None:
        """Show a page with these elements, on a screen of 1,280 pixels."""
        self._html = (
            f'<!DOCTYPE html><meta name="viewport" content="width=device-width">{script}{html}'
        )
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.goto(f"{SITE}/hit_page/x")

    def shrink(self) -> None:
        """Show the page as on a phone, and assert that nothing is wider than the screen."""
        self.page.set_viewport_size({"width": 390, "height": 800})
        width = self.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 390

    def submit(self) -> Any:
        """Press Submit; return the object that would be submitted."""
        self.page.get_by_role("button", name="Submit").click()
        return self.answer()

    def answer(self) -> Any:
        """Return the object that the page would have submitted."""
        text = self.page.get_by_text(SHOWN).inner_text()
        (answer,) = json.loads(text.partition(SHOWN)[2])
        return answer
