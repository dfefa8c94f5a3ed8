"""What a HIT's page cannot do with the entries that the page around it keeps."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.draft_pages import FORM, SAVED, Arrive, accept, bar, kept
from tests.support.hit_frames import expect
from tests.support.worker_sites import World, fields_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A page that speaks to the page around it as the crowd's own script does; what it gets it writes down.
SPY = """<!DOCTYPE html><button id="go">Go</button><p id="said"></p><script>
const say = (text) => { document.getElementById("said").textContent += text + ";"; };
function ask(assignment, then = () => {}) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event) => {
    say(event.data.kind + " " + event.data.text);
    if (event.data.kind === "welcome") then(port1);
  };
  parent.postMessage({ local_crowd: "hello", assignment }, "*", [port2]);
}
const own = new URLSearchParams(location.search).get("assignmentId");
document.getElementById("go").onclick = () => { %s };</script>"""


def go(page: "Page") -> Any:
    """Let the spy act, when the page around it listens; what it writes down."""
    page.wait_for_load_state()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Go").click()
    return frame.locator("#said")


def test_a_hit_does_not_read_another_draft(world: World, arrive: Arrive) -> None:
    """Even a page that knew another assignment's id is told of its own only."""
    world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("secret")
    expect(bar(page)).to_have_text(SAVED)
    other = page.url.rpartition("/")[2]
    world.launch(SPY % f"ask('{other}'); ask(own);", Title="A spy")
    page.goto(page.url.partition("/work/")[0])
    page.get_by_role("listitem").filter(has_text="A spy").get_by_role(
        "button", name="Accept"
    ).click()
    expect(page.get_by_role("timer")).to_be_visible()

    expect(go(page)).to_have_text("welcome ;")
    assert "secret" in kept(page)


def test_a_hit_does_not_hand_in_for_another_assignment(world: World, arrive: Arrive) -> None:
    """An answer goes under the assignment around the frame, whatever its fields say."""
    hit = world.launch(FORM, MaxAssignments=2)
    ben = world.visitor("Ben").accept(hit["HITTypeId"])
    spy = world.launch(
        SPY
        % (
            "ask(own, (port) => port.postMessage({kind: 'answer', text: JSON.stringify("
            f"[['assignmentId', '{ben}'], ['word', 'forged'], ['assignmentId', '{ben}']])}}));"
        ),
        Title="A spy",
        Reward="0.06",
    )
    page = arrive("Ada")
    page.goto(f"{page.url.rstrip('/')}/groups/{spy['HITTypeId']}")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_be_visible()
    go(page)
    expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()

    assert world.answers(hit["HITId"]) == []
    ((_, xml),) = world.answers(spy["HITId"])
    assert fields_of(xml) == [("word", "forged")]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "port.postMessage({kind: 'entries', text: 'x'.repeat(500001)})",
            "Not saved: your answer is too large",
        ),
        (
            "for (let i = 0; i < 5000; i++) port.postMessage({kind: 'entries', text: 'x' + i})",
            "Not saved: this HIT changes too often.",
        ),
        (
            "port.postMessage({kind: 'answer', text: '{\"a\": 1}'})",
            "Not submitted: the crowd cannot",
        ),
        ("port.postMessage({kind: 'answer', text: '[[1, 2]]'})", "Not submitted: the crowd cannot"),
        ("port.postMessage({kind: 'answer', text: '[[['})", "Not submitted: the crowd cannot"),
        (
            "port.postMessage({kind: 'answer', text: JSON.stringify(Array(10001).fill(['a', 'b']))})",
            "Not submitted: the crowd cannot",
        ),
        (
            "port.postMessage({kind: 'answer', text: JSON.stringify([['a', 'ä'.repeat(1500000)]])})",
            "Not submitted: the answer is too large for the crowd.",
        ),
        (
            "port.postMessage({kind: 'answer', text: JSON.stringify([['a', 'x'.repeat(4000001)]])})",
            "Not submitted: the answer is too large for the crowd.",
        ),
        (
            "port.postMessage({kind: 'entries', text: 'x'.repeat(4000001)})",
            "Not saved: your answer is too large",
        ),
        ("port.postMessage({kind: 'entries', text: '<img src=x onerror=alert(1)>'})", SAVED),
        (
            """for (const it of [null, 1, {kind: 'entries'}, {kind: 'answer', text: 5},
              {kind: 'answer', text: 'x'.repeat(4000001)}]) port.postMessage(it);
            port.postMessage({kind: 'entries', text: 'fine'})""",
            SAVED,
        ),
    ],
)
def test_what_a_hit_says_is_bounded_and_never_shown(
    world: World, arrive: Arrive, script: str, message: str
) -> None:
    """Large, many and malformed messages are refused; the bar has words of ours only."""
    hit = world.launch(SPY % f"ask(own, (port) => {{ {script} }});")
    page = arrive("Ada")
    accept(page)
    go(page)

    expect(bar(page)).to_contain_text(message)
    assert page.locator("#kept img").count() == 0
    assert len(kept(page)) < 501_000
    assert world.answers(hit["HITId"]) == []


def test_a_hit_cannot_make_the_page_flood_the_crowd(world: World, arrive: Arrive) -> None:
    """However often a HIT's page says that something happened, the server is asked a few times."""
    world.launch(
        SPY
        % "for (let i = 0; i < 300; i++) parent.postMessage('local_crowd: ask the server', '*');"
    )
    page = arrive("Ada")
    accept(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request("**/state"):
        go(page)
    page.wait_for_timeout(1500)  # in which a flood would come

    assert 1 <= len([url for url in asked if url.endswith("/state")]) <= 3


def test_only_the_frame_itself_is_heard(world: World, arrive: Arrive) -> None:
    """A frame within the HIT, and a window that it opens, get no answer, though they know the id."""
    inner = "<script>addEventListener('message', (e) => eval(e.data))</script>"
    inside = (
        "const c = new MessageChannel(); c.port1.onmessage = () => parent.postMessage('heard', '*');"
        "top.postMessage({local_crowd: 'hello', assignment: ID}, '*', [c.port2]);"
        "parent.postMessage('asked', '*')"
    )
    world.launch(
        SPY
        % (
            "addEventListener('message', (event) => { say(event.data); ask(own); });"
            "const frame = document.createElement('iframe'); frame.srcdoc ="
            f'"{inner.replace("</", "<" + chr(92) + "/")}"; document.body.append(frame);'
            "frame.onload = () => { frame.contentWindow.postMessage("
            f'"{inside}".replace("ID", JSON.stringify(own)), "*"); }};'
        )
    )
    page = arrive("Ada")
    accept(page)

    expect(go(page)).to_have_text("asked;welcome ;")


def test_a_page_that_the_frame_is_led_to_gets_no_draft(world: World, arrive: Arrive) -> None:
    """Another HIT's page in the frame does not know the assignment, and so is given nothing."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("secret")
    expect(bar(page)).to_have_text(SAVED)
    elsewhere = world.launch(SPY % "ask(own); ask(''); ask(undefined); say('asked')")
    other = world.visitor("Ben").accept(elsewhere["HITTypeId"])
    address = f"../hit_page/{elsewhere['HITId']}?assignmentId={other}"
    frame.locator("body").evaluate("(_, to) => { location = to; }", address)

    expect(go(page)).to_have_text("asked;")
    assert hit["HITId"] != elsewhere["HITId"]


def test_a_preview_has_nothing_of_this(world: World, arrive: Arrive) -> None:
    """The page of a preview is the requester's alone, and nothing is kept of it."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    page.get_by_role("link", name="Preview").click()
    frame = page.frame_locator("iframe")
    frame.get_by_label("Animal").fill("cat")
    assert kept(page) == "[]"
    assert page.locator("#kept").count() == 0
    visitor = world.visitor("Ben")
    preview = visitor.get(f"/hit_page/{hit['HITId']}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE")
    assert "<script" not in preview.text
