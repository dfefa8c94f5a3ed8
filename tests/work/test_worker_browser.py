"""Workers at the sandbox, each in a real browser, against the server that people start."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.animal_hit import FORM, accept, answer
from tests.support.contrast import LOW_CONTRAST
from tests.support.crowds import MINUTE
from tests.support.hit_frames import expect
from tests.support.worker_sites import World, fields_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# What a HIT page must not be able to do; each line's outcome is written onto the page.
HOSTILE = """<!DOCTYPE html><p id="done"></p><dl id="tried"></dl><script>
const hit = new URLSearchParams(location.search), site = location.pathname.split("/hit_page/")[0];
const wrong = "SITE/groups/GROUP/accept";
const tries = {
  "read the page around": () => parent.document.title,
  "read its address": () => parent.location.href,
  "read cookies": () => document.cookie,
  "read storage": () => localStorage.length,
  "read session storage": () => sessionStorage.length,
  "open a database": () => indexedDB.open("x").readyState,
  "lead the window away": () => { top.location = "about:blank"; return "led away"; },
  "close the dialog of the page around": () => top.document.querySelector("dialog"),
  "read my work": () => fetch(site + "/my_work", { credentials: "include" }).then((r) => r.text()),
  "read the state": () => fetch(site + "/work/" + hit.get("assignmentId") + "/state",
    { credentials: "include" }).then((r) => r.text()),
  "read with XMLHttpRequest": () => { const x = new XMLHttpRequest();
    x.open("GET", site + "/", false); x.send(); return x.responseText; },
  "act blindly": () => fetch(site + "/work/" + hit.get("assignmentId") + "/return",
    { method: "POST", mode: "no-cors", credentials: "include" }).then((r) => r.type),
};
(async () => {
  for (const [name, attempt] of Object.entries(tries)) {
    let outcome;
    try { outcome = "got " + await attempt(); } catch (error) { outcome = "refused: " + error.name; }
    const term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = name;
    text.textContent = outcome;
    document.getElementById("tried").append(term, text);
  }
  parent.postMessage("local_crowd: ask the server", "*");
  parent.postMessage({ status: "Submitted" }, "*");
  document.getElementById("done").textContent = "all tried, origin " + self.origin;
})();
</script>"""


@pytest.fixture
def arrive(open_page: Callable[[], "Page"], url: str) -> Callable[[str], "Page"]:
    """Signs somebody in, in a browser of their own."""

    def arrive(nickname: str) -> "Page":
        page = open_page()
        page.goto(url)
        page.get_by_label("Nickname").fill(nickname)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
        return page

    return arrive


def test_two_workers_do_a_hit_from_accepting_to_approval(
    world: World, arrive: Callable[[str], "Page"]
) -> None:
    """Each accepts, answers and is thanked; after the review each reads that it was approved."""
    hit = world.launch(FORM, MaxAssignments=3)
    ada, ben = arrive("Ada"), arrive("Ben")
    frames = [accept(page) for page in (ada, ben)]
    assert world.slots(hit["HITId"]) == (1, 2)
    for frame, word in zip(frames, ("cat", "dög"), strict=True):
        answer(frame, word)
    for page in (ada, ben):
        expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()

    assignments = world.perform("ListAssignmentsForHIT", HITId=hit["HITId"])["Assignments"]
    assert sorted(fields_of(assignment["Answer"]) for assignment in assignments) == [
        [("word", "cat")],
        [("word", "d&#246;g")],
    ]
    for page in (ada, ben):
        page.get_by_role("link", name="My work").click()
        expect(page.locator(".status")).to_have_text("Waiting for review")
    for assignment in assignments:
        world.perform("ApproveAssignment", AssignmentId=assignment["AssignmentId"])
    for page in (ada, ben):
        page.reload()
        expect(page.locator(".status")).to_have_text("Approved")
        expect(page.locator(".sum dd")).to_contain_text("$0.05")
    assert world.slots(hit["HITId"]) == (1, 0)


def test_a_hit_is_returned_after_asking(world: World, arrive: Callable[[str], "Page"]) -> None:
    """Return asks first; keeping keeps what was entered, returning gives the slot back."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("half an ans")
    page.get_by_role("button", name="Return", exact=True).click()
    dialog = page.get_by_role("dialog", name="Return this HIT?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep working").click()

    expect(dialog).to_be_hidden()
    expect(frame.get_by_label("Animal")).to_have_value("half an ans")
    assert world.slots(hit["HITId"]) == (0, 1)
    page.get_by_role("button", name="Return", exact=True).click()
    dialog.get_by_role("button", name="Return the HIT").click()
    expect(page.get_by_text("You returned the HIT.")).to_be_visible()
    assert world.slots(hit["HITId"]) == (1, 0)


def test_time_runs_down_warns_and_runs_out(world: World, arrive: Callable[[str], "Page"]) -> None:
    """The clock counts, warns twice, and at the end the HIT is somebody else's: late is too late."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    page.clock.install()
    frame = accept(page)
    timer, status = page.get_by_role("timer"), page.locator("#said")
    expect(timer).to_have_text(re.compile("^(10:00|09:5.)$"))
    expect(status).to_be_empty()
    page.clock.fast_forward("05:01")
    expect(timer).to_have_text(re.compile("^04:5.$"))
    expect(status).to_have_text(re.compile("^Less than 5 minutes left. If you do not submit by"))
    page.clock.fast_forward("04:01")
    expect(timer).to_have_text(re.compile("^00:5.$"))
    expect(status).to_have_text(re.compile("^Less than a minute left."))
    frame.get_by_label("Animal").fill("too late")
    world.clock.advance(10 * MINUTE)
    page.clock.fast_forward("01:00")
    expect(status).to_have_text(re.compile("^The time allowed is over."))
    expect(page.get_by_role("button", name="Return", exact=True)).to_be_hidden()
    expect(frame.get_by_label("Animal")).to_have_value("too late")  # to be copied, if they like

    frame.get_by_role("button", name="Send").click()
    expect(page.locator("#kept-words")).to_contain_text("Not submitted: the time allowed is over.")
    expect(frame.get_by_label("Animal")).to_have_value("too late")
    assert world.answers(hit["HITId"]) == []
    assert world.slots(hit["HITId"]) == (1, 0)


def test_a_preview_cannot_be_submitted(world: World, arrive: Callable[[str], "Page"]) -> None:
    """The form of a preview gets a page that says it is one; nothing is accepted or stored."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    page.get_by_role("link", name="Preview").click()
    frame = page.frame_locator("iframe")
    answer(frame, "cat")

    expect(frame.get_by_role("alert")).to_contain_text("This is a preview. Accept the HIT")
    assert world.slots(hit["HITId"]) == (1, 0)
    assert world.answers(hit["HITId"]) == []


def test_a_hit_page_reaches_nothing_of_the_workers(
    world: World, arrive: Callable[[str], "Page"]
) -> None:
    """A hostile page reads no page, cookie or storage, acts for nobody, and ends nothing."""
    hit = world.launch(HOSTILE, MaxAssignments=2)
    page = arrive("Ada")
    frame = accept(page)
    address = page.url
    expect(frame.locator("#done")).to_have_text("all tried, origin null")
    outcomes = dict(
        zip(
            frame.locator("dt").all_text_contents(),
            frame.locator("dd").all_text_contents(),
            strict=True,
        )
    )

    assert outcomes == {
        "read the page around": "refused: SecurityError",
        "read its address": "refused: SecurityError",
        "read cookies": "refused: SecurityError",
        "read storage": "refused: SecurityError",
        "read session storage": "refused: SecurityError",
        "open a database": "refused: SecurityError",
        "lead the window away": "refused: SecurityError",
        "close the dialog of the page around": "refused: SecurityError",
        "read my work": "refused: TypeError",
        "read the state": "refused: TypeError",
        "read with XMLHttpRequest": "refused: NetworkError",
        "act blindly": "got opaque",  # it may send, as any page may; the server takes no notice
    }
    assert page.url == address
    expect(page.locator("#said")).to_be_empty()  # its "Submitted" was not believed
    assert world.slots(hit["HITId"]) == (1, 1)


def test_a_hit_page_is_of_no_origin_by_itself_too(
    world: World, arrive: Callable[[str], "Page"]
) -> None:
    """Opened in a window of its own the page is as powerless as in its frame."""
    world.launch(
        "<!DOCTYPE html><p id=said></p><script>let said = self.origin;"
        "try { said += document.cookie; } catch (error) { said += ', ' + error.name; }"
        "document.querySelector('#said').textContent = said;</script>"
    )
    page = arrive("Ada")
    accept(page)
    page.goto(str(page.locator("iframe").evaluate("frame => frame.src")))

    expect(page.locator("#said")).to_have_text("null, SecurityError")


def test_our_pages_do_not_stand_in_a_hit(world: World, arrive: Callable[[str], "Page"]) -> None:
    """A HIT page that leads its frame to the worker's own pages shows nothing of them."""
    world.launch('<!DOCTYPE html><a href="../my_work">go</a>')
    page = arrive("Ada")
    frame = accept(page)
    with page.expect_event("requestfailed") as failed:
        frame.get_by_text("go").click()

    # The cookie did not come along, and the page that asks who it is refuses to be framed.
    assert failed.value.url.endswith("/sandbox/sign_in?next=/my_work")
    expect(frame.get_by_role("heading")).to_have_count(0)


def test_a_reload_keeps_the_assignment(world: World, arrive: Callable[[str], "Page"]) -> None:
    """Reloading, or going back to it from My work, is the same assignment with the same clock."""
    hit = world.launch(FORM, MaxAssignments=2)
    page = arrive("Ada")
    accept(page)
    address = page.url
    world.clock.advance(4 * MINUTE)
    page.reload()

    assert page.url == address
    expect(page.get_by_role("timer")).to_have_text(re.compile("^(06:00|05:5.)$"))
    page.get_by_role("link", name="My work").click()
    page.get_by_role("link", name="Continue").click()
    page.wait_for_url(address)
    assert world.slots(hit["HITId"]) == (1, 1)
    answer(page.frame_locator("iframe"), "cat")
    expect(page.get_by_text("That was the last HIT of this group")).to_be_visible()
    assert [fields_of(xml) for _, xml in world.answers(hit["HITId"])] == [[("word", "cat")]]


def test_the_next_hit_comes_by_itself_or_when_asked(
    world: World, arrive: Callable[[str], "Page"]
) -> None:
    """With the box ticked the next HIT follows at once; without it the worker is asked, and the
    choice is remembered.
    """
    hits = [world.launch(FORM) for _ in range(3)]
    page = arrive("Ada")
    frame = accept(page)
    first = page.url
    expect(page.get_by_label("Take the next HIT automatically")).to_be_checked()
    answer(frame, "one")
    page.wait_for_url(lambda now: "/work/" in now and now != first)
    second = page.url
    page.get_by_label("Take the next HIT automatically").uncheck()
    answer(frame, "two")
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.url == second
    assert world.slots(hits[2]["HITId"]) == (1, 0)
    page.get_by_role("button", name="Next HIT of this group").click()
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.get_by_label("Take the next HIT automatically")).not_to_be_checked()

    done = [fields_of(world.answers(hit["HITId"])[0][1]) for hit in hits[:2]]
    assert done == [[("word", "one")], [("word", "two")]]
    assert world.slots(hits[2]["HITId"]) == (0, 1)


def test_going_back_to_a_hit_that_is_over_says_so(
    world: World, arrive: Callable[[str], "Page"]
) -> None:
    """The browser's Back shows what became of the work, and no form to send again."""
    world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    address = page.url
    answer(frame, "cat")
    expect(page.get_by_text("That was the last HIT of this group")).to_be_visible()
    page.goto(address)

    expect(page.get_by_role("heading", name="You submitted this HIT")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)


def test_all_is_done_with_the_keyboard(
    world: World, open_page: Callable[[], "Page"], url: str
) -> None:
    """Sign in, skip to the content, accept, answer and return without touching a mouse."""
    hit = world.launch(FORM)
    page = open_page()
    page.goto(url)
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in ("search", "order", "button", "title"):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Name the animal").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("timer")).to_be_visible()
    page.get_by_role("button", name="Return", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep working")).to_be_focused()
    page.keyboard.press("Escape")
    assert world.slots(hit["HITId"]) == (0, 1)
    page.frame_locator("iframe").get_by_label("Animal").focus()
    page.keyboard.type("cat")
    page.keyboard.press("Enter")

    expect(page.get_by_text("That was the last HIT of this group")).to_be_visible()
    assert fields_of(world.answers(hit["HITId"])[0][1]) == [("word", "cat")]


def test_pages_fit_a_telephone_and_can_be_read(world: World, browser: "Browser", url: str) -> None:
    """At 390 pixels no page scrolls sideways, and all text has the contrast of WCAG AA."""
    long = "Antidisestablishmentarianism" * 4
    for number in range(3):
        world.launch(FORM, Title=f"{long[:120]} {number}", Description=long, Keywords=long)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    measured: dict[str, Any] = {}

    def measure(name: str) -> None:
        page.wait_for_load_state()
        width = page.evaluate("document.documentElement.scrollWidth")
        measured[name] = (width, *page.evaluate(LOW_CONTRAST))

    page.goto(url)
    measure("sign in")
    page.get_by_label("Nickname").fill("x" * 41)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    measure("no nickname")
    page.get_by_label("Nickname").fill("W" * 40)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
    measure("list")
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    measure("preview")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_be_visible()
    measure("work")
    page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    measure("dialog")
    page.get_by_role("button", name="Keep working").click()
    page.get_by_label("Take the next HIT automatically").uncheck()
    answer(page.frame_locator("iframe"), "cat")
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    measure("thanks")
    for path in ("my_work", "messages", "nothing", "mturk/externalSubmit"):
        page.goto(f"{url}/{path}")
        measure(path)
    context.close()

    assert len(measured) == 11
    for name, (width, seen, too_close) in measured.items():
        assert (name, width) == (name, 390)
        assert seen >= 2, name
        assert (name, too_close) == (name, [])


def test_times_are_the_workers_own(world: World, browser: "Browser", url: str) -> None:
    """A time is shown in the worker's zone and manner; UTC stays as its title."""
    world.launch(FORM)
    context = browser.new_context(timezone_id="Asia/Kolkata", locale="en-GB")
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Nickname").fill("Ada")
    page.keyboard.press("Enter")
    accept(page)
    page.goto(f"{url}/my_work")
    time = page.locator("time")

    expect(time).to_have_text("1 Jan 2026, 05:40")
    expect(time).to_have_attribute("title", "2026-01-01 00:10 UTC")
    context.close()


def test_without_scripts_a_hit_can_be_accepted_and_returned(
    world: World, browser: "Browser", url: str
) -> None:
    """Our own pages are forms and links; scripts only make them kinder."""
    hit = world.launch(FORM)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_have_text("10 minutes")
    assert world.slots(hit["HITId"]) == (0, 1)
    page.get_by_role("button", name="Return", exact=True).click()

    expect(page.get_by_text("You returned the HIT.")).to_be_visible()
    assert world.slots(hit["HITId"]) == (1, 0)
    context.close()
