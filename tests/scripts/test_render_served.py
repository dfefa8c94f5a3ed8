"""render_template.py --serve: a rehearsal in a browser."""

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.hit_frames import expect
from tests.support.script_fixtures import PROPERTIES, Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

FORM = '<form><p>{}</p><input name="word"><input id="nameless"><button>Send</button></form>'


def test_a_row_is_previewed_submitted_and_shown_again_when_a_file_changes(
    desk: Desk, page: "Page"
) -> None:
    """At the widths of a phone and of a laptop, with the faults and the stored answer."""
    desk.write("page.html", FORM.format("A ${animal}"))
    desk.write("input.csv", "animal\ndog\ncat\n")
    desk.write("properties.json", json.dumps(PROPERTIES))
    command = desk.command(
        *("render_template", "--html_template=page.html", "--input_json_file=input.csv"),
        *("--hit_properties_file=properties.json", "--serve"),
    )
    with subprocess.Popen(
        command, cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            page.set_viewport_size({"width": 1800, "height": 900})
            page.goto(server.stdout.readline().strip())
            fault = "page.html:1: <input> has no name, so its value is not submitted"
            expect(page.get_by_text(fault)).to_be_visible()
            for width in (390, 1280):
                frame = page.frame_locator(f".width{width} iframe")
                expect(frame.get_by_text("A dog")).to_be_visible()
                assert frame.locator("html").evaluate("() => window.innerWidth") == width

            page.get_by_role("link", name="Next").click()
            page.get_by_role("link", name="Accepted").click()
            frame = page.frame_locator(".width390 iframe")
            expect(frame.get_by_text("A cat")).to_be_visible()
            frame.locator("[name=word]").fill("miaow")
            frame.get_by_role("button").click()
            expect(frame.get_by_text("Your answer is submitted.")).to_be_visible()
            expect(page.locator(".width390 pre")).to_contain_text("<FreeText>miaow</FreeText>")
            expect(page.locator(".width1280 pre")).to_be_hidden()

            desk.write("page.html", "{% if %}")
            expect(page.get_by_role("alert")).to_contain_text("page.html:1: Expected")
            desk.write("page.html", FORM.format("Now: ${animal}"))
            expect(frame.get_by_text("Now: cat")).to_be_visible()
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=60) == 0
        finally:
            server.kill()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--input_json_file=-",), "--serve reads the input again when it changes; name a file"),
        (("--input_json_file=empty.csv",), "empty.csv: no rows to show"),
        (("--input_json_file=input.csv",), "page.html:1: no column for ${text}"),
        (("--hit_properties_file=gone.json",), "gone.json: No such file or directory"),
        (("--row=1",), "--serve shows every row; leave out --row"),
        (("--port=70000", "--input_json_file=texts.csv"), "--port 70000: a port is a number"),
    ],
)
def test_what_cannot_be_served_is_one_line(desk: Desk, argv: tuple[str, ...], message: str) -> None:
    """Before anything listens."""
    desk.write("page.html", "<p>${text}</p><input name='b'>")
    desk.write("empty.csv", "text\n")
    desk.write("input.csv", "other\nx\n")
    desk.write("texts.csv", "text\nx\n")

    line = desk.fails("render_template", "--html_template=page.html", "--serve", *argv)

    assert line.startswith(message)
