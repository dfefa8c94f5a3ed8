"""Elements that show something, and switches: by mouse, by keys and by scripts, on wide and narrow
screens. The answers are in Amazon's documented form.
"""

from typing import TYPE_CHECKING

import pytest

from tests.support.element_pages import ElementPage
from tests.support.hit_frames import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def shown(page: "Page") -> ElementPage:
    """A page for elements."""
    return ElementPage(page)


def test_tabs_show_one_part_and_find_what_is_missing(shown: ElementPage) -> None:
    """Mouse, keys and scripts select a tab; fields of all tabs are submitted, and a missing one is
    shown. The page's own style cannot show a tab that is not selected.
    """
    shown.open(
        """<style>.box { display: grid }</style><crowd-form><crowd-tabs>
        <crowd-tab header="Read" class="box"><p>First part</p></crowd-tab>
        <crowd-tab header="Answer" class="box"><crowd-input name="word" label="Word" required>
        </crowd-input></crowd-tab>
        <crowd-tab header="More" class="box"><label>Note <input name="note" required></label></crowd-tab>
        </crowd-tabs></crowd-form>"""
    )
    page = shown.page
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(["Read", "Answer", "More"])
    expect(page.get_by_role("tabpanel", name="Read")).to_contain_text("First part")
    expect(page.get_by_label("Word")).not_to_be_visible()
    tabs.nth(0).press("ArrowLeft")
    expect(tabs.nth(2)).to_be_focused()
    expect(page.get_by_label("Note")).to_be_visible()
    tabs.nth(2).press("Home")
    expect(page.get_by_text("First part")).to_be_visible()

    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("Word")).to_be_focused()
    page.get_by_label("Word").fill("cat")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("Note")).to_be_focused()
    page.get_by_label("Note").fill("none")
    shown.shrink()
    tabs.nth(0).click()
    page.evaluate(
        """() => {
          const tab = document.createElement('crowd-tab');
          tab.setAttribute('header', 'Made later');
          document.querySelector('crowd-tabs').append(tab);
          document.querySelector('crowd-tabs').selected = 3;
        }"""
    )
    expect(page.get_by_role("tab", name="Made later")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("First part")).not_to_be_visible()

    assert shown.submit() == {"word": "cat", "note": "none"}


def test_alerts_windows_and_toasts(shown: ElementPage) -> None:
    """A message is dismissed, a window opens by its link and by a script, and of two toasts the last
    is visible, for as long as it says.
    """
    shown.open(
        """<div id="box"></div><crowd-form><crowd-alert type="success">Well done</crowd-alert>
        <crowd-modal link-text="See examples" link-type="button">Three of them
        <crowd-input name="inside" label="Inside" required></crowd-input></crowd-modal>
        <crowd-modal id="other"><p>The other window</p></crowd-modal>
        <crowd-toast opened duration="0">Welcome</crowd-toast>
        <crowd-toast id="toast" text="Saved" duration="600"></crowd-toast></crowd-form>"""
    )
    page = shown.page
    expect(page.get_by_role("status").filter(has_text="Well done")).to_be_visible()
    page.evaluate(
        "box.innerHTML = '<crowd-alert type=\"error\" dismissible>Wrong code</crowd-alert>'"
    )
    expect(page.get_by_role("alert").filter(has_text="Wrong code")).to_be_visible()
    page.get_by_role("button", name="Dismiss this message").click()
    expect(page.get_by_text("Wrong code")).not_to_be_visible()

    expect(page.get_by_text("Welcome")).to_be_visible()
    page.evaluate("toast.show()")
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.get_by_text("Welcome")).not_to_be_visible()
    expect(page.get_by_text("Saved")).not_to_be_visible()

    expect(page.get_by_role("button", name="Click to open modal")).to_be_visible()
    page.evaluate("other.open()")
    shown.shrink()
    expect(page.get_by_text("The other window")).to_be_visible()
    page.evaluate("other.close()")
    expect(page.get_by_text("The other window")).not_to_be_visible()
    page.get_by_role("button", name="See examples").click()
    expect(page.get_by_role("dialog", name="See examples")).to_be_visible()
    expect(page.get_by_text("Three of them")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Three of them")).not_to_be_visible()
    page.get_by_role("button", name="Submit").click()
    page.get_by_label("Inside").fill("x")
    field, clip = page.get_by_label("Inside"), page.get_by_role("dialog").locator("section")
    room = field.evaluate("it => it.getBoundingClientRect().x") - clip.evaluate(
        "it => it.getBoundingClientRect().x"
    )
    page.get_by_role("button", name="Close").click()

    assert room >= 5  # the focus ring takes 5 pixels, and was cut off
    assert shown.submit() == {"inside": "x"}


def test_switches(shown: ElementPage) -> None:
    """Each says whether it is on, under its value; a required one must be on."""
    shown.open(
        """<crowd-form><crowd-toggle-button name="theToggler">Plain</crowd-toggle-button>
        <crowd-toggle-button name="given" value="someValue" checked>Given</crowd-toggle-button>
        <crowd-toggle-button name="off" disabled>Off</crowd-toggle-button>
        <crowd-toggle-button name="needed" required invalid>Needed</crowd-toggle-button></crowd-form>"""
    )
    page = shown.page
    page.get_by_role("switch", name="Plain").press(" ")
    expect(page.get_by_role("switch", name="Off")).to_be_disabled()
    needed = page.get_by_role("switch", name="Needed")
    expect(needed).to_have_css("background-color", "rgb(163, 22, 26)")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Please switch this on.")).to_be_visible()
    shown.shrink()
    needed.check()

    assert shown.submit() == {
        "theToggler": {"on": True},
        "given": {"someValue": True},
        "off": {"on": False},
        "needed": {"on": True},
    }


def test_icons(shown: ElementPage) -> None:
    """Buttons with icons have names, badges are at their element's corner, and what follows
    an element that is written as if it were closed is still there.
    """
    shown.open(
        """<crowd-form><p id="target" style="width: 9rem; background: #eee">Instructions
        <crowd-badge icon="star" for="target"/></p>
        <crowd-button icon="search">Search</crowd-button> <crowd-button><iron-icon icon="add"/>
        </crowd-button> <crowd-icon-button icon="report-problem" title="Issue"></crowd-icon-button>
        <crowd-fab label="A" disabled></crowd-fab> <crowd-fab label="no"></crowd-fab>
        <crowd-fab id="send" icon="icons:send" title="Send it"/>
        <crowd-input name="word" label="Word"></crowd-input></crowd-form>
        <script>send.addEventListener('click', (event) => {
          if (event.target === send) document.querySelector('crowd-form').submit();
        })</script>"""
    )
    page = shown.page
    for name in ("Search", "Issue", "Send it"):
        expect(page.get_by_role("button", name=name).locator("svg path")).to_have_count(1)
    expect(page.get_by_role("button", name="A", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="no", exact=True)).to_have_text("…")
    badge = page.get_by_role("img", name="star").bounding_box()
    target = page.locator("#target").bounding_box()
    assert badge is not None
    assert target is not None
    assert abs(badge["x"] + badge["width"] / 2 - target["x"] - target["width"]) < 2
    assert abs(badge["y"] + badge["height"] / 2 - target["y"]) < 2
    shown.shrink()
    page.get_by_label("Word").fill("cat")
    page.get_by_role("button", name="Send it").click()

    assert shown.answer() == {"word": "cat"}
