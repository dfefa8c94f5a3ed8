"""What a worker enters and submits survives the browser, the network and the server."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local_crowd.operations.people import identities
from local_crowd.site import open_site
from tests.support.crowds import HIT, MINUTE
from tests.support.draft_pages import (
    AWAY,
    FORM,
    LAST,
    RESTORED,
    SAVED,
    Arrive,
    accept,
    bar,
    kept,
    send_now,
    wait_until_forgotten,
    wait_until_kept,
)
from tests.support.hit_frames import expect
from tests.support.ports import free_port
from tests.support.quick_setup import new_crowd
from tests.support.worker_sites import World, fields_of, html_question

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

ROOT = Path(__file__).resolve().parents[2]


def words_of(world: World, hit: Any) -> list[str]:
    """The animals that were submitted."""
    return [dict(fields_of(xml))["word"] for _, xml in world.answers(hit["HITId"])]


def test_entries_survive_a_reload_and_my_work(world: World, arrive: Arrive) -> None:
    """Fields of every kind are back after a reload, and by way of My work."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("cat")
    frame.get_by_label("Story").fill("one\ntwo")
    frame.get_by_label("Sure").check()
    frame.get_by_label("Large").check()
    frame.get_by_label("Colour").select_option("blue")
    wait_until_kept(page, "blue")
    page.reload()
    expect(bar(page)).to_have_text(RESTORED)
    page.get_by_role("link", name="My work").click()
    page.get_by_role("link", name="Continue").click()

    expect(frame.get_by_label("Animal")).to_have_value("cat")
    expect(frame.get_by_label("Story")).to_have_value("one\ntwo")
    expect(frame.get_by_label("Sure")).to_be_checked()
    expect(frame.get_by_label("Large")).to_be_checked()
    expect(frame.get_by_label("Colour")).to_have_value("blue")
    frame.get_by_role("button", name="Send").click()
    expect(page.get_by_text(LAST)).to_be_visible()
    ((_, xml),) = world.answers(hit["HITId"])
    assert fields_of(xml) == [
        ("word", "cat"),
        ("story", "one&#13;\ntwo"),
        ("sure", "yes"),
        ("size", "l"),
        ("colour", "blue"),
        ("with", "send"),
    ]
    wait_until_forgotten(page)


def test_an_answer_waits_for_the_network(world: World, arrive: Arrive) -> None:
    """Without a network nothing is lost: the bar says so, and the answer goes when it is back."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    page.context.set_offline(True)
    frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text(AWAY)
    expect(frame.get_by_label("Animal")).to_have_value("cat")
    assert world.answers(hit["HITId"]) == []
    page.context.set_offline(False)

    expect(page.get_by_text(LAST)).to_be_visible()
    assert words_of(world, hit) == ["cat"]


def test_what_waits_can_be_changed_and_sent_at_once(world: World, arrive: Arrive) -> None:
    """While the crowd is away the worker may still correct the answer; the last one is sent."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    page.route("**/externalSubmit", lambda route: route.abort())
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text(AWAY)
    frame.get_by_label("Animal").fill("cow")
    frame.get_by_role("button", name="Send").click()
    send_now(page, "**/externalSubmit")

    expect(page.get_by_text(LAST)).to_be_visible()
    assert words_of(world, hit) == ["cow"]


@pytest.mark.parametrize("status", [200, 502])
def test_a_proxys_page_is_not_taken_for_thanks(world: World, arrive: Arrive, status: int) -> None:
    """What does not come from the crowd (a captive portal, a proxy's error) hands nothing in."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    page.route(
        "**/externalSubmit",
        lambda route: route.fulfill(status=status, content_type="text/html", body="Welcome"),
    )
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    frame.get_by_role("button", name="Send").click()
    send_now(page, "**/externalSubmit")

    expect(page.get_by_text(LAST)).to_be_visible()
    assert words_of(world, hit) == ["cat"]


def test_an_answer_whose_response_was_lost_is_thanked_for(world: World, arrive: Arrive) -> None:
    """It arrived; sent again it is recognised, and nobody is told of an error."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    page.get_by_role("link", name="Preview").click()
    frame = accept(page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    arrived = []

    def lose(route: "Route") -> None:
        arrived.append(route.fetch().status)
        route.abort()

    page.route("**/externalSubmit", lose, times=1)
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    frame.get_by_role("button", name="Send").click()

    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    expect(page.locator("#said")).to_have_class(re.compile("good"))
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(frame.get_by_role("alert")).to_have_count(0)
    assert arrived == [200]
    assert words_of(world, hit) == ["cat"]


def test_leaving_with_an_unsent_answer_asks_and_it_is_sent_later(
    world: World, arrive: Arrive
) -> None:
    """Whoever leaves while an answer waits is asked; it is sent when the HIT is opened again.

    Nobody is asked about entries that are saved.
    """
    hit = world.launch(FORM)
    page = arrive("Ada")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    frame = accept(page)
    frame.get_by_label("Animal").click()
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    page.reload()
    expect(frame.get_by_label("Animal")).to_have_value("cat")
    assert asked == []
    page.route("**/externalSubmit", lambda route: route.abort())
    frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text(AWAY)
    page.get_by_role("link", name="My work").click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert asked == ["beforeunload"]
    page.unroute("**/externalSubmit")
    page.get_by_role("link", name="Continue").click()

    expect(page.get_by_text(LAST)).to_be_visible()
    assert words_of(world, hit) == ["cat"]
    assert asked == ["beforeunload"]


def test_a_second_tab_has_the_same_entries_and_hears_of_the_end(
    world: World, arrive: Arrive
) -> None:
    """Two tabs of a HIT: what the first entered is in the second; one answer arrives, and both
    say so.
    """
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    second = page.context.new_page()
    second.goto(page.url)
    expect(bar(second)).to_have_text(RESTORED)
    expect(second.frame_locator("iframe").get_by_label("Animal")).to_have_value("cat")
    frame.get_by_label("Story").fill("changed in the first")
    expect(bar(second)).to_contain_text("This HIT is open in another tab too.")
    frame.get_by_role("button", name="Send").click()

    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    expect(second.locator("#said")).to_contain_text("This HIT is submitted.")
    assert words_of(world, hit) == ["cat"]
    wait_until_forgotten(second)


def test_another_answer_was_submitted_before(world: World, arrive: Arrive) -> None:
    """A tab that was offline submits another answer later, and shows that it was not accepted."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    frame.get_by_label("Animal").fill("cow")
    expect(bar(page)).to_have_text(SAVED)
    world.visitor().submit(assignmentId=page.url.rpartition("/")[2], word="cat")
    frame.get_by_role("button", name="Send").click()

    expect(bar(page)).to_have_text(
        "You already submitted an answer to this HIT. This one was ignored."
    )
    assert words_of(world, hit) == ["cat"]


def test_an_answer_that_waits_too_long_is_late(world: World, arrive: Arrive) -> None:
    """When the time is over before the crowd can be reached, the worker is told the truth."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    page.context.set_offline(True)
    frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text(AWAY)
    world.clock.advance(11 * MINUTE)
    page.context.set_offline(False)

    expect(bar(page)).to_contain_text("Not submitted: the time allowed is over.")
    expect(frame.get_by_label("Animal")).to_have_value("cat")
    assert world.answers(hit["HITId"]) == []
    wait_until_forgotten(page)


def test_a_draft_of_a_hit_that_is_over_is_forgotten(world: World, arrive: Arrive) -> None:
    """What was submitted elsewhere, and what was returned, is kept no longer."""
    hits = [world.launch(FORM) for _ in range(2)]
    page = arrive("Ada")
    for over in ("submitted", "returned"):
        frame = accept(page)
        frame.get_by_label("Animal").fill(over)
        expect(bar(page)).to_have_text(SAVED)
        address = page.url
        if over == "returned":
            page.get_by_role("button", name="Return", exact=True).click()
            page.get_by_role("button", name="Return the HIT").click()
            expect(page.get_by_text("You returned the HIT.")).to_be_visible()
        else:
            page.goto(page.url.partition("/work/")[0])
            assert over in kept(page)
            world.visitor().submit(assignmentId=address.rpartition("/")[2], word="cat")
            page.goto(address)
            expect(page.get_by_role("heading", name="You submitted this HIT")).to_be_visible()
        wait_until_forgotten(page)
        page.goto(page.url.partition("/sandbox")[0] + "/sandbox/")
    assert len(hits) == 2


def test_signing_out_forgets_the_drafts(world: World, arrive: Arrive) -> None:
    """A shared browser keeps nothing of who signed out."""
    world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("secret")
    expect(bar(page)).to_have_text(SAVED)
    assert "secret" in kept(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Nickname")).to_be_visible()

    wait_until_forgotten(page)


def test_another_worker_never_sees_a_draft(world: World, arrive: Arrive, url: str) -> None:
    """Whoever signs in as somebody else finds nothing; the session of the first need not have been
    ended.
    """
    world.launch(FORM, MaxAssignments=2)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Animal").fill("secret")
    expect(bar(page)).to_have_text(SAVED)
    arrive("Ben", page)
    frame = accept(page)

    expect(frame.get_by_label("Animal")).to_have_value("")
    assert "secret" not in kept(page)


def test_a_session_that_ended_by_itself_loses_nothing(world: World, arrive: Arrive) -> None:
    """The same worker, signed in again, has the entries back."""
    world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    address = page.url
    frame.get_by_label("Animal").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_label("Nickname")).to_be_visible()
    arrive("Ada", page)
    page.goto(address)

    expect(frame.get_by_label("Animal")).to_have_value("cat")


def test_what_is_too_large_or_finds_no_room_is_reported(world: World, arrive: Arrive) -> None:
    """The bar says when entries are not saved, and leaving asks then."""
    hit = world.launch(FORM)
    page = arrive("Ada")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    frame = accept(page)
    frame.get_by_label("Story").click()
    frame.get_by_label("Story").fill("x" * 600_000)
    expect(bar(page)).to_contain_text("Not saved: your answer is too large to save.")
    page.evaluate("localStorage.setItem('other', 'x'.repeat(5 * 1024 * 1024 - 200))")
    frame.get_by_label("Story").fill("y" * 1000)
    expect(bar(page)).to_contain_text("Not saved: this browser has no room for it.")
    page.reload()
    assert asked == ["beforeunload"]
    page.evaluate("localStorage.removeItem('other')")
    frame.get_by_label("Animal").fill("cat")
    frame.get_by_label("Story").fill("z" * 600_000)
    frame.get_by_role("button", name="Send").click()
    expect(page.get_by_text(LAST)).to_be_visible()
    assert words_of(world, hit) == ["cat"]


class MortalServer:
    """serve_local_crowd.py in a process of its own, always on the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the end, which is SIGKILL."""
        script = [sys.executable, str(ROOT / "serve_local_crowd.py")]
        process = subprocess.Popen(
            [*script, f"--port={self.port}", f"--local_crowd={self.directory}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert f":{self.port}/sandbox/" in process.stdout.readline()  # it is ready
            yield
        finally:
            process.kill()
            process.communicate()


def test_the_server_is_killed_at_submit_and_the_answer_arrives_once(
    tmp_path: Path, browser: "Browser"
) -> None:
    """A HIT of 2,500 pixels on a phone of 390, half filled, reloaded; the server is killed at Submit
    and started again.
    """
    directory = new_crowd(tmp_path / "crowd")
    html = FORM.replace("<button", '<div style="height:2200px"></div><button')
    site = open_site(directory, "sandbox")
    with site.writing() as call:
        requester = identities.ensure_requester(call, "Vision lab")
    question = html_question(html, 2500)
    hit = site.perform(requester, "CreateHIT", HIT | {"Question": question})["HIT"]
    server = MortalServer(directory)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    with server.running():
        page.goto(f"http://127.0.0.1:{server.port}/sandbox/")
        page.get_by_label("Nickname").fill("Ada")
        page.get_by_role("button", name="Sign in").click()
        frame = accept(page)
        frame.get_by_label("Animal").fill("cat")
        expect(bar(page)).to_have_text(SAVED)
        page.reload()
        expect(frame.get_by_label("Animal")).to_have_value("cat")
        frame.get_by_label("Story").fill("the other half")
        frame.get_by_role("button", name="Send").scroll_into_view_if_needed()
    frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text(AWAY)
    expect(bar(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    with server.running():
        expect(page.get_by_text(LAST)).to_be_visible(timeout=60_000)

    assignments = site.perform(requester, "ListAssignmentsForHIT", {"HITId": hit["HITId"]})
    (answer,) = assignments["Assignments"]
    assert json.dumps(fields_of(answer["Answer"])[:2]) == json.dumps(
        [("word", "cat"), ("story", "the other half")]
    )
    context.close()
    site.close()


def test_a_form_as_it_was_made_leaves_nothing(world: World, arrive: Arrive) -> None:
    """Values that the page put into its fields do not count: once all entries are undone, nothing is kept."""
    world.launch(FORM)
    page = arrive("Ada")
    frame = accept(page)
    expect(page.locator("#kept")).to_be_hidden()
    frame.get_by_label("Animal").fill("cat")
    wait_until_kept(page, "cat")
    frame.get_by_label("Animal").fill("")
    wait_until_forgotten(page)
