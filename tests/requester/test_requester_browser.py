"""A requester at their pages, in a real browser, against the server that people start."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local_crowd.operations.qualifications import for_workers
from tests.support.hit_frames import expect
from tests.support.requester_browser import enter, measure
from tests.support.requester_sites import BATCH, RequesterWorld

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# What an answer must not be able to do: each would leave a mark, or ask another address.
HOSTILE = (
    "<script>window.hurt = 1</script>",
    "<img src=x onerror='window.hurt = 1'>",
    "</pre></dd></dl><form action=//evil.example><button>Approve</button></form>",
    "</textarea><svg onload='window.hurt = 1'>",
    "{{ config }}{% raw %}",
    "\x1b[2J\x07\u202eevil\u2066",
    '{"<script>window.hurt = 1</script>": "<script>window.hurt = 1</script>"}',
    "A" * 300_000,
    "\n" * 3000 + "end",
)
# A HIT page that tries to act in the name of the requester who looks at it.
BURGLAR = """<!DOCTYPE html><p id="done"></p><script>
const tries = {
  cookie: () => document.cookie,
  parent: () => parent.document.title,
  list: () => fetch("../../requester/", { credentials: "include" }).then((r) => r.text()),
};
(async () => {
  const said = [];
  for (const [name, attempt] of Object.entries(tries)) {
    try { said.push(name + " got " + (await attempt())); } catch (error) { said.push(name + " refused"); }
  }
  document.getElementById("done").textContent = said.join(", ");
})();
</script>"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RequesterWorld]:
    """A crowd in which nothing has happened yet."""
    world = RequesterWorld(tmp_path / "crowd")
    world.member()
    yield world
    world.app.close()


@pytest.fixture
def lab(open_page: Callable[[], "Page"], url: str) -> "Page":
    """The Vision lab, signed in."""
    page = open_page()
    enter(page, url)
    return page


def test_a_batch_is_reviewed_from_the_list_to_the_last_answer(
    world: RequesterWorld, lab: "Page"
) -> None:
    """Reject one with a reason, tick all the others, approve them; the list says it is done."""
    ids = [world.do(world.row(n), seconds=20 + n, word=f"cat {n}") for n in range(4)]
    lab.reload()
    lab.get_by_role("link", name="Review 4 answers").click()
    expect(lab.get_by_role("article")).to_have_count(4)
    lab.get_by_role("button", name=f"Reject… the answer {ids[1]}").click()
    expect(lab.get_by_role("heading", name="Reject 1 answer?")).to_be_visible()
    lab.get_by_label("Reason").fill("No animal of that name")
    lab.get_by_role("button", name="Reject 1 answer").click()
    expect(lab.get_by_role("status")).to_have_text("1 answer rejected.")
    expect(lab.get_by_role("article")).to_have_count(3)

    lab.get_by_label("All to review on this page").check()
    expect(lab.get_by_label(f"Choose the answer {ids[0]}")).to_be_checked()
    lab.get_by_label(f"Choose the answer {ids[0]}").uncheck()
    expect(lab.get_by_label("All to review on this page")).not_to_be_checked()
    lab.get_by_label(f"Choose the answer {ids[0]}").check()
    lab.get_by_role("button", name="Approve chosen").click()
    expect(lab.get_by_text("This costs $0.15")).to_be_visible()
    lab.get_by_label("Feedback (optional)").fill("Thanks")
    lab.get_by_role("button", name="Approve 3 answers").click()
    expect(lab.get_by_role("status")).to_have_text("3 answers approved for $0.15.")
    expect(lab.get_by_text("There is nothing to review.")).to_be_visible()

    lab.get_by_role("link", name="Batches").click()
    expect(lab.locator(".progress")).to_contain_text("Approved 3")
    assert [world.status(assignment_id) for assignment_id in ids] == [
        "Approved",
        "Rejected",
        "Approved",
        "Approved",
    ]
    assignment = world.perform("GetAssignment", AssignmentId=ids[1])["Assignment"]
    assert assignment["RequesterFeedback"] == "No animal of that name"


def test_hostile_answers_do_nothing(world: RequesterWorld, lab: "Page", url: str) -> None:
    """Scripts, markup, control characters and what is huge are text, and the page stays one."""
    outside: list[str] = []
    lab.on("request", lambda sent: outside.append(sent.url) if url not in sent.url else None)
    ids = [world.do(world.row(n), output=text) for n, text in enumerate(HOSTILE)]
    kinds = world.do(world.row(99), **{text[:150]: text[:150] for text in HOSTILE})
    for path in (
        f"batches/{BATCH}/answers?show=all",
        *(f"answers/{assignment_id}" for assignment_id in (*ids, kinds)),
        f"workers/{world.worker('Ada')}",
    ):
        lab.goto(f"{url}/requester/{path}")
        expect(lab.get_by_role("button", name="Sign out")).to_be_visible()
        assert lab.evaluate("window.hurt") is None, path
        assert lab.evaluate("document.querySelectorAll('main script, .got img').length") == 0
        width = lab.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, path

    lab.goto(f"{url}/requester/batches/{BATCH}/answers?show=all")
    assert lab.get_by_text("<script>window.hurt = 1</script>").count() >= 2
    expect(lab.get_by_text("and 296,000 characters more")).to_be_visible()
    assert lab.evaluate("document.querySelectorAll('main form').length") == 1
    assert outside == []


def test_a_hit_page_can_do_nothing_in_its_requesters_name(
    world: RequesterWorld, lab: "Page", url: str
) -> None:
    """Shown to its requester, a HIT's page is of no origin: no cookie, no list, no page around."""
    hit = world.row(0, html=BURGLAR)
    lab.goto(f"{url}/requester/hits/{hit['HITId']}")
    lab.get_by_text("The HIT as workers see it").click()
    told = lab.frame_locator("iframe").locator("#done")

    expect(told).to_have_text("cookie refused, parent refused, list refused")


def test_a_bonus_that_is_clicked_twice_is_paid_once(
    world: RequesterWorld, lab: "Page", url: str
) -> None:
    """Also by going back and pressing the button again."""
    answer = world.do(world.row())
    lab.goto(f"{url}/requester/answers/{answer}")
    lab.get_by_label("Amount in dollars").fill("0.50")
    lab.get_by_label("What it is for").fill("Very careful")
    lab.get_by_role("button", name="Send a bonus").click()
    lab.get_by_role("button", name="Send $0.50").dblclick()
    expect(lab.get_by_role("heading", name="Bonuses")).to_be_visible()
    lab.goto(f"{url}/requester/answers/{answer}")
    expect(lab.get_by_text("$0.50 ·")).to_have_count(1)

    bonuses = world.perform("ListBonusPayments", AssignmentId=answer)["BonusPayments"]
    assert [bonus["BonusAmount"] for bonus in bonuses] == ["0.50"]


def test_all_is_done_with_the_keyboard(world: RequesterWorld, lab: "Page") -> None:
    """From the list to an approved answer without touching a mouse."""
    answer = world.do(world.row())
    lab.reload()
    lab.keyboard.press("Tab")
    expect(lab.get_by_role("link", name="Skip to the content")).to_be_focused()
    lab.keyboard.press("Enter")
    lab.keyboard.press("Tab")
    expect(lab.get_by_role("link", name="Name the animal", exact=True)).to_be_focused()
    lab.keyboard.press("Tab")
    lab.keyboard.press("Enter")
    expect(lab.get_by_role("article")).to_have_count(1)
    lab.get_by_label(f"Choose the answer {answer}").focus()
    lab.keyboard.press("Space")
    lab.get_by_role("button", name="Approve chosen").focus()
    lab.keyboard.press("Enter")
    lab.get_by_label("Feedback (optional)").focus()
    lab.keyboard.press("Tab")
    expect(lab.get_by_role("button", name="Approve 1 answer")).to_be_focused()
    lab.keyboard.press("Enter")

    expect(lab.get_by_role("status")).to_have_text("1 answer approved for $0.05.")
    assert world.status(answer) == "Approved"


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_and_can_be_read(
    world: RequesterWorld, browser: "Browser", url: str, width: int
) -> None:
    """On a telephone and on a desk nothing sticks out, text has WCAG's AA contrast, and every
    field, button and frame has a name.
    """
    long = "Antidisestablishmentarianism" * 4
    answer = ""
    for number in range(3):
        answer = world.do(world.row(number, Title=long[:120]), output=long * 3, seconds=9**number)
    survey = world.launch("<!DOCTYPE html><p>How old?", Title="No input")
    world.do(survey, "Ben", age="33")
    world.perform("ApproveAssignment", AssignmentId=answer)
    type_id = world.perform(
        "CreateQualificationType", Name=long, Description=long, QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    ada, ben = world.worker("Ada"), world.worker("Ben")
    with world.sandbox.writing() as call:
        for_workers.request(call, ben, type_id)
    world.perform("AssociateQualificationWithWorker", QualificationTypeId=type_id, WorkerId=ada)
    world.perform("CreateWorkerBlock", WorkerId=ben, Reason=long)
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{url}/requester/sign_in")
    measured: dict[str, Any] = {"sign_in": measure(page)}
    enter(page, url)
    for path in (
        "",
        f"batches/{BATCH}",
        f"batches/{BATCH}/answers?show=all",
        f"batches/{survey['HITTypeId']}/answers",
        f"hits/{survey['HITId']}",
        f"answers/{answer}",
        "workers",
        f"workers/{ada}",
        f"workers/{ben}",
        f"message?worker={ada}",
        "qualifications",
        f"qualifications/{type_id}",
        "batches/nothing",
    ):
        page.goto(f"{url}/requester/{path}")
        for summary in page.locator("summary").all():
            summary.click()
        measured[path] = measure(page)
    context.close()

    assert len(measured) == 14
    for name, (wide, seen, too_close, unnamed) in measured.items():
        assert (name, wide) == (name, width)
        assert seen >= 4, name
        assert (name, too_close) == (name, [])
        assert (name, unnamed) == (name, [])


def test_charts_are_drawn_under_the_policy(world: RequesterWorld, lab: "Page", url: str) -> None:
    """The bars stand in proportion, have names, and nothing on the page breaks its own policy."""
    messages: list[str] = []
    lab.on("console", lambda message: messages.append(message.text))
    for number, seconds in enumerate((20, 21, 200)):
        world.do(world.row(number), seconds=seconds)
    lab.goto(f"{url}/requester/batches/{BATCH}")
    chart = lab.get_by_role("img", name="Working times")
    expect(chart).to_be_visible()
    heights = [
        round(float(bar.get_attribute("height") or 0)) for bar in chart.locator(".count").all()
    ]

    assert (heights[0], heights[-1]) == (120, 60)
    assert set(heights[1:-1]) == {0}
    fill = "(bar) => getComputedStyle(bar).fill"
    assert chart.locator(".count").first.evaluate(fill) == "rgb(10, 84, 153)"
    lab.get_by_text("As a table").last.click()
    expect(lab.get_by_role("region", name="Working times, as a table")).to_contain_text(
        "15 seconds – 30 seconds"
    )
    assert messages == []
